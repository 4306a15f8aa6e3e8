//! Clinical work: who may flag a request as urgent, who may close it, and what typed notes say.
//!
//! Nobody judges what a request is about: it follows keys, the practice's list of words, and people. Whoever flags
//! hands over: a call goes to the clinical lane, an item becomes the clinical group's.

use std::sync::Arc;

use super::Floor;
use super::acd::agent::Agent;
use super::call::Call;
use super::call::Phase;
use super::details::Details;
use super::details::Subject;
use super::effect::Answer;
use super::effect::Refusal;
use super::event::Input;
use super::event::Note;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::ItemKind;
use super::fact::NewItem;
use super::fact::hold::HoldEnd;
use super::ivr::says_any;
use super::turn::Turn;
use super::work::item::Item;
use super::work::note::only_tried;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::normalise;
use crate::flow::says_nothing;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::FieldId;
use crate::vocab::ItemId;
use crate::vocab::Language;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

const CLOSED: Refusal = Refusal::Conflict("this item is closed already");

/// Urgent words found in a note.
pub(super) struct Heard {
    field: FieldId,
    /// Of self-harm?
    pub(super) crisis: bool,
}

/// The practice's words among these, in any of its languages: are they of self-harm?
pub(super) fn urgent_words(flow: &Flow, words: &str) -> Option<bool> {
    let words = normalise(words);
    if says_any(&flow.urgent.crisis, &words) {
        return Some(true);
    }
    says_any(&flow.urgent.phrases, &words).then_some(false)
}

/// The same of what came from a leg: only words can be urgent.
pub(super) fn urgent_said(flow: &Flow, input: &Input) -> Option<bool> {
    match input {
        Input::Speech(words) => urgent_words(flow, words.reveal()),
        Input::Nothing | Input::Keys(_) | Input::Pin(_) | Input::Message { .. } => None,
    }
}

/// Clinical work is never closed because nobody was reached: somebody clinical decides what becomes of it.
// rule: clinical-never-unreachable
pub(super) fn heard_nobody(lane: &Lane, note: &Note) -> Option<Refusal> {
    let done = note.get("action").filter(|text| !says_nothing(text.reveal()));
    let texts = done.map_or_else(|| note.values().collect::<Vec<_>>(), |action| vec![action]);
    let unheard = lane.clinical && only_tried(texts.into_iter().map(|text| text.reveal().as_str()));
    unheard.then_some(Refusal::Conflict(
        "clinical work is never closed because nobody was reached: it stays the clinical group's; say what was decided",
    ))
}

/// What a typed note says, words of self-harm before others. "No chest pain" says it, too: nobody judges.
///
/// A clinical lane's own notes are not searched: its people are those who are called.
// rule: typed-words-are-heard
pub(super) fn heard_in(flow: &Flow, lane: &Lane, note: &Note) -> Option<Heard> {
    let fields = note.iter().filter(|_| !lane.clinical);
    let heard = fields
        .filter_map(|(field, text)| Some(Heard { field: field.clone(), crisis: urgent_words(flow, text.reveal())? }));
    heard.max_by_key(|heard| heard.crisis)
}

impl Floor {
    /// Whoever serves this lane, or owns its work.
    fn is_clinician(&self, agent: &Agent, lane: &Lane) -> bool {
        let owner = if let Owner::Group(group) = &lane.owner { Some(group) } else { None };
        let mut groups = lane.serving.iter().flat_map(|tier| &tier.groups).chain(owner);
        groups.any(|group| agent.member.groups.contains(group))
    }

    /// Is this work put off by `by`, or does it stay due when it is? Anybody may try to reach a patient, but only the
    /// clinical group decides that clinical work can wait. Without a name the owner is meant, if that is one person.
    // rule: clinical-stays-due
    pub(super) fn may_put_off(&self, item: &Item, by: Option<&AgentId>) -> bool {
        let Some(lane) = item.flow.lane(&item.new.lane).filter(|lane| lane.clinical) else { return true };
        let by = by.or(item.owner()).and_then(|by| self.agents.get(by));
        by.is_some_and(|agent| self.is_clinician(agent, lane))
    }

