//! Digits typed one after the other in a session, until `#` or a pause: a PIN.
//!
//! privacy: they stay here. The floor learns whether they were right, and nothing else does.

use super::End;
use super::Session;
use crate::media::duration;
use crate::render::Then;
use crate::vocab::Private;

/// No PIN is longer, so that no digit of one spills into the next question.
const DIGITS_MAX: usize = 16;

impl Session<'_> {
    /// One more key.
    pub(super) async fn typed(&mut self, key: char) -> Result<(), End> {
        if self.player.is_playing() {
            self.clear().await?;
        }
        if key == '#' {
            return self.all_typed().await;
        }
        self.digits.push(key);
        if self.digits.len() >= DIGITS_MAX {
            return self.all_typed().await;
        }
        if let Then::Wait(pause) = self.then {
            self.waits_until = Some(self.now() + duration(pause));
        }
        Ok(())
    }

    /// Nothing more comes: the floor is told what came of it.
    pub(super) async fn all_typed(&mut self) -> Result<(), End> {
        let typed = Private::new(std::mem::take(&mut self.digits));
        let agent = self.line.engine.directory().staff(self.leg);
        // Too many others are compared just now: the carrier asks again in a moment.
        let input = self.line.pins.compare(agent, typed).await.ok_or(End::HandedOver)?;
        self.ended(input).await
    }
}
