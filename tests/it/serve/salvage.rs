//! A damaged journal from the first refusal to the items of the new one, as an operator goes through it.

use std::fs;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;

use super::process::run;
use super::world::World;
use super::world::list;
use super::world::play;

#[tokio::test]
async fn a_damaged_journal_is_refused_salvaged_and_served_again_with_an_item_for_each_call_it_cut_off() {
    let mut world = World::start(6.0, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    let left = "dial\nexpect \"press 1\"\nkey 2\nexpect \"in line\"\nhangup\nexpect-ended";
    world.patient("+15550109002", left).await;
    world.engine.kill();

    let log = world.engine.data().join("journal.db-wal");
    let mut bytes = fs::read(&log).expect("the log is there");
    let late = bytes.len() - 2 * (4096 + 24) + 200;
    bytes[late] ^= 1;
    fs::write(&log, &bytes).expect("the log can be written");
    world.engine.start();
    assert_eq!(world.engine.end().await, Some(1), "{}", world.engine.log());
    assert!(world.engine.log().contains("carelane journal salvage --to"), "{}", world.engine.log());
    assert!(fs::read(&log).expect("the log is there") == bytes, "the damaged folder was changed");

    let new = world.engine.folder.path().join("salvaged");
    let output = run(&["journal", "salvage", "--to", &new.display().to_string()], &world.engine.vars);
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}{complained}");
    let kept = fs::read_to_string(new.join("salvage.txt")).expect("the report stands in the new folder");
    assert_eq!(kept, said);
    assert!(said.contains("call-1 of riverside") && !said.contains("555010900"), "{said}");
    let again = run(&["journal", "salvage", "--to", &new.display().to_string()], &world.engine.vars);
    assert_eq!(again.status.code(), Some(2), "a folder that is there is never written over");

    let data = world.engine.vars.iter_mut().find(|(name, _)| name == "CARELANE_DATA");
    data.expect("the data folder is a setting").1 = new.display().to_string();
    world.engine.start_and_wait().await;
    let floor = world.floor().await;
    let ledger = &floor["ledger"];
    assert_eq!((&ledger["unaccounted"], &ledger["in_progress"]), (&0.into(), &0.into()), "{ledger}");
    assert_eq!((&ledger["inbound"], &ledger["items"]), (&2.into(), &2.into()), "{ledger}");
    let items = list(&floor["items"]);
    let item =
        |call: &str| items.iter().find(|item| item["call"] == call).unwrap_or_else(|| panic!("{call}: {items:?}"));
    assert_eq!((&item("call-1")["kind"], &item("call-1")["caller"]), (&"missed".into(), &"+15550109001".into()));
    assert!(items.iter().all(|item| !item["owner"].is_null() && !item["due_at"].is_null()), "{items:?}");
    world.set_state("ana", "available").await;
    let talk = "ready\nexpect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended";
    let calls = "dial\nexpect \"press 1\"\nkey 1\nexpect-joined\nhangup\nexpect-ended";
    tokio::join!(world.assistant("ana", talk), world.patient("+15550109003", calls));
    assert_eq!(world.until_quiet().await["ledger"]["unaccounted"], 0);
}
