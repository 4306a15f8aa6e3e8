//! Salvage: whatever is damaged, what can be trusted is kept, and every other call has somebody who looks after it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use carelane::engine::SalvageError;
use carelane::engine::SalvageReport;
use carelane::engine::Salvaging;
use carelane::engine::salvage;
use carelane::floor::Floor;
use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::floor::fact::ItemKind;
use carelane::journal::Fault;
use carelane::journal::Journal;
use carelane::journal::Store;
use carelane::sim::Chance;
use carelane::vocab::CallId;

use super::SCOPE;
use super::TempFolder;
use crate::simulate::facts_of;

/// A simulated day as a journal, three entries to a commit.
fn written(seed: u64, closed: bool) -> (TempFolder, Vec<Fact>) {
    let folder = TempFolder::new();
    let day = facts_of(seed);
    let (mut journal, _) = Journal::open(&folder.data(), None, |_| {}).unwrap();
    for (n, at_once) in day.chunk_by(|one, next| one.0 == next.0).enumerate() {
        let facts: Vec<Fact> = at_once.iter().map(|(_, fact)| fact.clone()).collect();
        journal.append(at_once[0].0, SCOPE, &Event::TimePassed, &facts).unwrap();
        if n % 3 == 0 {
            journal.commit().unwrap();
        }
    }
    journal.commit().unwrap();
    if closed {
        journal.close().unwrap();
    }
    (folder, day.into_iter().map(|(_, fact)| fact).collect())
}

fn salvaged(from: &Path, to: &Path) -> Result<SalvageReport, SalvageError> {
    salvage(Salvaging { from, to, key_file: None, flows: Vec::new(), floor: "salvaged".into() })
}

/// The floor that a data folder folds to.
fn folded(data: &Path) -> Floor {
    let mut floor = Floor::default();
    let (journal, _) = Journal::open(data, None, |entry| {
        entry.facts.iter().for_each(|fact| floor.apply(entry.at, fact));
    })
    .unwrap();
    drop(journal);
    floor.recovered();
    floor
}

fn arrivals(facts: &[Fact]) -> BTreeSet<CallId> {
    let arrived = |fact: &Fact| match fact {
        Fact::CallArrived { call, .. } => Some(*call),
        _ => None,
    };
    facts.iter().filter_map(arrived).collect()
}

/// Nothing is unaccounted for, and who was in the middle of something has an item with an owner.
fn assert_accounted(floor: &Floor, report: &SalvageReport, what: &str) {
    floor.check().unwrap_or_else(|broken| panic!("{what}: {broken}"));
    let view = floor.view();
    assert_eq!(floor.ledger().unaccounted(), 0, "{what}");
    // A message that was left is still fetched: it is the patient's, not the damaged floor's.
    let done_to_a_leg = floor.outstanding().filter(|(_, effect)| effect.leg().is_some()).count();
    assert_eq!(done_to_a_leg, 0, "{what}: something would be done to a leg");
    assert_eq!(floor.under_way().count(), 0, "{what}: a call is still under way");
    for affected in &report.calls {
        let item = affected.item.unwrap_or_else(|| panic!("{what}: {affected:?} has no item"));
        let item = floor.item(item).unwrap_or_else(|| panic!("{what}: {affected:?} has no item"));
        // Whose number and lane have an open item already, goes on with that one.
        assert!(item.is_of(affected.call) && item.closed.is_none(), "{what}: {affected:?}");
        assert!(item.new.call != affected.call || item.new.kind == ItemKind::Missed, "{what}: {affected:?}");
    }
    assert!(view.agents.iter().all(|agent| agent.state == "logged_out"), "{what}: {:?}", view.agents);
}

