//! What a call's audio costs, in the real `carelane serve`, beside the least a server on tungstenite does
//! (`streams/minimal.rs`) and, where Node is there, a server on its `ws` (`peers/ws.js`): calls that wait with music,
//! and pairs of calls that hear each other.
//!
//! ```text
//! cargo bench --bench streams                  the most calls that each server carries on one core: 15 minutes
//! cargo bench --bench streams -- --quick       the same, more roughly: some ten minutes
//! cargo bench --bench streams -- carelane      one of them: carelane, minimal, node
//! cargo bench --bench streams -- --pairs       only pairs; --waiting: only calls that wait
//! cargo bench --bench streams -- --at 400      each with so many calls: CPU and memory of a call
//! ```
//! The callers run on the first core, the server alone on the second (`taskset`). A server carries its calls as long
//! as their audio comes whole, and all but one in a hundred messages come within 10 ms of the moment their sound is
//! due: when everything before it has been played (`streams/client.rs`). Who sends ahead has to keep up all the same:
//! in a window of some seconds comes as much audio as the window is long. A virtual machine stands still for tens of
//! milliseconds now and then: so lateness is looked at second by second, the middle second counts, and a number that
//! is not carried is tried once more. "late" is of all seconds, "mid" of the middle one. Each number of calls is
//! tried on a fresh server. CPU and memory are those of its process and its children. Compare only lines of one run.
//! `CARELANE_BIN` names another binary, `BENCH_SECONDS` another length of a window.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

#[path = "webhook/binary.rs"]
mod binary;
#[path = "streams/client.rs"]
mod client;
#[path = "streams/minimal.rs"]
mod minimal;
#[expect(dead_code, reason = "what it was asked is of no interest here")]
#[path = "webhook/rest.rs"]
mod rest;
#[path = "streams/server.rs"]
mod server;

use std::env;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use tokio::task::LocalSet;

use crate::client::Callers;
use crate::server::Kind;
use crate::server::Server;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// All but one in a hundred messages are not later than this.
const LATE_MAX: u32 = 10_000;
/// So much of the audio has come, or the server does not keep up.
const WHOLE: f64 = 0.99;
/// So many of their own frames the callers have sent, or they are at their limit and the line says nothing.
const SENT: f64 = 0.98;
/// A number of calls that is not carried is tried once more: a machine stands still for a moment now and then.
const TRIES: usize = 2;
/// More calls than this are not asked for: the callers have one core too.
const CALLS_MAX: usize = 6_000;
/// A silent stream is taken for dead: whoever is there already speaks for a moment after so many more calls.
const KEPT_ALIVE_EVERY: usize = 100;
const KEPT_ALIVE: Duration = Duration::from_millis(100);
/// No further number of calls is tried on a server after this time.
const SEARCH_MAX: Duration = Duration::from_secs(150);

/// What calls do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Each hears music.
    Waiting,
    /// Two hear each other.
    Pairs,
}

impl Case {
    /// Until what is heard counts: where two are joined, words come first.
    fn warm_up(self) -> Duration {
        match self {
            Self::Waiting => Duration::from_secs(2),
            Self::Pairs => Duration::from_secs(6),
        }
    }
}

