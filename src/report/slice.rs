//! A slice of a history: one practice's calls and items of some days, perhaps of one lane, language or hour only.

use super::history::Contact;
use super::history::Ending;
use super::history::History;
use super::history::Task;
use super::metric::is_booked;
use crate::floor::fact::Left;
use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::vocab::LaneId;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;

/// From a local midnight to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub first: jiff::civil::Date,
    /// How many days.
    pub days: u8,
}

/// What metrics are computed from.
pub struct Slice<'h> {
    /// The practice, as its flow file is now.
    pub flow: &'h Flow,
    /// When it ends, or now if that is earlier.
    pub until: Timestamp,
    /// Every midnight in it at which a day ends.
    pub midnights: Vec<Timestamp>,
    /// Calls that came in it.
    pub contacts: Vec<&'h Contact>,
    /// Items that were opened in it.
    pub tasks: Vec<&'h Task>,
    /// Items that were open at its end, whenever they were opened; notes that are owed as well.
    pub open: Vec<&'h Task>,
    /// Items of any time that were open in it.
    pub standing: Vec<&'h Task>,
}

impl<'h> Slice<'h> {
    /// Of one practice and some days as they are `now`; `None` if the calendar has no such days.
    pub fn of(history: &'h History, flow: &'h Flow, period: Period, now: Timestamp) -> Option<Self> {
        let midnights: Option<Vec<Timestamp>> = (0..=i64::from(period.days))
            .map(|day| {
                let date = period.first.checked_add(jiff::Span::new().days(day)).ok()?;
                hours::midnight(flow, date)
            })
            .collect();
        let midnights = midnights?;
        let (from, end) = (*midnights.first()?, *midnights.last()?);
        let until = end.min(now);
        let within = |at: Timestamp| from <= at && at < end;
        let ours = |task: &&Task| task.practice == flow.practice;
        let tasks = || history.tasks().filter(ours);
        Some(Self {
            flow,
            until,
            midnights: midnights.into_iter().skip(1).collect(),
            contacts: history.contacts().filter(|c| c.practice == flow.practice && within(c.arrived)).collect(),
            tasks: tasks().filter(|task| within(task.opened)).collect(),
            open: tasks().filter(|task| task.is_open_at(until)).collect(),
            standing: tasks()
                .filter(|task| task.opened < end && task.closed.as_ref().is_none_or(|closed| closed.at >= from))
                .collect(),
        })
    }

    /// Only these calls and items.
    pub fn only(&self, contact: impl Fn(&Contact) -> bool, task: impl Fn(&Task) -> bool) -> Self {
        let tasks = |all: &[&'h Task]| all.iter().copied().filter(|one| task(one)).collect();
        Self {
            flow: self.flow,
            until: self.until,
            midnights: self.midnights.clone(),
            contacts: self.contacts.iter().copied().filter(|one| contact(one)).collect(),
            tasks: tasks(&self.tasks),
            open: tasks(&self.open),
            standing: tasks(&self.standing),
        }
    }

    fn lane(&self, id: Option<&LaneId>) -> Option<&Lane> {
        id.and_then(|id| self.flow.lane(id))
    }

    /// May a call of its lane lead to an appointment?
    pub(super) fn can_book(&self, contact: &Contact) -> bool {
        self.lane(contact.lane.as_ref()).is_some_and(can_book)
    }

    pub(super) fn can_book_item(&self, task: &Task) -> bool {
        self.flow.lane(&task.lane).is_some_and(can_book)
    }

    /// Did it come to the clinic otherwise than by its caller's own choice of that lane?
    pub(super) fn is_escalated(&self, contact: &Contact) -> bool {
        let is_clinical = self.lane(contact.lane.as_ref()).is_some_and(|lane| lane.clinical);
        contact.urgent || (contact.transfers > 0 && is_clinical)
    }

    /// Did its caller want something?
    pub(super) fn is_request(&self, contact: &Contact) -> bool {
        !matches!(contact.ending, Ending::Open | Ending::Left(Left::Declined | Left::TurnedAway))
    }

    /// Is nothing left to do about it?
    pub(super) fn is_completed(&self, contact: &Contact) -> bool {
        let closes = |outcome: &OutcomeId| {
            let outcomes = self.lane(contact.lane.as_ref()).map_or(&[][..], |lane| &lane.outcomes);
            outcomes.iter().any(|found| found.id == *outcome && found.closes)
        };
        match contact.item {
            Some(item) => self.standing.iter().any(|task| task.item == item && task.closed.is_some()),
            None => contact.ending == Ending::Left(Left::SelfServed) || contact.outcome.as_ref().is_some_and(closes),
        }
    }
}

fn can_book(lane: &Lane) -> bool {
    lane.outcomes.iter().any(|outcome| is_booked(&outcome.id))
}
