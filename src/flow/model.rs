//! The checked flow: what one practice has decided, as plain data.
//!
//! Only the checker builds a `Flow`, so every reference in it resolves and every text exists in every language
//! of the practice. It is journaled as it is (a stricter checker must not make an old journal unreadable), so its
//! fields are additive: a new one needs a serde default.

mod lane;
mod team;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use lane::Exit;
pub use lane::Exits;
pub use lane::HeadStart;
pub use lane::KeypadNotes;
pub use lane::KeypadOutcome;
pub use lane::Lane;
pub use lane::NoteField;
pub use lane::Outcome;
pub use lane::Owner;
pub use lane::Reason;
pub use lane::Tier;
pub use team::Member;
pub use team::Reach;
pub use team::Team;

use serde::Deserialize;
use serde::Serialize;

use super::callbacks::Callbacks;
use super::channel::Channel;
use super::channel::ChannelRules;
use super::desk::Desk;
use super::dialling::Dialling;
use super::recording::RecordingRules;
use super::wording::Phrase;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::StepId;
use crate::vocab::TeamId;

/// One sentence in every language of the practice.
pub type Texts = BTreeMap<Language, Arc<str>>;
/// Phrases a caller may say, by language; lower case, without accents or punctuation.
pub type Phrases = BTreeMap<Language, Vec<Arc<str>>>;

/// One practice's flow file, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The practice's id: `riverside`.
    pub practice: PracticeId,
    /// The practice's name as people say it.
    pub name: Arc<str>,
    /// The numbers patients dial, in E.164.
    pub numbers: Vec<Arc<str>>,
    /// Languages offered; the first is the greeting's and the staff's.
    pub languages: Vec<Language>,
    /// IANA time zone of the practice: `America/Chicago`.
    pub time_zone: Arc<str>,
    /// The team file whose people serve the lanes.
    #[serde(default = "no_team")]
    pub team: TeamId,
    /// When the practice is open.
    pub hours: Hours,
    /// What is said before the first question.
    pub greeting: Greeting,
    /// The menu that follows the greeting.
    pub start: StepId,
    /// Menus and approved answers.
    pub steps: BTreeMap<StepId, Step>,
    /// The lane that means "a person": key 0, and no or wrong input twice.
    pub person: LaneId,
    /// The lanes, in the file's order.
    pub lanes: Vec<Lane>,
    /// Words that are never queued as routine.
    pub urgent: Urgent,
    /// How calls are rung to assistants.
    pub offers: OfferRules,
    /// How many calls are let in.
    #[serde(default)]
    pub limits: Limits,
    /// How long personal data is kept.
    #[serde(default)]
    pub retention: Retention,
    /// How callbacks are owed and made.
    #[serde(default)]
    pub callbacks: Callbacks,
    /// Whom carelane may dial, and how often.
    #[serde(default, skip_serializing_if = "Dialling::is_default")]
    pub dialling: Dialling,
    /// What callers are told before a conversation is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingRules>,
    /// Every sentence the system says of itself, in every language (defaults filled in).
    pub wording: BTreeMap<Phrase, Texts>,
    /// The number assistants call, with a PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_number: Option<Arc<str>>,
    /// Who gets complaints, and what follows a request.
    #[serde(default, skip_serializing_if = "Desk::is_empty")]
    pub desk: Desk,
    /// What comes by another way than a call; nothing does, if absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Channel, ChannelRules>,
}

/// What a caller hears before the first question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// Practice name and who is speaking: under three seconds.
    pub opening: Texts,
    /// The emergency sentence, before any input is awaited.
    pub emergency: Texts,
    /// Each other language's offer, said in that language.
    pub offers: Texts,
}

/// A step that is not a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// One question, one key or phrase.
    Menu(Menu),
    /// An approved sentence that may be all the caller needs.
    Answer(SelfService),
}

/// One routing question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    /// The question with its choices.
    pub question: Texts,
    /// Keys, in the order of the keypad.
    pub choices: BTreeMap<char, Choice>,
    /// Silence after the question before it counts as no input.
    pub timeout: Span,
    /// Where no input twice leads.
    pub no_input: Target,
    /// Where wrong input twice leads.
    pub wrong_input: Target,
}

/// What one key or phrase does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Where it leads.
    pub to: Target,
    /// Spoken phrases that mean the same.
    pub say: Phrases,
    /// The backline: for hospitals, laboratories and pharmacies, who are told of it; callers are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backline: bool,
}

/// Where a branch leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Into a lane's queue.
    Lane(LaneId),
    /// To another step.
    Step(StepId),
    /// The same step, in another language.
    Language(Language),
    /// A person: the practice's `person` lane.
    Person,
    /// The same question once more.
    Repeat,
}

/// An approved answer the machine may give by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfService {
    /// The approved script.
    pub script: Texts,
    /// Where a caller who stays on the line is led.
    pub then: Target,
}

