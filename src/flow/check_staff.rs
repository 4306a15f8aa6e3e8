//! Rules of the staff number, and of notes written on a phone's keys: what the keys say must close a call.

use super::check::Case;
use super::code::Code;
use super::diagnostic::quote;
use super::model::KeypadNotes;
use super::model::Lane;
use super::model::text;
use super::note::says_nothing;
use crate::vocab::FieldId;
use crate::vocab::OutcomeId;

/// 0 leaves a note for later, 9 changes the language, * repeats, # ends a PIN.
const CHOICE_KEYS: &str = "12345678";

/// Checks the staff number and every lane's keys.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    if let Some(number) = &flow.staff_number
        && let Some(index) = flow.numbers.iter().position(|n| n == number)
    {
        let (at, patients) = (case.at(&["practice", "staff_number"]), index.to_string());
        let patients = case.at(&["practice", "numbers", &patients]);
        case.problems
            .error(
                Code::StaffNumber,
                at,
                "the staff number is also a number that patients dial",
                "who is calling here?",
            )
            .also(patients, "patients dial it")
            .hint("take another number of the carrier for the staff");
    }
    for lane in &flow.lanes {
        if let Some(notes) = &lane.keypad_notes {
            outcomes(case, lane, notes);
            fields(case, lane, notes);
        }
    }
}

fn outcomes(case: &mut Case<'_, '_>, lane: &Lane, notes: &KeypadNotes) {
    let id = lane.id.as_str();
    for (key, choice) in &notes.outcomes {
        let key_name = key.to_string();
        let path = ["lanes", id, "keypad_notes", "outcomes", &key_name];
        usual_key(case, &path, *key);
        let outcome = choice.outcome.as_str();
        if !outcome.is_empty() && lane.outcome(outcome).is_none() {
            let at = case.at(&[&path[..], &["outcome"]].concat());
            let title = format!("lane `{id}` has no outcome `{}`", quote(outcome));
            case.problems
                .error(Code::KeypadNotes, at, title, "this key could not close a call")
                .meant(outcome, lane.outcomes.iter().map(|o| &o.id).map(OutcomeId::as_str));
        }
    }
}

fn fields(case: &mut Case<'_, '_>, lane: &Lane, notes: &KeypadNotes) {
    let id = lane.id.as_str();
    for (field, phrases) in notes.fields.iter().filter(|(field, _)| !field.as_str().is_empty()) {
        let path = ["lanes", id, "keypad_notes", "fields", field.as_str()];
        if !lane.note_fields.iter().any(|f| f.id == *field) {
            let title = format!("lane `{id}` has no note field `{field}`");
            let at = case.key(&path);
            case.problems
                .error(Code::KeypadNotes, at, title, "nobody would read this")
                .meant(field.as_str(), lane.note_fields.iter().map(|f| &f.id).map(FieldId::as_str));
        }
        for (key, texts) in phrases {
            let key_name = key.to_string();
            let path = [&path[..], &[&key_name]].concat();
            usual_key(case, &path, *key);
            let language = case.flow.default_language();
            if texts.contains_key(language) && says_nothing(text(texts, language)) {
                let at = case.at(&[&path[..], &[language.as_str()]].concat());
                let title = format!("key {key} of `{field}` says nothing that anybody could act on");
                let hint = "say what the patient wanted, what was done, or what comes next";
                case.problems.error(Code::KeypadNotes, at, title, "a note like this is refused").hint(hint);
            }
        }
    }
    for field in lane.note_fields.iter().filter(|f| f.required && !f.id.as_str().is_empty()) {
        if !notes.fields.is_empty() && !notes.fields.contains_key(&field.id) {
            let title = format!("the keys of lane `{id}` leave out the required field `{}`", field.id);
            let at = case.key(&["lanes", id, "keypad_notes", "fields"]);
            let hint = format!("add `{}` with a phrase for each key, or take `keypad_notes` out", field.id);
            case.problems.error(Code::KeypadNotes, at, title, "no call could be closed by keys").hint(hint);
        }
    }
}

fn usual_key(case: &mut Case<'_, '_>, path: &[&str], key: char) {
    if !CHOICE_KEYS.contains(key) {
        let at = case.key(path);
        let title = format!("key {key} means something else while a call is written up");
        let hint = "use 1 to 8: 0 leaves the note for later, 9 changes the language, * repeats";
        case.problems.error(Code::Key, at, title, "this choice could not be made").hint(hint);
    }
}
