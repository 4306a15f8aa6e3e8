//! Metrics: counters from facts, gauges from the view. Prefix `carelane_`, base units.
//!
//! ```text
//!   facts ─► tally ─► series (held by practice, lane, kind) ─┐
//!   doors ─► webhooks, greetings, reloads ───────────────────┼─► the text Prometheus scrapes
//!   view, data folder ─► gauges, when it asks ───────────────┘
//! ```
//!
//! Labels come from closed sets and configured ids only; nothing a caller says or is can become one.

mod family;
mod gauges;
mod series;
mod stream;
mod tally;
mod webhook;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use prometheus::Encoder as _;
use prometheus::Gauge;
use prometheus::Histogram;
use prometheus::IntCounter;
use prometheus::IntCounterVec;
use prometheus::Registry;
use prometheus::TextEncoder;

pub use stream::OpenStream;
pub use stream::StreamEnd;
pub use webhook::WebhookResult;
pub use webhook::WebhookRoute;

use crate::carrier::twilio::Rejection;
use crate::engine::Observer;
use crate::floor::Floor;
use crate::floor::effect::Oddity;
use crate::floor::effect::Outbox;
use crate::floor::fact::Fact;
use crate::floor::view::View;
use crate::flow::Flow;
use crate::flow::spoken_seconds;
use crate::flow::text;
use crate::journal::Usage;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use family::Choices;
use family::WORK_BUCKETS;
use family::counter;
use family::counters;
use family::gauge;
use family::gauges;
use family::histogram;
use family::register;
use gauges::Gauges;
use stream::StreamSeries;
use tally::Tally;
use webhook::Webhooks;

const ODDITIES: [&str; 7] =
    ["duplicate", "late_answer", "unknown_number", "unknown_leg", "overload", "repeated", "closed_item"];
const PINS: [&str; 3] = ["right", "wrong", "locked"];
const RELOADS: [&str; 4] = ["loaded", "refused", "unreadable", "not_taken"];

/// Everything that is measured.
pub struct Metrics {
    registry: Registry,
    tally: Mutex<Tally>,
    webhooks: Webhooks,
    streams: StreamSeries,
    oddities: Choices,
    imported: IntCounter,
    quarantined: IntCounter,
    disk_full: Gauge,
    clock_ahead: Gauge,
    commit_seconds: Histogram,
    staff_pins: Choices,
    reloads: Choices,
    files_sound: Gauge,
    /// Held while a scrape is written: two at once would read each other's half-set gauges.
    gauges: Mutex<Gauges>,
    /// Whose size and disk are measured.
    data: Option<PathBuf>,
}

