//! One test binary: behaviour of every room, from pure decisions to real sockets on 127.0.0.1.

mod audit;
mod browser;
mod crash;
mod disk;
mod failures;
mod flow;
mod fuzz;
mod journal;
mod local;
mod metrics;
mod notes;
mod pilot;
#[cfg(feature = "planted")]
mod planted;
mod report;
mod scenario;
mod serve;
mod simulate;
mod stream;
mod twilio;
mod twiml;
