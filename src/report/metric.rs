//! The named numbers of a scorecard. `docs/SCORECARD.md` has the table of them, each with the facts it comes from.
//!
//! What the phone cannot see has no source, and says so: it is never shown as 0.

use std::collections::BTreeMap;

use super::delay::Delay;
use super::delay::delay;
use super::history::Contact;
use super::history::Ending;
use super::history::Pledge;
use super::history::Task;
use super::slice::Slice;
use crate::floor::details::Standing;
use crate::floor::fact::ItemKind;
use crate::floor::fact::Left;
use crate::floor::hours;
use crate::vocab::OutcomeId;
use crate::vocab::Span;

/// Who hangs up so soon after the call began has hardly waited.
const SHORT: Span = Span::secs(5);

/// Outcomes after which the patient has an appointment.
const BOOKED: [&str; 2] = ["booked", "rescheduled"];
/// Outcomes of an attempt at which nobody was spoken with.
const NOT_REACHED: [&str; 2] = ["message_left", "second_attempt_needed"];

/// What a metric comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// So many.
    Count(u32),
    /// So many of so many.
    Share(u32, u32),
    /// So many for each of so many.
    Each(u32, u32),
    /// How long it took; none if there was no case.
    Time(Option<Delay>),
    /// It cannot be known, and where it would come from.
    NoSource(&'static str),
}

/// A part of the scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What came in and what became of it.
    Calls,
    /// Missed calls and what was promised.
    Callbacks,
    /// Whether patients got further.
    Outcomes,
    /// What patients wrote instead of calling: no calls, and counted apart from them.
    Written,
    /// What the phone cannot see.
    Unseen,
}

impl Group {
    /// In the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Calls, Self::Callbacks, Self::Outcomes, Self::Written, Self::Unseen];

    /// As shown.
    pub fn title(self) -> &'static str {
        match self {
            Self::Calls => "Calls",
            Self::Callbacks => "Callbacks",
            Self::Outcomes => "Outcomes",
            Self::Written => "In writing",
            Self::Unseen => "What the phone cannot see",
        }
    }
}

