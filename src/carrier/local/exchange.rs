//! What the carrier knows: calls, phones, queues, conferences, alerts. The switchboard all legs share.
//!
//! One lock, held for a few lines and never across an await. Legs talk to each other only through here. It fetches
//! nothing and plays nothing; `queue` and `room` add their parts of the state.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use ring::rand::SecureRandom;
use ring::rand::SystemRandom;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Faults;
use super::LocalSettings;
use super::http;
use super::http::HttpClient;
use super::protocol::Role;
use super::protocol::ToPhone;
use super::queue::Queue;
use super::record::Recordings;
use super::room::Room;
use super::trouble::ALERTS_MAX;
use super::trouble::Alert;
use super::trouble::Trouble;
use crate::vocab::Number;
use crate::vocab::Timestamp;

/// Calls kept for the call list; the oldest ended ones are forgotten above this.
const CALLS_KEPT: usize = 20_000;
/// What may wait for one leg; a phone that sends faster is told so.
const SIGNALS_MAX: usize = 256;
/// Numbers given to phones that have none: +1 555 010 1000 and on, in a range kept for examples.
const FREE_NUMBERS: std::ops::Range<u32> = 0..8_000;

/// What can happen to a leg from outside.
pub(super) enum Signal {
    /// A key was pressed.
    Key(char),
    /// Something was said.
    Speech(String),
    /// The phone takes the call.
    Answer,
    /// The phone hangs up or declines.
    HangUp,
    /// The phone's connection is gone.
    PhoneLost,
    /// REST: go on with this URL.
    Redirect(String),
    /// REST: end the call.
    Complete,
    /// REST: take the call back before it is answered.
    Cancel,
    /// The conference with this SID has ended.
    RoomOver(String),
}

/// Which way a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    Outbound,
}

impl Direction {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound-api",
        }
    }
}

/// A call's state, by the carrier's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Canceled,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
        }
    }

    pub(super) fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Ringing | Self::InProgress)
    }
}

/// One leg, as the REST API shows it.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) sid: String,
    pub(super) from: Number,
    pub(super) to: Number,
    pub(super) direction: Direction,
    pub(super) status: Status,
    pub(super) created: Timestamp,
    pub(super) answered: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    mailbox: mpsc::Sender<Signal>,
}

/// A connected phone.
struct Phone {
    id: u64,
    role: Role,
    outgoing: mpsc::Sender<ToPhone>,
    leg: Option<(String, mpsc::Sender<Signal>)>,
}

/// What ringing a number led to.
pub(super) enum Ring {
    /// The phone rings.
    Phone(mpsc::Sender<ToPhone>),
    /// The phone is in a call.
    Busy,
    /// No phone has this number.
    Nobody,
}

/// Everything under the lock.
pub(super) struct State {
    serial: u64,
    calls: BTreeMap<u64, Call>,
    by_sid: BTreeMap<String, u64>,
    phones: BTreeMap<Number, Phone>,
    pub(super) queues: BTreeMap<String, Queue>,
    pub(super) rooms: BTreeMap<String, Room>,
    pub(super) recordings: Recordings,
    sounds: BTreeMap<String, f64>,
    alerts: VecDeque<Alert>,
    faults: Faults,
}

/// The shared switchboard.
pub(super) struct Exchange {
    pub(super) settings: LocalSettings,
    pub(super) client: HttpClient,
    /// Numbers of the people who work as assistants right now.
    pub(super) people: watch::Sender<BTreeSet<Number>>,
    /// Where REST answers.
    origin: SocketAddr,
    state: Mutex<State>,
    tasks: Mutex<JoinSet<()>>,
}

impl Exchange {
    pub(super) fn new(settings: LocalSettings, origin: SocketAddr) -> Self {
        let state = State {
            serial: 0,
            calls: BTreeMap::new(),
            by_sid: BTreeMap::new(),
            phones: BTreeMap::new(),
            queues: BTreeMap::new(),
            rooms: BTreeMap::new(),
            recordings: Recordings::new(),
            sounds: BTreeMap::new(),
            alerts: VecDeque::new(),
            faults: settings.faults,
        };
        Self {
            settings,
            client: http::client(),
            people: watch::Sender::new(BTreeSet::new()),
            origin,
            state: Mutex::new(state),
            tasks: Mutex::new(JoinSet::new()),
        }
    }

