//! The two sides that are matched: calls that wait, in order, and agents that are idle, longest first.
//!
//! A waiting call stands once in the order of its floor, and once in the pool of every (group, language, skills)
//! that may serve it now. An agent looks only at the heads of her own pools, a call only at the heads of its
//! groups' idle agents: both are O(log n) however long the line is.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::floor::call::Call;
use crate::floor::call::Place;
use crate::flow::Lane;
use crate::flow::Member;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::GroupId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::PracticeId;
use crate::vocab::SkillId;
use crate::vocab::Timestamp;

/// A call's place: urgent first, then the earliest deadline, then the earliest arrival's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::floor) struct Key {
    routine: bool,
    pub(in crate::floor) deadline: Timestamp,
    pub(in crate::floor) call: CallId,
}

impl Key {
    /// The key of a call at this place.
    pub(in crate::floor) fn of(call: &Call, place: &Place) -> Self {
        Self { routine: !call.urgent, deadline: place.deadline, call: call.id }
    }
}

/// Who may take calls of a pool.
type Pool = (GroupId, Language, Vec<SkillId>);

/// Calls that wait.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::floor) struct Waiting {
    order: BTreeSet<Key>,
    pools: BTreeMap<Pool, BTreeSet<Key>>,
    depths: BTreeMap<(PracticeId, LaneId), usize>,
}

impl Waiting {
    /// Puts a call at its place; it may be offered to the groups of its open tiers.
    pub(in crate::floor) fn enter(&mut self, call: &Call, place: &Place, lane: &Lane) {
        let key = Key::of(call, place);
        if self.order.insert(key) {
            *self.depths.entry((call.practice.clone(), lane.id.clone())).or_default() += 1;
        }
        for pool in pools_of(call, place, lane) {
            self.pools.entry(pool).or_default().insert(key);
        }
    }

    /// Takes a call out of the pools: it is being offered, but keeps its place in the order.
    pub(in crate::floor) fn reserve(&mut self, call: &Call, place: &Place, lane: &Lane) {
        let key = Key::of(call, place);
        for pool in pools_of(call, place, lane) {
            if let Some(keys) = self.pools.get_mut(&pool) {
                keys.remove(&key);
                if keys.is_empty() {
                    self.pools.remove(&pool);
                }
            }
        }
    }

    /// Takes a call out altogether.
    pub(in crate::floor) fn leave(&mut self, call: &Call, place: &Place, lane: &Lane) {
        self.reserve(call, place, lane);
        let line = (call.practice.clone(), lane.id.clone());
        if self.order.remove(&Key::of(call, place))
            && let Some(depth) = self.depths.get_mut(&line)
        {
            *depth -= 1;
            if *depth == 0 {
                self.depths.remove(&line);
            }
        }
    }

    /// How many wait in a lane.
    pub(in crate::floor) fn depth(&self, practice: &PracticeId, lane: &LaneId) -> usize {
        self.depths.get(&(practice.clone(), lane.clone())).copied().unwrap_or(0)
    }

    /// The first call this agent may be offered.
    pub(in crate::floor) fn first_for(&self, member: &Member) -> Option<Key> {
        let mut first: Option<Key> = None;
        for group in &member.groups {
            for language in &member.languages {
                let from = (group.clone(), language.clone(), Vec::new());
                let heads = self
                    .pools
                    .range(from..)
                    .take_while(|((g, l, _), _)| g == group && l == language)
                    .filter(|((_, _, needs), _)| needs.iter().all(|skill| member.skills.contains(skill)))
                    .filter_map(|(_, keys)| keys.first());
                first = heads.copied().chain(first).min();
            }
        }
        first
    }

    /// Calls in serving order, those being offered included.
    pub(in crate::floor) fn in_order(&self) -> impl Iterator<Item = &Key> {
        self.order.iter()
    }

    /// How many wait.
    pub(in crate::floor) fn len(&self) -> usize {
        self.order.len()
    }
}

fn pools_of<'c>(call: &'c Call, place: &'c Place, lane: &'c Lane) -> impl Iterator<Item = Pool> + 'c {
    let mut needs = lane.needs.clone();
    needs.sort();
    lane.serving
        .iter()
        .take(usize::from(place.tier) + 1)
        .flat_map(|tier| &tier.groups)
        .map(move |group| (group.clone(), call.language.clone(), needs.clone()))
}

/// Agents that are ready, longest idle first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::floor) struct Idle {
    order: BTreeSet<(Timestamp, AgentId)>,
    by_group: BTreeMap<(GroupId, Language), BTreeSet<(Timestamp, AgentId)>>,
}

impl Idle {
    /// An agent became ready.
    pub(in crate::floor) fn enter(&mut self, member: &Arc<Member>, since: Timestamp) {
        let entry = (since, member.id.clone());
        self.order.insert(entry.clone());
        for key in seats_of(member) {
            self.by_group.entry(key).or_default().insert(entry.clone());
        }
    }

    /// An agent is ready no longer.
    pub(in crate::floor) fn leave(&mut self, member: &Arc<Member>, since: Timestamp) {
        let entry = (since, member.id.clone());
        self.order.remove(&entry);
        for key in seats_of(member) {
            if let Some(seats) = self.by_group.get_mut(&key) {
                seats.remove(&entry);
                if seats.is_empty() {
                    self.by_group.remove(&key);
                }
            }
        }
    }

    /// Idle agents of a group who speak a language, longest idle first.
    pub(in crate::floor) fn of_group(
        &self,
        group: &GroupId,
        language: &Language,
    ) -> impl Iterator<Item = &(Timestamp, AgentId)> {
        self.by_group.get(&(group.clone(), language.clone())).into_iter().flatten()
    }

    /// All idle agents, longest idle first.
    pub(in crate::floor) fn in_order(&self) -> impl Iterator<Item = &(Timestamp, AgentId)> {
        self.order.iter()
    }
}

fn seats_of(member: &Member) -> impl Iterator<Item = (GroupId, Language)> + '_ {
    member.groups.iter().flat_map(|g| member.languages.iter().map(move |l| (g.clone(), l.clone())))
}
