//! Assistants: when they come and go, how they take calls, and how they close what they took.

use super::world::Due;
use super::world::World;
use crate::floor::details::Subject;
use crate::floor::effect::Answer;
use crate::floor::effect::Refusal;
use crate::floor::event::AskedState;
use crate::floor::event::ConsultRequest;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::event::LegEnd;
use crate::floor::event::Note;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemKind;
use crate::floor::fact::agent::AgentChange;
use crate::floor::fact::agent::NotReady;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::flow::Lane;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::Private;
use crate::vocab::Span;

/// Words that say something, and words that say nothing.
const NOTES: [&str; 4] = ["a visit on Tuesday", "a question about a bill", "", "handled"];
/// Words of both practices' lists, as somebody writes them down.
const URGENT_NOTE: &str = "says it is better, but had chest pain";

/// What an assistant does at her screen.
#[derive(Clone)]
pub(super) enum Act {
    /// She asks for a state.
    Ask(AskedState),
    /// She closes a call.
    Close(CallId),
    /// She gives the call to another lane.
    Transfer(CallId),
    /// She puts her patient on hold.
    Hold(CallId),
    /// She takes her patient back.
    Resume(CallId),
    /// She asks a colleague to take the call over.
    Consult(CallId),
    /// She joins her patient with the colleague.
    Complete(CallId),
    /// She takes her patient back from a transfer.
    Cancel(CallId),
    /// She says that it is urgent.
    Flag(Subject),
    /// She works on an item.
    Work(ItemId),
    /// She calls the staff number.
    Call,
}

impl World {
    /// Who works when on this day. Some stay at home, some forget to sign out.
    pub(super) fn plan_shifts(&mut self, day: Span) {
        let members: Vec<AgentId> =
            self.practices.iter().flat_map(|p| p.people.agents.iter().map(|member| member.id.clone())).collect();
        for agent in members {
            if !self.chance.percent(self.swarm.staffed) {
                continue;
            }
            let begins = day + self.swarm.rush;
            let come = self.chance.span(Span::ZERO, Span::mins(40));
            let come = Span((begins + come).0 - Span::mins(30).0).max(day);
            self.later(come, come, Due::Act(agent.clone(), Act::Ask(AskedState::Available)));
            let stay = self.chance.span(Span::mins(20), self.swarm.rush_for + Span::hours(2));
            if self.chance.percent(80) {
                self.later(come + stay, come + stay, Due::Act(agent.clone(), Act::Ask(AskedState::LoggedOut)));
            }
            if self.chance.percent(self.swarm.toggles) {
                // Without a computer: to sign in, and to write up what the day left her.
                self.later(come, come + stay, Due::Act(agent.clone(), Act::Call));
                self.later(come + stay, come + stay + Span::hours(1), Due::Act(agent.clone(), Act::Call));
            }
            let mut pause = come;
            while self.chance.percent(self.swarm.toggles) {
                pause += self.chance.span(Span::mins(1), Span::mins(60));
                self.later(pause, pause, Due::Act(agent.clone(), Act::Ask(AskedState::NotReady)));
                self.later(pause, pause + Span::mins(15), Due::Act(agent.clone(), Act::Ask(AskedState::Available)));
            }
        }
    }

