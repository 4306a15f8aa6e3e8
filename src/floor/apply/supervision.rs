//! Supervisions: whose leg listens in, and that she is offered nothing meanwhile.

use super::talk::LEFT_ALONE_MAX;
use crate::floor::Floor;
use crate::floor::acd::agent::AgentState;
use crate::floor::acd::agent::Softphone;
use crate::floor::call::Leg;
use crate::floor::call::Side;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::floor::fact::agent::NotReady;
use crate::floor::fact::supervision::Supervised;
use crate::floor::fact::supervision::SupervisionStep;
use crate::floor::supervision::Supervision;
use crate::floor::timer::TimerName;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn supervised(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::Supervised(Supervised { call, by, leg, step, mode, until }) = fact else { return };
        match (step, self.supervisors.get_mut(by).filter(|part| part.leg == *leg)) {
            (SupervisionStep::Left, _) => self.supervisor_left(at, *leg, by),
            (step, Some(part)) => {
                part.mode = *mode;
                part.joined |= *step == SupervisionStep::Joined;
            }
            (_, None) => {
                let part = Supervision { call: *call, leg: *leg, mode: *mode, joined: false };
                self.supervision_asked(at, by, part, *until);
            }
        }
    }

    fn supervision_asked(&mut self, at: Timestamp, by: &AgentId, part: Supervision, until: Option<Timestamp>) {
        let Supervision { call, leg, .. } = part;
        self.supervisors.insert(by.clone(), part);
        self.add_leg(leg, call, Side::Supervisor { agent: by.clone() });
        self.again_if_available(at, by);
        let (Some(call), Some(agent)) = (self.calls.get(&call), self.agents.get(by)) else { return };
        let softphone = agent.softphone.rings();
        let dial = Effect::Dial {
            leg,
            offer: OfferId::NONE,
            to: if softphone { Effect::softphone(by) } else { agent.member.address.clone() },
            from: call.flow.numbers.first().cloned().unwrap_or_default(),
            ring: until.map_or(call.flow.offers.ring, |until| until - at),
            since: at,
        };
        let dial = self.put(dial);
        self.with_leg(leg, |l| l.dial = Some(dial));
        if let Some(until) = until {
            self.timers.set(TimerName::LegLingers(leg), until);
        }
    }

    /// Her part is over, if it is hers on this leg. She is what she was, unless nobody could hear her any more.
    pub(super) fn supervisor_left(&mut self, at: Timestamp, leg: LegId, by: &AgentId) {
        if self.supervisors.get(by).is_none_or(|part| part.leg != leg) {
            return;
        }
        self.supervisors.remove(by);
        let Some(agent) = self.agents.get(by) else { return };
        if matches!(agent.state, AgentState::NotReady { reason: NotReady::Supervising, .. }) {
            let silent = AgentState::NotReady { reason: NotReady::SoftphoneSilent, until: None };
            let is_lost = matches!(agent.softphone, Softphone::Lost(_));
            self.set_agent(by, if is_lost { silent } else { AgentState::Available { since: at } });
        }
    }

    /// A conversation is over: so is listening in on it, even if the carrier does not ask.
    pub(super) fn supervisor_lingers(&mut self, at: Timestamp, call: CallId) {
        let leg: Option<LegId> = self.supervisor_of(call).map(|(_, part)| part.leg);
        if let Some(leg) = leg.filter(|leg| self.legs.get(leg).is_some_and(Leg::is_up)) {
            self.timers.set(TimerName::LegLingers(leg), at + LEFT_ALONE_MAX);
        }
    }
}
