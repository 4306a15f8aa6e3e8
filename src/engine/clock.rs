//! The clock: the only place where time is read.
//!
//! The floor's time is the wall clock at start plus monotonic time since, and never before the journal's last entry:
//! a wall clock that jumps moves no timer.

use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::vocab::Timestamp;

/// Where time comes from.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    wall_at_start: Timestamp,
    started: Instant,
}

impl Clock {
    /// Reads both clocks once; never earlier than `not_before`, the journal's last entry.
    #[expect(clippy::disallowed_methods, reason = "this is the place where time enters")]
    pub fn start(not_before: Timestamp) -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let wall = Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX));
        Self { wall_at_start: wall.max(not_before), started: Instant::now() }
    }

    /// The floor's time.
    pub fn now(&self) -> Timestamp {
        let since = i64::try_from(self.monotonic().as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.wall_at_start.0.saturating_add(since))
    }

    /// Time since the start; never goes back.
    #[expect(clippy::disallowed_methods, reason = "this is the place where time enters")]
    pub fn monotonic(&self) -> Duration {
        Instant::now().duration_since(self.started)
    }
}
