//! Planted bugs: what a slip in the core would do, to see that the simulation finds it.
//!
//! The room is compiled with the feature `planted` only. A bug spoils one of four things on its way: an event as it
//! is heard, a fact as it is decided, the state after a fact is applied, the state after recovery. So the code that
//! answers calls is read without them.

use std::sync::Arc;

use super::Floor;
use super::acd::refusal;
use super::call::Call;
use super::call::Phase;
use super::call::Side;
use super::effect::Effect;
use super::event::Event;
use super::event::Input;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::fact::consult::ConsultStep;
use super::fact::consult::Consulted;
use super::fact::hold::HoldEnd;
use super::fact::why::PassedOver;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A slip somebody might make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A webhook of an earlier treatment is taken for one of the current treatment.
    RepetitionHeard,
    /// A key pressed after the lease is taken for the assistant's next lease.
    LateKeyHeard,
    /// A transfer begins the wait anew.
    ArrivalLostOnTransfer,
    /// A head start is named, but not taken off the deadline.
    HeadStartNotCounted,
    /// Urgent calls are placed by their deadline alone.
    UrgentByDeadlineOnly,
    /// Among idle assistants the last by name is chosen, not the longest idle.
    IdleByName,
    /// In a later tier an assistant who does not speak the caller's language is rung.
    LanguageIgnoredInLaterTier,
    /// Who hangs up first decides whether there is time to write.
    WrapUpForgotten,
    /// Who redials gets an item beside the one that is open.
    ItemBesideTheOpenOne,
    /// Callbacks are due by the clock, at night too.
    DueWhenClosed,
    /// The caller is told another time than the item has.
    PromiseOfAnotherTime,
    /// The caller hung up while the phone rang: the offer stays.
    OfferLeftBehind,
    /// A leg whose phone was picked up is not hung up when its offer is over.
    HangUpForgotten,
    /// A call whose join failed is counted as left, and waits on.
    JoinFailureDropped,
    /// A call that comes back from a failed offer goes to the tail.
    RequeuedAtTail,
    /// The next tier opens after half its time.
    TierOpensEarly,
    /// A picked-up phone has no end of its lease.
    WhisperNeverEnds,
    /// A call whose join failed may wait for ever.
    WaitWithoutEnd,
    /// A push that is done stays outstanding.
    EffectStaysOutstanding,
    /// Calls go on with a new version of the flow.
    FlowNotPinned,
    /// Attempts are not counted.
    AttemptsNotCounted,
    /// Words in mid-wait leave the call in its routine lane.
    UrgentInRoutineLane,
    /// Ringing phones have no end of their lease after a recovery.
    OffersNotRearmed,
    /// Owed notes are counted twice after a recovery.
    OwedCountedTwice,
    /// After a restart the clock may go back.
    ClockSetBack,
    /// One of two phones takes an urgent call, and the other rings on.
    OtherPhoneRingsOn,
    /// Whoever flagged an item closes it in a nurse's name.
    FlaggerCloses,
    /// An attempt of anybody puts clinical work off.
    AnybodyPutsOff,
    /// With a new owner an item is urgent no longer.
    FlagLostWithOwner,
    /// A warm transfer begins the wait anew.
    ArrivalLostOnWarmTransfer,
    /// A call that was handed over stays with whoever gave it away.
    HandedToTheFirst,
    /// The assistant hangs up, and her patient stays on hold.
    LeftOnHold,
    /// Colleagues are asked to take a call over for ever.
    AskingNeverEnds,
    /// The core panics when a caller presses 8.
    PanicsAtEight,
    /// The core panics when a call is to be open to the next tier.
    PanicsAtNextTier,
}

