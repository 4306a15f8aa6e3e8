//! Barge-in by voice: a caller who speaks while something is read out is not talked over.
//!
//! The first sound of a voice is enough to be silent; whether it was a word, or a cough, nobody knows yet. So nothing
//! is decided here: when the voice pauses, the sentence that was cut is said again from its beginning, and what comes
//! after it. Emergency words are never lost that way. It happens once for each thing that is read out: a line that
//! gives back our own voice, or a loud room, could otherwise keep us from ever saying it.

use std::time::Duration;

use super::End;
use super::Session;
use crate::floor::treatment::Treatment;
use crate::media::Onset;
use crate::media::Program;
use crate::render::Plan;

/// So long a voice pauses before we go on.
const PAUSE: Duration = Duration::from_millis(700);
/// So long one is let speak; then we go on all the same.
const SPEAKING_MAX: Duration = Duration::from_secs(6);

/// What is read out, as long as a voice may cut it short.
#[derive(Default)]
pub(super) struct Barge {
    read_out: Option<(Plan, Program)>,
    onset: Onset,
    cut: Option<Cut>,
}

/// It was cut short.
struct Cut {
    /// In this part.
    at: usize,
    /// We go on then, or when the voice pauses.
    latest: Duration,
    paused: Duration,
}

impl Barge {
    /// Callers may cut questions and answers short; who waits or speaks with somebody hears no words that wait.
    pub(super) fn of(treatment: &Treatment, plan: &Plan, program: &Program) -> Self {
        let read_out = match treatment {
            Treatment::Menu { .. } | Treatment::AskStanding { .. } | Treatment::Announce { .. } => {
                Some((plan.clone(), program.clone()))
            }
            _ => None,
        };
        Self { read_out, ..Self::default() }
    }

    /// When we go on.
    pub(super) fn until(&self) -> Option<Duration> {
        self.cut.as_ref().map(|cut| cut.paused.min(cut.latest))
    }
}

impl Session<'_> {
    /// The ears have heard something: is it a voice, and are we speaking?
    pub(super) async fn give_way(&mut self, now: Duration) -> Result<(), End> {
        let Some((_, program)) = &self.barge.read_out else { return Ok(()) };
        let speaks = self.barge.onset.hear(&self.ears.audio);
        if let Some(cut) = &mut self.barge.cut {
            if self.barge.onset.is_loud() {
                cut.paused = now + PAUSE;
            }
            return Ok(());
        }
        let at = self.player.part_heard(now);
        if !speaks || !self.player.is_playing() || at >= program.parts.len() {
            return Ok(());
        }
        self.clear().await?;
        self.line.metrics.cut_short(self.now().saturating_sub(now));
        self.barge.cut = Some(Cut { at, latest: now + SPEAKING_MAX, paused: now + PAUSE });
        Ok(())
    }

    /// The voice has paused: we go on, with the sentence that was cut short.
    pub(super) async fn go_on(&mut self) -> Result<(), End> {
        let (Some(cut), Some((mut plan, mut program))) = (self.barge.cut.take(), self.barge.read_out.take()) else {
            return Ok(());
        };
        plan.sounds.drain(..cut.at.min(plan.sounds.len()));
        program.parts.drain(..cut.at.min(program.parts.len()));
        self.say_all(&plan, program).await
    }
}
