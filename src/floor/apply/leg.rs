//! Legs: what they are given, how they are named, and how they end.

use std::sync::Arc;

use crate::floor::Floor;
use crate::floor::Parted;
use crate::floor::acd::agent::AgentState;
use crate::floor::call::Leg;
use crate::floor::call::Side;
use crate::floor::effect::Effect;
use crate::floor::event::LegEnd;
use crate::floor::line::ASKS_MAX;
use crate::floor::timer::TimerName;
use crate::floor::treatment::Opening;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// After its last words a leg that did not end by itself is hung up.
const LAST_WORDS_MAX: Span = Span::secs(30);
/// Last words that must be pushed get longer: the push is tried for a minute, in which a caller in a queue fetches the
/// next document.
const LAST_WORDS_PUSHED_MAX: Span = Span::secs(90);
/// While the carrier does not tell, each pause is twice the one before, up to this.
const ASK_AGAIN_MAX: Span = Span::hours(1);
/// The longest question and its answer; then the phone is gone, and nobody told us.
const KEYS_MAX: Span = Span::mins(3);

impl Floor {
    pub(super) fn add_leg(&mut self, id: LegId, call: CallId, side: Side) {
        let Some(flow) = self.calls.get(&call).map(|c| c.flow.clone()) else { return };
        self.new_leg(id, call, flow, side);
    }

    pub(super) fn new_leg(&mut self, id: LegId, call: CallId, flow: Arc<Flow>, side: Side) {
        self.minted.leg = self.minted.leg.max(id.0);
        let leg = Leg {
            id,
            call,
            flow,
            side,
            carrier_call: None,
            given: Vec::new(),
            ended: None,
            unwanted: false,
            dial: None,
            push: None,
            hang_up: None,
            message: None,
            recording: None,
            ask: None,
            sought: None,
            unanswered: 0,
            parting: None,
        };
        self.legs.insert(id, leg);
    }

    pub(super) fn with_leg(&mut self, id: LegId, change: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.get_mut(&id) {
            change(leg);
        }
    }

