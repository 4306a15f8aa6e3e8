//! The engine: the only owner of a floor, and the way to it.
//!
//! `Engine` is a handle that doors clone: they post events and get durable answers, or ask for a view. It contains
//! no rule of a call centre.

mod browser;
mod changes;
mod clock;
mod conversations;
mod crashes;
mod desk;
mod directory;
mod disk_full;
mod dispatch;
mod gap;
mod history;
mod observer;
mod quarantine;
mod recordings;
mod replay;
mod retention;
mod rooms;
mod salvage;
mod softphones;
mod streams;
mod tapes;

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::TrySendError;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::warn;

pub use changes::Change;
pub use changes::Changes;
pub use clock::Clock;
pub use crashes::Crashes;
pub use desk::Condition;
pub use desk::EXIT_DISK;
pub use desk::EXIT_PANIC;
pub use desk::Given;
pub use desk::Reply;
pub use directory::Directory;
pub use dispatch::Order;
pub use history::Told;
pub use observer::Observer;
pub use replay::Replay;
pub use rooms::Heard;
pub use rooms::Rooms;
pub use rooms::Said;
pub use rooms::Seat;
pub use salvage::AffectedCall;
pub use salvage::SalvageError;
pub use salvage::SalvageReport;
pub use salvage::Salvaging;
pub use salvage::salvage;
pub use softphones::Signal;
pub use softphones::Softphones;
pub use streams::Asked;
pub use streams::Push;
pub use streams::Streams;
pub use tapes::Recorded;
pub use tapes::Tape;
pub use tapes::Tapes;

use crate::carrier::twilio::RestClient;
use crate::floor::Floor;
use crate::floor::event::Event;
use crate::floor::event::contact::ContactOf;
use crate::floor::fact::contact::ContactKept;
use crate::floor::view::View;
use crate::floor::work::item::Item;
use crate::flow::Flow;
use crate::journal::Archive;
use crate::journal::AudioStore;
use crate::journal::Journal;
use crate::journal::JournalError;
use crate::journal::JournalReader;
use crate::journal::Recovered;
use crate::render::Link;
use crate::render::Links;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::FloorId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;
use crate::vocab::limit::MAILBOX_EVENTS_MAX;
use desk::Desk;
use desk::Message;

/// At the end, requests to the carrier get so long for their answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// A handle on a running floor.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    mailbox: SyncSender<Message>,
    directory: Arc<Directory>,
    clock: Clock,
    public: String,
    floor: OnceLock<FloorId>,
    reader: Mutex<JournalReader>,
    audio: Arc<AudioStore>,
    /// True from the moment at which carelane is about to end.
    winding_down: watch::Sender<bool>,
    /// Told when the carrier's list should be looked at now.
    gap_ended: Arc<Notify>,
    archive: Archive,
    changes: Changes,
}

/// Why the desk gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// More is waiting than may wait.
    Busy,
    /// The disk is full: nothing can be kept, so nothing is answered.
    DiskFull,
    /// The desk has stopped.
    Stopped,
}

/// A floor read back from its journal, not yet running.
pub struct Opened {
    /// What the journal held.
    pub recovered: Recovered,
    floor: Floor,
    journal: Journal,
    reader: JournalReader,
    audio: AudioStore,
    directory: Arc<Directory>,
    crashes: Arc<Crashes>,
}

/// A desk that panics takes the process with it: without it nobody would ever be answered, and a restart reads the
/// journal anew. So does a floor that panics while it is recovered.
struct EndsWithTheDesk(Arc<Crashes>, Clock);

impl Drop for EndsWithTheDesk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.note(self.1.now(), None);
            std::process::exit(EXIT_PANIC);
        }
    }
}

/// The floor before its first fact.
fn unborn() -> Floor {
    #[cfg(feature = "planted")]
    if let Ok(name) = std::env::var("CARELANE_PLANTED") {
        return crate::floor::planted::Bug::named(&name).map_or_else(Floor::default, Floor::with);
    }
    Floor::default()
}

impl Opened {
    /// Opens the data folder and folds its facts.
    pub fn open(data: &Path, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let _ends = EndsWithTheDesk(Arc::new(Crashes::open(data)), Clock::start(Timestamp(0)));
        let mut floor = unborn();
        let directory = Arc::new(Directory::default());
        let (journal, recovered) = Journal::open(data, key_file, |entry| {
            for fact in &entry.facts {
                floor.apply(entry.at, fact);
            }
            directory.note(entry.seq, &entry.facts, &floor);
            floor.recovered();
        })?;
        directory.recovered(&floor);
        let (reader, audio) = (journal.reader()?, journal.audio()?);
        let crashes = Arc::new(Crashes::open(data));
        Ok(Self { recovered, floor, journal, reader, audio, directory, crashes })
    }

    /// The floor as recovered: what was going on when carelane stopped.
    pub fn floor(&self) -> &Floor {
        &self.floor
    }
}

