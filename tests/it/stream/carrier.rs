//! A carrier of media streams: it rings, connects what a document asks it to, and takes REST requests down.
//!
//! Marks come back as soon as they are seen, as from a carrier that plays everything in no time.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::f64::consts::TAU;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use carelane::flow::demo;
use carelane::media::Manifest;
use carelane::media::g711;
use carelane::render::Piece;
use carelane::vocab::Language;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::serve::http;
use crate::serve::process::Served;
use crate::serve::process::behind_a_carrier;
use crate::serve::process::free_address;
use crate::serve::world::ACCOUNT;
use crate::serve::world::API_TOKEN;
use crate::serve::world::AUTH_TOKEN;

/// The phone of the demo's supervisor.
const ANA: &str = "+15550100201";
const OURS: &str = "+15550100100";
/// The name of the one call that carelane makes.
pub(super) const ASSISTANT: &str = "CA70";
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came by REST, and the URLs carelane has given for each call.
#[derive(Default)]
struct Kept {
    moved: BTreeMap<String, String>,
    dialled: Option<String>,
    documents: BTreeMap<String, String>,
}

/// The carrier with its engine.
pub(crate) struct Carrier {
    pub(crate) engine: Served,
    kept: Arc<Mutex<Kept>>,
}

impl Carrier {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_, text| text).await
    }

    /// With the demo's flow files changed so.
    pub(crate) async fn start_with(change: impl Fn(&str, String) -> String) -> Self {
        Self::start_so(change, &[]).await
    }

    /// And with these settings besides.
    pub(crate) async fn start_so(change: impl Fn(&str, String) -> String, settings: &[(&str, &str)]) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let base = format!("http://{}", rest(Arc::clone(&kept)).await);
        let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds").display().to_string();
        let more = [("CARELANE_MEDIA", "stream"), ("CARELANE_SOUNDS", &sounds), ("CARELANE_DIAL_RATE", "50")];
        let mut engine = Served::new(free_address(), behind_a_carrier(&base, &[&more[..], settings].concat()));
        let folder = engine.folder.path().join("flows");
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        for (path, text) in demo() {
            let name = path.rsplit('/').next().expect("a name");
            std::fs::write(folder.join(name), change(name, text.to_owned())).expect("a file can be written");
        }
        engine.start_and_wait().await;
        let carrier = Self { engine, kept };
        // Somebody is there, and not ready: callers wait.
        carrier.sign_in("rosa", "not_ready").await;
        carrier
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test panics here")
    }

    /// A signed webhook of this call; its document.
    pub(crate) async fn post(&self, call: &str, url: &str) -> String {
        self.post_with(call, url, &[]).await
    }

    pub(crate) async fn post_with(&self, call: &str, url: &str, more: &[(&str, &str)]) -> String {
        let from = format!("+1555013{:04}", call.bytes().map(u32::from).fold(7, |sum, byte| (sum * 31 + byte) % 9_999));
        let mut params = vec![("CallSid", call), ("From", &from), ("To", OURS), ("CallStatus", "in-progress")];
        params.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        params.extend(more);
        let (body, signature) = http::signed(AUTH_TOKEN, url, &params);
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
        let answer = http::send("POST", url, &headers, body.as_bytes()).await.expect("carelane answers");
        assert_eq!(answer.status, 200, "{url}: {}", answer.text());
        self.kept().documents.insert(call.to_owned(), answer.text());
        answer.text()
    }

    pub(crate) async fn first_document(&self, call: &str) -> String {
        self.post(call, &self.engine.url("/voice/incoming")).await
    }

    /// A patient's call: where its stream is to connect, and with which token.
    pub(crate) async fn rings(&self, call: &str) -> (String, String) {
        let document = self.first_document(call).await;
        stream_of(&document)
    }

    /// A patient's call with its stream.
    pub(crate) async fn call(&self, name: &str) -> Call {
        let (url, token) = self.rings(name).await;
        self.connect(name, &url, &token).await
    }

    pub(crate) async fn connect(&self, name: &str, url: &str, token: &str) -> Call {
        let mut call = Call::open(url).await;
        call.begin(name, token).await;
        call
    }

    /// A URL of this call's leg: its number stands in every URL of its document.
    pub(super) fn url_of(&self, call: &str, word: &str) -> String {
        let document = self.kept().documents[call].clone();
        let parked = attribute(&document, "waitUrl");
        parked.replace("parked", word)
    }

    /// What a carrier does when a stream breaks off: it parks the leg, is told to move it, and connects again.
    pub(crate) async fn comes_back(&self, name: &str) -> Call {
        let (parked, resume) = (self.url_of(name, "parked"), self.url_of(name, "resume"));
        self.kept().moved.remove(name);
        let waits = self.post(name, &parked).await;
        assert!(waits.contains("<Pause") && waits.contains(&parked), "{waits}");
        assert_eq!(self.until_moved(name).await, resume);
        let (url, token) = stream_of(&self.post(name, &resume).await);
        self.connect(name, &url, &token).await
    }

    /// Where carelane has told the carrier to move this call.
    pub(crate) async fn until_moved(&self, call: &str) -> String {
        self.until("the call is moved", || self.kept().moved.remove(call)).await
    }

    /// A call is over, and the carrier says so.
    pub(crate) async fn hangs_up(&self, call: &str) {
        let url = self.engine.url("/voice/status");
        let params = [("CallSid", call), ("From", OURS), ("To", OURS), ("CallStatus", "completed")];
        let (body, signature) = http::signed(AUTH_TOKEN, &url, &params);
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
        let answer = http::send("POST", &url, &headers, body.as_bytes()).await.expect("carelane answers");
        assert!(answer.status < 300, "{}", answer.text());
    }

    /// The assistant who is rung, on the phone: her stream. Its whisper is what comes next.
    pub(crate) async fn answers(&self) -> Call {
        let (url, token) = stream_of(&self.post(ASSISTANT, &self.until_dialled().await).await);
        self.connect(ASSISTANT, &url, &token).await
    }

    /// The assistant who is rung takes the call by key.
    pub(crate) async fn takes_the_call(&self) -> Call {
        let mut assistant = self.answers().await;
        assistant.hears(&said(&["Call for scheduling, English, waiting"])).await;
        assistant.press('1').await;
        assistant.until_clear().await;
        assistant
    }

    /// The same where the carrier speaks the whisper; the document that connects her with the patient.
    pub(crate) async fn takes_the_call_by_document(&self) -> String {
        let whisper = self.post(ASSISTANT, &self.until_dialled().await).await;
        assert!(whisper.contains("<Gather") && whisper.contains("Press 1 to take it"), "{whisper}");
        self.post_with(ASSISTANT, &attribute(&whisper, "action"), &[("Digits", "1")]).await
    }

    /// A request of the API.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> u16 {
        let bearer = format!("Bearer {API_TOKEN}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = self.engine.url(&format!("/api/v1/{path}"));
        http::send(method, &url, &headers, body.to_string().as_bytes()).await.expect("carelane answers").status
    }

    /// The URL of a call that carelane has told the carrier to make.
    pub(crate) async fn until_dialled(&self) -> String {
        self.until("an assistant is dialled", || self.kept().dialled.take()).await
    }

    async fn until(&self, what: &str, found: impl Fn() -> Option<String>) -> String {
        for _ in 0..2_000 {
            if let Some(found) = found() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what}: not within 20 s\n{}", self.engine.log());
    }

    /// What Prometheus reads.
    pub(crate) async fn metrics(&self) -> String {
        http::get(&self.engine.url("/metrics")).await.expect("carelane answers").text()
    }

    pub(crate) async fn floor(&self) -> Value {
        let bearer = format!("Bearer {API_TOKEN}");
        let url = self.engine.url("/api/v1/floor");
        http::send("GET", &url, &[("authorization", &bearer)], b"").await.expect("carelane answers").json()
    }

    pub(crate) async fn until_floor(&self, is_so: impl Fn(&Value) -> bool) {
        for _ in 0..500 {
            if is_so(&self.floor().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the floor is not so within 5 s: {:#}", self.floor().await);
    }

    pub(crate) async fn sign_in(&self, agent: &str, state: &str) {
        let bearer = format!("Bearer {API_TOKEN}");
        let url = self.engine.url(&format!("/api/v1/agents/{agent}/state"));
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let answer = http::send("PUT", &url, &headers, json!({ "state": state }).to_string().as_bytes())
            .await
            .expect("carelane answers");
        assert!(answer.status < 300, "{}", answer.text());
    }
}

/// What carelane sends to a stream.
#[derive(Debug, PartialEq)]
pub(crate) enum Sent {
    Audio(Vec<u8>),
    Mark(String),
    Clear,
    /// What a browser is shown: no carrier is sent it.
    Said(Value),
    Closed(Option<u16>),
}

/// One stream.
pub(crate) struct Call {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Audio that was read ahead.
    left: Vec<u8>,
    /// Nothing is sent but what the test says.
    hushed: bool,
    /// Marks are not sent back: everything is still being played.
    keeps_marks: bool,
}

impl Call {
    pub(crate) async fn open(url: &str) -> Self {
        let connected = tokio_tungstenite::connect_async_with_config(url, None, true).await;
        let (socket, _) = connected.expect("carelane takes streams");
        Self { socket, left: Vec::new(), hushed: false, keeps_marks: false }
    }

    /// A stream whose far end takes hardly anything before somebody reads it.
    pub(crate) async fn open_narrow(url: &str) -> Self {
        let address = url.trim_start_matches("ws://").split('/').next().expect("a host");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let stream = socket.connect(address.parse().expect("an address")).await.expect("carelane takes connections");
        let (socket, _) =
            tokio_tungstenite::client_async(url, MaybeTlsStream::Plain(stream)).await.expect("carelane takes streams");
        Self { socket, left: Vec::new(), hushed: false, keeps_marks: false }
    }

    pub(crate) async fn begin(&mut self, call: &str, token: &str) {
        self.send(&json!({"event": "connected", "protocol": "Call", "version": "1.0.0"})).await;
        let format = json!({"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1});
        let start = json!({"streamSid": "MZ01", "accountSid": ACCOUNT, "callSid": call, "tracks": ["inbound"],
            "mediaFormat": format, "customParameters": {"token": token}});
        self.send(&json!({"event": "start", "sequenceNumber": "1", "streamSid": "MZ01", "start": start})).await;
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.send_raw(Message::Text(message.to_string().into())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        // carelane may have closed it meanwhile; what it sends tells.
        let _ = self.socket.send(message).await;
    }

    pub(crate) async fn press(&mut self, key: char) {
        let dtmf = json!({"track": "inbound_track", "digit": key.to_string()});
        self.send(&json!({"event": "dtmf", "streamSid": "MZ01", "sequenceNumber": "5", "dtmf": dtmf})).await;
    }

    /// The caller makes this sound, frame by frame.
    pub(crate) async fn speak(&mut self, mulaw: &[u8]) {
        for frame in mulaw.chunks(g711::FRAME) {
            let media = json!({"track": "inbound", "chunk": "1", "timestamp": "20", "payload": STANDARD.encode(frame)});
            self.send(&json!({"event": "media", "streamSid": "MZ01", "sequenceNumber": "4", "media": media})).await;
        }
    }

    /// From now on nothing is sent but what the test says.
    pub(crate) fn hush(&mut self) {
        self.hushed = true;
    }

    /// What was sent is still being played, and will be for as long as the test lasts.
    pub(crate) fn keep_marks(&mut self) {
        self.keeps_marks = true;
    }

    /// The next audio that is not silence, whatever else comes before it.
    pub(crate) async fn next_speech(&mut self) -> Vec<u8> {
        loop {
            match self.next().await {
                Sent::Audio(heard) if heard.iter().any(|byte| *byte != g711::SILENCE) => return heard,
                Sent::Audio(_) => {}
                Sent::Closed(code) => panic!("closed with {code:?} instead of audio"),
                Sent::Mark(_) | Sent::Clear | Sent::Said(_) => {}
            }
        }
    }

    pub(crate) async fn stop(&mut self) {
        self.send(&json!({"event": "stop", "streamSid": "MZ01", "sequenceNumber": "9"})).await;
        self.until_closed().await;
    }

    /// The next thing carelane sends.
    pub(crate) async fn next(&mut self) -> Sent {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("carelane sends something");
            let text = match message {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(frame))) => return Sent::Closed(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Sent::Closed(None),
            };
            if !self.hushed {
                // The caller's side of the line never pauses.
                self.speak(&[g711::SILENCE; g711::FRAME]).await;
            }
            let sent: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(sent["streamSid"], "MZ01", "{sent}");
            match sent["event"].as_str() {
                Some("media") => {
                    let payload = sent["media"]["payload"].as_str().expect("audio");
                    return Sent::Audio(STANDARD.decode(payload).expect("base64"));
                }
                Some("mark") => {
                    if self.keeps_marks {
                        continue;
                    }
                    self.send(&json!({"event": "mark", "streamSid": "MZ01", "mark": sent["mark"]})).await;
                    return Sent::Mark(sent["mark"]["name"].as_str().expect("a name").to_owned());
                }
                Some("clear") => return Sent::Clear,
                Some("said") => return Sent::Said(sent["said"].clone()),
                _ => panic!("no carrier knows {sent}"),
            }
        }
    }

    /// The next audio is this.
    pub(crate) async fn hears(&mut self, sound: &[u8]) {
        while self.left.len() < sound.len() {
            match self.next().await {
                Sent::Audio(more) => self.left.extend(more),
                Sent::Clear if self.left.is_empty() => {}
                other => panic!("{other:?} after {} of {} bytes", self.left.len(), sound.len()),
            }
        }
        let rest = self.left.split_off(sound.len());
        assert!(self.left == sound, "another sound is heard");
        self.left = rest;
    }

    /// What a browser is shown before anything else.
    pub(crate) async fn is_shown(&mut self) -> Value {
        match self.next().await {
            Sent::Said(shown) => shown,
            other => panic!("{other:?} before what is said is shown"),
        }
    }

    pub(crate) async fn until_clear(&mut self) {
        loop {
            match self.next().await {
                Sent::Clear => break,
                Sent::Closed(code) => panic!("closed with {code:?}, and nothing is cleared"),
                Sent::Audio(_) | Sent::Mark(_) | Sent::Said(_) => {}
            }
        }
        self.left.clear();
    }

    pub(crate) async fn until_mark(&mut self) {
        loop {
            match self.next().await {
                Sent::Mark(_) => break,
                Sent::Closed(code) => panic!("closed with {code:?} before a mark"),
                Sent::Audio(_) | Sent::Clear | Sent::Said(_) => {}
            }
        }
        self.left.clear();
    }

    /// The code with which carelane closes, if it says one.
    pub(crate) async fn until_closed(&mut self) -> Option<u16> {
        loop {
            if let Sent::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// Bytes of audio that come within this time.
    pub(crate) async fn audio_within(&mut self, time: Duration) -> usize {
        let mut heard = self.left.len();
        let listening = async {
            while let Sent::Audio(more) = self.next().await {
                heard += more.len();
            }
        };
        drop(timeout(time, listening).await);
        heard
    }
}

/// The sound of these sentences, each as long as it is sent: in whole frames.
pub(crate) fn said(sentences: &[&str]) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds");
    let manifest = Manifest::open(&folder).expect("a list of sounds");
    let languages = ["en-US", "es-US"].map(|tag| Language::parse(tag).expect("a tag"));
    let sound = |text: &&str| {
        let file = languages.iter().find_map(|language| manifest.file(&Piece::new(text, language)));
        let mut mulaw = manifest.read(file.unwrap_or_else(|| panic!("no sound says {text}"))).expect("a sound").mulaw;
        mulaw.resize(mulaw.len().next_multiple_of(g711::FRAME), g711::SILENCE);
        mulaw
    };
    sentences.iter().flat_map(sound).collect()
}

/// Two tones for so many milliseconds, then as much silence.
pub(crate) fn tone(low: f64, high: f64, milliseconds: u32) -> Vec<u8> {
    let samples = (0..milliseconds * 8).map(|i| {
        let t = f64::from(i) / 8_000.0;
        g711::encode((6_000.0 * ((TAU * low * t).sin() + (TAU * high * t).sin())) as i16)
    });
    let silence = (0..milliseconds * 8).map(|_| g711::SILENCE);
    samples.chain(silence).collect()
}

/// The stream that a document asks for: where, and with which token.
pub(super) fn stream_of(document: &str) -> (String, String) {
    assert!(document.contains("<Connect><Stream"), "no stream is asked for: {document}");
    assert_eq!(document.matches("<Enqueue").count(), 8, "the net of a broken stream: {document}");
    (attribute(document, "url"), attribute(document, "value"))
}

/// The first attribute of this name.
pub(super) fn attribute(document: &str, name: &str) -> String {
    let begin = format!(" {name}=\"");
    let at = document.find(&begin).unwrap_or_else(|| panic!("no {name} in {document}")) + begin.len();
    document[at..].split('"').next().unwrap_or_default().to_owned()
}

/// The carrier's REST API, as far as it is used here.
async fn rest(kept: Arc<Mutex<Kept>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let kept = Arc::clone(&kept);
            let service = service_fn(move |request| answer(Arc::clone(&kept), request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn answer(kept: Arc<Mutex<Kept>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let path = head.uri.path().trim_end_matches(".json").to_owned();
    let last = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut kept = kept.lock().expect("no test panics here");
    let found = match (head.method.as_str(), last.as_str(), form.get("Url")) {
        ("POST", "Calls", Some(url)) => {
            kept.dialled = Some(url.clone());
            // Ana's phone is another's than the one of whoever takes the call.
            let sid = if form.get("To").is_some_and(|to| to == ANA) { "CA71" } else { ASSISTANT };
            json!({"sid": sid, "status": "queued"})
        }
        ("POST", call, Some(url)) => {
            kept.moved.insert(call.to_owned(), url.clone());
            json!({"sid": call, "status": "in-progress"})
        }
        ("GET", "Calls", _) => json!({"calls": [], "next_page_uri": null}),
        (_, call, _) => json!({"sid": call, "status": "in-progress"}),
    };
    let mut response = Response::new(Full::new(Bytes::from(found.to_string())));
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}
