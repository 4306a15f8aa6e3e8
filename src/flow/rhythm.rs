//! The rhythm of callbacks: when each attempt is made, how many there are, and who dials.
//!
//! It is the model and the tables of `callbacks`, the practice's and a lane's; when an attempt is due follows from it
//! in `floor/work/rhythm.rs`.

use serde::Deserialize;
use serde::Serialize;

use super::schema::Field;
use super::schema::Kind;
use super::schema::Record;
use super::schema::default;
use super::schema::optional;
use crate::vocab::Span;

/// Never a fourth attempt: more would be a chase.
pub const ATTEMPTS_MAX: u8 = 3;

/// When the attempts of a lane's callbacks are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rhythm {
    /// The attempts, in their order: one to three.
    pub attempts: Vec<Moment>,
    /// So much open time lies before an attempt later the same business day.
    pub later_after: Span,
    /// So much open time of the next business day lies before an attempt on it.
    pub next_day_after: Span,
    /// Does carelane dial them?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dials: bool,
}

/// When an attempt is made, counted from the request or from the attempt before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// As soon as somebody can.
    Now,
    /// Later, when as much open time has passed; what the day has no room for goes on the next.
    LaterSameDay,
    /// On the next day on which the practice opens.
    NextBusinessDay,
}

impl Moment {
    /// By the names of [`MOMENT`].
    pub(super) const ALL: [(&str, Self); 3] =
        [("now", Self::Now), ("later_same_day", Self::LaterSameDay), ("next_business_day", Self::NextBusinessDay)];
}

impl Default for Rhythm {
    /// That of a flow which says nothing of it, or was journaled before it could.
    fn default() -> Self {
        Self {
            attempts: vec![Moment::Now, Moment::LaterSameDay, Moment::NextBusinessDay],
            later_after: Span::hours(2),
            next_day_after: Span::ZERO,
            dials: false,
        }
    }
}

impl Rhythm {
    /// How many attempts there are, whatever a damaged journal says.
    pub fn attempts_max(&self) -> u8 {
        u8::try_from(self.attempts.len()).map_or(ATTEMPTS_MAX, |attempts| attempts.clamp(1, ATTEMPTS_MAX))
    }

    /// When the attempt after `made` ones is made; nothing if there is none.
    pub fn after(&self, made: u8) -> Option<Moment> {
        self.attempts.get(usize::from(made)).copied().filter(|_| made < ATTEMPTS_MAX)
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How a moment is named.
static MOMENT: Kind = Kind::Word(&["now", "later_same_day", "next_business_day"]);
const ATTEMPTS: Kind = Kind::List { of: &MOMENT, min: 1, max: 3 };
const ATTEMPTS_DOC: &str = "when each attempt is made, the first from the request on: one to three of `now`, \
                            `later_same_day`, `next_business_day`; without it these three, or the practice's";
const LATER: Kind = Kind::Duration(Span::mins(15), Span::hours(8));
const LATER_DOC: &str = "so much open time before an attempt `later_same_day`";
const NEXT_DAY: Kind = Kind::Duration(Span::ZERO, Span::hours(8));
const NEXT_DAY_DOC: &str = "so much open time of that day before an attempt on the `next_business_day`";
const DIALS_DOC: &str = "does carelane offer an attempt that is due to an assistant, and dial the patient for her?";

/// The practice's fields, in `callbacks`.
pub(super) const ATTEMPTS_FIELD: Field = optional("attempts", ATTEMPTS, ATTEMPTS_DOC);
/// The second.
pub(super) const LATER_FIELD: Field = default("later_after", LATER, "2h", LATER_DOC);
/// The third.
pub(super) const NEXT_DAY_FIELD: Field = default("next_day_after", NEXT_DAY, "0s", NEXT_DAY_DOC);
/// The fourth.
pub(super) const DIALS_FIELD: Field = default("dials", Kind::Flag, "false", DIALS_DOC);

/// A lane's `callbacks`: what is not written is the practice's.
pub(super) static OF_LANE: Record = Record {
    name: "a lane's `callbacks`",
    fields: &[
        ATTEMPTS_FIELD,
        optional("later_after", LATER, LATER_DOC),
        optional("next_day_after", NEXT_DAY, NEXT_DAY_DOC),
        optional("dials", Kind::Flag, DIALS_DOC),
    ],
};
