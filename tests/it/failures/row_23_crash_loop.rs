//! Rows 23, 25, 31: a carelane that crashes again and again rests instead of flapping.

use carelane::carrier::local::Faults;
use carelane::vocab::Timestamp;

use crate::serve::http;
use crate::serve::process::free_address;
use crate::serve::world::World;
use crate::serve::world::now;
use crate::serve::world::write_flows;

const TURNED_AWAY: &str =
    "dial\nexpect \"Riverside Family Medicine\"\nexpect \"911\"\nexpect \"technical problem\"\nexpect-ended";

/// Notes of crashes so many seconds ago, as carelane leaves them.
fn crashed(world: &World, seconds_ago: &[i64]) {
    std::fs::create_dir_all(world.engine.data()).expect("a folder can be made");
    let at = |ago: &i64| Timestamp(now().0 - ago * 1_000);
    let notes: String = seconds_ago.iter().map(|ago| format!("{:>15}\n", at(ago).0)).collect();
    std::fs::write(world.engine.data().join("crashes"), notes).expect("a file can be written");
}

async fn get(world: &World, path: &str) -> u16 {
    http::get(&world.engine.url(path)).await.map_or(0, |answer| answer.status)
}

#[tokio::test]
async fn after_a_crash_loop_callers_hear_the_fallback_instead_of_one_more_crash() {
    let mut world = World::stopped(free_address(), 20.0, Faults::default()).await;
    write_flows(&world.engine, |_, text| text);
    crashed(&world, &[50, 40, 30, 20, 10]);
    world.engine.start();
    for _ in 0..500 {
        if get(&world, "/healthz").await == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(get(&world, "/readyz").await, 503);
    world.patient("+15550109001", TURNED_AWAY).await;
    let status = http::send("POST", &world.engine.url("/voice/status"), &[], b"CallSid=CA1").await;
    assert_eq!(status.expect("an answer").status, 503, "nothing is kept");
    assert!(!world.engine.data().join("journal.db").exists(), "the journal is left alone");
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0));

    // Some of it is long ago: that is no loop.
    crashed(&world, &[400, 300, 200, 20, 10]);
    world.engine.start_and_wait().await;
    world.patient("+15550109001", "dial\nexpect \"press 1\"\nhangup\nexpect-ended").await;
}
