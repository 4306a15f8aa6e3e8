//! What scripts write down: notes with who wrote them and what was promised, and what is known of a caller.

use carelane::floor::details::Details;
use carelane::floor::details::Window;
use carelane::floor::event::Note;
use carelane::floor::event::PromiseAsked;
use carelane::vocab::AgentId;
use carelane::vocab::Private;

use super::script::local;

/// Who closes, and by when something is promised, if that is said first (`by=ana`, `at=2026-11-24T15:00`); the fields.
pub(super) fn note(words: &[&str]) -> Result<(Note, Option<AgentId>, Option<PromiseAsked>), String> {
    let (by, words) = match words.split_first() {
        Some((first, rest)) if first.starts_with("by=") => (Some(first[3..].into()), rest),
        _ => (None, words),
    };
    let (promised, words) = match words.split_first() {
        Some((first, rest)) if first.starts_with("at=") => {
            // `at=2026-11-24T15:00!` is promised anyway.
            let (at, anyway) = (first[3..].trim_end_matches('!').replace('T', " "), first.ends_with('!'));
            (Some(PromiseAsked { at: local(&at)?, anyway }), rest)
        }
        _ => (None, words),
    };
    let field = |word: &&str| {
        let (field, text) = word.split_once('=').ok_or_else(|| format!("{word} is no field=text"))?;
        Ok((field.into(), Private::new(text.to_owned())))
    };
    Ok((words.iter().map(field).collect::<Result<Note, String>>()?, by, promised))
}

pub(super) fn details(words: &[&str]) -> Result<Details, String> {
    let mut details = Details::default();
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(|| format!("{word} is no name=value"))?;
        let closed = || format!("{{\"{name}\": \"{value}\"}}");
        let read = |json: String| serde_json::from_str::<Details>(&json).map_err(|e| format!("{word}: {e}"));
        match name {
            "standing" => details.standing = read(closed())?.standing,
            "relationship" => details.relationship = read(closed())?.relationship,
            "name" => details.patient_name = Some(Private::new(value.to_owned())),
            "born" => details.patient_born = Some(Private::new(value.to_owned())),
            "window" => details.preferred_window = Some(Window::parse(value).ok_or(value)?),
            "may_discuss" => details.may_discuss = Some(value == "yes"),
            "reason" => details.reason = Some(value.into()),
            _ => return Err(format!("no detail {name}")),
        }
    }
    Ok(details)
}
