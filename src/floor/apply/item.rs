//! Work items: opened, closed, and who has asked for what.

use crate::floor::Floor;
use crate::floor::Parted;
use crate::floor::call::Phase;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::floor::timer::TimerName;
use crate::floor::work::item::Item;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn item_opened(&mut self, at: Timestamp, new: &NewItem) {
        self.minted.item = self.minted.item.max(new.item.0);
        let Some(flow) = self.practices.get(&new.practice).map(|p| p.flow.clone()) else { return };
        let flow = self.calls.get(&new.call).map_or(flow, |call| call.flow.clone());
        if new.kind == ItemKind::NoteOwed
            && let Some(Phase::WrapUp { agent, leg }) = self.calls.get(&new.call).map(|c| c.phase.clone())
        {
            self.timers.clear(&TimerName::WrapUpLimit(new.call));
            self.note_service(at, new.call);
            self.with_call(new.call, |c| c.phase = Phase::NoteOwed { agent: agent.clone(), item: new.item });
            self.note_owed += 1;
            self.part(at, &agent, leg);
        } else if let Some(number) = &new.caller.number {
            self.requests.entry((number.key(), new.practice.clone())).or_default().insert(new.item);
        }
        let item = Item {
            new: new.clone(),
            flow,
            opened_at: at,
            attempts: 0,
            last_outcome: None,
            put_forward: false,
            closed: None,
            closed_by: None,
            recording: None,
        };
        self.items.insert(new.item, item);
    }

    /// A further call is about this item: it may be more than it was, but neither owner nor due time change.
    pub(super) fn item_joined(&mut self, id: ItemId, kind: Option<ItemKind>, promised: Option<Timestamp>) {
        let Some(item) = self.items.get_mut(&id) else { return };
        item.new.kind = kind.unwrap_or(item.new.kind);
        item.new.promised = item.new.promised.or(promised);
    }

    pub(super) fn item_owned(&mut self, id: ItemId, owner: &Owner) {
        if let Some(item) = self.items.get_mut(&id) {
            item.new.owner = owner.clone();
        }
    }

    /// A repeat caller was put forward: that is for once, whatever else is open.
    pub(super) fn put_forward(&mut self, call: CallId) {
        let Some(call) = self.calls.get(&call) else { return };
        let Some(number) = &call.caller.number else { return };
        for item in self.requests.get(&(number.key(), call.practice.clone())).into_iter().flatten() {
            if let Some(item) = self.items.get_mut(item) {
                item.put_forward = true;
            }
        }
    }

    /// The clinical group's from now on.
    pub(super) fn item_flagged(&mut self, id: ItemId, fact: &Fact) {
        let Fact::ItemFlagged { item: _, crisis: _, by, lane, owner, due_at } = fact else { return };
        let Some(item) = self.items.get_mut(&id) else { return };
        let flow = item.flow.clone();
        item.new.urgent = true;
        item.new.lane = lane.clone();
        item.new.owner = owner.clone();
        item.new.due_at = *due_at;
        item.new.flagged_by = Some(by.clone()).filter(|by| !by.is_caller());
        item.new.details.reason.take_if(|reason| !flow.lane(lane).is_some_and(|lane| lane.has_reason(reason)));
    }

    pub(super) fn item_attempted(&mut self, id: ItemId, outcome: &OutcomeId, due_at: Timestamp) {
        let Some(item) = self.items.get_mut(&id) else { return };
        item.attempts = item.attempts.saturating_add(1);
        item.last_outcome = Some(outcome.clone());
        item.new.due_at = due_at;
    }

    pub(super) fn item_closed(&mut self, at: Timestamp, id: ItemId, outcome: &OutcomeId, by: Option<&AgentId>) {
        let Some(item) = self.items.get_mut(&id) else { return };
        item.closed = Some(outcome.clone());
        item.closed_by = by.cloned();
        self.parted.push_back((at, Parted::Item(id)));
        let Some(number) = &item.new.caller.number else { return };
        let key = (number.key(), item.new.practice.clone());
        if let Some(open) = self.requests.get_mut(&key) {
            open.remove(&id);
            if open.is_empty() {
                self.requests.remove(&key);
            }
        }
    }
}
