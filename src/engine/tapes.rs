//! Tapes: messages and conversations recorded from a stream, sealed piece by piece while they are spoken.
//!
//! ```text
//!  session ─► tape ─► pieces, two seconds each, sealed on disk ─► put together: one file ─► the pieces are gone
//! ```
//! For the floor a message's tape is a recording like the carrier's, fetched and then deleted; its name says that it is
//! our own. What becomes of a conversation's, `conversations` says. After a crash the pieces are still there, and a leg
//! that comes back speaks on after them. No sound is ever on disk in clear.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use ring::digest;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::channel;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::warn;

use super::Engine;
use super::dispatch::Courier;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::floor::work::recording::MessageId;
use crate::journal::AudioStore;
use crate::journal::JournalError;
use crate::media::g711;
use crate::media::wav;
use crate::vocab::CallId;
use crate::vocab::CarrierRecording;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How the names of our own recordings begin; no carrier's do.
const OURS: &str = "carelane-";
/// One piece: two seconds. So much is lost at most when the process is killed.
const PIECE: usize = 2 * g711::RATE;
/// More pieces than the longest message or conversation has, however often its line was lost.
const PIECES_MAX: u32 = 10_000;
/// So many pieces wait for a slow disk: a minute.
const WAITING_MAX: usize = 30;
/// A tape that is still written when its recording is wanted ends within this time: its leg is over.
const END_MAX: Duration = Duration::from_secs(10);
/// The same tape, begun by a stream that was lost, ends within this time.
const HANDED_ON_WITHIN: Duration = Duration::from_secs(5);
/// So often it is looked whether a tape has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Softer than this (-46 dB) all the time is no message.
const SILENCE_MAX: i16 = 160;

/// Tapes that are being recorded, and by how many sessions: a lost stream's may still be ending.
#[derive(Clone, Debug, Default)]
pub struct Tapes(Arc<DashMap<CarrierRecording, usize>>);

impl Tapes {
    fn count(&self, name: &CarrierRecording) -> usize {
        self.0.get(name).map_or(0, |count| *count)
    }

    /// Waits until no more than so many sessions record this, but not for ever.
    async fn until_at_most(&self, count: usize, name: &CarrierRecording, within: Duration) {
        let mut waited = Duration::ZERO;
        while self.count(name) > count && waited < within {
            sleep(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
        }
    }
}

/// One message or conversation that is being recorded. What is not whole when it is dropped is written, too.
pub struct Tape {
    held: Vec<u8>,
    samples: usize,
    /// Pieces for which there was no room.
    lost: u64,
    to_writer: Option<Sender<Vec<u8>>>,
    writer: Option<JoinHandle<u64>>,
}

/// What came of a tape.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// How long it took since it was begun, or begun again.
    pub length: Span,
    /// Pieces that could not be written.
    pub lost: u64,
}

/// Puts the pieces of a tape on disk, one after the other.
struct Writer {
    engine: Engine,
    name: CarrierRecording,
    scope: PracticeId,
}

impl Engine {
    /// What the recording of this leg's message is called.
    pub fn tape_of(&self, leg: LegId) -> CarrierRecording {
        self.tape_name(&format!("message on {leg}"))
    }

    fn tape_name(&self, what: &str) -> CarrierRecording {
        let floor = self.floor_id().map_or("", |floor| floor.as_str());
        let hash = digest::digest(&digest::SHA256, format!("{what} of {floor}").as_bytes());
        let digits: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        CarrierRecording::from(format!("{OURS}{digits}").as_str())
    }

    /// Records a message, after what there is of it already.
    pub fn record(&self, name: CarrierRecording, scope: PracticeId) -> Tape {
        self.tape(name, scope, None)
    }

    /// Records a conversation, as its caller's leg hears and speaks, after what there is of it already. Its sound is
    /// written once the floor has noted that it is recorded; nobody waits for that, and without it nothing is.
    pub fn record_talk(&self, leg: LegId, call: CallId, round: u32, scope: PracticeId) -> Tape {
        let name = self.tape_name(&format!("conversation {call}-{round}"));
        let began = Event::TapeBegan { leg, recording: name.clone() };
        self.tape(name, scope, Some(began))
    }

