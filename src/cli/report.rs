//! `carelane report`: the scorecard of a day or a week, computed from the journal.
//!
//! It reads the journal beside a running carelane and prints; what is counted, and how, is in `report`.

use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::civil::Date;

use super::folded::Source;
use crate::engine::Clock;
use crate::floor::hours;
use crate::flow::Flow;
use crate::report::Baseline;
use crate::report::History;
use crate::report::Period;
use crate::report::Scorecard;
use crate::report::page;

const AFTER_HELP: &str = "\
Examples:
  carelane report                                 the week of the journal's last entry, so far
  carelane report --day 2026-11-20
  carelane report --week 2026-11-16 --csv > week.csv
  carelane report --week 2026-11-16 --html week.html
  carelane report --week 2026-11-16 --against 2026-11-09
  carelane report --against before.json           beside what `carelane audit --json` said before carelane

Every number comes from the journal's facts (docs/SCORECARD.md); what the phone cannot see says \"no source\", never 0.
No name or number of a person is printed: whoever needs one finds it by the call's or item's id.

Exit code: 0 printed, 2 it cannot be.";

/// Prints the scorecard of a day or a week.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// One day, as 2026-11-20
    #[arg(long, value_name = "DATE", conflicts_with = "week")]
    day: Option<Date>,
    /// The week from Monday to Sunday that this day is in
    #[arg(long, value_name = "DATE")]
    week: Option<Date>,
    /// Beside it an earlier day or week, or the baseline that `carelane audit --json` wrote
    #[arg(long, value_name = "DATE|FILE.json")]
    against: Option<String>,
    /// Rows for a spreadsheet instead of text
    #[arg(long, conflicts_with_all = ["html", "against"])]
    csv: bool,
    /// Write a page with plots, whole in itself, to this file
    #[arg(long, value_name = "FILE", conflicts_with = "against")]
    html: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Runs the command: 0 printed, 2 not.
pub fn run(args: &Args) -> ExitCode {
    match report(args).and_then(|printed| match io::stdout().lock().write_all(&printed) {
        // Nobody reads any more (`carelane report | head`): not worth a message.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Standard error is the last place to say it; if that fails too, the exit code remains.
            _ = writeln!(io::stderr(), "carelane report: {message}");
            ExitCode::from(2)
        }
    }
}

fn report(args: &Args) -> Result<Vec<u8>, String> {
    let (history, flow) = args.source.read()?;
    let period = period(args, &history, &flow)?;
    let now = Clock::start(history.last().unwrap_or_default()).now();
    let card =
        |period| Scorecard::of(&history, &flow, period, now).ok_or_else(|| format!("the calendar has no {period}"));
    let scorecard = card(period)?;
    if let Some(path) = &args.html {
        let page = page(&scorecard).map_err(|error| format!("cannot make the page: {error}"))?;
        std::fs::write(path, page).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        return Ok(format!("{} is written.\n", path.display()).into_bytes());
    }
    if args.csv {
        let mut rows = csv::Writer::from_writer(Vec::new());
        scorecard.rows().iter().try_for_each(|row| rows.write_record(row)).map_err(|error| error.to_string())?;
        return rows.into_inner().map_err(|error| error.to_string());
    }
    let Some(against) = &args.against else { return Ok(scorecard.to_string().into_bytes()) };
    let compared = match against.parse::<Date>() {
        Ok(date) => scorecard.against(&card(Period { first: first_of(date, period.days), ..period })?),
        Err(_) => scorecard.against_baseline(&baseline(against)?),
    };
    Ok(compared.into_bytes())
}

/// What `carelane audit --json` wrote.
fn baseline(path: &str) -> Result<Baseline, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("`{path}` is no date, and no file: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path} is not what `carelane audit --json` writes: {error}"))
}

/// The days that were asked for; without any, the week of the journal's last entry.
fn period(args: &Args, history: &History, flow: &Flow) -> Result<Period, String> {
    if let Some(day) = args.day {
        return Ok(Period { first: day, days: 1 });
    }
    let last = || history.last().and_then(|at| hours::local(flow, at)).map(|local| local.date());
    let day = args.week.or_else(last).ok_or("the journal is empty; say which week with --week")?;
    Ok(Period { first: first_of(day, 7), days: 7 })
}

/// The day itself, or the Monday of its week.
fn first_of(day: Date, days: u8) -> Date {
    match days {
        1 => day,
        _ => day.saturating_sub(jiff::Span::new().days(i64::from(day.weekday().to_monday_zero_offset()))),
    }
}
