//! Why an assistant was offered a call: what the order was, and who was passed over. It decides nothing.

use serde::Deserialize;
use serde::Serialize;

use crate::flow::HeadStart;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Why an offer was made: this call, this assistant, and who was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Urgent calls come first.
    pub urgent: bool,
    /// The call's place: earliest deadline first.
    pub deadline: Timestamp,
    /// When the request arrived.
    pub arrived: Timestamp,
    /// The head starts in the deadline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub head_starts: Vec<(HeadStart, Span)>,
    /// The tier by which she serves the lane.
    pub tier: u8,
    /// Since when she was idle: the longest idle of the lowest open tier is offered the call.
    pub idle_since: Timestamp,
    /// Calls ahead in the order that she was not offered, and why: at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_calls: Vec<(CallId, PassedOver)>,
    /// Assistants idle for longer who were not offered it, and why: at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_agents: Vec<(AgentId, PassedOver)>,
    /// The rung of the on-call ladder, from 0, if she is rung because she is on call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<u8>,
    /// Whose call it is, if she asks a colleague to take it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consult: Option<AgentId>,
}

/// Why somebody was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// The assistant does not speak the caller's language.
    Language,
    /// The assistant is in none of the lane's groups.
    Group,
    /// The assistant's tier of the lane has not opened yet.
    TierNotOpen,
    /// The assistant lacks a skill the lane needs.
    Skill,
    /// The assistant's tier comes later than the chosen one's.
    LaterTier,
}
