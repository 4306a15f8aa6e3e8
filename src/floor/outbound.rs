//! Dialled attempts: when a callback is due, an assistant is rung as for a call, and then the patient for her.
//!
//! ```text
//! due ─► in line, behind every caller ─ 1 ─► the patient rings ─ answered ─► a conversation, written up like any
//!  ▲            └ closing time ─► due          ├ busy, no answer ─► the next attempt, or none is left
//!  └─ not time, no room, not to be dialled     └ the assistant is gone ─► an attempt, and still due
//! ```
//! The attempt is a call like any other that nobody rang in for: the same line, leases, whisper and room. It is in no
//! ledger. Its number is counted when the patient's phone may have rung, so that there is never a fourth.

use super::Floor;
use super::call::Call;
use super::call::Phase;
use super::event::LegEnd;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::OfferOutcome;
use super::fact::attempt::Attempt;
use super::fact::attempt::AttemptEnd;
use super::fact::attempt::AttemptStep;
use super::fact::attempt::Undialled;
use super::hours;
use super::toll;
use super::toll::Dials;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use super::work::item::Item;
use super::work::rhythm;
use crate::flow::Flow;
use crate::flow::Owner;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use std::collections::BTreeMap;

/// How long a patient's phone rings: five or six rings, before most mailboxes.
pub(super) const PATIENT_RINGS: Span = Span::secs(25);
/// After the ring the carrier tells how it ended; so long it is waited for.
pub(super) const END_HEARD_WITHIN: Span = Span::secs(60);
/// A number that is on the phone with us is tried again after this.
const IN_USE_PAUSE: Span = Span::mins(5);
/// So is one that the carrier would not dial; nothing rang, and it is no attempt.
const NOT_DIALLED_PAUSE: Span = Span::mins(15);
/// Clinical work may leave the hours; its attempt stands in line for so long at a time.
const AT_ANY_HOUR: Span = Span::hours(4);

/// What is known of dialled attempts beside the items.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outbound {
    /// Attempts in line or under way, and their items.
    pub(super) calls: BTreeMap<CallId, ItemId>,
    /// Patients dialled of late.
    pub(super) dials: BTreeMap<PracticeId, Dials>,
}

/// What makes a call an attempt of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calling {
    /// The item.
    pub item: ItemId,
    /// Which attempt of it, from 1.
    pub number: u8,
    /// It must be accepted before then.
    pub until: Timestamp,
    /// The patient's leg, once it is rung.
    pub leg: Option<LegId>,
    /// Did somebody pick up there?
    pub answered: bool,
}

impl Call {
    /// An attempt whose patient has not answered.
    pub fn is_calling(&self) -> bool {
        self.calling.is_some_and(|calling| !calling.answered)
    }
}

impl Floor {
    /// May carelane dial for this item, as things are? Who claimed it makes its calls.
    pub(super) fn may_dial(&self, item: &Item) -> bool {
        self.is_dialled_for(item) && item.calling.is_none() && !item.unwritten && !item.is_tried_out()
    }

    /// Is it work that carelane dials for in its lane, and nobody's own?
    fn is_dialled_for(&self, item: &Item) -> bool {
        let lane = self.flow(&item.new.practice).and_then(|flow| flow.lane(&item.new.lane));
        let dials = lane.is_some_and(|lane| lane.rhythm.dials) && item.flow.lane(&item.new.lane).is_some();
        let asks = item.closed.is_none() && item.new.kind != ItemKind::NoteOwed;
        dials && asks && matches!(item.new.owner, Owner::Group(_))
    }

    /// Why nobody dials this item's number, whenever.
    fn barred(&self, flow: &Flow, item: &Item) -> Option<Undialled> {
        let opted_out = self.declines_calls(&item.new.practice, &item.new.caller);
        if opted_out { Some(Undialled::OptedOut) } else { toll::guard(flow, &item.new.caller) }
    }

