//! Assistants by phone only: the staff number of the real binary, PINs from a file, and notes written by keys.

use std::io::Write as _;
use std::process::Stdio;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use carelane::server::pin_line;
use carelane::vocab::Private;
use serde_json::Value;

use super::http;
use super::process::carelane;
use super::process::free_address;
use super::process::run;
use super::world::World;
use super::world::list;
use super::world::play;
use super::world::write_flows;

const ANA: &str = "+15550100201";
/// Stands nowhere by chance.
const PIN: &str = "9041738265";

/// Dials the staff number and gives the PIN.
fn signs_in() -> String {
    format!("dial +15550100199\nexpect \"enter your PIN\"\nkey {PIN}#\nexpect \"ready for calls\"\n")
}

async fn world(faults: Faults) -> World {
    let mut world = World::stopped(free_address(), 10.0, faults).await;
    let pins = world.engine.folder.path().join("pins");
    let line = pin_line("ana", &Private::new(PIN.to_owned())).expect("a PIN");
    std::fs::write(&pins, format!("# staff\n{line}\n")).expect("a file can be written");
    world.engine.vars.push(("CARELANE_PINS_FILE".to_owned(), pins.display().to_string()));
    world.engine.start_and_wait().await;
    world
}

async fn agent(world: &World, id: &str) -> Value {
    let floor = world.floor().await;
    list(&floor["agents"]).iter().find(|agent| agent["id"] == id).cloned().expect("she is in the team")
}

async fn until_state(world: &World, id: &str, state: &str) -> Value {
    for _ in 0..1_000 {
        let found = agent(world, id).await;
        if found["state"] == state {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{id} does not become {state}: {}", agent(world, id).await);
}

#[tokio::test]
async fn an_assistant_signs_in_by_phone_takes_a_call_and_writes_it_up_by_keys() {
    let faults = Faults { duplicate_webhooks: true, ..Faults::default() };
    let mut world = world(faults).await;
    let mut phone = world.phone(ANA, Role::Patient).await;
    play(&mut phone, None, &format!("{}key 1\nexpect \"You are ready\"", signs_in())).await;
    assert_eq!(agent(&world, "ana").await["reason"], "on the phone");
    play(&mut phone, None, "hangup\nexpect-ended").await;
    until_state(&world, "ana", "available").await;

    let patient = "dial\nexpect \"press 1\"\nkey 1\nexpect-joined\nwait 2s\nhangup\nexpect-ended";
    let takes = "expect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended";
    tokio::join!(world.patient("+15550109301", patient), play(&mut phone, None, takes));
    until_state(&world, "ana", "wrap_up").await;

    let begins = format!("{}expect \"Notes you owe: 1\"\nkey 4\nexpect \"How did it end\"\nkey 1", signs_in());
    play(&mut phone, None, &begins).await;
    play(&mut phone, None, "expect \"What the patient asked for\"\nkey 1").await;
    // Half of it is on disk when the process dies; she presses on when it is back.
    play(&mut phone, None, "expect \"What was done\"").await;
    world.engine.kill();
    world.engine.start_and_wait().await;
    let ends = "key 2\nexpect \"Next step\"\nkey 2\nexpect \"This call is closed\"\nhangup\nexpect-ended";
    play(&mut phone, None, ends).await;

    let floor = world.until_quiet().await;
    let ledger = &floor["ledger"];
    assert_eq!([&ledger["inbound"], &ledger["answered"], &ledger["unaccounted"]], [1, 1, 0], "{ledger}");
    let told = world.ask("GET", "calls/call-1", "").await.expect("carelane answers").json();
    let closed = list(&told["facts"]).iter().find(|fact| fact["fact"] == "call_closed").expect("it is closed");
    let note = serde_json::json!({
        "request": "Wanted to make or change a visit", "action": "Booked or changed the visit",
        "next_step": "The front desk calls in the morning",
    });
    assert_eq!((&closed["outcome"], &closed["note"]), (&"booked".into(), &note));
}

#[tokio::test]
async fn a_pin_stands_in_no_log_no_url_no_metric_and_nowhere_on_the_disk() {
    let mut world = world(Faults::default()).await;
    let wrong = "8041738265";
    let script = format!(
        "dial +15550100199\nexpect \"enter your PIN\"\nkey {wrong}#\nexpect \"is not right\"\nkey {PIN}#\n\
         expect \"ready for calls\"\nkey 3\nexpect \"signed out\"\nhangup\nexpect-ended"
    );
    let mut phone = world.phone(ANA, Role::Patient).await;
    play(&mut phone, None, &script).await;
    let metrics = http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text();
    assert!(metrics.contains("carelane_staff_pins_total{result=\"wrong\"} 1"), "{metrics}");
    assert!(metrics.contains("carelane_staff_pins_total{result=\"right\"} 1"), "{metrics}");
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0));
    let urls: Vec<String> = world.seen().into_iter().map(|request| request.url).collect();
    let mut places = vec![world.engine.log().into_bytes(), metrics.into_bytes(), urls.join("\n").into_bytes()];
    for entry in std::fs::read_dir(world.engine.data()).expect("the data folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            places.push(std::fs::read(path).expect("our own file"));
        }
    }
    assert!(places.len() > 5, "the data folder is empty");
    for pin in [PIN, wrong] {
        assert!(!places.iter().any(|bytes| bytes.windows(pin.len()).any(|found| found == pin.as_bytes())));
    }
}

