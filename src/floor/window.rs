//! When a patient wants to be called: on which days, and between which times of the practice's wall clock.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAY: u16 = 1_440;
/// How a window is written.
pub const FORM: &str = "`after 15:00`, `before 10:00`, `09:00-11:30`, `monday, wednesday-friday after 15:00`, \
                        `weekdays`, or `any time`";

/// A preferred window, in the words in which it is written: `weekdays after 15:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Window {
    /// Monday first.
    days: [bool; 7],
    /// First minute of the day.
    from: u16,
    /// The minute after the last.
    to: u16,
}

impl Window {
    /// Reads `weekdays after 15:00`; nothing if it cannot be read, or no moment is in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        if text == "any time" {
            return Some(Self { days: [true; 7], from: 0, to: DAY });
        }
        let mut words: Vec<&str> =
            text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
        let (from, to, said) = match words[..] {
            [.., "after", time] => (minute(time)?, DAY, 2),
            [.., "before", time] => (0, minute(time)?, 2),
            [.., spell] if spell.starts_with(|c: char| c.is_ascii_digit()) => {
                let (from, to) = spell.split_once('-')?;
                (minute(from)?, minute(to)?, 1)
            }
            [..] => (0, DAY, 0),
        };
        words.truncate(words.len() - said);
        let mut days = [words.is_empty() && said > 0; 7];
        for word in words {
            let (first, last) = match word {
                "weekdays" => (0, 4),
                _ => {
                    let (first, last) = word.split_once('-').unwrap_or((word, word));
                    (day(first)?, day(last)?)
                }
            };
            days.iter_mut().enumerate().filter(|(day, _)| (first..=last).contains(day)).for_each(|(_, on)| *on = true);
        }
        (from < to && days.contains(&true)).then_some(Self { days, from, to })
    }

    /// What of some open minutes of a weekday (Monday is 0) is in it.
    pub(super) fn narrow(&self, weekday: usize, from: u16, to: u16) -> Option<(u16, u16)> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        (self.days.get(weekday) == Some(&true) && from < to).then_some((from, to))
    }

    /// Is it always?
    pub fn is_any_time(&self) -> bool {
        self.days == [true; 7] && (self.from, self.to) == (0, DAY)
    }
}

fn day(name: &str) -> Option<usize> {
    DAYS.iter().position(|day| *day == name)
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let whole = |t: &str| (t.len() <= 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok())?;
    let (hours, minutes) = (whole(hours)?, whole(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any_time() {
            return f.write_str("any time");
        }
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let times = match (self.from, self.to) {
            (0, DAY) => String::new(),
            (from, DAY) => format!("after {}", clock(from)),
            (0, to) => format!("before {}", clock(to)),
            (from, to) => format!("{}-{}", clock(from), clock(to)),
        };
        let named = DAYS.iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| *day);
        let days = match self.days {
            [true, true, true, true, true, true, true] => String::new(),
            [true, true, true, true, true, false, false] => "weekdays".to_owned(),
            _ => named.collect::<Vec<_>>().join(", "),
        };
        let gap = if days.is_empty() || times.is_empty() { "" } else { " " };
        write!(f, "{days}{gap}{times}")
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

impl TryFrom<String> for Window {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no preferred window")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_and_written_in_the_same_words() {
        for (written, read) in [
            ("after 15:00", "after 15:00"),
            ("before 9:30", "before 09:30"),
            ("09:00-11:30", "09:00-11:30"),
            ("Weekdays", "weekdays"),
            ("weekdays after 15:00", "weekdays after 15:00"),
            ("monday, wednesday-friday 10:00-12:00", "monday, wednesday, thursday, friday 10:00-12:00"),
            ("saturday", "saturday"),
            ("any time", "any time"),
        ] {
            let window = Window::parse(written).unwrap_or_else(|| panic!("{written}"));
            assert_eq!(window.to_string(), read, "{written}");
            assert_eq!(Window::parse(&window.to_string()), Some(window));
        }
    }

    #[test]
    fn what_is_no_window_or_never_is_refused() {
        for wrong in [
            "",
            "3 pm",
            "after",
            "after 25:00",
            "after 15:60",
            "11:00-09:00",
            "before 00:00",
            "friday-monday",
            "soon",
            "after 15:00 today",
            "10:00-",
        ] {
            assert_eq!(Window::parse(wrong), None, "{wrong}");
        }
    }
}
