//! The full disk: the desk keeps its batch, answers nobody, and tries again until there is space.
//!
//! A commit that fails for want of space has left nothing on disk, so the process need not end. But the floor has
//! already decided: nothing of that batch may leave before it is durable, and nothing may be decided on top of it,
//! or memory would run away from the disk. Whoever asks meanwhile is sent away and gets the fallback.

use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::error;
use tracing::info;

use super::desk::Desk;
use super::desk::Held;
use super::desk::Message;
use crate::journal::Fault;
use crate::journal::JournalError;

/// From one try to the next.
const TRY_EVERY: Duration = Duration::from_secs(1);

impl Desk {
    /// Waits until the batch is durable, or somebody says stop: then its answer is due to them.
    ///
    /// Effects and what changed stay held and leave with the batch; replies do not, because nobody waits that long.
    pub(super) fn wait_for_space(
        &mut self,
        full: &JournalError,
        held: &mut Vec<Held>,
        mailbox: &Receiver<Message>,
    ) -> Result<Option<oneshot::Sender<()>>, JournalError> {
        error!(%full, advice = full.advice(), "the disk is full: callers get the fallback document until there is space");
        self.observer.disk_full(true);
        held.retain(|held| matches!(held, Held::Order(_) | Held::Change(_)));
        let mut tried = self.clock.monotonic();
        loop {
            match mailbox.recv_timeout(TRY_EVERY) {
                Ok(Message::Stop(done)) => {
                    // Nothing of the batch was promised to anybody.
                    held.clear();
                    return Ok(Some(done));
                }
                // Dropping a message is its answer.
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            }
            if self.clock.monotonic().saturating_sub(tried) < TRY_EVERY {
                continue;
            }
            match self.commit() {
                Ok(()) => break,
                Err(error) if error.fault() == Fault::Full => tried = self.clock.monotonic(),
                Err(error) => return Err(error),
            }
        }
        info!("there is space on the disk again: calls are answered as before");
        self.observer.disk_full(false);
        self.gap_ended.notify_one();
        Ok(None)
    }
}
