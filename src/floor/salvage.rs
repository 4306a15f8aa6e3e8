//! After damage to the journal: calls about which entries are lost become work, and nobody's state is believed.
//!
//! It is decided once, by `carelane journal salvage`, on a folded floor that no carrier or assistant talks to: nothing is
//! said to anybody, and no effect is left.

use super::Floor;
use super::acd;
use super::acd::agent::AgentState;
use super::call::Call;
use super::call::Phase;
use super::event::Salvage;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::NewItem;
use super::hours;
use super::turn::Turn;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ItemId;
use crate::vocab::PracticeId;

impl Turn<'_> {
    /// Nobody knows how this call went on, or even that it was: somebody must find out.
    pub(super) fn call_damaged(&mut self, id: CallId, practice: &PracticeId) {
        match self.call(id) {
            // An item says already that something is left to do.
            Some(call) if matches!(call.phase, Phase::NoteOwed { .. }) => {}
            Some(call) => {
                let lane = call.lane().map_or_else(|| call.flow.person.clone(), |lane| lane.id.clone());
                self.open_item(id, ItemKind::Missed, &lane, false);
                self.fact(Fact::CallLeft { call: id, how: Left::Missed });
            }
            None => self.call_lost(id, practice),
        }
    }

    /// Not even its arrival is known, so neither who called nor what for.
    fn call_lost(&mut self, id: CallId, practice: &PracticeId) {
        let Some(flow) = self.floor.flow(practice).cloned() else { return };
        let Some(lane) = flow.lane(&flow.person) else { return };
        let new = NewItem {
            item: ItemId(self.floor.minted.item + 1),
            call: id,
            practice: practice.clone(),
            lane: lane.id.clone(),
            kind: ItemKind::Missed,
            caller: Caller::default(),
            language: flow.default_language().clone(),
            urgent: false,
            owner: lane.owner.clone(),
            due_at: hours::after_open_time(&flow, self.now, lane.callback_within),
            arrived: self.now,
            promised: None,
        };
        self.fact(Fact::CallLost { call: id });
        self.fact(Fact::ItemOpened(Box::new(new)));
    }
}

impl Floor {
    /// Calls that are not accounted for by an outcome or an item.
    pub fn under_way(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().filter(|call| !matches!(call.phase, Phase::NoteOwed { .. }))
    }

    /// What was going on is over: legs, offers, effects and deadlines go, and every assistant has to sign in again.
    /// The name changes, so that no webhook meant for the damaged journal meets a leg of the same number.
    pub(super) fn begin_anew(&mut self, salvage: &Salvage) {
        self.id = Some(salvage.floor.clone());
        self.calls.retain(|_, call| matches!(call.phase, Phase::NoteOwed { .. }));
        self.legs.clear();
        self.by_carrier.clear();
        self.offers.clear();
        self.effects.clear();
        self.timers = Default::default();
        self.waiting = acd::Waiting::default();
        self.idle = acd::Idle::default();
        self.signed_in.clear();
        self.agents.retain(|_, agent| !agent.leaving);
        for agent in self.agents.values_mut() {
            agent.state = AgentState::LoggedOut;
            agent.later = None;
            agent.misses = 0;
        }
    }
}