impl Engine {
    /// Starts the desk's thread; must be called in a tokio runtime. Orders for the carrier come out of the second part;
    /// `dispatch` carries them out.
    pub fn start(
        opened: Opened,
        public: String,
        observer: Arc<dyn Observer>,
    ) -> std::io::Result<(Self, UnboundedReceiver<Order>)> {
        let Opened { recovered, floor, journal, reader, audio, directory, crashes } = opened;
        let last = recovered.last_at.unwrap_or(Timestamp(0));
        let clock = Clock::start(last);
        let (mailbox, letters) = std::sync::mpsc::sync_channel(MAILBOX_EVENTS_MAX);
        let (orders, outgoing) = tokio::sync::mpsc::unbounded_channel();
        for (id, effect) in floor.outstanding() {
            // The receiver is in our hands: it cannot be gone.
            let _ = orders.send(Order { id, effect: effect.clone(), resumed: true });
        }
        let known = OnceLock::new();
        if let Some(id) = floor.id() {
            let _ = known.set(id.clone());
        }
        let gap_ended = Arc::new(Notify::new());
        let changes = Changes::default();
        let engine = Self(Arc::new(Inner {
            mailbox,
            directory: directory.clone(),
            clock,
            public,
            floor: known,
            archive: journal.archive(),
            reader: Mutex::new(reader),
            audio: Arc::new(audio),
            gap_ended: gap_ended.clone(),
            changes: changes.clone(),
            winding_down: watch::Sender::new(false),
        }));
        let (released, durable) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(desk::let_go(durable, orders, changes.clone()));
        let desk = Desk {
            floor,
            store: Box::new(journal),
            clock,
            last,
            taken: 0,
            directory,
            observer,
            released,
            changes,
            gap_ended,
            crashes: crashes.clone(),
        };
        let ends = EndsWithTheDesk(crashes, clock);
        std::thread::Builder::new().name("desk".to_owned()).spawn(move || {
            let _ends = ends;
            desk.run(&letters);
        })?;
        Ok((engine, outgoing))
    }

    /// No further order is begun, and none is tried again: what is not done stays in the journal for the next start.
    pub fn wind_down(&self) {
        self.0.winding_down.send_replace(true);
    }

    /// Must what is under way come to its end?
    fn is_winding_down(&self) -> bool {
        *self.0.winding_down.borrow()
    }

