//! Sockets that break, stall or babble: each takes down its own stream and no other, and its call goes on at its place.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::time::sleep;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::CALLBACK_KEY;
use super::GREETING;
use super::IN_LINE;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::Sent;
use super::carrier::said;

/// The websocket's code for "you may not".
const POLICY: Option<u16> = Some(1008);
/// The most that one message may hold.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;

async fn in_line(carrier: &Carrier, name: &str) -> Call {
    let mut call = carrier.call(name).await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE, CALLBACK_KEY])).await;
    call
}

fn line(floor: &Value) -> Vec<String> {
    let waiting = floor["lanes"][0]["waiting"].as_array().expect("a list");
    waiting.iter().map(|call| call["carrier_call"].as_str().expect("a name").to_owned()).collect()
}

/// It still hears music: half a second of it, and more to come.
async fn hears_on(call: &mut Call) {
    assert!(call.audio_within(Duration::from_secs(2)).await >= 4_000, "another call is touched");
}

#[tokio::test]
async fn an_oversized_message_ends_its_own_stream_only_and_the_call_keeps_its_place() {
    let carrier = Carrier::start().await;
    let (mut loud, mut other) = (in_line(&carrier, "CA51").await, in_line(&carrier, "CA52").await);
    let padding = |bytes: usize| {
        let empty = json!({"event": "future", "padding": ""}).to_string();
        Message::Text(json!({"event": "future", "padding": "x".repeat(bytes - empty.len())}).to_string().into())
    };
    loud.send_raw(padding(MESSAGE_BYTES_MAX)).await;
    hears_on(&mut loud).await;
    loud.send_raw(padding(MESSAGE_BYTES_MAX + 1)).await;
    assert_eq!(loud.until_closed().await, None, "one byte more is not read");
    hears_on(&mut other).await;
    let mut loud = carrier.comes_back("CA51").await;
    loud.hears(&said(&[IN_LINE])).await;
    assert_eq!(line(&carrier.floor().await), ["CA51", "CA52"]);
}

#[tokio::test]
async fn a_stream_on_which_nothing_comes_is_given_up_and_the_call_keeps_its_place() {
    let carrier = Carrier::start().await;
    let (mut dead, mut other) = (in_line(&carrier, "CA53").await, in_line(&carrier, "CA54").await);
    dead.hush();
    // The other speaks on meanwhile.
    let (closed, ()) = tokio::join!(timeout(Duration::from_secs(60), dead.until_closed()), async {
        for _ in 0..8 {
            hears_on(&mut other).await;
        }
    });
    assert_eq!(closed.expect("a dead stream is given up"), None);
    let mut dead = carrier.comes_back("CA53").await;
    dead.hears(&said(&[IN_LINE])).await;
    hears_on(&mut other).await;
    assert_eq!(line(&carrier.floor().await), ["CA53", "CA54"]);
}

#[tokio::test]
async fn a_carrier_that_takes_no_audio_is_given_up_and_the_call_comes_back() {
    let carrier = Carrier::start().await;
    let mut other = in_line(&carrier, "CA56").await;
    let (url, token) = carrier.rings("CA55").await;
    let mut stuck = Call::open_narrow(&url).await;
    stuck.begin("CA55", &token).await;
    // Each `*` has the question said again, four seconds ahead; nobody reads it.
    let dropped = |text: String| text.contains("carelane_streams_ended_total{result=\"dropped\"} 1");
    let mut given_up = false;
    for _ in 0..3_000 {
        stuck.press('*').await;
        sleep(Duration::from_millis(10)).await;
        given_up = dropped(carrier.metrics().await);
        if given_up {
            break;
        }
    }
    assert!(given_up, "audio that nobody takes fills up without an end");
    hears_on(&mut other).await;
    let mut call = carrier.comes_back("CA55").await;
    call.hears(&said(&GREETING[3..])).await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_in_the_menu_is_asked_again_and_may_answer() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA57").await;
    call.hears(&said(&GREETING[..2])).await;
    drop(call);
    let mut call = carrier.comes_back("CA57").await;
    call.hears(&said(&GREETING)).await;
    call.press('2').await;
    call.until_clear().await;
    let call = &carrier.floor().await["calls"][0];
    assert_eq!((&call["state"], &call["lane"]), (&json!("waiting"), &json!("insurance")));
}

#[tokio::test]
async fn a_token_that_opened_a_stream_opens_no_second_and_the_first_goes_on() {
    let carrier = Carrier::start().await;
    let (url, token) = carrier.rings("CA58").await;
    let mut call = carrier.connect("CA58", &url, &token).await;
    call.hears(&said(&GREETING[..1])).await;
    let mut thief = Call::open(&url).await;
    thief.begin("CA58", &token).await;
    assert_eq!(thief.next().await, Sent::Closed(POLICY));
    call.hears(&said(&GREETING[1..])).await;
}

#[tokio::test]
async fn strange_and_disordered_messages_change_nothing() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA59").await;
    call.hears(&said(&GREETING[..1])).await;
    let strange = [
        json!({"event": "connected", "protocol": "Call", "version": "9.9.9"}),
        json!({"event": "mark", "sequenceNumber": "1", "mark": {"name": "1000000"}}),
        json!({"event": "mark", "mark": {"name": "-1"}}),
        json!({"event": "dtmf", "dtmf": {"digit": "12"}}),
        json!({"event": "dtmf", "dtmf": {"digit": ""}}),
        json!({"event": "media", "sequenceNumber": "3", "media": {"track": "outbound", "payload": "////"}}),
        json!({"event": "media", "media": {"track": "inbound", "payload": ""}}),
        json!({"event": "clear"}),
        json!({"event": "", "streamSid": 7}),
    ];
    for message in &strange {
        call.send(message).await;
        assert!(matches!(call.next().await, Sent::Audio(_)), "{message} is no answer to the question");
    }
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
}
