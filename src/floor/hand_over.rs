//! Handing an item over: an attempt's outcome says that another department is needed. The item goes on there, with
//! everything that was said and done, and its lane begins anew to reach the patient.

use super::Floor;
use super::complaint;
use super::effect::Refusal;
use super::event::PromiseAsked;
use super::fact::Fact;
use super::fact::ItemChange;
use super::fact::ItemKind;
use super::hours;
use super::turn::Turn;
use super::work::item::Item;
use super::work::rhythm;
use crate::flow::Lane;
use crate::flow::Outcome;
use crate::vocab::AgentId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Timestamp;

impl Floor {
    /// The lane that an attempt with this outcome hands the item to, or why it may not.
    // rule: handed-to-a-department
    pub(super) fn handed_to(
        &self,
        item: &Item,
        outcome: &Outcome,
        by: Option<&AgentId>,
    ) -> Result<Option<LaneId>, Refusal> {
        let to = outcome.hands_to.as_ref().filter(|to| **to != item.new.lane && item.new.kind != ItemKind::Stage);
        let Some(lane) = to.and_then(|to| item.flow.lane(to)) else { return Ok(None) };
        if complaint::route(&item.flow, &item.new.details).is_some() {
            return Err(complaint::STAYS);
        }
        // patient: what is urgent stays urgent, and clinical work leaves clinical hands by those only.
        if !lane.clinical && item.new.urgent {
            return Err(Refusal::Conflict("urgent work stays the clinical group's"));
        }
        if !lane.clinical && !self.may_put_off(item, by) {
            return Err(Refusal::NotHers("clinical work is handed over by the clinical group only"));
        }
        Ok(Some(lane.id.clone()))
    }
}

impl Turn<'_> {
    /// The item goes on in that lane: its owner's, and due by its target, or when it was promised.
    pub(super) fn hand_over(&mut self, id: ItemId, to: &LaneId, by: Option<AgentId>, promised: Option<PromiseAsked>) {
        let Some(item) = self.floor.items.get(&id) else { return };
        let Some(lane) = item.flow.lane(to) else { return };
        let due_at = promised.map_or_else(|| self.due_in(item, lane), |promised| promised.at);
        let to = ItemChange::Handed { lane: lane.id.clone(), owner: lane.owner.clone(), due_at };
        self.fact(Fact::ItemChanged { item: id, to, by });
    }

    /// When a callback of this item is due in a lane that gets it now.
    fn due_in(&self, item: &Item, lane: &Lane) -> Timestamp {
        if item.new.urgent {
            return self.now + lane.callback_within;
        }
        let first = rhythm::first_attempt(&item.flow, &lane.rhythm, self.now);
        let due = hours::after_open_time(&item.flow, first, lane.callback_within);
        match &item.new.details.preferred_window {
            Some(window) if !lane.clinical => hours::due_in_window(&item.flow, window, self.now, due),
            _ => due,
        }
    }
}
