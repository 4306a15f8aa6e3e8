//! Requests of people: states, closing, transfers, and the work on items. Each is done, or refused with the reason.

use std::sync::Arc;

use super::acd::agent::AgentState;
use super::call::Phase;
use super::clinical;
use super::clinical::Request;
use super::complaint;
use super::details::Details;
use super::details::Subject;
use super::effect::Answer;
use super::effect::Oddity;
use super::effect::Refusal;
use super::event::AskedState;
use super::event::Note;
use super::event::PromiseAsked;
use super::fact::Fact;
use super::fact::ItemChange;
use super::fact::ItemKind;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::fact::agent::AgentChange;
use super::fact::agent::NotReady;
use super::fact::attempt::AttemptEnd;
use super::fact::desk::DeskChange;
use super::fact::hold::HoldEnd;
use super::turn::Turn;
use super::work::chain;
use super::work::item::Item;
use super::work::item::no_further_attempt;
use super::work::letter::Answerable;
use super::work::rhythm;
use super::work::stop;
use super::wrapup;
use super::wrapup::Written;
use crate::flow::ANSWERED_IN_WRITING;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::Reach;
use crate::flow::Situation;
use crate::flow::is_complaint;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::GroupId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::OutcomeId;
use crate::vocab::Span;

/// Who promises something later than that has mistyped it.
const PROMISE_MAX: Span = Span::hours(365 * 24);
const KEEPS_OPEN: Refusal =
    Refusal::Conflict("a promise keeps the item open: record an attempt with an outcome that stays open");
const NO_CALLS: Refusal =
    Refusal::Conflict("this number wants no calls: write that it may be called again, or close the item");
/// To whoever says that a conversation was an answer in writing.
const SPOKEN: Refusal =
    Refusal::Conflict("there was a conversation: say how it ended, not that it was answered in writing");

