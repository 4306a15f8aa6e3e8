//! Supervision: somebody listens in on a conversation, whispers to its assistant, or joins in.
//!
//! She asks; her phone is rung, and a key lets her in, for a mailbox must not listen to a patient. Each step is a fact:
//! the journal says who heard whom, when and how. One supervisor a conversation; her part ends with it, and her hang-up
//! disturbs nobody. Meanwhile she is offered no call.

use super::Floor;
use super::call::Call;
use super::call::Phase;
use super::effect::Refusal;
use super::fact::Fact;
use super::fact::supervision::Supervised;
use super::fact::supervision::SupervisionStep;
use super::staff::Line;
use super::treatment::Asked;
use super::treatment::Mode;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::flow::Reach;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

const NO_CONVERSATION: Refusal = Refusal::Conflict("this call has no conversation now");

/// A supervisor's part in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// The call.
    pub call: CallId,
    /// Her leg.
    pub leg: LegId,
    /// How she takes part.
    pub mode: Mode,
    /// Was she let in?
    pub joined: bool,
}

impl Floor {
    /// Who takes part in this call's conversation, or is about to.
    pub(super) fn supervisor_of(&self, call: CallId) -> Option<(&AgentId, &Supervision)> {
        self.supervisors.iter().find(|(_, part)| part.call == call)
    }

    fn supervision_on(&self, leg: LegId) -> Option<(AgentId, Supervision)> {
        self.supervisors.iter().find(|(_, part)| part.leg == leg).map(|(by, part)| (by.clone(), *part))
    }
}

