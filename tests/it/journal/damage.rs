//! Damage is refused and named, or changes nothing that is read.

use std::fs;
use std::path::Path;

use carelane::journal::Fault;
use carelane::journal::Journal;
use carelane::journal::JournalReader;
use carelane::journal::Store;
use carelane::journal::verify;
use carelane::vocab::Span;

use super::SCOPE;
use super::START;
use super::TempFolder;
use super::append_calls;
use super::calls;
use super::open_error;
use super::reopen;
use super::samples;

const CALLS: u32 = 24;

/// A place in a file, and what is done to it there.
type Spoiling = (usize, fn(&mut Vec<u8>, usize));

/// A journal of a few blocks, as a killed process leaves it (everything in the log) or closed (everything in the file).
fn journal(closed: bool) -> TempFolder {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, CALLS, 2);
    if closed {
        journal.close().unwrap();
    }
    folder
}

/// Spoils one file in copies of a folder, in many ways; each must be refused, or read as if nothing had happened.
/// Says how many were refused.
fn spoil(folder: &TempFolder, file: &str, ways: &[Spoiling]) -> usize {
    let sound = fs::read(folder.data().join(file)).unwrap();
    let expected = calls(1, CALLS);
    let mut refused = 0;
    for (place, spoil) in ways {
        let copy = folder.copy("spoiled");
        let mut bytes = sound.clone();
        spoil(&mut bytes, *place);
        fs::write(copy.join(file), bytes).unwrap();
        let verified = verify(&copy, None, |_| {});
        match reopen(&copy) {
            Ok((_, _, entries)) => {
                assert!(entries == expected, "{file} spoiled at {place} reads as {} other entries", entries.len());
                verified.unwrap();
            }
            Err(error) => {
                assert!(verified.is_err(), "verify finds {file} spoiled at {place} sound: {error}");
                refused += 1;
            }
        }
    }
    refused
}

/// Bits all over a file, the same ones on every run.
fn flips(len: usize, count: usize) -> Vec<Spoiling> {
    let bits = len * 8;
    let flip: fn(&mut Vec<u8>, usize) = |bytes, bit| bytes[bit / 8] ^= 1 << (bit % 8);
    // A step that shares no factor with the length meets every part of it.
    (0..count).map(|n| ((n * bits / count + n * 31) % bits, flip)).collect()
}

fn cuts(len: usize, count: usize) -> Vec<Spoiling> {
    let cut: fn(&mut Vec<u8>, usize) = Vec::truncate;
    (0..count).map(|n| (n * len / count, cut)).collect()
}

fn len(folder: &TempFolder, file: &str) -> usize {
    fs::metadata(folder.data().join(file)).unwrap().len() as usize
}

#[test]
fn a_flipped_bit_in_the_log_never_loses_an_entry_unnoticed() {
    let folder = journal(false);
    let len = len(&folder, "journal.db-wal");
    let refused = spoil(&folder, "journal.db-wal", &flips(len, 300));
    assert!(refused > 200, "only {refused} of 300 flips were noticed");
}

#[test]
fn a_flipped_bit_in_the_database_is_noticed_or_hits_nothing() {
    let folder = journal(true);
    let len = len(&folder, "journal.db");
    let refused = spoil(&folder, "journal.db", &flips(len, 300));
    assert!(refused > 120, "only {refused} of 300 flips were noticed");
}

#[test]
fn a_flipped_bit_in_the_anchor_is_harmless_while_one_slot_is_whole() {
    let folder = journal(false);
    let refused = spoil(&folder, "journal.anchor", &flips(len(&folder, "journal.anchor"), 100));
    assert_eq!(refused, 0);
    let slots: Vec<_> = (0..64 * 8).step_by(37).flat_map(|bit| [bit, 4096 * 8 + bit]).collect();
    let flip: fn(&mut Vec<u8>, usize) = |bytes, bit| bytes[bit / 8] ^= 1 << (bit % 8);
    assert_eq!(spoil(&folder, "journal.anchor", &slots.iter().map(|bit| (*bit, flip)).collect::<Vec<_>>()), 0);
    let both: fn(&mut Vec<u8>, usize) = |bytes, at| [at, 4096 + at].into_iter().for_each(|at| bytes[at] ^= 1);
    assert_eq!(spoil(&folder, "journal.anchor", &[(0, both), (20, both), (63, both)]), 3);
}

