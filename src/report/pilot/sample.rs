//! A sample of conversations for a person to judge, and the verdicts counted.
//!
//! The sample is a table to fill in: it names calls, never people, and what is already known of each. Whoever judges
//! reads the call's note in the API, and answers with yes, no, or nothing.

use crate::floor::hours;
use crate::report::history::Contact;
use crate::report::history::Ending;
use crate::report::slice::Slice;

/// What a person is asked about each call; also the columns to fill in.
pub const ASKED: [(&str, &str); 4] = [
    ("next_step", "the next step was given"),
    ("enough_context", "the next owner knows enough"),
    ("promise_visible", "what was promised stands where it is seen"),
    ("escalation_right", "it went to the clinic if it had to, and only then"),
];
/// What is known before anybody looks.
const KNOWN: [&str; 5] = ["call", "when", "language", "outcome", "seen"];

/// How a question was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// With yes.
    pub yes: u32,
    /// With no.
    pub no: u32,
}

/// The rows to fill in, the heading first: so many answered calls of the slice, evenly spread.
pub fn rows(slice: &Slice<'_>, wanted: usize) -> Vec<Vec<String>> {
    let answered: Vec<&Contact> = slice.contacts.iter().copied().filter(|c| c.ending == Ending::Answered).collect();
    let heading = KNOWN.into_iter().chain(ASKED.map(|(column, _)| column)).chain(["remark"]);
    let mut rows = vec![heading.map(str::to_owned).collect()];
    let count = wanted.min(answered.len());
    let picked = (0..count).filter_map(|n| answered.get(n * answered.len() / count.max(1)));
    rows.extend(picked.map(|contact| {
        let when = hours::local(slice.flow, contact.arrived).map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
        let outcome = contact.outcome.as_ref().map_or("none", |outcome| outcome.as_str());
        let known = [
            contact.call.to_string(),
            when.unwrap_or_default(),
            contact.language.to_string(),
            outcome.to_owned(),
            seen(contact),
        ];
        known.into_iter().chain(std::iter::repeat_n(String::new(), ASKED.len() + 1)).collect()
    }));
    rows
}

/// What the facts alone show to be wrong or worth a look.
fn seen(contact: &Contact) -> String {
    let found = [
        contact.outcome.is_none().then_some("no outcome"),
        contact.note_was_owed.then_some("written up late"),
        contact.reason.is_none().then_some("no reason"),
        (contact.transfers > 1).then_some("handed on again and again"),
        contact.urgent.then_some("urgent"),
    ];
    found.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Counts a filled-in table: each row by its heading.
///
/// # Errors
/// What is wrong, and in which row.
pub fn verdicts(heading: &[String], rows: &[Vec<String>]) -> Result<[Answers; ASKED.len()], String> {
    let mut counted = [Answers::default(); ASKED.len()];
    for (n, (column, _)) in ASKED.iter().enumerate() {
        let place = heading.iter().position(|found| found == column);
        let place = place.ok_or_else(|| format!("there is no column `{column}`: fill in what --sample printed"))?;
        for (row, cells) in rows.iter().enumerate() {
            match cells.get(place).map(|cell| cell.trim().to_lowercase()).as_deref() {
                Some("yes" | "y") => counted[n].yes += 1,
                Some("no" | "n") => counted[n].no += 1,
                Some("") | None => {}
                Some(other) => {
                    return Err(format!("row {}: `{column}` is yes, no or empty, not `{other}`", row + 2));
                }
            }
        }
    }
    Ok(counted)
}
