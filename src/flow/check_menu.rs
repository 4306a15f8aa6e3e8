//! Rules of a menu: short, with a person and a repeat, with phrases that mean one thing, and branches that lead on.

use std::collections::BTreeMap;

use super::check::Case;
use super::code::Code;
use super::model::Choice;
use super::model::Menu;
use super::model::Step;
use super::model::Target;
use super::spoken::normalise;
use super::spoken::says;
use super::spoken::seconds;
use crate::vocab::Language;
use crate::vocab::StepId;

/// Choices that route; 0, * and keys for a language are the same in every menu and do not count, nor does a backline.
const CHOICES_MAX: usize = 6;
/// The question, estimated at 0.35 s a word as spoken by a calm voice.
const QUESTION_SECONDS_MAX: f64 = 12.0;
/// Digits as words, 0 to 9, in normal form.
const DIGIT_WORDS: [(&str, [&str; 10]); 2] = [
    ("en", ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]),
    ("es", ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]),
];

/// Checks every menu and answer by itself.
pub(super) fn check(case: &mut Case<'_, '_>) {
    for (id, step) in &case.flow.steps {
        match step {
            Step::Menu(menu) => {
                standing_keys(case, id, menu);
                length(case, id, menu);
                phrases(case, id, menu);
                keys_named(case, id, menu);
                for (key, choice) in &menu.choices {
                    choice_target(case, id, *key, &choice.to);
                }
                for (branch, target) in [("no_input", &menu.no_input), ("wrong_input", &menu.wrong_input)] {
                    silent_branch(case, &["steps", id.as_str(), "menu", branch], target);
                }
            }
            Step::Answer(answer) => silent_branch(case, &["steps", id.as_str(), "answer", "then"], &answer.then),
        }
    }
}

/// 0 is a person and * repeats, everywhere.
fn standing_keys(case: &mut Case<'_, '_>, id: &StepId, menu: &Menu) {
    for (key, wanted, code, what, word) in [
        ('0', Target::Person, Code::NoPerson, "a person", "person"),
        ('*', Target::Repeat, Code::NoRepeat, "the question again", "repeat"),
    ] {
        let hint = format!("add `\"{key}\": {{ to: {word}, say: … }}`");
        match menu.choices.get(&key).map(|c| &c.to) {
            Some(to) if *to == wanted => {}
            Some(_) => {
                let key_text = key.to_string();
                let at = case.at(&["steps", id.as_str(), "menu", "choices", &key_text, "to"]);
                let title = format!("key {key} of menu `{id}` must give {what}");
                let label = "callers know this key from every other menu";
                case.problems
                    .error(code, at, title, label)
                    .hint(format!("write `to: {word}`, and use another key for this"));
            }
            None => {
                let at = case.key(&["steps", id.as_str(), "menu", "choices"]);
                let title = format!("menu `{id}` has no key {key} for {what}");
                case.problems.error(code, at, title, format!("no `\"{key}\"` among these")).hint(hint);
            }
        }
    }
}

fn length(case: &mut Case<'_, '_>, id: &StepId, menu: &Menu) {
    let routes = |key: char, choice: &Choice| {
        !matches!(key, '0' | '*') && !matches!(choice.to, Target::Language(_)) && !choice.backline
    };
    let count = menu.choices.iter().filter(|(key, choice)| routes(**key, choice)).count();
    if count > CHOICES_MAX {
        let at = case.key(&["steps", id.as_str(), "menu", "choices"]);
        let title = format!("menu `{id}` has {count} choices; at most {CHOICES_MAX}");
        let label = "0, * and language keys are not counted";
        let hint = "put two that belong together behind one key, or into a second menu";
        case.problems.error(Code::MenuLength, at, title, label).hint(hint);
    }
    for (language, question) in &menu.question {
        let length = seconds(question);
        if length > QUESTION_SECONDS_MAX {
            let at = case.at(&["steps", id.as_str(), "menu", "question", language.as_str()]);
            let title = format!("the question of menu `{id}` in {language} takes about {length:.1} s; at most 12 s");
            let hint = "at most 34 words: callers forget the first choice before they hear the last";
            case.problems.error(Code::MenuLength, at, title, "estimated at 0.35 s a word").hint(hint);
        }
    }
}

/// A phrase means one thing in one menu, whatever the language: a caller may say it in either.
fn phrases(case: &mut Case<'_, '_>, id: &StepId, menu: &Menu) {
    let mut first: BTreeMap<&str, (char, &Language)> = BTreeMap::new();
    for (key, choice) in &menu.choices {
        for (language, list) in &choice.say {
            for phrase in list {
                match first.get(&**phrase) {
                    Some((before, before_language)) if before != key => {
                        let at = phrase_place(case, id, *key, language, phrase);
                        let also = phrase_place(case, id, *before, before_language, phrase);
                        let title = format!("\"{phrase}\" means two things in menu `{id}`");
                        let label = format!("here it means key {key}");
                        let hint =
                            "leave it with the choice most callers mean; accents and capitals make no difference";
                        let problem = case.problems.error(Code::Ambiguous, at, title, label);
                        problem.also(also, format!("here it means key {before}")).hint(hint);
                    }
                    Some(_) => {}
                    None => {
                        first.insert(phrase, (*key, language));
                    }
                }
            }
        }
    }
}

