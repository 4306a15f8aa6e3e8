//! What the carrier has to complain about: a numbered error, as in a carrier's debugger.
//!
//! Messages name URLs without their query and never a number or a word of a person.

use std::fmt;

/// An error with the carrier's own number for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The carrier's error number: 12100 is broken XML, 12200 a document it does not accept, 112xx a failed request.
    pub code: u32,
    /// What happened, where, and what to do.
    pub message: String,
}

impl Trouble {
    /// Builds one.
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: {}", self.code, self.message)
    }
}

/// One entry of the carrier's debugger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The call it happened on, by its SID; empty for none.
    pub call: String,
    /// What happened.
    pub trouble: Trouble,
    /// Did the caller hear the consequences? A warning was only noted.
    pub fatal: bool,
}

/// How many alerts are kept; older ones are dropped.
pub(super) const ALERTS_MAX: usize = 1_000;
