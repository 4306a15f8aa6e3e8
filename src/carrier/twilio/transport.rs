//! One HTTP request to the carrier's REST API and its bounded answer.
//!
//! Connections are reused; redirects are not followed, because the credentials must not go elsewhere. The answer is
//! judged here (which status means what), its JSON is read by the caller.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::Limited;
use hyper::Method;
use hyper::Request;
use hyper::StatusCode;
use hyper::Uri;
use hyper::header::ACCEPT;
use hyper::header::AUTHORIZATION;
use hyper::header::CONTENT_TYPE;
use hyper::header::HeaderMap;
use hyper::header::HeaderValue;
use hyper::header::RETRY_AFTER;
use hyper::header::USER_AGENT;
use hyper_rustls::HttpsConnector;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioTimer;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::fault::Doubt;
use super::fault::RestError;
use super::fault::Unsent;
use super::rest::RestSettings;

/// Longest answer read. A page of 100 calls has about 120 KiB.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Connections idle for longer are closed: a server closes first otherwise, and a request that meets the closing has
/// an unknown outcome.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// Longest pause we accept from a `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);
/// The carrier's error number for "the call is in no state for this".
const CODE_NOT_IN_PROGRESS: u32 = 21_220;

/// Settings with which the carrier's API cannot be used. The text says which and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// The base is no origin.
    ApiBase,
    /// The account or its token is empty, or has characters that cannot be sent.
    Credentials,
    /// TLS cannot be set up.
    Tls,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiBase => {
                "TWILIO_API_BASE must be an origin such as https://api.twilio.com: http or https, a host, perhaps a \
                 port, and nothing more"
            }
            Self::Credentials => {
                "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must both be set, in printable characters (the account \
                 without a colon); the carrier's console shows them"
            }
            Self::Tls => "the TLS library built into this program refuses its own defaults; please report this",
        })
    }
}

impl std::error::Error for SettingsError {}

pub(super) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    origin: String,
    authorization: HeaderValue,
    request_timeout: Duration,
}

/// The carrier's answer. `body` is `None` if it was cut off, too slow or too long.
pub(super) struct Reply {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Option<Bytes>,
}

impl Transport {
    pub(super) fn new(settings: &RestSettings) -> Result<Self, SettingsError> {
        let origin = read_origin(&settings.api_base).ok_or(SettingsError::ApiBase)?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(settings.connect_timeout));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|_| SettingsError::Tls)?;
        // Plain HTTP only if the operator wrote it into the base: for the local carrier and tests.
        let tls = if origin.starts_with("https:") { tls.https_only() } else { tls.https_or_http() };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .build(tls.enable_http1().wrap_connector(tcp));
        let authorization = basic(&settings.account_sid, settings.auth_token.reveal())?;
        Ok(Self { client, origin, authorization, request_timeout: settings.request_timeout })
    }

    /// Sends one request: with a form it is a POST, without one a GET.
    pub(super) async fn send(&self, path_and_query: &str, form: Option<String>) -> Result<Reply, RestError> {
        let method = if form.is_some() { Method::POST } else { Method::GET };
        self.request(method, path_and_query, form, self.usual()).await
    }

    /// The longest answer read, and the longest time for it, for what answers with JSON.
    pub(super) fn usual(&self) -> (usize, Duration) {
        (ANSWER_BYTES_MAX, self.request_timeout)
    }

    /// Sends one request whose answer has its own bounds.
    pub(super) async fn request(
        &self,
        method: Method,
        path_and_query: &str,
        form: Option<String>,
        (bytes_max, time_max): (usize, Duration),
    ) -> Result<Reply, RestError> {
        let uri: Uri =
            format!("{}{path_and_query}", self.origin).parse().map_err(|_| RestError::NotSent(Unsent::Unwritable))?;
        let mut request = Request::builder()
            .uri(uri)
            .method(method)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("carelane/", env!("CARGO_PKG_VERSION")));
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request =
            request.body(Full::from(form.unwrap_or_default())).map_err(|_| RestError::NotSent(Unsent::Unwritable))?;

        // The head is kept outside of the timeout: a refusal whose text comes too slowly is still a refusal.
        let mut head = None;
        let whole = async {
            let response = self.client.request(request).await.map_err(|error| {
                // Connecting ends before the first byte of the request is written.
                if error.is_connect() {
                    RestError::NotSent(Unsent::NoConnection)
                } else {
                    RestError::Unknown(Doubt::ConnectionLost)
                }
            })?;
            let (parts, body) = response.into_parts();
            head = Some((parts.status, retry_after(&parts.headers)));
            Ok(Limited::new(body, bytes_max).collect().await.ok().map(|body| body.to_bytes()))
        };
        let body = timeout(time_max, whole).await;
        match (head, body) {
            (Some((status, retry_after)), body) => {
                Ok(Reply { status, retry_after, body: body.ok().and_then(Result::ok).flatten() })
            }
            (None, Ok(Err(error))) => Err(error),
            (None, _) => Err(RestError::Unknown(Doubt::TimedOut)),
        }
    }
}

