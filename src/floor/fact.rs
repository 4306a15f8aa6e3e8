//! Facts: what the floor decided, in the past tense. State changes only by applying them.
//!
//! The journal keeps facts for ever, so this is a promise: variants and fields are only added (with a serde default),
//! never renamed or given another meaning. Personal text stands in `Private`, and each such field appears in
//! `private`; golden journals guard both.

pub mod agent;
pub mod attempt;
pub mod consult;
pub mod contact;
pub mod desk;
pub mod hold;
mod how;
mod item;
pub mod letter;
mod private;
pub mod supervision;
pub mod taped;
pub mod why;

use std::sync::Arc;

pub use how::Left;
pub use how::OfferOutcome;
pub use how::Route;
pub use item::ChainLink;
pub use item::FlaggedBy;
pub use item::ItemChange;
pub use item::ItemKind;
pub use item::NewItem;

use serde::Deserialize;
use serde::Serialize;

use super::details::Details;
use super::details::Subject;
use super::event;
use super::timer::TimerName;
use super::treatment;
use super::work::recording::MessageId;
use crate::flow::HeadStart;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::FloorId;
use crate::vocab::ItemId;
use crate::vocab::KeyId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::OutcomeId;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// What the floor decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// This floor began; its name stands in every URL it hands out.
    FloorOpened(FloorId),
    /// New calls to this practice use this flow.
    FlowLoaded(Box<event::FlowFile>),
    /// These are the floor's assistants.
    TeamLoaded(Box<event::TeamFile>),
    /// A patient's call is ours to account for.
    CallArrived {
        /// Its id.
        call: CallId,
        /// The patient's leg.
        leg: LegId,
        /// The practice called.
        practice: PracticeId,
        /// The flow version the call keeps to its end.
        flow: Arc<str>,
        /// The carrier's name for the leg.
        carrier_call: CarrierCall,
        /// Who seems to be calling.
        caller: Caller,
        /// When it began at the carrier, if it was over before we saw it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<Timestamp>,
    },
    /// A leg was given its next treatment.
    LegTreated {
        /// The leg.
        leg: LegId,
        /// The treatment's number on this leg, from 1.
        serial: u32,
        /// What it is to be given.
        treatment: treatment::Treatment,
        /// Must the carrier be told (true), or does it ask by itself (false)?
        #[serde(default)]
        pushed: bool,
    },
    /// A menu got no usable input.
    InputMissed {
        /// The call.
        call: CallId,
    },
    /// The caller speaks this language.
    LanguageChosen {
        /// The call.
        call: CallId,
        /// The language.
        language: Language,
    },
    /// The practice's urgent words, or a person's flag.
    UrgentFlagged {
        /// The call.
        call: CallId,
        /// Words of self-harm?
        crisis: bool,
        /// Who or what said so.
        #[serde(default, skip_serializing_if = "FlaggedBy::is_caller")]
        by: FlaggedBy,
    },
    /// A call took its place in a lane.
    Queued {
        /// The call.
        call: CallId,
        /// The lane.
        lane: LaneId,
        /// When the request arrived; kept by transfers.
        arrived: Timestamp,
        /// `arrived + answer_within − head starts`: the place in the order.
        deadline: Timestamp,
        /// The head starts in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        head_starts: Vec<(HeadStart, Span)>,
        /// How it came here.
        how: Route,
    },
    /// A further tier may be offered the call.
    TierOpened {
        /// The call.
        call: CallId,
        /// The tier, counted from 0.
        tier: u8,
    },
    /// A call is rung to an assistant.
    OfferMade {
        /// The lease's number.
        offer: OfferId,
        /// The call.
        call: CallId,
        /// The assistant.
        agent: AgentId,
        /// The leg to her phone.
        leg: LegId,
        /// When the lease ends by itself.
        expires_at: Timestamp,
        /// Why this call and this assistant.
        why: Box<why::Why>,
    },
    /// The assistant's phone was picked up; the lease now lasts until the whisper's keys time out.
    OfferAnswered {
        /// The offer.
        offer: OfferId,
        /// When the lease ends by itself.
        expires_at: Timestamp,
    },
    /// A lease is over.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// How.
        outcome: OfferOutcome,
    },
    /// An assistant's state changed other than by an offer or a call.
    AgentChanged {
        /// The assistant.
        agent: AgentId,
        /// Her state now.
        to: agent::AgentChange,
    },
    /// Patient and assistant are joined.
    TalkBegan {
        /// The call.
        call: CallId,
        /// The assistant.
        agent: AgentId,
        /// Her leg.
        leg: LegId,
    },
    /// The conversation is over; the assistant writes up the call.
    TalkEnded {
        /// The call.
        call: CallId,
        /// Who left first.
        by: treatment::Party,
        /// When writing must be done; absent if the call is closed or was transferred.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wrap_up_until: Option<Timestamp>,
    },
    /// The assistant gave the call to another lane.
    Transferred {
        /// The call.
        call: CallId,
        /// From whom.
        agent: AgentId,
    },
    /// The call got its outcome and note.
    CallClosed {
        /// The call.
        call: CallId,
        /// The outcome.
        outcome: OutcomeId,
        /// The note.
        note: event::Note,
    },
    /// The call left the queue or the menu without an assistant.
    CallLeft {
        /// The call.
        call: CallId,
        /// How.
        how: Left,
    },
    /// Somebody owns what is left to do.
    ItemOpened(Box<NewItem>),
    /// A further call belongs to an open item: the same caller called again about it.
    ItemJoined {
        /// The item.
        item: ItemId,
        /// The call.
        call: CallId,
        /// What the item is from now on, if the call asked for more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<ItemKind>,
        /// The time told to the caller, if one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<Timestamp>,
        /// When the item is due from now on, if that changes: a repeat caller raises it, once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
    },
    /// An attempt to reach the patient was recorded.
    ItemAttempted {
        /// The item.
        item: ItemId,
        /// What came of it.
        outcome: OutcomeId,
        /// The note.
        note: event::Note,
        /// When the next attempt is due.
        due_at: Timestamp,
        /// Who did it, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// The item is done.
    ItemClosed {
        /// The item.
        item: ItemId,
        /// Its outcome.
        outcome: OutcomeId,
        /// The note.
        note: event::Note,
        /// Who did it, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// The item changed hands.
    ItemOwned {
        /// The item.
        item: ItemId,
        /// Its owner now.
        owner: Owner,
    },
    /// The carrier's name of a leg became known.
    LegNamed {
        /// The leg.
        leg: LegId,
        /// The carrier's name.
        carrier_call: CarrierCall,
    },
    /// A leg must be hung up.
    LegUnwanted {
        /// The leg.
        leg: LegId,
    },
    /// A leg is over.
    LegEnded {
        /// The leg.
        leg: LegId,
        /// How.
        end: event::LegEnd,
    },
    /// A call we never saw is over: should its first webhook come late, it is over from the start.
    StrangerEnded {
        /// The carrier's name for it.
        carrier_call: CarrierCall,
    },
    /// The caller could not be moved to the assistant; the call is back at its place.
    JoinFailed {
        /// The call.
        call: CallId,
    },
    /// An effect is done, or given up.
    EffectSettled {
        /// Which.
        effect: EffectId,
    },
    /// The call goes to the mailbox of its lane.
    VoicemailBegan {
        /// The call.
        call: CallId,
        /// By when the caller was told to be called back: the item's due time.
        due_at: Timestamp,
    },
    /// A message may have been left for an item; its recording is on its way.
    RecordingAwaited {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
        /// The leg that was recorded.
        leg: LegId,
        /// The carrier's name for that leg.
        carrier_call: CarrierCall,
        /// After this it counts as missing and is looked for at the carrier.
        until: Timestamp,
    },
    /// The carrier named the recording: it is fetched.
    RecordingNamed {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
        /// The carrier's name for it.
        recording: CarrierRecording,
        /// How long it is, as far as the carrier said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Span>,
        /// The message breaks off: the line was lost, or it took as long as a message may.
        #[serde(default)]
        partial: bool,
    },
    /// The caller said nothing.
    RecordingEmpty {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
    },
    /// What has to do with the recording could not be done now: without its sound the item is flagged.
    RecordingDelayed {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
        /// When it is tried again; never, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again_at: Option<Timestamp>,
    },
    /// The recording is looked for, fetched or deleted at the carrier once more.
    RecordingTried {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
    },
    /// The recording lies encrypted in the data folder; the carrier's copy is to be deleted.
    RecordingStored {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
        /// The carrier's name for it.
        recording: CarrierRecording,
        /// Its file's name.
        file: Arc<str>,
        /// Its length, measured.
        duration: Span,
    },
    /// The carrier has no copy any more.
    RecordingDropped {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
    },
    /// Somebody listened to the recording.
    RecordingPlayed {
        /// Which message.
        #[serde(flatten)]
        of: MessageId,
        /// Who.
        by: Private<String>,
    },
    /// A leg has been silent for longer than its treatment lasts: the carrier is asked how it fares.
    LegAsked {
        /// The leg.
        leg: LegId,
        /// Asked for another reason: somebody on call is about to be rung for its caller. That counts as no silence.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        paging: bool,
    },
    /// The lane's own people cannot take an urgent call, or had their time: the on-call ladder is rung.
    LadderBegan {
        /// The call.
        call: CallId,
    },
    /// The last rung did not answer.
    LadderEnded {
        /// The call.
        call: CallId,
        /// When it begins anew, if the caller is still there.
        again_at: Timestamp,
    },
    /// More is known of who calls, for whom or why.
    DetailsKnown {
        /// Of what.
        of: Subject,
        /// What is known now; the rest stays as it is.
        details: Box<Details>,
    },
    /// What this key sealed is past its retention: the key is destroyed, and this is the proof.
    KeyExpired(KeyId),
    /// A call is counted of which nothing else is known: its entries were lost. An item stands for it.
    CallLost {
        /// The call.
        call: CallId,
    },
    /// What was going on in a damaged journal is over; a new one begins.
    JournalSalvaged(Box<event::Salvage>),
    /// The staff number was called: a leg of its own, no patient's call and outside the ledger.
    StaffArrived {
        /// Its leg.
        leg: LegId,
        /// The practice called.
        practice: PracticeId,
        /// The flow version the leg keeps to its end.
        flow: Arc<str>,
        /// The carrier's name for the leg.
        carrier_call: CarrierCall,
        /// Whose phone it seems to be: a hint, until the PIN is right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
    },
    /// The PIN was right: the leg is hers.
    StaffKnown {
        /// The leg.
        leg: LegId,
        /// The assistant.
        agent: AgentId,
    },
    /// A wrong PIN.
    PinRefused {
        /// The leg.
        leg: LegId,
        /// Whose PIN was tried.
        agent: AgentId,
        /// Set when there were too many: until then no PIN of hers is taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        locked_until: Option<Timestamp>,
    },
    /// The carrier was asked how a leg fares, and did not tell.
    AskUnanswered {
        /// The leg.
        leg: LegId,
    },
    /// Calls may have been missed since then: the carrier's list has not been read for that time.
    GapFound {
        /// The last moment at which we surely heard everything.
        since: Timestamp,
    },
    /// The carrier's list was read: every call of the gap is accounted for.
    GapRead,
    /// The longest wait is over, but somebody listens to the whisper: the call is hers until her lease ends.
    WaitOverrun {
        /// The call.
        call: CallId,
        /// When her lease ends.
        until: Timestamp,
    },
    /// A call that was accounted for, or written up, goes on: its caller was still on the line and said urgent words.
    CallResumed {
        /// The call.
        call: CallId,
        /// The caller's leg.
        leg: LegId,
    },
    /// An item became urgent, and is a clinical lane's from now on.
    ItemFlagged {
        /// The item.
        item: ItemId,
        /// Words of self-harm?
        crisis: bool,
        /// Who or what said so.
        by: FlaggedBy,
        /// Its lane now.
        lane: LaneId,
        /// Its owner now.
        owner: Owner,
        /// When it is due now; never later than before.
        due_at: Timestamp,
    },
    /// An event at which the core panicked twice was set aside.
    EventQuarantined {
        /// The call it was about, which leaves by its safe exit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        /// The deadline it was, which is cleared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<TimerName>,
    },
    /// An assistant's softphone answered through its sound: she is rung there.
    SoftphoneHeard {
        /// The assistant.
        agent: AgentId,
    },
    /// It has not answered lately.
    SoftphoneUnheard {
        /// The assistant.
        agent: AgentId,
        /// If it stays silent until then, it is lost.
        until: Timestamp,
    },
    /// It was silent for too long, or did not say that it rings.
    SoftphoneLost {
        /// The assistant.
        agent: AgentId,
    },
    /// A softphone showed that it rings: the lease lasts as long as any ring.
    OfferRung {
        /// The offer.
        offer: OfferId,
        /// When the lease ends by itself.
        expires_at: Timestamp,
    },
    /// The line of an assistant's softphone broke off in a conversation.
    LineLost {
        /// Her leg.
        leg: LegId,
        /// It is waited for until then.
        until: Timestamp,
    },
    /// It is back.
    LineBack {
        /// Her leg.
        leg: LegId,
    },
    /// A leg's message is recorded here: its sound is found whatever becomes of the line, or of us.
    MessageBegan {
        /// The leg.
        leg: LegId,
        /// Our own name for the recording.
        recording: CarrierRecording,
    },
    /// A request with a key of its own was done; kept for a day.
    AskedOnce {
        /// The key's digest.
        key: Arc<str>,
        /// What was asked, without its content.
        path: Arc<str>,
    },
    /// An assistant put her patient on hold; the conversation goes on later.
    HoldBegan {
        /// The call.
        call: CallId,
        /// When she is reminded of it.
        remind_at: Timestamp,
    },
    /// The patient has been on hold for so long that the assistant is reminded.
    HoldReminded {
        /// The call.
        call: CallId,
    },
    /// The patient is on hold no longer.
    HoldEnded {
        /// The call.
        call: CallId,
        /// How that came.
        how: hold::HoldEnd,
    },
    /// Something about an item changed by a person's hand.
    ItemChanged {
        /// The item.
        item: ItemId,
        /// What.
        to: ItemChange,
        /// Who did it, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// A supervisor's part in a conversation.
    Supervised(supervision::Supervised),
    /// A step of a warm transfer.
    Consulted(consult::Consulted),
    /// A step of an attempt that carelane dials.
    Attempt(attempt::Attempt),
    /// Something about a recorded conversation.
    Taped(taped::Taped),
    /// A patient wrote.
    LetterCame(Box<letter::Letter>),
    /// What is on record about a number.
    ContactKept(Box<contact::ContactKept>),
}