    /// May `by` close this clinical work? Without a name the owner is meant, if that is one person.
    // rule: clinical-closes-clinical
    fn may_close(&self, item: &Item, lane: &Lane, by: Option<&AgentId>) -> Result<(), Refusal> {
        let flagged_by = item.new.flagged_by.as_ref().and_then(FlaggedBy::agent);
        let clinicians = self.agents.values().filter(|agent| self.is_clinician(agent, lane));
        let mut able = clinicians.map(|agent| &agent.member.id).filter(|agent| Some(*agent) != flagged_by);
        let Some(by) = by.or(item.owner()) else {
            let allowed = able.map(|agent| agent.as_str().into()).collect();
            return Err(Refusal::NotAllowed { what: "by", allowed });
        };
        if able.any(|agent| agent == by) {
            return Ok(());
        }
        // rule: flagger-cannot-close
        Err(Refusal::NotHers(if Some(by) == flagged_by {
            "whoever flagged this as urgent cannot close it: somebody else of the clinical group does"
        } else {
            "clinical work is closed by the clinical group only"
        }))
    }

    pub(super) fn is_somebody(&self, by: Option<&AgentId>) -> Result<(), Refusal> {
        if by.is_none_or(|by| self.agents.contains_key(by)) {
            return Ok(());
        }
        Err(Refusal::NotAllowed { what: "by", allowed: self.assistants() })
    }

    /// Every assistant's id, for a refusal that names who might.
    pub(super) fn assistants(&self) -> Vec<Arc<str>> {
        self.agents.keys().map(|agent| agent.as_str().into()).collect()
    }

    /// May `by` close this call? Whoever spoke with its caller may; of a clinical lane nobody else but its people.
    pub(super) fn may_close_call(&self, call: CallId, by: Option<&AgentId>) -> Result<(), Refusal> {
        self.is_somebody(by)?;
        let Some(call) = self.calls.get(&call) else { return Ok(()) };
        let Some((lane, by)) = call.lane().filter(|lane| lane.clinical).zip(by) else { return Ok(()) };
        let clinician = self.agents.get(by).is_some_and(|agent| self.is_clinician(agent, lane));
        if clinician || call.agent() == Some(by) {
            return Ok(());
        }
        Err(Refusal::NotHers("clinical work is closed by the clinical group only"))
    }

    /// May `by` close this item?
    pub(super) fn may_close_item(&self, item: &Item, by: Option<&AgentId>) -> Result<(), Refusal> {
        self.is_somebody(by)?;
        match item.flow.lane(&item.new.lane) {
            Some(lane) if lane.clinical => self.may_close(item, lane, by),
            _ => self.may_close_complaint(item, by),
        }
    }

    /// The open item by which a call is with the clinical group already.
    fn urgent_item_of(&self, call: CallId) -> Option<ItemId> {
        if call == CallId::NONE {
            // Of a letter no call tells which is which.
            return None;
        }
        let of_call = |item: &&Item| item.new.call == call && item.new.urgent && item.closed.is_none();
        self.items.values().find(of_call).map(|item| item.new.item)
    }
}

