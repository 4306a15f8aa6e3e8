//! Clinical work once more: who may put it off, who may close it, and that a flag stays until somebody does.
//!
//! It reads events and facts only; of the teams it knows who is in which group.

use std::collections::BTreeMap;

use crate::floor::Floor;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptStep;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::GroupId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Timestamp;

/// An item as the facts tell of it.
struct Work {
    kind: ItemKind,
    lane: LaneId,
    owner: Owner,
    urgent: bool,
    due: Timestamp,
    /// Whoever flagged it.
    flagger: Option<AgentId>,
}

/// Who is in which group, and what is open.
#[derive(Default)]
pub(in crate::sim) struct Clinic {
    groups: BTreeMap<AgentId, Vec<GroupId>>,
    open: BTreeMap<ItemId, Work>,
}

impl Clinic {
    /// Follows the facts of one event; the error names the rule that they break.
    pub(in crate::sim) fn follow(&mut self, event: &Event, facts: &[Fact], after: &Floor) -> Result<(), String> {
        facts.iter().try_for_each(|fact| self.enter(event, fact, after))
    }

    /// Urgency, lane and due time of everything open are what the facts say.
    pub(in crate::sim) fn agree(&self, floor: &Floor) -> Result<(), String> {
        for (id, work) in &self.open {
            let Some(item) = floor.item(*id) else { return Err(format!("item-iff-needed: {id} is gone")) };
            let (new, flagger) = (&item.new, item.new.flagged_by.as_ref().and_then(FlaggedBy::agent));
            let same = (new.urgent, &new.lane, new.due_at) == (work.urgent, &work.lane, work.due);
            if !same || flagger != work.flagger.as_ref() {
                return Err(format!("flag-stays: {id} is {new:?}, and by its facts urgent {}", work.urgent));
            }
        }
        Ok(())
    }

    fn enter(&mut self, event: &Event, fact: &Fact, after: &Floor) -> Result<(), String> {
        match fact {
            Fact::TeamLoaded(file) => {
                self.groups.extend(file.team.agents.iter().map(|member| (member.id.clone(), member.groups.clone())));
            }
            Fact::ItemOpened(new) => {
                let work = Work {
                    kind: new.kind,
                    lane: new.lane.clone(),
                    owner: new.owner.clone(),
                    urgent: new.urgent,
                    due: new.due_at,
                    flagger: new.flagged_by.as_ref().and_then(FlaggedBy::agent).cloned(),
                };
                self.open.insert(new.item, work);
            }
            Fact::ItemJoined { item, kind, due_at, .. } => {
                if let Some(work) = self.open.get_mut(item) {
                    work.kind = kind.unwrap_or(work.kind);
                    work.due = due_at.unwrap_or(work.due);
                }
            }
            Fact::LetterCame(letter) => {
                if let Some((work, due)) = self.open.get_mut(&letter.item).zip(letter.due_at) {
                    work.due = due;
                }
            }
            // Who is called is called by the lane's own people.
            Fact::Attempt(Attempt { item, step: AttemptStep::Ended { due_at, .. }, .. }) => {
                self.open.get_mut(item).into_iter().for_each(|work| work.due = *due_at);
            }
            Fact::ItemChanged { item, to: ItemChange::Merged { into }, .. } => self.merged(*item, *into)?,
            Fact::ItemChanged { item, to: ItemChange::Due { at }, .. } => {
                if let Some(work) = self.open.get_mut(item) {
                    work.due = *at;
                }
            }
            Fact::ItemChanged { item, to: ItemChange::Handed { lane, owner, due_at }, .. } => {
                if let Some(work) = self.open.get_mut(item) {
                    (work.lane, work.owner, work.due) = (lane.clone(), owner.clone(), *due_at);
                }
            }
            Fact::ItemOwned { item, owner } => {
                if let Some(work) = self.open.get_mut(item) {
                    work.owner = owner.clone();
                }
            }
            Fact::ItemFlagged { item, by, lane, owner, due_at, .. } => {
                if let Some(work) = self.open.get_mut(item) {
                    (work.lane, work.owner, work.urgent, work.due) = (lane.clone(), owner.clone(), true, *due_at);
                    work.flagger = by.agent().cloned();
                }
            }
            Fact::ItemAttempted { item, due_at, by, .. } => {
                self.attempted(event, (*item, by.as_ref()), *due_at, after)?
            }
            Fact::ItemClosed { item, by, .. } => self.closed(event, *item, by.as_ref(), after)?,
            _ => {}
        }
        Ok(())
    }

