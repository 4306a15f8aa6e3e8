//! What became of a warm transfer before the call changed hands.

use serde::Deserialize;
use serde::Serialize;

/// How asking a colleague ended, if she did not take the call over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultEnd {
    /// The assistant took her patient back, or began another transfer.
    Cancelled,
    /// The conversation is over.
    TalkEnded,
    /// The assistant left before anybody had taken it: the patient is in the lane's line.
    Transferred,
}

/// Why the assistant is alone with her patient again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultFailure {
    /// Nobody took it in time.
    Unanswered,
    /// Whoever had taken it is gone.
    ColleagueLeft,
}
