//! The on-call ladder: an urgent call that nobody of its lane takes is rung to whoever is on call, rung by rung.
//!
//! People on call are rung although signed out, and a miss does not count against them. A rung that nobody holds, or
//! whose person is on the phone, is passed over. Who is on call stands in `rota`; an offer is an offer like any other.
//! The ladder and the lane's own people are two ways that do not wait for each other: the call stays in line while the
//! ladder is climbed, so that up to two phones ring for one caller, and the first 1 wins.

use super::Floor;
use super::acd::agent::AgentState;
use super::call::Call;
use super::call::Phase;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::why::Why;
use super::rota;
use super::turn::Turn;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::LastResort;
use crate::flow::OnCall;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use std::sync::Arc;

/// Between two times up the ladder: a phone that fails at once must not be dialled again and again.
const REST: Span = Span::secs(10);

/// How far up the ladder a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Climb {
    /// The rung to be rung next, from 0.
    pub next: u8,
    /// At its end, waiting to begin again?
    pub rests: bool,
    /// The offer to whoever is rung now.
    pub page: Option<OfferId>,
}

impl Floor {
    /// The ladder that this call may climb: an urgent one in a clinical lane, if its team has one.
    // rule: on-call-ladder
    pub(super) fn ladder_of(&self, call: &Call) -> Option<&Arc<OnCall>> {
        let clinical = call.lane().is_some_and(|lane| lane.clinical);
        self.ladders.get(&call.flow.team).filter(|_| call.urgent && clinical)
    }

    /// Is there a ladder for urgent calls in this lane?
    pub(super) fn has_ladder(&self, flow: &Flow, lane: &Lane) -> bool {
        lane.clinical && self.ladders.contains_key(&flow.team)
    }

    /// Is anybody at work to whom this call may be offered now, free or soon to be?
    fn anybody_for(&self, call: &Call) -> bool {
        let Some(key) = call.key() else { return false };
        self.agents.values().any(|agent| {
            let at_work = !matches!(agent.state, AgentState::LoggedOut | AgentState::NotReady { .. }) && !agent.paged;
            at_work && !agent.leaving && self.board.takes(agent.ability, key)
        })
    }
}

impl Turn<'_> {
    /// After matching: the calls among these for which the next rung may be rung, whether or not one of the lane's own
    /// phones rings.
    // rule: urgent-two-ways
    pub(super) fn climb(&mut self, calls: Vec<CallId>) {
        for id in calls {
            let Some(call) = self.call(id).filter(|call| call.is_queued()) else { continue };
            if self.floor.ladder_of(call).is_none() {
                continue;
            }
            match call.climb {
                None if self.floor.anybody_for(call) => {}
                None => {
                    self.fact(Fact::LadderBegan { call: id });
                    self.ring_next(id);
                }
                Some(Climb { rests: true, .. } | Climb { page: Some(_), .. }) => {}
                Some(_) => self.ring_next(id),
            }
        }
    }

    /// The lane's own people had their time.
    pub(super) fn ladder_begins(&mut self, id: CallId) {
        self.fact(Fact::LadderBegan { call: id });
    }

    /// From the top again: whoever waits at its end for longer comes first.
    pub(super) fn ladder_again(&mut self, id: CallId) {
        let ahead = self.floor.board.in_order().map(|key| key.call).take_while(|other| *other != id);
        let ahead: Vec<CallId> = ahead.chain([id]).collect();
        for id in ahead {
            let rests = |call: &Call| call.is_queued() && call.climb.is_some_and(|climb| climb.rests);
            if self.call(id).is_some_and(rests) {
                self.ring_next(id);
            }
        }
    }

    /// The next rung whose person can be rung; at the end of the ladder the last resort.
    fn ring_next(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        let Some(on_call) = self.floor.ladder_of(call).cloned() else { return };
        let next = call.climb.map_or(0, |climb| climb.next);
        let rungs = (next..).take_while(|rung| usize::from(*rung) < on_call.rungs.len());
        let found = rungs.map(|rung| (rung, rota::on_duty(&on_call, usize::from(rung), self.now)));
        let found = found.filter_map(|(rung, agent)| Some((rung, agent?)));
        let free = |agent: &AgentId| {
            // On the staff number, or listening in, her phone would be found busy, as in a call.
            let on_the_phone = self.floor.staff_lines.contains_key(agent) || self.floor.supervisors.contains_key(agent);
            !on_the_phone && self.floor.agents.get(agent).is_some_and(|a| !a.state.is_busy())
        };
        let found = found.filter(|(_, agent)| free(agent));
        if let Some((rung, agent)) = found.map(|(rung, agent)| (rung, agent.clone())).next() {
            return self.page(id, agent, rung, on_call.ring);
        }
        self.fact(Fact::LadderEnded { call: id, again_at: self.now + REST });
        // While one of the lane's own phones rings, nobody is promised anything: the ladder is rung once more.
        let rings = self.call(id).is_some_and(|call| call.phase != Phase::Waiting);
        if on_call.last_resort == LastResort::Callback && !rings {
            self.leave_with_item(id, ItemKind::Missed, Left::Missed, Phrase::NobodyFree);
        }
    }

    fn page(&mut self, id: CallId, agent: AgentId, rung: u8, ring: Span) {
        let (Some(call), Some(member)) = (self.call(id), self.floor.agents.get(&agent)) else { return };
        let Some(place) = &call.place else { return };
        let idle_since = if let AgentState::Available { since } = member.state { since } else { self.now };
        let why = Why {
            urgent: call.urgent,
            deadline: place.deadline,
            arrived: place.arrived,
            head_starts: place.head_starts.clone(),
            tier: place.tier,
            idle_since,
            passed_calls: Vec::new(),
            passed_agents: Vec::new(),
            rung: Some(rung),
            consult: None,
        };
        let (leg, just_came) = (call.leg, place.since == self.now);
        if !just_came && self.is_up(leg) {
            // A hang-up of which we were not told must not wake one person after the other. Her phone does not wait for
            // the answer: should the caller be gone, the page is taken back.
            self.fact(Fact::LegAsked { leg, paging: true });
        }
        self.make_offer(id, agent, ring, why);
    }
}
