//! Scripts: text files of commands, each block followed by what came of it.
//!
//! ```text
//! # Why this scenario exists.
//! given                          a block that begins with this word is only played, not told
//! agent ana available
//! ----
//!
//! call A from +15555550101       A is this caller's name from here on; CA-A is the carrier's
//! ----
//! call-1 arrived at elm on leg-1, ...
//! ```
//! `poison` before a command sets its event aside, and `poison the deadline` the next deadline that passes.
//! A leg is named by its caller (`A`), its offer (`offer-1`) or itself (`leg-1`); `A#2` means its second treatment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use carelane::floor::details::Subject;
use carelane::floor::event::AskedState;
use carelane::floor::event::ConsultRequest;
use carelane::floor::event::Event;
use carelane::floor::event::Failure;
use carelane::floor::event::Input;
use carelane::floor::event::ItemRequest;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::event::PinCheck;
use carelane::floor::fact::Fact;
use carelane::floor::fact::desk::DeskChange;
use carelane::floor::treatment::Mode;
use carelane::sim::Watch;
use carelane::sim::told;
use carelane::vocab::AgentId;
use carelane::vocab::CallId;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::EffectId;
use carelane::vocab::ItemId;
use carelane::vocab::KeyId;
use carelane::vocab::LegId;
use carelane::vocab::OfferId;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::contact;
use super::letters;
use super::noted::details;
use super::noted::note;
use super::practice::NUMBER;
use super::practice::Practice;
use super::practice::STAFF_NUMBER;

/// Between the commands of a block and what came of them.
const BREAK: &str = "----";
/// A working Monday morning.
const MONDAY: &str = "2026-11-23 09:00:00";

/// Plays a script; the same text with what really came of each block.
pub(crate) fn play(script: &str) -> Result<String, String> {
    play_on(&mut Stage::open()?, script)
}

/// Plays a script with its event of this number set aside, and then two days without any; false if it has fewer.
/// What the script says afterwards may not fit any more.
pub(crate) fn play_poisoned(script: &str, number: usize) -> Result<bool, String> {
    let mut stage = Stage::open()?;
    stage.poisoned = Some(stage.told + number);
    let played = play_on(&mut stage, script);
    let Some(poisoned) = stage.was_poisoned.take() else { return Ok(false) };
    // A script that does not fit any more is no fault of the floor.
    drop(played);
    if stage.broken.is_none() {
        stage.until(stage.world.now + Span::hours(48))?;
    }
    stage.broken.take().map_or(Ok(true), |broken| Err(format!("event {number}, {poisoned:?}:\n{broken}")))
}

fn play_on(stage: &mut Stage, script: &str) -> Result<String, String> {
    let mut told = String::new();
    let mut lines = script.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            let _ = writeln!(told, "{line}");
            continue;
        }
        let mut block = vec![line];
        while let Some(line) = lines.next_if(|line| *line != BREAK) {
            block.push(line);
        }
        lines.next();
        while lines.next_if(|line| !line.trim().is_empty()).is_some() {}
        let silent = block[0] == "given";
        for line in &block {
            let _ = writeln!(told, "{line}");
        }
        let _ = writeln!(told, "{BREAK}");
        for line in &block[usize::from(silent)..] {
            let came = stage.command(line).map_err(|broken| format!("{told}\n> {line}\n{broken}"))?;
            if !silent {
                told.push_str(&came);
            }
        }
    }
    Ok(told)
}

/// The floor with the names that the script uses.
struct Stage {
    world: Watch,
    practice: Practice,
    offers: BTreeMap<OfferId, LegId>,
    last: Option<Event>,
    /// Events told so far.
    told: usize,
    /// The event of this number is set aside.
    poisoned: Option<usize>,
    was_poisoned: Option<Event>,
    /// What the watch found.
    broken: Option<String>,
}

impl Stage {
    fn open() -> Result<Self, String> {
        let practice = Practice::read();
        let mut stage = Self {
            world: Watch::default(),
            practice,
            offers: BTreeMap::new(),
            last: None,
            told: 0,
            poisoned: None,
            was_poisoned: None,
            broken: None,
        };
        stage.world.now = local(MONDAY)?;
        stage.tell(Event::FloorOpened("elm-floor".into()))?;
        let (team, flow) = (stage.practice.team_offered()?, stage.practice.flow_offered()?);
        stage.tell(team)?;
        stage.tell(flow)?;
        Ok(stage)
    }

