//! carelane answers a medical practice's phone.
//!
//! ```text
//!  carrier webhook ─► carrier/twilio ─► Event ─► engine/desk ─► Floor::handle ─► facts ─► journal (durable)
//!        ▲                                            ▲                                       │
//!        └── TwiML ◄── render ◄── Treatment           └── confirmed, failed ◄── dispatch ◄── effects
//! ```
//!
//! Rooms in layer order; a room uses rooms above it in this list and never below (`tests/tidy.rs` holds that).

pub mod vocab;

pub mod flow;

pub mod floor;

pub mod render;

pub mod report;

// ---- purity line: everything above builds with --no-default-features ----

#[cfg(feature = "shell")]
pub mod journal;

#[cfg(feature = "shell")]
pub mod carrier;

#[cfg(feature = "shell")]
pub mod media;

#[cfg(feature = "shell")]
pub mod engine;

#[cfg(feature = "shell")]
pub mod metrics;

#[cfg(feature = "shell")]
pub mod server;

#[cfg(feature = "shell")]
pub mod sim;

#[cfg(feature = "shell")]
pub mod cli;
