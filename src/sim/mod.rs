//! The simulation: made-up patients, assistants and carriers on a virtual clock, and everything that may go wrong.
//!
//! ```text
//!  seed ─► chance ─► swarm (what this seed turns on) ─► world: an agenda, driven from deadline to deadline
//!                                                        │ patient · assistant · carrier
//!                                                        ▼
//!  story ◄── a rule is broken ◄── watch: Floor::handle, then invariants, reference, recovery, repetitions
//! ```
//! The same seed gives the same bytes. Nothing here is used by what answers real calls; no socket, no disk, no real
//! time. It finds what is wrong in the core and in documents, not in the engine around them.

mod assistant;
mod carrier;
mod chance;
mod marks;
mod patient;
mod practice;
mod reference;
mod seeds;
mod staff;
mod story;
mod swarm;
pub mod told;
mod watch;
mod world;

pub use chance::Chance;
pub use marks::Marks;
pub use marks::REQUIRED;
pub use seeds::Failure;
pub use seeds::Lived;
pub use seeds::Run;
pub use seeds::live;
pub use seeds::run;
pub use watch::Watch;
