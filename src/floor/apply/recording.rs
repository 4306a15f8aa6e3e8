//! Recorded messages: what facts about them change. There is at most one effect about each at a time.

use crate::floor::Floor;
use crate::floor::call::Phase;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::floor::timer::TimerName;
use crate::floor::work::recording::MessageId;
use crate::floor::work::recording::Recording;
use crate::floor::work::recording::RecordingState;
use crate::floor::work::recording::SPOKEN_MIN;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// The prompt, the longest message, and time for the carrier to tell of its end. After that its callback is lost.
const MAILBOX_MAX: Span = Span::mins(10);

impl Floor {
    fn voicemail_began(&mut self, at: Timestamp, id: CallId, due_at: Timestamp) {
        self.leave_queue(id);
        self.clear_wait_timers(id);
        self.with_call(id, |call| call.phase = Phase::Voicemail { due_at });
        self.timers.set(TimerName::MessageOver(id), at + MAILBOX_MAX);
    }

    pub(super) fn recording_changed(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::VoicemailBegan { call, due_at } => self.voicemail_began(at, *call, *due_at),
            Fact::RecordingAwaited { of, leg, carrier_call, until } => {
                let call = self.legs.get(leg).map_or(CallId::NONE, |leg| leg.call);
                if let Some(item) = self.items.get_mut(&of.item) {
                    item.messages.push(Recording::awaited(call, at, carrier_call.clone()));
                }
                self.with_leg(*leg, |leg| leg.message = Some(*of));
                self.look_after(*of, Some(*until));
            }
            Fact::RecordingNamed { of, recording, duration, partial } => {
                self.with_recording(*of, |known| {
                    known.state = RecordingState::Pending;
                    known.at_carrier = true;
                    known.carrier_recording = Some(recording.clone());
                    known.duration = *duration;
                    known.partial = *partial;
                });
                self.work_on_recording(*of);
            }
            Fact::RecordingEmpty { of } => {
                self.with_recording(*of, |known| {
                    known.state = RecordingState::Empty;
                    known.at_carrier = false;
                });
                self.rest_recording(*of);
            }
            Fact::RecordingDelayed { of, again_at } => {
                self.with_recording(*of, |known| {
                    known.tries = known.tries.saturating_add(1);
                    if known.state == RecordingState::Pending {
                        known.state = RecordingState::Missing;
                    }
                });
                self.rest_recording(*of);
                self.look_after(*of, *again_at);
            }
            Fact::RecordingTried { of } => {
                self.with_recording(*of, |known| {
                    if known.state == RecordingState::Pending {
                        known.state = RecordingState::Missing;
                    }
                });
                self.work_on_recording(*of);
            }
            Fact::RecordingStored { of, recording, file, duration } => {
                let spoken = *duration >= SPOKEN_MIN;
                self.with_recording(*of, |known| {
                    known.state = if spoken { RecordingState::Stored } else { RecordingState::Empty };
                    known.carrier_recording = Some(recording.clone());
                    known.file = Some(file.clone());
                    known.duration = Some(*duration);
                });
                self.work_on_recording(*of);
            }
            Fact::RecordingDropped { of } => {
                self.with_recording(*of, |known| known.at_carrier = false);
                self.rest_recording(*of);
            }
            // That somebody listened stands in the journal, and changes nothing.
            _ => {}
        }
    }

    fn with_recording(&mut self, of: MessageId, change: impl FnOnce(&mut Recording)) {
        if let Some(recording) = self.items.get_mut(&of.item).and_then(|item| item.message_mut(of)) {
            change(recording);
        }
    }

    /// When this message is looked after next. Of an item's messages the one that is due first sets the deadline.
    fn look_after(&mut self, of: MessageId, at: Option<Timestamp>) {
        self.with_recording(of, |known| known.look_after = at);
        self.await_recordings(of.item);
    }

    pub(super) fn await_recordings(&mut self, id: ItemId) {
        let messages = self.items.get(&id).map_or(&[][..], |item| &item.messages);
        match messages.iter().filter_map(|known| known.look_after).min() {
            Some(at) => self.timers.set(TimerName::RecordingDue(id), at),
            None => self.timers.clear(&TimerName::RecordingDue(id)),
        }
    }

    /// Nothing is done about it just now.
    fn rest_recording(&mut self, of: MessageId) {
        self.look_after(of, None);
        let known = self.items.get_mut(&of.item).and_then(|item| item.message_mut(of));
        if let Some(effect) = known.and_then(|known| known.effect.take()) {
            self.drop_effect(effect);
        }
    }

    /// What has to be done next at the carrier: fetch it, or delete what was fetched.
    pub(super) fn work_on_recording(&mut self, of: MessageId) {
        self.rest_recording(of);
        let Some((item, recording)) = self.items.get(&of.item).and_then(|item| Some((item, item.message(of)?))) else {
            return;
        };
        let effect = match (&recording.file, &recording.carrier_recording) {
            (Some(_), Some(name)) => Effect::DropRecording { of, recording: name.clone() },
            (_, name) => Effect::FetchRecording {
                of,
                practice: item.new.practice.clone(),
                carrier_call: recording.carrier_call.clone(),
                recording: name.clone(),
            },
        };
        let effect = self.put(effect);
        self.with_recording(of, |recording| recording.effect = Some(effect));
    }

    /// Must this item be kept although it is closed?
    pub(super) fn is_recording_unfinished(&self, id: ItemId) -> bool {
        self.items.get(&id).is_some_and(|item| item.messages.iter().any(Recording::is_unfinished))
    }
}
