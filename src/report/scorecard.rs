//! The scorecard of a day or a week: the named numbers, where they come from, what they point to, and what is left.

use super::cause::Cause;
use super::cause::causes;
use super::delay::Lasting;
use super::history::Contact;
use super::history::Ending;
use super::history::History;
use super::history::Pledge;
use super::history::Task;
use super::metric::METRICS;
use super::metric::Metric;
use super::metric::Value;
use super::slice::Period;
use super::slice::Slice;
use crate::floor::details::Standing;
use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::Owner;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// So many cases are named to each question.
const NAMED_MAX: usize = 5;
/// Who was not answered within this time waited too long.
const LONG_WAIT: Span = Span::mins(5);
/// The columns of a breakdown.
const COLUMNS: [&str; 7] = ["calls", "answered", "missed", "answer_time", "callback_time", "callbacks_done", "booked"];

/// Metrics by lane, language, standing or hour.
pub struct Breakdown {
    /// `lane`, `language`, `standing` or `hour`.
    pub by: &'static str,
    /// Each with the values of [`Breakdown::columns`].
    pub rows: Vec<(String, Vec<Value>)>,
}

impl Breakdown {
    /// The metrics that are broken down.
    pub fn columns() -> impl Iterator<Item = &'static Metric> {
        COLUMNS.iter().filter_map(|id| METRICS.iter().find(|metric| metric.id == *id))
    }
}

/// A question of the weekly review, with the cases to look at.
pub struct Question {
    /// What is asked.
    pub asked: &'static str,
    /// How many cases there are.
    pub cases: usize,
    /// The first of them.
    pub named: Vec<String>,
}

/// An item that is open at the end.
pub struct LeftOver {
    /// Its id, lane and kind.
    pub what: String,
    /// Whose it is.
    pub owner: String,
    /// How old it is.
    pub age: Span,
    /// How long it is overdue.
    pub overdue: Option<Span>,
    /// How often somebody tried.
    pub tries: usize,
}

