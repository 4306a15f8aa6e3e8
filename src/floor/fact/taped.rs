//! Recorded conversations: what was told of them, what became of their sound, and who listened.

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::CallId;
use crate::vocab::CarrierRecording;
use crate::vocab::Private;
use crate::vocab::Span;

/// Something about a recorded conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Taped {
    /// From now on conversations of the carrier's legs come to us and can be recorded, or cannot.
    Possible {
        /// Can they?
        possible: bool,
    },
    /// The caller has heard, to its end, that the conversation may be recorded.
    Announced {
        /// The call.
        call: CallId,
    },
    /// The caller would rather not be recorded.
    Declined {
        /// The call.
        call: CallId,
    },
    /// A conversation is recorded from now on: its sound is found whatever becomes of the line, or of us.
    Began {
        /// The call.
        call: CallId,
        /// Which of its conversations.
        round: u32,
        /// Our own name for the recording.
        recording: CarrierRecording,
    },
    /// It is over, and its sound lies in one sealed file.
    Kept {
        /// The call.
        call: CallId,
        /// Which of its conversations.
        round: u32,
        /// Its length, measured; none if nothing was said, or nothing could be written.
        duration: Span,
    },
    /// Somebody listened to it.
    Played {
        /// The call.
        call: CallId,
        /// Which of its conversations.
        round: u32,
        /// Who.
        by: Private<String>,
    },
}

impl Taped {
    /// The call it is about, if it is about one.
    pub fn call(&self) -> Option<CallId> {
        match self {
            Self::Possible { .. } => None,
            Self::Announced { call }
            | Self::Declined { call }
            | Self::Began { call, .. }
            | Self::Kept { call, .. }
            | Self::Played { call, .. } => Some(*call),
        }
    }
}
