//! A warm transfer in streams: who hears whom before it, while the patient is on hold, and when she has changed hands.

use std::time::Duration;

use carelane::media::g711;
use serde_json::Value;
use serde_json::json;
use tokio::time::timeout;

use super::bridge::JOINING;
use super::bridge::joined;
use super::bridge::knocks;
use super::bridge::speaks;
use super::bridge::speech;
use super::carrier::ASSISTANT;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::Sent;
use super::carrier::said;
use super::carrier::stream_of;

const ON_HOLD: &str = "I am putting you on hold for a moment. Your assistant comes back to you on this line.";
/// Ana's phone: the colleague's.
const COLLEAGUE: &str = "CA71";

/// What the API is asked of the one call.
async fn asks(carrier: &Carrier, what: &str, body: &Value) {
    let call = carrier.floor().await["calls"][0]["call"].as_str().expect("a call").to_owned();
    let done = carrier.ask("POST", &format!("calls/{call}/{what}"), body).await;
    assert!(done < 300, "{what}: {done}");
}

fn transfer(floor: &Value) -> (&Value, &Value) {
    let transfer = &floor["calls"][0]["transfer"];
    (&transfer["state"], &transfer["agent"])
}

/// A patient on hold, Rosa, and Ana, who has taken the call over and talks with Rosa.
async fn consulting(carrier: &Carrier, name: &str) -> [Call; 3] {
    let (mut patient, first) = joined(carrier, name).await;
    carrier.sign_in("ana", "available").await;
    asks(carrier, "transfer", &json!({"lane": "insurance", "warm": true})).await;
    patient.hears(&said(&[ON_HOLD])).await;
    let (url, token) = stream_of(&carrier.post(COLLEAGUE, &carrier.until_dialled().await).await);
    let mut colleague = carrier.connect(COLLEAGUE, &url, &token).await;
    colleague.hears(&said(&["Warm transfer: Rosa asks you to take a call over."])).await;
    assert_eq!(
        transfer(&carrier.floor().await),
        (&json!("ringing"), &json!("ana")),
        "a phone that is up has taken nothing"
    );
    colleague.press('1').await;
    colleague.until_clear().await;
    colleague.hush();
    [patient, first, colleague]
}

/// The two assistants hear each other exactly, and nothing of what the patient says meanwhile.
async fn talk_among_themselves(patient: &mut Call, first: &mut Call, colleague: &mut Call) {
    knocks(first, colleague).await;
    for seed in [31, 32] {
        patient.speak(&speech(seed + 10).concat()).await;
        speaks(first, colleague, &speech(seed)[..25]).await;
        speaks(colleague, first, &speech(seed + 5)[..25]).await;
    }
}

/// What the patient hears is ours: words and music, and not a frame of what the assistants said until now.
async fn hears_only_music(patient: &mut Call) {
    let mut heard = Vec::new();
    let listening = async {
        loop {
            match patient.next().await {
                Sent::Audio(more) => heard.extend(more),
                Sent::Mark(_) => {}
                other => panic!("{other:?} on hold"),
            }
        }
    };
    // Everything that is on its way.
    drop(timeout(Duration::from_secs(2), listening).await);
    assert!(heard.len() > g711::RATE, "{} bytes in two seconds", heard.len());
    assert!(heard.iter().any(|byte| *byte != g711::SILENCE), "music is heard");
    for frame in [31, 32, 36, 37].iter().flat_map(|seed| speech(*seed)) {
        let piece = &frame[..40];
        assert!(!heard.windows(piece.len()).any(|window| window == piece), "the patient hears the assistants");
    }
}

#[tokio::test]
async fn the_patient_hears_music_while_the_assistants_talk_and_then_her_new_assistant_alone() {
    let carrier = Carrier::start().await;
    let [mut patient, mut first, mut colleague] = consulting(&carrier, "CA95").await;
    talk_among_themselves(&mut patient, &mut first, &mut colleague).await;
    hears_only_music(&mut patient).await;
    let floor = carrier.floor().await;
    assert_eq!(transfer(&floor), (&json!("talking"), &json!("ana")));
    assert_eq!((&floor["calls"][0]["agent"], &floor["calls"][0]["state"]), (&json!("rosa"), &json!("talking")));

    asks(&carrier, "transfer/complete", &json!({})).await;
    first.hears(&said(&["Your colleague has the call now. Thank you."])).await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    knocks(&mut colleague, &mut patient).await;
    speaks(&mut colleague, &mut patient, &speech(41)[..25]).await;
    speaks(&mut patient, &mut colleague, &speech(42)[..25]).await;
    first.until_closed().await;
    let floor = carrier.floor().await;
    assert_eq!((&floor["calls"][0]["agent"], &floor["calls"][0]["lane"]), (&json!("ana"), &json!("insurance")));
    assert_eq!(floor["calls"][0]["transfer"], Value::Null);
}

#[tokio::test]
async fn a_cancelled_transfer_gives_the_patient_back_and_lets_the_colleague_go() {
    let carrier = Carrier::start().await;
    let [mut patient, mut first, mut colleague] = consulting(&carrier, "CA96").await;
    knocks(&mut colleague, &mut first).await;
    asks(&carrier, "transfer/cancel", &json!({})).await;
    colleague.hears(&said(&["The call does not need you any more. Thank you."])).await;
    colleague.until_closed().await;
    patient.until_clear().await;
    patient.hears(&said(&[JOINING])).await;
    patient.until_mark().await;
    patient.hush();
    knocks(&mut first, &mut patient).await;
    speaks(&mut patient, &mut first, &speech(43)[..25]).await;
    assert_eq!(carrier.floor().await["calls"][0]["agent"], "rosa");
}

#[tokio::test]
async fn after_kill_nine_all_three_are_where_they_were() {
    let mut carrier = Carrier::start().await;
    let all = consulting(&carrier, "CA97").await;
    carrier.until_floor(|floor| transfer(floor) == (&json!("talking"), &json!("ana"))).await;
    carrier.engine.kill();
    drop(all);
    carrier.engine.start_and_wait().await;
    let mut colleague = carrier.comes_back(COLLEAGUE).await;
    let mut first = carrier.comes_back(ASSISTANT).await;
    let mut patient = carrier.comes_back("CA97").await;
    patient.hears(&said(&[ON_HOLD])).await;
    first.hush();
    colleague.hush();
    talk_among_themselves(&mut patient, &mut first, &mut colleague).await;
    hears_only_music(&mut patient).await;
}
