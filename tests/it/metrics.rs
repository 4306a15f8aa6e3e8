//! Metrics keep what they count: after whole days of calls every counter equals a recount of the journal, and every
//! queue's entries are its exits and those who still wait.
//!
//! The recount here is written from the facts' meaning and shares no code with the tally.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::engine::Observer;
use carelane::floor::Floor;
use carelane::floor::effect::Outbox;
use carelane::floor::fact::Fact;
use carelane::floor::fact::Left;
use carelane::floor::fact::OfferOutcome;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Owner;
use carelane::flow::Phrase;
use carelane::metrics::Metrics;
use carelane::vocab::CallId;
use carelane::vocab::LaneId;
use carelane::vocab::LegId;
use carelane::vocab::Timestamp;

use crate::simulate::facts_of;

/// Days whose journals are recounted.
const SEEDS: [u64; 6] = [1, 2, 3, 5, 8, 13];

type Journal = [(Timestamp, Fact)];

/// Metrics that watched these facts, and the floor they lead to.
struct Watched {
    metrics: Metrics,
    floor: Floor,
    now: Timestamp,
}

impl Watched {
    /// As after a start on a journal that holds these facts.
    fn started_on(before: &Journal) -> Self {
        let mut floor = Floor::default();
        before.iter().for_each(|(at, fact)| floor.apply(*at, fact));
        floor.recovered();
        let metrics = Metrics::new();
        metrics.resume(&floor);
        Self { metrics, floor, now: before.last().map_or(Timestamp(0), |(at, _)| *at) }
    }

    fn see(&mut self, at: Timestamp, fact: &Fact) {
        self.floor.apply(at, fact);
        self.metrics.observe(at, &Outbox { facts: vec![fact.clone()], ..Outbox::default() }, &self.floor);
        self.now = at;
    }

    fn scraped(&self) -> Scraped {
        Scraped(self.metrics.render(Some(&self.floor.view()), self.now))
    }
}

struct Scraped(String);

impl Scraped {
    /// The sum of a metric's samples that carry all these labels.
    fn sum(&self, metric: &str, labels: &[(&str, &str)]) -> f64 {
        let samples = self.0.lines().filter_map(|line| line.rsplit_once(' '));
        let named = samples.filter(|(series, _)| series.split('{').next() == Some(metric));
        let wanted: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let found = named.filter(|(series, _)| wanted.iter().all(|label| series.contains(label.as_str())));
        found.map(|(_, value)| value.parse::<f64>().expect("a sample is a number")).sum()
    }

    #[track_caller]
    fn is(&self, metric: &str, labels: &[(&str, &str)], wanted: usize) {
        let (found, wanted) = (self.sum(metric, labels), f64::from(u32::try_from(wanted).expect("a small count")));
        assert!((found - wanted).abs() < 1e-6, "{metric} {labels:?} is {found}, a recount gives {wanted}");
    }

    /// Counters only, which never go back.
    fn counters(&self) -> BTreeMap<&str, f64> {
        let kinds = self.0.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter"));
        let names: BTreeSet<&str> = kinds.filter(|name| name.starts_with("carelane_")).collect();
        let samples = self.0.lines().filter_map(|line| line.rsplit_once(' '));
        let counted = samples.filter(|(series, _)| names.contains(series.split('{').next().unwrap_or_default()));
        counted.map(|(series, value)| (series, value.parse().expect("a number"))).collect()
    }
}

fn count(journal: &Journal, is: impl Fn(&Fact) -> bool) -> usize {
    journal.iter().filter(|(_, fact)| is(fact)).count()
}

/// Entries less exits is the depth, in each lane; and calls taken or come back less calls gone are those alive.
#[track_caller]
fn conserves(scraped: &Scraped, floor: &Floor) {
    for lane in floor.view().lanes {
        let labels = [("practice", lane.practice.as_str()), ("lane", lane.lane.as_str())];
        let inside =
            scraped.sum("carelane_calls_queued_total", &labels) - scraped.sum("carelane_calls_dequeued_total", &labels);
        let depth = scraped.sum("carelane_queue_depth", &labels);
        assert!((inside - depth).abs() < 1e-6, "{labels:?}: entries less exits are {inside}, but {depth} wait");
    }
    let taken = scraped.sum("carelane_calls_total", &[]) + scraped.sum("carelane_calls_resumed_total", &[]);
    let alive = taken - scraped.sum("carelane_calls_ended_total", &[]);
    let seen = scraped.sum("carelane_calls_in_progress", &[]);
    assert!((alive - seen).abs() < 1e-6, "{alive} calls are alive by the counters, {seen} by the view");
}

