//! What a webhook costs: CPU per request of the real `carelane serve`, beside a ceiling that only checks the
//! signature, reads the form and writes TwiML with the same HTTP library.
//!
//! ```text
//! cargo bench --bench webhook                      both, interleaved, about half a minute
//! cargo bench --bench webhook -- --ceiling-only    the ceiling alone: what this machine can do
//! cargo bench --bench webhook -- --paced           latency at 1,000 requests a second, from the moment each was due
//! cargo bench --bench webhook -- --offers          from an assistant who is free to the request that rings her
//! ```
//! A call is three signed webhooks: it arrives, presses 1 at the URL it was given, and hangs up. 64 connections make
//! calls one after the other. CPU is that of the server and its children, read before and after a round: compare
//! only lines of one run, and trust the minimum more than the median. `CARELANE_BIN` names another binary,
//! `BENCH_CALLS` another number of calls a round, `BENCH_ROUNDS` another number of rounds.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

#[path = "webhook/binary.rs"]
mod binary;
#[path = "webhook/ceiling.rs"]
mod ceiling;
#[path = "webhook/load.rs"]
mod load;
#[path = "webhook/offers.rs"]
mod offers;
#[path = "webhook/peer.rs"]
mod peer;
#[path = "webhook/report.rs"]
mod report;
#[expect(dead_code, reason = "where a phone's document is, only the other bench asks")]
#[path = "webhook/rest.rs"]
mod rest;

use std::env;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::Verifier;
use carelane::carrier::twilio::sign;
use carelane::vocab::Private;

use crate::peer::Peer;
use crate::report::Round;

/// The address under which the carrier knows us. Requests go to a loopback port and are signed for this.
pub(crate) const PUBLIC_URL: &str = "https://voice.practice.example";
pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// No new call is placed in a round after this time, so that a slow server bounds the run too.
const ROUND_MAX: Duration = Duration::from_secs(6);
/// What a server does after its last answer belongs to the round: it is waited for.
const SETTLE: Duration = Duration::from_millis(100);

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    // This program is its own ceiling, started anew with this argument.
    let result = match () {
        () if has(ceiling::ARGUMENT) => ceiling::serve(),
        () if has("--paced") => paced(),
        () if has("--offers") => offers::measure(),
        () => measure(has("--ceiling-only")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webhook bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(ceiling_only: bool) -> Result<(), Failure> {
    let calls = number("BENCH_CALLS", 5_000)?;
    let rounds = number("BENCH_ROUNDS", 4)?;
    // One thread makes the load; the server has the rest of the machine.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let rest = rest::Double::start().await?;
        let mut peers = vec![Peer::ceiling().await?];
        if !ceiling_only {
            peers.push(Peer::carelane(rest.base()).await?);
        }
        let mut first_call = 0;
        for peer in &mut peers {
            load::place(peer.address(), first_call, calls / 10, ROUND_MAX, None).await?;
            first_call += calls;
        }
        println!("{}", report::heading(calls, rounds));
        for _ in 0..rounds {
            for peer in &mut peers {
                let round = measure_round(peer, first_call, calls).await?;
                peer.rounds.push(round);
                first_call += calls;
            }
        }
        for peer in &peers {
            println!("{}", report::line(peer.name, &peer.rounds));
        }
        if let [ceiling, carelane] = &peers[..] {
            println!("{}", report::ratio(&ceiling.rounds, &carelane.rounds));
        }
        println!("form and signature alone: {:.1} us a request", signature_cost());
        if rest.requests() > 0 {
            println!("note: {} REST requests were made to the carrier's double", rest.requests());
        }
        Ok(())
    })
}

/// The latency of webhooks at a steady rate.
fn paced() -> Result<(), Failure> {
    const RATE: u32 = 1_000;
    const CALLS: u64 = 7_000;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let rest = rest::Double::start().await?;
        let peer = Peer::carelane(rest.base()).await?;
        load::place(peer.address(), 0, CALLS / 10, ROUND_MAX, None).await?;
        let latencies = load::place(peer.address(), CALLS, CALLS, Duration::from_secs(60), Some(RATE)).await?;
        println!("{}", report::latencies(&format!("webhooks, {RATE} a second"), latencies));
        Ok(())
    })
}

async fn measure_round(peer: &Peer, first_call: u64, calls: u64) -> Result<Round, Failure> {
    tokio::time::sleep(SETTLE).await;
    let cpu = peer.cpu()?;
    let start = Instant::now();
    let latencies = load::place(peer.address(), first_call, calls, ROUND_MAX, None).await?;
    let wall = start.elapsed();
    tokio::time::sleep(SETTLE).await;
    Ok(Round::new(peer.cpu()?.saturating_sub(cpu), wall, latencies))
}

fn number(name: &str, default: u64) -> Result<u64, Failure> {
    match env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name} is a number, not {text:?}").into()),
        Err(_) => Ok(default),
    }
}

/// Microseconds to decode one webhook and check its signature: the best of several runs.
fn signature_cost() -> f64 {
    const TIMES: u32 = 2_000;
    let token = Private::new(TOKEN.to_owned());
    let verifier = Verifier::new(PUBLIC_URL, std::slice::from_ref(&token));
    let body = load::incoming_body(7);
    let Ok(form) = Form::decode(body.as_bytes()) else { return f64::NAN };
    let signature = sign(&token, &format!("{PUBLIC_URL}/voice/incoming"), &form);
    let run = || {
        let start = Instant::now();
        let believed = (0..TIMES).filter(|_| {
            let form = Form::decode(std::hint::black_box(body.as_bytes()));
            form.is_ok_and(|form| verifier.verify("/voice/incoming", &form, Some(&signature)).is_ok())
        });
        assert_eq!(believed.count(), TIMES as usize, "the bench's own signatures are right");
        start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    };
    (0..10).map(|_| run()).fold(f64::INFINITY, f64::min)
}
