//! EWT, the estimated wait: what a caller is told, or nothing if it cannot be known well enough.
//!
//! The measure is service: how long calls of a lane have kept an assistant of late, from the ring to the written note.
//! The work that stands ahead, shared by the assistants who are at work and may take the call, gives the wait; its
//! scatter gives how far it may be off. What is told is a range whose end holds nine times in ten. It decides nothing
//! and knows no sentence; a metric says how often the end held (`carelane_wait_told_total`).

use std::collections::VecDeque;

use crate::floor::Floor;
use crate::floor::acd::agent::Agent;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::board::Key;
use crate::floor::call::Call;
use crate::floor::treatment::WAIT_RANGES;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// So many calls of a lane are measured before anything is told.
const MEASURED_MIN: usize = 10;
/// So many are remembered: the pace of this shift, not of last month.
const MEASURED_MAX: usize = 40;
/// Nothing keeps an assistant longer; a longer time is a clock that jumped.
const SERVICE_MAX: Span = Span::hours(4);
/// The end of a range lies so many tenths of its scatter beyond the mean: nine waits in ten are shorter.
const SCATTER_TENTHS: i64 = 13;

/// How long calls of one lane have kept an assistant of late, newest last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    took: VecDeque<Span>,
}

/// A time that is not known exactly, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Load {
    mean: i64,
    /// The square of its scatter.
    variance: i64,
}

impl Service {
    /// One more call was done.
    pub(in crate::floor) fn note(&mut self, took: Span) {
        self.took.push_back(took.clamp(Span::ZERO, SERVICE_MAX));
        if self.took.len() > MEASURED_MAX {
            self.took.pop_front();
        }
    }

    /// How long the next call will keep somebody; `None` while too few were measured.
    fn load(&self) -> Option<Load> {
        let count = i64::try_from(self.took.len()).ok().filter(|_| self.took.len() >= MEASURED_MIN)?;
        let mean = self.took.iter().map(|took| took.0).sum::<i64>() / count;
        let variance = self.took.iter().map(|took| (took.0 - mean).saturating_pow(2)).sum::<i64>() / (count - 1);
        // Ten alike are chance: people differ at least by half.
        Some(Load { mean, variance: variance.max((mean / 2).saturating_pow(2)) })
    }
}

impl Load {
    fn and(self, more: Self) -> Self {
        Self { mean: self.mean + more.mean, variance: self.variance.saturating_add(more.variance) }
    }

    /// What nine times in ten is enough, if so many share it.
    fn within(self, people: i64) -> Span {
        Span((self.mean + self.variance.max(0).isqrt() * SCATTER_TENTHS / 10) / people.max(1))
    }
}

impl Floor {
    /// What a call that waits may be told now, in minutes; `None` if that is not sure, or an assistant is just rung.
    pub(in crate::floor) fn wait_to_tell(&self, call: &Call, now: Timestamp) -> Option<(u32, u32)> {
        let (key, lane) = (call.key()?, call.lane()?);
        // patient: an urgent caller is told who is being reached, and nothing of minutes.
        if !lane.tells_wait || call.urgent || self.board.idle_for(key).is_some() {
            return None;
        }
        let at_work: Vec<&Agent> = self.agents.values().filter(|agent| serves(agent, key, self)).collect();
        let people = i64::try_from(at_work.len()).ok().filter(|people| *people > 0)?;
        let longest = lane.max_wait.min(Span::mins(WAIT_RANGES.last()?.1.into()));
        // One of those in conversation must be done first.
        let mut work = self.load_of(call)?;
        for ahead in self.board.in_order().take_while(|ahead| **ahead < key) {
            if at_work.iter().any(|agent| self.board.takes(agent.ability, *ahead)) {
                work = work.and(self.load_of(self.calls.get(&ahead.call)?)?);
            }
            if work.within(people) > longest {
                return None;
            }
        }
        let within = work.within(people);
        let told = WAIT_RANGES.into_iter().find(|(_, to)| within <= Span::mins(i64::from(*to)))?;
        let until = now + Span::mins(i64::from(told.1));
        // Nobody is told of a later end than before, and nobody of one that the lane does not wait for.
        let holds = call.told_until.is_none_or(|before| until <= before) && Span::mins(i64::from(told.1)) <= longest;
        holds.then_some(told)
    }

    fn load_of(&self, call: &Call) -> Option<Load> {
        let lane = call.place.as_ref()?.lane.clone();
        self.service.get(&(call.practice.clone(), lane))?.load()
    }
}

/// Is she at work, and goes on working, and may she take the call at this place?
fn serves(agent: &Agent, key: Key, floor: &Floor) -> bool {
    let stays = !agent.leaving && agent.later.is_none() && agent.is_signed_in();
    stays && !matches!(agent.state, AgentState::NotReady { .. }) && floor.board.takes(agent.ability, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(seconds: &[i64]) -> Service {
        let mut service = Service::default();
        seconds.iter().for_each(|seconds| service.note(Span::secs(*seconds)));
        service
    }

    #[test]
    fn nothing_is_known_of_a_lane_until_ten_calls_were_measured() {
        assert_eq!(measured(&[240; 9]).load(), None);
        assert_eq!(measured(&[240; 10]).load().unwrap().mean, 240_000);
    }

    #[test]
    fn only_the_last_forty_count() {
        let mut service = measured(&[3_600; 40]);
        (0..40).for_each(|_| service.note(Span::secs(60)));
        assert_eq!(service.load().unwrap().mean, 60_000);
    }

    #[test]
    fn more_scatter_and_more_work_take_longer_and_more_people_less() {
        let steady = measured(&[240; 20]).load().unwrap();
        let wild = measured(&[30, 450, 30, 450, 30, 450, 30, 450, 30, 450]).load().unwrap();
        assert_eq!(steady.mean, wild.mean);
        assert!(steady.within(1) < wild.within(1));
        assert!(steady.and(steady).within(1) > steady.within(1));
        assert!(steady.and(steady).within(4) < steady.within(1));
        // Many calls even each other out: twice the work is less than twice the wait that is told.
        assert!(steady.and(steady).within(1).0 < 2 * steady.within(1).0);
    }

    #[test]
    fn service_like_no_clock_could_measure_overflows_nothing() {
        let absurd = measured(&[i64::MAX / 1_000, i64::MIN / 1_000].repeat(10)).load().unwrap();
        let many = (0..100_000).fold(absurd, |work, _| work.and(absurd));
        assert!(many.within(0) > many.within(100) && many.within(100) > Span::ZERO);
    }

    #[test]
    fn ranges_follow_one_another_without_a_hole() {
        assert!(WAIT_RANGES.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }
}
