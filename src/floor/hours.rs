//! The practice's calendar: open time, counted in its own zone through lunch, holidays and clock changes.
//!
//! Due times and openings are computed once, stored in facts, and never computed again.

use jiff::ToSpan;
use jiff::civil;
use jiff::tz::Offset;
use jiff::tz::TimeZone;

use super::treatment::Words;
use super::window::Window;
use crate::flow::Date;
use crate::flow::Flow;
use crate::flow::OpenSpell;
use crate::flow::Phrase;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// How far ahead an opening is looked for. A practice closed for longer gets plain clock time.
const DAYS_AHEAD_MAX: i32 = 400;

/// Less time than that before a window closes is no time to reach anybody.
const REACHABLE_MIN: Span = Span::mins(15);

/// Why a practice is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Between two open spells of one day.
    Lunch,
    /// The whole of a special day.
    Holiday,
    /// Before opening, after closing, or on a weekday without hours.
    AfterHours,
}

/// Is the practice open?
pub fn is_open(flow: &Flow, at: Timestamp) -> bool {
    spells(flow, at).take_while(|(opens, _)| *opens <= at).any(|(_, closes)| at < closes)
}

/// When the practice opens next, if it does so soon enough to be said.
pub fn next_opening(flow: &Flow, from: Timestamp) -> Option<Timestamp> {
    spells(flow, from).find(|(opens, closes)| *opens > from && closes > opens).map(|(opens, _)| opens)
}

/// When the practice closes next, of this moment at which it is open.
pub fn closes(flow: &Flow, at: Timestamp) -> Option<Timestamp> {
    spells(flow, at).take_while(|(opens, _)| *opens <= at).find(|(_, closes)| at < *closes).map(|(_, closes)| closes)
}

/// Why the practice is closed at this moment; nothing while it is open.
pub fn closed(flow: &Flow, at: Timestamp) -> Option<Closed> {
    if is_open(flow, at) {
        return None;
    }
    let Some(zone) = zone(flow) else { return Some(Closed::AfterHours) };
    let today = local_date(&zone, at);
    let of_today = |(opens, _): &(Timestamp, Timestamp)| local_date(&zone, *opens) == today;
    let (mut before, mut after) = (false, false);
    for (opens, _) in spells(flow, at).take_while(of_today) {
        before |= opens <= at;
        after |= opens > at;
    }
    let special = flow.hours.special.get(&key(today));
    Some(match special {
        _ if before && after => Closed::Lunch,
        Some(spells) if spells.is_empty() => Closed::Holiday,
        _ => Closed::AfterHours,
    })
}

/// What a caller is told of a closed practice: why, and when it opens. Nothing while it is open.
pub fn closed_words(flow: &Flow, at: Timestamp) -> Option<Words> {
    let phrase = match closed(flow, at)? {
        Closed::Lunch => Phrase::ClosedLunch,
        Closed::Holiday => Phrase::ClosedHoliday,
        Closed::AfterHours => Phrase::Closed,
    };
    Some(Words::promise(phrase, next_opening(flow, at)?, at))
}

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

/// The moment from which `span` of open time passes until `at`; `earliest`, or the first open moment after it, if
/// that is later.
pub fn before(flow: &Flow, at: Timestamp, span: Span, earliest: Timestamp) -> Timestamp {
    let until = |(opens, closes): (Timestamp, Timestamp)| (opens.max(earliest), closes.min(at));
    let open: Vec<_> =
        spells(flow, earliest).take_while(|(opens, _)| *opens < at).map(until).filter(|(o, c)| o < c).collect();
    let mut left = span;
    for (opens, closes) in open.iter().rev() {
        if *closes - *opens >= left {
            return *closes - left;
        }
        left = Span(left.0 - (*closes - *opens).0);
    }
    open.first().map_or(at, |(opens, _)| *opens)
}

