//! Written calls: what a patient or an assistant does and expects, one step a line.
//!
//! ```text
//! # A patient asks for a refill.
//! dial                                    # the practice's number, or: dial +15550100100
//! expect "Riverside Family Medicine"      # heard from the carrier or said by the other party, in any case
//! key 1
//! say "I need a refill"
//! expect-music within 20s
//! expect-joined within 60s
//! wait 2s                                 # of the call's own time
//! hangup
//! expect-ended
//! ```
//!
//! An assistant's call also knows `ready`, `away`, `expect-incoming`, `answer`, `transfer LANE` and
//! `close OUTCOME field="text" …`; these use the public API. Each expectation looks at what was heard after the one
//! before it was met, and fails after 20 s of the clock, or what `within` says. This file reads scripts; `run` runs
//! them.

mod run;

use std::fmt;
use std::time::Duration;

pub use run::Desk;
pub use run::Failure;
pub use run::Transcript;
pub use run::run;
pub(crate) use run::told;

/// How long an expectation waits, by the clock, unless it says otherwise.
const WITHIN: Duration = Duration::from_secs(20);
/// A script's lines; a written call is short.
const LINES_MAX: usize = 1_000;

/// A script, read.
#[derive(Clone, Debug)]
pub struct Script {
    /// The file's name, for messages.
    name: String,
    /// Line numbers and steps.
    steps: Vec<(usize, Step)>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Dial(Option<String>),
    Expect { what: What, within: Duration },
    Key(String),
    Say(String),
    Wait(Duration),
    Answer,
    HangUp,
    Ready,
    Away,
    Transfer(String),
    Close { outcome: String, note: Vec<(String, String)> },
}

/// What is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Words(String),
    Music,
    Listening,
    Joined,
    Incoming,
    Ended,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(text) => write!(f, "to hear \"{text}\""),
            Self::Music => f.write_str("music"),
            Self::Listening => f.write_str("to be asked for a key or words"),
            Self::Joined => f.write_str("to be joined with somebody"),
            Self::Incoming => f.write_str("an incoming call"),
            Self::Ended => f.write_str("the call to end"),
        }
    }
}

/// A line that is no step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The file's name.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.name, self.line, self.message)
    }
}

impl std::error::Error for ScriptError {}

impl Script {
    /// Reads a script; the error names the first line that is no step.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScriptError> {
        let mut steps = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let error = |message: String| ScriptError { name: name.to_owned(), line: index + 1, message };
            if index >= LINES_MAX {
                return Err(error(format!("a script has at most {LINES_MAX} lines")));
            }
            let words = split(line).map_err(error)?;
            if let Some((verb, rest)) = words.split_first() {
                steps.push((index + 1, step(&verb.text, rest).map_err(error)?));
            }
        }
        Ok(Self { name: name.to_owned(), steps })
    }

    /// Is there nothing to do in it?
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Does the script call somebody itself?
    pub fn dials(&self) -> bool {
        self.steps.iter().any(|(_, step)| matches!(step, Step::Dial(_)))
    }
}

/// A word of a line.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    /// Where its first quoted part began; `=` before it separates a field from its text.
    quoted_at: Option<usize>,
}

/// Splits a line at blanks, keeping `"quoted words"` together; `#` outside quotes begins a comment.
fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '#' if word.is_none() && !words_expect_key(&words) => break,
            '"' => {
                let word = word.get_or_insert_with(|| Word { text: String::new(), quoted_at: None });
                word.quoted_at.get_or_insert(word.text.len());
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') if matches!(chars.peek(), Some('"' | '\\')) => word.text.extend(chars.next()),
                        Some(inside) => word.text.push(inside),
                        None => return Err("a quotation is not closed: a `\"` is missing".to_owned()),
                    }
                }
            }
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => {
                word.get_or_insert_with(|| Word { text: String::new(), quoted_at: None }).text.push(other);
            }
        }
    }
    words.extend(word);
    Ok(words)
}

/// After `key`, `#` is the key and not a comment.
fn words_expect_key(words: &[Word]) -> bool {
    matches!(words, [only] if only.text == "key")
}

