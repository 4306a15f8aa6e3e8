//! `carelane journal salvage`: a new data folder from what can be trusted of a damaged one, and the list of calls that
//! somebody must look after.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use super::fail;
use crate::cli::serve::given_flows;
use crate::cli::serve::new_floor;
use crate::engine::SalvageError;
use crate::engine::SalvageReport;
use crate::engine::Salvaging;
use crate::engine::salvage;
use crate::vocab::Timestamp;

/// Nothing was written.
const EXIT_NOTHING: u8 = 2;
/// The new folder is there, but its report could not be written into it.
const EXIT_REPORT: u8 = 1;
/// The report's name in the new folder.
const REPORT: &str = "salvage.txt";

/// Make a new data folder from what can be trusted of a damaged one.
///
/// The damaged folder is only read. Every block whose hash is its content's is trusted, also behind the damage. Calls
/// about which entries may be lost become work items (kind missed), so that somebody finds out; assistants sign in
/// again. What was lost and which calls it touches is printed, and kept in the new folder as salvage.txt: call ids and
/// times, no personal data.
///
/// Exit code: 0 the new folder is ready, 1 it is but without salvage.txt, 2 nothing was written.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  carelane journal salvage --to data-salvaged
  carelane journal salvage --data /var/lib/carelane --to /var/lib/carelane-salvaged --flows /etc/carelane/flows
  carelane serve --data data-salvaged")]
pub(super) struct Args {
    /// The damaged data folder.
    #[arg(long, env = "CARELANE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The new data folder; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// The folder of flow files, for practices whose flow is among what is lost [default: `flows`]
    #[arg(long, env = "CARELANE_FLOWS", value_name = "DIR")]
    flows: Option<PathBuf>,
    /// The master key's file, if it is not the data folder's own.
    #[arg(long, env = "CARELANE_DATA_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> ExitCode {
    let nothing = |why: &dyn std::fmt::Display| {
        eprintln!("carelane: {why}");
        ExitCode::from(EXIT_NOTHING)
    };
    let (flows, floor) = match given_flows(args.flows.as_deref()).and_then(|flows| Ok((flows, new_floor()?))) {
        Ok(found) => found,
        Err(why) => return nothing(&why),
    };
    let key_file = args.key_file.as_deref();
    match salvage(Salvaging { from: &args.data, to: &args.to, key_file, flows, floor }) {
        Ok(report) => tell(&describe(args, &report), &args.to.join(REPORT)),
        Err(SalvageError::Journal(error)) => {
            // The causes below it are shown as for every journal error.
            fail(&error);
            ExitCode::from(EXIT_NOTHING)
        }
        Err(error) => nothing(&error),
    }
}

fn tell(text: &str, file: &Path) -> ExitCode {
    print!("{text}");
    let open = std::fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file);
    match open.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("carelane: the new folder is ready, but {} cannot be written: {error}", file.display());
            ExitCode::from(EXIT_REPORT)
        }
    }
}

/// The report for a person.
fn describe(args: &Args, report: &SalvageReport) -> String {
    let mut text = String::new();
    let SalvageReport { trusted, lost, when, calls, forgotten } = report;
    let gone: u64 = lost.iter().map(|lost| lost.last - lost.first + 1).sum();
    line(&mut text, format_args!("Salvaged {} into {}.", args.data.display(), args.to.display()));
    line(&mut text, format_args!("{trusted} entries can be trusted, {gone} are lost"));
    for (lost, (after, before)) in lost.iter().zip(when) {
        let (after, before) = (time(*after), time(*before));
        line(&mut text, format_args!("  entries {} to {}: after {after}, before {before}", lost.first, lost.last));
    }
    for (key, entries) in forgotten {
        line(&mut text, format_args!("  the personal texts of {entries} entries are unreadable: key {key}"));
    }
    line(&mut text, format_args!("{} calls need somebody; each is a work item now", calls.len()));
    for affected in calls {
        let item = affected.item.map_or_else(|| "none".to_owned(), |item| item.to_string());
        let (call, practice, was) = (affected.call, &affected.practice, affected.was);
        line(&mut text, format_args!("  {call} of {practice}, arrived {}, {was}: {item}", time(affected.arrived)));
    }
    if when.last().is_some_and(|(_, before)| before.is_none()) {
        line(
            &mut text,
            format_args!("The end of the journal is lost: calls of that time that are not listed here stand in"),
        );
        line(&mut text, format_args!("the carrier's call list only."));
    }
    line(&mut text, format_args!("Next: carelane serve --data {}", args.to.display()));
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "unknown".to_owned(), |at| at.rfc3339())
}
