//! The view: plain data about the floor for the API, the console and gauges.
//!
//! Doors see this, and of a flow what an assistant works by; nothing else of the floor. Numbers stay `Number`: whoever
//! shows one must say `reveal`.

use std::sync::Arc;

use super::Floor;
use super::acd::agent::AgentState;
use super::call::Call;
pub use super::call::Held;
use super::call::Phase;
use super::call::Side;
use super::consult::Consult;
use super::details::Details;
use super::fact::contact::ContactKept;
use super::ledger::Ledger;
pub use super::outbound::Calling;
use super::rota;
pub use super::rota::Hole;
use super::treatment::Mode;
use super::treatment::Treatment;
use super::work::item::Item;
use super::work::promise::Promise;
pub use crate::floor::supervision::Supervision;
pub use crate::floor::work::letter::Answerable;
use crate::flow::OnCall;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::Number;
use crate::vocab::OfferId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// One snapshot of the floor.
#[derive(Clone, Debug)]
pub struct View {
    /// The practices.
    pub practices: Vec<PracticeView>,
    /// Every lane of every practice.
    pub lanes: Vec<LaneView>,
    /// The assistants.
    pub agents: Vec<AgentView>,
    /// Open work items.
    pub items: Vec<ItemView>,
    /// Calls not closed, wrap-up included.
    pub calls: Vec<CallView>,
    /// Where the inbound calls are.
    pub ledger: Ledger,
}

/// A practice.
#[derive(Clone, Debug)]
pub struct PracticeView {
    /// Its id.
    pub id: PracticeId,
    /// Its name.
    pub name: Arc<str>,
    /// Numbers patients dial.
    pub numbers: Vec<Arc<str>>,
    /// Its team's on-call ladder.
    pub on_call: Option<Arc<OnCall>>,
    /// The number assistants dial.
    pub staff_number: Option<Arc<str>>,
}

/// A lane with those who wait in it.
#[derive(Clone, Debug)]
pub struct LaneView {
    /// The practice.
    pub practice: PracticeId,
    /// The lane.
    pub lane: LaneId,
    /// Those who wait, in serving order; a call being offered still waits.
    pub waiting: Vec<WaitingView>,
    /// Assistants who serve it in any tier.
    pub agents: Vec<AgentId>,
}

/// A waiting call.
#[derive(Clone, Debug)]
pub struct WaitingView {
    /// The call.
    pub call: CallId,
    /// The carrier's name for its leg.
    pub carrier_call: Option<CarrierCall>,
    /// The number, if it is known.
    pub caller: Option<Number>,
    /// The caller's language.
    pub language: Language,
    /// Urgent?
    pub urgent: bool,
    /// When the request arrived.
    pub arrived_at: Timestamp,
    /// Its deadline.
    pub deadline: Timestamp,
}

/// An assistant.
#[derive(Clone, Debug)]
pub struct AgentView {
    /// Her id.
    pub id: AgentId,
    /// Her name.
    pub name: Arc<str>,
    /// `available` and so on.
    pub state: &'static str,
    /// Why she is not ready.
    pub reason: Option<&'static str>,
    /// When she is ready again by herself.
    pub until: Option<Timestamp>,
    /// Her phone.
    pub address: Arc<str>,
    /// Is she rung at her softphone?
    pub softphone: bool,
    /// Her leg there, its name, and whether it was answered.
    pub browser_leg: Option<(LegId, CarrierCall, bool)>,
    /// Her groups.
    pub groups: Vec<Arc<str>>,
    /// Her languages.
    pub languages: Vec<Language>,
    /// The call she is with or being offered.
    pub call: Option<CallId>,
    /// Groups on whose assistants' conversations she may listen in.
    pub may_supervise: Vec<Arc<str>>,
    /// The conversation she listens in on, or is rung for.
    pub supervises: Option<Supervision>,
}

/// A work item.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// Its id.
    pub id: ItemId,
    /// Everything else.
    pub item: Item,
}