    /// Is this number on the phone with us already, or about to be?
    fn is_in_use(&self, item: &Item) -> bool {
        let Some(number) = &item.new.caller.number else { return false };
        let phones = |call: &Call| !matches!(call.phase, Phase::WrapUp { .. } | Phase::NoteOwed { .. });
        self.calls.values().any(|call| phones(call) && call.caller.number.as_ref() == Some(number))
    }
}

/// Does this work leave the hours?
fn at_any_hour(item: &Item) -> bool {
    item.new.urgent || item.flow.lane(&item.new.lane).is_some_and(|lane| lane.clinical)
}

/// When the next attempt may begin: the first by the rhythm, each further one when the item is due.
fn begins(item: &Item) -> Timestamp {
    if item.attempts > 0 {
        return item.new.due_at;
    }
    let first = rhythm::first_attempt(&item.flow, &item.rhythm(), item.opened_at);
    in_window(item, first)
}

fn in_window(item: &Item, at: Timestamp) -> Timestamp {
    match &item.new.details.preferred_window {
        Some(window) if !item.new.urgent => hours::first_in_window(&item.flow, window, at),
        _ => at,
    }
}

/// When the practice may be calling from this moment on; nothing if it is never open.
fn in_hours(item: &Item, flow: &Flow, at: Timestamp) -> Option<Timestamp> {
    if at_any_hour(item) || hours::is_open(flow, at) { Some(at) } else { hours::next_opening(flow, at) }
}

