//! The on-call ladder of a team, as checked: who is rung for an urgent call that nobody of its lane takes, and when.
//!
//! A rung is one person at a time, by shifts. Who that is at a moment is worked out by `floor::rota`; nothing here
//! knows a moment or a zone.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::model::Date;
use crate::vocab::AgentId;
use crate::vocab::Span;

/// Minutes of a week.
pub(super) const WEEK: u16 = 7 * 24 * 60;

/// The ladder: rungs that are rung one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    /// IANA time zone of the shifts.
    pub time_zone: Arc<str>,
    /// How long the lane's own people have before the first rung is rung.
    pub after: Span,
    /// How long each rung's phone rings.
    pub ring: Span,
    /// From the first that is rung to the last.
    pub rungs: Vec<Rung>,
    /// What happens when the last rung did not answer.
    pub last_resort: LastResort,
}

impl OnCall {
    /// Does this assistant hold any rung at any time?
    pub(super) fn names(&self, agent: &AgentId) -> bool {
        self.rungs.iter().flat_map(|rung| &rung.shifts).any(|shift| shift.agent == *agent)
    }
}

/// One place of the ladder, held by one person at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Who holds it when. Dated shifts go before weekly ones.
    pub shifts: Vec<Shift>,
}

/// One person's time on a rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Who.
    pub agent: AgentId,
    /// When.
    pub time: ShiftTime,
}

/// When a shift is, by the ladder's own clock. The end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShiftTime {
    /// Every week, in minutes after Monday 00:00. An end that is not after the beginning lies in the next week.
    Weekly {
        /// First minute.
        from: u16,
        /// The minute it ends at.
        to: u16,
    },
    /// Once.
    Dated {
        /// First minute.
        from: LocalMinute,
        /// The minute it ends at.
        to: LocalMinute,
    },
}

/// A minute of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocalMinute {
    /// The day.
    pub date: Date,
    /// After its midnight.
    pub minute: u16,
}

/// What happens when the last rung did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastResort {
    /// The ladder is rung from the top again, as long as the lane lets the caller wait.
    StartOver,
    /// The caller is promised an urgent callback at once.
    Callback,
}
