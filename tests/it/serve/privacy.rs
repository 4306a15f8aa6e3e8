//! No word, number or note of a patient leaves by a log, a metric, a URL, or in clear on the disk.

use std::path::Path;

use carelane::carrier::local::Faults;

use super::http;
use super::process::free_address;
use super::world::API_TOKEN;
use super::world::AUTH_TOKEN;
use super::world::OURS;
use super::world::World;

/// Texts that stand nowhere else.
const NUMBER: &str = "+15550109777";
const OTHER_NUMBER: &str = "+15550109778";
const NAME: &str = "Quillfeather";
const WORDS: &str = "appointment for zanzibarine";
const NOTED: &str = "marmaladish knee";

#[tokio::test]
async fn nothing_a_patient_says_or_is_reaches_a_log_a_metric_a_url_or_the_disk_in_clear() {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    // Everything that anything in the process can say, libraries included.
    world.engine.vars.push(("RUST_LOG".to_owned(), "trace".to_owned()));
    world.engine.start_and_wait().await;
    world.set_state("ana", "available").await;
    let patient = format!(
        "dial\nexpect \"press 1\"\nsay \"{WORDS}\"\nexpect-joined\nsay \"{NAME} here\"\nwait 3s\nhangup\nexpect-ended"
    );
    let shift = format!(
        "expect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended\n\
         close booked request=\"{NOTED}\" action=\"offered {NOTED}\" next_step=\"none, {NOTED}\""
    );
    tokio::join!(world.patient(NUMBER, &patient), world.assistant("ana", &shift));
    arrive(&world).await;
    // A refused request must not be quoted either.
    let vague = format!(r#"{{"outcome":"{NAME}","note":{{"{NAME}":"{NOTED}"}}}}"#);
    let refusals = [
        ("calls/call-1/close", vague.as_str()),
        ("calls/call-1/close", &vague[1..]),
        ("calls/call-999/close", &vague),
        ("items/item-999/close", &vague),
    ];
    for (path, body) in refusals {
        let answer = world.ask("POST", path, body).await.expect("carelane answers");
        let text = answer.text();
        assert!(answer.status >= 400 && answer.content_type == "application/problem+json", "{path}: {text}");
        assert!(!text.contains(NAME) && !text.contains(NOTED), "{path} quotes what it refuses: {text}");
    }
    world.set_state("ana", "logged_out").await;
    world.patient(NUMBER, "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    let metrics = http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text();
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0));

    let urls: Vec<String> = world.seen().into_iter().map(|request| request.url).collect();
    let mut places = vec![
        ("the log".to_owned(), world.engine.log().into_bytes()),
        ("the metrics".to_owned(), metrics.into_bytes()),
        ("a URL".to_owned(), urls.join("\n").into_bytes()),
    ];
    files(&world.engine.data(), &mut places);
    assert!(places.len() > 4, "the data folder is empty");
    let log = world.engine.log();
    assert!(log.contains("\"level\":\"TRACE\""), "the log is not at its most talkative");
    assert!(log.lines().filter(|line| line.starts_with('{')).all(is_json), "a log line is no JSON");
    for secret in [AUTH_TOKEN, API_TOKEN] {
        assert!(!log.contains(secret), "a secret stands in the log");
    }
    for canary in [NUMBER, OTHER_NUMBER, NAME, "zanzibarine", "marmaladish"] {
        let canary = canary.trim_start_matches('+');
        for (place, bytes) in &places {
            let found = bytes.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()));
            assert!(!found, "{canary} stands in {place}");
        }
    }
}

fn is_json(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok()
}

/// A call with a caller's name, as some carriers send it.
async fn arrive(world: &World) {
    let params = [("CallSid", "CA51"), ("From", OTHER_NUMBER), ("To", OURS), ("CallerName", NAME), ("FromCity", NAME)];
    for path in ["/voice/incoming", "/voice/status"] {
        let url = world.engine.url(path);
        let mut params = params.to_vec();
        if path == "/voice/status" {
            params.push(("CallStatus", "completed"));
        }
        let (body, signature) = http::signed(AUTH_TOKEN, &url, &params);
        let headers = [("x-twilio-signature", signature.as_str())];
        let answer = http::send("POST", &url, &headers, body.as_bytes()).await.expect("carelane answers");
        assert!(answer.status < 300 && !answer.text().contains(NAME));
        let forged = http::send("POST", &url, &[("x-twilio-signature", NAME)], body.as_bytes()).await;
        assert_eq!(forged.expect("carelane answers").status, 403);
    }
}

fn files(folder: &Path, places: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("the data folder can be read") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, places);
        } else {
            places.push((path.display().to_string(), std::fs::read(&path).expect("our own file")));
        }
    }
}
