//! A canned application: answers the carrier's webhooks with fixed documents and remembers every request.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use ring::hmac;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The token shared with the carrier.
pub(crate) const TOKEN: &str = "local-test-token";

/// One request of the carrier.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) path: String,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) token: String,
    pub(crate) signed: bool,
}

impl Hit {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.params.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
}

#[derive(Clone)]
enum Canned {
    Document(String),
    Raw { status: u16, content_type: &'static str, body: Vec<u8> },
    Silence,
}

#[derive(Default)]
struct Memory {
    answers: BTreeMap<String, VecDeque<Canned>>,
    hits: Vec<Hit>,
}

/// A running application.
pub(crate) struct App {
    pub(crate) addr: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    serving: Option<tokio::task::JoinHandle<()>>,
}

impl App {
    pub(crate) async fn start() -> Self {
        let mut app = Self { addr: SocketAddr::from(([127, 0, 0, 1], 0)), memory: Arc::default(), serving: None };
        app.up().await;
        app
    }

    /// Listens; the second time on the same port as before.
    pub(crate) async fn up(&mut self) {
        let listener = TcpListener::bind(self.addr).await.expect("the port is free");
        self.addr = listener.local_addr().expect("it is bound");
        let (addr, memory) = (self.addr, Arc::clone(&self.memory));
        self.serving = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let memory = Arc::clone(&memory);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(addr, Arc::clone(&memory), request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }));
    }

    /// Stops like a killed process: listener and connections are gone.
    pub(crate) async fn down(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// From now on `path` answers with these verbs.
    pub(crate) fn on(&self, path: &str, verbs: &str) {
        self.in_turn(path, &[verbs]);
    }

    /// `path` answers with each in turn; the last one stays.
    pub(crate) fn in_turn(&self, path: &str, documents: &[&str]) {
        let canned = documents.iter().map(|verbs| Canned::Document(format!("<Response>{verbs}</Response>"))).collect();
        self.memory().answers.insert(path.to_owned(), canned);
    }

    pub(crate) fn on_raw(&self, path: &str, status: u16, content_type: &'static str, body: &[u8]) {
        let canned = Canned::Raw { status, content_type, body: body.to_vec() };
        self.memory().answers.insert(path.to_owned(), VecDeque::from([canned]));
    }

    /// `path` answers with these statuses and JSON texts in turn; the last one stays.
    pub(crate) fn on_json(&self, path: &str, answers: &[(u16, &str)]) {
        let json = |(status, text): &(u16, &str)| Canned::Raw {
            status: *status,
            content_type: "application/json",
            body: text.as_bytes().to_vec(),
        };
        self.memory().answers.insert(path.to_owned(), answers.iter().map(json).collect());
    }

    /// `path` takes requests and never answers.
    pub(crate) fn on_silence(&self, path: &str) {
        self.memory().answers.insert(path.to_owned(), VecDeque::from([Canned::Silence]));
    }

    pub(crate) fn hits(&self, path: &str) -> Vec<Hit> {
        self.memory().hits.iter().filter(|hit| hit.path == path).cloned().collect()
    }

    /// Waits until `path` was asked `count` times.
    pub(crate) async fn until(&self, path: &str, count: usize) -> Vec<Hit> {
        for _ in 0..2_000 {
            let hits = self.hits(path);
            if hits.len() >= count {
                return hits;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} was asked {} times, not {count}", self.hits(path).len());
    }

    pub(crate) fn all_signed(&self) -> bool {
        self.memory().hits.iter().all(|hit| hit.signed)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().expect("no test panics while it holds this")
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

async fn answer(
    addr: SocketAddr,
    memory: Arc<Mutex<Memory>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let path = request.uri().path().to_owned();
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (signature, token, is_webhook) =
        (header("x-twilio-signature"), header("i-twilio-idempotency-token"), !header("user-agent").is_empty());
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let params: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let signed = !is_webhook || signature == expected(&format!("http://{addr}{target}"), &params);
    let canned = {
        let mut memory = memory.lock().expect("no test panics while it holds this");
        let body = String::from_utf8_lossy(&body).into_owned();
        memory.hits.push(Hit { path: path.clone(), params, body, token, signed });
        match memory.answers.get_mut(&path) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        }
    };
    let (status, content_type, body) = match canned {
        Some(Canned::Document(text)) => (200, "text/xml; charset=utf-8", text.into_bytes()),
        Some(Canned::Raw { status, content_type, body }) => (status, content_type, body),
        Some(Canned::Silence) => std::future::pending().await,
        None => (404, "text/plain", Vec::new()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = hyper::StatusCode::from_u16(status).expect("a status");
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(content_type));
    Ok(response)
}

/// The signature by the carrier's published rule.
fn expected(url: &str, params: &[(String, String)]) -> String {
    let mut pairs = params.to_vec();
    pairs.sort();
    pairs.dedup();
    let text = pairs.iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// A mono µ-law WAV file of so many seconds.
pub(crate) fn wav(seconds: u32) -> Vec<u8> {
    let data = 8_000 * seconds;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([7, 0, 1, 0]);
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend([1, 0, 8, 0]);
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes.resize(bytes.len() + data as usize, 0xff);
    bytes
}
