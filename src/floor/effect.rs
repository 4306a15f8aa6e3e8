//! Effects: what must now be done outside, in the imperative; and the outbox that collects them.
//!
//! An effect stays in the floor under its id until it is confirmed or given up, so nothing is forgotten in a crash.
//! What a leg hears is no effect: the carrier asks for it and is given the leg's current treatment.

use std::sync::Arc;

use super::fact::Fact;
use super::work::letter::WhyLive;
use super::work::note::NotePart;
use super::work::recording::MessageId;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::FieldId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// What must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ring an assistant's phone.
    Dial {
        /// The leg to create.
        leg: LegId,
        /// The offer it carries; [`OfferId::NONE`] for a supervisor's.
        offer: OfferId,
        /// Her number, or [`Effect::softphone`].
        to: Arc<str>,
        /// The practice's number.
        from: Arc<str>,
        /// How long it rings.
        ring: Span,
        /// When the floor decided it: the start of the listing by which an unknown outcome is reconciled.
        since: Timestamp,
    },
    /// Ring a patient's phone, for an assistant who waits in the room. At most once, whatever happens.
    CallPatient {
        /// The leg to create.
        leg: LegId,
        /// Whose number.
        caller: Caller,
        /// The practice's number.
        from: Arc<str>,
        /// How long it rings.
        ring: Span,
        /// When the floor decided it.
        since: Timestamp,
    },
    /// Make the carrier fetch a leg's current treatment now.
    Redirect {
        /// The leg.
        leg: LegId,
        /// The carrier's name for it.
        carrier_call: CarrierCall,
        /// The treatment's serial.
        serial: u32,
    },
    /// End a leg.
    HangUp {
        /// The leg.
        leg: LegId,
        /// The carrier's name for it.
        carrier_call: CarrierCall,
    },
    /// Fetch a recording from the carrier and keep it encrypted.
    FetchRecording {
        /// Which message.
        of: MessageId,
        /// The practice: whose key it is sealed with.
        practice: PracticeId,
        /// The leg that was recorded: without a name the carrier is asked for that leg's recordings.
        carrier_call: CarrierCall,
        /// The carrier's name for it, if it is known.
        recording: Option<CarrierRecording>,
    },
    /// Delete the carrier's copy of a recording.
    DropRecording {
        /// Which message.
        of: MessageId,
        /// The carrier's name for it.
        recording: CarrierRecording,
    },
    /// Ask the carrier how a leg fares.
    Ask {
        /// The leg.
        leg: LegId,
        /// The carrier's name for it.
        carrier_call: CarrierCall,
        /// It has not been silent for long: somebody is about to be rung for its caller.
        paging: bool,
    },
    /// Put the pieces of a recorded conversation into one sealed file.
    KeepTape {
        /// The call.
        call: CallId,
        /// Which of its conversations.
        round: u32,
        /// The practice: whose key it is sealed with.
        practice: PracticeId,
        /// Our own name for the recording.
        recording: CarrierRecording,
    },
}

/// Before an assistant's id, instead of a number.
const SOFTPHONE: &str = "softphone:";

impl Effect {
    /// What is dialled to ring an assistant at her softphone.
    pub fn softphone(agent: &AgentId) -> Arc<str> {
        format!("{SOFTPHONE}{agent}").into()
    }

    /// Whose softphone is dialled; `None` for a number.
    pub fn softphone_of(to: &str) -> Option<AgentId> {
        to.strip_prefix(SOFTPHONE).map(AgentId::from)
    }

    /// The leg it is about; none for what is done about a recording.
    pub fn leg(&self) -> Option<LegId> {
        match self {
            Self::Dial { leg, .. }
            | Self::CallPatient { leg, .. }
            | Self::Redirect { leg, .. }
            | Self::HangUp { leg, .. }
            | Self::Ask { leg, .. } => Some(*leg),
            Self::FetchRecording { .. } | Self::DropRecording { .. } | Self::KeepTape { .. } => None,
        }
    }