#[test]
fn a_file_cut_short_never_loses_an_entry_unnoticed() {
    for (closed, file) in [(false, "journal.db-wal"), (true, "journal.db")] {
        let folder = journal(closed);
        assert_eq!(spoil(&folder, file, &cuts(len(&folder, file), 40)), 40, "{file}");
    }
    let folder = journal(false);
    // While everything stands in the log, the database file need only be there.
    assert_eq!(spoil(&folder, "journal.db", &cuts(len(&folder, "journal.db"), 40)), 1);
    // What lies behind the first slot may go: the slot is whole.
    let refused = spoil(&folder, "journal.anchor", &cuts(len(&folder, "journal.anchor"), 130));
    assert!((1..=3).contains(&refused), "{refused}");
}

#[test]
fn a_lost_file_is_missed() {
    for (closed, file) in
        [(false, "journal.db-wal"), (false, "journal.db"), (true, "journal.db"), (true, "journal.anchor")]
    {
        let folder = journal(closed);
        fs::remove_file(folder.data().join(file)).unwrap();
        let error = open_error(&folder.data());
        assert_eq!(error.fault(), Fault::Damage, "{file}: {error}");
        let made = fs::metadata(folder.data().join(file)).map_or(0, |file| file.len());
        assert_eq!(made, 0, "{file} was made anew");
    }
}

fn in_database(data: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(data.join("journal.db")).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn rows_deleted_from_the_end_are_missed_because_the_anchor_knows_them() {
    let folder = journal(true);
    in_database(&folder.data(), "DELETE FROM block WHERE first > 19");
    let error = open_error(&folder.data());
    assert_eq!(error.fault(), Fault::Damage);
    assert!(error.to_string().contains("ends at entry 20") && error.to_string().contains("entry 24"), "{error}");
}

#[test]
fn damage_is_named_with_its_entry_and_row() {
    let spoiled = [
        ("DELETE FROM block WHERE first = 7", "entry 7 is missing"),
        ("UPDATE block SET body = cast(body || x'00' AS BLOB) WHERE first = 9", "the block of entry 9 (row 9)"),
        ("UPDATE block SET count = 3 WHERE first = 9", "the block of entry 9 (row 9)"),
        ("UPDATE block SET prev = hash WHERE first = 9", "the block of entry 9 does not follow"),
        ("UPDATE block SET hash = x'00' WHERE first = 9", "cannot read the block after entry 8"),
        ("INSERT INTO block SELECT 25, count, prev, hash, body FROM block WHERE first = 23", "entry 25"),
    ];
    for (sql, named) in spoiled {
        let folder = journal(true);
        in_database(&folder.data(), sql);
        let error = verify(&folder.data(), None, |_| {}).unwrap_err();
        assert_eq!(error.fault(), Fault::Damage, "{sql}: {error}");
        assert!(error.to_string().contains(named), "{sql}: {error}");
        assert_eq!(open_error(&folder.data()).to_string(), error.to_string());
    }
}

#[test]
fn a_refused_folder_is_left_as_it_is() {
    let folder = journal(false);
    let log = folder.data().join("journal.db-wal");
    let mut bytes = fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&log, &bytes).unwrap();
    open_error(&folder.data());
    assert!(fs::read(&log).unwrap() == bytes, "the log with the entries behind the damage was changed");
}

#[test]
fn another_journals_blocks_are_not_taken_for_ours() {
    let (ours, other) = (journal(true), journal(true));
    fs::copy(other.data().join("journal.db"), ours.data().join("journal.db")).unwrap();
    let error = open_error(&ours.data());
    assert_eq!(error.fault(), Fault::Damage, "{error}");
}

