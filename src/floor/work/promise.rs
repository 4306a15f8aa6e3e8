//! Can a promise be kept? Before an assistant's promised time is saved, it is held against who will be there and what
//! was promised already; a time that nobody could keep is refused, with the nearest one that somebody can.
//!
//! It is a rule, no forecast: half an hour holds so many promised callbacks for each person who does them
//! (`promises_each`), in open hours only. Who promises in spite of it says so with a name (`anyway`).

use std::collections::BTreeMap;

use super::item::Item;
use crate::floor::Floor;
use crate::floor::acd::agent::Agent;
use crate::floor::acd::agent::AgentState;
use crate::floor::effect::Refusal;
use crate::floor::hours;
use crate::floor::rota;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::vocab::ItemId;
use crate::vocab::Language;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Promises of one such spell are done by the same people at the same time.
const SLOT: Span = Span::mins(30);
/// So far ahead another time is looked for.
const LOOK_AHEAD: Span = Span::hours(7 * 24);

/// What is to be promised.
pub(in crate::floor) struct Promised<'f> {
    /// The practice.
    pub(in crate::floor) flow: &'f Flow,
    /// The lane whose people keep it.
    pub(in crate::floor) lane: &'f Lane,
    /// Whose it will be.
    pub(in crate::floor) owner: &'f Owner,
    /// What the patient speaks.
    pub(in crate::floor) language: &'f Language,
    /// The item it is about, if there is one.
    pub(in crate::floor) item: Option<ItemId>,
}

/// When a slot ends that this moment lies in: "by three" is work of the half hour before three.
fn slot_of(at: Timestamp) -> Timestamp {
    let rest = at.0.rem_euclid(SLOT.0);
    if rest == 0 { at } else { at + Span(SLOT.0 - rest) }
}

impl Floor {
    /// Can it be kept by then? If not, the refusal names the nearest time that can.
    // rule: promise-staffed
    pub(in crate::floor) fn can_keep(&self, of: &Promised<'_>, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let taken = self.promised_slots(of);
        let fits = |at: Timestamp| self.room(of, at, now) > taken.get(&slot_of(at)).copied().unwrap_or(0);
        if fits(at) {
            return Ok(());
        }
        let end = slot_of(at);
        let steps = (1..).map(|step| Span(SLOT.0 * step)).take_while(|away| *away <= LOOK_AHEAD);
        // The sooner of two that are as near.
        let around = steps.flat_map(|away| [end - away, end + away]);
        let nearest = std::iter::once(end).chain(around).find(|at| *at > now && fits(*at));
        Err(Refusal::CannotKeep { nearest })
    }

    /// How many promises of that half hour can be kept, as far as it is ahead and open.
    fn room(&self, of: &Promised<'_>, at: Timestamp, now: Timestamp) -> u64 {
        let end = slot_of(at);
        let begin = Timestamp(end.0 - SLOT.0).max(now);
        let open = |until: Timestamp| hours::open_time(of.flow, begin, until);
        let (people, open) = match open(at) > Span::ZERO {
            true => (self.people(of, at, now), open(end)),
            // At night a clinical promise is kept by whoever is on call.
            false if of.lane.clinical && end > begin => (self.on_call_at(of.flow, at), end - begin),
            false => (0, Span::ZERO),
        };
        let each = u64::from(of.flow.callbacks.promises_each);
        let share = |whole: u64| whole * u64::try_from(open.0).unwrap_or(0) / u64::try_from(SLOT.0).unwrap_or(1);
        share(people * each)
    }

    /// Who does it: today those who are signed in, on another day everybody who could be.
    fn people(&self, of: &Promised<'_>, at: Timestamp, now: Timestamp) -> u64 {
        let date = |at| hours::local(of.flow, at).map(|local| local.date());
        let today = date(at) == date(now);
        let is_there = |agent: &Agent| !today || agent.state != AgentState::LoggedOut;
        let does_it = |agent: &&Agent| {
            let trained = of.lane.needs.iter().all(|skill| agent.member.skills.contains(skill));
            trained && self.works_for(&agent.member.id, of.owner)
        };
        let all: Vec<&Agent> = self.agents.values().filter(does_it).collect();
        let speaks = |agent: &&Agent| agent.member.languages.contains(of.language);
        // If none of the owners speaks it at all, they work with an interpreter.
        let interpreted = !all.iter().any(speaks);
        all.iter().filter(|agent| interpreted || speaks(agent)).filter(|agent| is_there(agent)).count() as u64
    }

    fn on_call_at(&self, flow: &Flow, at: Timestamp) -> u64 {
        let Some(ladder) = self.ladders.get(&flow.team) else { return 0 };
        (0..ladder.rungs.len()).filter(|rung| rota::on_duty(ladder, *rung, at).is_some()).count() as u64
    }

    /// What the same people have promised already, by half hours.
    fn promised_slots(&self, of: &Promised<'_>) -> BTreeMap<Timestamp, u64> {
        let same_people = |item: &&Item| match &item.new.owner {
            Owner::Agent(agent) => self.works_for(agent, of.owner),
            owner @ Owner::Group(_) => owner == of.owner,
        };
        let open = self.items.values().filter(|item| item.closed.is_none() && Some(item.new.item) != of.item);
        let mut slots = BTreeMap::new();
        for promised in open.filter(same_people).filter_map(|item| item.new.promised) {
            *slots.entry(slot_of(promised)).or_default() += 1;
        }
        slots
    }
}
