//! One HTTP request with limits: connect within 5 s, and an answer of bounded size.
//!
//! Plain `http` only: the local carrier speaks to a carelane on the same machine. It does not retry and does not sign.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use http_body_util::Limited;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioTimer;

/// A client with its pool of connections.
pub(super) type HttpClient = Client<HttpConnector, Full<Bytes>>;

/// A carrier gives up connecting after so long.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Idle connections are dropped early, so that a restarted server is not met on a dead one.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// Builds a client.
pub(super) fn client() -> HttpClient {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT_MAX));
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE_MAX).pool_timer(TokioTimer::new()).build(connector)
}

/// What came back.
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// Media type in lower case, without parameters.
    pub(super) content_type: String,
    /// The whole body.
    pub(super) body: Bytes,
}

/// Why nothing usable came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// Nobody listens there.
    Unreachable,
    /// The connection broke before the answer was complete.
    Broken,
    /// The answer is larger than allowed.
    TooLarge,
}

/// Sends one request and reads the whole answer.
pub(super) async fn send(
    client: &HttpClient,
    request: Request<Full<Bytes>>,
    body_max: usize,
) -> Result<Answer, NoAnswer> {
    let response = client
        .request(request)
        .await
        .map_err(|error| if error.is_connect() { NoAnswer::Unreachable } else { NoAnswer::Broken })?;
    let (head, body) = response.into_parts();
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = Limited::new(body, body_max).collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() { NoAnswer::TooLarge } else { NoAnswer::Broken }
    })?;
    Ok(Answer { status: head.status.as_u16(), content_type, body: body.to_bytes() })
}
