//! The order of the line once more, slow and obvious: a list that is searched whole for every offer.
//!
//! It reads facts only, so it shares no code with the queues it judges.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::floor::fact::Fact;
use carelane::floor::fact::OfferOutcome;
use carelane::floor::view::View;
use carelane::flow::Flow;
use carelane::flow::Lane;
use carelane::flow::Member;
use carelane::flow::Team;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::LaneId;
use carelane::vocab::Language;
use carelane::vocab::OfferId;
use carelane::vocab::Timestamp;

/// A call as the facts tell of it.
#[derive(Clone)]
struct Waiting {
    lane: LaneId,
    language: Language,
    urgent: bool,
    deadline: Timestamp,
    since: Option<Timestamp>,
    tier: usize,
    /// In line and not being offered.
    free: bool,
}

/// Who waits, who is idle, and by which rules.
#[derive(Default)]
pub(crate) struct Reference {
    flow: Option<Flow>,
    team: Option<Team>,
    calls: BTreeMap<CallId, Waiting>,
    offers: BTreeMap<OfferId, (CallId, AgentId)>,
    /// Whose phone rings.
    rung: BTreeSet<AgentId>,
    idle: BTreeMap<AgentId, Timestamp>,
}

impl Reference {
    /// Follows the facts of one event and judges each offer among them.
    pub(crate) fn follow(&mut self, now: Timestamp, facts: &[Fact], after: &View) -> Result<(), String> {
        let mut touched: Vec<AgentId> = Vec::new();
        let mut made: Vec<(OfferId, usize, Timestamp)> = Vec::new();
        for fact in facts {
            match fact {
                Fact::OfferMade { offer, call, agent, why, .. } if why.rung.is_some() => {
                    self.judge_page(*call, agent)?;
                    self.offers.insert(*offer, (*call, agent.clone()));
                    touched.push(agent.clone());
                }
                Fact::OfferMade { offer, call, agent, why, .. } => {
                    self.judge_call(*call, agent)?;
                    self.offers.insert(*offer, (*call, agent.clone()));
                    made.push((*offer, usize::from(why.tier), why.idle_since));
                    touched.push(agent.clone());
                }
                Fact::OfferEnded { offer, .. } => {
                    touched.extend(self.offers.get(offer).map(|(_, agent)| agent.clone()))
                }
                Fact::AgentChanged { agent, .. } => touched.push(agent.clone()),
                _ => {}
            }
            self.apply(now, fact);
        }
        self.note_idle(now, &touched, after);
        made.into_iter().try_for_each(|(offer, tier, since)| self.judge_agent(now, offer, tier, since))
    }

    fn apply(&mut self, now: Timestamp, fact: &Fact) {
        match fact {
            Fact::FlowLoaded(file) => self.flow = Some(file.flow.as_ref().clone()),
            Fact::TeamLoaded(file) => self.team = Some(file.team.as_ref().clone()),
            Fact::CallArrived { call, .. } => {
                let Some(flow) = &self.flow else { return };
                let waiting = Waiting {
                    lane: flow.person.clone(),
                    language: flow.default_language().clone(),
                    urgent: false,
                    deadline: now,
                    since: None,
                    tier: 0,
                    free: false,
                };
                self.calls.insert(*call, waiting);
            }
            Fact::LanguageChosen { call, language } => self.with(*call, |c| c.language = language.clone()),
            Fact::UrgentFlagged { call, .. } => self.with(*call, |c| c.urgent = true),
            Fact::Queued { call, lane, deadline, .. } => {
                let found = self.flow.as_ref().and_then(|flow| flow.lane(lane)).cloned();
                self.with(*call, |c| {
                    let since = *c.since.get_or_insert(now);
                    let open = found.iter().flat_map(|lane| &lane.serving).filter(|t| since + t.after <= now).count();
                    *c = Waiting {
                        lane: lane.clone(),
                        deadline: *deadline,
                        tier: open.max(1) - 1,
                        free: true,
                        ..c.clone()
                    };
                });
            }
            Fact::TierOpened { call, tier } => self.with(*call, |c| c.tier = usize::from(*tier)),
            Fact::OfferMade { call, agent, .. } => {
                self.rung.insert(agent.clone());
                self.with(*call, |c| c.free = false);
            }
            Fact::TalkBegan { call, .. } => self.with(*call, |c| c.free = false),
            Fact::JoinFailed { call } => self.with(*call, |c| c.free = true),
            Fact::OfferEnded { offer, outcome } => {
                if let Some((_, agent)) = self.offers.get(offer) {
                    self.rung.remove(agent);
                }
                if let (Some((call, _)), false) = (self.offers.get(offer).cloned(), *outcome == OfferOutcome::Accepted)
                {
                    self.with(call, |c| c.free = true);
                }
            }
            Fact::CallLeft { call, .. } => drop(self.calls.remove(call)),
            _ => {}
        }
    }

