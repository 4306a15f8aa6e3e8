//! Offers: one waiting call rung to one agent until somebody answers or gives up.
//!
//! ```text
//! Ringing ─ phone picked up ─► Whispering ─ 1 ─► Accepted
//!    │                             ├─ 2 ───────► Declined      with a patient: not a miss
//!    ├─ busy, no answer, 20 s ─────┴─ no key ──► NotAnswered   two in a row: not ready
//!    └─ caller gone, agent gone ───────────────► Withdrawn
//! ```
//! An offer is a lease with a number; accepting compares it. After its end a late answer gets a spoken excuse.

use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A call rung to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The lease's number.
    pub id: OfferId,
    /// The call.
    pub call: CallId,
    /// The agent.
    pub agent: AgentId,
    /// The leg to her phone.
    pub leg: LegId,
    /// When it was made.
    pub made_at: Timestamp,
    /// Was the phone picked up?
    pub answered: bool,
    /// Is she rung because she is on call?
    pub on_call: bool,
    /// Is she asked by a colleague to take the call over?
    pub warm: bool,
    /// Is it rung at her softphone?
    pub softphone: bool,
    /// Has that shown that it rings?
    pub rung: bool,
}

/// What the carrier adds to a ring time, and a webhook to get here (`CARRIER`: "carrier adds 5 s" at most).
pub const CARRIER_SLACK: Span = Span::secs(2);
