//! Roles in a conversation, and who hears whom. A table, and nothing else.
//!
//! ```text
//!  who hears ▼        patient   assistant   listen   whisper   barge
//!  patient               –         yes        no       no       yes
//!  assistant            yes        yes        no       yes      yes
//!  supervisor           yes        yes        no       yes      yes
//! ```
//! A colleague hears and is heard as the assistant; only, the conversation does not end with her.

use serde::Deserialize;
use serde::Serialize;

/// What a seat is in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The caller.
    Patient,
    /// Who serves the call.
    Assistant,
    /// Whom she asks to take it over.
    Colleague,
    /// Who listens in.
    Supervisor(Mode),
}

/// How a supervisor takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// She is heard by nobody.
    Listen,
    /// She is heard by the assistant only.
    Whisper,
    /// She is heard by everybody.
    Barge,
}

impl Mode {
    /// As requests name it.
    pub const ALL: [(&str, Self); 3] = [("listen", Self::Listen), ("whisper", Self::Whisper), ("barge", Self::Barge)];

    /// As requests name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Barge => "barge",
        }
    }
}

impl Role {
    /// Does a seat of this role hear one of the other?
    // rule: who-hears-whom
    pub fn hears(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Supervisor(Mode::Listen)) | (Self::Patient, Self::Supervisor(Mode::Whisper)) => false,
            (_, Self::Patient | Self::Assistant | Self::Colleague) => true,
            (_, Self::Supervisor(Mode::Whisper | Mode::Barge)) => true,
        }
    }

    /// Is it a party between whom a hold is? A colleague talks with the assistant meanwhile.
    pub fn waits(self) -> bool {
        self.is_party() && self != Self::Colleague
    }

    /// Is it a conversation because of this seat? A supervisor alone with one party makes none.
    pub fn is_party(self) -> bool {
        matches!(self, Self::Patient | Self::Assistant | Self::Colleague)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_never_hears_a_whisper_and_nobody_hears_a_listener() {
        let (listens, whispers, barges) =
            (Role::Supervisor(Mode::Listen), Role::Supervisor(Mode::Whisper), Role::Supervisor(Mode::Barge));
        let all = [Role::Patient, Role::Assistant, listens, whispers, barges, Role::Colleague];
        let heard = |by: Role| all.map(|other| by.hears(other));
        assert_eq!(heard(Role::Patient)[1..], [true, false, false, true, true]);
        for assistant in [Role::Assistant, Role::Colleague] {
            assert_eq!(heard(assistant), [true, true, false, true, true, true]);
        }
        for supervisor in [listens, whispers, barges] {
            assert_eq!(heard(supervisor), [true, true, false, true, true, true]);
        }
    }
}
