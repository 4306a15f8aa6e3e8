//! Sentences with their blanks filled in: lanes, languages, waits and times, in the listener's language.
//!
//! English and Spanish have their own forms; another language gets plain figures, which any voice can read.

use jiff::civil::DateTime;
use jiff::civil::Weekday;

use crate::floor::hours;
use crate::flow::Flow;
use crate::flow::Phrase;
use crate::flow::text;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::Span;
use crate::vocab::Timestamp;

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

/// The whisper: lane, language and wait.
pub(super) fn whisper(flow: &Flow, lane: &LaneId, caller: &Language, waited: Span, language: &Language) -> String {
    flow.phrase(Phrase::Whisper, language)
        // Staff know a lane by its own word ("scheduling"); callers by what they want ("appointments").
        .replace("{lane}", &lane.as_str().replace(['-', '_'], " "))
        .replace("{language}", language_name(caller, language))
        .replace("{wait}", &span(waited, language))
}

/// A sentence that offers something by key.
pub(super) fn with_key(flow: &Flow, phrase: Phrase, key: char, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{key}", key.encode_utf8(&mut [0; 4]))
}

/// A sentence with a number of things.
pub(super) fn count(flow: &Flow, phrase: Phrase, count: u32, language: &Language) -> String {
    flow.phrase(phrase, language).replace("{count}", &count.to_string())
}

/// A sentence to an assistant about a call: its lane, as staff know it, and when it came.
pub(super) fn about_call(flow: &Flow, phrase: Phrase, lane: &LaneId, at: Timestamp, language: &Language) -> String {
    promise(flow, phrase, at, language).replace("{lane}", &lane.as_str().replace(['-', '_'], " "))
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

/// A length of time as people say it: seconds up to a minute and a half, then minutes.
fn span(span: Span, language: &Language) -> String {
    let seconds = span.as_secs().max(0);
    let (n, minutes) = if seconds < 90 { (seconds, false) } else { ((seconds + 30) / 60, true) };
    match (language.primary(), minutes, n) {
        ("es", true, _) => format!("{n} minutos"),
        ("es", false, 1) => "1 segundo".to_owned(),
        ("es", false, _) => format!("{n} segundos"),
        (_, true, _) => format!("{n} minutes"),
        (_, false, 1) => "1 second".to_owned(),
        (_, false, _) => format!("{n} seconds"),
    }
}

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
        let part = if hour < 12 {
            "de la mañana"
        } else if hour < 20 {
            "de la tarde"
        } else {
            "de la noche"
        };
        return match minute {
            0 => format!("{article} {twelve} {part}"),
            _ => format!("{article} {twelve}:{minute:02} {part}"),
        };
    }
    let half = if hour < 12 { "AM" } else { "PM" };
    match minute {
        0 => format!("{twelve} {half}"),
        _ => format!("{twelve}:{minute:02} {half}"),
    }
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
    }
}
