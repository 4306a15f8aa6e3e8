//! Items as facts tell of them: how one begins, of what kind it is, and who made it urgent.
//!
//! The same promise as of all facts: fields are only added.

use serde::Deserialize;
use serde::Serialize;

use super::desk::DeskChange;
use crate::floor::details::Details;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ChainId;
use crate::vocab::FieldId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::PracticeId;
use crate::vocab::StageId;
use crate::vocab::Timestamp;

/// A work item as it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewItem {
    /// Its id.
    pub item: ItemId,
    /// The call it comes from.
    pub call: CallId,
    /// The practice.
    pub practice: PracticeId,
    /// The lane.
    pub lane: LaneId,
    /// What kind.
    pub kind: ItemKind,
    /// Whom to call back.
    pub caller: Caller,
    /// In which language.
    pub language: Language,
    /// Urgent words in play?
    pub urgent: bool,
    /// Who owns it.
    pub owner: Owner,
    /// When it is due; never computed again.
    pub due_at: Timestamp,
    /// When the request arrived: who redials soon keeps the place.
    #[serde(default)]
    pub arrived: Timestamp,
    /// The time told to the caller, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Timestamp>,
    /// Who calls, for whom and why, as far as it is known.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// Who or what made it urgent, if its caller did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged_by: Option<FlaggedBy>,
    /// Perhaps it is about the same as this open item of the same number: a person decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maybe_same: Option<ItemId>,
    /// The same number's earlier item: a clinical call is never taken into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<ItemId>,
    /// The stage of a chain that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainLink>,
}

/// A stage of a chain: work that follows a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLink {
    /// The chain.
    pub chain: ChainId,
    /// Its stage.
    pub stage: StageId,
    /// The item that was closed before it; none if a call was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ItemId>,
}

/// What a person changed about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemChange {
    /// It is the same as another, and goes on in that.
    Merged {
        /// The other.
        into: ItemId,
    },
    /// It is due at another time: the patient wants to be called then.
    Due {
        /// When.
        at: Timestamp,
    },
    /// What an assistant kept about it while working on it.
    Desk(DeskChange),
}

/// What a work item comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// The caller hung up while waiting.
    Abandoned,
    /// Nobody could take the call.
    Missed,
    /// The caller left a message.
    Voicemail,
    /// The caller asked to be called back.
    Callback,
    /// The assistant did not write up the call in time.
    NoteOwed,
    /// The call was closed with something left to do.
    FollowUp,
    /// A request is done, and this follows it: a stage of a chain.
    Stage,
    /// The patient wrote, by a channel that is no call.
    Written,
}

impl ItemKind {
    /// Its name outside: in the API, metrics and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Abandoned => "abandoned",
            Self::Missed => "missed",
            Self::Voicemail => "voicemail",
            Self::Callback => "callback",
            Self::NoteOwed => "note_owed",
            Self::FollowUp => "follow_up",
            Self::Stage => "stage",
            Self::Written => "written",
        }
    }

    /// Does an item of this kind become one of the other, when both are the same request? Who calls asks for more than
    /// who writes.
    pub fn gives_way_to(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Written) => false,
            (Self::Written, _) => true,
            (known, other) => other > known,
        }
    }
}

/// Who or what made a call or an item urgent. Nobody judges what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlaggedBy {
    /// The caller: words of the practice's list, or a clinical lane.
    #[default]
    Caller,
    /// An assistant.
    Agent(AgentId),
    /// Words of the practice's list, typed into a note.
    Note {
        /// Who wrote it, if the request said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
        /// The field they stand in.
        field: FieldId,
    },
}

impl FlaggedBy {
    /// Did the caller say so?
    pub fn is_caller(&self) -> bool {
        *self == Self::Caller
    }

    /// The assistant who flagged, and may not be the one who closes.
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Caller => None,
            Self::Agent(agent) => Some(agent),
            Self::Note { by, .. } => by.as_ref(),
        }
    }
}
