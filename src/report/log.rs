//! One row of a call log: who called whom, when, and whether anybody spoke.
//!
//! Logs write the same things in many ways; what cannot be read is told with its column and value, never guessed.

use jiff::civil;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;
use jiff::tz::TimeZone;

use crate::vocab::Number;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Local times are written in these ways, the day before the hour.
const LOCAL: [&str; 13] = [
    "%H:%M:%S %Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%m/%d/%y %I:%M:%S %p",
    "%m/%d/%y %I:%M %p",
];
/// No phone system logged a call before: who writes 26 means 2026, not the year 26.
const YEAR_MIN: i16 = 1970;
/// The same with the distance from UTC behind.
const WITH_OFFSET: [&str; 3] = ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"];

/// Zones as logs abbreviate them, and their hours from UTC.
const ZONES: [(&str, i8); 10] = [
    ("UTC", 0),
    ("GMT", 0),
    ("EST", -5),
    ("EDT", -4),
    ("CST", -6),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// Which way a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a patient to the practice.
    Inbound,
    /// From the practice.
    Outbound,
}

/// A call as a phone system logged it.
#[derive(Clone, Debug)]
pub struct LoggedCall {
    /// Its row in the file, the heading being row 1.
    pub row: u64,
    /// When it began.
    pub at: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// The other side's number, if it was shown.
    pub other: Option<Number>,
    /// Did anybody answer?
    pub answered: bool,
    /// How long it took, if the log says.
    pub length: Option<Span>,
}

impl LoggedCall {
    /// Another row about the same call: a copy, or another of its legs. Whoever was answered on one was answered.
    pub fn joined(&mut self, other: &Self) {
        self.at = self.at.min(other.at);
        self.answered |= other.answered;
        self.length = self.length.max(other.length);
    }

    /// Did it come in?
    pub fn is_inbound(&self) -> bool {
        self.direction == Direction::Inbound
    }
}

/// A moment, in one of the ways that logs write it; without a zone it is a time of `zone`.
pub(super) fn time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let exact = || text.parse::<jiff::Timestamp>().ok();
    let mail = || rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let offset = || WITH_OFFSET.iter().find_map(|way| jiff::Timestamp::strptime(way, text).ok());
    let moment = exact().or_else(mail).or_else(offset).or_else(|| by_the_clock(text, zone))?;
    Some(Timestamp(moment.as_millisecond())).filter(|at| *at >= Timestamp(0))
}

/// A time without an offset: of the zone that it names in letters, or of `zone`.
fn by_the_clock(text: &str, zone: &TimeZone) -> Option<jiff::Timestamp> {
    let named = |word: &str| ZONES.iter().find(|(name, _)| *name == word).map(|(_, hours)| Offset::constant(*hours));
    let zone = text.split(' ').find_map(named).map_or(zone.clone(), TimeZone::fixed);
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty() && named(word).is_none()).collect();
    let words = words.join(" ");
    let read = |way: &&str| civil::DateTime::strptime(way, &words).ok().filter(|read| read.year() >= YEAR_MIN);
    let local = LOCAL.iter().find_map(read)?;
    Some(local.to_zoned(zone).ok()?.timestamp())
}

/// `75`, `1:15` or `0:01:15`; an empty one says nothing.
pub(super) fn length(text: &str) -> Option<Option<Span>> {
    let text = text.trim();
    if text.is_empty() || text == "-" {
        return Some(None);
    }
    let parts: Option<Vec<i64>> = text.split(':').map(|part| part.trim().parse().ok().filter(|n| *n >= 0)).collect();
    let parts = parts.filter(|parts| parts.len() <= 3)?;
    let seconds = parts.iter().try_fold(0_i64, |seconds, part| seconds.checked_mul(60)?.checked_add(*part))?;
    // A call of more than a month is a damaged row.
    (seconds <= Span::days(31).as_secs()).then(|| Some(Span::secs(seconds)))
}

/// `inbound`, `outbound-api`, `Incoming`, `out`…
pub(super) fn direction(text: &str) -> Option<Direction> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.as_str() {
        "trunking-terminating" => Some(Direction::Inbound),
        "trunking-originating" => Some(Direction::Outbound),
        _ if lower.starts_with("in") => Some(Direction::Inbound),
        _ if lower.starts_with("out") => Some(Direction::Outbound),
        _ => None,
    }
}

/// Does this status say that somebody, or a machine of the practice's, answered?
pub(super) fn answered(text: &str) -> Option<bool> {
    let plain: String = text.trim().to_ascii_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    match plain.as_str() {
        "completed" | "answered" | "connected" | "inprogress" | "success" | "normalcallclearing" => Some(true),
        "noanswer" | "busy" | "failed" | "canceled" | "cancelled" | "missed" | "abandoned" | "voicemail"
        | "rejected" | "unanswered" | "notanswered" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_the_ways_that_logs_write_it() {
        let chicago = TimeZone::get("America/Chicago").unwrap();
        for text in [
            "2026-11-16T15:04:05Z",
            "Mon, 16 Nov 2026 15:04:05 +0000",
            "2026-11-16 15:04:05 UTC",
            "2026-11-16 09:04:05",
            "2026-11-16 09:04:05 -0600",
            "11/16/2026 9:04:05 AM",
            "11/16/2026 09:04:05",
            "11/16/26 09:04:05",
            "11/16/26 9:04:05 AM",
            "07:04:05 PST 2026-11-16",
        ] {
            let at = time(text, &chicago).map(Timestamp::rfc3339);
            assert_eq!(at.as_deref(), Some("2026-11-16T15:04:05.000Z"), "{text}");
        }
        for text in ["yesterday", "26-11-16 09:04:05", "0026-11-16 09:04:05 -0600", "16/11/26 09:04"] {
            assert_eq!(time(text, &chicago), None, "{text}");
        }
    }

    #[test]
    fn lengths_directions_and_statuses_are_read_or_refused() {
        assert_eq!(length("75"), Some(Some(Span::secs(75))));
        assert_eq!(length("0:01:15"), Some(Some(Span::secs(75))));
        assert_eq!(length(" "), Some(None));
        assert!(["a while", "-5", "1:2:3:4", "9223372036854775807:0"].iter().all(|text| length(text).is_none()));
        assert_eq!(direction("outbound-api"), Some(Direction::Outbound));
        assert_eq!(direction("Incoming"), Some(Direction::Inbound));
        assert_eq!(direction("sideways"), None);
        assert_eq!(answered("no-answer"), Some(false));
        assert_eq!(answered("Completed"), Some(true));
        assert_eq!(answered("?"), None);
    }
}
