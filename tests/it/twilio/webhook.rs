//! Webhooks: what the carrier says becomes our words.

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::MissingCall;
use carelane::carrier::twilio::PARAMETERS_MAX;
use carelane::carrier::twilio::TooManyParameters;
use carelane::carrier::twilio::Verifier;
use carelane::carrier::twilio::advance;
use carelane::carrier::twilio::decode_call;
use carelane::carrier::twilio::decode_incoming;
use carelane::carrier::twilio::decode_input;
use carelane::carrier::twilio::decode_status;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::vocab::Private;
use carelane::vocab::limit::INPUT_CHARS_MAX;
use serde_json::Value;

use super::cases;
use super::params;
use super::split_url;
use super::text;

const CALLBACKS: &str = include_str!("../../vectors/webhook_callbacks.json");
const ORDERS: &str = include_str!("../../vectors/status_callback_order.json");
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn form(body: &str) -> Form<'_> {
    Form::decode(body.as_bytes()).expect("a real form")
}

fn callback(id: &str) -> String {
    let all = cases(CALLBACKS, "callbacks");
    let case = all.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no callback {id}"));
    text(case, "raw_body").to_owned()
}

fn keys(text: &str) -> Input {
    Input::Keys(text.into())
}

fn words(text: &str) -> Input {
    Input::Speech(Private::new(text.to_owned()))
}

#[test]
fn every_kind_of_webhook_is_decoded_whole_and_believed() {
    let all = cases(CALLBACKS, "callbacks");
    assert_eq!(all.len(), 55);
    for case in &all {
        let form = form(text(case, "raw_body"));
        let mut pairs: Vec<_> = form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        pairs.sort();
        assert_eq!(pairs, params(case), "{}", case["id"]);
        let (base, path) = split_url(text(case, "url"));
        let verifier = Verifier::new(base, &[Private::new(TOKEN.to_owned())]);
        let signature = case["headers"]["x-twilio-signature"].as_str();
        assert_eq!(verifier.verify(path, &form, signature), Ok(()), "{}", case["id"]);
        let named = params(case).iter().any(|(name, _)| name == "CallSid");
        assert_eq!(decode_call(&form).is_ok(), named, "{}", case["id"]);
    }
}

