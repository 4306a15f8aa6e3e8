//! What a scorecard points to: the practice's own rules for reading its numbers, for the whole practice and each lane.
//!
//! A rule needs enough cases to mean anything, and names where it holds. It never names a person.

use std::fmt;

use super::baseline::percent;
use super::delay::delay;
use super::finding::LATE;
use super::finding::MANY_MISSED;
use super::finding::SOON;
use super::finding::is_no_chance;
use super::metric::METRICS;
use super::metric::Value;
use super::metric::booked;
use super::metric::due_callbacks;
use super::metric::is_new;
use super::slice::Slice;
use crate::vocab::LaneId;
use crate::vocab::Language;

/// With fewer cases a share is chance.
const CASES_MIN: u32 = 8;
/// With fewer cases a time is chance.
const TIMES_MIN: u32 = 4;
/// From this share on, in percent, callbacks past their time that nobody has tried are nobody's task.
const UNTRIED_MAX: u32 = 25;
/// From this share on, in percent, returned calls lead to appointments as they should.
const BOOKED_MIN: u32 = 25;
/// Of a hundred promised times so many have to be kept.
const KEPT_MIN: u32 = 75;
/// So many of a hundred calls about something already open are many.
const MANY_REPEATS: u32 = 20;
/// So many times in a hundred an answered call is handed on, and that is often.
const MANY_TRANSFERS: u32 = 30;
/// A voicemail that is open for longer than this, in seconds, is old: one day.
const OLD: i64 = 24 * 3_600;

/// Something that the numbers point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Many calls are missed and soon called back.
    Coverage,
    /// Callbacks come late.
    Ownership,
    /// Callbacks do not come at all.
    NobodysTask,
    /// Soon called back, and yet few appointments.
    Script,
    /// Promised times pass without a call.
    BrokenPromises,
    /// New patients are answered and get no visit.
    NewPatients,
    /// Many call again about what is already open.
    Repeats,
    /// Calls are handed on often.
    Transfers,
    /// Messages grow old.
    OldVoicemail,
    /// Callers of this language wait twice as long as others.
    LanguageGap,
    /// Half as many again are missed in this hour as over the day.
    Hour(u8),
}

/// What, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What the numbers point to.
    pub what: What,
    /// The lane in which it holds; none is the whole practice.
    pub lane: Option<LaneId>,
    /// The language in which it holds.
    pub language: Option<Language>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(lane) = &self.lane {
            write!(f, "{lane}: ")?;
        }
        if let Some(language) = &self.language {
            write!(f, "{language}: ")?;
        }
        match self.what {
            What::Coverage => f.write_str("many calls are missed but called back soon: look at who answers when"),
            What::Ownership => f.write_str("callbacks come late: look at staffing, or at who owns a missed call"),
            What::NobodysTask => f.write_str("callbacks are due and nobody has tried: a missed call is nobody's task"),
            What::BrokenPromises => {
                f.write_str("promised times pass without a call: look at what is promised, and at who keeps it")
            }
            What::NewPatients => {
                f.write_str("new patients are answered and few get a visit: look at the script, and at free times")
            }
            What::Script => f.write_str(
                "callbacks are fast and few lead to an appointment: look at the script, free times, or the hand-off",
            ),
            What::Repeats => f.write_str("many call again about what is already open: look at what they are told"),
            What::Transfers => f.write_str("calls are handed on often: look at the menu and at who may do what"),
            What::OldVoicemail => f.write_str("voicemails stay open for more than a day"),
            What::LanguageGap => f.write_str("callers wait twice as long as others"),
            What::Hour(hour) => {
                write!(f, "far more calls are missed from {hour:02}:00 to {:02}:00 than over the day", (hour + 1) % 24)
            }
        }
    }
}

/// All causes: of the practice, then of single lanes where the whole does not show them, hours and languages.
pub(super) fn causes(slice: &Slice<'_>) -> Vec<Cause> {
    let cause = |what, lane, language| Cause { what, lane, language };
    let whole = of(slice);
    let mut found: Vec<Cause> = whole.iter().map(|what| cause(*what, None, None)).collect();
    for lane in &slice.flow.lanes {
        let part = slice.only(|c| c.lane.as_ref() == Some(&lane.id), |task| task.lane == lane.id);
        let only_here = of(&part).into_iter().filter(|what| !whole.contains(what));
        found.extend(only_here.map(|what| cause(what, Some(lane.id.clone()), None)));
    }
    found.extend(hours(slice).into_iter().map(|hour| cause(What::Hour(hour), None, None)));
    found.extend(gaps(slice).into_iter().map(|language| cause(What::LanguageGap, None, Some(language))));
    found
}

