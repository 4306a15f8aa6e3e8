//! What the journal costs: microseconds an event for batches of several sizes, and reading a million facts back.
//!
//! `cargo bench --bench journal [-- FACTS]`. Times are wall times on whatever else the machine is doing, in the
//! folder for temporary files; where that is memory, an fsync costs nothing and the numbers flatter.

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::fact::Fact;
use carelane::floor::fact::Route;
use carelane::floor::treatment::Opening;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Phrase;
use carelane::journal::Journal;
use carelane::journal::Memory;
use carelane::journal::Store;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::Language;
use carelane::vocab::LegId;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

const START: Timestamp = Timestamp(1_795_000_000_000);

#[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

/// The n-th entry: a call arrives, chooses a lane, hears music, by turns.
fn entry(n: u64) -> (Event, Vec<Fact>) {
    let (call, leg) = (CallId(n / 3), LegId(n / 3));
    let english = || Language::parse("en-US").unwrap_or_else(|| unreachable!("en-US is well formed"));
    let caller = || Caller::from_carrier(&format!("+1555{:07}", n % 10_000_000));
    let carrier_call = || CarrierCall::from(format!("CA{n:032x}").as_str());
    let treated = |serial, treatment| Fact::LegTreated { leg, serial, treatment, pushed: false };
    match n % 3 {
        0 => {
            let menu = Treatment::Menu { step: "start".into(), language: english(), opening: Opening::Greeting };
            let arrived = Fact::CallArrived {
                call,
                leg,
                practice: "riverside".into(),
                flow: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9".into(),
                carrier_call: carrier_call(),
                caller: caller(),
                began: None,
            };
            let event =
                Event::CallArrived { carrier_call: carrier_call(), caller: caller(), dialled: "+15550100100".into() };
            (event, vec![arrived, treated(1, menu)])
        }
        1 => {
            let arrived = START + Span(n.cast_signed());
            let lane = "scheduling";
            let first = vec![Words::AboutLane(Phrase::InLine, lane.into())];
            let queued = Fact::Queued {
                call,
                lane: lane.into(),
                arrived,
                deadline: arrived + Span::mins(1),
                head_starts: Vec::new(),
                how: Route::Key,
            };
            let hold = treated(2, Treatment::Hold { lane: lane.into(), language: english(), first, urgent: false });
            let chosen = Fact::LanguageChosen { call, language: english() };
            let opened = Fact::TierOpened { call, tier: 0 };
            (
                Event::TreatmentEnded { leg, serial: 1, input: Input::Keys("1".into()) },
                vec![chosen, queued, opened, hold],
            )
        }
        _ => {
            let music = Treatment::Announce { words: vec![Words::Phrase(Phrase::OneMoment)], language: english() };
            (
                Event::TreatmentEnded { leg, serial: 2, input: Input::Nothing },
                vec![treated(3, music), treated(4, menu_again())],
            )
        }
    }
}

fn menu_again() -> Treatment {
    let language = Language::parse("es-US").unwrap_or_else(|| unreachable!("es-US is well formed"));
    Treatment::Menu { step: "start".into(), language, opening: Opening::NotHeard }
}

/// Appends entries in batches; returns the time of appending, of committing, and how many facts were written.
fn write(
    store: &mut dyn Store,
    entries: u64,
    batch: u64,
) -> Result<(Duration, Duration, u64), Box<dyn std::error::Error>> {
    let (mut appending, mut committing, mut facts_written) = (Duration::ZERO, Duration::ZERO, 0);
    let mut n = 0;
    while n < entries {
        let prepared: Vec<_> = (n..n + batch).map(entry).collect();
        let (spent, done) = timed(|| {
            prepared.iter().zip(n..).try_for_each(|((event, facts), n)| {
                store.append(START + Span(n.cast_signed()), "riverside", event, facts).map(|_| ())
            })
        });
        done?;
        appending += spent;
        facts_written += prepared.iter().map(|(_, facts)| facts.len() as u64).sum::<u64>();
        let (spent, done) = timed(|| store.commit());
        done?;
        committing += spent;
        n += batch;
    }
    Ok((appending, committing, facts_written))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let facts: u64 = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("carelane-bench-journal-{}", std::process::id()));
    let outcome = measure(&folder, facts);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn measure(folder: &Path, facts: u64) -> Result<(), Box<dyn std::error::Error>> {
    println!("batch   append µs/event   commit µs/event (with fsync)");
    let each = |time: Duration, entries: u64| time.as_secs_f64() * 1e6 / entries as f64;
    for batch in [1, 8, 32, 256] {
        let (mut journal, _) = Journal::open(&folder.join(format!("batch-{batch}")), None, |_| {})?;
        let entries = (batch * 1_000).min(60_000);
        let (appending, committing, _) = write(&mut journal, entries, batch)?;
        println!("{batch:5}   {:15.2}   {:15.2}", each(appending, entries), each(committing, entries));
    }
    for batch in [4, 32] {
        let data = folder.join(format!("long-{batch}"));
        let (mut journal, _) = Journal::open(&data, None, |_| {})?;
        // Eight facts to three entries.
        write(&mut journal, facts * 3 / 8, batch)?;
        journal.close()?;
        let bytes = std::fs::metadata(data.join("journal.db"))?.len();
        let (spent, opened) = timed(|| Journal::open(&data, None, |entry| drop(std::hint::black_box(entry))));
        let (_, found) = opened?;
        println!(
            "recovery of {} facts in {} entries, {batch} to a commit, {} MB: {:.2} s",
            found.facts,
            found.entries,
            bytes / 1_000_000,
            spent.as_secs_f64()
        );
    }
    let (appending, _, _) = write(&mut Memory::default(), 60_000, 32)?;
    println!("for comparison, append to memory: {:.2} µs/event", each(appending, 60_000));
    Ok(())
}
