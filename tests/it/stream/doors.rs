//! Who may open a media stream, and what it may send.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::Sent;
use crate::serve::http;
use crate::serve::process;
use crate::serve::world::AUTH_TOKEN;

/// The websocket's code for "you may not".
const POLICY: Option<u16> = Some(1008);

#[tokio::test]
async fn a_token_opens_one_stream_of_its_own_call_and_no_other() {
    let carrier = Carrier::start().await;
    let (url, token) = carrier.rings("CA21").await;
    for (call, token) in [("CA21", "forged"), ("CA21", ""), ("CA99", token.as_str()), ("CA21", token.as_str())] {
        let mut stranger = Call::open(&url).await;
        stranger.begin(call, token).await;
        assert_eq!(stranger.next().await, Sent::Closed(POLICY), "{call} {token}");
    }
    let mut call = carrier.call("CA22").await;
    assert!(matches!(call.next().await, Sent::Audio(_)), "a good token still works");
}

#[tokio::test]
async fn who_does_not_say_whose_the_stream_is_within_five_seconds_is_cut_off() {
    let carrier = Carrier::start().await;
    let (url, _) = carrier.rings("CA23").await;
    let mut silent = Call::open(&url).await;
    silent.send(&json!({"event": "connected"})).await;
    assert_eq!(silent.next().await, Sent::Closed(POLICY));
}

#[tokio::test]
async fn what_no_carrier_sends_ends_the_stream() {
    let carrier = Carrier::start().await;
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/media_stream_messages.json")).expect("JSON");
    let audio_first = vectors["must_reject"][0]["messages"][1].clone();
    let mut call = Call::open(&carrier.rings("CA24").await.0).await;
    call.send(&audio_first).await;
    assert_eq!(call.until_closed().await, POLICY, "audio before the start");

    let bad_audio = json!({"event": "media", "media": {"track": "inbound", "payload": "***"}}).to_string();
    let start = vectors["from_carrier"]["start"].to_string();
    let texts = ["{\"event\":", &bad_audio, &start].map(|text| Message::Text(text.to_owned().into()));
    for (n, message) in texts.into_iter().chain([Message::Binary(vec![1, 2, 3].into())]).enumerate() {
        let mut call = carrier.call(&format!("CA3{n}")).await;
        call.send_raw(message).await;
        assert_eq!(call.until_closed().await, POLICY, "message {n}");
    }
    let mut call = carrier.call("CA38").await;
    call.send_raw(Message::Text("x".repeat(70_000).into())).await;
    assert_eq!(call.until_closed().await, None, "a message larger than 64 KiB is not read");
    assert_eq!(http::get(&carrier.engine.url("/healthz")).await.expect("carelane answers").status, 200);
}

#[tokio::test]
async fn what_carriers_may_add_is_tolerated() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA25").await;
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/media_stream_messages.json")).expect("JSON");
    for case in vectors["must_tolerate"].as_array().expect("a list") {
        call.send(&case["message"]).await;
    }
    call.send_raw(Message::Ping(vec![7].into())).await;
    call.press('1').await;
    call.until_clear().await;
}

#[tokio::test]
async fn a_second_stream_of_a_call_ends_the_first() {
    let carrier = Carrier::start().await;
    let mut first = carrier.call("CA26").await;
    let mut second = carrier.comes_back("CA26").await;
    assert!(matches!(second.next().await, Sent::Audio(_)));
    tokio::time::timeout(Duration::from_secs(5), first.until_closed()).await.expect("it is closed");
}

#[tokio::test]
async fn a_request_that_is_no_websocket_or_is_signed_by_another_is_refused() {
    let carrier = Carrier::start().await;
    let url = carrier.engine.url("/media");
    assert_eq!(http::get(&url).await.expect("carelane answers").status, 426);
    let asks = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let forged = [&asks[..], &[("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]].concat();
    assert_eq!(http::send("GET", &url, &forged, b"").await.expect("carelane answers").status, 403);
    let websocket = url.replace("http://", "ws://");
    let (_, signature) = http::signed(AUTH_TOKEN, &websocket, &[]);
    let signed = [&asks[..], &[("x-twilio-signature", signature.as_str())]].concat();
    assert_eq!(http::send("GET", &url, &signed, b"").await.expect("carelane answers").status, 101);
}

#[test]
fn streams_need_a_carrier_that_has_them_and_sounds() {
    let folder = process::Folder::new();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let vars = |carrier: &str| {
        let vars = [
            ("CARELANE_LISTEN", "127.0.0.1:0"),
            ("CARELANE_LOCAL_CARRIER", "127.0.0.1:0"),
            ("CARELANE_DATA", &at("data")),
            ("CARELANE_SOUNDS", &at("no-sounds")),
            ("CARELANE_MEDIA", "stream"),
            ("CARELANE_CARRIER", carrier),
            ("TWILIO_ACCOUNT_SID", "AC01"),
            ("TWILIO_AUTH_TOKEN", "token"),
            ("TWILIO_API_BASE", "http://127.0.0.1:9"),
            ("CARELANE_PUBLIC_URL", "http://127.0.0.1:9"),
        ];
        vars.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    for (carrier, why) in [("local", "CARELANE_CARRIER=twilio"), ("twilio", "carelane sounds build")] {
        let output = process::run(&["serve"], &vars(carrier));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && told.contains(why), "{told}");
    }
}
