//! The commands: one file each.

pub mod call;
pub mod check;
pub mod journal;
