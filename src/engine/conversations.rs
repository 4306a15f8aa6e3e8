//! Recorded conversations at rest: their pieces put together, and the whole read again by whoever may listen.
//!
//! The file's name follows from the recording's, so that putting it together may be done twice without harm. It is
//! tried until it is done: the sound is safe in its pieces meanwhile, and nothing waits for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use super::Engine;
use super::dispatch::Courier;
use super::tapes::erase;
use super::tapes::pieces;
use super::tapes::spoken;
use super::tapes::whole_name;
use crate::floor::event::Event;
use crate::journal::AudioStore;
use crate::journal::JournalError;
use crate::media::wav;
use crate::vocab::CarrierRecording;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);
/// Whoever ends carelane waits no longer than this for a pause to end.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Courier<'_> {
    /// A conversation is over: its pieces become one file.
    pub(super) async fn keep_tape(&self, practice: &PracticeId, recording: &CarrierRecording) {
        self.until_recorded(recording).await;
        let mut pause = FIRST_PAUSE;
        while (self.still_wanted)() {
            let (store, name, scope) = (Arc::clone(self.engine.audio()), recording.clone(), practice.clone());
            let at = self.engine.clock().now();
            let kept = tokio::task::spawn_blocking(move || put_together(&store, &name, scope.as_str(), at)).await;
            match kept {
                Ok(Ok(duration)) => return self.report(Event::TapeKept { effect: self.id, duration }).await,
                Ok(Err(error)) => {
                    warn!(effect = %self.id, %error, "a recorded conversation could not be put together; it is tried again later");
                }
                // It broke while the process ends.
                Err(_) => return,
            }
            let mut waited = Duration::ZERO;
            while waited < pause && (self.still_wanted)() {
                sleep(LOOK_AGAIN).await;
                waited += LOOK_AGAIN;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Engine {
    /// A recorded conversation in clear; nothing if its file or its key is gone. Reads the disk.
    pub fn conversation(&self, recording: &CarrierRecording) -> Result<Option<Vec<u8>>, JournalError> {
        let store = self.audio();
        if let Some(whole) = store.read(whole_name(recording))? {
            return Ok(Some(whole));
        }
        let sound = pieces(store, recording)?;
        Ok((!sound.is_empty()).then(|| wav::write(&sound)))
    }
}

/// How long it is. The pieces go only when the whole is on disk.
fn put_together(store: &AudioStore, name: &CarrierRecording, scope: &str, at: Timestamp) -> Result<Span, JournalError> {
    let file = whole_name(name);
    // An earlier try may have been cut off among the pieces it removed.
    let duration = match store.read(file)?.map(|whole| wav::read(&whole)) {
        Some(Ok(sound)) => spoken(&sound),
        Some(Err(_)) | None => {
            let sound = pieces(store, name)?;
            if !sound.is_empty() {
                store.keep(file, scope, at, &wav::write(&sound))?;
            }
            spoken(&sound)
        }
    };
    erase(store, name)?;
    Ok(duration)
}
