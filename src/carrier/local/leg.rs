//! The life of one leg: ring, answer, run documents until something ends it, report.
//!
//! ```text
//! inbound:  ringing ─ document ─► in-progress ─► completed    (Reject: busy, no-answer; caller gone: no-answer)
//! outbound: queued ─► ringing ─ answer ─► in-progress ─► completed    (or busy, no-answer, canceled)
//! ```
//!
//! Each leg is one task that owns its state; others reach it only through its mailbox. What verbs do is in `verb`,
//! `park` and `confer`.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::exchange::Call;
use super::exchange::Exchange;
use super::exchange::Ring;
use super::exchange::Signal;
use super::exchange::Status;
use super::protocol::ToPhone;
use super::room::rfc2822;
use super::trouble::Trouble;
use super::twiml::Document;
use super::twiml::Prompt;
use super::twiml::Verb;
use super::webhook::Callbacks;
use super::webhook::Params;
use crate::vocab::Timestamp;

/// What a caller hears when the application fails.
const APPLICATION_ERROR: &str = "We are sorry, an application error has occurred. Goodbye.";
/// Documents in a row without any time passing; more is a loop.
const HURRY_MAX: u32 = 100;

/// One leg and what it needs to live.
pub(super) struct Leg {
    pub(super) exchange: Arc<Exchange>,
    pub(super) call: Call,
    pub(super) phone: Option<mpsc::Sender<ToPhone>>,
    pub(super) callbacks: Callbacks,
    /// When the time of its prompts began.
    pub(super) since: Timestamp,
    signals: mpsc::Receiver<Signal>,
    report: Option<Report>,
    sequence: u64,
    status: Status,
    hurry: u32,
}

/// Who wants to know how a call goes.
pub(super) struct Report {
    /// Where its status callbacks go.
    pub(super) url: String,
    /// Which of `initiated`, `ringing`, `answered`, `completed`.
    pub(super) events: BTreeSet<String>,
}

/// Something the leg noticed while it waited.
pub(super) enum Input {
    Key(char),
    Speech(String),
    RoomOver(String),
    Nothing,
}

/// Why the leg cannot go on with what it was doing.
pub(super) enum Stop {
    /// REST wants another document.
    Redirect(String),
    /// The phone hung up or is gone.
    HungUp,
    /// REST ended the call.
    Completed,
    /// A document hung up from inside a queue.
    Finished,
    /// The application failed.
    Failure(Trouble),
}

/// A document to be fetched.
pub(super) struct Fetch {
    pub(super) url: String,
    pub(super) extra: Params,
}

/// What comes after a document.
pub(super) enum Next {
    Fetch(Fetch),
    HangUp,
}

impl Leg {
    pub(super) fn new(
        exchange: Arc<Exchange>,
        call: Call,
        signals: mpsc::Receiver<Signal>,
        report: Option<Report>,
    ) -> Self {
        let callbacks = Callbacks::start(&exchange, call.sid.clone());
        let status = call.status;
        let since = call.created;
        Self { exchange, call, phone: None, callbacks, since, signals, report, sequence: 0, status, hurry: 0 }
    }

    /// Lives the life of a call that a phone has dialled.
    pub(super) async fn inbound(mut self, phone: mpsc::Sender<ToPhone>) {
        self.phone = Some(phone);
        self.tell(ToPhone::Ringing);
        let url = self.exchange.settings.voice_url.clone();
        let extra = places();
        let (status, reason) = match self.fetch(&url, extra).await {
            Ok(document) => self.pick_up(document).await,
            Err(Stop::Failure(trouble)) => {
                self.answered();
                let reason = self.fail(trouble).await;
                self.then(reason).await
            }
            Err(Stop::Completed) => (Status::Completed, "the other side hung up"),
            Err(_) => (Status::NoAnswer, "you hung up"),
        };
        self.finish(status, reason);
    }

    /// The first document decides whether the call is answered at all.
    async fn pick_up(&mut self, document: Document) -> (Status, &'static str) {
        match document.verbs.first() {
            Some(Verb::Reject { busy: true }) => return (Status::Busy, "the line is busy"),
            Some(Verb::Reject { busy: false }) => return (Status::NoAnswer, "the number is not in service"),
            Some(Verb::Prompt(Prompt::Pause { seconds })) => {
                // A leading pause is ringing time.
                match self.rest(f64::from(*seconds)).await {
                    Ok(()) => {}
                    Err(Stop::Redirect(url)) => {
                        self.answered();
                        return self.live(Fetch { url, extra: Vec::new() }).await;
                    }
                    Err(Stop::Completed) => return (Status::Completed, "the other side hung up"),
                    Err(_) => return (Status::NoAnswer, "you hung up"),
                }
            }
            _ => {}
        }
        self.answered();
        let skip = usize::from(matches!(document.verbs.first(), Some(Verb::Prompt(Prompt::Pause { .. }))));
        let outcome = self.perform(&document, skip).await;
        self.then(outcome).await
    }

