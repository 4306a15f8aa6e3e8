//! The world of one seed: a watched floor, a carrier and people, driven from deadline to deadline.
//!
//! Whatever may happen stands in an agenda, ordered by (time, number); each entry leads to events and to further
//! entries. The process dies now and then, keeps only its journal, and starts again on a clock that may have jumped.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::assistant::Act;
use super::carrier::Phone;
use super::chance::Chance;
use super::marks::Marks;
use super::patient::Patient;
use super::practice::Practice;
use super::seeds::Lived;
use super::swarm::Swarm;
use super::watch::Watch;
use crate::floor::Floor;
use crate::floor::effect::Effect;
use crate::floor::effect::Outbox;
use crate::floor::event::Event;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// So long after the last call nobody may be on the line any more.
const HUNG_UP_WITHIN: Span = Span::hours(3);
/// By then nobody has anything left to do.
const QUIET_WITHIN: Span = Span::hours(24);
/// Recovery and repetitions are judged after one of so many events.
const THOROUGH_ONE_IN: u64 = 32;
/// More events a day than this mean that something goes round in a circle.
const EVENTS_MAX: u64 = 200_000;

/// What stands in the agenda.
pub(super) enum Due {
    /// A patient calls.
    Patient(Patient),
    /// A webhook whose answer the phone plays, if it is still where it was.
    Webhook { phone: CarrierCall, epoch: u32, event: Event },
    /// An event that nobody waits for.
    Tell(Event),
    /// The person at a phone does something, if the phone is still where it was.
    Person { phone: CarrierCall, epoch: u32 },
    /// The carrier carries out an effect.
    Effect(EffectId),
    /// An assistant does something at her screen.
    Act(AgentId, Act),
    /// Flow and team files are read again.
    Reload,
    /// The process dies.
    Crash,
    /// The process starts again.
    Start,
}

/// The machine's clock, as the engine has it: the wall clock at the start, never before the journal's last entry, plus
/// time since. A wall clock that jumps is seen at the next start only.
#[derive(Default)]
struct Clock {
    started: Timestamp,
    floor_at_start: Timestamp,
    /// How far the wall clock is ahead of the world, perhaps behind.
    skew: i64,
}

impl Clock {
    fn floor_time(&self, world: Timestamp) -> Timestamp {
        self.floor_at_start + (world - self.started)
    }

    fn world_time(&self, floor: Timestamp) -> Timestamp {
        self.started + (floor - self.floor_at_start)
    }

    fn start(&mut self, world: Timestamp, last: Timestamp) {
        self.started = world;
        self.floor_at_start = Timestamp(world.0 + self.skew).max(last);
    }

    /// A clock without the engine's rule.
    #[cfg(feature = "planted")]
    fn start_anywhere(&mut self, world: Timestamp) {
        self.start(world, Timestamp(0));
    }
}

/// Everything of a seed.
pub(super) struct World {
    pub(super) watch: Watch,
    pub(super) chance: Chance,
    pub(super) swarm: Swarm,
    pub(super) marks: Marks,
    pub(super) practices: Vec<Practice>,
    pub(super) phones: BTreeMap<CarrierCall, Phone>,
    pub(super) rooms: BTreeMap<(CallId, u32), BTreeSet<CarrierCall>>,
    /// Calls that the carrier could not bring us: its list tells of them after a restart.
    pub(super) missed: Vec<Event>,
    /// The lane of each call, and with whom it is or was: what stands on the screens.
    pub(super) lanes: BTreeMap<CallId, LaneId>,
    pub(super) talks: BTreeMap<CallId, (AgentId, LegId)>,
    /// The world's time; the floor's is `watch.now`.
    pub(super) now: Timestamp,
    /// Is the process running?
    pub(super) up: bool,
    clock: Clock,
    effects: Vec<(EffectId, Effect)>,
    ends: Timestamp,
    agenda: BTreeMap<(Timestamp, u64), Due>,
    entries: u64,
}

impl World {
    /// The world of this seed before its first event. `unborn` is an empty floor.
    pub(super) fn of(seed: u64, days: u64, unborn: Floor) -> Result<Self, String> {
        let mut chance = Chance::of(seed);
        let swarm = Swarm::draw(&mut chance);
        let practices = Practice::of(&swarm, &mut chance)?;
        let mut world = Self {
            watch: Watch::of(unborn, THOROUGH_ONE_IN),
            chance,
            marks: Marks::default(),
            practices,
            phones: BTreeMap::new(),
            rooms: BTreeMap::new(),
            missed: Vec::new(),
            lanes: BTreeMap::new(),
            talks: BTreeMap::new(),
            now: swarm.begins,
            up: true,
            clock: Clock::default(),
            effects: Vec::new(),
            ends: swarm.begins + Span(Span::hours(24).0 * i64::try_from(days).unwrap_or(1)),
            agenda: BTreeMap::new(),
            entries: 0,
            swarm,
        };
        world.clock.start(world.now, Timestamp(0));
        for day in 0..days {
            world.plan(Span(Span::hours(24).0 * i64::try_from(day).unwrap_or(0)));
        }
        Ok(world)
    }

