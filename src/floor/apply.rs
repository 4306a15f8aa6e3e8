//! Applying facts: the only place where the floor's state changes.
//!
//! A fact that does not fit (an unknown id in a damaged journal) changes nothing; the chain has already been checked.

use std::sync::Arc;

use super::Floor;
use super::Parted;
use super::Practice;
use super::acd::agent::Agent;
use super::acd::agent::AgentState;
use super::acd::offer::Offer;
use super::call::Call;
use super::call::Leg;
use super::call::Phase;
use super::call::Place;
use super::call::Side;
use super::effect::Effect;
use super::event::FlowFile;
use super::event::TeamFile;
use super::fact::AgentChange;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::NewItem;
use super::fact::OfferOutcome;
use super::timer::TimerName;
use super::treatment::Opening;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::work::item::Item;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::OutcomeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use crate::vocab::limit::DUPLICATES_KEPT;

/// A party left alone in a room hears its last words within this time, even if the carrier does not ask.
const LEFT_ALONE_MAX: Span = Span::secs(3);
/// After its last words a leg that did not end by itself is hung up.
const LAST_WORDS_MAX: Span = Span::secs(30);

impl Floor {
    /// Changes the state by one fact, decided at `at`.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        self.forget(at);
        match fact {
            Fact::FloorOpened(id) => self.id = Some(id.clone()),
            Fact::FlowLoaded(file) => self.load_flow(file),
            Fact::TeamLoaded(file) => self.load_team(file),
            Fact::CallArrived { .. } => self.call_arrived(at, fact),
            Fact::LegTreated { leg, serial: _, treatment, pushed } => self.leg_treated(at, *leg, treatment, *pushed),
            Fact::InputMissed { call } => self.with_call(*call, |c| c.missed_inputs = c.missed_inputs.saturating_add(1)),
            Fact::LanguageChosen { call, language } => self.replace(*call, |c| c.language = language.clone()),
            Fact::UrgentFlagged { call, crisis } => self.replace(*call, |c| {
                c.urgent = true;
                c.crisis |= *crisis;
            }),
            Fact::Queued { call, .. } => self.queued(at, *call, fact),
            Fact::TierOpened { call, tier } => self.tier_opened(*call, *tier),
            Fact::OfferMade { .. } => self.offer_made(at, fact),
            Fact::OfferAnswered { offer, expires_at } => {
                self.timers.set(TimerName::OfferExpires(*offer), *expires_at);
                if let Some(offer) = self.offers.get_mut(offer) {
                    offer.answered = true;
                }
            }
            Fact::OfferEnded { offer, outcome } => self.offer_ended(at, *offer, *outcome),
            Fact::AgentChanged { agent, to } => self.change_agent(at, agent, to),
            Fact::TalkBegan { call, agent, leg } => self.talk_began(*call, agent, *leg),
            Fact::TalkEnded { call, by, wrap_up_until } => self.talk_ended(at, *call, *by, *wrap_up_until),
            Fact::Transferred { call, agent } => self.separated(at, *call, agent),
            Fact::JoinFailed { call } => self.join_failed(at, *call),
            Fact::CallClosed { call, outcome, .. } => self.call_closed(at, *call, outcome),
            Fact::CallLeft { call, how } => self.call_left(*call, *how),
            Fact::ItemOpened(new) => self.item_opened(at, new),
            Fact::ItemAttempted { item, outcome, due_at, .. } => {
                if let Some(item) = self.items.get_mut(item) {
                    item.attempts = item.attempts.saturating_add(1);
                    item.last_outcome = Some(outcome.clone());
                    item.new.due_at = *due_at;
                }
            }
            Fact::ItemClosed { item, outcome, .. } => self.item_closed(at, *item, outcome),
            Fact::ItemOwned { item, owner } => {
                if let Some(item) = self.items.get_mut(item) {
                    item.new.owner = owner.clone();
                }
            }
            Fact::LegNamed { leg, carrier_call } => self.leg_named(at, *leg, carrier_call),
            Fact::LegUnwanted { leg } => self.leg_unwanted(at, *leg),
            Fact::LegEnded { leg, end } => {
                self.with_leg(*leg, |l| l.ended = Some(*end));
                self.leg_ended(at, *leg);
            }
            Fact::StrangerEnded { carrier_call } => {
                self.strangers.insert(carrier_call.clone());
                self.parted.push_back((at, Parted::Stranger(carrier_call.clone())));
            }
            Fact::EffectSettled { effect } => self.settle(*effect),
        }
    }

    // ---- practices and people ----

    fn load_flow(&mut self, file: &FlowFile) {
        let id = file.flow.practice.clone();
        self.numbers.retain(|_, practice| *practice != id);
        for number in &file.flow.numbers {
            self.numbers.insert(number.clone(), id.clone());
        }
        self.practices.insert(id, Practice { hash: file.hash.clone(), flow: file.flow.clone() });
    }

    fn load_team(&mut self, file: &TeamFile) {
        let team = &file.team;
        self.team_hashes.insert(team.id.clone(), file.hash.clone());
        for member in &team.agents {
            let member = Arc::new(member.clone());
            let state = match self.agents.remove(&member.id) {
                Some(old) => {
                    self.count_agent(&old, false);
                    Agent { member, leaving: false, team: team.id.clone(), ..old }
                }
                None => Agent {
                    team: team.id.clone(),
                    member,
                    state: AgentState::LoggedOut,
                    misses: 0,
                    later: None,
                    leaving: false,
                },
            };
            self.count_agent(&state, true);
            if matches!(state.state, AgentState::Available { .. }) {
                self.stirred.agents.push(state.member.id.clone());
            }
            self.agents.insert(state.member.id.clone(), state);
        }
        let gone = |a: &Agent| a.team == team.id && team.agents.iter().all(|m| m.id != a.member.id);
        let gone: Vec<AgentId> = self.agents.values().filter(|a| gone(a)).map(|a| a.member.id.clone()).collect();
        for id in gone {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.leaving = true;
                if !agent.state.is_busy() {
                    self.remove_agent(&id);
                }
            }
        }
    }

    fn remove_agent(&mut self, id: &AgentId) {
        if let Some(agent) = self.agents.remove(id) {
            self.count_agent(&agent, false);
            self.timers.clear(&TimerName::ReadyAgain(id.clone()));
        }
    }

    /// Adds an agent to, or takes her from, the counts of her groups and the idle.
    fn count_agent(&mut self, agent: &Agent, add: bool) {
        if agent.state.is_signed_in() {
            for group in &agent.member.groups {
                let count = self.signed_in.entry(group.clone()).or_default();
                *count = if add { *count + 1 } else { count.saturating_sub(1) };
                if *count == 0 {
                    self.signed_in.remove(group);
                }
            }
        }
        if let AgentState::Available { since } = agent.state {
            if add {
                self.idle.enter(&agent.member, since);
            } else {
                self.idle.leave(&agent.member, since);
            }
        }
    }

    fn set_agent(&mut self, id: &AgentId, state: AgentState) {
        let Some(mut agent) = self.agents.remove(id) else { return };
        self.count_agent(&agent, false);
        self.timers.clear(&TimerName::ReadyAgain(id.clone()));
        if let AgentState::NotReady { until: Some(until), .. } = &state {
            self.timers.set(TimerName::ReadyAgain(id.clone()), *until);
        }
        if matches!(state, AgentState::Available { .. }) {
            self.stirred.agents.push(id.clone());
        }
        agent.state = state;
        self.count_agent(&agent, true);
        self.agents.insert(id.clone(), agent);
    }

    fn change_agent(&mut self, at: Timestamp, id: &AgentId, to: &AgentChange) {
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
    fn free_agent(&mut self, at: Timestamp, id: &AgentId) {
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
    fn part(&mut self, at: Timestamp, id: &AgentId, leg: LegId) {
        if self.legs.get(&leg).is_some_and(Leg::is_up) {
            self.set_agent(id, AgentState::Parting(leg));
        } else {
            self.free_agent(at, id);
        }
    }

    // ---- calls ----

    fn call_arrived(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::CallArrived { call, leg, practice, flow: _, carrier_call, caller } = fact else { return };
        // A call uses the version that is current at this fact, live and in recovery alike.
        let Some(flow) = self.practices.get(practice).map(|p| p.flow.clone()) else { return };
        self.minted.call = self.minted.call.max(call.0);
        self.ended.inbound += 1;
        let asked = caller.number.clone().map(|number| (practice.clone(), number));
        let repeat = asked.is_some_and(|key| self.requests.contains_key(&key));
        let language = flow.default_language().clone();
        self.calls.insert(
            *call,
            Call {
                id: *call,
                practice: practice.clone(),
                flow: flow.clone(),
                leg: *leg,
                caller: caller.clone(),
                language,
                arrived: at,
                urgent: false,
                crisis: false,
                self_served: false,
                repeat,
                missed_inputs: 0,
                phase: Phase::Menu,
                place: None,
                round: 0,
                closed: None,
            },
        );
        self.add_leg(*leg, *call, Side::Caller);
        self.leg_named(at, *leg, carrier_call);
    }

    fn with_call(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.get_mut(&id) {
            change(call);
        }
    }

    /// Changes a call that may stand in the order; its place is taken anew.
    fn replace(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        self.leave_queue(id);
        self.with_call(id, change);
        self.enter_queue(id);
    }

    fn enter_queue(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let (Some(place), Some(lane), true) = (&call.place, call.lane(), call.is_queued()) else { return };
        self.waiting.enter(call, place, lane);
        match call.phase {
            Phase::Waiting => self.stirred.calls.push(id),
            _ => self.waiting.reserve(call, place, lane),
        }
    }

    fn leave_queue(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        if let (Some(place), Some(lane), true) = (&call.place, call.lane(), call.is_queued()) {
            self.waiting.leave(call, place, lane);
        }
    }

    fn queued(&mut self, at: Timestamp, id: CallId, fact: &Fact) {
        let Fact::Queued { lane, arrived, deadline, head_starts, .. } = fact else { return };
        self.leave_queue(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let since = call.place.as_ref().map_or(at, |p| p.since);
        call.phase = Phase::Waiting;
        call.place = Some(Place {
            lane: lane.clone(),
            arrived: *arrived,
            deadline: *deadline,
            head_starts: head_starts.clone(),
            since,
            tier: 0,
        });
        let tiers = call.lane().map_or(&[][..], |lane| &lane.serving);
        let open = tiers.iter().filter(|tier| since + tier.after <= at).count().max(1) - 1;
        if let Some(place) = &mut call.place {
            place.tier = u8::try_from(open).unwrap_or(u8::MAX);
        }
        self.enter_queue(id);
        self.set_wait_timers(at, id);
    }

    fn set_wait_timers(&mut self, at: Timestamp, id: CallId) {
        self.clear_wait_timers(id);
        let Some((place, lane)) = self.calls.get(&id).and_then(|c| Some((c.place.as_ref()?, c.lane()?))) else { return };
        self.timers.set(TimerName::WaitTooLong(id), at + lane.max_wait);
        if let Some(tier) = lane.serving.get(usize::from(place.tier) + 1) {
            self.timers.set(TimerName::TierOpens(id), place.since + tier.after);
        }
    }

    fn clear_wait_timers(&mut self, id: CallId) {
        self.timers.clear(&TimerName::WaitTooLong(id));
        self.timers.clear(&TimerName::TierOpens(id));
    }

    fn tier_opened(&mut self, id: CallId, tier: u8) {
        self.replace(id, |call| {
            if let Some(place) = &mut call.place {
                place.tier = tier;
            }
        });
        self.timers.clear(&TimerName::TierOpens(id));
        let Some((place, lane)) = self.calls.get(&id).and_then(|c| Some((c.place.as_ref()?, c.lane()?))) else { return };
        if let Some(next) = lane.serving.get(usize::from(tier) + 1) {
            self.timers.set(TimerName::TierOpens(id), place.since + next.after);
        }
    }

    // ---- offers and conversations ----

    fn offer_made(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::OfferMade { offer, call, agent, leg, expires_at, .. } = fact else { return };
        self.minted.offer = self.minted.offer.max(offer.0);
        let made = Offer { id: *offer, call: *call, agent: agent.clone(), leg: *leg, made_at: at, answered: false };
        self.offers.insert(*offer, made);
        self.replace(*call, |c| c.phase = Phase::Offered(*offer));
        self.set_agent(agent, AgentState::Offered(*offer));
        self.timers.set(TimerName::OfferExpires(*offer), *expires_at);
        self.add_leg(*leg, *call, Side::Agent { agent: agent.clone(), offer: *offer });
        let (Some(call), Some(agent)) = (self.calls.get(call), self.agents.get(agent)) else { return };
        let dial = Effect::Dial {
            leg: *leg,
            offer: *offer,
            to: agent.member.address.clone(),
            from: call.flow.numbers.first().cloned().unwrap_or_default(),
            ring: call.flow.offers.ring,
            since: at,
        };
        let dial = self.put(dial);
        self.with_leg(*leg, |l| l.dial = Some(dial));
    }

    fn offer_ended(&mut self, at: Timestamp, id: OfferId, outcome: OfferOutcome) {
        self.timers.clear(&TimerName::OfferExpires(id));
        let Some(offer) = self.offers.remove(&id) else { return };
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            match outcome {
                OfferOutcome::Accepted | OfferOutcome::Declined => agent.misses = 0,
                OfferOutcome::NotAnswered => agent.misses = agent.misses.saturating_add(1),
                OfferOutcome::Withdrawn | OfferOutcome::Unreachable => {}
            }
        }
        if outcome == OfferOutcome::Accepted {
            return;
        }
        self.free_agent(at, &offer.agent);
        if self.calls.get(&offer.call).is_some_and(|c| c.phase == Phase::Offered(id)) {
            self.replace(offer.call, |c| c.phase = Phase::Waiting);
        }
    }

    fn talk_began(&mut self, id: CallId, agent: &AgentId, leg: LegId) {
        self.leave_queue(id);
        self.clear_wait_timers(id);
        self.with_call(id, |call| {
            call.phase = Phase::Talking { agent: agent.clone(), leg };
            call.round += 1;
        });
        self.set_agent(agent, AgentState::Talking(id));
    }

    fn talk_ended(&mut self, at: Timestamp, id: CallId, by: Party, wrap_up_until: Option<Timestamp>) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Phase::Talking { agent, leg } = call.phase.clone() else { return };
        let other = if by == Party::Caller { leg } else { call.leg };
        match wrap_up_until {
            Some(until) => {
                call.phase = Phase::WrapUp { agent: agent.clone(), leg };
                self.timers.set(TimerName::WrapUpLimit(id), until);
                self.set_agent(&agent, AgentState::WrapUp(id));
            }
            None => {
                self.calls.remove(&id);
                self.ended.answered += 1;
                self.part(at, &agent, leg);
            }
        }
        if self.legs.get(&other).is_some_and(Leg::is_up) {
            self.timers.set(TimerName::LegLingers(other), at + LEFT_ALONE_MAX);
        }
    }

    /// A transfer: the agent's part is over, the call goes on (its new place follows as `Queued`).
    fn separated(&mut self, at: Timestamp, id: CallId, agent: &AgentId) {
        let Some(Phase::Talking { leg, .. }) = self.calls.get(&id).map(|c| c.phase.clone()) else { return };
        self.with_call(id, |call| call.phase = Phase::Menu);
        self.part(at, agent, leg);
        self.timers.set(TimerName::LegLingers(leg), at + LEFT_ALONE_MAX);
    }

    fn join_failed(&mut self, at: Timestamp, id: CallId) {
        let Some(Phase::Talking { agent, leg }) = self.calls.get(&id).map(|c| c.phase.clone()) else { return };
        self.with_call(id, |call| call.phase = Phase::Waiting);
        self.enter_queue(id);
        self.set_wait_timers(at, id);
        self.part(at, &agent, leg);
    }

    // ---- ends ----

    fn call_closed(&mut self, at: Timestamp, id: CallId, outcome: &OutcomeId) {
        match self.calls.get(&id).map(|c| c.phase.clone()) {
            Some(Phase::Talking { .. }) => self.with_call(id, |call| call.closed = Some(outcome.clone())),
            Some(Phase::WrapUp { agent, leg }) => {
                self.calls.remove(&id);
                self.ended.answered += 1;
                self.timers.clear(&TimerName::WrapUpLimit(id));
                self.part(at, &agent, leg);
            }
            Some(Phase::NoteOwed { .. }) => {
                self.calls.remove(&id);
                self.ended.answered += 1;
                self.note_owed = self.note_owed.saturating_sub(1);
            }
            Some(Phase::Menu | Phase::Waiting | Phase::Offered(_)) | None => {}
        }
    }

    fn call_left(&mut self, id: CallId, how: Left) {
        self.leave_queue(id);
        self.clear_wait_timers(id);
        if self.calls.remove(&id).is_none() {
            return;
        }
        match how {
            Left::Declined => self.ended.declined += 1,
            Left::SelfServed => self.ended.self_served += 1,
            Left::Abandoned | Left::Missed | Left::Callback => self.ended.items += 1,
        }
    }

    fn item_opened(&mut self, at: Timestamp, new: &NewItem) {
        self.minted.item = self.minted.item.max(new.item.0);
        let Some(flow) = self.practices.get(&new.practice).map(|p| p.flow.clone()) else { return };
        let flow = self.calls.get(&new.call).map_or(flow, |call| call.flow.clone());
        if new.kind == ItemKind::NoteOwed
            && let Some(Phase::WrapUp { agent, leg }) = self.calls.get(&new.call).map(|c| c.phase.clone())
        {
            self.timers.clear(&TimerName::WrapUpLimit(new.call));
            self.with_call(new.call, |c| c.phase = Phase::NoteOwed { agent: agent.clone(), item: new.item });
            self.note_owed += 1;
            self.part(at, &agent, leg);
        } else if let Some(number) = &new.caller.number {
            self.requests.entry((new.practice.clone(), number.clone())).or_default().insert(new.item);
        }
        let item =
            Item { new: new.clone(), flow, opened_at: at, attempts: 0, last_outcome: None, closed: None };
        self.items.insert(new.item, item);
    }

    fn item_closed(&mut self, at: Timestamp, id: crate::vocab::ItemId, outcome: &OutcomeId) {
        let Some(item) = self.items.get_mut(&id) else { return };
        item.closed = Some(outcome.clone());
        self.parted.push_back((at, Parted::Item(id)));
        let Some(number) = item.new.caller.number.clone() else { return };
        let key = (item.new.practice.clone(), number);
        if let Some(open) = self.requests.get_mut(&key) {
            open.remove(&id);
            if open.is_empty() {
                self.requests.remove(&key);
            }
        }
    }

    // ---- legs and effects ----

    fn add_leg(&mut self, id: LegId, call: CallId, side: Side) {
        self.minted.leg = self.minted.leg.max(id.0);
        let Some(flow) = self.calls.get(&call).map(|c| c.flow.clone()) else { return };
        let leg = Leg {
            id,
            call,
            flow,
            side,
            carrier_call: None,
            given: Vec::new(),
            ended: None,
            unwanted: false,
            dial: None,
            push: None,
            hang_up: None,
        };
        self.legs.insert(id, leg);
    }

    fn with_leg(&mut self, id: LegId, change: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.get_mut(&id) {
            change(leg);
        }
    }

    fn leg_treated(&mut self, at: Timestamp, id: LegId, treatment: &Treatment, pushed: bool) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.given.push(Arc::new(treatment.clone()));
        let (serial, up, name, call) = (leg.serial(), leg.is_up(), leg.carrier_call.clone(), leg.call);
        if let Some(superseded) = leg.push.take() {
            self.drop_effect(superseded);
        }
        self.timers.clear(&TimerName::LegLingers(id));
        if !up {
            return;
        }
        if let (true, Some(carrier_call)) = (pushed, name) {
            let push = self.put(Effect::Redirect { leg: id, carrier_call, serial });
            self.with_leg(id, |l| l.push = Some(push));
        }
        match treatment {
            Treatment::Goodbye { .. } => self.timers.set(TimerName::LegLingers(id), at + LAST_WORDS_MAX),
            Treatment::Menu { opening: Opening::Greeting | Opening::Plain, .. } => {
                self.with_call(call, |c| c.missed_inputs = 0);
            }
            Treatment::Announce { words, .. } if words.iter().any(|w| matches!(w, Words::Script(_))) => {
                self.with_call(call, |c| c.self_served = true);
            }
            _ => {}
        }
    }

    fn leg_named(&mut self, at: Timestamp, id: LegId, carrier_call: &CarrierCall) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.carrier_call = Some(carrier_call.clone());
        self.by_carrier.insert(carrier_call.clone(), id);
        let dial = leg.dial.take();
        let parting = matches!(leg.current(), Some(Treatment::Goodbye { .. })); // It ends by itself after its last words.
        let hang_up = leg.unwanted && !parting;
        if let Some(dial) = dial {
            self.drop_effect(dial);
        }
        if hang_up {
            self.leg_unwanted(at, id);
        }
    }

    fn leg_unwanted(&mut self, at: Timestamp, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.unwanted = true;
        let obsolete = [leg.dial.take(), leg.push.take()];
        let hang_up = match (&leg.carrier_call, leg.ended, leg.hang_up) {
            (Some(name), None, None) => Some(Effect::HangUp { leg: id, carrier_call: name.clone() }),
            _ => None,
        };
        if leg.carrier_call.is_none() {
            // Perhaps it was never created; if it was, its name comes with a callback.
            self.parted.push_back((at, Parted::Leg(id)));
        }
        for effect in obsolete.into_iter().flatten() {
            self.drop_effect(effect);
        }
        self.timers.clear(&TimerName::LegLingers(id));
        if let Some(hang_up) = hang_up {
            let effect = self.put(hang_up);
            self.with_leg(id, |l| l.hang_up = Some(effect));
        }
    }

    fn leg_ended(&mut self, at: Timestamp, id: LegId) {
        self.timers.clear(&TimerName::LegLingers(id));
        self.parted.push_back((at, Parted::Leg(id)));
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let side = leg.side.clone();
        for effect in [leg.dial.take(), leg.push.take(), leg.hang_up.take()].into_iter().flatten() {
            self.drop_effect(effect);
        }
        if let Side::Agent { agent, .. } = side {
            if self.agents.get(&agent).is_some_and(|a| a.state == AgentState::Parting(id)) {
                self.free_agent(at, &agent);
            }
        }
    }

    fn put(&mut self, effect: Effect) -> EffectId {
        self.minted.effect += 1;
        let id = EffectId(self.minted.effect);
        self.effects.insert(id, effect);
        self.fresh.push(id);
        id
    }

    fn drop_effect(&mut self, id: EffectId) -> Option<Effect> {
        self.settled.push(id);
        self.effects.remove(&id)
    }

    fn settle(&mut self, id: EffectId) {
        let Some(effect) = self.drop_effect(id) else { return };
        let (Effect::Dial { leg, .. } | Effect::Redirect { leg, .. } | Effect::HangUp { leg, .. }) = effect;
        self.with_leg(leg, |l| {
            for slot in [&mut l.dial, &mut l.push, &mut l.hang_up] {
                if *slot == Some(id) {
                    *slot = None;
                }
            }
        });
    }

    /// Drops what was kept for late duplicates long enough. It depends on the facts' times only, so recovery agrees.
    fn forget(&mut self, at: Timestamp) {
        while let Some((parted_at, _)) = self.parted.front()
            && *parted_at + DUPLICATES_KEPT <= at
        {
            match self.parted.pop_front() {
                Some((_, Parted::Leg(id))) => {
                    if let Some(name) = self.legs.remove(&id).and_then(|leg| leg.carrier_call) {
                        self.by_carrier.remove(&name);
                    }
                }
                Some((_, Parted::Item(id))) => {
                    self.items.remove(&id);
                }
                Some((_, Parted::Stranger(name))) => {
                    self.strangers.remove(&name);
                }
                None => break,
            }
        }
    }
}
