//! Row 33: a request may claim to have been for another host. The signature is compared for the URL of our own
//! settings, whatever a header or a proxy says.

use carelane::carrier::local::Faults;

use crate::serve::http;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::World;

const CLAIMS: [(&str, &str); 5] = [
    ("x-forwarded-host", "phones.example"),
    ("x-forwarded-proto", "https"),
    ("forwarded", "host=phones.example;proto=https"),
    ("x-original-url", "/voice/status"),
    ("x-forwarded-for", "203.0.113.9"),
];

/// The status of a call's first webhook, signed for this URL and sent to us with such claims.
async fn announce(world: &World, carrier_call: &str, signed_for: &str) -> u16 {
    let params = [("CallSid", carrier_call), ("From", "+15550109001"), ("To", OURS)];
    let (body, signature) = http::signed(AUTH_TOKEN, signed_for, &params);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers: Vec<_> = CLAIMS.into_iter().chain([form, ("x-twilio-signature", signature.as_str())]).collect();
    let url = world.engine.url("/voice/incoming");
    http::send("POST", &url, &headers, body.as_bytes()).await.expect("carelane answers").status
}

#[tokio::test]
async fn what_a_request_says_of_its_own_host_counts_for_nothing() {
    let world = World::start(20.0, Faults::default()).await;
    assert_eq!(announce(&world, "CA33a", "https://phones.example/voice/incoming").await, 403);
    assert_eq!(announce(&world, "CA33b", &world.engine.url("/voice/status")).await, 403);
    assert_eq!(world.floor().await["ledger"]["inbound"], 0);
    assert_eq!(announce(&world, "CA33c", &world.engine.url("/voice/incoming")).await, 200);
    assert_eq!(world.floor().await["ledger"]["inbound"], 1);
}
