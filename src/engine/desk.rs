//! The desk: the loop that owns a floor.
//!
//! One mailbox gives a total order. A batch of events is handled, committed with one fsync, and only then are
//! replies and effects let go. After a failed commit nobody knows what is on disk: nothing is let go and the process
//! ends; the next start reads the journal again.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tracing::error;

use super::changes::Change;
use super::changes::Changes;
use super::clock::Clock;
use super::crashes::Crashes;
use super::directory::Directory;
use super::dispatch::Order;
use super::observer::Observer;
use crate::floor::Floor;
use crate::floor::effect::Answer;
use crate::floor::effect::Outbox;
use crate::floor::effect::Refusal;
use crate::floor::event::Event;
use crate::floor::event::contact::ContactOf;
use crate::floor::fact::Fact;
use crate::floor::fact::contact::ContactKept;
use crate::floor::treatment::Treatment;
use crate::floor::view::View;
use crate::floor::work::item::Item;
use crate::flow::Flow;
use crate::journal::Fault;
use crate::journal::JournalError;
use crate::journal::Store;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;
use crate::vocab::limit::BATCH_EVENTS_MAX;

/// The exit code after a failed commit (`EX_IOERR`).
pub const EXIT_DISK: i32 = 74;
/// The exit code after a panic on the desk's thread (`EX_SOFTWARE`).
pub const EXIT_PANIC: i32 = 70;
/// A batch of so many messages shows that more are coming: the next one is gathered for a moment, so that they share
/// one fsync and one waking. A commit costs as much as handling some fifty messages, so it pays to wait for as many; a
/// carrier waits seconds for its answer. Alone, a message never waits.
const CROWD: u64 = 6;
const GATHER: Duration = Duration::from_millis(3);
/// The floor looks at its deadlines at least this often.
const NAP_MAX: Duration = Duration::from_secs(60);

/// What must hold of the floor for an event to be taken.
pub type Condition = Box<dyn FnOnce(&Floor) -> bool + Send>;

/// What may be put into the desk's mailbox.
pub(super) enum Message {
    /// Something happened; whoever brought it may wait for the answer.
    Post(Event, Option<oneshot::Sender<Reply>>),
    /// The same, if this holds when its turn comes.
    PostIf(Condition, Event, oneshot::Sender<Reply>),
    /// Is any practice served?
    Ready(oneshot::Sender<bool>),
    /// A snapshot is asked for.
    View(oneshot::Sender<View>),
    /// One item is asked for.
    Item(ItemId, oneshot::Sender<Option<Item>>),
    /// What is on record about a number is asked for.
    Contact(PracticeId, ContactOf, oneshot::Sender<Option<ContactKept>>),
    /// A practice's flow is asked for, as new calls get it.
    Flow(PracticeId, oneshot::Sender<Option<Arc<Flow>>>),
    /// A leg's present treatment is asked for.
    Current(LegId, oneshot::Sender<Option<Given>>),
    /// Commit and end.
    Stop(oneshot::Sender<()>),
}

/// The answer to an event, durable.
#[derive(Debug)]
pub struct Reply {
    /// What the floor says.
    pub answer: Answer,
    /// The treatment that the answer names.
    pub given: Option<Given>,
    /// Did the event decide anything? A repetition does not.
    pub decided: bool,
}

/// A leg's treatment with what is needed to render it.
#[derive(Debug)]
pub struct Given {
    /// The leg.
    pub leg: LegId,
    /// Its serial.
    pub serial: u32,
    /// The treatment.
    pub treatment: Arc<Treatment>,
    /// The flow it speaks from.
    pub flow: Arc<Flow>,
}

pub(super) struct Desk {
    pub(super) floor: Floor,
    pub(super) store: Box<dyn Store>,
    pub(super) clock: Clock,
    pub(super) last: Timestamp,
    /// Messages taken so far.
    pub(super) taken: u64,
    pub(super) directory: Arc<Directory>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) released: UnboundedSender<Vec<Held>>,
    pub(super) changes: Changes,
    pub(super) gap_ended: Arc<Notify>,
    pub(super) crashes: Arc<Crashes>,
}

