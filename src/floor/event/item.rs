//! What people ask of an item beside attempts, closing and handing it over.
//!
//! The same promise as of all events: variants are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::fact::desk::DeskChange;
use crate::vocab::ItemId;
use crate::vocab::Timestamp;

/// What somebody asked of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemRequest {
    /// It is the same as another: go on in that.
    Merge {
        /// The other.
        into: ItemId,
    },
    /// It is mine: whoever asks works on it from now on.
    Claim,
    /// Keep this about it.
    Desk(DeskChange),
}

/// A time that an assistant promised to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PromiseForm", into = "PromiseForm")]
pub struct PromiseAsked {
    /// By when.
    pub at: Timestamp,
    /// Also if nobody can keep it.
    pub anyway: bool,
}

/// As it is journaled: a plain time, unless more was said.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PromiseForm {
    At(Timestamp),
    Anyway { at: Timestamp, anyway: bool },
}

impl From<PromiseForm> for PromiseAsked {
    fn from(form: PromiseForm) -> Self {
        match form {
            PromiseForm::At(at) => Self { at, anyway: false },
            PromiseForm::Anyway { at, anyway } => Self { at, anyway },
        }
    }
}

impl From<PromiseAsked> for PromiseForm {
    fn from(asked: PromiseAsked) -> Self {
        match asked {
            PromiseAsked { at, anyway: false } => Self::At(at),
            PromiseAsked { at, anyway } => Self::Anyway { at, anyway },
        }
    }
}
