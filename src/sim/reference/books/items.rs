//! The account of items: what opens them, what joins them, and when they are due.

use std::sync::Arc;

use super::Books;
use super::CallPage;
use super::ItemPage;
use super::Phase;
use super::calendar;
use super::complete;
use super::must;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Moment;
use crate::flow::Owner;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Attempts that an item may have.
pub(super) const ATTEMPTS_MAX: u8 = 3;

impl Books {
    /// Open items of the same number and lane, of late, the latest first; what is urgent is no kin of routine work.
    fn same(&self, now: Timestamp, call: &CallPage, lane: &Lane) -> Vec<&ItemPage> {
        let clinical = call.urgent || lane.clinical;
        let near = |item: &&ItemPage| {
            let lately = now <= item.last_wait.1 + call.flow.callbacks.repeat_within;
            item.new.lane == lane.id && lately && (clinical || !item.new.urgent)
        };
        self.requests(&call.practice, &call.caller).filter(near).collect()
    }

    /// A further call of the same number and lane: due no later than before, unless a person promised another time.
    pub(super) fn joined(&mut self, now: Timestamp, fact: &Fact) -> Result<(), String> {
        let Fact::ItemJoined { item, call, kind, promised, due_at } = fact else { return Ok(()) };
        let page = self.alive(*call)?;
        let spoken = matches!(page.phase, Phase::Talking(_) | Phase::WrapUp(_) | Phase::Owed);
        let (placed, urgent) = (page.placed, page.urgent);
        let Some(page) = self.items.get_mut(item) else { return Err(format!("item-iff-needed: no {item}")) };
        must(page.open, || format!("item-iff-needed: {call} joins {item}, which is closed"))?;
        must(!urgent, || format!("clinical: {call} is urgent, and joins {item}"))?;
        page.new.kind = kind.unwrap_or(page.new.kind);
        page.new.promised = page.new.promised.into_iter().chain(*promised).min();
        if let Some(due) = due_at {
            let earlier = *due < page.new.due_at;
            let by_hand = spoken && *promised == Some(*due);
            must(by_hand || (earlier && !page.raised && *due >= now), || {
                format!("repeat-raises-once: {item}, due {}, is due {due} because of {call}", page.new.due_at)
            })?;
            page.raised |= earlier;
            page.new.due_at = *due;
        }
        let due = page.new.due_at;
        // What is due already can be promised to nobody.
        must(promised.is_none_or(|at| at == due || (due <= now && at > now) || at > due), || {
            format!("promise: {item} is due {due}, told {promised:?}")
        })?;
        if placed > page.last_wait.0 {
            page.last_wait = (placed, now);
        }
        self.alive(*call)?.due = Some(promised.unwrap_or(due));
        Ok(())
    }

    /// The patient wants to be called then: routine work, and in open time.
    fn due_again(&mut self, item: ItemId, at: Timestamp) -> Result<(), String> {
        let Some(page) = self.items.get_mut(&item) else { return Err(format!("no-phantom: no {item}")) };
        let told = page.new.promised == Some(page.new.due_at);
        must(!page.new.urgent && calendar::is_open(&page.flow, at - Span(1)), || format!("due: {item} is due {at}"))?;
        (page.new.due_at, page.new.promised) = (at, if told { Some(at) } else { page.new.promised });
        Ok(())
    }

    /// What a person's hand changed.
    pub(super) fn changed(&mut self, item: ItemId, to: &ItemChange) -> Result<(), String> {
        let into = match to {
            ItemChange::Merged { into } => into,
            ItemChange::Due { at } => return self.due_again(item, *at),
            ItemChange::Desk(_) => return Ok(()),
        };
        let Some(mut from) = self.items.remove(&item) else { return Err(format!("no-phantom: no {item}")) };
        must(from.open, || format!("monotone-call: {item} is closed, and merged"))?;
        from.open = false;
        let (new, attempts, messages, last_wait) = (from.new.clone(), from.attempts, from.messages, from.last_wait);
        let numbers = from.numbers.clone();
        self.items.insert(item, from);
        let Some(page) = self.items.get_mut(into) else { return Err(format!("no-phantom: no {into}")) };
        must(page.open && page.new.practice == new.practice, || format!("monotone-call: {item} goes into {into}"))?;
        page.numbers.extend(numbers);
        page.new.due_at = page.new.due_at.min(new.due_at);
        page.new.promised = page.new.promised.into_iter().chain(new.promised).min();
        if page.new.kind.gives_way_to(new.kind) {
            page.new.kind = new.kind;
        }
        (page.attempts, page.messages) = (page.attempts + attempts, page.messages + messages);
        if last_wait.1 > page.last_wait.1 {
            page.last_wait = last_wait;
        }
        Ok(())
    }

