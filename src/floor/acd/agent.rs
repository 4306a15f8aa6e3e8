//! Agents: the assistants and what each is doing.
//!
//! ```text
//! LoggedOut ⇄ NotReady ⇄ Available ─► Offered ─► Talking ─► WrapUp ─► Available
//!                            ▲            └ declined, missed ┘
//! ```
//! One agent has at most one offer or call. What she asks for in mid-call waits in `later`.

use std::sync::Arc;

use crate::floor::acd::fit::AbilityId;
use crate::floor::fact::agent::AgentChange;
use crate::floor::fact::agent::NotReady;
use crate::flow::Member;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::TeamId;
use crate::vocab::Timestamp;

/// An assistant's phone in the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Softphone {
    /// Never opened since she signed in.
    #[default]
    Closed,
    /// Its sound answers: she is rung there.
    Heard,
    /// It has not answered lately.
    Unheard,
    /// It was silent for too long, since then.
    Lost(Timestamp),
}

impl Softphone {
    /// Is a call rung there?
    pub fn rings(self) -> bool {
        matches!(self, Self::Heard | Self::Unheard)
    }
}

/// One assistant on the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Her team file.
    pub team: TeamId,
    /// From the team file.
    pub member: Arc<Member>,
    /// What she brings, from the same.
    pub ability: AbilityId,
    /// What she is doing.
    pub state: AgentState,
    /// Offers missed in a row.
    pub misses: u8,
    /// What she asked to do after the call in hand.
    pub later: Option<AgentChange>,
    /// No longer in the team file; she leaves when her call is done.
    pub leaving: bool,
    /// Rung as on call while signed out: she counts for no lane, and is signed out again after the call.
    pub paged: bool,
    /// Her phone in the browser.
    pub softphone: Softphone,
}

/// What an assistant is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentState {
    /// Not at work.
    LoggedOut,
    /// At work, not to be offered calls.
    NotReady {
        /// Shown to everybody.
        reason: NotReady,
        /// When it ends by itself.
        until: Option<Timestamp>,
    },
    /// Ready; idle since then.
    Available {
        /// The longest idle is offered first.
        since: Timestamp,
    },
    /// Her phone rings.
    Offered(OfferId),
    /// In conversation.
    Talking(CallId),
    /// Writing up.
    WrapUp(CallId),
    /// Done with the call, but her phone is not down yet.
    Parting(LegId),
}

impl Agent {
    /// Everything but logged out counts as staffed; who is only paged does not.
    pub fn is_signed_in(&self) -> bool {
        self.state.is_signed_in() && !self.paged
    }
}

impl AgentState {
    /// As the API names it. While a phone that only rang is not down yet, the view says `offered`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::NotReady { .. } => "not_ready",
            Self::Available { .. } => "available",
            Self::Offered(_) => "offered",
            Self::Talking(_) | Self::Parting(_) => "talking",
            Self::WrapUp(_) => "wrap_up",
        }
    }

    /// Everything but logged out counts as staffed.
    pub fn is_signed_in(&self) -> bool {
        !matches!(self, Self::LoggedOut)
    }

    /// Holding an offer or a call.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Offered(_) | Self::Talking(_) | Self::WrapUp(_) | Self::Parting(_))
    }
}

impl NotReady {
    /// As shown to people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::WithAPatient => "with a patient",
            Self::MissedOffers => "missed offers",
            Self::PhoneUnreachable => "phone unreachable",
            Self::OnThePhone => "on the phone",
            Self::SoftphoneSilent => "softphone silent",
            Self::Supervising => "listening in",
        }
    }
}
