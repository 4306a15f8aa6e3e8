//! Rendering: a treatment becomes what a carrier or a player understands. No decisions, no sockets.

mod link;
mod playout;
mod question;
mod speech;
pub mod twiml;
mod waiting;
mod whisper;
mod wording;

pub use link::Link;
pub use link::Links;
pub use link::STREAM_PATH;
pub use link::stream_url;
pub use playout::Keys;
pub use playout::Plan;
pub use playout::Sound;
pub use playout::Then;
pub use playout::plan;
pub use speech::Piece;
pub use speech::inventory;
