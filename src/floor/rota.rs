//! The rota: who holds a rung of the on-call ladder at a moment, and when nobody does.
//!
//! Shifts are local times of the ladder's own zone, so a clock change makes one longer or shorter and leaves no gap.
//! Nothing is decided here; whoever asks brings the moment.

use jiff::ToSpan;
use jiff::civil;
use jiff::tz::TimeZone;

use super::hours;
use crate::flow::LocalMinute;
use crate::flow::OnCall;
use crate::flow::Rung;
use crate::flow::Shift;
use crate::flow::ShiftTime;
use crate::vocab::AgentId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How far ahead a hole is looked for.
pub(super) const LOOK_AHEAD: Span = Span::hours(7 * 24);

/// A time at which nobody holds a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The rung, from 1 as people count.
    pub rung: usize,
    /// When it begins.
    pub from: Timestamp,
    /// When somebody holds the rung again, or the end of the time looked at.
    pub to: Timestamp,
}

/// Who holds this rung (from 0) at `at`. A dated shift goes before a weekly one.
pub(super) fn on_duty(on_call: &OnCall, rung: usize, at: Timestamp) -> Option<&AgentId> {
    let zone = zone(on_call);
    let mut shifts: Vec<&Shift> = on_call.rungs.get(rung)?.shifts.iter().collect();
    shifts.sort_by_key(|shift| matches!(shift.time, ShiftTime::Weekly { .. }));
    let holds = |shift: &&Shift| {
        let mut spells = spells(shift.time, &zone, at, at + Span(1));
        spells.any(|(from, to)| from <= at && at < to)
    };
    shifts.into_iter().find(holds).map(|shift| &shift.agent)
}

/// Every hole of every rung in the time from `from` on.
pub(super) fn holes(on_call: &OnCall, from: Timestamp, length: Span) -> Vec<Hole> {
    let zone = zone(on_call);
    let each = on_call.rungs.iter().enumerate();
    each.flat_map(|(index, rung)| holes_of(rung, &zone, from, from + length).map(move |hole| (index, hole)))
        .map(|(index, (from, to))| Hole { rung: index + 1, from, to })
        .collect()
}

fn holes_of(
    rung: &Rung,
    zone: &TimeZone,
    from: Timestamp,
    end: Timestamp,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let mut held: Vec<_> = rung.shifts.iter().flat_map(|shift| spells(shift.time, zone, from, end)).collect();
    held.push((end, end));
    held.sort_unstable();
    let mut held_to = from;
    held.into_iter().filter_map(move |(begins, ends)| {
        let hole = (held_to, begins.min(end));
        held_to = held_to.max(ends);
        (hole.0 < hole.1).then_some(hole)
    })
}

/// The times of a shift that may meet the time between two moments.
fn spells(
    time: ShiftTime,
    zone: &TimeZone,
    from: Timestamp,
    end: Timestamp,
) -> impl Iterator<Item = (Timestamp, Timestamp)> + use<'_> {
    // A weekly shift that began last week may reach into this one.
    let monday = |at| {
        let date = hours::local_date(zone, at);
        date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).ok()
    };
    let weeks = match time {
        ShiftTime::Weekly { .. } => monday(from).and_then(|m| m.checked_sub(7.days()).ok()).zip(monday(end)),
        ShiftTime::Dated { from, .. } => date_of(from).map(|date| (date, date)),
    };
    let mut next = weeks.map(|(first, _)| first);
    let last = weeks.map(|(_, last)| last);
    std::iter::from_fn(move || {
        let week = next.filter(|week| Some(*week) <= last)?;
        next = week.checked_add(7.days()).ok();
        Some(week)
    })
    .filter_map(move |week| spell(time, zone, week))
}

/// One time of a shift: a weekly one in this week.
fn spell(time: ShiftTime, zone: &TimeZone, monday: civil::Date) -> Option<(Timestamp, Timestamp)> {
    let in_week = |minute: u16, week: i64| {
        let date = monday.checked_add((i64::from(minute / 1_440) + 7 * week).days()).ok()?;
        hours::moment(zone, date, minute % 1_440)
    };
    match time {
        ShiftTime::Weekly { from, to } => Some((in_week(from, 0)?, in_week(to, i64::from(to <= from))?)),
        ShiftTime::Dated { from, to } => {
            Some((hours::moment(zone, date_of(from)?, from.minute)?, hours::moment(zone, date_of(to)?, to.minute)?))
        }
    }
}

