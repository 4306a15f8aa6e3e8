//! Selection: who gets which call, and the reasons, as data.
//!
//! For a call: the lowest open tier that has somebody idle, and in it the longest idle. For an agent: the first
//! call in the order (urgent, deadline, arrival) that she may take. Both say who was passed over, and why.

use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::board::Choice;
use crate::floor::acd::fit::Ability;
use crate::floor::acd::fit::AbilityId;
use crate::floor::acd::fit::Fit;
use crate::floor::acd::fit::Need;
use crate::floor::acd::fit::fit;
use crate::floor::call::Call;
use crate::floor::fact::why::PassedOver;
use crate::floor::fact::why::Why;
use crate::flow::Member;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Timestamp;

impl Floor {
    /// The agent to whom this waiting call is offered next, if anybody is idle.
    pub(in crate::floor) fn agent_for(&self, call: &Call) -> Option<(AgentId, Why)> {
        let (choice, since, id) = self.board.idle_for(call.key()?)?;
        let ability = self.agents.get(&id)?.ability;
        let why = self.why(call, &choice, (&id, ability), since)?;
        Some((id, why))
    }

    /// The call that this idle agent is offered next, if any waits for her.
    pub(in crate::floor) fn call_for(&self, agent: &AgentId) -> Option<(CallId, Why)> {
        let found = self.agents.get(agent)?;
        let AgentState::Available { since } = found.state else { return None };
        let choice = self.board.first_for(found.ability)?;
        let call = self.calls.get(&choice.key.call)?;
        let why = self.why(call, &choice, (agent, found.ability), since)?;
        Some((call.id, why))
    }

    fn why(
        &self,
        call: &Call,
        choice: &Choice,
        (agent, ability): (&AgentId, AbilityId),
        idle_since: Timestamp,
    ) -> Option<Why> {
        let place = call.sought_place()?;
        Some(Why {
            urgent: call.urgent,
            deadline: place.deadline,
            arrived: place.arrived,
            head_starts: place.head_starts.clone(),
            tier: choice.tier,
            idle_since,
            passed_calls: self.board.calls_passed(choice, ability),
            passed_agents: self.board.agents_passed(choice, idle_since, agent),
            rung: None,
            consult: call.agent().cloned(),
        })
    }
}

/// Why this agent may not take this call now; `None` if she may. Worked out anew, for whoever checks the board.
pub(in crate::floor) fn refusal(member: &Member, call: &Call) -> Option<PassedOver> {
    let place = call.sought_place()?;
    let lane = call.flow.lane(&place.lane)?;
    match fit(&Ability::of(member), &Need::of(&call.language, lane, place.tier)) {
        Fit::Takes(_) => None,
        Fit::Refused(why) => Some(why),
    }
}
