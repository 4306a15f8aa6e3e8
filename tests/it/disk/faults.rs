//! The Nth write and the Nth sync fail, for every N of a short life: the process ends, and the next one finds all.
//!
//! Every N meets one kind of fault; `CARELANE_TEST_FAULTS=all` lets each meet every kind.

use super::recording::Step;
use super::writer::FAILED;
use super::writer::Length;
use super::writer::Place;
use super::writer::WHOLE;
use super::writer::recovers;

const WRITES: &[&str] = &["EIO:once", "ENOSPC:on", "SHORT:once", "EIO:on", "SHORT:on", "ENOSPC:once"];
const SYNCS: &[&str] = &["EIO:once", "EIO:on"];

/// Lets the Nth write or sync fail, from the first to the last that a life without faults has; says how many lives
/// failed, and how many were not harmed.
fn fail_each(kind: &str, is_one: fn(&Step) -> bool, faults: &[&str]) -> (usize, usize) {
    let sound = Place::new();
    let (status, said) = sound.run(Length::Short, None);
    assert!(status.success(), "{said}");
    let count = sound.steps().iter().filter(|step| is_one(step)).count();
    let all = std::env::var("CARELANE_TEST_FAULTS").is_ok_and(|which| which == "all");
    let (mut failed, mut unharmed) = (0, 0);
    for number in 1..=count {
        let chosen = if all { faults } else { std::slice::from_ref(&faults[number % faults.len()]) };
        for fault in chosen {
            let fault = format!("{kind}:{number}:{fault}");
            if fails(&fault) {
                failed += 1;
            } else {
                unharmed += 1;
            }
        }
    }
    println!("{kind}: {count} in a short life; {failed} lives failed, {unharmed} were not harmed");
    (failed, unharmed)
}

/// One life with a fault, and the next one without; says whether the first one failed.
fn fails(fault: &str) -> bool {
    let place = Place::new();
    let (status, said) = place.run(Length::Short, Some(fault));
    let failed = match status.code() {
        Some(0) => false,
        Some(FAILED) => true,
        code => panic!("{fault}: ended with {code:?}: {said}"),
    };
    let took = place.steps().into_iter().find(|step| matches!(step, Step::Synced(_, false)));
    if let (false, Some(Step::Synced(path, _))) = (failed, took) {
        // SQLite syncs its folder and takes no notice of a failure: ours follows. A new database is made beside its
        // place, and a file of the making that is gone is missed by nobody.
        assert!(
            path.is_dir() || !path.exists(),
            "{fault}: a failed sync of {} was taken for a good one",
            path.display()
        );
    }
    let found = recovers(&place.data(), place.acknowledged()).unwrap_or_else(|why| panic!("{fault}: {why}\n{said}"));
    let (status, said) = place.run(Length::Short, None);
    assert!(status.success(), "{fault}: the next life ended: {said}");
    let whole = recovers(&place.data(), place.acknowledged()).unwrap_or_else(|why| panic!("{fault}: {why}"));
    assert!(whole >= found && whole == WHOLE, "{fault}: {found} entries, then {whole}");
    failed
}

#[test]
fn whichever_write_fails_nothing_acknowledged_is_lost() {
    let (failed, unharmed) = fail_each("write", |step| matches!(step, Step::Written(..)), WRITES);
    // A short write is tried again, and a full disk may have room by then.
    assert!(failed > unharmed, "{failed} lives failed, {unharmed} did not notice");
}

#[test]
fn whichever_sync_fails_nothing_acknowledged_is_lost() {
    let (failed, unharmed) = fail_each("sync", |step| matches!(step, Step::Synced(..)), SYNCS);
    assert!(failed > 4 * unharmed, "{failed} lives failed, {unharmed} did not notice");
}
