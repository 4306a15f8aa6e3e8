//! The listening socket: connections with limits on their number, their silence and their slowness.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::debug;
use tracing::warn;

use super::Answers;

/// Connections at once; more wait in the kernel's backlog. Media streams have places of their own.
const CONNECTIONS_MAX: u32 = 4_096;
/// A head must be complete in this time, and a silent connection is closed after it.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// Headers of one request.
const HEADERS_MAX: usize = 64;
/// Bytes of one head.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// At the end, requests under way get this long.
const DRAIN_MAX: Duration = Duration::from_secs(10);

/// Serves until `stop` turns true, then lets requests under way finish.
///
/// `http1::Builder` and not hyper-util's automatic one: that never closes a connection that sends nothing.
pub async fn serve<D: Answers>(listener: TcpListener, door: Arc<D>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(usize::try_from(CONNECTIONS_MAX).unwrap_or(usize::MAX)));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, for instance: the connection stays in the backlog.
                    warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            // An error means that whoever could say stop is gone.
            () = async { drop(stop.wait_for(|stop| *stop).await) } => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "cannot switch off Nagle's delay");
        }
        let door = door.clone();
        let service = service_fn(move |request| {
            let door = door.clone();
            async move { Ok::<_, Infallible>(door.answer(request).await) }
        });
        // Half-closed: who has said everything still gets its answer, and nobody looks whether it is there while the
        // desk decides.
        let connection = http1::Builder::new()
            .half_close(true)
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut stopping = stop.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = async { drop(stopping.wait_for(|stop| *stop).await) } => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                debug!(%error, "a connection ended badly");
            }
            drop(place);
        });
    }
    drop(listener);
    door.close();
    // Every place is free again when the last connection has ended.
    if tokio::time::timeout(DRAIN_MAX, places.acquire_many(CONNECTIONS_MAX)).await.is_err() {
        warn!("some requests did not finish within {DRAIN_MAX:?} of the end");
    }
}
