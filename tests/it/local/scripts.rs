//! Written calls: what they understand, how they fail, and the command that runs them.

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use carelane::carrier::local::Line;
use carelane::carrier::local::Role;
use carelane::carrier::local::script::Script;
use carelane::cli::call;

use super::Bench;
use super::play;
use super::try_play;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls").join(name)
}

fn args(bench: &Bench, script: &str) -> call::Args {
    call::Args {
        to: None,
        from: None,
        agent: None,
        carrier: Some(format!("ws://{}", bench.carrier.addr())),
        api: Some("http://127.0.0.1:9".into()),
        data: "no-such-folder".into(),
        script: Some(file(script)),
        lang: "en".into(),
    }
}

fn greet(bench: &Bench) {
    bench.app.on(
        "/voice",
        "<Gather numDigits=\"1\" input=\"dtmf speech\" action=\"/chosen\">\
         <Say>Riverside Family Medicine. Press 1.</Say></Gather>",
    );
    bench.app.on("/chosen", "<Say>Thank you.</Say>");
}

#[tokio::test]
async fn a_written_call_that_is_met_ends_with_success_and_one_that_is_not_with_failure() {
    let bench = Bench::new().await;
    greet(&bench);
    for (script, code) in [
        ("press-one.call", ExitCode::SUCCESS),
        ("say-it.call", ExitCode::SUCCESS),
        ("wrong-words.call", ExitCode::FAILURE),
        ("unknown-step.call", ExitCode::from(2)),
        ("no-such-file.call", ExitCode::from(2)),
    ] {
        assert_eq!(call::run(args(&bench, script)).await, code, "{script}");
    }
    assert_eq!(bench.app.hits("/chosen")[0].get("Digits"), "1");
    assert_eq!(bench.app.hits("/chosen")[1].get("SpeechResult"), "I need a refill");
}

#[tokio::test]
async fn a_failure_names_file_line_expectation_and_what_was_heard() {
    let bench = Bench::new().await;
    greet(&bench);
    let mut phone = bench.patient().await;
    let script = "# a comment\ndial\n\nexpect \"press 1\"\nkey 1\nexpect \"we are closed\" within 5s";
    let failure = try_play(&mut phone, script).await.expect_err("it is open");
    assert_eq!((failure.name.as_str(), failure.line), ("test", 6));
    let text = failure.to_string();
    assert!(text.starts_with("test:6: expected to hear \"we are closed\", but the call ended"), "{text}");
    assert!(text.contains("carelane: \"Thank you.\" (en-US)"), "{text}");
    assert!(!text.contains("Riverside"), "what an earlier step met is not shown again: {text}");
}

#[tokio::test]
async fn an_expectation_gives_up_in_its_time() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Pause length=\"600\"/>");
    let mut phone = bench.patient().await;
    let failure = try_play(&mut phone, "dial\nexpect-music within 100ms").await.expect_err("silence");
    assert_eq!(failure.message, "expected music within 0.1 s");
}

#[test]
fn a_line_that_is_no_step_is_named_with_what_would_be_right() {
    for (text, message) in [
        ("dail", "test:1: `dail` is no step; did you mean `dial`?"),
        ("\n\nkey A", "test:3: `A` are no keys: only 0-9, * and #"),
        ("expect", "test:1: `expect` needs the words to hear: expect \"press 1\" [within 20s]"),
        ("expect \"x", "test:1: a quotation is not closed: a `\"` is missing"),
        ("expect x after 2s", "test:1: after what is expected only `within 20s` may follow"),
        ("wait soon", "test:1: `soon` is no time: write 500ms, 2s or 1m"),
        ("answer now", "test:1: `answer` stands alone on its line"),
        ("close request=\"x\"", "test:1: `close` needs an outcome and fields: close booked request=\"…\" action=\"…\""),
        ("close booked \"request=x\"", "test:1: `request=x` is no field: write request=\"what was asked\""),
    ] {
        let error = Script::parse("test", text).expect_err(text);
        assert_eq!(error.to_string(), message);
    }
    for text in
        ["key #", "key 12*# # two keys", "say \"she said \\\"yes\\\"\" # quoted", "close booked request=\"a = b\"", ""]
    {
        assert!(Script::parse("test", text).is_ok(), "{text}");
    }
}

#[tokio::test]
async fn without_a_carrier_the_phone_says_how_to_start_one() {
    let error = Line::connect("ws://127.0.0.1:9", None, Role::Patient).await.err().expect("nobody listens on port 9");
    assert!(error.to_string().contains("`cargo run` in another terminal"), "{error}");
}

#[tokio::test]
async fn phones_get_free_numbers_and_a_number_rings_one_phone_only() {
    let bench = Bench::new().await;
    let first = Line::connect(&bench.carrier.phone_url(), None, Role::Patient).await.expect("a phone");
    let second = Line::connect(&bench.carrier.phone_url(), None, Role::Patient).await.expect("a phone");
    assert_ne!(first.number(), second.number());
    assert_eq!(first.usual_number(), Some(super::OURS));
    let number = carelane::vocab::Number::parse(first.number()).expect("E.164");
    let refused = Line::connect(&bench.carrier.phone_url(), Some(&number), Role::Patient).await.err().expect("taken");
    assert!(refused.to_string().contains("--from"), "{refused}");
    drop(first);
    for _ in 0..500 {
        if Line::connect(&bench.carrier.phone_url(), Some(&number), Role::Patient).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("a phone that hung up still holds its number");
}

#[tokio::test]
async fn an_assistants_step_without_an_assistant_is_explained() {
    let bench = Bench::new().await;
    let mut phone = bench.patient().await;
    let failure = try_play(&mut phone, "ready").await.expect_err("no desk");
    assert!(failure.message.contains("--as"), "{failure}");
    play(&mut phone, "").await;
}
