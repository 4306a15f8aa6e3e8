//! What is said with a menu's question, sentence by sentence, for both renderings of it.

use std::borrow::Cow;

use super::wording;
use crate::floor::treatment::Opening;
use crate::flow::Choice;
use crate::flow::Flow;
use crate::flow::Menu;
use crate::flow::Phrase;
use crate::flow::Target;
use crate::flow::text;
use crate::vocab::Language;

/// A sentence and its language.
pub(super) type Said<'f> = (Cow<'f, str>, &'f Language);

/// Everything said, the question last.
pub(super) fn menu<'f>(flow: &'f Flow, menu: &'f Menu, language: &'f Language, opening: Opening) -> Vec<Said<'f>> {
    let mut said = match opening {
        Opening::Greeting => greeting(flow, menu, language),
        Opening::NotHeard => vec![(flow.phrase(Phrase::NotHeard, language).into(), language)],
        Opening::NotAChoice => vec![(flow.phrase(Phrase::NotAChoice, language).into(), language)],
        Opening::Plain => Vec::new(),
        Opening::TooManyCalls | Opening::TooManyHidden | Opening::AllBusy => {
            return turned_away(flow, menu, language, opening);
        }
    };
    said.push((text(&menu.question, language).into(), language));
    said
}

/// Practice and speaker, the emergency sentence, the other languages.
fn greeting<'f>(flow: &'f Flow, menu: &Menu, language: &'f Language) -> Vec<Said<'f>> {
    let greeting = &flow.greeting;
    let mut said: Vec<Said<'f>> = vec![
        (text(&greeting.opening, language).into(), language),
        (text(&greeting.emergency, language).into(), language),
    ];
    // Greeted in the language of an earlier call: the key that led there leads back.
    let first = flow.default_language();
    let back = menu.choices.iter().find(|(_, choice)| choice.to == Target::Language(language.clone()));
    if let (Some((key, _)), true) = (back, language != first) {
        said.push((wording::with_key(flow, Phrase::FirstLanguage, *key, first).into(), first));
    }
    let others = greeting.offers.iter().filter(|(other, _)| *other != language);
    said.extend(others.map(|(other, offer)| (offer.as_ref().into(), other)));
    said
}

/// For a caller who is not let in: where help is and the key of the clinic, in every language, the caller's first.
fn turned_away<'f>(flow: &'f Flow, menu: &Menu, language: &'f Language, opening: Opening) -> Vec<Said<'f>> {
    let clinical =
        |(key, choice): (&char, &Choice)| flow.clinical_target(&choice.to).filter(|_| !choice.backline).map(|_| *key);
    let key = menu.choices.iter().find_map(clinical);
    let others = flow.languages.iter().filter(|other| *other != language);
    let mut said: Vec<Said<'f>> = vec![(text(&flow.greeting.opening, language).into(), language)];
    for language in std::iter::once(language).chain(others) {
        said.push((text(&flow.greeting.emergency, language).into(), language));
        match opening {
            Opening::TooManyCalls => said.push((flow.phrase(Phrase::TooManyCalls, language).into(), language)),
            Opening::TooManyHidden => said.push((flow.phrase(Phrase::TooManyHidden, language).into(), language)),
            // What happens next is said with its time when no key was pressed.
            _ => {}
        }
        if let Some(key) = key {
            said.push((wording::with_key(flow, Phrase::ClinicalKey, key, language).into(), language));
        }
    }
    said
}
