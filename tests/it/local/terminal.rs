//! The assistant's terminal where carelane cannot say what a lane asks for, and which call is hers.

use carelane::carrier::local::Api;
use carelane::vocab::Private;

use super::Bench;
use crate::serve::terminal::Screen;

const CLOSE: &str = "/api/v1/calls/call-7/close";

/// The public API with Ana, who owes a note, and without any lane.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.app.on_json(
        "/api/v1/floor",
        &[(
            200,
            r#"{"agents": [{"id": "ana", "state": "logged_out", "address": "+15550100201", "call": null}],
                "calls": [{"call": "call-7", "practice": "elm", "lane": "records", "language": "en-US",
                "state": "wrap_up", "agent": "ana"}]}"#,
        )],
    );
    bench.app.on_json("/api/v1/agents/ana/state", &[(200, "{}")]);
    bench
}

#[tokio::test]
async fn without_the_lanes_form_the_usual_questions_are_asked_and_that_is_said() {
    let bench = bench().await;
    let unknown = r#"{"detail": "`outcome` is none of the allowed values", "what": "outcome", "allowed": ["sent"]}"#;
    let missing = r#"{"detail": "fields are missing", "missing": ["provider"]}"#;
    bench.app.on_json(CLOSE, &[(422, unknown), (422, missing), (409, r#"{"detail": "closed already"}"#)]);
    let mut screen = Screen::start("ana", &bench.carrier.phone_url(), &bench.app.url(""), &[]);
    let asked = screen.answers("outcome", "mailed").await;
    assert!(asked.contains("A note is owed for call-7."), "{asked}");
    assert!(asked.contains("form cannot be read") && asked.contains("usual questions"), "{asked}");
    screen.answers("request", "her records").await;
    screen.answers("action", "mailed them").await;
    screen.answers("next step", "none, she has them").await;
    screen.until("sent").await;
    screen.answers("outcome", "sent").await;
    screen.answers("provider", "/close").await;
    let told = screen.answers("provider", "Dr. Lee").await;
    assert!(told.contains("only /later and /quit"), "{told}");
    screen.until("closed already").await;
    screen.until("ana is signed in").await;
    let closes = bench.app.until(CLOSE, 3).await;
    assert!(closes[2].body.contains("sent") && closes[2].body.contains("Dr. Lee"), "{}", closes[2].body);
}

#[tokio::test]
async fn the_terminal_speaks_spanish_if_asked_to() {
    let bench = bench().await;
    let mut screen = Screen::start("ana", &bench.carrier.phone_url(), &bench.app.url(""), &["--lang", "es"]);
    screen.answers("resultado", "").await;
    let shown = screen.until("ana está conectada").await;
    assert!(shown.contains("La nota queda pendiente"), "{shown}");
}

#[tokio::test]
async fn the_call_an_assistant_is_with_comes_before_an_older_one_whose_note_she_owes() {
    let bench = Bench::new().await;
    let floor = |with: &str| {
        format!(
            r#"{{"agents": [{{"id": "ana", "call": {with}}}],
            "calls": [{{"call": "call-4", "agent": "ana"}}, {{"call": "call-7", "agent": "ana"}}]}}"#
        )
    };
    let (with, without) = (floor(r#""call-4""#), floor("null"));
    bench.app.on_json("/api/v1/floor", &[(200, &with), (200, &without)]);
    let api = Api::new(&bench.app.url(""), Private::new("secret".to_owned()));
    for expected in ["call-4", "call-7"] {
        let call = api.call_of("ana").await.expect("the floor is shown").expect("a call");
        assert_eq!(call["call"], expected);
    }
}