    fn tell(&mut self, event: Event) -> Result<String, String> {
        self.told += 1;
        let event = if self.poisoned == Some(self.told) { self.poison(event) } else { event };
        let out = self.world.deliver(event.clone()).inspect_err(|broken| self.broken = Some(broken.clone()))?;
        for fact in &out.facts {
            if let Fact::OfferMade { offer, leg, .. } = fact {
                self.offers.insert(*offer, *leg);
            }
        }
        self.last = Some(event);
        Ok(told::outbox(&out))
    }

    fn command(&mut self, line: &str) -> Result<String, String> {
        let words = split(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["at", date, time] => self.until(local(&format!("{date} {time}"))?),
            ["tick", span] => self.until(self.world.now + length(span)?),
            ["back", span] => {
                self.world.now = self.world.now - length(span)?;
                Ok(String::new())
            }
            ["floor"] => Ok(told::floor(&self.world.floor)),
            ["ledger"] => Ok(told::ledger(&self.world.floor)),
            ["crash"] => self.world.crash().map(|()| String::new()),
            ["dup"] => self.repeat(),
            ["poison", "the", "deadline"] => self.poison_deadline(),
            ["poison", ..] => {
                let event = self.event(&words[1..])?;
                self.tell(Event::Poisoned { event: Box::new(event), deadline: None })
            }
            ["edit", file, from, to] => {
                let event = self.practice.edit(file, from, &to.replace("\\n", "\n"))?;
                self.tell(event)
            }
            // Another practice with the same lanes and people.
            ["practice", name, number] => {
                let event = self.practice.another(name, number)?;
                self.tell(event)
            }
            ["cut", "team", from] => {
                let event = self.practice.cut(from)?;
                self.tell(event)
            }
            _ => {
                let event = self.event(&words)?;
                self.tell(event)
            }
        }
    }

    /// Lets time pass, waking the floor at each of its deadlines.
    fn until(&mut self, to: Timestamp) -> Result<String, String> {
        if self.world.floor.ledger().inbound == 0 {
            // Before the first call a script may choose its day, past or future.
            self.world.now = to;
        }
        let mut told = String::new();
        while self.world.next_deadline(to) {
            let came = self.tell(Event::TimePassed)?;
            let _ = writeln!(told, "-- {}", told::time(self.world.now));
            told.push_str(&came);
        }
        self.world.now = self.world.now.max(to);
        Ok(told)
    }

    fn poison(&mut self, event: Event) -> Event {
        self.was_poisoned = Some(event.clone());
        let due = self.world.floor.due(self.world.now).next().cloned();
        let deadline = due.filter(|_| event == Event::TimePassed);
        Event::Poisoned { event: Box::new(event), deadline }
    }

    fn poison_deadline(&mut self) -> Result<String, String> {
        let (at, name) = self.world.floor.next_timeout().ok_or("there is no deadline")?;
        self.world.now = self.world.now.max(at);
        self.tell(Event::Poisoned { event: Box::new(Event::TimePassed), deadline: Some(name) })
    }

    /// The last event once more: it may decide nothing.
    fn repeat(&mut self) -> Result<String, String> {
        let event = self.last.clone().ok_or("nothing happened yet")?;
        let before = self.world.journal.len();
        let told = self.tell(event)?;
        let decided = self.world.journal.len() > before;
        if decided { Err(format!("the repetition decided something:\n{told}")) } else { Ok(told) }
    }

    /// What an assistant asks for while she talks.
    fn asked_in_talk(&self, what: &str, who: &str, lane: Option<&str>) -> Result<Event, String> {
        let call = self.call(who)?;
        let consult = |what| Ok(Event::ConsultAsked { call, what });
        match (what, lane) {
            ("hold", None) => Ok(Event::HoldAsked { call }),
            ("warm", Some(lane)) => consult(ConsultRequest::Begin { lane: lane.into() }),
            ("complete", None) => consult(ConsultRequest::Complete),
            ("cancel", None) => consult(ConsultRequest::Cancel),
            ("resume", None) => Ok(Event::ResumeAsked { call }),
            ("transfer", Some(lane)) => Ok(Event::TransferAsked { call, lane: lane.into() }),
            _ => Err(format!("{what} needs something else")),
        }
    }

