//! What became of calls and of the work they left, folded from the journal's facts.
//!
//! It holds no personal text: a caller is a key to compare, a call and an item are their numbers.

mod pledge;

pub(super) use pledge::Pledge;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::floor::details::Standing;
use crate::floor::details::Subject;
use crate::floor::event::Note;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::Left;
use crate::floor::fact::NewItem;
use crate::floor::fact::Route;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::floor::fact::desk::DeskChange;
use crate::floor::wrapup::is_complete;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::Situation;
use crate::flow::is_complaint;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::NumberKey;
use crate::vocab::OutcomeId;
use crate::vocab::PracticeId;
use crate::vocab::ReasonId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How a call ended for its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has not.
    Open,
    /// After a conversation.
    Answered,
    /// Without one.
    Left(Left),
    /// Its entries were lost.
    Lost,
}

/// One patient's call.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Its id.
    pub call: CallId,
    /// The practice called.
    pub practice: PracticeId,
    /// The lane it was in last.
    pub lane: Option<LaneId>,
    /// What was spoken.
    pub language: Language,
    /// Who called, to compare.
    pub caller: Option<NumberKey>,
    /// When it began.
    pub arrived: Timestamp,
    /// When its first conversation began.
    pub answered: Option<Timestamp>,
    /// How it ended.
    pub ending: Ending,
    /// When it left the line, the conversation or the menu.
    pub ended: Option<Timestamp>,
    /// How often an assistant handed it on.
    pub transfers: u32,
    /// How often a caller could not be moved to who had accepted.
    pub failed_joins: u32,
    /// Said or flagged to be urgent.
    pub urgent: bool,
    /// A new patient's or an existing one's, if anybody said so.
    pub standing: Option<Standing>,
    /// Why it came, from the lane's list.
    pub reason: Option<ReasonId>,
    /// What an assistant closed it with.
    pub outcome: Option<OutcomeId>,
    /// Did the note tell everything that its lane asks for, if that can be known?
    pub complete: Option<bool>,
    /// Nobody wrote it up in time.
    pub note_was_owed: bool,
    /// The on-call ladder was rung to its end in vain.
    pub ladder_failed: bool,
    /// The item that it opened or belongs to, if it left work to do.
    pub item: Option<ItemId>,
}

/// One attempt to reach the patient.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When it was recorded.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: OutcomeId,
}

/// Work that a call left.
#[derive(Clone, Debug)]
pub struct Task {
    /// The item's id.
    pub item: ItemId,
    /// The practice.
    pub practice: PracticeId,
    /// The lane.
    pub lane: LaneId,
    /// What it comes from.
    pub kind: ItemKind,
    /// What the patient speaks.
    pub language: Language,
    /// Whose it is.
    pub owner: Owner,
    /// Urgent?
    pub urgent: bool,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it is due.
    pub due: Timestamp,
    /// What the patient was promised, in order.
    pub pledges: Vec<Pledge>,
    /// Further calls about it.
    pub repeats: u32,
    /// Attempts that did not close it, in order.
    pub attempts: Vec<Attempt>,
    /// When it was closed, and with what.
    pub closed: Option<Attempt>,
    /// Did the note of its close tell everything that its lane asks for, if that can be known?
    pub complete: Option<bool>,
    /// Is it a complaint?
    pub complaint: bool,
    /// A new patient's or an existing one's, if anybody said so.
    pub standing: Option<Standing>,
}

impl Contact {
    /// Did it leave work to do, without a conversation?
    pub fn is_missed(&self) -> bool {
        match self.ending {
            Ending::Left(how) => !matches!(how, Left::Declined | Left::SelfServed | Left::TurnedAway),
            Ending::Lost => true,
            Ending::Open | Ending::Answered => false,
        }
    }

    /// How long it took until somebody spoke with the caller.
    pub fn answer_time(&self) -> Option<Span> {
        self.answered.map(|at| at - self.arrived)
    }
}

impl Task {
    /// The first time somebody tried to reach the patient.
    pub fn first_try(&self) -> Option<Timestamp> {
        self.attempts.first().or(self.closed.as_ref()).map(|attempt| attempt.at)
    }

    /// Is it about a patient who waits to hear from the practice, and not about a note?
    pub fn is_callback(&self) -> bool {
        !matches!(self.kind, ItemKind::NoteOwed | ItemKind::Stage | ItemKind::Written)
    }

    /// How long its patient waited for the first try; while nobody has tried, since it was opened, if it is overdue.
    pub(super) fn waited_for_try(&self, until: Timestamp) -> Option<Span> {
        let tried = self.first_try();
        tried.or((self.due < until).then_some(until)).map(|at| at - self.opened)
    }

