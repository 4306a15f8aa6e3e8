//! Behaviour tests: phones in the browser, met by a page made of sockets. The pages themselves are tried in a real
//! browser by `browser::pages`.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod chromium;
mod demo;
mod giving;
mod lost_line;
mod pages;
mod phone;
mod softphone;
mod worklist;

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use crate::serve::http;
use crate::stream::carrier::said;
use demo::Demo;

const GREETING: &str = "Riverside Family Medicine, this is the phone assistant.";
const IN_LINE: &str = "You are in line for appointments. An assistant takes your call when it is your turn.";

#[tokio::test]
async fn a_patient_calls_from_the_browser_hears_the_greeting_reads_it_and_gets_into_the_line() {
    let demo = Demo::start().await;
    let mut phone = demo.patient_calls("+15550142001").await;
    let shown = phone.is_shown().await;
    assert_eq!(shown["captions"][0]["text"], GREETING);
    assert_eq!((&shown["captions"][0]["at"], &shown["captions"][0]["language"]), (&json!(0), &json!("en-US")));
    phone.hears(&said(&[GREETING])).await;
    phone.press('1').await;
    phone.until_clear().await;
    let shown = phone.is_shown().await;
    assert_eq!(shown["captions"][0]["text"], IN_LINE);
    assert!(shown["again_from"].is_u64(), "a wait begins again: {shown}");
    let floor = demo.floor().await;
    assert_eq!((&floor["calls"][0]["lane"], &floor["calls"][0]["state"]), (&json!("scheduling"), &json!("waiting")));
    assert_eq!(floor["lanes"][0]["waiting"][0]["caller"], "+15550142001");
}

#[tokio::test]
async fn a_browser_that_closes_has_hung_up() {
    let demo = Demo::start().await;
    let mut phone = demo.patient_calls("+15550142002").await;
    phone.press('1').await;
    phone.until_clear().await;
    demo.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
    drop(phone);
    let floor = demo.until_floor(|floor| floor["calls"].as_array().is_some_and(Vec::is_empty)).await;
    assert_eq!((&floor["items"][0]["kind"], &floor["items"][0]["lane"]), (&json!("abandoned"), &json!("scheduling")));
    assert_eq!(floor["ledger"]["unaccounted"], 0);
}

#[tokio::test]
async fn last_words_are_heard_and_then_the_line_is_closed() {
    let demo = Demo::start().await;
    let mut phone = demo.patient_calls("+15550142003").await;
    phone.press('1').await;
    phone.until_clear().await;
    demo.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
    phone.press('7').await;
    assert_eq!(timeout(Duration::from_secs(30), phone.until_closed()).await.expect("it ends"), Some(1000));
    let floor = demo.until_floor(|floor| floor["calls"].as_array().is_some_and(Vec::is_empty)).await;
    assert_eq!(floor["items"][0]["kind"], "callback");
}

#[tokio::test]
async fn words_without_a_sound_are_shown() {
    let demo =
        Demo::start_with(|_, flow| flow.replace("this is the phone assistant", "this is the phone system")).await;
    let mut phone = demo.patient_calls("+15550142004").await;
    let shown = phone.is_shown().await;
    assert_eq!(shown["captions"][0]["text"], "Riverside Family Medicine, this is the phone system.");
    assert!(shown["captions"][1]["at"].as_u64().expect("a time") > 2_000, "it takes its time: {shown}");
    phone.press('1').await;
    demo.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
}

#[tokio::test]
async fn a_page_that_never_comes_for_its_call_has_hung_up() {
    let demo = Demo::start().await;
    let placed = demo.place(&json!({"from": "+15550142005"})).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
    let floor = demo.until_floor(|floor| floor["ledger"]["in_progress"] == 0).await;
    assert_eq!(floor["ledger"]["declined"], 1);
}

#[tokio::test]
async fn another_site_cannot_place_a_call_and_nonsense_is_told() {
    let demo = Demo::start().await;
    let url = demo.engine.url("/phone/calls");
    let call = json!({"from": "+15550142006"}).to_string();
    let (json_type, foreign) = (("content-type", "application/json"), ("origin", "http://evil.example.org"));
    for headers in [&[json_type, foreign][..], &[("content-type", "text/plain")]] {
        let answer = http::send("POST", &url, headers, call.as_bytes()).await.expect("an answer");
        assert_eq!(answer.status, 403, "{headers:?}: {}", answer.text());
    }
    for (body, status) in
        [(json!({}), 400), (json!({"from": "911"}), 422), (json!({"from": "+15550142006", "to": "+1"}), 404)]
    {
        let answer = demo.place(&body).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (status, "application/problem+json"), "{body}");
    }
    assert_eq!(demo.floor().await["ledger"]["inbound"], 0);
}

#[tokio::test]
async fn the_pages_are_served_with_a_policy_that_lets_nothing_else_in() {
    let demo = Demo::start().await;
    let page = http::get(&demo.engine.url("/phone")).await.expect("an answer");
    assert_eq!((page.status, page.content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.text().contains("web/phone.js"));
    let (head, _) = http::raw(
        &demo.engine.address.to_string(),
        format!("GET /phone HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", demo.engine.address).as_bytes(),
        Duration::from_secs(5),
    )
    .await;
    for header in ["default-src 'none'", "frame-ancestors 'none'", "nosniff", "microphone=(self)"] {
        assert!(head.contains(header), "{header} is not in {head}");
    }
}
