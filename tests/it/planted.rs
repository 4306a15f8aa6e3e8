//! Behaviour tests: the simulation finds what it is for. Each bug of `floor/planted.rs` must break a rule within fifty
//! seeds. `cargo test --features planted --test it planted`; nothing of it is in other builds.

use carelane::floor::Floor;
use carelane::floor::planted::Bug;
use carelane::sim::live;

/// Within so many seeds each bug must be found.
const SEEDS: u64 = 50;
/// Days of each seed: what needs a reload in mid-call is rare on a single one.
const DAYS: u64 = 3;

/// The seed that finds it, and the rule it breaks.
fn found(bug: Bug) -> Option<(u64, String)> {
    let broken = |seed| live(seed, DAYS, Floor::with(bug)).err().map(|failure| (seed, failure.broken));
    (0..SEEDS).find_map(broken)
}

#[test]
fn every_planted_bug_is_found_within_fifty_seeds() {
    // Some bugs panic in the core: what they say is not worth a trace each.
    std::panic::set_hook(Box::new(|_| {}));
    let (first, second) = Bug::ALL.split_at(Bug::ALL.len() / 2);
    let search = |bugs: &[Bug]| bugs.iter().map(|bug| (*bug, found(*bug))).collect::<Vec<_>>();
    let all = std::thread::scope(|scope| {
        let other = scope.spawn(|| search(second));
        let mut all = search(first);
        all.extend(other.join().unwrap_or_default());
        all
    });
    let _ = std::panic::take_hook();
    assert_eq!(all.len(), Bug::ALL.len());
    for (bug, found) in &all {
        match found {
            Some((seed, broken)) => {
                println!("{bug:?}: seed {seed}, {}", broken.lines().next().unwrap_or_default());
            }
            None => println!("{bug:?}: not found"),
        }
    }
    let hidden: Vec<Bug> = all.iter().filter(|(_, found)| found.is_none()).map(|(bug, _)| *bug).collect();
    assert!(hidden.is_empty(), "{SEEDS} seeds do not find {hidden:?}");
}