    /// Lives the life of a call made over REST.
    pub(super) async fn outbound(mut self, url: String, ring_seconds: u32) {
        self.progress("initiated", "initiated");
        let ring = self.exchange.ring(&self.call.to, &self.call);
        let status = match ring {
            Ring::Busy => Status::Busy,
            Ring::Phone(phone) => {
                let from = self.call.from.reveal().to_owned();
                let _ = phone.try_send(ToPhone::Incoming { from });
                self.phone = Some(phone);
                self.ringing(ring_seconds).await
            }
            Ring::Nobody => self.ringing(ring_seconds).await,
        };
        let (status, reason) = match status {
            Status::InProgress => {
                self.answered();
                self.progress("answered", "in-progress");
                self.live(Fetch { url, extra: Vec::new() }).await
            }
            Status::Busy => (status, "declined"),
            Status::NoAnswer => (status, "nobody answered"),
            _ => (status, "the caller gave up"),
        };
        self.finish(status, reason);
    }

    async fn ringing(&mut self, seconds: u32) -> Status {
        self.set(Status::Ringing);
        self.progress("ringing", "ringing");
        let timer = tokio::time::sleep(self.exchange.real(f64::from(seconds)));
        tokio::pin!(timer);
        loop {
            tokio::select! {
                signal = self.signals.recv() => match signal {
                    Some(Signal::Answer) => return Status::InProgress,
                    Some(Signal::HangUp) => return Status::Busy,
                    Some(Signal::Complete | Signal::Cancel) | None => return Status::Canceled,
                    // A lost phone rings on where nobody hears it, as a switched-off one does.
                    Some(_) => {}
                },
                () = &mut timer => return Status::NoAnswer,
            }
        }
    }

    /// Runs documents until the call is over.
    async fn live(&mut self, first: Fetch) -> (Status, &'static str) {
        self.then(Ok(Next::Fetch(first))).await
    }

    async fn then(&mut self, mut outcome: Result<Next, Stop>) -> (Status, &'static str) {
        loop {
            outcome = match outcome {
                Ok(Next::Fetch(fetch)) => match self.fetch(&fetch.url, fetch.extra).await {
                    Ok(document) => self.perform(&document, 0).await,
                    Err(stop) => Err(stop),
                },
                Err(Stop::Redirect(url)) => Ok(Next::Fetch(Fetch { url, extra: Vec::new() })),
                Err(Stop::Failure(trouble)) => self.fail(trouble).await,
                Ok(Next::HangUp) | Err(Stop::Completed | Stop::Finished) => {
                    return (Status::Completed, "the other side hung up");
                }
                Err(Stop::HungUp) => return (Status::Completed, "you hung up"),
            };
        }
    }

    /// Says that the application failed; only REST can still save the call.
    async fn fail(&mut self, trouble: Trouble) -> Result<Next, Stop> {
        self.exchange.alert(&self.call.sid, trouble, true);
        let sorry = Prompt::Say { text: APPLICATION_ERROR.to_owned(), language: "en-US".to_owned(), times: 1 };
        self.prompt(&sorry, "", super::verb::Ears::CLOSED).await?;
        Ok(Next::HangUp)
    }

    fn finish(mut self, status: Status, reason: &str) {
        self.set(status);
        let call = self.exchange.call(&self.call.sid).unwrap_or_else(|| self.call.clone());
        self.exchange.release(&self.call.sid);
        self.progress("completed", status.as_str());
        self.tell(ToPhone::Ended { reason: reason.to_owned(), seconds: self.exchange.call_seconds(&call) });
    }

    fn answered(&mut self) {
        self.set(Status::InProgress);
        self.since = self.exchange.now();
        self.tell(ToPhone::Answered);
    }

    fn set(&mut self, status: Status) {
        self.status = status;
        self.exchange.set_status(&self.call.sid, status);
    }

    /// Sends a status callback, if this event is subscribed.
    fn progress(&mut self, event: &str, status: &str) {
        let sequence = self.sequence;
        let Some(report) = &self.report else { return };
        self.sequence += 1;
        if !report.events.contains(event) {
            return;
        }
        let mut params = self.params(Vec::new());
        for param in &mut params {
            if param.0 == "CallStatus" {
                param.1 = status.to_owned();
            }
        }
        params.push(("Timestamp", rfc2822(self.exchange.now())));
        params.push(("CallbackSource", "call-progress-events".to_owned()));
        params.push(("SequenceNumber", sequence.to_string()));
        if event == "completed" {
            let call = self.exchange.call(&self.call.sid).unwrap_or_else(|| self.call.clone());
            let seconds = self.exchange.call_seconds(&call);
            params.push(("CallDuration", seconds.to_string()));
            let code = match self.status {
                Status::Completed => {
                    params.push(("Duration", seconds.div_ceil(60).to_string()));
                    "200"
                }
                Status::Busy => "486",
                _ => "487",
            };
            params.push(("SipResponseCode", code.to_owned()));
        }
        self.callbacks.post(&report.url, params);
    }

