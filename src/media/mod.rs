//! Audio of our own: what is played to callers who are connected by media streams, and what of them is heard.
//!
//! ```text
//!  sounds/*.wav ─► wav ─► sounds (which file says which words)
//! ```
//! Audio is G.711 mu-law at 8 kHz throughout, as the phone network has it. No rule of a call centre is here, and
//! nothing here reads a clock.

pub mod g711;
mod sounds;
pub mod wav;

pub use sounds::Manifest;
pub use sounds::Recording;
pub use sounds::SoundError;