impl Bug {
    /// Those that a simulation must find. The others end the process: they are for tests of the real binary, which
    /// plants what `CARELANE_PLANTED` names.
    pub const ALL: [Self; 33] = [
        Self::RepetitionHeard,
        Self::LateKeyHeard,
        Self::ArrivalLostOnTransfer,
        Self::HeadStartNotCounted,
        Self::UrgentByDeadlineOnly,
        Self::IdleByName,
        Self::LanguageIgnoredInLaterTier,
        Self::WrapUpForgotten,
        Self::ItemBesideTheOpenOne,
        Self::DueWhenClosed,
        Self::PromiseOfAnotherTime,
        Self::OfferLeftBehind,
        Self::HangUpForgotten,
        Self::JoinFailureDropped,
        Self::RequeuedAtTail,
        Self::TierOpensEarly,
        Self::WhisperNeverEnds,
        Self::WaitWithoutEnd,
        Self::EffectStaysOutstanding,
        Self::FlowNotPinned,
        Self::AttemptsNotCounted,
        Self::UrgentInRoutineLane,
        Self::OffersNotRearmed,
        Self::OwedCountedTwice,
        Self::ClockSetBack,
        Self::OtherPhoneRingsOn,
        Self::FlaggerCloses,
        Self::AnybodyPutsOff,
        Self::FlagLostWithOwner,
        Self::ArrivalLostOnWarmTransfer,
        Self::HandedToTheFirst,
        Self::LeftOnHold,
        Self::AskingNeverEnds,
    ];

    /// The bug that the real binary is to have.
    pub fn named(name: &str) -> Option<Self> {
        [Self::PanicsAtEight, Self::PanicsAtNextTier].into_iter().find(|bug| format!("{bug:?}") == name)
    }
}

impl Floor {
    /// An empty floor with this bug.
    pub fn with(bug: Bug) -> Self {
        Self { planted: Some(bug), ..Self::default() }
    }

    /// Is it this bug that is planted?
    pub fn has(&self, bug: Bug) -> bool {
        self.planted == Some(bug)
    }

    /// An event as the bug hears it.
    pub(super) fn misheard(&self, event: Event) -> Event {
        let event = if self.planted == Some(Bug::FlaggerCloses) { self.in_another_name(event) } else { event };
        let Event::TreatmentEnded { leg, serial, input } = event else { return event };
        assert!(
            self.planted != Some(Bug::PanicsAtEight) || input != Input::Keys("8".into()),
            "a planted bug: somebody pressed 8"
        );
        let heard = match self.planted {
            Some(Bug::RepetitionHeard) => self.legs.get(&leg).map(|found| (leg, found.serial())),
            Some(Bug::LateKeyHeard) if input == Input::Keys("1".into()) => self.next_lease(leg),
            _ => None,
        };
        let (leg, serial) = heard.unwrap_or((leg, serial));
        Event::TreatmentEnded { leg, serial, input }
    }

    /// A flagged item that its flagger closes, as if the first of the clinical group did.
    fn in_another_name(&self, event: Event) -> Event {
        let Event::ItemCloseAsked { item: id, outcome, note, by, promised } = event else { return event };
        let item =
            self.items.get(&id).filter(|item| item.new.flagged_by.as_ref().and_then(|f| f.agent()) == by.as_ref());
        let others = |agent: &&crate::vocab::AgentId| Some(*agent) != by.as_ref();
        let able =
            |agent: &&crate::vocab::AgentId| item.is_some_and(|item| self.may_close_item(item, Some(agent)).is_ok());
        let by = self.agents.keys().filter(others).find(able).cloned().or(by);
        Event::ItemCloseAsked { item: id, outcome, note, by, promised }
    }

    /// The leg of the offer that the assistant has after the one of this leg.
    fn next_lease(&self, leg: LegId) -> Option<(LegId, u32)> {
        let Side::Agent { agent, offer } = &self.legs.get(&leg)?.side else { return None };
        if self.offers.contains_key(offer) {
            return None;
        }
        let next = self.offers.values().find(|next| next.agent == *agent && next.answered)?.leg;
        Some((next, self.legs.get(&next)?.serial()))
    }