    pub(super) fn opened(&mut self, now: Timestamp, new: &NewItem, thorough: bool) -> Result<(), String> {
        if new.kind == ItemKind::Stage {
            return self.stage_opened(now, new);
        }
        if new.call == CallId::NONE {
            return self.written(now, new);
        }
        // What a note says in the end may be said of a call that is over.
        let afterwards = new.kind == ItemKind::FollowUp && new.urgent;
        let in_force = self.flows.get(&new.practice).cloned();
        let page = if afterwards { self.calls.get_mut(&new.call) } else { Some(self.alive(new.call)?) };
        let Some(page) = page else { return Err(format!("no-phantom: {} of {}", new.item, new.call)) };
        page.due = Some(new.due_at);
        let flow = in_force.filter(|_| page.phase == Phase::Over).unwrap_or_else(|| page.flow.clone());
        // What was told at the mailbox holds, also for who could not be moved there.
        let at_the_mailbox = matches!(new.kind, ItemKind::Voicemail | ItemKind::Missed);
        let told = page.told.filter(|_| at_the_mailbox);
        let counted = told.map_or(now, |(at, _)| at);
        let in_lane = flow.clone();
        let Some(lane) = in_lane.lane(&new.lane) else { return Err(format!("item-complete: {} in no lane", new.item)) };
        // An assistant promised a time of her own.
        let spoken = matches!(page.phase, Phase::Talking(_) | Phase::WrapUp(_) | Phase::Owed);
        // What was told may be a repeat caller's earlier time: it holds, whatever became of that request meanwhile.
        let holds = told.is_some_and(|(_, due)| due == new.due_at && new.promised == Some(due));
        if !(holds || spoken && new.promised == Some(new.due_at)) {
            due_in_open_time(&flow, lane, counted, new, thorough)?;
        }
        let told = new.promised.is_none_or(|at| at == new.due_at);
        must(told, || format!("promise: {} is due {}, told was {:?}", new.item, new.due_at, new.promised))?;
        if new.kind == ItemKind::NoteOwed {
            let Phase::WrapUp(agent) = page.phase.clone() else {
                return Err(format!("one-outcome: a note is owed for {}, which nobody writes up", new.call));
            };
            page.phase = Phase::Owed;
            self.ledger.in_progress -= 1;
            self.ledger.items += 1;
            must(new.owner == Owner::Agent(agent), || format!("item-complete: {} is owed by another", new.item))?;
        }
        let apart = afterwards || new.kind == ItemKind::NoteOwed;
        let beside = self.calls.get(&new.call).filter(|_| !apart).map_or(Vec::new(), |call| self.same(now, call, lane));
        // Clinical work stands apart; anything else only where a person has to tell whether it is the same.
        let alone = match new.urgent || lane.clinical {
            true => new.maybe_same.is_none() && (apart || new.earlier == beside.first().map(|item| item.new.item)),
            false => new.earlier.is_none() && new.maybe_same.is_some() != beside.is_empty(),
        };
        let near: Vec<ItemId> = beside.iter().map(|item| item.new.item).collect();
        must(alone, || format!("item-iff-needed: {} of the same number and lane as {near:?}", new.item))?;
        self.begin(now, new, flow)
    }

    /// A page for an item that was not there before.
    pub(super) fn begin(&mut self, now: Timestamp, new: &NewItem, flow: Arc<Flow>) -> Result<(), String> {
        let page = ItemPage {
            last_wait: (new.arrived, now),
            numbers: new.caller.number.iter().cloned().collect(),
            new: new.clone(),
            flow,
            attempts: 0,
            raised: false,
            messages: 0,
            put_forward: false,
            unwritten: false,
            open: true,
        };
        must(self.items.insert(new.item, page).is_none(), || format!("item-iff-needed: {} opened twice", new.item))
    }

