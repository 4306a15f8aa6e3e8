//! A double of the carrier's REST API, so that the server under measurement has one. With nobody signed in no request
//! is expected; those that come are answered and counted, and phones that shall ring are told to whoever measures.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;

use crate::Failure;

/// A phone that the server wants rung.
pub(crate) struct Ring {
    /// When the request was here.
    pub(crate) at: Instant,
    /// The name given to the call.
    pub(crate) call: String,
    /// Where the server wants to hear of it.
    pub(crate) status_callback: String,
    /// Where the document is for whoever picks it up.
    pub(crate) url: String,
}

/// The running double.
pub(crate) struct Double {
    base: String,
    requests: Arc<AtomicU64>,
    pub(crate) rings: UnboundedReceiver<Ring>,
}

impl Double {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let requests = Arc::new(AtomicU64::new(0));
        let counter = requests.clone();
        let (tell, rings) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (counter, tell) = (counter.clone(), tell.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request: Request<Incoming>| {
                        let number = counter.fetch_add(1, Ordering::Relaxed);
                        let tell = tell.clone();
                        async move {
                            let answer = answer(request.method(), request.uri().path(), number);
                            if request.method() == Method::POST && request.uri().path().ends_with("/Calls.json") {
                                ring(request, number, &tell).await;
                            }
                            Ok::<_, Infallible>(answer)
                        }
                    });
                    // A client that goes away is no fault of the double's.
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { base, requests, rings })
    }

    /// The origin for `TWILIO_API_BASE`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Tells that a phone shall ring.
async fn ring(request: Request<Incoming>, number: u64, tell: &UnboundedSender<Ring>) {
    let at = Instant::now();
    let Ok(body) = request.into_body().collect().await else { return };
    let body = body.to_bytes();
    let field = |wanted: &str| {
        let found = form_urlencoded::parse(&body).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (status_callback, url) = (field("StatusCallback"), field("Url"));
    // Whoever measures only CPU does not listen.
    _ = tell.send(Ring { at, call: format!("CAf{number:031x}"), status_callback, url });
}

/// Says yes to everything: a listing is empty, a created or changed call has a name.
fn answer(method: &Method, path: &str, number: u64) -> Response<Full<Bytes>> {
    let is_listing = method == Method::GET && path.ends_with("/Calls.json");
    let body = if is_listing {
        r#"{"calls":[],"next_page_uri":null}"#.to_owned()
    } else {
        format!(r#"{{"sid":"CAf{number:031x}","status":"queued","start_time":null}}"#)
    };
    Response::new(Full::from(body))
}
