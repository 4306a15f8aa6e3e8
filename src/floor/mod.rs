//! The core: calls, queues, agents, offers and work items of one floor.
//!
//! `handle` takes what happened and decides; each decision is a fact, applied at once. `apply` is the only place
//! where state changes, so folding the journal's facts gives the same floor again, outstanding effects included.
//! No clock, lock, task, socket, log, randomness or hash order: time comes with the event.

pub mod acd;
mod admission;
mod apply;
mod asked_once;
pub mod call;
mod clinical;
mod complaint;
pub mod consult;
pub mod contact;
pub mod details;
pub mod effect;
pub mod event;
pub mod fact;
mod gap;
pub mod hours;
mod intake;
pub mod invariant;
mod ivr;
mod ladder;
pub mod last_words;
pub mod ledger;
mod letter;
mod line;
mod offering;
mod on_hold;
pub mod outbound;
#[cfg(feature = "planted")]
pub mod planted;
mod quarantine;
mod request;
mod retention;
mod rota;
mod salvage;
mod softphone;
mod staff;
mod standing;
mod state;
pub mod supervision;
pub mod taping;
pub mod timer;
mod toll;
mod tongue;
pub mod treatment;
mod turn;
pub mod view;
mod voicemail;
mod window;
pub mod work;
mod worklist;
pub mod wrapup;
mod write_up;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::flow::Flow;
use crate::flow::OnCall;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::FloorId;
use crate::vocab::GroupId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::NumberKey;
use crate::vocab::OfferId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

use acd::agent::Agent;
use acd::offer::Offer;
use call::Call;
use call::Leg;
use call::Phase;
use details::Subject;
use effect::Effect;
use effect::Outbox;
use event::Event;
use ledger::Ledger;
use timer::TimerName;
use turn::Turn;
use work::item::Item;

/// The practices whose calls share one pool of assistants, with everything that is going on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floor {
    id: Option<FloorId>,
    practices: BTreeMap<PracticeId, Practice>,
    numbers: BTreeMap<Arc<str>, PracticeId>,
    /// Since when each number is ours to answer: calls before that are others' business.
    served_since: BTreeMap<Arc<str>, Timestamp>,
    team_hashes: BTreeMap<crate::vocab::TeamId, Arc<str>>,
    /// Each team's on-call ladder.
    ladders: BTreeMap<crate::vocab::TeamId, Arc<OnCall>>,
    agents: BTreeMap<AgentId, Agent>,
    /// Numbers on which assistants sign in and out.
    staff_numbers: BTreeMap<Arc<str>, PracticeId>,
    /// Assistants on the staff number, PIN given: no call is offered to them until they hang up.
    staff_lines: BTreeMap<AgentId, LegId>,
    /// Who listens in on whose conversation: no call is offered to them until they leave it.
    supervisors: BTreeMap<AgentId, supervision::Supervision>,
    /// Wrong PINs of late.
    pins: BTreeMap<AgentId, staff::PinTries>,
    /// Signed-in agents of each group: a lane with none in any tier is unstaffed.
    signed_in: BTreeMap<GroupId, usize>,
    calls: BTreeMap<CallId, Call>,
    note_owed: u64,
    /// How long each lane's calls have kept an assistant of late.
    service: BTreeMap<(PracticeId, LaneId), acd::ewt::Service>,
    /// Who waits, who is idle, and who fits whom.
    board: acd::board::Board,
    /// How many wait, by practice and lane.
    depths: BTreeMap<(PracticeId, LaneId), usize>,
    offers: BTreeMap<OfferId, Offer>,
    items: BTreeMap<ItemId, Item>,
    /// Open items by number and practice: a caller with one is a repeat caller.
    requests: BTreeMap<(NumberKey, PracticeId), BTreeSet<ItemId>>,
    legs: BTreeMap<LegId, Leg>,
    /// Callers whose line is up, by practice.
    on_line: BTreeMap<PracticeId, usize>,
    arrivals: BTreeMap<PracticeId, admission::Arrivals>,
    tongues: tongue::Tongues,
    contacts: contact::Contacts,
    by_carrier: BTreeMap<CarrierCall, LegId>,
    /// Calls that ended before we saw them begin.
    strangers: BTreeSet<CarrierCall>,
    /// What was asked with a key, by the key.
    asked: BTreeMap<Arc<str>, Arc<str>>,
    /// What is kept only for late duplicates, oldest first.
    parted: VecDeque<(Timestamp, Parted)>,
    timers: timer::Timers,
    effects: BTreeMap<EffectId, Effect>,
    /// Attempts that carelane dials.
    outbound: outbound::Outbound,
    ended: Ledger,
    minted: Minted,
    /// Effects born since the last `handle`, for its outbox; not part of the state.
    fresh: Vec<EffectId>,
    /// Effects settled since the last `handle`, for its outbox; not part of the state.
    settled: Vec<EffectId>,
    /// Calls and agents that became free to be matched; not part of the state.
    stirred: Stirred,
    /// Since when calls may be known to the carrier only.
    gap_since: Option<Timestamp>,
    /// Does the audio of the carrier's legs come to us, so that conversations can be recorded?
    tapes: bool,
    /// The deadline that is just being decided about; not part of the state.
    in_hand: Option<TimerName>,
    /// A bug to be found by the simulation.
    #[cfg(feature = "planted")]
    planted: Option<planted::Bug>,
}

