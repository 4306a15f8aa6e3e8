//! How a patient came off hold.

use serde::Deserialize;
use serde::Serialize;

/// How a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldEnd {
    /// The assistant took the patient back.
    Resumed,
    /// The patient hung up.
    CallerLeft,
    /// The assistant is gone: the patient is in line again, or the call was closed before.
    AssistantLeft,
    /// The call went to another lane.
    Transferred,
    /// The patient could not be put on hold, and is still in the conversation.
    Failed,
}
