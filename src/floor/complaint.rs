//! Complaints: a reason whose only route is management. Whoever hears one notes it; management alone says that it is
//! done.
//!
//! It judges nothing: a complaint is one because an assistant chose the reason. A medical question comes before it, so
//! a clinical lane has no such reason, and what becomes urgent is the clinical group's.

use std::sync::Arc;

use super::Floor;
use super::call::Call;
use super::details::Details;
use super::details::Subject;
use super::effect::Refusal;
use super::fact::Fact;
use super::fact::ItemKind;
use super::turn::Turn;
use super::work::item::Item;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::is_complaint;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;

/// To whoever would pass a complaint on.
pub(super) const STAYS: Refusal =
    Refusal::Conflict("a complaint goes to management only: close the call, and management has it");
/// To whoever would make an ordinary request of one.
pub(super) const STAYS_ONE: Refusal = Refusal::Conflict(
    "a complaint stays one until management closes it: whoever took it for one by mistake tells them",
);
const MANAGEMENT_ONLY: Refusal = Refusal::NotHers("a complaint is closed, and owned, by management only");

/// Whose it is, if it is a complaint.
// rule: complaint-to-management
pub(super) fn route<'f>(flow: &'f Flow, details: &Details) -> Option<&'f Owner> {
    let complains = details.reason.as_ref().is_some_and(is_complaint);
    flow.desk.complaints.as_ref().filter(|_| complains)
}

impl Floor {
    /// Is this assistant the owner, or of the group that is?
    pub(super) fn works_for(&self, agent: &AgentId, owner: &Owner) -> bool {
        match owner {
            Owner::Agent(one) => one == agent,
            Owner::Group(group) => self.agents.get(agent).is_some_and(|agent| agent.member.groups.contains(group)),
        }
    }

    /// Is whoever closes this call of those who get its complaint?
    pub(super) fn manages(&self, call: &Call, by: Option<&AgentId>) -> bool {
        let route = route(&call.flow, &call.details);
        route.zip(by).is_some_and(|(owner, by)| self.works_for(by, owner))
    }

    /// May this item become this owner's?
    pub(super) fn may_own(&self, item: &Item, owner: &Owner) -> Result<(), Refusal> {
        let Some(management) = route(&item.flow, &item.new.details) else { return self.may_own_clinical(item, owner) };
        let is_theirs = match owner {
            Owner::Agent(agent) => self.works_for(agent, management),
            Owner::Group(_) => owner == management,
        };
        if is_theirs { Ok(()) } else { Err(MANAGEMENT_ONLY) }
    }

    /// May `by` close this item, if it is a complaint? Without a name the owner is meant, if that is one person.
    pub(super) fn may_close_complaint(&self, item: &Item, by: Option<&AgentId>) -> Result<(), Refusal> {
        let Some(management) = route(&item.flow, &item.new.details) else { return Ok(()) };
        match by.or(item.owner()) {
            Some(by) if self.works_for(by, management) => Ok(()),
            Some(_) => Err(MANAGEMENT_ONLY),
            None => {
                let able = self.agents.keys().filter(|agent| self.works_for(agent, management));
                let allowed: Vec<Arc<str>> = able.map(|agent| agent.as_str().into()).collect();
                Err(Refusal::NotAllowed { what: "by", allowed })
            }
        }
    }
}

impl Turn<'_> {
    /// An item that is a complaint now becomes management's.
    pub(super) fn hand_to_management(&mut self, id: ItemId) {
        let Some(item) = self.floor.items.get(&id).filter(|item| item.new.kind != ItemKind::NoteOwed) else { return };
        let Some(owner) = route(&item.flow, &item.new.details).cloned() else { return };
        if self.floor.may_own(item, &item.new.owner).is_err() {
            self.fact(Fact::ItemOwned { item: id, owner });
        }
    }

    /// A call that is a complaint joined an open item: the item is one from now on.
    pub(super) fn join_complaint(&mut self, call: CallId, item: ItemId) {
        let Some(call) = self.call(call) else { return };
        let Some(known) = self.floor.items.get(&item) else { return };
        let complains = known.flow.lane(&known.new.lane).is_some_and(Lane::has_complaints);
        let reason = call.details.reason.clone().filter(|reason| is_complaint(reason) && complains);
        if reason.is_some() && known.new.details.reason != reason {
            let details = Box::new(Details { reason, ..Details::default() });
            self.fact(Fact::DetailsKnown { of: Subject::Item(item), details });
        }
        self.hand_to_management(item);
    }

    /// The call goes on to a clinical lane, where a complaint is none: what was complained about is kept before that.
    pub(super) fn leave_complaint(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        if route(&call.flow, &call.details).is_none() {
            return;
        }
        if let Some(lane) = call.lane().map(|lane| lane.id.clone()) {
            self.take_up_after_talk(id, &lane, None);
        }
    }
}
