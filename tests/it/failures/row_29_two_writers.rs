//! Row 29: two processes on one data folder, because the lock was of no use. The older one stood still meanwhile: what
//! it wants to write afterwards is rejected, and nobody is told what is not written.

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;

use crate::serve::http;
use crate::serve::process::Served;
use crate::serve::process::free_address;
use crate::serve::process::run;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::World;
use crate::serve::world::ask;
use crate::serve::world::list;
use crate::serve::world::play;

/// A new call's webhook; the document, if there is an answer.
async fn announce(served: &Served, carrier_call: &str) -> Option<String> {
    let url = served.url("/voice/incoming");
    let params = [("CallSid", carrier_call), ("From", "+15550109009"), ("To", OURS)];
    let (body, signature) = http::signed(AUTH_TOKEN, &url, &params);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    http::send("POST", &url, &headers, body.as_bytes()).await.map(|answer| answer.text())
}

#[tokio::test]
async fn a_process_that_stood_still_cannot_write_after_another_took_its_place() {
    let mut world = World::start(20.0, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    world.engine.signal("STOP");
    std::fs::remove_file(world.engine.data().join("lock")).expect("the lock is a file");

    let mut vars = world.engine.vars.clone();
    let address = free_address();
    vars.push(("CARELANE_LISTEN".to_owned(), address.to_string()));
    let mut second = Served::new(address, vars);
    second.start_and_wait().await;
    let floor = ask(&second.url(""), "GET", "floor", "").await.expect("an answer").json();
    assert_eq!(floor["ledger"]["inbound"], 1, "it knows what the first one wrote");

    world.engine.signal("CONT");
    assert_eq!(announce(&world.engine, "CA29a").await, None, "nothing was written, so nothing is said");
    assert_eq!(world.engine.end().await, Some(74));
    assert!(world.engine.log().contains("has taken this data folder over"), "{}", world.engine.log());
    assert!(announce(&second, "CA29b").await.is_some_and(|document| document.contains("Riverside Family Medicine")));
    let floor = ask(&second.url(""), "GET", "floor", "").await.expect("an answer").json();
    let known: Vec<_> = list(&floor["calls"]).iter().map(|call| &call["carrier_call"]).collect();
    assert!(known.contains(&&"CA29b".into()) && !known.contains(&&"CA29a".into()), "{floor:#}");

    second.signal("TERM");
    assert_eq!(second.end().await, Some(0), "{}", second.log());
    assert!(run(&["journal", "verify"], &world.engine.vars).status.success());
}
