//! Closing: an outcome of the lane's list, the lane's required fields, words that say something, and no time that is
//! promised in words only.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effect::Lack;
use super::effect::Refusal;
use super::event::Note;
use super::work::note::NotePart;
use super::work::note::lacking;
use super::work::note::names_a_time;
use super::work::note::promises;
use crate::flow::Lane;
use crate::flow::NoteField;
use crate::flow::Outcome;
use crate::flow::Situation;
use crate::flow::says_nothing;
use crate::vocab::FieldId;
use crate::vocab::limit::NOTE_CHARS_MAX;

/// The field of a note in which promises stand in words, and the name of a promised time in requests.
const PROMISED: &str = "promised";

/// How a note came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In somebody's own words; a promised time came with it, or none.
    Typed { with_time: bool },
    /// Of the practice's standard phrases: its own checker has judged them.
    ByKeys,
}

/// Checks an outcome of a call and its note against the lane; the outcome found, or what is wrong.
pub(super) fn check<'l>(
    lane: &'l Lane,
    outcome: &str,
    note: &Note,
    written: Written,
    situations: &[Situation],
) -> Result<&'l Outcome, Refusal> {
    let Some(found) = lane.outcome(outcome) else {
        let allowed = lane.outcomes.iter().map(|o| o.id.as_str().into()).collect();
        return Err(Refusal::NotAllowed { what: "outcome", allowed });
    };
    check_note(lane, note, written, situations).map(|()| found)
}

/// Checks a note against the lane: what is wrong with it.
pub(super) fn check_note(lane: &Lane, note: &Note, written: Written, situations: &[Situation]) -> Result<(), Refusal> {
    let known: BTreeSet<&FieldId> = lane.note_fields.iter().map(|f| &f.id).collect();
    if note.keys().any(|field| !known.contains(field)) {
        let allowed: Vec<Arc<str>> = known.iter().map(|f| f.as_str().into()).collect();
        return Err(Refusal::NotAllowed { what: "note", allowed });
    }
    if note.values().any(|text| text.reveal().chars().count() > NOTE_CHARS_MAX) {
        return Err(Refusal::TooLong { what: "note", chars_max: NOTE_CHARS_MAX });
    }
    let lacks = required(lane, situations).filter_map(|field| {
        let text = note.get(field).map_or("", |text| text.reveal());
        let parts = match written {
            Written::ByKeys if !says_nothing(text) => Vec::new(),
            // The time itself says it.
            Written::Typed { with_time: true } if *field == PROMISED.into() => Vec::new(),
            Written::ByKeys | Written::Typed { .. } => lacking_in(field, text),
        };
        (!parts.is_empty()).then(|| Lack { field: field.clone(), parts })
    });
    let mut missing: Vec<Lack> = lacks.collect();
    // Where promises have to be told, they have to be kept; elsewhere "front desk calls Wednesday" is a next step.
    let tells_promises = lane.note_fields.iter().any(|field| field.required && field.id == PROMISED.into());
    let told = missing.iter().all(|lack| lack.field != PROMISED.into());
    if tells_promises && told && written == (Written::Typed { with_time: false }) && promises_in_words_only(note) {
        missing.push(Lack { field: PROMISED.into(), parts: vec![NotePart::PromisedTime] });
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Missing(missing)) }
}

/// What a field's text should tell and does not; that nothing was promised is an answer.
fn lacking_in(field: &FieldId, text: &str) -> Vec<NotePart> {
    let none = *field == PROMISED.into() && lacking("next_step", text).is_empty();
    if none { Vec::new() } else { lacking(field.as_str(), text) }
}

/// The fields that a note must fill in: always, and in these situations.
// rule: required-by-situation
pub(super) fn required<'l>(lane: &'l Lane, situations: &[Situation]) -> impl Iterator<Item = &'l FieldId> {
    let needs = move |field: &&NoteField| field.required || field.when.iter().any(|when| situations.contains(when));
    lane.note_fields.iter().filter(needs).map(|field| &field.id)
}

/// Does a note tell everything that was asked for? Nobody knows of one whose words are destroyed.
pub fn is_complete(lane: &Lane, note: &Note, situations: &[Situation]) -> Option<bool> {
    if note.values().all(|text| text.reveal().is_empty()) {
        return None;
    }
    let text = |field: &FieldId| note.get(field).map_or("", |text| text.reveal());
    Some(required(lane, situations).all(|field| lacking_in(field, text(field)).is_empty()))
}

/// Does a note promise something by a time, and its field for promises name none?
fn promises_in_words_only(note: &Note) -> bool {
    let told = note.get(&FieldId::from(PROMISED)).is_some_and(|text| names_a_time(text.reveal()));
    !told && note.iter().any(|(field, text)| promises(field.as_str(), text.reveal()))
}