/// A practice's day or week.
pub struct Scorecard {
    /// The practice's name.
    pub practice: String,
    /// Its days.
    pub period: Period,
    /// It is not over yet.
    pub is_partial: bool,
    /// Every metric.
    pub numbers: Vec<(&'static Metric, Value)>,
    /// By lane, language, standing and hour.
    pub breakdowns: Vec<Breakdown>,
    /// Why patients called, most often first.
    pub reasons: Vec<(String, u32)>,
    /// What the numbers point to.
    pub causes: Vec<Cause>,
    /// The questions of the review.
    pub questions: Vec<Question>,
    /// What went wrong, in the order in which it did.
    pub exceptions: Vec<String>,
    /// What is open at the end, the most overdue first.
    pub left: Vec<LeftOver>,
}

impl Scorecard {
    /// Of one practice and some days as they are `now`; `None` if the calendar has no such days.
    pub fn of(history: &History, flow: &Flow, period: Period, now: Timestamp) -> Option<Self> {
        let slice = Slice::of(history, flow, period, now)?;
        Some(Self {
            practice: flow.name.to_string(),
            period,
            is_partial: slice.midnights.last().is_some_and(|end| slice.until < *end),
            numbers: METRICS.iter().map(|metric| (metric, metric.of(&slice))).collect(),
            breakdowns: vec![by_lane(&slice), by_language(&slice), by_standing(&slice), by_hour(&slice)],
            reasons: reasons(&slice),
            causes: causes(&slice),
            questions: questions(&slice),
            exceptions: exceptions(&slice),
            left: left(&slice),
        })
    }
}

fn row(name: impl Into<String>, part: &Slice<'_>) -> (String, Vec<Value>) {
    (name.into(), Breakdown::columns().map(|metric| metric.of(part)).collect())
}

fn by_lane(slice: &Slice<'_>) -> Breakdown {
    let of = |lane: &crate::flow::Lane| {
        row(lane.id.as_str(), &slice.only(|c| c.lane.as_ref() == Some(&lane.id), |task| task.lane == lane.id))
    };
    let mut rows: Vec<_> = slice.flow.lanes.iter().map(of).collect();
    rows.push(row("no lane", &slice.only(|contact| contact.lane.is_none(), |_| false)));
    Breakdown { by: "lane", rows }
}

fn by_language(slice: &Slice<'_>) -> Breakdown {
    let languages = slice.flow.languages.iter();
    let of =
        |l: &crate::vocab::Language| row(l.as_str(), &slice.only(|c| c.language == *l, |task| task.language == *l));
    Breakdown { by: "language", rows: languages.map(of).collect() }
}

/// New patients, existing ones, and those of whom nobody said it.
fn by_standing(slice: &Slice<'_>) -> Breakdown {
    let standings = [("new", Some(Standing::New)), ("existing", Some(Standing::Existing)), ("not known", None)];
    let of = |(name, standing)| row(name, &slice.only(|c| c.standing == standing, |task| task.standing == standing));
    Breakdown { by: "standing", rows: standings.into_iter().map(of).collect() }
}

/// Hours of the day in which somebody called.
fn by_hour(slice: &Slice<'_>) -> Breakdown {
    let is_in = |at: Timestamp, hour: i8| hours::local(slice.flow, at).is_some_and(|local| local.hour() == hour);
    let parts = (0..24).map(|hour| (hour, slice.only(|c| is_in(c.arrived, hour), |task| is_in(task.opened, hour))));
    let called = parts.filter(|(_, part)| !part.contacts.is_empty());
    Breakdown { by: "hour", rows: called.map(|(hour, part)| row(format!("{hour:02}:00"), &part)).collect() }
}

fn reasons(slice: &Slice<'_>) -> Vec<(String, u32)> {
    let mut counted: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for contact in slice.contacts.iter().filter(|contact| contact.lane.is_some()) {
        let lane = contact.lane.as_ref().map_or("", |lane| lane.as_str());
        let reason = contact.reason.as_ref().map_or("not said", |reason| reason.as_str());
        *counted.entry(format!("{lane}: {reason}")).or_default() += 1;
    }
    let mut all: Vec<_> = counted.into_iter().collect();
    all.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    all
}

fn questions(slice: &Slice<'_>) -> Vec<Question> {
    let question = |asked, mut cases: Vec<(i64, String)>| {
        cases.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
        let named = cases.iter().take(NAMED_MAX).map(|(_, named)| named.clone()).collect();
        Question { asked, cases: cases.len(), named }
    };
    let contacts = || slice.contacts.iter().copied();
    let waited = |c: &Contact| c.answered.or(c.ended).unwrap_or(slice.until) - c.arrived;
    let long = contacts().filter(|c| slice.is_request(c) && waited(c) > LONG_WAIT);
    let late = slice.open.iter().filter(|task| task.is_overdue_at(slice.until));
    let overdue = |task: &&&Task| (slice.until - task.due).as_secs();
    let too_long = long
        .map(|c| (waited(c).as_secs(), format!("{} waited {}", c.call, Lasting(waited(c).as_secs()))))
        .chain(late.map(|task| (overdue(&task), format!("{} is overdue by {}", task.item, Lasting(overdue(&task))))));
    let no_context = contacts().filter(|c| c.ending == Ending::Answered).filter_map(|c| match c {
        c if c.note_was_owed => Some((2, format!("{}: nobody wrote it up in time", c.call))),
        c if c.outcome.is_none() => Some((1, format!("{}: it has no outcome", c.call))),
        _ => None,
    });
    let unclear = contacts().filter(|c| c.transfers > 1 || c.failed_joins > 0).map(|c| match c.failed_joins {
        0 => (c.transfers.into(), format!("{} was handed on {} times", c.call, c.transfers)),
        n => (n.into(), format!("{}: {n} times its caller could not be moved to who had accepted", c.call)),
    });
    vec![
        question("Which waited too long?", too_long.collect()),
        question("Which lacked context?", no_context.collect()),
        question("Which hand-off was unclear?", unclear.collect()),
    ]
}

pub(super) fn exceptions(slice: &Slice<'_>) -> Vec<String> {
    let time =
        |at: Timestamp| hours::local(slice.flow, at).map_or_else(String::new, |t| t.strftime("%a %H:%M").to_string());
    let calls = slice.contacts.iter().flat_map(|c| {
        let at = time(c.arrived);
        let ladder = c.ladder_failed.then(|| format!("{at} {}: urgent, and nobody on call answered", c.call));
        let lost = (c.ending == Ending::Lost).then(|| format!("{at} {}: its entries were lost", c.call));
        [ladder, lost].into_iter().flatten().map(|told| (c.arrived, told))
    });
    let broken = slice.tasks.iter().flat_map(|task| {
        let is_broken = |pledge: &&Pledge| pledge.at < slice.until && !pledge.is_kept();
        task.pledges.iter().filter(is_broken).map(|pledge| {
            let told = format!("{} {}: the promised time passed without a try", time(pledge.at), task.item);
            (pledge.at, told)
        })
    });
    let mut all: Vec<(Timestamp, String)> = calls.chain(broken).collect();
    all.sort();
    all.into_iter().map(|(_, told)| told).collect()
}

fn left(slice: &Slice<'_>) -> Vec<LeftOver> {
    let mut open: Vec<&Task> = slice.open.clone();
    open.sort_by_key(|task| (task.due, task.item));
    let one = |task: &Task| LeftOver {
        what: format!("{} {} {}{}", task.item, task.lane, task.kind.name(), if task.urgent { ", urgent" } else { "" }),
        owner: match &task.owner {
            Owner::Group(group) => format!("group {group}"),
            Owner::Agent(agent) => agent.to_string(),
        },
        age: slice.until - task.opened,
        overdue: task.is_overdue_at(slice.until).then(|| slice.until - task.due),
        tries: task.attempts.len(),
    };
    open.into_iter().map(one).collect()
}
