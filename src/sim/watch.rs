//! A floor, watched: after every event its invariants hold, its facts obey the reference, its journal folded anew
//! gives the same state, and every webhook answered before is answered the same again.
//!
//! It invents no events; the simulated world and the scenarios do.

use std::collections::BTreeMap;

use super::reference::Books;
use super::reference::Clinic;
use super::reference::Line;
use super::reference::Waits;
use crate::floor::Floor;
use crate::floor::effect::Answer;
use crate::floor::effect::Effect;
use crate::floor::effect::Outbox;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::floor::treatment::Treatment;
use crate::journal::Entry;
use crate::vocab::EffectId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

/// How many answered webhooks are repeated after an event.
const REPEATED_MAX: usize = 24;

/// The floor under test with all that is remembered to judge it.
#[derive(Default)]
pub struct Watch {
    /// The floor.
    pub floor: Floor,
    /// The floor's time.
    pub now: Timestamp,
    /// Every event that decided something, as a journal holds them.
    pub journal: Vec<Entry>,
    /// What is still to be carried out, by what the outboxes said.
    pub orders: BTreeMap<EffectId, Effect>,
    /// Recovery and repetitions are judged after each event, or, if this is set, after one of so many.
    pub thorough_one_in: u64,
    /// Events seen so far.
    pub events: u64,
    /// A floor before its first fact: what recovery begins with.
    unborn: Floor,
    /// What recovery would find: the same facts, folded.
    folded: Floor,
    /// Webhooks that brought a leg on, with their answers.
    answered: Vec<(Event, LegId, Answer)>,
    books: Books,
    line: Line,
    clinic: Clinic,
    waits: Waits,
}

impl Watch {
    /// Watches a floor from before its first event; it is judged thoroughly after one of so many events.
    pub fn of(unborn: Floor, thorough_one_in: u64) -> Self {
        Self { floor: unborn.clone(), folded: unborn.clone(), unborn, thorough_one_in, ..Self::default() }
    }

    /// Lets the floor see an event and judges what it did; the error says what is broken.
    pub fn deliver(&mut self, event: Event) -> Result<Outbox, String> {
        let mut out = Outbox::default();
        self.floor.handle(self.now, event.clone(), &mut out);
        self.events += 1;
        let judged = self.judge(&event, &out);
        if !out.facts.is_empty() {
            let seq = self.journal.len() as u64 + 1;
            self.journal.push(Entry { seq, at: self.now, event, facts: out.facts.clone() });
        }
        judged.map(|()| out)
    }

    /// The next deadline up to `to`, with the clock set to it.
    pub fn next_deadline(&mut self, to: Timestamp) -> bool {
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
        }
        self.folded.recovered();
        let thorough = self.events.is_multiple_of(self.thorough_one_in.max(1));
        if thorough && self.folded != self.floor {
            return Err(format!("replay-identical: {}", difference(&self.folded, &self.floor)));
        }
        self.judge_effects(out)?;
        self.judge_wait(event, out)?;
        let set_aside = matches!(event, Event::Poisoned { .. });
        if matches!(out.answer, Answer::Refused(_)) && !set_aside && !out.facts.is_empty() {
            return Err(format!("refused-is-nothing: refused, but it decided {:?}", out.facts));
        }
        let due = self.floor.next_timeout().filter(|(at, _)| *at <= self.now);
        if let (Event::TimePassed, Some((at, name))) = (event, due) {
            return Err(format!("time-sane: time passed, but {name:?} of {at} is still due"));
        }
        self.books.follow(self.now, event, &out.facts, thorough)?;
        self.books.agree(&self.floor)?;
        if !out.facts.is_empty() {
            self.line.follow(self.now, &out.facts, &self.floor)?;
            self.clinic.follow(event, &out.facts, &self.floor)?;
            self.waits.follow(self.now, &out.facts)?;
        }
        if thorough {
            self.clinic.agree(&self.floor)?;
        }
        if let (Event::TreatmentEnded { leg, serial, .. }, Answer::Treat { serial: next, .. }) = (event, &out.answer)
            && next > serial
        {
            self.answered.push((event.clone(), *leg, out.answer.clone()));
        }
        if thorough { self.judge_repetitions() } else { Ok(()) }
    }

    /// What was sent out and what was called off must be what the floor holds outstanding.
    fn judge_effects(&mut self, out: &Outbox) -> Result<(), String> {
        self.orders.extend(out.effects.iter().cloned());
        for settled in &out.settled {
            self.orders.remove(settled);
        }
        if self.floor.outstanding().eq(self.orders.iter().map(|(id, effect)| (*id, effect))) {
            return Ok(());
        }
        let held: Vec<_> = self.floor.outstanding().collect();
        Err(format!("effect-at-least-once: outstanding {held:?}, but sent and not settled {:?}", self.orders))
    }

    /// Inside a queue a carrier plays, says and listens, and nothing else: all else must be pushed.
    fn judge_wait(&self, event: &Event, out: &Outbox) -> Result<(), String> {
        let Event::TreatmentEnded { leg, serial, .. } = event else { return Ok(()) };
        let of_leg = |serial| self.floor.leg(*leg).and_then(|leg| leg.treatment(serial)).map(AsRef::as_ref);
        if !of_leg(*serial).is_some_and(Treatment::is_wait) {
            return Ok(());
        }
        for fact in &out.facts {
            if let Fact::LegTreated { leg: given, treatment, pushed: false, .. } = fact
                && given == leg
                && !(treatment.is_wait() || matches!(treatment, Treatment::Goodbye { .. }))
            {
                return Err(format!("wait-document: {leg} waits in a queue and is answered with {treatment:?}"));
            }
        }
        Ok(())
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
                let got = (&out.answer, &out.facts);
                return Err(format!("idempotent-input: {event:?} got {answer:?}, and repeated {got:?}"));
            }
        }
        Ok(())
    }

    /// The process died: what it held in memory is gone, the floor is folded from its facts.
    pub fn crash(&mut self) -> Result<(), String> {
        let mut anew = self.unborn.clone();
        for entry in &self.journal {
            for fact in &entry.facts {
                anew.apply(entry.at, fact);
            }
        }
        anew.recovered();
        if anew != self.floor {
            return Err(format!("replay-identical: {}", difference(&anew, &self.floor)));
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
    format!("recovery disagrees\nfolded\n{}\nlive\n{}", around(&folded), around(&live))
}
