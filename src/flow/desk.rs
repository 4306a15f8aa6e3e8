//! What the practice decides about work that is more than one call: which fields a note needs in which situation, who
//! gets complaints, and which stages follow a request.
//!
//! It is the model and the tables of these sections; `check_desk` says what fits together, `floor/work` what follows.

use serde::Deserialize;
use serde::Serialize;

use super::model::Owner;
use super::model::Texts;
use super::schema::IDS;
use super::schema::Kind;
use super::schema::OWNER;
use super::schema::Record;
use super::schema::default;
use super::schema::required;
use crate::vocab::ChainId;
use crate::vocab::DocumentId;
use crate::vocab::LaneId;
use crate::vocab::OutcomeId;
use crate::vocab::ReasonId;
use crate::vocab::Span;
use crate::vocab::StageId;

/// The reason whose only route is management.
pub(super) const COMPLAINT: &str = "complaint";
/// What the note of a complaint tells: what went wrong, what was done about it, who follows up.
pub(super) const RECOVERY_FIELDS: [&str; 3] = ["went_wrong", "put_right", "follows_up"];

/// What happened beside a plain call, for the fields that a note needs then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Situation {
    /// A callback is done: its item is closed.
    Callback,
    /// An attempt at a callback did not close it.
    Attempt,
    /// The patient complains.
    Complaint,
}

impl Situation {
    /// Each with its name in files and requests.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Callback, "callback"), (Self::Attempt, "attempt"), (Self::Complaint, "complaint")];
}

/// How situations are named.
pub(super) static SITUATION: Kind = Kind::Word(&["callback", "attempt", "complaint"]);

/// A practice's decisions about work that is more than one call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// Who gets complaints, if a lane has that reason.
    pub complaints: Option<Owner>,
    /// What follows a request, chain by chain.
    pub chains: Vec<Chain>,
}

impl Desk {
    /// Is nothing decided?
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Work that follows a request, stage by stage: the next begins when one is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// `new_patient`.
    pub id: ChainId,
    /// The lane whose request begins it.
    pub lane: LaneId,
    /// The outcomes that do.
    pub outcomes: Vec<OutcomeId>,
    /// Whose requests.
    pub patient: Patient,
    /// In their order.
    pub stages: Vec<Stage>,
}

/// One stage of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// `insurance_check`.
    pub id: StageId,
    /// As shown to assistants.
    pub label: Texts,
    /// The lane whose fields and outcomes it has.
    pub lane: LaneId,
    /// Whose it is.
    pub owner: Owner,
    /// How soon, in open hours, it is due.
    pub within: Span,
}

/// Whose requests begin a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patient {
    /// Who is known to be new.
    New,
    /// Who is known to have been here.
    Existing,
    /// Everybody's.
    #[default]
    Any,
}

/// What a referral may lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `referral_letter`.
    pub id: DocumentId,
    /// As said to the patient after "we are waiting for".
    pub label: Texts,
}

impl Desk {
    /// A chain's stage.
    pub fn stage(&self, chain: &ChainId, stage: &StageId) -> Option<(&Chain, usize)> {
        let chain = self.chains.iter().find(|known| known.id == *chain)?;
        Some((chain, chain.stages.iter().position(|known| known.id == *stage)?))
    }
}

/// Is this the reason whose only route is management?
pub fn is_complaint(reason: &ReasonId) -> bool {
    reason.as_str() == COMPLAINT
}

/// `complaints`.
pub(super) static COMPLAINTS: Record = Record {
    name: "`complaints`",
    fields: &[required("owner", Kind::OneOf(OWNER), "who gets complaints: `{ group: … }` or `{ agent: … }`")],
};

/// One chain.
pub(super) static CHAIN: Record = Record {
    name: "a chain",
    fields: &[
        required("starts", Kind::Record(&CHAIN_START), "what begins it: `lane`, `outcomes`, `patient`"),
        required(
            "stages",
            Kind::Map { name: &IDS, of: &Kind::Record(&STAGE), min: 1, max: 20 },
            "its stages by id, in their order",
        ),
    ],
};

/// `starts` of a chain.
pub(super) static CHAIN_START: Record = Record {
    name: "`starts`",
    fields: &[
        required("lane", Kind::Id, "the lane whose request begins it"),
        required("outcomes", Kind::List { of: &IDS, min: 1, max: 20 }, "the outcomes after which it begins"),
        default("patient", Kind::Word(&["new", "existing", "any"]), "any", "whose requests begin it"),
    ],
};

/// One stage.
pub(super) static STAGE: Record = Record {
    name: "a stage",
    fields: &[
        required("label", Kind::Texts, "as shown to assistants"),
        required("lane", Kind::Id, "the lane whose fields and outcomes it has"),
        required("owner", Kind::OneOf(OWNER), "whose it is: `{ group: … }` or `{ agent: … }`"),
        required("within", Kind::Duration(Span::mins(5), Span::days(30)), "how soon, in open hours, it is due"),
    ],
};

/// The route of complaints, for whoever has none yet.
pub(super) const COMPLAINTS_EXAMPLE: &str = "complaints: { owner: { group: management } }";

/// The recovery fields as they could stand among a lane's fields.
pub(super) const RECOVERY_EXAMPLE: &str = "\
went_wrong: { label: What went wrong, when: [complaint] }
put_right: { label: What was done about it, when: [complaint] }
follows_up: { label: Who follows up, when: [complaint] }";

/// A name as the file gives it.
pub(super) fn named<T: Copy>(all: &[(T, &str)], name: &str) -> Option<T> {
    all.iter().find(|(_, known)| *known == name).map(|(found, _)| *found)
}

/// Shown where a lane has no documents.
pub(super) const DOCUMENTS_EXAMPLE: &str =
    "documents: { referral_letter: { en-US: the referral letter, es-US: la carta de referido } }";
