//! How a call came into a lane, how it left, and how a lease ended.

use serde::Deserialize;
use serde::Serialize;

/// How a call came into a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// By key.
    Key,
    /// By a spoken phrase.
    Phrase,
    /// By asking for a person.
    Person,
    /// By no input, twice.
    NoInput,
    /// By wrong input, twice.
    WrongInput,
    /// By urgent words.
    Urgent,
    /// After an approved answer.
    Answer,
    /// From another lane's exit.
    Overflow,
    /// By an assistant.
    Transfer,
    /// By the system's own trouble.
    Trouble,
    /// By an assistant's line that broke off: before everybody.
    LineLost,
}

/// How a call left without an assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Hung up before a lane was chosen: nothing to do.
    Declined,
    /// Hung up after hearing an approved answer: served.
    SelfServed,
    /// Hung up while waiting.
    Abandoned,
    /// Nobody could take it.
    Missed,
    /// Exchanged the wait for a callback.
    Callback,
    /// Called too often, and was told so; nothing is left to do.
    TurnedAway,
    /// Left a message, or could have.
    Voicemail,
}

/// How a lease ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// 1 was pressed in time.
    Accepted,
    /// 2 was pressed: with a patient.
    Declined,
    /// No answer, busy, a mailbox, or no key: a miss.
    NotAnswered,
    /// The call or the assistant went away.
    Withdrawn,
    /// Her phone could not be reached through the carrier: not a miss.
    Unreachable,
}
