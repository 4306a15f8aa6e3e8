//! The built-in carrier: phones in the terminal, over the same webhooks and REST as a real one.
//!
//! ```text
//!  terminal phones ◄─ websocket /phone ─► door ─► phone ─► exchange ◄─► leg (one task a call)
//!  carelane        ── REST /2010-04-01 ─► door ─► rest  ─► exchange      │ verb · park · confer
//!  carelane's door ◄──────────── signed webhooks (webhook) ◄─────────────┘ documents read by twiml
//! ```
//!
//! It behaves like a carrier to the letter and is strict where real ones are vague, because it is also the carrier of
//! the tests. It never calls the floor: it posts signed webhooks to carelane's public door and answers REST, and so
//! does its automatic assistant with the public API. No sound is made: prompts are text with their timing.
//! A message after Record is a tone of its length, and so are a phone's words in a media stream. Recorded
//! conversations, transcription, and dialling a number from a document are not supported and are said to be so.

mod address;
mod api;
mod assistant;
mod confer;
mod door;
mod exchange;
mod http;
mod leg;
mod line;
mod park;
mod phone;
mod protocol;
mod queue;
mod record;
mod rest;
mod room;
pub mod script;
mod stream;
mod trouble;
mod twiml;
mod verb;
mod webhook;
mod xml;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use self::exchange::Exchange;
use crate::vocab::Number;
use crate::vocab::Private;
use crate::vocab::Timestamp;

pub use api::Api;
pub use api::ApiError;
pub use api::Closing;
pub use api::GuideField;
pub use api::GuideOutcome;
pub use api::LaneGuide;
pub use assistant::AutomaticAssistant;
pub use line::Line;
pub use line::LineError;
pub use protocol::FromPhone;
pub use protocol::Role;
pub use protocol::ToPhone;
pub use trouble::Alert;
pub use trouble::Trouble;
pub use webhook::Delivery;

/// Where the carrier reads the time; only the engine's clock may be behind it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Told of every request to the application once its outcome is known. It is called between two requests of a leg
/// and must not wait.
pub type Watch = Arc<dyn Fn(&Delivery<'_>) + Send + Sync>;

/// What the carrier is configured with.
#[derive(Clone)]
pub struct LocalSettings {
    /// Where REST and phones connect; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Asked for a document when one of our numbers is called.
    pub voice_url: String,
    /// Told when such a call has ended.
    pub status_url: String,
    /// The account's SID: the user of REST and a parameter of every webhook.
    pub account_sid: String,
    /// The account's token: the password of REST and the key of webhook signatures.
    pub auth_token: Private<String>,
    /// The numbers that are ours.
    pub numbers: Vec<Number>,
    /// How many seconds of a call pass in one second of the clock: 1 for people, more in tests. Prompts, timeouts
    /// and ringing are scaled; the patience with the application is not.
    pub speed: f64,
    /// How long the application may take for one webhook, a second try included; carriers give 15 s.
    pub webhook_timeout: Duration,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// The time of day.
    pub clock: Clock,
    /// Who watches the requests to the application: tests must know which of them were acknowledged.
    pub watch: Option<Watch>,
}

impl LocalSettings {
    /// Settings of a carrier at real speed, without faults, on a free port of this machine.
    pub fn new(
        voice_url: String,
        status_url: String,
        account_sid: String,
        auth_token: Private<String>,
        clock: Clock,
    ) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            voice_url,
            status_url,
            account_sid,
            auth_token,
            numbers: Vec::new(),
            speed: 1.0,
            webhook_timeout: Duration::from_secs(15),
            faults: Faults::default(),
            clock,
            watch: None,
        }
    }
}

/// Reads a document as this carrier does before it plays it. What it would note or cut counts as refused, and so does
/// a document that does not end on purpose.
pub fn read_document(document: &[u8]) -> Result<(), Trouble> {
    let read = twiml::read("https://document.example.org/", document)?;
    if let Some(warning) = read.warnings.into_iter().next() {
        return Err(warning);
    }
    match read.verbs.last() {
        Some(twiml::Verb::Redirect(_) | twiml::Verb::HangUp) => Ok(()),
        last => Err(Trouble::new(12_200, format!("after {last:?} the carrier would hang up by itself"))),
    }
}

/// What goes wrong on purpose, as it does with real carriers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Every webhook and status callback is sent twice with the same token; the second answer counts.
    pub duplicate_webhooks: bool,
    /// Status callbacks leave so much later.
    pub delay_callbacks: Duration,
    /// REST requests that change something are carried out and then answered with 500.
    pub fail_rest: bool,
}

/// A running carrier. Dropping it ends every call without a word, like a power cut.
pub struct LocalCarrier {
    addr: SocketAddr,
    exchange: Arc<Exchange>,
}

impl LocalCarrier {
    /// Listens and serves. Fails only if the address cannot be had.
    pub async fn start(settings: LocalSettings) -> Result<Self, StartError> {
        if !(settings.speed.is_finite() && settings.speed > 0.0) {
            return Err(StartError::Speed(settings.speed));
        }
        let listen = settings.listen;
        let failed = |source| StartError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let exchange = Arc::new(Exchange::new(settings, addr));
        exchange.spawn(door::serve(Arc::clone(&exchange), listener));
        Ok(Self { addr, exchange })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The origin for REST, as `TWILIO_API_BASE` wants it.
    pub fn api_base(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Where phones connect.
    pub fn phone_url(&self) -> String {
        format!("ws://{}/phone", self.addr)
    }

    /// Every problem noticed so far, oldest first; the oldest are dropped above a thousand.
    pub fn alerts(&self) -> Vec<Alert> {
        self.exchange.alerts()
    }

    /// Changes what goes wrong on purpose.
    pub fn set_faults(&self, faults: Faults) {
        self.exchange.set_faults(faults);
    }

    /// How many calls are parked in the queue of this name.
    pub fn queue_len(&self, name: &str) -> usize {
        self.exchange.queue_len(name)
    }

    /// Puts an automatic assistant to work; it stands back while people do. `say` gets lines for the terminal.
    pub fn staff(&self, assistant: AutomaticAssistant, say: impl Fn(&str) + Send + Sync + 'static) {
        let url = self.phone_url();
        self.exchange.spawn(assistant::work(Arc::clone(&self.exchange), url, assistant, Box::new(say)));
    }

    /// Ends every call and connection.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for LocalCarrier {
    fn drop(&mut self) {
        self.exchange.stop();
    }
}

/// Why the carrier could not start.
#[derive(Debug)]
pub enum StartError {
    /// The address is taken or not ours.
    Listen {
        /// The address asked for.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The speed is not a positive number.
    Speed(f64),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { listen, source } => write!(
                f,
                "the local carrier cannot listen on {listen} ({source}): stop what uses it, or choose another"
            ),
            Self::Speed(speed) => write!(f, "the local carrier's speed is {speed}; it must be a number above 0"),
        }
    }
}

impl std::error::Error for StartError {}
