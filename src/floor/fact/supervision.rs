//! The steps of a supervision: who listened in on which conversation is journaled step by step.

use serde::Deserialize;
use serde::Serialize;

use crate::floor::treatment::Mode;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

/// A supervisor's part in a conversation, from this step on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervised {
    /// The call.
    pub call: CallId,
    /// The supervisor.
    pub by: AgentId,
    /// Her leg.
    pub leg: LegId,
    /// What became of it.
    pub step: SupervisionStep,
    /// How she takes part.
    pub mode: Mode,
    /// Her phone is rung until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

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
