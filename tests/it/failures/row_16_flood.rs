//! Row 16: hundreds of calls at once. Each is greeted, each is in the ledger, and those that wait keep their place.

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;

use crate::serve::http;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::World;
use crate::serve::world::list;
use crate::serve::world::play;

const CALLS: usize = 600;
/// Requests under way at once.
const AT_ONCE: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_calls_is_greeted_to_the_last_one_and_all_are_accounted_for() {
    let world = World::start(20.0, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    let url = world.engine.url("/voice/incoming");
    for wave in (0..CALLS).collect::<Vec<_>>().chunks(AT_ONCE) {
        let calls: Vec<_> = wave
            .iter()
            .map(|n| {
                let (url, sid, from) = (url.clone(), format!("CAflood{n}"), format!("+1555{:07}", 3_000_000 + n));
                tokio::spawn(async move {
                    let params = [("CallSid", sid.as_str()), ("From", from.as_str()), ("To", OURS)];
                    let (body, signature) = http::signed(AUTH_TOKEN, &url, &params);
                    let form = ("content-type", "application/x-www-form-urlencoded");
                    let headers = [form, ("x-twilio-signature", signature.as_str())];
                    http::send("POST", &url, &headers, body.as_bytes()).await.expect("an answer").text()
                })
            })
            .collect();
        for call in calls {
            let document = call.await.expect("no test panics here");
            assert!(document.contains("Riverside Family Medicine"), "{document}");
        }
    }
    let floor = world.floor().await;
    let ledger = &floor["ledger"];
    assert_eq!((&ledger["inbound"], &ledger["unaccounted"]), (&(CALLS + 1).into(), &0.into()), "{ledger}");
    let line: Vec<_> = list(&floor["lanes"]).iter().flat_map(|lane| list(&lane["waiting"])).collect();
    assert_eq!(line.iter().filter(|call| call["caller"] == "+15550109001").count(), 1, "{line:?}");
    play(&mut waiting, None, "key 7\nexpect \"call you back\"\nexpect-ended").await;
}
