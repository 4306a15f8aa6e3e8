//! Golden journals: a data folder once written must be readable for ever, entry by entry.
//!
//! `tests/journals/v1` is a data folder with one of everything, `tests/journals/v1.jsonl` what stands in it: JSON with
//! null for each personal text, and the texts beside it. The form may grow: what is read back must hold at
//! least everything that was written, with the same values. Neither is ever rewritten once released.
//! The master key in the folder is public; it seals nothing but these samples.

use std::fs;
use std::path::PathBuf;

#[cfg(not(feature = "planted"))]
use carelane::engine::Replay;
#[cfg(not(feature = "planted"))]
use carelane::floor::event::Event;
#[cfg(not(feature = "planted"))]
use carelane::floor::fact::Fact;
use carelane::journal::Entry;
#[cfg(not(feature = "planted"))]
use carelane::journal::Store;
#[cfg(not(feature = "planted"))]
use carelane::journal::verify;
#[cfg(not(feature = "planted"))]
use carelane::vocab::CallId;
#[cfg(not(feature = "planted"))]
use carelane::vocab::Timestamp;
use serde_json::Value;
use serde_json::json;

use super::TempFolder;
use super::copy_folder;
use super::reopen;
use super::texts_of;
use super::write_samples;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/journals")
}

fn line(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": entry.at,
        "event": entry.event,
        "facts": entry.facts,
        "texts": texts_of(entry),
    })
}

/// Is everything of `old` still in `new`?
fn holds(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|now| holds(now, value)))
        }
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| holds(new, old))
        }
        _ => new == old,
    }
}

#[test]
fn the_golden_journal_of_version_1_reads_as_on_the_day_it_was_written() {
    // `UPDATE=1` writes it anew if it is gone: delete it only before that version is released.
    if std::env::var_os("UPDATE").is_some() && !folder().join("v1").exists() {
        write_the_golden_journal();
    }
    let temp = TempFolder::new();
    copy_folder(&folder().join("v1"), &temp.data());
    let (_, recovered, entries) = reopen(&temp.data()).unwrap();
    assert!(recovered.forgotten.is_empty());
    let expected = fs::read_to_string(folder().join("v1.jsonl")).unwrap();
    let expected: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), expected.len());
    for (entry, expected) in entries.iter().zip(&expected) {
        let read = line(entry);
        assert!(holds(&read, expected), "entry {}\nread     {read}\nexpected {expected}", entry.seq);
    }
}

/// The state that a data folder folds to, as `carelane journal verify` names it.
#[cfg(not(feature = "planted"))]
fn state_of(data: &std::path::Path) -> String {
    let mut replay = Replay::default();
    verify(data, None, |entry| replay.take(&entry)).unwrap();
    replay.state_hash()
}

/// A build with planted bugs has one more field.
#[test]
#[cfg(not(feature = "planted"))]
fn the_golden_journal_folds_to_the_same_state_on_every_machine() {
    let temp = TempFolder::new();
    copy_folder(&folder().join("v1"), &temp.data());
    let state = state_of(&temp.data());
    let kept = folder().join("v1.state");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&kept, format!("{state}\n")).unwrap();
    }
    assert_eq!(
        fs::read_to_string(kept).unwrap().trim(),
        state,
        "the same journal folds to another state; if only the state has a new field, UPDATE=1 keeps the new hash"
    );
}

#[test]
#[cfg(not(feature = "planted"))]
fn a_days_journal_on_the_disk_folds_to_the_state_of_its_facts() {
    let facts = crate::simulate::facts_of(3);
    let (temp, mut live) = (TempFolder::new(), Replay::default());
    let (mut journal, _, _) = reopen(&temp.data()).unwrap();
    for (seq, (at, fact)) in (1..).zip(facts) {
        let entry = Entry { seq, at, event: Event::TimePassed, facts: vec![fact] };
        live.take(&entry);
        journal.append(at, "riverside", &entry.event, &entry.facts).unwrap();
    }
    journal.commit().unwrap();
    let before = state_of(&temp.data());
    assert_eq!(before, live.state_hash());
    let one_more = Fact::CallLost { call: CallId(9_999_999) };
    journal.append(Timestamp(i64::MAX), "riverside", &Event::TimePassed, &[one_more]).unwrap();
    journal.commit().unwrap();
    assert_ne!(state_of(&temp.data()), before);
}

fn write_the_golden_journal() {
    let temp = TempFolder::new();
    let (mut journal, _, _) = reopen(&temp.data()).unwrap();
    let written = write_samples(&mut journal);
    journal.close().unwrap();
    fs::remove_file(temp.data().join("lock")).unwrap();
    let _ = fs::remove_file(temp.data().join("journal.db-wal"));
    copy_folder(&temp.data(), &folder().join("v1"));
    let lines: Vec<String> = written.iter().map(|entry| line(entry).to_string()).collect();
    fs::write(folder().join("v1.jsonl"), lines.join("\n") + "\n").unwrap();
}