#[test]
fn every_counter_equals_a_recount_of_the_journal() {
    for seed in SEEDS {
        let journal = &facts_of(seed)[..];
        let mut watched = Watched::started_on(&[]);
        for (n, (at, fact)) in journal.iter().enumerate() {
            watched.see(*at, fact);
            if n % 101 == 0 {
                conserves(&watched.scraped(), &watched.floor);
            }
        }
        let scraped = watched.scraped();
        conserves(&scraped, &watched.floor);
        recount(&scraped, journal, &watched.floor);
    }
}

fn recount(scraped: &Scraped, journal: &Journal, floor: &Floor) {
    let ledger = floor.ledger();
    let all = |n: u64| usize::try_from(n).expect("a small count");
    scraped.is("carelane_calls_total", &[], count(journal, |f| matches!(f, Fact::CallArrived { .. })));
    scraped.is("carelane_calls_total", &[], all(ledger.inbound));
    // Who came back stands in the ledger once, and has ended twice.
    let resumed = scraped.sum("carelane_calls_resumed_total", &[]);
    let ended = |name| scraped.sum("carelane_calls_ended_total", &[("outcome", name)]);
    // The ledger has one place for both: nothing is left to do.
    let closed = ended("declined") + ended("turned_away");
    for (ended, wanted) in [(ended("answered"), ledger.answered), (closed, ledger.declined)] {
        let wanted = f64::from(u32::try_from(wanted).expect("a small count"));
        assert!((wanted..=wanted + resumed).contains(&ended), "{ended} ended, {resumed} came back: {ledger:?}");
    }
    for (how, name) in [
        (Left::Declined, "declined"),
        (Left::TurnedAway, "turned_away"),
        (Left::Abandoned, "abandoned"),
        (Left::Missed, "missed"),
        (Left::Callback, "callback"),
    ] {
        let left = count(journal, |f| matches!(f, Fact::CallLeft { how: h, .. } if *h == how));
        scraped.is("carelane_calls_ended_total", &[("outcome", name)], left);
    }
    for (outcome, name) in [
        (OfferOutcome::Accepted, "accepted"),
        (OfferOutcome::Declined, "declined"),
        (OfferOutcome::NotAnswered, "not_answered"),
        (OfferOutcome::Withdrawn, "withdrawn"),
        (OfferOutcome::Unreachable, "unreachable"),
    ] {
        let ended = count(journal, |f| matches!(f, Fact::OfferEnded { outcome: o, .. } if *o == outcome));
        scraped.is("carelane_offers_total", &[("outcome", name)], ended);
    }
    scraped.is("carelane_transfers_total", &[], count(journal, |f| matches!(f, Fact::Transferred { .. })));
    scraped.is("carelane_failed_joins_total", &[], count(journal, |f| matches!(f, Fact::JoinFailed { .. })));
    scraped.is("carelane_items_opened_total", &[], count(journal, |f| matches!(f, Fact::ItemOpened(_))));
    let closed = count(journal, |f| matches!(f, Fact::ItemClosed { .. }));
    scraped.is("carelane_items_closed_total", &[], closed);
    scraped.is("carelane_item_close_seconds_count", &[], closed);
    scraped.is("carelane_item_attempts_total", &[], count(journal, |f| matches!(f, Fact::ItemAttempted { .. })));
    scraped.is("carelane_item_repeats_total", &[], count(journal, |f| matches!(f, Fact::ItemJoined { .. })));
    scraped.is("carelane_calls_written_up_total", &[], count(journal, |f| matches!(f, Fact::CallClosed { .. })));
    recount_items(scraped, floor);
    let mut queued: BTreeMap<&LaneId, usize> = BTreeMap::new();
    let mut place: BTreeMap<CallId, (&LaneId, Timestamp)> = BTreeMap::new();
    let (mut answered, mut in_target) = (BTreeSet::new(), 0);
    for (at, fact) in journal {
        match fact {
            Fact::Queued { call, lane, deadline, head_starts, .. } => {
                *queued.entry(lane).or_default() += 1;
                let target = head_starts.iter().fold(*deadline, |by, (_, span)| by + *span);
                place.insert(*call, (lane, target));
            }
            Fact::JoinFailed { call } => *queued.entry(place[call].0).or_default() += 1,
            Fact::TalkBegan { call, .. } => {
                let is_first = answered.insert(*call);
                in_target += usize::from(is_first && *at <= place[call].1);
            }
            _ => {}
        }
    }
    for (lane, entries) in queued {
        scraped.is("carelane_calls_queued_total", &[("lane", lane.as_str())], entries);
    }
    scraped.is("carelane_answer_seconds_count", &[], answered.len());
    scraped.is("carelane_answered_in_target_total", &[], in_target);
    let exits = scraped.sum("carelane_calls_dequeued_total", &[]);
    assert!((scraped.sum("carelane_queue_wait_seconds_count", &[]) - exits).abs() < 1e-6, "each exit has one wait");
    assert!(scraped.sum("carelane_short_abandons_total", &[]) <= scraped.sum("carelane_calls_ended_total", &[]));
}

