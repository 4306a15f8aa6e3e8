//! Behaviour tests: the core on a virtual clock, told in scripts.
//!
//! `tests/scenarios/*.txt` are blocks of commands, each followed by the facts, effects and answers that came of it
//! (`UPDATE=1` rewrites them; the diff is to be read, not waved through). `script` has the commands. After every
//! event `carelane::sim::Watch` checks the invariants, recovery and repetitions.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod contact;
mod letters;
mod neighbours;
mod noted;
pub(crate) mod practice;
mod repeats;
mod script;
mod worklist;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use carelane::floor::Floor;
use carelane::floor::effect::Outbox;
use carelane::floor::event::Event;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::sim::told;
use carelane::vocab::Caller;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;
use carelane::vocab::limit::CALLS_MAX;

/// 23 November 2026, 09:00 in the practice's zone.
pub(crate) const MORNING: Timestamp = Timestamp(1_795_446_000_000);

#[test]
fn every_scenario_goes_as_it_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    paths.sort();
    let count = paths.len();
    let mut wrong = String::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy();
        let written = fs::read_to_string(&path).unwrap();
        match script::play(&written) {
            Ok(told) if told == written => {}
            Ok(told) if std::env::var_os("UPDATE").is_some() => fs::write(&path, told).unwrap(),
            Ok(told) => {
                wrong += &format!("\n{name} goes otherwise (UPDATE=1 rewrites it):\n{}", diff(&written, &told));
            }
            Err(broken) => wrong += &format!("\n{name}:\n{broken}\n"),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 40, "only {count} scenarios in {}", folder.display());
}

#[test]
fn any_event_of_any_scenario_may_be_set_aside_and_nothing_is_left_in_limbo() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    let (mut wrong, mut tried) = (String::new(), 0);
    // A share of them: all take minutes. Each scenario begins at another event.
    let one_in = 11;
    for (place, path) in paths.into_iter().enumerate() {
        let name = path.file_stem().unwrap().to_string_lossy();
        let written = fs::read_to_string(&path).unwrap();
        for number in (1 + place % one_in..).step_by(one_in) {
            match script::play_poisoned(&written, number) {
                Ok(true) => tried += 1,
                Ok(false) => break,
                Err(broken) => {
                    let _ = writeln!(wrong, "{name}: {broken}\n");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 100, "only {tried} events");
}

#[test]
fn a_call_above_the_limit_hears_busy_words_and_leaves_an_item() {
    let mut floor = Floor::default();
    let opening = practice::Practice::opening().iter().cloned();
    let call = |n: usize| Event::CallArrived {
        carrier_call: format!("CA-{n}").as_str().into(),
        caller: Caller::from_carrier(&format!("+1555{n:07}")),
        dialled: practice::NUMBER.into(),
    };
    for event in opening.chain((0..CALLS_MAX).map(call)) {
        floor.handle(MORNING, event, &mut Outbox::default());
    }
    let mut out = Outbox::default();
    floor.handle(MORNING, call(CALLS_MAX), &mut out);
    assert_eq!(
        told::outbox(&out),
        "call-120001 arrived at elm on leg-120001, flow version v1\n\
         item-1 missed of call-120001 for desk: en-US routine, owner front, due Mon 23 Nov 14:00:00 CST, promised\n\
         call-120001 left: missed\n\
         leg-120001 #1 goodbye en-US: urgent, busy Mon 23 Nov 14:00:00 CST\n\
         odd: overload\n\
         answer: leg-120001 #1\n"
    );
    floor.check().unwrap();
}

#[test]
fn what_is_kept_for_late_duplicates_is_gone_after_a_day() {
    let mut floor = Floor::default();
    let call = |n: usize| Event::CallArrived {
        carrier_call: format!("CA-{n}").as_str().into(),
        caller: Caller::from_carrier(&format!("+1555{n:07}")),
        dialled: practice::NUMBER.into(),
    };
    let hung_up = |n: usize| Event::LegStatus {
        leg: None,
        carrier_call: format!("CA-{n}").as_str().into(),
        status: LegStatus::Ended(LegEnd::Completed),
    };
    for event in practice::Practice::opening() {
        floor.handle(MORNING, event.clone(), &mut Outbox::default());
    }
    let size = |floor: &Floor| {
        let mut text = String::new();
        floor.write_state(&mut text).unwrap();
        text.len()
    };
    let empty = size(&floor);
    for n in 0..1_000 {
        floor.handle(MORNING, call(n), &mut Outbox::default());
        floor.handle(MORNING, hung_up(n), &mut Outbox::default());
        // Strangers: calls whose end is told before their beginning.
        floor.handle(MORNING, hung_up(1_000_000 + n), &mut Outbox::default());
    }
    assert!(floor.leg_of(&"CA-7".into()).is_some() && size(&floor) > empty + 100_000, "{}", size(&floor));
    let next_day = MORNING + Span::hours(24);
    for n in 2_000..2_003 {
        floor.handle(next_day, call(n), &mut Outbox::default());
    }
    assert!(floor.leg_of(&"CA-7".into()).is_none());
    assert!(size(&floor) < empty + 20_000, "{empty} bytes at the start, {} after a day", size(&floor));
    floor.check().unwrap();
}

/// Lines that differ, after the last line they have in common.
fn diff(written: &str, told: &str) -> String {
    let same = written.lines().zip(told.lines()).take_while(|(a, b)| a == b).count();
    let tail = |text: &str, sign: char| {
        text.lines().skip(same).take(12).fold(String::new(), |mut out, line| {
            let _ = writeln!(out, "{sign} {line}");
            out
        })
    };
    let before = written.lines().skip(same.saturating_sub(4)).take(same.min(4)).map(|line| format!("  {line}\n"));
    format!("{}{}{}", before.collect::<String>(), tail(written, '-'), tail(told, '+'))
}
