//! Speech in pieces: what each sound file says, and of which pieces a sentence is made.
//!
//! A sentence whose words are known beforehand is one piece. One with a time is cut at it, and the time has pieces of
//! its own ("3", "15", "PM", "on Tuesday"). It knows no file and no sound: `media` has those.

use std::collections::BTreeSet;

use super::wording;
use crate::floor::treatment::WAIT_RANGES;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Phrase;
use crate::flow::Step;
use crate::flow::Target;
use crate::flow::text;
use crate::vocab::Language;
use crate::vocab::Timestamp;

/// Words that are said in one breath: what one sound file says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// The language they are spoken in.
    pub language: Language,
    /// The words.
    pub text: String,
}

impl Piece {
    /// These words in this language.
    pub fn new(text: &str, language: &Language) -> Self {
        Self { language: language.clone(), text: text.to_owned() }
    }
}

/// The pieces of something said.
pub(super) fn pieces(flow: &Flow, words: &Words, language: &Language) -> Vec<Piece> {
    match words {
        Words::Promise(phrase, at) => timed(flow, *phrase, *at, false, language),
        Words::Dated(phrase, at) => timed(flow, *phrase, *at, true, language),
        other => vec![Piece::new(&wording::words(flow, other, language), language)],
    }
}

/// A sentence with a time: the words before it, the time, the words after it.
fn timed(flow: &Flow, phrase: Phrase, at: Timestamp, dated: bool, language: &Language) -> Vec<Piece> {
    let sentence = flow.phrase(phrase, language);
    let Some((before, after)) = sentence.split_once("{time}") else { return vec![Piece::new(sentence, language)] };
    let time = wording::moment_pieces(flow, at, dated, language);
    let time = time.iter().map(|piece| Piece::new(piece, language));
    part(before, language).into_iter().chain(time).chain(part(after, language)).collect()
}

/// What stands beside a blank, without the marks around it; nothing if only marks are left.
fn part(text: &str, language: &Language) -> Option<Piece> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '¿' && c != '¡').trim_end();
    (!text.is_empty()).then(|| Piece::new(text, language))
}

/// Every piece a caller of this practice may hear: what must be recorded. Assistants hear the carrier's voice.
pub fn inventory(flow: &Flow) -> BTreeSet<Piece> {
    let mut out = BTreeSet::new();
    for language in &flow.languages {
        let mut add = |text: &str| {
            out.insert(Piece::new(text, language));
        };
        add(text(&flow.greeting.opening, language));
        add(text(&flow.greeting.emergency, language));
        for step in flow.steps.values() {
            match step {
                Step::Menu(menu) => add(text(&menu.question, language)),
                Step::Answer(answer) => add(text(&answer.script, language)),
            }
        }
        flow.lanes.iter().flat_map(|lane| &lane.hold).for_each(|sentence| add(text(sentence, language)));
        wording::all_moment_pieces(language).iter().for_each(|piece| add(piece));
        for phrase in Phrase::ALL.iter().filter(|phrase| phrase.is_for_callers()) {
            out.extend(of_phrase(flow, *phrase, language));
        }
    }
    out.extend(flow.greeting.offers.iter().map(|(language, offer)| Piece::new(offer, language)));
    out
}

fn of_phrase(flow: &Flow, phrase: Phrase, language: &Language) -> Vec<Piece> {
    let sentence = flow.phrase(phrase, language);
    match phrase.blanks() {
        ["lane"] => {
            let sentence = |lane| Piece::new(&wording::about_lane(flow, phrase, lane, language), language);
            flow.lanes.iter().map(|lane| sentence(&lane.id)).collect()
        }
        ["key"] => {
            let sentence = |key| Piece::new(&wording::with_key(flow, phrase, key, language), language);
            keys(flow, phrase).into_iter().map(sentence).collect()
        }
        ["wait"] if flow.lanes.iter().any(|lane| lane.tells_wait) => {
            let sentence = |range| Piece::new(&wording::wait(flow, phrase, range, language), language);
            WAIT_RANGES.into_iter().map(sentence).collect()
        }
        ["wait"] => Vec::new(),
        ["time"] => match sentence.split_once("{time}") {
            Some((before, after)) => part(before, language).into_iter().chain(part(after, language)).collect(),
            None => Vec::new(),
        },
        _ => vec![Piece::new(sentence, language)],
    }
}

/// The keys that a sentence may name.
fn keys(flow: &Flow, phrase: Phrase) -> BTreeSet<char> {
    let choices = flow.steps.values().flat_map(|step| match step {
        Step::Menu(menu) => menu.choices.iter().collect(),
        Step::Answer(_) => Vec::new(),
    });
    match phrase {
        Phrase::ClinicalKey => {
            // Nobody is told of the backline.
            let clinical = choices.filter(|(_, choice)| flow.clinical_target(&choice.to).is_some() && !choice.backline);
            clinical.map(|(key, _)| *key).collect()
        }
        Phrase::FirstLanguage => {
            choices.filter(|(_, choice)| matches!(choice.to, Target::Language(_))).map(|(key, _)| *key).collect()
        }
        Phrase::VoicemailKey => flow.lanes.iter().filter_map(|lane| lane.voicemail_key).collect(),
        _ => flow.lanes.iter().filter_map(|lane| lane.callback_key).collect(),
    }
}
