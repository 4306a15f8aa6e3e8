//! The line once more: a list that is searched whole for every offer.
//!
//! It reads facts only, so it shares no code with the queues it judges; of the floor it asks who is ready.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::floor::Floor;
use crate::floor::fact::Fact;
use crate::floor::fact::OfferOutcome;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptStep;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Member;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Language;
use crate::vocab::OfferId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

/// A call as the facts tell of it.
struct Waiting {
    flow: Arc<Flow>,
    /// Its lane's place in the flow.
    lane: usize,
    language: Language,
    urgent: bool,
    deadline: Timestamp,
    since: Option<Timestamp>,
    tier: usize,
    /// When it has waited as long as its lane allows.
    until: Timestamp,
    state: State,
    /// Lane, deadline and tier of before a warm transfer.
    before: Option<(usize, Timestamp, usize)>,
    /// An attempt to reach somebody: behind all who wait.
    calling: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// In the menu, or with an assistant.
    Elsewhere,
    /// In line, or asked about in a warm transfer, and not being offered.
    Free,
    Offered(OfferId),
}

/// A phone that rings, or speaks of a call.
struct Rings {
    call: CallId,
    agent: AgentId,
    on_call: bool,
}

/// An offer made in the event under judgement.
struct Made {
    offer: OfferId,
    call: CallId,
    agent: AgentId,
    tier: usize,
    idle_since: Timestamp,
}

/// Who waits, who is ready, and by which rules.
#[derive(Default)]
pub(in crate::sim) struct Line {
    flows: BTreeMap<PracticeId, Arc<Flow>>,
    members: BTreeMap<AgentId, Member>,
    calls: BTreeMap<CallId, Waiting>,
    offers: BTreeMap<OfferId, Rings>,
    idle: BTreeMap<AgentId, Timestamp>,
}

impl Line {
    /// Follows the facts of one event and judges each offer among them, and whom nobody was offered.
    pub(in crate::sim) fn follow(&mut self, now: Timestamp, facts: &[Fact], after: &Floor) -> Result<(), String> {
        let mut touched: Vec<AgentId> = Vec::new();
        let mut made: Vec<Made> = Vec::new();
        for fact in facts {
            match fact {
                Fact::OfferMade { offer, call, agent, why, .. } if why.rung.is_some() => {
                    self.judge_page(*call, agent)?;
                    self.offers.insert(*offer, Rings { call: *call, agent: agent.clone(), on_call: true });
                    touched.push(agent.clone());
                }
                Fact::OfferMade { offer, call, agent, why, .. } => {
                    self.judge_call(*call, agent)?;
                    self.offers.insert(*offer, Rings { call: *call, agent: agent.clone(), on_call: false });
                    let (tier, idle_since) = (usize::from(why.tier), why.idle_since);
                    made.push(Made { offer: *offer, call: *call, agent: agent.clone(), tier, idle_since });
                    touched.push(agent.clone());
                }
                Fact::OfferEnded { offer, .. } => {
                    touched.extend(self.offers.get(offer).map(|rings| rings.agent.clone()));
                }
                Fact::AgentChanged { agent, .. } => touched.push(agent.clone()),
                Fact::Attempt(Attempt { item, call, step: AttemptStep::Began { until, .. } }) => {
                    self.attempt_began(now, *item, *call, *until, after);
                }
                Fact::TierOpened { call, tier } => self.judge_tier(now, *call, usize::from(*tier))?,
                _ => {}
            }
            self.apply(now, fact);
        }
        self.note_idle(now, &touched, after);
        made.iter().try_for_each(|made| self.judge_agent(now, made))?;
        self.judge_rings()?;
        self.judge_waits(now)
    }

