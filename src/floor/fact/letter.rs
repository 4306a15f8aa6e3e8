//! Letters: what a patient wrote, by a channel that is no call.
//!
//! The same promise as of all facts: fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::flow::Channel;
use crate::vocab::HasPrivate;
use crate::vocab::ItemId;
use crate::vocab::Private;
use crate::vocab::Timestamp;
use crate::vocab::present;

/// A letter came, and is part of this item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The item.
    pub item: ItemId,
    /// By which channel.
    pub channel: Channel,
    /// What was written, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub text: Option<Private<String>>,
    /// Where it came from, if not only from a number: an address, a name in the portal.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub sender: Option<Private<String>>,
    /// When it was received.
    pub received: Timestamp,
    /// Whoever wrote has asked before: this is a further letter of an open item.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// When the item is due from now on, if that changes: who asks again raises it, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

impl HasPrivate for Letter {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        for text in [&self.text, &self.sender].into_iter().flatten() {
            text.privates(each);
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        for text in [&mut self.text, &mut self.sender].into_iter().flatten() {
            text.privates_mut(each);
        }
    }
}
