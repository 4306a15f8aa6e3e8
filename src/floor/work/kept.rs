//! What is kept about an item while assistants work on it: which steps of the callback script were said, how its
//! referral stands, and what they promised.
//!
//! Steps not said block nothing: who must tick boxes to be done ticks them unsaid. The item tells which are missing,
//! also when it is closed.

use std::collections::BTreeMap;

use super::item::Item;
use super::promise::Promise;
use super::promise::PromiseSource;
use crate::floor::Floor;
use crate::floor::effect::Refusal;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::desk::DeskChange;
use crate::floor::fact::desk::ReferralStatus;
use crate::flow::ScriptStep;
use crate::vocab::AgentId;
use crate::vocab::DocumentId;
use crate::vocab::Timestamp;

/// What assistants kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Steps that were said since the last attempt: when, and by whom if that is known.
    pub said: BTreeMap<ScriptStep, (Timestamp, Option<AgentId>)>,
    /// How the referral stands, if somebody looked.
    pub referral: Option<Referral>,
    /// The last time that a person promised; a prompt's promise stands in the item only.
    pub promise: Option<Promise>,
    /// Has somebody tried to reach the patient since the last promise?
    pub tried: bool,
}

/// How a referral stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// How.
    pub status: ReferralStatus,
    /// What it lacks, in the lane's order.
    pub missing: Vec<DocumentId>,
    /// Since when.
    pub at: Timestamp,
    /// Who said so, if that is known.
    pub by: Option<AgentId>,
}

impl Kept {
    /// Takes what a fact says.
    pub(in crate::floor) fn take(&mut self, at: Timestamp, change: &DeskChange, by: Option<&AgentId>) {
        match change {
            DeskChange::Said { step } => drop(self.said.insert(*step, (at, by.cloned()))),
            DeskChange::Referral { status, missing } => {
                let (missing, by) = (missing.clone(), by.cloned());
                self.referral = Some(Referral { status: *status, missing, at, by });
            }
            DeskChange::Promised { at, anyway } => {
                let source = PromiseSource::Person { by: by.cloned(), anyway: *anyway };
                (self.promise, self.tried) = (Some(Promise { at: *at, source }), false);
            }
        }
    }
}

impl Item {
    /// The steps of the callback script that nobody has said since the last attempt, in their order.
    pub fn unsaid(&self) -> Vec<ScriptStep> {
        let sheet = self.flow.lane(&self.new.lane).and_then(|lane| lane.sheet.as_ref());
        let steps = sheet.into_iter().flat_map(|sheet| sheet.callback_script.keys());
        steps.copied().filter(|step| !self.kept.said.contains_key(step)).collect()
    }
}

impl Floor {
    /// What is to be kept about an item, or why not. The same again changes nothing.
    pub(in crate::floor) fn keep(
        &self,
        item: &Item,
        change: &DeskChange,
        by: Option<&AgentId>,
    ) -> Result<Option<ItemChange>, Refusal> {
        self.is_somebody(by)?;
        if item.new.kind == ItemKind::NoteOwed {
            return Err(Refusal::Conflict("a note is owed here: close the call instead"));
        }
        let changes = match change {
            DeskChange::Said { step } if !item.kept.said.contains_key(step) && !item.unsaid().contains(step) => {
                return Err(Refusal::Conflict("this item's lane had no callback script when it began"));
            }
            DeskChange::Promised { .. } => {
                return Err(Refusal::Conflict("a time is promised with an attempt, or when a call is closed"));
            }
            DeskChange::Said { step } => !item.kept.said.contains_key(step),
            DeskChange::Referral { status, missing } => {
                referral_fits(item, *status, missing)?;
                !item.kept.referral.as_ref().is_some_and(|known| known.status == *status && known.missing == *missing)
            }
        };
        Ok(changes.then(|| ItemChange::Desk(change.clone())))
    }
}

/// A referral that misses something says what, in the words of its lane; one that is ready misses nothing.
// rule: referral-status
fn referral_fits(item: &Item, status: ReferralStatus, missing: &[DocumentId]) -> Result<(), Refusal> {
    let documents = item.flow.lane(&item.new.lane).map_or(&[][..], |lane| &lane.documents);
    if documents.is_empty() {
        return Err(Refusal::Conflict("this item's lane has no referrals: its flow file lists no `documents` for it"));
    }
    let is_known = |id: &DocumentId| documents.iter().any(|known| known.id == *id);
    let names = || documents.iter().map(|known| known.id.as_str().into()).collect();
    match status {
        _ if !missing.iter().all(is_known) => Err(Refusal::NotAllowed { what: "missing", allowed: names() }),
        ReferralStatus::Missing if missing.is_empty() => Err(Refusal::NotAllowed { what: "missing", allowed: names() }),
        ReferralStatus::ReadyForScheduling if !missing.is_empty() => {
            Err(Refusal::Conflict("a referral that misses something is not ready for scheduling"))
        }
        _ => Ok(()),
    }
}
