//! Behaviour tests: twilio. Vectors under `tests/vectors/` were made with the carrier's own SDKs.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why and fails")]

#[path = "twilio/double.rs"]
mod double;
#[path = "twilio/hostile.rs"]
mod hostile;
#[path = "twilio/recordings.rs"]
mod recordings;
#[path = "twilio/rest.rs"]
mod rest;
#[path = "twilio/rest_failures.rs"]
mod rest_failures;
#[path = "twilio/signature.rs"]
mod signature;
#[path = "twilio/webhook.rs"]
mod webhook;

use serde_json::Value;

/// A vector file's list of cases.
fn cases(text: &str, list: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).expect("a vector file is JSON");
    match file[list].take() {
        Value::Array(cases) => cases,
        other => panic!("`{list}` is no list: {other}"),
    }
}

/// A text field of a case; absent counts as empty.
fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_default()
}

/// The decoded parameters of a case, sorted.
fn params(case: &Value) -> Vec<(String, String)> {
    let list = case["params"].as_array().expect("params is a list");
    let mut pairs: Vec<_> = list.iter().map(|pair| (text_at(pair, 0), text_at(pair, 1))).collect();
    pairs.sort();
    pairs
}

fn text_at(pair: &Value, at: usize) -> String {
    pair[at].as_str().expect("a pair of texts").to_owned()
}

/// A URL cut before its path.
fn split_url(url: &str) -> (&str, &str) {
    let host = url.find("://").expect("a URL has a scheme") + 3;
    url.split_at(url[host..].find('/').map_or(url.len(), |slash| host + slash))
}
