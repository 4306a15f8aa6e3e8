//! Retention: once a day the floor is shown every record key, and what it gives up is destroyed.
//!
//! The fact is durable before the key is gone: a crash in between leaves the key, and the next look gives it up once
//! more. Which keys are past their time is the floor's to say.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::error;
use tracing::info;

use super::Engine;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::journal::JournalError;
use crate::vocab::KeyId;

/// Retention counts in days.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks at the keys now and every day; ends with the desk.
pub(super) async fn keep_to_it(engine: Engine) {
    loop {
        if look(&engine).await.is_err() {
            return;
        }
        sleep(EVERY).await;
    }
}

/// The desk has stopped.
struct Stopped;

async fn look(engine: &Engine) -> Result<(), Stopped> {
    let archive = engine.archive().clone();
    let keys = match blocking(move || archive.keys()).await {
        Ok(keys) => keys,
        Err(error) => {
            error!(%error, "the record keys cannot be listed: nothing is destroyed today");
            return Ok(());
        }
    };
    for key in keys {
        let found = engine.post(Event::KeyFound(key.clone())).await;
        match found.map(|reply| reply.answer) {
            Ok(Answer::Noted) => destroy(engine, key).await,
            Ok(_) => {}
            Err(super::Unanswered::Busy | super::Unanswered::DiskFull) => sleep(Duration::from_secs(1)).await,
            Err(super::Unanswered::Stopped) => return Err(Stopped),
        }
    }
    Ok(())
}

async fn destroy(engine: &Engine, key: KeyId) {
    let (archive, destroyed) = (engine.archive().clone(), key.clone());
    let KeyId { scope, month, .. } = key;
    match blocking(move || archive.destroy(&destroyed)).await {
        Ok(()) => {
            engine.forget_keys();
            info!(%scope, month, "personal texts past their retention were destroyed");
        }
        Err(error) => {
            error!(%error, %scope, month, "a key past its retention cannot be destroyed; tried again tomorrow")
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(JournalError::ours("looking after the record keys failed")),
    }
}
