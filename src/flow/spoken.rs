//! Spoken words: one normal form for what a file lists and a caller says, and how long words take.
//!
//! It does not recognise speech and knows no phrase.

use std::sync::Arc;

/// Seconds one spoken word takes, estimated: about 170 words a minute, a calm telephone voice.
const SECONDS_A_WORD: f64 = 0.35;
/// As typed, as typeset, as a letter, and the accent that is taken for one.
const APOSTROPHES: [char; 4] = ['\'', '\u{2019}', '\u{2bc}', '`'];

/// The form in which phrases are stored and compared: lower case, accents folded, all but letters and digits
/// turned into single spaces. `"¿Cuánto Cuesta?"` becomes `"cuanto cuesta"`. An apostrophe leaves nothing behind: who
/// writes down what was heard often leaves it out, so `"can't"` and `"cant"` are one word.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        // A letter and its combining accent are the same letter.
        if ('\u{300}'..='\u{36f}').contains(&c) || APOSTROPHES.contains(&c) {
            continue;
        }
        match folded(c) {
            Some(plain) => out.push_str(plain),
            None if c.is_alphanumeric() => out.push(c),
            None if out.is_empty() || out.ends_with(' ') => {}
            None => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Does a caller who said `heard` say this phrase, as whole words? Both in the form of [`normalise`].
/// `"my chest pain"` says `"chest pain"`; `"paint"` does not say `"pain"`.
pub fn says(heard: &str, phrase: &str) -> bool {
    !phrase.is_empty()
        && heard.match_indices(phrase).any(|(at, found)| {
            let before = heard[..at].chars().next_back();
            let after = heard[at + found.len()..].chars().next();
            before.is_none_or(|c| c == ' ') && after.is_none_or(|c| c == ' ')
        })
}

/// Does a caller who said `heard` say this phrase of a flow, however old its version? An older rule put a space in an
/// apostrophe's place, so in old journals `"can't breathe"` stands as `"can t breathe"`.
pub fn hears(heard: &str, phrase: &str) -> bool {
    says(heard, phrase) || rejoined(phrase).is_some_and(|phrase| says(heard, &phrase))
}

/// What follows an apostrophe in English.
const ENDINGS: [&str; 7] = ["t", "s", "m", "d", "re", "ve", "ll"];

/// A phrase whose words were parted at their apostrophes; `None` if none was.
fn rejoined(phrase: &str) -> Option<String> {
    let is_ending = |word: &str| ENDINGS.contains(&word);
    if !phrase.split(' ').skip(1).any(is_ending) {
        return None;
    }
    let mut out = String::with_capacity(phrase.len());
    for word in phrase.split(' ') {
        if !out.is_empty() && !is_ending(word) {
            out.push(' ');
        }
        out.push_str(word);
    }
    Some(out)
}

/// Phrases a recogniser is told to expect; the carrier takes 500.
const HINTS_MAX: usize = 200;

/// What a recogniser should expect. A phrase that holds a shorter one adds nothing to it.
pub fn hints<'p>(phrases: impl Iterator<Item = &'p Arc<str>>) -> String {
    let mut phrases: Vec<&str> = phrases.map(AsRef::as_ref).collect();
    phrases.sort_by_key(|phrase| phrase.len());
    let mut hints: Vec<&str> = Vec::new();
    for phrase in phrases {
        if hints.len() < HINTS_MAX && !hints.iter().any(|hint| says(phrase, hint)) {
            hints.push(phrase);
        }
    }
    hints.join(", ")
}

/// How many words a voice speaks.
pub(super) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count()
}

/// How long a voice speaks, in seconds.
pub fn seconds(text: &str) -> f64 {
    // A prompt has at most a thousand characters, so the count is exact as a float.
    f64::from(u32::try_from(word_count(text)).unwrap_or(u32::MAX)) * SECONDS_A_WORD
}

/// The plain letters of an accented Latin letter.
fn folded(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ł' | 'ĺ' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' => "o",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_form_folds_case_accents_and_punctuation_and_is_stable() {
        for (text, normal) in [
            ("¿Cuánto Cuesta?", "cuanto cuesta"),
            ("  ESPAÑOL!  ", "espanol"),
            ("can't  breathe", "cant breathe"),
            ("can’t breathe", "cant breathe"),
            ("cafe\u{301}", "cafe"),
            ("...", ""),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(normalise(text), normal, "{text}");
            assert_eq!(normalise(normal), normal);
        }
    }

    #[test]
    fn a_phrase_is_said_as_whole_words_only() {
        assert!(says("i have chest pain now", "chest pain"));
        assert!(says("chest pain", "chest pain"));
        assert!(!says("chest paint", "chest pain"));
        assert!(!says("anything", ""));
        assert!(says("unpaid paid", "paid"), "a later whole word counts");
    }

    #[test]
    fn phrases_that_an_older_rule_folded_are_heard() {
        for old in ["can t breathe", "cant breathe"] {
            assert!(hears(&normalise("Help, I can't breathe!"), old), "{old}");
            assert!(hears(&normalise("help i cant breathe"), old), "{old}");
        }
        assert!(hears("i m dying", "i m dying") && hears(&normalise("I’m dying"), "i m dying"));
        assert!(!hears("can breathe", "can t breathe"));
        assert!(!hears("vitamin d", "vitamins"), "what is said is taken as it is");
    }
}