/// A named number.
pub struct Metric {
    /// Its name in CSV and JSON.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Where it is shown.
    pub group: Group,
    value: fn(&Slice<'_>) -> Value,
}

impl Metric {
    /// What it comes to in a slice.
    pub fn of(&self, slice: &Slice<'_>) -> Value {
        (self.value)(slice)
    }
}

const fn metric(group: Group, id: &'static str, title: &'static str, value: fn(&Slice<'_>) -> Value) -> Metric {
    Metric { id, title, group, value }
}

/// All of them.
pub const METRICS: [Metric; 41] = [
    metric(Group::Calls, "calls", "calls that came in", |s| Value::Count(count(&s.contacts, |_| true))),
    metric(Group::Calls, "answered", "answered by a person", |s| share(&s.contacts, |c| c.answered.is_some())),
    metric(Group::Calls, "missed", "missed: nobody spoke with the caller", |s| share(&s.contacts, Contact::is_missed)),
    metric(Group::Calls, "served", "served by an approved answer", |s| {
        share(&s.contacts, |c| left(c, Left::SelfServed))
    }),
    metric(Group::Calls, "declined", "hung up before any choice", |s| share(&s.contacts, |c| left(c, Left::Declined))),
    metric(Group::Calls, "short_abandons", "hung up within 5 s", |s| share(&s.contacts, short)),
    metric(Group::Calls, "answer_time", "time until a person answered", |s| {
        Value::Time(delay(s.contacts.iter().filter_map(|c| c.answer_time())))
    }),
    metric(Group::Calls, "transfers", "handed on, for each answered call", |s| {
        let transfers = s.contacts.iter().map(|c| c.transfers).sum();
        Value::Each(transfers, count(&s.contacts, |c| c.answered.is_some()))
    }),
    metric(Group::Calls, "urgent", "urgent calls", |s| Value::Count(count(&s.contacts, |c| c.urgent))),
    metric(Group::Calls, "escalated", "handed on or flagged to the clinic", |s| {
        share(&s.contacts, |c| s.is_escalated(c))
    }),
    metric(Group::Calls, "repeat_callers", "callers who called more than once", repeat_callers),
    metric(Group::Calls, "repeat_calls", "calls about something already open", |s| {
        Value::Count(s.tasks.iter().map(|task| task.repeats).sum())
    }),
    metric(Group::Callbacks, "callbacks_needed", "calls that need a callback", |s| {
        share(&s.contacts, |c| c.item.is_some())
    }),
    metric(Group::Callbacks, "callback_time", "time until the first try", |s| {
        Value::Time(delay(callbacks(s).filter_map(|task| task.first_try().map(|at| at - task.opened))))
    }),
    metric(Group::Callbacks, "untried", "callbacks past their time that nobody has tried", |s| {
        share(&due_callbacks(s).collect::<Vec<_>>(), |task| task.first_try().is_none())
    }),
    metric(Group::Callbacks, "response_time", "time until a person spoke with the patient", response_time),
    metric(Group::Callbacks, "first_try", "done at the first try", |s| {
        let closed: Vec<_> = callbacks(s).filter(|task| task.closed.is_some()).collect();
        share(&closed, |task| task.attempts.is_empty())
    }),
    metric(Group::Callbacks, "callbacks_done", "callbacks closed", |s| {
        share(&callbacks(s).collect::<Vec<_>>(), |task| task.closed.is_some())
    }),
    metric(Group::Callbacks, "callbacks_same_day", "callbacks closed on the same day", |s| {
        share(&callbacks(s).collect::<Vec<_>>(), |task| same_day(s, task))
    }),
    metric(Group::Callbacks, "promises_kept", "promised times at which somebody had called", |s| {
        promises_kept(s, |_| true)
    }),
    metric(Group::Callbacks, "prompts_promises_kept", "of these, told by a prompt", |s| {
        promises_kept(s, |pledge| !pledge.by_person)
    }),
    metric(Group::Callbacks, "persons_promises_kept", "of these, told by a person", |s| {
        promises_kept(s, |pledge| pledge.by_person)
    }),
    metric(Group::Callbacks, "open", "open at the end", |s| Value::Count(count(&s.open, |_| true))),
    metric(Group::Callbacks, "overdue", "overdue at the end", |s| share(&s.open, |task| task.is_overdue_at(s.until))),
    metric(Group::Callbacks, "open_age", "age of what is open at the end", |s| {
        Value::Time(delay(s.open.iter().map(|task| s.until - task.opened)))
    }),
    metric(Group::Callbacks, "voicemail_age", "age of open voicemails at the end", |s| {
        let voicemails = s.open.iter().filter(|task| task.kind == ItemKind::Voicemail);
        Value::Time(delay(voicemails.map(|task| s.until - task.opened)))
    }),
    metric(Group::Callbacks, "overnight", "open over a night, counted each night", overnight),
    metric(Group::Outcomes, "booked", "answered calls that led to an appointment", |s| booked(s, |_| true)),
    metric(Group::Outcomes, "new_booked", "of these, of new patients", |s| booked(s, |c| is_new(c.standing))),
    metric(Group::Outcomes, "booked_callbacks", "returned calls that led to an appointment", |s| {
        let returned: Vec<_> = callbacks(s).filter(|task| task.closed.is_some() && s.can_book_item(task)).collect();
        share(&returned, |task| task.closed.as_ref().is_some_and(|closed| is_booked(&closed.outcome)))
    }),
    metric(Group::Outcomes, "completed", "requests done, with nothing left to do", |s| {
        share(&s.contacts.iter().copied().filter(|c| s.is_request(c)).collect::<Vec<_>>(), |c| s.is_completed(c))
    }),
    metric(Group::Outcomes, "documented", "answered calls written up in time", |s| {
        let answered: Vec<_> = s.contacts.iter().copied().filter(|c| c.ending == Ending::Answered).collect();
        share(&answered, |contact| contact.outcome.is_some() && !contact.note_was_owed)
    }),
    metric(Group::Outcomes, "documentation_accuracy", "closed calls and items whose note tells all it must", |s| {
        let calls = s.contacts.iter().filter_map(|contact| contact.complete);
        let items = s.tasks.iter().filter_map(|task| task.complete);
        share(&calls.chain(items).collect::<Vec<_>>(), |complete| complete)
    }),
    metric(Group::Outcomes, "reasons_known", "answered calls with a reason", |s| {
        share(&s.contacts.iter().copied().filter(|c| c.answered.is_some()).collect::<Vec<_>>(), |c| c.reason.is_some())
    }),
    metric(Group::Written, "written", "requests in writing", |s| Value::Count(count(&s.tasks, is_written))),
    metric(Group::Written, "written_answer_time", "time until a request in writing was answered or tried", |s| {
        let written = s.tasks.iter().copied().filter(|task| is_written(task));
        Value::Time(delay(written.filter_map(|task| Some(task.first_try()? - task.opened))))
    }),
    metric(Group::Written, "written_open", "of open items, requests in writing", |s| share(&s.open, is_written)),
    metric(Group::Unseen, "avoidable", "avoidable questions", |_| {
        Value::NoSource("a tag of the practice's on a reason")
    }),
    metric(Group::Unseen, "appointments", "confirmations, no-shows, recovered appointments", |_| {
        Value::NoSource("events of the appointment system")
    }),
    metric(Group::Unseen, "paperwork", "intake, referral documents", |_| {
        Value::NoSource("events of the intake and the referral system")
    }),
    metric(Group::Unseen, "verdicts", "correct escalation, complaints, interruptions", |_| {
        Value::NoSource("a person's verdict on a sample")
    }),
];

pub(super) fn count<T: Copy>(all: &[T], is: impl Fn(T) -> bool) -> u32 {
    u32::try_from(all.iter().filter(|one| is(**one)).count()).unwrap_or(u32::MAX)
}

fn share<T: Copy>(all: &[T], is: impl Fn(T) -> bool) -> Value {
    Value::Share(count(all, is), u32::try_from(all.len()).unwrap_or(u32::MAX))
}

fn is_written(task: &Task) -> bool {
    task.kind == ItemKind::Written
}

fn left(contact: &Contact, how: Left) -> bool {
    contact.ending == Ending::Left(how)
}

fn short(contact: &Contact) -> bool {
    left(contact, Left::Abandoned) && contact.ended.is_some_and(|at| at - contact.arrived < SHORT)
}

/// Of promises whose time is over.
fn promises_kept(slice: &Slice<'_>, is_meant: impl Fn(&Pledge) -> bool) -> Value {
    let pledges = slice.tasks.iter().flat_map(|task| &task.pledges);
    let past: Vec<&Pledge> = pledges.filter(|pledge| pledge.at < slice.until && is_meant(pledge)).collect();
    share(&past, Pledge::is_kept)
}

/// Patients who wait to hear from the practice.
fn callbacks<'s>(slice: &'s Slice<'_>) -> impl Iterator<Item = &'s Task> {
    slice.tasks.iter().copied().filter(|task| task.is_callback())
}

/// Those that somebody has tried, or should have.
pub(super) fn due_callbacks<'s>(slice: &'s Slice<'_>) -> impl Iterator<Item = &'s Task> {
    callbacks(slice).filter(|task| task.waited_for_try(slice.until).is_some())
}

/// Of answered calls in lanes that book.
pub(super) fn booked(slice: &Slice<'_>, is_meant: impl Fn(&Contact) -> bool) -> Value {
    let answered = |c: &&Contact| c.answered.is_some() && slice.can_book(c) && is_meant(c);
    let answered: Vec<_> = slice.contacts.iter().copied().filter(answered).collect();
    share(&answered, |contact| contact.outcome.as_ref().is_some_and(is_booked))
}

pub(super) fn is_new(standing: Option<Standing>) -> bool {
    standing == Some(Standing::New)
}

pub(super) fn is_booked(outcome: &OutcomeId) -> bool {
    BOOKED.contains(&outcome.as_str())
}

fn repeat_callers(slice: &Slice<'_>) -> Value {
    let mut calls: BTreeMap<_, u32> = BTreeMap::new();
    for caller in slice.contacts.iter().filter_map(|contact| contact.caller) {
        *calls.entry(caller).or_default() += 1;
    }
    share(&calls.into_values().collect::<Vec<_>>(), |calls| calls > 1)
}

/// Of calls until the conversation, of items until the first try at which somebody was spoken with.
fn response_time(slice: &Slice<'_>) -> Value {
    let is_reached = |outcome: &OutcomeId| !NOT_REACHED.contains(&outcome.as_str());
    let of_task = |task: &Task| {
        let mut tries = task.attempts.iter().chain(&task.closed);
        tries.find(|attempt| is_reached(&attempt.outcome)).map(|attempt| attempt.at - task.opened)
    };
    let calls = slice.contacts.iter().filter_map(|contact| contact.answer_time());
    Value::Time(delay(calls.chain(callbacks(slice).filter_map(of_task))))
}

fn same_day(slice: &Slice<'_>, task: &Task) -> bool {
    let date = |at| hours::local(slice.flow, at).map(|local| local.date());
    task.closed.as_ref().is_some_and(|closed| date(closed.at) == date(task.opened))
}

/// Each item once for each midnight of the slice that it was open at.
fn overnight(slice: &Slice<'_>) -> Value {
    let nights = slice.midnights.iter().filter(|night| **night <= slice.until);
    Value::Count(nights.map(|night| count(&slice.standing, |task| task.is_callback() && task.is_open_at(*night))).sum())
}