impl Reply {
    /// The JSON of a yes, or what the carrier said instead. `about_a_call`: the request was for one call by name.
    pub(super) fn read<T: DeserializeOwned>(&self, about_a_call: bool) -> Result<T, RestError> {
        self.accepted(about_a_call)?;
        let body = self.body.as_deref().ok_or(RestError::Unknown(Doubt::Unreadable))?;
        serde_json::from_slice(body).map_err(|_| RestError::Unknown(Doubt::Unreadable))
    }

    /// The bytes of a yes.
    pub(super) fn sound(self) -> Result<Bytes, RestError> {
        self.accepted(true)?;
        self.body.ok_or(RestError::Unknown(Doubt::Unreadable))
    }

    /// Whether the carrier said yes, whatever else it wrote.
    pub(super) fn accepted(&self, about_a_call: bool) -> Result<(), RestError> {
        let status = self.status.as_u16();
        match status {
            200..=299 => Ok(()),
            429 => Err(RestError::RateLimited { retry_after: self.retry_after }),
            408 | 500.. => Err(RestError::Unknown(Doubt::ServerError(status))),
            _ => {
                let code = self.error_code();
                let gone = matches!(status, 404 | 410) || code == Some(CODE_NOT_IN_PROGRESS);
                if about_a_call && gone { Err(RestError::Gone) } else { Err(RestError::Refused { status, code }) }
            }
        }
    }

    /// The carrier's error number: both of its error formats call it `code`.
    fn error_code(&self) -> Option<u32> {
        let value: serde_json::Value = serde_json::from_slice(self.body.as_deref()?).ok()?;
        value.get("code")?.as_u64()?.try_into().ok()
    }
}

/// Reads an origin; a slash at its end is forgiven.
fn read_origin(text: &str) -> Option<String> {
    let origin = text.trim().trim_end_matches('/');
    let uri: Uri = origin.parse().ok()?;
    let host = uri.authority().filter(|authority| !authority.as_str().contains('@') && !authority.host().is_empty())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let rebuilt = format!("{scheme}://{host}");
    (rebuilt.eq_ignore_ascii_case(origin)).then_some(rebuilt)
}

fn basic(account_sid: &str, auth_token: &str) -> Result<HeaderValue, SettingsError> {
    let printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !printable(account_sid) || !printable(auth_token) || account_sid.contains(':') {
        return Err(SettingsError::Credentials);
    }
    let text = format!("Basic {}", STANDARD.encode(format!("{account_sid}:{auth_token}")));
    let mut value = HeaderValue::try_from(text).map_err(|_| SettingsError::Credentials)?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Retry-After` in seconds; a date is not understood and the usual pause stands.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}
