//! Fuzzing: whatever comes from outside as bytes is spoiled in every way and must be read alike by a second, simple
//! reader, or be refused; nothing panics, nothing takes long.
//!
//! `tests/fuzz/<target>/` holds what is spoiled. Input that fails is kept there under `found-…`: leave it in, it is
//! tried first from then on. Chance comes from fixed seeds; `CARELANE_TEST_FUZZ=n` tries n times as much.

#![expect(clippy::expect_used, reason = "a helper that fails is a test that fails")]

mod forms;
mod hunt;
mod records;
mod words;
