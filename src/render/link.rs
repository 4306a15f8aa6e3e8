//! The URLs carelane hands out, and how they read back. Ids only: no name, number or word of a patient.
//!
//! Every path carries the floor's random name, so that a webhook of an earlier data folder never meets a new call.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::vocab::FloorId;
use crate::vocab::LegId;

/// The path at which media streams connect.
pub const STREAM_PATH: &str = "/media";

/// What a carrier asks of us by a URL we gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The document of a leg's treatment.
    Document {
        /// The leg.
        leg: LegId,
        /// The treatment's serial.
        serial: u32,
    },
    /// The treatment ended, perhaps with input.
    Done {
        /// The leg.
        leg: LegId,
        /// The treatment's serial.
        serial: u32,
    },
    /// A PIN was typed. It has a way of its own, so that it is compared before anything is told to the floor.
    Pin {
        /// The leg.
        leg: LegId,
        /// The treatment's serial.
        serial: u32,
    },
    /// The next words for a leg that waits.
    Wait {
        /// The leg.
        leg: LegId,
        /// The holding treatment's serial.
        serial: u32,
        /// How many rounds of words it has heard.
        round: u32,
    },
    /// A key while waiting.
    Held {
        /// The leg.
        leg: LegId,
        /// The holding treatment's serial.
        serial: u32,
        /// The round in which it was pressed.
        round: u32,
    },
    /// The carrier tells of a recording.
    Recorded {
        /// The leg.
        leg: LegId,
        /// The recording treatment's serial.
        serial: u32,
    },
    /// A leg we created was answered.
    Answered {
        /// The leg.
        leg: LegId,
    },
    /// The status of a leg we created.
    Status {
        /// The leg.
        leg: LegId,
    },
    /// A leg whose media stream is over waits to be moved on.
    Parked {
        /// The leg.
        leg: LegId,
    },
    /// The document of a leg's present treatment, whatever its serial.
    Resume {
        /// The leg.
        leg: LegId,
    },
}

/// Builds URLs for one floor behind one public address.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// Scheme and host as the carrier sees us, without a slash at the end.
    pub public: &'a str,
    /// The floor's name.
    pub floor: &'a FloorId,
}

impl Links<'_> {
    /// The full URL.
    pub fn url(&self, link: Link) -> String {
        let mut url = String::with_capacity(self.public.len() + 48);
        let (leg, rest) = match link {
            Link::Document { leg, serial } => (leg, Rest::Serial(serial, "")),
            Link::Done { leg, serial } => (leg, Rest::Serial(serial, "/done")),
            Link::Recorded { leg, serial } => (leg, Rest::Serial(serial, "/recorded")),
            Link::Pin { leg, serial } => (leg, Rest::Serial(serial, "/pin")),
            Link::Wait { leg, serial, round } => (leg, Rest::Round(serial, "wait", round)),
            Link::Held { leg, serial, round } => (leg, Rest::Round(serial, "held", round)),
            Link::Answered { leg } => (leg, Rest::Word("answered")),
            Link::Status { leg } => (leg, Rest::Word("status")),
            Link::Parked { leg } => (leg, Rest::Word("parked")),
            Link::Resume { leg } => (leg, Rest::Word("resume")),
        };
        // Writing to a String cannot fail.
        let _ = write!(url, "{}/voice/{}/{}", self.public, self.floor, leg.0);
        let _ = match rest {
            Rest::Serial(serial, tail) => write!(url, "/{serial}{tail}"),
            Rest::Round(serial, word, round) => write!(url, "/{serial}/{word}/{round}"),
            Rest::Word(word) => write!(url, "/{word}"),
        };
        url
    }

    /// Where media streams connect.
    pub fn stream(&self) -> String {
        stream_url(self.public)
    }

    /// The waiting music.
    pub fn music(&self) -> String {
        format!("{}/sounds/hold.wav", self.public)
    }
}

/// Where media streams connect, behind this public address: the same place with the websocket's scheme.
pub fn stream_url(public: &str) -> String {
    let (scheme, rest) = match public.strip_prefix("https://") {
        Some(rest) => ("wss", rest),
        None => ("ws", public.strip_prefix("http://").unwrap_or(public)),
    };
    format!("{scheme}://{rest}{STREAM_PATH}")
}

enum Rest {
    Serial(u32, &'static str),
    Round(u32, &'static str, u32),
    Word(&'static str),
}

impl Link {
    /// Reads a path of `floor` back; `None` if it is none of ours.
    pub fn read(path: &str, floor: &FloorId) -> Option<Self> {
        let rest = path.strip_prefix("/voice/")?.strip_prefix(floor.as_str())?.strip_prefix('/')?;
        let mut parts = rest.split('/');
        let leg = LegId(number(parts.next()?)?);
        let second = parts.next()?;
        let tail = (parts.next(), parts.next(), parts.next());
        match (second, tail) {
            ("answered", (None, ..)) => Some(Self::Answered { leg }),
            ("status", (None, ..)) => Some(Self::Status { leg }),
            ("parked", (None, ..)) => Some(Self::Parked { leg }),
            ("resume", (None, ..)) => Some(Self::Resume { leg }),
            (serial, tail) => {
                let serial = number(serial)?;
                match tail {
                    (None, ..) => Some(Self::Document { leg, serial }),
                    (Some("done"), None, _) => Some(Self::Done { leg, serial }),
                    (Some("recorded"), None, _) => Some(Self::Recorded { leg, serial }),
                    (Some("pin"), None, _) => Some(Self::Pin { leg, serial }),
                    (Some("wait"), Some(round), None) => Some(Self::Wait { leg, serial, round: number(round)? }),
                    (Some("held"), Some(round), None) => Some(Self::Held { leg, serial, round: number(round)? }),
                    _ => None,
                }
            }
        }
    }

    /// The leg it is about.
    pub fn leg(self) -> LegId {
        match self {
            Self::Document { leg, .. }
            | Self::Done { leg, .. }
            | Self::Recorded { leg, .. }
            | Self::Pin { leg, .. }
            | Self::Wait { leg, .. }
            | Self::Held { leg, .. }
            | Self::Answered { leg }
            | Self::Parked { leg }
            | Self::Resume { leg }
            | Self::Status { leg } => leg,
        }
    }
}

/// A number as we write it: `+1` and `01` are numbers too, but stand in no URL of ours.
fn number<T: FromStr>(text: &str) -> Option<T> {
    let ours = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    text.parse().ok().filter(|_| ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_reads_back_and_only_on_its_own_floor() {
        let floor = FloorId::from("f00d");
        let links = Links { public: "https://voice.example", floor: &floor };
        let leg = LegId(7);
        for link in [
            Link::Document { leg, serial: 3 },
            Link::Done { leg, serial: 3 },
            Link::Recorded { leg, serial: 3 },
            Link::Pin { leg, serial: 3 },
            Link::Wait { leg, serial: 3, round: 12 },
            Link::Held { leg, serial: 3, round: 12 },
            Link::Answered { leg },
            Link::Status { leg },
            Link::Parked { leg },
            Link::Resume { leg },
        ] {
            let url = links.url(link);
            let path = url.strip_prefix("https://voice.example").unwrap_or_default();
            assert_eq!(Link::read(path, &floor), Some(link), "{url}");
            assert_eq!(Link::read(path, &FloorId::from("beef")), None, "{url}");
            assert_eq!(Link::read(&format!("{path}/more"), &floor), None, "{url}");
        }
    }
}
