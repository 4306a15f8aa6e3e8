//! Selection: who gets which call, and the reasons, as data.
//!
//! For a call: the lowest open tier that has somebody idle, and in it the longest idle. For an agent: the first
//! call in the order (urgent, deadline, arrival) that she may take. Both say who was passed over, and why.

use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::call::Call;
use crate::floor::call::Phase;
use crate::floor::call::Place;
use crate::floor::fact::PassedOver;
use crate::floor::fact::Why;
use crate::flow::Lane;
use crate::flow::Member;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Timestamp;

/// How many passed-over calls and agents an offer names.
const PASSED_OVER_MAX: usize = 3;

impl Floor {
    /// The agent to whom this waiting call is offered next, if anybody is idle.
    pub(in crate::floor) fn agent_for(&self, call: &Call) -> Option<(AgentId, Why)> {
        let (place, lane) = (call.place.as_ref()?, call.lane()?);
        let mut best: Option<(u8, Timestamp, AgentId)> = None;
        for (index, tier) in (0u8..=place.tier).zip(&lane.serving) {
            if best.is_some() {
                break;
            }
            let idle = tier.groups.iter().filter_map(|group| {
                let mut agents = self.idle.of_group(group, &call.language);
                agents.find(|(_, id)| self.agents.get(id).is_some_and(|a| has_skills(&a.member, lane)))
            });
            best = idle.min().map(|(since, id)| (index, *since, id.clone()));
        }
        let (tier, since, id) = best?;
        let why = self.why(call, place, &self.agents.get(&id)?.member, tier, since);
        Some((id, why))
    }

    /// The call that this idle agent is offered next, if any waits for her.
    pub(in crate::floor) fn call_for(&self, agent: &AgentId) -> Option<(CallId, Why)> {
        let agent = self.agents.get(agent)?;
        let AgentState::Available { since } = agent.state else { return None };
        let key = self.waiting.first_for(&agent.member)?;
        let call = self.calls.get(&key.call)?;
        let (place, lane) = (call.place.as_ref()?, call.lane()?);
        let tier = tier_of(&agent.member, lane, place.tier)?;
        Some((key.call, self.why(call, place, &agent.member, tier, since)))
    }

    fn why(&self, call: &Call, place: &Place, chosen: &Member, tier: u8, idle_since: Timestamp) -> Why {
        Why {
            urgent: call.urgent,
            deadline: place.deadline,
            arrived: place.arrived,
            head_starts: place.head_starts.clone(),
            tier,
            idle_since,
            passed_calls: self.passed_calls(call, chosen),
            passed_agents: self.passed_agents(call, chosen, tier, idle_since),
            rung: None,
        }
    }

    /// The first calls of the order that stand ahead of this one and are not for this agent.
    fn passed_calls(&self, call: &Call, chosen: &Member) -> Vec<(CallId, PassedOver)> {
        let ahead = self.waiting.in_order().map(|key| key.call).take_while(|id| *id != call.id);
        let waiting = ahead.take(PASSED_OVER_MAX).filter_map(|id| self.calls.get(&id));
        let waiting = waiting.filter(|other| other.phase == Phase::Waiting);
        waiting.filter_map(|other| Some((other.id, refusal(chosen, other)?))).collect()
    }

    /// The longest idle agents who are idle for longer than the chosen one and were not offered the call.
    fn passed_agents(&self, call: &Call, chosen: &Member, tier: u8, since: Timestamp) -> Vec<(AgentId, PassedOver)> {
        let longer = self.idle.in_order().take_while(|(idle, id)| (*idle, id) < (since, &chosen.id));
        let members = longer.take(PASSED_OVER_MAX).filter_map(|(_, id)| self.agents.get(id));
        members
            .map(|agent| {
                let later =
                    call.lane().and_then(|lane| tier_of(&agent.member, lane, u8::MAX)).is_some_and(|t| t > tier);
                let why = refusal(&agent.member, call).unwrap_or(if later {
                    PassedOver::LaterTier
                } else {
                    PassedOver::Group
                });
                (agent.member.id.clone(), why)
            })
            .collect()
    }
}

/// Why this agent may not take this call now; `None` if she may.
pub(in crate::floor) fn refusal(member: &Member, call: &Call) -> Option<PassedOver> {
    let (place, lane) = (call.place.as_ref()?, call.lane()?);
    if !member.languages.contains(&call.language) {
        return Some(PassedOver::Language);
    }
    if !has_skills(member, lane) {
        return Some(PassedOver::Skill);
    }
    match tier_of(member, lane, u8::MAX) {
        None => Some(PassedOver::Group),
        Some(tier) if tier > place.tier => Some(PassedOver::TierNotOpen),
        Some(_) => None,
    }
}

/// The lowest tier, up to `open`, by which the member serves the lane.
fn tier_of(member: &Member, lane: &Lane, open: u8) -> Option<u8> {
    let serves = |groups: &[_]| groups.iter().any(|g| member.groups.contains(g));
    (0u8..=open).zip(&lane.serving).find(|(_, tier)| serves(&tier.groups)).map(|(index, _)| index)
}

fn has_skills(member: &Member, lane: &Lane) -> bool {
    lane.needs.iter().all(|skill| member.skills.contains(skill))
}
