//! The ledger: every inbound call is at every moment exactly one of these.
//!
//! `inbound` is counted when calls arrive, the others where calls end, and `in_progress` is the number of calls
//! alive, so `unaccounted` is a real check and not an identity.

use super::fact::Left;

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

/// How a call that is over is accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Answered,
    SelfServed,
    Item,
    Declined,
}

impl From<Left> for Account {
    fn from(how: Left) -> Self {
        match how {
            Left::Declined | Left::TurnedAway => Self::Declined,
            Left::SelfServed => Self::SelfServed,
            Left::Abandoned | Left::Missed | Left::Callback | Left::Voicemail => Self::Item,
        }
    }
}

impl Ledger {
    /// The count of calls accounted for like this.
    pub(super) fn of(&mut self, account: Account) -> &mut u64 {
        match account {
            Account::Answered => &mut self.answered,
            Account::SelfServed => &mut self.self_served,
            Account::Item => &mut self.items,
            Account::Declined => &mut self.declined,
        }
    }

    /// Calls that are nowhere: must be 0.
    pub fn unaccounted(&self) -> i64 {
        let found = self.in_progress + self.answered + self.self_served + self.items + self.declined;
        self.inbound.cast_signed() - found.cast_signed()
    }
}
