//! A scorecard as one HTML page that needs nothing else: no script, no font, no address. Every plot stands beside its
//! table, so nothing is said by colour alone.

use std::fmt;
use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::baseline::percent;
use super::metric::Group;
use super::metric::Value;
use super::scorecard::Breakdown;
use super::scorecard::Scorecard;

/// A plot's width and the height of one bar, in pixels.
const WIDTH: u32 = 320;
const BAR: u32 = 16;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5b6b7a; --line: #d8dee4; --all: #8fb4cf; --missed: #b4472c;
  --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa8b5; --line: #34414d; --all: #3f6f8f;
  --missed: #e0785c; --paper: #141b21 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p.period { color: var(--soft); margin-top: 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600 } th[scope=row] { font-weight: 400; min-width: 8rem } table.numbers th { width: 22rem }
td.number { font-variant-numeric: tabular-nums }
.none { color: var(--soft) } rect.all { fill: var(--all) } rect.missed { fill: var(--missed) }
@media print { body { margin: 0; max-width: none } h2 { break-after: avoid } tr { break-inside: avoid } }
";

/// The whole page.
///
/// # Errors
/// The formatter's own.
pub fn page(card: &Scorecard) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let (practice, period) = (escape(&card.practice), card.period.to_string());
    let partial = if card.is_partial { " (so far)" } else { "" };
    write!(out, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    write!(out, "<meta name=\"viewport\" content=\"width=device-width\"><title>{practice}, {period}</title>")?;
    write!(out, "<style>{STYLE}</style></head><body>\n<h1>{practice}</h1><p class=\"period\">{period}{partial}</p>\n")?;
    list(&mut out, "What this points to", card.causes.iter().map(ToString::to_string))?;
    for group in Group::ALL {
        writeln!(out, "<h2>{}</h2><div class=\"wide\"><table class=\"numbers\">", group.title())?;
        for (metric, value) in card.numbers.iter().filter(|(metric, _)| metric.group == group) {
            let class = if matches!(value, Value::NoSource(_)) { "none" } else { "number" };
            let (title, value) = (escape(metric.title), value.long());
            writeln!(out, "<tr><th scope=\"row\">{title}</th><td class=\"{class}\">{}</td></tr>", escape(&value))?;
        }
        writeln!(out, "</table></div>")?;
    }
    card.breakdowns.iter().try_for_each(|table| breakdown(&mut out, table))?;
    list(&mut out, "Why patients called", card.reasons.iter().map(|(reason, n)| format!("{n} × {reason}")))?;
    for question in &card.questions {
        let more = question.cases - question.named.len();
        let more = (more > 0).then(|| format!("and {more} more"));
        list(&mut out, question.asked, question.named.iter().cloned().chain(more))?;
    }
    list(&mut out, "What went wrong", card.exceptions.iter().cloned())?;
    list(&mut out, "Open at the end", card.left.iter().map(ToString::to_string))?;
    writeln!(out, "</body></html>")?;
    Ok(out)
}

fn list(out: &mut String, heading: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    writeln!(out, "<h2>{}</h2>", escape(heading))?;
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return writeln!(out, "<p class=\"none\">none</p>");
    }
    writeln!(out, "<ul>")?;
    lines.iter().try_for_each(|line| writeln!(out, "<li>{}</li>", escape(line)))?;
    writeln!(out, "</ul>")
}

fn breakdown(out: &mut String, table: &Breakdown) -> fmt::Result {
    writeln!(out, "<h2>By {}</h2>", table.by)?;
    plot(out, table)?;
    write!(out, "<div class=\"wide\"><table><tr><td></td>")?;
    Breakdown::columns()
        .try_for_each(|metric| write!(out, "<th scope=\"col\">{}</th>", metric.id.replace('_', " ")))?;
    writeln!(out, "</tr>")?;
    for (which, values) in &table.rows {
        write!(out, "<tr><th scope=\"row\">{}</th>", escape(which))?;
        values.iter().try_for_each(|value| write!(out, "<td class=\"number\">{}</td>", escape(value.short())))?;
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table></div>")
}

/// Calls of each row, and of them those that were missed.
fn plot(out: &mut String, table: &Breakdown) -> fmt::Result {
    let column = |id: &str| Breakdown::columns().position(|metric| metric.id == id);
    let (Some(calls), Some(missed)) = (column("calls"), column("missed")) else { return Ok(()) };
    let number = |values: &[Value], at: usize| match values.get(at) {
        Some(Value::Count(n) | Value::Share(n, _)) => *n,
        _ => 0,
    };
    let most = table.rows.iter().map(|(_, values)| number(values, calls)).max().unwrap_or(0).max(1);
    let height = BAR * u32::try_from(table.rows.len()).unwrap_or(0);
    let name = format!("Calls by {}, and how many of them were missed", table.by);
    writeln!(out, "<svg role=\"img\" aria-label=\"{name}\" width=\"{}\" height=\"{height}\">", WIDTH + 330)?;
    writeln!(out, "<title>{name}</title>")?;
    for (y, (which, values)) in (0..).step_by(BAR as usize).zip(&table.rows) {
        let (all, missed) = (number(values, calls), number(values, missed));
        let (wide, lost) = (all * WIDTH / most, missed * WIDTH / most);
        let said = format!("{all}, {missed} missed ({} %)", percent(missed, all));
        writeln!(
            out,
            "<text x=\"0\" y=\"{}\" font-size=\"12\" fill=\"currentColor\">{}</text>\
             <rect class=\"all\" x=\"86\" y=\"{}\" width=\"{wide}\" height=\"12\"><title>{said}</title></rect>\
             <rect class=\"missed\" x=\"86\" y=\"{}\" width=\"{lost}\" height=\"12\"><title>{said}</title></rect>\
             <text x=\"{}\" y=\"{}\" font-size=\"12\" fill=\"currentColor\">{said}</text>",
            y + 12,
            escape(which),
            y + 2,
            y + 2,
            90 + wide,
            y + 12
        )?;
    }
    writeln!(out, "</svg>")
}
