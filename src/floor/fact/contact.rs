//! What is on record about a number: what its person agreed to, declined, and would rather have.
//!
//! Each fact carries the whole record as it is from then on, so a number's record never depends on an older month's
//! key. The same promise as of all facts: fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::details::Window;
use crate::vocab::AgentId;
use crate::vocab::ContactId;
use crate::vocab::HasPrivate;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

/// A contact's record, from this fact on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactKept {
    /// Its id: what stands in URLs instead of the number.
    pub contact: ContactId,
    /// The practice whose record it is: nobody else's.
    pub practice: PracticeId,
    /// The number.
    pub number: Number,
    /// What its person wants.
    #[serde(default)]
    pub wants: Preferences,
    /// Who wrote it down, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AgentId>,
}

/// What a number's person agreed to, declined, and would rather have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// The last word about text messages; never asked, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<TextConsent>,
    /// Since when no text message is sent because the number itself wrote STOP. Only its own START ends that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Timestamp>,
    /// No calls, please.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_calls: Option<CallsDeclined>,
    /// The language to speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talking: Option<Language>,
    /// The language to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texting: Option<Language>,
    /// When to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// May a message be left, where somebody else may hear it?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<bool>,
    /// Nobody who shares the phone may learn that the practice called or wrote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
}

/// Consent to text messages, or its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextConsent {
    /// Given, or withdrawn?
    pub given: bool,
    /// When.
    pub at: Timestamp,
    /// Who wrote it down.
    pub by: AgentId,
    /// How it was said.
    pub how: ConsentSource,
}

/// Calls were declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallsDeclined {
    /// When.
    pub at: Timestamp,
    /// Who wrote it down.
    pub by: AgentId,
}

/// How a person said what they agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// To an assistant.
    Spoken,
    /// On a form.
    Written,
    /// In the practice's portal.
    Portal,
}

impl ConsentSource {
    /// Their names in requests.
    pub const NAMES: [&'static str; 3] = ["spoken", "written", "portal"];
}

impl Preferences {
    /// May a message be left? Never at a confidential number; unknown, if nobody asked.
    pub fn may_leave_message(&self) -> Option<bool> {
        if self.confidential { Some(false) } else { self.message }
    }

    /// The consent by which text messages may be sent now.
    pub fn text_consent(&self) -> Option<&TextConsent> {
        self.texts.as_ref().filter(|consent| consent.given && self.stopped.is_none())
    }
}

impl HasPrivate for ContactKept {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        self.number.privates(each);
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        self.number.privates_mut(each);
    }
}
