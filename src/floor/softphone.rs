//! Softphones: an assistant's phone in a browser, and whether anybody could hear her there.
//!
//! A page proves itself by answering round trips through its sound. While it does, she is rung there and not at her
//! phone. A ring that it does not acknowledge goes on to the next; a page that falls silent makes her not ready; a line
//! that breaks off in a conversation has some seconds to come back, then its patient is first in line.

use super::acd::agent::AgentState;
use super::acd::agent::Softphone;
use super::call::Leg;
use super::call::Phase;
use super::call::Side;
use super::event::LegEnd;
use super::fact::Fact;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::fact::agent::AgentChange;
use super::fact::agent::NotReady;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A softphone says within this time that it rings.
pub(super) const RINGS_WITHIN: Span = Span::secs(2);
/// A page that has not answered for two seconds is told of here; after so many more it was silent for six.
const SILENT_MAX: Span = Span::secs(4);
/// A line that broke off in a conversation comes back within this time.
const BACK_WITHIN: Span = Span::secs(10);
/// Who was made not ready by a silent softphone is ready again if it answers within this time; later nobody knows
/// whether she still sits there.
const READY_AGAIN_WITHIN: Span = Span::mins(2);

impl Turn<'_> {
    /// The softphone answered a round trip.
    pub(super) fn softphone_heard(&mut self, id: AgentId) {
        let Some(agent) = self.floor.agents.get(&id) else { return };
        let before = agent.softphone;
        if before == Softphone::Heard {
            return;
        }
        let waits = matches!(agent.state, AgentState::NotReady { reason: NotReady::SoftphoneSilent, .. });
        self.fact(Fact::SoftphoneHeard { agent: id.clone() });
        let soon = matches!(before, Softphone::Lost(at) if self.now - at <= READY_AGAIN_WITHIN);
        if waits && soon {
            self.fact(Fact::AgentChanged { agent: id, to: AgentChange::Available });
        }
    }

    /// The softphone has not answered lately, or its page is closed.
    pub(super) fn softphone_unheard(&mut self, agent: AgentId) {
        if self.floor.agents.get(&agent).is_some_and(|a| a.softphone == Softphone::Heard) {
            self.fact(Fact::SoftphoneUnheard { agent, until: self.now + SILENT_MAX });
        }
    }

    /// It is silent for too long: she is not ready, whatever she is doing, unless she is signed out.
    // rule: softphone-proven
    pub(super) fn softphone_silent(&mut self, id: AgentId) {
        self.fact(Fact::SoftphoneLost { agent: id.clone() });
        let Some(state) = self.floor.agents.get(&id).map(|agent| agent.state.clone()) else { return };
        let silent = AgentChange::NotReady { reason: NotReady::SoftphoneSilent, until: None };
        match state {
            AgentState::Available { .. } => self.fact(Fact::AgentChanged { agent: id, to: silent }),
            AgentState::Offered(offer) if self.rings_softphone(offer) => {
                self.end_offer(offer, OfferOutcome::Withdrawn);
                self.not_ready_by_softphone(id);
            }
            AgentState::Talking(_) | AgentState::WrapUp(_) => {
                let to = AgentChange::Later(Box::new(silent));
                self.fact(Fact::AgentChanged { agent: id, to });
            }
            AgentState::Offered(_) | AgentState::Parting(_) | AgentState::LoggedOut | AgentState::NotReady { .. } => {}
        }
    }

    fn rings_softphone(&self, offer: OfferId) -> bool {
        self.floor.offers.get(&offer).is_some_and(|offer| offer.softphone)
    }

    /// An offer to her softphone came to nothing because that is not there. Who is only on call stays so.
    pub(super) fn not_ready_by_softphone(&mut self, id: AgentId) {
        let Some(agent) = self.floor.agents.get(&id) else { return };
        let ready =
            matches!(agent.state, AgentState::Available { .. } | AgentState::Parting(_)) && agent.later.is_none();
        if ready {
            self.set_not_ready(id, NotReady::SoftphoneSilent);
        }
    }

    /// The softphone shows that it rings: from now on it rings as long as a phone.
    pub(super) fn softphone_rings(&mut self, leg: LegId) {
        let Some(Side::Agent { offer, .. }) = self.floor.legs.get(&leg).map(|leg| leg.side.clone()) else { return };
        let Some(found) = self.floor.offers.get(&offer).filter(|o| o.softphone && !o.rung && !o.answered) else {
            return;
        };
        let expires_at = self.now + self.ring_time(found.on_call, found.call);
        self.fact(Fact::OfferRung { offer, expires_at });
    }

    fn ring_time(&self, on_call: bool, call: CallId) -> Span {
        let Some(call) = self.call(call) else { return Span::default() };
        let ladder = self.floor.ladder_of(call).filter(|_| on_call);
        ladder.map_or(call.flow.offers.ring, |ladder| ladder.ring)
    }

    /// Nothing came of an offer to a softphone: it did not say in time that it rings, or was not there.
    pub(super) fn softphone_missed(&mut self, offer: OfferId, outcome: OfferOutcome) {
        let Some(agent) = self.floor.offers.get(&offer).map(|offer| offer.agent.clone()) else { return };
        if self.floor.agents.get(&agent).is_some_and(|a| !matches!(a.softphone, Softphone::Lost(_))) {
            self.fact(Fact::SoftphoneLost { agent: agent.clone() });
        }
        self.end_offer(offer, outcome);
        self.not_ready_by_softphone(agent);
    }

    /// A browser's line broke off. In a conversation her patient waits for her a little; everybody else has hung up.
    pub(super) fn line_lost(&mut self, id: LegId) {
        let Some(leg) = self.floor.legs.get(&id).filter(|leg| leg.is_up()) else { return };
        if self.floor.timers.is_set(&TimerName::LineLost(id)) {
            return;
        }
        let talks = self.conversation_of(leg).map(|(call, _)| call);
        if talks.is_none() && !self.is_colleague(leg.call, id) {
            return self.leg_over(id, LegEnd::Completed);
        }
        self.fact(Fact::LineLost { leg: id, until: self.now + BACK_WITHIN });
        if let Some(call) = talks {
            self.hold_for_line(call);
        }
    }

    fn conversation_of(&self, leg: &Leg) -> Option<(CallId, AgentId)> {
        let Side::Agent { agent, .. } = &leg.side else { return None };
        let call = self.call(leg.call)?;
        let hers = matches!(&call.phase, Phase::Talking { leg: talking, .. } if *talking == leg.id);
        hers.then(|| (call.id, agent.clone()))
    }

    /// The patient hears what is going on.
    fn hold_for_line(&mut self, id: CallId) {
        let Some((call, lane)) = self.call(id).and_then(|call| Some((call, call.lane()?.id.clone()))) else { return };
        if call.held.is_some() {
            // On hold she waits for her anyway.
            return;
        }
        let (leg, first) = (call.leg, vec![Words::Phrase(Phrase::LineLost)]);
        let hold = Treatment::Hold { lane, language: call.language.clone(), first, urgent: call.urgent };
        if self.is_up(leg) {
            self.treat(leg, hold);
        }
    }

    /// Her line is back, in the same conversation: so is her patient.
    pub(super) fn line_back(&mut self, id: LegId) {
        if !self.floor.timers.is_set(&TimerName::LineLost(id)) {
            return;
        }
        self.fact(Fact::LineBack { leg: id });
        let Some((call, _)) = self.floor.legs.get(&id).and_then(|leg| self.conversation_of(leg)) else { return };
        let Some(call) = self.call(call).filter(|call| call.held.is_none()) else { return };
        let (leg, language, recorded) = (call.leg, call.language.clone(), call.may_be_taped());
        let (call, round, party) = (call.id, call.round, Party::Caller);
        let room = Treatment::Connected { call, round, party, language, recorded, called: false };
        if self.is_up(leg) {
            self.treat(leg, room);
        }
    }

    /// Her line did not come back: the patient is first in line.
    pub(super) fn line_gone(&mut self, id: LegId) {
        let Some((call, agent)) = self.floor.legs.get(&id).and_then(|leg| self.conversation_of(leg)) else {
            return self.leg_over(id, LegEnd::Completed);
        };
        if self.call(call).is_some_and(|call| call.held.is_some()) {
            self.fact(Fact::LegEnded { leg: id, end: LegEnd::Completed });
            return self.left_on_hold(call, Route::LineLost);
        }
        let (lane, up) = match self.call(call) {
            Some(call) => (call.lane().map(|lane| lane.id.clone()), self.is_up(call.leg)),
            None => (None, false),
        };
        let Some(lane) = lane.filter(|_| up) else { return self.leg_over(id, LegEnd::Completed) };
        self.fact(Fact::Transferred { call, agent });
        self.fact(Fact::LegEnded { leg: id, end: LegEnd::Completed });
        self.enter_lane(call, lane, Route::LineLost);
    }

    /// For a call whose assistant's line was lost: before everybody who waits in the lane.
    pub(super) fn before_all(&self, lane: &crate::vocab::LaneId, deadline: Timestamp) -> Timestamp {
        let waiting = self.floor.board.in_order().filter_map(|key| self.call(key.call)?.place.as_ref());
        let first = waiting.filter(|place| place.lane == *lane).map(|place| place.deadline).min();
        first.map_or(deadline, |first| deadline.min(first - Span(1)))
    }
}
