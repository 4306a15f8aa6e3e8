//! Sentences with their blanks filled in: lanes, languages, waits and times, in the listener's language.
//!
//! English and Spanish have their own forms; another language gets plain figures, which any voice can read.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::civil::Weekday;

use crate::floor::hours;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::flow::Step;
use crate::flow::text;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Something said, as one text.
pub(super) fn words<'w>(flow: &'w Flow, words: &'w Words, language: &Language) -> Cow<'w, str> {
    match words {
        Words::Phrase(phrase) => flow.phrase(*phrase, language).into(),
        Words::AboutLane(phrase, lane) => about_lane(flow, *phrase, lane, language).into(),
        Words::Promise(phrase, at) => promise(flow, *phrase, *at, language).into(),
        Words::Dated(phrase, at) => dated(flow, *phrase, *at, language).into(),
        Words::Script(step) => match flow.steps.get(step) {
            Some(Step::Answer(answer)) => text(&answer.script, language).into(),
            Some(Step::Menu(_)) | None => "".into(),
        },
        Words::Count(phrase, number) => count(flow, *phrase, *number, language).into(),
        Words::AboutCall(phrase, lane, at) => about_call(flow, *phrase, lane, *at, language).into(),
        Words::Choice(key, what) => choice(flow, *key, what, language).into(),
        Words::Text(text) => text.as_ref().into(),
        Words::Wait(phrase, from, to) => wait(flow, *phrase, (*from, *to), language).into(),
    }
}

/// A sentence about a lane.
pub(super) fn about_lane(flow: &Flow, phrase: Phrase, lane: &LaneId, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{lane}", lane_name(flow, lane, language))
}

/// A sentence with a promised time.
pub(super) fn promise(flow: &Flow, phrase: Phrase, at: Timestamp, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{time}", &moment(flow, at, language))
}

/// The same with the date, for a time that is far off.
pub(super) fn dated(flow: &Flow, phrase: Phrase, at: Timestamp, language: &Language) -> String {
    let Some(local) = hours::local(flow, at) else { return promise(flow, phrase, at, language) };
    let (clock, month) = (clock(local, language), usize::try_from(local.month() - 1).unwrap_or(0));
    let (day, weekday) = (local.day(), local.weekday());
    let time = match language.primary() {
        "es" => format!("el {} {day} de {} a {clock}", weekday_es(weekday), MONTHS_ES[month % 12]),
        _ => format!("{clock} on {}, {} {day}", weekday_en(weekday), MONTHS_EN[month % 12]),
    };
    flow.phrase(phrase, language).replace("{time}", &time)
}

/// The practice's name as a sentence of its own.
pub(super) fn practice(flow: &Flow) -> String {
    format!("{}.", flow.name)
}

/// The whisper's beginning when this colleague asks to have a call taken over.
pub(super) fn warm(flow: &Flow, from: &str, language: &Language) -> String {
    flow.phrase(Phrase::WhisperWarm, language).replace("{name}", from)
}

/// The whisper's sentence about a lane and a caller's language, its wait still blank.
pub(super) fn whisper(flow: &Flow, lane: &LaneId, caller: &Language, language: &Language) -> String {
    let sentence = for_staff(flow, Phrase::Whisper, lane, language);
    sentence.replace("{language}", language_name(caller, language))
}

/// The whisper's sentence about a patient to be called.
pub(super) fn whisper_callback(
    flow: &Flow,
    lane: &LaneId,
    caller: &Language,
    language: &Language,
    (number, of): (u8, u8),
) -> String {
    let sentence = for_staff(flow, Phrase::WhisperCallback, lane, language);
    let attempt = if language.primary() == "es" { format!("{number} de {of}") } else { format!("{number} of {of}") };
    sentence.replace("{language}", language_name(caller, language)).replace("{attempt}", &attempt)
}

/// A sentence to an assistant, with its lane: staff know it by its own word ("scheduling"), callers by what they want
/// ("appointments").
pub(super) fn for_staff(flow: &Flow, phrase: Phrase, lane: &LaneId, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{lane}", &lane.as_str().replace(['-', '_'], " "))
}

/// A sentence that offers something by key.
pub(super) fn with_key(flow: &Flow, phrase: Phrase, key: char, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{key}", key.encode_utf8(&mut [0; 4]))
}

/// What a caller in this lane may press while waiting, a sentence each.
pub(super) fn offers(flow: &Flow, lane: &Lane, language: &Language) -> Vec<String> {
    let keys = [(Phrase::CallbackKey, lane.callback_key), (Phrase::VoicemailKey, lane.voicemail_key)];
    keys.into_iter().filter_map(|(phrase, key)| Some(with_key(flow, phrase, key?, language))).collect()
}

