//! Quarantine: an event at which the core panicked twice is set aside, and its call leaves by a safe exit.
//!
//! Which event that is, is found out elsewhere (`engine/quarantine.rs`). Here is decided in as few steps as possible,
//! so that whatever made the core panic is not met again: nobody is left in limbo, and a person finds the call among
//! her items.

use super::call::Phase;
use super::call::Side;
use super::effect::Answer;
use super::effect::Refusal;
use super::event::Event;
use super::event::LegEnd;
use super::event::LegStatus;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::agent::NotReady;
use super::timer::TimerName;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

/// Whom an event is about.
#[derive(Clone, Copy, Default)]
struct Concerned {
    call: Option<CallId>,
    leg: Option<LegId>,
    /// The leg waits for a document.
    asks: bool,
    /// The leg is over.
    is_over: bool,
    effect: Option<EffectId>,
}

impl Turn<'_> {
    /// Sets an event aside, or only one of the deadlines that had passed.
    pub(super) fn poisoned(&mut self, event: Event, deadline: Option<TimerName>) {
        match event {
            Event::CallArrived { carrier_call, caller, dialled } => {
                self.unanswerable(carrier_call, caller, &dialled, None);
            }
            Event::CallMissed { carrier_call, caller, dialled, began } => {
                self.unanswerable(carrier_call, caller, &dialled, Some(began));
            }
            Event::TimePassed => self.deadline_poisoned(deadline),
            other => match self.concerned(&other) {
                Some(who) => self.set_aside(who, None),
                None => {
                    self.fact(Fact::EventQuarantined { call: None, deadline: None });
                    self.refuse(Refusal::Quarantined);
                }
            },
        }
    }

    /// Whom the event is about; `None` if it is a request, or about nobody's call.
    fn concerned(&self, event: &Event) -> Option<Concerned> {
        let of_leg = |leg: LegId| {
            let call = self.floor.legs.get(&leg).map(|leg| leg.call);
            Concerned { call, leg: Some(leg), ..Concerned::default() }
        };
        match event {
            Event::TreatmentEnded { leg, .. }
            | Event::TreatmentFetched { leg, .. }
            | Event::LegAnswered { leg, .. } => Some(Concerned { asks: true, ..of_leg(*leg) }),
            Event::RecordingReported { leg, .. } | Event::MessageBegan { leg, .. } => Some(of_leg(*leg)),
            Event::LegFoundOver { leg } | Event::LineLost { leg } => Some(Concerned { is_over: true, ..of_leg(*leg) }),
            Event::LegStatus { leg, carrier_call, status } => {
                let named = || self.floor.leg_of(carrier_call).map(|leg| leg.id);
                let is_over = matches!(status, LegStatus::Ended(_));
                Some(leg.or_else(named).map_or(Concerned::default(), |leg| Concerned { is_over, ..of_leg(leg) }))
            }
            Event::EffectConfirmed { effect, .. }
            | Event::EffectFailed { effect, .. }
            | Event::RecordingFetched { effect, .. } => {
                let leg = self.floor.effects.get(effect).and_then(super::effect::Effect::leg);
                Some(Concerned { effect: Some(*effect), ..leg.map_or(Concerned::default(), of_leg) })
            }
            _ => None,
        }
    }

    fn deadline_poisoned(&mut self, deadline: Option<TimerName>) {
        let call_of = |leg: &LegId| self.floor.legs.get(leg).map(|leg| leg.call);
        let call = match &deadline {
            Some(TimerName::OfferExpires(offer)) => self.floor.offers.get(offer).map(|offer| offer.call),
            Some(
                TimerName::TierOpens(call)
                | TimerName::WaitTooLong(call)
                | TimerName::WrapUpLimit(call)
                | TimerName::MessageOver(call)
                | TimerName::LadderBegins(call)
                | TimerName::LadderAgain(call)
                | TimerName::HoldReminder(call)
                | TimerName::ConsultOver(call),
            ) => Some(*call),
            Some(TimerName::LegSilent(leg) | TimerName::LineLost(leg)) => call_of(leg),
            Some(
                TimerName::LegLingers(_)
                | TimerName::ReadyAgain(_)
                | TimerName::RecordingDue(_)
                | TimerName::CallbackDue(_)
                | TimerName::SoftphoneSilent(_),
            )
            | None => None,
        };
        self.set_aside(Concerned { call, ..Concerned::default() }, deadline.clone());
        match deadline {
            Some(TimerName::ReadyAgain(agent)) => self.set_not_ready(agent, NotReady::Asked),
            Some(TimerName::RecordingDue(item)) => self.recordings_given_up(item),
            Some(TimerName::SoftphoneSilent(agent)) => self.fact(Fact::SoftphoneLost { agent }),
            Some(TimerName::LegLingers(leg) | TimerName::LineLost(leg)) => self.fact(Fact::LegUnwanted { leg }),
            Some(TimerName::LegSilent(leg)) if !self.is_talked_on(leg) => self.fact(Fact::LegUnwanted { leg }),
            _ => {}
        }
    }

    fn is_talked_on(&self, leg: LegId) -> bool {
        let current = self.floor.legs.get(&leg).and_then(|leg| leg.current());
        matches!(current, Some(Treatment::Connected { .. } | Treatment::Goodbye { .. }))
    }

    /// The fact, and the way out for whoever the event was about.
    fn set_aside(&mut self, who: Concerned, deadline: Option<TimerName>) {
        let call = who.call.filter(|call| *call != CallId::NONE);
        self.fact(Fact::EventQuarantined { call, deadline });
        let leg = who.leg.filter(|leg| self.is_up(*leg));
        if let Some(leg) = leg {
            if who.is_over {
                self.fact(Fact::LegEnded { leg, end: LegEnd::Completed });
            } else if who.asks {
                self.answering(leg);
            }
        }
        if let Some(call) = call {
            self.safe_exit(call);
        }
        if let Some(effect) = who.effect {
            self.give_up(effect);
        }
        if who.asks && self.out.answer == Answer::Noted {
            match leg {
                Some(leg) => self.part_with(leg),
                None => self.out.answer = Answer::Over,
            }
        }
    }

    /// Whatever the call was doing, somebody owns what is left to do.
    fn safe_exit(&mut self, id: CallId) {
        if self.call(id).is_some_and(super::call::Call::is_calling) {
            return self.withdraw_attempt(id);
        }
        match self.call(id).map(|call| call.phase.clone()) {
            Some(Phase::Menu | Phase::Waiting | Phase::Offered(_)) => {
                self.leave_with_item(id, ItemKind::Missed, Left::Missed, Phrase::Trouble);
            }
            // The voices are the carrier's: they go on. Who spoke with the patient writes it up.
            Some(Phase::Talking { .. }) => self.end_talk(id, Party::Agent),
            Some(Phase::WrapUp { .. }) => self.wrap_up_over(id),
            // Perhaps something was said: the carrier tells of a recording.
            Some(Phase::Voicemail { .. }) => self.left_the_mailbox(id),
            Some(Phase::NoteOwed { .. }) | None => {}
        }
    }

    /// Nothing more comes of it. A recording is taken for missing: its item says so.
    fn give_up(&mut self, effect: EffectId) {
        match self.floor.effects.get(&effect).map(super::effect::Effect::message) {
            Some(Some(of)) => self.fact(Fact::RecordingDelayed { of, again_at: None }),
            Some(None) => self.fact(Fact::EffectSettled { effect }),
            None => {}
        }
    }

    /// Last words for a leg that waits for a document and has none.
    fn part_with(&mut self, id: LegId) {
        let Some(leg) = self.floor.legs.get(&id) else { return };
        let phrase = match leg.side {
            Side::Caller | Side::Called => Phrase::Goodbye,
            Side::Agent { .. } | Side::Staff { .. } | Side::Supervisor { .. } => Phrase::OfferGone,
        };
        let language = leg.flow.default_language().clone();
        // Not listened into: perhaps what is heard there made the core panic.
        self.treat(id, Treatment::Goodbye { words: vec![Words::Phrase(phrase)], language, listens: false });
    }

    /// A call that cannot be answered becomes a missed call; its caller hears that, if the line is still up.
    fn unanswerable(&mut self, carrier_call: CarrierCall, caller: Caller, dialled: &str, began: Option<Timestamp>) {
        if let Some(leg) = self.floor.leg_of(&carrier_call).map(|leg| leg.id) {
            // It was announced before: it is set aside no more than once.
            return self.set_aside(Concerned { leg: Some(leg), asks: began.is_none(), ..Concerned::default() }, None);
        }
        let practice = self.floor.numbers.get(dialled).cloned();
        let version = practice.and_then(|practice| Some((self.floor.flow_hash(&practice).cloned()?, practice)));
        let Some((flow, practice)) = version else {
            self.fact(Fact::EventQuarantined { call: None, deadline: None });
            self.out.answer = Answer::Excuse;
            return;
        };
        let (call, leg) = (self.next_call(), self.next_leg());
        let began = began.map(|began| began.min(self.now));
        self.fact(Fact::CallArrived { call, leg, practice, flow, carrier_call, caller, began });
        let concerned = Concerned {
            call: Some(call),
            leg: Some(leg),
            asks: began.is_none(),
            is_over: began.is_some(),
            effect: None,
        };
        self.set_aside(concerned, None);
    }
}
