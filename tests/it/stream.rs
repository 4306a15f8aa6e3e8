//! Behaviour tests: carelane's own audio, against a carrier of media streams.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod barge;
mod bridge;
pub(crate) mod carrier;
mod doors;
mod hold;
mod message;
mod metrics;
mod sockets;
mod speech;
mod staff;
mod supervision;
mod tape;
mod warm;

use std::time::Duration;

use carelane::media::g711;
use tokio::time::timeout;

use carrier::Carrier;
use carrier::Sent;
use carrier::said;

const GREETING: [&str; 4] = [
    "Riverside Family Medicine, this is the phone assistant.",
    "If this is an emergency, hang up and dial 911.",
    "Para español, oprima el 9.",
    "For appointments, press 1. Insurance or bills, 2. Referrals, 3. Records, 4. A nurse or medical question, 5. \
     Hours, directions or anything else, 6. For a person at any time, 0.",
];
const IN_LINE: &str = "You are in line for appointments. An assistant takes your call when it is your turn.";
const CALLBACK_KEY: &str = "To be called back instead of waiting, press 7.";

#[tokio::test]
async fn the_greeting_begins_at_once_and_is_heard_whole() {
    let carrier = Carrier::start().await;
    let (url, token) = carrier.rings("CA01").await;
    let mut call = carrier.connect("CA01", &url, &token).await;
    let first = timeout(Duration::from_millis(300), call.next()).await.expect("sound within 300 ms");
    let Sent::Audio(mut heard) = first else { panic!("{first:?} before any sound") };
    loop {
        match call.next().await {
            Sent::Audio(more) => heard.extend(more),
            Sent::Mark(_) => break,
            other => panic!("{other:?} within the greeting"),
        }
    }
    assert_eq!(heard, said(&GREETING), "another sound than the greeting's");
}

#[tokio::test]
async fn a_key_cuts_the_greeting_short_and_leads_into_the_line() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA02").await;
    call.hears(&said(&GREETING[..1])).await;
    call.press('1').await;
    timeout(Duration::from_millis(500), call.until_clear()).await.expect("what is left is thrown away at once");
    call.hears(&said(&[IN_LINE, CALLBACK_KEY])).await;
    let floor = carrier.floor().await;
    assert_eq!(floor["calls"][0]["state"], "waiting");
    assert_eq!(floor["calls"][0]["lane"], "scheduling");
    // Music follows, ahead of time, without a gap and without an end.
    assert!(call.audio_within(Duration::from_secs(5)).await >= g711::RATE);
}

#[tokio::test]
async fn a_key_is_heard_in_the_audio_itself_once() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA03").await;
    call.hears(&said(&GREETING[..1])).await;
    call.speak(&vec![g711::SILENCE; 1_600]).await;
    call.speak(&carrier::tone(941.0, 1_477.0, 100)).await;
    call.until_clear().await;
    // The carrier tells of the same press, later: that is not a second one.
    call.press('#').await;
    carrier.until_floor(|floor| floor["calls"][0]["state"] == "menu").await;
    call.hears(&said(&["Sorry, that is not one of the choices."])).await;
    call.press('1').await;
    carrier.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
}

#[tokio::test]
async fn silence_is_no_answer_and_the_question_comes_again() {
    let carrier = Carrier::start_with(|_, flow| flow.replace("timeout: 5s", "timeout: 2s")).await;
    let mut call = carrier.call("CA04").await;
    call.until_mark().await;
    call.hears(&said(&["Sorry, I did not get that."])).await;
}

#[tokio::test]
async fn last_words_are_heard_whole_before_the_call_is_hung_up() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA05").await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
    call.press('7').await;
    call.until_clear().await;
    call.hears(&said(&["Thank you. We will call you back by"])).await;
    call.until_mark().await;
    call.until_closed().await;
    let parked = carrier.post("CA05", &carrier.url_of("CA05", "parked")).await;
    assert!(parked.contains("<Response><Hangup/></Response>"), "{parked}");
    let floor = carrier.floor().await;
    assert_eq!(floor["items"][0]["kind"], "callback");
}

#[tokio::test]
async fn a_stream_that_breaks_off_comes_back_to_its_place() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA06").await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
    let before = carrier.floor().await["lanes"][0]["waiting"][0].clone();
    drop(call);
    let mut call = carrier.comes_back("CA06").await;
    call.hears(&said(&[IN_LINE])).await;
    let after = carrier.floor().await["lanes"][0]["waiting"][0].clone();
    assert_eq!((&before["call"], &before["arrived_at"]), (&after["call"], &after["arrived_at"]));
}

#[tokio::test]
async fn after_kill_nine_every_waiting_stream_comes_back_in_order() {
    let mut carrier = Carrier::start().await;
    let names: Vec<String> = (0..50).map(|n| format!("CA1{n:02}")).collect();
    let mut calls = Vec::new();
    for name in &names {
        let mut call = carrier.call(name).await;
        call.press('1').await;
        call.until_clear().await;
        calls.push(call);
    }
    let waiting = |floor: &serde_json::Value| {
        let calls = floor["lanes"][0]["waiting"].as_array().expect("a list").clone();
        calls.iter().map(|call| call["carrier_call"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(waiting(&carrier.floor().await), names);
    carrier.engine.kill();
    drop(calls);
    carrier.engine.start_and_wait().await;
    for name in names.iter().rev() {
        let mut call = carrier.comes_back(name).await;
        call.hears(&said(&[IN_LINE])).await;
    }
    assert_eq!(waiting(&carrier.floor().await), names);
}

#[tokio::test]
async fn a_carrier_that_connects_no_stream_speaks_itself() {
    let carrier = Carrier::start().await;
    let first = carrier.first_document("CA08").await;
    assert_eq!(carrier.first_document("CA08").await, first, "a webhook that comes twice gets the same document");
    let resume = carrier.url_of("CA08", "resume");
    assert!(carrier.post("CA08", &resume).await.contains("<Stream"));
    let spoken = carrier.post("CA08", &resume).await;
    assert!(spoken.contains("<Gather") && spoken.contains(GREETING[0]), "{spoken}");
}

#[tokio::test]
async fn words_without_a_sound_are_said_by_the_carrier() {
    let carrier =
        Carrier::start_with(|_, flow| flow.replace("this is the phone assistant", "this is the phone system")).await;
    let document = carrier.first_document("CA09").await;
    assert!(document.contains("<Gather") && document.contains("this is the phone system"), "{document}");
}

#[tokio::test]
async fn a_parked_leg_that_is_never_moved_hears_words_again_or_leaves_the_queue() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA41").await;
    call.hears(&said(&GREETING[..1])).await;
    let parked = carrier.url_of("CA41", "parked");
    for _ in 0..2 {
        assert!(carrier.post("CA41", &parked).await.contains("<Pause"));
    }
    let leaves = carrier.post("CA41", &parked).await;
    assert!(leaves.contains("<Leave/>"), "a question cannot be asked in a queue: {leaves}");
    call.press('1').await;
    call.until_clear().await;
    let waits = carrier.post("CA41", &parked).await;
    assert!(waits.contains(IN_LINE) && waits.contains("<Play"), "{waits}");
}