    fn tape(&self, name: CarrierRecording, scope: PracticeId, began: Option<Event>) -> Tape {
        *self.directory().tapes().0.entry(name.clone()).or_default() += 1;
        let (to_writer, pieces) = channel(WAITING_MAX);
        let writer = Writer { engine: self.clone(), name, scope };
        let writer = Some(tokio::spawn(writer.write(began, pieces)));
        Tape { held: Vec::with_capacity(PIECE), samples: 0, lost: 0, to_writer: Some(to_writer), writer }
    }
}

impl Tape {
    /// This was said. Nobody waits for the disk.
    pub fn hear(&mut self, mulaw: &[u8]) {
        self.held.extend_from_slice(mulaw);
        self.samples += mulaw.len();
        if self.held.len() >= PIECE {
            self.hand_over();
        }
    }

    /// It is over, and all of it on disk.
    pub async fn end(mut self) -> Recorded {
        self.hand_over();
        self.to_writer = None;
        let unwritten = match self.writer.take() {
            // It broke while the process ends.
            Some(writer) => writer.await.unwrap_or_default(),
            None => 0,
        };
        let length = Span(i64::try_from(self.samples * 1_000 / g711::RATE).unwrap_or(i64::MAX));
        Recorded { length, lost: self.lost + unwritten }
    }

    fn hand_over(&mut self) {
        let piece = std::mem::take(&mut self.held);
        let Some(to_writer) = self.to_writer.as_ref().filter(|_| !piece.is_empty()) else { return };
        // A writer that is gone was refused, and has said so.
        if let Err(TrySendError::Full(_)) = to_writer.try_send(piece) {
            self.lost += 1;
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.hand_over();
    }
}

impl Writer {
    /// How many pieces were lost.
    async fn write(self, began: Option<Event>, mut from_tape: Receiver<Vec<u8>>) -> u64 {
        if let Some(began) = began
            && !self.engine.post(began).await.is_ok_and(|reply| reply.answer == Answer::Noted)
        {
            warn!("a conversation goes on unrecorded: it is over already, or nothing can be written just now");
            return 0;
        }
        self.engine.directory().tapes().until_at_most(1, &self.name, HANDED_ON_WITHIN).await;
        let (mut next, mut lost) = (None, 0);
        while let Some(piece) = from_tape.recv().await {
            match self.keep(next, piece).await {
                Some(Ok(following)) => next = Some(following),
                Some(Err(error)) => {
                    lost += 1;
                    warn!(%error, "two seconds of a recording could not be stored; the call goes on");
                }
                // It broke while the process ends.
                None => return lost,
            }
        }
        lost
    }

    /// The number of the piece after this one. The first one comes after what is there from before.
    async fn keep(&self, number: Option<u32>, piece: Vec<u8>) -> Option<Result<u32, JournalError>> {
        let (store, name, scope) = (Arc::clone(self.engine.audio()), self.name.clone(), self.scope.clone());
        let at = self.engine.clock().now();
        let kept = tokio::task::spawn_blocking(move || {
            let number = match number {
                Some(number) => number,
                None => pieces_of(&store, &name)?,
            };
            store.keep(&piece_name(&name, number), scope.as_str(), at, &piece)?;
            Ok(number + 1)
        });
        kept.await.ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let tapes = &self.engine.directory().tapes().0;
        if let Some(mut count) = tapes.get_mut(&self.name) {
            *count = count.saturating_sub(1);
        }
        tapes.remove_if(&self.name, |_, count| *count == 0);
    }
}

/// Is this recording our own?
pub(super) fn is_ours(recording: &CarrierRecording) -> bool {
    recording.as_str().starts_with(OURS)
}

/// The file of a piece. Pieces of one recording have consecutive numbers.
fn piece_name(name: &CarrierRecording, number: u32) -> String {
    format!("{}{number:08x}", whole_name(name))
}

/// The file of a whole conversation.
pub(super) fn whole_name(name: &CarrierRecording) -> &str {
    name.as_str().trim_start_matches(OURS)
}

/// How many pieces there are.
fn pieces_of(store: &AudioStore, name: &CarrierRecording) -> Result<u32, JournalError> {
    for number in 0..PIECES_MAX {
        if !store.has(&piece_name(name, number))? {
            return Ok(number);
        }
    }
    Ok(PIECES_MAX)
}

impl Courier<'_> {
    /// Its leg is over, and so is the tape in a moment.
    pub(super) async fn until_recorded(&self, recording: &CarrierRecording) {
        self.engine.directory().tapes().until_at_most(0, recording, END_MAX).await;
    }

