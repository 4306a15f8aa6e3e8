//! After damage to the journal: calls about which entries are lost become work, and nobody's state is believed.
//!
//! It is decided once, by `carelane journal salvage`, on a folded floor that no carrier or assistant talks to: nothing
//! is said to anybody, and no effect is left but those that save messages already spoken.

use std::collections::BTreeMap;

use super::Floor;
use super::Parted;
use super::Stirred;
use super::acd::agent::Agent;
use super::acd::agent::AgentState;
use super::acd::agent::Softphone;
use super::call::Call;
use super::call::Phase;
use super::event::Salvage;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::NewItem;
use super::hours;
use super::timer::TimerName;
use super::turn::Turn;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ItemId;
use crate::vocab::PracticeId;

impl Turn<'_> {
    /// Nobody knows how this call went on, or even that it was: somebody must find out.
    pub(super) fn call_damaged(&mut self, id: CallId, practice: &PracticeId) {
        match self.call(id) {
            // An item says already that something is left to do.
            Some(call) if is_owed_a_note(call) => {}
            // Nobody rang in, and an item says already that somebody is to be called.
            Some(call) if call.calling.is_some() => self.withdraw_attempt(id),
            Some(call) => {
                let lane = call.lane().map_or_else(|| call.flow.person.clone(), |lane| lane.id.clone());
                self.take_up(id, ItemKind::Missed, &lane, false);
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
            details: Default::default(),
            flagged_by: None,
            maybe_same: None,
            earlier: None,
            chain: None,
        };
        self.fact(Fact::CallLost { call: id });
        self.fact(Fact::ItemOpened(Box::new(new)));
    }
}

impl Floor {
    /// Calls that are not accounted for by an outcome or an item.
    pub fn under_way(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().filter(|call| !is_owed_a_note(call))
    }

    /// What was going on is over: legs, offers, their effects and deadlines go, and every assistant has to sign in
    /// again. The name changes, so that no webhook meant for the damaged journal meets a leg of the same number.
    ///
    /// Every field is written out: whoever adds one decides here whether it outlives the damage.
    pub(super) fn begin_anew(&mut self, salvage: &Salvage) {
        let before = std::mem::take(self);
        *self = Self {
            id: Some(salvage.floor.clone()),
            practices: before.practices,
            numbers: before.numbers,
            served_since: before.served_since,
            team_hashes: before.team_hashes,
            ladders: before.ladders,
            staff_numbers: before.staff_numbers,
            staff_lines: BTreeMap::new(),
            supervisors: BTreeMap::new(),
            pins: before.pins,
            agents: before.agents.into_iter().filter(|(_, agent)| !agent.leaving).map(signed_out).collect(),
            signed_in: BTreeMap::new(),
            calls: before.calls.into_iter().filter(|(_, call)| is_owed_a_note(call)).collect(),
            note_owed: before.note_owed,
            service: before.service,
            board: before.board.cleared(),
            depths: BTreeMap::new(),
            offers: BTreeMap::new(),
            items: before.items,
            requests: before.requests,
            legs: BTreeMap::new(),
            on_line: BTreeMap::new(),
            arrivals: before.arrivals,
            by_carrier: BTreeMap::new(),
            tongues: before.tongues,
            contacts: before.contacts,
            strangers: before.strangers,
            asked: before.asked,
            outbound: before.outbound,
            parted: before.parted.into_iter().filter(|(_, parted)| !matches!(parted, Parted::Leg(_))).collect(),
            timers: before.timers.only(outlives_calls),
            // A message that was left is still to be fetched, and its copy at the carrier deleted.
            effects: before.effects.into_iter().filter(|(_, effect)| effect.keeps_sound()).collect(),
            ended: before.ended,
            minted: before.minted,
            fresh: Vec::new(),
            settled: Vec::new(),
            stirred: Stirred::default(),
            gap_since: before.gap_since.or(salvage.heard_until),
            tapes: before.tapes,
            in_hand: None,
            #[cfg(feature = "planted")]
            planted: self.planted,
        };
    }
}

fn is_owed_a_note(call: &Call) -> bool {
    matches!(call.phase, Phase::NoteOwed { .. })
}

fn signed_out((id, agent): (AgentId, Agent)) -> (AgentId, Agent) {
    let softphone = Softphone::Closed;
    (id, Agent { state: AgentState::LoggedOut, later: None, misses: 0, softphone, ..agent })
}

/// Is this deadline about something that goes on without calls, legs and signed-in assistants?
fn outlives_calls(name: &TimerName) -> bool {
    match name {
        TimerName::OfferExpires(_)
        | TimerName::TierOpens(_)
        | TimerName::WaitTooLong(_)
        | TimerName::WrapUpLimit(_)
        | TimerName::ReadyAgain(_)
        | TimerName::LegLingers(_)
        | TimerName::LegSilent(_)
        | TimerName::LadderBegins(_)
        | TimerName::LadderAgain(_)
        | TimerName::SoftphoneSilent(_)
        | TimerName::LineLost(_)
        | TimerName::HoldReminder(_)
        | TimerName::ConsultOver(_)
        | TimerName::MessageOver(_) => false,
        TimerName::RecordingDue(_) | TimerName::CallbackDue(_) => true,
    }
}
