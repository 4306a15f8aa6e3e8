//! Work items: what is left to do for a patient, with an owner and a due time.

pub mod item;
pub mod note;
pub mod recording;
mod repeat;
pub(super) mod rhythm;
