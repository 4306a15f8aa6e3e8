//! The metrics as Prometheus reads them: every line in its format, every name and label by the rules.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::carrier::local::Faults;

use super::http;
use super::world::World;

/// One family: its type and its samples (name, labels, value).
#[derive(Default)]
struct Family {
    kind: String,
    help: String,
    samples: Vec<(String, String, f64)>,
}

/// Reads the text format strictly: HELP and TYPE stand once, before the family's samples, and samples together.
fn parse(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n'), "the last line is not ended");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a text");
            assert!(!families.contains_key(name), "{name} stands twice");
            families.insert(name.to_owned(), Family { help: help.to_owned(), ..Family::default() });
            current = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert_eq!(name, current, "TYPE follows its HELP");
            families.get_mut(name).expect("HELP came first").kind = kind.to_owned();
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
            let (name, labels) = series.split_once('{').map_or((series, ""), |(name, rest)| {
                (name, rest.strip_suffix('}').unwrap_or_else(|| panic!("labels are not closed: {line}")))
            });
            let family = families.get_mut(&current).unwrap_or_else(|| panic!("a sample without HELP: {line}"));
            let tail = name.strip_prefix(&*current).unwrap_or_else(|| panic!("a sample out of its family: {line}"));
            let tails: &[&str] = if family.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(tails.contains(&tail), "{line}");
            let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
            family.samples.push((name.to_owned(), labels.to_owned(), value));
        }
    }
    families
}

#[tokio::test]
async fn every_metric_can_be_scraped_and_is_named_by_the_rules() {
    let world = World::start(10.0, Faults::default()).await;
    world.patient("+15550109001", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    world.until_quiet().await;
    let answer = http::get(&world.engine.url("/metrics")).await.expect("carelane answers");
    assert_eq!((answer.status, &*answer.content_type), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let families = parse(&answer.text());
    for (name, family) in &families {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(name.starts_with("carelane_") || name.starts_with("process_"), "{name}");
        assert!(name.chars().all(word), "{name}");
        assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name} is a {}", family.kind);
        assert!(["counter", "gauge", "histogram"].contains(&&*family.kind), "{name} has the type {}", family.kind);
        assert!(family.help.len() > 5, "{name} is not explained");
        for unit in ["_milliseconds", "_ms", "_minutes", "_kilobytes", "_percent"] {
            assert!(!name.contains(unit), "{name}: base units only");
        }
        let series: BTreeSet<(&str, &str)> = family.samples.iter().map(|(n, l, _)| (n.as_str(), l.as_str())).collect();
        assert_eq!(series.len(), family.samples.len(), "{name} has a series twice");
        for (sample, labels, value) in &family.samples {
            assert!(family.kind == "gauge" || *value >= 0.0, "{sample} is negative");
            assert!(!labels.contains("555"), "{sample}{{{labels}}} holds a number");
        }
        if family.kind == "histogram" {
            assert!(family.samples.iter().any(|(_, labels, _)| labels.contains("le=\"+Inf\"")), "{name}");
        }
    }
    let value = |name: &str, labels: &str| -> f64 {
        let family = name.strip_suffix("_count").unwrap_or(name);
        let found = families.get(family).and_then(|f| f.samples.iter().find(|(n, l, _)| n == name && l == labels));
        found.unwrap_or_else(|| panic!("{name}{{{labels}}} is missing")).2
    };
    let is = |name: &str, labels: &str, wanted: f64| {
        let found = value(name, labels);
        assert!((found - wanted).abs() < 1e-9, "{name}{{{labels}}} is {found} and should be {wanted}");
    };
    is("carelane_calls_total", "practice=\"riverside\"", 1.0);
    is("carelane_unaccounted_calls", "", 0.0);
    is("carelane_calls_ended_total", "outcome=\"missed\",practice=\"riverside\"", 1.0);
    is("carelane_ledger_calls", "state=\"items\"", 1.0);
    is("carelane_items_open", "kind=\"missed\",lane=\"scheduling\",practice=\"riverside\"", 1.0);
    is("carelane_items_overdue", "kind=\"missed\",lane=\"scheduling\",practice=\"riverside\"", 0.0);
    is("carelane_webhooks_total", "result=\"answered\",route=\"incoming\"", 1.0);
    is("carelane_first_sound_seconds_count", "practice=\"riverside\"", 1.0);
    is("carelane_first_choice_seconds_count", "practice=\"riverside\"", 1.0);
    is("carelane_flow_files_sound", "", 1.0);
    assert!(value("carelane_journal_size_bytes", "") > 0.0 && value("carelane_data_free_bytes", "") > 0.0);
    is("carelane_queue_depth", "lane=\"scheduling\",practice=\"riverside\"", 0.0);
    is("carelane_agents", "state=\"logged_out\"", 10.0);
}

#[tokio::test]
async fn the_counters_agree_with_the_carriers_own_list_of_calls() {
    let world = World::start(10.0, Faults::default()).await;
    world.set_state("ana", "available").await;
    let talk = "ready\nexpect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended";
    let joined = "dial\nexpect \"press 1\"\nkey 1\nexpect-joined\nhangup\nexpect-ended";
    tokio::join!(world.patient("+15550109001", joined), world.assistant("ana", talk));
    world.set_state("ana", "not_ready").await;
    world.patient("+15550109002", "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"\nhangup\nexpect-ended").await;
    world.patient("+15550109003", "dial\nexpect \"press 1\"\nhangup\nexpect-ended").await;
    world.until_quiet().await;
    let families = parse(&http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text());
    let sum = |name: &str, label: &str| -> f64 {
        let samples = families[name].samples.iter().filter(|(_, labels, _)| labels.contains(label));
        samples.map(|(_, _, value)| value).sum()
    };
    let calls = world.carrier_calls().await;
    let listed = |direction: &str| calls.iter().filter(|call| call["direction"] == direction).count();
    let is = |found: f64, wanted: usize, what: &str| {
        let wanted = f64::from(u32::try_from(wanted).expect("a small count"));
        assert!((found - wanted).abs() < 1e-9, "{what}: {found} counted, {wanted} at the carrier");
    };
    is(sum("carelane_calls_total", ""), listed("inbound"), "calls");
    is(sum("carelane_offers_total", ""), listed("outbound-api"), "offers");
    is(sum("carelane_calls_ended_total", "abandoned"), 1, "abandoned");
    is(sum("carelane_calls_ended_total", "declined"), 1, "declined");
    let incoming = world.seen().iter().filter(|seen| seen.url.ends_with("/voice/incoming")).count();
    is(sum("carelane_webhooks_total", "incoming"), incoming, "first webhooks");
    is(sum("carelane_webhooks_total", ""), world.seen().len(), "webhooks");
}

#[tokio::test]
async fn a_first_webhook_that_comes_twice_is_one_greeting() {
    let world = World::start(10.0, Faults { duplicate_webhooks: true, ..Faults::default() }).await;
    world.patient("+15550109001", "dial\nexpect \"press 1\"\nhangup\nexpect-ended").await;
    let scraped = http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text();
    let counted = "carelane_first_sound_seconds_count{practice=\"riverside\"} 1";
    assert!(scraped.lines().any(|line| line == counted), "{scraped}");
    assert!(scraped.contains("carelane_webhooks_total{result=\"answered\",route=\"incoming\"} 2"), "{scraped}");
}
