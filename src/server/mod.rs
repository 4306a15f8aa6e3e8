//! The HTTP doors: carrier webhooks, the API, health and metrics. The only place that takes requests from outside.
//!
//! Outside words become Events; the inside is shown only as views and facts.

mod api;
mod asking;
mod body;
mod browser;
mod contacts;
mod events;
mod json;
mod letters;
mod listener;
mod listing;
mod menus;
mod pin;
mod recogniser;
mod recordings;
mod reload;
mod reply;
mod resting;
mod session;
mod stream;
mod upgrade;
mod voice;
mod worklist;

use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::BodyExt;
use http_body_util::Limited;
use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use tokio::sync::mpsc::Sender;
use tokio::time::timeout;

pub use body::Body;
pub use listener::serve;
pub use pin::Pins;
pub use pin::pin_line;
pub use recogniser::Heard;
pub use recogniser::Hearing;
pub use recogniser::HttpRecogniser;
pub use recogniser::Recogniser;
pub use reload::LoadedFile;
pub use reload::ReloadAsked;
pub use reload::Reloaded;
pub use resting::RestingDoor;
pub use stream::Carries;
pub use stream::Streaming;

use crate::carrier::twilio::Verifier;
use crate::engine::Engine;
use crate::engine::Unanswered;
use crate::metrics::Metrics;
use crate::vocab::Private;
use crate::vocab::limit::BODY_BYTES_MAX;
use reply::Reply;

/// A body must be here within this time: hyper cuts slow headers, but never a slow body.
const BODY_TIME_MAX: std::time::Duration = std::time::Duration::from_secs(5);
/// A request line's path and query.
const URL_CHARS_MAX: usize = 4 * 1024;

/// Whatever answers the requests of a listener.
pub trait Answers: Send + Sync + 'static {
    /// Answers one request. Never fails: whatever is wrong becomes an answer.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Body>> + Send;

    /// Ends answers that would go on: the listener is closing.
    fn close(&self) {}
}

/// What an operator is told who asks whether calls can be taken.
const DISK_FULL: &str = "the disk is full: no call can be kept, so callers hear the fallback; make space on the data \
                         folder's disk, and calls are taken again within a second\n";

