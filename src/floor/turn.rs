//! One turn: a single event with everything the floor decides because of it.
//!
//! The rooms beside this one (`ivr`, `line`, `offering`, `request`, `voicemail`) add their decisions to `Turn`; each
//! decision is a fact that is applied at once, so that the next one sees it.

use super::Floor;
use super::call::Call;
use super::call::Leg;
use super::details::Subject;
use super::effect::Answer;
use super::effect::Oddity;
use super::effect::Outbox;
use super::effect::Refusal;
use super::event::Event;
use super::fact::Fact;
use super::fact::OfferOutcome;
use super::timer::TimerName;
use super::treatment::Treatment;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

pub(super) struct Turn<'f> {
    pub(super) floor: &'f mut Floor,
    pub(super) now: Timestamp,
    pub(super) out: &'f mut Outbox,
    /// The leg whose webhook is being answered: its next treatment goes out as the reply and need not be pushed.
    pub(super) asking: Option<LegId>,
}

impl<'f> Turn<'f> {
    pub(super) fn new(floor: &'f mut Floor, now: Timestamp, out: &'f mut Outbox) -> Self {
        Self { floor, now, out, asking: None }
    }

    pub(super) fn take(&mut self, event: Event) {
        let worked_on = worked_on(&event);
        let all = matches!(event, Event::FlowOffered(_) | Event::ContactTold(_));
        self.hear(event);
        if let Some(item) = worked_on {
            self.recheck_attempt(item);
        }
        if all {
            self.recheck_attempts();
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            event @ (Event::FloorOpened(_) | Event::FlowOffered(_) | Event::TeamOffered(_)) => self.take_offered(event),
            Event::CallArrived { carrier_call, caller, dialled } => match self.floor.staff_numbers.get(&dialled) {
                Some(practice) => self.staff_arrived(carrier_call, &caller, practice.clone()),
                None => self.call_arrived(carrier_call, caller, &dialled),
            },
            Event::TreatmentEnded { leg, serial, input } => self.treatment_ended(leg, serial, &input),
            Event::TreatmentFetched { leg, serial } => self.treatment_fetched(leg, serial),
            Event::LegAnswered { leg, carrier_call } => self.leg_answered(leg, &carrier_call),
            Event::LegStatus { leg, carrier_call, status } => self.leg_status(leg, &carrier_call, status),
            Event::LegFoundOver { leg } => self.leg_found_over(leg),
            Event::EffectConfirmed { effect, carrier_call } => self.effect_confirmed(effect, carrier_call),
            Event::EffectFailed { effect, why } => self.effect_failed(effect, why),
            Event::AgentStateAsked { agent, state } => self.agent_state_asked(&agent, state),
            Event::CallCloseAsked { call, outcome, note, by, promised } => {
                self.call_close_asked(call, &outcome, note, by, promised);
            }
            Event::TransferAsked { call, lane } => self.transfer_asked(call, &lane),
            Event::AttemptMade { item, outcome, note, by, promised } => {
                self.attempt_made(item, &outcome, note, by, promised);
            }
            Event::ItemCloseAsked { item, outcome, note, by, promised } => {
                self.item_close_asked(item, &outcome, note, by, promised);
            }
            Event::OwnerAsked { item, owner } => self.owner_asked(item, &owner),
            Event::DetailsTold { of, details } => self.details_told(of, *details),
            Event::TimePassed => self.time_passed(),
            Event::CallMissed { carrier_call, caller, dialled, began } => {
                self.call_missed(carrier_call, caller, &dialled, began);
            }
            Event::KeyFound(key) => self.key_found(key),
            Event::CallDamaged { call, practice } => self.call_damaged(call, &practice),
            Event::JournalSalvaged(salvage) => self.fact(Fact::JournalSalvaged(salvage)),
            Event::GapFound { since } => self.gap_found(since),
            Event::GapRead => {
                if self.floor.gap_since.is_some() {
                    self.fact(Fact::GapRead);
                }
            }
            event @ (Event::RecordingReported { .. }
            | Event::RecordingFetched { .. }
            | Event::PlaybackAsked { .. }
            | Event::MessageBegan { .. }
            | Event::TapingFound { .. }
            | Event::TapeBegan { .. }
            | Event::TapeKept { .. }
            | Event::TapeAsked { .. }) => self.take_recorded(event),
            Event::SuperviseAsked { call, by, mode } => self.supervise_asked(call, by, mode),
            Event::Poisoned { event, deadline } => self.poisoned(*event, deadline),
            Event::AskedOnce { key, path, asked } => self.asked_once(key, path, *asked),
            Event::UrgentAsked { of, by } => self.urgent_asked(of, by),
            Event::SoftphoneHeard { agent } => self.softphone_heard(agent),
            Event::SoftphoneUnheard { agent } => self.softphone_unheard(agent),
            Event::LineLost { leg } => self.line_lost(leg),
            Event::HoldAsked { call } => self.hold_asked(call),
            Event::ResumeAsked { call } => self.resume_asked(call),
            Event::ConsultAsked { call, what } => self.consult_asked(call, what),
            Event::ItemAsked { item, what, by } => self.item_asked(item, &what, by),
            Event::LetterCame { practice, letter } => self.letter_came(&practice, *letter),
            Event::ContactTold(told) => self.contact_told(*told),
        }
    }

