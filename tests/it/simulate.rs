//! Behaviour tests: days of random patients, assistants and carrier faults on the virtual clock (`carelane::sim`).
//!
//! A failing seed tells its story; `carelane sim --seeds 1 --from SEED` lives through it alone. Seeds that ever failed
//! stand in `tests/seeds.txt` and are always lived through.

use carelane::floor::Floor;
use carelane::sim::Failure;
use carelane::sim::live;
use carelane::sim::run;

/// Practice-days of a test run.
const SEEDS: u64 = 240;

fn describe(failure: &Failure) -> String {
    format!("seed {}: {}\n{}", failure.seed, failure.broken, failure.story)
}

#[test]
fn every_day_ends_with_every_call_accounted_for() {
    let ran = run(0, SEEDS, 1, 2, &|_| {});
    if let Some(failure) = ran.failures.values().next() {
        panic!("{}", describe(failure));
    }
    assert!(ran.marks.missing().is_empty(), "{SEEDS} seeds never met {:?}", ran.marks.missing());
}
