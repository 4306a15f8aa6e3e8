//! When the next attempt to reach a patient is due: now, later the same business day, the next business day.

use super::item::Item;
use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::Moment;
use crate::flow::Rhythm;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// When the first attempt of a request of `now` is made.
pub(in crate::floor) fn first_attempt(flow: &Flow, rhythm: &Rhythm, now: Timestamp) -> Timestamp {
    rhythm.after(0).map_or(now, |moment| at(flow, rhythm, moment, now))
}

/// When the step after attempt number `made` is due. After the last attempt nothing is left but to close the item,
/// and that is due at once.
// rule: callback-rhythm
pub(in crate::floor) fn next_step(flow: &Flow, rhythm: &Rhythm, made: u8, now: Timestamp) -> Timestamp {
    rhythm.after(made).map_or(now, |moment| at(flow, rhythm, moment, now))
}

fn at(flow: &Flow, rhythm: &Rhythm, moment: Moment, now: Timestamp) -> Timestamp {
    match moment {
        Moment::Now => now,
        Moment::LaterSameDay => hours::after_open_time(flow, now, rhythm.later_after),
        Moment::NextBusinessDay => hours::on_next_business_day(flow, now, rhythm.next_day_after),
    }
}

/// The same for the attempt that is being made now, or that was counted and is being written up, in the patient's
/// window if one is known.
// rule: window-respected
pub(in crate::floor) fn next_attempt(item: &Item, now: Timestamp) -> Timestamp {
    let (rhythm, made) = (item.rhythm(), item.attempts.saturating_add(u8::from(!item.unwritten)));
    // patient: who called for urgent help waits for no opening hours.
    if item.new.urgent && made < rhythm.attempts_max() {
        return now + item.flow.lane(&item.new.lane).map_or(Span::ZERO, |lane| lane.callback_within);
    }
    let at = next_step(&item.flow, &rhythm, made, now);
    match &item.new.details.preferred_window {
        Some(window) if made < rhythm.attempts_max() => hours::first_in_window(&item.flow, window, at),
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
        let rhythm = Rhythm::default();
        let monday = |hour: i64| Timestamp(millis("2026-12-07T06:00:00Z") + hour * 3_600_000);

        assert_eq!(next_step(flow, &rhythm, 1, monday(9)), monday(11));
        // Lunch does not count, and what the day has no room for goes on the next morning.
        assert_eq!(next_step(flow, &rhythm, 1, monday(11)), monday(14));
        assert_eq!(next_step(flow, &rhythm, 1, monday(16)), monday(24 + 9));
        assert_eq!(next_step(flow, &rhythm, 2, monday(9)), monday(24 + 8));
        assert_eq!(next_step(flow, &rhythm, 3, monday(9)), monday(9));
    }

    #[test]
    fn a_practice_says_how_many_attempts_it_makes_and_how_far_apart() {
        let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
        let checked = check_folder(&files);
        let flow = &checked.flows[0].2;
        let rhythm = Rhythm {
            attempts: vec![Moment::LaterSameDay, Moment::NextBusinessDay],
            later_after: Span::mins(30),
            next_day_after: Span::mins(90),
            dials: false,
        };
        let monday = |minute: i64| Timestamp(millis("2026-12-07T06:00:00Z") + minute * 60_000);

        assert_eq!(first_attempt(flow, &rhythm, monday(9 * 60)), monday(9 * 60 + 30));
        assert_eq!(next_step(flow, &rhythm, 1, monday(9 * 60)), monday((24 + 9) * 60 + 30));
        assert_eq!((next_step(flow, &rhythm, 2, monday(9 * 60)), rhythm.attempts_max()), (monday(9 * 60), 2));
        let damaged = Rhythm { attempts: vec![Moment::Now; 9], ..rhythm };
        assert_eq!((damaged.attempts_max(), damaged.after(3)), (3, None));
    }

    fn millis(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }
}
