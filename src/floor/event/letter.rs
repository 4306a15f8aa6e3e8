//! A letter on its way in: a request that comes by a channel which is no call.
//!
//! The same promise as of all events: fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::details::Details;
use crate::flow::Channel;
use crate::vocab::Caller;
use crate::vocab::HasPrivate;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::Private;
use crate::vocab::Timestamp;
use crate::vocab::present;

/// What came, as the channel's program tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLetter {
    /// By which channel.
    pub channel: Channel,
    /// For which lane, if that is known; otherwise its words say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// Whom to call back.
    #[serde(default)]
    pub caller: Caller,
    /// Where it came from, if not only from a number.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub sender: Option<Private<String>>,
    /// What was written.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub text: Option<Private<String>>,
    /// In which language, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Who writes, for whom and why, as far as it is known.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// When the channel received it; now, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Timestamp>,
}

impl HasPrivate for NewLetter {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        self.caller.privates(each);
        for text in [&self.sender, &self.text].into_iter().flatten() {
            text.privates(each);
        }
        self.details.privates(each);
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.caller.privates_mut(each);
        for text in [&mut self.sender, &mut self.text].into_iter().flatten() {
            text.privates_mut(each);
        }
        self.details.privates_mut(each);
    }
}
