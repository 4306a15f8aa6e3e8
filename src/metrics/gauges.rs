//! Gauges: what is so at this moment, read from the view when Prometheus asks.

use std::collections::BTreeMap;

use prometheus::Gauge;
use prometheus::GaugeVec;
use prometheus::Registry;

use super::family::LABEL_SETS_MAX;
use super::family::OTHER;
use super::family::gauge;
use super::family::gauges;
use super::series::kind;
use super::tally::seconds;
use crate::floor::fact::ItemKind;
use crate::floor::view::View;
use crate::floor::work::recording::RecordingState;
use crate::flow::Owner;
use crate::journal::Usage;
use crate::vocab::Timestamp;

const LANE: [&str; 2] = ["practice", "lane"];
const ITEM: [&str; 3] = ["practice", "lane", "kind"];
const AGENT_STATES: [&str; 6] = ["logged_out", "not_ready", "available", "offered", "talking", "wrap_up"];
const CALL_STATES: [&str; 6] = ["menu", "waiting", "offered", "talking", "wrap_up", "voicemail"];
const KINDS: [ItemKind; 8] = [
    ItemKind::Abandoned,
    ItemKind::Missed,
    ItemKind::Voicemail,
    ItemKind::Callback,
    ItemKind::NoteOwed,
    ItemKind::FollowUp,
    ItemKind::Stage,
    ItemKind::Written,
];

pub(super) struct Gauges {
    depth: GaugeVec,
    oldest: GaugeVec,
    urgent: GaugeVec,
    urgent_oldest: GaugeVec,
    staff: GaugeVec,
    agents: GaugeVec,
    in_progress: GaugeVec,
    items: GaugeVec,
    overdue: GaugeVec,
    items_oldest: GaugeVec,
    unwritten: GaugeVec,
    unclaimed: GaugeVec,
    unowned: GaugeVec,
    recordings: GaugeVec,
    on_call_hole: GaugeVec,
    unaccounted: Gauge,
    ledger: GaugeVec,
    journal: Gauge,
    free: Gauge,
}

/// Values of one family by their labels; adding up or keeping the largest where sets are put together under `other`.
#[derive(Default)]
struct Values<'v>(BTreeMap<Vec<&'v str>, f64>);