/// When so much open time of the next business day after `from` has passed.
pub fn on_next_business_day(flow: &Flow, from: Timestamp, span: Span) -> Timestamp {
    let opens = next_business_day(flow, from);
    if span == Span::ZERO { opens } else { after_open_time(flow, opens, span) }
}

/// The first open moment between two moments, and how much open time lies between them.
pub fn open_between(flow: &Flow, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Span)> {
    let within = |(opens, closes): (Timestamp, Timestamp)| (opens.max(from), closes.min(to));
    let spells = spells(flow, from).take_while(|(opens, _)| *opens < to).map(within);
    spells.filter(|(opens, closes)| opens < closes).fold(None, |sum, (opens, closes)| {
        let (first, time) = sum.unwrap_or((opens, Span::ZERO));
        Some((first, time + (closes - opens)))
    })
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

/// When a day begins by the practice's wall clock.
pub fn midnight(flow: &Flow, date: civil::Date) -> Option<Timestamp> {
    moment(&zone(flow)?, date, 0)
}

/// When a patient is due who wants to be called in this window, and is due at `due` otherwise: a time in the window
/// stays, one before it becomes the window's beginning, one between two spells of it the end of the earlier.
pub fn due_in_window(flow: &Flow, window: &Window, now: Timestamp, due: Timestamp) -> Timestamp {
    let mut spells = spells_in(flow, now, Some(*window)).filter(|(_, closes)| *closes >= now + REACHABLE_MIN);
    let Some((opens, closes)) = spells.next() else { return due };
    if due <= opens {
        return opens;
    }
    let last = spells.take_while(|(opens, _)| *opens < due).last().map_or(closes, |(_, closes)| closes);
    due.min(last)
}

/// The first moment from `at` on in open time and in the window.
pub fn first_in_window(flow: &Flow, window: &Window, at: Timestamp) -> Timestamp {
    let spell = spells_in(flow, at, Some(*window)).find(|(_, closes)| *closes >= at + REACHABLE_MIN);
    spell.map_or(at, |(opens, _)| opens.max(at))
}

/// Open spells from the day of `from` on, as moments, in order.
fn spells(flow: &Flow, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
    spells_in(flow, from, None)
}

/// The same, as far as they are in a patient's window.
fn spells_in(
    flow: &Flow,
    from: Timestamp,
    window: Option<Window>,
) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
    let zone = zone(flow).unwrap_or(TimeZone::UTC);
    let first = local_date(&zone, from);
    (0..DAYS_AHEAD_MAX).filter_map(move |ahead| first.checked_add(ahead.days()).ok()).flat_map(move |date| {
        let clocks = clocks_of(&zone, date);
        clocks.into_iter().flat_map(move |clock| {
            let spells = spells_of(flow, date).iter().map(|spell| (spell.from, spell.to));
            let narrowed = spells.filter_map(move |(from, to)| match window {
                Some(window) => window.narrow(weekday(date), from, to),
                None => Some((from, to)),
            });
            narrowed.filter_map(move |(from, to)| clock.shows(date, from, to))
        })
    })
}

/// A stretch of time in which the wall clock runs on without a change.
#[derive(Clone, Copy)]
struct WallClock {
    from: Timestamp,
    until: Timestamp,
    offset: Offset,
}

impl WallClock {
    /// When it shows times from one minute of the day to the other: the practice is open as long as its clock says so,
    /// in an hour that comes twice both times, and never in an hour that is skipped.
    fn shows(self, date: civil::Date, from: u16, to: u16) -> Option<(Timestamp, Timestamp)> {
        let midnight = self.offset.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond();
        let at = |minute: u16| Timestamp(midnight) + Span::mins(minute.into());
        let (opens, closes) = (at(from).max(self.from), at(to).min(self.until));
        (opens < closes).then_some((opens, closes))
    }
}

