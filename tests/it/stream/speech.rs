//! What a caller says in a media stream, with a recogniser and without.

use std::convert::Infallible;
use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use carelane::media::g711;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;
use crate::serve::http;

const IN_LINE: &str = "You are in line for appointments. An assistant takes your call when it is your turn.";

/// What a recogniser was asked, and what it answers from now on.
#[derive(Default)]
struct Desk {
    asked: Vec<Asked>,
    answers: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Asked {
    language: String,
    authorization: String,
    seconds: f64,
}

/// A recogniser that somebody else runs. Without an answer it fails.
#[derive(Clone, Default)]
struct Recogniser(Arc<Mutex<Desk>>);

impl Recogniser {
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/recognise", listener.local_addr().expect("an address"));
        let desk = self.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let desk = desk.clone();
                let service = service_fn(move |request| desk.clone().answer(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        url
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        assert!(head.uri.query().is_none() && body.starts_with(b"RIFF"), "a WAV file, and nothing in the URL");
        let header = |name| head.headers.get(name).map(|value| value.to_str().expect("text").to_owned());
        let mut desk = self.0.lock().expect("no test panics here");
        desk.asked.push(Asked {
            language: header("content-language").unwrap_or_default(),
            authorization: header("authorization").unwrap_or_default(),
            seconds: body.len() as f64 / g711::RATE as f64,
        });
        let status = if desk.answers.is_some() { 200 } else { 500 };
        let text = format!(r#"{{"text": "{}", "confidence": 0.9}}"#, desk.answers.unwrap_or_default());
        Ok(Response::builder().status(status).body(Full::new(Bytes::from(text))).expect("an answer"))
    }

    fn will_say(&self, words: &'static str) {
        self.0.lock().expect("no test panics here").answers = Some(words);
    }

    fn asked(&self) -> Vec<Asked> {
        self.0.lock().expect("no test panics here").asked.clone()
    }
}

/// So many utterances were answered so, as far as carelane knows.
async fn until_counted(carrier: &Carrier, result: &str, times: usize) {
    let line = format!("carelane_utterances_total{{result=\"{result}\"}} {times}");
    for _ in 0..500 {
        let metrics = http::get(&carrier.engine.url("/metrics")).await.expect("carelane answers").text();
        if metrics.lines().any(|counted| counted == line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 5 s: {line}");
}

/// A second of a voice, and a second without.
async fn say_something(call: &mut Call) {
    let voice = (0..g711::RATE).map(|at| g711::encode((5_000.0 * (at as f64 / 8_000.0 * 190.0 * TAU).sin()) as i16));
    call.speak(&voice.collect::<Vec<u8>>()).await;
    call.speak(&[g711::SILENCE; g711::RATE]).await;
}

async fn with_recogniser() -> (Carrier, Recogniser) {
    let recogniser = Recogniser::default();
    let url = recogniser.start().await;
    let settings = [("CARELANE_RECOGNISER_URL", url.as_str()), ("CARELANE_RECOGNISER_TOKEN", "speech-token")];
    (Carrier::start_so(|_, text| text, &settings).await, recogniser)
}

#[tokio::test]
async fn what_a_caller_says_chooses_as_a_key_does() {
    let (carrier, recogniser) = with_recogniser().await;
    recogniser.will_say("I would like an appointment please");
    let mut call = carrier.call("CA81").await;
    say_something(&mut call).await;
    timeout(Duration::from_secs(5), call.until_clear()).await.expect("the greeting ends with the words");
    call.hears(&said(&[IN_LINE])).await;
    let asked = recogniser.asked();
    assert_eq!(asked.len(), 1, "silence is sent to nobody: {asked:?}");
    assert!(asked[0].language == "en-US" && asked[0].authorization == "Bearer speech-token", "{asked:?}");
    assert!((1.0..2.5).contains(&asked[0].seconds), "{asked:?}");
    assert!(!carrier.engine.log().contains("appointment please"), "words are in no log");
}

#[tokio::test]
async fn urgent_words_are_heard_in_mid_wait_and_other_words_change_nothing() {
    let (carrier, recogniser) = with_recogniser().await;
    recogniser.will_say("this music is awful");
    let mut call = carrier.call("CA82").await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
    say_something(&mut call).await;
    until_counted(&carrier, "words", 1).await;
    carrier.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
    recogniser.will_say("my father has chest pain");
    say_something(&mut call).await;
    carrier.until_floor(|floor| floor["calls"][0]["lane"] == "clinical").await;
    timeout(Duration::from_secs(5), call.until_clear()).await.expect("the music ends");
}

#[tokio::test]
async fn a_recogniser_that_fails_leaves_the_keys() {
    let (carrier, recogniser) = with_recogniser().await;
    let mut call = carrier.call("CA83").await;
    say_something(&mut call).await;
    until_counted(&carrier, "failed", 1).await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
    carrier.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
    assert_eq!(recogniser.asked().len(), 1);
    assert!(carrier.engine.log().contains("the recogniser of speech does not answer"));
}
