//! What an assistant does from a fact on, and why she is not ready.

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::Timestamp;

/// A change of an assistant's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentChange {
    /// Ready.
    Available,
    /// Not ready, and why; perhaps only for a while.
    NotReady {
        /// Shown to everybody.
        reason: NotReady,
        /// When she is ready again by herself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Gone.
    LoggedOut,
    /// Something to do after the call in hand.
    Later(Box<AgentChange>),
}

/// Why an assistant is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// She said so.
    Asked,
    /// She pressed 2.
    WithAPatient,
    /// She let two calls in a row ring.
    MissedOffers,
    /// Her phone cannot be reached.
    PhoneUnreachable,
    /// She is on the staff number; ready when she hangs up.
    OnThePhone,
    /// Her softphone does not answer.
    SoftphoneSilent,
    /// She listens in on a conversation; ready again when she leaves it.
    Supervising,
}
