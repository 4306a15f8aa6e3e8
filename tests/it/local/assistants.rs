//! Assistants: the demo's automatic one, and a person's written call, both over the public API.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use carelane::carrier::local::Api;
use carelane::carrier::local::AutomaticAssistant;
use carelane::carrier::local::Role;
use carelane::carrier::local::script;
use carelane::carrier::local::script::Desk;
use carelane::carrier::local::script::Script;
use carelane::vocab::Number;
use carelane::vocab::Private;

use super::Bench;
use super::play;
use super::rest::Rest;

const ROSA: &str = "+15550100202";
const STATE: &str = "/api/v1/agents/rosa/state";
const CLOSE: &str = "/api/v1/calls/call-7/close";

/// The public API with one assistant, who has one call, and the documents of that call.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.app.on_json(
        "/api/v1/floor",
        &[(
            200,
            r#"{"agents": [{"id": "ana", "state": "available", "address": "+15550100201"},
                {"id": "rosa", "state": "available", "address": "+15550100202"}],
                "calls": [{"call": "call-6", "agent": "ana"},
                {"call": "call-7", "practice": "elm", "lane": "records", "language": "es-US", "agent": "rosa"}]}"#,
        )],
    );
    bench.app.on_json(STATE, &[(200, "{}")]);
    bench.app.on_json(CLOSE, &[(422, r#"{"detail": "say what was done", "missing": ["provider"]}"#), (200, "{}")]);
    bench.app.on("/leg", "<Gather numDigits=\"1\" action=\"/room\"><Say>a call for records</Say></Gather>");
    bench.app.on(
        "/room",
        "<Dial><Conference beep=\"false\" waitUrl=\"\" endConferenceOnExit=\"true\">r</Conference></Dial>",
    );
    bench.app.on("/voice", "<Dial><Conference beep=\"false\" waitUrl=\"\">r</Conference></Dial><Say>goodbye</Say>");
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    bench
}

fn rosa(bench: &Bench) -> AutomaticAssistant {
    AutomaticAssistant {
        agent: "rosa".into(),
        name: "Rosa".into(),
        address: Number::parse(ROSA).expect("a number"),
        api: bench.app.url(""),
        token: Private::new("secret".into()),
    }
}

#[tokio::test]
async fn the_automatic_assistant_takes_a_call_speaks_the_callers_language_and_closes_it() {
    let bench = bench().await;
    let said = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&said);
    bench.carrier.staff(rosa(&bench), move |line| lines.lock().expect("no panic").push(line.to_owned()));
    bench.app.until(STATE, 1).await;
    Rest::new(&bench).create(&bench, ROSA, "20").await;
    let mut patient = bench.patient().await;
    play(
        &mut patient,
        "dial\nexpect-joined\nexpect \"soy Rosa\"\nexpect \"hasta luego\"\nexpect goodbye\nexpect-ended",
    )
    .await;
    let closes = bench.app.until(CLOSE, 2).await;
    assert!(closes[0].body.contains("no_further_action") && closes[0].body.contains("records"), "{}", closes[0].body);
    assert!(closes[1].body.contains("provider"), "what was missing is filled in: {}", closes[1].body);
    assert_eq!(bench.app.hits("/room")[0].get("Digits"), "1");
    assert!(said.lock().expect("no panic")[0].contains("automatic assistant"));
}

#[tokio::test]
async fn the_automatic_assistant_closes_with_the_lanes_own_fields_and_outcomes() {
    let bench = bench().await;
    bench.app.on_json(
        "/api/v1/lanes/elm/records",
        &[(
            200,
            r#"{"lane": "records", "name": {}, "script": {}, "decision_rules": [], "escalation": "records", "owner": "desk",
                "note_fields": [{"id": "papers", "label": "Which papers", "required": true},
                {"id": "by_when", "label": "By when", "required": false}],
                "outcomes": [{"id": "waits", "closes": false, "hands_to": null},
                {"id": "sent", "closes": true, "hands_to": null}]}"#,
        )],
    );
    bench.carrier.staff(rosa(&bench), |_| {});
    bench.app.until(STATE, 1).await;
    Rest::new(&bench).create(&bench, ROSA, "20").await;
    let mut patient = bench.patient().await;
    play(&mut patient, "dial\nexpect-joined\nexpect goodbye\nexpect-ended").await;
    let closes = bench.app.until(CLOSE, 1).await;
    let sent: serde_json::Value = serde_json::from_str(&closes[0].body).expect("JSON");
    let fields: Vec<&str> = sent["note"].as_object().expect("a note").keys().map(String::as_str).collect();
    assert_eq!((sent["outcome"].as_str(), fields), (Some("sent"), vec!["papers"]), "{sent}");
}

