//! Failures, row by row: each test here is named in `docs/FAILURES.md`. The real binary, and a carrier that outlives
//! it.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod row_15_downtime;
mod row_24_full_disk;

use serde_json::Value;

use crate::serve::http;
use crate::serve::world::World;

/// Waits until so many calls are in the ledger.
async fn until_inbound(world: &World, calls: u64) -> Value {
    for _ in 0..1_000 {
        let floor = world.floor().await;
        if floor["ledger"]["inbound"] == calls {
            return floor;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{calls} calls are not accounted for: {:#}\n{}", world.floor().await, world.engine.log());
}

/// The value of a metric without labels; 0 if it is not there yet.
async fn metric(world: &World, name: &str) -> f64 {
    let scraped = http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text();
    let line = scraped.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().expect("a number"))
}
