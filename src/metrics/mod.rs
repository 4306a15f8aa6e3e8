//! Metrics: counters from facts, gauges from the view. Prefix `carelane_`, base units.
//!
//! Labels come from closed sets and configured ids only; nothing a caller says or is can become one.

use std::time::Duration;

use prometheus::Encoder as _;
use prometheus::Gauge;
use prometheus::GaugeVec;
use prometheus::Histogram;
use prometheus::HistogramOpts;
use prometheus::IntCounter;
use prometheus::IntCounterVec;
use prometheus::Opts;
use prometheus::Registry;
use prometheus::TextEncoder;
use prometheus::core::Collector;

use crate::engine::Observer;
use crate::floor::Floor;
use crate::floor::effect::Oddity;
use crate::floor::effect::Outbox;
use crate::floor::fact::Fact;
use crate::floor::fact::Left;
use crate::floor::fact::OfferOutcome;
use crate::floor::view::ItemView;
use crate::floor::view::View;
use crate::floor::work::recording::RecordingState;
use crate::vocab::Timestamp;

/// Everything that is measured.
pub struct Metrics {
    registry: Registry,
    calls: IntCounter,
    calls_ended: IntCounterVec,
    queued: IntCounterVec,
    offers: IntCounterVec,
    oddities: IntCounterVec,
    webhooks: IntCounterVec,
    commit_seconds: Histogram,
    answer_seconds: Histogram,
    depth: GaugeVec,
    oldest: GaugeVec,
    agents: GaugeVec,
    in_progress: GaugeVec,
    items: GaugeVec,
    recordings: GaugeVec,
    unaccounted: Gauge,
    ledger: GaugeVec,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Fresh metrics, all zero.
    pub fn new() -> Self {
        let registry = Registry::new();
        let r = &registry.clone();
        #[cfg(target_os = "linux")]
        register(r, prometheus::process_collector::ProcessCollector::for_self());
        Self {
            calls: kept(r, IntCounter::new("carelane_calls_total", "Inbound calls taken.")),
            calls_ended: counters(r, "carelane_calls_ended_total", "Calls that ended, by how.", &["outcome"]),
            queued: counters(r, "carelane_calls_queued_total", "Calls that took a place in a lane.", &["lane"]),
            offers: counters(r, "carelane_offers_total", "Offers to assistants that ended, by how.", &["outcome"]),
            oddities: counters(r, "carelane_oddities_total", "Strange but harmless input, by kind.", &["kind"]),
            webhooks: counters(r, "carelane_webhooks_total", "Carrier webhooks, by result.", &["result"]),
            commit_seconds: histogram(r, "carelane_journal_commit_seconds", "Time to make a batch durable."),
            answer_seconds: histogram(
                r,
                "carelane_webhook_answer_seconds",
                "Time from a webhook's arrival to its answer.",
            ),
            depth: gauges(
                r,
                "carelane_queue_depth",
                "Calls waiting, those being offered included.",
                &["practice", "lane"],
            ),
            oldest: gauges(
                r,
                "carelane_queue_oldest_wait_seconds",
                "Age of the oldest waiting request.",
                &["practice", "lane"],
            ),
            agents: gauges(r, "carelane_agents", "Assistants, by state.", &["state"]),
            in_progress: gauges(r, "carelane_calls_in_progress", "Calls not closed, by state.", &["state"]),
            items: gauges(r, "carelane_items_open", "Open work items.", &["practice", "lane"]),
            recordings: gauges(r, "carelane_recordings", "Recorded messages of open items, by state.", &["state"]),
            unaccounted: kept(
                r,
                Gauge::new("carelane_unaccounted_calls", "Inbound calls that are nowhere in the ledger: must be 0."),
            ),
            ledger: gauges(
                r,
                "carelane_ledger_calls",
                "Inbound calls since the journal began, by where they are.",
                &["state"],
            ),
            registry,
        }
    }

    /// A carrier webhook was answered.
    pub fn webhook(&self, result: &'static str, took: Duration) {
        self.webhooks.with_label_values(&[result]).inc();
        self.answer_seconds.observe(took.as_secs_f64());
    }

