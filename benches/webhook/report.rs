//! What was measured, in lines.

use std::time::Duration;

/// One round against one server.
pub(crate) struct Round {
    requests: usize,
    cpu: Duration,
    wall: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Round {
    pub(crate) fn new(cpu: Duration, wall: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self { requests: latencies.len(), cpu, wall, latencies }
    }

    fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests.max(1) as f64
    }

    fn rate(&self) -> f64 {
        self.requests as f64 / self.wall.as_secs_f64()
    }

    /// Milliseconds within which so many percent of the requests were answered.
    fn percentile_ms(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

pub(crate) fn heading(calls: u64, rounds: u64) -> String {
    format!(
        "webhooks over 64 connections, {calls} calls of 3 requests a round, {rounds} rounds each, interleaved\n\
         {:<10} {:>20} {:>12} {:>10} {:>10}\n{:<10} {:>20} {:>12} {:>10} {:>10}",
        "", "CPU us a request", "requests/s", "p50 ms", "p99 ms", "", "min / median", "median", "median", "median"
    )
}

pub(crate) fn line(name: &str, rounds: &[Round]) -> String {
    let cpu = sorted(rounds, Round::cpu_us);
    format!(
        "{name:<10} {:>11.1} / {:>6.1} {:>12.0} {:>10.2} {:>10.2}",
        cpu.first().copied().unwrap_or(f64::NAN),
        median(&cpu),
        median(&sorted(rounds, Round::rate)),
        median(&sorted(rounds, |round| round.percentile_ms(50))),
        median(&sorted(rounds, |round| round.percentile_ms(99))),
    )
}

/// How long something took, at its usual and at its worst.
pub(crate) fn latencies(what: &str, mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let at = |per_mille: usize| {
        let at = (all.len() * per_mille / 1_000).min(all.len().saturating_sub(1));
        all.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    };
    format!(
        "{what}: {} times; p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, longest {:.2} ms",
        all.len(),
        at(500),
        at(990),
        at(999),
        at(1_000)
    )
}

pub(crate) fn ratio(ceiling: &[Round], carelane: &[Round]) -> String {
    let (ceiling, carelane) = (sorted(ceiling, Round::cpu_us), sorted(carelane, Round::cpu_us));
    let min = |values: &[f64]| values.first().copied().unwrap_or(f64::NAN);
    format!(
        "carelane takes {:.2} times the ceiling's CPU (min by min; {:.2} median by median)",
        min(&carelane) / min(&ceiling),
        median(&carelane) / median(&ceiling)
    )
}

fn sorted(rounds: &[Round], value: impl Fn(&Round) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = rounds.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[len / 2],
        len => f64::midpoint(sorted[len / 2 - 1], sorted[len / 2]),
    }
}
