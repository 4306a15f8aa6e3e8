//! Failures, row by row: each test here is named in `docs/FAILURES.md`. The real binary, and a carrier that outlives
//! it.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod row_11_lost_answers;
mod row_15_downtime;
mod row_16_flood;
mod row_18_clock_jumps;
mod row_23_crash_loop;
mod row_24_full_disk;
mod row_29_two_writers;
#[cfg(feature = "planted")]
mod row_31_poisoned_event;
mod row_33_other_hosts;
mod row_37_slow_clients;
mod row_40_hostile_names;
mod wall;

use std::path::Path;

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

/// Tests that a document names in backticks: `tests/…` or `src/…`, perhaps with `::name`.
fn missing_tests(doc: &str, test_text: impl Fn(&str) -> String) -> Vec<String> {
    let named =
        doc.split('`').filter(|word| (word.starts_with("tests/") || word.starts_with("src/")) && word.contains('.'));
    let is_there = |test: &&str| {
        let (place, name) = test.split_once("::").unwrap_or((test, ""));
        let there = test_text(place);
        !there.is_empty() && (name.is_empty() || there.contains(&format!("fn {name}(")))
    };
    named.filter(|test| !is_there(test)).map(|test| format!("docs/FAILURES.md: there is no test {test}")).collect()
}

#[test]
fn every_test_in_failures_md_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let doc = place("docs/FAILURES.md");
    let rows: Vec<&str> = doc.lines().filter(|line| line.starts_with("| ") && line.contains("`tests/")).collect();
    assert!(rows.len() > 20);
    assert_eq!(missing_tests(&doc, place), Vec::<String>::new());
}

#[test]
fn a_failure_without_its_test_is_caught() {
    let tests = |path: &str| if path == "tests/a.rs" { "fn it_holds() {}".to_owned() } else { String::new() };
    assert_eq!(missing_tests("| 1 | x | `tests/a.rs::it_holds` |", tests), Vec::<String>::new());
    for gone in ["`tests/a.rs::it_hold`", "`tests/b.rs::it_holds`", "`tests/scenarios/c.txt`"] {
        assert_eq!(missing_tests(gone, tests).len(), 1, "{gone}");
    }
}
