//! A recorded message: what is known of it, from the hang-up until the carrier's copy is deleted.
//!
//! ```text
//! Pending ─► Stored (fetched, encrypted) ─► the carrier's copy deleted
//!    │ └───► Empty (nothing was said)
//!    └─────► Missing (flagged; tried again every hour)
//! ```
//! The sound itself is never here: it lies in a file that only the journal's keys open. An item holds as many messages
//! as its caller left, in their order.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::ItemId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Without a word from the carrier a recording counts as missing after this.
pub(in crate::floor) const AWAITED_MAX: Span = Span::mins(15);
/// What failed at the carrier is tried again after this.
pub(in crate::floor) const TRY_AGAIN: Span = Span::hours(1);
/// A missing recording is looked for so often. Deleting one is never given up.
pub(in crate::floor) const TRIES_MAX: u8 = 24;
/// A shorter message says nothing.
pub(in crate::floor) const SPOKEN_MIN: Span = Span::secs(1);

/// So many messages one item holds; the next makes an item of its own.
pub(in crate::floor) const MESSAGES_MAX: usize = 20;

/// Which message: one of an item's, counted from 0.
///
/// In the journal it stands inside the facts about recordings, the first message as its item alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId {
    /// The item.
    pub item: ItemId,
    /// The message.
    #[serde(default, skip_serializing_if = "is_first")]
    pub message: u16,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_first(message: &u16) -> bool {
    *message == 0
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message {
            0 => write!(f, "{}", self.item),
            later => write!(f, "{} message {}", self.item, u32::from(later) + 1),
        }
    }
}

/// One message's recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The call in which it was left.
    pub call: CallId,
    /// When it was left.
    pub left_at: Timestamp,
    /// When it is to be looked after.
    pub look_after: Option<Timestamp>,
    /// How far it is.
    pub state: RecordingState,
    /// The carrier's name for the leg that was recorded.
    pub carrier_call: CarrierCall,
    /// The carrier's name for the recording, once known.
    pub carrier_recording: Option<CarrierRecording>,
    /// How long it is: told by the carrier, then measured.
    pub duration: Option<Span>,
    /// Does the message break off?
    pub partial: bool,
    /// The name of its encrypted file, once it is here.
    pub file: Option<Arc<str>>,
    /// Does the carrier still have a copy, as far as we know?
    pub at_carrier: bool,
    /// How often something about it failed.
    pub tries: u8,
    /// What is being done about it.
    pub effect: Option<EffectId>,
}

/// How far a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordingState {
    /// On its way.
    Pending,
    /// Not to be had so far: the item has no sound.
    Missing,
    /// Nothing was said.
    Empty,
    /// Here, encrypted.
    Stored,
}

impl RecordingState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Missing, Self::Empty, Self::Stored];

    /// As the API and metrics name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Stored => "stored",
        }
    }
}

impl Recording {
    /// Of a leg that was at the mailbox.
    pub(in crate::floor) fn awaited(call: CallId, left_at: Timestamp, carrier_call: CarrierCall) -> Self {
        Self {
            call,
            left_at,
            look_after: None,
            state: RecordingState::Pending,
            carrier_call,
            carrier_recording: None,
            duration: None,
            partial: false,
            file: None,
            at_carrier: true,
            tries: 0,
            effect: None,
        }
    }

    /// Is anything left to be done with the carrier?
    pub(in crate::floor) fn is_unfinished(&self) -> bool {
        match self.state {
            RecordingState::Pending => true,
            RecordingState::Missing => self.effect.is_some() || self.tries < TRIES_MAX,
            RecordingState::Empty | RecordingState::Stored => self.file.is_some() && self.at_carrier,
        }
    }
}
