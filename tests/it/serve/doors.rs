//! The HTTP doors: what is let in, what is refused and how, and what a slow or silent client gets.

use std::time::Duration;

use carelane::carrier::local::Faults;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::http;
use super::http::Answer;
use super::world::AUTH_TOKEN;
use super::world::OURS;
use super::world::World;

const FORM: &str = "application/x-www-form-urlencoded";

async fn world() -> World {
    World::start(10.0, Faults::default()).await
}

/// Posts a form that is signed as the carrier does.
async fn webhook(world: &World, path: &str, params: &[(&str, &str)]) -> Answer {
    let url = world.engine.url(path);
    let (body, signature) = http::signed(AUTH_TOKEN, &url, params);
    post(&url, &[("content-type", FORM), ("x-twilio-signature", &signature)], body.as_bytes()).await
}

async fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    http::send("POST", url, headers, body).await.expect("carelane answers")
}

/// RFC 9457: its own type, and the status once more in the body.
fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!((answer.status, &*answer.content_type), (status, "application/problem+json"), "{}", answer.text());
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], "about:blank");
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
}

const CALL: [(&str, &str); 3] = [("CallSid", "CA11"), ("From", "+15550109333"), ("To", OURS)];

#[tokio::test]
async fn a_forged_webhook_is_refused_and_changes_nothing() {
    let world = world().await;
    let url = world.engine.url("/voice/incoming");
    let (body, signature) = http::signed(AUTH_TOKEN, &url, &CALL);
    let (_, foreign) = http::signed("another token", &url, &CALL);
    let (_, elsewhere) = http::signed(AUTH_TOKEN, &world.engine.url("/voice/status"), &CALL);
    let changed = body.replace("CA11", "CA12");
    for (header, body) in [
        (None, &body),
        (Some(""), &body),
        (Some("!!!"), &body),
        (Some(&*foreign), &body),
        (Some(&*elsewhere), &body),
        (Some(&*signature), &changed),
    ] {
        let headers: Vec<(&str, &str)> = header.map(|h| ("x-twilio-signature", h)).into_iter().collect();
        let answer = post(&url, &headers, body.as_bytes()).await;
        assert_problem(&answer, 403);
        assert!(!answer.text().contains("CA1") && !answer.text().contains("5550109333"), "the body is echoed");
    }
    let other_url = post(&format!("{url}?x=1"), &[("x-twilio-signature", &signature)], body.as_bytes()).await;
    assert_problem(&other_url, 403);
    assert_eq!(world.floor().await["ledger"]["inbound"], 0);
    assert_eq!(webhook(&world, "/voice/incoming", &CALL).await.status, 200, "the same with its signature");
    assert_eq!(world.floor().await["ledger"]["inbound"], 1);
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_its_own_status() {
    let world = world().await;
    let large = vec![b'a'; 64 * 1024 + 1];
    assert_problem(&post(&world.engine.url("/voice/incoming"), &[], &large).await, 413);
    let path = format!("/voice/{}", "a".repeat(5_000));
    assert_problem(&post(&world.engine.url(&path), &[], b"").await, 414);
    let host = world.engine.address.to_string();
    let within = Duration::from_secs(5);
    let head = |more: &str| format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n");
    let long = head(&format!("x: {}\r\n", "a".repeat(20_000)));
    let many = head(&(0..100).map(|n| format!("x{n}: y\r\n")).collect::<String>());
    for (bytes, status) in [(head(""), "200"), (long, "431"), (many, "431"), ("nonsense\r\n\r\n".to_owned(), "400")] {
        let (heard, closed) = http::raw(&host, bytes.as_bytes(), within).await;
        assert!(closed && heard.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {heard:.60}");
    }
}

#[tokio::test]
async fn a_wrong_path_or_method_is_told_so_and_what_would_be_right() {
    let world = world().await;
    let url = |path: &str| world.engine.url(path);
    for path in ["/", "/voice", "/api", "/api/v2/floor", "/sounds/other.wav", "/sounds/../Cargo.toml"] {
        assert_problem(&http::get(&url(path)).await.expect("carelane answers"), 404);
    }
    let host = world.engine.address.to_string();
    for (request, allow) in [
        ("GET /voice/incoming", "POST"),
        ("PUT /voice/status", "POST"),
        ("POST /healthz", "GET"),
        ("DELETE /metrics", "GET"),
    ] {
        let bytes = format!("{request} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (heard, _) = http::raw(&host, bytes.as_bytes(), Duration::from_secs(5)).await;
        let heard = heard.to_lowercase();
        assert!(heard.starts_with("http/1.1 405"), "{request}: {heard}");
        assert!(heard.contains(&format!("\r\nallow: {}", allow.to_lowercase())), "{request}: {heard}");
        assert!(heard.contains("application/problem+json"), "{request}: {heard}");
    }
    assert_eq!(http::get(&url("/healthz")).await.expect("carelane answers").status, 200);
    assert_eq!(http::get(&url("/readyz")).await.expect("carelane answers").status, 200);
    let music = http::get(&url("/sounds/hold.wav")).await.expect("carelane answers");
    assert_eq!((music.status, &*music.content_type), (200, "audio/wav"));
}

#[tokio::test]
async fn a_slow_or_silent_client_is_cut_off_within_ten_seconds() {
    let world = world().await;
    let host = world.engine.address.to_string();
    let within = Duration::from_secs(13);
    let slow_body = "POST /voice/incoming HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nCallSid=";
    let (body, head, silent) = tokio::join!(
        http::raw(&host, slow_body.as_bytes(), within),
        http::raw(&host, b"GET /healthz HTTP/1.1\r\nhost:", within),
        http::raw(&host, b"", within),
    );
    assert!(body.0.starts_with("HTTP/1.1 408"), "{}", body.0);
    assert!(body.1 && head.1 && silent.1, "cut: body {}, head {}, silent {}", body.1, head.1, silent.1);
    assert_eq!(http::get(&world.engine.url("/healthz")).await.expect("carelane answers").status, 200);
}

#[tokio::test]
async fn a_client_that_has_said_everything_and_closes_its_side_still_gets_its_answer() {
    let world = world().await;
    let host = world.engine.address.to_string();
    let (body, signature) = http::signed(AUTH_TOKEN, &world.engine.url("/voice/incoming"), &CALL);
    let request = format!(
        "POST /voice/incoming HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\nx-twilio-signature: {signature}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(&host).await.expect("carelane listens");
    stream.write_all(request.as_bytes()).await.expect("the request goes out");
    stream.shutdown().await.expect("our side closes");
    let mut heard = String::new();
    let read = timeout(Duration::from_secs(10), stream.read_to_string(&mut heard)).await;
    read.expect("the server closes too").expect("the answer is text");
    assert!(heard.starts_with("HTTP/1.1 200") && heard.contains("</Response>"), "{heard}");
}

#[tokio::test]
async fn a_signed_form_full_of_nonsense_is_no_call_and_no_error() {
    let world = world().await;
    for params in [
        &[][..],
        &[("From", "+15550109333"), ("To", OURS)],
        &[("CallSid", ""), ("To", OURS)],
        &[("CallSid", "with a blank"), ("To", OURS)],
        &[("CallSid", "\u{0}\u{1}"), ("To", OURS)],
    ] {
        assert_problem(&webhook(&world, "/voice/incoming", params).await, 400);
        assert_problem(&webhook(&world, "/voice/status", params).await, 400);
    }
    let long = "C".repeat(200);
    assert_problem(&webhook(&world, "/voice/incoming", &[("CallSid", &long), ("To", OURS)]).await, 400);
    let names: Vec<String> = (0..300).map(|n| format!("p{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    assert_problem(&webhook(&world, "/voice/incoming", &many).await, 400);
    assert_eq!(world.floor().await["ledger"]["inbound"], 0);

    let odd = [("CallSid", "CA21"), ("From", "\u{202e}<Say>&\u{0}"), ("To", OURS), ("CallerName", "\u{b}]]><Hangup/>")];
    let answer = webhook(&world, "/voice/incoming", &odd).await;
    assert_eq!((answer.status, &*answer.content_type), (200, "text/xml; charset=utf-8"));
    assert!(answer.text().contains("Riverside") && !answer.text().contains("]]>"), "{}", answer.text());
    assert_eq!(webhook(&world, "/voice/status", &[("CallSid", "CA21"), ("CallStatus", "dancing")]).await.status, 204);
    assert_eq!(world.floor().await["ledger"]["in_progress"], 1, "an unknown status ends no call");
    assert_eq!(webhook(&world, "/voice/status", &[("CallSid", "CA21"), ("CallStatus", "completed")]).await.status, 204);
    assert_eq!(world.floor().await["ledger"]["declined"], 1);
}

#[tokio::test]
async fn a_call_to_a_number_that_is_not_ours_gets_a_spoken_excuse_outside_the_ledger() {
    let world = world().await;
    for to in ["+15550109999", "", "sip:somebody@example.org"] {
        let answer =
            webhook(&world, "/voice/incoming", &[("CallSid", "CA31"), ("From", "+15550109333"), ("To", to)]).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("911") && answer.text().contains("<Hangup/>"), "{}", answer.text());
    }
    for path in ["/voice/0123456789abcdef/1/1", "/voice/x", "/voice/0123456789abcdef/1/1/done/more"] {
        let answer = webhook(&world, path, &CALL).await;
        assert!(answer.status == 200 && answer.text().contains("<Hangup/>"), "{path}: {}", answer.text());
    }
    assert_eq!(world.floor().await["ledger"]["inbound"], 0);
}

#[tokio::test]
async fn the_end_of_a_call_may_come_before_its_beginning() {
    let world = world().await;
    let ended = [("CallSid", "CA41"), ("CallStatus", "completed")];
    assert_eq!(webhook(&world, "/voice/status", &ended).await.status, 204);
    let begun = [("CallSid", "CA41"), ("From", "+15550109333"), ("To", OURS)];
    assert_eq!(webhook(&world, "/voice/incoming", &begun).await.status, 200);
    assert_eq!(webhook(&world, "/voice/incoming", &begun).await.status, 200);
    let ledger = &world.floor().await["ledger"];
    assert_eq!((&ledger["inbound"], &ledger["in_progress"], &ledger["declined"]), (&1.into(), &0.into(), &1.into()));
}
