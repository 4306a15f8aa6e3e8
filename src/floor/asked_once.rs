//! Requests with a key of their own: whoever sends one again, because no answer came, does it once.
//!
//! What changed nothing is not remembered: asked again, it is decided again.

use std::sync::Arc;

use super::effect::Answer;
use super::effect::Refusal;
use super::event::Event;
use super::fact::Fact;
use super::turn::Turn;

impl Turn<'_> {
    /// Decides about a request, unless it was done before.
    pub(super) fn asked_once(&mut self, key: Arc<str>, path: Arc<str>, asked: Event) {
        match self.floor.asked.get(&key) {
            Some(known) if *known == path => self.out.answer = Answer::DoneBefore,
            Some(_) => self.refuse(Refusal::Conflict("this Idempotency-Key was used for another request")),
            None => {
                let before = self.out.facts.len();
                self.take(asked);
                if self.out.facts.len() > before {
                    self.fact(Fact::AskedOnce { key, path });
                }
            }
        }
    }
}
