//! Warm transfers: an assistant asks a colleague to take her call over, and both talk before it changes hands.
//!
//! ```text
//!            ┌ nobody in time ─► Alone ─┐
//! Asking ⇄ Ringing ─ 1 ─► Talking ──────┤ cancel ─► the patient is back with the first
//!    │         │             ├ colleague hangs up ─► Alone
//!    └─────────┴ she leaves: cold        └ complete, or she leaves ─► the patient is with the colleague
//! ```
//! All the while the patient is on hold, and the call is the first assistant's. The colleague is chosen as for any call
//! of the lane, at the place the call would have in its line; the call itself stands in no line.

use super::acd::board::Key;
use super::call::Call;
use super::call::Leg;
use super::call::Phase;
use super::effect::Refusal;
use super::fact::ConsultEnd;
use super::fact::ConsultFailure;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::HoldEnd;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

/// A warm transfer under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    /// Whose people are asked.
    pub lane: LaneId,
    /// Its place among what they are offered: that of the call, if it waited in their line.
    pub key: Key,
    /// The deadline in it.
    pub deadline: Timestamp,
    /// Since when.
    pub since: Timestamp,
    /// How far it is.
    pub stage: Stage,
}

/// How far a warm transfer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody is free.
    Asking,
    /// Rung to somebody.
    Ringing(OfferId),
    /// She has taken it: both assistants talk.
    Talking {
        /// Who.
        agent: AgentId,
        /// Her leg.
        leg: LegId,
    },
    /// Nobody took it, or she is gone: the first assistant decides what comes next.
    Alone(ConsultFailure),
}

impl Consult {
    /// The offer by which somebody is rung.
    pub fn offer(&self) -> Option<OfferId> {
        if let Stage::Ringing(offer) = self.stage { Some(offer) } else { None }
    }

    /// The colleague who talks with the first assistant, with her leg.
    pub fn colleague(&self) -> Option<(&AgentId, LegId)> {
        if let Stage::Talking { agent, leg } = &self.stage { Some((agent, *leg)) } else { None }
    }

    /// As the API names it.
    pub fn state(&self) -> &'static str {
        match self.stage {
            Stage::Asking => "asking",
            Stage::Ringing(_) => "ringing",
            Stage::Talking { .. } => "talking",
            Stage::Alone(ConsultFailure::Unanswered) => "unanswered",
            Stage::Alone(ConsultFailure::ColleagueLeft) => "colleague_left",
        }
    }
}

impl Call {
    /// The colleague who was asked and talks with its assistant.
    pub fn colleague(&self) -> Option<(&AgentId, LegId)> {
        self.consult.as_ref().and_then(Consult::colleague)
    }

    /// The lane in which it is offered: its own, or that of a warm transfer.
    pub fn offered_lane(&self) -> Option<&Lane> {
        match &self.consult {
            Some(consult) => self.flow.lane(&consult.lane),
            None => self.lane(),
        }
    }
}

const NONE: Refusal = Refusal::Conflict("no warm transfer of this call is under way");

