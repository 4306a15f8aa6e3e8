//! `carelane audit` as its user meets it: a week's call log in, the baseline out, and no person in what is printed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;

use crate::serve::process::Folder;

fn audit(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_carelane"));
    command
        .current_dir(root)
        .env_remove("CARELANE_FLOWS")
        .arg("audit")
        .args(args)
        .output()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn printed(args: &[&str]) -> String {
    let output = audit(args);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(args: &[&str]) -> String {
    let output = audit(args);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_weeks_log_becomes_the_baseline_beside_it() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/week.txt");
    let printed = printed(&["tests/logs/week.csv"]);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, &printed).unwrap();
    }
    assert_eq!(printed, fs::read_to_string(golden).unwrap(), "UPDATE=1 rewrites it");
}

#[test]
fn what_is_printed_names_no_person_in_either_form() {
    let log = fs::read_to_string("tests/logs/week.csv").unwrap();
    let numbers: Vec<&str> = log.split([',', '\n']).filter(|cell| cell.starts_with("+1555011")).collect();
    assert!(numbers.len() > 50);
    for printed in [printed(&["tests/logs/week.csv"]), printed(&["tests/logs/week.csv", "--json"])] {
        assert!(!printed.contains("Canary"));
        assert!(numbers.iter().all(|number| !printed.contains(number.trim_start_matches('+'))));
    }
}

#[test]
fn the_json_form_adds_up_as_the_text_does() {
    let json: serde_json::Value = serde_json::from_str(&printed(&["tests/logs/week.csv", "--json"])).unwrap();
    let number =
        |path: &str| json.pointer(path).and_then(serde_json::Value::as_u64).unwrap_or_else(|| panic!("{path}"));
    let fates = ["reached", "tried", "called_again", "lost"].map(|fate| number(&format!("/fates/{fate}")));
    assert_eq!(fates.iter().sum::<u64>(), number("/fates/callers"));
    assert_eq!(number("/missed"), number("/missed_anonymous") + number("/fates/callers") + number("/fates/duplicates"));
    assert_eq!(number("/unread_rows"), 1);
}

#[test]
fn another_systems_log_is_read_when_its_columns_are_named() {
    let dir = Folder::new();
    let path = dir.path().join("log.csv");
    fs::write(&path, "Date;Time;Caller;Line;Result\n11/16/2026;9:00 AM;(555) 011-0001;555-010-0100;Missed\n").unwrap();
    let path = path.to_str().unwrap();
    let printed = printed(&[path, "--columns", "start=Date+Time", "--columns", "to=Line"]);
    assert!(printed.contains("Missed     1 of 1 (100 %), 1 of them while you were open"), "{printed}");
}

#[test]
fn a_call_that_stands_in_two_joined_exports_is_counted_once() {
    let dir = Folder::new();
    let path = dir.path().join("log.csv");
    let row = |id: u8, other: u8, status: &str| {
        format!("CA{id},+1555011000{other},+15550100100,{status},11/17/26 10:0{id},0,inbound\n")
    };
    let (missed, again, answered) = (row(1, 1, "no-answer"), row(2, 2, "no-answer"), row(3, 3, "completed"));
    let log = format!("Call Sid,From,To,Status,Start Time,Duration,Direction\n{missed}{again}{missed}{answered}");
    fs::write(&path, log).unwrap();
    let path = path.to_str().unwrap();
    let told = printed(&[path]);
    assert!(told.contains("2026-11-17 to 2026-11-17"), "{told}");
    assert!(told.contains("Missed     2 of 3"), "{told}");
    assert!(told.contains("1 row is about a call of an earlier row, and is counted once."), "{told}");
    let json: serde_json::Value = serde_json::from_str(&printed(&[path, "--json"])).unwrap();
    assert_eq!((json["inbound"].as_u64(), json["repeated_rows"].as_u64()), (Some(3), Some(1)));
}

#[test]
fn what_is_missing_is_told_with_what_to_do() {
    let dir = Folder::new();
    let path = dir.path().join("log.csv");
    let log = |text: &str| fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    log("When,Caller,Line,Result\n");
    assert!(refused(&[file]).contains("Say which it is with --columns start=HEADING"));
    log("Start,Caller,Called,Result\n");
    assert!(refused(&[file]).contains("holds no call that can be read"));
    assert!(refused(&[file, "--practice", "elsewhere"]).contains("there is no practice `elsewhere`"));
    assert!(refused(&[file, "--zone", "Mars/Olympus"]).contains("there is no time zone `Mars/Olympus`"));
    assert!(refused(&["no-such.csv"]).contains("cannot read no-such.csv"));
}
