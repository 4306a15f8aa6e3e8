//! The core: calls, queues, agents, offers and work items of one floor.

pub mod effect;
pub mod event;
pub mod fact;
pub mod treatment;
