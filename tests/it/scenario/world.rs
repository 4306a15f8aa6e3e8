//! A floor on a virtual clock, watched: after every event its invariants hold, its facts folded into a second floor
//! give the same state, and every webhook answered before is answered the same again.
//!
//! It invents no events; scripts and the simulation do.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::floor::Floor;
use carelane::floor::effect::Answer;
use carelane::floor::effect::Effect;
use carelane::floor::effect::Outbox;
use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::floor::fact::OfferOutcome;
use carelane::vocab::CallId;
use carelane::vocab::EffectId;
use carelane::vocab::LegId;
use carelane::vocab::OfferId;
use carelane::vocab::Timestamp;

/// How many answered webhooks are repeated after each event.
const REPEATED_MAX: usize = 24;

/// The floor under test with all that is remembered to judge it.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) floor: Floor,
    /// What recovery would find: the same facts, folded.
    folded: Floor,
    pub(crate) now: Timestamp,
    /// Every fact with its time, as a journal holds them.
    pub(crate) journal: Vec<(Timestamp, Fact)>,
    /// Events seen so far.
    pub(crate) events: u64,
    /// Recovery and repetitions are judged after each event, or, if this is set, after one of so many.
    pub(crate) thorough_one_in: u64,
    /// What is still to be carried out, by what the outboxes said.
    pub(crate) orders: BTreeMap<EffectId, Effect>,
    /// Webhooks that brought a leg on, with their answers.
    answered: Vec<(Event, LegId, Answer)>,
    /// The arrival by which each call is placed: it never becomes later.
    arrived: BTreeMap<CallId, Timestamp>,
    /// Leases that were accepted: once, and never again.
    accepted: BTreeSet<OfferId>,
}

impl World {
    /// Lets the floor see an event and judges what it did.
    pub(crate) fn deliver(&mut self, event: Event) -> Result<Outbox, String> {
        let mut out = Outbox::default();
        self.floor.handle(self.now, event.clone(), &mut out);
        self.events += 1;
        self.judge(&event, &out).map_err(|broken| format!("{broken}\nat {} after {event:.400?}", self.now))?;
        Ok(out)
    }

    /// The next deadline up to `to`, with the clock set to it.
    pub(crate) fn next_deadline(&mut self, to: Timestamp) -> bool {
        match self.floor.next_timeout() {
            Some((at, _)) if at <= to => {
                self.now = self.now.max(at);
                true
            }
            _ => false,
        }
    }

    fn judge(&mut self, event: &Event, out: &Outbox) -> Result<(), String> {
        self.floor.check().map_err(|broken| broken.to_string())?;
        for fact in &out.facts {
            self.folded.apply(self.now, fact);
            self.journal.push((self.now, fact.clone()));
            self.judge_fact(fact)?;
        }
        self.folded.recovered();
        let thorough = self.events.is_multiple_of(self.thorough_one_in.max(1));
        if thorough && self.folded != self.floor {
            return Err(format!("recovery disagrees: {}", difference(&self.folded, &self.floor)));
        }
        self.judge_effects(out)?;
        if matches!(out.answer, Answer::Refused(_)) && !out.facts.is_empty() {
            return Err(format!("refused, but it decided {:?}", out.facts));
        }
        let due = self.floor.next_timeout().filter(|(at, _)| *at <= self.now);
        if let (Event::TimePassed, Some((at, name))) = (event, due) {
            return Err(format!("time passed, but {name:?} of {at} is still due"));
        }
        if let (Event::TreatmentEnded { leg, serial, .. }, Answer::Treat { serial: next, .. }) = (event, &out.answer)
            && next > serial
        {
            self.answered.push((event.clone(), *leg, out.answer.clone()));
        }
        if thorough { self.judge_repetitions() } else { Ok(()) }
    }

    fn judge_fact(&mut self, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::CallArrived { call, .. } => drop(self.arrived.insert(*call, self.now)),
            Fact::Queued { call, arrived, deadline, .. } => {
                // A redial may stand where its first call stood: earlier than it came, never later.
                let kept = self.arrived.entry(*call).or_insert(*arrived);
                if arrived > kept {
                    return Err(format!("{call}, placed as of {kept}, is queued as of {arrived}"));
                }
                *kept = *arrived;
                if deadline.0 < arrived.0 - 3_600_000 {
                    return Err(format!("{call} has a deadline of {deadline}, long before its arrival"));
                }
            }
            Fact::OfferEnded { offer, outcome: OfferOutcome::Accepted } if !self.accepted.insert(*offer) => {
                return Err(format!("{offer} was accepted twice"));
            }
            _ => {}
        }
        Ok(())
    }

    /// What was sent out and what was called off must be what the floor holds outstanding.
    fn judge_effects(&mut self, out: &Outbox) -> Result<(), String> {
        self.orders.extend(out.effects.iter().cloned());
        for settled in &out.settled {
            self.orders.remove(settled);
        }
        let held: BTreeMap<EffectId, Effect> = self.floor.outstanding().map(|(id, e)| (id, e.clone())).collect();
        if held == self.orders { Ok(()) } else { Err(format!("outstanding {held:?}, but sent {:?}", self.orders)) }
    }

    /// A repeated webhook changes nothing and gets the very document it got.
    fn judge_repetitions(&mut self) -> Result<(), String> {
        let floor = &self.floor;
        self.answered.retain(|(_, leg, _)| floor.leg(*leg).is_some());
        let mut again = self.floor.clone();
        for (event, _, answer) in self.answered.iter().rev().take(REPEATED_MAX) {
            let mut out = Outbox::default();
            again.handle(self.now, event.clone(), &mut out);
            if out.answer != *answer || !out.facts.is_empty() {
                return Err(format!("{event:?} got {answer:?}; repeated: {:?} {:?}", out.answer, out.facts));
            }
        }
        Ok(())
    }

    /// The process died: what it held in memory is gone, the floor is folded from its facts.
    pub(crate) fn crash(&mut self) -> Result<(), String> {
        let mut anew = Floor::default();
        for (at, fact) in &self.journal {
            anew.apply(*at, fact);
        }
        anew.recovered();
        if anew != self.floor {
            return Err(format!("recovery disagrees: {}", difference(&anew, &self.floor)));
        }
        self.floor = anew;
        Ok(())
    }
}

/// The first line in which two floors differ.
fn difference(folded: &Floor, live: &Floor) -> String {
    let (folded, live) = (format!("{folded:#?}"), format!("{live:#?}"));
    let place = folded.lines().zip(live.lines()).position(|(a, b)| a != b);
    let around = |text: &str| match place {
        Some(at) => text.lines().skip(at.saturating_sub(6)).take(10).collect::<Vec<_>>().join("\n"),
        None => format!("{} lines", text.lines().count()),
    };
    format!("folded\n{}\nlive\n{}", around(&folded), around(&live))
}
