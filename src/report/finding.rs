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
pub(super) const CLUSTER_MIN: u32 = 5;

/// Something to look at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Many calls are missed and soon called back: nobody is there to answer.
    Coverage,
    /// Callbacks come late: too few people, or nobody's task.
    Ownership,
    /// More than a quarter of missed callers were never called.
    NobodysTask,
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
    // rule: misses-by-hour
    let hours = baseline.by_hour.iter().enumerate();
    let mut hours: Vec<(usize, &Count)> = hours.filter(|(_, count)| stands_out(baseline, count)).collect();
    hours.sort_by_key(|(hour, count)| (std::cmp::Reverse(count.missed), *hour));
    found.extend(hours.into_iter().take(3).map(|(hour, _)| Finding::Hour(hour)));
    found
}

/// Half as many again are missed as over the whole day.
fn stands_out(baseline: &Baseline, hour: &Count) -> bool {
    let (here, all) = (percent(hour.missed, hour.inbound), baseline.missed_percent());
    hour.missed >= CLUSTER_MIN && 2 * here > 3 * all
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
}
