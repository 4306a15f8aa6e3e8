//! The clock: the only place where time is read.
//!
//! The floor's time is the wall clock at start plus monotonic time since, and never before the journal's last entry:
//! a wall clock that jumps moves no timer.

use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use crate::vocab::Span;
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
        Self { wall_at_start: wall().max(not_before), started: Instant::now() }
    }

    /// How far the floor's time is ahead of the machine's clock now; negative if it lags behind.
    pub fn ahead_of_the_wall(&self) -> Span {
        self.now() - wall()
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

#[expect(clippy::disallowed_methods, reason = "this is the place where time enters")]
fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
