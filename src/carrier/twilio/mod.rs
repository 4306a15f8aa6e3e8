//! Twilio, and any carrier that speaks its webhooks and REST.
//!
//! Inwards: [`Form`] decodes a webhook's body, [`Verifier`] checks who sent it, `decode_*` turn it into our words.
//! Outwards: [`RestClient`] creates, redirects, ends and lists calls, and says of each failure what may have happened.
//! This room keeps no call state and decides nothing about a call; it logs no body, number or URL.

mod backoff;
mod budget;
mod fault;
mod form;
mod rest;
mod signature;
mod transport;
mod webhook;

pub use backoff::Backoff;
pub use backoff::Patience;
pub use budget::Budget;
pub use budget::Monotonic;
pub use budget::Rate;
pub use fault::Doubt;
pub use fault::RestError;
pub use fault::Unsent;
pub use form::Form;
pub use form::PARAMETERS_MAX;
pub use form::TooManyParameters;
pub use rest::CallQuery;
pub use rest::CallSummary;
pub use rest::CreatedCall;
pub use rest::NewCall;
pub use rest::RestClient;
pub use rest::RestSettings;
pub use signature::Rejection;
pub use signature::Verifier;
pub use signature::sign;
pub use transport::SettingsError;
pub use webhook::IncomingCall;
pub use webhook::MissingCall;
pub use webhook::RecordingReport;
pub use webhook::StatusReport;
pub use webhook::advance;
pub use webhook::decode_call;
pub use webhook::decode_incoming;
pub use webhook::decode_input;
pub use webhook::decode_pin;
pub use webhook::decode_recording;
pub use webhook::decode_status;