impl<'v> Values<'v> {
    fn put(&mut self, labels: &[&'v str], value: f64, join: fn(f64, f64) -> f64) {
        let full = self.0.len() + 1 >= LABEL_SETS_MAX && !self.0.contains_key(labels);
        let labels = if full { vec![OTHER; labels.len()] } else { labels.to_vec() };
        let sum = self.0.entry(labels).or_insert(0.0);
        *sum = join(*sum, value);
    }

    fn add(&mut self, labels: &[&'v str], value: f64) {
        self.put(labels, value, |a, b| a + b);
    }

    fn max(&mut self, labels: &[&'v str], value: f64) {
        self.put(labels, value, f64::max);
    }

    fn show(self, family: &GaugeVec) {
        family.reset();
        for (labels, value) in self.0 {
            family.with_label_values(&labels).set(value);
        }
    }
}

impl Gauges {
    pub(super) fn new(r: &Registry) -> Self {
        let lane = |name, help| gauges(r, name, help, &LANE);
        let item = |name, help| gauges(r, name, help, &ITEM);
        Self {
            depth: lane("carelane_queue_depth", "Calls waiting, those being offered included."),
            oldest: lane("carelane_queue_oldest_wait_seconds", "Age of the oldest waiting request."),
            urgent: lane("carelane_urgent_waiting", "Urgent calls waiting."),
            urgent_oldest: lane("carelane_urgent_oldest_wait_seconds", "Age of the oldest waiting urgent request."),
            staff: lane("carelane_lane_staff", "Assistants signed in who serve the lane in any tier."),
            agents: gauges(r, "carelane_agents", "Assistants, by state.", &["state"]),
            in_progress: gauges(r, "carelane_calls_in_progress", "Calls not closed, by state.", &["state"]),
            items: item("carelane_items_open", "Open work items."),
            overdue: item("carelane_items_overdue", "Open work items whose due time has passed."),
            unwritten: item(
                "carelane_items_unwritten",
                "Open work items whose patient was reached, and nobody wrote down what came of it.",
            ),
            items_oldest: item("carelane_items_oldest_age_seconds", "Age of the oldest open work item."),
            unclaimed: item("carelane_items_unclaimed", "Open work items of a group that nobody has claimed."),
            unowned: item(
                "carelane_items_unowned",
                "Open work items whose owner is not in the team, or a group without anybody: must be 0.",
            ),
            recordings: gauges(r, "carelane_recordings", "Recorded messages of open items, by state.", &["state"]),
            on_call_hole: gauges(
                r,
                "carelane_on_call_hole_seconds",
                "Time of the coming 7 days at which a rung of the on-call ladder is nobody's: must be 0.",
                &["practice"],
            ),
            unaccounted: gauge(
                r,
                "carelane_unaccounted_calls",
                "Inbound calls that are nowhere in the ledger: must be 0.",
            ),
            ledger: gauges(
                r,
                "carelane_ledger_calls",
                "Inbound calls since the journal began, by where they are.",
                &["state"],
            ),
            journal: gauge(r, "carelane_journal_size_bytes", "Size of the journal on disk, its log included."),
            free: gauge(r, "carelane_data_free_bytes", "Space left on the data folder's disk."),
        }
    }

    pub(super) fn show(&self, view: &View, now: Timestamp) {
        self.show_lanes(view, now);
        self.show_items(view, now);
        let mut agents = Values::default();
        AGENT_STATES.iter().for_each(|state| agents.add(&[*state], 0.0));
        view.agents.iter().for_each(|agent| agents.add(&[agent.state], 1.0));
        agents.show(&self.agents);
        let mut calls = Values::default();
        CALL_STATES.iter().for_each(|state| calls.add(&[*state], 0.0));
        let inbound = view.calls.iter().filter(|call| call.calling.is_none());
        inbound.for_each(|call| calls.add(&[call.state], 1.0));
        calls.show(&self.in_progress);
        let mut recordings = Values::default();
        RecordingState::ALL.iter().for_each(|state| recordings.add(&[state.name()], 0.0));
        let known = view.items.iter().flat_map(|item| &item.item.messages);
        known.for_each(|recording| recordings.add(&[recording.state.name()], 1.0));
        recordings.show(&self.recordings);
        let mut holes = Values::default();
        for practice in &view.practices {
            holes.add(&[practice.id.as_str()], seconds(practice.nobody_on_call(now)));
        }
        holes.show(&self.on_call_hole);
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

    pub(super) fn show_usage(&self, usage: Usage) {
        #[expect(clippy::cast_precision_loss, reason = "gauges are floating point; disks stay below 2^52 bytes")]
        {
            self.journal.set(usage.journal_bytes as f64);
            self.free.set(usage.free_bytes as f64);
        }
    }

    fn show_lanes(&self, view: &View, now: Timestamp) {
        let mut depth = Values::default();
        let mut oldest = Values::default();
        let mut urgent = Values::default();
        let mut urgent_oldest = Values::default();
        let mut staff = Values::default();
        let signed_in: Vec<_> = view.agents.iter().filter(|a| a.state != "logged_out").map(|a| &a.id).collect();
        for lane in &view.lanes {
            let labels = [lane.practice.as_str(), lane.lane.as_str()];
            let age = |at: Option<Timestamp>| at.map_or(0.0, |at| seconds(now - at));
            let hurried = || lane.waiting.iter().filter(|w| w.urgent);
            depth.add(&labels, count(lane.waiting.len()));
            oldest.max(&labels, age(lane.waiting.iter().map(|w| w.arrived_at).min()));
            urgent.add(&labels, count(hurried().count()));
            urgent_oldest.max(&labels, age(hurried().map(|w| w.arrived_at).min()));
            staff.add(&labels, count(lane.agents.iter().filter(|id| signed_in.contains(id)).count()));
        }
        depth.show(&self.depth);
        oldest.show(&self.oldest);
        urgent.show(&self.urgent);
        urgent_oldest.show(&self.urgent_oldest);
        staff.show(&self.staff);
    }

    fn show_items(&self, view: &View, now: Timestamp) {
        let mut open = Values::default();
        let mut overdue = Values::default();
        let mut oldest = Values::default();
        let mut unclaimed = Values::default();
        let mut unowned = Values::default();
        let mut unwritten = Values::default();
        for lane in &view.lanes {
            for of in KINDS {
                let labels = [lane.practice.as_str(), lane.lane.as_str(), kind(of)];
                open.add(&labels, 0.0);
                overdue.add(&labels, 0.0);
                oldest.max(&labels, 0.0);
                unclaimed.add(&labels, 0.0);
                unowned.add(&labels, 0.0);
                unwritten.add(&labels, 0.0);
            }
        }
        for item in &view.items {
            let new = &item.item.new;
            let labels = [new.practice.as_str(), new.lane.as_str(), kind(new.kind)];
            open.add(&labels, 1.0);
            overdue.add(&labels, f64::from(u8::from(new.due_at < now)));
            oldest.max(&labels, seconds(now - item.item.opened_at));
            let (is_group, is_there) = match &new.owner {
                Owner::Group(group) => {
                    (true, view.agents.iter().any(|a| a.groups.iter().any(|g| **g == *group.as_str())))
                }
                Owner::Agent(agent) => (false, view.agents.iter().any(|a| a.id == *agent)),
            };
            unclaimed.add(&labels, f64::from(u8::from(is_group)));
            unowned.add(&labels, f64::from(u8::from(!is_there)));
            let owed = item.item.unwritten && item.item.calling.is_none();
            unwritten.add(&labels, f64::from(u8::from(owed)));
        }
        open.show(&self.items);
        overdue.show(&self.overdue);
        oldest.show(&self.items_oldest);
        unclaimed.show(&self.unclaimed);
        unowned.show(&self.unowned);
        unwritten.show(&self.unwritten);
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}
