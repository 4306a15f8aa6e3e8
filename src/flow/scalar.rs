//! Text -> typed value, for the scalars that have a form of their own: times, spells, dates, names, keys.
//!
//! Each reader is pure and says in one line what is wrong; where it stands and how to say it is the shape check's part.

use std::sync::Arc;

use super::model::Date;
use super::model::OpenSpell;
use super::on_call::LocalMinute;
use super::on_call::WEEK;
use super::schema::DAYS;
use crate::vocab::Span;

/// Keys of a telephone.
pub(super) const KEYPAD: &str = "0123456789*#";

/// `30s`, `2m`, `1h`, `30d`, `6y`. A year has 366 days: nothing is destroyed before the last calendar year is over.
pub(super) fn duration(text: &str) -> Option<Span> {
    let unit = text.chars().next_back()?;
    let digits = &text[..text.len() - unit.len_utf8()];
    // Six digits of years stay far inside the range of milliseconds.
    if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count = digits.parse().ok()?;
    match unit {
        's' => Some(Span::secs(count)),
        'm' => Some(Span::mins(count)),
        'h' => Some(Span::hours(count)),
        'd' => Some(Span::days(count)),
        'y' => Some(Span::days(count * 366)),
        _ => None,
    }
}

/// A name: `[a-z0-9_-]{1,64}`.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// One key of a telephone.
pub(super) fn keypad(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let key = chars.next().filter(|c| KEYPAD.contains(*c))?;
    chars.next().is_none().then_some(key)
}

/// `true` or `false`; the other spellings of YAML mean different things to different readers.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A day that exists, as `2026-12-25`.
pub(super) fn date(text: &str) -> Option<Date> {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    if form { Date::try_from(text.to_owned()).ok() } else { None }
}

/// When a shift begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShiftMoment {
    /// Every week, in minutes after Monday 00:00.
    Weekly(u16),
    /// Once.
    Dated(LocalMinute),
}

/// `monday 08:00` or `2026-12-24 08:00`.
pub(super) fn shift_moment(text: &str) -> Option<ShiftMoment> {
    let (day, time) = text.split_once(' ')?;
    let minute = minute(time.trim())?;
    if let Some(date) = date(day) {
        return Some(ShiftMoment::Dated(LocalMinute { date, minute }));
    }
    let day = u16::try_from(DAYS.iter().position(|name| *name == day)?).ok()?;
    Some(ShiftMoment::Weekly((day * 1_440 + minute) % WEEK))
}

/// A zone the binary knows, in its own spelling.
pub(super) fn zone(text: &str) -> Option<Arc<str>> {
    let zone = jiff::tz::TimeZone::get(text).ok()?;
    zone.iana_name().map(Arc::from)
}

/// `08:00-12:00`.
pub(super) fn spell(text: &str) -> Result<OpenSpell, &'static str> {
    let (from, to) = text.split_once('-').ok_or("hours are written like `08:00-12:00`")?;
    let from = minute(from.trim()).ok_or("the opening time is no time of day like `08:00`")?;
    let to = minute(to.trim()).ok_or("the closing time is no time of day like `17:00`")?;
    if from >= to {
        return Err("these hours close before they open; hours past midnight belong to the next day");
    }
    Ok(OpenSpell { from, to })
}

/// `08:00` in minutes after midnight; `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |t: &str| (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok());
    let (hours, minutes) = (two_digits(hours)??, two_digits(minutes)??);
    (minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0))).then_some(hours * 60 + minutes)
}