    pub(super) fn leg_treated(&mut self, at: Timestamp, id: LegId, treatment: &Treatment, pushed: bool) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let asked_again = leg.current().is_some_and(|before| is_same_question(before, treatment));
        leg.given.push(Arc::new(treatment.clone()));
        leg.unanswered = 0;
        let (serial, up, name, call) = (leg.serial(), leg.is_up(), leg.carrier_call.clone(), leg.call);
        if let Some(superseded) = leg.push.take() {
            self.drop_effect(superseded);
        }
        self.timers.clear(&TimerName::LegLingers(id));
        if !up {
            return;
        }
        if let (true, Some(carrier_call)) = (pushed, name) {
            let push = self.put(Effect::Redirect { leg: id, carrier_call, serial });
            self.with_leg(id, |l| l.push = Some(push));
        }
        match silence_max(treatment) {
            Some(silence) => self.timers.set(TimerName::LegSilent(id), at + silence),
            None => self.timers.clear(&TimerName::LegSilent(id)),
        }
        match treatment {
            Treatment::Goodbye { .. } => {
                let within = if pushed { LAST_WORDS_PUSHED_MAX } else { LAST_WORDS_MAX };
                self.timers.set(TimerName::LegLingers(id), at + within);
            }
            Treatment::Keys { .. } => self.timers.set(TimerName::LegLingers(id), at + KEYS_MAX),
            Treatment::Menu { opening: Opening::Greeting | Opening::Plain, .. } if !asked_again => {
                self.with_call(call, |c| c.missed_inputs = 0);
            }
            Treatment::Announce { words, .. } if words.iter().any(|w| matches!(w, Words::Script(_))) => {
                self.with_call(call, |c| c.self_served = true);
            }
            Treatment::Hold { .. } => {
                let told = treatment.told_wait().map(|wait| at + wait);
                self.with_call(call, |c| c.told_until = told.or(c.told_until));
            }
            Treatment::Menu { opening, .. } if opening.is_turned_away() => {
                let caller = self.calls.get(&call).map(|c| (c.practice.clone(), c.caller.number.clone()));
                if let Some((practice, number)) = caller
                    && let Some(arrivals) = self.arrivals.get_mut(&practice)
                {
                    arrivals.take_back(&number);
                }
            }
            _ => {}
        }
    }

    pub(super) fn leg_named(&mut self, at: Timestamp, id: LegId, carrier_call: &CarrierCall) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.carrier_call = Some(carrier_call.clone());
        self.by_carrier.insert(carrier_call.clone(), id);
        let dial = leg.dial.take();
        // After its last words it ends by itself.
        let parting = matches!(leg.current(), Some(Treatment::Goodbye { .. }));
        let hang_up = leg.unwanted && !parting;
        if let Some(dial) = dial {
            self.drop_effect(dial);
        }
        if hang_up {
            self.leg_unwanted(at, id);
        }
    }

    pub(super) fn leg_unwanted(&mut self, at: Timestamp, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.unwanted = true;
        let obsolete = [leg.dial.take(), leg.push.take(), leg.ask.take(), leg.sought.take()];
        let hang_up = match (&leg.carrier_call, leg.ended, leg.hang_up) {
            (Some(name), None, None) => Some(Effect::HangUp { leg: id, carrier_call: name.clone() }),
            _ => None,
        };
        if leg.carrier_call.is_none() {
            // Perhaps it was never created; if it was, its name comes with a callback.
            self.parted.push_back((at, Parted::Leg(id)));
        }
        for effect in obsolete.into_iter().flatten() {
            self.drop_effect(effect);
        }
        self.timers.clear(&TimerName::LegLingers(id));
        self.timers.clear(&TimerName::LegSilent(id));
        if let Some(hang_up) = hang_up {
            let effect = self.put(hang_up);
            self.with_leg(id, |l| l.hang_up = Some(effect));
        }
    }

    pub(super) fn leg_ended(&mut self, at: Timestamp, id: LegId, end: LegEnd) {
        self.timers.clear(&TimerName::LegLingers(id));
        self.timers.clear(&TimerName::LegSilent(id));
        self.timers.clear(&TimerName::LineLost(id));
        self.parted.push_back((at, Parted::Leg(id)));
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.ended = Some(end);
        leg.parting = None;
        let side = leg.side.clone();
        if side == Side::Caller
            && let Some(lines) = self.on_line.get_mut(&leg.flow.practice)
        {
            *lines = lines.saturating_sub(1);
        }
        let held = [leg.dial.take(), leg.push.take(), leg.hang_up.take(), leg.ask.take(), leg.sought.take()];
        for effect in held.into_iter().flatten() {
            self.drop_effect(effect);
        }
        if let Side::Agent { agent, .. } = &side
            && self.agents.get(agent).is_some_and(|a| a.state == AgentState::Parting(id))
        {
            self.free_agent(at, agent);
        } else if let Side::Staff { agent: Some(agent), .. } = side {
            self.staff_hung_up(at, id, &agent);
        } else if let Side::Supervisor { agent } = side {
            self.supervisor_left(at, id, &agent);
        }
    }

    /// The push of a treatment is done or given up: last words need no more time now than any others.
    pub(super) fn pushed(&mut self, at: Timestamp, id: LegId) {
        if self.legs.get(&id).is_some_and(|leg| matches!(leg.current(), Some(Treatment::Goodbye { .. }))) {
            self.timers.set(TimerName::LegLingers(id), at + LAST_WORDS_MAX);
        }
    }

    /// The question goes out anew each time: an answer that never came is not waited for.
    pub(super) fn leg_asked(&mut self, at: Timestamp, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let (name, unanswered) = (leg.carrier_call.clone(), leg.ask.take());
        leg.unanswered = leg.unanswered.saturating_add(u8::from(unanswered.is_some()));
        let again = |silence: Span| Span(silence.0 << leg.unanswered.min(ASKS_MAX)).min(ASK_AGAIN_MAX.max(silence));
        let silence = leg.current().and_then(silence_max).map(again);
        if let Some(unanswered) = unanswered {
            self.drop_effect(unanswered);
        }
        match silence {
            Some(silence) => self.timers.set(TimerName::LegSilent(id), at + silence),
            None => self.timers.clear(&TimerName::LegSilent(id)),
        }
        if let Some(carrier_call) = name {
            let ask = self.put(Effect::Ask { leg: id, carrier_call, paging: false });
            self.with_leg(id, |l| l.ask = Some(ask));
        }
    }
}

impl Floor {
    /// Is the caller still there? Each question replaces the one before; silence is counted by others.
    pub(super) fn caller_sought(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let (name, unanswered) = (leg.carrier_call.clone(), leg.sought.take());
        if let Some(unanswered) = unanswered {
            self.drop_effect(unanswered);
        }
        if let Some(carrier_call) = name {
            let ask = self.put(Effect::Ask { leg: id, carrier_call, paging: true });
            self.with_leg(id, |l| l.sought = Some(ask));
        }
    }

    /// The carrier did not tell: the next question waits for longer.
    pub(super) fn ask_unanswered(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.unanswered = leg.unanswered.saturating_add(1);
        if let Some(ask) = leg.ask.take() {
            self.drop_effect(ask);
        }
    }
}

/// How long a leg with this treatment may be silent before the carrier is asked about it: no menu is that long, and
/// a waiting or talking party may well have nothing to say. `None`: another deadline ends it.
fn silence_max(treatment: &Treatment) -> Option<Span> {
    match treatment {
        Treatment::Menu { .. } | Treatment::AskStanding { .. } | Treatment::RecordingNotice { .. } => {
            Some(Span::secs(90))
        }
        Treatment::Announce { .. } => Some(Span::mins(3)),
        Treatment::Hold { .. } | Treatment::OnHold { .. } => Some(Span::mins(5)),
        Treatment::Connected { .. } | Treatment::Supervise { .. } => Some(Span::mins(10)),
        Treatment::Whisper { .. } | Treatment::Goodbye { .. } | Treatment::Keys { .. } | Treatment::Record { .. } => {
            None
        }
    }
}

/// Asking the same in the same language is no new beginning.
fn is_same_question(before: &Treatment, now: &Treatment) -> bool {
    match (before, now) {
        (Treatment::Menu { step, language, .. }, Treatment::Menu { step: same, language: spoken, .. }) => {
            step == same && language == spoken
        }
        _ => false,
    }
}