    /// The state, for a few lines. A panic elsewhere leaves plain data behind, so a poisoned lock is taken as it is.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn origin(&self) -> SocketAddr {
        self.origin
    }

    /// Now, by the clock given in the settings.
    pub(super) fn now(&self) -> Timestamp {
        (self.settings.clock)()
    }

    /// The clock's time for so many of the call's seconds.
    pub(super) fn real(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds / self.settings.speed).unwrap_or(Duration::MAX)
    }

    /// The call's milliseconds between two moments.
    pub(super) fn call_millis(&self, from: Timestamp, to: Timestamp) -> u64 {
        // Never negative, and far below 2^53.
        ((to - from).0 as f64 * self.settings.speed) as u64
    }

    /// Runs a task until it ends or the carrier stops.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Ends every task, and with them every connection and call.
    pub(super) fn stop(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// 32 random hex digits: ids must differ from those of the carrier's earlier lives, which a journal remembers.
    pub(super) fn random_hex(&self) -> String {
        let mut bytes = [0_u8; 16];
        if SystemRandom::new().fill(&mut bytes).is_err() {
            let serial = self.state().next_serial();
            bytes[8..].copy_from_slice(&serial.to_be_bytes());
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn faults(&self) -> Faults {
        self.state().faults
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Notes a problem where people and tests look for it.
    pub(super) fn alert(&self, call: &str, trouble: Trouble, fatal: bool) {
        tracing::warn!(call, code = trouble.code, fatal, "local carrier: {}", trouble.message);
        let mut state = self.state();
        if state.alerts.len() >= ALERTS_MAX {
            state.alerts.pop_front();
        }
        state.alerts.push_back(Alert { call: call.to_owned(), trouble, fatal });
    }

    pub(super) fn alerts(&self) -> Vec<Alert> {
        self.state().alerts.iter().cloned().collect()
    }

    pub(super) fn known_sound(&self, url: &str) -> Option<f64> {
        self.state().sounds.get(url).copied()
    }

    pub(super) fn remember_sound(&self, url: &str, seconds: f64) {
        self.state().sounds.insert(url.to_owned(), seconds);
    }
}

/// Calls.
impl Exchange {
    /// Opens a call and returns its SID, its mailbox and what comes out of it.
    pub(super) fn open_call(&self, direction: Direction, from: Number, to: Number) -> (Call, mpsc::Receiver<Signal>) {
        let sid = format!("CA{}", self.random_hex());
        let (mailbox, signals) = mpsc::channel(SIGNALS_MAX);
        let status = if direction == Direction::Inbound { Status::Ringing } else { Status::Queued };
        let created = self.now();
        let call = Call { sid, from, to, direction, status, created, answered: None, ended: None, mailbox };
        let mut state = self.state();
        let serial = state.next_serial();
        state.by_sid.insert(call.sid.clone(), serial);
        state.calls.insert(serial, call.clone());
        state.forget_old_calls();
        (call, signals)
    }

    pub(super) fn call(&self, sid: &str) -> Option<Call> {
        let state = self.state();
        let serial = state.by_sid.get(sid)?;
        state.calls.get(serial).cloned()
    }

    /// Every call that is kept, newest first.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.state().calls.values().rev().cloned().collect()
    }

    pub(super) fn set_status(&self, sid: &str, status: Status) {
        let now = self.now();
        let mut state = self.state();
        let Some(serial) = state.by_sid.get(sid).copied() else { return };
        let Some(call) = state.calls.get_mut(&serial) else { return };
        call.status = status;
        if status == Status::InProgress {
            call.answered = Some(now);
        }
        if status.is_over() {
            call.ended = Some(now);
        }
    }

    /// How long a call was up, in its own seconds.
    pub(super) fn call_seconds(&self, call: &Call) -> u64 {
        match (call.answered, call.ended) {
            (Some(answered), ended) => {
                self.call_millis(answered, ended.unwrap_or_else(|| self.now())).saturating_add(500) / 1_000
            }
            (None, _) => 0,
        }
    }
}

impl Call {
    /// Tells the leg something; `false` if it is over or far behind.
    pub(super) fn signal(&self, signal: Signal) -> bool {
        self.mailbox.try_send(signal).is_ok()
    }
}

/// Phones.
impl Exchange {
    /// Connects a phone; without a number it gets a free one. The error says what to do.
    pub(super) fn register(
        &self,
        wanted: Option<Number>,
        role: Role,
        outgoing: mpsc::Sender<ToPhone>,
    ) -> Result<(Number, u64), &'static str> {
        let mut state = self.state();
        let number = match wanted {
            Some(number) => number,
            None => state.free_number().ok_or("all numbers for phones are in use: hang one up first")?,
        };
        if let Some(other) = state.phones.get(&number) {
            if !(other.role == Role::Automatic && role == Role::Assistant) {
                return Err("another phone with this number is connected: close it, or choose another with --from");
            }
            // A person takes the automatic assistant's place; its connection ends when it is told.
            let _ = other.outgoing.try_send(ToPhone::Error { message: "a person has taken this phone over".into() });
            if let Some((_, mailbox)) = &other.leg {
                let _ = mailbox.try_send(Signal::PhoneLost);
            }
        }
        let id = state.next_serial();
        state.phones.insert(number.clone(), Phone { id, role, outgoing, leg: None });
        let people = state.people();
        drop(state);
        self.people.send_replace(people);
        Ok((number, id))
    }

    /// Disconnects a phone; a call on it is told.
    pub(super) fn unregister(&self, number: &Number, id: u64) {
        let mut state = self.state();
        if state.phones.get(number).is_none_or(|phone| phone.id != id) {
            return;
        }
        if let Some(Phone { leg: Some((_, mailbox)), .. }) = state.phones.remove(number) {
            let _ = mailbox.try_send(Signal::PhoneLost);
        }
        let people = state.people();
        drop(state);
        self.people.send_replace(people);
    }

    /// Puts a call on a phone, if it is there and free.
    pub(super) fn ring(&self, number: &Number, call: &Call) -> Ring {
        match self.state().phones.get_mut(number) {
            None => Ring::Nobody,
            Some(phone) if phone.leg.is_some() => Ring::Busy,
            Some(phone) => {
                phone.leg = Some((call.sid.clone(), call.mailbox.clone()));
                Ring::Phone(phone.outgoing.clone())
            }
        }
    }

    /// The call on this phone hears something from it; `false` if there is none.
    pub(super) fn heard_from_phone(&self, number: &Number, id: u64, signal: Signal) -> bool {
        let state = self.state();
        let phone = state.phones.get(number).filter(|phone| phone.id == id);
        phone.and_then(|phone| phone.leg.as_ref()).is_some_and(|(_, mailbox)| mailbox.try_send(signal).is_ok())
    }

    /// The call is over: its phone is free again.
    pub(super) fn release(&self, sid: &str) {
        let mut state = self.state();
        for phone in state.phones.values_mut() {
            if phone.leg.as_ref().is_some_and(|(on, _)| on == sid) {
                phone.leg = None;
            }
        }
    }

    /// How many phones are connected.
    pub(super) fn phones(&self) -> usize {
        self.state().phones.len()
    }
}

impl State {
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn forget_old_calls(&mut self) {
        while self.calls.len() > CALLS_KEPT {
            let Some(oldest) = self.calls.iter().find(|(_, call)| call.status.is_over()).map(|(serial, _)| *serial)
            else {
                return;
            };
            if let Some(call) = self.calls.remove(&oldest) {
                self.by_sid.remove(&call.sid);
            }
        }
    }

    fn free_number(&self) -> Option<Number> {
        FREE_NUMBERS
            .filter_map(|n| Number::parse(&format!("+1555010{:04}", 1_000 + n)).ok())
            .find(|number| !self.phones.contains_key(number))
    }

    fn people(&self) -> BTreeSet<Number> {
        let people = self.phones.iter().filter(|(_, phone)| phone.role == Role::Assistant);
        people.map(|(number, _)| number.clone()).collect()
    }
}