    fn with(&mut self, call: CallId, change: impl FnOnce(&mut Waiting)) {
        if let Some(waiting) = self.calls.get_mut(&call) {
            change(waiting);
        }
    }

    /// Whoever was ready before and was not touched has been idle since then.
    fn note_idle(&mut self, now: Timestamp, touched: &[AgentId], after: &View) {
        let ready: Vec<AgentId> =
            after.agents.iter().filter(|a| a.state == "available").map(|a| a.id.clone()).collect();
        self.idle.retain(|agent, _| ready.contains(agent) && !touched.contains(agent));
        for agent in ready {
            self.idle.entry(agent).or_insert(now);
        }
    }

    /// No call ahead of this one in the order was hers to take.
    fn judge_call(&self, call: CallId, agent: &AgentId) -> Result<(), String> {
        let member = self.member(agent)?;
        let key = |id: CallId, c: &Waiting| (!c.urgent, c.deadline, id);
        let chosen = self.calls.get(&call).ok_or_else(|| format!("{call} is offered but unknown"))?;
        if !chosen.free || self.tier_of(member, chosen).is_none() {
            return Err(format!("{call} is offered to {agent}, who may not take it"));
        }
        let first = self.calls.iter().filter(|(_, c)| c.free && self.tier_of(member, c).is_some());
        match first.map(|(id, c)| key(*id, c)).min() {
            Some(first) if first < key(call, chosen) => {
                Err(format!("{} must be offered to {agent} before {call}", first.2))
            }
            _ => Ok(()),
        }
    }

    /// On call: an urgent call that waits, to somebody who is not on the phone.
    fn judge_page(&self, call: CallId, agent: &AgentId) -> Result<(), String> {
        let waits = self.calls.get(&call).is_some_and(|c| c.free && c.urgent);
        let busy = self.rung.contains(agent);
        if waits && !busy { Ok(()) } else { Err(format!("{call} is rung to {agent} on call: busy {busy}")) }
    }

    /// Nobody of a lower tier, or idle for longer in the same one, was left out.
    fn judge_agent(&self, now: Timestamp, offer: OfferId, tier: usize, since: Timestamp) -> Result<(), String> {
        let (call, chosen) = &self.offers[&offer];
        let Some(waiting) = self.calls.get(call) else { return Ok(()) };
        for (agent, idle_since) in self.idle.iter().filter(|(_, since)| **since < now) {
            let better = self.tier_of(self.member(agent)?, waiting);
            if better.is_some_and(|better| (better, *idle_since, agent) < (tier, since, chosen)) {
                return Err(format!("{call} must be offered to {agent} before {chosen}"));
            }
        }
        Ok(())
    }

    fn member(&self, agent: &AgentId) -> Result<&Member, String> {
        let team = self.team.as_ref().ok_or("no team")?;
        team.agents.iter().find(|member| member.id == *agent).ok_or_else(|| format!("{agent} is in no team"))
    }

    /// The tier by which she may take the call now.
    fn tier_of(&self, member: &Member, call: &Waiting) -> Option<usize> {
        let lane: &Lane = self.flow.as_ref()?.lane(&call.lane)?;
        let able = member.languages.contains(&call.language) && lane.needs.iter().all(|n| member.skills.contains(n));
        let serves = |groups: &[_]| groups.iter().any(|group| member.groups.contains(group));
        let tier = lane.serving.iter().take(call.tier + 1).position(|tier| serves(&tier.groups));
        tier.filter(|_| able)
    }
}