impl Turn<'_> {
    pub(super) fn supervise_asked(&mut self, id: CallId, by: AgentId, mode: Option<Mode>) {
        if let Err(refusal) = self.floor.is_somebody(Some(&by)) {
            return self.refuse(refusal);
        }
        let part = self.floor.supervisors.get(&by).filter(|part| part.call == id).copied();
        match (mode, part) {
            (None, Some(part)) => self.let_supervisor_go(part.leg),
            (None, None) => self.refuse(Refusal::Conflict("she does not listen in on this call")),
            (Some(mode), Some(part)) => self.supervise_as(by, part, mode),
            (Some(mode), None) => match self.may_supervise(id, &by) {
                Ok(until) => {
                    let (leg, step) = (self.next_leg(), SupervisionStep::Asked);
                    self.fact(Fact::Supervised(Supervised { call: id, by, leg, step, mode, until: Some(until) }));
                }
                Err(refusal) => self.refuse(refusal),
            },
        }
    }

    /// Until when her phone may ring for it.
    // rule: who-may-listen
    fn may_supervise(&self, id: CallId, by: &AgentId) -> Result<Timestamp, Refusal> {
        let Some(agent) = self.floor.agents.get(by) else { return Err(Refusal::Unknown("assistant")) };
        let supervises = &agent.member.supervises;
        if supervises.is_empty() || agent.leaving {
            return Err(Refusal::NotHers("she may not listen in: her team file has no `supervises` for her"));
        }
        let known = id.0 > 0 && id.0 <= self.floor.minted.call;
        let over = if known { NO_CONVERSATION } else { Refusal::Unknown("call") };
        let Some((call, (assistant, _))) = self.call(id).and_then(|call| Some((call, conversation(call)?))) else {
            return Err(over);
        };
        let groups = self.floor.agents.get(&assistant).map_or(&[][..], |agent| &agent.member.groups);
        if !groups.iter().any(|group| supervises.contains(group)) {
            return Err(Refusal::NotHers(
                "she may not listen in on this assistant: `supervises` names none of her groups",
            ));
        }
        let busy = if assistant == *by {
            "it is her own conversation"
        } else if agent.state.is_busy() {
            "she has a call in hand, or her phone rings"
        } else if self.floor.staff_lines.contains_key(by) {
            "her phone is on the staff number"
        } else if self.floor.supervisors.contains_key(by) {
            "she listens in on another conversation"
        } else if self.floor.supervisor_of(id).is_some() {
            "somebody else listens in on this conversation"
        } else if agent.member.reach == Reach::Browser && !agent.softphone.rings() {
            "she is reached by browser, and her softphone is not open"
        } else {
            return Ok(self.now + call.flow.offers.ring);
        };
        Err(Refusal::Conflict(busy))
    }

    /// In another way.
    fn supervise_as(&mut self, by: AgentId, part: Supervision, mode: Mode) {
        if self.call(part.call).and_then(conversation).is_none() {
            return self.refuse(NO_CONVERSATION);
        }
        if part.mode == mode {
            return;
        }
        let Supervision { call, leg, joined, .. } = part;
        let step = if joined { SupervisionStep::Joined } else { SupervisionStep::Asked };
        self.fact(Fact::Supervised(Supervised { call, by, leg, step, mode, until: None }));
        if joined {
            self.let_supervisor_in(leg);
        }
    }

    /// Her phone was picked up, perhaps by a mailbox.
    pub(super) fn supervisor_answered(&mut self, leg: LegId) {
        let Some(line) = self.line(leg) else { return };
        self.ask_keys(&line, Asked::Supervise, Vec::new());
    }

    /// She is there.
    pub(super) fn supervise_key(&mut self, line: &Line, key: char) {
        if key != '1' {
            return self.keys_missed(line, &Asked::Supervise, Phrase::NotAChoice);
        }
        let Some((by, part)) = self.floor.supervision_on(line.leg) else { return };
        if self.call(part.call).and_then(conversation).is_none() {
            return self.leave(line, vec![Words::Phrase(Phrase::StaffSuperviseOver)]);
        }
        let (Supervision { call, leg, mode, .. }, step) = (part, SupervisionStep::Joined);
        self.fact(Fact::Supervised(Supervised { call, by, leg, step, mode, until: None }));
        self.let_supervisor_in(leg);
    }

    fn let_supervisor_in(&mut self, leg: LegId) {
        let Some((_, Supervision { call, mode, .. })) = self.floor.supervision_on(leg) else { return };
        let Some((call, (_, hers))) = self.call(call).and_then(|call| Some((call, conversation(call)?))) else {
            return;
        };
        let coached = self.floor.legs.get(&hers).and_then(|leg| leg.carrier_call.clone());
        let coached = coached.filter(|name| !CarrierCall::is_browser(name));
        let (call, round, language) = (call.id, call.round, call.flow.default_language().clone());
        if self.is_up(leg) {
            self.treat(leg, Treatment::Supervise { call, round, mode, coached, language });
        }
    }

    /// The assistant meets somebody in another room: whoever listens in follows her.
    pub(super) fn supervisor_follows(&mut self, call: CallId) {
        let part = self.floor.supervisor_of(call).map(|(_, part)| *part);
        if let Some(Supervision { leg, .. }) = part.filter(|part| part.joined) {
            self.let_supervisor_in(leg);
        }
    }

    /// Her room closed: the conversation is over, or cannot be heard where she is.
    pub(super) fn supervisor_left_alone(&mut self, leg: LegId) {
        self.last_words(leg, Phrase::StaffSuperviseOver);
    }

    /// She is not wanted any more, or did not pick up. A leg without a name was perhaps never created, and nothing
    /// would tell of its end.
    pub(super) fn let_supervisor_go(&mut self, leg: LegId) {
        let Some(found) = self.floor.legs.get(&leg).filter(|leg| leg.is_up()) else { return };
        let unnamed = found.carrier_call.is_none();
        if !found.unwanted {
            self.fact(Fact::LegUnwanted { leg });
        }
        if unnamed {
            self.supervisor_gone(leg);
        }
    }

    /// Her part is over.
    pub(super) fn supervisor_gone(&mut self, leg: LegId) {
        let Some((by, Supervision { call, mode, .. })) = self.floor.supervision_on(leg) else { return };
        self.fact(Fact::Supervised(Supervised { call, by, leg, step: SupervisionStep::Left, mode, until: None }));
    }
}

/// The assistant who speaks with the patient, and her leg.
fn conversation(call: &Call) -> Option<(AgentId, LegId)> {
    match &call.phase {
        Phase::Talking { agent, leg } => Some((agent.clone(), *leg)),
        _ => None,
    }
}
