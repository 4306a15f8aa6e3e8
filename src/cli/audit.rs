//! `carelane audit`: the baseline of a week, from the call log of the phone system in use.
//!
//! It reads a CSV file and prints; what is counted, and how, is in `report`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use jiff::tz::TimeZone;

use super::serve::flow_files;
use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::check_folder;
use crate::report::Baseline;
use crate::report::Column;
use crate::report::Columns;
use crate::report::LoggedCall;
use crate::report::Terms;
use crate::report::text;
use crate::vocab::Number;
use crate::vocab::Timestamp;

/// A log with more rows is not one practice's.
const ROWS_MAX: u64 = 2_000_000;
/// So many rows that cannot be read are told one by one.
const TOLD_MAX: usize = 5;

const AFTER_HELP: &str = "\
Examples:
  carelane audit calls.csv                                   Twilio's export, and the practice of the folder `flows`
  carelane audit calls.csv --zone America/Chicago            without flow files
  carelane audit log.csv --columns start=Date+Time --columns status='Call Result'
  carelane audit calls.csv --json > before.json

The columns are found by their headings: start, from, to, status, and where there are any direction, duration, and
call: the phone system's id of it, so that a call that stands in two joined exports is counted once.
Start times without a zone are the practice's. Without a direction, a call to one of the practice's numbers came in.
No phone number is printed: whoever needs one finds it in the row that is named.

Exit code: 0 there is a baseline, 2 there is none.";

/// Reads a phone system's call log and tells what became of missed calls.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The call log, as CSV with a heading; separated by commas, semicolons or tabs
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Where a value stands: `start`, `from`, `to`, `status`, `direction`, `duration` or `call`, and its heading
    #[arg(long, value_name = "NAME=HEADING")]
    columns: Vec<Asked>,
    /// The practice's time zone [default: the practice's, from its flow file]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// The practice, where the folder of flow files holds several
    #[arg(long, value_name = "ID")]
    practice: Option<String>,
    /// The folder of flow files: time zone, hours and numbers are taken from there [default: `flows`, if there is one]
    #[arg(long, env = "CARELANE_FLOWS", value_name = "DIR")]
    flows: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

/// `status=Call Result`.
#[derive(Clone, Debug)]
struct Asked(Column, String);

impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = || Column::ALL.map(Column::name).join(", ");
        let (name, heading) = text.split_once('=').ok_or("it is written NAME=HEADING, like status=Result")?;
        let column = Column::ALL.into_iter().find(|column| column.name() == name);
        let column = column.ok_or_else(|| format!("`{name}` is none of {}", names()))?;
        Ok(Self(column, heading.to_owned()))
    }
}

