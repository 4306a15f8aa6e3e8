//! What assistants hear in a stream of their own: the whisper before a call, and the questions of the staff number.

use std::path::Path;

use carelane::floor::details::Standing;
use carelane::floor::treatment::Treatment;
use carelane::flow::check_folder;
use carelane::flow::demo;
use carelane::media::Captions;
use carelane::media::Library;
use carelane::media::duration;
use carelane::render::plan;
use carelane::server::pin_line;
use carelane::vocab::Language;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;
use serde_json::Value;

use super::IN_LINE;
use super::carrier::ASSISTANT;
use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::Sent;
use super::carrier::said;
use super::carrier::stream_of;
use crate::serve::process::Folder;
use crate::serve::world::STAFF;

const KEYS: &str = "Press 1 to take it, 2 if you are with a patient.";
const ANA: &str = "+15550100201";
/// Stands nowhere by chance.
const PIN: &str = "9041738265";
const ASKS_PIN: &str = "Please enter your PIN, then the pound key.";
const STAFF_MENU: &str = "If you are ready for calls, press 1. With a patient, 2. To sign out, 3.";

/// A patient who waits while Rosa comes to work.
async fn waits(carrier: &Carrier, name: &str) -> Call {
    let mut patient = carrier.call(name).await;
    patient.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&[IN_LINE])).await;
    carrier.sign_in("rosa", "available").await;
    patient
}

/// Everything up to the mark.
async fn heard_whole(call: &mut Call) -> Vec<u8> {
    let mut heard = Vec::new();
    loop {
        match call.next().await {
            Sent::Audio(more) => heard.extend(more),
            Sent::Mark(_) => return heard,
            other => panic!("{other:?} after {} bytes", heard.len()),
        }
    }
}

/// What this assistant is, and why.
async fn state_of(carrier: &Carrier, id: &str) -> (String, Value) {
    let floor = carrier.floor().await;
    let agent = floor["agents"].as_array().expect("a list").iter().find(|agent| agent["id"] == id).expect("her");
    (agent["state"].as_str().expect("a state").to_owned(), agent["reason"].clone())
}

#[tokio::test]
async fn the_whisper_is_heard_whole_with_the_seconds_that_the_patient_has_waited() {
    let carrier = Carrier::start().await;
    let _patient = waits(&carrier, "CA50").await;
    let mut assistant = carrier.answers().await;
    let heard = heard_whole(&mut assistant).await;
    let whisper = |seconds: u32| {
        let (number, unit) = (seconds.to_string(), if seconds == 1 { "second" } else { "seconds" });
        said(&["Call for scheduling, English, waiting", &number, unit, "New request.", KEYS, "If it is urgent, 5."])
    };
    assert!((0..60).any(|seconds| heard == whisper(seconds)), "another whisper of {} bytes", heard.len());
    assistant.press('1').await;
    carrier.until_floor(|floor| floor["calls"][0]["state"] == "talking").await;
}

#[test]
fn no_whisper_of_the_demo_takes_longer_than_its_lease_allows_in_either_language() {
    let library = Library::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds")).expect("sounds");
    let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
    let checked = check_folder(&files);
    let flow = &checked.flows.first().expect("the demo").2;
    // A quarter to one on a Wednesday: as long as times get.
    let noon = Timestamp(1795632420000);
    for (language, lane) in
        flow.languages.iter().flat_map(|language| flow.lanes.iter().map(move |lane| (language, lane)))
    {
        for more in 0..32_u8 {
            let is = |bit: u8| more & bit != 0;
            let whisper = Treatment::Whisper {
                lane: lane.id.clone(),
                caller_language: Language::parse("es-US").expect("a tag"),
                language: language.clone(),
                waited: Span::secs(88),
                urgent: false,
                repeat: true,
                standing: is(1).then_some(Standing::Existing),
                promised: is(2).then_some(noon),
                backline: is(4),
                names_practice: is(8),
                from: is(16).then(|| "Inés".into()),
                attempt: None,
            };
            let plan = plan(flow, &whisper).expect("it can be played");
            let program = library.program(&plan).unwrap_or_else(|| panic!("a sound is missing: {:?}", plan.sounds));
            let takes = Captions::new(&plan, &program).length;
            assert!(takes <= duration(whisper.said_within()), "{takes:?}: {:?}", plan.sounds);
        }
    }
}

#[tokio::test]
async fn two_at_the_whisper_s_first_sound_says_with_a_patient_and_the_phone_is_let_go() {
    let carrier = Carrier::start().await;
    let mut patient = waits(&carrier, "CA51").await;
    let mut assistant = carrier.answers().await;
    assert!(matches!(assistant.next().await, Sent::Audio(_)));
    assistant.press('2').await;
    assistant.until_clear().await;
    assistant.hears(&said(&["Thank you. You will be offered no calls for a while."])).await;
    assert_eq!(assistant.until_closed().await, Some(1000));
    let parked = carrier.post(ASSISTANT, &carrier.url_of(ASSISTANT, "parked")).await;
    assert!(parked.contains("<Response><Hangup/></Response>"), "{parked}");
    assert_eq!(state_of(&carrier, "rosa").await.0, "not_ready");
    assert_eq!(carrier.floor().await["calls"][0]["state"], "waiting");
    assert!(!patient.next_speech().await.is_empty(), "the patient waits on");
}

#[tokio::test]
async fn a_whisper_whose_stream_breaks_off_is_heard_again_and_can_be_accepted() {
    let carrier = Carrier::start().await;
    let mut patient = waits(&carrier, "CA52").await;
    let mut assistant = carrier.answers().await;
    assistant.hears(&said(&["Call for scheduling, English, waiting"])).await;
    drop(assistant);
    let mut assistant = carrier.comes_back(ASSISTANT).await;
    assistant.hears(&said(&["Call for scheduling, English, waiting"])).await;
    assistant.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&["Thank you for waiting. Here is your assistant."])).await;
}

#[tokio::test]
async fn an_assistant_signs_in_by_phone_with_a_pin_typed_into_the_stream() {
    let folder = Folder::new();
    let file = folder.path().join("pins");
    let line = pin_line("ana", &Private::new(PIN.to_owned())).expect("a PIN");
    std::fs::write(&file, line + "\n").expect("a file can be written");
    let pins = file.display().to_string();
    let carrier = Carrier::start_so(|_, text| text, &[("CARELANE_PINS_FILE", &pins)]).await;
    let incoming = carrier.engine.url("/voice/incoming");
    let (url, token) = stream_of(&carrier.post_with("CA54", &incoming, &[("From", ANA), ("To", STAFF)]).await);
    let mut phone = carrier.connect("CA54", &url, &token).await;
    phone.hears(&said(&[ASKS_PIN])).await;
    phone.until_mark().await;
    // The first is wrong, the second is ended by a pause instead of `#`.
    for key in "8041738265#".chars() {
        phone.press(key).await;
    }
    phone.hears(&said(&["That PIN is not right.", ASKS_PIN])).await;
    phone.until_mark().await;
    for key in PIN.chars() {
        phone.press(key).await;
    }
    phone.hears(&said(&[STAFF_MENU])).await;
    phone.press('1').await;
    phone.until_clear().await;
    phone.hears(&said(&["You are ready. Calls reach you as soon as you hang up."])).await;
    phone.stop().await;
    carrier.hangs_up("CA54").await;
    carrier.until_floor(|floor| floor["agents"].to_string().contains("\"available\"")).await;
    assert_eq!(state_of(&carrier, "ana").await.0, "available");
    let log = carrier.engine.log();
    assert!(!log.contains(PIN) && !log.contains("8041738265"), "{log}");
}
