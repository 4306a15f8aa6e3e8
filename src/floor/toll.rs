//! The toll guard: which numbers carelane does not dial, and why.
//!
//! Caller ID can be forged: whoever leaves a callback "from" a premium number earns by each call back. So only ordinary
//! numbers of the practice's own country are dialled, or what its flow file allows, and not more than it allows.

use std::collections::VecDeque;

use super::fact::attempt::Undialled;
use crate::flow::Flow;
use crate::vocab::Caller;
use crate::vocab::Span;
use crate::vocab::Timestamp;

const HOUR: Span = Span::hours(1);
const DAY: Span = Span::hours(24);

/// Areas of the shared country code 1 that are countries of their own, and dear ones.
const FOREIGN_AREAS: [&str; 21] = [
    "242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758", "767", "784", "809",
    "829", "849", "868", "869", "876",
];

/// How numbers begin whose calls cost more, by country.
const PREMIUM: [&str; 14] = [
    "+1900", "+1976", "+449", "+4487", "+49900", "+49137", "+3389", "+34803", "+34806", "+34807", "+3989", "+52900",
    "+43900", "+41900",
];

/// The dials of a practice within the last day, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dials(VecDeque<Timestamp>);

impl Dials {
    pub(super) fn note(&mut self, at: Timestamp) {
        self.0.push_back(at);
        while self.0.front().is_some_and(|dialled| *dialled + DAY <= at) {
            self.0.pop_front();
        }
    }

    /// Until when no more may be dialled, and which limit says so.
    pub(super) fn full_until(&self, flow: &Flow, now: Timestamp) -> Option<(Timestamp, Undialled)> {
        let until = |within: Span, most: u16| {
            let most = usize::from(most.max(1));
            let lately = self.0.iter().filter(|dialled| **dialled + within > now).count();
            // Room is made when the oldest of the last `most` is that long ago.
            let oldest = self.0.len().checked_sub(most).and_then(|place| self.0.get(place)).filter(|_| lately >= most);
            oldest.map(|dialled| *dialled + within)
        };
        let hour = until(HOUR, flow.dialling.calls_per_hour).map(|at| (at, Undialled::HourFull));
        let day = until(DAY, flow.dialling.calls_per_day).map(|at| (at, Undialled::DayFull));
        hour.into_iter().chain(day).max_by_key(|(at, _)| *at)
    }
}

/// Why this caller's number is not dialled, whenever; nothing if it may be.
// rule: toll-guard
pub(super) fn guard(flow: &Flow, caller: &Caller) -> Option<Undialled> {
    let number = caller.number.as_ref().filter(|number| !number.is_erased());
    let Some(number) = number.map(crate::vocab::Number::reveal) else { return Some(Undialled::Anonymous) };
    if flow.numbers.iter().chain(&flow.staff_number).any(|ours| **ours == *number) {
        return Some(Undialled::Ours);
    }
    if is_short(number) {
        return Some(Undialled::Short);
    }
    if PREMIUM.iter().any(|premium| number.starts_with(premium)) {
        return Some(Undialled::Premium);
    }
    let allowed = match &flow.dialling.prefixes[..] {
        [] => flow.numbers.first().is_some_and(|ours| is_same_country(ours, number)),
        prefixes => prefixes.iter().any(|prefix| number.starts_with(&**prefix)),
    };
    (!allowed).then_some(Undialled::Country)
}

/// Emergency numbers, service codes and whatever else is no subscriber's whole number.
fn is_short(number: &str) -> bool {
    let Some(national) = number.strip_prefix("+1") else {
        // With its country code no subscriber's number is shorter.
        return number.len() < 9;
    };
    let service = |code: Option<&str>| code.is_none_or(|code| code.ends_with("11") || code.starts_with(['0', '1']));
    national.len() != 10 || service(national.get(..3)) || service(national.get(3..6))
}

fn is_same_country(ours: &str, number: &str) -> bool {
    let code = country_code(ours);
    number.starts_with(code) && !(code == "+1" && number.get(2..5).is_some_and(|area| FOREIGN_AREAS.contains(&area)))
}

/// The country code a number begins with: one digit, two or three, as the numbering plan has them.
fn country_code(number: &str) -> &str {
    let two = number.get(1..3).unwrap_or_default();
    let digits = match two.as_bytes() {
        [b'1' | b'7', _] => 1,
        [b'2', b'0' | b'7']
        | [b'3', b'0'..=b'4' | b'6' | b'9']
        | [b'4', b'0' | b'1' | b'3'..=b'9']
        | [b'5', b'1'..=b'8']
        | [b'6', b'0'..=b'6']
        | [b'8', b'1' | b'2' | b'4' | b'6']
        | [b'9', b'0'..=b'5' | b'8'] => 2,
        _ => 3,
    };
    number.get(..=digits).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::check_folder;
    use crate::flow::demo;

    fn practice() -> Flow {
        let files = demo().map(|(path, text)| (path.to_owned(), text.to_owned()));
        check_folder(&files).flows.remove(0).2
    }

    #[test]
    fn premium_short_foreign_and_hidden_numbers_are_not_dialled() {
        let flow = practice();
        for (from, why) in [
            ("+15555550101", None),
            ("+13125550199", None),
            ("+17875550199", None),
            ("anonymous", Some(Undialled::Anonymous)),
            ("+19005550199", Some(Undialled::Premium)),
            ("+15550100100", Some(Undialled::Ours)),
            ("+15550100199", Some(Undialled::Ours)),
            ("+1911555", Some(Undialled::Short)),
            ("+19115550199", Some(Undialled::Short)),
            ("+15559110199", Some(Undialled::Short)),
            ("+1555555010", Some(Undialled::Short)),
            ("+18765550199", Some(Undialled::Country)),
            ("+442071838750", Some(Undialled::Country)),
            ("+37126123456", Some(Undialled::Country)),
        ] {
            assert_eq!(guard(&flow, &Caller::from_carrier(from)), why, "{from}");
        }
    }

    #[test]
    fn a_practice_allows_what_its_flow_says_and_premium_numbers_of_it_never() {
        let mut flow = practice();
        flow.dialling.prefixes = vec!["+44".into(), "+1312".into()];
        let why = |from: &str| guard(&flow, &Caller::from_carrier(from));
        assert_eq!((why("+442071838750"), why("+13125550199")), (None, None));
        assert_eq!((why("+15555550101"), why("+449098790000")), (Some(Undialled::Country), Some(Undialled::Premium)));
    }

    #[test]
    fn an_hour_and_a_day_hold_so_many_dials_and_no_more() {
        let mut flow = practice();
        (flow.dialling.calls_per_hour, flow.dialling.calls_per_day) = (2, 3);
        let (mut dials, at) = (Dials::default(), |minute: i64| Timestamp(0) + Span::mins(minute));
        assert_eq!(dials.full_until(&flow, at(0)), None);
        dials.note(at(0));
        dials.note(at(10));
        assert_eq!(dials.full_until(&flow, at(30)), Some((at(60), Undialled::HourFull)));
        assert_eq!(dials.full_until(&flow, at(60)), None);
        dials.note(at(61));
        assert_eq!(dials.full_until(&flow, at(90)), Some((at(24 * 60), Undialled::DayFull)));
        assert_eq!(dials.full_until(&flow, at(24 * 60)), None);
    }

    #[test]
    fn a_country_is_known_by_one_digit_two_or_three() {
        for (number, code) in [("+15550100100", "+1"), ("+442071838750", "+44"), ("+37126123456", "+371")] {
            assert_eq!(country_code(number), code);
        }
    }
}
