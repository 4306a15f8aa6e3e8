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

use super::Floor;
use super::acd::board::Key;
use super::call::Call;
use super::call::Phase;
use super::call::Place;
use super::effect::Refusal;
use super::event::ConsultRequest;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::Route;
use super::fact::consult::ConsultEnd;
use super::fact::consult::ConsultFailure;
use super::fact::consult::ConsultStep;
use super::fact::consult::Consulted;
use super::fact::hold::HoldEnd;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

const NONE: Refusal = Refusal::Conflict("no warm transfer of this call is under way");
const NOT_TAKEN: Refusal = Refusal::Conflict("nobody has taken the call over yet");

/// A warm transfer under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    /// The place that the call would have in the line of whose people are asked.
    pub place: Place,
    /// The same among everything that is offered.
    pub key: Key,
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

    /// Is somebody looked for?
    pub fn asks(&self) -> bool {
        matches!(self.stage, Stage::Asking | Stage::Ringing(_))
    }

    /// Is somebody looked for, or found?
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Alone(_))
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

    /// A warm transfer for which somebody is looked for, or found.
    pub fn open_consult(&self) -> Option<&Consult> {
        self.consult.as_ref().filter(|consult| consult.is_open())
    }

    /// The place by which it is offered: its own, or that of a warm transfer.
    pub fn sought_place(&self) -> Option<&Place> {
        self.consult.as_ref().map(|consult| &consult.place).or(self.place.as_ref())
    }

    /// Is it urgent, and with the clinic, or offered to it by a warm transfer?
    pub fn is_with_the_clinic(&self) -> bool {
        let asked = self.open_consult().and_then(|consult| self.flow.lane(&consult.place.lane));
        self.urgent && [self.lane(), asked].into_iter().flatten().any(|lane| lane.clinical)
    }
}

impl Floor {
    /// Is anybody but this one at work who serves the lane?
    fn is_staffed_beside(&self, lane: &Lane, first: &AgentId) -> bool {
        let serves = |agent: &AgentId| {
            let groups = self.agents.get(agent).map_or(&[][..], |agent| &agent.member.groups);
            lane.serving.iter().flat_map(|tier| &tier.groups).any(|group| groups.contains(group))
        };
        let at_work = self.agents.iter().filter(|(_, agent)| agent.is_signed_in() && !agent.leaving);
        at_work.map(|(id, _)| id).any(|id| id != first && serves(id))
    }
}

