//! A pilot: four weeks with one lane. Observe, design, live with the exception log, review: keep or adjust.
//!
//! Everything is computed from the journal. What only a person can judge (was the next step given?) is asked on a
//! sample, and the answers are counted, not guessed.

pub(super) mod sample;
mod text;

use super::metric::METRICS;
use super::metric::Metric;
use super::metric::Value;
use super::scorecard::exceptions;
use super::slice::Period;
use super::slice::Slice;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::LaneWork;
use crate::flow::Owner;
use crate::report::History;
use crate::report::delay::Lasting;
use crate::report::history::Ending;
use crate::vocab::LaneId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// The weeks of a pilot, Monday to Sunday.
pub(super) const WEEKS: [&str; 4] = ["observe", "design", "live, with the exception log", "review"];
/// Fewer cases mean nothing, before and after.
const CASES_MIN: u32 = 8;
/// What changed by less than this part of what it was has not changed.
const CHANGE_MIN: f64 = 0.1;
/// Numbers beside the chosen one that must not get worse.
const WATCHED: [&str; 6] = ["answered", "answer_time", "callback_time", "callbacks_done", "booked", "documented"];
/// Numbers that are better when they rise; of all others less is better.
const RISING: [&str; 11] = [
    "answered",
    "served",
    "first_try",
    "callbacks_done",
    "callbacks_same_day",
    "promises_kept",
    "booked",
    "booked_callbacks",
    "completed",
    "documented",
    "reasons_known",
];

/// What a pilot is about.
#[derive(Clone, Copy)]
pub struct Plan<'p> {
    /// Its one lane.
    pub lane: &'p Lane,
    /// The Monday of its first week.
    pub begins: jiff::civil::Date,
    /// The one number by which it is judged.
    pub number: &'static Metric,
}

/// Metrics of a week.
pub type Numbers = Vec<(&'static Metric, Value)>;

/// What the review comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The fourth week has not begun.
    TooEarly,
    /// So few cases say nothing.
    TooFew,
    /// The number is better, and nothing else is worse.
    Keep,
    /// Why not.
    Adjust(Vec<String>),
}

/// Something to talk about for five minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// `completed`, `delayed` or `escalated`.
    pub what: &'static str,
    /// Which call or item, and why it.
    pub case: Option<String>,
}

/// A pilot as far as it is.
pub struct Pilot {
    /// The practice's name.
    pub practice: String,
    /// Its lane.
    pub lane: LaneId,
    /// The number by which it is judged.
    pub number: &'static Metric,
    /// Each week's days, and the numbers of those that have begun: the chosen one, then the watched ones.
    pub weeks: Vec<(Period, Option<Numbers>)>,
    /// What the second week has to settle, and whether it is settled.
    pub design: Vec<(bool, String)>,
    /// What went wrong in the third week, in its order.
    pub exceptions: Vec<String>,
    /// Keep or adjust.
    pub verdict: Verdict,
    /// One completed, one delayed, one escalated.
    pub coaching: Vec<Pick>,
}

/// The number by which a lane is judged if nobody chose another: patients who got further, where the phone can see it.
pub fn number_of(lane: &Lane) -> &'static Metric {
    let id = match lane.work {
        LaneWork::Scheduling => "booked",
        LaneWork::Referral | LaneWork::Billing | LaneWork::Records => "completed",
        LaneWork::Other => "callback_time",
    };
    METRICS.iter().find(|metric| metric.id == id).unwrap_or(&METRICS[0])
}

/// The lane's chosen number over some days; `None` if the calendar has no such days.
pub fn number_in(
    history: &History,
    flow: &Flow,
    (lane, number): (&LaneId, &Metric),
    period: Period,
    now: Timestamp,
) -> Option<Value> {
    Slice::of(history, flow, period, now).map(|slice| number.of(&of_lane(&slice, lane)))
}

fn of_lane<'h>(slice: &Slice<'h>, lane: &LaneId) -> Slice<'h> {
    slice.only(|contact| contact.lane.as_ref() == Some(lane), |task| task.lane == *lane)
}

impl Pilot {
    /// As it is `now`; `None` if the calendar has no such weeks.
    pub fn of(history: &History, flow: &Flow, plan: Plan<'_>, now: Timestamp) -> Option<Self> {
        let mut weeks = Vec::new();
        let mut slices = Vec::new();
        for week in 0..WEEKS.len() {
            let days = i64::try_from(week * 7).ok()?;
            let first = plan.begins.checked_add(jiff::Span::new().days(days)).ok()?;
            let period = Period { first, days: 7 };
            let whole = Slice::of(history, flow, period, now)?;
            let has_begun = crate::floor::hours::midnight(flow, first)? <= now;
            let part = of_lane(&whole, &plan.lane.id);
            weeks.push((period, has_begun.then(|| numbers(plan.number, &part))));
            slices.push((has_begun, whole, part));
        }
        let measured = |week: usize| weeks.get(week).and_then(|(_, numbers)| numbers.as_deref());
        let begun = || slices.iter().filter(|(has_begun, ..)| *has_begun);
        Some(Self {
            practice: flow.name.to_string(),
            lane: plan.lane.id.clone(),
            number: plan.number,
            design: design(flow, plan.lane, slices.first().map(|(_, _, observed)| observed)),
            exceptions: slices.get(2).filter(|(has_begun, ..)| *has_begun).map_or_else(Vec::new, |s| exceptions(&s.2)),
            verdict: verdict(measured(0), measured(3)),
            coaching: begun().next_back().map_or_else(Vec::new, |(_, whole, part)| coaching(whole, part)),
            weeks,
        })
    }
}

