//! The people: patients who press, speak, wait and lose patience; assistants who answer, talk, write and forget.

use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::Note;
use carelane::floor::fact::ItemKind;
use carelane::floor::treatment::Treatment;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;
use carelane::vocab::Private;
use carelane::vocab::Span;

use super::day::Day;
use super::day::Due;
use crate::scenario::practice::NUMBER;

/// Keys and words of the menu, wrong ones included.
const CHOICES: [&str; 14] =
    ["1", "1", "1", "2", "2", "3", "4", "9", "0", "*", "8", "say chest pain", "say una cita", "say quiero morir"];
const LANES: [&str; 4] = ["desk", "bills", "nurse", "kitchen"];
const OUTCOMES: [&str; 6] =
    ["booked", "no_further_action", "message_left", "advised", "second_attempt_needed", "happy"];
const NOTES: [&str; 4] = ["a visit on Tuesday", "a question about a bill", "", "handled"];

impl Day {
    /// A patient calls: one of a few numbers, so that some call again, or none.
    pub(crate) fn patient_calls(&mut self) -> Result<(), String> {
        let leg = LegId(0);
        let name = CarrierCall::from(format!("CA-patient-{}", self.phones.len()).as_str());
        let from = format!("+1555555{:04}", self.chance.below(10));
        let from = if self.chance.percent(5) { "anonymous" } else { &from };
        let event = Event::CallArrived {
            carrier_call: name.clone(),
            caller: Caller::from_carrier(from),
            dialled: NUMBER.into(),
        };
        self.add_phone(name.clone(), leg, None);
        if self.chance.percent(2) {
            // Down before we hear of it: the end overtakes the beginning.
            self.end(&name, LegEnd::Completed);
            self.later(Span::ZERO, Span::secs(8), Due::Tell(event));
            return Ok(());
        }
        if self.chance.percent(8) {
            self.later(Span::ZERO, Span::mins(2), Due::Tell(event.clone()));
        }
        self.webhook(&name, 0, event)?;
        if let (Some(phone), Some(leg)) = (self.phones.get_mut(&name), self.world.floor.leg_of(&name)) {
            phone.leg = leg.id;
        }
        Ok(())
    }

    /// Whoever holds this phone does something about what it plays.
    pub(crate) fn person_acts(&mut self, name: &CarrierCall) {
        let Some((leg, serial)) = self.phones.get(name).map(|p| (p.leg, p.playing)) else { return };
        let Some(serial) = serial else {
            // It rang, and nobody came.
            return self.end(name, LegEnd::NoAnswer);
        };
        let Some(treatment) = self.world.floor.leg(leg).and_then(|leg| leg.treatment(serial)).cloned() else { return };
        match treatment.as_ref() {
            Treatment::Menu { .. } | Treatment::AskStanding { .. } => self.at_the_menu(name, leg, serial),
            Treatment::Announce { .. } if self.chance.percent(50) => self.end(name, LegEnd::Completed),
            Treatment::Announce { .. } => self.done(name, leg, serial, Input::Nothing),
            Treatment::Hold { .. } => self.on_hold(name, leg, serial),
            Treatment::Record { .. } => self.at_the_mailbox(name, leg, serial),
            Treatment::Whisper { .. } => self.at_the_whisper(name, leg, serial),
            // They have talked, or given up on an empty room.
            Treatment::Connected { .. } | Treatment::Goodbye { .. } => self.end(name, LegEnd::Completed),
        }
    }

    fn done(&mut self, name: &CarrierCall, leg: LegId, serial: u32, input: Input) {
        self.post(name, Event::TreatmentEnded { leg, serial, input });
    }

    fn at_the_menu(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        let input = match self.chance.below(20) {
            0 => return self.end(name, LegEnd::Completed),
            1..=2 => Input::Nothing,
            _ => {
                let choice = *self.chance.pick(&CHOICES);
                match choice.strip_prefix("say ") {
                    Some(words) => Input::Speech(Private::new(words.to_owned())),
                    None => Input::Keys(choice.into()),
                }
            }
        };
        self.done(name, leg, serial, input);
    }

