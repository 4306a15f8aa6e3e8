//! Offers and conversations: an agent's part in a call begins, and ends.

use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::offer::Offer;
use crate::floor::call::Leg;
use crate::floor::call::Phase;
use crate::floor::call::Side;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::floor::fact::OfferOutcome;
use crate::floor::ledger::Account;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A party left alone in a room hears its last words within this time, even if the carrier does not ask.
pub(super) const LEFT_ALONE_MAX: Span = Span::secs(1);

impl Floor {
    pub(super) fn offer_made(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::OfferMade { offer, call, agent, leg, expires_at, why } = fact else { return };
        self.minted.offer = self.minted.offer.max(offer.0);
        let on_call = why.rung.is_some();
        let softphone = self.agents.get(agent).is_some_and(|agent| agent.softphone.rings());
        let made = Offer {
            id: *offer,
            call: *call,
            agent: agent.clone(),
            leg: *leg,
            made_at: at,
            answered: false,
            on_call,
            warm: why.consult.is_some(),
            softphone,
            rung: false,
        };
        self.offers.insert(*offer, made);
        match why.rung {
            Some(rung) => {
                self.page_began(*call, *offer, rung);
                self.remember_state(agent);
            }
            None if why.consult.is_some() => self.consult_rung(*call, Some(*offer)),
            None => self.set_queued_phase(*call, Phase::Offered(*offer)),
        }
        if why.consult.is_none() {
            self.with_call(*call, |call| call.served_since = Some(at));
        }
        self.set_agent(agent, AgentState::Offered(*offer));
        self.timers.set(TimerName::OfferExpires(*offer), *expires_at);
        self.add_leg(*leg, *call, Side::Agent { agent: agent.clone(), offer: *offer });
        let (Some(call), Some(agent)) = (self.calls.get(call), self.agents.get(agent)) else { return };
        let dial = Effect::Dial {
            leg: *leg,
            offer: *offer,
            to: if softphone { Effect::softphone(&agent.member.id) } else { agent.member.address.clone() },
            from: call.flow.numbers.first().cloned().unwrap_or_default(),
            ring: *expires_at - at,
            since: at,
        };
        let dial = self.put(dial);
        self.with_leg(*leg, |l| l.dial = Some(dial));
    }

    pub(super) fn offer_answered(&mut self, id: OfferId, expires_at: Timestamp) {
        self.timers.set(TimerName::OfferExpires(id), expires_at);
        if let Some(offer) = self.offers.get_mut(&id) {
            offer.answered = true;
        }
    }

    pub(super) fn offer_ended(&mut self, at: Timestamp, id: OfferId, outcome: OfferOutcome) {
        self.timers.clear(&TimerName::OfferExpires(id));
        let Some(offer) = self.offers.remove(&id) else { return };
        if let Some(agent) = self.agents.get_mut(&offer.agent) {
            match outcome {
                OfferOutcome::Accepted | OfferOutcome::Declined => agent.misses = 0,
                OfferOutcome::NotAnswered if offer.on_call => {}
                OfferOutcome::NotAnswered => agent.misses = agent.misses.saturating_add(1),
                OfferOutcome::Withdrawn | OfferOutcome::Unreachable => {}
            }
        }
        self.page_ended(offer.call, id);
        if outcome == OfferOutcome::Accepted {
            return;
        }
        // Her phone may still ring or speak: a call offered now would find it busy. A leg without a name was perhaps
        // never created, and nothing would tell of its end.
        if self.legs.get(&offer.leg).is_some_and(|leg| leg.carrier_call.is_some()) {
            self.part(at, &offer.agent, offer.leg);
        } else {
            self.free_agent(at, &offer.agent);
        }
        if offer.warm {
            self.consult_rung(offer.call, None);
        }
        if self.calls.get(&offer.call).is_some_and(|c| c.phase == Phase::Offered(id)) {
            self.set_queued_phase(offer.call, Phase::Waiting);
        }
    }

    pub(super) fn talk_began(&mut self, id: CallId, agent: &AgentId, leg: LegId) {
        self.leave_queue(id);
        self.clear_wait_timers(id);
        self.with_call(id, |call| {
            call.phase = Phase::Talking { agent: agent.clone(), leg };
            call.round += 1;
        });
        self.set_agent(agent, AgentState::Talking(id));
    }

    pub(super) fn talk_ended(&mut self, at: Timestamp, id: CallId, wrap_up_until: Option<Timestamp>) {
        self.tape_over(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Phase::Talking { agent, leg } = call.phase.clone() else { return };
        // Both: whoever left first should be gone, but the carrier's word of it may be lost.
        let parties = [leg, call.leg];
        match wrap_up_until {
            Some(until) => {
                call.phase = Phase::WrapUp { agent: agent.clone(), leg };
                self.timers.set(TimerName::WrapUpLimit(id), until);
                self.set_agent(&agent, AgentState::WrapUp(id));
            }
            None => {
                self.note_service(at, id);
                self.account_for(at, id, Account::Answered);
                self.part(at, &agent, leg);
            }
        }
        self.supervisor_lingers(at, id);
        for party in parties {
            if self.legs.get(&party).is_some_and(Leg::is_up) {
                self.timers.set(TimerName::LegLingers(party), at + LEFT_ALONE_MAX);
            }
        }
    }

    /// An assistant is done with the call: so long it kept her.
    pub(super) fn note_service(&mut self, at: Timestamp, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if let (Some(since), Some(place)) = (call.served_since.take(), &call.place) {
            self.service.entry((call.practice.clone(), place.lane.clone())).or_default().note(at - since);
        }
    }

    /// A transfer: the agent's part is over, the call goes on (its new place follows as `Queued`).
    pub(super) fn separated(&mut self, at: Timestamp, id: CallId, agent: &AgentId) {
        let Some(Phase::Talking { leg, .. }) = self.calls.get(&id).map(|c| c.phase.clone()) else { return };
        self.tape_over(id);
        self.note_service(at, id);
        self.with_call(id, |call| {
            call.phase = Phase::Menu;
            // Flagged after an outcome was written: whoever takes the call next writes another.
            call.closed = None;
        });
        self.part(at, agent, leg);
        if self.legs.get(&leg).is_some_and(Leg::is_up) {
            self.timers.set(TimerName::LegLingers(leg), at + LEFT_ALONE_MAX);
        }
        self.supervisor_lingers(at, id);
    }

    pub(super) fn join_failed(&mut self, at: Timestamp, id: CallId) {
        let Some(Phase::Talking { agent, leg }) = self.calls.get(&id).map(|c| c.phase.clone()) else { return };
        self.tape_over(id);
        self.with_call(id, |call| {
            call.phase = Phase::Waiting;
            // Whatever was written, they never spoke.
            call.closed = None;
            call.failed_joins = call.failed_joins.saturating_add(1);
        });
        self.enter_queue(id);
        self.set_wait_timers(at, id);
        self.part(at, &agent, leg);
        self.supervisor_lingers(at, id);
    }
}