/// The chosen number first.
fn numbers(chosen: &'static Metric, slice: &Slice<'_>) -> Numbers {
    let watched = METRICS.iter().filter(|metric| WATCHED.contains(&metric.id) && metric.id != chosen.id);
    std::iter::once(chosen).chain(watched).map(|metric| (metric, metric.of(slice))).collect()
}

/// What must stand before the lane goes live.
fn design(flow: &Flow, lane: &Lane, observed: Option<&Slice<'_>>) -> Vec<(bool, String)> {
    let owner = match &lane.owner {
        Owner::Group(group) => format!("group {group} owns what is left over"),
        Owner::Agent(agent) => format!("{agent} owns what is left over"),
    };
    let target = lane.callback_within;
    let measured = observed.and_then(|slice| {
        let value = METRICS.iter().find(|metric| metric.id == "callback_time")?.of(slice);
        if let Value::Time(Some(time)) = value { Some(Span::secs(time.median_seconds)) } else { None }
    });
    let realistic = match measured {
        Some(today) if today > target => (
            false,
            format!(
                "a callback is due after {}, but half take longer than {}: begin with a target that is met on a busy day",
                Lasting(target.as_secs()),
                Lasting(today.as_secs())
            ),
        ),
        _ => (true, format!("a callback is due after {}", Lasting(target.as_secs()))),
    };
    let closing = lane.outcomes.iter().filter(|outcome| outcome.closes).count();
    let required = lane.note_fields.iter().filter(|field| field.required).count();
    let languages = flow.languages.iter().all(|language| lane.script.contains_key(language));
    vec![
        (true, owner),
        realistic,
        (closing > 0, format!("outcomes that count as complete: {closing} of {}", lane.outcomes.len())),
        (required > 0, format!("required fields of a note: {required}")),
        (languages, format!("a script in every language: {}", flow.languages.len())),
        (!lane.decision_rules.is_empty(), format!("rules to decide by: {}", lane.decision_rules.len())),
        (!lane.reasons.is_empty(), format!("reasons to count calls by: {}", lane.reasons.len())),
        (true, format!("what is beyond the lane goes to {}", lane.escalation)),
    ]
}

fn verdict(before: Option<&[(&'static Metric, Value)]>, after: Option<&[(&'static Metric, Value)]>) -> Verdict {
    let (Some(before), Some(after)) = (before, after) else { return Verdict::TooEarly };
    let pairs = before.iter().zip(after).map(|((metric, before), (_, after))| (*metric, *before, *after));
    let mut changes = pairs.map(|(metric, before, after)| (metric, before, after, change(metric, before, after)));
    let chosen = match changes.next() {
        Some((_, _, _, Some(change))) => change,
        _ => return Verdict::TooFew,
    };
    let mut why = Vec::new();
    if chosen < CHANGE_MIN {
        why.push("its number is not better by a tenth".to_owned());
    }
    why.extend(changes.filter(|(.., change)| change.is_some_and(|change| change <= -CHANGE_MIN)).map(
        |(metric, before, after, _)| format!("{}: {} before, {} now", metric.title, before.short(), after.short()),
    ));
    if why.is_empty() { Verdict::Keep } else { Verdict::Adjust(why) }
}

/// By which part of what it was a number got better; negative if worse, `None` if there are too few cases.
fn change(metric: &Metric, before: Value, after: Value) -> Option<f64> {
    let (before, after) = (size(before)?, size(after)?);
    let rise = match before > 0.0 {
        true => (after - before) / before,
        false => f64::from(u8::from(after > 0.0)),
    };
    Some(if RISING.contains(&metric.id) { rise } else { -rise })
}

fn size(value: Value) -> Option<f64> {
    let enough = |cases: u32| cases >= CASES_MIN;
    match value {
        Value::Count(n) => Some(f64::from(n)),
        Value::Share(part, whole) | Value::Each(part, whole) => {
            enough(whole).then(|| f64::from(part) / f64::from(whole))
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of a few weeks fit")]
        Value::Time(time) => time.filter(|time| enough(time.cases)).map(|time| time.median_seconds as f64),
        Value::NoSource(_) => None,
    }
}

/// One of each kind: the newest completed, the one that waited longest, the newest escalated.
fn coaching(whole: &Slice<'_>, part: &Slice<'_>) -> Vec<Pick> {
    let closed = part.standing.iter().filter_map(|task| Some((task.closed.as_ref()?, task)));
    let completed = closed.max_by_key(|(closed, task)| (closed.at, task.item));
    let late = part.standing.iter().map(|task| {
        let until = task.closed.as_ref().map_or(part.until, |closed| closed.at);
        (until - task.due, task.item)
    });
    let delayed = late.filter(|(late, _)| *late > Span::ZERO).max();
    let escalated = whole.contacts.iter().rev().find(|c| whole.is_escalated(c) && c.ending != Ending::Open);
    vec![
        Pick {
            what: "completed",
            case: completed.map(|(closed, task)| format!("{}, closed as {}", task.item, closed.outcome)),
        },
        Pick {
            what: "delayed",
            case: delayed.map(|(late, item)| format!("{item}, {} after it was due", Lasting(late.as_secs()))),
        },
        Pick { what: "escalated", case: escalated.map(|contact| contact.call.to_string()) },
    ]
}
