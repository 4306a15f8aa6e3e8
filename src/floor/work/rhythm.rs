//! When the next attempt to reach a patient is due: now, later the same business day, the next business day.

use super::item::Item;
use crate::floor::hours;
use crate::flow::Flow;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Never a fourth attempt: more would be a chase.
// rule: callback-three-attempts
pub(in crate::floor) const ATTEMPTS_MAX: u8 = 3;
/// "Later the same business day" is this much open time after the first attempt.
const SECOND_ATTEMPT_AFTER: Span = Span::hours(2);

/// When the step after attempt number `made` is due. After the last attempt nothing is left but to close the item,
/// and that is due at once.
// rule: callback-rhythm
pub(in crate::floor) fn next_step(flow: &Flow, made: u8, now: Timestamp) -> Timestamp {
    match made {
        0 | 1 => hours::after_open_time(flow, now, SECOND_ATTEMPT_AFTER),
        2 => hours::next_business_day(flow, now),
        ATTEMPTS_MAX.. => now,
    }
}

/// The same for the attempt that is being made now, in the patient's window if one is known.
// rule: window-respected
pub(in crate::floor) fn next_attempt(item: &Item, now: Timestamp) -> Timestamp {
    let made = item.attempts.saturating_add(1);
    let at = next_step(&item.flow, made, now);
    match &item.new.details.preferred_window {
        Some(window) if !item.new.urgent && made < ATTEMPTS_MAX => hours::first_in_window(&item.flow, window, at),
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::check_folder;
    use crate::flow::demo;

    /// The demo is open from 8 to 12 and from 13 to 17 on Mondays, in a zone six hours behind UTC in December.
    #[test]
    fn attempts_are_due_later_the_same_day_and_on_the_next_business_day() {
        let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
        let checked = check_folder(&files);
        let flow = &checked.flows[0].2;
        let monday = |hour: i64| Timestamp(millis("2026-12-07T06:00:00Z") + hour * 3_600_000);

        assert_eq!(next_step(flow, 1, monday(9)), monday(11));
        // Lunch does not count, and what the day has no room for goes on the next morning.
        assert_eq!(next_step(flow, 1, monday(11)), monday(14));
        assert_eq!(next_step(flow, 1, monday(16)), monday(24 + 9));
        assert_eq!(next_step(flow, 2, monday(9)), monday(24 + 8));
        assert_eq!(next_step(flow, 3, monday(9)), monday(9));
    }

    fn millis(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }
}