    /// Our own recording becomes the item's: one file, and not longer than nothing if nothing was said.
    pub(super) async fn take_tape(&self, of: MessageId, practice: &PracticeId, recording: CarrierRecording) {
        self.until_recorded(&recording).await;
        let (store, name, file) = (Arc::clone(self.engine.audio()), recording.clone(), self.file_name(of));
        let (scope, at, to) = (practice.clone(), self.engine.clock().now(), file.clone());
        let kept = tokio::task::spawn_blocking(move || join(&store, &name, &to, scope.as_str(), at)).await;
        match kept {
            Ok(Ok(duration)) => {
                let (effect, file) = (self.id, file.into());
                self.report(Event::RecordingFetched { effect, recording, file, duration }).await;
            }
            Ok(Err(error)) => {
                warn!(effect = %self.id, %error, "a recording could not be stored; it is tried again later");
                self.fail(Failure::Refused).await;
            }
            Err(_) => self.fail(Failure::Refused).await,
        }
    }

    /// The pieces are not needed any more.
    pub(super) async fn erase_tape(&self, recording: &CarrierRecording) {
        let (store, name) = (Arc::clone(self.engine.audio()), recording.clone());
        let erased = tokio::task::spawn_blocking(move || erase(&store, &name)).await;
        match erased {
            Ok(Ok(())) => self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await,
            Ok(Err(error)) => {
                warn!(effect = %self.id, %error, "the pieces of a recording could not be removed; it is tried again later");
                self.fail(Failure::Unreachable).await;
            }
            Err(_) => self.fail(Failure::Unreachable).await,
        }
    }
}

/// Joins the pieces to the file `to`: how long it is.
fn join(
    store: &AudioStore,
    name: &CarrierRecording,
    to: &str,
    scope: &str,
    at: Timestamp,
) -> Result<Span, JournalError> {
    let sound = pieces(store, name)?;
    store.keep(to, scope, at, &wav::write(&sound))?;
    Ok(spoken(&sound))
}

/// All pieces one after the other.
pub(super) fn pieces(store: &AudioStore, name: &CarrierRecording) -> Result<Vec<u8>, JournalError> {
    let mut sound = Vec::new();
    for number in 0..PIECES_MAX {
        match store.read(&piece_name(name, number))? {
            Some(piece) => sound.extend(piece),
            None => break,
        }
    }
    Ok(sound)
}

/// How long a sound is; no longer than nothing if nothing was said.
pub(super) fn spoken(sound: &[u8]) -> Span {
    let is_spoken = sound.iter().any(|byte| g711::decode(*byte).saturating_abs() > SILENCE_MAX);
    let samples = if is_spoken { sound.len() } else { 0 };
    Span(i64::try_from(samples * 1_000 / g711::RATE).unwrap_or(i64::MAX))
}

/// From the last piece to the first: while one is left, the next try finds it.
pub(super) fn erase(store: &AudioStore, name: &CarrierRecording) -> Result<(), JournalError> {
    let pieces = pieces_of(store, name)?;
    (0..pieces).rev().try_for_each(|number| store.remove(&piece_name(name, number)))
}
