//! The alarm of a session: one timer for all its times, set anew only when the next of them is another. A call hears
//! fifty frames a second, and hardly any of them moves it.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::Sleep;
use tokio::time::sleep;

/// Rings at times of the engine's clock.
pub(super) struct Alarm {
    timer: Pin<Box<Sleep>>,
    /// What the timer is set to.
    at: Duration,
}

impl Alarm {
    /// One that is made at this time.
    pub(super) fn new(now: Duration) -> Self {
        Self { timer: Box::pin(sleep(Duration::ZERO)), at: now }
    }

    /// Waits until then.
    pub(super) async fn rings(&mut self, at: Duration) {
        if at != self.at {
            let set = self.timer.deadline();
            let deadline = if at > self.at { set + (at - self.at) } else { set - (self.at - at) };
            self.timer.as_mut().reset(deadline);
            self.at = at;
        }
        self.timer.as_mut().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    #[tokio::test]
    async fn it_rings_at_the_time_it_was_last_set_to_also_if_that_is_earlier() {
        let (now, soon, patience) = (Duration::from_secs(100), Duration::from_millis(5), Duration::from_secs(30));
        let mut alarm = Alarm::new(now);
        timeout(soon, alarm.rings(now + patience * 9)).await.expect_err("not yet");
        timeout(patience, alarm.rings(now + soon)).await.expect("earlier than it was");
        timeout(patience, alarm.rings(now + soon)).await.expect("a time that is over");
        timeout(patience, alarm.rings(now + soon * 2)).await.expect("later again");
        timeout(soon, alarm.rings(now + patience * 9)).await.expect_err("it waits again");
    }
}
