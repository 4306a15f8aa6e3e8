//! How long things took: the middle and the end of a set of lengths.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::Span;

/// How long something took, over all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// How many cases there were.
    pub cases: u32,
    /// Half took longer, in seconds.
    pub median_seconds: i64,
    /// One of ten took longer, in seconds.
    pub p90_seconds: i64,
    /// The longest, in seconds.
    pub longest_seconds: i64,
}

/// The middle and the end of some lengths; `None` of none.
pub(super) fn delay(spans: impl Iterator<Item = Span>) -> Option<Delay> {
    let mut all: Vec<i64> = spans.map(Span::as_secs).collect();
    all.sort_unstable();
    // The smallest that so many percent do not exceed.
    let quantile = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some(Delay {
        cases: u32::try_from(all.len()).unwrap_or(u32::MAX),
        median_seconds: quantile(50)?,
        p90_seconds: quantile(90)?,
        longest_seconds: *all.last()?,
    })
}

/// A length in seconds as people say it, in its two largest units.
pub(super) struct Lasting(pub(super) i64);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let two = |f: &mut fmt::Formatter<'_>, large: i64, unit: &str, small: i64, of: &str| match small {
            0 => write!(f, "{large} {unit}"),
            small => write!(f, "{large} {unit} {small} {of}"),
        };
        let (minutes, hours) = (self.0 / 60, self.0 / 3_600);
        match self.0 {
            ..60 => write!(f, "{} s", self.0),
            60..3_600 => write!(f, "{minutes} min"),
            3_600..86_400 => two(f, hours, "h", minutes % 60, "min"),
            _ => two(f, hours / 24, "d", hours % 24, "h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_its_two_largest_units() {
        let said: Vec<String> = [9, 600, 3_600, 5_400, 90_000].into_iter().map(|s| Lasting(s).to_string()).collect();
        assert_eq!(said, ["9 s", "10 min", "1 h", "1 h 30 min", "1 d 1 h"]);
    }

    #[test]
    fn the_middle_and_the_end_are_those_of_a_real_case() {
        let of = |n: i64| delay((1..=n).map(Span::secs)).map(|d| (d.median_seconds, d.p90_seconds, d.longest_seconds));
        assert_eq!((of(10), of(1), of(0)), (Some((5, 9, 10)), Some((1, 1, 1)), None));
    }
}
