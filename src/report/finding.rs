//! What the numbers point to. Where a rule says "many" or "late", the limit is here.

use super::baseline::Baseline;
use super::baseline::Count;
use super::baseline::percent;

/// From this share on, in percent, many calls are missed.
pub(super) const MANY_MISSED: u32 = 10;
/// A callback within this time, in seconds, comes soon: one hour.
pub(super) const SOON: i64 = 3_600;
/// A callback after more than this time, in seconds, comes late: four hours, half a working day.
pub(super) const LATE: i64 = 4 * 3_600;
/// Fewer missed calls in an hour of the day are chance.
const CLUSTER_MIN: u32 = 5;
/// A share that is so many standard deviations over what is usual is no chance, though there are many hours to look at.
const DEVIATIONS: i128 = 3;
/// From this share on, in percent, many callers have to call more than once.
const MANY_REPEAT: u32 = 30;
/// With fewer callers a share of them is chance.
const CALLERS_MIN: u32 = 8;

/// Something to look at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Many calls are missed and soon called back: nobody is there to answer.
    Coverage,
    /// Callbacks come late: too few people, or nobody's task.
    Ownership,
    /// More than a quarter of missed callers were never called.
    NobodysTask,
    /// Many had to call more than once.
    Repeats,
    /// At this hour of the day far more calls are missed than at others.
    Hour(usize),
}

/// What a baseline points to, the most important first.
pub(super) fn findings(baseline: &Baseline) -> Vec<Finding> {
    let median = baseline.callback.map(|callback| callback.median_seconds);
    let lost = baseline.fates.lost - baseline.fates.lost_in_tail;
    let mut found = Vec::new();
    // rule: coverage-or-ownership
    if median.is_some_and(|median| median > LATE) {
        found.push(Finding::Ownership);
    }
    if lost * 4 > baseline.fates.callers {
        found.push(Finding::NobodysTask);
    }
    if baseline.missed_percent() >= MANY_MISSED && median.is_some_and(|median| median <= SOON) {
        found.push(Finding::Coverage);
    }
    // rule: callers-who-call-again
    if baseline.callers >= CALLERS_MIN && percent(baseline.repeat_callers, baseline.callers) >= MANY_REPEAT {
        found.push(Finding::Repeats);
    }
    // rule: misses-by-hour
    let hours = baseline.by_hour.iter().enumerate();
    let mut hours: Vec<(usize, &Count)> = hours.filter(|(_, count)| stands_out(baseline, count)).collect();
    hours.sort_by_key(|(hour, count)| (std::cmp::Reverse(count.missed), *hour));
    found.extend(hours.into_iter().take(3).map(|(hour, _)| Finding::Hour(hour)));
    found
}

fn stands_out(baseline: &Baseline, hour: &Count) -> bool {
    is_no_chance((hour.missed, hour.inbound), (baseline.missed, baseline.inbound))
}

/// Are half as many again missed as over the whole day, and more than chance would have it? Each is so many of so many.
pub(super) fn is_no_chance(here: (u32, u32), all: (u32, u32)) -> bool {
    let is_much = 2 * percent(here.0, here.1) > 3 * percent(all.0, all.1);
    let [missed, calls, all_missed, all_calls] = [here.0, here.1, all.0, all.1].map(i128::from);
    // Of so many calls chance misses the day's share, with the variance calls * share * (1 - share).
    let over = missed * all_calls - calls * all_missed;
    let variance = calls * all_missed * (all_calls - all_missed);
    here.0 >= CLUSTER_MIN && is_much && over * over > DEVIATIONS * DEVIATIONS * variance
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::report::Direction;
    use crate::report::LoggedCall;
    use crate::report::Terms;
    use crate::vocab::Number;
    use crate::vocab::Timestamp;

    /// A hundred calls, eight an hour; `missed` of each eight, called back after so many minutes or never.
    fn week(missed: impl Fn(i64) -> i64, callback: Option<i64>) -> Vec<Finding> {
        let call = |minute: i64, other: i64, direction, answered| LoggedCall {
            row: 2,
            at: Timestamp(minute * 60_000),
            direction,
            other: Number::parse(&format!("+1555011{other:04}")).ok(),
            answered,
            length: None,
        };
        let mut calls = vec![call(14_400, 1, Direction::Outbound, true)];
        for n in 0..96 {
            let (hour, of_hour) = (n / 8, n % 8);
            let (minute, other) = (hour * 60 + of_hour, 100 + n);
            let is_missed = of_hour < missed(hour);
            calls.push(call(minute, other, Direction::Inbound, !is_missed));
            if let (true, Some(after)) = (is_missed, callback) {
                calls.push(call(minute + after, other, Direction::Outbound, true));
            }
        }
        findings(&Baseline::of(calls, &Terms { zone: &TimeZone::UTC, is_open: None }).unwrap())
    }

    #[test]
    fn many_missed_calls_with_soon_callbacks_mean_coverage_and_late_ones_mean_ownership() {
        assert_eq!(week(|_| 2, Some(20)), [Finding::Coverage]);
        assert_eq!(week(|_| 2, Some(300)), [Finding::Ownership]);
        assert_eq!(week(|_| 2, Some(120)), []);
        assert_eq!(week(|hour| i64::from(hour == 3), Some(20)), [], "one of a hundred is not many");
        assert_eq!(week(|_| 2, None), [Finding::NobodysTask]);
    }

    #[test]
    fn an_hour_in_which_far_more_calls_are_missed_is_named() {
        assert_eq!(week(|hour| if hour == 4 { 8 } else { 1 }, Some(120)), [Finding::Hour(4)]);
        assert_eq!(week(|hour| if hour == 4 { 4 } else { 1 }, Some(120)), [], "four may be chance");
    }

    #[test]
    fn an_hour_in_which_chance_missed_more_calls_is_not_named() {
        assert!(!is_no_chance((30, 100), (190, 1_000)), "half as many again, and yet within what chance does");
        assert!(is_no_chance((40, 100), (200, 1_000)));
        assert!(!is_no_chance((6, 20), (35, 180)), "six where four were to be expected");
        assert!(is_no_chance((16, 20), (31, 180)), "the lunch hour");
        assert!(is_no_chance((5, 5), (26, 90)), "after closing time");
        assert!(!is_no_chance((20, 20), (180, 180)), "as everywhere");
    }

    #[test]
    fn many_who_call_more_than_once_are_named_whether_or_not_they_were_answered() {
        let call = |n: u32, other: u32| LoggedCall {
            row: 2,
            at: Timestamp(i64::from(n) * 600_000),
            direction: Direction::Inbound,
            other: Number::parse(&format!("+1555011{other:04}")).ok(),
            answered: true,
            length: None,
        };
        let week = |again: u32| {
            let calls = (0..20).map(|n| call(n, n)).chain((0..again).map(|n| call(20 + n, n)));
            findings(&Baseline::of(calls.collect(), &Terms { zone: &TimeZone::UTC, is_open: None }).unwrap())
        };
        assert_eq!((week(9), week(3)), (vec![Finding::Repeats], vec![]));
    }
}
