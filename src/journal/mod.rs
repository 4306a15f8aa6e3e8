//! The journal: facts on disk, each batch with the event that caused it.

use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::vocab::Timestamp;

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
