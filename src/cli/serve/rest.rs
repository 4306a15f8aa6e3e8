//! Resting after a crash loop: instead of starting and crashing once more, callers get the fallback document for some
//! minutes. Then the process ends, and whoever supervises it starts it anew.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::error;

use super::Signals;
use super::flows;
use crate::server::RestingDoor;

/// How long it rests before it is tried anew.
const REST: Duration = Duration::from_secs(300);
/// The exit code after a rest (`EX_TEMPFAIL`): start it again.
const EXIT_RESTED: u8 = 75;

/// Answers with the fallback until it is told to stop (0) or has rested long enough (75).
pub(super) async fn rest(listener: TcpListener, read: &flows::Read, signals: &mut Signals) -> ExitCode {
    error!("carelane crashed again and again within a minute: callers get the fallback document for five minutes");
    let door = Arc::new(RestingDoor::new(read.checked.flows.iter().map(|(_, _, flow)| flow)));
    let (stop, stopping) = watch::channel(false);
    let server = tokio::spawn(crate::server::serve(listener, door, stopping));
    let told = timeout(REST, signals.until_stop()).await;
    // The receiver is in the server's hands until it ends.
    let _ = stop.send(true);
    let _ = server.await;
    if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_RESTED) }
}