/// A sentence with a number of things.
pub(super) fn count(flow: &Flow, phrase: Phrase, count: u32, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{count}", &count.to_string())
}

/// A sentence to an assistant about a call: its lane, as staff know it, and when it came.
fn about_call(flow: &Flow, phrase: Phrase, lane: &LaneId, at: Timestamp, language: &Language) -> String {
    for_staff(flow, phrase, lane, language).replace("{time}", &moment(flow, at, language))
}

/// A sentence with a wait, which lies between so many minutes.
pub(super) fn wait(flow: &Flow, phrase: Phrase, (from, to): (u32, u32), language: &Language) -> String {
    let wait = match (language.primary(), from) {
        ("es", 0) => format!("menos de {to} minutos"),
        ("es", _) => format!("unos {from} a {to} minutos"),
        (_, 0) => format!("less than {to} minutes"),
        _ => format!("about {from} to {to} minutes"),
    };
    flow.phrase(phrase, language).replace("{wait}", &wait)
}

/// One choice by key.
pub(super) fn choice(flow: &Flow, key: char, what: &str, language: &Language) -> String {
    // The key first: what it stands for may hold braces.
    let sentence = flow.phrase(Phrase::KeyMeans, language).replace("{key}", key.encode_utf8(&mut [0; 4]));
    sentence.replace("{what}", what)
}

fn lane_name<'f>(flow: &'f Flow, lane: &LaneId, language: &Language) -> &'f str {
    flow.lane(lane).map_or("", |lane| text(&lane.name, language))
}

/// A language's name in the listener's language.
fn language_name<'l>(of: &'l Language, listener: &Language) -> &'l str {
    match (of.primary(), listener.primary()) {
        ("en", "en") => "English",
        ("es", "en") => "Spanish",
        ("en", "es") => "inglés",
        ("es", "es") => "español",
        _ => of.as_str(),
    }
}

/// A length of time as people say it: seconds up to a minute and a half, then minutes, in the end hours.
pub(super) fn span(span: Span, language: &Language) -> String {
    span_pieces(span, language).join(" ")
}

/// The same in pieces: the number and its unit, unless that changes the number.
pub(super) fn span_pieces(span: Span, language: &Language) -> Vec<String> {
    let seconds = span.as_secs().max(0);
    let minutes = (seconds + 30) / 60;
    let (n, unit) = match (seconds, minutes) {
        (..SECONDS_SAID, _) => (seconds, 0),
        (_, ..MINUTES_SAID) => (minutes, 1),
        _ => ((minutes + 30) / 60, 2),
    };
    match language.primary() {
        // "veintiún minutos": one sound, or it would be "veintiuno".
        "es" if n % 10 == 1 && n % 100 != 11 => {
            vec![format!("{n} {}", if n == 1 { "segundo" } else { UNITS_ES[unit] })]
        }
        "es" => vec![n.to_string(), UNITS_ES[unit].to_owned()],
        _ if n == 1 => vec![n.to_string(), "second".to_owned()],
        _ => vec![n.to_string(), UNITS_EN[unit].to_owned()],
    }
}

/// Every piece a length of time may be made of.
pub(super) fn all_span_pieces(language: &Language) -> BTreeSet<String> {
    let spans = (0..SECONDS_SAID).map(Span::secs).chain((2..=HOURS_SAID * 60).map(Span::mins));
    spans.flat_map(|span| span_pieces(span, language)).collect()
}

/// From here on minutes say enough.
const SECONDS_SAID: i64 = 90;
/// From here on hours do.
const MINUTES_SAID: i64 = 100;
/// Nobody waits longer.
const HOURS_SAID: i64 = 20;
const UNITS_EN: [&str; 3] = ["seconds", "minutes", "hours"];
const UNITS_ES: [&str; 3] = ["segundos", "minutos", "horas"];

/// A moment as the practice's clock shows it, with the weekday: a document must read the same whenever it is asked for.
fn moment(flow: &Flow, at: Timestamp, language: &Language) -> String {
    let Some(local) = hours::local(flow, at) else { return at.rfc3339() };
    let clock = clock(local, language);
    match language.primary() {
        "es" => format!("el {} a {clock}", weekday_es(local.weekday())),
        _ => format!("{clock} on {}", weekday_en(local.weekday())),
    }
}

fn clock(local: DateTime, language: &Language) -> String {
    let (hour, minute) = (local.hour(), local.minute());
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    if language.primary() == "es" {
        let article = if twelve == 1 { "la" } else { "las" };
        let part = part_of_day_es(hour);
        return match minute {
            0 => format!("{article} {twelve} {part}"),
            _ => format!("{article} {twelve}:{minute:02} {part}"),
        };
    }
    let half = half_of_day_en(hour);
    match minute {
        0 => format!("{twelve} {half}"),
        _ => format!("{twelve}:{minute:02} {half}"),
    }
}