/// What waits for the commit of its batch.
pub(super) enum Held {
    Reply(oneshot::Sender<Reply>, Reply),
    Ready(oneshot::Sender<bool>, bool),
    View(oneshot::Sender<View>, View),
    Item(oneshot::Sender<Option<Item>>, Box<Option<Item>>),
    Contact(oneshot::Sender<Option<ContactKept>>, Box<Option<ContactKept>>),
    Flow(oneshot::Sender<Option<Arc<Flow>>>, Option<Arc<Flow>>),
    Current(oneshot::Sender<Option<Given>>, Option<Given>),
    Order(Order),
    Change(Change),
}

/// Lets go what is durable, batch by batch, on the runtime's side: the desk wakes it once a batch, not once a reply.
pub(super) async fn let_go(
    mut released: UnboundedReceiver<Vec<Held>>,
    orders: UnboundedSender<Order>,
    changes: Changes,
) {
    while let Some(batch) = released.recv().await {
        for held in batch {
            // Whoever asked may have hung up in the meantime: then nobody needs the answer.
            match held {
                Held::Reply(to, reply) => drop(to.send(reply)),
                Held::Ready(to, ready) => drop(to.send(ready)),
                Held::View(to, view) => drop(to.send(view)),
                Held::Item(to, item) => drop(to.send(*item)),
                Held::Contact(to, kept) => drop(to.send(*kept)),
                Held::Flow(to, flow) => drop(to.send(flow)),
                Held::Current(to, given) => drop(to.send(given)),
                Held::Order(order) => drop(orders.send(order)),
                Held::Change(change) => changes.tell(change),
            }
        }
    }
}

