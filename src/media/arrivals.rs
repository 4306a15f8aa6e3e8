//! How regularly a party's audio comes: what is late, and the jitter.
//!
//! Each piece is due when the one before it has been spoken. A piece that comes early moves the line, so the measure is
//! against the quickest way through the network, and clocks that run apart do not count.

use std::time::Duration;

/// A piece that comes later than this is late.
const LATE: Duration = Duration::from_millis(40);
/// After a longer pause the party has begun to speak anew.
const PAUSE: Duration = Duration::from_secs(1);
/// The weight of one piece in the jitter, as RFC 3550 (6.4.1) has it.
const WEIGHT: u32 = 16;

/// The arrivals of one party's audio.
#[derive(Debug, Default)]
pub struct Arrivals {
    /// When the next piece is due.
    due: Option<Duration>,
    late_by: Duration,
    jitter: Duration,
}

impl Arrivals {
    /// Audio of this length came: is it late?
    pub fn came(&mut self, now: Duration, length: Duration) -> bool {
        let due = self.due.filter(|due| now.saturating_sub(*due) < PAUSE).unwrap_or(now);
        let late_by = now.saturating_sub(due);
        let moved = late_by.abs_diff(self.late_by);
        self.jitter = (self.jitter * (WEIGHT - 1) + moved) / WEIGHT;
        self.late_by = late_by;
        self.due = Some(due.min(now) + length);
        late_by > LATE
    }

    /// How much arrivals vary.
    pub fn jitter(&self) -> Duration {
        self.jitter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn came(arrivals: &mut Arrivals, milliseconds: u64) -> bool {
        arrivals.came(Duration::from_millis(milliseconds), FRAME)
    }

    #[test]
    fn regular_audio_is_never_late_and_has_no_jitter() {
        let mut arrivals = Arrivals::default();
        assert!(!(0..500).any(|n| came(&mut arrivals, 1_000 + n * 20)));
        assert_eq!(arrivals.jitter(), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_runs_fast_is_not_jitter() {
        let mut arrivals = Arrivals::default();
        assert!(!(0..5_000).any(|n| came(&mut arrivals, 1_000 + n * 199 / 10)));
        assert!(arrivals.jitter() < Duration::from_millis(1));
    }

    #[test]
    fn what_comes_after_more_than_forty_milliseconds_is_late() {
        let mut arrivals = Arrivals::default();
        let late = [0, 20, 45, 110, 115, 120, 140].map(|at| came(&mut arrivals, 1_000 + at));
        assert_eq!(late, [false, false, false, true, false, false, false]);
        assert!(arrivals.jitter() > Duration::from_millis(2));
    }

    #[test]
    fn after_a_pause_the_line_begins_anew() {
        let mut arrivals = Arrivals::default();
        assert!(![0, 20, 4_000, 4_020].into_iter().any(|at| came(&mut arrivals, 1_000 + at)));
    }
}
