//! How many requests a second we send, so that the carrier does not have to refuse them.
//!
//! A token bucket: it holds up to `burst` tokens and gains `per_second`. Who waits is served in order of arrival, and
//! who gives up waiting takes nothing. The bucket reads no clock: it is given one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

/// Time since some fixed moment; it never goes back. `engine/clock.rs` supplies it.
pub type Monotonic = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A request rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests a second in the long run; more than 0.
    pub per_second: f64,
    /// Requests at once after a pause; at least 1.
    pub burst: u32,
}

/// A shared request rate.
pub struct Budget {
    bucket: Mutex<Bucket>,
    now: Monotonic,
}

impl Budget {
    /// A full budget.
    pub fn new(rate: Rate, now: Monotonic) -> Self {
        let bucket = Bucket::new(rate, now());
        Self { bucket: Mutex::new(bucket), now }
    }

    /// Waits until one more request is allowed, and takes it.
    pub async fn acquire(&self) {
        // The lock is held while waiting: it is fair, so the queue for the lock is the queue for tokens.
        let mut bucket = self.bucket.lock().await;
        while let Err(wait) = bucket.take((self.now)()) {
            sleep(wait).await;
        }
    }
}

/// The arithmetic of a budget. It keeps the time at which the bucket would be full again, and nothing else.
struct Bucket {
    full_at: Duration,
    /// Time that one token takes.
    token: Duration,
    /// Time that all tokens take.
    all: Duration,
}

impl Bucket {
    fn new(rate: Rate, now: Duration) -> Self {
        // A rate outside these bounds is a slip in the settings; the bounds keep it from stopping or flooding us.
        let per_second = if rate.per_second.is_finite() { rate.per_second.clamp(0.01, 10_000.0) } else { 1.0 };
        let token = Duration::from_secs_f64(1.0 / per_second);
        Self { full_at: now, token, all: token * rate.burst.max(1) }
    }

    /// Takes a token, or says after how long to ask again.
    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + self.token;
        let wait = full_at.saturating_sub(now + self.all);
        if wait.is_zero() {
            self.full_at = full_at;
            Ok(())
        } else {
            Err(wait)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_burst_passes_at_once_and_the_rest_at_the_rate() {
        let mut bucket = Bucket::new(Rate { per_second: 2.0, burst: 3 }, MS(10_000));
        for _ in 0..3 {
            assert_eq!(bucket.take(MS(10_000)), Ok(()));
        }
        assert_eq!(bucket.take(MS(10_000)), Err(MS(500)));
        assert_eq!(bucket.take(MS(10_300)), Err(MS(200)));
        assert_eq!(bucket.take(MS(10_500)), Ok(()));
        assert_eq!(bucket.take(MS(10_500)), Err(MS(500)));
        // A long pause fills the bucket, and never more than that.
        for _ in 0..3 {
            assert_eq!(bucket.take(MS(90_000)), Ok(()));
        }
        assert_eq!(bucket.take(MS(90_000)), Err(MS(500)));
    }

    #[test]
    fn a_senseless_rate_neither_stops_nor_panics() {
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let mut bucket = Bucket::new(Rate { per_second, burst: 0 }, MS(0));
            assert_eq!(bucket.take(MS(0)), Ok(()));
            assert_eq!(bucket.take(MS(100_000)), Ok(()));
        }
    }
}