    fn apply(&mut self, now: Timestamp, fact: &Fact) {
        match fact {
            Fact::FlowLoaded(file) => drop(self.flows.insert(file.flow.practice.clone(), file.flow.clone())),
            Fact::TeamLoaded(file) => {
                self.members.extend(file.team.agents.iter().map(|member| (member.id.clone(), member.clone())));
            }
            Fact::CallArrived { call, practice, .. } => {
                let Some(flow) = self.flows.get(practice).cloned() else { return };
                let waiting = Waiting {
                    lane: 0,
                    language: flow.default_language().clone(),
                    urgent: false,
                    deadline: now,
                    since: None,
                    tier: 0,
                    until: now,
                    state: State::Elsewhere,
                    before: None,
                    calling: false,
                    flow,
                };
                self.calls.insert(*call, waiting);
            }
            Fact::LanguageChosen { call, language } => self.with(*call, |c| c.language = language.clone()),
            Fact::UrgentFlagged { call, .. } => self.with(*call, |c| c.urgent = true),
            Fact::Queued { call, lane, deadline, .. } => self.with(*call, |c| {
                c.lane = c.flow.lanes.iter().position(|l| l.id == *lane).unwrap_or_default();
                c.deadline = *deadline;
                let since = *c.since.get_or_insert(now);
                let open = c.lane().map_or(0, |l| l.serving.iter().filter(|t| since + t.after <= now).count());
                c.tier = open.max(1) - 1;
                c.waits(now);
            }),
            Fact::TierOpened { call, tier } => self.with(*call, |c| c.tier = usize::from(*tier)),
            // While somebody on call is rung, the call is free for the lane's own people.
            Fact::OfferMade { offer, call, why, .. } if why.rung.is_none() => {
                self.with(*call, |c| c.state = State::Offered(*offer))
            }
            Fact::TalkBegan { call, .. } | Fact::VoicemailBegan { call, .. } => {
                self.with(*call, |c| c.state = State::Elsewhere)
            }
            Fact::JoinFailed { call } => self.with(*call, |c| c.waits(now)),
            Fact::OfferEnded { offer, outcome } => {
                let ended = self.offers.remove(offer).filter(|_| *outcome != OfferOutcome::Accepted);
                if let Some(Rings { call, .. }) = ended {
                    let offered = State::Offered(*offer);
                    self.with(call, |c| c.state = if c.state == offered { State::Free } else { c.state });
                }
            }
            Fact::Consulted(Consulted { call, step }) => self.with(*call, |c| c.consulted(step)),
            Fact::Attempt(Attempt { call, step: AttemptStep::Answered, .. }) => {
                self.with(*call, |c| c.calling = false);
            }
            Fact::Attempt(Attempt { call, step: AttemptStep::Ended { .. }, .. }) => drop(self.calls.remove(call)),
            Fact::WaitOverrun { call, until } => self.with(*call, |c| c.until = *until),
            // It may come back while its caller is still on the line.
            Fact::CallLeft { call, .. } => self.with(*call, |c| c.state = State::Elsewhere),
            _ => {}
        }
    }

    fn attempt_began(&mut self, now: Timestamp, item: ItemId, call: CallId, until: Timestamp, after: &Floor) {
        let Some(item) = after.item(item) else { return };
        let waiting = Waiting {
            lane: item.flow.lanes.iter().position(|lane| lane.id == item.new.lane).unwrap_or_default(),
            language: item.new.language.clone(),
            urgent: false,
            deadline: item.new.due_at,
            since: Some(now),
            tier: 0,
            until,
            state: State::Free,
            before: None,
            calling: true,
            flow: item.flow.clone(),
        };
        self.calls.insert(call, waiting);
    }

    fn with(&mut self, call: CallId, change: impl FnOnce(&mut Waiting)) {
        if let Some(waiting) = self.calls.get_mut(&call) {
            change(waiting);
        }
    }

    /// Whoever was ready before and was not touched has been idle since then.
    fn note_idle(&mut self, now: Timestamp, touched: &[AgentId], after: &Floor) {
        let ready: Vec<&AgentId> = after.ready().collect();
        self.idle.retain(|agent, _| ready.contains(&agent) && !touched.contains(agent));
        for agent in ready {
            if !self.idle.contains_key(agent) {
                self.idle.insert(agent.clone(), now);
            }
        }
    }

    /// No call ahead of this one in the order was hers to take.
    fn judge_call(&self, call: CallId, agent: &AgentId) -> Result<(), String> {
        let Some(member) = self.members.get(agent) else { return Err(format!("skills: {agent} is in no team")) };
        let chosen = self.calls.get(&call).ok_or_else(|| format!("order: {call} is offered but unknown"))?;
        if chosen.state != State::Free || chosen.tier_of(member).is_none() {
            return Err(format!("skills: {call} is offered to {agent}, who may not take it now"));
        }
        let mine = self.calls.iter().filter(|(_, c)| c.state == State::Free && c.tier_of(member).is_some());
        match mine.map(|(id, c)| c.key(*id)).min() {
            Some(first) if first < chosen.key(call) => {
                Err(format!("order: {} must be offered to {agent} before {call}", first.3))
            }
            _ => Ok(()),
        }
    }

    /// On call: an urgent call that waits, to somebody whose phone does not ring already, and to one at a time.
    fn judge_page(&self, call: CallId, agent: &AgentId) -> Result<(), String> {
        let waits = self.calls.get(&call).is_some_and(|c| c.state != State::Elsewhere && c.urgent);
        let busy = self.offers.values().any(|rings| rings.agent == *agent);
        let paged = self.offers.values().any(|rings| rings.call == call && rings.on_call);
        if waits && !busy && !paged {
            Ok(())
        } else {
            Err(format!("urgent-first: {call} is rung to {agent} on call, busy {busy}, another rung {paged}"))
        }
    }

