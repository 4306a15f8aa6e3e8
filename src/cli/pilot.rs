//! `carelane pilot`: four weeks with one lane, from the first look to keep or adjust.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use jiff::ToSpan;
use jiff::civil::Date;

use super::folded::Source;
use crate::engine::Clock;
use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::report::ASKED;
use crate::report::History;
use crate::report::METRICS;
use crate::report::Metric;
use crate::report::Period;
use crate::report::Pilot;
use crate::report::Plan;
use crate::report::Slice;
use crate::report::number_in;
use crate::report::number_of;
use crate::report::sample_rows;
use crate::report::verdicts;
use crate::vocab::Timestamp;

const AFTER_HELP: &str = "\
Examples:
  carelane pilot                        every lane with its one number, last week and this
  carelane pilot --lane scheduling --begins 2026-11-02
  carelane pilot --lane scheduling --begins 2026-11-02 --number callback_time
  carelane pilot --lane scheduling --begins 2026-11-02 --sample 10 > sample.csv
  carelane pilot --lane scheduling --begins 2026-11-02 --verdicts sample.csv

Week 1 observes, week 2 designs, week 3 is live with the exception log, week 4 says keep or adjust.
--sample prints calls for a person to judge: read their notes in the API, answer yes or no in the
empty columns, and give the file back with --verdicts. Numbers are named by their ids in
docs/SCORECARD.md. No name or number of a person is printed.

Exit code: 0 printed, 2 it cannot be.";

/// Holds the four weeks of a pilot with one lane: numbers, what is left to settle, exceptions, keep or adjust.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The pilot's lane
    #[arg(long, value_name = "ID", requires = "begins")]
    lane: Option<String>,
    /// A day of its first week, as 2026-11-02
    #[arg(long, value_name = "DATE", requires = "lane")]
    begins: Option<Date>,
    /// The one number by which the lane is judged, if not its usual
    #[arg(long, value_name = "ID", requires = "lane")]
    number: Option<String>,
    /// Print so many calls of the newest week for a person to judge, as CSV
    #[arg(long, value_name = "N", requires = "lane", conflicts_with = "verdicts")]
    sample: Option<usize>,
    /// Count the answers in a sample that was filled in
    #[arg(long, value_name = "FILE.csv", requires = "lane")]
    verdicts: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Runs the command: 0 printed, 2 not.
pub fn run(args: &Args) -> ExitCode {
    match pilot(args).and_then(|printed| match io::stdout().lock().write_all(&printed) {
        // Nobody reads any more (`carelane pilot | head`): not worth a message.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot print: {error}")),
        _ => Ok(()),
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Standard error is the last place to say it; if that fails too, the exit code remains.
            _ = writeln!(io::stderr(), "carelane pilot: {message}");
            ExitCode::from(2)
        }
    }
}

fn pilot(args: &Args) -> Result<Vec<u8>, String> {
    let (history, flow) = args.source.read()?;
    let now = Clock::start(history.last().unwrap_or_default()).now();
    let (Some(lane), Some(begins)) = (&args.lane, args.begins) else { return lanes(&history, &flow, now) };
    let lane = flow.lane(&lane.as_str().into()).ok_or_else(|| {
        let all: Vec<&str> = flow.lanes.iter().map(|lane| lane.id.as_str()).collect();
        format!("the practice has no lane `{lane}`; it has: {}", all.join(", "))
    })?;
    let begins = monday(begins);
    let number = args.number.as_deref().map_or_else(|| Ok(number_of(lane)), named)?;
    if hours::midnight(&flow, begins).is_none_or(|midnight| now < midnight) {
        return Err(format!("the pilot begins on {begins}: there is nothing to show yet"));
    }
    if let Some(wanted) = args.sample {
        return sample(&history, &flow, lane, begins, now, wanted);
    }
    let plan = Plan { lane, begins, number };
    let pilot = Pilot::of(&history, &flow, plan, now).ok_or("the calendar has no such weeks")?;
    let mut text = pilot.to_string();
    if let Some(path) = &args.verdicts {
        text += &judged(path)?;
    }
    Ok(text.into_bytes())
}

/// Every lane with its number.
fn lanes(history: &History, flow: &Flow, now: Timestamp) -> Result<Vec<u8>, String> {
    let today = hours::local(flow, now).ok_or("the time is out of the calendar's range")?.date();
    let this = monday(today);
    let weeks = [this.saturating_sub(7.days()), this];
    let mut text = format!(
        "{}: each lane's one number\n\n  {:<14} {:<52} {:>16} {:>16}\n",
        flow.name, "", "", "last week", "this week"
    );
    for lane in &flow.lanes {
        let number = number_of(lane);
        let value = |first| {
            let value = number_in(history, flow, (&lane.id, number), Period { first, days: 7 }, now);
            value.map_or_else(|| "none".to_owned(), |value| value.cell())
        };
        text += &format!(
            "  {:<14} {:<52} {:>16} {:>16}\n",
            lane.id.as_str(),
            number.title,
            value(weeks[0]),
            value(weeks[1])
        );
    }
    text += "\nBegin a pilot with one lane: carelane pilot --lane ID --begins DATE\n";
    Ok(text.into_bytes())
}

fn named(id: &str) -> Result<&'static Metric, String> {
    METRICS.iter().find(|metric| metric.id == id).ok_or_else(|| {
        let all: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
        format!("there is no number `{id}`; there are: {}", all.join(", "))
    })
}

/// Calls of the newest week that has any.
fn sample(
    history: &History,
    flow: &Flow,
    lane: &Lane,
    begins: Date,
    now: Timestamp,
    wanted: usize,
) -> Result<Vec<u8>, String> {
    let weeks = (0..4).rev().map(|week| Period { first: begins.saturating_add((week * 7).days()), days: 7 });
    let mut slices = weeks.filter_map(|period| Slice::of(history, flow, period, now));
    let of_lane = |slice: &Slice<'_>| {
        sample_rows(&slice.only(|c| c.lane.as_ref() == Some(&lane.id), |t| t.lane == lane.id), wanted)
    };
    let rows = slices.find_map(|slice| Some(of_lane(&slice)).filter(|rows| rows.len() > 1));
    let rows = rows.ok_or_else(|| format!("nobody has spoken with a caller of {} in these weeks", lane.id))?;
    let mut table = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| table.write_record(row)).map_err(|error| error.to_string())?;
    table.into_inner().map_err(|error| error.to_string())
}

/// What people answered about a sample.
fn judged(path: &Path) -> Result<String, String> {
    let wrong = |error: csv::Error| format!("cannot read {}: {error}", path.display());
    let mut table = csv::ReaderBuilder::new().flexible(true).from_path(path).map_err(wrong)?;
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let heading = cells(table.headers().map_err(wrong)?);
    let rows: Vec<_> =
        table.records().map(|row| row.map(|row| cells(&row))).collect::<Result<_, _>>().map_err(wrong)?;
    let counted = verdicts(&heading, &rows).map_err(|why| format!("{}: {why}", path.display()))?;
    let mut text = format!("\nA person looked at {} calls\n", rows.len());
    for ((_, asked), answers) in ASKED.iter().zip(counted) {
        text += &format!("  {asked:<52} {} of {}\n", answers.yes, answers.yes + answers.no);
    }
    Ok(text)
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}
