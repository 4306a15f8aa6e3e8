//! A double of the carrier's REST API, so that the server under measurement has one. With nobody signed in no request
//! is expected; those that come are answered and counted.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Failure;

/// The running double.
pub(crate) struct Double {
    base: String,
    requests: Arc<AtomicU64>,
}

impl Double {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let requests = Arc::new(AtomicU64::new(0));
        let counter = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counter = counter.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request: Request<Incoming>| {
                        let number = counter.fetch_add(1, Ordering::Relaxed);
                        async move { Ok::<_, Infallible>(answer(request.method(), request.uri().path(), number)) }
                    });
                    // A client that goes away is no fault of the double's.
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { base, requests })
    }

    /// The origin for `TWILIO_API_BASE`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Says yes to everything: a listing is empty, a created or changed call has a name.
fn answer(method: &Method, path: &str, number: u64) -> Response<Full<Bytes>> {
    let is_listing = method == Method::GET && path.ends_with("/Calls.json");
    let body = if is_listing {
        r#"{"calls":[],"next_page_uri":null}"#.to_owned()
    } else {
        format!(r#"{{"sid":"CA{number:032x}","status":"queued","start_time":null}}"#)
    };
    Response::new(Full::from(body))
}
