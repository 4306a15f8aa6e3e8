//! An assistant's softphone: proves that it is heard, rings, and is answered.
//!
//! ```text
//!  page ─► POST /api/v1/agents/{id}/softphone ─► a ticket ─► websocket /softphone/line
//!    │  ping ─► the page's sound ─► pong      SoftphoneHeard, SoftphoneUnheard
//!    │  ring ─► ringing                       LegStatus: ringing
//!    └─ answer ─► LegAnswered ─► line: a ticket for the leg's own stream
//! ```
//! The line of a call is a stream of its own (`/media`), so a call does not end with this socket, nor this socket with
//! a call. It decides nothing; times that matter are the floor's.

use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::engine::Engine;
use crate::engine::Signal;
use crate::floor::event::Event;
use crate::floor::event::LegStatus;
use crate::render::STREAM_PATH;
use crate::server::Body;
use crate::server::Door;
use crate::server::Streaming;
use crate::server::reply;
use crate::server::reply::Reply;
use crate::server::upgrade::Socket;
use crate::server::upgrade::upgrade;
use crate::vocab::AgentId;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

/// Where a softphone connects.
pub(in crate::server) const LINE_PATH: &str = "/softphone/line";
/// The page must say whose it is within this time.
const START_MAX: Duration = Duration::from_secs(5);
/// From one round trip to the next.
const PING_EVERY: Duration = Duration::from_secs(1);
/// Whoever has not answered for so long is not heard; the floor waits a little more.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// A page that does not take our words for so long is gone.
const WRITE_MAX: Duration = Duration::from_secs(5);
/// Nothing came for so long: the socket is dead, whatever the system says.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// What a page says.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told {
    Start { ticket: String },
    Pong { ping: u64 },
    Ringing { leg: String },
    Answer { leg: String },
}

/// Why it ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It is closed, or broke off.
    Gone,
    /// Another page of hers is open.
    Replaced,
    /// It has no ticket, or says what it may not.
    Refused,
}

impl Door {
    /// The ticket for an assistant's page.
    pub(in crate::server) async fn softphone(&self, agent: &str) -> Result<Reply, Reply> {
        let busy =
            || reply::problem(StatusCode::SERVICE_UNAVAILABLE, "carelane cannot take a softphone now; try again");
        let streaming = self.streaming.as_ref().ok_or_else(busy)?;
        let view = self.engine.view().await.map_err(|_| busy())?;
        let found = view.agents.iter().find(|found| found.id.as_str() == agent);
        let found = found.ok_or_else(|| reply::problem(StatusCode::NOT_FOUND, "there is no such assistant"))?;
        let ticket = streaming.ticket().ok_or_else(busy)?;
        self.engine.softphones().expect(&found.id, &ticket, self.engine.clock().monotonic());
        let line = LINE_PATH.trim_start_matches('/');
        Ok(reply::json(StatusCode::CREATED, &json!({ "ticket": ticket, "line": line, "name": found.name })))
    }

    /// Makes a request at [`LINE_PATH`] a softphone.
    pub(in crate::server) fn softphone_line(&self, mut request: Request<Incoming>) -> Response<Body> {
        let asks = || reply::problem(StatusCode::UPGRADE_REQUIRED, "this is where softphones connect, by websocket");
        let Some(streaming) = self.streaming.clone() else { return asks().into() };
        let full = || reply::problem(StatusCode::SERVICE_UNAVAILABLE, "there are too many sockets");
        let Some(place) = streaming.place() else { return full().into() };
        let Some((response, socket)) = upgrade(&mut request) else { return asks().into() };
        let engine = self.engine.clone();
        tokio::spawn(async move {
            if let Some(socket) = socket.await {
                serve(engine, streaming, socket).await;
            }
            drop(place);
        });
        response
    }
}

async fn serve(engine: Engine, streaming: Arc<Streaming>, mut socket: Socket) {
    let opened = timeout(START_MAX, open(&engine, &mut socket)).await.ok().flatten();
    let end = match opened {
        None => End::Refused,
        Some((agent, signals)) => {
            let now = engine.clock().monotonic();
            let mut softphone = Softphone {
                engine,
                streaming,
                socket: &mut socket,
                agent,
                rings: Vec::new(),
                heard: false,
                heard_at: now,
            };
            let end = softphone.run(signals).await;
            if end != End::Replaced && softphone.heard {
                softphone.engine.report(Event::SoftphoneUnheard { agent: softphone.agent.clone() }).await;
            }
            end
        }
    };
    let (code, reason) = match end {
        End::Gone => (CloseCode::Normal, ""),
        End::Replaced => (CloseCode::Normal, "replaced"),
        End::Refused => (CloseCode::Policy, "no ticket"),
    };
    let frame = CloseFrame { code, reason: reason.into() };
    // Whoever does not listen any more has closed it already.
    drop(timeout(WRITE_MAX, socket.close(Some(frame))).await);
}

async fn open(engine: &Engine, socket: &mut Socket) -> Option<(AgentId, UnboundedReceiver<Signal>)> {
    let Told::Start { ticket } = next(socket).await.ok()? else { return None };
    engine.softphones().open(&ticket, engine.clock().monotonic())
}

