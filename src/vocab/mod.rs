//! The words every room shares: ids, time, phone numbers, languages, personal data.
//!
//! A word enters here when three rooms use it. No rule of a call centre lives here, and nothing here
//! reads a clock, a disk or a socket.

mod id;
mod key;
mod language;
pub mod limit;
mod name;
mod phone;
mod private;
mod time;

pub use id::AgentId;
pub use id::CallId;
pub use id::CarrierCall;
pub use id::CarrierRecording;
pub use id::ChainId;
pub use id::ContactId;
pub use id::DocumentId;
pub use id::EffectId;
pub use id::FieldId;
pub use id::FloorId;
pub use id::GroupId;
pub use id::ItemId;
pub use id::LaneId;
pub use id::LegId;
pub use id::OfferId;
pub use id::OutcomeId;
pub use id::PracticeId;
pub use id::ReasonId;
pub use id::SkillId;
pub use id::StageId;
pub use id::StepId;
pub use id::TeamId;
pub use key::KeyId;
pub use language::Language;
pub use phone::Caller;
pub use phone::Number;
pub use phone::NumberError;
pub use phone::NumberKey;
pub use private::HasPrivate;
pub use private::Private;
pub use private::present;
pub use time::Span;
pub use time::Timestamp;
