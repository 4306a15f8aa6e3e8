//! Behaviour tests: whole days of random patients, assistants and carrier faults on the virtual clock.
//!
//! After every event the floor is judged as in the scenarios, and every offer against a slow reference of the order.
//! When all has quietened every call is accounted for. A failing seed stands in the message: `SEED=n` plays it alone.

mod carrier;
mod chance;
mod day;
mod marks;
mod people;
mod reference;

use day::Day;
use marks::Marks;
use marks::REQUIRED;

/// How many days a test run lives through; `DAYS=n` for more.
const DAYS: u64 = 100;
/// Recovery and repetitions are judged after one of so many events; after each if one seed is played alone.
const THOROUGH_ONE_IN: u64 = 32;

fn lived(seed: u64, thorough_one_in: u64) -> Day {
    Day::live(seed, thorough_one_in).unwrap_or_else(|broken| panic!("SEED={seed}: {broken}"))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The marks of every second day from `first` on.
fn every_second(first: u64, days: u64) -> Marks {
    let mut marks = Marks::default();
    (first..days).step_by(2).for_each(|seed| marks.add(&lived(seed, THOROUGH_ONE_IN).marks));
    marks
}

#[test]
fn every_day_ends_with_every_call_accounted_for() {
    if let Some(seed) = number("SEED") {
        lived(seed, 1);
        return;
    }
    let days = number("DAYS").unwrap_or(DAYS);
    let other = std::thread::spawn(move || every_second(1, days));
    let mut marks = every_second(0, days);
    marks.add(&other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    let missing: Vec<_> = REQUIRED.iter().filter(|mark| !marks.0.contains_key(**mark)).collect();
    assert!(missing.is_empty(), "the days never met {missing:?}, but {:?}", marks.0);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| serde_json::to_string(&lived(seed, THOROUGH_ONE_IN).world.journal).unwrap();
    for seed in [3, 14, 159] {
        assert!(bytes(seed) == bytes(seed), "SEED={seed} gave two journals");
    }
    assert_ne!(bytes(3), bytes(14), "two seeds, one day: the seed changes nothing");
}
