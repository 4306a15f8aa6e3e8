//! Row 37: hundreds of clients that never finish their request. Calls are answered as if they were not there.

use std::time::Duration;

use carelane::carrier::local::Faults;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::serve::http;
use crate::serve::world::World;

/// As many as the usual limit on open files leaves to one process.
const SLOW_CLIENTS: usize = 800;

#[tokio::test]
async fn hundreds_of_half_requests_keep_nobody_from_calling() {
    let world = World::start(20.0, Faults::default()).await;
    let mut slow = Vec::new();
    for n in 0..SLOW_CLIENTS {
        let mut stream = TcpStream::connect(world.engine.address).await.expect("carelane listens");
        let part: &[u8] = match n % 3 {
            0 => b"",
            1 => b"POST /voice/incoming HTTP/1.1\r\nhost: x\r\ncontent-le",
            _ => b"POST /voice/incoming HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\nCallSid=CA",
        };
        stream.write_all(part).await.expect("carelane reads");
        slow.push(stream);
    }
    let healthy = timeout(Duration::from_secs(3), http::get(&world.engine.url("/readyz"))).await;
    assert_eq!(healthy.expect("in time").expect("an answer").status, 200);
    let call = world.patient("+15550109001", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended");
    timeout(Duration::from_secs(9), call).await.expect("a call is answered while they are there");
    drop(slow);
    assert_eq!(world.until_quiet().await["ledger"]["items"], 1);
}
