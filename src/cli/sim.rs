//! `carelane sim`: live through any number of made-up days, and tell the story of the first that breaks a rule.
//!
//! It touches no data folder, no network and no real clock but for its own speed.

use std::fs::OpenOptions;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use crate::engine::Clock;
use crate::sim::Failure;
use crate::sim::Run;
use crate::sim::run as run_seeds;
use crate::vocab::Timestamp;

/// A rule was broken.
const EXIT_BROKEN: u8 = 1;
/// The failing seed could not be kept.
const EXIT_UNWRITABLE: u8 = 2;
/// A line of progress on standard error so often.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

const AFTER_HELP: &str = "\
Examples:
  carelane sim                               a hundred practice-days
  carelane sim --seeds 10000 --jobs 8        many more
  carelane sim --seeds 1 --from 4711         the one that failed, again: the same seed, the same day
  carelane sim --seeds 500 --days 7          practice-weeks";

/// Live through made-up days of a practice and check every rule after every event.
///
/// Exit code: 0 nothing is broken, 1 something is (the story is printed), 2 a failing seed could not be kept.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// How many seeds.
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    from: u64,
    /// Days that each seed lives through.
    #[arg(long, default_value_t = 1, value_name = "D", value_parser = clap::value_parser!(u64).range(1..=366))]
    days: u64,
    /// Threads [default: one a core]
    #[arg(long, value_name = "J")]
    jobs: Option<usize>,
    /// Add failing seeds to this file, a line each.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> ExitCode {
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let clock = Clock::start(Timestamp(0));
    let told = Mutex::new(Duration::ZERO);
    let progress = |run: &Run| {
        let now = clock.monotonic();
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if now >= *told + PROGRESS_EVERY {
            *told = now;
            eprintln!("{}", summary(run, args.days, now));
        }
    };
    let ran = run_seeds(args.from, args.seeds, args.days, jobs, &progress);
    println!("{}", summary(&ran, args.days, clock.monotonic()));
    let missing = ran.marks.missing();
    if !missing.is_empty() {
        println!("situations never met: {}", missing.join(", "));
    }
    let Some(failure) = ran.failures.values().next() else {
        println!("Nothing is broken.");
        return ExitCode::SUCCESS;
    };
    println!("\n{}", describe(failure));
    match args.keep.as_deref().map_or(Ok(()), |file| keep(file, ran.failures.values())) {
        Ok(()) => ExitCode::from(EXIT_BROKEN),
        Err(error) => {
            eprintln!("carelane sim: cannot keep the failing seed: {error}");
            ExitCode::from(EXIT_UNWRITABLE)
        }
    }
}

fn summary(run: &Run, days: u64, took: Duration) -> String {
    let lived = run.seeds * days;
    // Speeds are for reading: a lost digit does no harm.
    #[expect(clippy::cast_precision_loss, reason = "a count of days is far below 2^52")]
    let speed = lived as f64 / took.as_secs_f64().max(0.001);
    format!(
        "{} seed{}, {lived} practice-day{}, {} calls, {} events in {:.1} s: {speed:.0} practice-days a second",
        run.seeds,
        if run.seeds == 1 { "" } else { "s" },
        if lived == 1 { "" } else { "s" },
        run.calls,
        run.events,
        took.as_secs_f64(),
    )
}

fn describe(failure: &Failure) -> String {
    let Failure { seed, days, broken, story } = failure;
    format!(
        "Seed {seed} breaks a rule.\n\n{broken}\n\nBefore that, of the calls it names (times of {}):\n\n{story}\n\
         Live through it again: carelane sim --seeds 1 --from {seed} --days {days}",
        crate::sim::told::ZONE
    )
}

/// `SEED DAYS # what broke`, as `tests/seeds.txt` has it.
fn keep<'f>(file: &Path, failures: impl Iterator<Item = &'f Failure>) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    for failure in failures {
        let rule = failure.broken.split([':', '\n']).next().unwrap_or_default();
        writeln!(file, "{} {} # {rule}", failure.seed, failure.days)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        let (broken, story) = ("order: call-2 must be offered to ana".to_owned(), "the story\n".to_owned());
        Failure { seed: 7, days: 2, broken, story }
    }

    #[test]
    fn a_failure_is_told_with_the_command_that_repeats_it() {
        let told = describe(&failure());
        for words in ["Seed 7", "call-2", "the story", "carelane sim --seeds 1 --from 7 --days 2"] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }

    #[test]
    fn failing_seeds_are_added_to_the_file() {
        let name = format!("carelane-kept-seeds-{}", std::process::id());
        let file = std::env::temp_dir().join(name);
        keep(&file, [failure()].iter()).expect("a writable folder");
        keep(&file, [failure()].iter()).expect("a writable folder");
        let kept = std::fs::read_to_string(&file).expect("kept");
        std::fs::remove_file(&file).expect("there");
        assert_eq!(kept, "7 2 # order\n7 2 # order\n");
    }
}