/// Runs the command: 0 with a baseline, 2 without.
pub fn run(args: &Args) -> ExitCode {
    let audited = audit(args).and_then(|printed| match io::stdout().lock().write_all(printed.as_bytes()) {
        // Nobody reads any more (`carelane audit | head`): not worth a message.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    });
    match audited {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Standard error is the last place to say it; if that fails too, the exit code remains.
            _ = writeln!(io::stderr(), "carelane audit: {message}");
            ExitCode::from(2)
        }
    }
}

fn audit(args: &Args) -> Result<String, String> {
    let flow = practice(args)?;
    let zone = zone(args, flow.as_ref())?;
    let numbers = flow.as_ref().map_or(&[][..], |flow| &flow.numbers);
    let numbers: Vec<Number> = numbers.iter().filter_map(|number| Number::parse(number).ok()).collect();
    let read = read(&args.file, &args.columns, &zone, &numbers)?;
    let is_open = flow.as_ref().map(|flow| move |at: Timestamp| hours::is_open(flow, at));
    let terms = Terms { zone: &zone, is_open: is_open.as_ref().map(|is_open| is_open as &dyn Fn(Timestamp) -> bool) };
    let first = read.unread.first().map(|why| format!("; {why}")).unwrap_or_default();
    let none = || format!("{} holds no call that can be read{first}", args.file.display());
    let baseline = Baseline::of(read.calls, &terms).ok_or_else(none)?;
    if args.json {
        let mut document = serde_json::to_value(&baseline).map_err(|error| error.to_string())?;
        document["unread_rows"] = read.unread.len().into();
        document["repeated_rows"] = read.repeated.into();
        return Ok(format!("{document:#}\n"));
    }
    let of = flow.map_or_else(|| zone.iana_name().unwrap_or("UTC").to_owned(), |flow| flow.name.to_string());
    let mut printed = format!("{of}, {} to {}\n\n", day(&baseline.from), day(&baseline.until));
    text(&baseline, &mut printed).map_err(|error| error.to_string())?;
    printed.push_str(&repeated(read.repeated));
    printed.push_str(&unread(&read.unread));
    Ok(printed)
}

/// The day of a time in UTC, near enough for a headline.
fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn repeated(rows: u64) -> String {
    match rows {
        0 => String::new(),
        1 => "\n1 row is about a call of an earlier row, and is counted once.\n".to_owned(),
        n => format!("\n{n} rows are about a call of an earlier row, and are counted once.\n"),
    }
}

fn unread(rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let told: String = rows.iter().take(TOLD_MAX).map(|why| format!("  {why}\n")).collect();
    let more = if rows.len() > TOLD_MAX { "  …\n" } else { "" };
    let what = if rows.len() == 1 { "1 row" } else { &format!("{} rows", rows.len()) };
    format!("\nNot counted, since it could not be read: {what}\n{told}{more}")
}

/// The practice that is meant, if there are flow files.
fn practice(args: &Args) -> Result<Option<Flow>, String> {
    let Some(files) = flow_files(args.flows.as_deref())? else {
        return match &args.practice {
            Some(asked) => {
                Err(format!("there are no flow files, so no practice `{asked}`; say where they are with --flows"))
            }
            None => Ok(None),
        };
    };
    let mut flows: Vec<Flow> = check_folder(&files).flows.into_iter().map(|(_, _, flow)| flow).collect();
    let ids: Vec<String> = flows.iter().map(|flow| flow.practice.to_string()).collect();
    let is_asked = |flow: &Flow| args.practice.as_ref().is_none_or(|asked| flow.practice.as_str() == asked);
    flows.retain(is_asked);
    match (flows.len(), &args.practice, &args.zone) {
        (1, _, _) => Ok(flows.pop()),
        (_, Some(asked), _) => Err(format!("there is no practice `{asked}`; there are: {}", ids.join(", "))),
        (_, None, Some(_)) => Ok(None),
        (0, None, None) => {
            Err("the flow files hold no practice without errors (carelane check); give --zone".to_owned())
        }
        (_, None, None) => Err(format!("say whose log it is with --practice: {}", ids.join(", "))),
    }
}

fn zone(args: &Args, flow: Option<&Flow>) -> Result<TimeZone, String> {
    let name = args.zone.as_deref().or(flow.map(|flow| &*flow.time_zone));
    let name = name.ok_or("there are no flow files to take the time zone from; give --zone, like America/Chicago")?;
    TimeZone::get(name).map_err(|_| format!("there is no time zone `{name}`; one is called America/Chicago"))
}

/// What was read, and what could not be.
struct Log {
    calls: Vec<LoggedCall>,
    unread: Vec<String>,
    /// Rows about a call of an earlier row.
    repeated: u64,
}

fn read(file: &Path, asked: &[Asked], zone: &TimeZone, ours: &[Number]) -> Result<Log, String> {
    let cannot = |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", file.display());
    let mut reader = BufReader::new(File::open(file).map_err(|error| cannot(&error))?);
    let separator = separator(reader.fill_buf().map_err(|error| cannot(&error))?);
    let mut rows = csv::ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(reader);
    let headings = rows.headers().map_err(|error| cannot(&error))?.clone();
    let headings: Vec<&str> = headings.iter().collect();
    let asked: Vec<(Column, String)> = asked.iter().map(|Asked(column, name)| (*column, name.clone())).collect();
    let columns = Columns::find(&headings, &asked).map_err(|missing| format!("{}: {missing}", file.display()))?;
    if !columns.say_direction() && ours.is_empty() {
        return Err(format!(
            "{} does not say which calls came in; give --columns direction=HEADING, or --flows with the practice's numbers",
            file.display()
        ));
    }
    let (mut calls, mut unread, mut repeated) = (Vec::new(), Vec::new(), 0);
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (number, row) in (2..).zip(rows.byte_records()) {
        if number > ROWS_MAX {
            return Err(format!("{} has more than {ROWS_MAX} rows; cut it into weeks", file.display()));
        }
        let row = row.map_err(|error| cannot(&error))?;
        let cells: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        match columns.read(number, &cells, zone, ours) {
            Ok(call) => match columns.call(&cells).map(|id| *known.entry(id).or_insert(calls.len())) {
                Some(at) if at < calls.len() => {
                    repeated += 1;
                    calls.get_mut(at).into_iter().for_each(|known: &mut LoggedCall| known.joined(&call));
                }
                _ => calls.push(call),
            },
            Err(why) => unread.push(format!("row {number}: {why}")),
        }
    }
    Ok(Log { calls, unread, repeated })
}

/// What separates the heading's columns.
fn separator(beginning: &[u8]) -> u8 {
    let heading = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| heading.iter().filter(|byte| **byte == separator).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}