/// One practice on the floor.
#[derive(Clone, Debug, PartialEq)]
struct Practice {
    hash: Arc<str>,
    flow: Arc<Flow>,
}

/// The last number of each kind given out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Minted {
    call: u64,
    leg: u64,
    offer: u64,
    item: u64,
    effect: u64,
    contact: u64,
}

/// What is kept a day for late duplicates.
#[derive(Clone, Debug, PartialEq)]
enum Parted {
    Leg(LegId),
    Item(ItemId),
    Stranger(CarrierCall),
    Asked(Arc<str>),
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stirred {
    calls: Vec<CallId>,
    agents: Vec<AgentId>,
    /// The last one of some group signed out.
    unstaffed: bool,
}

impl Floor {
    /// Takes what happened at `now`; facts, effects and the answer go to `out`. Cannot fail.
    pub fn handle(&mut self, now: Timestamp, event: Event, out: &mut Outbox) {
        #[cfg(feature = "planted")]
        let event = self.misheard(event);
        let mut turn = Turn::new(self, now, out);
        turn.take(event);
        loop {
            turn.leave_unstaffed_lanes();
            turn.distribute();
            if !turn.floor.stirred.unstaffed {
                break;
            }
        }
        self.in_hand = None;
        let fresh = std::mem::take(&mut self.fresh);
        let born = fresh.into_iter().filter_map(|id| Some((id, self.effects.get(&id)?.clone())));
        out.effects.extend(born);
        out.settled.append(&mut self.settled);
    }

    /// When the floor wants a `TimePassed`, and why.
    pub fn next_timeout(&self) -> Option<(Timestamp, TimerName)> {
        self.timers.next().map(|(at, name)| (at, name.clone()))
    }

    /// Since when calls may be known to the carrier only; nothing if its list was read.
    pub fn gap_since(&self) -> Option<Timestamp> {
        self.gap_since
    }

    /// Every deadline that has passed at `now`, in order.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &TimerName> {
        self.timers.due(now)
    }

    /// After a panic of `handle`: the deadline that it was deciding about, if it was one.
    pub fn in_hand(&self) -> Option<&TimerName> {
        self.in_hand.as_ref()
    }

    /// Every effect not yet confirmed: what recovery must send again, after reconciling.
    pub fn outstanding(&self) -> impl Iterator<Item = (EffectId, &Effect)> {
        self.effects.iter().map(|(id, effect)| (*id, effect))
    }

    /// After the last fact of a journal: forgets what only a running `handle` needs.
    pub fn recovered(&mut self) {
        self.fresh.clear();
        self.settled.clear();
        self.stirred = Stirred::default();
        #[cfg(feature = "planted")]
        self.misrecovered();
    }

    /// This floor's name; absent only before its first event.
    pub fn id(&self) -> Option<&FloorId> {
        self.id.as_ref()
    }

    /// The leg with this id, for rendering its treatments.
    pub fn leg(&self, id: LegId) -> Option<&Leg> {
        self.legs.get(&id)
    }

    /// The leg the carrier calls by this name.
    pub fn leg_of(&self, carrier_call: &CarrierCall) -> Option<&Leg> {
        self.legs.get(self.by_carrier.get(carrier_call)?)
    }

    /// Legs that are up as far as we know, with the carrier's names: after a restart it must be asked about them.
    pub fn live_legs(&self) -> Vec<(LegId, CarrierCall)> {
        let up = self.legs.values().filter(|leg| leg.is_up());
        up.filter_map(|leg| Some((leg.id, leg.carrier_call.clone()?))).collect()
    }

    /// Is any practice served?
    pub fn has_practices(&self) -> bool {
        !self.practices.is_empty()
    }

    /// The version of this practice's flow that new calls get.
    pub fn flow_hash(&self, practice: &PracticeId) -> Option<&Arc<str>> {
        self.practices.get(practice).map(|p| &p.hash)
    }