fn step(verb: &str, rest: &[Word]) -> Result<Step, String> {
    let one = |what: &str| match rest {
        [word] if !word.text.is_empty() => Ok(word.text.clone()),
        _ => Err(format!("`{verb}` needs {what}")),
    };
    let none = |step: Step| if rest.is_empty() { Ok(step) } else { Err(format!("`{verb}` stands alone on its line")) };
    let expect = |what: What, rest: &[Word]| Ok(Step::Expect { what, within: within(rest)? });
    match verb {
        "expect" => match rest.split_first() {
            Some((word, rest)) if !word.text.trim().is_empty() => expect(What::Words(word.text.clone()), rest),
            _ => Err("`expect` needs the words to hear: expect \"press 1\" [within 20s]".to_owned()),
        },
        "expect-music" => expect(What::Music, rest),
        "expect-listening" => expect(What::Listening, rest),
        "expect-joined" => expect(What::Joined, rest),
        "expect-incoming" => expect(What::Incoming, rest),
        "expect-ended" => expect(What::Ended, rest),
        "dial" if rest.is_empty() => Ok(Step::Dial(None)),
        "dial" => one("a number like +15550100100, or nothing").map(|number| Step::Dial(Some(number))),
        "key" => {
            let keys = one("keys: key 1")?;
            if keys.chars().all(super::phone::is_key) {
                Ok(Step::Key(keys))
            } else {
                Err(format!("`{keys}` are no keys: only 0-9, * and #"))
            }
        }
        "say" => one("what is said, in quotes: say \"a refill\"").map(Step::Say),
        "wait" => span(&one("a time: wait 2s")?).map(Step::Wait),
        "answer" => none(Step::Answer),
        "hangup" => none(Step::HangUp),
        "ready" => none(Step::Ready),
        "away" => none(Step::Away),
        "transfer" => one("a lane: transfer referrals").map(Step::Transfer),
        "close" => match rest.split_first() {
            Some((outcome, fields)) if outcome.quoted_at.is_none() && !outcome.text.contains('=') => Ok(Step::Close {
                outcome: outcome.text.clone(),
                note: fields.iter().map(field).collect::<Result<_, _>>()?,
            }),
            _ => Err("`close` needs an outcome and fields: close booked request=\"…\" action=\"…\"".to_owned()),
        },
        other => Err(unknown(other)),
    }
}

const VERBS: [&str; 17] = [
    "expect",
    "expect-music",
    "expect-listening",
    "expect-joined",
    "expect-incoming",
    "expect-ended",
    "dial",
    "key",
    "say",
    "wait",
    "answer",
    "hangup",
    "ready",
    "away",
    "transfer",
    "close",
    "within",
];

fn unknown(verb: &str) -> String {
    let near = VERBS.iter().map(|known| (strsim::damerau_levenshtein(verb, known), known)).min();
    match near {
        Some((distance, known)) if distance <= 2 => format!("`{verb}` is no step; did you mean `{known}`?"),
        _ => format!("`{verb}` is no step; known are: {}", VERBS[..16].join(", ")),
    }
}

fn field(word: &Word) -> Result<(String, String), String> {
    match word.text.split_once('=') {
        Some((id, text)) if !id.is_empty() && word.quoted_at.is_none_or(|at| at > id.len()) => {
            Ok((id.to_owned(), text.to_owned()))
        }
        _ => Err(format!("`{}` is no field: write request=\"what was asked\"", word.text)),
    }
}

fn within(rest: &[Word]) -> Result<Duration, String> {
    match rest {
        [] => Ok(WITHIN),
        [word, time] if word.text == "within" => span(&time.text),
        _ => Err("after what is expected only `within 20s` may follow".to_owned()),
    }
}

fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 500ms, 2s or 1m");
    let end = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = text[..end].parse().map_err(|_| wrong())?;
    let millis = match &text[end..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        _ => None,
    };
    millis.filter(|millis| *millis <= 3_600_000).map(Duration::from_millis).ok_or_else(wrong)
}