/// A request with its whole body, within the limits of size and time; or what is wrong with it.
async fn body_of(request: Request<Incoming>) -> Result<(Parts, Bytes), Reply> {
    let (head, body) = request.into_parts();
    if head.uri.path_and_query().is_some_and(|p| p.as_str().len() > URL_CHARS_MAX) {
        return Err(reply::problem(StatusCode::URI_TOO_LONG, "the URL is longer than 4 KiB"));
    }
    match timeout(BODY_TIME_MAX, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => Ok((head, body.to_bytes())),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(reply::problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB"))
        }
        Ok(Err(_)) => Err(reply::problem(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => Err(reply::problem(StatusCode::REQUEST_TIMEOUT, "the body did not arrive within 5 s")),
    }
}

/// What all requests share.
pub struct Door {
    /// The way to the floor.
    engine: Engine,
    /// What is counted.
    metrics: Arc<Metrics>,
    /// Who may speak as the carrier.
    verifier: Verifier,
    /// Who may use the API.
    api_token: Private<String>,
    /// What opens the staff number.
    pins: Arc<Pins>,
    /// A folder whose sounds go before the embedded ones.
    sounds: PathBuf,
    /// Who reads the flow files again.
    reloads: Sender<ReloadAsked>,
    menus: menus::Menus,
    /// Consoles that are told what changes.
    watchers: events::Watchers,
    /// Where carelane carries audio itself.
    streaming: Option<Arc<Streaming>>,
}

impl Answers for Door {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if stream::is_stream(request.uri().path()) {
            return self.stream(request);
        }
        if request.uri().path() == browser::LINE_PATH {
            return self.softphone_line(request);
        }
        if let Some(page) = browser::page(request.method(), request.uri().path()) {
            return page;
        }
        let (head, body) = match body_of(request).await {
            Ok(whole) => whole,
            Err(refused) => return refused.into(),
        };
        let path_and_query = head.uri.path_and_query().map_or("/", |p| p.as_str());
        let path = head.uri.path();
        let reply: Reply = match (&head.method, path) {
            (&Method::POST, _) if path.starts_with("/voice/") => self.voice(&head, path_and_query, &body).await,
            (_, _) if path.starts_with("/voice/") => reply::method_not_allowed("POST"),
            (_, _) if path.starts_with("/api/v1/") => self.api(&head, &body).await,
            (&Method::POST, browser::PATIENTS_PATH) => self.patient_calls(&head, &body).await,
            (_, browser::PATIENTS_PATH) => reply::method_not_allowed("POST"),
            (&Method::GET | &Method::HEAD, "/sounds/hold.wav") => self.hold_music().await,
            (&Method::GET | &Method::HEAD, "/healthz") => reply::text(StatusCode::OK, "alive\n"),
            (&Method::GET | &Method::HEAD, "/readyz") => self.ready().await,
            (&Method::GET | &Method::HEAD, "/metrics") => self.scrape().await,
            (_, "/sounds/hold.wav" | "/healthz" | "/readyz" | "/metrics") => reply::method_not_allowed("GET"),
            _ => reply::problem(StatusCode::NOT_FOUND, "there is nothing at this path"),
        };
        reply.into()
    }

    fn close(&self) {
        self.watchers.end();
    }
}

impl Door {
    /// Carries the callers' audio itself, by media streams.
    #[must_use]
    pub fn with_streaming(mut self, streaming: Option<Streaming>) -> Self {
        self.streaming = streaming.map(Arc::new);
        self
    }

    /// A door to this floor.
    pub fn new(
        engine: Engine,
        metrics: Arc<Metrics>,
        verifier: Verifier,
        api_token: Private<String>,
        pins: Arc<Pins>,
        sounds: PathBuf,
        reloads: Sender<ReloadAsked>,
    ) -> Self {
        Self {
            engine,
            metrics,
            verifier,
            api_token,
            pins,
            sounds,
            reloads,
            menus: menus::Menus::default(),
            watchers: events::Watchers::default(),
            streaming: None,
        }
    }

    async fn ready(&self) -> Reply {
        let not_yet = |why| reply::text(StatusCode::SERVICE_UNAVAILABLE, why);
        match self.engine.is_ready().await {
            Ok(true) if self.is_disk_full().await => not_yet(DISK_FULL),
            Ok(true) => reply::text(StatusCode::OK, "ready\n"),
            Ok(false) => not_yet("no flow file is loaded\n"),
            Err(Unanswered::DiskFull) => not_yet(DISK_FULL),
            Err(_) => not_yet("the desk does not answer\n"),
        }
    }

    /// The desk finds out at its next entry; whoever asks before, as after a start, is told by a look at the disk.
    async fn is_disk_full(&self) -> bool {
        let metrics = self.metrics.clone();
        let usage = tokio::task::spawn_blocking(move || metrics.usage()).await;
        usage.ok().flatten().is_some_and(|usage| usage.is_full())
    }

    async fn scrape(&self) -> Reply {
        let view = match self.engine.view().await {
            Ok(view) => Some(view),
            // Whoever is to make space must be able to see it.
            Err(Unanswered::DiskFull) => None,
            Err(_) => return reply::text(StatusCode::SERVICE_UNAVAILABLE, "the desk does not answer\n"),
        };
        let (metrics, now) = (self.metrics.clone(), self.engine.clock().now());
        // It looks at the disk.
        match tokio::task::spawn_blocking(move || metrics.render(view.as_ref(), now)).await {
            Ok(text) => reply::typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.into()),
            Err(_) => reply::text(StatusCode::SERVICE_UNAVAILABLE, "the metrics cannot be written\n"),
        }
    }

    /// The practice's own music, if its sounds folder has some.
    async fn hold_music(&self) -> Reply {
        let own = self.sounds.join("hold.wav");
        let music = match tokio::task::spawn_blocking(move || std::fs::read(own)).await {
            Ok(Ok(music)) => Bytes::from(music),
            Ok(Err(_)) | Err(_) => Bytes::from_static(include_bytes!("../../sounds/hold.wav")),
        };
        reply::typed(StatusCode::OK, "audio/wav", music).cached()
    }
}
