//! When the next attempt to reach a patient is due: now, later the same business day, the next business day.

use crate::floor::hours;
use crate::flow::Flow;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Never a fourth attempt: more would be a chase.
// rule: callback-three-attempts
pub(in crate::floor) const ATTEMPTS_MAX: u8 = 3;
/// "Later the same business day" is this much open time after the first attempt.
const SECOND_ATTEMPT_AFTER: Span = Span::hours(2);

/// When the attempt after number `made` (1 or 2) is due.
// rule: callback-rhythm
pub(in crate::floor) fn next_attempt(flow: &Flow, made: u8, now: Timestamp) -> Timestamp {
    if made <= 1 {
        hours::after_open_time(flow, now, SECOND_ATTEMPT_AFTER)
    } else {
        hours::next_business_day(flow, now)
    }
}
