//! Who is where: what many tasks must look up without asking the desk.
//!
//! It is a shadow of the floor, written only by the desk after each commit. No guard leaves a method, so nobody can
//! hold one across an await.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use dashmap::DashMap;

use super::rooms::Rooms;
use super::softphones::Softphones;
use super::streams::Streams;
use super::tapes::Tapes;
use crate::floor::Floor;
use crate::floor::call::Side;
use crate::floor::details::Subject;
use crate::floor::effect::Outbox;
use crate::floor::fact::Fact;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptStep;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::floor::fact::supervision::Supervised;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LegId;

/// Carrier calls, wanted effects, media streams, softphones, where each call stands in the journal, and whose PIN is
/// awaited.
#[derive(Debug, Default)]
pub struct Directory {
    legs: DashMap<CarrierCall, LegId>,
    wanted: DashMap<EffectId, ()>,
    spans: RwLock<Spans>,
    flows: DashMap<Arc<str>, Arc<Flow>>,
    staff: DashMap<LegId, AgentId>,
    streams: Streams,
    rooms: Rooms,
    softphones: Softphones,
    tapes: Tapes,
}

/// First and last entry about each call. Calls are numbered one by one, so their number is the place.
#[derive(Debug, Default)]
struct Spans {
    /// The call of the first place.
    first: u64,
    spans: VecDeque<(u64, u64)>,
}

/// Calls whose place in the journal is kept: 16 bytes each, years of a practice.
const SPANS_MAX: usize = 2_000_000;
/// The place of a call that no entry is about; entries are numbered from 1.
const NOWHERE: (u64, u64) = (0, 0);

impl Spans {
    fn get(&self, call: CallId) -> Option<(u64, u64)> {
        let place = call.0.checked_sub(self.first)?;
        self.spans.get(usize::try_from(place).ok()?).copied().filter(|span| *span != NOWHERE)
    }

    fn note(&mut self, call: CallId, seq: u64) {
        if self.spans.is_empty() {
            self.first = call.0;
        }
        let Some(place) = call.0.checked_sub(self.first).and_then(|place| usize::try_from(place).ok()) else { return };
        match self.spans.get_mut(place) {
            Some(span) => span.1 = seq,
            None if place < 2 * SPANS_MAX => {
                self.spans.resize(place, NOWHERE);
                self.spans.push_back((seq, seq));
            }
            // Such a gap is from a damaged journal: nothing is known of the call.
            None => {}
        }
        if self.spans.len() > SPANS_MAX {
            self.spans.pop_front();
            self.first += 1;
        }
    }
}

impl Directory {
    /// Is this carrier call one of our legs?
    pub fn knows(&self, carrier_call: &CarrierCall) -> bool {
        self.legs.contains_key(carrier_call)
    }

    /// The leg that the carrier calls so.
    pub fn leg(&self, carrier_call: &CarrierCall) -> Option<LegId> {
        self.legs.get(carrier_call).map(|leg| *leg)
    }

    /// Whose PIN would open this leg: the assistant from whose phone the staff number was called.
    pub fn staff(&self, leg: LegId) -> Option<AgentId> {
        self.staff.get(&leg).map(|agent| agent.clone())
    }

    /// Legs with media streams.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Assistants' phones in browsers.
    pub fn softphones(&self) -> &Softphones {
        &self.softphones
    }

    /// Conversations held here.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// Messages recorded here.
    pub fn tapes(&self) -> &Tapes {
        &self.tapes
    }

    /// Must this effect still be carried out?
    pub fn wants(&self, effect: EffectId) -> bool {
        self.wanted.contains_key(&effect)
    }

    /// The flow that answers this number of ours.
    pub fn flow_of(&self, number: &str) -> Option<Arc<Flow>> {
        self.flows.get(number).map(|flow| Arc::clone(&flow))
    }

    /// First and last journal entry about a call.
    pub fn span(&self, call: CallId) -> Option<(u64, u64)> {
        self.spans.read().unwrap_or_else(PoisonError::into_inner).get(call)
    }

    /// Takes over what one entry changed.
    pub(super) fn note(&self, seq: u64, facts: &[Fact], floor: &Floor) {
        let mut spans = self.spans.write().unwrap_or_else(PoisonError::into_inner);
        let of_leg = |leg| floor.leg(leg).map(|leg| leg.call).filter(|call| *call != CallId::NONE);
        for fact in facts {
            if let Some(call) = call_of(fact, &of_leg) {
                spans.note(call, seq);
            }
            match fact {
                Fact::CallArrived { leg, carrier_call, .. } | Fact::LegNamed { leg, carrier_call } => {
                    self.legs.insert(carrier_call.clone(), *leg);
                }
                Fact::StaffArrived { leg, carrier_call, agent, .. } => {
                    self.legs.insert(carrier_call.clone(), *leg);
                    agent.clone().map(|agent| self.staff.insert(*leg, agent));
                }
                Fact::LegEnded { leg, .. } => {
                    self.staff.remove(leg);
                    self.streams.forget(*leg);
                    self.softphones.quiet(*leg);
                    // Of an assistant's leg the end of the conversation tells.
                    if let Some(caller) = floor.leg(*leg).filter(|leg| matches!(leg.side, Side::Caller | Side::Called))
                    {
                        self.rooms.end(caller.call);
                    }
                }
                Fact::LegTreated { leg, treatment: Treatment::Connected { call, round, .. }, .. }
                    if floor
                        .leg(*leg)
                        .and_then(|leg| leg.carrier_call.as_ref())
                        .is_some_and(CarrierCall::is_browser) =>
                {
                    self.rooms.keep_here(*call, *round);
                }
                Fact::HoldBegan { call, .. } => self.rooms.hold(*call, floor.round(*call), true),
                // The patient stays on hold, wherever the two assistants meet.
                Fact::Consulted(Consulted { call, step: ConsultStep::Accepted { .. } }) => {
                    self.rooms.hold(*call, floor.round(*call), true);
                }
                Fact::HoldEnded { call, .. } => self.rooms.hold(*call, floor.round(*call), false),
                Fact::TalkEnded { call, .. } | Fact::Transferred { call, .. } | Fact::JoinFailed { call } => {
                    self.rooms.end(*call);
                }
                Fact::Attempt(Attempt { call, step: AttemptStep::Ended { .. }, .. }) => self.rooms.end(*call),
                _ => {}
            }
            if let Fact::FlowLoaded(file) = fact {
                self.flows.retain(|_, flow| flow.practice != file.flow.practice);
                for number in &file.flow.numbers {
                    self.flows.insert(number.clone(), Arc::clone(&file.flow));
                }
            }
        }
    }