/// A call.
#[derive(Clone, Debug)]
pub struct CallView {
    /// Its id.
    pub call: CallId,
    /// The carrier's name for the patient's leg.
    pub carrier_call: Option<CarrierCall>,
    /// `menu` and so on.
    pub state: &'static str,
    /// The practice called.
    pub practice: PracticeId,
    /// The lane, once chosen.
    pub lane: Option<LaneId>,
    /// The caller's language.
    pub language: Language,
    /// Urgent?
    pub urgent: bool,
    /// Does the caller have an open request?
    pub repeat: bool,
    /// Who calls, for whom and why, as far as it is known.
    pub details: Details,
    /// What is on record about the caller's number.
    pub contact: Option<ContactKept>,
    /// The caller's open items, newest first.
    pub open_items: Vec<ItemId>,
    /// By when the caller was promised a callback before this call, and by whom.
    pub promise: Option<Promise>,
    /// When it reached us.
    pub arrived_at: Timestamp,
    /// While it waits: since when, as the whisper counts it.
    pub waiting_since: Option<Timestamp>,
    /// Its arrival and the lane's target, once a lane is chosen.
    pub answer_by: Option<Timestamp>,
    /// The end of the wait that its caller was told of, if one was.
    pub told_until: Option<Timestamp>,
    /// Was it ever joined with an assistant?
    pub answered: bool,
    /// The offers by which it is rung.
    pub offers: Vec<OfferId>,
    /// The assistant it is with, or rung to; of two the lane's own.
    pub agent: Option<AgentId>,
    /// On hold in its conversation.
    pub held: Option<Held>,
    /// A warm transfer under way.
    pub consult: Option<ConsultView>,
    /// Nobody rang in: the attempt that it is.
    pub calling: Option<Calling>,
    /// Who listens in, and how.
    pub supervised_by: Option<(AgentId, Mode)>,
    /// Is its conversation being recorded?
    pub recorded: bool,
}

/// A warm transfer.
#[derive(Clone, Debug)]
pub struct ConsultView {
    /// Whose people are asked.
    pub lane: LaneId,
    /// `asking` and so on.
    pub state: &'static str,
    /// Whoever is rung, or talks with its assistant.
    pub agent: Option<AgentId>,
    /// Since when.
    pub since: Timestamp,
}

impl PracticeView {
    /// Who holds each rung of the on-call ladder now.
    pub fn on_call_now(&self, now: Timestamp) -> Vec<Option<AgentId>> {
        let ladder = self.on_call.iter().flat_map(|ladder| (0..ladder.rungs.len()).map(move |rung| (ladder, rung)));
        ladder.map(|(ladder, rung)| rota::on_duty(ladder, rung, now).cloned()).collect()
    }

    /// When, in the coming 7 days, a rung of the ladder is nobody's.
    pub fn on_call_holes(&self, now: Timestamp) -> Vec<Hole> {
        self.on_call.as_ref().map_or_else(Vec::new, |ladder| rota::holes(ladder, now, rota::LOOK_AHEAD))
    }

    /// How long that is, rung by rung; without a ladder all of the 7 days.
    pub fn nobody_on_call(&self, now: Timestamp) -> Span {
        if self.on_call.is_none() {
            return rota::LOOK_AHEAD;
        }
        self.on_call_holes(now).iter().fold(Span::ZERO, |sum, hole| sum + (hole.to - hole.from))
    }
}

impl Floor {
    /// One snapshot.
    pub fn view(&self) -> View {
        let practices = self.practices.values().map(|p| PracticeView {
            id: p.flow.practice.clone(),
            name: p.flow.name.clone(),
            numbers: p.flow.numbers.clone(),
            on_call: self.ladders.get(&p.flow.team).cloned(),
            staff_number: p.flow.staff_number.clone(),
        });
        View {
            practices: practices.collect(),
            lanes: self.lane_views(),
            agents: self.agents.values().map(|a| self.agent_view(a)).collect(),
            items: self.items.values().filter(|i| i.closed.is_none()).map(item_view).collect(),
            calls: self.calls.values().map(|c| self.call_view(c)).collect(),
            ledger: self.ledger(),
        }
    }

