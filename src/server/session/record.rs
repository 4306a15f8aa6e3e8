//! A message in a session: after the tone everything is recorded, until a key, silence, the limit or the end.
//!
//! The sound is kept as it came, sealed while it is spoken (`engine/tapes.rs`). A line that breaks off leaves what was
//! said, and a leg that comes back speaks on.

use std::time::Duration;

use super::End;
use super::Session;
use super::post;
use super::talk::loudest;
use crate::engine::Given;
use crate::engine::Tape;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::treatment::Treatment;
use crate::media::duration;
use crate::vocab::CarrierRecording;
use crate::vocab::PracticeId;
use crate::vocab::Span;

/// Louder than this (-40 dB below full scale) is somebody who speaks.
const SPEECH_MIN: i16 = 320;

/// The mailbox that a leg is at.
pub(super) struct Mailbox {
    scope: PracticeId,
    recording: CarrierRecording,
    message: Option<Message>,
}

/// What is being said after the tone.
struct Message {
    tape: Tape,
    longest_until: Duration,
    silent_until: Duration,
    silence: Duration,
}

impl Mailbox {
    /// When the message ends by itself.
    pub(super) fn until(&self) -> Option<Duration> {
        self.message.as_ref().map(|message| message.longest_until.min(message.silent_until))
    }

    /// Is anything being recorded?
    pub(super) fn is_recording(&self) -> bool {
        self.message.is_some()
    }
}

impl Session<'_> {
    /// Is this treatment a mailbox? Then the floor learns that the message is recorded here, before it is.
    pub(super) async fn come_to_mailbox(&mut self, given: &Given) -> Result<(), End> {
        self.mailbox = None;
        if matches!(&*given.treatment, Treatment::Record { .. }) {
            let recording = self.line.engine.tape_of(self.leg);
            post(&self.line.engine, Event::MessageBegan { leg: self.leg, recording: recording.clone() }).await?;
            self.mailbox = Some(Mailbox { scope: given.flow.practice.clone(), recording, message: None });
        }
        Ok(())
    }

    /// The tone was heard.
    pub(super) fn record(&mut self, longest: Span, silence: Span) {
        let now = self.now();
        let Some(mailbox) = &mut self.mailbox else { return };
        let (longest_until, silence) = (now + duration(longest), duration(silence));
        let tape = self.line.engine.record(mailbox.recording.clone(), mailbox.scope.clone());
        mailbox.message = Some(Message { tape, longest_until, silent_until: now + silence, silence });
    }

    /// The ears have heard something: while a message is recorded, it is part of it.
    pub(super) fn keep(&mut self, now: Duration) {
        let Some(message) = self.mailbox.as_mut().and_then(|mailbox| mailbox.message.as_mut()) else { return };
        if loudest(&self.ears.audio) > SPEECH_MIN {
            message.silent_until = now + message.silence;
        }
        message.tape.hear(&self.ears.audio);
    }

    /// The message is over, and the caller is still there.
    pub(super) async fn message_over(&mut self) -> Result<(), End> {
        match self.taken_message().await {
            Some(message) => self.ended(message).await,
            None => Ok(()),
        }
    }

    /// The stream is over. If the carrier said so, the caller has hung up, and the message is whole.
    pub(super) async fn leave_mailbox(&mut self, end: &End) {
        let Some(input) = self.taken_message().await else { return };
        // A stream that broke off may come back; so may one that was replaced by another of the same leg.
        if matches!(end, End::Stopped) && !self.line.engine.streams().is_open(self.leg) {
            let (leg, serial) = (self.leg, self.serial);
            // The leg is over: there is nothing to be told.
            drop(post(&self.line.engine, Event::TreatmentEnded { leg, serial, input }).await);
        }
    }

    async fn taken_message(&mut self) -> Option<Input> {
        let mailbox = self.mailbox.take()?;
        let recorded = mailbox.message?.tape.end().await;
        self.line.metrics.tape_lost(recorded.lost);
        Some(Input::Message { recording: mailbox.recording, duration: Some(recorded.length) })
    }
}
