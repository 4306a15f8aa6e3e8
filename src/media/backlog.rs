//! The backlog of a conversation: how much of what was passed on to a carrier is still to be heard there.
//!
//! Nothing waits on our side, so a party that spoke in bursts, or a clock that runs fast, would leave the listener
//! behind for the rest of the conversation. What is too much is made good in pauses, and if there are none by
//! leaving out.

use std::time::Duration;

/// With more than this at the carrier, silence is not passed on: nobody hears that it is shorter.
const PAUSES_KEPT: Duration = Duration::from_millis(120);
/// With more than this, nothing is: two people would begin to talk over each other.
const BACKLOG_MAX: Duration = Duration::from_millis(400);
/// A listener whose sound runs out for so long hears it.
const GAP_MIN: Duration = Duration::from_millis(20);
/// After a longer silence it is not that something came late: nothing was sent.
const GAP_MAX: Duration = Duration::from_secs(1);

/// What becomes of a piece of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// It goes on, and the listener's sound did not run out before it.
    On,
    /// It goes on, after a gap that was heard.
    AfterGap,
    /// It is left out.
    LeftOut,
}

/// What was sent to one listener.
#[derive(Debug, Default)]
pub struct Backlog {
    /// When all of it will have been heard.
    heard_at: Duration,
}

impl Backlog {
    /// Audio of this length came for the listener; is it silence?
    pub fn pass(&mut self, now: Duration, length: Duration, is_silence: impl FnOnce() -> bool) -> Passing {
        let (left, gap) = (self.heard_at.saturating_sub(now), now.saturating_sub(self.heard_at));
        if left > BACKLOG_MAX || (left > PAUSES_KEPT && is_silence()) {
            return Passing::LeftOut;
        }
        let began = !self.heard_at.is_zero();
        self.heard_at = self.heard_at.max(now) + length;
        if began && (GAP_MIN..GAP_MAX).contains(&gap) { Passing::AfterGap } else { Passing::On }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(5_000 + milliseconds)
    }

    #[test]
    fn what_comes_in_time_goes_on() {
        let mut backlog = Backlog::default();
        for n in 0..500 {
            let wobble = if n % 3 == 0 { 8 } else { 0 };
            assert_eq!(backlog.pass(at(n * 20 + wobble), FRAME, || true), Passing::On);
        }
    }

    #[test]
    fn a_gap_is_noticed_and_a_long_silence_is_none() {
        let mut backlog = Backlog::default();
        backlog.pass(at(0), FRAME, || false);
        assert_eq!(backlog.pass(at(70), FRAME, || false), Passing::AfterGap);
        assert_eq!(backlog.pass(at(4_000), FRAME, || false), Passing::On);
    }

    #[test]
    fn a_burst_is_made_good_in_pauses_and_never_grows_beyond_its_limit() {
        let mut backlog = Backlog::default();
        let passed = (0..50).filter(|_| backlog.pass(at(0), FRAME, || false) != Passing::LeftOut).count();
        assert_eq!(passed, 21, "420 ms");
        let silence = (1..=20).filter(|n| backlog.pass(at(n * 20), FRAME, || true) == Passing::LeftOut).count();
        assert_eq!(silence, 14, "until 120 ms are left");
        assert_eq!(backlog.pass(at(420), FRAME, || false), Passing::On, "and speech always was passed on");
    }
}