    /// Carries out orders as they come, each in a task of its own, until it is told to wind down; then it waits for
    /// the carrier's answers that are on their way.
    pub async fn dispatch(self, mut orders: UnboundedReceiver<Order>, rest: Arc<RestClient>) {
        let mut under_way = JoinSet::new();
        let mut ending = self.0.winding_down.subscribe();
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => drop(under_way.spawn(dispatch::carry_out(self.clone(), rest.clone(), order))),
                    None => break,
                },
                Some(_) = under_way.join_next() => {}
                // The sender is ours: it cannot be gone.
                _ = ending.wait_for(|ending| *ending) => break,
            }
        }
        if timeout(ANSWERS_WITHIN, async { while under_way.join_next().await.is_some() {} }).await.is_err() {
            warn!("the carrier did not answer some requests: the next start looks what came of them");
        }
    }

    /// Destroys what is past its retention, now and once a day, until the desk stops.
    pub async fn keep_to_retention(self) {
        retention::keep_to_it(self).await;
    }

    /// Asks the carrier about legs that were up before a restart: a callback may have found nobody here.
    pub async fn reconcile(self, legs: Vec<(LegId, CarrierCall)>, rest: Arc<RestClient>) {
        for (leg, carrier_call) in legs {
            dispatch::ask_about(&self, &rest, leg, carrier_call).await;
        }
    }

    /// Accounts for calls that the carrier knows and we do not, from this moment on and for ever.
    pub async fn watch_gaps(self, rest: Arc<RestClient>, from: Timestamp, observer: Arc<dyn Observer>) {
        gap::watch(&self, &rest, from, &*observer).await;
    }

    /// Brings an event and waits for its durable answer. The desk drops what it cannot keep for want of space.
    pub async fn post(&self, event: Event) -> Result<Reply, Unanswered> {
        let (to, answer) = oneshot::channel();
        self.send(Message::Post(event, Some(to)))?;
        answer.await.map_err(|_| Unanswered::DiskFull)
    }

    /// Brings an event that is taken only if this holds when its turn comes; otherwise it is refused as changed.
    ///
    /// # Errors
    /// As [`Self::post`].
    pub async fn post_if(&self, condition: Condition, event: Event) -> Result<Reply, Unanswered> {
        let (to, answer) = oneshot::channel();
        self.send(Message::PostIf(condition, event, to))?;
        answer.await.map_err(|_| Unanswered::DiskFull)
    }

    /// Brings an event that must not be lost: the mailbox may be full for a moment, and the disk for longer.
    pub async fn report(&self, event: Event) {
        dispatch::report(self, event).await;
    }

    /// Is any practice served? Asked often, and answered without a snapshot.
    pub async fn is_ready(&self) -> Result<bool, Unanswered> {
        let (to, ready) = oneshot::channel();
        self.send(Message::Ready(to))?;
        ready.await.map_err(|_| Unanswered::DiskFull)
    }

    /// One snapshot of the floor.
    pub async fn view(&self) -> Result<View, Unanswered> {
        let (to, view) = oneshot::channel();
        self.send(Message::View(to))?;
        view.await.map_err(|_| Unanswered::DiskFull)
    }

    /// One item, open or closed within the last day.
    pub async fn item(&self, id: ItemId) -> Result<Option<Item>, Unanswered> {
        let (to, item) = oneshot::channel();
        self.send(Message::Item(id, to))?;
        item.await.map_err(|_| Unanswered::DiskFull)
    }

    /// What is on record about a number.
    pub async fn contact(&self, practice: PracticeId, of: ContactOf) -> Result<Option<ContactKept>, Unanswered> {
        let (to, kept) = oneshot::channel();
        self.send(Message::Contact(practice, of, to))?;
        kept.await.map_err(|_| Unanswered::DiskFull)
    }

    /// A practice's flow as new calls get it; a call under way may keep an older one.
    pub async fn flow(&self, practice: PracticeId) -> Result<Option<Arc<Flow>>, Unanswered> {
        let (to, flow) = oneshot::channel();
        self.send(Message::Flow(practice, to))?;
        flow.await.map_err(|_| Unanswered::DiskFull)
    }

    /// A leg's present treatment, for a media stream that begins or goes on.
    pub async fn current(&self, leg: LegId) -> Result<Option<Given>, Unanswered> {
        let (to, given) = oneshot::channel();
        self.send(Message::Current(leg, to))?;
        given.await.map_err(|_| Unanswered::DiskFull)
    }

    /// A call's facts, in order; `None` if there is no such call. Reads the disk: not for the webhook path.
    pub fn history(&self, call: CallId) -> Result<Option<Vec<Told>>, JournalError> {
        let Some((first, last)) = self.0.directory.span(call) else { return Ok(None) };
        let mut reader = self.0.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Some(history::of_call(reader.read_range(first, last)?, call)))
    }

    /// What changes, for whoever watches.
    pub fn changes(&self) -> &Changes {
        &self.0.changes
    }

    fn archive(&self) -> &Archive {
        &self.0.archive
    }

    /// What is destroyed on disk must not be read by a key that is still in memory.
    fn forget_keys(&self) {
        self.0.reader.lock().unwrap_or_else(std::sync::PoisonError::into_inner).forget_keys();
    }

    /// Commits what is under way and ends the desk.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.send(Message::Stop(done)).is_ok() {
            // An error means the desk is gone already.
            let _ = stopped.await;
        }
    }

    /// Names the floor once it is known (its first event, or recovery).
    pub fn name_floor(&self, id: FloorId) {
        let _ = self.0.floor.set(id);
    }

    /// The floor's name.
    pub fn floor_id(&self) -> Option<&FloorId> {
        self.0.floor.get()
    }

    /// Links of this floor at our public address.
    pub fn links(&self) -> Option<Links<'_>> {
        Some(Links { public: &self.0.public, floor: self.floor_id()? })
    }

    /// A full URL of ours; empty only before the floor has its name, when nothing is handed out.
    pub fn url(&self, link: Link) -> String {
        self.links().map_or_else(String::new, |links| links.url(link))
    }

    /// Where recorded messages lie.
    fn audio(&self) -> &Arc<AudioStore> {
        &self.0.audio
    }

    /// A recorded message in clear; nothing if its file or its key is gone. Reads the disk.
    pub fn sound(&self, file: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.0.audio.read(file)
    }

    /// Our public address.
    pub fn public(&self) -> &str {
        &self.0.public
    }

    /// Who is where.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.0.directory
    }

    /// Legs with media streams.
    pub fn streams(&self) -> &Streams {
        self.directory().streams()
    }

    /// Assistants' phones in browsers.
    pub fn softphones(&self) -> &Softphones {
        self.directory().softphones()
    }

    /// Where conversations are held whose audio carelane carries itself.
    pub fn rooms(&self) -> &Rooms {
        self.directory().rooms()
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// Waits until calls may have been missed and can be taken again.
    async fn gap_ended(&self) {
        self.0.gap_ended.notified().await;
    }

    fn send(&self, message: Message) -> Result<(), Unanswered> {
        self.0.mailbox.try_send(message).map_err(|e| match e {
            TrySendError::Full(_) => Unanswered::Busy,
            TrySendError::Disconnected(_) => Unanswered::Stopped,
        })
    }
}
