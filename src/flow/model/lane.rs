//! A lane: a kind of call with its queue, its people, its words and its rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::Texts;
use crate::flow::callbacks::LaneWork;
use crate::flow::desk::Document;
use crate::flow::desk::Situation;
use crate::flow::desk::is_complaint;
use crate::flow::rhythm::Rhythm;
use crate::flow::sheet::Sheet;
use crate::vocab::AgentId;
use crate::vocab::FieldId;
use crate::vocab::GroupId;
use crate::vocab::LaneId;
use crate::vocab::OutcomeId;
use crate::vocab::ReasonId;
use crate::vocab::SkillId;
use crate::vocab::Span;

/// A call category with its queue, people, words and rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// `scheduling`.
    pub id: LaneId,
    /// As said to a caller after "you are in line for".
    pub name: Texts,
    /// May a clinical question come here? Clinical and urgent callers reach nothing else.
    #[serde(default)]
    pub clinical: bool,
    /// What kind of work the lane is, for the callback list.
    #[serde(default, skip_serializing_if = "LaneWork::is_other")]
    pub work: LaneWork,
    /// The answer target: the waiting call's deadline is its arrival plus this, less its head starts.
    pub answer_within: Span,
    /// Minutes of head start by reason.
    #[serde(default)]
    pub head_starts: BTreeMap<HeadStart, Span>,
    /// Who serves the lane, in tiers that open one after the other.
    pub serving: Vec<Tier>,
    /// What an assistant must be trained for to be offered this lane.
    #[serde(default)]
    pub needs: Vec<SkillId>,
    /// Sentences for those who wait, said in turn.
    pub hold: Vec<Texts>,
    /// Is a caller asked whether the patient is new?
    #[serde(default)]
    pub asks_new_or_existing: bool,
    /// Is a caller told how long the wait is, when that is sure?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_wait: bool,
    /// Are its conversations recorded, of callers who heard the announcement?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
    /// Why people call, in the file's order.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The key that exchanges waiting for a callback, if the lane offers one.
    #[serde(default)]
    pub callback_key: Option<char>,
    /// The key that exchanges waiting for a message, if the lane offers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voicemail_key: Option<char>,
    /// How long a caller waits at most.
    pub max_wait: Span,
    /// How many may wait in it; `None` is as many as the practice lets in.
    #[serde(default)]
    pub max_waiting: Option<u16>,
    /// Where a call goes that cannot stay.
    pub exits: Exits,
    /// Who owns what is left over: an assistant's or a group's id.
    pub owner: Owner,
    /// How soon, in open hours, a callback is due.
    pub callback_within: Span,
    /// When its attempts are made, and who dials.
    #[serde(default, skip_serializing_if = "Rhythm::is_default")]
    pub rhythm: Rhythm,
    /// What the assistant says, and decides by.
    pub script: Texts,
    /// Decision rules shown to the assistant.
    pub decision_rules: Vec<Arc<str>>,
    /// The note's fields.
    pub note_fields: Vec<NoteField>,
    /// How a call or item of this lane may end.
    pub outcomes: Vec<Outcome>,
    /// The lane to which an assistant escalates.
    pub escalation: LaneId,
    /// How a call is written up on a phone's keys, if it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keypad_notes: Option<KeypadNotes>,
    /// What its people are told; absent in a flow journaled before lanes had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Sheet>,
    /// What a referral of this lane may lack, in the file's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// A note without a screen: each key stands for an outcome, or for a standard phrase of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeypadNotes {
    /// How the call ended, by key.
    pub outcomes: BTreeMap<char, KeypadOutcome>,
    /// What a field may say, by key.
    pub fields: BTreeMap<FieldId, BTreeMap<char, Texts>>,
}

/// An outcome that is chosen by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeypadOutcome {
    /// One of the lane's outcomes.
    pub outcome: OutcomeId,
    /// As said to the assistant.
    pub say: Texts,
}

/// Why people call a lane; a finer word, chosen by the assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `refill`.
    pub id: ReasonId,
    /// As shown to the assistant.
    pub label: Texts,
}

/// Why a waiting call's deadline is earlier than its arrival alone would make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadStart {
    /// The caller has an open request at the practice.
    RepeatCaller,
    /// The patient is new, or, where the lane asks, did not say.
    NewPatient,
    /// A callback was promised by a time that is over.
    BrokenPromise,
    /// A hospital, laboratory or pharmacy, by the backline's key.
    Backline,
}

/// People who serve a lane from some waiting time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Any of these groups.
    pub groups: Vec<GroupId>,
    /// After so long in the queue; zero for the first tier.
    pub after: Span,
}

/// Where a call goes that cannot stay in its lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exits {
    /// The longest wait is over.
    pub timeout: Exit,
    /// Nobody of any tier is signed in.
    pub no_agent: Exit,
    /// Something on our side or the carrier's failed.
    pub error: Exit,
    /// As many wait as may.
    #[serde(default)]
    pub full: Exit,
    /// The practice is closed when the call comes. Absent: this lane answers at any hour, as clinical lanes do; so did
    /// every lane of a flow journaled before hours routed calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Exit>,
}

/// What a call that cannot stay becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// A promised callback with a due time.
    #[default]
    Callback,
    /// Another lane's queue, keeping the place.
    Lane(LaneId),
    /// A message, and a promised callback with a due time.
    Voicemail,
}

/// Who owns a lane's left-over work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// A whole group.
    Group(GroupId),
    /// One assistant.
    Agent(AgentId),
}

/// One field of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteField {
    /// `request`.
    pub id: FieldId,
    /// As shown to the assistant.
    pub label: Arc<str>,
    /// May it stay empty?
    pub required: bool,
    /// In these situations it may not, whatever else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Situation>,
}

/// A way a call or item ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// `booked`.
    pub id: OutcomeId,
    /// Is nothing left to do? If not, an item with an owner stays open.
    pub closes: bool,
    /// The lane whose people own what is left; absent: this lane's.
    #[serde(default)]
    pub hands_to: Option<LaneId>,
}

impl HeadStart {
    /// Every reason with its key under `head_starts`.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::NewPatient, "new_patient"),
        (Self::RepeatCaller, "repeat_caller"),
        (Self::BrokenPromise, "broken_promise"),
        (Self::Backline, "backline"),
    ];
}

impl Lane {
    /// Is this one of its reasons?
    pub fn has_reason(&self, id: &ReasonId) -> bool {
        self.reasons.iter().any(|reason| reason.id == *id)
    }

    /// May somebody complain here?
    pub fn has_complaints(&self) -> bool {
        self.reasons.iter().any(|reason| is_complaint(&reason.id))
    }

    /// Does this outcome exist here, and does it close?
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.id.as_str() == id)
    }
}

impl Owner {
    /// The assistant's or group's id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Group(id) => id.as_str(),
            Self::Agent(id) => id.as_str(),
        }
    }
}
