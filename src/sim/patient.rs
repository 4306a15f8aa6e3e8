//! Patients: when they call, what they press and say, how long they wait, and when they try again.

use std::sync::Arc;

use super::carrier::Holder;
use super::world::Due;
use super::world::World;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::event::LegEnd;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::flow::Phrases;
use crate::flow::Step;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::StepId;
use crate::vocab::Timestamp;

/// Somebody who calls.
#[derive(Clone)]
pub(super) struct Patient {
    /// As the carrier spells it.
    from: Arc<str>,
    dials: Arc<str>,
    /// How long the patient waits before hanging up.
    patience: Span,
    /// How often the patient will try again.
    redials: u8,
    gives_up: Timestamp,
}

impl World {
    /// Who calls when on this day.
    pub(super) fn plan_calls(&mut self, day: Span) {
        for _ in 0..self.swarm.calls {
            let patient = self.patient();
            let (rush, long) = (day + self.swarm.rush, self.swarm.rush_for);
            if self.chance.percent(80) {
                self.later(rush, rush + long, Due::Patient(patient));
            } else {
                self.later(day, day + Span::hours(24), Due::Patient(patient));
            }
        }
        if self.swarm.flood > 0 {
            self.marks.count("flood");
            let begins = day + self.swarm.rush + self.chance.span(Span::ZERO, self.swarm.rush_for);
            let mut patient = self.patient();
            if self.chance.percent(40) {
                patient.from = "anonymous".into();
            }
            for _ in 0..self.swarm.flood {
                self.later(begins, begins + Span::mins(2), Due::Patient(patient.clone()));
            }
        }
    }

    fn patient(&mut self) -> Patient {
        let number = format!("+1555{:07}", 5_000_000 + self.chance.below(self.swarm.numbers));
        let anonymous = self.chance.percent(self.swarm.anonymous);
        let numbers: Vec<Arc<str>> = self.practices.iter().flat_map(|p| p.checked.numbers.clone()).collect();
        let wrong = numbers.is_empty() || self.chance.per_mille(5);
        let dials = if wrong { "+15550999999".into() } else { self.chance.pick(&numbers).clone() };
        let patience = if self.chance.percent(self.swarm.impatient) { Span::mins(1) } else { Span::mins(25) };
        let patience = self.chance.span(Span::secs(5), patience);
        let redials = if self.chance.percent(self.swarm.redials) { 2 } else { 0 };
        let from = if anonymous { "anonymous".into() } else { number.as_str().into() };
        Patient { from, dials, patience, redials, gives_up: Timestamp::default() }
    }

    /// The phone rings at ours. Now and then it is over before we hear of it, and while we are down we never do.
    pub(super) fn patient_calls(&mut self, mut patient: Patient) -> Result<(), String> {
        patient.gives_up = self.now + patient.patience;
        let name = CarrierCall::from(format!("CA-patient-{}", self.phones.len()).as_str());
        let event = Event::CallArrived {
            carrier_call: name.clone(),
            caller: Caller::from_carrier(&patient.from),
            dialled: patient.dials.clone(),
        };
        if !self.up {
            self.marks.count("call while down");
            let (caller, dialled, began) = (Caller::from_carrier(&patient.from), patient.dials.clone(), self.now);
            let carrier_call = CarrierCall::from(format!("CA-gap-{}-{}", self.now.0, self.missed.len()).as_str());
            self.missed.push(Event::CallMissed { carrier_call, caller, dialled, began });
            if patient.redials > 0 {
                patient.redials -= 1;
                self.later(Span::secs(20), Span::mins(5), Due::Patient(patient));
            }
            return Ok(());
        }
        self.add_phone(name.clone(), LegId(0), Holder::Patient(patient));
        if self.chance.percent(self.swarm.late / 10) {
            // Down before we hear of it: the end overtakes the beginning.
            self.end(&name, LegEnd::Completed);
            self.later(Span::ZERO, Span::secs(8), Due::Tell(event));
            return Ok(());
        }
        if self.chance.percent(self.swarm.duplicates) {
            self.later(Span::ZERO, Span::mins(2), Due::Tell(event.clone()));
        }
        self.webhook(&name, 0, event)
    }