impl Turn<'_> {
    pub(super) fn agent_state_asked(&mut self, id: &AgentId, asked: AskedState) {
        let to = match asked {
            AskedState::Available => AgentChange::Available,
            AskedState::NotReady => AgentChange::NotReady { reason: NotReady::Asked, until: None },
            AskedState::LoggedOut => AgentChange::LoggedOut,
        };
        self.state_asked(id, to);
    }

    /// Now, or after the call in hand.
    pub(super) fn state_asked(&mut self, id: &AgentId, to: AgentChange) {
        let Some(agent) = self.floor.agents.get(id) else { return self.refuse(Refusal::Unknown("assistant")) };
        if to == AgentChange::Available && agent.member.reach == Reach::Browser && !agent.softphone.rings() {
            return self.refuse(Refusal::Conflict("she is reached by browser, and her softphone is not open"));
        }
        match (&agent.state, &to) {
            (AgentState::Available { .. }, AgentChange::Available)
            | (AgentState::LoggedOut, AgentChange::LoggedOut) => {}
            (AgentState::Offered(_), AgentChange::Available) if agent.later.is_none() => {}
            (AgentState::Offered(_), AgentChange::Available) => {
                // Rung as on call, she signs in: she stays after the call.
                self.fact(Fact::AgentChanged { agent: id.clone(), to: AgentChange::Later(Box::new(to)) });
            }
            (AgentState::Offered(offer), _) => {
                let offer = *offer;
                self.end_offer(offer, OfferOutcome::Withdrawn);
                self.fact(Fact::AgentChanged { agent: id.clone(), to });
            }
            (AgentState::WrapUp(_), AgentChange::Available) => {
                self.refuse(Refusal::Conflict("she is writing up a call: close it with an outcome and a note first"));
            }
            (AgentState::Talking(_) | AgentState::WrapUp(_) | AgentState::Parting(_), _) => {
                self.fact(Fact::AgentChanged { agent: id.clone(), to: AgentChange::Later(Box::new(to)) });
            }
            (AgentState::LoggedOut | AgentState::NotReady { .. } | AgentState::Available { .. }, _) => {
                self.fact(Fact::AgentChanged { agent: id.clone(), to });
            }
        }
    }

    /// "With a patient" is over.
    pub(super) fn ready_again(&mut self, agent: AgentId) {
        let found = self.floor.agents.get(&agent);
        if found.is_some_and(|a| a.member.reach == Reach::Browser && !a.softphone.rings()) {
            return self.set_not_ready(agent, NotReady::SoftphoneSilent);
        }
        self.fact(Fact::AgentChanged { agent, to: AgentChange::Available });
    }

    pub(super) fn call_close_asked(
        &mut self,
        id: CallId,
        outcome: &str,
        note: Note,
        by: Option<AgentId>,
        promised: Option<PromiseAsked>,
    ) {
        if let Err(refusal) = self.may_promise(promised, by.as_ref()) {
            return self.refuse(refusal);
        }
        let written = Written::Typed { with_time: promised.is_some() };
        self.close_call(id, outcome, note, by, written, promised);
    }

    /// A promise is about a time to come, and not a slip of the keyboard.
    fn may_promise(&self, promised: Option<PromiseAsked>, by: Option<&AgentId>) -> Result<(), Refusal> {
        let anyway = promised.is_some_and(|promised| promised.anyway);
        if anyway && by.is_none() {
            return Err(Refusal::NotAllowed { what: "by", allowed: self.floor.assistants() });
        }
        if promised.is_none_or(|promised| promised.at > self.now && promised.at < self.now + PROMISE_MAX) {
            return Ok(());
        }
        Err(Refusal::NotAllowed { what: "promised", allowed: vec!["a time to come, within a year".into()] })
    }

    pub(super) fn close_call(
        &mut self,
        id: CallId,
        outcome: &str,
        note: Note,
        by: Option<AgentId>,
        written: Written,
        promised: Option<PromiseAsked>,
    ) {
        let Some(call) = self.call(id) else {
            let refusal = if id.0 <= self.floor.minted.call && id.0 > 0 {
                Refusal::Conflict("this call is closed already, or became a work item")
            } else {
                Refusal::Unknown("call")
            };
            return self.refuse(refusal);
        };
        if call.agent().is_none() {
            return self.refuse(Refusal::Conflict("no assistant has answered this call"));
        }
        if call.closed.is_some() {
            return self.refuse(Refusal::Conflict("this call is closed already"));
        }
        if call.open_consult().is_some() {
            return self.refuse(Refusal::Conflict(
                "a colleague is asked to take this call over: complete or cancel that, whoever has it last closes it",
            ));
        }
        if let Some(calling) = call.calling {
            let by = by.or(call.agent().cloned());
            return self.attempt_made(calling.item, outcome, note, by, promised);
        }
        if let Err(refusal) = self.floor.may_close_call(id, by.as_ref()) {
            return self.refuse(refusal);
        }
        if outcome == ANSWERED_IN_WRITING {
            return self.refuse(SPOKEN);
        }
        let Some(lane) = call.lane() else { return };
        let complains = complaint::route(&call.flow, &call.details).is_some();
        let situations = if complains { &[Situation::Complaint][..] } else { &[] };
        let found = match wrapup::check(lane, outcome, &note, written, situations) {
            Ok(found) => found.clone(),
            Err(refusal) => return self.refuse(refusal),
        };
        let owed = if let Phase::NoteOwed { item, .. } = call.phase { Some(item) } else { None };
        let heard = clinical::heard_in(&call.flow, lane, &note).filter(|_| written != Written::ByKeys);
        let written_by = by.or(call.agent().cloned());
        let heard = heard.map(|heard| clinical::written_by(written_by.clone(), &heard));
        let request = Request::of_call(call);
        let follows = chain::after_call(call, &found.id);
        let to = found.hands_to.as_ref().filter(|_| !complains).and_then(|to| call.flow.lane(to)).unwrap_or(lane);
        if let Err(refusal) = self.floor.keeps_for_call(call, to, promised, self.now) {
            return self.refuse(refusal);
        }
        // What is left, or was promised, has an owner and a date. A complaint is management's, whatever the outcome.
        let complaint = complains && !self.floor.manages(call, written_by.as_ref());
        let lane = found.hands_to.clone().filter(|_| !complains).unwrap_or_else(|| lane.id.clone());
        let clinical =
            found.hands_to.clone().filter(|to| complains && call.flow.lane(to).is_some_and(|to| to.clinical));
        if promised.is_some() || !found.closes || complaint {
            self.take_up_after_talk(id, &lane, promised.map(|promised| promised.at));
            self.promised_in_talk(id, &lane, promised, written_by.as_ref());
        }
        // A complaint is no reason to leave a medical question to management.
        clinical.iter().for_each(|lane| self.take_up_after_talk(id, lane, None));
        if let Some(by) = heard {
            self.open_urgent_item(request, by);
        }
        if let Some((request, link)) = follows {
            self.open_stage(request, link);
        }
        self.fact(Fact::CallClosed { call: id, outcome: found.id.clone(), note: note.clone() });
        if let Some(item) = owed {
            self.fact(Fact::ItemClosed { item, outcome: found.id, note, by: written_by });
        }
    }

    /// What a conversation promised is known as a person's promise, and goes before what a prompt had told.
    fn promised_in_talk(&mut self, call: CallId, lane: &LaneId, promised: Option<PromiseAsked>, by: Option<&AgentId>) {
        let is_left = |item: &&Item| {
            item.is_of(call) && item.closed.is_none() && item.new.lane == *lane && item.new.kind != ItemKind::NoteOwed
        };
        let Some(item) = self.floor.items.values().rev().find(is_left).map(|item| item.new.item) else { return };
        if let Some(PromiseAsked { at, anyway }) = promised {
            let to = ItemChange::Desk(DeskChange::Promised { at, anyway });
            self.fact(Fact::ItemChanged { item, to, by: by.cloned() });
        }
    }

    pub(super) fn wrap_up_over(&mut self, id: CallId) {
        if self.call(id).is_some_and(|call| call.calling.is_some()) {
            return self.attempt_over(id, AttemptEnd::Unwritten);
        }
        let Some(lane) = self.call(id).and_then(|c| c.lane()).map(|lane| lane.id.clone()) else { return };
        self.open_item(id, ItemKind::NoteOwed, &lane);
    }

    pub(super) fn transfer_asked(&mut self, id: CallId, to: &LaneId) {
        if let Err(refusal) = self.may_transfer(id, to).map(drop) {
            return self.refuse(refusal);
        }
        self.leave_complaint(id);
        self.give_away(id, HoldEnd::Transferred);
        self.enter_lane(id, to.clone(), Route::Transfer);
    }

    /// The lane, or why the call cannot go there.
    pub(super) fn may_transfer(&self, id: CallId, to: &LaneId) -> Result<&Lane, Refusal> {
        let Some(call) = self.call(id) else { return Err(Refusal::Unknown("call")) };
        if !matches!(call.phase, Phase::Talking { .. }) {
            return Err(Refusal::Conflict("only a call in conversation can be transferred"));
        }
        let Some(lane) = call.flow.lane(to) else {
            let allowed = call.flow.lanes.iter().map(|lane| lane.id.as_str().into()).collect();
            return Err(Refusal::NotAllowed { what: "lane", allowed });
        };
        if !lane.clinical && complaint::route(&call.flow, &call.details).is_some() {
            return Err(complaint::STAYS);
        }
        if call.urgent && !lane.clinical {
            return Err(Refusal::Conflict("an urgent call can only be transferred to a clinical lane"));
        }
        if call.closed.is_some() {
            return Err(Refusal::Conflict("this call is closed already"));
        }
        if !self.is_up(call.leg) {
            return Err(Refusal::Conflict("the caller has hung up"));
        }
        Ok(lane)
    }

    /// Who calls, for whom and why, as somebody learnt.
    pub(super) fn details_told(&mut self, of: Subject, details: Details) {
        let (known, lane) = match of {
            Subject::Call(id) => match self.call(id) {
                Some(call) => (&call.details, call.lane()),
                None => return self.refuse(Refusal::Unknown("open call")),
            },
            Subject::Item(id) => match self.floor.items.get(&id) {
                Some(item) if item.closed.is_some() => {
                    return self.refuse(Refusal::Conflict("this item is closed already"));
                }
                Some(item) => (&item.new.details, lane_of(item)),
                None => return self.refuse(Refusal::Unknown("item")),
            },
        };
        if let Some(reason) = &details.reason
            && !lane.is_some_and(|lane| lane.has_reason(reason))
        {
            let reasons = lane.map_or(&[][..], |lane| &lane.reasons);
            let allowed = reasons.iter().map(|reason| reason.id.as_str().into()).collect();
            return self.refuse(Refusal::NotAllowed { what: "reason", allowed });
        }
        if let Subject::Item(id) = of
            && let Some(item) = self.floor.items.get(&id)
            && complaint::route(&item.flow, &item.new.details).is_some()
            && details.reason.as_ref().is_some_and(|reason| !is_complaint(reason))
        {
            return self.refuse(complaint::STAYS_ONE);
        }
        let (mut after, known_window) = (known.clone(), known.preferred_window);
        after.learn(&details);
        if after != *known {
            let window = after.preferred_window != known_window;
            self.fact(Fact::DetailsKnown { of, details: Box::new(details) });
            if let (Subject::Item(item), true) = (of, window) {
                self.fit_to_window(item);
            }
            if let Subject::Item(item) = of {
                self.hand_to_management(item);
            }
        }
    }

    // ---- items ----

    pub(super) fn attempt_made(
        &mut self,
        id: ItemId,
        outcome: &str,
        note: Note,
        by: Option<AgentId>,
        promised: Option<PromiseAsked>,
    ) {
        if let Err(refusal) = self.may_promise(promised, by.as_ref()) {
            return self.refuse(refusal);
        }
        let Some((kind, found)) = self.work_on(id, outcome, &note, promised) else { return };
        if kind == ItemKind::NoteOwed {
            return self.refuse(Refusal::Conflict("a note is owed here: close the call instead"));
        }
        let Some(item) = self.floor.items.get(&id) else { return };
        if item.is_tried_out() && !item.unwritten {
            return self.refuse(Refusal::Conflict(no_further_attempt(item.rhythm().attempts_max())));
        }
        if let Err(refusal) = self.floor.is_somebody(by.as_ref()) {
            return self.refuse(refusal);
        }
        if found.closes && promised.is_some() {
            return self.refuse(KEEPS_OPEN);
        }
        if !item.unwritten && !found.closes && self.floor.declines_calls(&item.new.practice, &item.new.caller) {
            return self.refuse(NO_CALLS);
        }
        let made = item.attempts.saturating_add(u8::from(!item.unwritten));
        if let Err(refusal) = self.floor.keeps_for_item(item, promised, self.now) {
            return self.refuse(refusal);
        }
        let handed = match self.floor.handed_to(item, &found, by.as_ref()) {
            Ok(handed) => handed,
            Err(refusal) => return self.refuse(refusal),
        };
        if found.closes && !self.may_close_item(id, &note, by.as_ref()) {
            return;
        }
        if !self.may_stop(id, found.id.as_str(), made, by.as_ref()) {
            return;
        }
        let under_way = match self.attempt_by_hand(id) {
            Ok(under_way) => under_way,
            Err(why) => return self.refuse(Refusal::Conflict(why)),
        };
        let Some(item) = self.floor.items.get(&id) else { return };
        let due_before = item.new.due_at;
        let wished = promised.map(|promised| promised.at).unwrap_or_else(|| rhythm::next_attempt(item, self.now));
        let due_at = if self.floor.may_put_off(item, by.as_ref()) { wished } else { wished.min(due_before) };
        let heard = lane_of(item).and_then(|lane| clinical::heard_in(&item.flow, lane, &note));
        let attempted =
            Fact::ItemAttempted { item: id, outcome: found.id.clone(), note: note.clone(), due_at, by: by.clone() };
        self.fact(attempted);
        if let Some(PromiseAsked { at, anyway }) = promised {
            let to = ItemChange::Desk(DeskChange::Promised { at, anyway });
            self.fact(Fact::ItemChanged { item: id, to, by: by.clone() });
        }
        if let Some(call) = under_way {
            self.fact(Fact::CallClosed { call, outcome: found.id.clone(), note: note.clone() });
        }
        match heard {
            _ if found.closes => self.close_item(id, found.id, note, by),
            Some(heard) => {
                self.flag_item(id, heard.crisis, clinical::written_by(by, &heard));
                self.out.answer = Answer::Flagged(id);
            }
            None if handed.is_some() => handed.iter().for_each(|to| self.hand_over(id, to, by.clone(), promised)),
            None if due_at < wished => {
                self.out.answer = Answer::DueKept("clinical work is put off by the clinical group only: it stays due");
            }
            None => {}
        }
    }

    pub(super) fn item_close_asked(
        &mut self,
        id: ItemId,
        outcome: &str,
        note: Note,
        by: Option<AgentId>,
        promised: Option<PromiseAsked>,
    ) {
        let Some((kind, found)) = self.work_on(id, outcome, &note, promised) else { return };
        if kind == ItemKind::NoteOwed {
            let call = self.floor.items.get(&id).map(|item| item.new.call);
            return call.map_or((), |call| self.call_close_asked(call, outcome, note, by, promised));
        }
        if promised.is_some() {
            return self.refuse(KEEPS_OPEN);
        }
        if !found.closes {
            let Some(item) = self.floor.items.get(&id) else { return };
            let allowed = lane_of(item).map_or_else(Vec::new, |lane| {
                lane.outcomes.iter().filter(|o| o.closes).map(|o| o.id.as_str().into()).collect()
            });
            return self.refuse(Refusal::NotAllowed { what: "outcome", allowed });
        }
        let made = self.floor.items.get(&id).map_or(0, |item| item.attempts);
        if self.may_close_item(id, &note, by.as_ref()) && self.may_stop(id, outcome, made, by.as_ref()) {
            self.close_item(id, found.id, note, by);
        }
    }

    /// Closed as asked. Urgent words in the note are somebody else's work from now on.
    fn close_item(&mut self, id: ItemId, outcome: OutcomeId, note: Note, by: Option<AgentId>) {
        let Some(item) = self.floor.items.get(&id) else { return };
        let heard = lane_of(item).and_then(|lane| clinical::heard_in(&item.flow, lane, &note));
        let request = Request::of_item(self.floor, item);
        let follows = chain::after_item(&request, item, &outcome);
        let closed_by = by.clone().or(item.owner().cloned());
        self.fact(Fact::ItemClosed { item: id, outcome, note, by: closed_by.clone() });
        self.stopped(id, closed_by);
        if let Some(link) = follows {
            self.open_stage(request.clone(), link);
        }
        if let Some(heard) = heard {
            self.open_urgent_item(request, clinical::written_by(by, &heard));
        }
    }

    /// Refused, if it may not.
    fn may_close_item(&mut self, id: ItemId, note: &Note, by: Option<&AgentId>) -> bool {
        let Some(item) = self.floor.items.get(&id) else { return false };
        if let Some(refusal) = lane_of(item).and_then(|lane| clinical::heard_nobody(lane, note)) {
            self.refuse(refusal);
            return false;
        }
        self.floor.may_close_item(item, by).map_err(|refusal| self.refuse(refusal)).is_ok()
    }

    /// The open item and the outcome asked for, or the refusal.
    fn work_on(
        &mut self,
        id: ItemId,
        outcome: &str,
        note: &Note,
        promised: Option<PromiseAsked>,
    ) -> Option<(ItemKind, crate::flow::Outcome)> {
        let Some(item) = self.floor.items.get(&id) else {
            self.refuse(Refusal::Unknown("item"));
            return None;
        };
        if item.closed.is_some() {
            self.odd(Oddity::ClosedItem(id));
            self.refuse(Refusal::Conflict("this item is closed already"));
            return None;
        }
        if let (ANSWERED_IN_WRITING, Answerable::Live(why)) = (outcome, item.answerable())
            && item.new.kind != ItemKind::NoteOwed
        {
            self.refuse(Refusal::LiveCall(why));
            return None;
        }
        let kind = item.new.kind;
        let written = Written::Typed { with_time: promised.is_some() };
        let situations = situations(item, outcome);
        let lane = lane_of(item)?;
        let found = stop::outcome(lane, outcome)
            .and_then(|found| wrapup::check_note(lane, note, written, &situations).map(|()| found));
        match found {
            Ok(found) => Some((kind, found)),
            Err(refusal) => {
                self.refuse(refusal);
                None
            }
        }
    }

    pub(super) fn owner_asked(&mut self, id: ItemId, owner: &Arc<str>) {
        let Some(item) = self.floor.items.get(&id) else { return self.refuse(Refusal::Unknown("item")) };
        if item.closed.is_some() {
            return self.refuse(Refusal::Conflict("this item is closed already"));
        }
        let agent = AgentId::from(&**owner);
        let group = GroupId::from(&**owner);
        let owner = if self.floor.agents.contains_key(&agent) {
            Owner::Agent(agent)
        } else if self.floor.agents.values().any(|a| a.member.groups.contains(&group)) {
            Owner::Group(group)
        } else {
            let agents = self.floor.agents.values().map(|a| a.member.id.as_str().into());
            let groups = self.floor.agents.values().flat_map(|a| &a.member.groups).map(|g| g.as_str().into());
            let mut allowed: Vec<Arc<str>> = agents.chain(groups).collect();
            allowed.sort();
            allowed.dedup();
            return self.refuse(Refusal::NotAllowed { what: "owner", allowed });
        };
        if let Err(refusal) = self.floor.may_own(item, &owner) {
            return self.refuse(refusal);
        }
        self.fact(Fact::ItemOwned { item: id, owner });
    }
}

/// What an item's note is about: a callback that is done, or one more attempt; perhaps of a complaint.
fn situations(item: &Item, outcome: &str) -> Vec<Situation> {
    let closes = lane_of(item).and_then(|lane| lane.outcome(outcome)).is_some_and(|found| found.closes);
    let complains = complaint::route(&item.flow, &item.new.details).is_some();
    match (item.new.kind, closes) {
        (ItemKind::NoteOwed, _) if complains => vec![Situation::Complaint],
        (ItemKind::NoteOwed, _) => Vec::new(),
        (ItemKind::Stage, _) => Vec::new(),
        (_, true) if outcome == ANSWERED_IN_WRITING => Vec::new(),
        (_, false) => vec![Situation::Attempt],
        (_, true) if complains => vec![Situation::Callback, Situation::Complaint],
        (_, true) => vec![Situation::Callback],
    }
}

fn lane_of(item: &Item) -> Option<&Lane> {
    item.flow.lane(&item.new.lane)
}