    /// Callers whose phone is not down, by leg, with their call; the last says whether that is accounted for already.
    pub fn on_the_line(&self) -> impl Iterator<Item = (LegId, CallView, bool)> {
        self.legs.values().filter(|leg| leg.is_up() && leg.side == Side::Caller).filter_map(|leg| match &leg.parting {
            Some(parting) => Some((leg.id, self.call_view(&parting.call), true)),
            None => Some((leg.id, self.call_view(self.calls.get(&leg.call)?), false)),
        })
    }

    /// Assistants who are ready for a call, longest idle first.
    pub fn ready(&self) -> impl Iterator<Item = &AgentId> {
        self.board.idle()
    }

    /// One item, open or closed within the last day.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(&id)
    }

    fn lane_views(&self) -> Vec<LaneView> {
        let mut lanes: Vec<LaneView> = Vec::new();
        for practice in self.practices.values() {
            for lane in &practice.flow.lanes {
                let serves = |groups: &[crate::vocab::GroupId]| {
                    lane.serving.iter().any(|t| t.groups.iter().any(|g| groups.contains(g)))
                };
                lanes.push(LaneView {
                    practice: practice.flow.practice.clone(),
                    lane: lane.id.clone(),
                    waiting: Vec::new(),
                    agents: self
                        .agents
                        .values()
                        .filter(|a| serves(&a.member.groups))
                        .map(|a| a.member.id.clone())
                        .collect(),
                });
            }
        }
        for key in self.board.in_order() {
            let callers = self.calls.get(&key.call).filter(|call| !call.is_calling());
            let Some((call, place)) = callers.and_then(|c| Some((c, c.place.as_ref()?))) else {
                continue;
            };
            let waiting = WaitingView {
                call: call.id,
                carrier_call: self.legs.get(&call.leg).and_then(|leg| leg.carrier_call.clone()),
                caller: call.caller.number.clone(),
                language: call.language.clone(),
                urgent: call.urgent,
                arrived_at: place.arrived,
                deadline: place.deadline,
            };
            match lanes.iter_mut().find(|l| l.practice == call.practice && l.lane == place.lane) {
                Some(lane) => lane.waiting.push(waiting),
                // A lane that a newer flow no longer has is shown while calls still wait in it.
                None => lanes.push(LaneView {
                    practice: call.practice.clone(),
                    lane: place.lane.clone(),
                    waiting: vec![waiting],
                    agents: Vec::new(),
                }),
            }
        }
        lanes
    }

    fn agent_view(&self, agent: &super::acd::agent::Agent) -> AgentView {
        let call = match &agent.state {
            AgentState::Offered(offer) => self.offers.get(offer).map(|o| o.call),
            AgentState::Talking(call) | AgentState::WrapUp(call) => Some(*call),
            AgentState::LoggedOut
            | AgentState::NotReady { .. }
            | AgentState::Available { .. }
            | AgentState::Parting(_) => None,
        };
        let (reason, until) = match &agent.state {
            AgentState::NotReady { reason, until } => (Some(reason.reason()), *until),
            _ => (None, None),
        };
        AgentView {
            id: agent.member.id.clone(),
            name: agent.member.name.clone(),
            state: self.state_name(&agent.state),
            reason,
            until,
            address: agent.member.address.clone(),
            softphone: agent.softphone.rings(),
            browser_leg: self.browser_leg(agent),
            groups: agent.member.groups.iter().map(|g| g.as_str().into()).collect(),
            languages: agent.member.languages.clone(),
            call,
            may_supervise: agent.member.supervises.iter().map(|g| g.as_str().into()).collect(),
            supervises: self.supervisors.get(&agent.member.id).copied(),
        }
    }

    fn browser_leg(&self, agent: &super::acd::agent::Agent) -> Option<(LegId, CarrierCall, bool)> {
        let (leg, answered) = match &agent.state {
            AgentState::Offered(offer) => self.offers.get(offer).map(|o| (o.leg, o.answered))?,
            AgentState::Talking(call) => {
                let call = self.calls.get(call)?;
                match (call.colleague().filter(|(colleague, _)| **colleague == agent.member.id), &call.phase) {
                    (Some((_, leg)), _) => (leg, true),
                    (None, Phase::Talking { leg, .. }) => (*leg, true),
                    _ => return None,
                }
            }
            _ => {
                let leg = self.supervisors.get(&agent.member.id)?.leg;
                (leg, self.legs.get(&leg)?.serial() > 0)
            }
        };
        let found = self.legs.get(&leg).filter(|leg| leg.is_up())?;
        let carrier_call = found.carrier_call.clone().filter(CarrierCall::is_browser)?;
        Some((leg, carrier_call, answered))
    }

    /// An assistant whose part is over is on the phone until it is down: in conversation, or still ringing.
    fn state_name(&self, state: &AgentState) -> &'static str {
        let spoke = |leg: &super::call::Leg| leg.given.iter().any(|t| matches!(**t, Treatment::Connected { .. }));
        match state {
            AgentState::Parting(leg) if !self.legs.get(leg).is_some_and(spoke) => "offered",
            state => state.name(),
        }
    }

    fn consult_view(&self, consult: &Consult) -> ConsultView {
        let rung = consult.offer().and_then(|offer| self.offers.get(&offer)).map(|offer| offer.agent.clone());
        let agent = consult.colleague().map(|(agent, _)| agent.clone()).or(rung);
        ConsultView { lane: consult.place.lane.clone(), state: consult.state(), agent, since: consult.since }
    }

    fn call_view(&self, call: &Call) -> CallView {
        let (state, agent) = match &call.phase {
            Phase::Menu => ("menu", None),
            Phase::Voicemail { .. } => ("voicemail", None),
            Phase::Waiting | Phase::Offered(_) => {
                match call.offers().next().and_then(|offer| self.offers.get(&offer)) {
                    Some(offer) => ("offered", Some(offer.agent.clone())),
                    None => ("waiting", None),
                }
            }
            Phase::Talking { agent, .. } => ("talking", Some(agent.clone())),
            Phase::WrapUp { agent, .. } | Phase::NoteOwed { agent, .. } => ("wrap_up", Some(agent.clone())),
        };
        CallView {
            call: call.id,
            carrier_call: self.legs.get(&call.leg).and_then(|leg| leg.carrier_call.clone()),
            state,
            practice: call.practice.clone(),
            lane: call.place.as_ref().map(|p| p.lane.clone()),
            language: call.language.clone(),
            urgent: call.urgent,
            repeat: call.repeat,
            details: call.details.clone(),
            contact: self.contact_of(&call.practice, &call.caller).map(|contact| contact.kept.clone()),
            open_items: self.requests_of(call).ids(),
            promise: self.requests_of(call).promise(call),
            arrived_at: call.arrived,
            waiting_since: call.place.as_ref().filter(|_| call.is_queued()).map(|p| p.since),
            answer_by: call.place.as_ref().map(|p| p.head_starts.iter().fold(p.deadline, |by, (_, s)| by + *s)),
            told_until: call.told_until,
            answered: call.round > 0,
            offers: call.offers().collect(),
            agent,
            held: call.held,
            consult: call.consult.as_ref().map(|consult| self.consult_view(consult)),
            calling: call.calling,
            recorded: Self::is_taped(call),
            supervised_by: self
                .supervisor_of(call.id)
                .filter(|(_, part)| part.joined)
                .map(|(by, part)| (by.clone(), part.mode)),
        }
    }
}

fn item_view(item: &Item) -> ItemView {
    ItemView { id: item.new.item, item: item.clone() }
}
