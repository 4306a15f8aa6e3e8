//! A lane's sheet: what the people of a lane are told before they speak. Its goal, its path for new and for existing
//! patients, what to do in the four exceptions, and the four steps of a callback.
//!
//! It is the model and the tables of one section of a lane. Only `check_sheet` judges it, and nobody but assistants
//! sees it: the machine says none of this.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::model::Texts;
use super::schema::Kind;
use super::schema::Record;
use super::schema::required;
use crate::vocab::limit::PROMPT_CHARS_MAX;

/// What a lane's people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// What a call or callback of this lane is for.
    pub goal: Arc<str>,
    /// The way of a new patient's request.
    pub new_patient: Arc<str>,
    /// The way of an existing patient's request.
    pub existing_patient: Arc<str>,
    /// What to do when it does not go as planned.
    pub exceptions: BTreeMap<LaneException, Arc<str>>,
    /// What is said in a callback.
    pub callback_script: BTreeMap<ScriptStep, Texts>,
}

/// What every lane decides before it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneException {
    /// The patient cannot be reached.
    Unreachable,
    /// A referral lacks something.
    IncompleteReferral,
    /// The caller asks for medical advice.
    MedicalAdvice,
    /// Nobody at hand speaks the caller's language.
    Language,
}

/// One step of a callback, in the order in which they are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptStep {
    /// Who is calling, and is it the right person?
    Recognition,
    /// Why the practice calls.
    Reason,
    /// What happens next: one simple thing.
    NextStep,
    /// Did the patient understand it?
    Confirmation,
}

impl LaneException {
    /// Each with its name in files and requests.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Unreachable, "unreachable"),
        (Self::IncompleteReferral, "incomplete_referral"),
        (Self::MedicalAdvice, "medical_advice"),
        (Self::Language, "language"),
    ];
}

impl ScriptStep {
    /// Each with its name in files and requests, in their order.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Recognition, "recognition"),
        (Self::Reason, "reason"),
        (Self::NextStep, "next_step"),
        (Self::Confirmation, "confirmation"),
    ];

    /// Its name in files and requests.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(step, _)| *step == self).map_or("", |(_, name)| name)
    }
}

/// `sheet` of a lane.
pub(super) static SHEET: Record = Record {
    name: "a lane's `sheet`",
    fields: &[
        required("goal", LINE, "what a call of this lane is for"),
        required("path", Kind::Record(&PATH), "the way of a request: `new` and `existing` patients"),
        required("exceptions", Kind::Record(&EXCEPTIONS), "what to do when it does not go as planned"),
        required("callback_script", Kind::Record(&CALLBACK_SCRIPT), "what is said in a callback, in four steps"),
    ],
};

const LINE: Kind = Kind::Text(PROMPT_CHARS_MAX);

/// `sheet.path`.
pub(super) static PATH: Record = Record {
    name: "`path`",
    fields: &[
        required("new", LINE, "the way of a new patient's request"),
        required("existing", LINE, "the way of an existing patient's request"),
    ],
};

/// `sheet.exceptions`.
pub(super) static EXCEPTIONS: Record = Record {
    name: "`exceptions`",
    fields: &[
        required("unreachable", LINE, "the patient cannot be reached"),
        required("incomplete_referral", LINE, "a referral lacks something"),
        required("medical_advice", LINE, "the caller asks for medical advice"),
        required("language", LINE, "nobody at hand speaks the caller's language"),
    ],
};

/// `sheet.callback_script`.
pub(super) static CALLBACK_SCRIPT: Record = Record {
    name: "`callback_script`",
    fields: &[
        required("recognition", Kind::Texts, "who is calling, and is it the right person"),
        required("reason", Kind::Texts, "why the practice calls"),
        required("next_step", Kind::Texts, "what happens next: one simple thing"),
        required("confirmation", Kind::Texts, "did the patient understand it"),
    ],
};

/// A sheet as it could be, for whoever has none yet.
pub(super) const EXAMPLE: &str = "\
sheet:
  goal: Every request of this lane ends with a booked visit, or with an owner and a date.
  path:
    new: Take name, number, reason and preferred times; offer the first visit of the right length.
    existing: Check name and date of birth, then answer or book.
  exceptions:
    unreachable: Leave the approved message; the next attempt stands in the list.
    incomplete_referral: Name what is missing, and hand over to the referral desk.
    medical_advice: Say that the nurse line answers this, and transfer.
    language: Hand over to an assistant who speaks it, or call the interpreter.
  callback_script:
    recognition: { en-US: \"This is Elm Clinic calling. May I speak with the person who called us?\" }
    reason: { en-US: \"You called us about a visit.\" }
    next_step: { en-US: \"Let us find a time now.\" }
    confirmation: { en-US: \"Can you tell me when you will come, so that I have it right?\" }";