    /// The patient's phone is down: will there be another try?
    pub(super) fn patient_left(&mut self, mut patient: Patient, leg: LegId) {
        let waited = |leg: &crate::floor::call::Leg| matches!(leg.current(), Some(Treatment::Hold { .. }));
        let unserved = self.watch.floor.leg(leg).is_some_and(waited);
        if unserved && patient.redials > 0 && self.is_day() {
            patient.redials -= 1;
            patient.patience = self.chance.span(Span::secs(5), Span::mins(20));
            self.later(Span::secs(20), Span::mins(40), Due::Patient(patient));
        }
    }

    /// Whoever holds this phone does something about what it plays.
    pub(super) fn person_acts(&mut self, name: &CarrierCall) {
        let Some((leg, serial)) = self.phones.get(name).map(|p| (p.leg, p.playing)) else { return };
        let Some(serial) = serial else {
            // It rang, and nobody came.
            return self.end(name, LegEnd::NoAnswer);
        };
        let Some(found) = self.watch.floor.leg(leg) else { return self.end(name, LegEnd::Completed) };
        let (flow, treatment) = (found.flow.clone(), found.treatment(serial).cloned());
        match treatment.as_deref() {
            Some(Treatment::Menu { step, .. }) => self.at_the_menu(name, (leg, serial), &flow, step),
            Some(Treatment::RecordingNotice { .. }) => self.at_the_announcement(name, (leg, serial)),
            Some(Treatment::AskStanding { .. }) => self.at_the_standing(name, (leg, serial)),
            Some(Treatment::Announce { .. }) if self.chance.percent(self.swarm.urgent / 2) => {
                let words = self.urgent_words(&flow);
                self.done(name, (leg, serial), words);
            }
            Some(Treatment::Announce { .. }) if self.chance.percent(50) => self.end(name, LegEnd::Completed),
            Some(Treatment::Announce { .. }) => self.done(name, (leg, serial), Input::Nothing),
            Some(Treatment::Hold { .. } | Treatment::OnHold { .. }) => self.waits_on(name, (leg, serial), &flow),
            Some(Treatment::Record { .. }) => self.at_the_mailbox(name, (leg, serial)),
            Some(Treatment::Whisper { .. }) => self.at_the_whisper(name, (leg, serial)),
            Some(Treatment::Keys { asked, .. }) => self.at_the_keys(name, (leg, serial), asked),
            // The last words are being said, and somebody says what it is about after all, or only thanks.
            Some(Treatment::Goodbye { listens: true, .. }) if self.chance.percent(10) => {
                let urgent = self.chance.percent(self.swarm.urgent);
                let words = if urgent { self.urgent_words(&flow) } else { said("thank you") };
                self.done(name, (leg, serial), words);
            }
            // They have talked, or given up on an empty room.
            Some(Treatment::Connected { .. } | Treatment::Supervise { .. } | Treatment::Goodbye { .. }) | None => {
                self.end(name, LegEnd::Completed);
            }
        }
    }

    pub(super) fn done(&mut self, name: &CarrierCall, (leg, serial): (LegId, u32), input: Input) {
        self.post(name, Event::TreatmentEnded { leg, serial, input });
    }

    /// Hangs up at once, says nothing, or speaks; the carrier tells of it once, twice, or not at all.
    fn at_the_mailbox(&mut self, name: &CarrierCall, (leg, serial): (LegId, u32)) {
        let recording = || format!("RE-{leg}").as_str().into();
        if self.chance.percent(20) {
            return self.end(name, LegEnd::Completed);
        }
        if self.chance.percent(self.swarm.silent) {
            return self.done(name, (leg, serial), Input::Nothing);
        }
        if self.chance.percent(80) {
            self.done(name, (leg, serial), Input::Message { recording: recording(), duration: None });
        }
        if self.chance.percent(80) {
            let duration = self.chance.percent(90).then_some(Span::secs(8));
            self.post(name, Event::RecordingReported { leg, recording: recording(), duration });
        }
        self.end(name, LegEnd::Completed);
    }

