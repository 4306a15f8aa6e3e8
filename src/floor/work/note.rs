//! Notes that the next person can act on: what the patient wanted, what was done, what comes next.
//!
//! These are rules over small tables of words, English and Spanish together, because notes mix them. A word that is in
//! no table counts as saying something: to refuse a good note is worse than to take a thin one.

mod english;
mod promise;
mod spanish;
mod unreached;

pub use promise::names_a_time;
pub use promise::promises;
pub use unreached::only_tried;

use crate::flow::normalise;
use crate::flow::says;
use crate::flow::says_nothing;
use english::ENGLISH;
use spanish::SPANISH;

/// One language's words; lists are parted by spaces.
struct Words {
    /// They say nothing by themselves; and so does every word that begins like one of these.
    vague: &'static str,
    stems: &'static str,
    /// What stands before a name; and family. To be asked for by somebody, or to be called by one, is no request.
    titles: &'static str,
    people: &'static str,
    /// Anybody, and so nobody: a step that is somebody's is not done.
    somebody: &'static str,
    /// What is left for a patient; and what it asks for.
    messages: &'static str,
    returns: &'static str,
    /// Words that say nothing one by one and something together.
    things: &'static [&'static str],
    /// People of the practice; they say nothing of a request.
    roles: &'static str,
    /// What patients call about.
    topics: &'static str,
    /// What begins a request.
    asks: &'static str,
    ask_phrases: &'static [&'static str],
    /// Keeping the books: what is looked at, or put right, is not what the patient wanted.
    kept: &'static str,
    /// Done; and done if it is said to whom or what.
    did: &'static str,
    told: &'static str,
    /// Not done yet; and what somebody is going to do.
    future: &'static str,
    acts: &'static str,
    /// What came of a try to reach somebody.
    tried: &'static [&'static str],
    /// Nothing is left; and the same in a field of its own for what comes next.
    ends: &'static [&'static str],
    nothing: &'static [&'static str],
    /// Reaching somebody, not yet done; what ends with a time; and what may stand between.
    contacts: &'static str,
    /// The patient hears from us, or something goes out: by a time, it is promised.
    hears: &'static [&'static str],
    deadlines: &'static str,
    between: &'static str,
    /// Days; parts of a day or a calendar; what stands before an hour; so many of what.
    days: &'static str,
    parts: &'static str,
    before_hours: &'static str,
    numbers: &'static str,
    spells: &'static str,
}

const TABLES: [&Words; 2] = [&ENGLISH, &SPANISH];

/// From so many words on a text is long.
const LONG_WORDS: usize = 15;

/// What a note must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotePart {
    /// What the patient wanted.
    Request,
    /// What was done.
    Action,
    /// What comes next, and whose it is.
    NextStep,
    /// Anything at all.
    Something,
    /// When what the note promises is due.
    PromisedTime,
}

impl NotePart {
    /// What a field must tell, by its id: a field for the whole note must tell everything.
    pub fn wanted(field: &str) -> &'static [Self] {
        match field {
            "request" => &[Self::Request],
            "action" => &[Self::Action],
            "next_step" => &[Self::NextStep],
            "note" | "notes" | "summary" => &[Self::Request, Self::Action, Self::NextStep],
            _ => &[Self::Something],
        }
    }

    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Action => "action",
            Self::NextStep => "next_step",
            Self::Something => "something",
            Self::PromisedTime => "promised",
        }
    }

    /// What is missing, with an example of how it could be said.
    pub fn why(self) -> &'static str {
        match self {
            Self::Request => {
                "what the patient wanted is missing; for example \"refill of lisinopril, out since Sunday\""
            }
            Self::Action => "what was done is missing; for example \"sent the refill request to Dr. Lee's nurse\"",
            Self::NextStep => {
                "what comes next, and whose it is, is missing; for example \"nurse calls the pharmacy\", or \"no next step\""
            }
            Self::Something => "it says nothing that the next person could act on; name a person, a thing or a number",
            Self::PromisedTime => {
                "the note promises something by a time that nobody is reminded of: give the time as `promised`, like \
                 \"2026-12-01T15:00:00Z\" (it becomes an item), or name it in the note's field `promised`"
            }
        }
    }
}

