//! A work item: a missed call, a promised callback or an owed note that somebody owns until it is closed.

use super::recording::Recording;
use crate::floor::fact::NewItem;
use crate::flow::Flow;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;
use std::sync::Arc;

/// One work item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// As it began; the owner and the due time change.
    pub new: NewItem,
    /// The flow of the call it comes from: its lane's fields and outcomes.
    pub flow: Arc<Flow>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Attempts to reach the patient so far.
    pub attempts: u8,
    /// What the last attempt brought.
    pub last_outcome: Option<OutcomeId>,
    /// Has a call about it had the head start of a repeat caller?
    pub put_forward: bool,
    /// Its outcome, once closed.
    pub closed: Option<OutcomeId>,
    /// Who closed it, if that is known.
    pub closed_by: Option<AgentId>,
    /// The message that the caller left, or could have left.
    pub recording: Option<Recording>,
}

impl Item {
    /// Its owner, if that is one person.
    pub fn owner(&self) -> Option<&AgentId> {
        if let Owner::Agent(agent) = &self.new.owner { Some(agent) } else { None }
    }

    /// As the API names it.
    pub fn status(&self) -> &'static str {
        if self.closed.is_some() { "closed" } else { "open" }
    }
}