#[tokio::test]
async fn the_automatic_assistant_stands_back_while_a_person_works() {
    let bench = bench().await;
    bench.carrier.staff(rosa(&bench), |_| {});
    let states = bench.app.until(STATE, 1).await;
    assert!(states[0].body.contains("available"));
    let person = bench.phone("+15550100201", Role::Assistant).await;
    let states = bench.app.until(STATE, 2).await;
    assert!(states[1].body.contains("logged_out"));
    drop(person);
    let states = bench.app.until(STATE, 3).await;
    assert!(states[2].body.contains("available"));
}

#[tokio::test]
async fn the_automatic_assistant_leaves_a_call_that_rings_to_whoever_has_opened_a_softphone() {
    let bench = bench().await;
    bench.carrier.staff(rosa(&bench), |_| {});
    bench.app.until(STATE, 1).await;
    let with = |state: &str, open: bool| {
        format!(r#"{{"agents": [{{"id": "ana", "state": "{state}", "softphone": {open}}}], "calls": []}}"#)
    };
    bench.app.on_json("/api/v1/floor", &[(200, &with("available", true))]);
    Rest::new(&bench).create(&bench, ROSA, "20").await;
    let states = bench.app.until(STATE, 2).await;
    assert!(states[1].body.contains("logged_out"), "{}", states[1].body);
    assert_eq!(bench.app.hits("/leg").len(), 0, "it does not answer");
    bench.app.on_json("/api/v1/floor", &[(200, &with("logged_out", true))]);
    let states = bench.app.until(STATE, 3).await;
    assert!(states[2].body.contains("available"), "who has only opened the page does not work yet");
}

#[tokio::test]
async fn a_person_takes_over_the_automatic_assistants_own_phone() {
    let bench = bench().await;
    bench.carrier.staff(rosa(&bench), |_| {});
    bench.app.until(STATE, 1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _person = bench.phone(ROSA, Role::Assistant).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(bench.app.hits(STATE).len(), 1, "her own state is not touched");
}

#[tokio::test]
async fn a_written_assistants_call_uses_the_api_and_shows_why_a_note_is_refused() {
    let bench = bench().await;
    let mut phone = bench.phone(ROSA, Role::Assistant).await;
    Rest::new(&bench).create(&bench, ROSA, "60").await;
    let desk = Desk { api: Api::new(&bench.app.url("/"), Private::new("secret".into())), agent: "rosa".into() };
    let text =
        "ready\nexpect-incoming\nanswer\nexpect records\nhangup\nexpect-ended\nclose booked request=\"a refill\"";
    let script = Script::parse("rosa.call", text).expect("a script");
    let failure = script::run(&script, &mut phone, Some(&desk), |_| {}).await.expect_err("the first note is refused");
    assert!(failure.to_string().starts_with("rosa.call:7: the note was refused: say what was done"), "{failure}");
    let again = Script::parse("rosa.call", "close booked provider=\"Dr. Lee\"\naway").expect("a script");
    script::run(&again, &mut phone, Some(&desk), |_| {}).await.expect("the second note is taken");
    assert!(bench.app.hits(STATE)[1].body.contains("not_ready"));
}