impl Turn<'_> {
    /// An item's attempt may be due: it stands in line, or waits for a reason.
    // rule: never-outside-hours
    pub(super) fn callback_due(&mut self, id: ItemId) {
        let Some(item) = self.floor.items.get(&id) else { return };
        let (call, practice) = (self.next_call(), item.new.practice.clone());
        let wait = |until, why| AttemptStep::Waits { until, why };
        let step = match self.when_to_call(item) {
            Err((until, why)) => wait(until, why),
            Ok(until) => AttemptStep::Began { number: item.attempts.saturating_add(1), until },
        };
        let call = if matches!(step, AttemptStep::Began { .. }) { call } else { CallId::NONE };
        debug_assert!(self.floor.flow(&practice).is_some(), "an item of a practice without a flow is not dialled");
        self.attempt(id, call, step);
    }

    /// Until when an attempt that begins now must be accepted; or when to look again, and why it is not dialled.
    fn when_to_call(&self, item: &Item) -> Result<Timestamp, (Option<Timestamp>, Option<Undialled>)> {
        let Some(flow) = self.floor.flow(&item.new.practice).filter(|_| self.floor.may_dial(item)) else {
            return Err((None, None));
        };
        if let Some(why) = self.floor.barred(flow, item) {
            return Err((None, Some(why)));
        }
        let begins = in_hours(item, flow, begins(item).max(self.now)).map(|at| in_window(item, at));
        if begins != Some(self.now) {
            return Err((begins.or(Some(self.now + Span::hours(24))), None));
        }
        let dials = self.floor.outbound.dials.get(&item.new.practice);
        if let Some((until, why)) = dials.and_then(|dials| dials.full_until(flow, self.now)) {
            return Err((Some(until), Some(why)));
        }
        if self.floor.is_in_use(item) {
            return Err((Some(self.now + IN_USE_PAUSE), None));
        }
        let closes = if at_any_hour(item) { None } else { hours::closes(flow, self.now) };
        Ok(closes.unwrap_or(self.now + AT_ANY_HOUR))
    }

    fn attempt(&mut self, item: ItemId, call: CallId, step: AttemptStep) {
        self.fact(Fact::Attempt(Attempt { item, call, step }));
    }

    /// An assistant accepted: she is in the room already, the patient is rung. The number is guarded once more, for
    /// much may have changed while the attempt stood in line.
    // rule: dialled-once
    pub(super) fn call_patient(&mut self, id: CallId, agent_leg: LegId) {
        let Some((call, calling)) = self.call(id).and_then(|call| Some((call, call.calling?))) else { return };
        let room = Treatment::Connected {
            call: id,
            round: call.round,
            party: Party::Agent,
            language: call.flow.default_language().clone(),
            called: false,
            recorded: false,
        };
        self.treat(agent_leg, room);
        let until = self.now + PATIENT_RINGS + END_HEARD_WITHIN;
        self.attempt(calling.item, id, AttemptStep::Dialled { leg: self.next_leg(), until });
    }

    /// May the patient still be rung, now that somebody accepted?
    pub(super) fn may_call_patient(&self, call: &Call) -> bool {
        let Some(calling) = call.calling else { return true };
        let Some(item) = self.floor.items.get(&calling.item) else { return false };
        let Some(flow) = self.floor.flow(&item.new.practice) else { return false };
        let in_time = at_any_hour(item) || hours::is_open(flow, self.now);
        let full = self.floor.outbound.dials.get(&item.new.practice).and_then(|dials| dials.full_until(flow, self.now));
        item.closed.is_none() && in_time && full.is_none() && self.floor.barred(flow, item).is_none()
    }

    /// The patient picked up: both are joined, unless the assistant is gone.
    pub(super) fn patient_answered(&mut self, leg: LegId) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let (id, language) = (found.call, found.flow.default_language().clone());
        let waits = self.call(id).filter(|call| call.is_calling() && matches!(call.phase, Phase::Talking { .. }));
        let Some((call, calling)) = waits.and_then(|call| Some((call, call.calling?))) else {
            // patient: nobody picks up a phone and hears silence; and no machine says what it was about.
            let practice = Words::Text(format!("{}.", found.flow.name).into());
            return self.say_goodbye(leg, vec![practice, Words::Phrase(Phrase::CalledInVain)], language);
        };
        let (round, language) = (call.round, call.language.clone());
        self.attempt(calling.item, id, AttemptStep::Answered);
        // Who was called has not heard that anything is recorded.
        let (party, called, recorded) = (Party::Caller, true, false);
        self.treat(leg, Treatment::Connected { call: id, round, party, language, called, recorded });
    }

    /// The patient's leg is over before anybody picked up.
    pub(super) fn patient_not_reached(&mut self, id: CallId, end: LegEnd) {
        let how = match end {
            LegEnd::Busy => AttemptEnd::Busy,
            LegEnd::Failed => AttemptEnd::Failed,
            LegEnd::NoAnswer | LegEnd::Canceled | LegEnd::Completed => AttemptEnd::NoAnswer,
        };
        self.attempt_over(id, how);
    }

    /// The attempt ends without a conversation, or without a word about it. Its item stays with its owner.
    pub(super) fn attempt_over(&mut self, id: CallId, how: AttemptEnd) {
        let Some((call, calling)) = self.call(id).and_then(|call| Some((call, call.calling?))) else { return };
        let hers = match &call.phase {
            Phase::Talking { agent, leg } | Phase::WrapUp { agent, leg } => Some((agent.clone(), *leg)),
            _ => None,
        };
        let patient = calling.leg.filter(|leg| !calling.answered && self.is_up(*leg));
        let due_at = self.due_after(calling.item, how, hers.as_ref().map(|(agent, _)| agent));
        self.withdraw_offers_of(id);
        if let Some(leg) = patient {
            self.fact(Fact::LegUnwanted { leg });
        }
        self.attempt(calling.item, id, AttemptStep::Ended { how, due_at });
        if let Some((_, leg)) = hers.filter(|(_, leg)| self.is_up(*leg) && how != AttemptEnd::Unwritten) {
            self.last_words(leg, Phrase::NotReached);
        }
    }

    /// When the item is due after this.
    fn due_after(&self, id: ItemId, how: AttemptEnd, by: Option<&AgentId>) -> Timestamp {
        let Some(item) = self.floor.items.get(&id) else { return self.now };
        let due = item.new.due_at;
        match how {
            AttemptEnd::NoAnswer | AttemptEnd::Busy | AttemptEnd::Failed | AttemptEnd::Unknown => {
                let next = rhythm::next_attempt(item, self.now);
                // Clinical work is put off by the clinical group only.
                if self.floor.may_put_off(item, by) { next } else { next.min(due) }
            }
            AttemptEnd::NotDialled | AttemptEnd::Withdrawn => due,
            // patient: who was called for nothing does not wait for the rhythm.
            AttemptEnd::AssistantGone => due.min(self.now),
            // rule: attempt-needs-a-status
            AttemptEnd::Unwritten => due.min(self.now),
        }
    }

    /// A call that nobody is on yet cannot go where callers go: it stays an item.
    pub(super) fn withdraw_attempt(&mut self, id: CallId) {
        let how = match self.call(id).and_then(|call| call.calling) {
            Some(calling) if calling.answered => AttemptEnd::Unwritten,
            Some(calling) if calling.leg.is_some() => AttemptEnd::Unknown,
            _ => AttemptEnd::Withdrawn,
        };
        self.attempt_over(id, how);
    }

    /// Something about an item changed: an attempt that is only in line may not be wanted any more.
    pub(super) fn recheck_attempt(&mut self, id: ItemId) {
        let Some((item, call)) = self.floor.items.get(&id).and_then(|item| Some((item, item.calling?))) else { return };
        // patient: whoever answered and waits for another lane is a caller like any other.
        let in_line = self.call(call).is_some_and(|call| call.is_queued() && call.is_calling());
        let same_lane = self.call(call).and_then(Call::lane).is_some_and(|lane| lane.id == item.new.lane);
        let wanted = same_lane
            && self.floor.is_dialled_for(item)
            && !self.floor.declines_calls(&item.new.practice, &item.new.caller);
        if in_line && !wanted {
            self.attempt_over(call, AttemptEnd::Withdrawn);
        }
    }

    /// Something changed that many items may hang on: a flow, or what a number's person wants.
    pub(super) fn recheck_attempts(&mut self) {
        for item in self.floor.outbound.calls.values().copied().collect::<Vec<_>>() {
            self.recheck_attempt(item);
        }
    }

    /// A person tried by herself what stands in line or is under way: in line it is not wanted any more, and after a
    /// conversation this is what came of it. Between the two nobody knows yet.
    pub(super) fn attempt_by_hand(&mut self, id: ItemId) -> Result<Option<CallId>, &'static str> {
        let Some(call) = self.floor.items.get(&id).and_then(|item| item.calling) else { return Ok(None) };
        match self.call(call).map(|call| (call.is_queued(), call.is_calling(), call.closed.is_some())) {
            Some((true, true, _)) => {
                self.attempt_over(call, AttemptEnd::Withdrawn);
                Ok(None)
            }
            Some((false, true, _)) => Err("an assistant is calling this patient now: wait for what comes of it"),
            Some((true, false, _)) => Err("this patient was reached and waits in line now: write it up after that"),
            Some((_, false, true)) => Err("this attempt is written up already"),
            Some((_, false, false)) => Ok(Some(call)),
            None => Ok(None),
        }
    }

    /// A lease on an attempt that must not be dialled any more.
    pub(super) fn attempt_too_late(&mut self, offer: super::OfferId, call: CallId, leg: LegId) {
        self.last_words(leg, Phrase::OfferGone);
        self.end_offer(offer, OfferOutcome::Withdrawn);
        self.withdraw_attempt(call);
    }
}

/// After what pause an attempt that ended like this is looked at again; at once, if the item's due time says when.
pub(super) fn pause(how: AttemptEnd) -> Span {
    match how {
        AttemptEnd::NotDialled => NOT_DIALLED_PAUSE,
        _ => Span::ZERO,
    }
}
