//! A supervisor in a conversation that carelane carries: she hears both, and is heard by nobody, one or both.

use std::time::Duration;

use carelane::media::g711;
use serde_json::json;
use tokio::time::sleep;
use tokio::time::timeout;

use super::bridge::joined;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;
use super::carrier::stream_of;

const FRAME: Duration = Duration::from_millis(20);
/// A level that nobody else speaks at.
const PATIENT: i16 = 2_000;
const ASSISTANT: i16 = 6_000;
const SUPERVISOR: i16 = 14_000;

fn level(sample: i16) -> Vec<u8> {
    vec![g711::encode(sample); g711::FRAME]
}

/// The call's id, and the supervisor's own phone, picked up: its stream after this key.
async fn answers(carrier: &Carrier, mode: &str) -> (String, Call) {
    let call = carrier.floor().await["calls"][0]["call"].as_str().expect("a call").to_owned();
    let path = format!("calls/{call}/supervise");
    assert_eq!(carrier.ask("POST", &path, &json!({"by": "ana", "mode": mode})).await, 200);
    let (url, token) = stream_of(&carrier.post("CA71", &carrier.until_dialled().await).await);
    let mut supervisor = carrier.connect("CA71", &url, &token).await;
    supervisor.hears(&said(&["You asked to listen in. To hear the conversation, press 1."])).await;
    let floor = carrier.floor().await;
    assert_eq!(floor["calls"][0]["supervised_by"], json!(null), "a picked-up phone hears nothing yet");
    supervisor.press('1').await;
    (call, supervisor)
}

/// All three speak at once, again and again, until each of the others has heard what is wanted of this listener.
async fn hears(listener: usize, all: &mut [Call; 3], wanted: &[i16]) {
    let levels = [PATIENT, ASSISTANT, SUPERVISOR];
    let wanted: i32 = wanted.iter().map(|sample| i32::from(g711::decode(g711::encode(*sample)))).sum();
    let mut heard = Vec::new();
    for _ in 0..300 {
        for (speaker, sample) in levels.iter().enumerate() {
            all[speaker].speak(&level(*sample)).await;
        }
        sleep(FRAME).await;
        // Who has not sat down yet hears nothing.
        let Ok(frame) = timeout(5 * FRAME, all[listener].next_speech()).await else { continue };
        let sample = i32::from(g711::decode(frame[frame.len() / 2]));
        if (sample - wanted).abs() <= wanted / 12 + 8 {
            return;
        }
        heard.push(sample);
        heard.dedup();
    }
    panic!("listener {listener} never hears {wanted}, but {heard:?}");
}

/// Never so loud: what is not meant for this listener.
async fn never_hears_more(listener: usize, all: &mut [Call; 3], most: i16) {
    let levels = [PATIENT, ASSISTANT, SUPERVISOR];
    for _ in 0..50 {
        for (speaker, sample) in levels.iter().enumerate() {
            all[speaker].speak(&level(*sample)).await;
        }
        sleep(FRAME).await;
        // Who has not sat down yet hears nothing.
        let Ok(frame) = timeout(5 * FRAME, all[listener].next_speech()).await else { continue };
        let loudest = frame.iter().map(|byte| g711::decode(*byte)).max().unwrap_or(0);
        assert!(loudest <= g711::decode(g711::encode(most)) + 8, "listener {listener} hears {loudest}");
    }
}