impl Desk {
    /// Runs until it is told to stop or everybody has left. Blocks its thread.
    pub(super) fn run(mut self, mailbox: &Receiver<Message>) {
        let mut held = Vec::new();
        let mut crowded = false;
        loop {
            if crowded {
                std::thread::sleep(GATHER);
            }
            let first = match mailbox.recv_timeout(self.nap()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let mut stop = None;
            let before = self.taken;
            let more = std::iter::from_fn(|| mailbox.try_recv().ok());
            for message in first.into_iter().chain(more.take(BATCH_EVENTS_MAX)) {
                if let Message::Stop(done) = message {
                    stop = Some(done);
                    break;
                }
                if let Err(error) = self.take(message, &mut held) {
                    self.give_up(&error);
                }
            }
            crowded = self.taken - before >= CROWD;
            match self.wake(&mut held).and_then(|()| self.commit()) {
                Err(error) if error.fault() == Fault::Full => match self.wait_for_space(&error, &mut held, mailbox) {
                    Ok(told) => stop = stop.or(told),
                    Err(error) => self.give_up(&error),
                },
                Err(error) => self.give_up(&error),
                Ok(()) => {}
            }
            if !held.is_empty() {
                // An error means that the runtime has ended: nobody waits any more.
                let _ = self.released.send(std::mem::take(&mut held));
            }
            if let Some(done) = stop {
                // Whoever asked may have gone; the work is done all the same.
                let _ = done.send(());
                return;
            }
        }
    }

    fn take(&mut self, message: Message, held: &mut Vec<Held>) -> Result<(), JournalError> {
        self.taken += 1;
        match message {
            Message::Post(event, reply) => {
                let (answer, decided) = self.handle(event, held)?;
                if let Some(to) = reply {
                    let given = self.given(&answer);
                    held.push(Held::Reply(to, Reply { answer, given, decided }));
                }
            }
            Message::PostIf(condition, event, to) => {
                if condition(&self.floor) {
                    return self.take(Message::Post(event, Some(to)), held);
                }
                let answer = Answer::Refused(Refusal::Changed);
                held.push(Held::Reply(to, Reply { answer, given: None, decided: false }));
            }
            Message::Ready(to) => held.push(Held::Ready(to, self.floor.has_practices())),
            Message::View(to) => held.push(Held::View(to, self.floor.view())),
            Message::Item(id, to) => held.push(Held::Item(to, Box::new(self.floor.item(id).cloned()))),
            Message::Contact(practice, of, to) => {
                let known = self.floor.contact_meant(&practice, &of).map(|contact| contact.kept.clone());
                held.push(Held::Contact(to, Box::new(known)));
            }
            Message::Flow(practice, to) => held.push(Held::Flow(to, self.floor.flow(&practice).cloned())),
            Message::Current(leg, to) => held.push(Held::Current(to, self.current(leg))),
            Message::Stop(_) => {}
        }
        Ok(())
    }

    /// Handles one event and appends it with its facts. An event that decided nothing leaves no trace: the answer, and
    /// whether it did.
    fn handle(&mut self, event: Event, held: &mut Vec<Held>) -> Result<(Answer, bool), JournalError> {
        if self.is_replayed(&event) {
            return Ok((Answer::Over, false));
        }
        let now = self.clock.now().max(self.last);
        self.last = now;
        let event = self.tasted(now, event);
        let mut out = Outbox::default();
        let mut decided = None;
        let before = self.floor.practice_of(&event).cloned();
        self.decide(now, &event, &mut out);
        if !out.facts.is_empty() {
            let scope = before.as_ref().or_else(|| practice_in(&out.facts));
            let seq = self.store.append(now, scope.map_or("floor", |p| p.as_str()), &event, &out.facts)?;
            self.directory.note(seq, &out.facts, &self.floor);
            decided = Some(seq);
        }
        self.directory.want(&out);
        self.observer.observe(now, &out, &self.floor);
        held.extend(out.effects.into_iter().map(|(id, effect)| Held::Order(Order { id, effect, resumed: false })));
        if let Some(seq) = decided.filter(|_| self.changes.is_watched()) {
            held.push(Held::Change(Change::of(seq, now, out.facts, &self.floor)));
        }
        Ok((out.answer, decided.is_some()))
    }

    /// The first webhook of a call that the floor has forgotten, a day or more after its end: no call rings twice.
    fn is_replayed(&self, event: &Event) -> bool {
        let Event::CallArrived { carrier_call, .. } = event else { return false };
        self.directory.knows(carrier_call) && self.floor.leg_of(carrier_call).is_none()
    }

    /// Lets the floor see the time if a deadline is due.
    fn wake(&mut self, held: &mut Vec<Held>) -> Result<(), JournalError> {
        let now = self.clock.now().max(self.last);
        if self.floor.next_timeout().is_some_and(|(at, _)| at <= now) {
            self.handle(Event::TimePassed, held)?;
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), JournalError> {
        let began = self.clock.monotonic();
        let head = self.store.head();
        if self.store.commit()? != head {
            self.observer.committed(self.clock.monotonic().saturating_sub(began));
        }
        Ok(())
    }

    /// A commit failed: what is on disk is unknown, so nothing may be answered from memory any more.
    fn give_up(&self, error: &JournalError) -> ! {
        error!(%error, advice = error.advice(), "the journal cannot be written; carelane stops and reads it anew at its next start");
        self.crashes.note(self.clock.now(), None);
        std::process::exit(EXIT_DISK)
    }

    fn given(&self, answer: &Answer) -> Option<Given> {
        let Answer::Treat { leg, serial } = answer else { return None };
        let found = self.floor.leg(*leg)?;
        let treatment = found.treatment(*serial)?.clone();
        Some(Given { leg: *leg, serial: *serial, treatment, flow: found.flow.clone() })
    }

    fn current(&self, leg: LegId) -> Option<Given> {
        let serial = self.floor.leg(leg)?.serial();
        self.given(&Answer::Treat { leg, serial })
    }

    fn nap(&self) -> Duration {
        let Some((at, _)) = self.floor.next_timeout() else { return NAP_MAX };
        let left = (at - self.clock.now().max(self.last)).0;
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(NAP_MAX)
    }
}

/// The practice that facts are about, for events that do not say it.
pub(super) fn practice_in(facts: &[Fact]) -> Option<&crate::vocab::PracticeId> {
    facts.iter().find_map(|fact| match fact {
        Fact::ItemOpened(new) => Some(&new.practice),
        Fact::CallArrived { practice, .. } => Some(practice),
        _ => None,
    })
}
