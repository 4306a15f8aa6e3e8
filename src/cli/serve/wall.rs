//! The wall clock beside the floor's time: opening hours and promises are wrong by as much as they differ.
//!
//! The floor's time never goes back and follows no jump, so that no wait and no ring is cut short. After a clock that
//! was wrong, or a machine that was suspended, the two differ, and somebody has to be told. It sets nothing right.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::error;
use tracing::info;

use crate::engine::Clock;
use crate::metrics::Metrics;

/// From one look to the next.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Callers are told times to the minute.
const WRONG_SECONDS: u64 = 60;

/// Looks for ever; it says once each time the two part, and when they meet again.
pub(super) async fn watch(clock: Clock, metrics: Arc<Metrics>) {
    let mut was_wrong = false;
    loop {
        let ahead = clock.ahead_of_the_wall();
        metrics.clock_ahead(ahead);
        let ahead_seconds = ahead.0 / 1_000;
        let is_wrong = ahead_seconds.unsigned_abs() > WRONG_SECONDS;
        if is_wrong && !was_wrong {
            error!(
                ahead_seconds,
                "carelane's time and the machine's clock differ: opening hours and promised times are wrong by as much"
            );
        } else if was_wrong && !is_wrong {
            info!("carelane's time and the machine's clock agree again");
        }
        was_wrong = is_wrong;
        sleep(LOOK_EVERY).await;
    }
}
