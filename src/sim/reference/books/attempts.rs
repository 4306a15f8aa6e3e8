//! Attempts that are dialled, once more: in their hours, once each, and never a fourth.
//!
//! They stand in no ledger, because nobody rang in.

use super::Books;
use super::CallPage;
use super::Phase;
use super::calendar;
use super::must;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptEnd;
use crate::floor::fact::attempt::AttemptStep;
use crate::flow::Owner;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Number;
use crate::vocab::Timestamp;

/// What an attempt has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AttemptPage {
    item: ItemId,
    number: u8,
    dialled: bool,
    answered: bool,
}

impl Books {
    pub(super) fn tried(&mut self, now: Timestamp, attempt: &Attempt) -> Result<(), String> {
        let Attempt { item, call, step } = attempt;
        match step {
            AttemptStep::Waits { until, .. } => {
                must(until.is_none_or(|at| at > now), || format!("time-sane: {item} is to be looked at in the past"))
            }
            AttemptStep::Began { number, .. } => self.attempt_began(*item, *call, *number),
            AttemptStep::Dialled { .. } => self.patient_dialled(now, *item, *call),
            AttemptStep::Answered => {
                self.attempt_of(*call)?.answered = true;
                self.counted(*item)?;
                self.items.get_mut(item).into_iter().for_each(|page| page.unwritten = true);
                Ok(())
            }
            AttemptStep::Ended { how, due_at } => {
                let AttemptPage { dialled, answered, .. } = *self.attempt_of(*call)?;
                let fits = match how {
                    AttemptEnd::Withdrawn => !dialled,
                    AttemptEnd::Unwritten => answered,
                    _ => dialled && !answered,
                };
                must(fits, || format!("no-phantom: {call} ended as {how:?}, dialled {dialled}, answered {answered}"))?;
                if how.rang_in_vain() {
                    self.counted(*item)?;
                }
                self.alive(*call)?.phase = Phase::Over;
                self.items.get_mut(item).into_iter().for_each(|page| page.new.due_at = *due_at);
                Ok(())
            }
        }
    }

    fn attempt_of(&mut self, call: CallId) -> Result<&mut AttemptPage, String> {
        let page = self.alive(call)?;
        page.attempt.as_mut().ok_or_else(|| format!("no-phantom: {call} is no attempt"))
    }

    fn attempt_began(&mut self, item: ItemId, call: CallId, number: u8) -> Result<(), String> {
        let page = self.items.get(&item).ok_or_else(|| format!("no-phantom: an attempt at {item}"))?;
        must(page.open && number == page.attempts + 1 && !page.unwritten, || {
            format!("three-attempts: {call} is attempt {number} of {item} after {}", page.attempts)
        })?;
        must(matches!(page.new.owner, Owner::Group(_)), || {
            format!("owner: {call} for {item}, which somebody claimed")
        })?;
        let (new, flow) = (page.new.clone(), page.flow.clone());
        let backline = new.details.backline;
        let made = CallPage {
            practice: new.practice,
            flow,
            head_starts: Vec::new(),
            caller: new.caller,
            urgent: false,
            placed: new.arrived,
            lane: Some(new.lane),
            phase: Phase::Open,
            closed: false,
            backline,
            counted: None,
            due: None,
            told: None,
            asked: None,
            attempt: Some(AttemptPage { item, number, dialled: false, answered: false }),
        };
        must(self.calls.insert(call, made).is_none(), || format!("no-phantom: {call} began twice"))
    }

    fn patient_dialled(&mut self, now: Timestamp, item: ItemId, call: CallId) -> Result<(), String> {
        let page = self.alive(call)?;
        let (flow, number) = (page.flow.clone(), page.caller.number.clone());
        let lane = page.lane.as_ref().and_then(|lane| flow.lane(lane)).is_some_and(|lane| lane.clinical);
        must(matches!(page.phase, Phase::Talking(_)), || {
            format!("no-phantom: {call} is dialled while {:?}", page.phase)
        })?;
        must(number.is_some(), || format!("toll: {call} has no number"))?;
        let attempt = self.attempt_of(call)?;
        must(!std::mem::replace(&mut attempt.dialled, true), || format!("dialled-once: {call} is dialled again"))?;
        let urgent = self.items.get(&item).is_some_and(|page| page.new.urgent);
        must(lane || urgent || calendar::is_open(&flow, now), || {
            format!("hours: {call} is dialled when nobody works")
        })?;
        let rings = |other: &CallPage| {
            let dialled = other.attempt.is_some_and(|attempt| attempt.dialled && !attempt.answered);
            dialled
                && other.phase != Phase::Over
                && other.caller.number.as_ref().map(Number::key) == number.as_ref().map(Number::key)
        };
        let ringing = self.calls.values().filter(|other| rings(other)).count();
        must(ringing == 1, || format!("dialled-once: the number of {call} is dialled {ringing} times at once"))
    }

    fn counted(&mut self, item: ItemId) -> Result<(), String> {
        let Some(page) = self.items.get_mut(&item) else { return Err(format!("no-phantom: no {item}")) };
        page.attempts += 1;
        must(page.attempts <= super::items::ATTEMPTS_MAX, || format!("three-attempts: {} at {item}", page.attempts))
    }
}
