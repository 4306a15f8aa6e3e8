//! What a floor was told and what it decided, as lines a person reads: events, facts, effects, answers, compact views.
//!
//! Its calls, persons and notes are made up: this is for simulation and scenarios, never for a real journal.

mod consult;
mod contact;
mod item;
mod treatment;
mod work;

use std::fmt::Debug;
use std::fmt::Write as _;

use crate::floor::Floor;
use crate::floor::details::Subject;
use crate::floor::effect::Answer;
use crate::floor::effect::Effect;
use crate::floor::effect::Oddity;
use crate::floor::effect::Outbox;
use crate::floor::effect::Refusal;
use crate::floor::event::ConsultRequest;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::event::ItemRequest;
use crate::floor::event::Note;
use crate::floor::fact::Fact;
use crate::floor::fact::agent::AgentChange;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptStep;
use crate::floor::fact::consult::Consulted;
use crate::floor::fact::supervision::Supervised;
use crate::floor::fact::taped::Taped;
use crate::floor::fact::why::Why;
use crate::flow::HeadStart;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use consult::consulted;
use treatment::treated;
use work::flagged;
use work::kept;
use work::known;
use work::work;

/// The zone in which times are told, whatever the practice's own: a story needs one clock.
pub const ZONE: &str = "America/Chicago";

/// `Mon 23 Nov 09:00:20 CST`.
pub fn time(at: Timestamp) -> String {
    local(at, "%a %d %b %H:%M:%S %Z")
}

/// `09:00:20`, for what is near.
fn clock(at: Timestamp) -> String {
    local(at, "%H:%M:%S")
}

fn local(at: Timestamp, form: &str) -> String {
    let zoned = jiff::Timestamp::from_millisecond(at.0).and_then(|at| at.in_tz(ZONE));
    zoned.map_or_else(|_| at.rfc3339(), |zoned| zoned.strftime(form).to_string())
}