    /// The first 1 wins: no phone rings for a call that is with somebody, or gone.
    fn judge_rings(&self) -> Result<(), String> {
        let waits = |call: &CallId| self.calls.get(call).is_some_and(|call| call.state != State::Elsewhere);
        match self.offers.iter().find(|(_, rings)| !waits(&rings.call)) {
            Some((offer, Rings { call, agent, .. })) => {
                Err(format!("call-single: {agent} is rung by {offer} for {call}, which is elsewhere"))
            }
            None => Ok(()),
        }
    }

    /// Nobody of a lower tier, or idle for longer in the same one, was left out.
    fn judge_agent(&self, now: Timestamp, made: &Made) -> Result<(), String> {
        let Some(call) = self.calls.get(&made.call) else { return Ok(()) };
        for (agent, idle_since) in self.idle.iter().filter(|(_, since)| **since < now) {
            let better = self.members.get(agent).and_then(|member| call.tier_of(member));
            if better.is_some_and(|better| (better, *idle_since, agent) < (made.tier, made.idle_since, &made.agent)) {
                let (offer, call, agent_offered) = (made.offer, made.call, &made.agent);
                return Err(format!("order: {offer} of {call} must go to {agent} before {agent_offered}"));
            }
        }
        Ok(())
    }

    fn judge_tier(&self, now: Timestamp, call: CallId, tier: usize) -> Result<(), String> {
        let Some(waiting) = self.calls.get(&call) else { return Err(format!("tiers: {call} is unknown")) };
        let opens = waiting.lane().and_then(|lane| lane.serving.get(tier)).zip(waiting.since);
        match opens.map(|(tier, since)| since + tier.after) {
            Some(opens) if opens <= now => Ok(()),
            opens => Err(format!("tiers: tier {tier} of {call} is open at {now}, but it opens at {opens:?}")),
        }
    }

    /// Nobody is ready while a call waits for her, and nobody waits longer than the lane allows.
    fn judge_waits(&self, now: Timestamp) -> Result<(), String> {
        let waiting = self.calls.iter().filter(|(_, call)| call.state != State::Elsewhere);
        for (id, call) in waiting {
            if call.until < now {
                return Err(format!("no-starvation: {id} should have left its lane at {}", call.until));
            }
            let able = |agent: &AgentId| self.members.get(agent).is_some_and(|m| call.tier_of(m).is_some());
            if let (State::Free, Some(agent)) = (call.state, self.idle.keys().find(|agent| able(agent))) {
                return Err(format!("work-conserving: {agent} is ready, and {id} waits for her"));
            }
        }
        Ok(())
    }
}

impl Waiting {
    fn lane(&self) -> Option<&Lane> {
        self.flow.lanes.get(self.lane)
    }

    fn key(&self, id: CallId) -> (bool, bool, Timestamp, CallId) {
        (!self.urgent, self.calling, self.deadline, id)
    }

    /// In line from now on.
    fn waits(&mut self, now: Timestamp) {
        self.state = State::Free;
        self.until = now + self.lane().map_or(crate::vocab::Span::ZERO, |lane| lane.max_wait);
    }

    /// It is in nobody's line; but somebody is offered it, of whatever tier.
    fn consulted(&mut self, step: &ConsultStep) {
        match step {
            ConsultStep::Began { lane, deadline, until, .. } => {
                self.before = Some((self.lane, self.deadline, self.tier));
                self.lane = self.flow.lanes.iter().position(|l| l.id == *lane).unwrap_or_default();
                self.tier = self.lane().map_or(0, |lane| lane.serving.len());
                (self.deadline, self.until, self.state) = (*deadline, *until, State::Free);
            }
            ConsultStep::Prolonged { until } => self.until = *until,
            ConsultStep::Accepted { .. } | ConsultStep::Failed(_) => self.state = State::Elsewhere,
            ConsultStep::Ended(_) => {
                self.state = State::Elsewhere;
                if let Some(before) = self.before.take() {
                    (self.lane, self.deadline, self.tier) = before;
                }
            }
            ConsultStep::Completed { .. } => self.before = None,
        }
    }

    /// The tier by which she may take the call now.
    fn tier_of(&self, member: &Member) -> Option<usize> {
        let lane = self.lane()?;
        let able = member.languages.contains(&self.language) && lane.needs.iter().all(|n| member.skills.contains(n));
        let serves = |groups: &[_]| groups.iter().any(|group| member.groups.contains(group));
        let tier = lane.serving.iter().take(self.tier + 1).position(|tier| serves(&tier.groups));
        tier.filter(|_| able)
    }
}
