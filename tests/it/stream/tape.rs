//! Recorded conversations: both voices as the patient says and hears them, after the announcement and at no other time.

use std::time::Duration;

use carelane::media::g711;
use carelane::media::wav;
use serde_json::Value;
use serde_json::json;
use tokio::time::sleep;

use super::IN_LINE;
use super::bridge::JOINING;
use super::bridge::speaks;
use super::bridge::speech;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;
use super::message::holds;
use crate::serve::http;
use crate::serve::world::API_TOKEN;

const MAY_BE_RECORDED: &str = "This call may be recorded. If you do not want that, press 2.";

/// The demo, but conversations about appointments are recorded. Without its key the announcement ends with its words.
fn recorded(name: &str, flow: String) -> String {
    match name {
        "riverside.yaml" => {
            flow.replacen("recorded: false", "recorded: true", 1).replacen("  decline_key: \"2\"\n", "", 1)
        }
        _ => flow,
    }
}

/// A patient who has heard the announcement, and an assistant, in conversation.
async fn joined(carrier: &Carrier, name: &str) -> (Call, Call) {
    let mut patient = carrier.call(name).await;
    patient.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&[MAY_BE_RECORDED])).await;
    patient.until_mark().await;
    patient.hears(&said(&[IN_LINE])).await;
    carrier.sign_in("rosa", "available").await;
    let mut assistant = carrier.takes_the_call().await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    (patient, assistant)
}

async fn the_call(carrier: &Carrier) -> Value {
    carrier.floor().await["calls"][0].clone()
}

async fn get(carrier: &Carrier, path: &str) -> http::Answer {
    let bearer = format!("Bearer {API_TOKEN}");
    let url = carrier.engine.url(&format!("/api/v1/{path}"));
    http::send("GET", &url, &[("authorization", &bearer)], b"").await.expect("carelane answers")
}

