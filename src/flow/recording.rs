//! Recorded conversations: what a practice tells a caller before one is recorded.
//!
//! It is the model and the table of one section of the flow file. Which lanes record, each lane says (`recorded`); what
//! follows from both is decided by `floor/taping`.

use serde::Deserialize;
use serde::Serialize;

use super::model::Texts;
use super::schema::Kind;
use super::schema::Record;
use super::schema::optional;
use super::schema::required;

/// What is told before a conversation is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingRules {
    /// Said to its end before anything is recorded.
    pub announcement: Texts,
    /// The key by which a caller goes on unrecorded, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_key: Option<char>,
}

/// `recording`.
pub(super) static RECORDING: Record = Record {
    name: "`recording`",
    fields: &[
        required("announcement", Kind::Texts, "what a caller hears, to its end, before a conversation is recorded"),
        optional(
            "decline_key",
            Kind::Keypad,
            "the key by which a caller goes on unrecorded; the announcement names it",
        ),
    ],
};
