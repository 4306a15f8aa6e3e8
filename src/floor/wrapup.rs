//! Closing: an outcome of the lane's list, the lane's required fields, and words that say something.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effect::Refusal;
use super::event::Note;
use crate::flow::Lane;
use crate::flow::Outcome;
use crate::flow::says_nothing;
use crate::vocab::FieldId;
use crate::vocab::limit::NOTE_CHARS_MAX;

/// Checks an outcome and a note against the lane; the outcome found, or what is wrong.
pub(super) fn check<'l>(lane: &'l Lane, outcome: &str, note: &Note) -> Result<&'l Outcome, Refusal> {
    let Some(found) = lane.outcome(outcome) else {
        let allowed = lane.outcomes.iter().map(|o| o.id.as_str().into()).collect();
        return Err(Refusal::NotAllowed { what: "outcome", allowed });
    };
    let known: BTreeSet<&FieldId> = lane.note_fields.iter().map(|f| &f.id).collect();
    if note.keys().any(|field| !known.contains(field)) {
        let allowed: Vec<Arc<str>> = known.iter().map(|f| f.as_str().into()).collect();
        return Err(Refusal::NotAllowed { what: "note", allowed });
    }
    if note.values().any(|text| text.reveal().chars().count() > NOTE_CHARS_MAX) {
        return Err(Refusal::TooLong { what: "note", chars_max: NOTE_CHARS_MAX });
    }
    let required = lane.note_fields.iter().filter(|f| f.required);
    let missing: Vec<FieldId> = required
        .filter(|f| note.get(&f.id).is_none_or(|text| says_nothing(text.reveal())))
        .map(|f| f.id.clone())
        .collect();
    if missing.is_empty() { Ok(found) } else { Err(Refusal::Missing(missing)) }
}
