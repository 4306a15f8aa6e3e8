//! Row 24: the disk is full, and later it is not. The process stays; nothing that is not on disk is answered.

use std::time::Duration;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use serde_json::Value;

use super::metric;
use super::until_inbound;
use crate::serve::http;
use crate::serve::process::free_address;
use crate::serve::process::has_small_disks;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::World;
use crate::serve::world::list;
use crate::serve::world::play;

const TURNED_AWAY: &str =
    "dial\nexpect \"Riverside Family Medicine\"\nexpect \"911\"\nexpect \"technical problem\"\nexpect-ended";

async fn ready(world: &World) -> u16 {
    http::get(&world.engine.url("/readyz")).await.expect("carelane answers").status
}

async fn status_callback(world: &World) -> u16 {
    let url = world.engine.url("/voice/status");
    let (body, signature) = http::signed(AUTH_TOKEN, &url, &[("CallSid", "CA77"), ("CallStatus", "completed")]);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    http::send("POST", &url, &headers, body.as_bytes()).await.expect("carelane answers").status
}

/// State and place of every call that waits.
fn line(floor: &Value) -> Vec<Value> {
    list(&floor["lanes"]).iter().flat_map(|lane| list(&lane["waiting"]).to_vec()).collect()
}

#[tokio::test]
async fn on_a_full_disk_callers_hear_the_fallback_and_are_called_back_when_there_is_space_again() {
    if !has_small_disks() {
        println!("not tested: this machine lets no process have a small disk of its own (unshare -Urm)");
        return;
    }
    let mut world = World::stopped(free_address(), 20.0, Faults::default()).await;
    world.engine.small_disk = Some("16m");
    world.engine.start_and_wait().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    let before = line(&world.floor().await);

    world.engine.fill_disk();
    // The first one's arrival is what cannot be kept; from then on nothing is even begun.
    world.patient("+15550109002", TURNED_AWAY).await;
    world.patient("+15550109003", TURNED_AWAY).await;
    assert_eq!(ready(&world).await, 503);
    assert_eq!(status_callback(&world).await, 503);
    assert_eq!(world.ask("PUT", "agents/ana/state", r#"{"state":"available"}"#).await.expect("an answer").status, 503);
    assert!(metric(&world, "carelane_disk_full").await > 0.5);
    play(&mut waiting, None, "expect \"One moment, please\"").await;

    world.engine.free_disk();
    for _ in 0..200 {
        if ready(&world).await == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status_callback(&world).await, 204);
    assert!(metric(&world, "carelane_disk_full").await < 0.5);
    until_inbound(&world, 3).await;
    let floor = until_items(&world, 2).await;
    assert_eq!(line(&floor), before, "who waited has the same place");
    assert_eq!(floor["ledger"]["unaccounted"], 0);
    assert!(list(&floor["items"]).iter().all(|item| item["kind"] == "missed"));
    play(&mut waiting, None, "hangup\nexpect-ended").await;
    assert!(!world.engine.log().contains("stops and reads it anew"), "the process did not end");
}

#[tokio::test]
async fn who_starts_on_a_full_disk_is_not_ready_until_there_is_space() {
    if !has_small_disks() {
        println!("not tested: this machine lets no process have a small disk of its own (unshare -Urm)");
        return;
    }
    let mut world = World::stopped(free_address(), 20.0, Faults::default()).await;
    world.engine.start_and_wait().await;
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0), "{}", world.engine.log());
    world.engine.small_disk = Some("16m");
    world.engine.starts_full = true;
    world.engine.start();
    let told = first_answer(&world).await;
    assert_eq!(told.status, 503, "{}", world.engine.log());
    let words = told.text();
    assert!(words.contains("the disk is full") && words.contains("make space"), "{words}");
    // The first call of a practice, and of a month: not even the key for its texts can be made.
    world.patient("+15550109002", TURNED_AWAY).await;
    assert_eq!(ready(&world).await, 503);

    world.engine.free_disk();
    for _ in 0..200 {
        if ready(&world).await == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ready(&world).await, 200);
    world
        .patient("+15550109003", "dial\nexpect \"Riverside Family Medicine\"\nexpect \"press 1\"\nhangup\nexpect-ended")
        .await;
    assert_eq!(until_inbound(&world, 2).await["ledger"]["unaccounted"], 0);
}

/// What the first one hears who asks whether calls can be taken.
async fn first_answer(world: &World) -> http::Answer {
    for _ in 0..1_000 {
        if let Some(answer) = http::get(&world.engine.url("/readyz")).await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody answers:\n{}", world.engine.log());
}

/// Waits until so many calls became items.
async fn until_items(world: &World, items: u64) -> Value {
    for _ in 0..500 {
        let floor = world.floor().await;
        if floor["ledger"]["items"] == items {
            return floor;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not {items} items: {:#}\n{}", world.floor().await, world.engine.log());
}