/// Words that are never queued as routine. The system does not judge: it follows the practice's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgent {
    /// The clinical lane that is paged.
    pub lane: LaneId,
    /// Phrases that lead to the emergency sentence and the clinical lane.
    pub phrases: Phrases,
    /// Phrases that lead to the crisis sentence (988) and the clinical lane.
    pub crisis: Phrases,
    /// All of them as a recogniser is told to expect them, ready made: they go with every document that listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<Arc<str>>,
}

impl Urgent {
    /// Every phrase, in every language.
    pub fn all(&self) -> impl Iterator<Item = &Arc<str>> {
        [&self.phrases, &self.crisis].into_iter().flat_map(|phrases| phrases.values().flatten())
    }
}

/// How a call is rung to an assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRules {
    /// How long the assistant's phone rings.
    pub ring: Span,
    /// How long after the whisper 1 may still be pressed.
    pub accept: Span,
    /// Misses in a row that make the assistant not ready.
    pub misses: u8,
    /// How long the assistant may write after the call.
    pub wrap_up: Span,
    /// How long "with a patient" keeps an assistant from being offered calls.
    pub with_a_patient: Span,
    /// How long a patient may be on hold before the assistant is reminded.
    #[serde(default = "hold_reminder")]
    pub hold_reminder: Span,
    /// How long somebody is looked for who takes over a call that is transferred warm.
    #[serde(default = "warm_transfer")]
    pub warm_transfer: Span,
}

/// How many calls are let in. Nothing here keeps a caller from the clinical lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Calls of one number within `within`.
    pub calls_per_number: u16,
    /// Calls without a number, all together, within `within`.
    pub anonymous_calls: u16,
    /// The time both are counted over.
    pub within: Span,
    /// Callers on the line at once.
    pub calls: u16,
}

impl Default for Limits {
    /// Those of a flow journaled before there were any.
    fn default() -> Self {
        Self { calls_per_number: 5, anonymous_calls: 20, within: Span::mins(10), calls: 1_000 }
    }
}

/// How long personal data is kept; then it is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Callers' numbers, words and notes, from the end of the month in which they were written down.
    pub texts: Span,
}

impl Default for Retention {
    /// Six years, as medical practices keep their records of contacts.
    fn default() -> Self {
        Self { texts: Span::days(6 * 366) }
    }
}

/// When a practice is open, in its own time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Monday first; each day's open spells in minutes after midnight, in order, not touching.
    pub week: [Vec<OpenSpell>; 7],
    /// Days that differ: closed when empty.
    pub special: BTreeMap<Date, Vec<OpenSpell>>,
}

/// From minute to minute of one local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSpell {
    /// First open minute, 0 to 1,439.
    pub from: u16,
    /// First closed minute, up to 1,440.
    pub to: u16,
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    /// Year of the common era.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

/// That of a flow journaled before there was one.
fn hold_reminder() -> Span {
    Span::mins(5)
}

/// That of a flow journaled before there was one.
fn warm_transfer() -> Span {
    Span::mins(1)
}

/// The team of a flow journaled without one.
fn no_team() -> TeamId {
    TeamId::from("")
}

impl Flow {
    /// The lane with this id.
    pub fn lane(&self, id: &LaneId) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.id == *id)
    }

    /// The clinical lane to which a branch leads, if it leads to one.
    pub fn clinical_target<'f>(&'f self, to: &'f Target) -> Option<&'f LaneId> {
        let lane = match to {
            Target::Lane(lane) => lane,
            Target::Person => &self.person,
            Target::Step(_) | Target::Language(_) | Target::Repeat => return None,
        };
        self.lane(lane).filter(|lane| lane.clinical).map(|lane| &lane.id)
    }

    /// The language of the greeting and of the staff.
    pub fn default_language(&self) -> &Language {
        // The checker refuses a file without languages; the first lane is only a fallback for a damaged journal.
        static FALLBACK: std::sync::LazyLock<Option<Language>> = std::sync::LazyLock::new(|| Language::parse("en-US"));
        self.languages.first().or(FALLBACK.as_ref()).unwrap_or_else(|| unreachable!("en-US is well formed"))
    }

    /// One of the system's own sentences.
    pub fn phrase(&self, phrase: Phrase, language: &Language) -> &str {
        self.wording.get(&phrase).map_or("", |texts| text(texts, language))
    }
}

/// The text in this language; if it is missing, in any (the checker refuses missing ones).
pub fn text<'t>(texts: &'t Texts, language: &Language) -> &'t str {
    texts.get(language).or_else(|| texts.values().next()).map_or("", |t| t)
}

impl Hours {
    /// Open day and night, every day.
    pub fn always() -> Self {
        let all_day = || vec![OpenSpell { from: 0, to: 24 * 60 }];
        Self { week: std::array::from_fn(|_| all_day()), special: BTreeMap::new() }
    }
}

impl From<Date> for String {
    fn from(d: Date) -> Self {
        format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)
    }
}

impl TryFrom<String> for Date {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let date: jiff::civil::Date = text.parse().map_err(|_| format!("`{text}` is no date"))?;
        Ok(Self { year: date.year(), month: date.month(), day: date.day() })
    }
}
