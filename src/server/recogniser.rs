//! A recogniser of speech that somebody else runs: it gets what a caller said and gives back the words.
//!
//! Off unless its address is set: until then no caller's audio leaves carelane. It decides nothing; without an answer
//! the caller has keys. Neither audio nor words are logged, kept or put into a URL.

use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::Limited;
use hyper::Request;
use hyper::StatusCode;
use hyper::Uri;
use hyper::body::Bytes;
use hyper::header;
use hyper::header::HeaderValue;
use hyper_rustls::HttpsConnector;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioTimer;
use serde::Deserialize;
use tokio::time::timeout;
use tracing::info;
use tracing::warn;

use crate::media::wav;
use crate::vocab::Language;
use crate::vocab::Private;

/// Who has said something does not wait longer than this for what comes of it.
const ANSWER_MAX: Duration = Duration::from_secs(4);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// Longest answer read: far more than anybody says in ten seconds.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// An idle connection is closed before its server closes it.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// What came of an utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// These words.
    Words(Private<String>),
    /// No words: a noise, or nothing it understands.
    Nothing,
    /// The recogniser failed, or was too slow.
    Failed,
}

/// What will have been heard.
pub type Hearing = Pin<Box<dyn Future<Output = Heard> + Send>>;

/// Turns what a caller said into words.
pub trait Recogniser: Send + Sync + 'static {
    /// One utterance, mu-law at 8 kHz, in the language the caller is spoken to.
    fn recognise(&self, mulaw: Vec<u8>, language: &Language) -> Hearing;
}

/// A recogniser behind HTTP: `POST` of a WAV file with `Content-Language`, answered by `{"text": "…"}`.
pub struct HttpRecogniser {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    authorization: Option<HeaderValue>,
    fails: std::sync::Arc<AtomicBool>,
}

/// Read once and put away: what it says is personal.
#[derive(Deserialize)]
struct Answer {
    text: String,
}

impl HttpRecogniser {
    /// At this address; a token is sent as `Authorization: Bearer`.
    ///
    /// # Errors
    /// What is wrong with the settings, and what to do.
    pub fn new(url: &str, token: Option<&Private<String>>) -> Result<Self, String> {
        let wrong = || {
            "CARELANE_RECOGNISER_URL must be an address such as https://speech.example.org/recognise: http or https, a \
             host and a path"
                .to_owned()
        };
        let url: Uri = url.trim().parse().map_err(|_| wrong())?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none_or(str::is_empty) {
            return Err(wrong());
        }
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_MAX));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| format!("TLS cannot be set up for CARELANE_RECOGNISER_URL: {error}"))?;
        let tls = if url.scheme_str() == Some("https") { tls.https_only() } else { tls.https_or_http() };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .build(tls.enable_http1().wrap_connector(tcp));
        let bearer = |token: &Private<String>| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
                .map_err(|_| "CARELANE_RECOGNISER_TOKEN has characters that cannot be sent".to_owned())?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        let authorization = token.map(bearer).transpose()?;
        Ok(Self { client, url, authorization, fails: AtomicBool::new(false).into() })
    }

    fn request(&self, mulaw: &[u8], language: &Language) -> Option<Request<Full<Bytes>>> {
        let mut request = Request::post(self.url.clone())
            .header(header::CONTENT_TYPE, "audio/wav")
            .header(header::CONTENT_LANGUAGE, language.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, concat!("carelane/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization.clone());
        }
        request.body(Full::new(wav::write(mulaw).into())).ok()
    }
}

impl Recogniser for HttpRecogniser {
    fn recognise(&self, mulaw: Vec<u8>, language: &Language) -> Hearing {
        let (client, request) = (self.client.clone(), self.request(&mulaw, language));
        let failed_before = std::sync::Arc::clone(&self.fails);
        Box::pin(async move {
            let heard = match request {
                Some(request) => timeout(ANSWER_MAX, ask(client, request)).await.unwrap_or(Heard::Failed),
                None => Heard::Failed,
            };
            let fails = heard == Heard::Failed;
            match (failed_before.swap(fails, Ordering::Relaxed), fails) {
                (false, true) => warn!("the recogniser of speech does not answer: callers have keys until it does"),
                (true, false) => info!("the recogniser of speech answers again"),
                _ => {}
            }
            heard
        })
    }
}

async fn ask(client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>, request: Request<Full<Bytes>>) -> Heard {
    let Ok(response) = client.request(request).await else { return Heard::Failed };
    match response.status() {
        StatusCode::NO_CONTENT => return Heard::Nothing,
        StatusCode::OK => {}
        _ => return Heard::Failed,
    }
    let Ok(body) = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await else { return Heard::Failed };
    match serde_json::from_slice::<Answer>(&body.to_bytes()) {
        Ok(answer) if answer.text.trim().is_empty() => Heard::Nothing,
        Ok(answer) => Heard::Words(Private::new(answer.text)),
        Err(_) => Heard::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_refused_with_an_example() {
        for url in ["", "speech", "ftp://speech.example.org", "/recognise"] {
            let told = HttpRecogniser::new(url, None).err().unwrap_or_default();
            assert!(told.contains("CARELANE_RECOGNISER_URL") && told.contains("https://"), "{url}: {told}");
        }
        let token = Private::new("two\nlines".to_owned());
        let told = HttpRecogniser::new("http://127.0.0.1:9/", Some(&token)).err().unwrap_or_default();
        assert!(told.contains("CARELANE_RECOGNISER_TOKEN") && !told.contains("two"), "{told}");
    }
}
