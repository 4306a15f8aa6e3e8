//! Events: what happened outside, in the past tense.
//!
//! An event carries no time (the desk stamps it) and no decision. Nothing here can fail: strange but possible
//! input becomes a counted oddity in the answer, never an error.

pub mod contact;
mod item;
mod letter;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use item::ItemRequest;
pub use item::PromiseAsked;
pub use letter::NewLetter;

use serde::Deserialize;
use serde::Serialize;

use super::details::Details;
use super::details::Subject;
use super::timer::TimerName;
use super::treatment::Mode;
use crate::flow::Flow;
use crate::flow::Team;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::FieldId;
use crate::vocab::FloorId;
use crate::vocab::HasPrivate;
use crate::vocab::ItemId;
use crate::vocab::KeyId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A note: text by field.
pub type Note = BTreeMap<FieldId, Private<String>>;

/// What happened outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A new data folder was opened; the first event of every journal.
    FloorOpened(FloorId),
    /// A flow file was checked and is to be used for new calls.
    FlowOffered(Box<FlowFile>),
    /// A team file was checked and is to be used from now on.
    TeamOffered(Box<TeamFile>),
    /// A patient's call reached one of our numbers.
    CallArrived {
        /// The carrier's name for the leg.
        carrier_call: CarrierCall,
        /// Who seems to be calling.
        caller: Caller,
        /// The number dialled, ours.
        dialled: Arc<str>,
    },
    /// A treatment ended, perhaps with input.
    TreatmentEnded {
        /// The leg it was given to.
        leg: LegId,
        /// Its serial number.
        serial: u32,
        /// What came with it.
        input: Input,
    },
    /// The carrier fetched a treatment we pushed.
    TreatmentFetched {
        /// The leg.
        leg: LegId,
        /// Its serial number.
        serial: u32,
    },
    /// An assistant's phone was picked up and asks what to do.
    LegAnswered {
        /// The leg we created.
        leg: LegId,
        /// The carrier's name for it.
        carrier_call: CarrierCall,
    },
    /// The carrier told how a leg fares.
    LegStatus {
        /// The leg, if the URL named it (legs we created); otherwise the carrier's name tells.
        leg: Option<LegId>,
        /// The carrier's name for it.
        carrier_call: CarrierCall,
        /// How it fares.
        status: LegStatus,
    },
    /// Asked, the carrier said that a leg is over: its end was not heard of here.
    LegFoundOver {
        /// The leg.
        leg: LegId,
    },
    /// An effect was carried out.
    EffectConfirmed {
        /// Which.
        effect: EffectId,
        /// For a dial: the carrier's name of the new leg.
        carrier_call: Option<CarrierCall>,
    },
    /// An effect cannot be carried out, and will not be tried again.
    EffectFailed {
        /// Which.
        effect: EffectId,
        /// Why.
        why: Failure,
    },
    /// Somebody asked for an assistant's state to change.
    AgentStateAsked {
        /// Which assistant.
        agent: AgentId,
        /// The state asked for.
        state: AskedState,
    },
    /// An assistant asked to close a call.
    CallCloseAsked {
        /// The call.
        call: CallId,
        /// From the lane's list.
        outcome: Arc<str>,
        /// The note.
        note: Note,
        /// Who closes, if the request says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
        /// By when the patient was promised something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<PromiseAsked>,
    },
    /// An assistant asked to move a call to another lane.
    TransferAsked {
        /// The call.
        call: CallId,
        /// To this lane.
        lane: LaneId,
    },
    /// Somebody recorded an attempt to reach the patient.
    AttemptMade {
        /// The item.
        item: ItemId,
        /// What came of it.
        outcome: Arc<str>,
        /// The note.
        note: Note,
        /// Who made it, if the request says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
        /// By when the patient was promised something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<PromiseAsked>,
    },
    /// Somebody asked to close an item.
    ItemCloseAsked {
        /// The item.
        item: ItemId,
        /// From the lane's list.
        outcome: Arc<str>,
        /// The note.
        note: Note,
        /// Who closes, if the request says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
        /// By when the patient was promised something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<PromiseAsked>,
    },
    /// Somebody gave an item to another owner.
    OwnerAsked {
        /// The item.
        item: ItemId,
        /// An assistant's or group's id.
        owner: Arc<str>,
    },
    /// The carrier told of a recording by itself: it is complete, or there is none after all.
    RecordingReported {
        /// The leg that was recorded.
        leg: LegId,
        /// The carrier's name for the recording.
        recording: CarrierRecording,
        /// How long it is; nothing if nothing was recorded.
        duration: Option<Span>,
    },
    /// A recording was fetched and lies encrypted in the data folder.
    RecordingFetched {
        /// The effect that asked for it.
        effect: EffectId,
        /// The carrier's name for it.
        recording: CarrierRecording,
        /// Its file's name.
        file: Arc<str>,
        /// Its length, measured.
        duration: Span,
    },
    /// Somebody wants to listen to an item's recording.
    PlaybackAsked {
        /// The item.
        item: ItemId,
        /// Which of its messages, counted from 0; the newest, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<u16>,
        /// Who listens.
        by: Private<String>,
    },
    /// Somebody told who is calling, for whom or why.
    DetailsTold {
        /// Of what.
        of: Subject,
        /// What is known now; the rest stays as it is.
        details: Box<Details>,
    },
    /// A deadline of the floor has passed.
    TimePassed,
    /// The carrier's list told of a call to us that began and ended while nobody here could hear of it.
    CallMissed {
        /// The carrier's name for the leg.
        carrier_call: CarrierCall,
        /// Who seems to have called.
        caller: Caller,
        /// The number dialled, ours.
        dialled: Arc<str>,
        /// When it began, by the carrier's clock.
        began: Timestamp,
    },
    /// A key that seals personal data was found in the data folder, as every day.
    KeyFound(KeyId),
    /// Salvage found that what happened to a call is lost, or a part of it.
    CallDamaged {
        /// The call, perhaps never heard of.
        call: CallId,
        /// Its practice; for a call never heard of, the likeliest.
        practice: PracticeId,
    },
    /// This journal was made from what could be trusted of a damaged one, and everything before this is that.
    JournalSalvaged(Box<Salvage>),
    /// Nobody here could hear of calls since then, and the carrier's list is not read yet.
    GapFound {
        /// The last moment at which we surely heard everything.
        since: Timestamp,
    },
    /// The carrier's list was read to its end.
    GapRead,
    /// An assistant flagged a call or an item as urgent.
    UrgentAsked {
        /// Which.
        of: Subject,
        /// The assistant.
        by: AgentId,
    },
    /// An assistant's softphone answered a round trip through its sound.
    SoftphoneHeard {
        /// The assistant.
        agent: AgentId,
    },
    /// It has not answered for two seconds, or its page was closed.
    SoftphoneUnheard {
        /// The assistant.
        agent: AgentId,
    },
    /// A browser leg's stream broke off without a word.
    LineLost {
        /// The leg.
        leg: LegId,
    },
    /// The core panicked twice at an event: it is set aside.
    Poisoned {
        /// The event as it came.
        event: Box<Event>,
        /// If it was `TimePassed`: the deadline at which the core panicked.
        deadline: Option<TimerName>,
    },
    /// A leg's message is recorded here, from its stream.
    MessageBegan {
        /// The leg.
        leg: LegId,
        /// Our own name for the recording.
        recording: CarrierRecording,
    },
    /// A request came with a key of its own: with the same key it is done once.
    AskedOnce {
        /// The key's digest: what a client writes there may say anything.
        key: Arc<str>,
        /// What was asked, without its content.
        path: Arc<str>,
        /// The request.
        asked: Box<Event>,
    },
    /// An assistant asked to put her patient on hold.
    HoldAsked {
        /// The call.
        call: CallId,
    },
    /// An assistant asked for her patient back.
    ResumeAsked {
        /// The call.
        call: CallId,
    },
    /// An assistant asked something of a warm transfer.
    ConsultAsked {
        /// The call.
        call: CallId,
        /// What.
        what: ConsultRequest,
    },
    /// Somebody asked something of an item.
    ItemAsked {
        /// The item.
        item: ItemId,
        /// What.
        what: ItemRequest,
        /// Who asks, if the request says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// A supervisor asked to take part in a conversation, in another way, or no longer.
    SuperviseAsked {
        /// The call.
        call: CallId,
        /// The supervisor.
        by: AgentId,
        /// How; nothing if no longer.
        mode: Option<Mode>,
    },
    /// Found at a start: whether the audio of the carrier's legs comes to us, so that conversations can be recorded.
    TapingFound {
        /// Does it?
        possible: bool,
    },
    /// A caller's conversation is about to be recorded here, from its stream.
    TapeBegan {
        /// The caller's leg.
        leg: LegId,
        /// Our own name for the recording.
        recording: CarrierRecording,
    },
    /// The recording of a conversation lies in one sealed file.
    TapeKept {
        /// The effect that asked for it.
        effect: EffectId,
        /// Its length, measured.
        duration: Span,
    },
    /// Somebody wants to listen to a recorded conversation, perhaps of a call that is long over.
    TapeAsked {
        /// The call.
        call: CallId,
        /// Its practice.
        practice: PracticeId,
        /// Which of its conversations.
        round: u32,
        /// Who listens.
        by: Private<String>,
    },
    /// A patient wrote to the practice.
    LetterCame {
        /// The practice.
        practice: PracticeId,
        /// What came.
        letter: Box<NewLetter>,
    },
    /// Somebody told what the person behind a number wants.
    ContactTold(Box<contact::ContactTold>),
}

