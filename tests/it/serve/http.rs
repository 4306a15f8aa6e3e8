//! A plain HTTP client: one connection a request, so that nothing is remembered of a server that was killed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ring::hmac;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Sends one request; `None` if no whole answer comes back.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    timeout(PATIENCE, exchange(method, url, headers, body)).await.ok()?
}

async fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let rest = url.strip_prefix("http://").expect("a URL of this machine");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let stream = TcpStream::connect(host).await.ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(if path.is_empty() { "/" } else { path });
    for (name, value) in [("host", host)].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).expect("a well-formed request");
    let response = sender.send_request(request).await.ok()?;
    let (head, body) = response.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = body.collect().await.ok()?.to_bytes().to_vec();
    connection.abort();
    let (content_type, etag) = (header("content-type"), header("etag"));
    Some(Answer { status: head.status.as_u16(), content_type, etag, body })
}

pub(crate) async fn get(url: &str) -> Option<Answer> {
    send("GET", url, &[], b"").await
}

/// Writes these bytes and returns what comes back until the server closes, and whether it did within `within`.
pub(crate) async fn raw(host: &str, bytes: &[u8], within: Duration) -> (String, bool) {
    let mut stream = TcpStream::connect(host).await.expect("the server listens");
    // The server may refuse and close before everything is written.
    let _ = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    let closed = timeout(within, stream.read_to_end(&mut heard)).await.is_ok();
    (String::from_utf8_lossy(&heard).into_owned(), closed)
}

/// A form as the carrier posts it, with the header that signs it.
pub(crate) fn signed(token: &str, url: &str, params: &[(&str, &str)]) -> (String, String) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    let mut sorted = params.to_vec();
    sorted.sort_unstable();
    let text = sorted.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    (body, STANDARD.encode(hmac::sign(&key, text.as_bytes())))
}
