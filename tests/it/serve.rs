//! Behaviour tests: the real binary over real sockets, with written calls, at its HTTP doors, and under signals.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod asking;
mod calls;
mod contacts;
mod doors;
mod events;
pub(crate) mod http;
mod interface;
mod letters;
mod lifecycle;
mod privacy;
pub(crate) mod process;
mod retention;
mod salvage;
mod scrape;
mod staff;
pub(crate) mod terminal;
mod urgent;
mod voicemail;
pub(crate) mod world;
