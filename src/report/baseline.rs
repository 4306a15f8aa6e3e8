//! The baseline of a call log: how many calls were missed, when, and what became of them.
//!
//! A missed caller is followed by number: until somebody calls back and is answered, until she calls again and is
//! answered, or to the end of the log. What a log of calls cannot tell (reasons, bookings, notes) is not guessed.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

use super::delay::Delay;
use super::delay::delay;
use super::log::Direction;
use super::log::LoggedCall;
use super::metric::Value;
use crate::vocab::NumberKey;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// An answered call shorter than this may have met a machine, or nobody who could help.
pub(super) const SHORT: Span = Span::secs(20);
/// Who was missed so shortly before the end of the log may have been called back after it.
pub(super) const TAIL: Span = Span::days(1);
/// So many missed callers are named for the exercise of listening to what became of them.
const EXAMPLES: usize = 10;

/// What counts, and by which clock.
pub struct Terms<'a> {
    /// The practice's time zone.
    pub zone: &'a TimeZone,
    /// When the practice is open, if that is known.
    pub is_open: Option<&'a dyn Fn(Timestamp) -> bool>,
}

/// Calls of an hour of the day, or of a day of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Calls that came in.
    pub inbound: u32,
    /// Those that nobody answered.
    pub missed: u32,
}

/// What became of missed callers whose number was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fates {
    /// Callers missed, each once until somebody spoke with her.
    pub callers: u32,
    /// Called back, and reached.
    pub reached: u32,
    /// Called back, and never reached.
    pub tried: u32,
    /// Called again herself and was answered, before anybody called back.
    pub called_again: u32,
    /// Nobody called back, and she was not answered again.
    pub lost: u32,
    /// Of those that were lost, missed within the last day of the log.
    pub lost_in_tail: u32,
    /// Reached by the first call back.
    pub reached_at_first: u32,
    /// Missed calls that came from a caller who was already waiting for an answer.
    pub duplicates: u32,
}

/// A missed caller to look at, by the row of her first call in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The row; the heading is row 1.
    pub row: u64,
    /// How often she called in vain.
    pub missed_calls: u32,
    /// Until somebody called back or she was answered, in seconds; none if that never happened.
    pub waited_seconds: Option<i64>,
}

/// What a call log says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The first call's time.
    pub from: String,
    /// The last call's time.
    pub until: String,
    /// Calls that came in.
    pub inbound: u32,
    /// Calls that went out.
    pub outbound: u32,
    /// Inbound calls that nobody answered.
    pub missed: u32,
    /// Of those, while the practice was open; none if its hours are not known.
    pub missed_while_open: Option<u32>,
    /// Inbound calls that were answered for less than 20 s.
    pub answered_short: u32,
    /// Missed calls without a number: nobody could call back.
    pub missed_anonymous: u32,
    /// Callers who called more than once, of all whose number was shown.
    pub repeat_callers: u32,
    /// All callers whose number was shown.
    pub callers: u32,
    /// By hour of the day, in the practice's zone.
    pub by_hour: [Count; 24],
    /// By day of the week, Monday first.
    pub by_weekday: [Count; 7],
    /// What became of missed callers.
    pub fates: Fates,
    /// From the first missed call to the first call back.
    pub callback: Option<Delay>,
    /// Those who waited longest, never answered first.
    pub examples: Vec<Example>,
}

/// A caller who was missed, until somebody spoke with her.
struct Missed {
    row: u64,
    at: Timestamp,
    calls: u32,
    first_callback: Option<Timestamp>,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Open,
    Reached { at_first: bool },
    CalledAgain(Timestamp),
}

impl Baseline {
    /// Adds a log up; `None` if there is no call in it.
    pub fn of(mut calls: Vec<LoggedCall>, terms: &Terms<'_>) -> Option<Self> {
        calls.sort_by_key(|call| (call.at, call.row));
        let (first, last) = (calls.first()?.at, calls.last()?.at);
        let mut by_number: BTreeMap<NumberKey, Vec<&LoggedCall>> = BTreeMap::new();
        for call in &calls {
            if let Some(number) = &call.other {
                by_number.entry(number.key()).or_default().push(call);
            }
        }
        let missed: Vec<Missed> = by_number.values().flat_map(|calls| followed(calls)).collect();
        let inbound_of = |calls: &[&LoggedCall]| calls.iter().filter(|call| call.is_inbound()).count();
        let inbound = || calls.iter().filter(|call| call.is_inbound());
        let (by_hour, by_weekday) = by_clock(inbound(), terms.zone);
        Some(Self {
            from: first.rfc3339(),
            until: last.rfc3339(),
            inbound: count(inbound()),
            outbound: count(calls.iter().filter(|call| !call.is_inbound())),
            missed: count(inbound().filter(|call| !call.answered)),
            missed_while_open: terms
                .is_open
                .map(|is_open| count(inbound().filter(|call| !call.answered && is_open(call.at)))),
            answered_short: count(inbound().filter(|c| c.answered && c.length.is_some_and(|length| length < SHORT))),
            missed_anonymous: count(inbound().filter(|call| !call.answered && call.other.is_none())),
            repeat_callers: count(by_number.values().filter(|calls| inbound_of(calls) > 1)),
            callers: count(by_number.values().filter(|calls| inbound_of(calls) > 0)),
            by_hour,
            by_weekday,
            fates: fates(&missed, last),
            callback: delay(missed.iter().filter_map(|m| m.first_callback.map(|at| at - m.at))),
            examples: examples(&missed),
        })
    }