    /// What is told at a start: the floor's name, and files that it may know already.
    fn take_offered(&mut self, event: Event) {
        match event {
            Event::FloorOpened(id) if self.floor.id.is_none() => self.fact(Fact::FloorOpened(id)),
            Event::FlowOffered(file) if self.floor.flow_hash(&file.flow.practice) != Some(&file.hash) => {
                self.fact(Fact::FlowLoaded(file));
            }
            Event::TeamOffered(file) if self.floor.team_hashes.get(&file.team.id) != Some(&file.hash) => {
                self.fact(Fact::TeamLoaded(file));
            }
            // It is known already.
            _ => {}
        }
    }

    /// Messages and conversations that are recorded.
    fn take_recorded(&mut self, event: Event) {
        match event {
            Event::RecordingReported { leg, recording, duration } => self.recording_reported(leg, recording, duration),
            Event::RecordingFetched { effect, recording, file, duration } => {
                self.recording_fetched(effect, recording, file, duration);
            }
            Event::PlaybackAsked { item, message, by } => self.playback_asked(item, message, by),
            Event::MessageBegan { leg, recording } => self.message_began(leg, recording),
            Event::TapingFound { possible } => self.taping_found(possible),
            Event::TapeBegan { leg, recording } => self.tape_began(leg, recording),
            Event::TapeKept { effect, duration } => self.tape_kept(effect, duration),
            Event::TapeAsked { call, round, by, .. } => self.tape_asked(call, round, by),
            // No other event comes here.
            _ => {}
        }
    }

    /// Every due deadline, in order. Each leads to a fact that clears it.
    fn time_passed(&mut self) {
        while let Some((at, name)) = self.floor.next_timeout()
            && at <= self.now
        {
            let before = self.out.facts.len();
            self.floor.in_hand = Some(name.clone());
            match name {
                TimerName::OfferExpires(offer) => self.offer_expired(offer),
                TimerName::TierOpens(call) => self.tier_opens(call),
                TimerName::WaitTooLong(call) => self.waited_too_long(call),
                TimerName::WrapUpLimit(call) => self.wrap_up_over(call),
                TimerName::ReadyAgain(agent) => self.ready_again(agent),
                TimerName::LegLingers(leg) => self.leg_lingers(leg),
                TimerName::MessageOver(call) => self.message_over(call),
                TimerName::RecordingDue(item) => self.recording_due(item),
                TimerName::LegSilent(leg) => self.leg_silent(leg),
                TimerName::LadderBegins(call) => self.ladder_begins(call),
                TimerName::LadderAgain(call) => self.ladder_again(call),
                TimerName::SoftphoneSilent(agent) => self.softphone_silent(agent),
                TimerName::LineLost(leg) => self.line_gone(leg),
                TimerName::CallbackDue(item) => self.callback_due(item),
                TimerName::HoldReminder(call) => self.fact(Fact::HoldReminded { call }),
                TimerName::ConsultOver(call) => self.consult_over(call),
            }
            debug_assert!(self.out.facts.len() > before, "a deadline that decides nothing would come back for ever");
            if self.out.facts.len() == before {
                return;
            }
        }
    }

    // ---- what every room uses ----

    /// Decides: applies the fact and sends it out.
    pub(super) fn fact(&mut self, fact: Fact) {
        #[cfg(feature = "planted")]
        let Some(fact) = self.floor.misdecided(self.now, fact) else { return };
        self.floor.apply(self.now, &fact);
        self.out.facts.push(fact);
    }

    pub(super) fn odd(&mut self, oddity: Oddity) {
        self.out.oddity = Some(oddity);
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.out.answer = Answer::Refused(refusal);
    }

    /// From here on the reply belongs to this leg.
    pub(super) fn answering(&mut self, leg: LegId) {
        self.asking = Some(leg);
    }

    /// Gives a leg its next treatment: as the reply if it is asking, otherwise by pushing.
    pub(super) fn treat(&mut self, leg: LegId, treatment: Treatment) {
        let Some(serial) = self.floor.legs.get(&leg).map(|l| l.serial() + 1) else { return };
        let pushed = self.asking != Some(leg);
        if !pushed {
            self.asking = None;
            self.out.answer = Answer::Treat { leg, serial };
        }
        self.fact(Fact::LegTreated { leg, serial, treatment, pushed });
    }

    pub(super) fn call(&self, id: CallId) -> Option<&Call> {
        self.floor.calls.get(&id)
    }

    pub(super) fn is_up(&self, leg: LegId) -> bool {
        self.floor.legs.get(&leg).is_some_and(Leg::is_up)
    }

    pub(super) fn next_leg(&self) -> LegId {
        LegId(self.floor.minted.leg + 1)
    }

    pub(super) fn next_call(&self) -> CallId {
        CallId(self.floor.minted.call + 1)
    }

    pub(super) fn next_offer(&self) -> OfferId {
        OfferId(self.floor.minted.offer + 1)
    }

    pub(super) fn withdraw_offers_of(&mut self, id: CallId) {
        for offer in self.call(id).into_iter().flat_map(Call::offers).collect::<Vec<_>>() {
            self.end_offer(offer, OfferOutcome::Withdrawn);
        }
    }
}

/// The item that somebody asked something of.
fn worked_on(event: &Event) -> Option<ItemId> {
    match event {
        Event::AttemptMade { item, .. }
        | Event::ItemCloseAsked { item, .. }
        | Event::OwnerAsked { item, .. }
        | Event::ItemAsked { item, .. }
        | Event::UrgentAsked { of: Subject::Item(item), .. } => Some(*item),
        _ => None,
    }
}