    /// What follows a request: of a chain that the flow has, and of its stage's owner.
    fn stage_opened(&mut self, now: Timestamp, new: &NewItem) -> Result<(), String> {
        let page = self.calls.get(&new.call).filter(|page| page.phase != Phase::Over).map(|page| page.flow.clone());
        let Some(flow) = page.or(self.flows.get(&new.practice).cloned()) else {
            return Err(format!("no-phantom: {} of no practice", new.item));
        };
        let link = new.chain.as_ref().and_then(|link| Some((link, flow.desk.stage(&link.chain, &link.stage)?)));
        let Some((link, (chain, at))) = link else { return Err(format!("chain: {} is of no chain", new.item)) };
        let stage = &chain.stages[at];
        let theirs = stage.owner == new.owner && stage.lane == new.lane;
        must(theirs, || format!("chain: {} of {:?} in {}", new.item, new.owner, new.lane))?;
        let due = new.due_at > now && calendar::is_open(&flow, new.due_at - Span(1));
        must(due, || format!("chain: {} is due {}", new.item, new.due_at))?;
        let before = link.after.and_then(|item| self.items.get(&item));
        let follows = before.is_none_or(|before| !before.open) && (at == 0 || before.is_some());
        must(follows, || format!("chain: {} before its time", new.item))?;
        self.begin(now, new, flow)
    }

    /// The clinical group's from now on, and due sooner, never later.
    pub(super) fn flagged(&mut self, now: Timestamp, item: ItemId, fact: &Fact) -> Result<(), String> {
        let Fact::ItemFlagged { lane, owner, due_at, by, .. } = fact else { return Ok(()) };
        let Some(page) = self.items.get_mut(&item) else { return Err(format!("no-phantom: no {item}")) };
        must(page.open, || format!("monotone-call: {item} is closed, and flagged"))?;
        let rules = page.flow.lane(lane).filter(|lane| lane.clinical);
        let Some(rules) = rules else { return Err(format!("clinical: {item} is urgent, and in {lane}")) };
        let due = page.new.due_at.min(now + rules.callback_within);
        must(due == *due_at, || format!("due: {item} is urgent and due {due_at}, by the flow {due}"))?;
        must(rules.owner == *owner, || format!("item-complete: {item} is owned by {owner:?}"))?;
        let new = &mut page.new;
        (new.urgent, new.lane, new.owner, new.due_at) = (true, lane.clone(), owner.clone(), *due_at);
        new.flagged_by = Some(by.clone());
        Ok(())
    }

    pub(super) fn worked_on(&mut self, now: Timestamp, fact: &Fact) -> Result<(), String> {
        let (Fact::ItemAttempted { item, outcome, note, .. } | Fact::ItemClosed { item, outcome, note, .. }) = fact
        else {
            return Ok(());
        };
        let Some(page) = self.items.get_mut(item) else { return Err(format!("no-phantom: no {item}")) };
        must(page.open, || format!("monotone-call: {item} is closed, and worked on"))?;
        let lane = page.flow.lane(&page.new.lane);
        let closes = complete(lane, outcome.as_str(), note).map_err(|what| format!("item-complete: {item} {what}"))?;
        match fact {
            Fact::ItemAttempted { due_at, .. } => {
                let due_before = page.new.due_at;
                // What was dialled was counted when the patient answered.
                let counted = std::mem::take(&mut page.unwritten);
                (page.attempts, page.new.due_at) = (page.attempts + u8::from(!counted), *due_at);
                must(page.attempts <= ATTEMPTS_MAX, || format!("three-attempts: {} at {item}", page.attempts))?;
                must(*due_at >= now || *due_at == due_before, || {
                    format!("time-sane: {item} is due {due_at}, in the past")
                })
            }
            _ => {
                page.open = false;
                must(closes || page.new.kind == ItemKind::NoteOwed, || {
                    format!("item-complete: {item} closed as {outcome}, which leaves work")
                })
            }
        }
    }
}

/// Urgent work is due by the clock, all other in open time.
fn due_in_open_time(flow: &Flow, lane: &Lane, now: Timestamp, new: &NewItem, thorough: bool) -> Result<(), String> {
    let (item, due, within) = (new.item, new.due_at, lane.callback_within);
    if new.urgent {
        return must(due == now + within, || format!("due: {item} is urgent and due {due}"));
    }
    let just_before = due - Span(1);
    // In a patient's window, or on the day of a first attempt that is not made at once, it may be due at the opening.
    let later = lane.rhythm.after(0).is_some_and(|moment| moment != Moment::Now);
    if later || new.details.preferred_window.is_some() {
        let open = calendar::is_open(flow, just_before) || calendar::is_open(flow, due);
        return must(open && due >= now, || format!("due: {item} is due {due}, when nobody works"));
    }
    must(due >= now + within && calendar::is_open(flow, just_before), || {
        format!("due: {item} is due {due}, when nobody works")
    })?;
    let open = if thorough { calendar::open_time(flow, now, due) } else { within };
    must(open == within, || format!("due: {item} is due {due}, after {open} of open time and not {within}"))
}
