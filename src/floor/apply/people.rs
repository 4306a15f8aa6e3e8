//! Practices, teams and agents: what facts about them change.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::floor::Floor;
use crate::floor::Practice;
use crate::floor::acd::agent::Agent;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::agent::Softphone;
use crate::floor::call::Leg;
use crate::floor::event::FlowFile;
use crate::floor::event::TeamFile;
use crate::floor::fact::agent::AgentChange;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::GroupId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn load_flow(&mut self, at: Timestamp, file: &FlowFile) {
        let id = file.flow.practice.clone();
        self.numbers.retain(|_, practice| *practice != id);
        self.staff_numbers.retain(|_, practice| *practice != id);
        for number in &file.flow.numbers {
            self.numbers.insert(number.clone(), id.clone());
            self.served_since.entry(number.clone()).or_insert(at);
        }
        self.served_since.retain(|number, _| self.numbers.contains_key(number));
        if let Some(number) = &file.flow.staff_number {
            self.staff_numbers.insert(number.clone(), id.clone());
        }
        self.practices.insert(id, Practice { hash: file.hash.clone(), flow: file.flow.clone() });
        self.arm_callbacks(at);
    }

    pub(super) fn load_team(&mut self, at: Timestamp, file: &TeamFile) {
        let team = &file.team;
        match &team.on_call {
            Some(on_call) => drop(self.ladders.insert(team.id.clone(), Arc::new(on_call.clone()))),
            None => drop(self.ladders.remove(&team.id)),
        }
        self.team_hashes.insert(team.id.clone(), file.hash.clone());
        for member in &team.agents {
            let (ability, member) = (self.board.ability(member), Arc::new(member.clone()));
            let state = match self.agents.remove(&member.id) {
                Some(old) => {
                    self.count_agent(&old, false);
                    Agent { member, ability, leaving: false, team: team.id.clone(), ..old }
                }
                None => Agent {
                    team: team.id.clone(),
                    member,
                    ability,
                    state: AgentState::LoggedOut,
                    misses: 0,
                    later: None,
                    leaving: false,
                    paged: false,
                    softphone: Softphone::Closed,
                },
            };
            self.count_agent(&state, true);
            if matches!(state.state, AgentState::Available { .. }) {
                self.stirred.agents.push(state.member.id.clone());
            }
            self.agents.insert(state.member.id.clone(), state);
        }
        let named: BTreeSet<&AgentId> = team.agents.iter().map(|member| &member.id).collect();
        let gone = |a: &Agent| a.team == team.id && !named.contains(&a.member.id);
        let gone: Vec<AgentId> = self.agents.values().filter(|a| gone(a)).map(|a| a.member.id.clone()).collect();
        for id in gone {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.leaving = true;
                if !agent.state.is_busy() {
                    self.remove_agent(&id);
                }
            }
        }
        let waiting: Vec<CallId> = self.board.in_order().map(|key| key.call).collect();
        for call in waiting {
            self.set_ladder_timer(at, call);
        }
    }

    fn remove_agent(&mut self, id: &AgentId) {
        if let Some(agent) = self.agents.remove(id) {
            self.count_agent(&agent, false);
            self.timers.clear(&TimerName::ReadyAgain(id.clone()));
            self.timers.clear(&TimerName::SoftphoneSilent(id.clone()));
            self.pins.remove(id);
        }
    }

    /// Adds an agent to, or takes her from, the counts of her groups and the idle.
    fn count_agent(&mut self, agent: &Agent, add: bool) {
        if agent.is_signed_in() {
            self.count_signed_in(&agent.member.groups, add);
        }
        if let AgentState::Available { since } = agent.state {
            if add {
                self.board.sit(&agent.member.id, since, agent.ability);
            } else {
                self.board.rise(&agent.member.id, since);
            }
        }
    }

    fn count_signed_in(&mut self, groups: &[GroupId], add: bool) {
        for group in groups {
            let count = self.signed_in.entry(group.clone()).or_default();
            *count = if add { *count + 1 } else { count.saturating_sub(1) };
            if *count == 0 {
                self.signed_in.remove(group);
                self.stirred.unstaffed = true;
            }
        }
    }

    pub(super) fn set_agent(&mut self, id: &AgentId, state: AgentState) {
        let state = self.unless_on_the_phone(id, state);
        let Some(agent) = self.agents.get_mut(id) else { return };
        let was_signed_in = agent.is_signed_in();
        agent.paged &= matches!(
            state,
            AgentState::Offered(_) | AgentState::Talking(_) | AgentState::WrapUp(_) | AgentState::Parting(_)
        );
        let before = std::mem::replace(&mut agent.state, state.clone());
        let (ability, signed_in) = (agent.ability, agent.is_signed_in());
        let moved = (was_signed_in != signed_in).then(|| agent.member.clone());
        if let Some(member) = moved {
            self.count_signed_in(&member.groups, signed_in);
        }
        if let AgentState::Available { since } = before {
            self.board.rise(id, since);
        }
        if let AgentState::NotReady { until: Some(_), .. } = before {
            self.timers.clear(&TimerName::ReadyAgain(id.clone()));
        }
        match state {
            AgentState::NotReady { until: Some(until), .. } => {
                self.timers.set(TimerName::ReadyAgain(id.clone()), until);
            }
            AgentState::Available { since } => {
                self.board.sit(id, since, ability);
                self.stirred.agents.push(id.clone());
            }
            _ => {}
        }
    }

    /// She is rung as on call: after the call she is again what she is now.
    pub(super) fn remember_state(&mut self, id: &AgentId) {
        let Some(mut agent) = self.agents.remove(id) else { return };
        self.count_agent(&agent, false);
        let later = match &agent.state {
            AgentState::LoggedOut => Some(AgentChange::LoggedOut),
            AgentState::NotReady { reason, until } => Some(AgentChange::NotReady { reason: *reason, until: *until }),
            _ => None,
        };
        agent.paged = later == Some(AgentChange::LoggedOut);
        agent.later = later.or(agent.later);
        self.count_agent(&agent, true);
        self.agents.insert(id.clone(), agent);
    }

    pub(super) fn change_agent(&mut self, at: Timestamp, id: &AgentId, to: &AgentChange) {
        match to {
            AgentChange::Available => {
                if let Some(agent) = self.agents.get_mut(id) {
                    agent.misses = 0;
                    agent.later = None;
                }
                self.set_agent(id, AgentState::Available { since: at });
            }
            AgentChange::NotReady { reason, until } => {
                self.set_agent(id, AgentState::NotReady { reason: *reason, until: *until });
            }
            AgentChange::LoggedOut => self.set_agent(id, AgentState::LoggedOut),
            AgentChange::Later(change) => {
                if let Some(agent) = self.agents.get_mut(id) {
                    agent.later = Some(change.as_ref().clone());
                }
            }
        }
    }

    /// Her call is done: what she asked for in the meantime, or ready.
    pub(super) fn free_agent(&mut self, at: Timestamp, id: &AgentId) {
        let Some(agent) = self.agents.get_mut(id) else { return };
        if agent.leaving {
            return self.remove_agent(id);
        }
        match agent.later.take() {
            Some(change) => self.change_agent(at, id, &change),
            None => self.set_agent(id, AgentState::Available { since: at }),
        }
    }

    /// Her part is over: free now, or when her phone is down.
    pub(super) fn part(&mut self, at: Timestamp, id: &AgentId, leg: LegId) {
        if self.legs.get(&leg).is_some_and(Leg::is_up) {
            self.set_agent(id, AgentState::Parting(leg));
        } else {
            self.free_agent(at, id);
        }
    }
}
