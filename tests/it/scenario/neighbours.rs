//! Behaviour tests: two practices on one floor that share no people. Whatever happens at one, the other goes on as if
//! it were alone.

use std::fmt::Write as _;
use std::sync::Arc;

use carelane::floor::Floor;
use carelane::floor::call::Leg;
use carelane::floor::effect::Outbox;
use carelane::floor::event::AskedState;
use carelane::floor::event::Event;
use carelane::floor::event::FlowFile;
use carelane::floor::event::Input;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::event::TeamFile;
use carelane::floor::fact::Fact;
use carelane::floor::treatment::Treatment;
use carelane::flow::check_flow;
use carelane::flow::check_team;
use carelane::vocab::AgentId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::LegId;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::MORNING;
use super::practice::Practice;

/// Every name of a group or a person in the files: the other practice's have a letter more.
const NAMES: [&str; 13] =
    ["front", "backup", "billing", "nurses", "on-call", "ana", "ben", "carla", "dev", "eva", "grace", "hugo", "ines"];

/// What happens, told of callers and assistants by name.
#[derive(Clone, Copy)]
enum Step {
    State(&'static str, AskedState),
    Call(&'static str),
    Key(&'static str, &'static str),
    Say(&'static str, &'static str),
    /// An assistant's phone is picked up.
    Answer(&'static str),
    Press(&'static str, &'static str),
    /// The carrier asks for what the caller is given now.
    Fetch(&'static str),
    HangUp(&'static str),
    /// An assistant's phone is down.
    Down(&'static str),
    Wait(Span),
}

/// One practice's part of a floor.
struct Side {
    id: &'static str,
    /// Before the names of its people and callers.
    mark: &'static str,
    number: &'static str,
    /// Which of its callers have this name: the script begins again and again.
    lap: usize,
}

const ELM: Side = Side { id: "elm", mark: "", number: "+15550100300", lap: 0 };
const OAK: Side = Side { id: "oak", mark: "o", number: "+15550100700", lap: 0 };

impl Side {
    fn files(&self) -> [Event; 2] {
        let read = Practice::read();
        let (flow, team) = (self.rename(&read.flow), self.rename(&read.team));
        let people = check_team(&format!("{}.team.yaml", self.id), &team).0.unwrap();
        let (checked, problems) = check_flow(&format!("{}.yaml", self.id), &flow, std::slice::from_ref(&people));
        let checked = checked.unwrap_or_else(|| panic!("{problems:?}"));
        let team = TeamFile { hash: "v1".into(), text: team.as_str().into(), team: Arc::new(people) };
        let flow = FlowFile { hash: "v1".into(), text: flow.as_str().into(), flow: Arc::new(checked) };
        [Event::TeamOffered(Box::new(team)), Event::FlowOffered(Box::new(flow))]
    }

    fn rename(&self, text: &str) -> String {
        if self.mark.is_empty() {
            return text.to_owned();
        }
        let part_of_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let mut renamed = String::new();
        for word in text.replace("+155501003", "+155501007").split_inclusive(|c| !part_of_word(c)) {
            let bare = word.trim_end_matches(|c| !part_of_word(c));
            let mark = if NAMES.contains(&bare) { self.mark } else { "" };
            renamed += &format!("{mark}{}", if bare == "elm" { word.replace("elm", self.id) } else { word.to_owned() });
        }
        renamed
    }

    fn agent(&self, name: &str) -> AgentId {
        format!("{}{name}", self.mark).as_str().into()
    }

    fn caller(&self, name: &str) -> CarrierCall {
        format!("CA-{}{name}{}", self.mark, self.lap).as_str().into()
    }

    /// `None` for what cannot happen now: nobody rings her, or nobody of this name calls.
    fn event(&self, town: &Town, step: Step) -> Option<Event> {
        let ended = |leg: &Leg, input| Event::TreatmentEnded { leg: leg.id, serial: leg.serial(), input };
        let line = |name: &str| town.floor.leg_of(&self.caller(name));
        let phone = |agent: &str| town.phone(&self.agent(agent));
        let status = LegStatus::Ended(LegEnd::Completed);
        Some(match step {
            Step::State(agent, state) => Event::AgentStateAsked { agent: self.agent(agent), state },
            Step::Call(name) => {
                let number = format!("+1555555{:04}", 100 * self.lap + usize::from(name.as_bytes()[0]));
                let caller = Caller::from_carrier(&number);
                Event::CallArrived { carrier_call: self.caller(name), caller, dialled: self.number.into() }
            }
            Step::Key(name, keys) => ended(line(name)?, Input::Keys(keys.into())),
            Step::Say(name, words) => ended(line(name)?, Input::Speech(Private::new(words.to_owned()))),
            Step::Answer(agent) => {
                let leg = phone(agent)?.id;
                Event::LegAnswered { leg, carrier_call: format!("CA-{leg}").as_str().into() }
            }
            Step::Press(agent, key) => ended(phone(agent)?, Input::Keys(key.into())),
            Step::Fetch(name) => {
                let leg = line(name)?;
                Event::TreatmentFetched { leg: leg.id, serial: leg.serial() }
            }
            Step::HangUp(name) => Event::LegStatus { leg: None, carrier_call: self.caller(name), status },
            Step::Down(agent) => {
                let leg = phone(agent)?;
                Event::LegStatus { leg: Some(leg.id), carrier_call: leg.carrier_call.clone()?, status }
            }
            Step::Wait(_) => return None,
        })
    }
}

/// A floor with its time.
struct Town {
    floor: Floor,
    now: Timestamp,
    /// Legs rung to assistants, the last last.
    rung: Vec<(AgentId, LegId)>,
}

impl Town {
    fn of(sides: &[Side]) -> Self {
        let mut town = Self { floor: Floor::default(), now: MORNING, rung: Vec::new() };
        town.tell(Event::FloorOpened("town".into()));
        sides.iter().flat_map(Side::files).for_each(|file| town.tell(file));
        town
    }

    fn tell(&mut self, event: Event) {
        let mut out = Outbox::default();
        self.floor.handle(self.now, event, &mut out);
        self.floor.check().unwrap();
        self.rung.extend(out.facts.iter().filter_map(|fact| match fact {
            Fact::OfferMade { agent, leg, .. } => Some((agent.clone(), *leg)),
            _ => None,
        }));
    }

    /// The leg of her last offer.
    fn phone(&self, agent: &AgentId) -> Option<&Leg> {
        let (_, leg) = self.rung.iter().rev().find(|(rung, _)| rung == agent)?;
        self.floor.leg(*leg)
    }

    fn play(&mut self, side: &Side, step: Step) {
        if let Step::Wait(span) = step {
            let to = self.now + span;
            while let Some((at, _)) = self.floor.next_timeout().filter(|(at, _)| *at <= to) {
                self.now = self.now.max(at);
                self.tell(Event::TimePassed);
            }
            self.now = to;
        }
        if let Some(event) = side.event(self, step) {
            self.tell(event);
        }
    }

    /// Everything about Elm, without the numbers that both practices share.
    fn elm(&self, callers: &[&str]) -> String {
        let (view, mut shown) = (self.floor.view(), String::new());
        for lane in view.lanes.iter().filter(|lane| lane.practice.as_str() == "elm") {
            let line: Vec<_> =
                lane.waiting.iter().map(|call| (&call.carrier_call, call.deadline, call.urgent)).collect();
            let _ = writeln!(shown, "{}: {line:?}", lane.lane);
        }
        for agent in view.agents.iter().filter(|agent| NAMES.contains(&agent.id.as_str())) {
            let _ = writeln!(shown, "{} {} {:?} {:?}", agent.id, agent.state, agent.reason, agent.until);
        }
        for call in view.calls.iter().filter(|call| call.practice.as_str() == "elm") {
            let (agent, lane) = (&call.agent, &call.lane);
            let _ = writeln!(shown, "{:?} {} {lane:?} {agent:?} {:?}", call.carrier_call, call.state, call.answer_by);
        }
        for item in view.items.iter().map(|item| &item.item).filter(|item| item.new.practice.as_str() == "elm") {
            let new = &item.new;
            let _ = writeln!(shown, "{:?} {} {:?} {} {:?}", new.kind, new.lane, new.owner, new.due_at, new.promised);
        }
        for name in callers {
            let given = self.floor.leg_of(&ELM.caller(name)).map_or(&[][..], |leg| &leg.given);
            let given = given.iter().map(|treatment| match &**treatment {
                Treatment::Connected { round, party, .. } => format!("room {round} {party:?}"),
                other => format!("{other:?}"),
            });
            let _ = writeln!(shown, "{name}: {:?}", given.collect::<Vec<_>>());
        }
        shown
    }
}

/// Calls taken, missed and urgent, a note that is owed, a ladder, and the end of the shift.
const A_DAY: [Step; 39] = [
    Step::State("ana", AskedState::Available),
    Step::State("ben", AskedState::Available),
    Step::Call("A"),
    Step::Key("A", "1"),
    Step::Wait(Span::secs(2)),
    Step::Answer("ana"),
    Step::Press("ana", "1"),
    Step::Fetch("A"),
    Step::Call("B"),
    Step::Key("B", "1"),
    Step::Wait(Span::secs(25)),
    Step::Call("C"),
    Step::Say("C", "chest pain"),
    Step::Wait(Span::secs(5)),
    Step::State("grace", AskedState::Available),
    Step::Answer("ines"),
    Step::Answer("grace"),
    Step::Press("grace", "1"),
    Step::Fetch("C"),
    Step::Call("D"),
    Step::Key("D", "9"),
    Step::Key("D", "2"),
    Step::Wait(Span::secs(30)),
    Step::HangUp("B"),
    Step::Down("ana"),
    Step::Wait(Span::mins(3)),
    Step::HangUp("A"),
    Step::Call("E"),
    Step::HangUp("E"),
    Step::Call("F"),
    Step::Key("F", "3"),
    Step::Wait(Span::mins(1)),
    Step::Answer("ines"),
    Step::Press("ines", "2"),
    Step::HangUp("C"),
    Step::State("ana", AskedState::LoggedOut),
    Step::State("ben", AskedState::LoggedOut),
    Step::Call("G"),
    Step::Wait(Span::mins(40)),
];

#[test]
fn what_happens_at_one_practice_changes_nothing_at_another() {
    let callers = ["A", "B", "C", "D", "E", "F", "G"];
    let (mut alone, mut among) = (Town::of(&[ELM]), Town::of(&[OAK, ELM]));
    let oaks = A_DAY.iter().filter(|step| !matches!(step, Step::Wait(_)));
    let mut oaks = (0..).flat_map(|lap| oaks.clone().map(move |step| (lap, *step)));
    let mut seen = String::new();
    for (number, step) in A_DAY.into_iter().enumerate() {
        alone.play(&ELM, step);
        // Thrice as much goes on at the neighbour's, before and after.
        for (lap, theirs) in oaks.by_ref().take(2) {
            among.play(&Side { lap, ..OAK }, theirs);
        }
        among.play(&ELM, step);
        for (lap, theirs) in oaks.by_ref().take(1) {
            among.play(&Side { lap, ..OAK }, theirs);
        }
        let shown = alone.elm(&callers);
        assert_eq!(shown, among.elm(&callers), "after step {number}");
        seen += &shown;
    }
    for state in ["talking", "offered", "wrap_up", "NoteOwed", "Abandoned", "urgent: true"] {
        assert!(seen.contains(state), "the day never saw {state}:\n{seen}");
    }
    let theirs = among.floor.view().calls.iter().filter(|call| call.practice.as_str() == "oak").count();
    assert!(theirs > 2, "nothing went on at the neighbour's");
}