fn spoil(data: &Path, file: &str, spoil: impl FnOnce(&mut Vec<u8>)) {
    let path = data.join(file);
    let mut bytes = fs::read(&path).unwrap();
    spoil(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn whichever_page_is_gone_the_rest_is_kept_and_every_call_is_accounted_for() {
    for (closed, file) in [(true, "journal.db"), (false, "journal.db-wal")] {
        let (folder, facts) = written(7, closed);
        let mut chance = Chance::of(11);
        let (mut refused, mut most_lost) = (0, 0);
        for n in 0..24 {
            let data = folder.copy("damaged");
            let mut what = String::new();
            spoil(&data, file, |bytes| {
                let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
                what = format!("{file}: {} at {at}", if n % 2 == 0 { "a bit" } else { "a page" });
                let end = bytes.len().min(at + 4096);
                if n % 2 == 0 { bytes[at] ^= 4 } else { bytes[at..end].fill(0) }
            });
            let to = folder.0.join("new");
            let _ = fs::remove_dir_all(&to);
            let report = match salvaged(&data, &to) {
                Ok(report) => report,
                Err(SalvageError::Journal(error)) if error.fault() == Fault::Operator => {
                    assert!(error.to_string().contains("sound"), "{what}: {error}");
                    continue;
                }
                // The flow's page is hit: a person has to say where the file is.
                Err(SalvageError::NoFlow(_)) => {
                    refused += 1;
                    continue;
                }
                Err(error) => panic!("{what}: {error}"),
            };
            let lost: u64 = report.lost.iter().map(|lost| lost.last + 1 - lost.first).sum();
            most_lost = most_lost.max(lost);
            let floor = folded(&to);
            assert_accounted(&floor, &report, &what);
            let affected = |call: &CallId| report.calls.iter().any(|affected| affected.call == *call);
            let kept = arrivals(&facts).into_iter().filter(|call| !affected(call)).count();
            assert!(kept + report.calls.len() >= arrivals(&facts).len(), "{what}: {report:?}");
        }
        assert!(most_lost <= 30, "{file}: one page costs {most_lost} entries");
        assert!(refused < 20, "{file}: {refused} of 24 need the flow file");
    }
}

#[test]
fn a_journal_cut_short_ends_with_what_is_left_and_says_from_when_on_it_is_blind() {
    let (folder, facts) = written(3, true);
    spoil(&folder.data(), "journal.db", |bytes| bytes.truncate(bytes.len() * 9 / 10 / 4096 * 4096));
    let to = folder.0.join("new");
    let report = salvaged(&folder.data(), &to).unwrap();
    assert_accounted(&folded(&to), &report, "cut");
    let tail = report.lost.last().unwrap();
    assert!(tail.last > report.trusted, "the anchor knows how much there was: {report:?}");
    assert!(matches!(report.when.last(), Some((Some(_), None))), "{:?}", report.when);
    assert!(report.trusted * 2 > tail.last && !facts.is_empty(), "{report:?}");
}

#[test]
fn what_is_lost_is_told_by_numbers_and_times_and_calls_in_it_have_items() {
    let (folder, facts) = written(5, true);
    let connection = rusqlite::Connection::open(folder.data().join("journal.db")).unwrap();
    // Three blocks in the middle of the day.
    let firsts: Vec<i64> = {
        let mut select = connection.prepare("SELECT first FROM block ORDER BY first").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let gone = &firsts[firsts.len() / 3..firsts.len() / 3 + 3];
    for first in gone {
        let damage = "UPDATE block SET body = zeroblob(length(body)) WHERE first = ?1";
        connection.execute(damage, [first]).unwrap();
    }
    drop(connection);
    let to = folder.0.join("new");
    let report = salvaged(&folder.data(), &to).unwrap();
    let (first, after) = (u64::try_from(gone[0]).unwrap(), u64::try_from(firsts[firsts.len() / 3 + 3]).unwrap());
    assert_eq!(report.lost.iter().map(|lost| (lost.first, lost.last)).collect::<Vec<_>>(), [(first, after - 1)]);
    assert!(matches!(report.when[..], [(Some(before), Some(later))] if before < later), "{:?}", report.when);
    let floor = folded(&to);
    assert_accounted(&floor, &report, "gap");
    let newest = arrivals(&facts).last().unwrap().0;
    assert!(floor.ledger().inbound <= newest && floor.ledger().inbound + 8 >= newest, "{:?}", floor.ledger());
    assert_eq!(floor.id().map(|id| id.as_str()), Some("salvaged"));
    assert!(salvaged(&folder.data(), &to).unwrap_err().to_string().contains("there already"));
    let second: PathBuf = folder.0.join("second");
    let error = salvaged(&to, &second).unwrap_err();
    assert!(error.to_string().contains("sound") && !second.exists(), "{error}");
}

#[test]
fn a_damaged_key_costs_its_texts_and_a_lost_anchor_costs_nothing() {
    let (folder, _) = written(3, true);
    let key = super::files(&folder.data().join("keys")).remove(0);
    let mut bytes = fs::read(&key).unwrap();
    bytes[40] ^= 1;
    fs::write(&key, bytes).unwrap();
    let to = folder.0.join("new");
    let report = salvaged(&folder.data(), &to).unwrap();
    assert!(report.lost.is_empty() && report.forgotten.values().sum::<u64>() > 0, "{report:?}");
    assert_accounted(&folded(&to), &report, "key");

    let (folder, facts) = written(3, false);
    fs::remove_file(folder.data().join("journal.anchor")).unwrap();
    let to = folder.0.join("new");
    let report = salvaged(&folder.data(), &to).unwrap();
    assert!(report.lost.is_empty() && report.forgotten.is_empty() && report.calls.is_empty(), "{report:?}");
    assert_eq!(folded(&to).ledger().inbound, arrivals(&facts).len() as u64);
}

#[test]
fn a_flow_that_is_lost_is_asked_for_and_taken_from_the_files() {
    let (folder, facts) = written(12, true);
    let connection = rusqlite::Connection::open(folder.data().join("journal.db")).unwrap();
    let opening: i64 = {
        let longest = "SELECT max(first) FROM block WHERE instr(body, CAST('FlowLoaded' AS BLOB)) > 0";
        connection.query_row(longest, [], |row| row.get(0)).unwrap()
    };
    connection.execute("DELETE FROM block WHERE first <= ?1", [opening]).unwrap();
    drop(connection);
    let to = folder.0.join("new");
    let error = salvaged(&folder.data(), &to).unwrap_err();
    assert!(error.to_string().contains("--flows") && !to.exists(), "{error}");
    let flows = facts.iter().filter_map(|fact| match fact {
        Fact::FlowLoaded(file) => Some((**file).clone()),
        _ => None,
    });
    let flows = flows.collect();
    let what = Salvaging { from: &folder.data(), to: &to, key_file: None, flows, floor: "salvaged".into() };
    let report = salvage(what).unwrap();
    assert_accounted(&folded(&to), &report, "flow");
}

#[test]
fn the_gap_after_a_damaged_end_is_measured_from_the_last_good_record() {
    let (folder, _) = written(7, false);
    spoil(&folder.data(), "journal.db-wal", |bytes| {
        let half = bytes.len() / 2;
        bytes[half..].fill(0);
    });
    let to = folder.0.join("new");
    let report = salvaged(&folder.data(), &to).unwrap();
    let (last_good, after) = *report.when.last().unwrap();
    assert!(last_good.is_some() && after.is_none(), "{:?}", report.when);
    // Not from the moment of the salvage, which is that of the new journal's last entry.
    assert_eq!(folded(&to).gap_since(), last_good);
}