    /// Lives until all is quiet.
    pub(super) fn live(&mut self) -> Result<(), String> {
        self.open()?;
        while self.step()? {}
        self.judge_the_end()
    }

    fn open(&mut self) -> Result<(), String> {
        if self.practices.len() > 1 {
            self.marks.count("two practices on one floor");
        }
        self.tell(Event::FloorOpened("simulated".into()))?;
        self.offer_files()
    }

    fn offer_files(&mut self) -> Result<(), String> {
        let files: Vec<Event> = self.practices.iter().flat_map(Practice::offered).collect();
        files.into_iter().try_for_each(|file| self.tell(file).map(drop))
    }

    /// What is known of a day before it begins: who works when, who calls when.
    fn plan(&mut self, day: Span) {
        self.plan_shifts(day);
        self.plan_calls(day);
        for _ in 0..self.swarm.reloads {
            self.later(day, day + Span::hours(24), Due::Reload);
        }
    }

    /// The next thing, be it the agenda's or a deadline of the floor's; false when all is quiet.
    fn step(&mut self) -> Result<bool, String> {
        let due = self.agenda.first_key_value().map(|(key, _)| *key);
        let deadline = self.watch.floor.next_timeout().filter(|_| self.up).map(|(at, _)| self.clock.world_time(at));
        let late = self.now > self.ends + HUNG_UP_WITHIN && self.watch.floor.ledger().in_progress > 0;
        if late || self.now > self.ends + QUIET_WITHIN || self.watch.events > EVENTS_MAX {
            let calls = self.watch.floor.view().calls;
            return Err(format!("convergence: hours after the last call it is not quiet: {deadline:?}, {calls:?}"));
        }
        match (due, deadline) {
            (_, Some(at)) if due.is_none_or(|(first, _)| at <= first) => {
                self.pass_to(at);
                self.tell(Event::TimePassed)?;
            }
            (Some(key), _) => {
                self.pass_to(key.0);
                if let Some(due) = self.agenda.remove(&key) {
                    self.take(due)?;
                }
            }
            (None, _) => return Ok(false),
        }
        Ok(true)
    }

    fn pass_to(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        self.watch.now = self.clock.floor_time(self.now);
    }

    fn take(&mut self, due: Due) -> Result<(), String> {
        match due {
            Due::Patient(patient) => self.patient_calls(patient),
            Due::Webhook { phone, epoch, event } => self.webhook(&phone, epoch, event),
            Due::Tell(event) if self.up => self.tell(event).map(drop),
            Due::Tell(event) => {
                self.tell_nobody(event);
                Ok(())
            }
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
            Due::Act(agent, act) => self.act(&agent, act),
            Due::Reload if self.up => self.reload(),
            Due::Reload => Ok(()),
            Due::Crash => self.crash(),
            Due::Start => self.start(),
        }
    }

    /// Puts something on the agenda, between `from` and `to` from now.
    pub(super) fn later(&mut self, from: Span, to: Span, due: Due) {
        let at = self.now + self.chance.span(from, to.max(from));
        self.entries += 1;
        self.agenda.insert((at, self.entries), due);
    }

    /// Lets the floor see an event; its new effects go on the agenda, and people notice what concerns them.
    pub(super) fn tell(&mut self, event: Event) -> Result<Outbox, String> {
        let before = self.watch.journal.last().map(|entry| entry.at);
        if before.is_some_and(|before| self.watch.now < before) {
            return Err(format!("time-sane: the clock says {} after {before:?}", self.watch.now));
        }
        self.marks.note_event(&event, &self.watch.floor);
        let out = self.watch.deliver(event)?;
        self.marks.note(self.watch.now, &out);
        if let Some(practice) = self.practices.first().filter(|_| !out.facts.is_empty()) {
            self.marks.note_hour(self.watch.now, &practice.checked);
        }
        self.judge_documents(&out.facts)?;
        if !out.facts.is_empty() && self.chance.per_mille(self.swarm.crashes) {
            self.later(Span::ZERO, Span(400), Due::Crash);
        }
        self.effects.extend(out.effects.iter().cloned());
        for (effect, _) in &out.effects {
            self.later(Span(50), Span::secs(2), Due::Effect(*effect));
        }
        for fact in &out.facts {
            self.notice(fact);
        }
        Ok(out)
    }

    /// Are patients still calling?
    pub(super) fn is_day(&self) -> bool {
        self.now < self.ends
    }

