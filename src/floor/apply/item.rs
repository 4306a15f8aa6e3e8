//! Work items: opened, closed, and who has asked for what.

use crate::floor::Floor;
use crate::floor::Parted;
use crate::floor::call::Phase;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::floor::fact::desk::DeskChange;
use crate::floor::fact::letter::Letter;
use crate::floor::timer::TimerName;
use crate::floor::work::item::Item;
use crate::floor::work::item::LastWait;
use crate::floor::work::kept::Kept;
use crate::floor::work::recording::MessageId;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Number;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn item_fact(&mut self, at: Timestamp, fact: &Fact) {
        self.item_decided(at, fact);
        let id = match fact {
            Fact::ItemOpened(new) => new.item,
            Fact::ItemJoined { item, .. }
            | Fact::ItemAttempted { item, .. }
            | Fact::ItemClosed { item, .. }
            | Fact::ItemOwned { item, .. }
            | Fact::ItemFlagged { item, .. } => *item,
            Fact::ItemChanged { item, to, .. } => {
                if let ItemChange::Merged { into } = to {
                    self.arm_callback(at, *into);
                }
                *item
            }
            _ => return,
        };
        self.arm_callback(at, id);
    }

    fn item_decided(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ItemOpened(new) => self.item_opened(at, new),
            Fact::ItemJoined { .. } => self.item_joined(at, fact),
            Fact::ItemAttempted { item, outcome, due_at, .. } => self.item_attempted(*item, outcome, *due_at),
            Fact::ItemClosed { item, outcome, by, .. } => self.item_closed(at, *item, outcome, by.as_ref()),
            Fact::ItemOwned { item, owner } => self.item_owned(*item, owner),
            Fact::ItemFlagged { item, .. } => self.item_flagged(*item, fact),
            Fact::ItemChanged { item, to, by } => self.item_changed(at, *item, to, by.as_ref()),
            Fact::LetterCame(letter) => self.letter_came(at, letter),
            _ => {}
        }
    }

    fn item_opened(&mut self, at: Timestamp, new: &NewItem) {
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
        } else if let Some(number) = new.caller.number.as_ref().filter(|_| new.kind != ItemKind::Stage) {
            self.requests.entry((number.key(), new.practice.clone())).or_default().insert(new.item);
        }
        let item = Item {
            new: new.clone(),
            flow,
            opened_at: at,
            attempts: 0,
            calling: None,
            unwritten: false,
            undialled: None,
            last_outcome: None,
            put_forward: false,
            merged_into: None,
            other_numbers: Vec::new(),
            joined: Vec::new(),
            repeats: 0,
            raised: false,
            last_wait: LastWait { arrived: new.arrived, ended: at },
            closed: None,
            closed_by: None,
            messages: Vec::new(),
            letters: Vec::new(),
            kept: Kept::default(),
        };
        self.items.insert(new.item, item);
    }

    /// A further call is about this item: it may be more than it was, and due earlier, but its owner stays.
    fn item_joined(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::ItemJoined { item, call, kind, promised, due_at } = fact else { return };
        let Some(item) = self.items.get_mut(item) else { return };
        item.new.kind = kind.unwrap_or(item.new.kind);
        if let Some(promised) = promised {
            item.told(*promised);
        }
        if let Some(due_at) = *due_at {
            item.raised |= due_at < item.new.due_at;
            item.new.due_at = due_at;
        }
        item.join([*call]);
        let Some(call) = self.calls.get(call) else { return };
        item.new.details.fill(&call.details);
        let arrived = call.place.as_ref().map_or(call.arrived, |place| place.arrived);
        if arrived > item.last_wait.arrived {
            item.last_wait = LastWait { arrived, ended: at };
        }
    }

    /// A letter is part of its item. A further one may make it due earlier, once.
    fn letter_came(&mut self, at: Timestamp, letter: &Letter) {
        let Some(item) = self.items.get_mut(&letter.item) else { return };
        item.letters.push(letter.clone());
        if !letter.again {
            return;
        }
        item.repeats = item.repeats.saturating_add(1);
        if let Some(due_at) = letter.due_at {
            item.raised |= due_at < item.new.due_at;
            item.new.due_at = due_at;
        }
        if item.new.kind == ItemKind::Written {
            item.last_wait = LastWait { arrived: letter.received.max(item.last_wait.arrived), ended: at };
        }
    }

    /// What a person changed.
    fn item_changed(&mut self, at: Timestamp, id: ItemId, to: &ItemChange, by: Option<&AgentId>) {
        match to {
            ItemChange::Desk(change) => {
                if let Some(item) = self.items.get_mut(&id) {
                    if let DeskChange::Promised { at, .. } = change {
                        item.new.promised = Some(*at);
                    }
                    item.kept.take(at, change, by);
                }
            }
            ItemChange::Merged { into } => self.item_merged(at, id, *into),
            ItemChange::Due { at } => {
                let Some(item) = self.items.get_mut(&id) else { return };
                // What was told is told anew with the time that the patient wants.
                item.put_to(*at);
            }
        }
    }

    /// Everything of the one goes on in the other.
    fn item_merged(&mut self, at: Timestamp, id: ItemId, into: ItemId) {
        let Some(from) = self.items.get_mut(&id) else { return };
        from.merged_into = Some(into);
        let messages = std::mem::take(&mut from.messages);
        let letters = std::mem::take(&mut from.letters);
        let from = from.clone();
        let (new, opened_at, attempts) = (&from.new, from.opened_at, from.attempts);
        let numbers: Vec<Number> = from.numbers().cloned().collect();
        let (joined, last_wait, referral) = (from.joined.clone(), from.last_wait, from.kept.referral.clone());
        self.timers.clear(&TimerName::RecordingDue(id));
        let Some(item) = self.items.get_mut(&into) else { return };
        let first = item.next_message();
        item.messages.extend(messages);
        item.letters.extend(letters);
        item.join(std::iter::once(new.call).chain(joined).filter(|call| *call != CallId::NONE));
        for number in numbers {
            self.requests.entry((number.key(), new.practice.clone())).or_default().insert(into);
            item.know_number(number);
        }
        item.opened_at = item.opened_at.min(opened_at);
        item.attempts = item.attempts.saturating_add(attempts);
        if item.new.kind.gives_way_to(new.kind) {
            item.new.kind = new.kind;
        }
        item.new.due_at = item.new.due_at.min(new.due_at);
        item.take_promise(&from);
        item.new.maybe_same.take_if(|same| *same == id);
        item.kept.referral = item.kept.referral.take().or(referral);
        if last_wait.ended > item.last_wait.ended {
            item.last_wait = last_wait;
        }
        let moved = |of: MessageId| MessageId { item: into, message: first.message.saturating_add(of.message) };
        for leg in self.legs.values_mut() {
            leg.message = leg.message.map(|of| if of.item == id { moved(of) } else { of });
        }
        // What is being done about a message is begun again under its new name.
        let under_way: Vec<MessageId> = self.effects.values().filter_map(Effect::message).collect();
        for of in under_way.into_iter().filter(|of| of.item == id) {
            self.work_on_recording(moved(of));
        }
        self.await_recordings(into);
        self.item_closed(at, id, &OutcomeId::from("merged"), None);
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
    fn item_flagged(&mut self, id: ItemId, fact: &Fact) {
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

    fn item_attempted(&mut self, id: ItemId, outcome: &OutcomeId, due_at: Timestamp) {
        let Some(item) = self.items.get_mut(&id) else { return };
        // What carelane dialled was counted when the patient answered.
        if !std::mem::take(&mut item.unwritten) {
            item.attempts = item.attempts.saturating_add(1);
        }
        item.last_outcome = Some(outcome.clone());
        item.new.due_at = due_at;
        // Who is tried again is told everything again.
        item.kept.said.clear();
        item.kept.tried = true;
    }

    fn item_closed(&mut self, at: Timestamp, id: ItemId, outcome: &OutcomeId, by: Option<&AgentId>) {
        let Some(item) = self.items.get_mut(&id) else { return };
        item.closed = Some(outcome.clone());
        item.closed_by = by.cloned();
        self.parted.push_back((at, Parted::Item(id)));
        for number in item.numbers() {
            let key = (number.key(), item.new.practice.clone());
            if let Some(open) = self.requests.get_mut(&key) {
                open.remove(&id);
                if open.is_empty() {
                    self.requests.remove(&key);
                }
            }
        }
    }
}