/// A closed word as one reads it: `NotAnswered` becomes `not answered`.
fn plain(value: impl Debug) -> String {
    let mut out = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Everything one event brought about.
pub fn outbox(out: &Outbox) -> String {
    let mut text = String::new();
    for told in &out.facts {
        let _ = writeln!(text, "{}", fact(told));
    }
    for (id, told) in &out.effects {
        let _ = writeln!(text, "{id}: {}", effect(told));
    }
    for id in &out.settled {
        let _ = writeln!(text, "{id} is settled");
    }
    if let Some(oddity) = out.oddity {
        let _ = writeln!(text, "odd: {}", odd(oddity));
    }
    let _ = match &out.answer {
        Answer::Noted => Ok(()),
        Answer::Treat { leg, serial } => writeln!(text, "answer: {leg} #{serial}"),
        Answer::Excuse => writeln!(text, "answer: an excuse"),
        Answer::Over => writeln!(text, "answer: hang up"),
        Answer::Refused(why) => writeln!(text, "refused: {}", refusal(why)),
        Answer::Flagged(item) => writeln!(text, "flagged: {item}"),
        Answer::DoneBefore => writeln!(text, "done before"),
        Answer::Taken { item, again } => writeln!(text, "taken: {item}{}", if *again { ", again" } else { "" }),
        Answer::DueKept(why) => writeln!(text, "due kept: {why}"),
    };
    text
}

/// What happened outside.
pub fn event(told: &Event) -> String {
    match told {
        Event::FloorOpened(id) => format!("floor {id} begins"),
        Event::FlowOffered(file) => format!("the flow of {} is offered, version {:.4}", file.flow.practice, file.hash),
        Event::TeamOffered(file) => format!("the team {} is offered, version {:.4}", file.team.id, file.hash),
        Event::CallArrived { carrier_call, dialled, .. } => format!("{carrier_call} calls {dialled}"),
        Event::TreatmentEnded { leg, serial, input } => format!("{leg} is done with #{serial}: {}", given(input)),
        Event::TreatmentFetched { leg, serial } => format!("the carrier fetches #{serial} of {leg}"),
        Event::LegAnswered { leg, .. } => format!("{leg} is picked up"),
        Event::LegStatus { leg: Some(leg), status, .. } => format!("the carrier says {leg} is {}", plain(status)),
        Event::LegStatus { leg: None, carrier_call, status } => {
            format!("the carrier says {carrier_call} is {}", plain(status))
        }
        Event::CallMissed { carrier_call, began, .. } => {
            format!("the carrier's list has {carrier_call} of {}, which we never saw", time(*began))
        }
        Event::MessageBegan { leg, .. } => format!("a message is recorded on {leg}"),
        Event::TapingFound { possible: true } => "audio comes to us".to_owned(),
        Event::TapingFound { possible: false } => "audio stays at the carrier".to_owned(),
        Event::TapeBegan { leg, .. } => format!("the conversation of {leg} is about to be recorded"),
        Event::TapeKept { effect, duration } => format!("{effect}: the recording is put together, {duration}"),
        Event::TapeAsked { call, round, .. } => format!("somebody wants to hear {call}-{round}"),
        Event::LegFoundOver { leg } => format!("{leg} is found to be over"),
        Event::EffectConfirmed { effect, .. } => format!("{effect} is carried out"),
        Event::EffectFailed { effect, why } => format!("{effect} failed: {}", plain(why)),
        Event::SoftphoneHeard { agent } => format!("the softphone of {agent} answers"),
        Event::SoftphoneUnheard { agent } => format!("the softphone of {agent} does not answer"),
        Event::SuperviseAsked { call, by, mode } => match mode {
            Some(mode) => format!("{by} asks to {} in on {call}", mode.name()),
            None => format!("{by} listens in on {call} no longer"),
        },
        Event::LineLost { leg } => format!("the line of {leg} breaks off"),
        Event::AgentStateAsked { agent, state } => format!("{agent} asks to be {}", plain(state)),
        Event::CallCloseAsked { call, outcome, .. } => format!("{call} is to be closed as {outcome}"),
        Event::HoldAsked { call } => format!("{call} is to be put on hold"),
        Event::ResumeAsked { call } => format!("{call} is to come off hold"),
        Event::ConsultAsked { call, what: ConsultRequest::Begin { lane } } => {
            format!("{call} is to go to {lane}, after a word")
        }
        Event::ConsultAsked { call, what } => format!("{call}: {} that", plain(what)),
        Event::TransferAsked { call, lane } => format!("{call} is to go to {lane}"),
        Event::AttemptMade { item, outcome, .. } => format!("an attempt at {item}: {outcome}"),
        Event::ItemCloseAsked { item, outcome, .. } => format!("{item} is to be closed as {outcome}"),
        Event::DetailsTold { of, .. } => format!("somebody tells more of {of:?}"),
        Event::RecordingReported { leg, recording, duration } => match duration {
            Some(length) => format!("the carrier says {recording} of {leg} is complete, {length}"),
            None => format!("the carrier says {recording} of {leg} is absent"),
        },
        Event::RecordingFetched { recording, duration, .. } => format!("{recording} is fetched, {duration}"),
        Event::PlaybackAsked { item, .. } => format!("somebody wants to hear {item}"),
        Event::LetterCame { practice, letter } => format!("somebody writes to {practice} by {}", letter.channel.name()),
        Event::ContactTold(told) => contact::told(told),
        Event::ItemAsked { item, what: ItemRequest::Merge { into }, .. } => format!("{item} is said to be {into}"),
        Event::ItemAsked { item, what: ItemRequest::Claim, .. } => format!("somebody claims {item}"),
        Event::ItemAsked { item, what: ItemRequest::Desk(change), .. } => format!("{item} is said: {}", kept(change)),
        Event::OwnerAsked { item, owner } => format!("{item} is to go to {owner}"),
        Event::KeyFound(_) => "a record key is there".to_owned(),
        Event::JournalSalvaged(_) => "a journal was salvaged".to_owned(),
        Event::CallDamaged { .. } => "salvage cut a call off".to_owned(),
        Event::GapFound { since } => format!("nobody was here since {}", time(*since)),
        Event::GapRead => "the carrier's list was read".to_owned(),
        Event::UrgentAsked { of, by } => format!("{by} says that {of:?} is urgent"),
        Event::AskedOnce { asked, .. } => format!("once: {}", event(asked)),
        Event::Poisoned { event: poisoned, deadline: None } => format!("poisoned: {}", event(poisoned)),
        Event::Poisoned { deadline: Some(name), .. } => format!("poisoned: the deadline {name:?}"),
        Event::TimePassed => "time passes".to_owned(),
    }
}

fn given(input: &Input) -> String {
    match input {
        Input::Nothing => "nothing".to_owned(),
        Input::Message { recording, .. } => format!("message {recording}"),
        Input::Pin(check) => format!("a PIN, {}", plain(check)),
        Input::Keys(keys) => format!("keys {keys:?}"),
        Input::Speech(words) => format!("{:?}", words.reveal()),
    }
}

fn odd(oddity: Oddity) -> String {
    match oddity {
        Oddity::Repeated(call) => format!("{call} is announced again"),
        Oddity::ClosedItem(item) => format!("{item} is closed"),
        Oddity::Duplicate | Oddity::LateAnswer | Oddity::UnknownNumber | Oddity::UnknownLeg | Oddity::Overload => {
            plain(oddity)
        }
    }
}

fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::Unknown(what) => format!("no such {what}"),
        Refusal::Conflict(why) | Refusal::NotHers(why) => (*why).to_owned(),
        Refusal::LiveCall(why) => format!("a live call is needed: {}", why.name()),
        Refusal::CannotKeep { why, nearest } => {
            let nearest = nearest.map_or_else(|| "none".to_owned(), time);
            format!("nobody can keep this promise, {why:?}; the nearest that can be kept: {nearest}")
        }
        Refusal::Changed => "changed meanwhile".to_owned(),
        Refusal::Quarantined => "set aside".to_owned(),
        Refusal::Missing(lacks) => {
            format!("missing {}", list(&lacks.iter().map(|lack| &lack.field).collect::<Vec<_>>()))
        }
        Refusal::TooLong { what, chars_max } => format!("{what} longer than {chars_max}"),
        Refusal::NotAllowed { what, allowed } => format!("{what} must be one of {}", list(allowed)),
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn effect(told: &Effect) -> String {
    match told {
        Effect::Dial { leg, offer: OfferId::NONE, to, from, ring, .. } => {
            format!("dial {leg}: {to} from {from}, ring {ring}")
        }
        Effect::Dial { leg, offer, to, from, ring, .. } => {
            format!("dial {leg} for {offer}: {to} from {from}, ring {ring}")
        }
        Effect::CallPatient { leg, from, ring, .. } => format!("dial {leg}, the patient, from {from}, ring {ring}"),
        Effect::Redirect { leg, serial, .. } => format!("redirect {leg} to #{serial}"),
        Effect::FetchRecording { of, carrier_call, recording, .. } => match recording {
            Some(name) => format!("fetch {name} for {of}"),
            None => format!("look for the recording of {carrier_call} for {of}"),
        },
        Effect::DropRecording { of, recording } => format!("delete {recording} of {of} at the carrier"),
        Effect::KeepTape { call, round, .. } => format!("put the recording of {call}-{round} together"),
        Effect::HangUp { leg, .. } => format!("hang up {leg}"),
        Effect::Ask { leg, .. } => format!("ask about {leg}"),
    }
}

fn fact(told: &Fact) -> String {
    match told {
        Fact::FloorOpened(id) => format!("floor {id} opened"),
        Fact::FlowLoaded(file) => format!("flow {} loaded, version {:.4}", file.flow.practice, file.hash),
        Fact::TeamLoaded(file) => format!("team {} loaded, version {:.4}", file.team.id, file.hash),
        Fact::CallArrived { call, leg, practice, flow, began, .. } => {
            let began = began.map_or_else(String::new, |at| format!(", unheard: it began {}", time(at)));
            format!("{call} arrived at {practice} on {leg}, flow version {flow:.4}{began}")
        }
        Fact::LegTreated { leg, serial, treatment, pushed } => {
            format!("{leg} #{serial} {}{}", treated(treatment), if *pushed { " (pushed)" } else { "" })
        }
        Fact::InputMissed { call } => format!("{call} missed an input"),
        Fact::LanguageChosen { call, language } => format!("{call} speaks {language}"),
        Fact::UrgentFlagged { call, crisis, by } => {
            format!("{call} is urgent{}{}", if *crisis { ", a crisis" } else { "" }, flagged(by))
        }
        Fact::Queued { call, lane, arrived, deadline, head_starts, how } => format!(
            "{call} queued for {lane} by {}: arrived {}, deadline {}{}",
            plain(how),
            clock(*arrived),
            clock(*deadline),
            starts(head_starts),
        ),
        Fact::TierOpened { call, tier } => format!("{call} is open to tier {tier}"),
        Fact::OfferMade { offer, call, agent, leg, expires_at, why } => {
            format!("{offer}: {call} to {agent} on {leg} until {}\n  why: {}", clock(*expires_at), reasons(why))
        }
        Fact::OfferAnswered { offer, expires_at } => format!("{offer} answered, until {}", clock(*expires_at)),
        Fact::OfferEnded { offer, outcome } => format!("{offer} ended: {}", plain(outcome)),
        Fact::AgentChanged { agent, to } => format!("{agent} is {}", change(to)),
        Fact::TalkBegan { call, agent, leg } => format!("{call} talks with {agent} on {leg}"),
        Fact::TalkEnded { call, by, wrap_up_until } => format!(
            "{call} talk ended by {}{}",
            plain(by),
            wrap_up_until.map_or_else(String::new, |at| format!(", wrap-up until {}", clock(at)))
        ),
        Fact::Transferred { call, agent } => format!("{call} transferred by {agent}"),
        Fact::CallClosed { call, outcome, note } => format!("{call} closed: {outcome} ({})", fields(note)),
        Fact::CallLeft { call, how } => format!("{call} left: {}", plain(how)),
        Fact::LegNamed { leg, carrier_call } => format!("{leg} is {carrier_call}"),
        Fact::LegUnwanted { leg } => format!("{leg} is unwanted"),
        Fact::LegEnded { leg, end } => format!("{leg} ended: {}", plain(end)),
        Fact::StrangerEnded { carrier_call } => format!("stranger {carrier_call} ended"),
        Fact::JoinFailed { call } => format!("{call} could not be joined"),
        Fact::EffectSettled { effect } => format!("{effect} done or given up"),
        Fact::DetailsKnown { of: Subject::Call(call), details } => format!("{call} is of {}", known(details)),
        Fact::DetailsKnown { of: Subject::Item(item), details } => format!("{item} is of {}", known(details)),
        Fact::StaffArrived { leg, practice, agent, .. } => format!(
            "{leg} calls the staff number of {practice}, from {}",
            agent.as_ref().map_or_else(|| "nobody's phone".to_owned(), |agent| format!("the phone of {agent}"))
        ),
        Fact::StaffKnown { leg, agent } => format!("{leg} is {agent}, by her PIN"),
        Fact::PinRefused { agent, locked_until, .. } => format!(
            "{agent}: a wrong PIN{}",
            locked_until.map_or_else(String::new, |until| format!(", locked until {}", clock(until)))
        ),
        other => seldom(other),
    }
}

/// What happens on few days.
fn seldom(told: &Fact) -> String {
    match told {
        Fact::CallLost { call } => format!("{call} is lost"),
        Fact::JournalSalvaged(salvage) => format!("a new journal, {}", salvage.floor),
        Fact::WaitOverrun { call, until } => format!("{call} waits on until {}: somebody listens", clock(*until)),
        Fact::CallResumed { call, leg } => format!("{call} is back: its caller is still on {leg}"),
        Fact::ItemFlagged { item, crisis, by, lane, owner, due_at } => format!(
            "{item} is urgent{}{}: for {lane}, owner {}, due {}",
            if *crisis { ", a crisis" } else { "" },
            flagged(by),
            owner.as_str(),
            time(*due_at)
        ),
        Fact::AskedOnce { path, .. } => format!("done, once: {path}"),
        Fact::MessageBegan { leg, .. } => format!("the message on {leg} is recorded here"),
        Fact::LegAsked { leg, paging: false } => format!("{leg} is silent"),
        Fact::LegAsked { leg, paging: true } => format!("is {leg} still there?"),
        Fact::AskUnanswered { leg } => format!("the carrier does not tell of {leg}"),
        Fact::GapFound { since } => format!("calls may be missed since {}", time(*since)),
        Fact::GapRead => "no call is missed".to_owned(),
        Fact::EventQuarantined { call, deadline } => format!(
            "set aside: {}, {}",
            deadline.as_ref().map_or_else(|| "the event".to_owned(), |name| format!("the deadline {name:?}")),
            call.map_or_else(|| "about no call".to_owned(), |call| format!("about {call}")),
        ),
        Fact::LadderBegan { call } => format!("{call} goes up the on-call ladder"),
        Fact::LadderEnded { call, again_at } => format!("{call} met nobody on call, again at {}", clock(*again_at)),
        Fact::KeyExpired(key) => format!("the key of {} for {} is past its retention", key.scope, key.month),
        other => talked(other),
    }
}

/// Holds, softphones and their lines.
fn talked(told: &Fact) -> String {
    match told {
        Fact::HoldBegan { call, remind_at } => format!("{call} on hold, reminder at {}", clock(*remind_at)),
        Fact::HoldReminded { call } => format!("{call} has been on hold for long"),
        Fact::HoldEnded { call, how } => format!("{call} off hold: {}", plain(how)),
        Fact::SoftphoneHeard { agent } => format!("{agent} is rung at the softphone"),
        Fact::SoftphoneUnheard { agent, until } => {
            format!("the softphone of {agent} does not answer, until {}", clock(*until))
        }
        Fact::SoftphoneLost { agent } => format!("the softphone of {agent} is silent"),
        Fact::OfferRung { offer, expires_at } => format!("{offer} rings until {}", clock(*expires_at)),
        Fact::LineLost { leg, until } => format!("the line of {leg} is lost, awaited until {}", clock(*until)),
        Fact::Supervised(Supervised { call, by, leg, step, mode, until }) => {
            let until = until.map_or_else(String::new, |at| format!(" on {leg} until {}", clock(at)));
            format!("{by}, to {} in on {call}: {}{until}", mode.name(), plain(step))
        }
        Fact::Attempt(attempt) => tried(attempt),
        Fact::LineBack { leg } => format!("the line of {leg} is back"),
        Fact::ContactKept(kept) => contact::kept(kept),
        Fact::Consulted(Consulted { call, step }) => format!("{call} {}", consulted(step)),
        Fact::Taped(told) => taped(told),
        other => work(other),
    }
}

fn tried(attempt: &Attempt) -> String {
    let Attempt { item, call, step } = attempt;
    match step {
        AttemptStep::Waits { until, why } => {
            let until = until.map_or_else(String::new, |at| format!(" before {}", time(at)));
            format!("{item} is not tried{until}{}", why.map_or_else(String::new, |why| format!(": {}", why.name())))
        }
        AttemptStep::Began { number, until } => {
            format!("{item} is tried, attempt {number}: {call} in line until {}", clock(*until))
        }
        AttemptStep::Dialled { leg, until } => format!("{call} dials the patient on {leg} until {}", clock(*until)),
        AttemptStep::Answered => format!("{call}: the patient answered"),
        AttemptStep::Ended { how, due_at } => format!("{call} ended: {}, {item} due {}", how.name(), time(*due_at)),
    }
}

fn taped(told: &Taped) -> String {
    match told {
        Taped::Possible { possible: true } => "conversations can be recorded".to_owned(),
        Taped::Possible { possible: false } => "conversations cannot be recorded".to_owned(),
        Taped::Announced { call } => format!("{call} heard that it is recorded"),
        Taped::Declined { call } => format!("{call} is not to be recorded"),
        Taped::Began { call, round, .. } => format!("{call}-{round} is recorded"),
        Taped::Kept { call, round, duration } => format!("the recording of {call}-{round} is kept, {duration}"),
        Taped::Played { call, round, .. } => format!("somebody hears the recording of {call}-{round}"),
    }
}

fn starts(starts: &[(HeadStart, Span)]) -> String {
    starts.iter().map(|(why, span)| format!(", {} {span}", plain(why))).collect()
}

fn reasons(why: &Why) -> String {
    let mut text = String::new();
    if why.urgent {
        text.push_str("urgent, ");
    }
    let _ = write!(text, "deadline {}, tier {}, idle since {}", clock(why.deadline), why.tier, clock(why.idle_since));
    if let Some(rung) = why.rung {
        let _ = write!(text, ", on call, rung {}", rung + 1);
    }
    if let Some(first) = &why.consult {
        let _ = write!(text, ", asked by {first}");
    }
    for (call, reason) in &why.passed_calls {
        let _ = write!(text, "; not {call}: {}", plain(reason));
    }
    for (agent, reason) in &why.passed_agents {
        let _ = write!(text, "; not {agent}: {}", plain(reason));
    }
    text
}

fn change(to: &AgentChange) -> String {
    match to {
        AgentChange::Available => "available".to_owned(),
        AgentChange::NotReady { reason, until } => {
            let until = until.map_or_else(String::new, |at| format!(" until {}", clock(at)));
            format!("not ready: {}{until}", plain(reason))
        }
        AgentChange::LoggedOut => "logged out".to_owned(),
        AgentChange::Later(change) => format!("later {}", self::change(change)),
    }
}

fn fields(note: &Note) -> String {
    note.iter().map(|(field, text)| format!("{field}={:?}", text.reveal())).collect::<Vec<_>>().join(" ")
}

/// Who is where, in a few lines.
pub fn floor(floor: &Floor) -> String {
    let view = floor.view();
    let mut text = String::new();
    for call in &view.calls {
        let _ = write!(text, "{} {}", call.call, call.state);
        if let Some(lane) = &call.lane {
            let _ = write!(text, " in {lane}");
        }
        let _ = write!(text, " {}", call.language);
        if let Some(agent) = &call.agent {
            let _ = write!(text, " with {agent}");
        }
        if let Some(held) = call.held {
            let overdue = if held.reminded { ", for long" } else { "" };
            let _ = write!(text, " on hold since {}{overdue}", clock(held.since));
        }
        if let Some(asked) = &call.consult {
            let whom = asked.agent.as_ref().map_or_else(String::new, |agent| format!(", {agent}"));
            let _ = write!(text, " offered to {}: {}{whom}", asked.lane, asked.state.replace('_', " "));
        }
        if call.recorded {
            text.push_str(", recorded");
        }
        text.push('\n');
    }
    for lane in view.lanes.iter().filter(|lane| !lane.waiting.is_empty()) {
        let waiting: Vec<String> = lane.waiting.iter().map(|w| w.call.to_string()).collect();
        let _ = writeln!(text, "line for {}: {}", lane.lane, waiting.join(" "));
    }
    for agent in view.agents.iter().filter(|agent| agent.state != "logged_out") {
        let _ = write!(text, "{} {}", agent.id, agent.state);
        if let Some(reason) = agent.reason {
            let _ = write!(text, ": {reason}");
        }
        if let Some(until) = agent.until {
            let _ = write!(text, " until {}", clock(until));
        }
        if let Some(call) = agent.call {
            let _ = write!(text, " {call}");
        }
        text.push('\n');
    }
    view.items.iter().for_each(|item| text.push_str(&item::standing(&item.item)));
    text
}

/// The ledger in one line; what is nowhere must be 0.
pub fn ledger(floor: &Floor) -> String {
    let l = floor.ledger();
    format!(
        "inbound {} = in progress {} + answered {} + self-served {} + items {} + declined {}; unaccounted {}\n",
        l.inbound,
        l.in_progress,
        l.answered,
        l.self_served,
        l.items,
        l.declined,
        l.unaccounted(),
    )
}
