//! Documents: prompts, questions, redirects, and what a carrier does with broken ones.

use carelane::carrier::local::Faults;

use super::Bench;
use super::app::wav;
use super::play;
use super::try_play;

const LONG: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
    seventeen eighteen nineteen twenty one two three four five six seven eight nine ten eleven twelve";

#[tokio::test]
async fn the_first_request_is_a_signed_ringing_inbound_call_and_the_last_tells_its_end() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Say language=\"es-US\">Hola &amp; bienvenidos</Say>");
    let mut phone = bench.patient().await;
    let heard = play(&mut phone, "dial\nexpect \"hola & bienvenidos\"\nexpect-ended").await;
    assert!(heard.iter().any(|line| line.contains("(es-US)")), "{heard:?}");
    let first = &bench.app.until("/voice", 1).await[0];
    for (name, value) in [
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", "+15550101234"),
        ("Caller", "+15550101234"),
        ("To", super::OURS),
        ("AccountSid", super::ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", ""),
    ] {
        assert_eq!(first.get(name), value, "{name}");
    }
    assert!(first.get("CallSid").starts_with("CA") && first.get("CallSid").len() == 34);
    assert_eq!(first.token.len(), 32);
    let last = &bench.app.until("/status", 1).await[0];
    assert_eq!((last.get("CallStatus"), last.get("SequenceNumber")), ("completed", "0"));
    assert_eq!(last.get("CallbackSource"), "call-progress-events");
    assert!(last.get("Timestamp").ends_with("+0000"), "{}", last.get("Timestamp"));
    assert_eq!(last.get("CallSid"), first.get("CallSid"));
    assert!(bench.app.all_signed());
    assert!(bench.alerts().is_empty());
}

#[tokio::test]
async fn a_key_during_the_prompt_stops_it_and_is_submitted() {
    let bench = Bench::new().await;
    bench.app.on(
        "/voice",
        &format!(
            "<Gather numDigits=\"1\" action=\"step?x=1&amp;y=2\">\
             <Say>{LONG}</Say><Say>never said</Say></Gather><Say>no input</Say>"
        ),
    );
    bench.app.on("/step", "<Say>chosen</Say>");
    let mut phone = bench.patient().await;
    let heard = play(&mut phone, "dial\nexpect \"one two\"\nkey 3\nexpect chosen\nexpect-ended").await;
    assert!(!heard.iter().any(|line| line.contains("never said") || line.contains("no input")), "{heard:?}");
    let hit = &bench.app.hits("/step")[0];
    assert_eq!((hit.get("Digits"), hit.get("msg"), hit.get("CallStatus")), ("3", "Gather End", "in-progress"));
    assert!(hit.signed, "the query belongs to the signed URL");
}

#[tokio::test]
async fn no_input_falls_through_and_a_key_outside_a_question_is_lost() {
    let bench = Bench::new().await;
    bench
        .app
        .on("/voice", &format!("<Say>{LONG}</Say><Gather timeout=\"2\" action=\"/step\"/><Say>nothing came</Say>"));
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect \"one two\"\nkey 3\nexpect-listening\nexpect \"nothing came\"\nexpect-ended").await;
    assert!(bench.app.hits("/step").is_empty());
}

#[tokio::test]
async fn several_digits_end_with_the_finish_key_or_silence() {
    let bench = Bench::new().await;
    let ask = "<Gather timeout=\"3\" action=\"/step\"><Say>account number</Say></Gather><Say>nothing</Say>";
    bench.app.on("/voice", ask);
    bench.app.in_turn("/step", &["<Gather finishOnKey=\"\" timeout=\"3\" action=\"/last\"><Say>again</Say></Gather>"]);
    bench.app.on("/last", ask);
    let mut phone = bench.patient().await;
    play(
        &mut phone,
        "dial\nexpect account\nkey 12#\nexpect again\nkey 4#\nexpect account\nkey #\nexpect nothing\nexpect-ended",
    )
    .await;
    let step = &bench.app.hits("/step")[0];
    assert_eq!((step.get("Digits"), step.get("FinishedOnKey")), ("12", "#"));
    assert_eq!(bench.app.hits("/last")[0].get("Digits"), "4#", "an empty finishOnKey makes # a digit");
    assert_eq!(bench.app.hits("/step").len(), 1, "the finish key alone is no input");
}

#[tokio::test]
async fn speech_answers_a_question_and_the_default_action_is_the_document_itself() {
    let bench = Bench::new().await;
    bench.app.in_turn(
        "/voice",
        &[
            "<Gather input=\"dtmf speech\" language=\"es-US\" hints=\"cita, receta\"><Say>diga</Say></Gather>",
            "<Gather actionOnEmptyResult=\"true\" timeout=\"1\" action=\"/empty\"/>",
        ],
    );
    bench.app.on("/empty", "<Hangup/>");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect diga\nsay \"quiero una cita\"\nexpect-ended").await;
    let hits = bench.app.hits("/voice");
    assert_eq!(hits[1].get("SpeechResult"), "quiero una cita");
    assert_eq!((hits[1].get("Language"), hits[1].get("Confidence")), ("es-US", "0.9128386"));
    let empty = &bench.app.hits("/empty")[0];
    assert!(empty.params.iter().any(|(name, value)| name == "Digits" && value.is_empty()));
}

