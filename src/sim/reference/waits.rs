//! Waits that are told, judged from facts alone: to whom, and that no end is ever put off.
//!
//! How long a wait will be it does not work out again: that is a guess, and a metric says how good it is.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::floor::fact::Fact;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::WAIT_RANGES;
use crate::floor::treatment::Words;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Who was told what.
#[derive(Default)]
pub(in crate::sim) struct Waits {
    callers: BTreeMap<LegId, CallId>,
    urgent: BTreeSet<CallId>,
    /// The end that each call was last told.
    until: BTreeMap<CallId, Timestamp>,
}

impl Waits {
    /// Follows the facts of one event and judges what callers are told in it.
    pub(in crate::sim) fn follow(&mut self, now: Timestamp, facts: &[Fact]) -> Result<(), String> {
        for fact in facts {
            match fact {
                Fact::CallArrived { call, leg, .. } => drop(self.callers.insert(*leg, *call)),
                Fact::UrgentFlagged { call, .. } => drop(self.urgent.insert(*call)),
                Fact::LegTreated { leg, treatment: Treatment::Hold { first, .. }, .. } => {
                    first.iter().try_for_each(|words| self.judge(now, *leg, words))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn judge(&mut self, now: Timestamp, leg: LegId, words: &Words) -> Result<(), String> {
        let Words::Wait(_, from, to) = words else { return Ok(()) };
        let Some(call) = self.callers.get(&leg) else { return Err(format!("told-wait: {leg} is no caller's")) };
        let until = now + Span::mins((*to).into());
        let before = self.until.insert(*call, until);
        if !WAIT_RANGES.contains(&(*from, *to)) {
            return Err(format!("told-wait: {call} hears {from} to {to} minutes, of which there is no recording"));
        }
        if self.urgent.contains(call) {
            return Err(format!("told-wait: {call} is urgent and is told to wait"));
        }
        if before.is_some_and(|before| before < until) {
            return Err(format!("told-wait: {call} was told of an end at {before:?}, and now of {until}"));
        }
        Ok(())
    }
}
