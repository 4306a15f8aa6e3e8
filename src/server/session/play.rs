//! The voice of a session: treatments as programs of sounds, sent when they are due.

use std::time::Duration;

use super::End;
use super::Line;
use super::Session;
use super::barge::Barge;
use super::talk::place_of;
use super::wire::write;
use super::wire::write_audio;
use crate::engine::Given;
use crate::floor::event::Input;
use crate::media::Captions;
use crate::media::Due;
use crate::media::Program;
use crate::media::duration;
use crate::media::message::Writer;
use crate::render::Plan;
use crate::render::Then;
use crate::render::plan;
use crate::server::upgrade::Socket;

impl Session<'_> {
    /// Its plan with its sounds; `None` if the carrier has to play it.
    pub(super) fn program(&self, given: &Given) -> Option<(Plan, Program)> {
        let plan = plan(&given.flow, &given.treatment)?;
        let program = match self.browser {
            true => self.line.library.program_or_text(&plan),
            false => self.line.library.program(&plan)?,
        };
        Some((plan, program))
    }

    /// Can this be played here?
    pub(super) fn can_play(&self, given: &Given) -> bool {
        match place_of(&given.treatment) {
            Some(place) => self.line.engine.rooms().is_here(place.call, place.round),
            None => self.program(given).is_some(),
        }
    }

    /// Plays a treatment from now on.
    pub(super) async fn play(&mut self, given: &Given) -> Result<(), End> {
        let (plan, program) = match (self.program(given), place_of(&given.treatment)) {
            (Some(played), _) => played,
            // Better a conversation without a word before it than none.
            (None, Some(_)) => (Plan::conversation(Vec::new()), Program::default()),
            (None, None) => return Err(End::HandedOver),
        };
        self.sit_down(given)?;
        self.tape_if_recorded(given);
        self.come_to_mailbox(given).await?;
        if self.player.is_playing() {
            self.clear().await?;
        }
        (self.serial, self.keys, self.then, self.waits_until) = (given.serial, plan.keys, plan.then, None);
        self.digits.clear();
        self.hearing.listen_during(&given.treatment);
        self.barge = Barge::of(&given.treatment, &plan, &program);
        self.say_all(&plan, program).await
    }

    /// Says this from now on; a browser shows it.
    pub(super) async fn say_all(&mut self, plan: &Plan, program: Program) -> Result<(), End> {
        if self.browser {
            write(self.socket, self.writer.captions(&Captions::new(plan, &program))).await?;
        }
        let now = self.now();
        if plan.then != Then::Talk || !program.parts.is_empty() {
            self.player.play(now, program);
        }
        self.send_due(now).await
    }

    /// The carrier throws away what it has not played yet.
    pub(super) async fn clear(&mut self) -> Result<(), End> {
        let now = self.now();
        self.player.cleared(now);
        write(self.socket, self.writer.clear()).await
    }

    /// Sends what is due at this time.
    pub(super) async fn send_due(&mut self, now: Duration) -> Result<(), End> {
        while let Some(due) = self.player.poll(now) {
            send(self.line, self.socket, &self.writer, due).await?;
        }
        Ok(())
    }

    /// A frame of the carrier's has come: one of ours goes with it.
    pub(super) async fn keep_pace(&mut self, now: Duration) -> Result<(), End> {
        match self.player.beat(now) {
            Some(due) => send(self.line, self.socket, &self.writer, due).await,
            None => Ok(()),
        }
    }

    /// The caller has heard everything of this treatment.
    pub(super) async fn played(&mut self) -> Result<(), End> {
        match self.then {
            Then::Wait(time) => {
                self.waits_until = Some(self.now() + duration(time));
                Ok(())
            }
            Then::Talk => Ok(()),
            Then::Record { longest, silence } => {
                self.record(longest, silence);
                Ok(())
            }
            Then::End => self.ended(Input::Nothing).await,
            Then::HangUp => {
                self.line.engine.streams().part(self.leg, self.serial);
                Err(End::HandedOver)
            }
        }
    }
}

/// Sends what is due.
async fn send(line: &Line, socket: &mut Socket, writer: &Writer, due: Due<'_>) -> Result<(), End> {
    match due {
        Due::Audio(chunk) => {
            line.metrics.stream_sent(chunk.frames);
            write_audio(socket, writer, &chunk.base64).await
        }
        Due::Mark(number) => write(socket, writer.mark(number)).await,
    }
}