    fn event(&self, words: &[&str]) -> Result<Event, String> {
        match *words {
            ["call", name, "from", from] => Ok(call(name, from, NUMBER)),
            ["call", name, "from", from, "to", "staff"] => Ok(call(name, from, STAFF_NUMBER)),
            ["call", name, "from", from, "to", to] => Ok(call(name, from, to)),
            ["key", who, keys] => self.ended(who, Input::Keys(keys.into())),
            ["say", who, words] => self.ended(who, Input::Speech(Private::new(words.to_owned()))),
            // The PIN itself never comes to the floor: `right`, `wrong` or `unset`.
            ["pin", who, check] => self.ended(who, Input::Pin(pin(check)?)),
            ["nothing", who] => self.ended(who, Input::Nothing),
            ["missed", name, "from", from, "at", date, clock] => Ok(Event::CallMissed {
                carrier_call: carrier(name),
                caller: Caller::from_carrier(from),
                dialled: NUMBER.into(),
                began: local(&format!("{date} {clock}"))?,
            }),
            ["gap", "since", date, clock] => Ok(Event::GapFound { since: local(&format!("{date} {clock}"))? }),
            ["gap", "read"] => Ok(Event::GapRead),
            ["over", who] => Ok(Event::LegFoundOver { leg: self.leg(who)? }),
            ["tape", who, recording] => Ok(Event::MessageBegan { leg: self.leg(who)?, recording: recording.into() }),
            ["tape", who] => Ok(Event::TapeBegan { leg: self.leg(who)?, recording: "carelane-talk".into() }),
            ["fetch", who] => {
                let (leg, serial) = self.treated(who)?;
                Ok(Event::TreatmentFetched { leg, serial })
            }
            ["fetch", who, serial] => {
                let serial = serial.parse().map_err(|_| format!("{serial} is no serial"))?;
                Ok(Event::TreatmentFetched { leg: self.leg(who)?, serial })
            }
            ["answer", who] => {
                let leg = self.leg(who)?;
                Ok(Event::LegAnswered { leg, carrier_call: self.name_of(leg) })
            }
            ["answer", who, "as", name] => Ok(Event::LegAnswered { leg: self.leg(who)?, carrier_call: name.into() }),
            ["hangup", who] => self.status(who, "completed"),
            ["status", who, how] => self.status(who, how),
            ["status", who, how, "as", name] => {
                Ok(Event::LegStatus { leg: Some(self.leg(who)?), carrier_call: name.into(), status: status(how)? })
            }
            ["confirm", effect] => {
                let effect = id(effect)?;
                let carrier_call = self.dialled(effect).map(|leg| self.name_of(leg));
                Ok(Event::EffectConfirmed { effect, carrier_call })
            }
            ["confirm", effect, "as", name] => {
                Ok(Event::EffectConfirmed { effect: id(effect)?, carrier_call: Some(name.into()) })
            }
            ["fail", effect, why] => Ok(Event::EffectFailed { effect: id(effect)?, why: failure(why)? }),
            ["agent", agent, state] => Ok(Event::AgentStateAsked { agent: agent.into(), state: asked(state)? }),
            ["softphone", agent, "answers"] => Ok(Event::SoftphoneHeard { agent: agent.into() }),
            ["softphone", agent, "is-silent"] => Ok(Event::SoftphoneUnheard { agent: agent.into() }),
            ["line-lost", who] => Ok(Event::LineLost { leg: self.leg(who)? }),
            _ => self.asked(words),
        }
    }

    /// What people ask for.
    fn asked(&self, words: &[&str]) -> Result<Event, String> {
        match *words {
            ["supervise", who, by, how] => {
                let known = Mode::ALL.into_iter().find(|(name, _)| *name == how);
                let mode = known.map(|(_, mode)| mode);
                if mode.is_none() && how != "leave" {
                    return Err(format!("nobody can {how}"));
                }
                Ok(Event::SuperviseAsked { call: self.call(who)?, by: by.into(), mode })
            }
            ["hold" | "resume" | "transfer" | "warm" | "complete" | "cancel", who, ..] => {
                self.asked_in_talk(words[0], who, words.get(2).copied())
            }
            ["close", who, outcome, ..] => {
                let (call, (note, by, promised)) = (self.call(who)?, note(&words[3..])?);
                Ok(Event::CallCloseAsked { call, outcome: outcome.into(), note, by, promised })
            }
            // This is urgent, says an assistant.
            ["flag", who, by] => {
                let of = id(who).map(Subject::Item).or_else(|_| self.call(who).map(Subject::Call))?;
                Ok(Event::UrgentAsked { of, by: by.into() })
            }
            ["attempt", item, outcome, ..] => {
                let (note, by, promised) = note(&words[3..])?;
                Ok(Event::AttemptMade { item: id(item)?, outcome: outcome.into(), note, by, promised })
            }
            ["close-item", item, outcome, ..] => {
                let (note, by, promised) = note(&words[3..])?;
                Ok(Event::ItemCloseAsked { item: id(item)?, outcome: outcome.into(), note, by, promised })
            }
            ["owner", item, owner] => Ok(Event::OwnerAsked { item: id(item)?, owner: owner.into() }),
            _ => self.mailbox(words),
        }
    }