impl Turn<'_> {
    pub(super) fn consult_asked(&mut self, call: CallId, what: ConsultRequest) {
        if self.call(call).is_none() {
            return self.refuse(self.unknown_call(call));
        }
        match what {
            ConsultRequest::Begin { lane } => self.warm_transfer_asked(call, &lane),
            ConsultRequest::Complete => self.complete_asked(call),
            ConsultRequest::Cancel => self.cancel_asked(call),
        }
    }

    fn consult(&mut self, call: CallId, step: ConsultStep) {
        self.fact(Fact::Consulted(Consulted { call, step }));
    }

    /// The lane's people are asked; meanwhile the patient is on hold. Asked again, it changes nothing.
    fn warm_transfer_asked(&mut self, id: CallId, to: &LaneId) {
        if let Err(refusal) = self.may_consult(id, to) {
            return self.refuse(refusal);
        }
        match self.call(id).and_then(Call::open_consult).map(|consult| consult.place.lane == *to) {
            Some(true) => return,
            Some(false) => {
                return self.refuse(Refusal::Conflict("another lane is asked already: cancel that transfer first"));
            }
            None => self.end_consult(id, ConsultEnd::Cancelled),
        }
        let before = self.flag_for(id, to);
        match self.call(id).is_some_and(|call| call.held.is_some()) {
            false => self.put_on_hold(id, before),
            true if !before.is_empty() => self.treat_on_hold(id, before),
            true => {}
        }
        let Some((flow, urgent)) = self.call(id).map(|call| (call.flow.clone(), call.urgent)) else { return };
        let Some(Place { arrived, deadline, head_starts, .. }) = self.place_for(id, &flow, to) else { return };
        // patient: an urgent caller is not kept from whoever is on call for longer than in line.
        let ladder = self.floor.ladders.get(&flow.team).filter(|_| urgent).map(|on_call| on_call.after);
        let until = self.now + ladder.map_or(flow.offers.warm_transfer, |after| after.min(flow.offers.warm_transfer));
        self.consult(id, ConsultStep::Began { lane: to.clone(), arrived, deadline, head_starts, until });
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
        if !self.call(id).and_then(Call::agent).is_some_and(|first| self.floor.is_staffed_beside(lane, first)) {
            return Err(Refusal::Conflict("nobody else of this lane is signed in: transfer the call without `warm`"));
        }
        if self.may_hold(id)? || !self.is_on_the_move(id) {
            return Ok(());
        }
        Err(Refusal::Conflict("the caller is just being joined: ask again in a moment"))
    }

    /// She presses 1 at the whisper: both assistants talk, in the room of the conversation. A softphone has no carrier:
    /// whoever is not in a browser meets it in another room, where nobody went to the carrier's conference yet.
    pub(super) fn consult_accepted(&mut self, id: CallId, agent: AgentId, leg: LegId) {
        let Some(call) = self.call(id) else { return };
        let Phase::Talking { leg: first, .. } = call.phase else { return };
        let in_browser = |leg: &LegId| {
            let name = self.floor.legs.get(leg).and_then(|leg| leg.carrier_call.as_ref());
            name.is_some_and(CarrierCall::is_browser)
        };
        let moves = in_browser(&leg) && !in_browser(&first);
        let (round, language) = (call.round + u32::from(moves), call.flow.default_language().clone());
        self.consult(id, ConsultStep::Accepted { agent, leg, round });
        // Nothing of what the two say is recorded.
        let (recorded, called, call) = (false, false, id);
        let room = |party| Treatment::Connected { call, round, party, language: language.clone(), recorded, called };
        self.treat(leg, room(Party::Colleague));
        if moves {
            self.treat(first, room(Party::Agent));
            self.supervisor_follows(id);
        }
    }

    /// The patient goes to the colleague, and the first assistant is free.
    fn complete_asked(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        let Phase::Talking { leg: first, .. } = call.phase else { return self.refuse(NONE) };
        match (&call.consult, call.colleague()) {
            (None, _) => self.refuse(NONE),
            (Some(_), None) => self.refuse(NOT_TAKEN),
            (Some(_), Some((_, leg))) if self.floor.timers.is_set(&TimerName::LineLost(leg)) => {
                self.refuse(Refusal::Conflict("the colleague's line is lost: it is waited for"));
            }
            (Some(_), Some(_)) => {
                self.complete(id);
                if self.is_up(first) {
                    self.last_words(first, Phrase::ConsultDone);
                }
            }
        }
    }

    /// Patient and colleague meet in the next room: whoever is still in this one stays behind.
    fn complete(&mut self, id: CallId) {
        let Some((to, leg)) = self.call(id).and_then(Call::colleague).map(|(agent, leg)| (agent.clone(), leg)) else {
            return;
        };
        let Some(from) = self.call(id).and_then(Call::agent).cloned() else { return };
        let Some(lane) = self.call(id).and_then(Call::sought_place).map(|place| place.lane.clone()) else { return };
        self.leave_complaint(id);
        self.end_hold(id, HoldEnd::Transferred);
        self.consult(id, ConsultStep::Completed { from, to, leg, lane });
        let Some(call) = self.call(id) else { return };
        let (caller, round, language, recorded) = (call.leg, call.round, call.language.clone(), call.may_be_taped());
        let staff_language = call.flow.default_language().clone();
        let (call, called) = (id, false);
        let room = |party, language, recorded| Treatment::Connected { call, round, party, language, recorded, called };
        self.treat(leg, room(Party::Agent, staff_language, false));
        self.treat(caller, room(Party::Caller, language, recorded));
    }

    /// The first assistant takes her patient back.
    fn cancel_asked(&mut self, id: CallId) {
        match self.call(id).and_then(|call| call.consult.as_ref()) {
            None => self.refuse(NONE),
            Some(_) => match self.may_hold(id) {
                Err(refusal) => self.refuse(refusal),
                Ok(_) => {
                    self.end_consult(id, ConsultEnd::Cancelled);
                    self.resume(id);
                }
            },
        }
    }

    /// Nobody is asked any longer: phones go quiet, and a colleague who talks is let go.
    pub(super) fn end_consult(&mut self, id: CallId, how: ConsultEnd) {
        let Some(consult) = self.call(id).and_then(|call| call.consult.clone()) else { return };
        if let Some(offer) = consult.offer() {
            self.taken_elsewhere(offer);
        }
        self.consult(id, ConsultStep::Ended(how));
        if let Some((_, leg)) = consult.colleague().filter(|(_, leg)| self.is_up(*leg)) {
            self.last_words(leg, Phrase::ConsultOver);
        }
    }

    /// The time for finding somebody is over. A call of which somebody is just being told is not torn from her hand.
    pub(super) fn consult_over(&mut self, id: CallId) {
        let heard = self.call(id).and_then(|call| call.consult.as_ref()?.offer());
        let heard = heard.filter(|offer| self.floor.offers.get(offer).is_some_and(|offer| offer.answered));
        let until = heard.and_then(|offer| self.floor.timers.at(&TimerName::OfferExpires(offer)));
        match until.filter(|until| *until > self.now) {
            Some(until) => self.consult(id, ConsultStep::Prolonged { until }),
            None => self.consult_failed(id, ConsultFailure::Unanswered),
        }
    }

    /// The first assistant is told, and has her patient on hold.
    fn consult_failed(&mut self, id: CallId, why: ConsultFailure) {
        if let Some(offer) = self.call(id).and_then(|call| call.consult.as_ref()?.offer()) {
            self.taken_elsewhere(offer);
        }
        self.consult(id, ConsultStep::Failed(why));
        if self.call(id).is_some_and(|call| call.urgent) {
            self.urgent_goes_on(id);
        }
    }

    /// patient: an urgent caller is not left with somebody who found no help: the lane's line and the on-call ladder
    /// take the call from here.
    // rule: urgent-not-left-on-hold
    fn urgent_goes_on(&mut self, id: CallId) {
        let Some(Phase::Talking { leg: first, .. }) = self.call(id).map(|call| call.phase.clone()) else { return };
        if self.left_in_transfer(id, Route::Transfer) && self.is_up(first) {
            self.last_words(first, Phrase::OfferFlagged);
        }
        let climbs = self.call(id).is_some_and(|call| call.climb.is_none() && self.floor.ladder_of(call).is_some());
        if climbs && self.call(id).is_some_and(Call::is_queued) {
            self.ladder_begins(id);
        }
    }

    /// Is this the leg of a colleague who was asked about the call?
    pub(super) fn is_colleague(&self, call: CallId, leg: LegId) -> bool {
        self.call(call).and_then(Call::colleague).is_some_and(|(_, hers)| hers == leg)
    }

    /// She hung up, or her line is lost: the first assistant is alone with her patient again.
    pub(super) fn colleague_left(&mut self, call: CallId) {
        self.consult_failed(call, ConsultFailure::ColleagueLeft);
    }

    /// Her room closed: the first assistant, who holds it open, has left it. If she is let go, it is only the end.
    pub(super) fn colleague_out(&mut self, call: CallId, leg: LegId) {
        match self.is_colleague(call, leg) {
            true => self.complete(call),
            false => self.last_words(leg, Phrase::ConsultOver),
        }
    }

    /// The first assistant is gone in mid-transfer. Whoever has taken the call over keeps it; otherwise the patient is
    /// in the lane's line. False, if there is no such transfer.
    pub(super) fn left_in_transfer(&mut self, id: CallId, how: Route) -> bool {
        let Some(call) = self.call(id).filter(|call| call.closed.is_none() && self.is_up(call.leg)) else {
            return false;
        };
        let Some(consult) = call.consult.clone() else { return false };
        match consult.colleague() {
            // Of two lost lines nobody is left to keep the call.
            Some((_, leg)) if !self.floor.timers.is_set(&TimerName::LineLost(leg)) => self.complete(id),
            _ => {
                self.leave_complaint(id);
                self.give_away(id, HoldEnd::Transferred);
                self.enter_lane(id, consult.place.lane, how);
            }
        }
        true
    }
}