    fn at_the_menu(&mut self, name: &CarrierCall, at: (LegId, u32), flow: &Flow, step: &StepId) {
        if self.chance.percent(self.swarm.hangs_up) {
            return self.end(name, LegEnd::Completed);
        }
        if self.chance.percent(self.swarm.silent) {
            return self.done(name, at, Input::Nothing);
        }
        if self.chance.percent(self.swarm.wrong) {
            let keys = *self.chance.pick(&["#", "##", "mumble", ""]);
            let input = if keys == "mumble" { said("what was that") } else { Input::Keys(keys.into()) };
            return self.done(name, at, input);
        }
        if self.chance.percent(self.swarm.urgent) {
            let words = self.urgent_words(flow);
            return self.done(name, at, words);
        }
        let Some(Step::Menu(menu)) = flow.steps.get(step) else { return self.done(name, at, Input::Nothing) };
        let choices: Vec<_> = menu.choices.iter().collect();
        if choices.is_empty() {
            return self.done(name, at, Input::Nothing);
        }
        let (key, choice) = *self.chance.pick(&choices);
        let phrases = all(&choice.say);
        let speaks = self.chance.percent(self.swarm.speaks) && !phrases.is_empty();
        let input = if speaks { said(self.chance.pick::<&str>(&phrases)) } else { Input::Keys(key.to_string().into()) };
        self.done(name, at, input);
    }

    /// A new patient, or an existing one? Some do not say.
    fn at_the_standing(&mut self, name: &CarrierCall, at: (LegId, u32)) {
        let key = *self.chance.pick(&["1", "1", "2", "2", "9", ""]);
        let input = if key.is_empty() { Input::Nothing } else { Input::Keys(key.into()) };
        if self.chance.percent(self.swarm.hangs_up) {
            return self.end(name, LegEnd::Completed);
        }
        self.done(name, at, input);
    }

    fn at_the_announcement(&mut self, name: &CarrierCall, at: (LegId, u32)) {
        let key = *self.chance.pick(&["", "", "", "2", "7"]);
        let input = if key.is_empty() { Input::Nothing } else { Input::Keys(key.into()) };
        if self.chance.percent(self.swarm.hangs_up) {
            return self.end(name, LegEnd::Completed);
        }
        self.done(name, at, input);
    }

    fn urgent_words(&mut self, flow: &Flow) -> Input {
        let crisis = self.chance.percent(20);
        let phrases = all(if crisis { &flow.urgent.crisis } else { &flow.urgent.phrases });
        if phrases.is_empty() { Input::Keys("5".into()) } else { said(self.chance.pick::<&str>(&phrases)) }
    }

    fn waits_on(&mut self, name: &CarrierCall, (leg, serial): (LegId, u32), flow: &Flow) {
        let gives_up = match self.phones.get(name).map(|phone| &phone.holder) {
            Some(Holder::Patient(patient)) => patient.gives_up,
            // Whom we called and let wait does not wait for long.
            Some(Holder::Called) if self.chance.percent(20) => Timestamp::default(),
            Some(Holder::Called) => self.now,
            _ => return,
        };
        if gives_up < self.now {
            return self.end(name, LegEnd::Completed);
        }
        let fate = self.chance.below(100);
        if fate < 4 {
            let key = if fate < 3 { "7" } else { "8" };
            self.done(name, (leg, serial), Input::Keys(key.into()));
        } else if fate < 6 {
            self.done(name, (leg, serial), Input::Keys("5".into()));
        } else if fate < 6 + self.swarm.urgent / 4 {
            let words = self.urgent_words(flow);
            self.done(name, (leg, serial), words);
        } else {
            self.post(name, Event::TreatmentFetched { leg, serial });
        }
    }
}

fn all(phrases: &Phrases) -> Vec<&str> {
    phrases.values().flatten().map(AsRef::as_ref).collect()
}

fn said(words: &str) -> Input {
    Input::Speech(Private::new(words.to_owned()))
}
