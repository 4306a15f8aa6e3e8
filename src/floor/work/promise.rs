//! Promises: a time that the patient was told, by a prompt of ours or by a person; and whether a person's can be kept.
//!
//! Before an assistant's promised time is saved, it is held against who will be there and what was promised already; a
//! time that nobody could keep is refused, with the nearest one that somebody can. It is a rule, no forecast: half an
//! hour holds so many promised callbacks for each person who does them (`promises_each`), in open hours only. Who
//! promises in spite of it says so with a name (`anyway`). What our own prompts promise is not held against it: their
//! times are the lane's target, which the practice has chosen.

use std::collections::BTreeMap;

use super::item::Item;
use crate::floor::Floor;
use crate::floor::acd::agent::Agent;
use crate::floor::acd::agent::AgentState;
use crate::floor::call::Call;
use crate::floor::complaint;
use crate::floor::effect::Refusal;
use crate::floor::effect::Unkeepable;
use crate::floor::event::PromiseAsked;
use crate::floor::hours;
use crate::floor::rota;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::vocab::AgentId;
use crate::vocab::ItemId;
use crate::vocab::Language;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Promises of one such spell are kept by the same people at the same time.
const SLOT: Span = Span::mins(30);
/// So far away another time is looked for.
const LOOK_AHEAD: Span = Span::hours(7 * 24);

/// A time that the patient was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// By when.
    pub at: Timestamp,
    /// Who or what told it.
    pub source: PromiseSource,
}

/// Who or what promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromiseSource {
    /// A sentence that carelane says: the lane's target.
    Prompt,
    /// Somebody who spoke with the patient.
    Person {
        /// Who, if that is known.
        by: Option<AgentId>,
        /// Though nobody could keep it, as far as carelane knew.
        anyway: bool,
    },
}

impl PromiseSource {
    /// Its name outside.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Person { .. } => "person",
        }
    }
}

impl Item {
    /// What its patient was promised last, and by whom.
    // rule: promise-source
    pub fn promise(&self) -> Option<Promise> {
        let at = self.new.promised?;
        let by_person = self.kept.promise.clone().filter(|promise| promise.at == at);
        Some(by_person.unwrap_or(Promise { at, source: PromiseSource::Prompt }))
    }

    /// The promised time, as long as nobody has tried to keep it.
    pub(in crate::floor) fn outstanding(&self) -> Option<Timestamp> {
        self.new.promised.filter(|_| !self.kept.tried)
    }

    /// A prompt told this time: the earlier one stands that nobody has tried to keep.
    pub(in crate::floor) fn told(&mut self, at: Timestamp) {
        self.new.promised = Some(self.outstanding().map_or(at, |earlier| earlier.min(at)));
        self.kept.tried = false;
    }

    /// What another item's patient was promised is this one's to keep.
    pub(in crate::floor) fn take_promise(&mut self, from: &Self) {
        let (ours, theirs) = (self.outstanding(), from.outstanding());
        let known = [self.new.promised, from.new.promised].into_iter().flatten().min();
        let stands = [ours, theirs].into_iter().flatten().min();
        self.new.promised = stands.or(known);
        self.kept.tried = stands.is_none();
        if self.kept.promise.as_ref().map(|promise| promise.at) != self.new.promised {
            self.kept.promise = from.kept.promise.clone();
        }
    }

    /// It is due at another time, and so promised, if what was promised was the due time.
    pub(in crate::floor) fn put_to(&mut self, at: Timestamp) {
        if self.new.promised == Some(self.new.due_at) {
            self.new.promised = Some(at);
            if let Some(promise) = self.kept.promise.as_mut().filter(|promise| promise.at == self.new.due_at) {
                promise.at = at;
            }
        }
        self.new.due_at = at;
    }
}

/// What is to be promised.
struct Promised<'f> {
    /// The practice.
    flow: &'f Flow,
    /// The lane whose people keep it.
    lane: &'f Lane,
    /// Whose it will be.
    owner: &'f Owner,
    /// What the patient speaks.
    language: &'f Language,
    /// The item it is about, if there is one.
    item: Option<ItemId>,
}

impl Promised<'_> {
    /// The moment at which somebody must be there: "by noon" is said in the morning that ends at noon.
    fn moment(&self, at: Timestamp) -> Timestamp {
        if hours::is_open(self.flow, at) { at } else { Timestamp(at.0 - 1) }
    }

    /// When the half hour begins in which it is kept.
    fn slot(&self, at: Timestamp) -> Timestamp {
        let moment = self.moment(at).0;
        Timestamp(moment - moment.rem_euclid(SLOT.0))
    }
}

/// What a half hour holds, as far as it is ahead.
struct Room {
    /// Its first moment at which somebody works.
    first: Timestamp,
    /// So many promises can be kept in it.
    promises: u64,
}

impl Floor {
    /// Can this be promised about an item? Whoever insists has been told.
    pub(in crate::floor) fn keeps_for_item(
        &self,
        item: &Item,
        promised: Option<PromiseAsked>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(PromiseAsked { at, anyway: false }) = promised else { return Ok(()) };
        let Some(lane) = item.flow.lane(&item.new.lane) else { return Ok(()) };
        let (flow, owner, language) = (&item.flow, &item.new.owner, &item.new.language);
        self.can_keep(&Promised { flow, lane, owner, language, item: Some(item.new.item) }, at, now)
    }