#[tokio::test]
async fn pins_are_read_again_on_sighup_and_a_broken_file_keeps_them() {
    let mut world = world(Faults::default()).await;
    let pins = world.engine.folder.path().join("pins");
    let whole = std::fs::read_to_string(&pins).expect("our own file");
    std::fs::write(&pins, "ana: 4711\n").expect("a file can be written");
    world.engine.signal("HUP");
    let mut phone = world.phone(ANA, Role::Patient).await;
    until_said(&world, "PINs cannot be read").await;
    assert!(world.engine.log().contains("line 1: a line is written"), "{}", world.engine.log());
    play(&mut phone, None, &format!("{}hangup\nexpect-ended", signs_in())).await;

    std::fs::write(&pins, whole.replace("ana:", "ben:")).expect("a file can be written");
    world.engine.signal("HUP");
    until_said(&world, "PINs read again").await;
    let unset =
        format!("dial +15550100199\nexpect \"enter your PIN\"\nkey {PIN}#\nexpect \"no PIN yet\"\nexpect-ended");
    play(&mut phone, None, &unset).await;

    world.engine.kill();
    std::fs::write(&pins, "ben").expect("a file can be written");
    world.engine.start();
    assert_eq!(world.engine.end().await, Some(1), "a broken file is told at the start");
}

async fn until_said(world: &World, words: &str) {
    for _ in 0..1_000 {
        if world.engine.log().contains(words) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("`{words}` was not said:\n{}", world.engine.log());
}

#[tokio::test]
async fn who_works_by_phone_is_asked_for_the_note_when_the_caller_has_left() {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    write_flows(&world.engine, |_, text| text.replacen("    name: Ana\n", "    name: Ana\n    by_phone: true\n", 1));
    world.engine.start_and_wait().await;
    world.set_state("ana", "available").await;
    let mut phone = world.phone(ANA, Role::Assistant).await;
    let patient = "dial\nexpect \"press 1\"\nkey 1\nexpect-joined\nwait 2s\nhangup\nexpect-ended";
    let writes = "expect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect \"The caller has left\"\n\
        key 6\nexpect \"What the patient asked for\"\nkey 3\nexpect \"What was done\"\nkey 1\nexpect \"Next step\"\nkey 1\n\
        expect \"This call is closed\"\nexpect-ended";
    tokio::join!(world.patient("+15550109302", patient), play(&mut phone, None, writes));
    let floor = world.until_quiet().await;
    assert_eq!([&floor["ledger"]["answered"], &floor["ledger"]["items"]], [1, 0], "{}", floor["ledger"]);
    until_state(&world, "ana", "available").await;
}

#[test]
fn a_pin_from_a_pipe_becomes_a_line_and_an_obvious_one_is_refused() {
    let piped = |pin: &str| {
        let mut command = carelane(&["pin", "hugo"], &[]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        writeln!(child.stdin.take().expect("a pipe"), "{pin}").expect("it reads its input");
        child.wait_with_output().expect("it ends")
    };
    let made = piped("904173");
    let line = String::from_utf8(made.stdout).expect("text");
    assert!(made.status.success() && line.starts_with("hugo: pbkdf2-sha256$600000$"), "{line}");
    for wrong in ["1234", "", "none"] {
        let refused = piped(wrong);
        assert_eq!(refused.status.code(), Some(1), "{wrong}");
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty());
    }
    let help = run(&["pin", "--help"], &[]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("carelane pin ana"));
}
