//! Behaviour tests: days of random patients, assistants and carrier faults on the virtual clock (`carelane::sim`).
//!
//! A failing seed tells its story; `carelane sim --seeds 1 --from SEED` lives through it alone. Seeds that ever failed
//! stand in `tests/seeds.txt` and are always lived through.

use carelane::floor::Floor;
use carelane::floor::effect::Outbox;
use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::fact::Fact;
use carelane::sim::Failure;
use carelane::sim::Lived;
use carelane::sim::live;
use carelane::sim::run;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;
use carelane::vocab::Timestamp;

use crate::scenario::MORNING;
use crate::scenario::practice::NUMBER;
use crate::scenario::practice::Practice;

/// Practice-days of a test run: even with few cores they are over in some twenty seconds.
const SEEDS: u64 = 300;
/// Threads for them.
const JOBS: usize = 2;

fn describe(failure: &Failure) -> String {
    format!("seed {}: {}\n{}", failure.seed, failure.broken, failure.story)
}

pub(crate) fn lived(seed: u64, days: u64) -> Lived {
    live(seed, days, Floor::default()).unwrap_or_else(|failure| panic!("{}", describe(&failure)))
}

/// The facts of a simulated day, each with its time.
pub(crate) fn facts_of(seed: u64) -> Vec<(Timestamp, Fact)> {
    let entries = lived(seed, 1).journal.into_iter();
    entries.flat_map(|entry| entry.facts.into_iter().map(move |fact| (entry.at, fact))).collect()
}

#[test]
fn every_day_ends_with_every_call_accounted_for() {
    let ran = run(0, SEEDS, 1, JOBS, &|_| {});
    if let Some(failure) = ran.failures.values().next() {
        panic!("{}", describe(failure));
    }
    assert_eq!(ran.seeds, SEEDS);
    assert!(ran.marks.missing().is_empty(), "{SEEDS} seeds never met {:?}", ran.marks.missing());
}

#[test]
fn seeds_that_failed_once_do_not_fail_again() {
    let kept = include_str!("../seeds.txt").lines().filter(|line| !line.starts_with('#'));
    for line in kept {
        let mut words = line.split_whitespace().map(|word| word.parse::<u64>());
        let (Some(Ok(seed)), Some(Ok(days))) = (words.next(), words.next()) else { panic!("no seed and days: {line}") };
        lived(seed, days);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| {
        let lived = lived(seed, 1);
        format!("{:?} {:?}", lived.journal, lived.effects)
    };
    for seed in [3, 14, 159] {
        assert!(bytes(seed) == bytes(seed), "seed {seed} gave two journals");
    }
    assert_ne!(bytes(3), bytes(14), "two seeds, one day: the seed changes nothing");
}

#[test]
fn a_week_is_more_than_a_day() {
    let (day, week) = (lived(5, 1), lived(5, 3));
    assert!(week.calls > day.calls, "{} calls in a day, {} in three", day.calls, week.calls);
}

/// Every order of these.
fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = of.split_first() else { return vec![Vec::new()] };
    let shorter = orders(rest);
    let places = shorter.iter().flat_map(|order| (0..=order.len()).map(move |at| (order, at)));
    places
        .map(|(order, at)| {
            let mut longer = order.clone();
            longer.insert(at, first.clone());
            longer
        })
        .collect()
}

#[test]
fn any_order_of_status_callbacks_leads_to_the_same_floor() {
    let who = CarrierCall::from("CA-1");
    let caller = Caller::from_carrier("+15555550101");
    let mut opening = Practice::opening().to_vec();
    opening.extend([
        Event::AgentStateAsked { agent: "ana".into(), state: AskedState::Available },
        Event::AgentStateAsked { agent: "ben".into(), state: AskedState::Available },
        Event::CallArrived { carrier_call: who, caller, dialled: NUMBER.into() },
        Event::TreatmentEnded { leg: LegId(1), serial: 1, input: Input::Keys("1".into()) },
    ]);
    for end in [LegEnd::NoAnswer, LegEnd::Busy, LegEnd::Failed, LegEnd::Completed] {
        let told = [LegStatus::Initiated, LegStatus::Ringing, LegStatus::InProgress, LegStatus::Ended(end)];
        let mut floors = orders(&told).into_iter().map(|order| {
            let mut floor = Floor::default();
            let status = |status| Event::LegStatus { leg: Some(LegId(2)), carrier_call: "CA-2".into(), status };
            let all = opening.iter().cloned().chain(order.iter().map(|told| status(*told)));
            all.for_each(|event| floor.handle(MORNING, event, &mut Outbox::default()));
            (order, floor)
        });
        let (_, usual) = floors.next().unwrap_or_default();
        assert_eq!(usual.live_legs().len(), 1, "the offer's leg is over, the caller's is up");
        for (order, floor) in floors {
            assert!(floor == usual, "{order:?} leads elsewhere");
        }
    }
}