    /// Can this be promised in a conversation whose work goes to this lane?
    pub(in crate::floor) fn keeps_for_call(
        &self,
        call: &Call,
        lane: &Lane,
        promised: Option<PromiseAsked>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(PromiseAsked { at, anyway: false }) = promised else { return Ok(()) };
        let owner = complaint::route(&call.flow, &call.details).unwrap_or(&lane.owner);
        self.can_keep(&Promised { flow: &call.flow, lane, owner, language: &call.language, item: None }, at, now)
    }

    /// Can it be kept by then? If not, the refusal says why, and names the nearest time that can.
    // rule: promise-staffed
    fn can_keep(&self, of: &Promised<'_>, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let taken = self.promised_slots(of);
        let fits = |slot: Timestamp| {
            let room = self.room(of, slot, now)?;
            let promised = taken.get(&slot).copied().unwrap_or(0);
            if promised < room.promises { Ok(room.first) } else { Err(Unkeepable::Full { promised }) }
        };
        let slot = of.slot(at);
        let moment = of.moment(at);
        let works = hours::is_open(of.flow, moment) || self.on_call_at(of, moment) > 0;
        let Err(why) = fits(slot).and(if works { Ok(()) } else { Err(Unkeepable::Closed) }) else {
            return Ok(());
        };
        let steps = (1..).map(|step| Span(SLOT.0 * step)).take_while(|away| *away <= LOOK_AHEAD);
        // The sooner of two that are as near.
        let around = std::iter::once(slot).chain(steps.flat_map(|away| [slot - away, slot + away]));
        let nearest = around.filter_map(|slot| fits(slot).ok()).find(|first| *first > now && *first != at);
        Err(Refusal::CannotKeep { why, nearest })
    }

    fn room(&self, of: &Promised<'_>, slot: Timestamp, now: Timestamp) -> Result<Room, Unkeepable> {
        let (begin, end) = (slot.max(now), slot + SLOT);
        if begin >= end {
            return Err(Unkeepable::Closed);
        }
        let (first, time, people) = match (hours::open_between(of.flow, begin, end), self.on_call_at(of, begin)) {
            (Some((first, time)), _) => (first, time, self.people(of, first, now)),
            // patient: a nurse's callback may leave office hours; whoever is on call keeps it.
            (None, on_call @ 1..) => (begin, end - begin, on_call),
            (None, 0) => return Err(Unkeepable::Closed),
        };
        if people == 0 {
            return Err(Unkeepable::Nobody);
        }
        // A piece of a half hour holds its share, and one at least.
        let share = |span: Span| u64::try_from(span.0).unwrap_or(0);
        let promises = (people * u64::from(of.flow.callbacks.promises_each) * share(time)).div_ceil(share(SLOT));
        Ok(Room { first, promises })
    }

    /// Who keeps it: everybody of the owner's who could. Today those who are signed in, once one of them is.
    fn people(&self, of: &Promised<'_>, at: Timestamp, now: Timestamp) -> u64 {
        let does_it = |agent: &&Agent| {
            let trained = of.lane.needs.iter().all(|skill| agent.member.skills.contains(skill));
            trained && self.works_for(&agent.member.id, of.owner)
        };
        let all: Vec<&Agent> = self.agents.values().filter(does_it).collect();
        let speaks = |agent: &&&Agent| agent.member.languages.contains(of.language);
        // If none of them speaks it, they work with an interpreter.
        let interpreted = !all.iter().any(|agent| speaks(&agent));
        let able = || all.iter().filter(|agent| interpreted || speaks(agent));
        let date = |at| hours::local(of.flow, at).map(|local| local.date());
        let here = able().filter(|agent| agent.state != AgentState::LoggedOut).count();
        let there = if date(at) == date(now) && here > 0 { here } else { able().count() };
        u64::try_from(there).unwrap_or(u64::MAX)
    }

    /// Who keeps a clinical promise while the practice is closed.
    fn on_call_at(&self, of: &Promised<'_>, at: Timestamp) -> u64 {
        let Some(ladder) = self.ladders.get(&of.flow.team).filter(|_| of.lane.clinical) else { return 0 };
        let on_duty = (0..ladder.rungs.len()).filter(|rung| rota::on_duty(ladder, *rung, at).is_some()).count();
        u64::try_from(on_duty).unwrap_or(u64::MAX)
    }

    /// What the same people have promised and nobody has tried to keep, by half hours; our prompts' promises too.
    fn promised_slots(&self, of: &Promised<'_>) -> BTreeMap<Timestamp, u64> {
        let same_people = |item: &&Item| match &item.new.owner {
            Owner::Agent(agent) => self.works_for(agent, of.owner),
            owner @ Owner::Group(_) => owner == of.owner,
        };
        let open = self.items.values().filter(|item| item.closed.is_none() && Some(item.new.item) != of.item);
        let mut slots = BTreeMap::new();
        for at in open.filter(same_people).filter_map(Item::outstanding) {
            *slots.entry(of.slot(at)).or_default() += 1;
        }
        slots
    }
}
