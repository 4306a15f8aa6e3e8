//! Families of metrics: made, registered once, and kept small.
//!
//! A family has at most `LABEL_SETS_MAX` sets of labels. Labels are ids from flow files and closed sets, but flow files
//! change, and an agency has many: what comes beyond is counted under `other`, never dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus::Gauge;
use prometheus::GaugeVec;
use prometheus::Histogram;
use prometheus::HistogramOpts;
use prometheus::HistogramVec;
use prometheus::IntCounter;
use prometheus::IntCounterVec;
use prometheus::Opts;
use prometheus::Registry;
use prometheus::core::Collector;

/// Sets of labels that one family may have.
pub(super) const LABEL_SETS_MAX: usize = 1_000;
/// The label of what came when a family was full.
pub(super) const OTHER: &str = "other";

/// What doing something in the process takes: from half a millisecond on.
pub(super) const WORK_BUCKETS: &[f64] =
    &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0];
/// What a caller waits: targets are minutes, patience ends at about five.
pub(super) const WAIT_BUCKETS: &[f64] =
    &[5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1_800.0];
/// Until the practice's name is said: three seconds are the limit.
pub(super) const NAME_BUCKETS: &[f64] = &[1.0, 1.5, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0];
/// Until the caller has chosen: the whole greeting and question take some twenty seconds.
pub(super) const CHOICE_BUCKETS: &[f64] = &[2.0, 3.0, 5.0, 8.0, 12.0, 16.0, 20.0, 30.0, 45.0, 60.0];
/// Until an item is done: from five minutes to a week.
pub(super) const ITEM_BUCKETS: &[f64] =
    &[300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0, 86_400.0, 172_800.0, 604_800.0];

/// What is counted under some labels, found by their key; made when it is first needed.
pub(super) struct Labelled<K, S> {
    known: BTreeMap<K, Arc<S>>,
    other: Option<Arc<S>>,
}

impl<K: Ord + Clone, S> Labelled<K, S> {
    pub(super) fn new() -> Self {
        Self { known: BTreeMap::new(), other: None }
    }

    /// The series of this key; `make` is told if the family is full and its labels are to be `other`.
    pub(super) fn get(&mut self, key: &K, make: impl FnOnce(bool) -> S) -> Arc<S> {
        if let Some(known) = self.known.get(key) {
            return known.clone();
        }
        // One set is left for `other`.
        if self.known.len() + 1 >= LABEL_SETS_MAX {
            return self.other.get_or_insert_with(|| Arc::new(make(true))).clone();
        }
        let made = Arc::new(make(false));
        self.known.insert(key.clone(), made.clone());
        made
    }
}

/// Counters of one family under the same labels but the last, which names one of a closed set.
pub(super) struct Choices(Vec<(&'static str, IntCounter)>);

impl Choices {
    /// The children of these names, there from the start: a rate needs a first zero.
    pub(super) fn of(family: &IntCounterVec, labels: &[&str], names: &[&'static str]) -> Self {
        let child = |name: &&'static str| (*name, family.with_label_values(&[labels, &[*name]].concat()));
        Self(names.iter().map(child).collect())
    }

    pub(super) fn inc(&self, name: &str) {
        let found = self.0.iter().find(|(known, _)| *known == name);
        debug_assert!(found.is_some(), "`{name}` is in no list of names");
        if let Some((_, counter)) = found {
            counter.inc();
        }
    }
}

pub(super) fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    kept(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

pub(super) fn counter(registry: &Registry, name: &str, help: &str) -> IntCounter {
    kept(registry, IntCounter::new(name, help))
}

pub(super) fn gauge(registry: &Registry, name: &str, help: &str) -> Gauge {
    kept(registry, Gauge::new(name, help))
}

pub(super) fn gauges(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
    kept(registry, GaugeVec::new(Opts::new(name, help), labels))
}

pub(super) fn histogram(registry: &Registry, name: &str, help: &str, buckets: &[f64]) -> Histogram {
    kept(registry, Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
}

pub(super) fn histograms(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
    buckets: &[f64],
) -> HistogramVec {
    kept(registry, HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels))
}

#[expect(clippy::expect_used, reason = "names and labels are constants of this room: a wrong one fails every test")]
fn kept<C: Collector + Clone + 'static>(registry: &Registry, made: prometheus::Result<C>) -> C {
    let collector = made.expect("a metric's name and labels are well formed");
    register(registry, collector.clone());
    collector
}

#[expect(clippy::expect_used, reason = "each name is registered once: a second one fails every test")]
pub(super) fn register(registry: &Registry, collector: impl Collector + 'static) {
    registry.register(Box::new(collector)).expect("a metric is registered once");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_that_is_full_counts_the_rest_under_other_and_drops_nothing() {
        let registry = Registry::new();
        let family = counters(&registry, "tried_total", "Tried.", &["lane"]);
        let mut lanes = Labelled::new();
        let rounds = LABEL_SETS_MAX * 3;
        for n in 0..rounds {
            let lane = format!("lane-{n}");
            lanes.get(&lane, |full| family.with_label_values(&[if full { OTHER } else { &lane }])).inc();
        }
        let found = registry.gather();
        let sets = found[0].get_metric();
        assert_eq!(sets.len(), LABEL_SETS_MAX);
        let total: f64 = sets.iter().map(|m| m.get_counter().get_value()).sum();
        assert!((total - f64::from(u32::try_from(rounds).unwrap())).abs() < 0.5, "{total} of {rounds} are counted");
    }
}