#[test]
fn an_inbound_call_says_who_calls_whom() {
    let body = callback("inbound");
    let call = decode_incoming(&form(&body)).expect("a call");
    assert_eq!(call.carrier_call.as_str(), "CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(call.caller.number.as_ref().map(|number| number.reveal()), Some("+15555550123"));
    assert_eq!(&*call.dialled, "+15555550100");
    for (id, dialled) in [
        ("inbound-anonymous", "+15555550100"),
        ("inbound-client", ""),
        ("inbound-sip", "sip:100@clinic.sip.us1.twilio.com;user=phone"),
    ] {
        let body = callback(id);
        let call = decode_incoming(&form(&body)).expect("a call");
        assert_eq!((call.caller.number, &*call.dialled), (None, dialled), "{id}");
    }
}

#[test]
fn any_short_printable_name_of_a_call_is_taken_and_nothing_else() {
    let uuid = "CallSid=3f0e5d2a-7a52-4a0c-9d1f-0b1c2d3e4f50";
    let long_name = format!("CallSid=v3%3A{}", "x".repeat(125));
    for good in [uuid, "CallSid=v3%3AMdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ", "CallSid=..%2F..%2F", &long_name]
    {
        assert!(decode_call(&form(good)).is_ok(), "{good}");
    }
    let too_long = format!("{long_name}x");
    for bad in ["", "CallSid=", "CallSid", "callsid=CA1", "CallSid=a+b", "CallSid=%00", "CallSid=%C3%B1", &too_long] {
        assert_eq!(decode_call(&form(bad)), Err(MissingCall), "{bad}");
        assert_eq!(decode_incoming(&form(bad)), Err(MissingCall), "{bad}");
        assert_eq!(decode_status(&form(bad)), Err(MissingCall), "{bad}");
    }
}

fn message(seconds: i64) -> Input {
    let duration = Some(carelane::vocab::Span::secs(seconds));
    Input::Message { recording: format!("RE{}", "d".repeat(32)).as_str().into(), duration }
}

#[test]
fn what_the_caller_gave_is_keys_or_words_or_nothing() {
    for (id, expected) in [
        ("gather-digits", keys("1")),
        ("gather-finishkey", keys("1234")),
        ("gather-empty", Input::Nothing),
        ("gather-speech", words("I need to reschedule my appointment.")),
        ("gather-speech-no-confidence", words("reschedule")),
        ("gather-partial", Input::Nothing),
        ("record-action-hangup", message(31)),
        ("record-action-key", message(12)),
        ("inbound", Input::Nothing),
        ("queue-wait", Input::Nothing),
    ] {
        let body = callback(id);
        assert_eq!(decode_input(&form(&body)), expected, "{id}");
    }
}

#[test]
fn hostile_input_is_cleaned_and_cut() {
    for (body, expected) in [
        ("Digits=%00", Input::Nothing),
        ("Digits=1%3Cscript%3E", keys("1")),
        ("Digits=*0%23A", keys("*0#A")),
        ("Digits=&SpeechResult=cita", words("cita")),
        ("Digits=1&SpeechResult=cita", keys("1")),
        ("SpeechResult=++%0D%0A", Input::Nothing),
        ("SpeechResult=dolor%0Ade%00pecho%07", words("dolor de pecho")),
        ("SpeechResult=a%FFb", words("a\u{fffd}b")),
    ] {
        assert_eq!(decode_input(&form(body)), expected, "{body}");
    }
    let (ones, eñes) = ("1".repeat(5_000), "ñ".repeat(5_000));
    assert_eq!(decode_input(&form(&format!("Digits={ones}"))), keys(&ones[..INPUT_CHARS_MAX]));
    let cut: String = eñes.chars().take(INPUT_CHARS_MAX).collect();
    assert_eq!(decode_input(&form(&format!("SpeechResult={eñes}"))), words(&cut));
    let dialled = decode_incoming(&form(&format!("CallSid=CA1&To={ones}"))).expect("a call").dialled;
    assert_eq!(dialled.len(), 256);
}

#[test]
fn a_status_callback_says_how_a_leg_fares() {
    use LegEnd::*;
    for (id, status, sequence) in [
        ("status-initiated", LegStatus::Initiated, 0),
        ("status-ringing", LegStatus::Ringing, 1),
        ("status-answered", LegStatus::InProgress, 2),
        ("status-completed", LegStatus::Ended(Completed), 3),
        ("status-final-busy", LegStatus::Ended(Busy), 2),
        ("status-final-no-answer", LegStatus::Ended(NoAnswer), 2),
        ("status-final-failed", LegStatus::Ended(Failed), 2),
        ("status-final-canceled", LegStatus::Ended(Canceled), 2),
    ] {
        let body = callback(id);
        let report = decode_status(&form(&body)).expect("a call");
        assert_eq!((report.status, report.sequence), (Some(status), Some(sequence)), "{id}");
    }
}

#[test]
fn a_status_we_do_not_know_ends_nothing() {
    for body in ["CallSid=CA1", "CallSid=CA1&CallStatus=", "CallSid=CA1&CallStatus=on-hold&SequenceNumber=-1"] {
        let report = decode_status(&form(body)).expect("a call");
        assert_eq!((report.status, report.sequence), (None, None), "{body}");
    }
}

#[test]
fn status_callbacks_lead_to_the_same_end_in_any_order() {
    let all = cases(ORDERS, "cases");
    assert_eq!(all.len(), 13);
    for case in all {
        let mut held = None;
        for arrival in case["arrivals"].as_array().expect("a list") {
            let body = format!("CallSid=CA1&CallStatus={}", text(arrival, "CallStatus"));
            let heard = decode_status(&form(&body)).expect("a call").status.expect("a known status");
            held = advance(held, heard).or(held);
        }
        let expected = format!("CallSid=CA1&CallStatus={}", text(&case, "expect_final_status"));
        let expected = decode_status(&form(&expected)).expect("a call").status;
        assert_eq!(held, expected, "{}", case["id"]);
        let ended = matches!(held, Some(LegStatus::Ended(_)));
        assert_eq!(Value::Bool(ended), case["expect_terminal"], "{}", case["id"]);
    }
}

#[test]
fn the_first_end_of_a_leg_is_its_only_one() {
    let ended = Some(LegStatus::Ended(LegEnd::Completed));
    assert_eq!(advance(ended, LegStatus::Ended(LegEnd::Canceled)), None);
    assert_eq!(advance(Some(LegStatus::Ringing), LegStatus::Ringing), None);
    assert_eq!(advance(None, LegStatus::Ringing), Some(LegStatus::Ringing));
}

#[test]
fn a_form_keeps_blanks_and_repeats_and_has_an_upper_bound() {
    let form = form("b=2&a=&=x&b=1&&c");
    assert_eq!((form.get("a"), form.get("b"), form.get("c"), form.get("")), (Some(""), Some("2"), Some(""), Some("x")));
    assert_eq!(form.get("d"), None);
    let most = vec!["a=1"; PARAMETERS_MAX].join("&");
    assert!(Form::decode(most.as_bytes()).is_ok());
    assert_eq!(Form::decode(format!("{most}&b=1").as_bytes()).err(), Some(TooManyParameters));
}
