//! Rendering: a treatment becomes what a carrier or a player understands. No decisions, no sockets.

mod link;
mod speech;
pub mod twiml;
mod wording;

pub use link::Link;
pub use link::Links;
pub use speech::Piece;
pub use speech::inventory;
