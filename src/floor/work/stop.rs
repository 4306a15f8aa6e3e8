//! Stop rules: why nobody tries to reach a patient any more.
//!
//! Work is done, or handed to another department, by the lane's own outcomes. Three ways are the same in every lane and
//! need no line in a flow file: the patient declined, was not reached in all attempts, or wants no calls at all.

use std::sync::Arc;

use super::item::Item;
use crate::floor::effect::Refusal;
use crate::floor::event::contact::ContactChange;
use crate::floor::event::contact::ContactOf;
use crate::floor::event::contact::ContactTold;
use crate::floor::turn::Turn;
use crate::flow::Lane;
use crate::flow::Outcome;
use crate::vocab::AgentId;
use crate::vocab::ItemId;

/// Why it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The patient completed the next step.
    Done,
    /// The patient declined it.
    Declined,
    /// Nobody was reached in all attempts there may be.
    Unreachable,
    /// Another department does it.
    HandedOver,
    /// The patient wants no calls.
    OptedOut,
}

impl Stop {
    /// Those that close an item of every lane, as outcomes of these names.
    pub const EVERYWHERE: [Self; 3] = [Self::Declined, Self::Unreachable, Self::OptedOut];

    /// Its name outside: in the API, and as an outcome.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Unreachable => "unreachable",
            Self::HandedOver => "handed_over",
            Self::OptedOut => "opted_out",
        }
    }

    fn named(outcome: &str) -> Option<Self> {
        Self::EVERYWHERE.into_iter().find(|stop| stop.name() == outcome)
    }
}

impl Item {
    /// Why nobody tries any more; nothing while it is open.
    // rule: stop-has-a-name
    pub fn stopped(&self) -> Option<Stop> {
        let outcome = self.closed.as_ref()?;
        let own = self.flow.lane(&self.new.lane).and_then(|lane| lane.outcome(outcome.as_str()));
        let hands_over = own.is_some_and(|own| own.hands_to.is_some());
        Some(if hands_over { Stop::HandedOver } else { Stop::named(outcome.as_str()).unwrap_or(Stop::Done) })
    }
}

/// The outcome of this name for an item of the lane: its own, or one that stops attempts everywhere.
pub(in crate::floor) fn outcome(lane: &Lane, name: &str) -> Result<Outcome, Refusal> {
    if let Some(own) = lane.outcome(name) {
        return Ok(own.clone());
    }
    let everywhere = Stop::named(name).map(|stop| Outcome { id: stop.name().into(), closes: true, hands_to: None });
    everywhere.ok_or_else(|| {
        let own = lane.outcomes.iter().map(|own| Arc::from(own.id.as_str()));
        Refusal::NotAllowed { what: "outcome", allowed: own.chain(Stop::EVERYWHERE.map(|s| s.name().into())).collect() }
    })
}

impl Turn<'_> {
    /// May this item stop for this reason, after `made` attempts? Refused, if it may not.
    pub(in crate::floor) fn may_stop(&mut self, id: ItemId, outcome: &str, made: u8, by: Option<&AgentId>) -> bool {
        let Some(item) = self.floor.items.get(&id) else { return false };
        let refusal = match Stop::named(outcome) {
            Some(Stop::Unreachable) if item.flow.lane(&item.new.lane).is_some_and(|lane| lane.clinical) => {
                Refusal::Conflict("clinical work is never closed because nobody was reached: say what was decided")
            }
            Some(Stop::Unreachable) if made < item.rhythm().attempts_max() => Refusal::Conflict(
                "a patient is unreachable after the last attempt only: there are attempts left to make",
            ),
            Some(Stop::OptedOut) if item.new.caller.number.is_none() => {
                Refusal::Conflict("this caller hid the number: there is none that could be kept from being called")
            }
            Some(Stop::OptedOut) if by.or(item.owner()).is_none() => {
                Refusal::NotAllowed { what: "by", allowed: self.floor.assistants() }
            }
            _ => return true,
        };
        self.refuse(refusal);
        false
    }

    /// An item was closed: what that means for the number from now on.
    pub(in crate::floor) fn stopped(&mut self, id: ItemId, by: Option<AgentId>) {
        let Some(item) = self.floor.items.get(&id).filter(|item| item.stopped() == Some(Stop::OptedOut)) else {
            return;
        };
        let Some(number) = item.new.caller.number.clone() else { return };
        let change = ContactChange { calls: Some(false), ..ContactChange::default() };
        let practice = item.new.practice.clone();
        self.contact_told(ContactTold { practice, of: ContactOf::Number(number), change, by });
        self.recheck_attempts();
    }
}
