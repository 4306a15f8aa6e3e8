//! Replay: a journal folded to the floor it stands for, and a short name of that state.
//!
//! It decides nothing and writes nothing: the same entries give the same state on every machine.

use std::fmt;

use ring::digest;

use crate::floor::Floor;
use crate::journal::Entry;

/// A floor that is being folded from its entries.
#[derive(Default)]
pub struct Replay {
    floor: Floor,
}

impl Replay {
    /// Applies an entry's facts.
    pub fn take(&mut self, entry: &Entry) {
        for fact in &entry.facts {
            self.floor.apply(entry.at, fact);
        }
        self.floor.recovered();
    }

    /// SHA-256 of the state, lower-case hex. Personal texts do not count.
    pub fn state_hash(&self) -> String {
        let mut hashing = Hashing(digest::Context::new(&digest::SHA256));
        // Hashing cannot fail.
        let _ = self.floor.write_state(&mut hashing);
        hashing.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

struct Hashing(digest::Context);

impl fmt::Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