    /// What it says about a metric of the scorecard; `None` if a call log does not tell.
    pub(super) fn value(&self, metric: &str) -> Option<Value> {
        Some(match metric {
            "calls" => Value::Count(self.inbound),
            "missed" => Value::Share(self.missed, self.inbound),
            "repeat_callers" => Value::Share(self.repeat_callers, self.callers),
            "repeat_calls" => Value::Count(self.fates.duplicates),
            "callback_time" => Value::Time(self.callback),
            "first_try" => Value::Share(self.fates.reached_at_first, self.fates.reached + self.fates.tried),
            "callbacks_done" => Value::Share(self.fates.reached, self.fates.callers),
            _ => return None,
        })
    }

    /// The share of inbound calls that nobody answered, in percent.
    pub(super) fn missed_percent(&self) -> u32 {
        percent(self.missed, self.inbound)
    }
}

/// So many of so many, in percent; 0 of nothing.
pub(super) fn percent(part: u32, whole: u32) -> u32 {
    let rounded = (u64::from(part) * 200 + u64::from(whole)).checked_div(2 * u64::from(whole));
    rounded.and_then(|percent| u32::try_from(percent).ok()).unwrap_or(0)
}

/// Each time that one number's caller was missed, until somebody spoke with her. `calls` in order of time.
fn followed(calls: &[&LoggedCall]) -> Vec<Missed> {
    let mut all: Vec<Missed> = Vec::new();
    for call in calls {
        let open = all.last_mut().filter(|missed| missed.end == End::Open);
        match (open, call.direction, call.answered) {
            (None, Direction::Inbound, false) => {
                all.push(Missed { row: call.row, at: call.at, calls: 1, first_callback: None, end: End::Open });
            }
            (Some(missed), Direction::Inbound, false) => missed.calls += 1,
            (Some(missed), Direction::Inbound, true) => missed.end = End::CalledAgain(call.at),
            (Some(missed), Direction::Outbound, answered) => {
                let at_first = missed.first_callback.is_none();
                missed.first_callback.get_or_insert(call.at);
                if answered {
                    missed.end = End::Reached { at_first };
                }
            }
            (None, _, _) => {}
        }
    }
    all
}

fn fates(missed: &[Missed], last: Timestamp) -> Fates {
    let of = |is: &dyn Fn(&Missed) -> bool| count(missed.iter().filter(|missed| is(missed)));
    let lost = |m: &Missed| m.end == End::Open && m.first_callback.is_none();
    Fates {
        callers: count(missed.iter()),
        reached: of(&|m| matches!(m.end, End::Reached { .. })),
        tried: of(&|m| !matches!(m.end, End::Reached { .. }) && m.first_callback.is_some()),
        called_again: of(&|m| matches!(m.end, End::CalledAgain(_)) && m.first_callback.is_none()),
        lost: of(&lost),
        lost_in_tail: of(&|m| lost(m) && last - m.at < TAIL),
        reached_at_first: of(&|m| m.end == End::Reached { at_first: true }),
        duplicates: missed.iter().map(|m| m.calls - 1).sum(),
    }
}

/// Those who waited longest: never answered first, then the earliest.
fn examples(missed: &[Missed]) -> Vec<Example> {
    let waited = |m: &Missed| {
        let end = match m.end {
            End::CalledAgain(at) => Some(at),
            End::Open | End::Reached { .. } => None,
        };
        m.first_callback.or(end).map(|at| (at - m.at).as_secs())
    };
    let mut all: Vec<Example> =
        missed.iter().map(|m| Example { row: m.row, missed_calls: m.calls, waited_seconds: waited(m) }).collect();
    all.sort_by_key(|e| (e.waited_seconds.is_some(), e.waited_seconds.map(|seconds| -seconds), e.row));
    all.truncate(EXAMPLES);
    all
}

