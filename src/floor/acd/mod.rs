//! Automatic call distribution: who waits, who is free, and who is offered what.

pub mod agent;
pub mod offer;
mod queue;
mod selection;

pub(super) use queue::Idle;
pub(super) use queue::Waiting;
pub(super) use selection::refusal;
