//! Signatures: who is believed, and who is not.

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::Rejection;
use carelane::carrier::twilio::Verifier;
use carelane::carrier::twilio::sign;
use carelane::vocab::Private;
use serde_json::Value;

use super::cases;
use super::params;
use super::split_url;
use super::text;

const CLASSIC: &str = include_str!("../../vectors/twilio_signature.json");
const SHARED_KEY: &str = include_str!("../../vectors/twilio_signature_sha256.json");
const BASE: &str = "https://voice.practice.example";

fn secret(text: &str) -> Private<String> {
    Private::new(text.to_owned())
}

/// Whether a classic case is believed.
fn verdict(case: &Value) -> Result<(), Rejection> {
    let (base, path) = split_url(text(case, "url"));
    let verifier = Verifier::new(base, &[secret(text(case, "auth_token"))]);
    let body = text(case, "raw_body").as_bytes();
    let signature = case["signature"].as_str();
    if case["kind"] == "json" {
        return verifier.verify_json(path, body, signature, None);
    }
    let form = Form::decode(body).expect("a real form");
    assert_eq!(form_pairs(&form), params(case), "{}", case["id"]);
    verifier.verify(path, &form, signature)
}

fn form_pairs(form: &Form<'_>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = form.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.sort();
    pairs
}

#[test]
fn every_valid_vector_is_believed_and_every_invalid_one_is_not() {
    let (mut valid, mut invalid) = (0, 0);
    for case in cases(CLASSIC, "vectors") {
        let Some(expected) = case["expect_valid"].as_bool() else { continue };
        assert_eq!(verdict(&case).is_ok(), expected, "{}: {}", case["id"], case["description"]);
        if expected { valid += 1 } else { invalid += 1 }
    }
    assert_eq!((valid, invalid), (46, 10));
}

