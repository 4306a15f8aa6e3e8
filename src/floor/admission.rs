//! Admission: how many calls are let in, of one number and of all.
//!
//! Who is not let in hears one short document with the emergency sentence and the key of the clinic, and takes no
//! place in any line. Urgent words and clinical keys are never limited. It keeps nobody out of the ledger: a call
//! turned away belongs to the caller's open item, or counts as declined.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use super::Floor;
use super::call::Call;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::Route;
use super::ivr::Meaning;
use super::treatment::Opening;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Limits;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use crate::vocab::limit::ARRIVALS_KEPT_MAX;

/// Who arrived at a practice of late. Callers without a number are all one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    order: VecDeque<(Timestamp, Option<Number>)>,
    of: BTreeMap<Option<Number>, usize>,
}

impl Arrivals {
    /// A call arrived. What lies further back than `within` is forgotten.
    pub(super) fn note(&mut self, at: Timestamp, number: Option<Number>, within: Span) {
        while self.order.front().is_some_and(|(then, _)| *then + within <= at) || self.order.len() >= ARRIVALS_KEPT_MAX
        {
            let Some((_, oldest)) = self.order.pop_front() else { break };
            self.discount(&oldest);
        }
        *self.of.entry(number.clone()).or_default() += 1;
        self.order.push_back((at, number));
    }

    /// The last arrival of this number was turned away: only calls let in count, or redialling would never end.
    pub(super) fn take_back(&mut self, number: &Option<Number>) {
        if let Some(last) = self.order.iter().rposition(|(_, known)| known == number) {
            self.order.remove(last);
            self.discount(number);
        }
    }

    fn discount(&mut self, number: &Option<Number>) {
        if let Some(count) = self.of.get_mut(number) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(number);
            }
        }
    }

    fn count(&self, number: &Option<Number>) -> usize {
        self.of.get(number).copied().unwrap_or(0)
    }

    /// Is every arrival counted once, and no more of them kept than may be?
    pub(super) fn is_sound(&self) -> bool {
        self.of.values().sum::<usize>() == self.order.len() && self.order.len() <= ARRIVALS_KEPT_MAX
    }
}

impl Floor {
    /// What a call that just arrived is greeted with: the greeting, or the short document.
    // rule: caller-limit
    pub(super) fn greets(&self, practice: &PracticeId, number: &Option<Number>, limits: Limits) -> Opening {
        let calls = self.arrivals.get(practice).map_or(0, |arrivals| arrivals.count(number));
        let lines = self.on_line.get(practice).copied().unwrap_or(0);
        match number {
            Some(_) if calls > usize::from(limits.calls_per_number) => Opening::TooManyCalls,
            None if calls > usize::from(limits.anonymous_calls) => Opening::TooManyHidden,
            _ if lines > usize::from(limits.calls) => Opening::AllBusy,
            _ => Opening::Greeting,
        }
    }

    /// With what words was this call kept out, if it was?
    pub(super) fn turned_away(&self, call: &Call) -> Option<Opening> {
        match self.legs.get(&call.leg)?.current()? {
            Treatment::Menu { opening, .. } => Some(*opening).filter(|opening| opening.is_turned_away()),
            _ => None,
        }
    }
}

impl Turn<'_> {
    /// The short document ended: the clinic's key and urgent words lead on, everything else ends the call.
    pub(super) fn short_menu_ended(&mut self, id: CallId, opening: Opening, meaning: Meaning, how: Route) {
        let Some(flow) = self.call(id).map(|call| call.flow.clone()) else { return };
        match meaning {
            Meaning::Urgent { crisis } => self.flag_urgent(id, crisis, FlaggedBy::Caller),
            Meaning::Choice { to, backline, .. } => match flow.clinical_target(&to) {
                Some(lane) => {
                    self.note_backline(id, backline);
                    self.enter_lane(id, lane.clone(), how);
                }
                None => self.turn_away(id, opening),
            },
            Meaning::Nothing => self.turn_away(id, opening),
        }
    }

    /// A call that is not let in leaves, accounted for.
    pub(super) fn turn_away(&mut self, id: CallId, opening: Opening) {
        if opening == Opening::AllBusy {
            return self.leave_with_item(id, ItemKind::Missed, Left::Missed, Phrase::Busy);
        }
        let Some(call) = self.call(id) else { return };
        let (leg, language) = (call.leg, call.language.clone());
        let told = self.is_up(leg);
        let request = self.floor.requests_of(call).newest().map(|item| (item.new.item, item.new.due_at));
        let words = match request {
            Some((item, due_at)) => {
                // A time that is over is no answer.
                let promised = Some(due_at).filter(|due_at| told && *due_at > self.now);
                self.fact(Fact::ItemJoined { item, call: id, kind: None, promised, due_at: None });
                self.fact(Fact::CallLeft { call: id, how: Left::Missed });
                promised.map_or(Words::Phrase(Phrase::Goodbye), |at| Words::Promise(Phrase::AlreadyNoted, at))
            }
            None => {
                self.fact(Fact::CallLeft { call: id, how: Left::TurnedAway });
                Words::Phrase(Phrase::Goodbye)
            }
        };
        if told {
            self.say_goodbye(leg, vec![words], language);
        }
    }
}