fn date_of(at: LocalMinute) -> Option<civil::Date> {
    civil::Date::new(at.date.year, at.date.month, at.date.day).ok()
}

/// The checker refuses unknown zones, and the data is bundled, so UTC means a damaged journal.
fn zone(on_call: &OnCall) -> TimeZone {
    TimeZone::get(&on_call.time_zone).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Date;
    use crate::flow::LastResort;

    fn ladder(shifts: Vec<(&str, ShiftTime)>) -> OnCall {
        let shifts = shifts.into_iter().map(|(agent, time)| Shift { agent: agent.into(), time }).collect();
        OnCall {
            time_zone: "America/Chicago".into(),
            after: Span::secs(60),
            ring: Span::secs(30),
            rungs: vec![Rung { shifts }],
            last_resort: LastResort::StartOver,
        }
    }

    const fn week(day: u16, hour: u16) -> u16 {
        day * 1_440 + hour * 60
    }

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn dated(from: (i8, u16), to: (i8, u16)) -> ShiftTime {
        let minute =
            |(day, hour): (i8, u16)| LocalMinute { date: Date { year: 2026, month: 12, day }, minute: hour * 60 };
        ShiftTime::Dated { from: minute(from), to: minute(to) }
    }

    #[test]
    fn the_weekly_shift_is_held_to_the_minute_and_a_dated_one_goes_before_it() {
        let weekly = |from, to| ShiftTime::Weekly { from, to };
        let two = ladder(vec![
            ("ines", weekly(week(4, 17), week(0, 8))),
            ("hugo", weekly(week(0, 8), week(4, 17))),
            ("grace", dated((24, 12), (26, 12))),
        ]);
        let who = |text| on_duty(&two, 0, at(text)).map(AgentId::as_str);
        // Monday 7 December, 08:00 in Chicago is 14:00 in UTC.
        assert_eq!(who("2026-12-07T13:59:59Z"), Some("ines"));
        assert_eq!(who("2026-12-07T14:00:00Z"), Some("hugo"));
        assert_eq!(who("2026-12-11T22:59:59Z"), Some("hugo"));
        assert_eq!(who("2026-12-11T23:00:00Z"), Some("ines"));
        assert_eq!(who("2026-12-24T18:00:00Z"), Some("grace"));
        assert_eq!(who("2026-12-26T18:00:00Z"), Some("ines"));
        assert_eq!(on_duty(&two, 1, at("2026-12-07T14:00:00Z")), None);
        assert!(holes(&two, at("2026-12-07T00:00:00Z"), LOOK_AHEAD).is_empty());
    }

    #[test]
    fn one_shift_may_last_the_whole_week() {
        let one = ladder(vec![("hugo", ShiftTime::Weekly { from: week(0, 8), to: week(0, 8) })]);
        for hour in 0..400 {
            assert!(on_duty(&one, 0, at("2026-12-07T00:00:00Z") + Span::hours(hour)).is_some(), "hour {hour}");
        }
        assert!(holes(&one, at("2026-12-07T13:00:00Z"), LOOK_AHEAD).is_empty());
    }

    #[test]
    fn holes_are_found_where_nobody_holds_the_rung() {
        let days = ladder(vec![
            ("hugo", ShiftTime::Weekly { from: week(0, 8), to: week(5, 8) }),
            ("ines", dated((12, 20), (13, 8))),
        ]);
        let found = holes(&days, at("2026-12-07T18:00:00Z"), LOOK_AHEAD);
        let hole = |from, to| Hole { rung: 1, from: at(from), to: at(to) };
        let saturday = hole("2026-12-12T14:00:00Z", "2026-12-13T02:00:00Z");
        assert_eq!(found, [saturday, hole("2026-12-13T14:00:00Z", "2026-12-14T14:00:00Z")]);
        // Seen from inside the hole, it has begun now.
        let inside = at("2026-12-13T20:00:00Z");
        assert_eq!(holes(&days, inside, Span::hours(1)), [Hole { rung: 1, from: inside, to: inside + Span::hours(1) }]);
    }

    #[test]
    fn both_clock_changes_leave_no_gap() {
        let nights = ladder(vec![
            ("hugo", ShiftTime::Weekly { from: week(6, 2), to: week(6, 3) }),
            ("ines", ShiftTime::Weekly { from: week(6, 3), to: week(6, 2) }),
        ]);
        for day in ["2026-11-01T00:00:00Z", "2027-03-14T00:00:00Z"] {
            assert!(holes(&nights, at(day), LOOK_AHEAD).is_empty(), "{day}");
        }
    }
}
