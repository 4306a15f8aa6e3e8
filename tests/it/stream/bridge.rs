//! Conversations that carelane carries itself: each party hears the other, at once and as it was said.

#![expect(clippy::disallowed_methods, reason = "how late a voice is heard is what is measured here")]

use std::time::Duration;

use carelane::media::g711;
use serde_json::json;
use tokio::time::Instant;
use tokio::time::sleep_until;
use tokio::time::timeout;

use super::IN_LINE;
use super::carrier::ASSISTANT;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;
use super::carrier::stream_of;

pub(super) const JOINING: &str = "Thank you for waiting. Here is your assistant.";
const GOODBYE: &str = "Thank you for calling. Goodbye.";

/// A sound that nobody makes by speaking.
const KNOCK: [u8; g711::FRAME] = [0x11; g711::FRAME];

/// A patient who waits while an assistant comes to work.
async fn waits(carrier: &Carrier, name: &str) -> Call {
    let mut patient = carrier.call(name).await;
    patient.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&[IN_LINE])).await;
    carrier.sign_in("rosa", "available").await;
    patient
}

/// A patient and an assistant in conversation.
pub(super) async fn joined(carrier: &Carrier, name: &str) -> (Call, Call) {
    let mut patient = waits(carrier, name).await;
    let mut assistant = carrier.takes_the_call().await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    (patient, assistant)
}

/// Where the whisper has words of its own, the carrier speaks it.
fn another_whisper(name: &str, text: String) -> String {
    match name {
        "riverside.yaml" => {
            text + "\nwording:\n  whisper_keys:\n    en-US: Press 1 to take it now.\n    es-US: Oprima 1.\n"
        }
        _ => text,
    }
}

/// Frames of somebody who speaks, no two the same.
pub(super) fn speech(seed: u32) -> Vec<Vec<u8>> {
    let byte = |n: u32| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
    (0..100).map(|frame| (0..g711::FRAME as u32).map(|n| byte(frame * 160 + n)).collect()).collect()
}

/// One speaks frame by frame, as people do; the other hears exactly that, half of it within this time.
pub(super) async fn speaks(speaker: &mut Call, listener: &mut Call, frames: &[Vec<u8>]) -> Duration {
    let began = Instant::now();
    let mut took = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        sleep_until(began + Duration::from_millis(20) * n as u32).await;
        let sent = Instant::now();
        speaker.speak(frame).await;
        let mut heard = listener.next_speech().await;
        while heard == KNOCK {
            heard = listener.next_speech().await;
        }
        assert!(heard == *frame, "frame {n} is heard as it was spoken");
        took.push(sent.elapsed());
    }
    took.sort();
    took[took.len() / 2]
}

/// Until the listener is there: what is said before that is heard by nobody.
pub(super) async fn knocks(speaker: &mut Call, listener: &mut Call) {
    for _ in 0..200 {
        speaker.speak(&KNOCK).await;
        if timeout(Duration::from_millis(100), listener.next_speech()).await.is_ok() {
            return;
        }
    }
    panic!("nobody is there");
}

#[tokio::test]
async fn each_hears_the_other_exactly_and_at_once() {
    let carrier = Carrier::start().await;
    let (mut patient, mut assistant) = joined(&carrier, "CA80").await;
    assert_eq!(carrier.floor().await["calls"][0]["state"], "talking");
    for (n, most) in [(1, 60), (2, 60)] {
        let (to_patient, to_assistant) = (speech(n), speech(n + 7));
        let late = speaks(&mut assistant, &mut patient, &to_patient).await;
        assert!(late < Duration::from_millis(most), "the patient hears it after {late:?}");
        let late = speaks(&mut patient, &mut assistant, &to_assistant).await;
        assert!(late < Duration::from_millis(most), "the assistant hears it after {late:?}");
    }
}

