//! A pilot in words, for a terminal.

use std::fmt;

use super::Pilot;
use super::Verdict;
use super::WEEKS;
use crate::report::metric::Metric;
use crate::report::metric::Value;

/// What is asked about each case of the daily five minutes.
const QUESTIONS: [&str; 4] = [
    "Was the information there?",
    "Was a decision made?",
    "What did the patient hear?",
    "Did the next owner get enough context?",
];

impl fmt::Display for Pilot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: a pilot of {}, judged by: {}", self.practice, self.lane, self.number.title)?;
        for (n, ((period, numbers), name)) in self.weeks.iter().zip(WEEKS).enumerate() {
            writeln!(f, "\nWeek {}, {name} ({period})", n + 1)?;
            match numbers {
                None => writeln!(f, "  not yet")?,
                Some(numbers) => show(f, numbers)?,
            }
            match n {
                1 => self
                    .design
                    .iter()
                    .try_for_each(|(done, what)| writeln!(f, "  [{}] {what}", if *done { 'x' } else { ' ' }))?,
                2 if numbers.is_some() => match self.exceptions.is_empty() {
                    true => writeln!(f, "  no exceptions")?,
                    false => self.exceptions.iter().try_for_each(|what| writeln!(f, "  ! {what}"))?,
                },
                _ => {}
            }
        }
        writeln!(f, "\nKeep or adjust")?;
        match &self.verdict {
            Verdict::TooEarly => writeln!(f, "  too early: the fourth week has not begun")?,
            Verdict::TooFew => writeln!(f, "  too few cases to say: at least eight before and after")?,
            Verdict::Keep => writeln!(f, "  keep: its number is better by a tenth or more, and nothing else is worse")?,
            Verdict::Adjust(why) => {
                writeln!(f, "  adjust, and look again in two weeks:")?;
                why.iter().try_for_each(|why| writeln!(f, "  - {why}"))?;
            }
        }
        writeln!(f, "\nFive minutes of coaching: {}", QUESTIONS.join(" "))?;
        self.coaching.iter().try_for_each(|pick| {
            writeln!(f, "  {:<10} {}", pick.what, pick.case.as_deref().unwrap_or("none in this week"))
        })
    }
}

fn show(f: &mut fmt::Formatter<'_>, numbers: &[(&'static Metric, Value)]) -> fmt::Result {
    numbers.iter().enumerate().try_for_each(|(n, (metric, value))| {
        let mark = if n == 0 { '>' } else { ' ' };
        writeln!(f, "{mark} {:<52} {}", metric.title, value.long())
    })
}
