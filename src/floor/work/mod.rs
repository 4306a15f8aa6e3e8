//! Work items: what is left to do for a patient, with an owner and a due time.

pub(super) mod chain;
pub mod item;
pub mod kept;
pub mod letter;
pub mod note;
pub(super) mod promise;
pub mod recording;
pub(super) mod repeat;
pub(super) mod rhythm;
pub mod segment;
pub mod stop;
