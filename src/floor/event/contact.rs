//! What somebody told of a number: what its person agreed to, declined, and would rather have.
//!
//! The same promise as of all events: fields are only added.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::details::Window;
use crate::floor::fact::contact::ConsentSource;
use crate::vocab::AgentId;
use crate::vocab::ContactId;
use crate::vocab::HasPrivate;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::PracticeId;

/// Somebody told of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactTold {
    /// The practice.
    pub practice: PracticeId,
    /// Whose number.
    pub of: ContactOf,
    /// What is told; the rest stays as it is.
    #[serde(default)]
    pub change: ContactChange,
    /// Who tells, if the request says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AgentId>,
}

/// Which contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactOf {
    /// The one of this number, known or not.
    Number(Number),
    /// A known one.
    Known(ContactId),
}

/// What is told of it. Each may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChange {
    /// Does the person want text messages?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<bool>,
    /// How they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<ConsentSource>,
    /// Do they want to be called?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<bool>,
    /// The language to speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talking: Option<Language>,
    /// The language to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texting: Option<Language>,
    /// When to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// May a message be left?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<bool>,
    /// May nobody who shares the phone learn of the practice?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidential: Option<bool>,
}

impl HasPrivate for ContactTold {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        if let ContactOf::Number(number) = &self.of {
            number.privates(each);
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        if let ContactOf::Number(number) = &mut self.of {
            number.privates_mut(each);
        }
    }
}
