//! The swarm: what a seed draws for its day. Each seed turns its own faults on and others off, so that rare ones meet.

use super::chance::Chance;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Zones, their dates with a clock change, and when that change is, in minutes after midnight.
const CHANGES: [(&str, &str); 10] = [
    ("America/Chicago", "2026-11-01"),
    ("America/Chicago", "2027-03-14"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2027-03-14"),
    ("Europe/Berlin", "2026-10-25"),
    ("Europe/Berlin", "2027-03-28"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2027-04-04"),
    ("America/Phoenix", "2026-11-01"),
    ("Asia/Kolkata", "2027-03-14"),
];
/// Ordinary days, a short one, one before a holiday, holidays, a year's end.
const DATES: [&str; 8] =
    ["2026-11-23", "2026-11-24", "2026-11-27", "2026-11-25", "2026-11-26", "2026-12-31", "2027-01-01", "2028-02-29"];

/// How a seed's day goes.
#[derive(Clone, Debug)]
pub(super) struct Swarm {
    /// The practices' time zone.
    pub(super) zone: &'static str,
    /// Midnight of the first day.
    pub(super) begins: Timestamp,
    /// Which practices: the demo, the simulation's own, or both on one floor.
    pub(super) demo: bool,
    pub(super) harbor: bool,
    /// Patients a day.
    pub(super) calls: u64,
    /// When most of them call, after midnight, and for how long.
    pub(super) rush: Span,
    pub(super) rush_for: Span,
    /// So many in a hundred assistants come to work.
    pub(super) staffed: u64,
    /// Percentages of patients' doings.
    pub(super) hangs_up: u64,
    pub(super) silent: u64,
    pub(super) wrong: u64,
    pub(super) speaks: u64,
    pub(super) urgent: u64,
    pub(super) anonymous: u64,
    pub(super) redials: u64,
    pub(super) impatient: u64,
    /// How many different numbers call.
    pub(super) numbers: u64,
    /// Calls that come at once from one number.
    pub(super) flood: u64,
    /// Percentages of assistants' doings.
    pub(super) misses: u64,
    pub(super) declines: u64,
    pub(super) forgets: u64,
    pub(super) transfers: u64,
    pub(super) holds: u64,
    pub(super) consults: u64,
    pub(super) drops: u64,
    pub(super) toggles: u64,
    /// Percentages of the carrier's doings.
    pub(super) duplicates: u64,
    pub(super) late: u64,
    pub(super) lost: u64,
    pub(super) refuses: u64,
    pub(super) unreachable: u64,
    /// Crashes in a thousand events.
    pub(super) crashes: u64,
    /// How long a restart takes at most.
    pub(super) down_max: Span,
    /// Does the wall clock jump while the process is down?
    pub(super) clock_jumps: bool,
    /// Flow and team files read again in a day.
    pub(super) reloads: u64,
}

impl Swarm {
    /// Draws a day.
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let clock_change = chance.percent(25);
        let (zone, date) =
            if clock_change { *chance.pick(&CHANGES) } else { (chance.pick(&CHANGES).0, *chance.pick(&DATES)) };
        let both = chance.percent(15);
        let demo = both || chance.percent(40);
        // In the night of a clock change people call around the change; otherwise in the hours of the practice.
        let night = clock_change && chance.percent(70);
        let rush = if night { Span::mins(10) } else { Span::mins(7 * 60 + 30 * i64::from(chance.percent(50))) };
        let rush_for = if night { Span::hours(4) } else { Span::mins(*chance.pick(&[30, 60, 120, 240, 600])) };
        let often = |chance: &mut Chance, rates: &[u64]| *chance.pick(rates);
        Self {
            zone,
            begins: midnight(zone, date),
            demo,
            harbor: both || !demo,
            calls: often(chance, &[6, 12, 18, 24, 40]),
            rush,
            rush_for,
            staffed: often(chance, &[0, 30, 60, 90, 100]),
            hangs_up: often(chance, &[0, 3, 10, 30]),
            silent: often(chance, &[0, 5, 15, 40]),
            wrong: often(chance, &[0, 5, 25]),
            speaks: often(chance, &[0, 20, 60]),
            urgent: often(chance, &[0, 3, 12, 40]),
            anonymous: often(chance, &[0, 5, 40]),
            redials: often(chance, &[0, 30, 80]),
            impatient: often(chance, &[0, 20, 70]),
            numbers: often(chance, &[3, 10, 1_000]),
            flood: if chance.percent(8) { 12 + chance.below(30) } else { 0 },
            misses: often(chance, &[0, 10, 30, 70]),
            declines: often(chance, &[0, 5, 25]),
            forgets: often(chance, &[0, 10, 60]),
            transfers: often(chance, &[0, 10, 40]),
            holds: often(chance, &[0, 15, 50]),
            consults: often(chance, &[0, 15, 50]),
            drops: often(chance, &[0, 5, 30]),
            toggles: often(chance, &[0, 10, 30]),
            duplicates: often(chance, &[0, 8, 40]),
            late: often(chance, &[0, 5, 30]),
            lost: often(chance, &[0, 3, 15]),
            refuses: often(chance, &[0, 2, 10]),
            unreachable: often(chance, &[0, 3, 20]),
            crashes: often(chance, &[0, 4, 15]),
            down_max: Span::secs(*chance.pick(&[1, 5, 60, 600])),
            clock_jumps: chance.percent(30),
            reloads: often(chance, &[0, 0, 1, 4]),
        }
    }
}

/// Midnight of a day, as the zone's clocks show it.
fn midnight(zone: &str, date: &str) -> Timestamp {
    let date: Option<jiff::civil::Date> = date.parse().ok();
    let zoned = date.and_then(|date| date.in_tz(zone).ok());
    Timestamp(zoned.map_or(0, |zoned| zoned.timestamp().as_millisecond()))
}
