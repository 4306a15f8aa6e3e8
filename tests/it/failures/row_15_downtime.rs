//! Row 15: the host is dead for half an hour. What the carrier heard in the gap is accounted for afterwards.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use carelane::vocab::Span;
use serde_json::Value;

use super::metric;
use super::until_inbound;
use super::wall;
use crate::serve::process::free_address;
use crate::serve::world::World;
use crate::serve::world::list;
use crate::serve::world::now;
use crate::serve::world::play;

/// Somebody calls while nobody answers: the carrier's own error, and the call is over.
const IN_VAIN: &str = "dial\nexpect-ended";

#[tokio::test]
async fn calls_that_came_while_carelane_was_down_for_half_an_hour_become_missed_calls_with_an_owner() {
    // The carrier's clock can be put forward: half an hour passes in a moment.
    let ahead = Arc::new(AtomicI64::new(0));
    let shown = Arc::clone(&ahead);
    let clock = Arc::new(move || now() + Span(shown.load(Ordering::Relaxed)));
    let mut world = World::stopped_at(free_address(), 20.0, Faults::default(), clock).await;
    // The carrier's list has whole seconds: what began in the second in which carelane began is not told apart.
    world.engine.start_and_wait().await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    world.patient("+15550109001", "dial\nexpect \"Riverside Family Medicine\"\nhangup\nexpect-ended").await;
    world.until_quiet().await;
    world.engine.kill();

    for (minute, number) in [(3, "+15550109002"), (17, "+15550109003"), (29, "+15550109002")] {
        ahead.store(Span::mins(minute).0, Ordering::Relaxed);
        world.patient(number, IN_VAIN).await;
    }
    ahead.store(Span::mins(30).0, Ordering::Relaxed);
    world.engine.start_and_wait().await;
    let floor = until_inbound(&world, 4).await;

    let ledger = &floor["ledger"];
    assert_eq!((&ledger["items"], &ledger["declined"], &ledger["unaccounted"]), (&3.into(), &1.into(), &0.into()));
    // Who called twice has one callback to come.
    let items = list(&floor["items"]);
    assert_eq!(items.len(), 2);
    for item in items {
        assert_eq!(
            (&item["kind"], &item["lane"], &item["status"]),
            (&"missed".into(), &"general".into(), &"open".into())
        );
        assert!(item["owner"].is_string() && item["due_at"].is_string(), "{item}");
    }
    let callers: Vec<&Value> = items.iter().map(|item| &item["caller"]).collect();
    assert_eq!(callers, ["+15550109002", "+15550109003"]);
    assert_eq!(metric(&world, "carelane_calls_imported_total").await.to_bits(), 3.0_f64.to_bits());

    // Told again at every start, and taken once; a call that is up is left alone.
    let mut line = world.phone("+15550109004", Role::Patient).await;
    play(&mut line, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"").await;
    world.engine.kill();
    world.engine.start_and_wait().await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let floor = until_inbound(&world, 5).await;
    assert_eq!(floor["ledger"]["unaccounted"], 0);
    assert_eq!(list(&floor["items"]).len(), 3);
}

#[tokio::test]
async fn a_crash_before_the_list_was_read_does_not_shorten_the_gap() {
    let ahead = Arc::new(AtomicI64::new(0));
    let shown = Arc::clone(&ahead);
    let clock = Arc::new(move || now() + Span(shown.load(Ordering::Relaxed)));
    let mut world = World::stopped_at(free_address(), 20.0, Faults::default(), clock).await;
    wall::give(&mut world.engine);
    world.engine.start_and_wait().await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let hangs_up = "dial\nexpect \"Riverside Family Medicine\"\nhangup\nexpect-ended";
    world.patient("+15550109001", hangs_up).await;
    world.until_quiet().await;
    world.engine.kill();
    ahead.store(Span::mins(30).0, Ordering::Relaxed);
    world.patient("+15550109002", IN_VAIN).await;

    // Four hours later it starts while the carrier's REST is down, takes a call, and dies before the list was read.
    ahead.store(Span::hours(4).0, Ordering::Relaxed);
    wall::set(&world.engine, 4 * 3_600);
    let base = world.engine.vars.iter().position(|(name, _)| name == "TWILIO_API_BASE").expect("a setting");
    let api = std::mem::replace(&mut world.engine.vars[base].1, "http://127.0.0.1:9".to_owned());
    world.engine.start_and_wait().await;
    world.patient("+15550109003", hangs_up).await;
    world.engine.kill();

    world.engine.vars[base].1 = api;
    world.engine.start_and_wait().await;
    let floor = until_inbound(&world, 3).await;
    assert_eq!(floor["ledger"]["unaccounted"], 0);
    let missed = list(&floor["items"]).iter().filter(|item| item["caller"] == "+15550109002").count();
    assert_eq!(missed, 1, "{:#}", floor["items"]);
}
