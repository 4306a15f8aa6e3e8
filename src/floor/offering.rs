//! Offering: calls to agents and agents to calls, and the life of each offer.

use super::acd::agent::Agent;
use super::acd::agent::AgentState;
use super::acd::offer::CARRIER_SLACK;
use super::call::Call;
use super::effect::Oddity;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::fact::agent::AgentChange;
use super::fact::agent::NotReady;
use super::fact::why::Why;
use super::hours;
use super::softphone::RINGS_WITHIN;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Exit;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// The whisper's key for "this is urgent": the one by which callers reach the clinic in the demo.
const FLAGS: char = '5';

impl Turn<'_> {
    /// Matches whoever became free in this turn. Calls first: an agent who just missed a call must not get it again
    /// while another is idle.
    pub(super) fn distribute(&mut self) {
        let mut calls = std::mem::take(&mut self.floor.stirred.calls);
        calls.sort_unstable();
        calls.dedup();
        for call in calls.iter().copied() {
            // The agent found for this call may have to take an earlier one first.
            while let Some(agent) = self.agent_for(call) {
                let Some((first, why)) = self.floor.call_for(&agent.0) else { break };
                let why = if first == call { agent.1 } else { why };
                self.offer(first, agent.0, why);
                if first == call {
                    break;
                }
            }
        }
        for agent in std::mem::take(&mut self.floor.stirred.agents) {
            if let Some((call, why)) = self.floor.call_for(&agent) {
                self.offer(call, agent, why);
            }
        }
        self.climb(calls);
        // Matching takes places away and makes none, so nothing is stirred anew.
        self.floor.stirred.calls.clear();
    }

    fn agent_for(&self, call: CallId) -> Option<(AgentId, Why)> {
        self.floor.agent_for(self.call(call).filter(|_| self.floor.is_waiting(call))?)
    }

    fn offer(&mut self, call: CallId, agent: AgentId, why: Why) {
        let Some(rules) = self.call(call).map(|c| c.flow.offers) else { return };
        self.make_offer(call, agent, rules.ring, why);
    }

    pub(super) fn make_offer(&mut self, call: CallId, agent: AgentId, ring: Span, why: Why) {
        let (offer, leg) = (self.next_offer(), self.next_leg());
        let softphone = self.floor.agents.get(&agent).is_some_and(|agent| agent.softphone.rings());
        let expires_at = self.now + if softphone { RINGS_WITHIN } else { ring };
        self.fact(Fact::OfferMade { offer, call, agent, leg, expires_at, why: Box::new(why) });
    }

    /// Her phone was picked up: the whisper, or an excuse if the lease is over.
    pub(super) fn whisper(&mut self, leg: LegId, offer: OfferId) {
        let Some(language) = self.floor.legs.get(&leg).map(|l| l.flow.default_language().clone()) else { return };
        let live = self.floor.offers.get(&offer).map(|o| (o.call, o.agent.clone()));
        let Some((call, agent)) = live.and_then(|(id, agent)| Some((self.call(id)?, agent))) else {
            self.odd(Oddity::LateAnswer);
            return self.say_goodbye(leg, vec![Words::Phrase(Phrase::OfferGone)], language);
        };
        let Some(place) = call.sought_place() else { return };
        let first = call.agent().and_then(|first| self.floor.agents.get(first));
        let from = first.map(|first| first.member.name.clone());
        let names_practice = self.serves_several(&agent);
        let whisper = Treatment::Whisper {
            lane: place.lane.clone(),
            caller_language: call.language.clone(),
            language,
            waited: self.now - place.since,
            urgent: call.urgent,
            repeat: call.repeat,
            standing: call.details.standing,
            promised: self.floor.requests_of(call).promised(call),
            backline: call.details.backline,
            names_practice,
            from,
            attempt: call.calling.and_then(|calling| {
                let attempts_max = self.floor.items.get(&calling.item)?.rhythm().attempts_max();
                Some((calling.number, attempts_max))
            }),
        };
        let expires_at = self.now + whisper.said_within() + call.flow.offers.accept + CARRIER_SLACK;
        self.fact(Fact::OfferAnswered { offer, expires_at });
        self.treat(leg, whisper);
    }

    /// May calls of more than one practice be rung to her?
    fn serves_several(&self, agent: &AgentId) -> bool {
        let Some(groups) = self.floor.agents.get(agent).map(|agent| &agent.member.groups) else { return false };
        let hers = |lane: &Lane| lane.serving.iter().flat_map(|tier| &tier.groups).any(|group| groups.contains(group));
        self.floor.practices.values().filter(|practice| practice.flow.lanes.iter().any(hers)).nth(1).is_some()
    }

    /// The whisper's keys: 1 accepts, 2 is with a patient, 5 says that it is urgent; nothing is a miss; any other key
    /// hears it again.
    pub(super) fn whisper_ended(&mut self, leg: LegId, input: &Input) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let super::call::Side::Agent { offer, agent } = found.side.clone() else { return };
        let language = found.flow.default_language().clone();
        let say = |phrase| {
            let (words, language) = (vec![Words::Phrase(phrase)], language.clone());
            Treatment::Goodbye { words, language, listens: false }
        };
        if !self.floor.offers.contains_key(&offer) {
            self.odd(Oddity::LateAnswer);
            return self.treat(leg, say(Phrase::OfferGone));
        }
        let key = if let Input::Keys(keys) = input { keys.chars().next() } else { None };
        match key {
            Some('1') => self.accept(offer),
            Some('2') => {
                let rest = self.floor.legs.get(&leg).map(|l| l.flow.offers.with_a_patient).unwrap_or_default();
                self.treat(leg, say(Phrase::OfferDeclined));
                let on_call = self.is_on_call(offer);
                self.end_offer(offer, OfferOutcome::Declined);
                if on_call {
                    // The next rung is rung; being on call goes on.
                    return;
                }
                let to = AgentChange::NotReady { reason: NotReady::WithAPatient, until: Some(self.now + rest) };
                self.fact(Fact::AgentChanged { agent, to });
            }
            Some(FLAGS) if self.is_of_an_attempt(offer) => self.whisper(leg, offer),
            Some(FLAGS) if self.may_be_flagged(offer) => {
                self.treat(leg, say(Phrase::OfferFlagged));
                if let Some(call) = self.floor.offers.get(&offer).map(|o| o.call) {
                    self.flag_waiting(call, false, FlaggedBy::Agent(agent));
                }
            }
            None => {
                self.treat(leg, say(Phrase::OfferMissed));
                self.end_offer(offer, OfferOutcome::NotAnswered);
            }
            Some(_) => self.whisper(leg, offer),
        }
    }

    /// A call that is not urgent yet, and nobody's: whoever asks a colleague to take hers over flags it herself.
    fn may_be_flagged(&self, offer: OfferId) -> bool {
        let offer = self.floor.offers.get(&offer).filter(|offer| !offer.warm);
        offer.and_then(|offer| self.call(offer.call)).is_some_and(|call| !call.urgent)
    }

    /// Nobody is on the line whom she could flag.
    fn is_of_an_attempt(&self, offer: OfferId) -> bool {
        self.floor.offers.get(&offer).and_then(|offer| self.call(offer.call)).is_some_and(Call::is_calling)
    }

    pub(super) fn is_on_call(&self, offer: OfferId) -> bool {
        self.floor.offers.get(&offer).is_some_and(|o| o.on_call)
    }

    /// Compare-and-set on the lease: both go to one room.
    fn accept(&mut self, offer: OfferId) {
        let Some(o) = self.floor.offers.get(&offer).cloned() else { return };
        if o.warm {
            self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::Accepted });
            return self.consult_accepted(o.call, o.agent, o.leg);
        }
        let Some(call) = self.call(o.call) else { return };
        let is_calling = call.is_calling();
        if !self.may_call_patient(call) {
            return self.attempt_too_late(offer, o.call, o.leg);
        }
        let (caller_leg, language, recorded) = (call.leg, call.language.clone(), call.may_be_taped());
        let staff_language = call.flow.default_language().clone();
        let round = call.round + 1;
        let others: Vec<OfferId> = call.offers().filter(|other| *other != offer).collect();
        self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::Accepted });
        self.fact(Fact::TalkBegan { call: o.call, agent: o.agent, leg: o.leg });
        if is_calling {
            return self.call_patient(o.call, o.leg);
        }
        let room = |party, language, recorded| Treatment::Connected {
            call: o.call,
            round,
            party,
            language,
            recorded,
            called: false,
        };
        self.treat(o.leg, room(Party::Agent, staff_language, false));
        self.treat(caller_leg, room(Party::Caller, language, recorded));
        others.into_iter().for_each(|other| self.taken_elsewhere(other));
    }

    /// Another phone was quicker: who listens to the whisper hears it, and a phone that rings goes quiet.
    pub(super) fn taken_elsewhere(&mut self, offer: OfferId) {
        if let Some(leg) = self.floor.offers.get(&offer).filter(|offer| offer.answered).map(|offer| offer.leg) {
            self.last_words(leg, Phrase::OfferGone);
        }
        self.end_offer(offer, OfferOutcome::Withdrawn);
    }

    /// Ends a lease other than by accepting; the assistant's leg is let go.
    pub(super) fn end_offer(&mut self, offer: OfferId, outcome: OfferOutcome) {
        let Some(o) = self.floor.offers.get(&offer).cloned() else { return };
        self.fact(Fact::OfferEnded { offer, outcome });
        let parting = self.floor.legs.get(&o.leg).is_some_and(|leg| {
            matches!(leg.current(), Some(Treatment::Goodbye { .. })) // It ends by itself after its last words.
        });
        if self.is_up(o.leg) && !parting {
            self.fact(Fact::LegUnwanted { leg: o.leg });
        }
        let limit = self.floor.legs.get(&o.leg).map_or(u8::MAX, |leg| leg.flow.offers.misses);
        let ready = |a: &Agent| matches!(a.state, AgentState::Available { .. } | AgentState::Parting(_));
        let missed = self.floor.agents.get(&o.agent).is_some_and(|a| a.misses >= limit && ready(a));
        if outcome == OfferOutcome::NotAnswered && missed && !o.on_call {
            self.set_not_ready(o.agent, NotReady::MissedOffers);
        }
        let overran = |call: &Call| call.overran && call.is_queued();
        let overran = outcome != OfferOutcome::Withdrawn && self.call(o.call).is_some_and(overran);
        if overran && self.heard_until(o.call).is_none() {
            // It was still there for her only.
            self.exit_by_timeout(o.call);
        }
    }

    /// The lease is over by time. A phone that never rang as far as we know is no miss.
    pub(super) fn offer_expired(&mut self, offer: OfferId) {
        if self.floor.offers.get(&offer).is_some_and(|o| o.softphone && !o.rung && !o.answered) {
            return self.softphone_missed(offer, OfferOutcome::Withdrawn);
        }
        let leg = self.floor.offers.get(&offer).and_then(|o| self.floor.legs.get(&o.leg));
        let rang = leg.is_some_and(|leg| leg.carrier_call.is_some());
        self.end_offer(offer, if rang { OfferOutcome::NotAnswered } else { OfferOutcome::Withdrawn });
    }

    pub(super) fn tier_opens(&mut self, call: CallId) {
        let tier = self.call(call).and_then(|c| c.place.as_ref()).map_or(0, |p| p.tier.saturating_add(1));
        self.fact(Fact::TierOpened { call, tier });
    }

    /// The longest wait is over. A call of which somebody is just being told is not torn from her hand.
    pub(super) fn waited_too_long(&mut self, id: CallId) {
        if let Some(until) = self.heard_until(id).filter(|until| *until > self.now) {
            return self.fact(Fact::WaitOverrun { call: id, until });
        }
        self.exit_by_timeout(id);
    }

    /// When the last lease of those who listen to this call's whisper ends.
    fn heard_until(&self, id: CallId) -> Option<Timestamp> {
        let heard = |offer: &OfferId| self.floor.offers.get(offer).is_some_and(|offer| offer.answered);
        let heard = self.call(id)?.offers().filter(heard);
        heard.filter_map(|offer| self.floor.timers.at(&TimerName::OfferExpires(offer))).max()
    }

    fn exit_by_timeout(&mut self, id: CallId) {
        if self.call(id).is_some_and(Call::is_calling) {
            return self.withdraw_attempt(id);
        }
        let exit = self.call(id).and_then(|c| c.lane()).map(|lane| lane.exits.timeout.clone());
        self.leave_by(id, exit.unwrap_or(Exit::Callback), Phrase::NobodyFree);
    }

    /// The last assistant of a lane signed out, at once or after her call: nobody would come.
    pub(super) fn leave_unstaffed_lanes(&mut self) {
        if !std::mem::take(&mut self.floor.stirred.unstaffed) {
            return;
        }
        let waiting: Vec<CallId> = self.floor.board.in_order().map(|key| key.call).collect();
        for id in waiting {
            let call = self.call(id).filter(|call| !call.is_calling());
            let call = call.and_then(|call| Some((&call.flow, call.lane()?)));
            let climbs = self.call(id).is_some_and(|call| self.floor.ladder_of(call).is_some());
            let exit = call.filter(|_| !climbs).and_then(|(flow, lane)| self.way_out(flow, lane, true)).cloned();
            if let Some(exit) = exit {
                self.leave_by(id, exit, Phrase::NobodyFree);
            }
        }
    }

    /// Where a call goes that this lane does not take now; nothing if it does. The hours decide for calls that come:
    /// who waits already, or is handed on by an assistant, is served while anybody is signed in.
    pub(super) fn way_out<'l>(&self, flow: &Flow, lane: &'l Lane, waits: bool) -> Option<&'l Exit> {
        let staffed = self.floor.is_staffed(lane);
        match lane.exits.closed.as_ref().filter(|_| !hours::is_open(flow, self.now)) {
            Some(closed) if !(waits && staffed) => Some(closed),
            _ if staffed => None,
            _ => Some(&lane.exits.no_agent),
        }
    }

    pub(super) fn leave_by(&mut self, id: CallId, exit: Exit, words: Phrase) {
        match exit {
            Exit::Callback => {
                let closed = if words == Phrase::NobodyFree { self.closed_words(id) } else { None };
                let words = if closed.is_some() { Phrase::CallbackNoted } else { words };
                self.leave_saying(id, ItemKind::Missed, Left::Missed, closed.into_iter().collect(), words);
            }
            Exit::Voicemail => self.send_to_mailbox(id, words),
            Exit::Lane(lane) => {
                self.withdraw_offers_of(id);
                self.enter_lane(id, lane, Route::Overflow);
            }
        }
    }

    /// Why nobody answers, for a call to a lane that closes with the practice.
    pub(super) fn closed_words(&self, id: CallId) -> Option<Words> {
        let call = self.call(id)?;
        call.lane()?.exits.closed.as_ref()?;
        hours::closed_words(&call.flow, self.now)
    }
}
