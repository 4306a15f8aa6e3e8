//! The worklist: what people do with items beside attempts and closing. Each is done, or refused with the reason.

use super::complaint;
use super::effect::Refusal;
use super::event::ItemRequest;
use super::fact::Fact;
use super::fact::ItemChange;
use super::fact::ItemKind;
use super::hours;
use super::turn::Turn;
use super::work::item::Item;
use super::work::recording::MESSAGES_MAX;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::ItemId;

const CLOSED: Refusal = Refusal::Conflict("this item is closed already");

impl Turn<'_> {
    pub(super) fn item_asked(&mut self, id: ItemId, what: &ItemRequest, by: Option<AgentId>) {
        let Some(item) = self.floor.items.get(&id) else { return self.refuse(Refusal::Unknown("item")) };
        if item.closed.is_some() {
            return self.refuse(CLOSED);
        }
        let decided = match what {
            ItemRequest::Merge { into } => {
                self.merged(item, *into, by.as_ref()).map(|to| Some(Fact::ItemChanged { item: id, to, by }))
            }
            ItemRequest::Claim => self.claimed(item, by),
            ItemRequest::Desk(change) => self.floor.keep(item, change, by.as_ref()).map(|to| {
                let to = to?;
                Some(Fact::ItemChanged { item: id, to, by })
            }),
        };
        match decided {
            Ok(fact) => fact.into_iter().for_each(|fact| self.fact(fact)),
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// A group's item becomes the one's who asks first. Claimed again by her, nothing changes.
    // rule: claimed-once
    fn claimed(&self, item: &Item, by: Option<AgentId>) -> Result<Option<Fact>, Refusal> {
        self.floor.is_somebody(by.as_ref())?;
        let Some(by) = by else { return Err(Refusal::NotAllowed { what: "by", allowed: self.floor.assistants() }) };
        match item.owner() {
            Some(owner) if *owner == by => return Ok(None),
            Some(_) => return Err(Refusal::Conflict("this item has an owner already: give it to another by `owner`")),
            None => {}
        }
        // patient: clinical work is done by clinical people.
        if !self.floor.may_put_off(item, Some(&by)) {
            return Err(Refusal::NotHers("clinical work is claimed by the clinical group only"));
        }
        if !self.floor.may_claim(item, &by) {
            return Err(Refusal::NotHers(
                "a group's work is claimed by its own people, and by who takes its lane's calls",
            ));
        }
        let owner = Owner::Agent(by);
        self.floor.may_own(item, &owner)?;
        Ok(Some(Fact::ItemOwned { item: item.new.item, owner }))
    }

    /// The patient's window became known: routine work is due in it. Urgent and clinical work waits for no window.
    // rule: window-respected
    pub(super) fn fit_to_window(&mut self, id: ItemId) {
        let Some(item) = self.floor.items.get(&id) else { return };
        if item.new.urgent || item.flow.lane(&item.new.lane).is_none_or(|lane| lane.clinical) {
            return;
        }
        let Some(window) = item.new.details.preferred_window else { return };
        let at = hours::due_in_window(&item.flow, &window, self.now, item.new.due_at);
        if at != item.new.due_at {
            self.fact(Fact::ItemChanged { item: id, to: ItemChange::Due { at }, by: None });
        }
    }

    /// A person says that two items are the same. It takes what closing the first would take, and clinical or urgent
    /// work goes into nothing less.
    // rule: merged-by-a-person
    fn merged(&self, item: &Item, into: ItemId, by: Option<&AgentId>) -> Result<ItemChange, Refusal> {
        let Some(other) = self.floor.items.get(&into).filter(|other| other.new.practice == item.new.practice) else {
            return Err(Refusal::Unknown("item to merge into"));
        };
        if other.new.item == item.new.item {
            return Err(Refusal::Conflict("an item cannot be merged into itself"));
        }
        if other.closed.is_some() {
            return Err(Refusal::Conflict("the item to merge into is closed already"));
        }
        if item.new.kind == ItemKind::NoteOwed || other.new.kind == ItemKind::NoteOwed {
            return Err(Refusal::Conflict("a note is owed here: it is part of no other item"));
        }
        if item.new.kind == ItemKind::Stage || other.new.kind == ItemKind::Stage {
            return Err(Refusal::Conflict("a stage of a chain stands for itself: close it when it is done"));
        }
        let clinical = |item: &Item| item.flow.lane(&item.new.lane).is_some_and(|lane| lane.clinical);
        // patient: what is urgent stays urgent.
        if (item.new.urgent && !other.new.urgent) || (clinical(item) && !clinical(other)) {
            return Err(Refusal::Conflict("urgent or clinical work is merged into urgent clinical work only"));
        }
        let complains = |item: &Item| complaint::route(&item.flow, &item.new.details).is_some();
        if complains(item) && !complains(other) {
            return Err(complaint::STAYS_ONE);
        }
        if item.messages.len() + other.messages.len() > MESSAGES_MAX {
            return Err(Refusal::Conflict("together they have more messages than one item holds"));
        }
        self.floor.may_close_item(item, by)?;
        Ok(ItemChange::Merged { into })
    }
}
