//! `carelane journal`: is the journal sound, what is in it, what can be saved of it. It never changes a data folder.
//!
//! Looking works beside a running carelane. Personal texts are never printed.

mod salvage;

use std::error::Error;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use crate::engine::Replay;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::journal::Entry;
use crate::journal::Fault;
use crate::journal::JournalError;
use crate::journal::JournalReader;
use crate::journal::Report;
use crate::journal::verify;

/// The journal is damaged.
const EXIT_DAMAGED: u8 = 1;
/// The journal cannot be read, so nothing is known about it.
const EXIT_UNREADABLE: u8 = 2;
/// A line on standard error so often: about twice a second.
const PROGRESS_EVERY: u64 = 100_000;
/// Entries read at once for printing.
const PRINTED_AT_ONCE: u64 = 500;

/// Look after the journal of a data folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  carelane journal verify                          is it sound?
  carelane journal print --from 1200               what is in it
  carelane journal salvage --to data-salvaged      save what can be saved of a damaged one")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(Verify),
    Print(Print),
    Salvage(salvage::Args),
}

/// Check every entry: chain, anchor, seals, numbers and times, and that every recording can be played.
///
/// Exit code: 0 sound, 1 damaged (the first damage of the journal, or each recording, is named), 2 cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  carelane journal verify
  carelane journal verify --data /var/lib/carelane
  carelane journal verify --data /mnt/backup/carelane --key-file /root/carelane.key")]
struct Verify {
    /// The data folder.
    #[arg(long, env = "CARELANE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The master key's file, if it is not the data folder's own.
    #[arg(long, env = "CARELANE_DATA_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Print entries as JSON lines, with null for every personal text.
///
/// Exit code: 0 printed, 1 damaged, 2 cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  carelane journal print
  carelane journal print --from 1200 --to 1300
  carelane journal print --data /var/lib/carelane | grep '\"call\":42,'")]
struct Print {
    /// The data folder.
    #[arg(long, env = "CARELANE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The first entry to print.
    #[arg(long, default_value_t = 1, value_name = "SEQ")]
    from: u64,
    /// The last entry to print; without it, the journal's last.
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    match &args.command {
        Command::Verify(args) => run_verify(args),
        Command::Print(args) => run_print(args),
        Command::Salvage(args) => salvage::run(args),
    }
}

fn run_verify(args: &Verify) -> ExitCode {
    let mut replay = Replay::default();
    let each = |entry: Entry| {
        replay.take(&entry);
        if entry.seq.is_multiple_of(PROGRESS_EVERY) {
            eprintln!("{} entries are sound so far", entry.seq);
        }
    };
    match verify(&args.data, args.key_file.as_deref(), each) {
        Ok(report) => {
            println!("{}\nstate {}", describe(&args.data, &report), replay.state_hash());
            if report.unplayable.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => fail(&error),
    }
}

/// What a sound journal holds, for a person.
fn describe(data: &Path, report: &Report) -> String {
    let found = &report.found;
    let mut lines = vec![
        format!("The journal in {} is sound.", data.display()),
        format!("{} entries with {} facts in {} commits", found.entries, found.facts, found.blocks),
    ];
    lines.extend(found.last_at.map(|at| format!("last entry at {at}")));
    lines.push(format!("head {}", report.head_hash));
    lines.push(format!("anchor at entry {}", report.anchored));
    if report.anchor_torn {
        lines.push("one of the anchor's two slots cannot be read; the next commit writes it again".into());
    }
    for (key, entries) in found.forgotten.iter().filter(|(key, _)| found.given_up.contains(*key)) {
        lines.push(format!("the personal texts of {entries} entries are gone: retention destroyed the key {key}"));
    }
    for (key, entries) in found.missing() {
        lines.push(format!(
            "WARNING: the personal texts of {entries} entries cannot be read: the key {key} is missing, and retention \
             did not destroy it; put {key}.key back into the folder `keys` from a backup"
        ));
    }
    if report.recordings > 0 {
        lines.push(format!("recordings that can be played: {}", report.recordings));
    }
    for (item, why) in &report.unplayable {
        lines.push(format!("WARNING: the recording of {item} cannot be played: {why}; restore it from a backup"));
    }
    lines.join("\n")
}

/// An entry as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    at: String,
    event: &'a Event,
    facts: &'a [Fact],
}

fn run_print(args: &Print) -> ExitCode {
    match print(&args.data, args.from, args.to, &mut BufWriter::new(io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Writes entries `from..=to` (to the last one without `to`) as JSON lines, with null for every personal text. It ends
/// without an error when nobody reads on.
///
/// # Errors
/// If the journal cannot be read, or is damaged where it is read.
pub fn print(data: &Path, from: u64, to: Option<u64>, out: &mut dyn Write) -> Result<(), JournalError> {
    let mut reader = JournalReader::open_without_texts(data)?;
    let last = reader.head()?.min(to.unwrap_or(u64::MAX));
    let mut next = from.max(1);
    while next <= last {
        let until = last.min(next.saturating_add(PRINTED_AT_ONCE - 1));
        for entry in reader.read_range(next, until)? {
            if write_line(out, &entry).is_err() {
                return Ok(());
            }
        }
        next = until + 1;
    }
    // Nobody reads on: see above.
    let _ = out.flush();
    Ok(())
}

fn write_line(out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
    let line = Line { seq: entry.seq, at: entry.at.rfc3339(), event: &entry.event, facts: &entry.facts };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// Prints an error with its causes.
fn fail(error: &JournalError) -> ExitCode {
    eprintln!("carelane: {error}");
    let mut cause = error.source();
    while let Some(below) = cause {
        eprintln!("  because: {below}");
        cause = below.source();
    }
    ExitCode::from(if error.fault() == Fault::Damage { EXIT_DAMAGED } else { EXIT_UNREADABLE })
}