/// Everybody hangs up; the recording of the call's last conversation.
async fn over(carrier: &Carrier, mut patient: Call, name: &str) -> (String, Vec<i16>) {
    let call = the_call(carrier).await["call"].as_str().expect("a call").to_owned();
    patient.stop().await;
    carrier.hangs_up(name).await;
    for _ in 0..400 {
        let shown = get(carrier, &format!("calls/{call}")).await.json();
        if shown["recordings"][0]["state"] == "stored" {
            let sound = get(carrier, &format!("calls/{call}/recording?by=dana")).await;
            assert_eq!((sound.status, sound.content_type.as_str()), (200, "audio/wav"));
            let played = get(carrier, &format!("calls/{call}")).await.json();
            let played =
                played["facts"].as_array().expect("facts").iter().filter(|fact| fact["step"] == "played").count();
            assert_eq!(played, 1, "who listened is in the journal");
            return (call, levels(&wav::read(&sound.body).expect("a sound")));
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("no recording within 20 s: {:#}", get(carrier, &format!("calls/{call}")).await.json());
}

fn levels(mulaw: &[u8]) -> Vec<i16> {
    mulaw.iter().map(|byte| g711::decode(*byte)).collect()
}

/// Is this speech, from its first frame to its last, on the tape? Silence counts for nothing: on a busy machine a frame
/// of it that the other's line still carries may come in between.
fn is_on(tape: &[i16], frames: &[Vec<u8>]) -> bool {
    let loud = |samples: Vec<i16>| samples.into_iter().filter(|sample| *sample != 0).collect::<Vec<_>>();
    let (tape, spoken) = (loud(tape.to_vec()), loud(levels(&frames.concat())));
    tape.windows(spoken.len()).any(|window| window == spoken)
}

#[tokio::test]
async fn both_voices_are_recorded_after_the_announcement_and_not_while_the_patient_is_on_hold() {
    let carrier = Carrier::start_with(recorded).await;
    let (mut patient, mut assistant) = joined(&carrier, "CA95").await;
    speaks(&mut patient, &mut assistant, &speech(31)).await;
    speaks(&mut assistant, &mut patient, &speech(32)).await;
    carrier.until_floor(|floor| floor["calls"][0]["recorded"] == true).await;
    let call = the_call(&carrier).await["call"].as_str().expect("a call").to_owned();
    assert_eq!(get(&carrier, &format!("calls/{call}/recording?by=dana")).await.status, 409, "it is not over");
    assert_eq!(get(&carrier, &format!("calls/{call}/recording")).await.status, 400, "who listens?");

    assert_eq!(carrier.ask("POST", &format!("calls/{call}/hold"), &json!({})).await, 200);
    carrier.until_floor(|floor| floor["calls"][0]["recorded"] == false).await;
    for (person, seed) in [(&mut patient, 33), (&mut assistant, 34)] {
        person.speak(&speech(seed).concat()).await;
    }
    assert!(patient.audio_within(Duration::from_secs(8)).await > 8_000, "words and music");
    assert_eq!(carrier.ask("POST", &format!("calls/{call}/resume"), &json!({})).await, 200);
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    speaks(&mut patient, &mut assistant, &speech(35)).await;

    let piece = &speech(31)[40];
    assert!(!holds(carrier.engine.folder.path(), piece), "what was said lies open on the disk");
    let (call, tape) = over(&carrier, patient, "CA95").await;
    for (seed, on_it) in [(31, true), (32, true), (33, false), (34, false), (35, true)] {
        assert_eq!(is_on(&tape, &speech(seed)), on_it, "speech {seed}, on {} samples", tape.len());
    }
    assert!(!holds(carrier.engine.folder.path(), piece), "nor when it is put together");
    let log = carrier.engine.log();
    assert!(!log.contains("dana"), "who listened is in no log");
    let metrics = http::send("GET", &carrier.engine.url("/metrics"), &[], b"").await.expect("carelane answers").text();
    for line in [
        "carelane_recording_announcements_total{practice=\"riverside\",result=\"heard\"} 1",
        "carelane_recorded_conversations_total{practice=\"riverside\"} 1",
        "carelane_tape_lost_pieces_total 0",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert_eq!(get(&carrier, &format!("calls/{call}/recording?by=dana&round=2")).await.status, 404);
}

#[tokio::test]
async fn who_says_no_by_key_is_not_recorded() {
    let with_key = |name: &str, flow: String| match name {
        "riverside.yaml" => flow.replacen("recorded: false", "recorded: true", 1),
        _ => flow,
    };
    let carrier = Carrier::start_with(with_key).await;
    let mut patient = carrier.call("CA96").await;
    patient.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&[MAY_BE_RECORDED])).await;
    patient.press('2').await;
    patient.hears(&said(&[IN_LINE])).await;
    carrier.sign_in("rosa", "available").await;
    let mut assistant = carrier.takes_the_call().await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    speaks(&mut patient, &mut assistant, &speech(36)).await;
    let call = the_call(&carrier).await;
    assert_eq!(call["recorded"], false);
    let call = call["call"].as_str().expect("a call");
    assert_eq!(get(&carrier, &format!("calls/{call}")).await.json()["recordings"], json!([]));
    assert_eq!(get(&carrier, &format!("calls/{call}/recording?by=dana")).await.status, 404);
}

#[tokio::test]
async fn what_was_said_before_kill_nine_is_found_again_and_the_recording_goes_on() {
    let mut carrier = Carrier::start_with(recorded).await;
    let (mut patient, mut assistant) = joined(&carrier, "CA97").await;
    for seed in [41, 42] {
        speaks(&mut patient, &mut assistant, &speech(seed)).await;
    }
    // Every two seconds a piece is sealed.
    sleep(Duration::from_secs(1)).await;
    carrier.engine.kill();
    drop((patient, assistant));
    carrier.engine.start_and_wait().await;
    let mut assistant = carrier.comes_back("CA70").await;
    let mut patient = carrier.comes_back("CA97").await;
    patient.until_mark().await;
    patient.hush();
    assistant.hush();
    speaks(&mut assistant, &mut patient, &speech(43)).await;
    let (_, tape) = over(&carrier, patient, "CA97").await;
    for seed in [41, 43] {
        assert!(is_on(&tape, &speech(seed)), "speech {seed}, on {} samples", tape.len());
    }
}

#[tokio::test]
async fn a_tape_that_cannot_be_written_leaves_the_conversation_as_it_is() {
    let carrier = Carrier::start_with(recorded).await;
    let (mut patient, mut assistant) = joined(&carrier, "CA98").await;
    let recordings = carrier.engine.data().join("recordings");
    std::fs::remove_dir_all(&recordings).expect("it can be removed");
    std::fs::write(&recordings, "no folder").expect("it can be written");
    for seed in [51, 52, 53] {
        speaks(&mut patient, &mut assistant, &speech(seed)).await;
        speaks(&mut assistant, &mut patient, &speech(seed + 10)).await;
    }
    assert_eq!(the_call(&carrier).await["state"], "talking");
    patient.stop().await;
    carrier.hangs_up("CA98").await;
    carrier.until_floor(|floor| floor["calls"][0]["state"] == "wrap_up").await;
    let lost = || async {
        let url = carrier.engine.url("/metrics");
        let text = http::send("GET", &url, &[], b"").await.expect("carelane answers").text();
        text.lines().any(|line| line.starts_with("carelane_tape_lost_pieces_total ") && !line.ends_with(" 0"))
    };
    for _ in 0..200 {
        if lost().await {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody is told that pieces are lost\n{}", carrier.engine.log());
}