    /// Takes over which effects are wanted; before any of them is handed out.
    pub(super) fn want(&self, out: &Outbox) {
        for (effect, _) in &out.effects {
            self.wanted.insert(*effect, ());
        }
        for effect in &out.settled {
            self.wanted.remove(effect);
        }
    }

    /// After recovery: every effect not yet confirmed.
    pub(super) fn recovered(&self, floor: &Floor) {
        for (effect, _) in floor.outstanding() {
            self.wanted.insert(effect, ());
        }
    }
}

/// The call a fact is about, if it is about one; `leg_call` says whose a leg is.
pub(super) fn call_of(fact: &Fact, leg_call: &dyn Fn(LegId) -> Option<CallId>) -> Option<CallId> {
    match fact {
        Fact::CallArrived { call, .. }
        | Fact::InputMissed { call }
        | Fact::LanguageChosen { call, .. }
        | Fact::UrgentFlagged { call, .. }
        | Fact::Queued { call, .. }
        | Fact::TierOpened { call, .. }
        | Fact::OfferMade { call, .. }
        | Fact::TalkBegan { call, .. }
        | Fact::TalkEnded { call, .. }
        | Fact::Transferred { call, .. }
        | Fact::JoinFailed { call }
        | Fact::CallClosed { call, .. }
        | Fact::ItemJoined { call, .. }
        | Fact::VoicemailBegan { call, .. }
        | Fact::LadderBegan { call }
        | Fact::LadderEnded { call, .. }
        | Fact::DetailsKnown { of: Subject::Call(call), .. }
        | Fact::CallLeft { call, .. }
        | Fact::WaitOverrun { call, .. }
        | Fact::CallResumed { call, .. }
        | Fact::HoldBegan { call, .. }
        | Fact::HoldReminded { call }
        | Fact::HoldEnded { call, .. }
        | Fact::Supervised(Supervised { call, .. })
        | Fact::Consulted(Consulted { call, .. })
        | Fact::CallLost { call } => Some(*call),
        Fact::ItemOpened(new) => Some(new.call).filter(|call| *call != CallId::NONE),
        Fact::Attempt(attempt) => Some(attempt.call).filter(|call| *call != CallId::NONE),
        Fact::EventQuarantined { call, .. } => *call,
        Fact::Taped(taped) => taped.call(),
        Fact::LegTreated { leg, .. }
        | Fact::LegNamed { leg, .. }
        | Fact::LegUnwanted { leg }
        | Fact::MessageBegan { leg, .. }
        | Fact::RecordingAwaited { leg, .. }
        | Fact::LegAsked { leg, .. }
        | Fact::LineLost { leg, .. }
        | Fact::LineBack { leg }
        | Fact::AskUnanswered { leg }
        | Fact::LegEnded { leg, .. } => leg_call(*leg),
        // Their entries also hold a fact that names the leg or the call.
        Fact::OfferAnswered { .. } | Fact::OfferRung { .. } | Fact::OfferEnded { .. } => None,
        Fact::FloorOpened(_) | Fact::FlowLoaded(_) | Fact::TeamLoaded(_) | Fact::AgentChanged { .. } => None,
        Fact::SoftphoneHeard { .. } | Fact::SoftphoneUnheard { .. } | Fact::SoftphoneLost { .. } => None,
        Fact::ItemAttempted { .. } | Fact::ItemClosed { .. } | Fact::ItemOwned { .. } => None,
        Fact::ItemFlagged { .. } | Fact::ItemChanged { .. } | Fact::LetterCame(_) => None,
        Fact::RecordingNamed { .. } | Fact::RecordingEmpty { .. } | Fact::RecordingDelayed { .. } => None,
        Fact::RecordingTried { .. } | Fact::RecordingStored { .. } | Fact::RecordingDropped { .. } => None,
        Fact::StaffArrived { .. } | Fact::StaffKnown { .. } | Fact::PinRefused { .. } => None,
        Fact::GapFound { .. } | Fact::GapRead => None,
        Fact::DetailsKnown { of: Subject::Item(_), .. }
        | Fact::StrangerEnded { .. }
        | Fact::RecordingPlayed { .. }
        | Fact::EffectSettled { .. }
        | Fact::AskedOnce { .. }
        | Fact::ContactKept(_)
        | Fact::KeyExpired(_)
        | Fact::JournalSalvaged(_) => None,
    }
}
