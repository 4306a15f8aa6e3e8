//! What people ask of an item beside attempts, closing and handing it over.
//!
//! The same promise as of all events: variants are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::fact::desk::DeskChange;
use crate::vocab::ItemId;

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
