//! Warm transfers: what facts about them change.

use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::board::Key;
use crate::floor::call::Leg;
use crate::floor::call::Phase;
use crate::floor::consult::Consult;
use crate::floor::consult::Stage;
use crate::floor::fact::Fact;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

use super::talk::LEFT_ALONE_MAX;

impl Floor {
    pub(super) fn consult_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ConsultBegan { call, lane, deadline, until } => self.consult_began(at, *call, lane, (*deadline, *until)),
            Fact::ConsultAccepted { call, agent, leg } => {
                self.stop_asking(*call);
                self.set_stage(*call, Stage::Talking { agent: agent.clone(), leg: *leg });
                self.set_agent(agent, AgentState::Talking(*call));
            }
            Fact::ConsultFailed { call, why } => {
                self.stop_asking(*call);
                self.let_colleague_go(at, *call);
                self.set_stage(*call, Stage::Alone(*why));
            }
            Fact::ConsultEnded { call, .. } => {
                self.stop_asking(*call);
                self.let_colleague_go(at, *call);
                self.with_call(*call, |call| call.consult = None);
            }
            Fact::ConsultCompleted { call, to, leg, .. } => self.consult_completed(at, *call, to, *leg),
            _ => {}
        }
    }

    fn consult_began(&mut self, at: Timestamp, id: CallId, lane: &LaneId, (deadline, until): (Timestamp, Timestamp)) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let flow = call.flow.clone();
        let Some(found) = flow.lane(lane) else { return };
        let key = Key::new(call.urgent, deadline, id);
        // She waits herself: every tier is asked, the first before the others.
        let last = u8::try_from(found.serving.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let need = self.board.need(&call.language, found, last);
        call.consult = Some(Consult { lane: lane.clone(), key, deadline, since: at, stage: Stage::Asking });
        self.board.ask(key, need);
        self.timers.set(TimerName::ConsultOver(id), until);
        self.stirred.calls.push(id);
    }

    /// Nobody is asked any more.
    fn stop_asking(&mut self, id: CallId) {
        if let Some(consult) = self.calls.get(&id).and_then(|call| call.consult.as_ref()) {
            self.board.stop_asking(consult.key);
        }
        self.timers.clear(&TimerName::ConsultOver(id));
    }

    fn set_stage(&mut self, id: CallId, stage: Stage) {
        self.with_call(id, |call| call.consult.iter_mut().for_each(|consult| consult.stage = stage.clone()));
    }

    fn let_colleague_go(&mut self, at: Timestamp, id: CallId) {
        let colleague = self.calls.get(&id).and_then(|call| call.colleague());
        let Some((agent, leg)) = colleague.map(|(agent, leg)| (agent.clone(), leg)) else { return };
        self.let_go(at, &agent, leg);
    }

    /// Her part is over; her phone should be down soon.
    fn let_go(&mut self, at: Timestamp, agent: &AgentId, leg: LegId) {
        self.part(at, agent, leg);
        if self.legs.get(&leg).is_some_and(Leg::is_up) {
            self.timers.set(TimerName::LegLingers(leg), at + LEFT_ALONE_MAX);
        }
    }

    /// The call is rung to somebody, or no longer.
    pub(super) fn consult_rung(&mut self, id: CallId, offer: Option<OfferId>) {
        let Some(consult) = self.calls.get_mut(&id).and_then(|call| call.consult.as_mut()) else { return };
        match offer {
            Some(offer) => {
                consult.stage = Stage::Ringing(offer);
                self.board.reserve(consult.key);
            }
            None => {
                consult.stage = Stage::Asking;
                self.board.release(consult.key);
                self.stirred.calls.push(id);
            }
        }
    }

    fn consult_completed(&mut self, at: Timestamp, id: CallId, to: &AgentId, leg: LegId) {
        let Some(Phase::Talking { agent: from, leg: her_leg }) = self.calls.get(&id).map(|call| call.phase.clone()) else {
            return;
        };
        self.note_service(at, id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(consult) = call.consult.take() else { return };
        let flow = call.flow.clone();
        call.phase = Phase::Talking { agent: to.clone(), leg };
        call.round += 1;
        call.closed = None;
        call.served_since = Some(at);
        call.details.reason.take_if(|reason| !flow.lane(&consult.lane).is_some_and(|lane| lane.has_reason(reason)));
        if let Some(place) = &mut call.place {
            (place.lane, place.deadline, place.tier) = (consult.lane, consult.deadline, 0);
            place.head_starts.clear();
        }
        self.let_go(at, &from, her_leg);
    }
}
