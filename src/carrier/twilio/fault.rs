//! What went wrong with a REST request, in the one respect that matters: may it have been carried out?
//!
//! The carrier has no idempotency keys. A request that may have been carried out must not be sent again blindly: a
//! second create-call would ring an assistant twice. No body, number or URL is kept in an error.

use std::fmt;
use std::time::Duration;

/// Why a REST request did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestError {
    /// Nothing was written to the carrier.
    NotSent(Unsent),
    /// The carrier read the request and refused it: sending the same again gives the same.
    Refused {
        /// HTTP status, 300-499.
        status: u16,
        /// The carrier's own error number, if it gave one.
        code: Option<u32>,
    },
    /// The carrier takes no more requests for now (429). The request was not carried out.
    RateLimited {
        /// How long the carrier asks us to wait, at most a minute.
        retry_after: Option<Duration>,
    },
    /// The call is over, or in no state for this request (HTTP 404 or 410, or error 21220).
    Gone,
    /// The request may have been carried out, or not.
    Unknown(Doubt),
    /// The request was given up, because what it was for is over.
    NoLongerWanted,
}

/// Why a request was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// No connection: unknown host, refused, connect timeout or TLS failure.
    NoConnection,
    /// The time given for the request passed while it waited for its turn in our own request rate.
    NoTurn,
    /// The name of the call, or a URL of ours, cannot stand in a request.
    Unwritable,
}

/// Why the outcome of a request is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The carrier did not answer in time.
    TimedOut,
    /// The connection broke after the request was (perhaps only partly) written.
    ConnectionLost,
    /// The carrier failed inside (HTTP 5xx, or 408).
    ServerError(u16),
    /// The carrier said yes, but its answer cannot be read.
    Unreadable,
}

/// The carrier's numbers for faults of a dial that no other assistant's phone would mend: the account is not active,
/// the credentials, the URL, or the number that calls.
const ABOUT_US: [u32; 7] = [10_001, 20_003, 20_005, 21_205, 21_210, 21_212, 21_213];

impl RestError {
    /// Whether a dial was refused because of the account, the practice's number or the URL, and not of who is dialled.
    pub fn is_about_us(&self) -> bool {
        matches!(self, Self::Refused { code: Some(code), .. } if ABOUT_US.contains(code))
    }

    /// Whether a request that may be carried out twice without harm is worth sending again.
    pub fn may_retry(&self) -> bool {
        match self {
            Self::NotSent(unsent) => *unsent != Unsent::Unwritable,
            Self::RateLimited { .. } | Self::Unknown(_) => true,
            // The carrier changes each call by one request at a time and refuses a second one meanwhile.
            Self::Refused { status, .. } => matches!(status, 409 | 412),
            Self::Gone | Self::NoLongerWanted => false,
        }
    }

    /// Whether the request certainly was not carried out and is worth sending again: the only case in which a
    /// create-call is repeated.
    pub fn may_send_afresh(&self) -> bool {
        matches!(self, Self::NotSent(Unsent::NoConnection | Unsent::NoTurn) | Self::RateLimited { .. })
    }

    /// Whether the request may have been carried out: look (list or fetch calls) before doing it again.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// How long the carrier asks us to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            _ => None,
        }
    }
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(Unsent::NoConnection) => f.write_str(
                "the carrier's API could not be reached, nothing was sent; check the network and TWILIO_API_BASE",
            ),
            Self::NotSent(Unsent::NoTurn) => f.write_str(
                "too many requests to the carrier are waiting, this one was not sent in time; the account's call rate \
                 may be too low for the load",
            ),
            Self::NotSent(Unsent::Unwritable) => f.write_str(
                "the request cannot be written: the call's name or a URL of ours has characters it must not have",
            ),
            Self::Refused { status: status @ (401 | 403), code } => {
                write!(f, "the carrier refused our credentials (HTTP {status}")?;
                write_code(f, *code)?;
                f.write_str("); check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
            }
            Self::Refused { status, code } => {
                write!(f, "the carrier refused the request (HTTP {status}")?;
                write_code(f, *code)?;
                f.write_str("); the request or the account's settings are wrong, sending it again will not help")
            }
            Self::RateLimited { .. } => {
                f.write_str("the carrier takes no more requests for now (HTTP 429); this one was not carried out")
            }
            Self::Gone => f.write_str("the carrier says that the call is over or in no state for this request"),
            Self::Unknown(Doubt::TimedOut) => {
                f.write_str("the carrier's API did not answer in time; the request may have been carried out")
            }
            Self::Unknown(Doubt::ConnectionLost) => {
                f.write_str("the connection to the carrier's API broke; the request may have been carried out")
            }
            Self::Unknown(Doubt::ServerError(status)) => {
                write!(f, "the carrier's API failed (HTTP {status}); the request may have been carried out")
            }
            Self::Unknown(Doubt::Unreadable) => f.write_str(
                "the carrier accepted the request, but its answer is cut off, too long or not what its API promises",
            ),
            Self::NoLongerWanted => f.write_str("the request was given up: what it was for is over"),
        }
    }
}

impl std::error::Error for RestError {}

fn write_code(f: &mut fmt::Formatter<'_>, code: Option<u32>) -> fmt::Result {
    match code {
        Some(code) => write!(f, ", error {code}, see https://www.twilio.com/docs/errors/{code}"),
        None => Ok(()),
    }
}