    /// This practice's flow as new calls get it.
    pub fn flow(&self, practice: &PracticeId) -> Option<&Arc<Flow>> {
        self.practices.get(practice).map(|p| &p.flow)
    }

    /// Every practice's flow as new calls get it.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.practices.values().map(|practice| &practice.flow)
    }

    /// The practice an event is about, before it is handled: whose key seals its personal texts.
    pub fn practice_of(&self, event: &Event) -> Option<&PracticeId> {
        match event {
            Event::CallArrived { dialled, .. } | Event::CallMissed { dialled, .. } => {
                self.numbers.get(dialled).or_else(|| self.staff_numbers.get(dialled))
            }
            Event::TreatmentEnded { leg, .. }
            | Event::TreatmentFetched { leg, .. }
            | Event::LegAnswered { leg, .. }
            | Event::LegFoundOver { leg }
            | Event::LineLost { leg }
            | Event::LegStatus { leg: Some(leg), .. } => self.legs.get(leg).map(|leg| &leg.flow.practice),
            Event::LegStatus { leg: None, carrier_call, .. } => self.leg_of(carrier_call).map(|leg| &leg.flow.practice),
            Event::CallCloseAsked { call, .. }
            | Event::TransferAsked { call, .. }
            | Event::HoldAsked { call }
            | Event::SuperviseAsked { call, .. }
            | Event::ConsultAsked { call, .. }
            | Event::ResumeAsked { call } => self.calls.get(call).map(|call| &call.practice),
            Event::RecordingReported { leg, .. } | Event::MessageBegan { leg, .. } | Event::TapeBegan { leg, .. } => {
                self.legs.get(leg).map(|leg| &leg.flow.practice)
            }
            Event::AttemptMade { item, .. }
            | Event::ItemCloseAsked { item, .. }
            | Event::OwnerAsked { item, .. }
            | Event::ItemAsked { item, .. }
            | Event::PlaybackAsked { item, .. } => self.items.get(item).map(|item| &item.new.practice),
            Event::DetailsTold { of: Subject::Call(call), .. } | Event::UrgentAsked { of: Subject::Call(call), .. } => {
                self.calls.get(call).map(|call| &call.practice)
            }
            Event::DetailsTold { of: Subject::Item(item), .. } | Event::UrgentAsked { of: Subject::Item(item), .. } => {
                self.items.get(item).map(|item| &item.new.practice)
            }
            Event::ContactTold(told) => self.practices.get_key_value(&told.practice).map(|(id, _)| id),
            Event::CallDamaged { practice, .. }
            | Event::TapeAsked { practice, .. }
            | Event::LetterCame { practice, .. } => self.practices.get_key_value(practice).map(|(id, _)| id),
            Event::Poisoned { event, .. } | Event::AskedOnce { asked: event, .. } => self.practice_of(event),
            Event::FloorOpened(_)
            | Event::FlowOffered(_)
            | Event::TeamOffered(_)
            | Event::EffectConfirmed { .. }
            | Event::EffectFailed { .. }
            | Event::RecordingFetched { .. }
            | Event::AgentStateAsked { .. }
            | Event::SoftphoneHeard { .. }
            | Event::SoftphoneUnheard { .. }
            | Event::TimePassed
            | Event::GapFound { .. }
            | Event::GapRead
            | Event::TapeKept { .. }
            | Event::TapingFound { .. }
            | Event::KeyFound(_)
            | Event::JournalSalvaged(_) => None,
        }
    }

    /// Where the inbound calls are.
    pub fn ledger(&self) -> Ledger {
        let in_progress =
            (self.calls.len().saturating_sub(self.outbound.calls.len()) as u64).saturating_sub(self.note_owed);
        Ledger { in_progress, items: self.ended.items + self.note_owed, ..self.ended }
    }

    /// A lane is staffed while anybody of any tier is signed in.
    fn is_staffed(&self, lane: &crate::flow::Lane) -> bool {
        lane.serving.iter().flat_map(|tier| &tier.groups).any(|group| self.signed_in.contains_key(group))
    }

    /// How many wait in a lane, those being offered included.
    fn depth(&self, practice: &PracticeId, lane: &LaneId) -> usize {
        self.depths.get(&(practice.clone(), lane.clone())).copied().unwrap_or(0)
    }

    /// Which conversation of a call this is, from 1.
    pub fn round(&self, call: CallId) -> u32 {
        self.calls.get(&call).map_or(0, |call| call.round)
    }

    fn is_waiting(&self, call: CallId) -> bool {
        let asks = |call: &call::Call| call.consult.as_ref().is_some_and(|c| c.stage == consult::Stage::Asking);
        self.calls.get(&call).is_some_and(|c| c.phase == Phase::Waiting || asks(c))
    }
}
