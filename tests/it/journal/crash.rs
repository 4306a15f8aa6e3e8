//! Killed processes and full disks: what was acknowledged is there, and the folder opens again.
//!
//! The process that is killed is this test binary, started again with a data folder to write in.

use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use carelane::journal::Fault;
use carelane::journal::Journal;
use carelane::journal::Store;

use super::TempFolder;
use super::append_calls;
use super::calls;
use super::reopen;

/// Names the data folder to the process that is to be killed.
const DATA: &str = "CARELANE_TEST_JOURNAL";
const CHILD: [&str; 3] =
    ["--exact", "journal::crash::a_killed_process_loses_nothing_it_acknowledged_and_is_never_refused", "--nocapture"];

/// What the process does that dies.
fn append_until_killed(data: &Path) {
    let (mut journal, recovered) = Journal::open(data, None, |_| {}).unwrap();
    let mut next = u32::try_from(recovered.entries).unwrap() + 1;
    loop {
        let (event, facts) = super::samples::arrival(next);
        let at = super::START + carelane::vocab::Span::secs(next.into());
        let outcome = journal.append(at, super::SCOPE, &event, &facts).and_then(|_| match next % 5 {
            0 => journal.commit().map(|durable| println!("\nacknowledged {durable}")),
            _ => Ok(()),
        });
        if let Err(error) = outcome {
            println!("\nfailed {:?}", error.fault());
            assert!(journal.commit().is_err(), "a journal went on after a failure");
            return;
        }
        next += 1;
    }
}

/// The number at the end of a line like `acknowledged 25`.
fn acknowledged(line: &str) -> Option<u32> {
    line.strip_prefix("acknowledged ")?.parse().ok()
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged_and_is_never_refused() {
    if let Ok(data) = std::env::var(DATA) {
        return append_until_killed(Path::new(&data));
    }
    let folder = TempFolder::new();
    let mut durable = 0;
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(CHILD)
            .env(DATA, folder.data())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        // Everything said before the kill counts, also what is read after it.
        for line in lines.map_while(Result::ok) {
            if let Some(seq) = acknowledged(&line) {
                durable = seq;
                seen += 1;
                if seen == 20 + round {
                    child.kill().unwrap();
                }
            }
        }
        child.wait().unwrap();
        assert!(seen >= 20, "the process ended by itself");
        let (journal, _, entries) = reopen(&folder.data()).unwrap();
        let found = u32::try_from(entries.len()).unwrap();
        assert!(found >= durable, "{durable} were acknowledged and {found} are there");
        assert!(entries == calls(1, found));
        drop(journal);
    }
}

#[test]
fn a_full_disk_stops_the_journal_and_loses_nothing() {
    let folder = TempFolder::new();
    // A limit on the size of files stands in for the full disk: writing fails in the same place.
    let script = "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(CHILD)
        .env(DATA, folder.data())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains(&format!("failed {:?}", Fault::Disk)), "{said}");
    let durable = said.lines().filter_map(acknowledged).next_back().unwrap();
    // With room again, work goes on.
    let (mut journal, _, entries) = reopen(&folder.data()).unwrap();
    let found = u32::try_from(entries.len()).unwrap();
    assert!(found >= durable && entries == calls(1, found), "{durable} acknowledged, {found} found");
    append_calls(&mut journal, found + 1, found + 10, 3);
}

#[test]
fn a_folder_copied_at_any_moment_opens() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    for n in 1..=12 {
        append_calls(&mut journal, n, n, 1);
        let copy = folder.copy("copy");
        assert_eq!(reopen(&copy).unwrap().2, calls(1, n));
    }
    // Killed between the making of the database and the first commit.
    for unfinished in ["journal.anchor", "journal.db"] {
        let fresh = TempFolder::new();
        drop(reopen(&fresh.data()).unwrap());
        fs::remove_file(fresh.data().join(unfinished)).unwrap();
        if unfinished == "journal.db" {
            fs::remove_file(fresh.data().join("journal.db-wal")).unwrap();
            fs::write(fresh.data().join("journal.db"), "").unwrap();
        }
        let (mut journal, _, _) = reopen(&fresh.data()).unwrap();
        append_calls(&mut journal, 1, 1, 1);
    }
}
