//! Tapes: messages recorded from a stream, sealed piece by piece while they are spoken.
//!
//! ```text
//!  session ─► tape ─► pieces, two seconds each, sealed on disk ─► fetched: one file ─► deleted: the pieces are gone
//! ```
//! For the floor a tape is a recording like the carrier's, fetched and then deleted; its name says that it is our own.
//! After a crash the pieces are still there, and a leg that comes back speaks on after them. No sound is ever on disk
//! in clear.

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use ring::digest;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::warn;

use super::Engine;
use super::dispatch::Courier;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::floor::work::recording::MessageId;
use crate::journal::AudioStore;
use crate::journal::JournalError;
use crate::media::g711;
use crate::media::wav;
use crate::vocab::CarrierRecording;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How the names of our own recordings begin; no carrier's do.
const OURS: &str = "carelane-";
/// One piece: two seconds. So much is lost at most when the process is killed.
const PIECE: usize = 2 * g711::RATE;
/// More pieces than the longest message has, however often its line was lost.
const PIECES_MAX: u32 = 10_000;
/// A tape that is still written when its recording is wanted ends within this time: its leg is over.
const END_MAX: Duration = Duration::from_secs(10);
/// Softer than this (-46 dB) all the time is no message.
const SILENCE_MAX: i16 = 160;

/// Tapes that are being recorded.
#[derive(Clone, Debug, Default)]
pub struct Tapes(Arc<DashMap<CarrierRecording, ()>>);

/// One message that is being recorded.
pub struct Tape {
    engine: Engine,
    name: CarrierRecording,
    scope: PracticeId,
    /// The next piece's number, once it is known how many there are from before a crash or a lost line.
    next: Option<u32>,
    held: Vec<u8>,
    samples: usize,
    writing: Option<JoinHandle<Result<u32, JournalError>>>,
}

impl Engine {
    /// What the recording of this leg's message is called.
    pub fn tape_of(&self, leg: LegId) -> CarrierRecording {
        let floor = self.floor_id().map_or("", |floor| floor.as_str());
        let hash = digest::digest(&digest::SHA256, format!("message on {leg} of {floor}").as_bytes());
        let digits: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        CarrierRecording::from(format!("{OURS}{digits}").as_str())
    }

    /// Records a message, after what there is of it already.
    pub fn record(&self, name: CarrierRecording, scope: PracticeId) -> Tape {
        self.directory().tapes().0.insert(name.clone(), ());
        let (held, writing) = (Vec::with_capacity(PIECE), None);
        Tape { engine: self.clone(), name, scope, next: None, held, samples: 0, writing }
    }
}

impl Tape {
    /// This was said. What is whole is written meanwhile; nobody waits for it.
    pub async fn hear(&mut self, mulaw: &[u8]) {
        self.held.extend_from_slice(mulaw);
        self.samples += mulaw.len();
        let is_free = self.writing.as_ref().is_none_or(JoinHandle::is_finished);
        if self.held.len() >= PIECE && is_free {
            self.write().await;
        }
    }

    /// It is over, and all of it on disk: how long it took since it was begun, or begun again.
    pub async fn end(mut self) -> Span {
        self.write().await;
        self.written().await;
        Span(i64::try_from(self.samples * 1_000 / g711::RATE).unwrap_or(i64::MAX))
    }

    async fn write(&mut self) {
        self.written().await;
        let piece = std::mem::take(&mut self.held);
        if piece.is_empty() {
            return;
        }
        let (store, name, scope) = (Arc::clone(self.engine.audio()), self.name.clone(), self.scope.clone());
        let (at, next) = (self.engine.clock().now(), self.next);
        self.writing = Some(tokio::task::spawn_blocking(move || {
            let next = match next {
                Some(next) => next,
                None => pieces_of(&store, &name)?,
            };
            store.keep(&piece_name(&name, next), scope.as_str(), at, &piece)?;
            Ok(next + 1)
        }));
    }

    /// Waits for the piece that is on its way to the disk.
    async fn written(&mut self) {
        let Some(writing) = self.writing.take() else { return };
        match writing.await {
            Ok(Ok(next)) => self.next = Some(next),
            Ok(Err(error)) => warn!(%error, "two seconds of a message could not be stored"),
            // It broke while the process ends.
            Err(_) => {}
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.engine.directory().tapes().0.remove(&self.name);
    }
}

/// Is this recording our own?
pub(super) fn is_ours(recording: &CarrierRecording) -> bool {
    recording.as_str().starts_with(OURS)
}

/// The file of a piece. Pieces of one recording have consecutive numbers.
fn piece_name(name: &CarrierRecording, number: u32) -> String {
    format!("{}{number:08x}", name.as_str().trim_start_matches(OURS))
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
    /// Our own recording becomes the item's: one file, and not longer than nothing if nothing was said.
    pub(super) async fn take_tape(&self, of: MessageId, practice: &PracticeId, recording: CarrierRecording) {
        let (mut waited, pause) = (Duration::ZERO, Duration::from_millis(50));
        while self.engine.directory().tapes().0.contains_key(&recording) && waited < END_MAX {
            sleep(pause).await;
            waited += pause;
        }
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
    let mut sound = Vec::new();
    for number in 0..PIECES_MAX {
        match store.read(&piece_name(name, number))? {
            Some(piece) => sound.extend(piece),
            None => break,
        }
    }
    store.keep(to, scope, at, &wav::write(&sound))?;
    let is_spoken = sound.iter().any(|byte| g711::decode(*byte).saturating_abs() > SILENCE_MAX);
    let samples = if is_spoken { sound.len() } else { 0 };
    Ok(Span(i64::try_from(samples * 1_000 / g711::RATE).unwrap_or(i64::MAX)))
}

/// From the last piece to the first: while one is left, the next try finds it.
fn erase(store: &AudioStore, name: &CarrierRecording) -> Result<(), JournalError> {
    let pieces = pieces_of(store, name)?;
    (0..pieces).rev().try_for_each(|number| store.remove(&piece_name(name, number)))
}
