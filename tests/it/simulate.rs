//! Behaviour tests: whole days of random patients, assistants and carrier faults on the virtual clock.
//!
//! After every event the floor is judged as in the scenarios, and every offer against a slow reference of the order.
//! When all has quietened every call is accounted for. A failing seed stands in the message: `SEED=n` plays it alone.

mod carrier;
pub(crate) mod chance;
pub(crate) mod day;
mod marks;
mod people;
mod reference;

use carelane::floor::Floor;
use carelane::floor::effect::Outbox;
use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;

use crate::scenario::MORNING;
use crate::scenario::practice::NUMBER;
use crate::scenario::practice::Practice;
pub(crate) use chance::Chance;
use day::Day;
use marks::Marks;
use marks::REQUIRED;

/// How many days a test run lives through; `DAYS=n` for more.
const DAYS: u64 = 100;
/// Recovery and repetitions are judged after one of so many events; after each if one seed is played alone.
const THOROUGH_ONE_IN: u64 = 32;

pub(crate) fn lived(seed: u64, thorough_one_in: u64) -> Day {
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