async fn next(socket: &mut Socket) -> Result<Told, End> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).map_err(|_| End::Refused),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(End::Refused),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(End::Gone),
        }
    }
}

struct Softphone<'s> {
    engine: Engine,
    streaming: Arc<Streaming>,
    socket: &'s mut Socket,
    agent: AgentId,
    /// Legs that are rung here, and whether the page has shown it.
    rings: Vec<(LegId, CarrierCall, bool)>,
    /// Does the floor think that it is heard?
    heard: bool,
    heard_at: Duration,
}

impl Softphone<'_> {
    async fn run(&mut self, mut signals: UnboundedReceiver<Signal>) -> End {
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut number = 0;
        let mut done = self.go_on().await;
        while done.is_ok() {
            done = tokio::select! {
                told = next(self.socket) => match told {
                    Ok(told) => self.take(told, number).await,
                    Err(end) => Err(end),
                },
                signal = signals.recv() => match signal {
                    Some(signal) => self.signal(signal).await,
                    None => Err(End::Replaced),
                },
                _ = pings.tick() => {
                    number += 1;
                    self.ping(number).await
                }
            };
        }
        done.err().unwrap_or(End::Gone)
    }

    async fn say(&mut self, words: Value) -> Result<(), End> {
        match timeout(WRITE_MAX, self.socket.send(Message::Text(words.to_string().into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    /// A page that was loaded again, or has lost this socket, gets its call back.
    async fn go_on(&mut self) -> Result<(), End> {
        self.say(json!({ "event": "ready" })).await?;
        let Ok(view) = self.engine.view().await else { return Ok(()) };
        let leg = view.agents.into_iter().find(|found| found.id == self.agent).and_then(|found| found.browser_leg);
        match leg {
            Some((leg, carrier_call, true)) => self.line(leg, &carrier_call).await,
            Some((leg, carrier_call, false)) => self.signal(Signal::Ring { leg, carrier_call }).await,
            None => Ok(()),
        }
    }

    async fn ping(&mut self, number: u64) -> Result<(), End> {
        let silent = self.engine.clock().monotonic().saturating_sub(self.heard_at);
        if silent >= DEAD_AFTER {
            return Err(End::Gone);
        }
        if self.heard && silent >= ANSWERS_WITHIN {
            self.unheard().await;
        }
        self.say(json!({ "event": "ping", "ping": number })).await
    }

    async fn unheard(&mut self) {
        self.heard = false;
        self.engine.report(Event::SoftphoneUnheard { agent: self.agent.clone() }).await;
    }

    async fn take(&mut self, told: Told, number: u64) -> Result<(), End> {
        match told {
            Told::Start { .. } => Err(End::Refused),
            // An answer to an older one came late: the next will show.
            Told::Pong { ping } if ping != number => Ok(()),
            Told::Pong { .. } => {
                self.heard_at = self.engine.clock().monotonic();
                if !self.heard {
                    self.heard = true;
                    self.engine.report(Event::SoftphoneHeard { agent: self.agent.clone() }).await;
                }
                Ok(())
            }
            Told::Ringing { leg } => {
                let Some(ring) = self.rings.iter_mut().find(|(of, _, _)| of.to_string() == leg) else { return Ok(()) };
                ring.2 = true;
                let (leg, carrier_call) = (Some(ring.0), ring.1.clone());
                self.engine.report(Event::LegStatus { leg, carrier_call, status: LegStatus::Ringing }).await;
                Ok(())
            }
            Told::Answer { leg } => {
                let Some(place) = self.rings.iter().position(|(of, _, _)| of.to_string() == leg) else { return Ok(()) };
                let (leg, carrier_call, _) = self.rings.remove(place);
                self.engine.report(Event::LegAnswered { leg, carrier_call: carrier_call.clone() }).await;
                self.line(leg, &carrier_call).await
            }
        }
    }

    async fn signal(&mut self, signal: Signal) -> Result<(), End> {
        match signal {
            Signal::Ring { leg, carrier_call } => {
                self.rings.push((leg, carrier_call, false));
                self.say(json!({ "event": "ring", "leg": leg.to_string() })).await
            }
            Signal::Quiet { leg } => {
                if let Some(place) = self.rings.iter().position(|(of, _, _)| *of == leg) {
                    let (_, _, shown) = self.rings.remove(place);
                    // What did not show a ring has to prove itself anew.
                    self.heard &= shown;
                }
                self.say(json!({ "event": "quiet", "leg": leg.to_string() })).await
            }
        }
    }

    /// Where the page is to open the leg's line.
    async fn line(&mut self, leg: LegId, carrier_call: &CarrierCall) -> Result<(), End> {
        let now = self.engine.clock().monotonic();
        let ticket = self.engine.streams().browser_ticket(leg, carrier_call, now, || self.streaming.ticket());
        let stream = STREAM_PATH.trim_start_matches('/');
        let Some(ticket) = ticket else { return Ok(()) };
        let (leg, call) = (leg.to_string(), carrier_call.as_str());
        self.say(json!({ "event": "line", "leg": leg, "call": call, "ticket": ticket, "stream": stream })).await
    }
}
