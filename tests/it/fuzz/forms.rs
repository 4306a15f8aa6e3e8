//! Bodies of webhooks and their signatures, against a second reader and a second canonicaliser written from the
//! carrier's description alone.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::Verifier;
use carelane::carrier::twilio::decode_incoming;
use carelane::carrier::twilio::decode_input;
use carelane::carrier::twilio::decode_status;
use carelane::carrier::twilio::sign;
use carelane::floor::event::Input;
use carelane::vocab::Private;
use ring::hmac;

use super::hunt::Hunt;

const TOKENS: &[&str] = &[
    "&",
    "=",
    "+",
    "%",
    "%2B",
    "%00",
    "%zz",
    "%C3%B1",
    "%F0%9F%99%82",
    "%ED%A0%80",
    "CallSid=",
    "CallSid=CA1&",
    "Digits=",
    "SpeechResult=",
    "From=",
    "To=",
    "CallStatus=completed&",
    "SequenceNumber=",
    "ñ",
    ";",
    "\r\n",
    "\u{202e}",
    "🙂",
];

/// Name and value of every parameter, byte by byte.
fn read_slowly(body: &[u8]) -> Vec<(String, String)> {
    let clear = |part: &[u8]| {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < part.len() {
            let hex = part.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
            let hex = hex.filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
            match (part[at], hex.and_then(|two| u8::from_str_radix(two, 16).ok())) {
                (b'%', Some(byte)) => {
                    bytes.push(byte);
                    at += 2;
                }
                (b'+', _) => bytes.push(b' '),
                (byte, _) => bytes.push(byte),
            }
            at += 1;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let mut pairs = Vec::new();
    for piece in body.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
        let mut parts = piece.splitn(2, |byte| *byte == b'=');
        pairs.push((clear(parts.next().unwrap_or_default()), clear(parts.next().unwrap_or_default())));
    }
    pairs
}

/// The carrier's recipe: the URL, then each name in order with each of its values, once, in order.
fn signed_slowly(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        sorted.entry(name).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (name, values) in sorted {
        values.iter().for_each(|value| text += &format!("{name}{value}"));
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

#[test]
fn any_body_reads_and_signs_as_a_second_reader_says() {
    let hunt = Hunt { target: "form", rounds: 6_000, tokens: TOKENS };
    let token = Private::new("a token".to_owned());
    let verifier = Verifier::new("https://a.example", std::slice::from_ref(&token));
    hunt.run(Vec::new(), |body| {
        let mut expected = read_slowly(body);
        let form = match Form::decode(body) {
            Ok(form) if expected.len() <= 200 => form,
            Err(_) if expected.len() > 200 => return Ok(()),
            _ => return Err(format!("{} parameters are not what is said of them", expected.len())),
        };
        let signature = sign(&token, "https://a.example/voice/incoming", &form);
        if signature != signed_slowly("a token", "https://a.example/voice/incoming", &expected) {
            return Err("the signature is another one".to_owned());
        }
        verifier.verify("/voice/incoming", &form, Some(&signature)).map_err(|e| e.to_string())?;
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        if !form.pairs().eq(expected.iter().map(|(name, value)| (&**name, &**value))) {
            return Err("the parameters are others".to_owned());
        }
        within_limits(&form)
    });
}

/// What is taken out of a form is short and clean, whatever stood in it.
fn within_limits(form: &Form<'_>) -> Result<(), String> {
    let clean = |text: &str, max: usize| text.chars().count() <= max && !text.chars().any(char::is_control);
    if let Ok(call) = decode_incoming(form) {
        if !clean(call.carrier_call.as_str(), 128) || call.carrier_call.as_str().is_empty() {
            return Err(format!("{:?} names a call", call.carrier_call));
        }
        if !clean(&call.dialled, 256) {
            return Err(format!("{:?} was dialled", call.dialled));
        }
    }
    let _ = decode_status(form);
    match decode_input(form) {
        Input::Keys(keys) if keys.chars().all(|key| "0123456789*#ABCD".contains(key)) && keys.len() <= 1_000 => Ok(()),
        Input::Keys(keys) => Err(format!("{keys:?} are no keys")),
        Input::Speech(words) if !clean(words.reveal(), 1_000) => Err("the words hold what nobody says".to_owned()),
        Input::Message { recording, .. } if !clean(recording.as_str(), 128) || recording.as_str().is_empty() => {
            Err(format!("{recording:?} names a recording"))
        }
        Input::Speech(_) | Input::Nothing | Input::Message { .. } => Ok(()),
        Input::Pin(_) => Err("a PIN is read by another way".to_owned()),
    }
}

#[test]
fn any_signature_header_but_the_right_one_is_refused() {
    let token = Private::new("a token".to_owned());
    let verifier = Verifier::new("https://a.example", std::slice::from_ref(&token));
    let form = Form::decode(b"CallSid=CA1&From=%2B15550109001").expect("a form");
    let right = sign(&token, "https://a.example/voice/incoming", &form);
    let hunt = Hunt { target: "signature", rounds: 4_000, tokens: &["=", "==", "/", "+", " ", "\u{feff}", "A"] };
    hunt.run(vec![right.clone().into_bytes()], |header| {
        let header = String::from_utf8_lossy(header);
        let believed = verifier.verify("/voice/incoming", &form, Some(&header)).is_ok();
        // White space around it is the header's, not the signature's.
        if believed == (header.trim() == right) { Ok(()) } else { Err(format!("{header:?} is believed: {believed}")) }
    });
}