    /// A fact as the bug decides it; `None` if it is forgotten.
    pub(super) fn misdecided(&self, now: Timestamp, mut fact: Fact) -> Option<Fact> {
        let Some(bug) = self.planted else { return Some(fact) };
        match (bug, &mut fact) {
            (Bug::ArrivalLostOnTransfer, Fact::Queued { arrived, deadline, how: Route::Transfer, .. }) => {
                *deadline = *deadline + (now - *arrived);
                *arrived = now;
            }
            (Bug::HeadStartNotCounted, Fact::Queued { deadline, head_starts, .. }) => {
                *deadline = head_starts.iter().fold(*deadline, |at, (_, span)| at + *span);
            }
            (Bug::UrgentByDeadlineOnly | Bug::IdleByName | Bug::LanguageIgnoredInLaterTier, Fact::OfferMade { .. }) => {
                self.misoffered(&mut fact);
            }
            (Bug::WrapUpForgotten, Fact::TalkEnded { by: Party::Caller, wrap_up_until, .. }) => *wrap_up_until = None,
            (Bug::ItemBesideTheOpenOne, Fact::ItemJoined { item, call, .. }) => {
                let mut new = self.items.get(item)?.new.clone();
                (new.item, new.call) = (ItemId(self.minted.item + 1), *call);
                fact = Fact::ItemOpened(Box::new(new));
            }
            (Bug::DueWhenClosed, Fact::ItemOpened(new)) if !new.urgent && new.kind != ItemKind::NoteOwed => {
                let within = self.calls.get(&new.call).and_then(|call| call.flow.lane(&new.lane));
                new.due_at = now + within.map_or(Span::ZERO, |lane| lane.callback_within);
                new.promised = new.promised.map(|_| new.due_at);
            }
            (Bug::PromiseOfAnotherTime, Fact::LegTreated { treatment: Treatment::Goodbye { words, .. }, .. }) => {
                for words in words {
                    if let Words::Promise(_, at) = words {
                        *at = *at + Span::mins(1);
                    }
                }
            }
            (Bug::OfferLeftBehind, Fact::OfferEnded { offer, outcome: OfferOutcome::Withdrawn }) => {
                let caller = self.calls.get(&self.offers.get(offer)?.call)?.leg;
                if !self.legs.get(&caller)?.is_up() {
                    return None;
                }
            }
            (Bug::HangUpForgotten, Fact::LegUnwanted { leg }) => {
                let answered = |leg: &super::call::Leg| leg.serial() > 0;
                if self.legs.get(leg).is_some_and(answered) {
                    return None;
                }
            }
            (Bug::OtherPhoneRingsOn, Fact::OfferEnded { offer, outcome: OfferOutcome::Withdrawn }) => {
                if self.calls.get(&self.offers.get(offer)?.call)?.agent().is_some() {
                    return None;
                }
            }
            (Bug::AnybodyPutsOff, Fact::ItemAttempted { item, due_at, .. }) => {
                let item = self.items.get(item)?;
                *due_at = super::work::rhythm::next_step(&item.flow, &item.rhythm(), item.attempts + 1, now);
            }
            (Bug::JoinFailureDropped, Fact::JoinFailed { .. }) => return None,
            (Bug::LeftOnHold, Fact::HoldEnded { how: HoldEnd::AssistantLeft, .. }) => return None,
            (Bug::ArrivalLostOnWarmTransfer | Bug::HandedToTheFirst, Fact::Consulted(Consulted { step, .. })) => {
                misconsulted(bug, now, step);
            }
            (Bug::PanicsAtNextTier, Fact::TierOpened { .. }) => panic!("a planted bug: a tier opens"),
            (Bug::UrgentInRoutineLane, Fact::Queued { call, lane, how: Route::Urgent, .. }) => {
                if let Some(place) = self.calls.get(call).and_then(|call| call.place.as_ref()) {
                    *lane = place.lane.clone();
                }
            }
            _ => {}
        }
        Some(fact)
    }

    /// Another call, or another assistant, than the order says.
    fn misoffered(&self, fact: &mut Fact) {
        let Fact::OfferMade { call, agent, why, .. } = fact else { return };
        let waiting = |id: &CallId| self.calls.get(id).filter(|call| call.phase == Phase::Waiting);
        match self.planted {
            Some(Bug::UrgentByDeadlineOnly) => {
                let Some(member) = self.agents.get(agent).map(|agent| agent.member.clone()) else { return };
                let hers = self.calls.values().filter(|c| waiting(&c.id).is_some() && refusal(&member, c).is_none());
                let deadline = |call: &&Call| call.place.as_ref().map(|place| (place.deadline, call.id));
                *call = hers.min_by_key(deadline).map_or(*call, |first| first.id);
            }
            Some(Bug::IdleByName) => {
                let Some(found) = waiting(call) else { return };
                let able = |agent: &&super::acd::agent::Agent| refusal(&agent.member, found).is_none();
                let last = self.ready().filter_map(|id| self.agents.get(id)).filter(able).map(|a| &a.member.id).max();
                *agent = last.unwrap_or(agent).clone();
            }
            Some(Bug::LanguageIgnoredInLaterTier) if why.tier > 0 => {
                let Some(found) = waiting(call) else { return };
                let mute = |id: &&crate::vocab::AgentId| {
                    let member = self.agents.get(*id).map(|agent| &agent.member);
                    member.is_some_and(|member| refusal(member, found) == Some(PassedOver::Language))
                };
                *agent = self.ready().find(mute).unwrap_or(agent).clone();
            }
            _ => {}
        }
    }