/// How it is measured.
#[derive(Clone, Copy)]
struct Plan {
    window: Duration,
    /// So many calls, and no search.
    fixed: Option<usize>,
    /// The search ends when the answer is known to one part in so many.
    parts: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let result = if arguments.iter().any(|argument| argument == minimal::ARGUMENT) {
        // This program is its own peer, started anew with this argument.
        minimal::serve()
    } else {
        measure(&arguments)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streams bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> Result<(), Failure> {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let at = arguments.iter().position(|argument| argument == "--at");
    let fixed =
        at.map(|at| arguments.get(at + 1).ok_or("--at needs a number")?.parse::<usize>().map_err(Failure::from));
    let seconds = env::var("BENCH_SECONDS").map_or(Ok(if has("--quick") { 3 } else { 7 }), |text| text.parse())?;
    let parts = if has("--quick") { 6 } else { 16 };
    let plan = Plan { window: Duration::from_secs(seconds), fixed: fixed.transpose()?, parts };
    let named: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| has(kind.name())).collect();
    let kinds = if named.is_empty() { Kind::ALL.to_vec() } else { named };
    server::pin_self();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (case, what, left_out) in
        [(Case::Waiting, "calls that wait", "--pairs"), (Case::Pairs, "calls in pairs", "--waiting")]
    {
        if has(left_out) {
            continue;
        }
        println!(
            "{what:<16} {:>6} {:>7} {:>8} {:>12} {:>9} {:>13} {:>13} {:>11} {:>6}",
            "calls",
            "sent %",
            "audio %",
            "late p99 ms",
            "mid ms",
            "apart p99 ms",
            "CPU us/call s",
            "KiB a call",
            "CPU %"
        );
        for kind in &kinds {
            if *kind == Kind::Node && !server::has_node() {
                println!("{:<16} left out: node or npm is missing", kind.name());
                continue;
            }
            let most = runtime.block_on(LocalSet::new().run_until(search(*kind, case, plan)))?;
            if plan.fixed.is_none() {
                println!("{:<16} {most:>6} calls are carried on one core", kind.name());
            }
        }
    }
    Ok(())
}

/// The most calls that one server carries: twice as many until they are too many, then halves of what is between.
async fn search(kind: Kind, case: Case, plan: Plan) -> Result<usize, Failure> {
    let (begin, mut most, mut too_many) = (Instant::now(), 0, None);
    let mut wanted = plan.fixed.unwrap_or(kind.first());
    loop {
        let mut carried = false;
        for _ in 0..TRIES {
            let row = probe(kind, case, wanted, plan.window).await?;
            println!("{}", row.line(kind.name()));
            if plan.fixed.is_some() {
                return Ok(wanted);
            }
            carried = row.carried();
            if carried {
                break;
            }
        }
        if carried {
            most = wanted
        } else {
            too_many = Some(wanted)
        }
        let far_off = too_many.is_none_or(|too_many| too_many - most > most.max(1) / plan.parts);
        wanted = too_many.map_or((2 * most).min(CALLS_MAX), |too_many| usize::midpoint(most, too_many)) & !1;
        if !far_off || wanted <= most || begin.elapsed() > SEARCH_MAX {
            return Ok(most);
        }
    }
}

/// A fresh server with so many calls.
async fn probe(kind: Kind, case: Case, wanted: usize, window: Duration) -> Result<Row, Failure> {
    let (mut server, mut callers) = (Server::start(kind).await?, Callers::default());
    let (idle, mut kept_alive) = (server.memory()?, 0);
    while callers.len() < wanted {
        match case {
            Case::Waiting => server.add(&mut callers).await?,
            Case::Pairs => server.add_pair(&mut callers).await?,
        }
        if callers.len() >= kept_alive + KEPT_ALIVE_EVERY {
            kept_alive = callers.len();
            callers.talk(KEPT_ALIVE, Duration::ZERO).await;
        }
    }
    step(&server, &callers, case.warm_up(), window, idle).await
}

struct Row {
    calls: usize,
    sent: f64,
    audio: f64,
    late: u32,
    /// The same in the middle second.
    middle: u32,
    apart: u32,
    cpu_per_call: f64,
    memory_per_call: f64,
    cpu: f64,
    lost: usize,
}

async fn step(
    server: &Server,
    callers: &Callers,
    warm_up: Duration,
    window: Duration,
    idle: u64,
) -> Result<Row, Failure> {
    callers.talk(warm_up, Duration::ZERO).await;
    let (cpu, begin) = (server.cpu()?, Instant::now());
    let heard = callers.talk(Duration::ZERO, window).await;
    let (cpu, wall) = ((server.cpu()? - cpu).as_secs_f64(), begin.elapsed().as_secs_f64());
    let memory = server.memory()?.saturating_sub(idle);
    let calls = callers.len();
    Ok(Row {
        calls,
        sent: heard.sent as f64 / window.as_secs_f64() / calls as f64 / client::FRAMES_PER_SECOND,
        audio: heard.audio / window.as_secs_f64() / calls as f64,
        middle: middle(&heard.late),
        late: percentile(heard.late.concat()),
        apart: percentile(heard.apart),
        cpu_per_call: cpu / wall / calls as f64 * 1e6,
        memory_per_call: memory as f64 / 1024.0 / calls as f64,
        cpu: cpu / wall * 100.0,
        lost: heard.lost,
    })
}

/// What all but one in a hundred do not exceed.
fn percentile(mut values: Vec<u32>) -> u32 {
    values.sort_unstable();
    let at = values.len() * 99 / 100;
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or(0)
}

/// The percentile of the middle second: half of all seconds are not worse.
fn middle(seconds: &[Vec<u32>]) -> u32 {
    let mut each: Vec<u32> = seconds.iter().map(|second| percentile(second.clone())).collect();
    each.sort_unstable();
    each.get(each.len() / 2).copied().unwrap_or(0)
}

impl Row {
    fn carried(&self) -> bool {
        self.lost == 0 && self.sent >= SENT && self.audio >= WHOLE && self.middle < LATE_MAX
    }

    fn line(&self, name: &str) -> String {
        let mut why = if self.lost > 0 { format!("  {} calls lost", self.lost) } else { String::new() };
        if self.sent < SENT {
            why += "  the callers cannot send more";
        }
        format!(
            "{name:<16} {:>6} {:>7.1} {:>8.1} {:>12.1} {:>9.1} {:>13.1} {:>13.0} {:>11.1} {:>6.0}{why}",
            self.calls,
            self.sent * 100.0,
            self.audio * 100.0,
            f64::from(self.late) / 1e3,
            f64::from(self.middle) / 1e3,
            f64::from(self.apart) / 1e3,
            self.cpu_per_call,
            self.memory_per_call,
            self.cpu,
        )
    }
}