    /// What happens about messages.
    fn mailbox(&self, words: &[&str]) -> Result<Event, String> {
        match *words {
            ["message", who, recording] => {
                self.ended(who, Input::Message { recording: recording.into(), duration: None })
            }
            ["message", who, recording, span] => {
                self.ended(who, Input::Message { recording: recording.into(), duration: Some(length(span)?) })
            }
            ["recorded", who, recording, span] => {
                let duration = if span == "absent" { None } else { Some(length(span)?) };
                Ok(Event::RecordingReported { leg: self.leg(who)?, recording: recording.into(), duration })
            }
            ["fetched", effect, recording, span] => {
                let file = format!("file-of-{recording}").into();
                let (effect, duration) = (id(effect)?, length(span)?);
                Ok(Event::RecordingFetched { effect, recording: recording.into(), file, duration })
            }
            ["play", item, who] => {
                Ok(Event::PlaybackAsked { item: id(item)?, message: None, by: Private::new(who.to_owned()) })
            }
            ["play", item, number, who] => {
                let number: u16 = number.parse().map_err(|_| format!("no number of a message: {number}"))?;
                let (message, by) = (Some(number - 1), Private::new(who.to_owned()));
                Ok(Event::PlaybackAsked { item: id(item)?, message, by })
            }
            ["audio", "comes"] => Ok(Event::TapingFound { possible: true }),
            ["audio", "stays"] => Ok(Event::TapingFound { possible: false }),
            ["taped", effect, span] => Ok(Event::TapeKept { effect: id(effect)?, duration: length(span)? }),
            ["play-talk", who, round, by] => {
                let round = round.parse().map_err(|_| format!("no number of a conversation: {round}"))?;
                let (practice, by) = ("elm".into(), Private::new(by.to_owned()));
                Ok(Event::TapeAsked { call: self.call(who)?, practice, round, by })
            }
            ["claim", item, by] => {
                Ok(Event::ItemAsked { item: id(item)?, what: ItemRequest::Claim, by: Some(by.into()) })
            }
            ["letter" | "said" | "referral", ..] => letters::event(words),
            ["merge", item, into] => Ok(merge(id(item)?, id(into)?, None)),
            ["merge", item, into, by] => Ok(merge(id(item)?, id(into)?, Some(by.into()))),
            ["details", who, ..] => {
                let of = id(who).map(Subject::Item).or_else(|_| self.call(who).map(Subject::Call))?;
                Ok(Event::DetailsTold { of, details: Box::new(details(&words[2..])?) })
            }
            ["contact", number, ref told @ ..] => contact::told(number, told),
            ["key-found", scope, month] => {
                let month = month.parse().map_err(|_| format!("no month: {month}"))?;
                Ok(Event::KeyFound(KeyId { scope: scope.into(), month, digits: "00000000".into() }))
            }
            _ => Err(format!("no command: {}", words.join(" "))),
        }
    }

    fn ended(&self, who: &str, input: Input) -> Result<Event, String> {
        let (leg, serial) = self.treated(who)?;
        Ok(Event::TreatmentEnded { leg, serial, input })
    }

    fn status(&self, who: &str, how: &str) -> Result<Event, String> {
        let status = status(how)?;
        match self.leg(who) {
            Ok(leg) if who.contains('-') => {
                Ok(Event::LegStatus { leg: Some(leg), carrier_call: self.name_of(leg), status })
            }
            // A patient's leg is told of by the carrier's name only, known to us or not.
            _ => Ok(Event::LegStatus { leg: None, carrier_call: carrier(who), status }),
        }
    }

    /// A leg and the number of a treatment: the one it has now, or the one named after `#`.
    fn treated(&self, who: &str) -> Result<(LegId, u32), String> {
        let (who, serial) = match who.split_once('#') {
            Some((who, serial)) => (who, Some(serial.parse().map_err(|_| format!("no serial: {serial}"))?)),
            None => (who, None),
        };
        let leg = self.leg(who)?;
        let now = self.world.floor.leg(leg).map_or(1, |leg| leg.serial());
        Ok((leg, serial.unwrap_or(now)))
    }

