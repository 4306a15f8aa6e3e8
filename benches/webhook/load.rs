//! The load: signed calls over 64 connections, each placing one call after the other (closed loop).
//!
//! Every answer is checked: a call that is not greeted, or a status callback that is not taken, fails the bench.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::sign;
use carelane::vocab::Private;
use form_urlencoded::Serializer;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::ACCOUNT;
use crate::Failure;
use crate::PUBLIC_URL;
use crate::TOKEN;

const CONNECTIONS: usize = 64;
const DIALLED: &str = "+15550100100";

/// When requests are due: so many a second, whether earlier ones were answered or not.
struct Pace {
    start: Instant,
    next: Cell<u32>,
    apart: Duration,
}

impl Pace {
    async fn due(&self) -> Instant {
        let due = self.start + self.apart * self.next.replace(self.next.get() + 1);
        tokio::time::sleep_until(due.into()).await;
        due
    }
}

/// Places calls number `first_call` and following, none after `time_max`. Gives the latency of every request: from its
/// sending, or with a rate a second from the moment it was due.
pub(crate) async fn place(
    address: SocketAddr,
    first_call: u64,
    calls: u64,
    time_max: Duration,
    rate: Option<u32>,
) -> Result<Vec<Duration>, Failure> {
    let next = Rc::new(Cell::new(first_call));
    let start = Instant::now();
    let pace = rate.map(|rate| Rc::new(Pace { start, next: Cell::new(0), apart: Duration::from_secs(1) / rate }));
    let local = LocalSet::new();
    let lines: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (next, pace) = (next.clone(), pace.clone());
            local.spawn_local(async move {
                let mut line = Line { pace, ..Line::open(address).await? };
                while next.get() < first_call + calls && start.elapsed() < time_max {
                    let call = next.replace(next.get() + 1);
                    line.call(call).await?;
                }
                Ok::<_, Failure>(line.latencies)
            })
        })
        .collect();
    let placed = local.run_until(async {
        let mut latencies = Vec::new();
        for line in lines {
            latencies.extend(line.await??);
        }
        Ok(latencies)
    });
    placed.await
}

/// One kept-alive connection.
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    token: Private<String>,
    pace: Option<Rc<Pace>>,
    latencies: Vec<Duration>,
}

impl Line {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::task::spawn_local(connection);
        Ok(Self { sender, token: Private::new(TOKEN.to_owned()), pace: None, latencies: Vec::new() })
    }

    /// A call arrives, presses 1, and hangs up.
    async fn call(&mut self, number: u64) -> Result<(), Failure> {
        let greeting = self.post("/voice/incoming", incoming_body(number)).await?;
        let action = gather_action(&greeting)?;
        let told = self.post(&action, body(number, "in-progress", &[("Digits", "1")])).await?;
        if !told.starts_with(b"<?xml") && !told.starts_with(b"<Response") {
            return Err(format!("key 1 was answered by no document: {}", String::from_utf8_lossy(&told)).into());
        }
        let end = [("SequenceNumber", "0"), ("CallbackSource", "call-progress-events"), ("CallDuration", "12")];
        self.post("/voice/status", body(number, "completed", &end)).await?;
        Ok(())
    }

    /// A call arrives and presses 6 until it is parked in a line.
    pub(crate) async fn waits(&mut self, number: u64) -> Result<(), Failure> {
        let mut document = self.post("/voice/incoming", incoming_body(number)).await?;
        while !document.windows(8).any(|window| window == b"<Enqueue") {
            let action = gather_action(&document)?;
            document = self.post(&action, body(number, "in-progress", &[("Digits", "6")])).await?;
        }
        Ok(())
    }

    /// A phone that we made the carrier ring is busy.
    pub(crate) async fn is_busy(&mut self, callback: &str, call: &str) -> Result<(), Failure> {
        let mut form = Serializer::new(String::new());
        form.append_pair("AccountSid", ACCOUNT).append_pair("CallSid", call).append_pair("CallStatus", "busy");
        form.append_pair("SequenceNumber", "2").append_pair("CallbackSource", "call-progress-events");
        self.post(callback.strip_prefix(PUBLIC_URL).unwrap_or(callback), form.finish()).await?;
        Ok(())
    }

    async fn post(&mut self, target: &str, body: String) -> Result<Bytes, Failure> {
        let form = Form::decode(body.as_bytes())?;
        let signature = sign(&self.token, &format!("{PUBLIC_URL}{target}"), &form);
        let request = Request::post(target)
            .header("Host", "voice.practice.example")
            .header("User-Agent", "TwilioProxy/1.1")
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("X-Twilio-Signature", signature)
            .body(Full::from(body))?;
        let due = match &self.pace {
            Some(pace) => Some(pace.due().await),
            None => None,
        };
        self.sender.ready().await?;
        let start = due.unwrap_or_else(Instant::now);
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let answer = answer.into_body().collect().await?.to_bytes();
        self.latencies.push(start.elapsed());
        if status.is_success() { Ok(answer) } else { Err(format!("{target} was answered by {status}").into()) }
    }
}

/// The body of an inbound call's first webhook, with all that a carrier sends.
pub(crate) fn incoming_body(number: u64) -> String {
    body(
        number,
        "ringing",
        &[("StirVerstat", "TN-Validation-Passed-A"), ("CallToken", "%7B%22parentCallInfoToken%22%7D")],
    )
}

fn body(number: u64, status: &str, more: &[(&str, &str)]) -> String {
    let (call, caller) = (format!("CA{number:032x}"), format!("+1555{:07}", number % 10_000_000));
    let mut form = Serializer::new(String::with_capacity(1_024));
    form.append_pair("AccountSid", ACCOUNT).append_pair("ApiVersion", "2010-04-01").append_pair("CallSid", &call);
    form.append_pair("CallStatus", status).append_pair("Direction", "inbound");
    for (name, value) in [("Called", DIALLED), ("To", DIALLED), ("Caller", &*caller), ("From", &*caller)] {
        form.append_pair(name, value);
    }
    for whose in ["Called", "To", "Caller", "From"] {
        for (what, value) in [("City", "SPRINGFIELD"), ("State", "IL"), ("Zip", ""), ("Country", "US")] {
            form.append_pair(&format!("{whose}{what}"), value);
        }
    }
    form.extend_pairs(more).finish()
}

/// Path and query of the URL at which the document wants the caller's key.
fn gather_action(document: &[u8]) -> Result<String, Failure> {
    let mut reader = Reader::from_reader(document);
    loop {
        match reader.read_event()? {
            Event::Start(element) if element.name().as_ref() == "Gather" => {
                let action = element.try_get_attribute("action")?.ok_or("the greeting's Gather has no action")?;
                let action = quick_xml::escape::unescape(&action.value)?.into_owned();
                // What stands after # is for the carrier and is not sent.
                let action = action.split('#').next().unwrap_or_default();
                let target = action.strip_prefix(PUBLIC_URL).unwrap_or(action);
                if target.starts_with('/') {
                    return Ok(target.to_owned());
                }
                return Err(format!("the greeting's Gather leads elsewhere: {action}").into());
            }
            Event::Eof => {
                return Err(format!("the greeting has no Gather: {}", String::from_utf8_lossy(document)).into());
            }
            _ => {}
        }
    }
}
