//! Voicemail: the way to the mailbox, the item that is left, and its recording.
//!
//! The item opens when the caller hangs up, not when the recording arrives. A recording attaches once: late, empty,
//! twice or never. Urgent callers do not come here.

use std::sync::Arc;

use super::Floor;
use super::call::Leg;
use super::call::Phase;
use super::effect::Effect;
use super::effect::Oddity;
use super::effect::Refusal;
use super::event::Input;
use super::event::LegEnd;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use super::work::item::Item;
use super::work::recording;
use super::work::recording::MessageId;
use super::work::recording::Recording;
use super::work::recording::RecordingState;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::limit::MESSAGE_MAX;

/// How a caller left the mailbox.
enum Message {
    /// With a recording.
    Recorded(CarrierRecording, Option<Span>),
    /// Without a word.
    Nothing,
    /// Hung up: the carrier may yet tell of a recording.
    Unknown,
}

impl Turn<'_> {
    /// To the mailbox, because the call cannot stay. `otherwise` is said to who cannot be sent there: they get a
    /// callback.
    pub(super) fn send_to_mailbox(&mut self, id: CallId, otherwise: Phrase) {
        let why = self.closed_words(id).unwrap_or(Words::Phrase(Phrase::NobodyNow));
        self.record_message(id, Some(why), otherwise);
    }

    /// The caller would rather leave a message than wait.
    pub(super) fn mailbox_chosen(&mut self, id: CallId) {
        self.record_message(id, None, Phrase::CallbackBooked);
    }

    fn record_message(&mut self, id: CallId, why: Option<Words>, otherwise: Phrase) {
        let call = self.call(id).filter(|call| !call.urgent && self.is_up(call.leg));
        let Some((call, lane)) = call.and_then(|call| Some((call, call.lane()?))) else {
            // patient: whoever may be in danger is not sent to a mailbox.
            return self.leave_with_item(id, ItemKind::Missed, Left::Missed, otherwise);
        };
        let (leg, language, due_at) = (call.leg, call.language.clone(), self.called_back_by(call, lane));
        self.withdraw_offers_of(id);
        self.fact(Fact::VoicemailBegan { call: id, due_at });
        let words = why.into_iter().chain([Words::promise(Phrase::LeaveMessage, due_at, self.now)]).collect();
        if matches!(self.floor.legs.get(&leg).and_then(Leg::current), Some(Treatment::Hold { .. })) {
            // The document of a wait may not record: the caller waits on until the push has taken them out of it.
            self.asking = None;
        }
        self.treat(leg, Treatment::Record { words, language, longest: MESSAGE_MAX });
    }

    /// The carrier says how the recording ended.
    pub(super) fn message_ended(&mut self, id: CallId, input: &Input) {
        let Some((call, due_at)) = self.call(id).and_then(|call| match call.phase {
            Phase::Voicemail { due_at } => Some((call, due_at)),
            _ => None,
        }) else {
            return;
        };
        let (leg, language) = (call.leg, call.language.clone());
        let (message, words) = match input {
            Input::Message { recording, duration } if duration.is_none_or(|length| length > Span::ZERO) => {
                (Message::Recorded(recording.clone(), *duration), Words::Phrase(Phrase::MessageTaken))
            }
            Input::Message { recording, duration } => (
                Message::Recorded(recording.clone(), *duration),
                Words::promise(Phrase::CallbackNoted, due_at, self.now),
            ),
            Input::Nothing | Input::Keys(_) | Input::Speech(_) | Input::Pin(_) => {
                (Message::Nothing, Words::promise(Phrase::CallbackNoted, due_at, self.now))
            }
        };
        self.leave_message(id, message);
        self.say_goodbye(leg, vec![words], language);
    }

    /// The message is recorded here.
    pub(super) fn message_began(&mut self, id: LegId, recording: CarrierRecording) {
        let Some(leg) = self.floor.legs.get(&id) else { return self.odd(Oddity::UnknownLeg) };
        if leg.recording.is_none() && matches!(leg.current(), Some(Treatment::Record { .. })) {
            self.fact(Fact::MessageBegan { leg: id, recording });
        }
    }

    /// The caller hung up at the mailbox, before the carrier told of a recording.
    pub(super) fn left_the_mailbox(&mut self, id: CallId) {
        self.leave_message(id, Message::Unknown);
    }

    /// Nobody speaks for so long: the carrier's word of the end was lost.
    pub(super) fn message_over(&mut self, id: CallId) {
        let Some(leg) = self.call(id).map(|call| call.leg) else { return };
        self.leave_message(id, Message::Unknown);
        self.fact(Fact::LegUnwanted { leg });
    }

    /// The caller could not be moved to the mailbox: a callback, said with the next words of the wait.
    pub(super) fn mailbox_failed(&mut self, leg: LegId) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let call = found.call;
        if !matches!(found.current(), Some(Treatment::Record { .. })) || self.call(call).is_none() {
            return;
        }
        self.answering(leg);
        self.leave_with_item(call, ItemKind::Missed, Left::Missed, Phrase::CallbackNoted);
        self.out.answer = super::effect::Answer::Noted;
    }

    fn leave_message(&mut self, id: CallId, message: Message) {
        let Some((call, lane)) = self.call(id).and_then(|call| Some((call, call.lane()?.id.clone()))) else { return };
        let leg = call.leg;
        let name = self.floor.legs.get(&leg).and_then(|leg| leg.carrier_call.clone());
        let Some((item, _)) = self.take_up(id, ItemKind::Voicemail, &lane, true) else { return };
        let Some(of) = self.floor.items.get(&item).map(Item::next_message) else { return };
        if let Some(carrier_call) = name {
            let until = self.now + recording::AWAITED_MAX;
            self.fact(Fact::RecordingAwaited { of, leg, carrier_call, until });
        }
        match message {
            Message::Recorded(recording, duration) => self.name_recording(of, recording, duration, false),
            Message::Nothing => self.fact(Fact::RecordingEmpty { of }),
            Message::Unknown => {
                let ours = self.floor.legs.get(&leg).and_then(|leg| Some((leg.recording.clone()?, leg.ended)));
                if let Some((recording, end)) = ours {
                    self.name_recording(of, recording, None, end != Some(LegEnd::Completed));
                }
            }
        }
        self.fact(Fact::CallLeft { call: id, how: Left::Voicemail });
    }

    // ---- the recording ----

    /// A recording's name became known; the first one counts. `cut`: nobody saw how it ended.
    pub(super) fn name_recording(
        &mut self,
        of: MessageId,
        recording: CarrierRecording,
        duration: Option<Span>,
        cut: bool,
    ) {
        let Some(known) = self.floor.message(of) else { return };
        match &known.carrier_recording {
            None => {
                let partial = cut || duration.is_some_and(|length| length >= MESSAGE_MAX);
                self.fact(Fact::RecordingNamed { of, recording, duration, partial });
            }
            Some(name) if *name == recording && known.state == RecordingState::Missing && known.effect.is_none() => {
                self.fact(Fact::RecordingTried { of });
            }
            Some(_) => self.odd(Oddity::Duplicate),
        }
    }

    /// The carrier tells of a recording by itself.
    pub(super) fn recording_reported(&mut self, leg: LegId, recording: CarrierRecording, duration: Option<Span>) {
        let Some(found) = self.floor.legs.get(&leg) else { return self.odd(Oddity::UnknownLeg) };
        // Without an item the caller is still at the mailbox: the end of the treatment names the recording again.
        let Some(of) = found.message else { return };
        let Some(state) = self.floor.message(of).map(|known| known.state) else { return };
        match duration {
            Some(_) => self.name_recording(of, recording, duration, true),
            None if state == RecordingState::Pending => self.fact(Fact::RecordingEmpty { of }),
            None => self.odd(Oddity::Duplicate),
        }
    }

    pub(super) fn recording_fetched(
        &mut self,
        effect: EffectId,
        recording: CarrierRecording,
        file: Arc<str>,
        duration: Span,
    ) {
        if let Some(Effect::FetchRecording { of, .. }) = self.floor.effects.get(&effect).cloned() {
            self.fact(Fact::RecordingStored { of, recording, file, duration });
        }
    }

    /// The time for a recording is over, or for another try.
    pub(super) fn recording_due(&mut self, id: ItemId) {
        for of in self.recordings_due(id) {
            self.fact(Fact::RecordingTried { of });
        }
    }

    /// Looking after them panicked twice: they are taken for missing.
    pub(super) fn recordings_given_up(&mut self, id: ItemId) {
        for of in self.recordings_due(id) {
            self.fact(Fact::RecordingDelayed { of, again_at: None });
        }
    }

    fn recordings_due(&self, id: ItemId) -> Vec<MessageId> {
        let messages = self.floor.items.get(&id).map_or(&[][..], |item| &item.messages);
        let due = messages.iter().zip(0..).filter(|(known, _)| known.look_after.is_some_and(|at| at <= self.now));
        due.map(|(_, message)| MessageId { item: id, message }).collect()
    }

    /// The carrier could not, or would not. A copy that should be deleted there is never forgotten.
    pub(super) fn recording_delayed(&mut self, of: MessageId) {
        let Some(known) = self.floor.message(of) else { return };
        let again = known.file.is_some() || known.tries + 1 < recording::TRIES_MAX;
        self.fact(Fact::RecordingDelayed { of, again_at: again.then_some(self.now + recording::TRY_AGAIN) });
    }

    /// Who listens is noted before a byte of it leaves.
    pub(super) fn playback_asked(&mut self, id: ItemId, message: Option<u16>, by: Private<String>) {
        let Some(item) = self.floor.items.get(&id) else { return self.refuse(Refusal::Unknown("item")) };
        let newest = u16::try_from(item.messages.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let of = MessageId { item: id, message: message.unwrap_or(newest) };
        let Some(known) = item.message(of) else { return self.refuse(Refusal::Unknown("recording")) };
        if known.file.is_none() {
            return self.refuse(Refusal::Conflict(match known.state {
                RecordingState::Empty => "the caller said nothing",
                RecordingState::Missing => "the recording could not be had from the carrier; it is tried again",
                RecordingState::Pending | RecordingState::Stored => "the recording is still on its way",
            }));
        }
        self.fact(Fact::RecordingPlayed { of, by });
    }
}

impl Floor {
    fn message(&self, of: MessageId) -> Option<&Recording> {
        self.items.get(&of.item)?.message(of)
    }
}
