//! A store without a disk, for tests and simulation: what is committed outlives its user, what is not is lost.
//!
//! Handles share one journal, so a test can look at what the desk wrote, or drop the desk and start another on it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::Entry;
use super::Store;
use super::error::Fault;
use super::error::JournalError;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::vocab::Timestamp;

/// A journal in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    durable: Vec<Entry>,
    pending: Vec<Entry>,
    commits: u64,
    fail_next: bool,
    full: bool,
    stopped: bool,
}

impl Memory {
    /// The durable entries.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept().durable.clone()
    }

    /// How many commits have made entries durable.
    pub fn commits(&self) -> u64 {
        self.kept().commits
    }

    /// Makes the next commit fail.
    pub fn fail_next_commit(&self) {
        self.kept().fail_next = true;
    }

    /// Takes away or gives back the space for commits.
    pub fn set_full(&self, full: bool) {
        self.kept().full = full;
    }

    /// What a killed process leaves behind: uncommitted entries are gone, and the journal can be opened again.
    pub fn crash(&self) {
        let mut kept = self.kept();
        kept.pending.clear();
        kept.stopped = false;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic in a test's own thread cannot leave a half-done change here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn append(&mut self, at: Timestamp, _scope: &str, event: &Event, facts: &[Fact]) -> Result<u64, JournalError> {
        let mut kept = self.kept();
        if kept.stopped {
            return Err(JournalError::stopped(Fault::Disk));
        }
        if kept.pending.last().or(kept.durable.last()).is_some_and(|last| at < last.at) {
            kept.stopped = true;
            return Err(JournalError::ours("an entry was given a time before that of the entry before it"));
        }
        let seq = (kept.durable.len() + kept.pending.len()) as u64 + 1;
        kept.pending.push(Entry { seq, at, event: event.clone(), facts: facts.to_vec() });
        Ok(seq)
    }

    fn commit(&mut self) -> Result<u64, JournalError> {
        let mut kept = self.kept();
        if kept.stopped {
            return Err(JournalError::stopped(Fault::Disk));
        }
        if std::mem::take(&mut kept.fail_next) {
            kept.stopped = true;
            return Err(JournalError::disk("cannot commit", "this failure was asked for"));
        }
        if kept.full && !kept.pending.is_empty() {
            return Err(JournalError::file("cannot commit", std::io::ErrorKind::StorageFull.into()));
        }
        if !kept.pending.is_empty() {
            let pending = std::mem::take(&mut kept.pending);
            kept.durable.extend(pending);
            kept.commits += 1;
        }
        Ok(kept.durable.len() as u64)
    }

    fn head(&self) -> u64 {
        self.kept().durable.len() as u64
    }
}
