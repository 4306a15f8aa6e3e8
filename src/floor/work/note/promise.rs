//! Times promised in free text: "will call Tuesday", "antes de las 3". A promise that only a sentence knows is one that
//! nobody is reminded of.
//!
//! What the patient is going to do, what was done already, and what the patient asked for is no promise of ours.

use super::TABLES;
use super::clauses;
use super::is_patient;
use super::listed;

/// Does a text promise something by a time? `request` and `promised` are the fields for the patient's wishes and for
/// promises themselves.
// rule: promise-has-a-time
pub fn promises(field: &str, text: &str) -> bool {
    !matches!(field, "request" | "promised") && clauses(text).iter().any(|clause| clause_promises(&words(clause)))
}

/// Does a text name a day or an hour?
pub fn names_a_time(text: &str) -> bool {
    clauses(text).iter().any(|clause| {
        let words = words(clause);
        (0..words.len()).any(|at| is_time(&words, at))
    })
}

fn words(clause: &str) -> Vec<&str> {
    clause.split(' ').filter(|word| !word.is_empty()).collect()
}

fn clause_promises(words: &[&str]) -> bool {
    let timed = |from: usize| (from..words.len()).any(|at| is_time(words, at));
    let wished = words.iter().any(|word| listed(|table| table.asks, word) && !listed(|table| table.did, word));
    let done = words.iter().any(|word| listed(|table| table.did, word));
    let contact = words
        .iter()
        .enumerate()
        .any(|(at, word)| listed(|table| table.contacts, word) && !is_the_patients(&words[..at]) && timed(at + 1));
    let heard = hears(words).is_some_and(timed);
    let deadline = words.iter().enumerate().any(|(at, word)| {
        listed(|table| table.deadlines, word) && !patient_acts(&words[..at]) && starts_time(words, at + 1)
    });
    !wished && (contact || heard || deadline && !done)
}

/// Where the patient has heard from us, or something has gone out; not where the patient goes.
fn hears(words: &[&str]) -> Option<usize> {
    let phrases = || TABLES.iter().flat_map(|table| table.hears);
    let phrase_at = |at: usize| {
        let phrase =
            phrases().map(|phrase| phrase.split(' ').collect::<Vec<_>>()).find(|p| words[at..].starts_with(p))?;
        Some(at + phrase.len())
    };
    let goes = |at: &usize| words[*at].starts_with("go") || words[*at].starts_with("sal");
    (0..words.len()).filter(|at| !(goes(at) && is_the_patients(&words[..*at]))).find_map(phrase_at)
}

/// Is it the patient who does it? "pt to call", "she will bring it"; but "nurse calls pt".
fn is_the_patients(before: &[&str]) -> bool {
    let subject = before.iter().rev().find(|word| !listed(|table| table.between, word));
    subject.is_some_and(|word| is_patient(word))
}

/// The same for what ends with a time: "pt to bring the form by Friday".
fn patient_acts(before: &[&str]) -> bool {
    before.windows(2).any(|pair| is_patient(pair[0]) && listed(|table| table.between, pair[1]))
        || before.windows(2).any(|pair| is_patient(pair[0]) && listed(|table| table.acts, pair[1]))
}

/// A time right here, maybe after "the", "of", "las".
fn starts_time(words: &[&str], at: usize) -> bool {
    (at..words.len().min(at + 3))
        .take_while(|at| is_time(words, *at) || listed(|table| table.between, words[*at]))
        .any(|at| is_time(words, at))
}

/// A day, an hour, or so many days.
pub(super) fn is_time(words: &[&str], at: usize) -> bool {
    let word = words[at];
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &word[digits.len()..];
    let is_number = !digits.is_empty() && digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit());
    let before = at.checked_sub(1).map_or("", |before| words[before]);
    let after = words.get(at + 1).copied().unwrap_or_default();
    let is_counted = |word: &str| TABLES.iter().any(|table| table.spells.split(' ').any(|known| known == word));
    if is_number {
        let hour = matches!(unit, "am" | "pm" | "a" | "p" | "h" | "th" | "st" | "nd" | "rd");
        return hour || matches!(after, "am" | "pm") || is_counted(after) || listed(|table| table.before_hours, before);
    }
    let is_end = matches!(word, "end" | "close" | "final" | "fin") && matches!(after, "of" | "de" | "del");
    let is_one = matches!(word, "hour" | "hora") && matches!(before, "the" | "la");
    // "The day before" is a day of something else.
    let is_relative = matches!(after, "before" | "antes" | "after" | "despues") && word != "hoy" && word != "today";
    if is_relative && listed(|table| table.parts, word) {
        return false;
    }
    is_end
        || is_one
        || listed(|table| table.days, word)
        || listed(|table| table.numbers, word)
            && (is_counted(after) || matches!(before, "at" | "by" | "before" | "las"))
        || matches!(word, "this" | "next" | "esta" | "proxima" | "proximo" | "same" | "mismo")
            && listed(|table| table.parts, after)
        || listed(|table| table.parts, word) && matches!(before, "the" | "in" | "la" | "this" | "next" | "proxima")
}
