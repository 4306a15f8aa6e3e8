//! The steps of a supervision: who listened in on which conversation is journaled step by step.

use serde::Deserialize;
use serde::Serialize;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionStep {
    /// She asked for it, or for another way before she was let in: her phone is rung.
    Asked,
    /// She pressed the key, or changed the way she takes part: from now on she hears the conversation.
    Joined,
    /// Her phone is down, or was never picked up.
    Left,
}
