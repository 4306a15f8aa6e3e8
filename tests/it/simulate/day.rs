//! One day: the floor, the carrier and the people, driven from deadline to deadline.
//!
//! Whatever may happen stands in an agenda; each entry leads to events and to further entries. The carrier delivers
//! late, twice or out of order; the process dies now and then.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::floor::effect::Outbox;
use carelane::floor::event::Event;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::CarrierCall;
use carelane::vocab::EffectId;
use carelane::vocab::LegId;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::chance::Chance;
use super::marks::Marks;
use super::reference::Reference;
use crate::scenario::MORNING;
use crate::scenario::practice::Practice;
use crate::scenario::told;
use crate::scenario::world::World;

/// How long patients call.
const CALLS_FOR: Span = Span::mins(30);
/// How long assistants work after that.
const WORK_FOR: Span = Span::mins(60);
/// By then everything must be quiet.
const QUIET_BY: Span = Span::hours(4);

/// What stands in the agenda.
pub(crate) enum Due {
    /// Another patient calls.
    Patient,
    /// A webhook whose answer the phone plays, if it is still where it was.
    Webhook { phone: CarrierCall, epoch: u32, event: Event },
    /// An event that nobody waits for.
    Tell(Event),
    /// The person at a phone does something, if the phone is still where it was.
    Person { phone: CarrierCall, epoch: u32 },
    /// The carrier carries out an effect.
    Effect(EffectId),
    /// An assistant looks at her screen.
    Screen(AgentId),
    /// The process dies and starts again.
    Crash,
}

/// A phone at the carrier.
pub(crate) struct Phone {
    pub(crate) leg: LegId,
    /// The assistant it belongs to; otherwise a patient's.
    pub(crate) agent: Option<AgentId>,
    /// Changes whenever the phone is given something else.
    pub(crate) epoch: u32,
    /// The treatment it plays.
    pub(crate) playing: Option<u32>,
    pub(crate) room: Option<(CallId, u32)>,
    pub(crate) over: bool,
    /// When the person gives up waiting.
    pub(crate) patience: Timestamp,
}

/// The day of a seed.
pub(crate) struct Day {
    pub(crate) world: World,
    pub(crate) chance: Chance,
    pub(crate) marks: Marks,
    pub(crate) phones: BTreeMap<CarrierCall, Phone>,
    pub(crate) rooms: BTreeMap<(CallId, u32), BTreeSet<CarrierCall>>,
    agenda: BTreeMap<(Timestamp, u64), Due>,
    reference: Reference,
    entries: u64,
    /// `TRACE=1` prints every event with what came of it.
    trace: bool,
}

impl Day {
    /// Lives through the whole day; recovery and repetitions are judged after one of so many events.
    pub(crate) fn live(seed: u64, thorough_one_in: u64) -> Result<Self, String> {
        let mut day = Self {
            world: World::default(),
            chance: Chance::of(seed),
            marks: Marks::default(),
            phones: BTreeMap::new(),
            rooms: BTreeMap::new(),
            agenda: BTreeMap::new(),
            reference: Reference::default(),
            entries: 0,
            trace: std::env::var_os("TRACE").is_some(),
        };
        day.world.now = MORNING;
        day.world.thorough_one_in = thorough_one_in;
        day.open()?;
        while day.step()? {}
        day.judge_the_end()?;
        Ok(day)
    }

    fn open(&mut self) -> Result<(), String> {
        for event in Practice::opening() {
            self.tell(event.clone())?;
        }
        for agent in self.world.floor.view().agents {
            self.later(Span::ZERO, Span::mins(10), Due::Screen(agent.id));
        }
        for _ in 0..6 + self.chance.below(20) {
            self.later(Span::ZERO, CALLS_FOR, Due::Patient);
        }
        Ok(())
    }

