//! Golden journals: a data folder once written must be readable for ever, entry by entry.
//!
//! `tests/journals/v1` is a data folder with one of everything, `tests/journals/v1.jsonl` what stands in it: JSON with
//! null for each personal text, and the texts beside it. The form may grow: what is read back must hold at
//! least everything that was written, with the same values. Neither is ever rewritten once released.
//! The master key in the folder is public; it seals nothing but these samples.

use std::fs;
use std::path::PathBuf;

use carelane::journal::Entry;
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

#[test]
#[ignore = "writes tests/journals/v1 if it is gone: delete it only before that version is released"]
fn write_the_golden_journal() {
    if folder().join("v1").exists() {
        return;
    }
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