#[tokio::test]
async fn a_redirect_replaces_the_document_and_music_has_the_length_of_its_file() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Say>before</Say><Redirect>next</Redirect><Say>unreachable</Say>");
    bench.app.on("/next", "<Play>sounds/hold.wav</Play><Pause length=\"1\"/><Say>after</Say>");
    bench.app.on_raw("/sounds/hold.wav", 200, "audio/wav", &wav(7));
    let mut phone = bench.patient().await;
    let heard = play(&mut phone, "dial\nexpect before\nexpect-music\nexpect after\nexpect-ended").await;
    assert!(heard.iter().any(|line| line.contains("♪ 7 s")), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("unreachable")));
}

#[tokio::test]
async fn an_application_error_is_said_and_ends_the_call() {
    for (code, status, content_type, body) in [
        (12_100, 200, "text/xml", "<Response><Say>open"),
        (12_100, 200, "text/xml", "<Response>&bogus;</Response>"),
        (12_100, 200, "text/xml", "<Response><Say>\u{1}</Say></Response>"),
        (12_200, 200, "text/xml", "<Response><Speak>x</Speak></Response>"),
        (12_200, 200, "text/xml", "<Response><Gather><Dial/></Gather></Response>"),
        (12_200, 200, "text/xml", "<Response><Gather timeout=\"soon\"/></Response>"),
        (12_200, 200, "text/xml", "<Response><Dial><Number>+15550100200</Number></Dial></Response>"),
        (12_200, 200, "text/xml", "<Response><Leave/></Response>"),
        (12_200, 200, "text/xml", "<Response><Redirect/></Response>"),
        (12_300, 200, "application/json", "<Response/>"),
        (11_200, 500, "text/xml", "<Response/>"),
    ] {
        let bench = Bench::new().await;
        bench.app.on_raw("/voice", status, content_type, body.as_bytes());
        let mut phone = bench.patient().await;
        play(&mut phone, "dial\nexpect \"application error\"\nexpect-ended").await;
        assert_eq!(bench.alerts(), [code], "{body}");
        assert_eq!(bench.app.until("/status", 1).await[0].get("CallStatus"), "completed");
    }
}

#[tokio::test]
async fn an_unknown_attribute_is_only_noted() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Say tone=\"warm\">hello</Say>");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect hello\nexpect-ended").await;
    assert_eq!(bench.alerts(), [12_200]);
    assert!(!bench.carrier.alerts()[0].fatal);
}

#[tokio::test]
async fn a_server_that_is_down_or_silent_is_an_application_error() {
    let mut bench = Bench::with(|settings| settings.webhook_timeout = std::time::Duration::from_millis(300)).await;
    bench.app.on_silence("/voice");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect \"application error\"\nexpect-ended").await;
    bench.app.down().await;
    play(&mut phone, "dial\nexpect \"application error\"\nexpect-ended").await;
    let codes: Vec<u32> = bench.carrier.alerts().iter().filter(|a| a.fatal).map(|a| a.trouble.code).collect();
    assert_eq!(codes, [11_205, 11_205]);
}

#[tokio::test]
async fn a_rejected_call_is_never_answered() {
    for (reason, status, why) in [("busy", "busy", "busy"), ("rejected", "no-answer", "not in service")] {
        let bench = Bench::new().await;
        bench.app.on("/voice", &format!("<Reject reason=\"{reason}\"/>"));
        let mut phone = bench.patient().await;
        let heard = play(&mut phone, "dial\nexpect-ended").await;
        assert!(!heard.iter().any(|line| line.contains("answered")), "{heard:?}");
        assert!(heard.last().is_some_and(|line| line.contains(why)), "{heard:?}");
        let last = &bench.app.until("/status", 1).await[0];
        assert_eq!((last.get("CallStatus"), last.get("CallDuration")), (status, "0"));
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_makes_no_action_request() {
    let bench = Bench::new().await;
    bench.app.on("/voice", &format!("<Gather action=\"/step\"><Say>{LONG}</Say></Gather>"));
    let mut phone = bench.patient().await;
    let heard = play(&mut phone, "dial\nexpect one\nhangup\nexpect-ended").await;
    assert!(heard.last().is_some_and(|line| line.contains("you hung up")), "{heard:?}");
    assert_eq!(bench.app.until("/status", 1).await[0].get("CallStatus"), "completed");
    assert!(bench.app.hits("/step").is_empty());
}

#[tokio::test]
async fn a_duplicated_webhook_carries_the_same_token_and_its_second_answer_counts() {
    let bench = Bench::with(|s| s.faults = Faults { duplicate_webhooks: true, ..Faults::default() }).await;
    bench.app.in_turn("/voice", &["<Say>lost answer</Say>", "<Say>second answer</Say>"]);
    let mut phone = bench.patient().await;
    let heard = play(&mut phone, "dial\nexpect \"second answer\"\nexpect-ended").await;
    assert!(!heard.iter().any(|line| line.contains("lost answer")));
    let hits = bench.app.hits("/voice");
    assert_eq!(hits.len(), 2);
    assert_eq!(hits[0].token, hits[1].token);
    assert_eq!(bench.app.until("/status", 2).await.len(), 2);
}

#[tokio::test]
async fn a_number_that_is_not_ours_and_a_second_call_are_refused_in_words() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Pause length=\"60\"/><Say>late</Say>");
    let mut phone = bench.patient().await;
    let failure = try_play(&mut phone, "dial +15550100999\nexpect x").await.expect_err("nobody has that number");
    assert!(failure.message.contains("nobody has this number"), "{failure}");
    let failure = try_play(&mut phone, "dial\ndial\nexpect x").await.expect_err("one call at a time");
    assert!(failure.message.contains("already in a call"), "{failure}");
}