/// Where a salvaged journal comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salvage {
    /// The floor's new name.
    pub floor: FloorId,
    /// The hash of the damaged journal's last block that could be trusted.
    pub head: Arc<str>,
    /// How many entries could be trusted.
    pub trusted: u64,
    /// The runs of entries that are gone, by the damaged journal's numbers.
    pub lost: Vec<(u64, u64)>,
    /// The last trusted entry's time: calls since then may be known to the carrier only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_until: Option<Timestamp>,
}

/// A checked flow file with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowFile {
    /// SHA-256 of the text, lower-case hex: the version's name.
    pub hash: Arc<str>,
    /// The text as it was.
    pub text: Arc<str>,
    /// The checked form.
    pub flow: Arc<Flow>,
}

/// A checked team file with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamFile {
    /// SHA-256 of the text, lower-case hex.
    pub hash: Arc<str>,
    /// The text as it was.
    pub text: Arc<str>,
    /// The checked form.
    pub team: Arc<Team>,
}

/// What a caller or assistant gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Nothing before the time was over, or the treatment simply ended.
    Nothing,
    /// Keys (only the first counts for a menu).
    Keys(Arc<str>),
    /// Words, as the carrier's recogniser wrote them.
    Speech(Private<String>),
    /// A message was recorded.
    Message {
        /// The carrier's name for the recording.
        recording: CarrierRecording,
        /// How long it is, if the carrier said so.
        duration: Option<Span>,
    },
    /// A PIN, compared before it came here: it is in no event, and so in no journal.
    Pin(PinCheck),
}

