//! A scorecard in words for a terminal, and as rows for a spreadsheet.

use std::fmt;

use super::baseline::Baseline;
use super::baseline::percent;
use super::delay::Lasting;
use super::metric::Group;
use super::metric::Value;
use super::scorecard::Breakdown;
use super::scorecard::LeftOver;
use super::scorecard::Scorecard;
use super::slice::Period;

/// Reasons and open items that are shown; the rest is counted.
const SHOWN_MAX: usize = 15;

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.first.saturating_add(jiff::Span::new().days(i64::from(self.days) - 1));
        match self.days {
            1 => write!(f, "{}", self.first.strftime("%A, %-d %B %Y")),
            _ => write!(f, "{} to {}", self.first.strftime("%-d %B"), last.strftime("%-d %B %Y")),
        }
    }
}

impl Value {
    /// In full, for a line of its own.
    pub(super) fn long(&self) -> String {
        match self {
            Self::Share(part, whole) if *whole > 0 => format!("{part} of {whole} ({} %)", percent(*part, *whole)),
            Self::Time(Some(time)) if time.cases > 1 => format!(
                "half within {}, nine of ten within {}, longest {} ({} cases)",
                Lasting(time.median_seconds),
                Lasting(time.p90_seconds),
                Lasting(time.longest_seconds),
                time.cases
            ),
            Self::NoSource(of) => format!("no source: it would take {of}"),
            _ => self.short(),
        }
    }

    /// To stand in a table beside another period's.
    pub fn cell(&self) -> String {
        self.compared()
    }

    /// For a cell of a table.
    pub(super) fn short(&self) -> String {
        match self {
            Self::Count(n) => n.to_string(),
            Self::Share(part, whole) if *whole > 0 => format!("{part} of {whole}"),
            Self::Each(part, whole) if *whole > 0 => format!("{:.2}", f64::from(*part) / f64::from(*whole)),
            Self::Time(Some(time)) => Lasting(time.median_seconds).to_string(),
            Self::Share(..) | Self::Each(..) | Self::Time(None) => "none".to_owned(),
            Self::NoSource(_) => "no source".to_owned(),
        }
    }

    /// To stand beside another period's: of a share the percent, since the wholes differ.
    fn compared(&self) -> String {
        match self {
            Self::Share(part, whole) if *whole > 0 => format!("{} % of {whole}", percent(*part, *whole)),
            _ => self.short(),
        }
    }

    /// As numbers for a machine: the value, of how many, and in what unit.
    fn cells(&self) -> [String; 3] {
        let cells = |value: String, of: String, unit: &str| [value, of, unit.to_owned()];
        match self {
            Self::Count(n) => cells(n.to_string(), String::new(), "count"),
            Self::Share(part, whole) | Self::Each(part, whole) => cells(part.to_string(), whole.to_string(), "of"),
            Self::Time(Some(time)) => cells(time.median_seconds.to_string(), time.cases.to_string(), "median seconds"),
            Self::Time(None) => cells(String::new(), "0".to_owned(), "median seconds"),
            Self::NoSource(_) => cells(String::new(), String::new(), "no source"),
        }
    }
}

impl Scorecard {
    /// Its rows for a spreadsheet, the heading first: by what, which, metric, value, of how many, unit.
    pub fn rows(&self) -> Vec<[String; 6]> {
        let row = |by: &str, which: &str, metric: &str, value: &Value| {
            let [value, of, unit] = value.cells();
            [by.to_owned(), which.to_owned(), metric.to_owned(), value, of, unit]
        };
        let mut rows = vec![["by", "which", "metric", "value", "of", "unit"].map(str::to_owned)];
        rows.extend(self.numbers.iter().map(|(metric, value)| row("all", "", metric.id, value)));
        for table in &self.breakdowns {
            for (which, values) in &table.rows {
                let metrics = Breakdown::columns().zip(values);
                rows.extend(metrics.map(|(metric, value)| row(table.by, which, metric.id, value)));
            }
        }
        rows.extend(self.reasons.iter().map(|(reason, n)| row("reason", reason, "calls", &Value::Count(*n))));
        rows
    }