fn recount_items(scraped: &Scraped, floor: &Floor) {
    let items = floor.view().items;
    scraped.is("carelane_items_open", &[], items.len());
    let of_groups = items.iter().filter(|item| matches!(item.item.new.owner, Owner::Group(_))).count();
    scraped.is("carelane_items_unclaimed", &[], of_groups);
    scraped.is("carelane_items_unowned", &[], 0);
}

/// The simulated days are too quiet for an honest estimate: here everybody who waits is told one, every other one in
/// vain.
fn with_told_waits(mut journal: Vec<(Timestamp, Fact)>) -> Vec<(Timestamp, Fact)> {
    let mut to = 0;
    for (_, fact) in &mut journal {
        if let Fact::LegTreated { treatment: Treatment::Hold { first, .. }, .. } = fact {
            to = 30 - to;
            first.push(Words::Wait(Phrase::WaitRange, 0, to));
        }
    }
    journal
}

#[test]
fn the_wait_that_a_caller_was_told_is_held_against_the_wait_that_came() {
    let (mut all_held, mut all_broken) = (0, 0.0);
    for seed in SEEDS {
        let journal = with_told_waits(facts_of(seed).to_vec());
        let mut watched = Watched::started_on(&[]);
        let mut callers: BTreeMap<LegId, CallId> = BTreeMap::new();
        let mut told: BTreeMap<CallId, Timestamp> = BTreeMap::new();
        let (mut held, mut longer) = (0, 0);
        for (at, fact) in &journal {
            watched.see(*at, fact);
            match fact {
                Fact::CallArrived { call, leg, .. } => drop(callers.insert(*leg, *call)),
                // In another line it is told anew.
                Fact::Queued { call, .. } => drop(told.remove(call)),
                Fact::LegTreated { leg, treatment, .. } => {
                    if let (Some(wait), Some(call)) = (treatment.told_wait(), callers.get(leg)) {
                        told.insert(*call, *at + wait);
                    }
                }
                Fact::TalkBegan { call, .. } => match told.remove(call) {
                    Some(until) if *at <= until => held += 1,
                    Some(_) => longer += 1,
                    None => {}
                },
                _ => {}
            }
        }
        let scraped = watched.scraped();
        scraped.is("carelane_wait_told_total", &[("result", "held")], held);
        let broken = scraped.sum("carelane_wait_told_total", &[("result", "longer")]);
        assert!(broken >= f64::from(longer), "SEED={seed}: {longer} were answered later than told, {broken} counted");
        all_held += held;
        all_broken += broken + scraped.sum("carelane_wait_told_total", &[("result", "left")]);
    }
    assert!(all_held > 0 && all_broken > 0.0, "{all_held} waits held, {all_broken} did not: nothing was shown");
}

#[test]
fn a_restart_in_between_counts_nothing_twice_and_forgets_nothing() {
    for seed in SEEDS {
        let journal = &facts_of(seed)[..];
        for cut in [journal.len() / 3, journal.len() / 2, journal.len() - 40] {
            let (before, after) = journal.split_at(cut);
            let (mut whole, mut first) = (Watched::started_on(&[]), Watched::started_on(&[]));
            let mut second = Watched::started_on(before);
            journal.iter().for_each(|(at, fact)| whole.see(*at, fact));
            before.iter().for_each(|(at, fact)| first.see(*at, fact));
            after.iter().for_each(|(at, fact)| second.see(*at, fact));
            let (whole, first, second) = (whole.scraped(), first.scraped(), second.scraped());
            let second = second.counters();
            // A short abandon is one by its time in the queue, which a restart knows of the whole request only.
            let exact = |series: &&str| !series.starts_with("carelane_short_abandons");
            for (series, all) in whole.counters().into_iter().filter(|(series, _)| exact(series)) {
                let earlier = first.counters().get(series).copied().unwrap_or_default();
                let later = second.get(series).copied().unwrap_or_default();
                assert!(
                    (earlier + later - all).abs() < 1e-6,
                    "SEED={seed}: {series} is {all}; with a restart after {cut} facts {earlier} and {later}"
                );
            }
        }
    }
}