/// What this field's text should tell and does not. Empty and vague texts tell nothing.
// rule: note-not-vague
pub fn lacking(field: &str, text: &str) -> Vec<NotePart> {
    let wanted = NotePart::wanted(field);
    let clauses = clauses(text);
    let clauses: Vec<Vec<&str>> = clauses.iter().map(|c| c.split(' ').filter(|w| !w.is_empty()).collect()).collect();
    // In so many words what is there can be recognised; a stray word proves nothing any more.
    let is_long = clauses.iter().map(Vec::len).sum::<usize>() >= LONG_WORDS;
    let is_whole = wanted.len() > 1 || is_long;
    let tells = |part: &NotePart| match part {
        // It is what a note of an attempt says, in whatever field.
        _ if wanted.len() == 1 && clauses.iter().any(|clause| has_tried(clause)) => true,
        NotePart::Request if is_whole => clauses.iter().any(|clause| asks(clause)),
        NotePart::Action if is_whole => clauses.iter().any(|clause| did(clause)),
        NotePart::NextStep if is_whole => clauses.iter().any(|clause| is_over(clause) || comes_next(clause)),
        NotePart::Request => clauses.iter().any(|clause| (0..clause.len()).any(|at| is_wanted(clause, at))),
        NotePart::NextStep => is_nothing(text) || clauses.iter().any(|clause| is_over(clause) || is_step(clause)),
        // It is asked for by what else the note says.
        NotePart::PromisedTime => true,
        NotePart::Action => clauses.iter().any(|clause| says_something(clause) || leaves_word(clause)),
        NotePart::Something => clauses.iter().any(|clause| says_something(clause)),
    };
    wanted.iter().filter(|part| !tells(part)).copied().collect()
}

/// A text in parts, in normal form. "Dr." ends no sentence.
fn clauses(text: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    let mut is_name = false;
    for part in text.split_inclusive(['.', ',', ';', ':', '!', '?', '(', ')', '\n']) {
        let said = normalise(part);
        let title = said.rsplit(' ').next().is_some_and(|word| listed(|table| table.titles, word));
        match clauses.last_mut().filter(|_| is_name) {
            Some(clause) => *clause = format!("{clause} {said}").trim_end().to_owned(),
            None => clauses.push(said),
        }
        is_name = title && part.ends_with('.');
    }
    clauses
}

fn listed(list: impl Fn(&Words) -> &'static str, word: &str) -> bool {
    TABLES.iter().any(|table| list(table).split(' ').any(|known| known == word))
}

fn is_role(word: &str) -> bool {
    listed(|table| table.roles, word)
}

/// Does this word say something: a thing, a name, a number, a day?
fn is_telling(word: &str) -> bool {
    let begins = |table: &&Words| table.stems.split(' ').any(|stem| word.starts_with(stem));
    !says_nothing(word) && !listed(|table| table.vague, word) && !TABLES.iter().any(begins)
}

/// Does a word say what was wanted, and not only who called, or whom they asked for?
fn is_wanted(clause: &[&str], at: usize) -> bool {
    let word = clause[at];
    let is_name = at.checked_sub(1).is_some_and(|before| listed(|table| table.titles, clause[before]));
    let changes = || clause.iter().any(|word| matches!(*word, "change" | "changing" | "switch" | "cambiar" | "cambio"));
    is_telling(word) && (!is_name || changes()) && !is_role(word) && !listed(|table| table.people, word)
}

fn says_something(clause: &[&str]) -> bool {
    let said = clause.join(" ");
    let thing = TABLES.iter().flat_map(|table| table.things).any(|phrase| says(&said, phrase));
    thing || clause.iter().any(|word| is_telling(word))
}

/// "Left message to call us": that a message was left says nothing, what it asks for does.
fn leaves_word(clause: &[&str]) -> bool {
    let left = clause.iter().position(|word| listed(|table| table.messages, word));
    left.is_some_and(|at| clause[at + 1..].iter().any(|word| listed(|table| table.returns, word)))
}

/// What comes next is somebody's, or has a time. "Someone looks into it" is nobody's.
fn is_step(clause: &[&str]) -> bool {
    let has_time = (0..clause.len()).any(|at| promise::is_time(clause, at));
    let first = clause.iter().position(|word| !matches!(*word, "that" | "so" | "then" | "que" | "luego" | "y" | "and"));
    let is_anybodys = first.is_some_and(|at| {
        let within = clause.get(at + 1).is_some_and(|word| matches!(*word, "from" | "in" | "at" | "of" | "de" | "del"));
        listed(|table| table.somebody, clause[at]) && !within && !clause.iter().any(|word| is_role(word))
    });
    has_time || !is_anybodys && clause.iter().any(|word| is_telling(word))
}

