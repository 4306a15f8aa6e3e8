//! The staff number: whose leg it is, and that nobody is offered a call while her phone is on it.

use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::call::Side;
use crate::floor::fact::Fact;
use crate::floor::fact::agent::NotReady;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

impl Floor {
    /// What happened on the staff number.
    pub(super) fn staff_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::StaffKnown { leg, agent } => self.staff_known(at, *leg, agent),
            Fact::PinRefused { agent, locked_until, .. } => self.pin_refused(at, agent, *locked_until),
            _ => self.staff_arrived(at, fact),
        }
    }

    fn staff_arrived(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::StaffArrived { leg, practice, flow: _, carrier_call, agent } = fact else { return };
        // As with a call: the version that is current at this fact, live and in recovery alike.
        let Some(flow) = self.practices.get(practice).map(|p| p.flow.clone()) else { return };
        self.new_leg(*leg, CallId::NONE, flow, Side::Staff { agent: agent.clone(), known: false });
        self.leg_named(at, *leg, carrier_call);
    }

    fn staff_known(&mut self, at: Timestamp, id: LegId, agent: &AgentId) {
        self.pins.remove(agent);
        if !self.legs.get(&id).is_some_and(|leg| leg.is_up()) {
            return;
        }
        self.with_leg(id, |leg| leg.side = Side::Staff { agent: Some(agent.clone()), known: true });
        self.staff_lines.insert(agent.clone(), id);
        self.again_if_available(at, agent);
    }

    fn pin_refused(&mut self, at: Timestamp, agent: &AgentId, locked_until: Option<Timestamp>) {
        if self.agents.contains_key(agent) {
            self.pins.entry(agent.clone()).or_default().refused(at, locked_until);
        }
    }

    /// Her phone is down: if she was ready, calls reach her now.
    pub(super) fn staff_hung_up(&mut self, at: Timestamp, id: LegId, agent: &AgentId) {
        if self.staff_lines.get(agent) == Some(&id) {
            self.staff_lines.remove(agent);
            self.again_if_available(at, agent);
        }
    }

    /// Takes her readiness anew, in the light of whether her phone is on the staff number, or in somebody's call.
    pub(super) fn again_if_available(&mut self, at: Timestamp, id: &AgentId) {
        let is_ready = self.agents.get(id).is_some_and(|agent| match agent.state {
            AgentState::Available { .. } => true,
            AgentState::NotReady { reason, .. } => reason == NotReady::OnThePhone,
            _ => false,
        });
        if is_ready {
            self.set_agent(id, AgentState::Available { since: at });
        }
    }

    /// A phone that is on the staff number, or listens in, would be found busy: she is offered calls when it is down.
    pub(super) fn unless_on_the_phone(&self, id: &AgentId, state: AgentState) -> AgentState {
        match state {
            AgentState::Available { .. } if self.staff_lines.contains_key(id) => {
                AgentState::NotReady { reason: NotReady::OnThePhone, until: None }
            }
            AgentState::Available { .. } if self.supervisors.contains_key(id) => {
                AgentState::NotReady { reason: NotReady::Supervising, until: None }
            }
            state => state,
        }
    }
}