/// What came of comparing a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinCheck {
    /// It is hers.
    Right,
    /// It is not.
    Wrong,
    /// She has none.
    Unset,
}

/// How a leg fares. States only move forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LegStatus {
    /// The carrier is working on it.
    Initiated,
    /// The phone rings.
    Ringing,
    /// Somebody or something answered.
    InProgress,
    /// It is over.
    Ended(LegEnd),
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LegEnd {
    /// After it had been answered.
    Completed,
    /// The line was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// It could not be routed.
    Failed,
    /// It was cancelled before an answer.
    Canceled,
}

/// Why an effect failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The leg it was for is over.
    LegGone,
    /// The carrier refused it.
    Refused,
    /// The carrier did not answer in time, again and again.
    Unreachable,
}

/// What an assistant may ask about handing her call over after a word with whoever takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultRequest {
    /// To ask this lane's people.
    Begin {
        /// The lane.
        lane: LaneId,
    },
    /// To join her patient with the colleague who has taken it.
    Complete,
    /// To have her patient back.
    Cancel,
}

/// A state somebody may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedState {
    /// Ready for calls.
    Available,
    /// Signed in, not ready.
    NotReady,
    /// Gone.
    LoggedOut,
}

impl HasPrivate for Event {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        match self {
            Self::CallArrived { caller, .. } | Self::CallMissed { caller, .. } => caller.privates(each),
            Self::TreatmentEnded { input: Input::Speech(words), .. } => words.privates(each),
            Self::PlaybackAsked { by, .. } | Self::TapeAsked { by, .. } => by.privates(each),
            Self::DetailsTold { details, .. } => details.privates(each),
            Self::LetterCame { letter, .. } => letter.privates(each),
            Self::ContactTold(told) => told.privates(each),
            Self::Poisoned { event, .. } | Self::AskedOnce { asked: event, .. } => event.privates(each),
            Self::CallCloseAsked { note, .. } | Self::AttemptMade { note, .. } | Self::ItemCloseAsked { note, .. } => {
                note.values().for_each(|text| text.privates(each));
            }
            _ => {}
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        match self {
            Self::CallArrived { caller, .. } | Self::CallMissed { caller, .. } => caller.privates_mut(each),
            Self::TreatmentEnded { input: Input::Speech(words), .. } => words.privates_mut(each),
            Self::PlaybackAsked { by, .. } | Self::TapeAsked { by, .. } => by.privates_mut(each),
            Self::DetailsTold { details, .. } => details.privates_mut(each),
            Self::LetterCame { letter, .. } => letter.privates_mut(each),
            Self::ContactTold(told) => told.privates_mut(each),
            Self::Poisoned { event, .. } | Self::AskedOnce { asked: event, .. } => event.privates_mut(each),
            Self::CallCloseAsked { note, .. } | Self::AttemptMade { note, .. } | Self::ItemCloseAsked { note, .. } => {
                note.values_mut().for_each(|text| text.privates_mut(each));
            }
            _ => {}
        }
    }
}