    /// People see what the floor decided, and will do something about it.
    pub(super) fn notice(&mut self, fact: &Fact) {
        match fact {
            Fact::Queued { call, lane, .. } => drop(self.lanes.insert(*call, lane.clone())),
            Fact::TalkBegan { call, agent, leg } => {
                self.talks.insert(*call, (agent.clone(), *leg));
                if self.chance.percent(self.swarm.transfers) {
                    self.later(Span::secs(5), Span::mins(2), Due::Act(agent.clone(), Act::Transfer(*call)));
                } else if self.chance.percent(25) {
                    self.later(Span::ZERO, Span::mins(4), Due::Act(agent.clone(), Act::Close(*call)));
                }
                if self.chance.percent(self.swarm.holds) {
                    self.later(Span::ZERO, Span::mins(2), Due::Act(agent.clone(), Act::Hold(*call)));
                }
                if self.chance.percent(self.swarm.consults) {
                    self.later(Span::ZERO, Span::mins(2), Due::Act(agent.clone(), Act::Consult(*call)));
                }
                if self.chance.percent(self.swarm.urgent / 3) {
                    // While they talk, or after it.
                    let flag = Act::Flag(Subject::Call(*call));
                    self.later(Span::secs(1), Span::mins(5), Due::Act(agent.clone(), flag));
                }
            }
            Fact::HoldBegan { call, .. } => {
                let Some((agent, _)) = self.talks.get(call).cloned() else { return };
                match self.chance.below(10) {
                    // She forgets: her phone, or the patient, ends it.
                    0 => {}
                    1 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Transfer(*call))),
                    2 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Close(*call))),
                    3 => self.later(Span::mins(5), Span::mins(7), Due::Act(agent, Act::Resume(*call))),
                    _ => self.later(Span(100), Span::mins(2), Due::Act(agent, Act::Resume(*call))),
                }
            }
            Fact::Consulted(Consulted { call, step }) => self.notice_consult(*call, step),
            Fact::TalkEnded { call, wrap_up_until: Some(until), .. } => {
                let Some((agent, _)) = self.talks.get(call).cloned() else { return };
                let forgets = self.chance.percent(self.swarm.forgets);
                let limit = *until - self.watch.now;
                if !forgets {
                    self.later(Span::secs(2), limit + Span::secs(5), Due::Act(agent, Act::Close(*call)));
                }
            }
            Fact::AgentChanged { agent, to: AgentChange::NotReady { reason, .. } }
                if matches!(reason, NotReady::MissedOffers | NotReady::PhoneUnreachable) && self.is_day() =>
            {
                self.later(Span::secs(30), Span::mins(20), Due::Act(agent.clone(), Act::Ask(AskedState::Available)));
            }
            Fact::ItemOpened(new) if self.is_day() => {
                let agent = self.talks.get(&new.call).map(|(agent, _)| agent.clone());
                let agent = agent.or_else(|| self.practices.first()?.people.agents.first().map(|m| m.id.clone()));
                let Some(agent) = agent else { return };
                if self.chance.percent(self.swarm.urgent / 4) {
                    let flag = Act::Flag(Subject::Item(new.item));
                    self.later(Span::secs(5), Span::hours(2), Due::Act(agent.clone(), flag));
                }
                let soon = if new.kind == ItemKind::NoteOwed { Span::mins(30) } else { Span::hours(6) };
                self.later(Span::mins(1), soon, Due::Act(agent, Act::Work(new.item)));
            }
            _ => {}
        }
    }

    fn notice_consult(&mut self, call: CallId, step: &ConsultStep) {
        let Some((agent, _)) = self.talks.get(&call).cloned() else { return };
        let next = self.chance.below(10);
        match step {
            ConsultStep::Began { .. } => match next {
                0 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Cancel(call))),
                1 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Transfer(call))),
                // Her phone, a colleague or the time decides.
                _ => {}
            },
            ConsultStep::Accepted { .. } => match next {
                0 | 1 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Cancel(call))),
                // She talks until her phone, the colleague's or the patient ends it.
                2 | 3 => {}
                _ => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Complete(call))),
            },
            ConsultStep::Failed(_) => match next {
                0..=2 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Consult(call))),
                3 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Transfer(call))),
                4 => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Resume(call))),
                _ => self.later(Span::secs(1), Span::mins(1), Due::Act(agent, Act::Cancel(call))),
            },
            ConsultStep::Completed { to, leg, lane, .. } => {
                self.lanes.insert(call, lane.clone());
                self.talks.insert(call, (to.clone(), *leg));
            }
            ConsultStep::Prolonged { .. } | ConsultStep::Ended(_) => {}
        }
    }

    /// She does something at her screen.
    pub(super) fn act(&mut self, agent: &AgentId, act: Act) -> Result<(), String> {
        if !self.up {
            self.later(Span::secs(5), Span::mins(1), Due::Act(agent.clone(), act));
            return Ok(());
        }
        let event = match &act {
            Act::Call => return self.staff_call(agent),
            Act::Ask(state) => Event::AgentStateAsked { agent: agent.clone(), state: *state },
            Act::Close(call) => {
                let Some((outcome, note)) = self.words_for(*call) else { return Ok(()) };
                Event::CallCloseAsked { call: *call, outcome, note, by: Some(agent.clone()), promised: None }
            }
            Act::Transfer(call) | Act::Consult(call) => {
                let Some(flow) = self.talks.get(call).and_then(|(_, leg)| self.watch.floor.leg(*leg)) else {
                    return Ok(());
                };
                let lanes: Vec<_> = flow.flow.lanes.iter().map(|lane| lane.id.clone()).collect();
                let lane = if self.chance.percent(5) { "kitchen".into() } else { self.chance.pick(&lanes).clone() };
                match act {
                    Act::Consult(_) => Event::ConsultAsked { call: *call, what: ConsultRequest::Begin { lane } },
                    _ => Event::TransferAsked { call: *call, lane },
                }
            }
            Act::Hold(call) => Event::HoldAsked { call: *call },
            Act::Resume(call) => Event::ResumeAsked { call: *call },
            Act::Complete(call) => Event::ConsultAsked { call: *call, what: ConsultRequest::Complete },
            Act::Cancel(call) => Event::ConsultAsked { call: *call, what: ConsultRequest::Cancel },
            Act::Flag(of) => Event::UrgentAsked { of: *of, by: agent.clone() },
            Act::Work(item) => {
                let Some(event) = self.work(agent, *item) else { return Ok(()) };
                event
            }
        };
        let again = matches!(act, Act::Close(_) | Act::Work(_));
        let out = self.tell(event)?;
        // Who has left the team in the meantime does not try again.
        let refused = match out.answer {
            Answer::Refused(Refusal::Missing(_)) => true,
            Answer::Refused(Refusal::NotAllowed { what, .. }) => what != "by",
            _ => false,
        };
        if refused && again {
            self.later(Span::secs(3), Span::secs(40), Due::Act(agent.clone(), act));
        }
        Ok(())
    }

    fn words_for(&mut self, call: CallId) -> Option<(std::sync::Arc<str>, Note)> {
        let leg = self.talks.get(&call)?.1;
        let flow = self.watch.floor.leg(leg)?.flow.clone();
        let lane = flow.lane(self.lanes.get(&call)?)?;
        Some(self.words(lane))
    }

    /// An outcome and a note for this lane; now and then one that will be refused.
    fn words(&mut self, lane: &Lane) -> (std::sync::Arc<str>, Note) {
        let outcomes: Vec<_> = lane.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
        let known = !outcomes.is_empty() && !self.chance.percent(5);
        let outcome = if known { *self.chance.pick(&outcomes) } else { "happy" };
        let good = !self.chance.percent(10);
        let fields = lane.note_fields.iter().filter(|field| field.required || !field.when.is_empty());
        let alarming = good && self.chance.percent(self.swarm.urgent / 4);
        let note = fields.map(|field| {
            let text = if alarming {
                &URGENT_NOTE
            } else if good {
                self.chance.pick(&NOTES[..2])
            } else {
                self.chance.pick(&NOTES)
            };
            (field.id.clone(), Private::new((*text).to_owned()))
        });
        let note = note.collect();
        (outcome.into(), note)
    }

    fn work(&mut self, agent: &AgentId, id: ItemId) -> Option<Event> {
        let item = self.watch.floor.item(id)?;
        if item.closed.is_some() {
            return None;
        }
        let (kind, attempts, flow, lane) = (item.new.kind, item.attempts, item.flow.clone(), item.new.lane.clone());
        let lane = flow.lane(&lane)?;
        let (outcome, note) = self.words(lane);
        let agent = if lane.clinical && self.chance.percent(70) { &self.clinician(lane, agent) } else { agent };
        let again = Due::Act(agent.clone(), Act::Work(id));
        Some(match self.chance.below(8) {
            0 => {
                self.later(Span::mins(1), Span::mins(30), again);
                Event::OwnerAsked { item: id, owner: agent.as_str().into() }
            }
            1..=4 if kind != ItemKind::NoteOwed => {
                if attempts < 4 && self.is_day() {
                    self.later(Span::mins(1), Span::hours(3), again);
                }
                Event::AttemptMade { item: id, outcome, note, by: Some(agent.clone()), promised: None }
            }
            _ => Event::ItemCloseAsked { item: id, outcome, note, by: Some(agent.clone()), promised: None },
        })
    }

    /// Somebody who serves this lane; if there is nobody, she herself.
    fn clinician(&mut self, lane: &Lane, otherwise: &AgentId) -> AgentId {
        let serves = |groups: &[_]| lane.serving.iter().flat_map(|tier| &tier.groups).any(|g| groups.contains(g));
        let members = self.practices.iter().flat_map(|practice| &practice.people.agents);
        let able: Vec<AgentId> = members.filter(|m| serves(&m.groups)).map(|m| m.id.clone()).collect();
        if able.is_empty() { otherwise.clone() } else { self.chance.pick(&able).clone() }
    }

    /// Her phone speaks of a call; most press 1.
    pub(super) fn at_the_whisper(&mut self, name: &CarrierCall, at: (LegId, u32)) {
        if self.chance.percent(self.swarm.drops / 3) {
            return self.end(name, LegEnd::Completed);
        }
        if self.chance.percent(self.swarm.declines) {
            return self.done(name, at, Input::Keys("2".into()));
        }
        if self.chance.percent(self.swarm.misses / 3) {
            // A mailbox presses nothing.
            return self.done(name, at, Input::Nothing);
        }
        let key = if self.chance.percent(5) { *self.chance.pick(&["5", "7"]) } else { "1" };
        self.done(name, at, Input::Keys(key.into()));
    }
}
