//! Applying facts: the only place where the floor's state changes.
//!
//! A fact that does not fit (an unknown id in a damaged journal) changes nothing; the chain has already been checked.

mod attempt;
mod call;
mod consult;
mod contact;
mod hold;
mod item;
mod ladder;
mod leg;
mod people;
mod recording;
mod softphone;
mod staff;
mod supervision;
mod talk;
mod taping;

use std::sync::Arc;

use crate::floor::Floor;
use crate::floor::Parted;
use crate::floor::details::Details;
use crate::floor::details::Subject;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::Language;
use crate::vocab::Timestamp;
use crate::vocab::limit::DUPLICATES_KEPT;

impl Floor {
    /// Changes the state by one fact, decided at `at`.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        self.forget(at);
        self.change(at, fact);
        #[cfg(feature = "planted")]
        self.misapplied(at, fact);
    }

    fn change(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::FloorOpened(id) => self.id = Some(id.clone()),
            Fact::FlowLoaded(file) => self.load_flow(at, file),
            Fact::TeamLoaded(file) => self.load_team(at, file),
            Fact::CallArrived { .. } => self.call_arrived(at, fact),
            Fact::LegTreated { leg, serial: _, treatment, pushed } => self.leg_treated(at, *leg, treatment, *pushed),
            Fact::InputMissed { call } => self.input_missed(*call),
            Fact::LanguageChosen { call, language } => self.language_chosen(at, *call, language),
            Fact::UrgentFlagged { call, crisis, by } => self.urgent_flagged(*call, *crisis, by),
            Fact::Queued { call, .. } => self.queued(at, *call, fact),
            Fact::TierOpened { call, tier } => self.tier_opened(*call, *tier),
            Fact::OfferMade { .. } => self.offer_made(at, fact),
            Fact::OfferAnswered { offer, expires_at } => self.offer_answered(*offer, *expires_at),
            Fact::OfferEnded { offer, outcome } => self.offer_ended(at, *offer, *outcome),
            Fact::AgentChanged { agent, to } => self.change_agent(at, agent, to),
            Fact::TalkBegan { call, agent, leg } => self.talk_began(*call, agent, *leg),
            Fact::TalkEnded { call, by: _, wrap_up_until } => self.talk_ended(at, *call, *wrap_up_until),
            Fact::Transferred { call, agent } => self.separated(at, *call, agent),
            Fact::JoinFailed { call } => self.join_failed(at, *call),
            Fact::CallClosed { call, outcome, .. } => self.call_closed(at, *call, outcome),
            Fact::CallLeft { call, how } => self.call_left(at, *call, *how),
            Fact::ItemOpened(_)
            | Fact::ItemJoined { .. }
            | Fact::ItemAttempted { .. }
            | Fact::ItemClosed { .. }
            | Fact::ItemOwned { .. }
            | Fact::ItemFlagged { .. }
            | Fact::ItemChanged { .. }
            | Fact::LetterCame(_) => self.item_fact(at, fact),
            Fact::LegNamed { .. } | Fact::LegUnwanted { .. } | Fact::LegEnded { .. } => self.leg_fact(at, fact),
            Fact::StrangerEnded { carrier_call } => self.stranger_ended(at, carrier_call),
            Fact::VoicemailBegan { .. }
            | Fact::RecordingAwaited { .. }
            | Fact::RecordingNamed { .. }
            | Fact::RecordingEmpty { .. }
            | Fact::RecordingDelayed { .. }
            | Fact::RecordingTried { .. }
            | Fact::RecordingStored { .. }
            | Fact::RecordingDropped { .. }
            | Fact::RecordingPlayed { .. } => self.recording_changed(at, fact),
            Fact::EffectSettled { effect } => self.settle(at, *effect),
            Fact::Taped(taped) => self.taped(taped),
            Fact::LegAsked { .. } | Fact::AskUnanswered { .. } => self.asked_fact(at, fact),
            Fact::GapFound { since } => self.gap_since = Some(*since),
            Fact::GapRead => self.gap_since = None,
            Fact::LadderBegan { call } => self.ladder_began(*call),
            Fact::LadderEnded { call, again_at } => self.ladder_ended(*call, *again_at),
            Fact::DetailsKnown { of, details } => self.details_known(at, *of, details),
            Fact::KeyExpired(key) => self.key_expired(key),
            Fact::ContactKept(kept) => self.contact_kept(at, kept),
            Fact::CallLost { call } => self.call_lost(*call),
            Fact::JournalSalvaged(salvage) => self.begin_anew(salvage),
            Fact::EventQuarantined { deadline, .. } => deadline.iter().for_each(|deadline| self.timers.clear(deadline)),
            Fact::StaffArrived { .. } | Fact::StaffKnown { .. } | Fact::PinRefused { .. } => self.staff_fact(at, fact),
            Fact::SoftphoneHeard { .. }
            | Fact::SoftphoneUnheard { .. }
            | Fact::SoftphoneLost { .. }
            | Fact::OfferRung { .. }
            | Fact::LineLost { .. }
            | Fact::LineBack { .. } => self.softphone_fact(at, fact),
            Fact::AskedOnce { key, path } => self.asked_once(at, key, path),
            Fact::MessageBegan { leg, recording } => self.with_leg(*leg, |l| l.recording = Some(recording.clone())),
            Fact::HoldBegan { .. } | Fact::HoldReminded { .. } | Fact::HoldEnded { .. } => self.hold_fact(at, fact),
            Fact::Supervised(_) | Fact::Consulted(_) => self.third_fact(at, fact),
            Fact::Attempt(attempt) => self.attempt_step(at, attempt),
            Fact::WaitOverrun { call, until } => self.wait_overrun(*call, *until),
            Fact::CallResumed { call, leg } => self.call_resumed(at, *call, *leg),
        }
    }

    /// A leg is known to the carrier, not wanted, or over.
    fn leg_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::LegNamed { leg, carrier_call } => self.leg_named(at, *leg, carrier_call),
            Fact::LegUnwanted { leg } => self.leg_unwanted(at, *leg),
            Fact::LegEnded { leg, end } => self.leg_ended(at, *leg, *end),
            _ => {}
        }
    }

    /// The carrier is asked about a leg, or did not tell.
    fn asked_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::LegAsked { leg, paging: false } => self.leg_asked(at, *leg),
            Fact::LegAsked { leg, paging: true } => self.caller_sought(*leg),
            Fact::AskUnanswered { leg } => self.ask_unanswered(*leg),
            _ => {}
        }
    }

    /// A third party comes into a conversation, or leaves it.
    fn third_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::Consulted(consulted) => self.consulted(at, consulted),
            _ => self.supervised(at, fact),
        }
    }

    fn language_chosen(&mut self, at: Timestamp, call: CallId, language: &Language) {
        self.replace(call, |c| c.language = language.clone());
        self.note_tongue(at, call, language);
    }

    fn stranger_ended(&mut self, at: Timestamp, carrier_call: &CarrierCall) {
        self.strangers.insert(carrier_call.clone());
        self.parted.push_back((at, Parted::Stranger(carrier_call.clone())));
    }

    fn input_missed(&mut self, call: CallId) {
        self.with_call(call, |c| c.missed_inputs = c.missed_inputs.saturating_add(1));
    }

    fn details_known(&mut self, at: Timestamp, of: Subject, details: &Details) {
        match of {
            Subject::Call(call) => self.with_call(call, |c| c.details.learn(details)),
            Subject::Item(id) => {
                if let Some(item) = self.items.get_mut(&id) {
                    item.new.details.learn(details);
                }
                self.arm_callback(at, id);
            }
        }
    }

    fn put(&mut self, effect: Effect) -> EffectId {
        self.minted.effect += 1;
        let id = EffectId(self.minted.effect);
        self.effects.insert(id, effect);
        self.fresh.push(id);
        id
    }

    fn drop_effect(&mut self, id: EffectId) -> Option<Effect> {
        self.settled.push(id);
        self.effects.remove(&id)
    }

    fn settle(&mut self, at: Timestamp, id: EffectId) {
        let Some(effect) = self.drop_effect(id) else { return };
        let Some(leg) = effect.leg() else { return };
        self.with_leg(leg, |l| {
            if l.ask == Some(id) {
                l.unanswered = 0;
            }
            for slot in [&mut l.dial, &mut l.push, &mut l.hang_up, &mut l.ask, &mut l.sought] {
                if *slot == Some(id) {
                    *slot = None;
                }
            }
        });
        if let Effect::Redirect { leg, .. } = effect {
            self.pushed(at, leg);
        }
    }

    fn asked_once(&mut self, at: Timestamp, key: &Arc<str>, path: &Arc<str>) {
        self.asked.insert(key.clone(), path.clone());
        self.parted.push_back((at, Parted::Asked(key.clone())));
    }

    /// Drops what was kept for late duplicates long enough. It depends on the facts' times only, so recovery agrees.
    fn forget(&mut self, at: Timestamp) {
        while let Some((parted_at, _)) = self.parted.front()
            && *parted_at + DUPLICATES_KEPT <= at
        {
            match self.parted.pop_front() {
                // It exists after all, and is being hung up: its end parts with it again.
                Some((_, Parted::Leg(id))) if self.legs.get(&id).is_some_and(|leg| leg.hang_up.is_some()) => {}
                Some((_, Parted::Leg(id))) => {
                    if let Some(name) = self.legs.remove(&id).and_then(|leg| leg.carrier_call) {
                        self.by_carrier.remove(&name);
                    }
                }
                Some((_, Parted::Item(id))) if self.is_recording_unfinished(id) => {
                    self.parted.push_back((at, Parted::Item(id)));
                }
                Some((_, Parted::Item(id))) => {
                    self.items.remove(&id);
                }
                Some((_, Parted::Asked(key))) => {
                    self.asked.remove(&key);
                }
                Some((_, Parted::Stranger(name))) => {
                    self.strangers.remove(&name);
                }
                None => break,
            }
        }
    }
}
