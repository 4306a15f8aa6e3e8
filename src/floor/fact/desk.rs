//! What assistants keep about an item while they work on it: steps of the callback script that were said, and how a
//! referral stands.
//!
//! The same promise as of all facts: variants and fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::flow::ScriptStep;
use crate::vocab::DocumentId;
use crate::vocab::Timestamp;

/// What is kept, and in the same form asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskChange {
    /// A step of the callback script was said to the patient.
    Said {
        /// Which.
        step: ScriptStep,
    },
    /// The referral stands so.
    Referral {
        /// How.
        status: ReferralStatus,
        /// What it lacks: of the lane's documents.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<DocumentId>,
    },
    /// A person promised the patient a time.
    Promised {
        /// By when.
        at: Timestamp,
        /// Though nobody could keep it, as far as carelane knew.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        anyway: bool,
    },
}

/// How a referral stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferralStatus {
    /// It is not here, or something of it.
    Missing,
    /// It is here, and nobody has looked at it.
    Received,
    /// Somebody reviews it.
    PendingReview,
    /// A visit can be booked.
    ReadyForScheduling,
}

impl ReferralStatus {
    /// Each with its name in requests.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Missing, "missing"),
        (Self::Received, "received"),
        (Self::PendingReview, "pending_review"),
        (Self::ReadyForScheduling, "ready_for_scheduling"),
    ];

    /// Its name in requests.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }
}
