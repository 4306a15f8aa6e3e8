//! The steps of an attempt that carelane dials: the journal says when somebody was rung for it, and what came of it.
//!
//! The same promise as of all facts: variants and fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

/// An attempt at an item, from this step on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The item.
    pub item: ItemId,
    /// The call that it is; [`CallId::NONE`] before it began.
    pub call: CallId,
    /// What became of it.
    pub step: AttemptStep,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStep {
    /// Nobody is rung for it now.
    Waits {
        /// When it is looked at again; absent: when something about the item changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why its number is not dialled; absent: it is not time yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Undialled>,
    },
    /// It stands in line for an assistant, behind every caller.
    Began {
        /// Which attempt of the item it is, from 1.
        number: u8,
        /// It must be accepted before then.
        until: Timestamp,
    },
    /// An assistant accepted it: the patient's phone is rung.
    Dialled {
        /// The patient's leg.
        leg: LegId,
        /// Its end should have been heard of by then.
        until: Timestamp,
    },
    /// The patient's phone was picked up. What came of it is written by the assistant.
    Answered,
    /// It is over.
    Ended {
        /// How.
        how: AttemptEnd,
        /// When the item is due from now on.
        due_at: Timestamp,
    },
}

/// How an attempt ended without a word of the assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// Nobody picked up.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// The carrier could not route it.
    Failed,
    /// Perhaps the phone rang: the carrier did not tell.
    Unknown,
    /// The assistant's line was lost before the patient answered.
    AssistantGone,
    /// The carrier refused to dial: no phone rang.
    NotDialled,
    /// Nobody accepted it in time, or it was no longer wanted: no phone rang.
    Withdrawn,
    /// The patient answered, and the assistant did not write down what came of it.
    Unwritten,
}

impl AttemptEnd {
    /// Every way.
    pub const ALL: [Self; 8] = [
        Self::NoAnswer,
        Self::Busy,
        Self::Failed,
        Self::Unknown,
        Self::AssistantGone,
        Self::NotDialled,
        Self::Withdrawn,
        Self::Unwritten,
    ];

    /// Its name outside: in the API and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::AssistantGone => "assistant_gone",
            Self::NotDialled => "not_dialled",
            Self::Withdrawn => "withdrawn",
            Self::Unwritten => "unwritten",
        }
    }

    /// Did, or may, the patient's phone have rung in vain? Then it is one of the attempts there may be.
    pub fn rang_in_vain(self) -> bool {
        match self {
            Self::NoAnswer | Self::Busy | Self::Failed | Self::Unknown | Self::AssistantGone => true,
            // Who answered was counted then.
            Self::NotDialled | Self::Withdrawn | Self::Unwritten => false,
        }
    }
}

/// Why carelane does not dial a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undialled {
    /// There is none.
    Anonymous,
    /// A short or an emergency number.
    Short,
    /// A number whose call costs more.
    Premium,
    /// A country, or a part of one, that the practice does not call.
    Country,
    /// One of the practice's own numbers, or an assistant's.
    Ours,
    /// As many calls were dialled within the hour as the practice allows.
    HourFull,
    /// As many calls were dialled within the day as the practice allows.
    DayFull,
    /// The patient does not want to be called.
    OptedOut,
}

impl Undialled {
    /// Its name outside: in the API and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Short => "short",
            Self::Premium => "premium",
            Self::Country => "country",
            Self::Ours => "ours",
            Self::HourFull => "hour_full",
            Self::DayFull => "day_full",
            Self::OptedOut => "opted_out",
        }
    }
}
