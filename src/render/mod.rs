//! Rendering: a treatment becomes what a carrier or a player understands. No decisions, no sockets.

mod link;
pub mod twiml;
mod wording;

pub use link::Link;
pub use link::Links;
