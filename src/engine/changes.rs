//! What the floor decides, told to whoever watches, entry by entry, once it is durable.
//!
//! Nothing is kept for those who do not watch, and nobody is waited for: who falls behind is told so and looks at the
//! floor anew. The floor and the journal are the truth; this only says when to look.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::directory::call_of;
use crate::floor::Floor;
use crate::floor::fact::Fact;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::Timestamp;

/// So many entries a watcher may be behind: seconds of a busy floor.
const BEHIND_MAX: usize = 4_096;

/// One journal entry as told to watchers.
#[derive(Debug)]
pub struct Change {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What was decided, each with the call it is about.
    pub facts: Vec<(Option<CallId>, Fact)>,
}

impl Change {
    /// The facts of an entry that was just applied.
    pub(super) fn of(seq: u64, at: Timestamp, facts: Vec<Fact>, floor: &Floor) -> Self {
        let of_leg = |leg: LegId| floor.leg(leg).map(|leg| leg.call).filter(|call| *call != CallId::NONE);
        let facts = facts.into_iter().map(|fact| (call_of(&fact, &of_leg), fact)).collect();
        Self { seq, at, facts }
    }
}

/// Who watches.
#[derive(Clone, Debug)]
pub struct Changes(broadcast::Sender<Arc<Change>>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND_MAX))
    }
}

impl Changes {
    /// From now on.
    pub fn watch(&self) -> broadcast::Receiver<Arc<Change>> {
        self.0.subscribe()
    }

    pub(super) fn is_watched(&self) -> bool {
        self.0.receiver_count() > 0
    }

    pub(super) fn tell(&self, change: Change) {
        // An error means that the last watcher has left meanwhile.
        drop(self.0.send(Arc::new(change)));
    }
}
