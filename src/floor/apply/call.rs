//! Calls from arrival to their last fact, and their place in the order.

use crate::floor::Floor;
use crate::floor::call::Call;
use crate::floor::call::Phase;
use crate::floor::call::Place;
use crate::floor::call::Side;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::Left;
use crate::floor::last_words::Parting;
use crate::floor::ledger::Account;
use crate::floor::timer::TimerName;
use crate::flow::HeadStart;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn call_arrived(&mut self, at: Timestamp, fact: &Fact) {
        let Fact::CallArrived { call, leg, practice, flow: _, carrier_call, caller, began } = fact else { return };
        // A call uses the version that is current at this fact, live and in recovery alike.
        let Some(flow) = self.practices.get(practice).map(|p| p.flow.clone()) else { return };
        self.minted.call = self.minted.call.max(call.0);
        self.ended.inbound += 1;
        *self.on_line.entry(practice.clone()).or_default() += 1;
        if began.is_none() {
            // Calls that were missed in a gap keep nobody out now.
            self.arrivals.entry(practice.clone()).or_default().note(at, caller.number.clone(), flow.limits.within);
        }
        let arrived = began.unwrap_or(at);
        let new = Call::new(*call, practice.clone(), flow, *leg, caller.clone(), arrived);
        self.calls.insert(*call, new);
        // Who has an open request is known, and is not asked again.
        let known = self.calls.get(call).and_then(|call| self.requests_of(call).newest());
        if let Some(standing) = known.map(|item| item.new.details.standing) {
            self.with_call(*call, |call| (call.repeat, call.details.standing) = (true, standing));
        }
        self.add_leg(*leg, *call, Side::Caller);
        self.leg_named(at, *leg, carrier_call);
    }

    pub(super) fn with_call(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.get_mut(&id) {
            change(call);
        }
    }

    /// Changes a call that may stand in the order; its place is taken anew.
    pub(in crate::floor) fn replace(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        self.leave_queue(id);
        self.with_call(id, change);
        self.enter_queue(id);
    }

    pub(super) fn enter_queue(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id).filter(|call| call.is_queued()) else { return };
        let (Some(key), Some(place), Some(lane)) = (call.key(), &call.place, call.lane()) else { return };
        let need = self.board.need(&call.language, lane, place.tier);
        if self.board.enter(key, need) && !call.is_calling() {
            *self.depths.entry((call.practice.clone(), lane.id.clone())).or_default() += 1;
        }
        match call.phase {
            Phase::Waiting => self.stirred.calls.push(id),
            _ => self.board.reserve(key),
        }
    }

    pub(super) fn leave_queue(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id).filter(|call| call.is_queued()) else { return };
        let (Some(key), Some(place)) = (call.key(), &call.place) else { return };
        let line = (call.practice.clone(), place.lane.clone());
        let is_calling = call.is_calling();
        if self.board.leave(key)
            && !is_calling
            && let Some(depth) = self.depths.get_mut(&line)
        {
            *depth -= 1;
            if *depth == 0 {
                self.depths.remove(&line);
            }
        }
    }

    /// A waiting call is offered, or an offered one waits again; its place in the order stays.
    pub(super) fn set_queued_phase(&mut self, id: CallId, phase: Phase) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.phase = phase;
        let Some(key) = call.key() else { return };
        if call.phase == Phase::Waiting {
            self.board.release(key);
            self.stirred.calls.push(id);
        } else {
            self.board.reserve(key);
        }
    }

    pub(super) fn queued(&mut self, at: Timestamp, id: CallId, fact: &Fact) {
        let Fact::Queued { lane, arrived, deadline, head_starts, .. } = fact else { return };
        self.leave_queue(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        let since = call.place.as_ref().map_or(at, |p| p.since);
        call.phase = Phase::Waiting;
        let flow = call.flow.clone();
        // A reason is one of its lane's.
        call.details.reason.take_if(|reason| !flow.lane(lane).is_some_and(|lane| lane.has_reason(reason)));
        call.place = Some(Place {
            lane: lane.clone(),
            arrived: *arrived,
            deadline: *deadline,
            head_starts: head_starts.clone(),
            since,
            tier: 0,
        });
        let forward = head_starts.iter().any(|(why, _)| *why == HeadStart::RepeatCaller);
        let tiers = call.lane().map_or(&[][..], |lane| &lane.serving);
        let open = tiers.iter().filter(|tier| since + tier.after <= at).count().max(1) - 1;
        if let Some(place) = &mut call.place {
            place.tier = u8::try_from(open).unwrap_or(u8::MAX);
        }
        if forward {
            self.put_forward(id);
        }
        self.enter_queue(id);
        self.set_wait_timers(at, id);
    }

    pub(super) fn set_wait_timers(&mut self, at: Timestamp, id: CallId) {
        self.clear_wait_timers(id);
        self.with_call(id, |call| call.overran = false);
        let Some((place, lane)) = self.calls.get(&id).and_then(|c| Some((c.place.as_ref()?, c.lane()?))) else {
            return;
        };
        self.timers.set(TimerName::WaitTooLong(id), at + lane.max_wait);
        if let Some(tier) = lane.serving.get(usize::from(place.tier) + 1) {
            self.timers.set(TimerName::TierOpens(id), place.since + tier.after);
        }
        self.set_ladder_timer(at, id);
    }

    pub(super) fn clear_wait_timers(&mut self, id: CallId) {
        self.timers.clear(&TimerName::WaitTooLong(id));
        self.timers.clear(&TimerName::TierOpens(id));
        self.timers.clear(&TimerName::LadderBegins(id));
        self.timers.clear(&TimerName::LadderAgain(id));
    }

    /// The call keeps its phone until the lease of whoever listens ends.
    pub(super) fn wait_overrun(&mut self, id: CallId, until: Timestamp) {
        self.with_call(id, |call| call.overran = true);
        self.timers.set(TimerName::WaitTooLong(id), until);
    }

    pub(super) fn urgent_flagged(&mut self, id: CallId, crisis: bool, by: &FlaggedBy) {
        self.replace(id, |call| {
            call.urgent = true;
            call.crisis |= crisis;
            if call.flagged_by.is_none() && !by.is_caller() {
                call.flagged_by = Some(by.clone());
            }
        });
    }

    pub(super) fn tier_opened(&mut self, id: CallId, tier: u8) {
        self.replace(id, |call| {
            if let Some(place) = &mut call.place {
                place.tier = tier;
            }
        });
        self.timers.clear(&TimerName::TierOpens(id));
        let Some((place, lane)) = self.calls.get(&id).and_then(|c| Some((c.place.as_ref()?, c.lane()?))) else {
            return;
        };
        if let Some(next) = lane.serving.get(usize::from(tier) + 1) {
            self.timers.set(TimerName::TierOpens(id), place.since + next.after);
        }
    }

    pub(super) fn call_closed(&mut self, at: Timestamp, id: CallId, outcome: &OutcomeId) {
        match self.calls.get(&id).map(|c| c.phase.clone()) {
            Some(Phase::Talking { .. }) => self.with_call(id, |call| call.closed = Some(outcome.clone())),
            Some(Phase::WrapUp { agent, leg }) => {
                self.note_service(at, id);
                self.account_for(at, id, Account::Answered);
                self.timers.clear(&TimerName::WrapUpLimit(id));
                self.part(at, &agent, leg);
            }
            Some(Phase::NoteOwed { .. }) => {
                self.account_for(at, id, Account::Answered);
                self.note_owed = self.note_owed.saturating_sub(1);
            }
            Some(Phase::Menu | Phase::Waiting | Phase::Offered(_) | Phase::Voicemail { .. }) | None => {}
        }
    }

    pub(super) fn call_lost(&mut self, id: CallId) {
        self.minted.call = self.minted.call.max(id.0);
        self.ended.inbound += 1;
        self.ended.items += 1;
    }

    pub(super) fn call_left(&mut self, at: Timestamp, id: CallId, how: Left) {
        self.leave_queue(id);
        self.clear_wait_timers(id);
        self.timers.clear(&TimerName::MessageOver(id));
        self.account_for(at, id, how.into());
    }

    /// The call leaves the floor. While its caller is still on the line it is kept, should it come back.
    pub(super) fn account_for(&mut self, at: Timestamp, id: CallId, account: Account) {
        let Some(call) = self.calls.remove(&id) else { return };
        if self.attempt_forgotten(at, id) {
            // Nobody rang in.
            return;
        }
        *self.ended.of(account) += 1;
        if let Some(leg) = self.legs.get_mut(&call.leg).filter(|leg| leg.is_up()) {
            leg.parting = Some(Box::new(Parting { call, account }));
        }
    }

    /// It is back in the menu, with its arrival; its new place follows as `Queued`.
    pub(super) fn call_resumed(&mut self, at: Timestamp, id: CallId, leg: LegId) {
        if let Some(parting) = self.legs.get_mut(&leg).and_then(|leg| leg.parting.take()) {
            let Parting { call, account } = *parting;
            let count = self.ended.of(account);
            *count = count.saturating_sub(1);
            self.calls.insert(id, Call { phase: Phase::Menu, closed: None, climb: None, ..call });
        } else if let Some(Phase::WrapUp { agent, leg }) = self.calls.get(&id).map(|call| call.phase.clone()) {
            self.timers.clear(&TimerName::WrapUpLimit(id));
            self.with_call(id, |call| (call.phase, call.climb) = (Phase::Menu, None));
            self.part(at, &agent, leg);
        }
    }
}