    /// The message whose recording it is about.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::FetchRecording { of, .. } | Self::DropRecording { of, .. } => Some(*of),
            Self::Dial { .. }
            | Self::CallPatient { .. }
            | Self::Redirect { .. }
            | Self::HangUp { .. }
            | Self::Ask { .. }
            | Self::KeepTape { .. } => None,
        }
    }

    /// Is it about sound that was recorded already? That is done whatever becomes of its call.
    pub fn keeps_sound(&self) -> bool {
        self.message().is_some() || matches!(self, Self::KeepTape { .. })
    }
}

/// What `handle` produced.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Decisions, in order.
    pub facts: Vec<Fact>,
    /// New effects, in order; they may leave when the facts are durable.
    pub effects: Vec<(EffectId, Effect)>,
    /// Effects that are done or no longer wanted: whoever is about to carry one out must not.
    pub settled: Vec<EffectId>,
    /// What to tell whoever brought the event.
    pub answer: Answer,
    /// Something strange, to be counted.
    pub oddity: Option<Oddity>,
}

/// What to tell whoever brought an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Noted.
    #[default]
    Noted,
    /// The leg is to be given its treatment with this serial.
    Treat {
        /// The leg.
        leg: LegId,
        /// The treatment's number.
        serial: u32,
    },
    /// We know nothing of this number or leg: a spoken excuse.
    Excuse,
    /// The leg is over: hang up.
    Over,
    /// The request cannot be done, and why.
    Refused(Refusal),
    /// Done, and this item tells the clinical group.
    Flagged(ItemId),
    /// Done, but the item stays due when it was, and why.
    DueKept(&'static str),
    /// The same request, with the same key, was done before.
    DoneBefore,
    /// A letter was taken: it is part of this item.
    Taken {
        /// The item.
        item: ItemId,
        /// It was open before.
        again: bool,
    },
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such thing.
    Unknown(&'static str),
    /// Not in its present state.
    Conflict(&'static str),
    /// It was changed since whoever asks has read it.
    Changed,
    /// The core panicked twice at it: it was set aside.
    Quarantined,
    /// Required fields are missing or say too little.
    Missing(Vec<Lack>),
    /// A text is longer than we keep.
    TooLong {
        /// Which field of the request.
        what: &'static str,
        /// The most characters it may have.
        chars_max: usize,
    },
    /// A time is promised that nobody can keep.
    CannotKeep {
        /// Why not.
        why: Unkeepable,
        /// The nearest time that somebody can keep; none within a week.
        nearest: Option<Timestamp>,
    },
    /// Somebody else has to do it.
    NotHers(&'static str),
    /// It cannot be closed as answered in writing: that takes a live call.
    LiveCall(WhyLive),
    /// A value is not one of the allowed ones.
    NotAllowed {
        /// Which field of the request.
        what: &'static str,
        /// What would be allowed.
        allowed: Vec<Arc<str>>,
    },
}

/// Why nobody can keep a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unkeepable {
    /// The practice is closed then.
    Closed,
    /// Nobody on the team does this work.
    Nobody,
    /// As much is promised for that half hour as can be done.
    Full {
        /// So much.
        promised: u64,
    },
}

/// What a note's field does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The field.
    pub field: FieldId,
    /// What is missing in it.
    pub parts: Vec<NotePart>,
}

/// Strange but possible input, counted and harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// A webhook of a treatment that is over.
    Duplicate,
    /// A phone was answered, or a key pressed, after the lease was over.
    LateAnswer,
    /// A call to a number that is in no flow file.
    UnknownNumber,
    /// A webhook for a leg we do not know, or under another name.
    UnknownLeg,
    /// More calls than the floor holds.
    Overload,
    /// The same call was announced again.
    Repeated(CallId),
    /// A request about an item that is closed.
    ClosedItem(ItemId),
}