    /// The parameters of every request about this call.
    pub(super) fn params(&self, extra: Params) -> Params {
        let (from, to) = (self.call.from.reveal().to_owned(), self.call.to.reveal().to_owned());
        let mut params = vec![
            ("AccountSid", self.exchange.settings.account_sid.clone()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.call.sid.clone()),
            ("CallStatus", self.status.as_str().to_owned()),
            ("Called", to.clone()),
            ("Caller", from.clone()),
            ("Direction", self.call.direction.as_str().to_owned()),
            ("From", from),
            ("To", to),
        ];
        params.extend(extra);
        params
    }

    /// Asks the application for a document. Keys and words meanwhile are lost, as at a real carrier.
    pub(super) async fn fetch(&mut self, url: &str, extra: Params) -> Result<Document, Stop> {
        self.hurry += 1;
        if self.hurry > HURRY_MAX {
            let text = format!("{HURRY_MAX} documents in a row took no time: they lead to each other in a loop");
            return Err(Stop::Failure(Trouble::new(12_200, text)));
        }
        let exchange = Arc::clone(&self.exchange);
        let params = self.params(extra);
        let document = self.during(exchange.fetch_document(url, &params)).await?.map_err(Stop::Failure)?;
        for warning in &document.warnings {
            self.exchange.alert(&self.call.sid, warning.clone(), false);
        }
        Ok(document)
    }

    /// Waits for some work, and gives it up when the call is moved or ended.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                signal = self.signals.recv() => { take(signal)?; }
                done = &mut work => return Ok(done),
            }
        }
    }

    /// Lets so many of the call's seconds pass with nobody listening.
    pub(super) async fn rest(&mut self, seconds: f64) -> Result<(), Stop> {
        let timer = self.timer(seconds);
        self.during(timer).await
    }

    /// A timer over so many of the call's seconds.
    pub(super) fn timer(&mut self, seconds: f64) -> Sleep {
        if seconds > 0.0 {
            self.hurry = 0;
        }
        tokio::time::sleep(self.exchange.real(seconds))
    }

    /// The next thing noticed, or `None` when the time is over.
    pub(super) async fn notice(&mut self, timer: Pin<&mut Sleep>) -> Result<Option<Input>, Stop> {
        tokio::select! {
            signal = self.signals.recv() => take(signal).map(Some),
            () = timer => Ok(None),
        }
    }

    pub(super) fn tell(&self, message: ToPhone) {
        if let Some(phone) = &self.phone {
            // A phone that does not read loses words, like a bad line; its connection is closed elsewhere.
            let _ = phone.try_send(message);
        }
    }

    /// Milliseconds of the call's own time.
    pub(super) fn at_ms(&self) -> u64 {
        self.exchange.call_millis(self.since, self.exchange.now())
    }
}

fn take(signal: Option<Signal>) -> Result<Input, Stop> {
    match signal {
        Some(Signal::Key(key)) => Ok(Input::Key(key)),
        Some(Signal::Speech(text)) => Ok(Input::Speech(text)),
        Some(Signal::RoomOver(sid)) => Ok(Input::RoomOver(sid)),
        // Late: the call has been answered.
        Some(Signal::Answer | Signal::Cancel) => Ok(Input::Nothing),
        Some(Signal::Redirect(url)) => Err(Stop::Redirect(url)),
        Some(Signal::Complete) => Err(Stop::Completed),
        Some(Signal::HangUp | Signal::PhoneLost) | None => Err(Stop::HungUp),
    }
}

/// Where the parties are, which carriers send with the first request even when they do not know.
fn places() -> Params {
    let mut params = Vec::new();
    for name in ["CalledCity", "CalledState", "CalledZip", "ToCity", "ToState", "ToZip"] {
        params.push((name, String::new()));
    }
    for name in ["CallerCity", "CallerState", "CallerZip", "FromCity", "FromState", "FromZip"] {
        params.push((name, String::new()));
    }
    for name in ["CalledCountry", "CallerCountry", "FromCountry", "ToCountry"] {
        params.push((name, "US".to_owned()));
    }
    params.push(("StirVerstat", "TN-Validation-Passed-A".to_owned()));
    params
}
