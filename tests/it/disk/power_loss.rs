//! Power cuts at many points of a recording, each with several images of the disk.
//!
//! `CARELANE_TEST_IMAGES` sets how many images are built, `CARELANE_TEST_SEED` which halves of what was not synced
//! are there.

use std::fs;

use super::platter::Left;
use super::platter::Platter;
use super::recording::Step;
use super::writer::Length;
use super::writer::Place;
use super::writer::data_in;
use super::writer::recovers;

/// So that a normal run of all tests has time for it.
const IMAGES: usize = 400;
/// Images of each point.
const EACH: usize = 4;

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What became of the images.
#[derive(Debug, Default)]
struct Tally {
    images: usize,
    broken: Vec<String>,
}

/// Cuts the power at points spread over the steps from `from` on, and opens what is left.
fn cut_power(place: &Place, steps: &[Step], from: usize, images: usize) -> Tally {
    let seed = number("CARELANE_TEST_SEED").unwrap_or(1) as u64;
    let points = (images / EACH).max(1);
    let last = steps.len() - from;
    // Every point if there are fewer steps than points.
    let mut points: Vec<usize> = (1..=points).map(|n| from + last * n / points).collect();
    points.dedup();
    let mut platter = Platter::default();
    let mut acknowledged = 0;
    let mut tally = Tally::default();
    for (at, step) in steps.iter().enumerate() {
        platter.take(step);
        if let Step::Acknowledged(entry) = step {
            acknowledged = *entry;
        }
        if points.binary_search(&(at + 1)).is_err() {
            continue;
        }
        let torn = seed.wrapping_mul(1_000_003) + at as u64 * 2;
        for left in [Left::Nothing, Left::All, Left::Torn(torn), Left::Torn(torn + 1)] {
            let image = place.image();
            let _ = fs::remove_dir_all(&image);
            fs::create_dir(&image).unwrap();
            platter.leave(left, &place.root, &image);
            tally.images += 1;
            if let Err(why) = recovers(&data_in(&image), acknowledged) {
                tally.broken.push(format!(
                    "after step {} of {} ({}), {left:?}: {why}",
                    at + 1,
                    steps.len(),
                    step.describe()
                ));
            }
        }
    }
    tally
}

fn written(length: Length) -> (Place, Vec<Step>) {
    let place = Place::new();
    let (status, said) = place.run(length, None);
    assert!(status.success(), "{said}");
    let steps = place.steps();
    (place, steps)
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged_and_is_never_refused() {
    let (place, steps) = written(Length::Long);
    let syncs = steps.iter().filter(|step| matches!(step, Step::Synced(_, true))).count();
    let tally = cut_power(&place, &steps, 0, number("CARELANE_TEST_IMAGES").unwrap_or(IMAGES));
    println!("{} images of {} steps with {syncs} syncs", tally.images, steps.len());
    assert!(tally.broken.is_empty(), "{} of {} images: {:#?}", tally.broken.len(), tally.images, tally.broken);
}

#[test]
fn a_power_cut_at_every_step_of_a_first_start_loses_nothing() {
    let (place, steps) = written(Length::Short);
    let tally = cut_power(&place, &steps, 0, EACH * steps.len());
    assert!(tally.broken.is_empty(), "{} of {} images: {:#?}", tally.broken.len(), tally.images, tally.broken);
}

#[test]
fn a_log_that_is_not_synced_would_be_found_out() {
    let (place, mut steps) = written(Length::Short);
    // What SQLite does with synchronous=NORMAL: the log is not synced at a commit.
    steps.retain(|step| !matches!(step, Step::Synced(path, _) if path.ends_with("journal.db-wal")));
    let tally = cut_power(&place, &steps, 0, EACH * steps.len());
    // They are refused, because the anchor knows of more.
    assert!(
        tally.broken.len() > tally.images / 4,
        "only {} of {} images: the test is blind",
        tally.broken.len(),
        tally.images
    );
    // Where the anchor is lost too, entries are missing, and nobody is told.
    steps.retain(|step| !matches!(step, Step::Synced(path, _) if path.ends_with("journal.anchor")));
    let tally = cut_power(&place, &steps, 0, EACH * steps.len());
    assert!(tally.broken.iter().any(|why| why.contains("lost: ")), "{:#?}", tally.broken);
}

#[test]
fn what_a_failed_sync_left_unwritten_is_not_taken_for_durable_at_the_next_start() {
    // The syncs of the short life's commits; the last ones are those of its third opening.
    for sync in 8..=24 {
        let place = Place::new();
        let (_, _) = place.run(Length::Short, Some(&format!("sync:{sync}:EIO:once")));
        let from = place.steps().len();
        let (status, said) = place.run(Length::Short, None);
        assert!(status.success(), "sync {sync}: {said}");
        let steps = place.steps();
        let tally = cut_power(&place, &steps, from, EACH * 12);
        assert!(
            tally.broken.is_empty(),
            "sync {sync}: {} of {}: {:#?}",
            tally.broken.len(),
            tally.images,
            tally.broken
        );
    }
}
