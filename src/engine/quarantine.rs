//! Poisoned events: what to do when the core panics at one.
//!
//! The first time the process ends, because nobody knows how far the floor had come, and leaves a mark of the event
//! beside its note of the crash. An event with such a mark is tried on a copy of the floor first: if the copy panics,
//! that is the second time, and the floor is told that the event is poisoned instead. What follows for its call is the
//! floor's business (`floor/quarantine.rs`).

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use ring::digest;
use serde::Serialize;
use tracing::error;

use super::desk::Desk;
use super::desk::EXIT_PANIC;
use crate::floor::effect::Outbox;
use crate::floor::event::Event;
use crate::floor::timer::TimerName;
use crate::vocab::Timestamp;

/// Bytes of a digest that make a mark.
const MARK_BYTES: usize = 8;

impl Desk {
    /// The event, or that it is poisoned.
    pub(super) fn tasted(&self, now: Timestamp, event: Event) -> Event {
        if !self.crashes.have_marks() || !self.is_suspect(now, &event) {
            return event;
        }
        let mut copy = self.floor.clone();
        let tasted = AssertUnwindSafe(|| copy.handle(now, event.clone(), &mut Outbox::default()));
        if catch_unwind(tasted).is_ok() {
            return event;
        }
        let deadline = copy.in_hand().cloned();
        error!(
            mark = mark(&event, deadline.as_ref()),
            "carelane panicked at an event for the second time: it is set aside, and its call becomes an item"
        );
        Event::Poisoned { event: Box::new(event), deadline }
    }

    fn is_suspect(&self, now: Timestamp, event: &Event) -> bool {
        match event {
            Event::TimePassed => self.floor.due(now).any(|name| self.crashes.have_mark(&mark(event, Some(name)))),
            _ => self.crashes.have_mark(&mark(event, None)),
        }
    }

    /// Lets the floor decide. A panic is noted with the event's mark, and ends the process.
    pub(super) fn decide(&mut self, now: Timestamp, event: &Event, out: &mut Outbox) {
        if catch_unwind(AssertUnwindSafe(|| self.floor.handle(now, event.clone(), out))).is_ok() {
            return;
        }
        let mark = mark(event, self.floor.in_hand());
        error!(
            mark,
            "carelane panicked at an event: it ends, and its next start reads the journal anew; at the second time the event is set aside"
        );
        self.crashes.note(now, Some(&mark));
        std::process::exit(EXIT_PANIC)
    }
}

/// A short name of an event, the same after a restart. It holds no personal text: those are not in the JSON.
fn mark(event: &Event, deadline: Option<&TimerName>) -> String {
    match (event, deadline) {
        (Event::TimePassed, Some(name)) => digest_of(name),
        _ => digest_of(event),
    }
}

fn digest_of(what: &impl Serialize) -> String {
    // What the journal writes as JSON every day can be written; if not, all such events share a mark and are tasted.
    let json = serde_json::to_vec(what).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, &json);
    digest.as_ref().iter().take(MARK_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
