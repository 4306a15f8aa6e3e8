//! `carelane journal`: its exit codes.

use std::process::ExitCode;

use carelane::cli::journal::Args;
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
    assert_eq!(journal(&["print", "--from", "2", "--to", "3"], &folder), ExitCode::SUCCESS);
    store.close().unwrap();
    let connection = rusqlite::Connection::open(folder.data().join("journal.db")).unwrap();
    connection.execute_batch("UPDATE block SET body = x'00' WHERE first = 3").unwrap();
    assert_eq!(journal(&["verify"], &folder), ExitCode::from(1));
    assert_eq!(journal(&["print"], &folder), ExitCode::from(1));
}
