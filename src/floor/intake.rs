//! Intake: a call that cannot be taken becomes work. It joins its caller's open request, or opens an item of its own.

use super::call::Call;
use super::call::Phase;
use super::complaint;
use super::details::Details;
use super::details::Window;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::NewItem;
use super::hours;
use super::treatment::Words;
use super::turn::Turn;
use super::work::repeat::Kin;
use super::work::rhythm;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

impl Turn<'_> {
    /// The call leaves with an item. A caller who is still there hears `promise` with the due time.
    pub(super) fn leave_with_item(&mut self, id: CallId, kind: ItemKind, how: Left, promise: Phrase) {
        self.leave_saying(id, kind, how, Vec::new(), promise);
    }

    /// The same; `before` is said ahead of the promise.
    pub(super) fn leave_saying(&mut self, id: CallId, kind: ItemKind, how: Left, before: Vec<Words>, promise: Phrase) {
        self.withdraw_offers_of(id);
        let Some(call) = self.call(id) else { return };
        let (leg, language) = (call.leg, call.language.clone());
        let lane = call.lane().map_or_else(|| call.flow.person.clone(), |lane| lane.id.clone());
        // patient: whoever may be in danger, or heard no greeting, hears where help is before anything else.
        let greeted = self.floor.legs.get(&leg).is_some_and(|leg| leg.serial() > 0);
        let mut words = Vec::new();
        if call.urgent || !greeted {
            words.push(Words::Phrase(call.urgent_sentence()));
        }
        let told = self.is_up(leg);
        let Some((_, due_at)) = self.take_up(id, kind, &lane, told) else { return };
        self.fact(Fact::CallLeft { call: id, how });
        if told {
            words.extend(before);
            words.push(Words::promise(promise, due_at, self.now));
            self.say_goodbye(leg, words, language);
        }
    }

    /// The item that the call joined or opened, and by when its caller is called back.
    pub(super) fn take_up(
        &mut self,
        id: CallId,
        kind: ItemKind,
        lane: &LaneId,
        told: bool,
    ) -> Option<(ItemId, Timestamp)> {
        let call = self.call(id)?;
        let by = self.called_back_by(call, call.flow.lane(lane)?);
        let item = match self.floor.kin(call, call.flow.lane(lane)?, self.now) {
            Kin::Same(item) => {
                let (known, due) = (item.new.clone(), item.raised_due(self.now));
                let due = if told { due.min(by) } else { due };
                let due_at = Some(due).filter(|due| *due != known.due_at);
                let kind = Some(kind).filter(|kind| known.kind.gives_way_to(*kind));
                self.fact(Fact::ItemJoined { item: known.item, call: id, kind, promised: told.then_some(by), due_at });
                known.item
            }
            Kin::MaybeSame(_) | Kin::After(_) | Kin::None => {
                self.open_item_due(id, kind, lane, by, told);
                ItemId(self.floor.minted.item)
            }
        };
        Some((item, by))
    }

    /// By when the caller of this call is called back, as it would be told now. What is due already can be promised to
    /// nobody: then it is as long as for a new request.
    pub(super) fn called_back_by(&self, call: &Call, lane: &Lane) -> Timestamp {
        if let Phase::Voicemail { due_at } = call.phase {
            return due_at;
        }
        match self.floor.kin(call, lane, self.now) {
            Kin::Same(item) if item.raised_due(self.now) > self.now => item.raised_due(self.now),
            _ => due(call, lane, self.now),
        }
    }

    /// What a conversation left to do: by the time that was promised in it, if one was.
    pub(super) fn take_up_after_talk(&mut self, id: CallId, lane: &LaneId, promised: Option<Timestamp>) {
        let Some((call, found)) = self.call(id).and_then(|call| Some((call, call.flow.lane(lane)?))) else { return };
        let by = promised.unwrap_or_else(|| due(call, found, self.now));
        match self.floor.kin(call, found, self.now) {
            Kin::Same(item) => {
                let (item, due_at) = (item.new.clone(), promised.filter(|at| *at != item.new.due_at));
                let kind = Some(ItemKind::Callback).filter(|kind| item.kind.gives_way_to(*kind));
                self.fact(Fact::ItemJoined { item: item.item, call: id, kind, promised, due_at });
                self.join_complaint(id, item.item);
            }
            Kin::MaybeSame(_) | Kin::After(_) | Kin::None => {
                self.open_item_due(id, ItemKind::Callback, lane, by, promised.is_some());
            }
        }
    }

    /// Opens an item for a call, owned and due by its lane.
    pub(super) fn open_item(&mut self, id: CallId, kind: ItemKind, lane: &LaneId) {
        let Some((call, found)) = self.call(id).and_then(|call| Some((call, call.flow.lane(lane)?))) else { return };
        let due_at = due(call, found, self.now);
        self.open_item_due(id, kind, lane, due_at, false);
    }

    /// The same, due at a time that is known.
    fn open_item_due(&mut self, id: CallId, kind: ItemKind, lane: &LaneId, due_at: Timestamp, promised: bool) {
        let Some(call) = self.floor.calls.get(&id) else { return };
        let Some(lane) = call.flow.lane(lane) else { return };
        let owner = match (&call.phase, kind) {
            (Phase::WrapUp { agent, .. }, ItemKind::NoteOwed) => Owner::Agent(agent.clone()),
            _ if lane.has_complaints() => complaint::route(&call.flow, &call.details).unwrap_or(&lane.owner).clone(),
            _ => lane.owner.clone(),
        };
        let kin = if kind == ItemKind::NoteOwed { Kin::None } else { self.floor.kin(call, lane, self.now) };
        let new = NewItem {
            item: ItemId(self.floor.minted.item + 1),
            call: id,
            practice: call.practice.clone(),
            lane: lane.id.clone(),
            kind,
            caller: call.caller.clone(),
            language: call.language.clone(),
            urgent: call.urgent,
            owner,
            due_at,
            arrived: call.place.as_ref().map_or(call.arrived, |place| place.arrived),
            promised: promised.then_some(due_at),
            details: Details {
                reason: call.details.reason.clone().filter(|reason| lane.has_reason(reason)),
                ..call.details.clone()
            },
            // Who flagged has handed over: what a clinician leaves to another lane is that lane's.
            flagged_by: call.flagged_by.clone().filter(|_| lane.clinical),
            maybe_same: if let Kin::MaybeSame(item) = kin { Some(item) } else { None },
            earlier: if let Kin::After(item) = kin { Some(item) } else { None },
            chain: None,
        };
        self.fact(Fact::ItemOpened(Box::new(new)));
    }
}

/// When a call's callback is due.
pub(super) fn due(call: &Call, lane: &Lane, now: Timestamp) -> Timestamp {
    due_of(&call.flow, lane, lane.callback_within, call.urgent, call.details.preferred_window.as_ref(), now)
}

/// When a request of `now` is due. Urgent work does not wait for opening hours.
pub(super) fn due_of(
    flow: &Flow,
    lane: &Lane,
    within: Span,
    urgent: bool,
    window: Option<&Window>,
    now: Timestamp,
) -> Timestamp {
    if urgent {
        return now + within;
    }
    let first = rhythm::first_attempt(flow, &lane.rhythm, now);
    let due = hours::after_open_time(flow, first, within);
    window.map_or(due, |window| hours::due_in_window(flow, window, now, due))
}
