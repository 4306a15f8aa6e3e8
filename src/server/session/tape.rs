//! A recorded conversation in a session: what this caller says and hears, in one sound, while it is in its room.
//!
//! So nothing gets on the tape that the caller does not hear: no whisper, no word between assistants. On hold the
//! caller is in no room, and nothing is recorded. What cannot be written is lost, and the conversation goes on.

use super::Session;
use crate::engine::Given;
use crate::engine::Tape;
use crate::floor::treatment::Treatment;
use crate::media::Mixer;

/// The mixer's names for both sides of the sound.
const SAID: u64 = 0;
const HEARD: u64 = 1;

/// What is being recorded.
pub(super) struct Taping {
    tape: Tape,
    mixer: Mixer,
    mixed: Vec<u8>,
}

impl Taping {
    fn take(&mut self, side: u64, mulaw: &[u8]) {
        if self.mixer.add(side, mulaw, &mut self.mixed) {
            self.tape.hear(&self.mixed);
        }
    }

    /// This goes to the caller.
    pub(super) fn heard(&mut self, mulaw: &[u8]) {
        self.take(HEARD, mulaw);
    }
}

impl Session<'_> {
    /// Is this treatment a conversation that is recorded? Then it is, from now on; what was recorded before ends.
    // rule: announced-before-recorded
    pub(super) fn tape_if_recorded(&mut self, given: &Given) {
        self.end_tape();
        if let Treatment::Connected { call, round, recorded: true, .. } = &*given.treatment {
            let tape = self.line.engine.record_talk(self.leg, *call, *round, given.flow.practice.clone());
            self.taping = Some(Taping { tape, mixer: Mixer::default(), mixed: Vec::new() });
        }
    }

    /// The ears have heard something: in a recorded conversation it is kept.
    pub(super) fn tape_said(&mut self) {
        if let Some(taping) = &mut self.taping {
            taping.take(SAID, &self.ears.audio);
        }
    }

    /// Nothing more is recorded. Nobody waits for the disk.
    pub(super) fn end_tape(&mut self) {
        if let Some(Taping { tape, .. }) = self.taping.take() {
            let metrics = self.line.metrics.clone();
            tokio::spawn(async move { metrics.tape_lost(tape.end().await.lost) });
        }
    }
}