    /// Its metrics beside those of an earlier period.
    pub fn against(&self, before: &Self) -> String {
        let value = |id: &str| before.numbers.iter().find(|(metric, _)| metric.id == id).map(|(_, value)| *value);
        self.beside(&short(before.period), value)
    }

    /// Its metrics beside what a call log said before carelane.
    pub fn against_baseline(&self, before: &Baseline) -> String {
        self.beside("baseline", |id| before.value(id))
    }

    fn beside(&self, named: &str, before: impl Fn(&str) -> Option<Value>) -> String {
        let line = |name: &str, before: &str, after: &str| format!("  {name:<52} {before:>22} {after:>22}\n");
        let mut out = format!("{}\n\n", self.practice);
        out += &line("", "before", "after");
        out += &line("", named, &short(self.period));
        for (metric, after) in &self.numbers {
            let before = before(metric.id).map_or_else(|| "not known".to_owned(), |value| value.compared());
            out += &line(metric.title, &before, &after.compared());
        }
        out
    }
}

/// `9 Nov, 7 days`.
fn short(period: Period) -> String {
    let days = if period.days == 1 { "" } else { ", 7 days" };
    format!("{}{days}", period.first.strftime("%-d %b"))
}

impl fmt::Display for Scorecard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partial = if self.is_partial { " (so far)" } else { "" };
        writeln!(f, "{}, {}{partial}", self.practice, self.period)?;
        for group in Group::ALL {
            writeln!(f, "\n{}", group.title())?;
            for (metric, value) in self.numbers.iter().filter(|(metric, _)| metric.group == group) {
                writeln!(f, "  {:<52} {}", metric.title, value.long())?;
            }
        }
        self.breakdowns.iter().try_for_each(|table| breakdown(table, f))?;
        list(f, "Why patients called", self.reasons.iter().map(|(reason, n)| format!("{n:>4}  {reason}")))?;
        list(f, "What this points to", self.causes.iter().map(ToString::to_string))?;
        for question in &self.questions {
            list(f, question.asked, question.named.iter().cloned())?;
            if question.cases > question.named.len() {
                writeln!(f, "  and {} more", question.cases - question.named.len())?;
            }
        }
        list(f, "What went wrong", self.exceptions.iter().cloned())?;
        list(f, "Open at the end", self.left.iter().map(ToString::to_string))
    }
}

impl fmt::Display for LeftOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {} old", self.what, self.owner, Lasting(self.age.as_secs()))?;
        if let Some(overdue) = self.overdue {
            write!(f, ", overdue by {}", Lasting(overdue.as_secs()))?;
        }
        match self.tries {
            0 => Ok(()),
            n => write!(f, ", tried {n} times"),
        }
    }
}

/// A heading and its lines; `none` if there are none.
fn list(f: &mut fmt::Formatter<'_>, heading: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    let lines: Vec<String> = lines.collect();
    writeln!(f, "\n{heading}")?;
    if lines.is_empty() {
        return writeln!(f, "  none");
    }
    lines.iter().take(SHOWN_MAX).try_for_each(|line| writeln!(f, "  {line}"))?;
    match lines.len().saturating_sub(SHOWN_MAX) {
        0 => Ok(()),
        more => writeln!(f, "  and {more} more"),
    }
}

fn breakdown(table: &Breakdown, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "\nBy {}", table.by)?;
    write!(f, "  {:<12}", "")?;
    Breakdown::columns().try_for_each(|metric| write!(f, " {:>14}", metric.id.replace('_', " ")))?;
    writeln!(f)?;
    table.rows.iter().try_for_each(|(which, values)| {
        write!(f, "  {which:<12}")?;
        values.iter().try_for_each(|value| write!(f, " {:>14}", value.short()))?;
        writeln!(f)
    })
}
