//! Audio of our own: what is played to callers who are connected by media streams, and what of them is heard.
//!
//! ```text
//!  sounds/*.wav ─► wav ─► sounds ─► clip (ready to be sent, shared)
//!                                     │
//!  plan (render) ─► library ─► program ─► player ─► message ─► the carrier
//!                                the carrier ─► message ─► dtmf (keys in the audio itself)
//!                                                       └► utterance (what is said, cut out for a recogniser)
//! ```
//! Audio is G.711 mu-law at 8 kHz throughout, as the phone network has it. No rule of a call centre is here; nothing
//! here reads a clock, and no socket is opened: `server` brings the messages.

mod arrivals;
mod backlog;
mod captions;
mod clip;
mod dtmf;
pub mod g711;
mod library;
pub mod message;
mod mixer;
mod onset;
mod player;
mod sounds;
mod utterance;
pub mod wav;

pub use arrivals::Arrivals;
pub use backlog::Backlog;
pub use backlog::Passing;
pub use captions::Caption;
pub use captions::Captions;
pub use dtmf::Detector;
pub use library::Library;
pub use library::duration;
pub use mixer::Mixer;
pub use onset::Onset;
pub use player::Due;
pub use player::Pace;
pub use player::Player;
pub use player::Program;

pub use sounds::Manifest;
pub use sounds::Recording;
pub use sounds::SoundError;
pub use utterance::Listener;
