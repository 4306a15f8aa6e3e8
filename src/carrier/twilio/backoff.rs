//! How patiently a request is repeated: pauses that grow, with jitter, up to the caller's deadline.
//!
//! Before each attempt the caller is asked whether the request is still wanted: an offer may have been withdrawn
//! while the carrier was busy.

use std::time::Duration;

use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;
use tokio::time::sleep;
use tokio::time::timeout;
use tracing::debug;

use super::budget::Budget;
use super::fault::Doubt;
use super::fault::RestError;
use super::fault::Unsent;

/// Pauses between attempts: `first`, doubled each time, at most `longest`; each is shortened by up to half, by
/// chance, so that many waiting requests do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause before it is shortened.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
}

impl Backoff {
    /// The pause after so many failed attempts (from 1). `dice` is chance: 0 gives half of it, `u16::MAX` all.
    pub fn pause(&self, failed: u32, dice: u16) -> Duration {
        let doublings = failed.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        whole / 2 + (whole / 2).mul_f64(f64::from(dice) / f64::from(u16::MAX))
    }
}

/// How long, and while what holds, a request is worth trying.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// Give up after this time, whatever is under way.
    pub within: Duration,
    /// Asked before each attempt.
    pub still_wanted: &'a (dyn Fn() -> bool + Send + Sync),
}

/// Repeats `attempt` while `worth` says so of its error. Each attempt takes its turn in `budget` first.
///
/// When time is over, the answer is the last attempt's error; if an attempt was under way, its outcome is unknown.
pub(super) async fn persist<T, F: Future<Output = Result<T, RestError>>>(
    doing: &'static str,
    patience: &Patience<'_>,
    backoff: Backoff,
    budget: &Budget,
    worth: fn(&RestError) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, RestError> {
    let mut at_deadline = RestError::NotSent(Unsent::NoTurn);
    let attempts = async {
        let mut failed = 0;
        loop {
            budget.acquire().await;
            if !(patience.still_wanted)() {
                return Err(RestError::NoLongerWanted);
            }
            let before = std::mem::replace(&mut at_deadline, RestError::Unknown(Doubt::TimedOut));
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            // Once an attempt may have been carried out, a later one that surely was not does not change that.
            at_deadline = if before.outcome_unknown() && error.may_send_afresh() { before } else { error };
            if !worth(&error) {
                return Err(error);
            }
            failed += 1;
            let pause = backoff.pause(failed, dice()).max(error.retry_after().unwrap_or_default());
            debug!(doing, failed, pause_ms = pause.as_millis(), %error, "the carrier's API: trying again");
            sleep(pause).await;
        }
    };
    match timeout(patience.within, attempts).await {
        Ok(result) => result,
        Err(_) => Err(at_deadline),
    }
}

/// Chance, for jitter only.
fn dice() -> u16 {
    let mut bytes = [0; 2];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => u16::from_le_bytes(bytes),
        // Without randomness pauses are whole: slower, not wrong.
        Err(_) => u16::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_lose_at_most_half() {
        let backoff = Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(3) };
        let whole: Vec<u128> = (1..=7).map(|n| backoff.pause(n, u16::MAX).as_millis()).collect();
        assert_eq!(whole, [200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
        assert_eq!(backoff.pause(2, 0), Duration::from_millis(200));
        assert_eq!(backoff.pause(u32::MAX, u16::MAX), Duration::from_secs(3));
    }
}