/// The whole field says that nothing comes next: "N/A".
fn is_nothing(text: &str) -> bool {
    let said = normalise(text);
    TABLES.iter().flat_map(|table| table.nothing).any(|phrase| said == *phrase)
}

/// A request is named: a usual one, or any word after what begins one.
fn asks(clause: &[&str]) -> bool {
    let begins = clause.iter().position(|word| listed(|table| table.asks, word));
    let after = begins.is_some_and(|at| (at + 1..clause.len()).any(|at| is_wanted(clause, at)));
    let said = clause.join(" ");
    let phrase = TABLES
        .iter()
        .flat_map(|table| table.ask_phrases)
        .any(|phrase| says(&said, phrase) && (0..clause.len()).any(|at| is_wanted(clause, at)));
    let keeps = clause.iter().any(|word| listed(|table| table.kept, word));
    after || phrase || !keeps && clause.iter().any(|word| listed(|table| table.topics, word))
}

/// Something was done: by itself, or said of something. What a patient wants done is not.
fn did(clause: &[&str]) -> bool {
    let wanted = clause.iter().position(|word| listed(|table| table.asks, word));
    let joined = |at: usize| clause[..at].iter().any(|word| matches!(*word, "and" | "so" | "y" | "e"));
    clause.iter().enumerate().any(|(at, word)| {
        let is_wish = wanted.is_some_and(|wanted| wanted < at) && !joined(at);
        let about = || clause.iter().any(|other| other != word && is_telling(other));
        let thanks = || clause[at + 1..].iter().take(2).any(|other| matches!(*other, "thanks" | "gracias"));
        let told = || listed(|table| table.told, word) && !is_asked(word, clause) && !thanks() && about();
        !is_wish && (listed(|table| table.did, word) && !is_vague_doing(word, clause) || told())
    })
}

/// "Called about", "asked for": that was the patient.
fn is_asked(word: &str, clause: &[&str]) -> bool {
    let said = clause.join(" ");
    let phrases = TABLES.iter().flat_map(|table| table.ask_phrases);
    phrases.into_iter().any(|phrase| phrase.split(' ').next() == Some(word) && says(&said, phrase))
}

/// "Sent message", "transferred call": done, but what or to whom?
fn is_vague_doing(word: &str, clause: &[&str]) -> bool {
    let names = |other: &str| is_telling(other) || matches!(other, "chart" | "expediente");
    listed(|table| table.vague, word) && !clause.iter().any(|other| other != &word && names(other))
}

/// Nobody was reached, and why.
fn has_tried(clause: &[&str]) -> bool {
    let said = clause.join(" ");
    TABLES.iter().flat_map(|table| table.tried).any(|phrase| says(&said, phrase))
}

/// Nothing is left, and somebody says so.
fn is_over(clause: &[&str]) -> bool {
    let said = clause.join(" ");
    TABLES.iter().flat_map(|table| table.ends).any(|phrase| says(&said, phrase))
}

/// Somebody, or something, is going to happen.
fn comes_next(clause: &[&str]) -> bool {
    let is_wish = |at: usize| clause[..at].iter().any(|word| listed(|table| table.asks, word));
    let about = |at: usize| clause.iter().enumerate().any(|(other, word)| other != at && is_telling(word));
    let somebody = |at: usize| clause[..at].iter().any(|word| is_doer(word));
    clause.iter().enumerate().any(|(at, word)| {
        listed(|table| table.future, word) && !is_wish(at) && about(at)
            || listed(|table| table.acts, word) && !is_wish(at) && somebody(at) && (about(at) || is_telling(word))
    })
}

/// Who may be going to do something; "va a pagar" names nobody, and means the patient.
fn is_doer(word: &str) -> bool {
    is_telling(word) || is_role(word) || is_patient(word) || matches!(word, "va" | "van")
}

/// Whoever called: she may do the next step.
fn is_patient(word: &str) -> bool {
    matches!(
        word,
        "pt" | "patient" | "she" | "he" | "mom" | "husband" | "wife" | "pte" | "paciente" | "ella" | "mama" | "se"
    )
}
