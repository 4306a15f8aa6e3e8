//! The ledger: every inbound call is at every moment exactly one of these.
//!
//! `inbound` is counted when calls arrive, the others where calls end, and `in_progress` is the number of calls
//! alive, so `unaccounted` is a real check and not an identity.

/// Where the inbound calls are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Calls that ever reached us.
    pub inbound: u64,
    /// Alive: menu, waiting, offered, talking, wrap-up.
    pub in_progress: u64,
    /// Answered and closed with an outcome.
    pub answered: u64,
    /// Served by an approved answer.
    pub self_served: u64,
    /// Became a work item, open or closed.
    pub items: u64,
    /// Hung up before a lane was chosen.
    pub declined: u64,
}

impl Ledger {
    /// Calls that are nowhere: must be 0.
    pub fn unaccounted(&self) -> i64 {
        let found = self.in_progress + self.answered + self.self_served + self.items + self.declined;
        self.inbound.cast_signed() - found.cast_signed()
    }
}
