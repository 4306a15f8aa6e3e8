//! Carriers: outside words become Events, effects become requests. They keep no call state and decide nothing.

pub mod local;
pub mod twilio;
