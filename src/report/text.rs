//! A baseline in words, for a terminal.

use std::fmt;

use super::baseline::Baseline;
use super::baseline::Count;
use super::baseline::Example;
use super::baseline::SHORT;
use super::baseline::percent;
use super::delay::Lasting;
use super::finding::Finding;
use super::finding::findings;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The longest bar has so many marks.
const BAR: u32 = 30;

/// The whole baseline.
///
/// # Errors
/// The writer's own.
pub fn text(baseline: &Baseline, out: &mut impl fmt::Write) -> fmt::Result {
    calls(baseline, out)?;
    callbacks(baseline, out)?;
    clock(baseline, out)?;
    points_to(baseline, out)?;
    examples(&baseline.examples, out)?;
    writeln!(
        out,
        "\nWhat a call log cannot tell: why patients called, which missed calls became appointments, how often"
    )?;
    writeln!(out, "a call was handed on, and what was written down. carelane records these from the first call on.")
}

fn calls(b: &Baseline, out: &mut impl fmt::Write) -> fmt::Result {
    writeln!(out, "Calls      {} in, {} out", b.inbound, b.outbound)?;
    let open = b.missed_while_open.map(|n| format!(", {n} of them while you were open")).unwrap_or_default();
    writeln!(out, "Missed     {} of {} ({} %){open}", b.missed, b.inbound, b.missed_percent())?;
    if b.missed_anonymous > 0 {
        writeln!(out, "           {} showed no number: nobody could call back", b.missed_anonymous)?;
    }
    if b.answered_short > 0 {
        let short = SHORT.as_secs();
        writeln!(
            out,
            "           {} more were answered for less than {short} s, perhaps by a machine",
            b.answered_short
        )?;
    }
    let share = percent(b.repeat_callers, b.callers);
    writeln!(out, "Callers    {} numbers, {} of them called more than once ({share} %)", b.callers, b.repeat_callers)
}

fn callbacks(b: &Baseline, out: &mut impl fmt::Write) -> fmt::Result {
    let fates = &b.fates;
    let line = |out: &mut dyn fmt::Write, n: u32, words: &str| match n {
        0 => Ok(()),
        n => writeln!(out, "  {n:>5}    {words}"),
    };
    writeln!(out, "\nOf {} missed callers with a number, each counted until somebody spoke with them:", fates.callers)?;
    line(out, fates.reached, &format!("were called back and reached, {} at the first try", fates.reached_at_first))?;
    line(out, fates.tried, "were called back and not reached")?;
    line(out, fates.called_again, "called again themselves before anybody called back")?;
    let tail = match fates.lost_in_tail {
        0 => String::new(),
        n => format!(" ({n} of them in the log's last day)"),
    };
    line(out, fates.lost, &format!("were never called back{tail}"))?;
    line(out, fates.duplicates, "missed calls were repeats of somebody who was already waiting")?;
    match b.callback {
        None => writeln!(out, "Callback time: nobody was called back"),
        Some(time) => writeln!(
            out,
            "Callback time: half within {}, nine of ten within {}, the longest {}. A target shorter than\n\
             the first is not met today.",
            Lasting(time.median_seconds),
            Lasting(time.p90_seconds),
            Lasting(time.longest_seconds)
        ),
    }
}

fn clock(b: &Baseline, out: &mut impl fmt::Write) -> fmt::Result {
    let most = b.by_hour.iter().chain(&b.by_weekday).map(|count| count.missed).max().unwrap_or(0).max(1);
    let row = |out: &mut dyn fmt::Write, name: &str, count: &Count| match count.inbound {
        0 => Ok(()),
        inbound => {
            let marks = "#".repeat((count.missed * BAR).div_ceil(most) as usize);
            let line = format!("  {name:<6} {:>4} of {inbound:<5} {marks}", count.missed);
            writeln!(out, "{}", line.trim_end())
        }
    };
    writeln!(out, "\nMissed by hour of the day")?;
    b.by_hour.iter().enumerate().try_for_each(|(hour, count)| row(out, &format!("{hour:02}:00"), count))?;
    writeln!(out, "\nMissed by day of the week")?;
    DAYS.iter().zip(&b.by_weekday).try_for_each(|(day, count)| row(out, day, count))
}

fn points_to(b: &Baseline, out: &mut impl fmt::Write) -> fmt::Result {
    writeln!(out, "\nWhat this points to")?;
    let found = findings(b);
    if found.is_empty() {
        return writeln!(out, "  Nothing stands out.");
    }
    found.into_iter().try_for_each(|finding| match finding {
        Finding::Coverage => {
            writeln!(out, "  Many calls are missed but called back soon: look at who answers the phone when.")
        }
        Finding::Ownership => {
            writeln!(out, "  Callbacks come late: look at staffing, and at who owns a missed call.")
        }
        Finding::NobodysTask => {
            writeln!(out, "  More than a quarter of missed callers were never called: a missed call is nobody's task.")
        }
        Finding::Repeats => writeln!(
            out,
            "  {} of 100 callers called more than once: look at what they are told, and at what is left undone.",
            percent(b.repeat_callers, b.callers)
        ),
        Finding::Hour(hour) => writeln!(
            out,
            "  Between {hour:02}:00 and {:02}:00 {} of 100 calls are missed, {} over the whole day.",
            (hour + 1) % 24,
            b.by_hour.get(hour).map_or(0, |count| percent(count.missed, count.inbound)),
            b.missed_percent()
        ),
    })
}

fn examples(examples: &[Example], out: &mut impl fmt::Write) -> fmt::Result {
    if examples.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nLook at these {}: was it known what they needed, and was the result written down?",
        examples.len()
    )?;
    examples.iter().try_for_each(|example| {
        let calls = match example.missed_calls {
            1 => String::new(),
            n => format!(", {n} missed calls"),
        };
        match example.waited_seconds {
            Some(seconds) => writeln!(out, "  row {}: waited {}{calls}", example.row, Lasting(seconds)),
            None => writeln!(out, "  row {}: never called back{calls}", example.row),
        }
    })
}
