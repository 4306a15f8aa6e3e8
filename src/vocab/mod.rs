//! The words every room shares: ids, time, phone numbers, languages, personal data.
//!
//! A word enters here when three rooms use it. No rule of a call centre lives here, and nothing here
//! reads a clock, a disk or a socket.

mod id;
mod language;
pub mod limit;
mod phone;
mod private;
mod time;

pub use id::{
    AgentId, CallId, CarrierCall, EffectId, FieldId, FloorId, GroupId, ItemId, LaneId, LegId, OfferId,
    OutcomeId, PracticeId, SkillId, StepId, TeamId,
};
pub use language::Language;
pub use phone::{Caller, Number, NumberError};
pub use private::{HasPrivate, Private};
pub use time::{Span, Timestamp};