    /// Hangs up at once, says nothing, or speaks; the carrier tells of it once, twice, or not at all.
    fn at_the_mailbox(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        let recording = || format!("RE-{leg}").as_str().into();
        match self.chance.below(10) {
            0..=1 => return self.end(name, LegEnd::Completed),
            2 => return self.done(name, leg, serial, Input::Nothing),
            3 => {}
            _ => self.done(name, leg, serial, Input::Message { recording: recording(), duration: None }),
        }
        if self.chance.percent(80) {
            let duration = if self.chance.percent(90) { Some(Span::secs(8)) } else { None };
            self.post(name, Event::RecordingReported { leg, recording: recording(), duration });
        }
        self.end(name, LegEnd::Completed);
    }

    fn on_hold(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        if self.phones.get(name).is_some_and(|p| p.patience < self.world.now) {
            return self.end(name, LegEnd::Completed);
        }
        match self.chance.below(30) {
            0 => self.done(name, leg, serial, Input::Keys("7".into())),
            1 => self.done(name, leg, serial, Input::Keys("5".into())),
            2 => self.done(name, leg, serial, Input::Speech(Private::new("I have chest pain".to_owned()))),
            _ => self.post(name, Event::TreatmentFetched { leg, serial }),
        }
    }

    fn at_the_whisper(&mut self, name: &CarrierCall, leg: LegId, serial: u32) {
        match self.chance.below(20) {
            0 => self.end(name, LegEnd::Completed),
            1..=2 => self.done(name, leg, serial, Input::Keys("2".into())),
            3 => self.done(name, leg, serial, Input::Keys("5".into())),
            4..=5 => self.done(name, leg, serial, Input::Nothing),
            _ => self.done(name, leg, serial, Input::Keys("1".into())),
        }
    }

    // ---- assistants at their screens ----

    /// She looks at her screen, does something, and will look again until her work is over.
    pub(crate) fn screen(&mut self, agent: &AgentId) -> Result<(), String> {
        let view = self.world.floor.view();
        let Some(seen) = view.agents.iter().find(|a| a.id == *agent) else { return Ok(()) };
        if !self.is_working() {
            // Notes first, then home.
            let state = AskedState::LoggedOut;
            return self.tell(Event::AgentStateAsked { agent: agent.clone(), state }).map(drop);
        }
        self.later(Span::secs(20), Span::mins(3), Due::Screen(agent.clone()));
        let state = match (seen.state, seen.call) {
            ("talking", Some(_)) if self.chance.percent(10) => AskedState::LoggedOut,
            ("talking" | "wrap_up", Some(call)) => return self.write(seen.state, call),
            ("logged_out" | "not_ready", _) if self.chance.percent(70) => AskedState::Available,
            (_, _) if self.chance.percent(30) => return self.work_on_items(agent),
            (_, _) if self.chance.percent(6) => AskedState::NotReady,
            (_, _) if self.chance.percent(4) => AskedState::LoggedOut,
            _ => return Ok(()),
        };
        self.tell(Event::AgentStateAsked { agent: agent.clone(), state }).map(drop)
    }

    fn write(&mut self, state: &str, call: CallId) -> Result<(), String> {
        let event = match self.chance.below(10) {
            0..=2 if state == "talking" => Event::TransferAsked { call, lane: (*self.chance.pick(&LANES)).into() },
            3..=6 if state == "talking" => return Ok(()),
            _ => {
                let (outcome, note) = self.words();
                Event::CallCloseAsked { call, outcome: outcome.into(), note }
            }
        };
        self.tell(event).map(drop)
    }

    fn words(&mut self) -> (&'static str, Note) {
        let outcome = *self.chance.pick(&OUTCOMES);
        let text = *self.chance.pick(&NOTES);
        (outcome, [("request".into(), Private::new(text.to_owned()))].into())
    }

    fn work_on_items(&mut self, agent: &AgentId) -> Result<(), String> {
        let items = self.world.floor.view().items;
        if items.is_empty() {
            return Ok(());
        }
        let item = self.chance.pick(&items).clone();
        let (outcome, note) = self.words();
        let (id, outcome) = (item.id, outcome.into());
        let event = match self.chance.below(8) {
            0 => Event::OwnerAsked { item: id, owner: agent.as_str().into() },
            1..=4 if item.item.new.kind != ItemKind::NoteOwed => Event::AttemptMade { item: id, outcome, note },
            _ => Event::ItemCloseAsked { item: id, outcome, note },
        };
        self.tell(event).map(drop)
    }
}