    /// The text Prometheus scrapes.
    pub fn render(&self, view: &View, now: Timestamp) -> String {
        self.refresh(view, now);
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    fn refresh(&self, view: &View, now: Timestamp) {
        for gauges in [&self.depth, &self.oldest, &self.agents, &self.in_progress, &self.items] {
            gauges.reset();
        }
        for lane in &view.lanes {
            let labels = [lane.practice.as_str(), lane.lane.as_str()];
            let oldest = lane.waiting.iter().map(|w| w.arrived_at).min().map_or(0.0, |at| seconds((now - at).0));
            self.depth.with_label_values(&labels).set(count(lane.waiting.len()));
            self.oldest.with_label_values(&labels).set(oldest);
            self.items.with_label_values(&labels).set(0.0);
        }
        for state in ["logged_out", "not_ready", "available", "offered", "talking", "wrap_up"] {
            let found = view.agents.iter().filter(|a| a.state == state).count();
            self.agents.with_label_values(&[state]).set(count(found));
        }
        for state in ["menu", "waiting", "offered", "talking", "wrap_up", "voicemail"] {
            let found = view.calls.iter().filter(|c| c.state == state).count();
            self.in_progress.with_label_values(&[state]).set(count(found));
        }
        for state in RecordingState::ALL {
            let has = |i: &&ItemView| i.item.recording.as_ref().is_some_and(|recording| recording.state == state);
            self.recordings.with_label_values(&[state.name()]).set(count(view.items.iter().filter(has).count()));
        }
        for item in &view.items {
            let new = &item.item.new;
            self.items.with_label_values(&[new.practice.as_str(), new.lane.as_str()]).inc();
        }
        let l = view.ledger;
        #[expect(clippy::cast_precision_loss, reason = "gauges are floating point; counts stay far below 2^52")]
        {
            self.unaccounted.set(l.unaccounted() as f64);
            for (state, n) in [
                ("inbound", l.inbound),
                ("in_progress", l.in_progress),
                ("answered", l.answered),
                ("self_served", l.self_served),
                ("items", l.items),
                ("declined", l.declined),
            ] {
                self.ledger.with_label_values(&[state]).set(n as f64);
            }
        }
    }
}

impl Observer for Metrics {
    fn observe(&self, _now: Timestamp, out: &Outbox, _floor: &Floor) {
        if let Some(oddity) = out.oddity {
            self.oddities.with_label_values(&[kind(oddity)]).inc();
        }
        for fact in &out.facts {
            match fact {
                Fact::CallArrived { .. } => self.calls.inc(),
                Fact::Queued { lane, .. } => self.queued.with_label_values(&[lane.as_str()]).inc(),
                Fact::OfferEnded { outcome, .. } => self.offers.with_label_values(&[offer_outcome(*outcome)]).inc(),
                Fact::CallLeft { how, .. } => self.calls_ended.with_label_values(&[left(*how)]).inc(),
                Fact::CallClosed { .. } => self.calls_ended.with_label_values(&["answered"]).inc(),
                _ => {}
            }
        }
    }

    fn committed(&self, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
    }
}

fn kind(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::Duplicate => "duplicate",
        Oddity::LateAnswer => "late_answer",
        Oddity::UnknownNumber => "unknown_number",
        Oddity::UnknownLeg => "unknown_leg",
        Oddity::Overload => "overload",
        Oddity::Repeated(_) => "repeated",
        Oddity::ClosedItem(_) => "closed_item",
    }
}

fn offer_outcome(outcome: OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Accepted => "accepted",
        OfferOutcome::Declined => "declined",
        OfferOutcome::NotAnswered => "not_answered",
        OfferOutcome::Withdrawn => "withdrawn",
        OfferOutcome::Unreachable => "unreachable",
    }
}

fn left(how: Left) -> &'static str {
    match how {
        Left::Declined => "declined",
        Left::SelfServed => "self_served",
        Left::Abandoned => "abandoned",
        Left::Missed => "missed",
        Left::Callback => "callback",
        Left::Voicemail => "voicemail",
        Left::TurnedAway => "turned_away",
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

#[expect(clippy::cast_precision_loss, reason = "waits are far below 2^52 ms")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    kept(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn gauges(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
    kept(registry, GaugeVec::new(Opts::new(name, help), labels))
}

fn histogram(registry: &Registry, name: &str, help: &str) -> Histogram {
    let buckets = vec![0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0];
    kept(registry, Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets)))
}

#[expect(clippy::expect_used, reason = "names and labels are the constants above: a wrong one fails every test")]
fn kept<C: Collector + Clone + 'static>(registry: &Registry, made: prometheus::Result<C>) -> C {
    let collector = made.expect("a metric's name and labels are well formed");
    register(registry, collector.clone());
    collector
}

#[expect(clippy::expect_used, reason = "each name above is registered once: a second one fails every test")]
fn register(registry: &Registry, collector: impl Collector + 'static) {
    registry.register(Box::new(collector)).expect("a metric is registered once");
}