    fn leg(&self, who: &str) -> Result<LegId, String> {
        if let Ok(leg) = who.parse() {
            return Ok(leg);
        }
        if let Ok(offer) = who.parse::<OfferId>() {
            return self.offers.get(&offer).copied().ok_or_else(|| format!("there was no {who}"));
        }
        let found = self.world.floor.leg_of(&carrier(who));
        found.map(|leg| leg.id).ok_or_else(|| format!("nobody is called {who}"))
    }

    fn call(&self, who: &str) -> Result<CallId, String> {
        if let Ok(call) = who.parse() {
            return Ok(call);
        }
        let leg = self.leg(who)?;
        self.world.floor.leg(leg).map(|leg| leg.call).ok_or_else(|| format!("{who} is forgotten"))
    }

    /// The carrier's name for a leg; for one that we created and that has none yet, a plain one.
    fn name_of(&self, leg: LegId) -> CarrierCall {
        let known = self.world.floor.leg(leg).and_then(|leg| leg.carrier_call.clone());
        known.unwrap_or_else(|| carrier(&leg.to_string()))
    }

    fn dialled(&self, effect: EffectId) -> Option<LegId> {
        use carelane::floor::effect::Effect;
        match self.world.orders.get(&effect) {
            Some(Effect::Dial { leg, .. }) => Some(*leg),
            _ => None,
        }
    }
}

pub(super) fn desk(item: ItemId, change: DeskChange, by: &str) -> Event {
    Event::ItemAsked { item, what: ItemRequest::Desk(change), by: Some(by.into()) }
}

fn merge(item: ItemId, into: ItemId, by: Option<AgentId>) -> Event {
    Event::ItemAsked { item, what: ItemRequest::Merge { into }, by }
}

fn call(name: &str, from: &str, to: &str) -> Event {
    Event::CallArrived { carrier_call: carrier(name), caller: Caller::from_carrier(from), dialled: to.into() }
}

fn carrier(name: &str) -> CarrierCall {
    CarrierCall::from(format!("CA-{name}").as_str())
}

/// Words of a line; quotes hold several together.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.iter_mut().last().into_iter().for_each(|word| word.push(c)),
        }
    }
    words
}

pub(super) fn local(text: &str) -> Result<Timestamp, String> {
    let time: jiff::civil::DateTime = text.parse().map_err(|e| format!("{text}: {e}"))?;
    let zoned = time.in_tz(told::ZONE).map_err(|e| format!("{text}: {e}"))?;
    Ok(Timestamp(zoned.timestamp().as_millisecond()))
}

fn length(text: &str) -> Result<Span, String> {
    let wrong = || format!("{text} is no length of time");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    match unit {
        "s" => Ok(Span::secs(number)),
        "m" => Ok(Span::mins(number)),
        "h" => Ok(Span::hours(number)),
        _ => Err(wrong()),
    }
}

pub(super) fn id<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is no such number"))
}

fn status(how: &str) -> Result<LegStatus, String> {
    Ok(match how {
        "initiated" => LegStatus::Initiated,
        "ringing" => LegStatus::Ringing,
        "in-progress" => LegStatus::InProgress,
        "completed" => LegStatus::Ended(LegEnd::Completed),
        "busy" => LegStatus::Ended(LegEnd::Busy),
        "no-answer" => LegStatus::Ended(LegEnd::NoAnswer),
        "failed" => LegStatus::Ended(LegEnd::Failed),
        "canceled" => LegStatus::Ended(LegEnd::Canceled),
        _ => return Err(format!("no status {how}")),
    })
}

fn failure(why: &str) -> Result<Failure, String> {
    Ok(match why {
        "leg-gone" => Failure::LegGone,
        "refused" => Failure::Refused,
        "unreachable" => Failure::Unreachable,
        _ => return Err(format!("no failure {why}")),
    })
}

fn pin(check: &str) -> Result<PinCheck, String> {
    Ok(match check {
        "right" => PinCheck::Right,
        "wrong" => PinCheck::Wrong,
        "unset" => PinCheck::Unset,
        _ => return Err(format!("no PIN is {check}")),
    })
}

fn asked(state: &str) -> Result<AskedState, String> {
    Ok(match state {
        "available" => AskedState::Available,
        "not_ready" => AskedState::NotReady,
        "logged_out" => AskedState::LoggedOut,
        _ => return Err(format!("no state {state}")),
    })
}