/// The same moment in pieces; `dated` as well as with its weekday.
pub(super) fn moment_pieces(flow: &Flow, at: Timestamp, dated: bool, language: &Language) -> Vec<String> {
    let Some(local) = hours::local(flow, at) else { return vec![at.rfc3339()] };
    let (hour, weekday) = (local.hour(), local.weekday());
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let minute = (local.minute() > 0).then(|| minute_piece(local.minute(), language));
    let (day, month) = (local.day().to_string(), usize::try_from(local.month() - 1).unwrap_or(0) % 12);
    match language.primary() {
        "es" => {
            let date = dated.then(|| [day, format!("de {}", MONTHS_ES[month])]).into_iter().flatten();
            let clock = [hour_es(twelve)].into_iter().chain(minute).chain([part_of_day_es(hour).to_owned()]);
            [format!("el {}", weekday_es(weekday))].into_iter().chain(date).chain(clock).collect()
        }
        "en" => {
            let date = dated.then(|| [MONTHS_EN[month].to_owned(), day]).into_iter().flatten();
            let weekday = [half_of_day_en(hour).to_owned(), format!("on {}", weekday_en(weekday))];
            [twelve.to_string()].into_iter().chain(minute).chain(weekday).chain(date).collect()
        }
        // Whole: there are no pieces of it.
        _ => vec![moment(flow, at, language)],
    }
}

/// Every piece a moment may be made of, each of which can be a recording: "3", "15", "PM", "on Tuesday".
pub(super) fn all_moment_pieces(language: &Language) -> Vec<String> {
    let minutes = (1..60).map(|minute| minute_piece(minute, language));
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    match language.primary() {
        "es" => {
            let parts = [9, 15, 21].map(|hour| part_of_day_es(hour).to_owned());
            let days = days.map(|day| format!("el {}", weekday_es(day)));
            // Days of a month, and the months: minutes have the numbers from ten on.
            let dates = (1..10).map(|day| day.to_string()).chain(MONTHS_ES.map(|month| format!("de {month}")));
            minutes.chain((1..=12).map(hour_es)).chain(parts).chain(days).chain(dates).collect()
        }
        "en" => {
            let halves = [9, 15].map(|hour| half_of_day_en(hour).to_owned());
            let days = days.map(|day| format!("on {}", weekday_en(day)));
            let numbers = (1..=12).map(|number| number.to_string());
            minutes.chain(numbers).chain(halves).chain(days).chain(MONTHS_EN.map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn minute_piece(minute: i8, language: &Language) -> String {
    match (minute, language.primary()) {
        (10.., _) => minute.to_string(),
        (_, "es") => format!("cero {minute}"),
        _ => format!("oh {minute}"),
    }
}

fn hour_es(twelve: i8) -> String {
    format!("a {} {twelve}", if twelve == 1 { "la" } else { "las" })
}

fn part_of_day_es(hour: i8) -> &'static str {
    match hour {
        ..12 => "de la mañana",
        12..20 => "de la tarde",
        20.. => "de la noche",
    }
}

fn half_of_day_en(hour: i8) -> &'static str {
    if hour < 12 { "AM" } else { "PM" }
}

fn weekday_en(day: Weekday) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][index(day)]
}

fn weekday_es(day: Weekday) -> &'static str {
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"][index(day)]
}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

fn index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_said_as_people_say_them() {
        let (en, es) = (Language::parse("en-US").unwrap(), Language::parse("es-US").unwrap());
        assert_eq!(span(Span::secs(0), &en), "0 seconds");
        assert_eq!(span(Span::secs(1), &en), "1 second");
        assert_eq!(span(Span::secs(89), &es), "89 segundos");
        assert_eq!(span(Span::secs(90), &en), "2 minutes");
        assert_eq!(span(Span::secs(150), &es), "3 minutos");
        assert_eq!(span(Span::secs(99 * 60), &en), "99 minutes");
        assert_eq!(span(Span::hours(3), &es), "3 horas");
    }

    #[test]
    fn a_wait_is_said_in_pieces_and_a_number_that_bends_to_its_unit_in_one() {
        let (en, es) = (Language::parse("en-US").unwrap(), Language::parse("es-US").unwrap());
        assert_eq!(span_pieces(Span::secs(21), &en), ["21", "seconds"]);
        assert_eq!(span_pieces(Span::secs(21), &es), ["21 segundos"]);
        assert_eq!(span_pieces(Span::secs(11), &es), ["11", "segundos"]);
        assert_eq!(span_pieces(Span::secs(1), &es), ["1 segundo"]);
        let all = all_span_pieces(&es);
        assert!(["0", "99", "horas", "91 minutos", "81 segundos"].iter().all(|piece| all.contains(*piece)), "{all:?}");
    }
}