fn by_clock<'a>(calls: impl Iterator<Item = &'a LoggedCall>, zone: &TimeZone) -> ([Count; 24], [Count; 7]) {
    let (mut hours, mut days) = ([Count::default(); 24], [Count::default(); 7]);
    for call in calls {
        let Ok(at) = jiff::Timestamp::from_millisecond(call.at.0) else { continue };
        let local = zone.to_datetime(at);
        let day = usize::try_from(local.weekday().since(Weekday::Monday)).ok().and_then(|day| days.get_mut(day));
        let hour = usize::try_from(local.hour()).ok().and_then(|hour| hours.get_mut(hour));
        for count in [hour, day].into_iter().flatten() {
            count.inbound += 1;
            count.missed += u32::from(!call.answered);
        }
    }
    (hours, days)
}

fn count<T>(all: impl Iterator<Item = T>) -> u32 {
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Number;

    /// Minutes after midnight UTC, direction, the other's last digit (0 is anonymous), answered.
    fn log(calls: &[(i64, char, u8, bool)]) -> Baseline {
        let call = |(row, (minute, direction, other, answered)): (u64, &(i64, char, u8, bool))| LoggedCall {
            row,
            at: Timestamp(minute * 60_000),
            direction: if *direction == '<' { Direction::Inbound } else { Direction::Outbound },
            other: (*other > 0).then(|| Number::parse(&format!("+1555011000{other}")).unwrap()),
            answered: *answered,
            length: None,
        };
        let calls = (2..).zip(calls).map(call).collect();
        Baseline::of(calls, &Terms { zone: &TimeZone::UTC, is_open: None }).unwrap()
    }

    #[test]
    fn a_missed_caller_is_followed_until_somebody_spoke_with_her() {
        let log = log(&[
            (0, '<', 1, false),
            (5, '<', 1, false),
            (30, '>', 1, false),
            (60, '>', 1, true),
            (70, '<', 2, false),
            (80, '<', 2, true),
            (90, '<', 3, false),
            (100, '<', 4, false),
            (110, '>', 4, true),
            (120, '<', 4, false),
            (9_000, '<', 5, true),
        ]);
        let expected = Fates {
            callers: 5,
            reached: 2,
            tried: 0,
            called_again: 1,
            lost: 2,
            lost_in_tail: 0,
            reached_at_first: 1,
            duplicates: 1,
        };
        assert_eq!(log.fates, expected);
        assert_eq!((log.inbound, log.outbound, log.missed), (8, 3, 6));
        assert_eq!((log.callers, log.repeat_callers), (5, 3));
        let callback = Delay { cases: 2, median_seconds: 600, p90_seconds: 1_800, longest_seconds: 1_800 };
        assert_eq!(log.callback, Some(callback));
        let rows: Vec<_> = log.examples.iter().map(|e| (e.row, e.waited_seconds, e.missed_calls)).collect();
        assert_eq!(rows, [(8, None, 1), (11, None, 1), (2, Some(1_800), 2), (6, Some(600), 1), (9, Some(600), 1)]);
    }

    #[test]
    fn whoever_was_missed_at_the_end_may_have_been_called_back_after_it() {
        let log = log(&[(0, '<', 1, false), (1_000, '<', 2, false), (2_000, '>', 3, true)]);
        assert_eq!((log.fates.lost, log.fates.lost_in_tail), (2, 1));
    }

    #[test]
    fn nobody_without_a_number_is_followed() {
        let log = log(&[(0, '<', 0, false), (10, '<', 0, false), (20, '>', 1, true)]);
        assert_eq!((log.missed, log.missed_anonymous, log.fates.callers), (2, 2, 0));
        assert_eq!((log.callback, log.examples.len()), (None, 0));
    }

    #[test]
    fn every_missed_call_is_anonymous_a_callers_first_or_a_duplicate() {
        let log =
            log(&[(0, '<', 0, false), (1, '<', 1, false), (2, '<', 1, false), (3, '<', 1, true), (4, '<', 1, false)]);
        assert_eq!(log.missed, log.missed_anonymous + log.fates.callers + log.fates.duplicates);
        let ends = log.fates.reached + log.fates.tried + log.fates.called_again + log.fates.lost;
        assert_eq!(log.fates.callers, ends);
    }

    #[test]
    fn hours_and_days_are_those_of_the_practice() {
        let calls = vec![LoggedCall {
            row: 2,
            at: Timestamp(1_763_434_800_000), // 2025-11-18 03:00 UTC, a Tuesday
            direction: Direction::Inbound,
            other: None,
            answered: false,
            length: None,
        }];
        let chicago = TimeZone::get("America/Chicago").unwrap();
        let log = Baseline::of(calls, &Terms { zone: &chicago, is_open: Some(&|_| false) }).unwrap();
        assert_eq!((log.by_hour[21].missed, log.by_weekday[0].missed), (1, 1), "Monday, nine in the evening");
        assert_eq!(log.missed_while_open, Some(0));
    }

    #[test]
    fn percents_are_rounded_and_nothing_is_none() {
        assert_eq!((percent(1, 3), percent(2, 3), percent(1, 200), percent(0, 0)), (33, 67, 1, 0));
    }
}