/// How a reading of the flow files ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReloadResult {
    /// New calls use them.
    Loaded,
    /// They have errors: nothing was changed.
    Refused,
    /// They cannot be read: nothing was changed.
    Unreadable,
    /// The desk did not take them.
    NotTaken,
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
        let build = gauges(r, "carelane_build_info", "Which carelane runs; the value is always 1.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        Self {
            tally: Mutex::new(Tally::new(r)),
            webhooks: Webhooks::new(r),
            streams: StreamSeries::new(r),
            oddities: choices(r, "carelane_oddities_total", "Strange but harmless input, by kind.", "kind", &ODDITIES),
            imported: counter(
                r,
                "carelane_calls_imported_total",
                "Missed calls taken from the carrier's call list after downtime.",
            ),
            quarantined: counter(
                r,
                "carelane_events_quarantined_total",
                "Events at which the core panicked twice, set aside: bugs.",
            ),
            disk_full: gauge(
                r,
                "carelane_disk_full",
                "1 while the journal has no space and callers get the fallback document.",
            ),
            clock_ahead: gauge(
                r,
                "carelane_clock_ahead_seconds",
                "Carelane's time less the machine's clock: by so much opening hours and promised times are wrong.",
            ),
            commit_seconds: histogram(
                r,
                "carelane_journal_commit_seconds",
                "Time to make a batch durable.",
                WORK_BUCKETS,
            ),
            reloads: choices(
                r,
                "carelane_flow_reloads_total",
                "Readings of the flow files after the start, by result.",
                "result",
                &RELOADS,
            ),
            files_sound: gauge(
                r,
                "carelane_flow_files_sound",
                "1 if the flow files were without errors when they were last read.",
            ),
            staff_pins: choices(
                r,
                "carelane_staff_pins_total",
                "PINs on the staff number, by result.",
                "result",
                &PINS,
            ),
            gauges: Mutex::new(Gauges::new(r)),
            data: None,
            registry,
        }
    }

    /// The same, measuring this data folder too.
    #[must_use]
    pub fn with_data(self, data: PathBuf) -> Self {
        Self { data: Some(data), ..self }
    }

    /// How full the disk of the data folder is now; nothing if it cannot be looked at. Looks at the disk.
    pub fn usage(&self) -> Option<Usage> {
        self.data.as_deref().and_then(Usage::of)
    }

    /// Takes over what a recovered floor holds, so that what happens to it now is counted under its lane.
    pub fn resume(&self, floor: &Floor) {
        self.tally().resume(floor);
    }

    /// A carrier webhook was answered.
    pub fn webhook(&self, route: WebhookRoute, result: WebhookResult, took: Duration) {
        self.webhooks.answered(route, result, took);
    }

    /// A media stream carries a call's audio; it counts as open until the value is dropped.
    pub fn stream_opened(&self) -> OpenStream {
        self.streams.opened()
    }

    /// A media stream ended, perhaps before it carried anything.
    pub fn stream_ended(&self, how: StreamEnd) {
        self.streams.ended(how);
    }

    /// Audio came by a media stream, in frames of 20 ms.
    pub fn stream_heard(&self, frames: u64) {
        self.streams.heard(frames);
    }

    /// A recogniser was asked what a caller said: `words`, `nothing` or `failed`.
    pub fn stream_recognised(&self, result: &'static str) {
        self.streams.recognised(result);
    }

    /// Audio went out by a media stream.
    pub fn stream_sent(&self, frames: u64) {
        self.streams.sent(frames);
    }

    /// A webhook was not believed.
    pub fn forged(&self, why: Rejection) {
        self.webhooks.refused(why);
    }

    /// A call's first document left: `took` is the time since its webhook came.
    pub fn greeted(&self, flow: &Flow, took: Duration) {
        let opening = spoken_seconds(text(&flow.greeting.opening, flow.default_language()));
        let series = self.tally().practice(&flow.practice);
        series.first_sound.observe(took.as_secs_f64());
        series.name.observe(took.as_secs_f64() + opening);
    }

    /// The flow files were read again.
    pub fn reloaded(&self, result: ReloadResult) {
        self.reloads.inc(match result {
            ReloadResult::Loaded => "loaded",
            ReloadResult::Refused => "refused",
            ReloadResult::Unreadable => "unreadable",
            ReloadResult::NotTaken => "not_taken",
        });
        if result != ReloadResult::NotTaken {
            self.flow_files(result == ReloadResult::Loaded);
        }
    }

    /// Whether the flow files were sound when they were read.
    pub fn flow_files(&self, are_sound: bool) {
        self.files_sound.set(f64::from(u8::from(are_sound)));
    }

    /// How far carelane's time is ahead of the machine's clock.
    pub fn clock_ahead(&self, by: Span) {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few years fit")]
        self.clock_ahead.set(by.0 as f64 / 1_000.0);
    }

    /// The text Prometheus scrapes. Looks at the disk: not for the webhook path. Without a view, while the desk cannot
    /// answer, its gauges stay as they were.
    pub fn render(&self, view: Option<&View>, now: Timestamp) -> String {
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = view {
            gauges.show(view, now);
        }
        // A folder that cannot be looked at keeps its last figures; the journal's own failure ends the process.
        if let Some(usage) = self.usage() {
            gauges.show_usage(usage);
        }
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // Counting does not panic; and a count is never half done.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Metrics {
    fn observe(&self, now: Timestamp, out: &Outbox, _floor: &Floor) {
        if let Some(oddity) = out.oddity {
            self.oddities.inc(kind(oddity));
        }
        if out.facts.is_empty() {
            return;
        }
        let mut tally = self.tally();
        for fact in &out.facts {
            match fact {
                Fact::StaffKnown { .. } => self.staff_pins.inc("right"),
                Fact::PinRefused { locked_until, .. } => {
                    self.staff_pins.inc(if locked_until.is_some() { "locked" } else { "wrong" });
                }
                Fact::EventQuarantined { .. } => self.quarantined.inc(),
                _ => {}
            }
            tally.count(now, fact);
        }
    }

    fn imported(&self, calls: u64) {
        self.imported.inc_by(calls);
    }

    fn disk_full(&self, full: bool) {
        self.disk_full.set(f64::from(u8::from(full)));
    }

    fn committed(&self, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
    }
}

fn choices(registry: &Registry, name: &str, help: &str, label: &str, names: &[&'static str]) -> Choices {
    let family: IntCounterVec = counters(registry, name, help, &[label]);
    Choices::of(&family, &[], names)
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
