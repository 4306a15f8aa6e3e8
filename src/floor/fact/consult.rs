//! The steps of a warm transfer: what became of asking a colleague to take a call over.

use serde::Deserialize;
use serde::Serialize;

use crate::flow::HeadStart;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A warm transfer, from this step on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consulted {
    /// The call.
    pub call: CallId,
    /// What became of it.
    pub step: ConsultStep,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultStep {
    /// The assistant asks a lane's people to take her call over.
    Began {
        /// The lane.
        lane: LaneId,
        /// When the request arrived.
        arrived: Timestamp,
        /// Its place among what they are offered.
        deadline: Timestamp,
        /// The head starts in the deadline.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        head_starts: Vec<(HeadStart, Span)>,
        /// It is over then, if nobody has taken it.
        until: Timestamp,
    },
    /// Its time is over, but somebody listens to the whisper: it goes on for as long as she may.
    Prolonged {
        /// The end of her lease.
        until: Timestamp,
    },
    /// Somebody takes it: both assistants talk. Another round begins if they cannot meet in the present one.
    Accepted {
        /// The colleague.
        agent: AgentId,
        /// Her leg.
        leg: LegId,
        /// The round in whose room they meet.
        round: u32,
    },
    /// The assistant is alone with her patient again.
    Failed(ConsultFailure),
    /// Nobody is asked any longer, and the call is not the colleague's.
    Ended(ConsultEnd),
    /// The call is the colleague's.
    Completed {
        /// Whose it was.
        from: AgentId,
        /// Whose it is.
        to: AgentId,
        /// Her leg.
        leg: LegId,
        /// Its lane now.
        lane: LaneId,
    },
}

/// Why the assistant is alone with her patient again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultFailure {
    /// Nobody took it in time.
    Unanswered,
    /// Whoever had taken it is gone.
    ColleagueLeft,
}

/// How asking a colleague ended, if she did not take the call over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultEnd {
    /// The assistant took her patient back, or asks another lane.
    Cancelled,
    /// The conversation is over.
    TalkEnded,
    /// The call went into a line, as by a cold transfer.
    Transferred,
    /// The patient could not be put on hold, and would have heard it.
    HoldFailed,
}