    fn reload(&mut self) -> Result<(), String> {
        let at = usize::try_from(self.chance.below(self.practices.len() as u64)).unwrap_or(0);
        let Some(practice) = self.practices.get(at).cloned() else { return Ok(()) };
        if self.chance.percent(30) {
            self.marks.count("broken file refused");
            return practice.broken(&mut self.chance);
        }
        let busy = self.watch.floor.ledger().in_progress > 0;
        self.marks.count(if busy { "files reloaded with calls alive" } else { "files reloaded" });
        if let Some(place) = self.practices.get_mut(at) {
            *place = practice.rewritten(&mut self.chance)?;
        }
        self.offer_files()
    }

    // ---- the process dies and comes back ----

    /// Memory is lost, what stands in the journal is not.
    pub(super) fn crash(&mut self) -> Result<(), String> {
        if !self.up {
            return Ok(());
        }
        self.marks.count("crash");
        for effect in self.watch.orders.values() {
            self.marks.count(match effect {
                Effect::Dial { .. } => "crash while dialling",
                Effect::CallPatient { .. } => "crash while dialling a patient",
                Effect::Redirect { .. } => "crash while joining",
                Effect::HangUp { .. } => "crash while hanging up",
                Effect::Ask { .. } => "crash while asking",
                Effect::FetchRecording { .. } | Effect::DropRecording { .. } => "crash while a message is fetched",
                Effect::KeepTape { .. } => "crash while a recording is put together",
            });
        }
        self.up = false;
        let lost = |event: &Event| matches!(event, Event::EffectConfirmed { .. } | Event::EffectFailed { .. });
        self.agenda.retain(|_, due| match due {
            Due::Effect(_) => false,
            Due::Tell(event) => !lost(event),
            _ => true,
        });
        let down = self.swarm.down_max;
        self.later(Span(200), down, Due::Start);
        self.watch.crash()
    }

    /// The journal is folded, files are offered, what is outstanding goes out again, the carrier is asked about legs.
    fn start(&mut self) -> Result<(), String> {
        if self.swarm.clock_jumps {
            let jump = *self.chance.pick(&[-7_200_000, -3_600_000, -1_000, 0, 1_000, 3_600_000]);
            let limit = 7_200_000;
            self.clock.skew = (self.clock.skew + jump).clamp(-limit, limit);
            match jump {
                0 => {}
                ..0 => self.marks.count("clock set back"),
                _ => self.marks.count("clock set forward"),
            }
        }
        self.up = true;
        self.clock.start(self.now, self.watch.journal.last().map_or(Timestamp(0), |entry| entry.at));
        #[cfg(feature = "planted")]
        if self.watch.floor.has(crate::floor::planted::Bug::ClockSetBack) {
            self.clock.start_anywhere(self.now);
        }
        self.watch.now = self.clock.floor_time(self.now);
        self.offer_files()?;
        let outstanding: Vec<EffectId> = self.watch.floor.outstanding().map(|(id, _)| id).collect();
        for effect in outstanding {
            self.marks.count("effect carried out after a crash");
            self.later(Span(100), Span::secs(5), Due::Effect(effect));
        }
        for missed in std::mem::take(&mut self.missed) {
            self.marks.count("call of the gap imported");
            self.later(Span::secs(1), Span::secs(8), Due::Tell(missed));
        }
        let over = |name: &CarrierCall| self.phones.get(name).is_none_or(|phone| phone.over);
        let legs = self.watch.floor.live_legs();
        let gone: Vec<LegId> = legs.into_iter().filter(|(_, name)| over(name)).map(|(leg, _)| leg).collect();
        for leg in gone {
            self.marks.count("leg found over after a crash");
            self.later(Span(100), Span::secs(5), Due::Tell(Event::LegFoundOver { leg }));
        }
        Ok(())
    }

    // ---- the end ----

    /// What the seed came to.
    pub(super) fn into_lived(self) -> Lived {
        let (events, calls) = (self.watch.events, self.watch.floor.ledger().inbound);
        Lived { marks: self.marks, events, calls, journal: self.watch.journal, effects: self.effects }
    }

    /// When all is quiet: every call accounted for, nothing outstanding, no phone off the hook.
    fn judge_the_end(&self) -> Result<(), String> {
        let floor = &self.watch.floor;
        let ledger = floor.ledger();
        if ledger.in_progress != 0 || ledger.unaccounted() != 0 {
            return Err(format!("one-outcome: the day is over, but {ledger:?} {:?}", floor.view().calls));
        }
        if let Some((id, effect)) = floor.outstanding().next() {
            return Err(format!("convergence: the day is over, but {id} is outstanding: {effect:?}"));
        }
        let live = floor.live_legs();
        if !live.is_empty() {
            return Err(format!("no-orphan-leg: the day is over, but {live:?} are up as far as we know"));
        }
        if let Some((name, phone)) = self.phones.iter().find(|(_, phone)| !phone.over) {
            return Err(format!("no-orphan-leg: the day is over, but {name} still plays {:?}", phone.playing));
        }
        Ok(())
    }
}