impl Turn<'_> {
    /// An assistant's one key, or request: this is urgent. Asked again, it changes nothing.
    pub(super) fn urgent_asked(&mut self, of: Subject, by: AgentId) {
        if let Err(refusal) = self.floor.is_somebody(Some(&by)) {
            return self.refuse(refusal);
        }
        let by = FlaggedBy::Agent(by);
        match of {
            Subject::Call(call) => self.flag_call(call, by),
            Subject::Item(item) => self.flag_item(item, false, by),
        }
    }

    fn flag_call(&mut self, id: CallId, by: FlaggedBy) {
        let Some(call) = self.call(id) else { return self.flag_what_is_left(id, by) };
        if let Some(calling) = call.calling.filter(|calling| !calling.answered) {
            return self.flag_item(calling.item, false, by);
        }
        let here_already = call.is_with_the_clinic();
        match call.phase.clone() {
            _ if here_already => {}
            Phase::Menu | Phase::Waiting | Phase::Offered(_) => self.flag_waiting(id, false, by),
            Phase::Talking { .. } => {
                self.leave_complaint(id);
                self.give_away(id, HoldEnd::Transferred);
                self.flag_urgent(id, false, by);
            }
            // The caller has hung up, or is leaving a message: somebody clinical calls back.
            Phase::WrapUp { .. } | Phase::NoteOwed { .. } | Phase::Voicemail { .. } => {
                self.open_urgent_item(Request::of_call(call), by)
            }
        }
    }

    /// The call is over: what it left is flagged.
    fn flag_what_is_left(&mut self, id: CallId, by: FlaggedBy) {
        let of_call = |item: &&Item| item.is_of(id) && item.closed.is_none();
        let left: Vec<ItemId> = self.floor.items.values().filter(of_call).map(|item| item.new.item).collect();
        if id.0 == 0 || id.0 > self.floor.minted.call {
            return self.refuse(Refusal::Unknown("call"));
        }
        if left.is_empty() {
            return self.refuse(Refusal::Conflict("this call is closed, and no item of it is open"));
        }
        for item in left {
            self.flag_item(item, false, by.clone());
        }
    }

    /// The item is the clinical group's from now on, due as an urgent callback is.
    pub(super) fn flag_item(&mut self, id: ItemId, crisis: bool, by: FlaggedBy) {
        let Some(item) = self.floor.items.get(&id) else { return self.refuse(Refusal::Unknown("item")) };
        if item.closed.is_some() {
            return self.refuse(CLOSED);
        }
        if item.new.kind == ItemKind::NoteOwed {
            return self.flag_call(item.new.call, by);
        }
        let lane = item.flow.lane(&item.new.lane).filter(|lane| lane.clinical);
        if lane.is_some() && item.new.urgent {
            return;
        }
        let Some(lane) = lane.or_else(|| item.flow.lane(&item.flow.urgent.lane)) else { return };
        let due_at = item.new.due_at.min(self.now + lane.callback_within);
        let (lane, owner) = (lane.id.clone(), lane.owner.clone());
        self.fact(Fact::ItemFlagged { item: id, crisis, by, lane, owner, due_at });
    }

    /// An urgent item for the clinical group, beside what is closed; at most one of a call is open. The answer names
    /// it.
    pub(super) fn open_urgent_item(&mut self, of: Request, by: FlaggedBy) {
        let Some(lane) = of.flow.lane(&of.flow.urgent.lane) else { return };
        let call = of.call;
        if self.floor.urgent_item_of(call).is_none() {
            let (item, due_at) = (ItemId(self.floor.minted.item + 1), self.now + lane.callback_within);
            let mut new = of.item(item, ItemKind::FollowUp, lane, due_at);
            new.urgent = true;
            new.flagged_by = Some(by).filter(|by| !by.is_caller());
            self.fact(Fact::ItemOpened(Box::new(new)));
        }
        let opened = ItemId(self.floor.minted.item);
        if let Some(item) = self.floor.urgent_item_of(call).or((call == CallId::NONE).then_some(opened)) {
            self.out.answer = Answer::Flagged(item);
        }
    }
}

/// Whose request another item goes on with.
#[derive(Clone)]
pub(super) struct Request {
    call: CallId,
    practice: PracticeId,
    caller: Caller,
    language: Language,
    arrived: Timestamp,
    details: Details,
    flow: Arc<Flow>,
}

impl Request {
    /// That of a call.
    pub(super) fn of_call(call: &Call) -> Self {
        Self {
            call: call.id,
            practice: call.practice.clone(),
            caller: call.caller.clone(),
            language: call.language.clone(),
            arrived: call.arrived,
            details: call.details.clone(),
            flow: call.flow.clone(),
        }
    }

    /// The flow of what comes of it.
    pub(super) fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// A new item of the same request, in this lane and of its owner.
    pub(super) fn item(&self, item: ItemId, kind: ItemKind, lane: &Lane, due_at: Timestamp) -> NewItem {
        let reason = self.details.reason.clone().filter(|reason| lane.has_reason(reason));
        NewItem {
            item,
            call: self.call,
            practice: self.practice.clone(),
            lane: lane.id.clone(),
            kind,
            caller: self.caller.clone(),
            language: self.language.clone(),
            urgent: false,
            owner: lane.owner.clone(),
            due_at,
            arrived: self.arrived,
            promised: None,
            details: Details { reason, ..self.details.clone() },
            flagged_by: None,
            maybe_same: None,
            earlier: None,
            chain: None,
        }
    }

    /// That of an item; its call may be gone, and then the flow in force is the new item's.
    pub(super) fn of_item(floor: &Floor, item: &Item) -> Self {
        let new = &item.new;
        let in_force = floor.practices.get(&new.practice).map(|practice| practice.flow.clone());
        Self {
            call: new.call,
            practice: new.practice.clone(),
            caller: new.caller.clone(),
            language: new.language.clone(),
            arrived: new.arrived,
            details: new.details.clone(),
            flow: floor.calls.get(&new.call).map(|call| call.flow.clone()).or(in_force).unwrap_or(item.flow.clone()),
        }
    }
}

/// By whom a note was flagged.
pub(super) fn written_by(by: Option<AgentId>, heard: &Heard) -> FlaggedBy {
    FlaggedBy::Note { by, field: heard.field.clone() }
}
