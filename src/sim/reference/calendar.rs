//! Open time, counted in quarters of an hour of the practice's own wall clock.
//!
//! It goes from moments to the wall clock; the floor goes the other way. Opening hours begin and end on quarters.

use jiff::tz::TimeZone;

use crate::flow::Date;
use crate::flow::Flow;
use crate::vocab::Span;
use crate::vocab::Timestamp;

const QUARTER: Span = Span::mins(15);

/// Is the practice open at this moment?
pub(super) fn is_open(flow: &Flow, at: Timestamp) -> bool {
    let (Ok(zone), Ok(moment)) = (TimeZone::get(&flow.time_zone), jiff::Timestamp::from_millisecond(at.0)) else {
        return false;
    };
    let wall = moment.to_zoned(zone).datetime();
    let date = Date { year: wall.year(), month: wall.month(), day: wall.day() };
    let weekday = usize::from(wall.weekday().to_monday_zero_offset().unsigned_abs());
    let spells = flow.hours.special.get(&date).or_else(|| flow.hours.week.get(weekday));
    let minute = u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
    spells.into_iter().flatten().any(|spell| (spell.from..spell.to).contains(&minute))
}

/// Open time between two moments.
pub(super) fn open_time(flow: &Flow, from: Timestamp, to: Timestamp) -> Span {
    let mut open = Span::ZERO;
    let mut at = from;
    while at < to {
        let end = Timestamp((at.0.div_euclid(QUARTER.0) + 1) * QUARTER.0).min(to);
        if is_open(flow, at) {
            open += end - at;
        }
        at = end;
    }
    open
}
