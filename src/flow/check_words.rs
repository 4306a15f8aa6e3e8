//! Rules of the system's own sentences: their blanks, the numbers they must name, and a text in every language.

use super::check::Case;
use super::code::Code;
use super::diagnostic::nearest;
use super::diagnostic::quote;
use super::spoken::normalise;
use super::spoken::says;
use super::wording::Phrase;
use crate::vocab::Language;

/// Checks `wording`.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for phrase in Phrase::ALL {
        let Some(given) = case.root.get("wording").and_then(|w| w.get(phrase.key())) else { continue };
        for language in &flow.languages {
            if let Some(text) = given.get(language.as_str()).and_then(|n| n.text()) {
                blanks(case, *phrase, language, text);
                number(case, *phrase, language, text);
            }
        }
    }
    for (index, language) in flow.languages.iter().enumerate() {
        every_sentence(case, index, language);
    }
}

/// The pieces between braces, or `None` if the braces do not pair.
fn blanks_of(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let inner = rest[open..].strip_prefix('{')?;
        let close = inner.find(['{', '}'])?;
        rest = inner[close..].strip_prefix('}')?;
        found.push(&inner[..close]);
    }
    Some(found)
}

fn blanks(case: &mut Case<'_, '_>, phrase: Phrase, language: &Language, text: &str) {
    let at = case.at(&["wording", phrase.key(), language.as_str()]);
    let wanted = phrase.blanks();
    let shown = wanted.iter().map(|b| format!("{{{b}}}")).collect::<Vec<_>>().join(", ");
    let hint = if wanted.is_empty() {
        format!("`{}` has no blanks: write the words out", phrase.key())
    } else {
        format!("`{}` needs each of these once: {shown}", phrase.key())
    };
    let Some(found) = blanks_of(text) else {
        let title = format!("the braces in `{}` do not pair", phrase.key());
        case.problems.error(Code::Blank, at, title, "a blank is written `{name}`").hint(hint);
        return;
    };
    for blank in &found {
        if !wanted.contains(blank) {
            let title = format!("`{}` has no blank `{{{}}}`", phrase.key(), quote(blank));
            let label = "nothing would be filled in";
            let hint =
                nearest(blank, wanted).map_or_else(|| hint.clone(), |near| format!("did you mean `{{{near}}}`?"));
            case.problems.error(Code::Blank, at.clone(), title, label).hint(hint);
        }
    }
    for blank in wanted {
        match found.iter().filter(|b| *b == blank).count() {
            1 => {}
            0 => {
                let title = format!("`{}` lacks the blank `{{{blank}}}`", phrase.key());
                let label = "the caller would not be told";
                case.problems.error(Code::Blank, at.clone(), title, label).hint(hint.clone());
            }
            _ => {
                let title = format!("`{}` has the blank `{{{blank}}}` more than once", phrase.key());
                let label = "said twice in one sentence";
                case.problems.error(Code::Blank, at.clone(), title, label).hint(hint.clone());
            }
        }
    }
}

// patient: whoever says urgent words is told whom to dial, in any wording.
fn number(case: &mut Case<'_, '_>, phrase: Phrase, language: &Language, text: &str) {
    let needed: &[&str] = match phrase {
        Phrase::Urgent => &["911"],
        Phrase::Crisis => &["988", "911"],
        _ => &[],
    };
    for number in needed.iter().filter(|n| !says(&normalise(text), n)) {
        let at = case.at(&["wording", phrase.key(), language.as_str()]);
        let title = format!("`{}` in {language} does not name {number}", phrase.key());
        let hint = format!("say to dial {number}; the system's own sentence does");
        case.problems.error(Code::Emergency, at, title, "what should the caller dial?").hint(hint);
    }
}

/// A language for which carelane has no approved words needs all of them from the file.
fn every_sentence(case: &mut Case<'_, '_>, index: usize, language: &Language) {
    let lacks = |p: &&Phrase| !case.flow.wording.get(*p).is_some_and(|texts| texts.contains_key(language));
    let missing: Vec<&str> = Phrase::ALL.iter().filter(lacks).map(|p| p.key()).collect();
    if !missing.is_empty() {
        let title = format!("{} of the system's own sentences have no words in {language}", missing.len());
        let label = "carelane has approved words for English and Spanish only";
        let hint = format!("add them under `wording:`, each with `{language}:` — {}", missing.join(", "));
        let at = case.at(&["practice", "languages", &index.to_string()]);
        case.problems.error(Code::MissingText, at, title, label).hint(hint);
    }
}