/// A metric of the slice.
fn value(slice: &Slice<'_>, id: &str) -> Option<Value> {
    METRICS.iter().find(|metric| metric.id == id).map(|metric| metric.of(slice))
}

/// A share in percent, if there are enough cases.
fn share(slice: &Slice<'_>, id: &str) -> Option<u32> {
    match value(slice, id)? {
        Value::Share(part, whole) | Value::Each(part, whole) if whole >= CASES_MIN => Some(percent(part, whole)),
        _ => None,
    }
}

fn median(slice: &Slice<'_>, id: &str) -> Option<i64> {
    match value(slice, id)? {
        Value::Time(Some(time)) if time.cases >= TIMES_MIN => Some(time.median_seconds),
        _ => None,
    }
}

/// How long half of the patients waited for a callback. Who still waits past the time has waited until now: else a
/// practice that calls nobody back would look quick.
fn usual_callback(slice: &Slice<'_>) -> Option<i64> {
    let waits = delay(due_callbacks(slice).filter_map(|task| task.waited_for_try(slice.until)))?;
    (waits.cases >= TIMES_MIN).then_some(waits.median_seconds)
}

/// Few new patients get a visit: few at all, or less than half as many as of the others.
fn new_patients_go_without(slice: &Slice<'_>) -> bool {
    let enough = |value| match value {
        Value::Share(part, whole) if whole >= CASES_MIN => Some(percent(part, whole)),
        _ => None,
    };
    let others = enough(booked(slice, |contact| !is_new(contact.standing)));
    let new = share(slice, "new_booked");
    new.is_some_and(|new| new < BOOKED_MIN || others.is_some_and(|others| 2 * new < others))
}

fn of(slice: &Slice<'_>) -> Vec<What> {
    let callback = usual_callback(slice);
    let (is_soon, is_late) = (callback.is_some_and(|time| time <= SOON), callback.is_some_and(|time| time > LATE));
    let calls = super::metric::count(&slice.contacts, |_| true);
    let repeats: u32 = slice.tasks.iter().map(|task| task.repeats).sum();
    // rule: scorecard-causes
    let rules = [
        (What::Coverage, is_soon && share(slice, "missed").is_some_and(|missed| missed >= MANY_MISSED)),
        (What::Ownership, is_late),
        (What::NobodysTask, share(slice, "untried").is_some_and(|untried| untried > UNTRIED_MAX)),
        (What::BrokenPromises, share(slice, "promises_kept").is_some_and(|kept| kept < KEPT_MIN)),
        (What::Script, is_soon && share(slice, "booked_callbacks").is_some_and(|booked| booked < BOOKED_MIN)),
        (What::NewPatients, new_patients_go_without(slice)),
        (What::Repeats, calls >= CASES_MIN && percent(repeats, calls) >= MANY_REPEATS),
        (What::Transfers, share(slice, "transfers").is_some_and(|transfers| transfers >= MANY_TRANSFERS)),
        (What::OldVoicemail, median(slice, "voicemail_age").is_some_and(|age| age > OLD)),
    ];
    rules.into_iter().filter(|(_, holds)| *holds).map(|(what, _)| what).collect()
}

/// Hours of the day that stand out.
fn hours(slice: &Slice<'_>) -> Vec<u8> {
    let hour_of = |at| crate::floor::hours::local(slice.flow, at).map(|local| local.hour().unsigned_abs());
    let Some(Value::Share(all_missed, all)) = value(slice, "missed") else { return Vec::new() };
    let stands_out = |hour: &u8| {
        let calls: Vec<_> = slice.contacts.iter().filter(|c| hour_of(c.arrived) == Some(*hour)).collect();
        let missed = super::metric::count(&calls, |contact| contact.is_missed());
        is_no_chance((missed, super::metric::count(&calls, |_| true)), (all_missed, all))
    };
    (0..24).filter(stands_out).collect()
}

/// Languages whose callers wait twice as long as those of the practice's first.
fn gaps(slice: &Slice<'_>) -> Vec<Language> {
    let waits = |language: &Language| {
        let part = slice.only(|contact| contact.language == *language, |task| task.language == *language);
        median(&part, "response_time")
    };
    let Some((first, others)) = slice.flow.languages.split_first() else { return Vec::new() };
    let Some(usual) = waits(first) else { return Vec::new() };
    let is_longer = |language: &&Language| waits(language).is_some_and(|wait| wait > 2 * usual.max(30));
    others.iter().filter(is_longer).cloned().collect()
}