    /// Anybody may try to reach a patient; only clinical people decide that clinical work can wait.
    fn attempted(
        &mut self,
        event: &Event,
        (id, by): (ItemId, Option<&AgentId>),
        due: Timestamp,
        after: &Floor,
    ) -> Result<(), String> {
        let Some(work) = self.open.get(&id) else { return Err(format!("monotone-call: {id} is closed, and tried")) };
        // What a call leaves behind is written by whoever it was with.
        let written_by = by.filter(|_| !matches!(event, Event::AttemptMade { .. }));
        let hers = work.is_clinical(id, after).is_none_or(|groups| self.is_of(work.by(event).or(written_by), &groups));
        if !hers && due > work.due {
            return Err(format!("clinical-stays-due: {id}, due {}, is put off to {due} by another group", work.due));
        }
        if let Some(work) = self.open.get_mut(&id) {
            work.due = due;
        }
        Ok(())
    }

    /// A clinical item is closed by clinical people, and never by whoever flagged it.
    fn closed(&mut self, event: &Event, id: ItemId, named: Option<&AgentId>, after: &Floor) -> Result<(), String> {
        let Some(work) = self.open.remove(&id) else { return Err(format!("monotone-call: {id} is closed twice")) };
        let Some(groups) = work.is_clinical(id, after).filter(|_| work.kind != ItemKind::NoteOwed) else {
            return Ok(());
        };
        let by = work.by(event);
        if !self.is_of(by, &groups) {
            return Err(format!("clinical-closes-clinical: {id} is closed by {by:?}"));
        }
        if by == work.flagger.as_ref() {
            return Err(format!("flagger-cannot-close: {id} is closed by {by:?}, who flagged it"));
        }
        if named == by {
            Ok(())
        } else {
            Err(format!("clinical-closes-clinical: {by:?} closed {id}, told is {named:?}"))
        }
    }

    /// Urgent work goes into urgent clinical work only, and is due as soon as the sooner of both.
    fn merged(&mut self, id: ItemId, into: ItemId) -> Result<(), String> {
        let Some(from) = self.open.remove(&id) else {
            return Err(format!("monotone-call: {id} is closed, and merged"));
        };
        let Some(work) = self.open.get_mut(&into) else { return Err(format!("no-phantom: {id} goes into {into}")) };
        work.due = work.due.min(from.due);
        if work.kind.gives_way_to(from.kind) {
            work.kind = from.kind;
        }
        if work.urgent || !from.urgent { Ok(()) } else { Err(format!("flag-stays: {id} was urgent, {into} is not")) }
    }

    fn is_of(&self, agent: Option<&AgentId>, groups: &[GroupId]) -> bool {
        let hers = agent.and_then(|agent| self.groups.get(agent));
        hers.is_some_and(|hers| hers.iter().any(|group| groups.contains(group)))
    }
}

impl Work {
    /// Of a clinical lane: the groups that serve it or own its work.
    fn is_clinical(&self, id: ItemId, after: &Floor) -> Option<Vec<GroupId>> {
        let lane = after.item(id)?.flow.lane(&self.lane).filter(|lane| lane.clinical)?;
        let mut groups: Vec<GroupId> = lane.serving.iter().flat_map(|tier| tier.groups.clone()).collect();
        if let Owner::Group(group) = &lane.owner {
            groups.push(group.clone());
        }
        Some(groups)
    }

    /// Who asks for it; without a name its owner, if that is one person.
    fn by<'a>(&'a self, event: &'a Event) -> Option<&'a AgentId> {
        let named = match event {
            Event::AttemptMade { by, .. } | Event::ItemCloseAsked { by, .. } => by.as_ref(),
            _ => None,
        };
        let owner = if let Owner::Agent(agent) = &self.owner { Some(agent) } else { None };
        named.or(owner)
    }
}
