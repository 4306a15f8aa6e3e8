//! Behaviour tests: the journal on a disk that loses power, fails, and lies.
//!
//! A child process writes a journal through `disk/shim.c`, which writes down every write, sync and rename, and lets
//! chosen ones fail. From that recording the disk is built as a power cut would leave it at any moment: with nothing
//! of what was not synced, with all of it, with torn halves of it. What was acknowledged must be in every one of them.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod binary;
mod faults;
mod platter;
mod power_loss;
mod recording;
mod writer;