    /// The next thing, be it the agenda's or a deadline of the floor's; false when all is quiet.
    fn step(&mut self) -> Result<bool, String> {
        let due = self.agenda.first_key_value().map(|(key, _)| *key);
        let deadline = self.world.floor.next_timeout().map(|(at, _)| at);
        if self.world.now > MORNING + QUIET_BY {
            return Err(format!("still not quiet: {deadline:?}, {} in the agenda", self.agenda.len()));
        }
        match (due, deadline) {
            (_, Some(at)) if due.is_none_or(|(first, _)| at <= first) => {
                self.world.now = self.world.now.max(at);
                self.tell(Event::TimePassed)?;
            }
            (Some(key), _) => {
                self.world.now = self.world.now.max(key.0);
                if let Some(due) = self.agenda.remove(&key) {
                    self.take(due)?;
                }
            }
            (None, _) => return Ok(false),
        }
        Ok(true)
    }

    fn take(&mut self, due: Due) -> Result<(), String> {
        match due {
            Due::Patient => self.patient_calls(),
            Due::Webhook { phone, epoch, event } => self.webhook(&phone, epoch, event),
            Due::Tell(event) => self.tell(event).map(drop),
            Due::Person { phone, epoch } => {
                if self.phones.get(&phone).is_some_and(|p| p.epoch == epoch && !p.over) {
                    self.person_acts(&phone);
                }
                Ok(())
            }
            Due::Effect(effect) => {
                self.carry_out(effect);
                Ok(())
            }
            Due::Screen(agent) => self.screen(&agent),
            Due::Crash => self.crash(),
        }
    }

    /// Puts something on the agenda, between `from` and `to` from now.
    pub(crate) fn later(&mut self, from: Span, to: Span, due: Due) {
        let at = self.world.now + self.chance.span(from, to);
        self.entries += 1;
        self.agenda.insert((at, self.entries), due);
    }

    /// Lets the floor see an event; its new effects go on the agenda.
    pub(crate) fn tell(&mut self, event: Event) -> Result<Outbox, String> {
        let said = self.trace.then(|| format!("{event:.200?}"));
        let out = self.world.deliver(event)?;
        if let Some(said) = said {
            eprintln!("-- {} {said}\n{}", told::time(self.world.now), told::outbox(&out));
        }
        if !out.facts.is_empty() {
            self.reference.follow(self.world.now, &out.facts, &self.world.floor.view())?;
        }
        self.marks.note(&out);
        if !out.effects.is_empty() && self.chance.percent(2) {
            self.later(Span::ZERO, Span::ZERO, Due::Crash);
        }
        for (effect, _) in &out.effects {
            self.later(Span(50), Span::secs(2), Due::Effect(*effect));
        }
        Ok(out)
    }

    /// Are patients still calling, or assistants working?
    pub(crate) fn is_working(&self) -> bool {
        self.world.now < MORNING + WORK_FOR
    }

    /// Memory is lost, what stands in the journal is not; unconfirmed effects are carried out again.
    fn crash(&mut self) -> Result<(), String> {
        self.marks.count("crash");
        self.agenda.retain(|_, due| !matches!(due, Due::Effect(_) | Due::Tell(Event::EffectConfirmed { .. })));
        self.world.crash()?;
        let outstanding: Vec<EffectId> = self.world.floor.outstanding().map(|(id, _)| id).collect();
        for effect in outstanding {
            self.marks.count("effect carried out after a crash");
            self.later(Span(100), Span::secs(5), Due::Effect(effect));
        }
        Ok(())
    }

    /// When all is quiet: every call accounted for, nothing outstanding, no phone off the hook.
    fn judge_the_end(&self) -> Result<(), String> {
        let floor = &self.world.floor;
        let ledger = floor.ledger();
        if ledger.in_progress != 0 || ledger.unaccounted() != 0 {
            return Err(format!("the day is over, but {ledger:?} {:?}", floor.view().calls));
        }
        if let Some((id, effect)) = floor.outstanding().next() {
            return Err(format!("the day is over, but {id} is outstanding: {effect:?}"));
        }
        let live = floor.live_legs();
        if !live.is_empty() {
            return Err(format!("the day is over, but {live:?} are up as far as we know"));
        }
        if let Some((name, phone)) = self.phones.iter().find(|(_, phone)| !phone.over) {
            return Err(format!("the day is over, but {name} still plays {:?}", phone.playing));
        }
        self.marks.judge(ledger, &self.world.journal)
    }
}
