//! The practice's calendar: open time, counted in its own zone through lunch, holidays and clock changes.
//!
//! Due times are computed once, stored in facts, and never computed again.

use jiff::ToSpan;
use jiff::civil;
use jiff::tz::TimeZone;

use crate::flow::Date;
use crate::flow::Flow;
use crate::flow::OpenSpell;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How far ahead an opening is looked for. A practice closed for longer gets plain clock time.
const DAYS_AHEAD_MAX: i32 = 60;

/// The moment at which `span` of open time has passed since `from`.
pub fn after_open_time(flow: &Flow, from: Timestamp, span: Span) -> Timestamp {
    let mut left = span;
    for (opens, closes) in spells(flow, from) {
        let opens = opens.max(from);
        if closes <= opens {
            continue;
        }
        if opens + left <= closes {
            return opens + left;
        }
        left = Span(left.0 - (closes - opens).0);
    }
    from + span
}

/// The first opening on a later day than `from`.
pub fn next_business_day(flow: &Flow, from: Timestamp) -> Timestamp {
    let Some(zone) = zone(flow) else { return from + Span::hours(24) };
    let today = local_date(&zone, from);
    let later = spells(flow, from).find(|(opens, _)| local_date(&zone, *opens) > today);
    later.map_or(from + Span::hours(24), |(opens, _)| opens)
}

/// A moment as the practice's wall clock shows it.
pub fn local(flow: &Flow, at: Timestamp) -> Option<civil::DateTime> {
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(at.to_zoned(zone(flow)?).datetime())
}

/// Open spells from the day of `from` on, as moments, in order.
fn spells(flow: &Flow, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
    let zone = zone(flow).unwrap_or(TimeZone::UTC);
    let first = local_date(&zone, from);
    (0..DAYS_AHEAD_MAX).filter_map(move |ahead| first.checked_add(ahead.days()).ok()).flat_map(move |date| {
        let zone = zone.clone();
        spells_of(flow, date)
            .iter()
            .filter_map(move |spell| Some((moment(&zone, date, spell.from)?, moment(&zone, date, spell.to)?)))
    })
}

fn spells_of(flow: &Flow, date: civil::Date) -> &[OpenSpell] {
    let key = Date { year: date.year(), month: date.month(), day: date.day() };
    if let Some(special) = flow.hours.special.get(&key) {
        return special;
    }
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    flow.hours.week.get(weekday).map_or(&[], Vec::as_slice)
}

/// A minute of a local day as a moment. In the hour that a clock change skips, the time after it; in the hour that it
/// repeats, the first time.
pub(super) fn moment(zone: &TimeZone, date: civil::Date, minute: u16) -> Option<Timestamp> {
    let (date, minute) = if minute >= 1_440 { (date.tomorrow().ok()?, minute - 1_440) } else { (date, minute) };
    let hour = i8::try_from(minute / 60).ok()?;
    let local = date.at(hour, i8::try_from(minute % 60).ok()?, 0, 0);
    let zoned = zone.to_ambiguous_zoned(local).compatible().ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

pub(super) fn local_date(zone: &TimeZone, at: Timestamp) -> civil::Date {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone()).date()
}

/// The checker refuses unknown zones, and the data is bundled, so `None` means a damaged journal.
fn zone(flow: &Flow) -> Option<TimeZone> {
    TimeZone::get(&flow.time_zone).ok()
}