#[tokio::test]
async fn a_supervisor_hears_both_and_is_heard_as_she_asked() {
    let carrier = Carrier::start().await;
    let (patient, assistant) = joined(&carrier, "CA90").await;
    let (call, mut supervisor) = answers(&carrier, "listen").await;
    supervisor.hush();
    let mut all = [patient, assistant, supervisor];
    hears(2, &mut all, &[PATIENT, ASSISTANT]).await;
    never_hears_more(0, &mut all, ASSISTANT).await;
    never_hears_more(1, &mut all, PATIENT).await;
    let path = format!("calls/{call}/supervise");
    let how = |mode: &'static str| json!({"by": "ana", "mode": mode});
    assert_eq!(carrier.floor().await["calls"][0]["supervised_by"], json!({"agent": "ana", "mode": "listen"}));
    assert_eq!(carrier.ask("POST", &path, &how("whisper")).await, 200);
    hears(1, &mut all, &[PATIENT, SUPERVISOR]).await;
    never_hears_more(0, &mut all, ASSISTANT).await;
    assert_eq!(carrier.ask("POST", &path, &how("barge")).await, 200);
    hears(0, &mut all, &[ASSISTANT, SUPERVISOR]).await;
    // Her line breaks off: the others go on, untouched.
    let [patient, assistant, supervisor] = all;
    drop(supervisor);
    let mut all = [patient, assistant, carrier.comes_back("CA71").await];
    hears(0, &mut all, &[ASSISTANT, SUPERVISOR]).await;
    carrier.hangs_up("CA71").await;
    carrier.until_floor(|floor| floor["calls"][0]["supervised_by"] == json!(null)).await;
    assert_eq!(carrier.floor().await["calls"][0]["state"], "talking");
}

#[tokio::test]
async fn a_conversation_at_the_carrier_is_supervised_there_and_who_may_not_is_refused() {
    let carrier = Carrier::start().await;
    let (patient, assistant) = joined(&carrier, "CA91").await;
    let call = carrier.floor().await["calls"][0]["call"].as_str().expect("a call").to_owned();
    let path = format!("calls/{call}/supervise");
    for (by, mode, refused) in [("ben", "listen", 403), ("nobody", "listen", 422), ("ana", "sing", 400)] {
        assert_eq!(carrier.ask("POST", &path, &json!({"by": by, "mode": mode})).await, refused, "{by} {mode}");
    }
    assert_eq!(carrier.ask("DELETE", &format!("{path}?by=ana"), &json!(null)).await, 409);
    assert_eq!(carrier.ask("POST", "calls/call-99/supervise", &json!({"by": "ana", "mode": "listen"})).await, 404);
    // The assistant's carrier connects no stream any more: both meet in the carrier's conference.
    drop(assistant);
    let mut patient = patient;
    assert_eq!(patient.until_closed().await, Some(1000));
    let (_, mut supervisor) = answers(&carrier, "whisper").await;
    assert_eq!(supervisor.until_closed().await, Some(1000), "the conversation is the carrier's");
    let (parked, resume) = (carrier.url_of("CA71", "parked"), carrier.url_of("CA71", "resume"));
    carrier.post("CA71", &parked).await;
    assert_eq!(carrier.until_moved("CA71").await, resume);
    let document = carrier.post("CA71", &resume).await;
    assert!(document.contains("coach=\"CA70\"") && document.contains("<Conference"), "{document}");
    carrier.hangs_up("CA70").await;
    carrier.hangs_up("CA91").await;
    carrier.until_floor(|floor| floor["calls"][0]["state"] == json!("wrap_up")).await;
    let refused = carrier.ask("POST", &path, &json!({"by": "ana", "mode": "listen"})).await;
    assert_eq!(refused, 409, "nobody talks any more");
}

#[tokio::test]
async fn after_kill_nine_she_comes_back_into_the_conversation_too() {
    let mut carrier = Carrier::start().await;
    let (patient, assistant) = joined(&carrier, "CA92").await;
    let (_, supervisor) = answers(&carrier, "barge").await;
    let barges = |floor: &serde_json::Value| floor["calls"][0]["supervised_by"]["mode"] == "barge";
    carrier.until_floor(barges).await;
    carrier.engine.kill();
    drop((patient, assistant, supervisor));
    carrier.engine.start_and_wait().await;
    let assistant = carrier.comes_back("CA70").await;
    let mut patient = carrier.comes_back("CA92").await;
    patient.hush();
    let supervisor = carrier.comes_back("CA71").await;
    let mut all = [patient, assistant, supervisor];
    hears(2, &mut all, &[PATIENT, ASSISTANT]).await;
    assert_eq!(carrier.floor().await["calls"][0]["supervised_by"], json!({"agent": "ana", "mode": "barge"}));
}
