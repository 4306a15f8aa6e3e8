//! Row 31: an event at which the core panics. The real binary, with a bug planted in it: it crashes once, and at the
//! second time the event is set aside, its call becomes an item, and everything else goes on.
//!
//! In builds with the feature `planted` only: `cargo test --features planted --test it planted`.

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;

use super::metric;
use crate::serve::http;
use crate::serve::process::free_address;
use crate::serve::process::run;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::World;
use crate::serve::world::list;
use crate::serve::world::play;
use crate::serve::world::write_flows;

/// A practice whose carelane has this bug.
async fn world_with(bug: &str) -> World {
    let mut world = World::stopped(free_address(), 20.0, Faults::default()).await;
    world.engine.vars.push(("CARELANE_PLANTED".to_owned(), bug.to_owned()));
    world
}

/// A webhook; `None` if the connection ends without an answer.
async fn post(url: &str, params: &[(&str, &str)]) -> Option<String> {
    let (body, signature) = http::signed(AUTH_TOKEN, url, params);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    http::send("POST", url, &headers, body.as_bytes()).await.map(|answer| answer.text())
}

#[tokio::test]
async fn a_key_with_a_planted_panic_crashes_once_and_is_then_set_aside_with_its_call() {
    let mut world = world_with("PanicsAtEight").await;
    world.engine.start_and_wait().await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    let call = [("CallSid", "CA31"), ("From", "+15550109002"), ("To", OURS)];
    let greeting = post(&world.engine.url("/voice/incoming"), &call).await.expect("a greeting");
    let (_, rest) = greeting.split_once("action=\"").expect("a menu");
    let (done, _) = rest.split_once('"').expect("a URL");
    let eight = [("CallSid", "CA31"), ("Digits", "8")];

    assert_eq!(post(done, &eight).await, None, "nobody knows how far the floor had come");
    assert_eq!(world.engine.end().await, Some(70));
    world.engine.start_and_wait().await;
    let answer = post(done, &eight).await.expect("an answer");
    assert!(answer.contains("We have a technical problem"), "{answer}");
    let floor = world.floor().await;
    let item = &list(&floor["items"])[0];
    assert_eq!((&item["kind"], &item["caller"]), (&"missed".into(), &"+15550109002".into()));
    assert_eq!(floor["ledger"]["unaccounted"], 0);
    assert!(metric(&world, "carelane_events_quarantined_total").await > 0.5);
    assert!(world.engine.log().contains("for the second time: it is set aside"));

    // Everything else goes on.
    play(&mut waiting, None, "key 7\nexpect \"call you back\"\nexpect-ended").await;
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0), "{}", world.engine.log());
    assert!(run(&["journal", "verify"], &world.engine.vars).status.success());
}

#[tokio::test]
async fn a_deadline_with_a_planted_panic_crashes_once_and_its_caller_hears_a_promise() {
    let mut world = world_with("PanicsAtNextTier").await;
    write_flows(&world.engine, |_, text| text.replace("after: 30s", "after: 2s"));
    world.engine.start_and_wait().await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;

    assert_eq!(world.engine.end().await, Some(70));
    // The deadline is over at the next start too: without the mark this would go on for ever.
    world.engine.start_and_wait().await;
    play(&mut waiting, None, "expect \"We have a technical problem\"\nexpect-ended").await;
    let floor = world.until_quiet().await;
    assert_eq!((&floor["ledger"]["items"], &floor["ledger"]["unaccounted"]), (&1.into(), &0.into()));
    assert!(metric(&world, "carelane_events_quarantined_total").await > 0.5);
}
