//! The line: what legs report (answered, ended, fetched, done) and what became of effects.

use super::call::Phase;
use super::call::Side;
use super::effect::Answer;
use super::effect::Effect;
use super::effect::Oddity;
use super::event::Failure;
use super::event::Input;
use super::event::LegEnd;
use super::event::LegStatus;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::OfferOutcome;
use super::fact::Route;
use super::fact::agent::AgentChange;
use super::fact::agent::NotReady;
use super::fact::attempt::AttemptEnd;
use super::fact::consult::ConsultEnd;
use super::fact::hold::HoldEnd;
use super::treatment::Party;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Exit;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LegId;

/// A caller who could not be moved to an assistant so often leaves by the lane's error exit.
const FAILED_JOINS_MAX: u8 = 2;
/// A leg of which nothing is heard, and the carrier tells nothing, is lost after so many questions: with pauses that
/// grow to an hour no menu and no conversation is that long.
pub(super) const ASKS_MAX: u8 = 6;

impl Turn<'_> {
    /// A treatment ended: the answer to the completion of number n is always number n + 1.
    pub(super) fn treatment_ended(&mut self, id: LegId, serial: u32, input: &Input) {
        let Some(leg) = self.floor.legs.get(&id) else {
            self.odd(Oddity::UnknownLeg);
            self.out.answer = Answer::Excuse;
            return;
        };
        let current = leg.serial();
        if serial != current {
            self.odd(Oddity::Duplicate);
            let next = serial.saturating_add(1).min(current);
            return self.answer_with(id, next);
        }
        if !leg.is_up() {
            self.out.answer = Answer::Over;
            if let (Some(of), Input::Message { recording, duration }) = (leg.message, input) {
                // The carrier tells of the end of the leg and of the message in either order.
                self.name_recording(of, recording.clone(), *duration, false);
            }
            return;
        }
        let (call, treatment) = (leg.call, leg.current().cloned());
        self.answering(id);
        match treatment {
            Some(Treatment::Menu { step, opening, .. }) => self.menu_ended(call, &step, opening, input),
            Some(Treatment::Announce { words, .. }) => self.answer_ended(call, &words, input),
            Some(Treatment::AskStanding { lane, how, .. }) => self.standing_answered(call, lane, how, input),
            Some(Treatment::RecordingNotice { lane, how, .. }) => self.announcement_ended(call, lane, how, input),
            Some(Treatment::Hold { .. }) => self.hold_ended(call, input),
            Some(Treatment::OnHold { .. }) => self.on_hold_ended(call, input),
            Some(Treatment::Whisper { .. }) => self.whisper_ended(id, input),
            Some(Treatment::Connected { party, .. }) => self.room_left(call, id, party),
            Some(Treatment::Supervise { .. }) => self.supervisor_left_alone(id),
            Some(Treatment::Record { .. }) => self.message_ended(call, input),
            Some(Treatment::Keys { asked, .. }) => self.keys_ended(id, &asked, input),
            Some(Treatment::Goodbye { .. }) => self.goodbye_ended(id, call, input),
            None => self.out.answer = Answer::Over,
        }
        if self.out.answer == Answer::Noted {
            // Nothing new: the leg goes on with what it had.
            self.answer_with(id, current);
        }
    }

    pub(super) fn treatment_fetched(&mut self, id: LegId, serial: u32) {
        let Some(leg) = self.floor.legs.get(&id).filter(|leg| leg.treatment(serial).is_some()) else {
            self.odd(Oddity::UnknownLeg);
            self.out.answer = Answer::Excuse;
            return;
        };
        let held = leg.treatment(serial).is_some_and(|treatment| treatment.is_wait());
        if held && !leg.is_up() {
            // patient: the carrier said that this leg is gone, and yet it waits. It stands in no line any more.
            self.odd(Oddity::UnknownLeg);
            self.out.answer = Answer::Over;
            return;
        }
        // A caller who waits fetches the next round of the hold: last words that could not be pushed yet are given now.
        let parting = held && leg.is_up() && matches!(leg.current(), Some(Treatment::Goodbye { .. }));
        let serial = if parting { leg.serial() } else { serial };
        let arrived = leg.push.filter(|_| serial == leg.serial());
        // Who was given another hold inside the queue comes back with the URLs of the earlier one.
        let held = |serial| leg.treatment(serial).is_some_and(|treatment| treatment.is_wait());
        let now = if held(serial) && held(leg.serial()) { leg.serial() } else { serial };
        self.answer_with(id, now);
        if let Some(effect) = arrived {
            self.fact(Fact::EffectSettled { effect });
        }
        self.still_on_hold(id, serial);
        self.line_back(id);
    }

    /// An assistant's phone was picked up.
    pub(super) fn leg_answered(&mut self, id: LegId, carrier_call: &CarrierCall) {
        let Some(leg) = self.floor.legs.get(&id) else {
            self.odd(Oddity::UnknownLeg);
            self.out.answer = Answer::Excuse;
            return;
        };
        let side = leg.side.clone();
        if !matches!(side, Side::Agent { .. } | Side::Supervisor { .. } | Side::Called) {
            return self.answer_with(id, 1);
        }
        let stranger = leg.carrier_call.as_ref().is_some_and(|known| known != carrier_call);
        if stranger || !leg.is_up() {
            // A dial that the carrier carried out twice rings twice: only the first leg is ours.
            self.odd(if stranger { Oddity::UnknownLeg } else { Oddity::LateAnswer });
            // patient: nobody picks up and hears nothing.
            self.out.answer = if side == Side::Called { Answer::Excuse } else { Answer::Over };
            return;
        }
        if leg.serial() > 0 {
            self.odd(Oddity::Duplicate);
            return self.answer_with(id, 1);
        }
        self.answering(id);
        match side {
            Side::Agent { offer, .. } => self.whisper(id, offer),
            Side::Called => self.patient_answered(id),
            _ => self.supervisor_answered(id),
        }
        self.name_leg(id, carrier_call);
    }

    pub(super) fn leg_status(&mut self, id: Option<LegId>, carrier_call: &CarrierCall, status: LegStatus) {
        let found = match id {
            Some(id) => self.floor.legs.get(&id),
            None => self.floor.leg_of(carrier_call),
        };
        let Some(leg) = found else {
            self.odd(Oddity::UnknownLeg);
            if matches!(status, LegStatus::Ended(_)) && id.is_none() && !self.floor.strangers.contains(carrier_call) {
                self.fact(Fact::StrangerEnded { carrier_call: carrier_call.clone() });
            }
            return;
        };
        let id = leg.id;
        if leg.carrier_call.as_ref().is_some_and(|known| known != carrier_call) {
            // A second leg of the same dial: the carrier's create-call was carried out twice. Ours is the first.
            self.odd(Oddity::UnknownLeg);
            return;
        }
        self.name_leg(id, carrier_call);
        match status {
            LegStatus::Ended(end) => self.leg_over(id, end),
            LegStatus::Ringing => self.softphone_rings(id),
            LegStatus::Initiated | LegStatus::InProgress => {}
        }
    }

    fn name_leg(&mut self, leg: LegId, carrier_call: &CarrierCall) {
        if self.floor.legs.get(&leg).is_some_and(|l| l.carrier_call.is_none()) {
            self.fact(Fact::LegNamed { leg, carrier_call: carrier_call.clone() });
        }
    }

    /// A leg is over: what that means for its call and its offer.
    pub(super) fn leg_over(&mut self, id: LegId, end: LegEnd) {
        let Some(leg) = self.floor.legs.get(&id).filter(|leg| leg.is_up()) else { return };
        let (call, side, moving) = (leg.call, leg.side.clone(), leg.is_being_joined());
        self.supervisor_gone(id);
        self.fact(Fact::LegEnded { leg: id, end });
        match side {
            Side::Called if self.call(call).is_some_and(|call| call.is_calling()) => {
                self.patient_not_reached(call, end)
            }
            Side::Caller | Side::Called => self.caller_gone(call, moving),
            Side::Agent { agent, offer } => {
                if self.floor.offers.contains_key(&offer) {
                    let routed = end != LegEnd::Failed;
                    let on_call = self.is_on_call(offer);
                    self.end_offer(offer, if routed { OfferOutcome::NotAnswered } else { OfferOutcome::Unreachable });
                    if !routed && !on_call {
                        self.set_not_ready(agent, NotReady::PhoneUnreachable);
                    }
                } else if self.talks_on(call, id) {
                    self.agent_gone(call);
                } else if self.is_colleague(call, id) {
                    self.colleague_left(call);
                }
            }
            // What she asked for stands; her call, if she wrote one up, is untouched.
            Side::Staff { .. } | Side::Supervisor { .. } => {}
        }
    }

    /// A leg ended, and we heard nothing of it. A caller in the menu may have been dropped because nobody answered the
    /// key: that is no decline but a call we missed.
    pub(super) fn leg_found_over(&mut self, id: LegId) {
        let Some(leg) = self.floor.legs.get(&id).filter(|leg| leg.is_up()) else { return };
        let call = leg.call;
        let in_menu = leg.side == Side::Caller && self.call(call).is_some_and(|c| c.phase == Phase::Menu);
        if in_menu && self.call(call).is_some_and(|c| self.floor.turned_away(c).is_none()) {
            self.fact(Fact::LegEnded { leg: id, end: LegEnd::Completed });
            self.settle_lane(call);
            self.leave_with_item(call, ItemKind::Missed, Left::Missed, Phrase::NobodyFree);
        } else {
            self.leg_over(id, LegEnd::Completed);
        }
    }

    /// Nothing was heard of a leg for longer than its treatment lasts: the carrier is asked, but not for ever.
    pub(super) fn leg_silent(&mut self, id: LegId) {
        match self.floor.legs.get(&id).map(|leg| leg.unanswered) {
            Some(asked) if asked >= ASKS_MAX => self.leg_found_over(id),
            _ => self.fact(Fact::LegAsked { leg: id, paging: false }),
        }
    }

    fn talks_on(&self, call: CallId, leg: LegId) -> bool {
        self.call(call).is_some_and(|c| matches!(&c.phase, Phase::Talking { leg: talking, .. } if *talking == leg))
    }

    /// The assistant's line is lost. A caller who was still being moved to her never spoke: back to the place in line.
    fn agent_gone(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        if call.is_calling() {
            return self.attempt_over(id, AttemptEnd::AssistantGone);
        }
        match call.held {
            Some(_) => self.left_on_hold(id, Route::Transfer),
            None if self.is_moving(call.leg) => self.back_in_line(id),
            None => self.end_talk(id, Party::Agent),
        }
    }

    fn is_moving(&self, leg: LegId) -> bool {
        self.floor.legs.get(&leg).is_some_and(|l| l.is_up() && l.is_being_joined())
    }

    /// The caller hung up; perhaps while being moved to the assistant, and then they never spoke.
    fn caller_gone(&mut self, id: CallId, moving: bool) {
        match self.call(id).map(|c| c.phase.clone()) {
            Some(Phase::Talking { leg, .. }) if moving => {
                self.fact(Fact::JoinFailed { call: id });
                self.last_words(leg, Phrase::OfferGone);
                self.leave_with_item(id, ItemKind::Abandoned, Left::Abandoned, Phrase::Goodbye);
            }
            Some(Phase::Menu) => self.left_the_menu(id),
            Some(Phase::Waiting | Phase::Offered(_)) => {
                self.leave_with_item(id, ItemKind::Abandoned, Left::Abandoned, Phrase::Goodbye);
            }
            Some(Phase::Talking { .. }) => self.end_talk(id, Party::Caller),
            Some(Phase::Voicemail { .. }) => self.left_the_mailbox(id),
            Some(Phase::WrapUp { .. } | Phase::NoteOwed { .. }) | None => {}
        }
    }

    /// The room closed for one party: the other has left, or the carrier ended it.
    fn room_left(&mut self, call: CallId, leg: LegId, party: Party) {
        let other = match party {
            Party::Caller => Party::Agent,
            Party::Agent => Party::Caller,
            Party::Colleague => return self.colleague_out(call, leg),
        };
        let in_talk = match self.call(call).map(|c| c.phase.clone()) {
            Some(Phase::Talking { leg: agent_leg, .. }) => party == Party::Caller || agent_leg == leg,
            _ => false,
        };
        if in_talk && self.call(call).is_some_and(|call| call.held.is_some()) {
            // She is out of a room in which nobody else was.
            let handed_over = self.call(call).is_some_and(|call| call.colleague().is_some());
            self.left_on_hold(call, Route::Transfer);
            return self.last_words(leg, if handed_over { Phrase::ConsultDone } else { Phrase::OfferGone });
        }
        if in_talk {
            self.end_talk(call, other);
        }
        self.after_talk(leg, party);
    }

    /// Last words, or for an assistant without a screen the first question about the call.
    fn after_talk(&mut self, leg: LegId, party: Party) {
        if party != Party::Agent || !self.write_up_after_talk(leg) {
            self.last_words(leg, farewell(party));
        }
    }

    pub(super) fn last_words(&mut self, leg: LegId, phrase: Phrase) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let language = match found.current() {
            Some(
                Treatment::Connected { language, .. }
                | Treatment::Whisper { language, .. }
                | Treatment::OnHold { language, .. }
                | Treatment::Supervise { language, .. },
            ) => language.clone(),
            _ => found.flow.default_language().clone(),
        };
        self.say_goodbye(leg, vec![Words::Phrase(phrase)], language);
    }

    pub(super) fn end_talk(&mut self, id: CallId, by: Party) {
        if self.call(id).is_some_and(|call| call.is_calling()) {
            return self.attempt_over(id, AttemptEnd::AssistantGone);
        }
        self.end_consult(id, ConsultEnd::TalkEnded);
        self.end_hold(id, if by == Party::Caller { HoldEnd::CallerLeft } else { HoldEnd::AssistantLeft });
        let Some(call) = self.call(id) else { return };
        let wrap_up_until = call.closed.is_none().then(|| self.now + call.flow.offers.wrap_up);
        self.fact(Fact::TalkEnded { call: id, by, wrap_up_until });
    }

    /// A leg that should have ended by itself: last words first, then it is hung up.
    pub(super) fn leg_lingers(&mut self, id: LegId) {
        let found = self.floor.legs.get(&id).filter(|leg| leg.side == Side::Called && leg.serial() == 0);
        if let Some(call) = found.map(|leg| leg.call).filter(|call| self.call(*call).is_some_and(|c| c.is_calling())) {
            return self.attempt_over(call, AttemptEnd::Unknown);
        }
        let party = self.floor.legs.get(&id).and_then(|leg| match leg.current() {
            Some(Treatment::Connected { party, .. }) => Some(*party),
            Some(Treatment::OnHold { .. }) => Some(Party::Caller),
            _ => None,
        });
        match party {
            Some(party) => self.after_talk(id, party),
            None if self.floor.legs.get(&id).is_some_and(|leg| matches!(leg.side, Side::Supervisor { .. })) => {
                self.let_supervisor_go(id);
            }
            None => self.fact(Fact::LegUnwanted { leg: id }),
        }
    }

    // ---- effects ----

    pub(super) fn effect_confirmed(&mut self, id: EffectId, carrier_call: Option<CarrierCall>) {
        match self.floor.effects.get(&id).cloned() {
            Some(Effect::Dial { leg, .. } | Effect::CallPatient { leg, .. }) => match carrier_call {
                Some(name) => self.name_leg(leg, &name),
                None => self.fact(Fact::EffectSettled { effect: id }),
            },
            Some(Effect::HangUp { leg, .. }) => self.leg_over(leg, LegEnd::Completed),
            Some(Effect::Redirect { .. } | Effect::Ask { .. }) => self.fact(Fact::EffectSettled { effect: id }),
            Some(Effect::DropRecording { of, .. }) => self.fact(Fact::RecordingDropped { of }),
            Some(Effect::FetchRecording { .. } | Effect::KeepTape { .. }) | None => {}
        }
    }

    pub(super) fn effect_failed(&mut self, id: EffectId, why: Failure) {
        let Some(effect) = self.floor.effects.get(&id).cloned() else { return };
        match (effect, why) {
            // The effect ends with the leg. Until then it tells whether a caller had reached the assistant.
            (Effect::HangUp { leg, .. }, _) | (Effect::Redirect { leg, .. }, Failure::LegGone) => {
                // A leg that cannot be hung up is beyond our reach: nobody waits for its end.
                self.leg_over(leg, LegEnd::Completed);
            }
            (Effect::Redirect { leg, .. }, Failure::Refused | Failure::Unreachable) => {
                self.fact(Fact::EffectSettled { effect: id });
                self.join_failed(leg);
                self.hold_failed(leg);
                self.mailbox_failed(leg);
            }
            (Effect::FetchRecording { of, .. } | Effect::DropRecording { of, .. }, _) => {
                self.recording_delayed(of);
            }
            // It is tried until it is done.
            (Effect::KeepTape { .. }, _) => {}
            (Effect::Ask { leg, .. }, Failure::LegGone) => self.leg_found_over(leg),
            // She is rung in any case, and the next page asks again.
            (Effect::Ask { paging: true, .. }, Failure::Refused | Failure::Unreachable) => {
                self.fact(Fact::EffectSettled { effect: id });
            }
            // The next silence asks again.
            (Effect::Ask { leg, .. }, Failure::Refused | Failure::Unreachable) => {
                self.fact(Fact::AskUnanswered { leg });
            }
            (Effect::CallPatient { leg, .. }, why) => {
                let call = self.floor.legs.get(&leg).map(|leg| leg.call);
                self.fact(Fact::EffectSettled { effect: id });
                self.fact(Fact::LegEnded { leg, end: LegEnd::Failed });
                let certain = why == Failure::Refused;
                let how = if certain { AttemptEnd::NotDialled } else { AttemptEnd::Unknown };
                call.into_iter().for_each(|call| self.attempt_over(call, how));
            }
            (Effect::Dial { leg, offer, .. }, _) => {
                self.fact(Fact::EffectSettled { effect: id });
                self.supervisor_gone(leg);
                self.fact(Fact::LegEnded { leg, end: LegEnd::Failed });
                if self.floor.offers.get(&offer).is_some_and(|o| o.softphone) {
                    return self.softphone_missed(offer, OfferOutcome::Unreachable);
                }
                // Whoever is on call stays so: the next rung is rung, and she may be reached the next time.
                let agent = self.floor.offers.get(&offer).filter(|o| !o.on_call).map(|o| o.agent.clone());
                self.end_offer(offer, OfferOutcome::Unreachable);
                if let (Some(agent), Failure::Refused) = (agent, why) {
                    self.set_not_ready(agent, NotReady::PhoneUnreachable);
                }
            }
        }
    }

    /// The caller could not be moved into the room: back to the place in line, the assistant is told.
    fn join_failed(&mut self, leg: LegId) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let joining = matches!(found.current(), Some(Treatment::Connected { party: Party::Caller, .. }));
        let Some(call) = self.call(found.call).filter(|_| joining) else { return };
        let Phase::Talking { leg: agent_leg, .. } = call.phase.clone() else { return };
        let (id, error) = (call.id, call.lane().map(|lane| lane.exits.error.clone()));
        let again = call.failed_joins + 1 < FAILED_JOINS_MAX;
        // The caller's phone still plays the wait document and asks for the next words itself: nothing to push.
        self.answering(leg);
        match error.filter(|_| !again) {
            Some(exit) => {
                self.fact(Fact::JoinFailed { call: id });
                // Who cannot be moved to an assistant cannot be moved to a mailbox either.
                let exit = if exit == Exit::Voicemail { Exit::Callback } else { exit };
                self.leave_by(id, exit, Phrase::Trouble);
            }
            None => self.back_in_line(id),
        }
        self.out.answer = Answer::Noted;
        self.last_words(agent_leg, Phrase::OfferGone);
    }

    /// They were never joined: the call is back at its place, and its caller waits on.
    fn back_in_line(&mut self, id: CallId) {
        let Some(lane) = self.call(id).and_then(|call| Some(call.lane()?.id.clone())) else { return };
        let first = vec![Words::AboutLane(Phrase::InLine, lane.clone())];
        self.fact(Fact::JoinFailed { call: id });
        self.wait_on(id, lane, first);
    }

    pub(super) fn set_not_ready(&mut self, agent: crate::vocab::AgentId, reason: NotReady) {
        self.fact(Fact::AgentChanged { agent, to: AgentChange::NotReady { reason, until: None } });
    }
}

fn farewell(party: Party) -> Phrase {
    match party {
        Party::Caller => Phrase::Goodbye,
        Party::Agent => Phrase::CallerLeft,
        Party::Colleague => Phrase::ConsultOver,
    }
}
