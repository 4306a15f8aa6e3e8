//! How soon an assistant who is free is rung, with a long line: from the request that frees her to the carrier's
//! double being asked to ring her phone. In between lie the choice, the journal's fsync and the REST request.

use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;
use crate::load::Line;
use crate::peer::Peer;
use crate::report;
use crate::rest::Double;
use crate::rest::Ring;

/// Calls that wait.
const WAITING: u64 = 5_000;
/// How often she becomes free and misses two calls in a row.
const TIMES: usize = 500;
/// She serves the front desk alone, so that every call of the line may be hers.
const ASSISTANT: &str = "ana";
const RING_MAX: Duration = Duration::from_secs(5);

pub(crate) fn measure() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    runtime.block_on(local.run_until(async {
        let mut rest = Double::start().await?;
        let peer = Peer::carelane(rest.base()).await?;
        state(peer.address(), "not_ready").await?;
        let mut line = Line::open(peer.address()).await?;
        for number in 0..WAITING {
            line.waits(number).await?;
        }
        let mut latencies = Vec::new();
        for _ in 0..TIMES {
            let free = Instant::now();
            state(peer.address(), "available").await?;
            let ring = next_ring(&mut rest).await?;
            latencies.push(ring.at - free);
            // Busy is a miss: she is free again at once, and after the second she is not ready.
            let free = Instant::now();
            line.is_busy(&ring.status_callback, &ring.call).await?;
            let ring = next_ring(&mut rest).await?;
            latencies.push(ring.at - free);
            line.is_busy(&ring.status_callback, &ring.call).await?;
        }
        println!("{}", report::latencies(&format!("offers with {WAITING} waiting"), latencies));
        Ok(())
    }))
}

async fn next_ring(rest: &mut Double) -> Result<Ring, Failure> {
    match timeout(RING_MAX, rest.rings.recv()).await {
        Ok(Some(ring)) => Ok(ring),
        _ => Err("a free assistant was not rung within 5 s".into()),
    }
}

async fn state(address: SocketAddr, state: &str) -> Result<(), Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
    tokio::task::spawn_local(connection);
    let request = Request::put(format!("/api/v1/agents/{ASSISTANT}/state"))
        .header("Host", "voice.practice.example")
        .header("Authorization", "Bearer bench")
        .header("Content-Type", "application/json")
        .body(Full::new(Bytes::from(format!(r#"{{"state":"{state}"}}"#))))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    answer.into_body().collect().await?;
    if status.is_success() { Ok(()) } else { Err(format!("{ASSISTANT} cannot be {state}: {status}").into()) }
}
