//! The real binary is killed with SIGKILL again and again under call load, and started again at once.
//!
//! The carrier lives in this process and goes on, not always well: webhooks come twice, callbacks late, and REST says
//! 500 to what it has done. Whatever was acknowledged must be there afterwards, in the same
//! order; whatever was under way must be resumed or brought into line; and every call must be accounted for.
//! `CARELANE_TEST_KILLS` sets how often it is killed, `CARELANE_TEST_SEED` repeats a run's choices.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod dice;
mod evidence;
mod load;

use std::collections::BTreeSet;
use std::time::Duration;

use carelane::carrier::local::Faults;
use serde_json::Value;

use crate::serve::process::free_address;
use crate::serve::process::run;
use crate::serve::world::World;
use crate::serve::world::is_up;
use crate::serve::world::list;
use crate::serve::world::write_flows;
use dice::Dice;
use load::Load;

/// A hold document keeps a caller for more than a minute of the call's time: this leaves it ten seconds of the
/// clock's, more than twice what a start may take.
const SPEED: f64 = 6.0;
/// So that a normal run of all tests has time for it.
const KILLS: u32 = 12;
/// A restart may take this long (failure catalogue, row 14).
const READY_MAX: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_every_call_is_accounted_for_when_the_process_is_killed() {
    let kills = number("CARELANE_TEST_KILLS").map_or(KILLS, |n| u32::try_from(n).expect("a small number"));
    let seed = number("CARELANE_TEST_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("{kills} kills with CARELANE_TEST_SEED={seed}");
    let mut world = World::stopped(free_address(), SPEED, Faults::default()).await;
    // The rest after "with a patient" is of no use here; the time for a note must be over before the test is.
    write_flows(&world.engine, |_, text| text.replace("wrap_up: 2m", "wrap_up: 10s"));
    // A second of music instead of a minute: wait documents are asked for all the time, in every gap too.
    let sounds = world.engine.folder.path().to_owned();
    std::fs::write(sounds.join("hold.wav"), [0; 8_000]).expect("a file can be written");
    world.engine.vars.push(("CARELANE_SOUNDS".to_owned(), sounds.display().to_string()));
    world.engine.start_and_wait().await;
    // The carrier's list has whole seconds: a call in the very second of the first start could not be told from an
    // earlier one, which would be none of ours.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let mut dice = Dice::new(seed);
    let load = Load::start(&world, &mut dice);

    let mut slowest = Duration::ZERO;
    for kill in 1..=kills {
        world.carrier.set_faults(Faults {
            duplicate_webhooks: dice.percent(25),
            delay_callbacks: Duration::from_millis(if dice.percent(25) { 400 } else { 0 }),
            fail_rest: dice.percent(25),
        });
        tokio::time::sleep(Duration::from_millis(dice.between(300, 2_500))).await;
        let before = world.ask("GET", "floor", "").await.expect("carelane answers").json();
        // The snapshot is answered after a commit: the kill must not always come just then.
        tokio::time::sleep(Duration::from_millis(dice.between(0, 60))).await;
        world.engine.kill();
        if dice.percent(33) {
            // Long enough for many a document to be asked for in vain.
            tokio::time::sleep(Duration::from_millis(dice.between(100, 1_500))).await;
        }
        let ready = world.engine.start_and_wait().await;
        slowest = slowest.max(ready);
        let after = world.ask("GET", "floor", "").await.expect("carelane answers").json();
        assert!(ready < READY_MAX, "kill {kill}, seed {seed}: ready only after {ready:?}");
        assert_line_kept(&before, &after, &format!("kill {kill}, seed {seed}"));
    }

    world.carrier.set_faults(Faults::default());
    let told = load.stop().await;
    world.until_quiet().await;
    let floor = until_written_up(&world, seed).await;
    let calls = world.carrier_calls().await;
    assert!(!calls.iter().any(is_up), "seed {seed}: a leg is left up");
    let inbound = calls.iter().filter(|call| call["direction"] == "inbound").count();
    let floor = until_imported(&world, inbound, floor).await;
    let alerts = world.carrier.alerts();
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0), "seed {seed}: {}", world.engine.log());
    let verified = run(&["journal", "verify"], &world.engine.vars);
    assert!(verified.status.success(), "seed {seed}: {}", String::from_utf8_lossy(&verified.stderr));

    let journal = evidence::Journal::print(&world.engine.vars);
    let seen = world.seen();
    let tally = journal.assert_holds_all_acknowledged(&seen, &told, seed);
    evidence::assert_one_dial_per_offer(&seen, seed);
    let ledger = &floor["ledger"];
    assert_eq!(ledger["unaccounted"], 0, "seed {seed}: {ledger}");
    assert_eq!(ledger["inbound"], inbound, "seed {seed}: a call that the carrier knows is not accounted for: {ledger}");
    let dropped = evidence::dropped(&alerts, &seen, seed);
    let waits = evidence::fell_through(&seen);
    println!(
        "{kills} kills: slowest start {slowest:?}; {inbound} calls, {tally}; {dropped}; {waits}; offers {:?}; {ledger}",
        journal.offers()
    );
}

/// Waits until no call is in progress: a note that nobody wrote becomes an item when its time is over.
async fn until_written_up(world: &World, seed: u64) -> Value {
    for _ in 0..150 {
        let floor = world.floor().await;
        if floor["ledger"]["in_progress"] == 0 {
            return floor;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("seed {seed}: calls are in progress 15 s after the last one hung up: {:#}", world.floor().await);
}

/// Calls that the carrier dropped in a gap are taken from its list: at each start, and a quarter of a minute later.
async fn until_imported(world: &World, inbound: usize, mut floor: Value) -> Value {
    for _ in 0..300 {
        if floor["ledger"]["inbound"] == inbound {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        floor = world.floor().await;
    }
    floor
}

/// Calls that wait before and after stand in the same order, with the same arrival and deadline.
fn assert_line_kept(before: &Value, after: &Value, when: &str) {
    for lane in list(&before["lanes"]) {
        let same = |l: &&Value| l["lane"] == lane["lane"] && l["practice"] == lane["practice"];
        let now = list(&after["lanes"]).iter().find(same).expect("lanes stay");
        let places = |lane: &Value| -> Vec<Place> { list(&lane["waiting"]).iter().map(place).collect() };
        let (was, is) = (places(lane), places(now));
        let names = |places: &[Place]| -> BTreeSet<String> { places.iter().map(|p| p.0.clone()).collect() };
        let both: BTreeSet<String> = names(&was).intersection(&names(&is)).cloned().collect();
        let kept = |places: Vec<Place>| -> Vec<Place> { places.into_iter().filter(|p| both.contains(&p.0)).collect() };
        assert_eq!(kept(was), kept(is), "{when}: the line of {} has changed", lane["lane"]);
    }
}

/// A call with its arrival and deadline.
type Place = (String, String, String);

fn place(waiting: &Value) -> Place {
    let text = |name: &str| waiting[name].as_str().unwrap_or_default().to_owned();
    (text("call"), text("arrived_at"), text("deadline"))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
