//! Row 11, at the end: carelane is told to stop while the carrier is about to answer.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::serve::http;
use crate::serve::process::Served;
use crate::serve::process::behind_a_carrier;
use crate::serve::process::free_address;
use crate::serve::process::run;
use crate::serve::world::AUTH_TOKEN;
use crate::serve::world::OURS;
use crate::serve::world::ask;
use crate::serve::world::write_flows;

/// A carrier that takes a second to create a call, and says when it was asked to.
async fn slow_carrier(listener: TcpListener, asked: oneshot::Sender<()>) {
    let mut asked = Some(asked);
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = vec![0; 16 * 1024];
        let len = stream.read(&mut request).await.unwrap_or(0);
        let creates = request[..len].starts_with(b"POST") && request[..len].windows(11).any(|at| at == b"/Calls.json");
        let (status, body) = if creates {
            asked.take().map(|asked| asked.send(()));
            tokio::time::sleep(Duration::from_secs(1)).await;
            ("201 Created", r#"{"sid":"CAslowlycreated","status":"queued"}"#)
        } else {
            ("200 OK", r#"{"calls":[],"next_page_uri":null}"#)
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        // carelane may have gone: that is what the test is about.
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

async fn post(url: &str, params: &[(&str, &str)]) -> String {
    let (body, signature) = http::signed(AUTH_TOKEN, url, params);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    http::send("POST", url, &headers, body.as_bytes()).await.expect("an answer").text()
}

#[tokio::test]
async fn an_answer_of_the_carrier_that_is_on_its_way_is_waited_for_at_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let (asked, was_asked) = oneshot::channel();
    tokio::spawn(slow_carrier(listener, asked));
    let mut engine = Served::new(free_address(), behind_a_carrier(&base, &[]));
    write_flows(&engine, |_, text| text);
    engine.start_and_wait().await;
    ask(&engine.url(""), "PUT", "agents/ana/state", r#"{"state":"available"}"#).await.expect("an answer");
    let call = [("CallSid", "CA11"), ("From", "+15550109002"), ("To", OURS)];
    let greeting = post(&engine.url("/voice/incoming"), &call).await;
    let (_, rest) = greeting.split_once("action=\"").expect("a menu");
    let (done, _) = rest.split_once('"').expect("a URL");
    post(done, &[("CallSid", "CA11"), ("Digits", "1")]).await;

    was_asked.await.expect("an assistant is dialled");
    engine.signal("TERM");
    assert_eq!(engine.end().await, Some(0), "{}", engine.log());
    let journal = run(&["journal", "print"], &engine.vars);
    let journal = String::from_utf8_lossy(&journal.stdout).into_owned();
    assert!(journal.contains("\"LegNamed\"") && journal.contains("CAslowlycreated"), "{journal}");
}
