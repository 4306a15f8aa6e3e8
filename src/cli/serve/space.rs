//! The space left for the data folder, looked at now and then: an alarm before the disk is full, not after.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;
use tracing::warn;

use crate::journal::Usage;

/// From one look to the next.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Less than this is little, whatever the disk's size: some days of a busy practice's journal and recordings.
const LOW_BYTES: u64 = 500 * 1024 * 1024;
/// So many parts of a disk; less than one of them is little too.
const LOW_PART: u64 = 20;

/// Looks for ever; it warns once each time the space becomes little. The metric is taken when it is asked for.
pub(super) async fn watch(data: PathBuf) {
    let mut was_low = false;
    loop {
        if let Some(Usage { free_bytes, disk_bytes, .. }) = Usage::of(&data) {
            let is_low = free_bytes < LOW_BYTES || free_bytes < disk_bytes / LOW_PART;
            if is_low && !was_low {
                let free_mb = free_bytes / 1_048_576;
                warn!(free_mb, "little space is left for the data folder: when there is none, no call can be taken");
            }
            was_low = is_low;
        }
        sleep(LOOK_EVERY).await;
    }
}