#[test]
fn where_the_official_validators_disagree_the_text_of_the_url_decides() {
    let believed = [
        "div-bare-host",
        "div-upper-host",
        "div-raw-space-query",
        "div-raw-unicode-query",
        "div-quote-query",
        "div-userinfo",
        "div-userinfo-port",
        "div-ipv6",
        "div-astral-name",
        "div-wss-443-added",
    ];
    let mut seen = 0;
    for case in cases(CLASSIC, "vectors").iter().filter(|case| case["expect_valid"].is_null()) {
        assert_eq!(verdict(case).is_ok(), believed.contains(&text(case, "id")), "{}", case["id"]);
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn a_shared_key_is_believed_only_under_its_own_settings_header() {
    let all = cases(SHARED_KEY, "vectors");
    assert_eq!(all.len(), 11);
    for case in all {
        let (base, path) = split_url(text(&case, "url"));
        let key = secret(text(&case, "secret"));
        let verifier = Verifier::new(base, std::slice::from_ref(&key))
            .with_shared_key("webhooks_sharedkey_01", &key)
            .with_shared_key("k", &key);
        let signature = case["headers"]["x-twilio-signature"].as_str();
        let settings = case["headers"]["x-twilio-webhooks-signature-settings"].as_str();
        let verdict = match case["raw_body"].as_str() {
            Some(body) => verifier.verify_json(path, body.as_bytes(), signature, settings),
            None => {
                let pairs = params(&case);
                let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                let form = Form::decode(body.as_bytes()).expect("a real form");
                verifier.verify_with_settings(path, &form, signature, settings)
            }
        };
        assert_eq!(Some(verdict.is_ok()), case["expect_valid"].as_bool(), "{}: {verdict:?}", case["id"]);
    }
}

#[test]
fn without_auth_tokens_only_shared_keys_are_believed() {
    let key = secret("whsec");
    let form = Form::decode(b"CallSid=CA1").expect("a real form");
    let signature = sign(&key, &format!("{BASE}/voice/incoming"), &form);
    let verifier = Verifier::new(BASE, &[]).with_shared_key("k1", &key);
    let check = |settings| verifier.verify_with_settings("/voice/incoming", &form, Some(&signature), settings);
    assert_eq!(check(Some("key=k1,algorithm=HMAC_SHA1")), Ok(()));
    assert_eq!(check(None), Err(Rejection::Wrong));
    assert_eq!(check(Some("key=k2,algorithm=HMAC_SHA1")), Err(Rejection::UnknownKey));
    assert_eq!(check(Some("key=k1,algorithm=MD5")), Err(Rejection::UnknownAlgorithm));
}

#[test]
fn during_a_rotation_both_tokens_are_believed() {
    let (old, new) = (secret("old"), secret("new"));
    let form = Form::decode(b"CallSid=CA1&CallStatus=ringing").expect("a real form");
    let verifier = Verifier::new(BASE, &[new.clone(), old.clone()]);
    for token in [&old, &new] {
        let signature = sign(token, &format!("{BASE}/voice/incoming"), &form);
        assert_eq!(verifier.verify("/voice/incoming", &form, Some(&signature)), Ok(()));
    }
    let signature = sign(&secret("other"), &format!("{BASE}/voice/incoming"), &form);
    assert_eq!(verifier.verify("/voice/incoming", &form, Some(&signature)), Err(Rejection::Wrong));
}

#[test]
fn an_empty_token_opens_no_door() {
    let nothing = secret("");
    let form = Form::decode(b"CallSid=CA1").expect("a real form");
    let signature = sign(&nothing, &format!("{BASE}/voice/incoming"), &form);
    let verifier = Verifier::new(BASE, std::slice::from_ref(&nothing)).with_shared_key("k", &nothing);
    assert_eq!(verifier.verify("/voice/incoming", &form, Some(&signature)), Err(Rejection::Wrong));
    let shared =
        verifier.verify_with_settings("/voice/incoming", &form, Some(&signature), Some("key=k,algorithm=HMAC_SHA1"));
    assert_eq!(shared, Err(Rejection::UnknownKey));
}

#[test]
fn a_missing_or_blank_signature_is_told_apart_from_a_wrong_one() {
    let verifier = Verifier::new(BASE, &[secret("token")]);
    let form = Form::default();
    for none in [None, Some(""), Some("  ")] {
        assert_eq!(verifier.verify("/", &form, none), Err(Rejection::Missing));
    }
    let long = "A".repeat(10_000);
    for wrong in ["x", "====", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "ñ", &long] {
        assert_eq!(verifier.verify("/", &form, Some(wrong)), Err(Rejection::Wrong), "{wrong}");
    }
}

#[test]
fn a_public_base_may_end_in_a_slash_and_have_a_path() {
    let token = secret("token");
    let form = Form::decode(b"CallSid=CA1").expect("a real form");
    let signature = sign(&token, "https://practice.example/phone/voice/incoming?leg=leg-1", &form);
    for base in
        ["https://practice.example/phone", "https://practice.example/phone/", "https://practice.example:8443/phone"]
    {
        let verifier = Verifier::new(base, std::slice::from_ref(&token));
        assert_eq!(verifier.verify("/voice/incoming?leg=leg-1", &form, Some(&signature)), Ok(()), "{base}");
        assert_eq!(verifier.verify("/voice/incoming?leg=leg-2", &form, Some(&signature)), Err(Rejection::Wrong));
    }
}

#[test]
fn a_json_body_without_its_hash_in_the_url_is_not_believed() {
    let token = secret("token");
    let verifier = Verifier::new(BASE, std::slice::from_ref(&token));
    let signature = sign(&token, &format!("{BASE}/hook?a=1"), &Form::default());
    assert_eq!(verifier.verify_json("/hook?a=1", b"{}", Some(&signature), None), Err(Rejection::BodyChanged));
}

#[test]
fn a_rejection_says_what_to_look_at_and_nothing_about_the_caller() {
    let all = [
        Rejection::Missing,
        Rejection::Wrong,
        Rejection::UnknownAlgorithm,
        Rejection::UnknownKey,
        Rejection::BodyChanged,
    ];
    for rejection in all {
        let said = rejection.to_string();
        assert!(said.starts_with("the webhook") && said.len() > 60, "{said}");
    }
}
