//! Channels: what a practice decides about requests that come by another way than a call. For each channel and lane it
//! says whether an answer may be written or takes a live call, whose the request is, and how soon it is due.
//!
//! It is the model and the tables of one section; `check_channel` says what fits together, `floor/work/letter` what
//! follows. A flow without this section takes no such requests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use super::model::Flow;
use super::model::Owner;
use super::model::Texts;
use super::schema::IDS;
use super::schema::Kind;
use super::schema::OWNER;
use super::schema::Record;
use super::schema::default;
use super::schema::optional;
use super::schema::required;
use crate::vocab::LaneId;
use crate::vocab::ReasonId;
use crate::vocab::Span;

/// The outcome that says that the answer was written.
pub const ANSWERED_IN_WRITING: &str = "answered_in_writing";

/// A way to the practice beside the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A message in the patient portal.
    Portal,
    /// A text message to the practice.
    Text,
    /// An e-mail.
    Email,
    /// An answer to a reminder of a visit.
    Reminder,
    /// A visit by video that is to be prepared.
    Telehealth,
}

impl Channel {
    /// Each with its name in files, requests and metrics.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Portal, "portal"),
        (Self::Text, "text"),
        (Self::Email, "email"),
        (Self::Reminder, "reminder"),
        (Self::Telehealth, "telehealth"),
    ];

    /// Its name in files, requests and metrics.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(channel, _)| *channel == self).map_or("", |(_, name)| name)
    }

    /// Does who writes here have a visit already?
    pub fn follows_a_visit(self) -> bool {
        matches!(self, Self::Reminder | Self::Telehealth)
    }
}

/// How a request is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerBy {
    /// In writing, or in a live call.
    Written,
    /// In a live call.
    #[default]
    Live,
}

/// What is decided about one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRules {
    /// Whose its requests are, unless a lane says otherwise. Clinical work is the clinical lane's, always.
    pub owner: Owner,
    /// Does it prove who writes, as a portal with a password does?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proves_identity: bool,
    /// Lane by lane; in a lane that is not here a request takes a live call.
    #[serde(default)]
    pub lanes: BTreeMap<LaneId, ChannelLane>,
}

/// What is decided about one lane's requests by a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelLane {
    /// How they are answered.
    pub answer: AnswerBy,
    /// How those with these reasons are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<ReasonId, AnswerBy>,
    /// How soon, in open hours, they are due; the lane's own target if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// Whose they are, if not the channel's owner's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The approved words of a written answer, if one may be written.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub words: Texts,
}

impl ChannelLane {
    /// How a request with this reason is answered.
    pub fn answer_to(&self, reason: Option<&ReasonId>) -> AnswerBy {
        reason.and_then(|reason| self.reasons.get(reason)).copied().unwrap_or(self.answer)
    }

    /// May anything here be answered in writing?
    pub(super) fn writes(&self) -> bool {
        std::iter::once(&self.answer).chain(self.reasons.values()).any(|answer| *answer == AnswerBy::Written)
    }
}

impl Flow {
    /// What is decided about a lane's requests by a channel.
    pub fn channel_lane(&self, channel: Channel, lane: &LaneId) -> Option<&ChannelLane> {
        self.channels.get(&channel)?.lanes.get(lane)
    }
}

/// `channels`.
pub(super) static CHANNELS: Record = Record {
    name: "`channels`",
    fields: &[
        optional("portal", Kind::Record(&CHANNEL), "messages in the patient portal"),
        optional("text", Kind::Record(&CHANNEL), "text messages to the practice"),
        optional("email", Kind::Record(&CHANNEL), "e-mails"),
        optional("reminder", Kind::Record(&CHANNEL), "answers to reminders of a visit"),
        optional("telehealth", Kind::Record(&CHANNEL), "visits by video that are to be prepared"),
    ],
};

/// One channel.
pub(super) static CHANNEL: Record = Record {
    name: "a channel",
    fields: &[
        required("owner", Kind::OneOf(OWNER), "whose its requests are: `{ group: … }` or `{ agent: … }`"),
        default("proves_identity", Kind::Flag, "false", "does it prove who writes, as a portal with a password does?"),
        optional(
            "lanes",
            Kind::Map { name: &IDS, of: &Kind::Record(&CHANNEL_LANE), min: 1, max: 50 },
            "lane by lane how its requests are answered; in other lanes in a live call",
        ),
    ],
};

/// One lane of a channel.
pub(super) static CHANNEL_LANE: Record = Record {
    name: "a channel's lane",
    fields: &[
        required("answer", ANSWER_BY, "`written`, or `live` for a live call"),
        optional(
            "reasons",
            Kind::Map { name: &IDS, of: &ANSWER_BY, min: 1, max: 50 },
            "the lane's reasons that are answered otherwise: `written` or `live`",
        ),
        optional(
            "within",
            Kind::Duration(Span::mins(5), Span::hours(48)),
            "how soon, in open hours, an answer is due; the lane's `callback_within` if left away",
        ),
        optional("owner", Kind::OneOf(OWNER), "whose they are, if not the channel's owner's"),
        optional("words", Kind::Texts, "the approved words of a written answer, in every language"),
    ],
};

/// How a request is answered.
const ANSWER_BY: Kind = Kind::Word(&["written", "live"]);

/// Words as they could be, for whoever has none yet.
pub(super) const WORDS_EXAMPLE: &str = "\
words:
  en-US: We have your request for records and check what is needed. We write to you when it is done.
  es-US: Recibimos su solicitud y revisamos qué hace falta. Le escribimos cuando esté lista.";