    /// Spoils the state after a fact was applied, live and in recovery alike.
    pub(super) fn misapplied(&mut self, at: Timestamp, fact: &Fact) {
        match (self.planted, fact) {
            (Some(Bug::RequeuedAtTail), Fact::OfferEnded { outcome, .. }) if *outcome != OfferOutcome::Accepted => {
                if let Some(id) = self.stirred.calls.last().copied() {
                    self.replace_at(id, at);
                }
            }
            (Some(Bug::TierOpensEarly), Fact::Queued { call, .. }) => {
                let name = TimerName::TierOpens(*call);
                if self.timers.is_set(&name) {
                    let next = self.calls.get(call).and_then(|call| {
                        let place = call.place.as_ref()?;
                        Some(place.since + Span(call.lane()?.serving.get(usize::from(place.tier) + 1)?.after.0 / 2))
                    });
                    self.timers.set(name, next.unwrap_or(at).max(at));
                }
            }
            (Some(Bug::AskingNeverEnds), Fact::Consulted(Consulted { call, step: ConsultStep::Began { .. } })) => {
                self.timers.clear(&TimerName::ConsultOver(*call))
            }
            (Some(Bug::WhisperNeverEnds), Fact::OfferAnswered { offer, .. }) => {
                self.timers.clear(&TimerName::OfferExpires(*offer));
            }
            (Some(Bug::WaitWithoutEnd), Fact::JoinFailed { call }) => self.timers.clear(&TimerName::WaitTooLong(*call)),
            (Some(Bug::EffectStaysOutstanding), Fact::EffectSettled { effect }) => {
                if let Some((leg, carrier_call)) = self.live_legs().first().cloned() {
                    let serial = self.legs.get(&leg).map_or(1, super::call::Leg::serial);
                    self.effects.insert(*effect, Effect::Redirect { leg, carrier_call, serial });
                }
            }
            (Some(Bug::FlowNotPinned), Fact::FlowLoaded(file)) => {
                for call in self.calls.values_mut().filter(|call| call.practice == file.flow.practice) {
                    if call.flow.lanes.len() == file.flow.lanes.len() {
                        call.flow = Arc::clone(&file.flow);
                    }
                }
            }
            (Some(Bug::FlagLostWithOwner), Fact::ItemOwned { item, .. }) => {
                if let Some(item) = self.items.get_mut(item) {
                    (item.new.urgent, item.new.flagged_by) = (false, None);
                }
            }
            (Some(Bug::AttemptsNotCounted), Fact::ItemAttempted { item, .. }) => {
                if let Some(item) = self.items.get_mut(item) {
                    item.attempts = item.attempts.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// Gives a waiting call a deadline as if it had just come.
    fn replace_at(&mut self, id: CallId, at: Timestamp) {
        let Some(call) = self.calls.get(&id) else { return };
        let (Some(place), Some(lane)) = (call.place.clone(), call.lane().cloned()) else { return };
        let deadline = at + lane.answer_within;
        self.replace(id, |call| call.place = Some(super::call::Place { deadline, ..place }));
    }

    /// Spoils the state after the last fact of a journal.
    pub(super) fn misrecovered(&mut self) {
        match self.planted {
            Some(Bug::OffersNotRearmed) => {
                let offers: Vec<_> = self.offers.keys().copied().collect();
                offers.into_iter().for_each(|offer| self.timers.clear(&TimerName::OfferExpires(offer)));
            }
            Some(Bug::OwedCountedTwice) if self.note_owed > 0 => self.note_owed += 1,
            _ => {}
        }
    }
}

/// A step of a warm transfer as the bug decides it.
fn misconsulted(bug: Bug, now: Timestamp, step: &mut ConsultStep) {
    match (bug, step) {
        (Bug::ArrivalLostOnWarmTransfer, ConsultStep::Began { arrived, deadline, .. }) => {
            *deadline = *deadline + (now - *arrived);
            *arrived = now;
        }
        (Bug::HandedToTheFirst, ConsultStep::Completed { from, to, .. }) => *to = from.clone(),
        _ => {}
    }
}
