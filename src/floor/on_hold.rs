//! On hold: an assistant leaves her patient with music for a moment, and takes the call up again.
//!
//! The conversation goes on all the while: the state stays `talking`, her leg stays in the room, and only she ends the
//! hold. If she is gone, the patient is first in line, as after a lost line; unless she had closed the call before,
//! because then nothing is left to say but goodbye.

use super::call::Call;
use super::call::Phase;
use super::clinical::urgent_said;
use super::effect::Answer;
use super::effect::Refusal;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::Route;
use super::fact::consult::ConsultEnd;
use super::fact::hold::HoldEnd;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::LegId;

impl Turn<'_> {
    /// She asks for a hold. Asked again, it changes nothing.
    pub(super) fn hold_asked(&mut self, id: CallId) {
        match self.may_hold(id) {
            Ok(true) => {}
            Ok(false) if self.is_on_the_move(id) => {
                self.refuse(Refusal::Conflict("the caller is just being joined: ask again in a moment"));
            }
            Ok(false) => self.put_on_hold(id, Vec::new()),
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// She asks for her patient back. Asked again, it changes nothing.
    pub(super) fn resume_asked(&mut self, id: CallId) {
        match self.may_hold(id) {
            Ok(true) if self.call(id).is_some_and(|call| call.open_consult().is_some()) => {
                self.refuse(Refusal::Conflict("a colleague is asked to take this call over: complete or cancel that"));
            }
            Ok(true) => {
                self.end_consult(id, ConsultEnd::Cancelled);
                self.resume(id);
            }
            Ok(false) => {}
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Is the patient on hold now, or why can she not be?
    pub(super) fn may_hold(&self, id: CallId) -> Result<bool, Refusal> {
        let Some(call) = self.call(id) else { return Err(self.unknown_call(id)) };
        let Phase::Talking { leg, .. } = call.phase else {
            return Err(Refusal::Conflict("only a call in conversation can be put on hold"));
        };
        if !self.is_up(call.leg) {
            return Err(Refusal::Conflict("the caller has hung up"));
        }
        if self.floor.timers.is_set(&TimerName::LineLost(leg)) {
            return Err(Refusal::Conflict("the assistant's line is lost: the caller waits for it"));
        }
        Ok(call.held.is_some())
    }

    /// Is the caller on the way into the conversation?
    pub(super) fn is_on_the_move(&self, id: CallId) -> bool {
        let leg = self.call(id).and_then(|call| self.floor.legs.get(&call.leg));
        leg.is_some_and(|leg| leg.push.is_some())
    }

    /// A call that is over is no unknown one.
    pub(super) fn unknown_call(&self, id: CallId) -> Refusal {
        match id.0 > 0 && id.0 <= self.floor.minted.call {
            true => Refusal::Conflict("this call is over"),
            false => Refusal::Unknown("call"),
        }
    }

    /// The patient hears `before`, and then what everybody hears on hold.
    pub(super) fn put_on_hold(&mut self, id: CallId, before: Vec<Words>) {
        let Some(remind_at) = self.call(id).map(|call| self.now + call.flow.offers.hold_reminder) else { return };
        self.fact(Fact::HoldBegan { call: id, remind_at });
        self.treat_on_hold(id, before);
    }

    pub(super) fn treat_on_hold(&mut self, id: CallId, mut first: Vec<Words>) {
        let Some(call) = self.call(id) else { return };
        first.push(Words::Phrase(Phrase::OnHold));
        let on_hold = Treatment::OnHold { first, language: call.language.clone(), urgent: call.urgent };
        self.treat(call.leg, on_hold);
    }

    pub(super) fn resume(&mut self, id: CallId) {
        self.end_hold(id, HoldEnd::Resumed);
        self.back_to_the_room(id);
    }

    fn back_to_the_room(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        let (leg, language, recorded) = (call.leg, call.language.clone(), call.may_be_taped());
        let (call, round, party) = (id, call.round, Party::Caller);
        self.treat(leg, Treatment::Connected { call, round, party, language, recorded, called: false });
    }

    /// Whatever comes next, the patient is on hold no longer.
    pub(super) fn end_hold(&mut self, id: CallId, how: HoldEnd) {
        if self.call(id).is_some_and(|call| call.held.is_some()) {
            self.fact(Fact::HoldEnded { call: id, how });
        }
    }

    /// The assistant's part in a call ends, and the call goes on.
    pub(super) fn give_away(&mut self, id: CallId, how: HoldEnd) {
        let Some(agent) = self.call(id).and_then(Call::agent).cloned() else { return };
        self.end_consult(id, ConsultEnd::Transferred);
        self.end_hold(id, how);
        self.fact(Fact::Transferred { call: id, agent });
    }

    /// The assistant is gone, and her patient hears music: nobody else would end that. `how` the call goes where she
    /// meant to hand it.
    // rule: nobody-left-on-hold
    pub(super) fn left_on_hold(&mut self, id: CallId, how: Route) {
        if self.left_in_transfer(id, how) {
            return;
        }
        let Some(call) = self.call(id) else { return };
        let (leg, lane) = (call.leg, call.lane().map(|lane| lane.id.clone()));
        match lane.filter(|_| call.closed.is_none() && self.is_up(leg)) {
            Some(lane) => {
                self.give_away(id, HoldEnd::AssistantLeft);
                self.enter_lane(id, lane, Route::LineLost);
            }
            None => {
                self.end_talk(id, Party::Agent);
                if self.is_up(leg) {
                    self.last_words(leg, Phrase::Goodbye);
                }
            }
        }
    }

    /// The patient pressed a key or spoke on hold. Only urgent words change anything: she is not left with music, and
    /// whoever is clinical takes the call.
    pub(super) fn on_hold_ended(&mut self, id: CallId, input: &Input) {
        let Some(call) = self.call(id).filter(|call| call.held.is_some()) else { return };
        let Some(crisis) = urgent_said(&call.flow, input) else { return };
        let by = FlaggedBy::Caller;
        if call.is_with_the_clinic() {
            self.fact(Fact::UrgentFlagged { call: id, crisis, by });
            let sentence = self.call(id).map(|call| Words::Phrase(call.urgent_sentence()));
            return self.treat_on_hold(id, sentence.into_iter().collect());
        }
        let agent_leg = if let Phase::Talking { leg, .. } = call.phase { Some(leg) } else { None };
        self.give_away(id, HoldEnd::Transferred);
        self.flag_urgent(id, crisis, by);
        if let Some(leg) = agent_leg.filter(|leg| self.is_up(*leg)) {
            self.last_words(leg, Phrase::OfferFlagged);
        }
    }

    /// A leg asks for the next words on hold, and is held no longer: what moved it, or did not, was reported wrongly.
    pub(super) fn still_on_hold(&mut self, id: LegId, serial: u32) {
        let Some(leg) = self.floor.legs.get(&id).filter(|leg| leg.is_up() && leg.push.is_none()) else { return };
        let asks = matches!(leg.treatment(serial).map(AsRef::as_ref), Some(Treatment::OnHold { .. }));
        if asks && matches!(leg.current(), Some(Treatment::Connected { .. })) {
            let call = leg.call;
            self.back_to_the_room(call);
        }
    }

    /// The patient could not be moved out of the conversation, and so is still in it.
    pub(super) fn hold_failed(&mut self, leg: LegId) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let on_hold = matches!(found.current(), Some(Treatment::OnHold { .. }));
        let Some(id) = self.call(found.call).filter(|call| on_hold && call.held.is_some()).map(|call| call.id) else {
            return;
        };
        self.end_consult(id, ConsultEnd::HoldFailed);
        self.end_hold(id, HoldEnd::Failed);
        // She is where she was: there is nothing to push.
        self.answering(leg);
        self.back_to_the_room(id);
        self.out.answer = Answer::Noted;
    }
}
