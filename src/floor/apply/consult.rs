//! Warm transfers: what facts about them change.

use super::talk::LEFT_ALONE_MAX;
use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::board::Key;
use crate::floor::call::Leg;
use crate::floor::call::Phase;
use crate::floor::call::Place;
use crate::floor::consult::Consult;
use crate::floor::consult::Stage;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn consulted(&mut self, at: Timestamp, Consulted { call, step }: &Consulted) {
        match step {
            ConsultStep::Began { until, .. } => self.consult_began(at, *call, step, *until),
            ConsultStep::Prolonged { until } => self.timers.set(TimerName::ConsultOver(*call), *until),
            ConsultStep::Accepted { agent, leg, round } => {
                self.stop_asking(*call);
                if self.round(*call) != *round {
                    self.tape_over(*call);
                    self.with_call(*call, |call| call.round = *round);
                }
                self.set_stage(*call, Stage::Talking { agent: agent.clone(), leg: *leg });
                self.set_agent(agent, AgentState::Talking(*call));
            }
            ConsultStep::Failed(why) => {
                self.stop_asking(*call);
                self.let_colleague_go(at, *call);
                self.set_stage(*call, Stage::Alone(*why));
            }
            ConsultStep::Ended(_) => {
                self.stop_asking(*call);
                self.let_colleague_go(at, *call);
                self.with_call(*call, |call| call.consult = None);
            }
            ConsultStep::Completed { to, leg, .. } => self.consult_completed(at, *call, to, *leg),
        }
    }

    fn consult_began(&mut self, at: Timestamp, id: CallId, step: &ConsultStep, until: Timestamp) {
        let ConsultStep::Began { lane, arrived, deadline, head_starts, .. } = step else { return };
        let Some(call) = self.calls.get_mut(&id) else { return };
        let flow = call.flow.clone();
        let Some(found) = flow.lane(lane) else { return };
        // Two wait, and one of them works meanwhile: every tier is asked, the first before the others.
        let last = u8::try_from(found.serving.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let key = Key::new(call.urgent, *deadline, id);
        let place = Place {
            lane: lane.clone(),
            arrived: *arrived,
            deadline: *deadline,
            head_starts: head_starts.clone(),
            since: call.place.as_ref().map_or(at, |place| place.since),
            tier: last,
        };
        let need = self.board.need(&call.language, found, last);
        call.consult = Some(Consult { place, key, since: at, stage: Stage::Asking });
        self.board.ask(key, need);
        self.timers.set(TimerName::ConsultOver(id), until);
        self.stirred.calls.push(id);
    }

    /// Nobody is looked for any more.
    fn stop_asking(&mut self, id: CallId) {
        if let Some(consult) = self.calls.get(&id).and_then(|call| call.consult.as_ref()) {
            self.board.stop_asking(consult.key);
        }
        self.timers.clear(&TimerName::ConsultOver(id));
    }

    fn set_stage(&mut self, id: CallId, stage: Stage) {
        if let Some(consult) = self.calls.get_mut(&id).and_then(|call| call.consult.as_mut()) {
            consult.stage = stage;
        }
    }

    fn let_colleague_go(&mut self, at: Timestamp, id: CallId) {
        let colleague = self.calls.get(&id).and_then(|call| call.colleague());
        if let Some((agent, leg)) = colleague.map(|(agent, leg)| (agent.clone(), leg)) {
            self.let_go(at, &agent, leg);
        }
    }

    /// Her part is over; her phone should be down soon.
    fn let_go(&mut self, at: Timestamp, agent: &AgentId, leg: LegId) {
        self.part(at, agent, leg);
        self.timers.clear(&TimerName::LineLost(leg));
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

    /// The first assistant writes nothing: whoever has the call last writes it up, as after a cold transfer.
    fn consult_completed(&mut self, at: Timestamp, id: CallId, to: &AgentId, leg: LegId) {
        let Some(Phase::Talking { agent: from, leg: her_leg }) = self.calls.get(&id).map(|call| call.phase.clone())
        else {
            return;
        };
        self.note_service(at, id);
        self.tape_over(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(consult) = call.consult.take() else { return };
        let flow = call.flow.clone();
        call.phase = Phase::Talking { agent: to.clone(), leg };
        call.round += 1;
        call.served_since = Some(at);
        // A reason is one of its lane's.
        let lane = flow.lane(&consult.place.lane);
        call.details.reason.take_if(|reason| !lane.is_some_and(|lane| lane.has_reason(reason)));
        call.place = Some(consult.place);
        self.let_go(at, &from, her_leg);
        self.supervisor_lingers(at, id);
    }
}
