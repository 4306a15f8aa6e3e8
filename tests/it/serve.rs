//! Behaviour tests: the real binary over real sockets, with written calls, at its HTTP doors, and under signals.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod calls;
pub(crate) mod http;
pub(crate) mod process;
pub(crate) mod world;
