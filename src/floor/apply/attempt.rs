//! Dialled attempts: when an item is looked at, the call that an attempt is, and what is left of it.

use crate::floor::Floor;
use crate::floor::call::Call;
use crate::floor::call::Phase;
use crate::floor::call::Place;
use crate::floor::call::Side;
use crate::floor::effect::Effect;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptEnd;
use crate::floor::fact::attempt::AttemptStep;
use crate::floor::outbound;
use crate::floor::outbound::Calling;
use crate::floor::outbound::PATIENT_RINGS;
use crate::floor::timer::TimerName;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;

impl Floor {
    /// An item that may be dialled is looked at as soon as it changed; when it is time, the turn decides.
    pub(in crate::floor) fn arm_callback(&mut self, at: Timestamp, id: ItemId) {
        let may = self.items.get(&id).is_some_and(|item| self.may_dial(item));
        match may {
            true => self.timers.set(TimerName::CallbackDue(id), at),
            false => self.timers.clear(&TimerName::CallbackDue(id)),
        }
    }

    /// Another flow may dial what the one before did not, or no longer.
    pub(super) fn arm_callbacks(&mut self, at: Timestamp) {
        for id in self.items.keys().copied().collect::<Vec<_>>() {
            self.arm_callback(at, id);
        }
    }

    pub(super) fn attempt_step(&mut self, at: Timestamp, attempt: &Attempt) {
        let Attempt { item, call, step } = attempt;
        match step {
            AttemptStep::Waits { until, why } => {
                if let Some(item) = self.items.get_mut(item) {
                    item.undialled = *why;
                }
                match until {
                    Some(until) => self.timers.set(TimerName::CallbackDue(*item), *until),
                    None => self.timers.clear(&TimerName::CallbackDue(*item)),
                }
            }
            AttemptStep::Began { number, until } => self.attempt_began(at, *item, *call, *number, *until),
            AttemptStep::Dialled { leg, until } => self.patient_dialled(at, *item, *call, *leg, *until),
            AttemptStep::Answered => self.patient_answered(*item, *call),
            AttemptStep::Ended { how, due_at } => self.attempt_ended(at, *item, *call, *how, *due_at),
        }
    }

    fn attempt_began(&mut self, at: Timestamp, id: ItemId, call: CallId, number: u8, until: Timestamp) {
        self.timers.clear(&TimerName::CallbackDue(id));
        self.minted.call = self.minted.call.max(call.0);
        let Some(item) = self.items.get_mut(&id) else { return };
        item.calling = Some(call);
        item.undialled = None;
        let new = &item.new;
        let place = Place {
            lane: new.lane.clone(),
            arrived: new.arrived,
            deadline: new.due_at,
            head_starts: Vec::new(),
            since: at,
            tier: 0,
        };
        let made = Call {
            calling: Some(Calling { item: id, number, until, leg: None, answered: false }),
            language: new.language.clone(),
            details: new.details.clone(),
            phase: Phase::Waiting,
            place: Some(place),
            ..Call::new(call, new.practice.clone(), item.flow.clone(), LegId::NONE, new.caller.clone(), at)
        };
        self.calls.insert(call, made);
        self.outbound.calls.insert(call, id);
        self.enter_queue(call);
        self.set_wait_timers(at, call);
        self.timers.set(TimerName::WaitTooLong(call), until);
    }

    fn patient_dialled(&mut self, at: Timestamp, item: ItemId, call: CallId, leg: LegId, until: Timestamp) {
        self.add_leg(leg, call, Side::Called);
        self.with_call(call, |call| {
            if let Some(calling) = &mut call.calling {
                calling.leg = Some(leg);
            }
        });
        let Some(item) = self.items.get(&item) else { return };
        let dial = Effect::CallPatient {
            leg,
            caller: item.new.caller.clone(),
            from: item.flow.numbers.first().cloned().unwrap_or_default(),
            ring: PATIENT_RINGS,
            since: at,
        };
        self.outbound.dials.entry(item.new.practice.clone()).or_default().note(at);
        let dial = self.put(dial);
        self.with_leg(leg, |l| l.dial = Some(dial));
        self.timers.set(TimerName::LegLingers(leg), until);
    }

    /// Counted now: whatever becomes of the conversation, the patient was called.
    fn patient_answered(&mut self, item: ItemId, call: CallId) {
        let Some(Calling { leg: Some(leg), .. }) = self.calls.get(&call).and_then(|call| call.calling) else { return };
        self.timers.clear(&TimerName::LegLingers(leg));
        self.with_call(call, |call| {
            call.leg = leg;
            if let Some(calling) = &mut call.calling {
                calling.answered = true;
            }
        });
        if let Some(item) = self.items.get_mut(&item) {
            item.attempts = item.attempts.saturating_add(1);
            item.last_outcome = Some(OutcomeId::from("answered"));
            item.kept.tried = true;
            item.unwritten = true;
        }
    }

    fn attempt_ended(&mut self, at: Timestamp, id: ItemId, call: CallId, how: AttemptEnd, due_at: Timestamp) {
        if let Some(item) = self.items.get_mut(&id) {
            if how.rang_in_vain() {
                item.attempts = item.attempts.saturating_add(1);
                item.kept.tried = true;
            }
            if how != AttemptEnd::Withdrawn {
                item.last_outcome = Some(OutcomeId::from(how.name()));
            }
            item.new.due_at = due_at;
        }
        self.leave_queue(call);
        self.clear_wait_timers(call);
        self.timers.clear(&TimerName::WrapUpLimit(call));
        let hers = match self.calls.get(&call).map(|call| &call.phase) {
            Some(Phase::Talking { agent, leg } | Phase::WrapUp { agent, leg }) => Some((agent.clone(), *leg)),
            _ => None,
        };
        self.note_service(at, call);
        self.calls.remove(&call);
        self.attempt_forgotten(at, call);
        if let Some((agent, leg)) = hers {
            self.part(at, &agent, leg);
        }
        let again = at + outbound::pause(how);
        if self.timers.is_set(&TimerName::CallbackDue(id)) {
            self.timers.set(TimerName::CallbackDue(id), again);
        }
    }

    /// The call is over, however: its item may be tried again.
    pub(super) fn attempt_forgotten(&mut self, at: Timestamp, call: CallId) -> bool {
        let Some(id) = self.outbound.calls.remove(&call) else { return false };
        if let Some(item) = self.items.get_mut(&id) {
            item.calling = None;
        }
        self.arm_callback(at, id);
        true
    }
}
