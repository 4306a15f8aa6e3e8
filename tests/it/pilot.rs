//! The pilot: four made-up weeks are kept or adjusted for the right reason, a sample is judged by a person, and the
//! command says what is wrong with its input.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::fs;
use std::path::Path;
use std::process::Command;

use carelane::report::METRICS;
use carelane::report::Period;
use carelane::report::Pilot;
use carelane::report::Plan;
use carelane::report::Slice;
use carelane::report::Verdict;
use carelane::report::sample_rows;
use carelane::report::verdicts;
use carelane::vocab::Span;
use jiff::civil::date;

use crate::journal::copy_folder;
use crate::report::MONDAY;
use crate::report::Week;
use crate::serve::process::Folder;

/// A week in minutes.
const WEEK: i64 = 7 * 1_440;

/// Ten callbacks on the days of one week, each so many minutes after its call.
fn callbacks(made: &mut Week, week: i64, after: i64) {
    (0..10).for_each(|n| {
        made.missed(week * WEEK + n % 5 * 1_440 + 540 + n * 7, "scheduling", Some((after, "booked")));
    });
}

/// Answered after so many seconds each, in a week.
fn answered(made: &mut Week, week: i64, seconds: i64) {
    (0..20).for_each(|n| {
        made.answered(week * WEEK + n % 5 * 1_440 + 600 + n * 5, "scheduling", "en-US", seconds, "booked");
    });
}

fn pilot(made: &Week, days: i64) -> Pilot {
    let lane = made.flow.lane(&"scheduling".into()).expect("the demo has the lane");
    let number = METRICS.iter().find(|metric| metric.id == "callback_time").expect("a metric");
    let plan = Plan { lane, begins: date(2026, 11, 16), number };
    Pilot::of(&made.history, &made.flow, plan, MONDAY + Span::days(days)).expect("the calendar has these weeks")
}

#[test]
fn faster_callbacks_and_nothing_worse_are_kept() {
    let mut made = Week::new();
    callbacks(&mut made, 0, 200);
    answered(&mut made, 0, 30);
    callbacks(&mut made, 2, 60);
    answered(&mut made, 2, 30);
    callbacks(&mut made, 3, 40);
    answered(&mut made, 3, 30);
    assert_eq!(pilot(&made, 20).verdict, Verdict::TooEarly);
    let whole = pilot(&made, 28);
    assert_eq!(whole.verdict, Verdict::Keep);
    let told = whole.to_string();
    assert!(told.contains("[ ] a callback is due after 2 h, but half take longer than 3 h"), "{told}");
    assert!(told.contains("completed  item-"), "{told}");
}

#[test]
fn a_better_number_bought_with_a_worse_one_is_adjusted_and_says_which() {
    let mut made = Week::new();
    callbacks(&mut made, 0, 200);
    answered(&mut made, 0, 30);
    callbacks(&mut made, 3, 40);
    answered(&mut made, 3, 90);
    let Verdict::Adjust(why) = pilot(&made, 28).verdict else { panic!("it is not to be kept") };
    assert_eq!(why, ["time until a person answered: 30 s before, 1 min now"]);
    let mut slow = Week::new();
    callbacks(&mut slow, 0, 100);
    callbacks(&mut slow, 3, 98);
    let Verdict::Adjust(why) = pilot(&slow, 28).verdict else { panic!("it is not to be kept") };
    assert_eq!(why, ["its number is not better by a tenth"]);
}

#[test]
fn a_few_cases_decide_nothing() {
    let mut made = Week::new();
    callbacks(&mut made, 0, 200);
    made.missed(3 * WEEK + 600, "scheduling", Some((5, "booked")));
    assert_eq!(pilot(&made, 28).verdict, Verdict::TooFew);
    assert!(pilot(&made, 2).to_string().contains("not yet"), "weeks to come are not zero");
}

#[test]
fn a_sample_is_spread_over_the_week_and_a_persons_answers_are_counted() {
    let mut made = Week::new();
    answered(&mut made, 0, 30);
    let week = Period { first: date(2026, 11, 16), days: 7 };
    let slice = Slice::of(&made.history, &made.flow, week, MONDAY + Span::days(7)).expect("the calendar has it");
    let mut rows = sample_rows(&slice, 5);
    assert_eq!(rows.len(), 6);
    let calls: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(calls, ["call-1", "call-5", "call-9", "call-13", "call-17"]);
    let heading = rows.remove(0);
    (rows[0][5], rows[1][5], rows[2][6]) = ("yes".to_owned(), "No ".to_owned(), "y".to_owned());
    let counted = verdicts(&heading, &rows).expect("they can be counted");
    assert_eq!(counted.map(|answers| (answers.yes, answers.no)), [(1, 1), (1, 0), (0, 0), (0, 0)]);
    rows[3][7] = "perhaps".to_owned();
    let why = verdicts(&heading, &rows).expect_err("perhaps is no answer");
    assert_eq!(why, "row 5: `promise_visible` is yes, no or empty, not `perhaps`");
}

#[test]
fn the_command_shows_lanes_weeks_and_what_is_wrong_with_its_input() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::new();
    copy_folder(&root.join("tests/journals/v1"), folder.path());
    let run = |words: &[&str]| {
        let data = ["pilot", "--data", folder.path().to_str().expect("a path")];
        let mut command = Command::new(env!("CARGO_BIN_EXE_carelane"));
        let out = command.args(data).args(words).output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    };
    let (code, out, err) = run(&[]);
    assert!(code == Some(0) && out.contains("scheduling") && out.contains("last week"), "{out}{err}");
    let (code, out, err) = run(&["--lane", "scheduling", "--begins", "2026-11-18"]);
    assert!(code == Some(0) && out.contains("Week 1, observe (16 November to 22 November 2026)"), "{out}{err}");
    let (code, _, err) = run(&["--lane", "schedulling", "--begins", "2026-11-18"]);
    assert!(code == Some(2) && err.contains("no lane `schedulling`; it has: scheduling"), "{err}");
    let (code, _, err) = run(&["--lane", "scheduling", "--begins", "2036-11-18"]);
    assert!(code == Some(2) && err.contains("begins on 2036-11-17"), "{err}");
    fs::write(folder.path().join("filled.csv"), "call\ncall-1\n").expect("a file can be written");
    let file = folder.path().join("filled.csv");
    let (code, _, err) =
        run(&["--lane", "scheduling", "--begins", "2026-11-18", "--verdicts", file.to_str().expect("a path")]);
    assert!(code == Some(2) && err.contains("there is no column `next_step`"), "{err}");
}