    /// Was it open then?
    pub fn is_open_at(&self, at: Timestamp) -> bool {
        self.opened <= at && self.closed.as_ref().is_none_or(|closed| closed.at > at)
    }

    /// When it was due then: each attempt sets a time of its own, of which only the last is known.
    pub fn is_overdue_at(&self, at: Timestamp) -> bool {
        self.is_open_at(at) && self.due < at
    }
}

/// All calls and items of a journal.
#[derive(Clone, Debug, Default)]
pub struct History {
    flows: BTreeMap<PracticeId, Arc<Flow>>,
    contacts: BTreeMap<CallId, Contact>,
    tasks: BTreeMap<ItemId, Task>,
    last: Option<Timestamp>,
}

impl History {
    /// Takes an entry's facts, decided at `at`.
    pub fn take(&mut self, at: Timestamp, facts: &[Fact]) {
        self.last = Some(at);
        facts.iter().for_each(|fact| self.fold(at, fact));
    }

    /// The practices, each with the flow file it uses now.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.flows.values()
    }

    /// Calls, in the order in which they came.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values()
    }

    /// Items, in the order in which they were opened.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The time of the last entry.
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    fn fold(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::FlowLoaded(file) => {
                self.flows.insert(file.flow.practice.clone(), file.flow.clone());
            }
            Fact::CallArrived { call, practice, caller, began, .. } => {
                self.arrived(began.unwrap_or(at), *call, practice, caller);
            }
            Fact::LanguageChosen { call, language } => self.with(*call, |contact| contact.language = language.clone()),
            Fact::UrgentFlagged { call, .. } => self.with(*call, |contact| contact.urgent = true),
            Fact::Queued { call, lane, how, .. } => self.with(*call, |contact| {
                contact.lane = Some(lane.clone());
                contact.urgent |= *how == Route::Urgent;
            }),
            Fact::DetailsKnown { of: Subject::Item(item), details } => self.with_task(*item, |task| {
                task.complaint = details.reason.as_ref().map_or(task.complaint, is_complaint);
                task.standing = details.standing.or(task.standing);
            }),
            Fact::DetailsKnown { of: Subject::Call(call), details } => {
                self.with(*call, |contact| {
                    contact.reason = details.reason.clone().or(contact.reason.take());
                    contact.standing = details.standing.or(contact.standing);
                });
            }
            Fact::TalkBegan { call, .. } => self.with(*call, |contact| {
                contact.answered.get_or_insert(at);
            }),
            Fact::TalkEnded { call, .. } => self.ended(at, *call, Ending::Answered),
            Fact::CallLeft { call, how } => self.ended(at, *call, Ending::Left(*how)),
            Fact::CallLost { call } => self.ended(at, *call, Ending::Lost),
            Fact::CallResumed { call, .. } => self.with(*call, |contact| {
                (contact.ending, contact.ended) = (Ending::Open, None);
            }),
            Fact::Transferred { call, .. } => self.with(*call, |contact| {
                contact.transfers += 1;
                (contact.ending, contact.ended) = (Ending::Open, None);
            }),
            Fact::Consulted(Consulted { call, step: ConsultStep::Completed { lane, .. } }) => {
                self.with(*call, |contact| {
                    contact.transfers += 1;
                    contact.lane = Some(lane.clone());
                });
            }
            Fact::JoinFailed { call } => self.with(*call, |contact| contact.failed_joins += 1),
            Fact::LadderEnded { call, .. } => self.with(*call, |contact| contact.ladder_failed = true),
            Fact::CallClosed { call, outcome, note } => self.call_closed(*call, outcome, note),
            other => self.worked_on(at, other),
        }
    }

    /// What became of the work that calls and letters left.
    fn worked_on(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ItemOpened(new) => self.opened(at, new),
            Fact::ItemJoined { item, call, kind, promised, due_at } => {
                self.with(*call, |contact| contact.item = Some(*item));
                self.with_task(*item, |task| {
                    task.repeats += 1;
                    task.kind = kind.unwrap_or(task.kind);
                    task.told(*promised);
                    task.due = due_at.unwrap_or(task.due);
                });
            }
            Fact::ItemAttempted { item, outcome, due_at, .. } => self.with_task(*item, |task| {
                task.tried(at);
                task.attempts.push(Attempt { at, outcome: outcome.clone() });
                task.due = *due_at;
            }),
            Fact::ItemClosed { item, outcome, note, .. } => self.item_closed(at, *item, outcome, note),
            Fact::ItemChanged { item, to, .. } => self.item_changed(at, *item, to),
            Fact::LetterCame(letter) if letter.again => self.with_task(letter.item, |task| {
                task.repeats += 1;
                task.due = letter.due_at.unwrap_or(task.due);
            }),
            Fact::ItemOwned { item, owner } => self.with_task(*item, |task| task.owner = owner.clone()),
            Fact::ItemFlagged { item, lane, owner, due_at, .. } => self.with_task(*item, |task| {
                (task.urgent, task.due) = (true, *due_at);
                (task.lane, task.owner) = (lane.clone(), owner.clone());
            }),
            _ => {}
        }
    }

    fn item_changed(&mut self, at: Timestamp, item: ItemId, to: &ItemChange) {
        match to {
            ItemChange::Merged { into } => {
                let merged = Attempt { at, outcome: "merged".into() };
                let given = self.tasks.get_mut(&item).and_then(|task| {
                    task.closed = Some(merged);
                    task.given_away()
                });
                self.with_task(*into, |task| task.take_over(given));
            }
            ItemChange::Due { at } => self.with_task(item, |task| task.put_to(*at)),
            ItemChange::Desk(DeskChange::Promised { at, .. }) => {
                self.with_task(item, |task| task.promised_by_person(*at));
            }
            ItemChange::Handed { lane, owner, due_at } => self.with_task(item, |task| {
                (task.lane, task.owner, task.due) = (lane.clone(), owner.clone(), *due_at);
            }),
            ItemChange::Desk(DeskChange::Said { .. } | DeskChange::Referral { .. }) => {}
        }
    }

    fn call_closed(&mut self, call: CallId, outcome: &OutcomeId, note: &Note) {
        let complete = self.contacts.get(&call).and_then(|contact| {
            let complaint = contact.reason.as_ref().is_some_and(is_complaint);
            let situations = if complaint { &[Situation::Complaint][..] } else { &[] };
            is_complete(self.lane(&contact.practice, contact.lane.as_ref()?)?, note, situations)
        });
        self.with(call, |contact| (contact.outcome, contact.complete) = (Some(outcome.clone()), complete));
    }

    fn item_closed(&mut self, at: Timestamp, item: ItemId, outcome: &OutcomeId, note: &Note) {
        let complete = self.tasks.get(&item).filter(|task| task.kind != ItemKind::NoteOwed).and_then(|task| {
            let callback = Some(Situation::Callback).filter(|_| task.is_callback());
            let complaint = Some(Situation::Complaint).filter(|_| task.complaint);
            let situations: Vec<Situation> = callback.into_iter().chain(complaint).collect();
            is_complete(self.lane(&task.practice, &task.lane)?, note, &situations)
        });
        self.with_task(item, |task| {
            task.tried(at);
            task.closed = Some(Attempt { at, outcome: outcome.clone() });
            task.complete = complete;
        });
    }

    fn lane(&self, practice: &PracticeId, lane: &LaneId) -> Option<&Lane> {
        self.flows.get(practice)?.lane(lane)
    }

    fn arrived(&mut self, at: Timestamp, call: CallId, practice: &PracticeId, caller: &Caller) {
        let greets_in = self.flows.get(practice).and_then(|flow| flow.languages.first().cloned());
        let Some(language) = greets_in else { return };
        let contact = Contact {
            call,
            practice: practice.clone(),
            lane: None,
            language,
            caller: caller.number.as_ref().filter(|number| !number.is_erased()).map(Number::key),
            arrived: at,
            answered: None,
            ending: Ending::Open,
            ended: None,
            transfers: 0,
            failed_joins: 0,
            urgent: false,
            standing: None,
            reason: None,
            outcome: None,
            complete: None,
            note_was_owed: false,
            ladder_failed: false,
            item: None,
        };
        self.contacts.insert(call, contact);
    }

    fn ended(&mut self, at: Timestamp, call: CallId, ending: Ending) {
        self.with(call, |contact| (contact.ending, contact.ended) = (ending, Some(at)));
    }

    fn opened(&mut self, at: Timestamp, new: &NewItem) {
        self.with(new.call, |contact| match new.kind {
            ItemKind::NoteOwed => contact.note_was_owed = true,
            _ => contact.item = Some(new.item),
        });
        let task = Task {
            item: new.item,
            practice: new.practice.clone(),
            lane: new.lane.clone(),
            kind: new.kind,
            language: new.language.clone(),
            owner: new.owner.clone(),
            urgent: new.urgent,
            opened: at,
            due: new.due_at,
            pledges: new.promised.into_iter().map(Pledge::by_prompt).collect(),
            repeats: 0,
            attempts: Vec::new(),
            closed: None,
            complete: None,
            complaint: new.details.reason.as_ref().is_some_and(is_complaint),
            standing: new.details.standing,
        };
        self.tasks.insert(new.item, task);
    }

    fn with(&mut self, call: CallId, change: impl FnOnce(&mut Contact)) {
        if let Some(contact) = self.contacts.get_mut(&call) {
            change(contact);
        }
    }

    fn with_task(&mut self, item: ItemId, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.get_mut(&item) {
            change(task);
        }
    }
}