impl Turn<'_> {
    /// The lane's people are asked; meanwhile the patient is on hold. Asked again, it changes nothing.
    pub(super) fn warm_transfer_asked(&mut self, id: CallId, to: &LaneId) {
        if let Err(refusal) = self.may_consult(id, to) {
            return self.refuse(refusal);
        }
        let Some(call) = self.call(id) else { return };
        let stage = call.consult.as_ref().map(|consult| (consult.lane == *to, consult.stage.clone()));
        match stage {
            Some((_, Stage::Alone(_))) => self.end_consult(id, ConsultEnd::Cancelled),
            Some((true, _)) => return,
            Some((false, _)) => {
                return self.refuse(Refusal::Conflict("another lane is asked already: cancel that transfer first"));
            }
            None => {}
        }
        let before = self.flag_for(id, to);
        match self.call(id).is_some_and(|call| call.held.is_some()) {
            false => self.put_on_hold(id, before),
            true if !before.is_empty() => self.treat_on_hold(id, before),
            true => {}
        }
        let Some(call) = self.call(id) else { return };
        let Some(within) = call.flow.lane(to).map(|lane| lane.answer_within) else { return };
        let deadline = call.place.as_ref().map_or(call.arrived, |place| place.arrived) + within;
        let until = self.now + call.flow.offers.warm_transfer;
        self.fact(Fact::ConsultBegan { call: id, lane: to.clone(), deadline, until });
    }

    /// Who goes to a clinical lane is urgent from now on, and hears the approved sentence first.
    fn flag_for(&mut self, id: CallId, to: &LaneId) -> Vec<Words> {
        let clinical = self.call(id).and_then(|call| call.flow.lane(to)).is_some_and(|lane| lane.clinical);
        if !clinical || self.call(id).is_none_or(|call| call.urgent) {
            return Vec::new();
        }
        self.fact(Fact::UrgentFlagged { call: id, crisis: false, by: FlaggedBy::Caller });
        self.call(id).map(|call| Words::Phrase(call.urgent_sentence())).into_iter().collect()
    }

    fn may_consult(&self, id: CallId, to: &LaneId) -> Result<(), Refusal> {
        let lane = self.may_transfer(id, to)?;
        if !self.floor.is_staffed(lane) {
            return Err(Refusal::Conflict("nobody of this lane is signed in: transfer the call without `warm`"));
        }
        if self.may_hold(id)? || !self.is_on_the_move(id) {
            return Ok(());
        }
        Err(Refusal::Conflict("the caller is just being joined: ask again in a moment"))
    }

    /// She presses 1 at the whisper: both assistants talk, in the room of the conversation.
    pub(super) fn consult_accepted(&mut self, id: CallId, agent: AgentId, leg: LegId) {
        let Some(call) = self.call(id) else { return };
        let (round, language) = (call.round, call.flow.default_language().clone());
        self.fact(Fact::ConsultAccepted { call: id, agent, leg });
        self.treat(leg, Treatment::Connected { call: id, round, party: Party::Colleague, language });
    }

    /// The patient goes to the colleague, and the first assistant is free.
    pub(super) fn complete_asked(&mut self, id: CallId) {
        match self.call(id).map(|call| (call.consult.is_some(), call.colleague().is_some(), call.phase.clone())) {
            None => self.refuse(self.unknown_call(id)),
            Some((_, true, Phase::Talking { leg, .. })) => {
                self.complete(id);
                if self.is_up(leg) {
                    self.last_words(leg, Phrase::ConsultDone);
                }
            }
            Some((true, ..)) => self.refuse(Refusal::Conflict("nobody has taken the call over yet")),
            Some((false, ..)) => self.refuse(NONE),
        }
    }

    /// Patient and colleague meet in the next room: whoever is still in this one stays behind.
    pub(super) fn complete(&mut self, id: CallId) {
        let Some((to, leg)) = self.call(id).and_then(Call::colleague).map(|(agent, leg)| (agent.clone(), leg)) else {
            return;
        };
        let Some(from) = self.call(id).and_then(Call::agent).cloned() else { return };
        self.end_hold(id, HoldEnd::Transferred);
        self.fact(Fact::ConsultCompleted { call: id, from, to, leg });
        let Some(call) = self.call(id) else { return };
        let (caller, round, language) = (call.leg, call.round, call.language.clone());
        let staff_language = call.flow.default_language().clone();
        let room = |party, language| Treatment::Connected { call: id, round, party, language };
        self.treat(leg, room(Party::Agent, staff_language));
        self.treat(caller, room(Party::Caller, language));
    }

    /// The first assistant takes her patient back.
    pub(super) fn cancel_asked(&mut self, id: CallId) {
        match self.call(id).map(|call| call.consult.is_some()) {
            None => self.refuse(self.unknown_call(id)),
            Some(false) => self.refuse(NONE),
            Some(true) => {
                self.end_consult(id, ConsultEnd::Cancelled);
                self.resume(id);
            }
        }
    }

    /// Nobody is asked any longer: phones go quiet, and a colleague who talks is let go.
    pub(super) fn end_consult(&mut self, id: CallId, how: ConsultEnd) {
        let Some(consult) = self.call(id).and_then(|call| call.consult.clone()) else { return };
        if let Some(offer) = consult.offer() {
            self.taken_elsewhere(offer);
        }
        self.fact(Fact::ConsultEnded { call: id, how });
        if let Some((_, leg)) = consult.colleague().filter(|(_, leg)| self.is_up(*leg)) {
            self.last_words(leg, Phrase::ConsultOver);
        }
    }

    /// Nobody took it in time: the first assistant is told, and has her patient on hold.
    pub(super) fn consult_over(&mut self, id: CallId) {
        if let Some(offer) = self.call(id).and_then(|call| call.consult.as_ref()?.offer()) {
            self.taken_elsewhere(offer);
        }
        self.fact(Fact::ConsultFailed { call: id, why: ConsultFailure::Unanswered });
    }

    /// Is this the leg of a colleague who was asked about the call?
    pub(super) fn is_colleague(&self, call: CallId, leg: LegId) -> bool {
        self.call(call).and_then(Call::colleague).is_some_and(|(_, hers)| hers == leg)
    }

    /// She hung up, or her line is lost: the first assistant is alone with her patient again.
    pub(super) fn colleague_left(&mut self, call: CallId) {
        self.fact(Fact::ConsultFailed { call, why: ConsultFailure::ColleagueLeft });
    }

    /// The first assistant is gone in mid-transfer. Whoever has taken the call over keeps it; otherwise the patient is
    /// in the lane's line. False, if there is no such transfer.
    pub(super) fn left_in_transfer(&mut self, id: CallId) -> bool {
        let Some(consult) = self.call(id).and_then(|call| call.consult.clone()) else { return false };
        match consult.stage {
            Stage::Talking { .. } => self.complete(id),
            Stage::Asking | Stage::Ringing(_) if self.call(id).is_some_and(|call| call.closed.is_none()) => {
                self.end_consult(id, ConsultEnd::Transferred);
                self.give_away(id, HoldEnd::Transferred);
                self.enter_lane(id, consult.lane, Route::Transfer);
            }
            Stage::Asking | Stage::Ringing(_) | Stage::Alone(_) => return false,
        }
        true
    }
}
