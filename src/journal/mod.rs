//! The journal: facts on disk, each batch with the event that caused it. Nothing is answered before it is here.
//!
//! ```text
//!   append ─► record (JSON, personal texts sealed) ─► block of a batch ─► SQLite, one fsync ─► anchor (the head)
//!                       ▲ keys                          hash chain                                │
//!   open, verify ◄─ decode ◄─ decode ◄─ recovery: the chain is walked from the first block and must meet the anchor
//! ```
//!
//! It neither decides nor interprets: an entry comes back as it went in, or the journal says where it is damaged and
//! whose fault that is. It reads no clock: every time in it came with an entry.

mod anchor;
mod archive;
mod audio;
mod carve;
mod chain;
mod database;
mod error;
mod folder;
mod keys;
mod memory;
mod reader;
mod record;
mod recovery;
mod usage;
mod verify;
mod wreck;
mod writer;

use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::vocab::Timestamp;

pub use archive::Archive;
pub use audio::AudioStore;
pub use error::Fault;
pub use error::JournalError;
pub use memory::Memory;
pub use reader::JournalReader;
pub use recovery::Recovered;
pub use usage::Usage;
pub use verify::Report;
pub use verify::verify;
pub use wreck::Lost;
pub use wreck::Wreck;
pub use writer::Journal;

/// One event with the facts it caused.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When the desk took it.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// What the floor decided.
    pub facts: Vec<Fact>,
}

/// Where the desk puts entries. Nothing above this room knows which store it has.
pub trait Store: Send {
    /// Takes an entry into the open batch and says its number. It is not durable yet.
    ///
    /// `scope` names whose personal texts these are (a practice's id, or `floor`): they are sealed with that scope's
    /// key of the month. `at` must not be before the last entry's time.
    ///
    /// # Errors
    /// If it cannot be taken. The store then refuses all further work, because the floor has already moved on.
    fn append(&mut self, at: Timestamp, scope: &str, event: &Event, facts: &[Fact]) -> Result<u64, JournalError>;

    /// Makes everything appended so far durable in one go, and says the number of the last durable entry.
    ///
    /// # Errors
    /// `Full` if there is no space: nothing of the batch is on disk, it stays open, and it may be committed again.
    /// Any other means that durability is not certain. The outcome on disk is then unknown: the store refuses all
    /// further work, and the process must end and read the journal again.
    fn commit(&mut self) -> Result<u64, JournalError>;

    /// The number of the last durable entry; 0 for none.
    fn head(&self) -> u64;
}
