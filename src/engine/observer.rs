//! Who watches the desk: metrics, without the desk knowing them.

use std::time::Duration;

use crate::floor::Floor;
use crate::floor::effect::Outbox;
use crate::vocab::Timestamp;

/// Watches what the floor decided. Called on the desk's thread: it must be quick and may not block.
pub trait Observer: Send + Sync {
    /// One event was handled.
    fn observe(&self, now: Timestamp, out: &Outbox, floor: &Floor);
    /// The carrier's list told of so many calls that nobody here had heard of.
    fn imported(&self, calls: u64);
    /// The disk has no space left for the journal, or has some again.
    fn disk_full(&self, full: bool);
    /// A batch became durable.
    fn committed(&self, took: Duration);
}
