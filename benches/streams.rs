//! What a call's audio costs: calls that wait with music, in the real `carelane serve`, beside the least a server on
//! tungstenite does (`streams/minimal.rs`) and, where Node is there, a server on its `ws` (`peers/ws.js`).
//!
//! ```text
//! cargo bench --bench streams                  each server with more and more calls, about two minutes
//! cargo bench --bench streams -- carelane      one of them: carelane, minimal, node
//! cargo bench --bench streams -- --at 400      each with so many calls: CPU and memory of a call
//! ```
//! The callers run on the first core, the server alone on the second (`taskset`). A server carries its calls as long as
//! their audio comes whole, and all but one in a hundred messages come within 10 ms of the moment their sound is due.
//! CPU and memory are those of the server's process and its children. Compare only lines of one run. `CARELANE_BIN`
//! names another binary, `BENCH_SECONDS` another length of a window.

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
use tokio::time::sleep;

use crate::client::Callers;
use crate::server::Kind;
use crate::server::Server;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// All but one in a hundred messages are not later than this.
const LATE_MAX: u32 = 10_000;
/// So much of the audio has come, or the server does not keep up.
const WHOLE: f64 = 0.99;
const WARM_UP: Duration = Duration::from_secs(2);
/// More calls than this are not asked for: the callers have one core too.
const CALLS_MAX: usize = 6_000;

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
    let at = arguments.iter().position(|argument| argument == "--at");
    let fixed =
        at.map(|at| arguments.get(at + 1).ok_or("--at needs a number")?.parse::<usize>().map_err(Failure::from));
    let fixed = fixed.transpose()?;
    let seconds = env::var("BENCH_SECONDS").map_or(Ok(5), |text| text.parse())?;
    let is_named = |kind: Kind| arguments.iter().any(|argument| argument == kind.name());
    let named: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| is_named(*kind)).collect();
    let kinds = if named.is_empty() { Kind::ALL.to_vec() } else { named };
    server::pin_self();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!(
        "{:<9} {:>6} {:>9} {:>13} {:>13} {:>13} {:>12} {:>9}",
        "", "calls", "audio %", "late p99 ms", "apart p99 ms", "CPU us/call s", "KiB a call", "CPU %"
    );
    for kind in kinds {
        if kind == Kind::Node && !server::has_node() {
            println!("{:<9} left out: node or npm is missing", kind.name());
            continue;
        }
        let most = runtime.block_on(LocalSet::new().run_until(climb(kind, fixed, Duration::from_secs(seconds))))?;
        if fixed.is_none() {
            println!("{:<9} {most:>6} calls are carried on one core", kind.name());
        }
    }
    Ok(())
}

/// More and more calls on one server, until it does not carry them; the most that it did.
async fn climb(kind: Kind, fixed: Option<usize>, window: Duration) -> Result<usize, Failure> {
    let mut server = Server::start(kind).await?;
    let (mut callers, mut most) = (Callers::default(), 0);
    let idle = server.memory()?;
    let mut wanted = fixed.unwrap_or(kind.first());
    loop {
        while callers.len() < wanted {
            server.add(&mut callers).await?;
        }
        let row = step(&server, &callers, window, idle).await?;
        let carried = row.carried();
        println!("{}", row.line(kind.name()));
        if carried {
            most = wanted;
        }
        if fixed.is_some() || !carried || wanted >= CALLS_MAX {
            return Ok(most);
        }
        wanted = (wanted * 115 / 100).min(CALLS_MAX);
    }
}

struct Row {
    calls: usize,
    audio: f64,
    late: u32,
    apart: u32,
    cpu_per_call: f64,
    memory_per_call: f64,
    cpu: f64,
    lost: usize,
}

async fn step(server: &Server, callers: &Callers, window: Duration, idle: u64) -> Result<Row, Failure> {
    let (cpu, begin) = (server.cpu()?, Instant::now());
    let heard = callers.talk(WARM_UP, window).await;
    let (cpu, wall) = ((server.cpu()? - cpu).as_secs_f64(), begin.elapsed().as_secs_f64());
    let memory = server.memory()?.saturating_sub(idle);
    sleep(Duration::from_millis(1)).await;
    let calls = callers.len();
    Ok(Row {
        calls,
        audio: heard.audio / window.as_secs_f64() / calls as f64,
        late: percentile(heard.late),
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

impl Row {
    fn carried(&self) -> bool {
        self.lost == 0 && self.audio >= WHOLE && self.late < LATE_MAX
    }

    fn line(&self, name: &str) -> String {
        let lost = if self.lost > 0 { format!("  {} calls lost", self.lost) } else { String::new() };
        format!(
            "{name:<9} {:>6} {:>9.1} {:>13.1} {:>13.1} {:>13.0} {:>12.1} {:>9.0}{lost}",
            self.calls,
            self.audio * 100.0,
            f64::from(self.late) / 1e3,
            f64::from(self.apart) / 1e3,
            self.cpu_per_call,
            self.memory_per_call,
            self.cpu,
        )
    }
}