/// Where a phrase stands, whatever its spelling there.
pub(super) fn phrase_place(
    case: &Case<'_, '_>,
    id: &StepId,
    key: char,
    language: &Language,
    phrase: &str,
) -> std::ops::Range<usize> {
    let key = key.to_string();
    let path = ["steps", id.as_str(), "menu", "choices", &key, "say", language.as_str()];
    let list = case.root.get("steps").and_then(|s| s.get(id.as_str())?.get("menu")?.get("choices")?.get(&key));
    let list = list.and_then(|c| c.get("say")?.get(language.as_str()));
    let found = list.and_then(|l| l.items().iter().find(|n| n.text().is_some_and(|t| normalise(t) == phrase)));
    found.map_or_else(|| case.at(&path), |n| n.span.clone())
}

/// Does a sentence in normal form name this key, as a digit or a word?
pub(super) fn names_key(heard: &str, key: char, language: &Language) -> bool {
    let Some(digit) = key.to_digit(10) else { return true };
    let words = DIGIT_WORDS.iter().find(|(tag, _)| *tag == language.primary());
    let word = words.and_then(|(_, words)| words.get(usize::try_from(digit).ok()?));
    says(heard, &key.to_string()) || word.is_some_and(|w| says(heard, w))
}

/// A key that is never said is never pressed. `*` and `#` have no name every caller knows and may stay unsaid;
/// a language's key may be named by the greeting's offer instead.
fn keys_named(case: &mut Case<'_, '_>, id: &StepId, menu: &Menu) {
    for (language, question) in &menu.question {
        let heard = normalise(question);
        let is_default = case.flow.languages.first() == Some(language);
        for (key, choice) in &menu.choices {
            let offered = match &choice.to {
                // A key for a language that cannot be chosen here is reported for that.
                Target::Language(other) if !case.flow.languages.iter().skip(1).any(|l| l == other) => true,
                Target::Language(other) => is_default && case.flow.greeting.offers.contains_key(other),
                Target::Lane(_) | Target::Step(_) | Target::Person | Target::Repeat => false,
            };
            if !offered && !choice.backline && !names_key(&heard, *key, language) {
                let at = case.at(&["steps", id.as_str(), "menu", "question", language.as_str()]);
                let title = format!("the question of menu `{id}` in {language} does not name key {key}");
                let hint = "say every key, or take its choice out";
                case.problems.warning(Code::KeyNotNamed, at, title, "callers cannot know of it").hint(hint);
            }
        }
    }
}

fn choice_target(case: &mut Case<'_, '_>, id: &StepId, key: char, to: &Target) {
    let key = key.to_string();
    let path = ["steps", id.as_str(), "menu", "choices", &key, "to"];
    let flow = case.flow;
    match to {
        Target::Step(step) if step == id => {
            let title = format!("key {key} of menu `{id}` leads back to the same menu");
            let hint = "to say the question again, write `to: repeat`";
            case.problems.error(Code::RoutesNowhere, case.at(&path), title, "this leads nowhere").hint(hint);
        }
        Target::Language(language) if !flow.languages.is_empty() && !flow.languages.contains(language) => {
            let title = format!("key {key} of menu `{id}` leads to {language}, which the practice does not offer");
            let known = flow.languages.iter().map(Language::as_str);
            let at = case.at(&["steps", id.as_str(), "menu", "choices", &key, "to", "language"]);
            case.problems
                .error(Code::Language, at, title, "not one of `practice.languages`")
                .meant(language.as_str(), known);
        }
        Target::Language(language) if flow.languages.first() == Some(language) => {
            let title = format!("key {key} of menu `{id}` leads to {language}, in which the caller is greeted");
            let hint = "name another language; the same key leads back to the first one for those who chose the other";
            case.problems.error(Code::RoutesNowhere, case.at(&path), title, "this leads nowhere").hint(hint);
        }
        Target::Lane(_) | Target::Step(_) | Target::Language(_) | Target::Person | Target::Repeat => {}
    }
}

/// A branch nobody chose must lead on by itself.
fn silent_branch(case: &mut Case<'_, '_>, path: &[&str], to: &Target) {
    let branch = path.last().copied().unwrap_or("");
    let hint = "lead to a lane, another step, or `person`";
    match to {
        Target::Repeat => {
            let title = format!("`{branch}` of step `{}` repeats for ever", path[1]);
            let label = "a caller who cannot press or speak never gets out";
            case.problems.error(Code::Loop, case.at(path), title, label).hint(hint);
        }
        Target::Language(_) => {
            let title = format!("`{branch}` of step `{}` changes the language", path[1]);
            let label = "only a caller's own choice may do that";
            case.problems.error(Code::RoutesNowhere, case.at(path), title, label).hint(hint);
        }
        Target::Lane(_) | Target::Step(_) | Target::Person => {}
    }
}