#[test]
fn an_anchor_behind_the_head_is_no_reason_to_refuse() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 4, 2);
    let old = fs::read(folder.data().join("journal.anchor")).unwrap();
    append_calls(&mut journal, 5, 12, 2);
    drop(journal);
    fs::write(folder.data().join("journal.anchor"), old).unwrap();
    assert_eq!(verify(&folder.data(), None, |_| {}).unwrap().anchored, 4);
    let (journal, _, entries) = reopen(&folder.data()).unwrap();
    assert_eq!(entries, calls(1, 12));
    drop(journal);
    assert_eq!(verify(&folder.data(), None, |_| {}).unwrap().anchored, 12);
}

#[test]
fn a_damaged_key_file_is_named() {
    let folder = journal(true);
    let key = super::files(&folder.data().join("keys")).remove(0);
    let sound = fs::read(&key).unwrap();
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&key, bytes).unwrap();
        let error = open_error(&folder.data());
        assert!(error.to_string().contains(key.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_foreign_block_is_fenced_off_and_the_journal_stops() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 4, 2);
    // Another writer, holding the same head, was faster.
    in_database(&folder.data(), "INSERT INTO block SELECT 5, count, prev, hash, body FROM block WHERE first = 3");
    let (event, facts) = samples::arrival(5);
    journal.append(START + Span::secs(5), SCOPE, &event, &facts).unwrap();
    let error = journal.commit().unwrap_err();
    assert_eq!(error.fault(), Fault::Operator, "{error}");
    assert!(error.to_string().contains("entries 5 to 5"), "{error}");
    assert_stopped(&mut journal);
}

#[test]
fn the_older_of_two_writers_is_refused_and_the_newer_goes_on() {
    let folder = TempFolder::new();
    let (mut older, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut older, 1, 4, 2);
    // The lock is of no use: somebody deleted its file.
    fs::remove_file(folder.data().join("lock")).unwrap();
    let (mut newer, _, entries) = reopen(&folder.data()).unwrap();
    assert_eq!(entries, calls(1, 4));
    // The newer one has written nothing yet: the number alone decides.
    let (event, facts) = samples::arrival(5);
    older.append(START + Span::secs(5), SCOPE, &event, &facts).unwrap();
    let error = older.commit().unwrap_err();
    assert_eq!(error.fault(), Fault::Operator, "{error}");
    assert!(error.to_string().contains("entries 5 to 5") && error.to_string().contains("taken"), "{error}");
    assert_stopped(&mut older);
    append_calls(&mut newer, 5, 6, 2);
    drop((older, newer));
    assert_eq!(reopen(&folder.data()).unwrap().2, calls(1, 6));
}

#[test]
fn a_commit_that_fails_stops_the_journal() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 4, 2);
    let foreign = rusqlite::Connection::open(folder.data().join("journal.db")).unwrap();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (event, facts) = samples::arrival(5);
    journal.append(START + Span::secs(5), SCOPE, &event, &facts).unwrap();
    assert_eq!(journal.commit().unwrap_err().fault(), Fault::Operator);
    foreign.execute_batch("ROLLBACK").unwrap();
    assert_stopped(&mut journal);
    drop(journal);
    assert_eq!(reopen(&folder.data()).unwrap().2, calls(1, 4));
}

fn assert_stopped(journal: &mut Journal) {
    let (event, facts) = samples::arrival(6);
    let error = journal.append(START + Span::secs(6), SCOPE, &event, &facts).unwrap_err();
    assert!(error.to_string().contains("earlier failure"), "{error}");
    assert!(journal.commit().is_err());
    assert_eq!(journal.head(), 4);
}

#[test]
fn a_reader_refuses_a_changed_block() {
    let folder = journal(true);
    in_database(&folder.data(), "UPDATE block SET body = cast(x'00' || substr(body, 2) AS BLOB) WHERE first = 9");
    let mut reader = JournalReader::open(&folder.data(), None).unwrap();
    assert_eq!(reader.read_range(7, 8).unwrap(), calls(7, 8));
    assert_eq!(reader.read_range(7, 9).unwrap_err().fault(), Fault::Damage);
}

#[test]
fn a_journal_of_a_newer_carelane_is_refused_and_not_called_damaged() {
    let folder = journal(true);
    in_database(&folder.data(), "PRAGMA user_version = 2");
    let error = open_error(&folder.data());
    assert_eq!(error.fault(), Fault::Operator);
    assert!(error.to_string().contains("newer"), "{error}");
}