/// The wall clock of a local day: one, and before and after a change two.
fn clocks_of(zone: &TimeZone, date: civil::Date) -> Vec<WallClock> {
    let midnight = |date: civil::Date| date.to_zoned(zone.clone()).ok();
    let (Some(begins), Some(ends)) = (midnight(date), date.tomorrow().ok().and_then(midnight)) else {
        return Vec::new();
    };
    let moment = |at: jiff::Timestamp| Timestamp(at.as_millisecond());
    let mut clocks =
        vec![WallClock { from: moment(begins.timestamp()), until: moment(ends.timestamp()), offset: begins.offset() }];
    if begins.offset() != ends.offset() {
        for change in zone.following(begins.timestamp()).take_while(|change| change.timestamp() < ends.timestamp()) {
            if let Some(before) = clocks.last_mut() {
                before.until = moment(change.timestamp());
            }
            let (from, until) = (moment(change.timestamp()), moment(ends.timestamp()));
            clocks.push(WallClock { from, until, offset: change.offset() });
        }
    }
    clocks
}

fn spells_of(flow: &Flow, date: civil::Date) -> &[OpenSpell] {
    if let Some(special) = flow.hours.special.get(&key(date)) {
        return special;
    }
    flow.hours.week.get(weekday(date)).map_or(&[], Vec::as_slice)
}

