//! On hold in a conversation that carelane carries itself: music for the patient, silence for her who comes back.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::time::sleep;

use super::bridge::JOINING;
use super::bridge::joined;
use super::bridge::speaks;
use super::bridge::speech;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;

const ON_HOLD: &str = "I am putting you on hold for a moment. Your assistant comes back to you on this line.";
/// Longer than anybody is alone in a room without going to the carrier's conference.
const ALONE_FOR_LONG: Duration = Duration::from_secs(4);

/// Has the call put on hold, or taken back.
async fn asks(carrier: &Carrier, what: &str) {
    let call = the_call(carrier).await["call"].as_str().expect("a call").to_owned();
    let done = carrier.ask("POST", &format!("calls/{call}/{what}"), &json!({})).await;
    assert!(done < 300, "{what}: {done}");
}

async fn the_call(carrier: &Carrier) -> Value {
    carrier.floor().await["calls"][0].clone()
}

/// Both are in the room again, and each hears the other exactly.
async fn talk_again(patient: &mut Call, assistant: &mut Call) {
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    speaks(assistant, patient, &speech(21)).await;
    speaks(patient, assistant, &speech(22)).await;
}

#[tokio::test]
async fn a_patient_on_hold_hears_words_and_music_and_comes_back_into_the_same_room() {
    let carrier = Carrier::start().await;
    let (mut patient, mut assistant) = joined(&carrier, "CA90").await;
    asks(&carrier, "hold").await;
    patient.hears(&said(&[ON_HOLD])).await;
    assert!(patient.audio_within(Duration::from_secs(5)).await >= 8_000, "music follows");
    let call = the_call(&carrier).await;
    assert_eq!((&call["state"], call["held_since"].is_string()), (&json!("talking"), true), "{call}");
    sleep(ALONE_FOR_LONG).await;
    asks(&carrier, "resume").await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    talk_again(&mut patient, &mut assistant).await;
    assert_eq!(the_call(&carrier).await["held_since"], Value::Null);
}

#[tokio::test]
async fn a_hold_outlives_the_process_and_both_streams() {
    let mut carrier = Carrier::start().await;
    let (mut patient, assistant) = joined(&carrier, "CA91").await;
    asks(&carrier, "hold").await;
    patient.hears(&said(&[ON_HOLD])).await;
    carrier.engine.kill();
    drop((patient, assistant));
    carrier.engine.start_and_wait().await;
    let mut assistant = carrier.comes_back("CA70").await;
    let mut patient = carrier.comes_back("CA91").await;
    patient.hears(&said(&[ON_HOLD])).await;
    sleep(ALONE_FOR_LONG).await;
    asks(&carrier, "resume").await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    talk_again(&mut patient, &mut assistant).await;
}

#[tokio::test]
async fn the_patient_is_in_line_again_when_the_assistant_hangs_up() {
    let carrier = Carrier::start().await;
    let (mut patient, mut assistant) = joined(&carrier, "CA92").await;
    asks(&carrier, "hold").await;
    patient.hears(&said(&[ON_HOLD])).await;
    carrier.sign_in("rosa", "not_ready").await;
    assistant.stop().await;
    carrier.hangs_up("CA70").await;
    patient.until_clear().await;
    patient.hears(&said(&["I am sorry for the interruption. The next assistant takes your call."])).await;
    assert_eq!(the_call(&carrier).await["state"], "waiting");
}