#[tokio::test]
async fn the_assistant_s_first_words_cut_ours_short() {
    let carrier = Carrier::start().await;
    let mut patient = waits(&carrier, "CA81").await;
    let mut assistant = carrier.takes_the_call().await;
    patient.until_clear().await;
    patient.keep_marks();
    patient.hears(&said(&[JOINING])).await;
    assistant.speak(&[g711::SILENCE; g711::FRAME]).await;
    assistant.speak(&speech(3)[0]).await;
    patient.until_clear().await;
    assert!(patient.next_speech().await == speech(3)[0], "what she says first is not lost");
}

#[tokio::test]
async fn who_hangs_up_ends_the_conversation_for_the_other() {
    let carrier = Carrier::start().await;
    let (mut patient, mut assistant) = joined(&carrier, "CA82").await;
    carrier.hangs_up(ASSISTANT).await;
    assistant.stop().await;
    patient.hears(&said(&[GOODBYE])).await;
    patient.until_closed().await;
    assert_eq!(carrier.floor().await["calls"][0]["state"], "wrap_up");
}

#[tokio::test]
async fn a_stream_that_breaks_off_in_conversation_comes_back_into_it() {
    let carrier = Carrier::start().await;
    let (patient, mut assistant) = joined(&carrier, "CA83").await;
    drop(patient);
    let mut patient = carrier.comes_back("CA83").await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    speaks(&mut assistant, &mut patient, &speech(4)).await;
    drop(assistant);
    let mut assistant = carrier.comes_back(ASSISTANT).await;
    assistant.hush();
    knocks(&mut patient, &mut assistant).await;
    speaks(&mut patient, &mut assistant, &speech(5)).await;
    assert_eq!(carrier.floor().await["calls"][0]["state"], "talking");
}

#[tokio::test]
async fn after_kill_nine_both_come_back_into_their_conversation() {
    let mut carrier = Carrier::start().await;
    let (patient, assistant) = joined(&carrier, "CA84").await;
    carrier.engine.kill();
    drop((patient, assistant));
    carrier.engine.start_and_wait().await;
    let mut assistant = carrier.comes_back(ASSISTANT).await;
    let mut patient = carrier.comes_back("CA84").await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    speaks(&mut patient, &mut assistant, &speech(6)).await;
}

#[tokio::test]
async fn a_call_taken_at_the_carrier_s_whisper_is_joined_in_streams() {
    let carrier = Carrier::start_with(another_whisper).await;
    let mut patient = waits(&carrier, "CA87").await;
    let (url, token) = stream_of(&carrier.takes_the_call_by_document().await);
    let mut assistant = carrier.connect(ASSISTANT, &url, &token).await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    knocks(&mut assistant, &mut patient).await;
    speaks(&mut patient, &mut assistant, &speech(8)).await;
}

#[tokio::test]
async fn if_one_stream_does_not_come_both_meet_in_the_carrier_s_conference() {
    let carrier = Carrier::start_with(another_whisper).await;
    let mut patient = waits(&carrier, "CA85").await;
    stream_of(&carrier.takes_the_call_by_document().await);
    // The assistant's carrier connects nothing, and the patient does not wait for ever.
    assert_eq!(patient.until_closed().await, Some(1000));
    for call in ["CA85", ASSISTANT] {
        let (parked, resume) = (carrier.url_of(call, "parked"), carrier.url_of(call, "resume"));
        carrier.post(call, &parked).await;
        assert_eq!(carrier.until_moved(call).await, resume);
        let joined = carrier.post(call, &resume).await;
        assert!(joined.contains("<Conference"), "{call}: {joined}");
    }
}

#[tokio::test]
async fn a_transferred_patient_waits_and_the_assistant_is_let_go() {
    let carrier = Carrier::start().await;
    let (mut patient, mut assistant) = joined(&carrier, "CA86").await;
    let call = carrier.floor().await["calls"][0]["call"].as_str().expect("a call").to_owned();
    let done = carrier.ask("POST", &format!("calls/{call}/transfer"), &json!({"lane": "insurance"})).await;
    assert!(done < 300, "{done}");
    patient.hears(&said(&["You are being transferred to insurance and bills. You keep your place in line."])).await;
    assert_eq!(assistant.until_closed().await, Some(1000), "her last words are said by the carrier");
}
