//! The callback desk's rules: what a practice decides about calls that nobody could take.
//!
//! It is the model and the table of one section of the flow file; what follows from it is decided by `floor/work`.

use serde::Deserialize;
use serde::Serialize;

use super::rhythm;
use super::schema::Kind;
use super::schema::Record;
use super::schema::default;
use crate::vocab::Span;

/// How callbacks are owed and made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Callbacks {
    /// Who calls a lane again within this time of an open item's last call goes on with that item.
    pub repeat_within: Span,
    /// So much earlier the item is due then, once.
    pub repeat_raises: Span,
    /// So many promised callbacks can one assistant make in half an hour.
    pub promises_each: u16,
}

impl Default for Callbacks {
    /// Those of a flow journaled before there were any.
    fn default() -> Self {
        Self { repeat_within: Span::days(3), repeat_raises: Span::mins(30), promises_each: 4 }
    }
}

/// What kind of work a lane is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneWork {
    /// Appointments.
    Scheduling,
    /// Referrals.
    Referral,
    /// Insurance and bills.
    Billing,
    /// Records.
    Records,
    /// Anything else.
    #[default]
    Other,
}

impl LaneWork {
    /// By the names of [`LANE_WORK`].
    pub(super) const ALL: [(&str, Self); 5] = [
        ("scheduling", Self::Scheduling),
        ("referral", Self::Referral),
        ("billing", Self::Billing),
        ("records", Self::Records),
        ("other", Self::Other),
    ];

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn is_other(&self) -> bool {
        *self == Self::Other
    }
}

/// How a lane's work is named.
pub(super) const LANE_WORK: Kind = Kind::Word(&["scheduling", "referral", "billing", "records", "other"]);

/// `callbacks`.
pub(super) static CALLBACKS: Record = Record {
    name: "`callbacks`",
    fields: &[
        default(
            "repeat_within",
            Kind::Duration(Span::mins(30), Span::days(60)),
            "3d",
            "who calls a lane again within this time goes on with the open item",
        ),
        default(
            "repeat_raises",
            Kind::Duration(Span::ZERO, Span::hours(8)),
            "30m",
            "so much earlier, in open hours, such an item is due then, once",
        ),
        default(
            "promises_each",
            Kind::Whole(1, 30),
            "4",
            "so many promised callbacks can one assistant make in half an hour",
        ),
        rhythm::ATTEMPTS_FIELD,
        rhythm::LATER_FIELD,
        rhythm::NEXT_DAY_FIELD,
        rhythm::DIALS_FIELD,
    ],
};
