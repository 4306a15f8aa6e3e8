//! Recordings: what a Record's callbacks tell, and how a sound is fetched and deleted by its name.

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::RecordingReport;
use carelane::carrier::twilio::RestError;
use carelane::carrier::twilio::decode_input;
use carelane::carrier::twilio::decode_recording;
use carelane::floor::event::Input;
use carelane::vocab::CarrierCall;
use carelane::vocab::CarrierRecording;
use carelane::vocab::Span;
use carelane::vocab::limit::RECORDING_BYTES_MAX;

use super::cases;
use super::double::Act;
use super::double::Double;
use super::rest::client;
use super::rest::patient;
use super::text;

const CALLBACKS: &str = include_str!("../../vectors/webhook_callbacks.json");
const REQUESTS: &str = include_str!("../../vectors/rest_requests.json");
const NAME: &str = "REdddddddddddddddddddddddddddddddd";

fn report(body: &str) -> Option<RecordingReport> {
    decode_recording(&Form::decode(body.as_bytes()).expect("few parameters"))
}

fn told(duration: Option<Span>) -> Option<RecordingReport> {
    Some(RecordingReport { recording: NAME.into(), duration })
}

#[test]
fn a_callback_names_a_recording_that_is_complete_or_absent_and_nothing_in_between() {
    let of = |id: &str| {
        let cases = cases(CALLBACKS, "callbacks");
        let case = cases.iter().find(|case| case["id"] == id).expect("a vector of that name");
        report(text(case, "raw_body"))
    };
    assert_eq!(of("recording-completed"), told(Some(Span::secs(31))));
    assert_eq!(of("recording-absent"), told(None));
    assert_eq!(report(&format!("RecordingSid={NAME}&RecordingStatus=failed")), told(None));
    assert_eq!(report(&format!("RecordingSid={NAME}&RecordingStatus=in-progress")), None);
    assert_eq!(report(&format!("RecordingSid={NAME}&RecordingDuration=soon")), told(Some(Span::ZERO)));
    assert_eq!(report("RecordingStatus=completed"), None);
}

#[test]
fn the_name_may_stand_in_the_url_alone_and_the_url_is_good_for_nothing_else() {
    let message = |body: &str| decode_input(&Form::decode(body.as_bytes()).expect("few parameters"));
    let named = |name: &str| Input::Message { recording: name.into(), duration: Some(Span::secs(4)) };
    let url = "RecordingUrl=https%3A%2F%2Fevil.example%2FRecordings%2FRE77.wav%3Fa%3Db&RecordingDuration=4";
    assert_eq!(message(url), named("RE77"));
    assert_eq!(message("RecordingUrl=..%2F..%2F&RecordingDuration=4"), Input::Nothing);
    assert_eq!(message("RecordingSid=%00%0A&RecordingDuration=4"), Input::Nothing);
}

#[tokio::test]
async fn a_sound_is_fetched_by_name_with_our_credentials_and_deleted_as_the_sdk_does() {
    let sound = "RIFF, and the rest of a sound";
    let double = Double::start(vec![
        Act::json(404, r#"{"code":20404}"#),
        Act::json(503, "{}"),
        Act::json(200, sound),
        Act::json(429, "{}"),
        Act::json(204, ""),
        Act::json(404, "{}"),
    ])
    .await;
    let (client, name) = (client(&double.base), CarrierRecording::from(NAME));
    assert_eq!(client.fetch_recording(&name, &patient()).await, Err(RestError::Gone));
    assert_eq!(client.fetch_recording(&name, &patient()).await.as_deref(), Ok(sound.as_bytes()));
    assert_eq!(client.delete_recording(&name, &patient()).await, Ok(()));
    assert_eq!(client.delete_recording(&name, &patient()).await, Err(RestError::Gone));
    let seen = double.seen();
    let [.., fetched, _, deleted, _] = seen.as_slice() else { panic!("{seen:?}") };
    let cases = cases(REQUESTS, "vectors");
    let case = cases.iter().find(|case| case["id"] == "recording-delete").expect("a vector of that name");
    assert_eq!((deleted.method.as_str(), deleted.path.as_str()), (text(case, "method"), text(case, "path")));
    assert_eq!(deleted.authorization, text(case, "authorization"));
    assert_eq!((fetched.method.as_str(), fetched.path.clone()), ("GET", deleted.path.replace(".json", ".wav")));
    assert_eq!(fetched.authorization, deleted.authorization);
}

#[tokio::test]
async fn a_name_with_slashes_stays_one_part_of_the_path_and_a_sound_without_end_is_cut() {
    let double = Double::start(vec![
        Act::json(401, r#"{"code":20003}"#),
        Act::json(200, &"x".repeat(RECORDING_BYTES_MAX + 1)),
        Act::json(404, "{}"),
    ])
    .await;
    let client = client(&double.base);
    let odd = CarrierRecording::from("../../Calls?x=");
    let refused = client.fetch_recording(&odd, &patient()).await;
    assert!(matches!(refused, Err(RestError::Refused { status: 401, .. })), "{refused:?}");
    // What is too long is not kept in part: it is asked for again, and here it is gone then.
    assert_eq!(client.fetch_recording(&odd, &patient()).await, Err(RestError::Gone));
    let path = &double.seen()[0].path;
    assert!(path.ends_with("/Recordings/..%2F..%2FCalls%3Fx%3D.wav"), "{path}");
}

#[tokio::test]
async fn the_recordings_of_a_leg_are_listed_by_its_name() {
    let page = format!(r#"{{"recordings":[{{"sid":"{NAME}","duration":"4"}},{{"sid":""}}],"next_page_uri":null}}"#);
    let double = Double::start(vec![Act::json(200, &page)]).await;
    let found = client(&double.base).list_recordings(&CarrierCall::from("CA1"), &patient()).await;
    assert_eq!(found, Ok(vec![NAME.into()]));
    assert!(double.seen()[0].path.ends_with("/Calls/CA1/Recordings.json"));
}
