//! Recorded messages: what facts about them change. An item has at most one effect about its recording at a time.

use crate::floor::Floor;
use crate::floor::call::Phase;
use crate::floor::effect::Effect;
use crate::floor::fact::Fact;
use crate::floor::timer::TimerName;
use crate::floor::work::item::Item;
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
            Fact::RecordingAwaited { item, leg, carrier_call, until } => {
                if let Some(item) = self.items.get_mut(item) {
                    item.recording = Some(Recording::awaited(carrier_call.clone()));
                }
                self.with_leg(*leg, |leg| leg.message = Some(*item));
                self.timers.set(TimerName::RecordingDue(*item), *until);
            }
            Fact::RecordingNamed { item, recording, duration, partial } => {
                self.with_recording(*item, |known| {
                    known.state = RecordingState::Pending;
                    known.at_carrier = true;
                    known.carrier_recording = Some(recording.clone());
                    known.duration = *duration;
                    known.partial = *partial;
                });
                self.work_on_recording(*item);
            }
            Fact::RecordingEmpty { item } => {
                self.with_recording(*item, |known| {
                    known.state = RecordingState::Empty;
                    known.at_carrier = false;
                });
                self.rest_recording(*item);
            }
            Fact::RecordingDelayed { item, again_at } => {
                self.with_recording(*item, |known| {
                    known.tries = known.tries.saturating_add(1);
                    if known.state == RecordingState::Pending {
                        known.state = RecordingState::Missing;
                    }
                });
                self.rest_recording(*item);
                if let Some(at) = again_at {
                    self.timers.set(TimerName::RecordingDue(*item), *at);
                }
            }
            Fact::RecordingTried { item } => {
                self.with_recording(*item, |known| {
                    if known.state == RecordingState::Pending {
                        known.state = RecordingState::Missing;
                    }
                });
                self.work_on_recording(*item);
            }
            Fact::RecordingStored { item, recording, file, duration } => {
                let spoken = *duration >= SPOKEN_MIN;
                self.with_recording(*item, |known| {
                    known.state = if spoken { RecordingState::Stored } else { RecordingState::Empty };
                    known.carrier_recording = Some(recording.clone());
                    known.file = Some(file.clone());
                    known.duration = Some(*duration);
                });
                self.work_on_recording(*item);
            }
            Fact::RecordingDropped { item } => {
                self.with_recording(*item, |known| known.at_carrier = false);
                self.rest_recording(*item);
            }
            // That somebody listened stands in the journal, and changes nothing.
            _ => {}
        }
    }

    fn with_recording(&mut self, id: ItemId, change: impl FnOnce(&mut Recording)) {
        if let Some(recording) = self.items.get_mut(&id).and_then(|item| item.recording.as_mut()) {
            change(recording);
        }
    }

    /// Nothing is done about it just now.
    fn rest_recording(&mut self, id: ItemId) {
        self.timers.clear(&TimerName::RecordingDue(id));
        let effect = self.items.get_mut(&id).and_then(|item| item.recording.as_mut()?.effect.take());
        if let Some(effect) = effect {
            self.drop_effect(effect);
        }
    }

    /// What has to be done next at the carrier: fetch it, or delete what was fetched.
    fn work_on_recording(&mut self, id: ItemId) {
        self.rest_recording(id);
        let Some((item, recording)) = self.items.get(&id).and_then(with_recording) else { return };
        let effect = match (&recording.file, &recording.carrier_recording) {
            (Some(_), Some(name)) => Effect::DropRecording { item: id, recording: name.clone() },
            (_, name) => Effect::FetchRecording {
                item: id,
                practice: item.new.practice.clone(),
                carrier_call: recording.carrier_call.clone(),
                recording: name.clone(),
            },
        };
        let effect = self.put(effect);
        self.with_recording(id, |recording| recording.effect = Some(effect));
    }

    /// Must this item be kept although it is closed?
    pub(super) fn is_recording_unfinished(&self, id: ItemId) -> bool {
        self.items.get(&id).and_then(with_recording).is_some_and(|(_, recording)| recording.is_unfinished())
    }
}

fn with_recording(item: &Item) -> Option<(&Item, &Recording)> {
    Some((item, item.recording.as_ref()?))
}
