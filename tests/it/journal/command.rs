//! `carelane journal`: its exit codes, and what it prints.

use std::process::ExitCode;

use carelane::cli::journal::Args;
use carelane::cli::journal::print;
use carelane::cli::journal::run;
use clap::Parser;

use super::TempFolder;
use super::append_calls;
use super::reopen;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn journal(words: &[&str], folder: &TempFolder) -> ExitCode {
    let data = folder.data();
    let words = words.iter().copied().chain(["--data", data.to_str().unwrap()]);
    run(&Line::try_parse_from(["journal"].into_iter().chain(words)).unwrap().args)
}

#[test]
fn a_sound_journal_is_0_a_damaged_one_1_and_none_2() {
    let folder = TempFolder::new();
    assert_eq!(journal(&["verify"], &folder), ExitCode::from(2));
    assert_eq!(journal(&["print"], &folder), ExitCode::from(2));
    assert!(!folder.data().exists(), "looking made a data folder");
    let (mut store, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut store, 1, 6, 2);
    assert_eq!(journal(&["verify"], &folder), ExitCode::SUCCESS);
    assert_eq!(journal(&["print", "--from", "7"], &folder), ExitCode::SUCCESS);
    store.close().unwrap();
    let connection = rusqlite::Connection::open(folder.data().join("journal.db")).unwrap();
    connection.execute_batch("UPDATE block SET body = x'00' WHERE first = 3").unwrap();
    assert_eq!(journal(&["verify"], &folder), ExitCode::from(1));
    assert_eq!(journal(&["print"], &folder), ExitCode::from(1));
}

#[test]
fn entries_are_printed_without_personal_texts() {
    let folder = TempFolder::new();
    let (mut store, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut store, 1, 6, 2);
    let printed = |from, to| {
        let mut out = Vec::new();
        print(&folder.data(), from, to, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(printed(1, None).lines().count(), 6);
    assert_eq!(printed(5, Some(99)).lines().count(), 2);
    assert_eq!(printed(7, None), "");
    let line = printed(3, Some(3));
    assert!(line.starts_with(r#"{"seq":3,"at":"2026-11-18T11:06:43.000Z","event":{"CallArrived":"#), "{line}");
    assert!(line.contains(r#""caller":{"number":null}"#) && !line.contains("5557772"), "{line}");
}
