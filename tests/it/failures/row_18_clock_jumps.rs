//! Row 18: somebody sets the machine's clock, two hours forward and two hours back, while calls wait.

use std::time::Duration;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use serde_json::Value;

use super::wall;
use crate::serve::process::free_address;
use crate::serve::process::run;
use crate::serve::world::World;
use crate::serve::world::list;
use crate::serve::world::play;

const HOURS_2: i64 = 2 * 3_600;
const WAITS: &str = "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"";

/// Who waits, in the order of the line: caller, arrival and deadline.
fn line(floor: &Value) -> Vec<(String, String, String)> {
    let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let of = |call: &Value| (text(call, "caller"), text(call, "arrived_at"), text(call, "deadline"));
    list(&floor["lanes"]).iter().flat_map(|lane| list(&lane["waiting"])).map(of).collect()
}

#[tokio::test]
async fn a_clock_that_jumps_two_hours_either_way_ends_no_wait_and_turns_no_order_round() {
    let mut world = World::stopped(free_address(), 20.0, Faults::default()).await;
    wall::give(&mut world.engine);
    world.engine.start_and_wait().await;
    world.set_state("ana", "not_ready").await;
    let mut first = world.phone("+15550109001", Role::Patient).await;
    play(&mut first, None, WAITS).await;
    let before = line(&world.floor().await);
    assert_eq!(before.len(), 1);

    // The longest wait is half an hour: by this clock it is over, by the floor's it is not.
    wall::set(&world.engine, HOURS_2);
    let mut second = world.phone("+15550109002", Role::Patient).await;
    play(&mut second, None, WAITS).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let both = line(&world.floor().await);
    assert_eq!((both.len(), &both[0]), (2, &before[0]));

    // Two hours back, at a start: time goes on from the journal's last entry, and nobody who comes now is before them.
    wall::set(&world.engine, -HOURS_2);
    world.engine.kill();
    world.engine.start_and_wait().await;
    let mut third = world.phone("+15550109003", Role::Patient).await;
    play(&mut third, None, WAITS).await;
    let all = line(&world.floor().await);
    let callers: Vec<&str> = all.iter().map(|(caller, ..)| caller.as_str()).collect();
    assert_eq!(callers, ["+15550109001", "+15550109002", "+15550109003"]);
    assert_eq!(&all[..2], &both[..]);
    assert!(all[1].1 <= all[2].1, "{all:?}");

    for line in [&mut first, &mut second, &mut third] {
        play(line, None, "key 7\nexpect \"call you back\"\nexpect-ended").await;
    }
    let floor = world.until_quiet().await;
    assert_eq!((&floor["ledger"]["items"], &floor["ledger"]["unaccounted"]), (&3.into(), &0.into()));
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0), "{}", world.engine.log());
    let verified = run(&["journal", "verify"], &world.engine.vars);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
