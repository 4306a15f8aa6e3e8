//! Automatic call distribution: who waits, who is free, and who is offered what.

pub mod agent;
pub mod board;
pub mod ewt;
pub mod fit;
pub mod offer;
mod selection;

pub(super) use selection::refusal;