/// Monday is 0.
fn weekday(date: civil::Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

fn key(date: civil::Date) -> Date {
    Date { year: date.year(), month: date.month(), day: date.day() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Hours;
    use crate::flow::check_folder;
    use crate::flow::demo;

    /// The demo, in another zone: open 8 to 12 and 13 to 17, Fridays to 16, closed at weekends and on Thanksgiving.
    fn practice(zone: &str) -> Flow {
        let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
        let flow = check_folder(&files).flows.remove(0).2;
        Flow { time_zone: zone.into(), ..flow }
    }

    fn with(zone: &str, day: usize, spells: &[(u16, u16)]) -> Flow {
        let mut flow = practice(zone);
        flow.hours.week[day] = spells.iter().map(|(from, to)| OpenSpell { from: *from, to: *to }).collect();
        flow
    }

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_day_opens_breaks_for_lunch_and_closes_to_the_minute() {
        let flow = practice("America/Chicago");
        for (when, why) in [
            ("2026-11-23T13:59:59Z", Some(Closed::AfterHours)),
            ("2026-11-23T14:00:00Z", None),
            ("2026-11-23T17:59:59Z", None),
            ("2026-11-23T18:00:00Z", Some(Closed::Lunch)),
            ("2026-11-23T18:59:59Z", Some(Closed::Lunch)),
            ("2026-11-23T19:00:00Z", None),
            ("2026-11-23T23:00:00Z", Some(Closed::AfterHours)),
            ("2026-11-22T18:30:00Z", Some(Closed::AfterHours)),
            ("2026-11-26T18:30:00Z", Some(Closed::Holiday)),
            ("2026-12-24T17:00:00Z", None),
            ("2026-12-24T18:30:00Z", Some(Closed::AfterHours)),
        ] {
            assert_eq!(closed(&flow, at(when)), why, "{when}");
        }
    }

    #[test]
    fn the_next_opening_is_after_lunch_tomorrow_or_past_the_holiday() {
        let flow = practice("America/Chicago");
        let opens = |when: &str| next_opening(&flow, at(when)).unwrap();
        assert_eq!(opens("2026-11-23T18:30:00Z"), at("2026-11-23T19:00:00Z"));
        assert_eq!(opens("2026-11-24T02:00:00Z"), at("2026-11-24T14:00:00Z"));
        assert_eq!(opens("2026-11-26T02:00:00Z"), at("2026-11-30T14:00:00Z"));
        let mut never = flow.clone();
        never.hours.week = Default::default();
        assert_eq!(
            (next_opening(&never, at("2027-02-01T00:00:00Z")), is_open(&never, at("2027-02-01T18:00:00Z"))),
            (None, false)
        );
        assert_eq!(closed_words(&never, at("2027-02-01T00:00:00Z")), None);
    }

    #[test]
    fn a_practice_open_day_and_night_never_closes_also_at_midnight_and_when_the_clocks_change() {
        let mut flow = practice("America/New_York");
        flow.hours = Hours::always();
        for when in ["2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2027-03-14T07:00:00Z"] {
            assert!(is_open(&flow, at(when)), "{when}");
            assert_eq!(closed_words(&flow, at(when)), None);
            assert_eq!(after_open_time(&flow, at(when), Span::hours(30)), at(when) + Span::hours(30));
        }
    }

    /// 1 November 2026, a Sunday: one o'clock comes twice, at 06:00 and 07:00 UTC.
    #[test]
    fn in_the_night_the_clocks_go_back_the_hour_that_comes_twice_counts_twice() {
        let through = with("America/Chicago", 6, &[(0, 240)]);
        assert!(is_open(&through, at("2026-11-01T06:30:00Z")) && is_open(&through, at("2026-11-01T07:30:00Z")));
        assert_eq!(after_open_time(&through, at("2026-11-01T05:00:00Z"), Span::hours(5)), at("2026-11-01T10:00:00Z"));
        // What ends or begins in that hour does so each time the clock shows it.
        let ends = with("America/Chicago", 6, &[(0, 90)]);
        assert!(is_open(&ends, at("2026-11-01T06:29:59Z")) && !is_open(&ends, at("2026-11-01T06:30:00Z")));
        assert!(is_open(&ends, at("2026-11-01T07:15:00Z")) && !is_open(&ends, at("2026-11-01T07:30:00Z")));
        assert_eq!(after_open_time(&ends, at("2026-11-01T05:00:00Z"), Span::mins(100)), at("2026-11-01T07:10:00Z"));
        let begins = with("America/Chicago", 6, &[(90, 240)]);
        assert_eq!(next_opening(&begins, at("2026-11-01T05:00:00Z")), Some(at("2026-11-01T06:30:00Z")));
        assert!(!is_open(&begins, at("2026-11-01T07:15:00Z")) && is_open(&begins, at("2026-11-01T07:30:00Z")));
    }

    /// 14 March 2027, a Sunday: after 01:59 comes 03:00, at 08:00 UTC.
    #[test]
    fn in_the_night_the_clocks_go_forward_the_hour_that_is_missing_opens_nothing() {
        let missing = with("America/Chicago", 6, &[(120, 180)]);
        assert!(!is_open(&missing, at("2027-03-14T08:00:00Z")));
        assert_eq!(next_opening(&missing, at("2027-03-14T07:00:00Z")), Some(at("2027-03-15T13:00:00Z")));
        // At three o'clock half past two is over.
        let begins = with("America/Chicago", 6, &[(150, 300)]);
        assert_eq!(next_opening(&begins, at("2027-03-14T07:00:00Z")), Some(at("2027-03-14T08:00:00Z")));
        assert_eq!(after_open_time(&begins, at("2027-03-14T07:00:00Z"), Span::hours(1)), at("2027-03-14T09:00:00Z"));
        let ends = with("America/Chicago", 6, &[(0, 150)]);
        assert!(is_open(&ends, at("2027-03-14T07:59:59Z")) && !is_open(&ends, at("2027-03-14T08:00:00Z")));
    }

    /// Local times of Chicago in November are six hours behind UTC; Friday closes at four.
    #[test]
    fn who_wants_to_be_called_in_a_window_is_called_in_it_and_in_open_time() {
        for (zone, written, now, within, due) in [
            // Opened at nine, due at eleven, to be reached from three on.
            ("America/Chicago", "after 15:00", "2026-11-23T15:00:00Z", 2, "2026-11-23T21:00:00Z"),
            // Due at half past three as it is.
            ("America/Chicago", "after 15:00", "2026-11-23T19:30:00Z", 2, "2026-11-23T21:30:00Z"),
            // The later of the two, and never past that day's window.
            ("America/Chicago", "after 15:00", "2026-11-23T15:00:00Z", 7, "2026-11-23T23:00:00Z"),
            ("America/Chicago", "14:00-15:00", "2026-11-23T15:00:00Z", 7, "2026-11-23T21:00:00Z"),
            // Friday, five minutes before it closes: Monday's afternoon.
            ("America/Chicago", "after 15:00", "2026-12-04T21:55:00Z", 2, "2026-12-07T21:00:00Z"),
            // The day before Thanksgiving, and the holiday, a closed Friday and the weekend after it.
            ("America/Chicago", "after 15:00", "2026-11-25T22:50:00Z", 2, "2026-11-30T21:00:00Z"),
            // In the lunch closure nobody calls: until one o'clock is until twelve, and that is over.
            ("America/Chicago", "11:00-13:00", "2026-11-23T18:10:00Z", 2, "2026-11-24T17:00:00Z"),
            // The morning is the patient's, and it is morning.
            ("America/Chicago", "before 10:00", "2026-11-23T15:00:00Z", 2, "2026-11-23T16:00:00Z"),
            ("America/Chicago", "wednesday", "2026-11-23T15:00:00Z", 2, "2026-11-25T14:00:00Z"),
            // On the first Monday of winter time three o'clock is an hour later by UTC; of summer time, earlier.
            ("America/Chicago", "after 15:00", "2026-10-31T15:00:00Z", 2, "2026-11-02T21:00:00Z"),
            ("America/Chicago", "after 15:00", "2027-03-13T15:00:00Z", 2, "2027-03-15T20:00:00Z"),
            // The window is of the practice's clock.
            ("America/Phoenix", "after 15:00", "2026-11-23T16:00:00Z", 2, "2026-11-23T22:00:00Z"),
            // Never open then: the time without a window.
            ("America/Chicago", "saturday", "2026-11-23T15:00:00Z", 2, "2026-11-23T17:00:00Z"),
        ] {
            let (flow, window) = (practice(zone), Window::parse(written).unwrap());
            let (now, within) = (at(now), Span::hours(within));
            let plain = after_open_time(&flow, now, within);
            let found = due_in_window(&flow, &window, now, plain);
            assert_eq!(found.rfc3339(), at(due).rfc3339(), "{written} at {now} in {zone}");
        }
    }

    #[test]
    fn an_earlier_time_is_counted_back_through_lunch_and_never_before_now() {
        let flow = practice("America/Chicago");
        let back = |due: &str, minutes: i64, now: &str| before(&flow, at(due), Span::mins(minutes), at(now));
        let monday = "2026-11-23T14:00:00Z";
        assert_eq!(back("2026-11-23T22:00:00Z", 30, monday), at("2026-11-23T21:30:00Z"));
        assert_eq!(back("2026-11-23T19:10:00Z", 30, monday), at("2026-11-23T17:40:00Z"));
        assert_eq!(back("2026-11-24T14:10:00Z", 30, monday), at("2026-11-23T22:40:00Z"));
        assert_eq!(back("2026-11-23T14:10:00Z", 30, monday), at(monday));
        assert_eq!(back("2026-11-24T14:10:00Z", 30, "2026-11-24T03:00:00Z"), at("2026-11-24T14:00:00Z"));
    }

    #[test]
    fn each_practice_follows_its_own_zone() {
        for (zone, opens) in [
            ("America/New_York", "2026-11-23T13:00:00Z"),
            ("America/Phoenix", "2026-11-23T15:00:00Z"),
            ("America/Los_Angeles", "2026-11-23T16:00:00Z"),
            ("Pacific/Honolulu", "2026-11-23T18:00:00Z"),
            ("Asia/Kathmandu", "2026-11-23T02:15:00Z"),
        ] {
            let flow = practice(zone);
            assert_eq!(next_opening(&flow, at("2026-11-22T20:00:00Z")), Some(at(opens)), "{zone}");
            assert!(is_open(&flow, at(opens)), "{zone}");
        }
    }
}
