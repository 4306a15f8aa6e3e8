//! Speech in pieces: what each sound file says, and of which pieces a sentence is made.
//!
//! A sentence whose words are known beforehand is one piece. One with a time, a wait or a number is cut there, and
//! those have pieces of their own ("3", "15", "PM", "on Tuesday"). It knows no file and no sound: `media` has those.

use std::collections::BTreeSet;

use super::wording;
use crate::floor::treatment::WAIT_RANGES;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::flow::Step;
use crate::flow::Target;
use crate::flow::Team;
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
        Words::Promise(phrase, at) => moment(flow, flow.phrase(*phrase, language), *at, false, language),
        Words::Dated(phrase, at) => moment(flow, flow.phrase(*phrase, language), *at, true, language),
        Words::AboutCall(phrase, lane, at) => {
            moment(flow, &wording::for_staff(flow, *phrase, lane, language), *at, false, language)
        }
        Words::Count(phrase, number) => cut(flow.phrase(*phrase, language), language, vec![number.to_string()]),
        other => vec![Piece::new(&wording::words(flow, other, language), language)],
    }
}

/// A sentence with a time.
pub(super) fn moment(flow: &Flow, sentence: &str, at: Timestamp, dated: bool, language: &Language) -> Vec<Piece> {
    cut(sentence, language, wording::moment_pieces(flow, at, dated, language))
}

/// A sentence cut at its one blank: the words before it, what fills it, the words after it.
pub(super) fn cut(sentence: &str, language: &Language, filled: Vec<String>) -> Vec<Piece> {
    let (before, blank, after) = around_blank(sentence);
    let filled = filled.iter().filter(|_| blank).map(|piece| Piece::new(piece, language));
    part(before, language).into_iter().chain(filled).chain(part(after, language)).collect()
}

/// What stands before and after a sentence's blank, and whether there is one.
fn around_blank(sentence: &str) -> (&str, bool, &str) {
    let cut = sentence.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
    cut.map_or((sentence, false, ""), |(before, after)| (before, true, after))
}

/// What stands beside a blank, without the marks around it; nothing if only marks are left.
fn part(text: &str, language: &Language) -> Option<Piece> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '¿' && c != '¡').trim_end();
    (!text.is_empty()).then(|| Piece::new(text, language))
}

/// Every piece that callers of this practice and its assistants may hear: what must be recorded. Assistants hear each
/// other's names.
pub fn inventory(flow: &Flow, team: Option<&Team>) -> BTreeSet<Piece> {
    let names: Vec<&str> = team.iter().flat_map(|team| &team.agents).map(|agent| &*agent.name).collect();
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
        flow.recording.iter().for_each(|rules| add(text(&rules.announcement, language)));
        wording::all_moment_pieces(language).iter().for_each(|piece| add(piece));
        wording::all_span_pieces(language).iter().for_each(|piece| add(piece));
        // Said to assistants who serve several practices.
        add(&wording::practice(flow));
        for notes in flow.lanes.iter().filter(|lane| lane.keypad_notes.is_some()) {
            notes.note_fields.iter().for_each(|field| add(&field.label));
        }
        for phrase in Phrase::ALL.iter().filter(|phrase| phrase.is_played()) {
            out.extend(of_phrase(flow, &names, *phrase, language));
        }
    }
    out.extend(flow.greeting.offers.iter().map(|(language, offer)| Piece::new(offer, language)));
    out
}

/// A sentence's pieces, with everything in its blanks that may stand there; numbers and times have pieces of their own.
fn of_phrase(flow: &Flow, names: &[&str], phrase: Phrase, language: &Language) -> Vec<Piece> {
    let whole = |text: &str| Piece::new(text, language);
    let around = |sentence: &str| cut(sentence, language, Vec::new());
    match phrase.blanks() {
        ["lane"] => {
            flow.lanes.iter().map(|lane| whole(&wording::about_lane(flow, phrase, &lane.id, language))).collect()
        }
        ["key"] => {
            keys(flow, phrase).into_iter().map(|key| whole(&wording::with_key(flow, phrase, key, language))).collect()
        }
        ["wait"] if flow.lanes.iter().any(|lane| lane.tells_wait) => {
            WAIT_RANGES.into_iter().map(|range| whole(&wording::wait(flow, phrase, range, language))).collect()
        }
        ["wait"] => Vec::new(),
        ["name"] => names.iter().map(|name| whole(&wording::warm(flow, name, language))).collect(),
        ["time"] | ["count"] => around(flow.phrase(phrase, language)),
        ["lane", "time"] => {
            let sentence = |lane: &Lane| around(&wording::for_staff(flow, phrase, &lane.id, language));
            flow.lanes.iter().flat_map(sentence).collect()
        }
        ["lane", "language", "wait"] => {
            let sentence = |lane: &Lane, spoken| around(&wording::whisper(flow, &lane.id, spoken, language));
            let lanes = flow.lanes.iter();
            lanes.flat_map(|lane| flow.languages.iter().flat_map(move |spoken| sentence(lane, spoken))).collect()
        }
        ["what", "key"] => {
            choices(flow, language).map(|(key, what)| whole(&wording::choice(flow, key, what, language))).collect()
        }
        _ => vec![whole(flow.phrase(phrase, language))],
    }
}

/// What the keys of a note by phone stand for, in every lane.
fn choices<'f>(flow: &'f Flow, language: &Language) -> impl Iterator<Item = (char, &'f str)> {
    let notes = flow.lanes.iter().filter_map(|lane| lane.keypad_notes.as_ref());
    notes.flat_map(|notes| {
        let outcomes = notes.outcomes.iter().map(|(key, choice)| (*key, text(&choice.say, language)));
        let fields = notes.fields.values().flatten().map(|(key, texts)| (*key, text(texts, language)));
        outcomes.chain(fields)
    })
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
