//! The checked flow: what one practice has decided, as plain data.
//!
//! Only the checker builds a `Flow`, so every reference in it resolves and every text exists in every language
//! of the practice. It is journaled as it is (a stricter checker must not make an old journal unreadable), so its
//! fields are additive: a new one needs a serde default.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::callbacks::Callbacks;
use super::callbacks::LaneWork;
use super::rhythm::Rhythm;
use super::on_call::OnCall;
use super::wording::Phrase;
use crate::vocab::AgentId;
use crate::vocab::FieldId;
use crate::vocab::GroupId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::OutcomeId;
use crate::vocab::PracticeId;
use crate::vocab::ReasonId;
use crate::vocab::SkillId;
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
    /// Every sentence the system says of itself, in every language (defaults filled in).
    pub wording: BTreeMap<Phrase, Texts>,
    /// The number assistants call, with a PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff_number: Option<Arc<str>>,
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

/// A call category with its queue, people, words and rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// `scheduling`.
    pub id: LaneId,
    /// As said to a caller after "you are in line for".
    pub name: Texts,
    /// May a clinical question come here? Clinical and urgent callers reach nothing else.
    #[serde(default)]
    pub clinical: bool,
    /// What kind of work the lane is, for the callback list.
    #[serde(default, skip_serializing_if = "LaneWork::is_other")]
    pub work: LaneWork,
    /// The answer target: the waiting call's deadline is its arrival plus this, less its head starts.
    pub answer_within: Span,
    /// Minutes of head start by reason.
    #[serde(default)]
    pub head_starts: BTreeMap<HeadStart, Span>,
    /// Who serves the lane, in tiers that open one after the other.
    pub serving: Vec<Tier>,
    /// What an assistant must be trained for to be offered this lane.
    #[serde(default)]
    pub needs: Vec<SkillId>,
    /// Sentences for those who wait, said in turn.
    pub hold: Vec<Texts>,
    /// Is a caller asked whether the patient is new?
    #[serde(default)]
    pub asks_new_or_existing: bool,
    /// Is a caller told how long the wait is, when that is sure?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_wait: bool,
    /// Why people call, in the file's order.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The key that exchanges waiting for a callback, if the lane offers one.
    #[serde(default)]
    pub callback_key: Option<char>,
    /// The key that exchanges waiting for a message, if the lane offers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voicemail_key: Option<char>,
    /// How long a caller waits at most.
    pub max_wait: Span,
    /// How many may wait in it; `None` is as many as the practice lets in.
    #[serde(default)]
    pub max_waiting: Option<u16>,
    /// Where a call goes that cannot stay.
    pub exits: Exits,
    /// Who owns what is left over: an assistant's or a group's id.
    pub owner: Owner,
    /// How soon, in open hours, a callback is due.
    pub callback_within: Span,
    /// When its attempts are made, and who dials.
    #[serde(default, skip_serializing_if = "Rhythm::is_default")]
    pub rhythm: Rhythm,
    /// What the assistant says, and decides by.
    pub script: Texts,
    /// Decision rules shown to the assistant.
    pub decision_rules: Vec<Arc<str>>,
    /// The note's fields.
    pub note_fields: Vec<NoteField>,
    /// How a call or item of this lane may end.
    pub outcomes: Vec<Outcome>,
    /// The lane to which an assistant escalates.
    pub escalation: LaneId,
    /// How a call is written up on a phone's keys, if it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keypad_notes: Option<KeypadNotes>,
}

/// A note without a screen: each key stands for an outcome, or for a standard phrase of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeypadNotes {
    /// How the call ended, by key.
    pub outcomes: BTreeMap<char, KeypadOutcome>,
    /// What a field may say, by key.
    pub fields: BTreeMap<FieldId, BTreeMap<char, Texts>>,
}

/// An outcome that is chosen by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeypadOutcome {
    /// One of the lane's outcomes.
    pub outcome: OutcomeId,
    /// As said to the assistant.
    pub say: Texts,
}

/// Why people call a lane; a finer word, chosen by the assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `refill`.
    pub id: ReasonId,
    /// As shown to the assistant.
    pub label: Texts,
}

/// Why a waiting call's deadline is earlier than its arrival alone would make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadStart {
    /// The caller has an open request at the practice.
    RepeatCaller,
    /// The patient is new, or, where the lane asks, did not say.
    NewPatient,
    /// A callback was promised by a time that is over.
    BrokenPromise,
    /// A hospital, laboratory or pharmacy, by the backline's key.
    Backline,
}

/// People who serve a lane from some waiting time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Any of these groups.
    pub groups: Vec<GroupId>,
    /// After so long in the queue; zero for the first tier.
    pub after: Span,
}

/// Where a call goes that cannot stay in its lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exits {
    /// The longest wait is over.
    pub timeout: Exit,
    /// Nobody of any tier is signed in.
    pub no_agent: Exit,
    /// Something on our side or the carrier's failed.
    pub error: Exit,
    /// As many wait as may.
    #[serde(default)]
    pub full: Exit,
    /// The practice is closed when the call comes. Absent: this lane answers at any hour, as clinical lanes do; so did
    /// every lane of a flow journaled before hours routed calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Exit>,
}

/// What a call that cannot stay becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// A promised callback with a due time.
    #[default]
    Callback,
    /// Another lane's queue, keeping the place.
    Lane(LaneId),
    /// A message, and a promised callback with a due time.
    Voicemail,
}

/// Who owns a lane's left-over work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// A whole group.
    Group(GroupId),
    /// One assistant.
    Agent(AgentId),
}

/// One field of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteField {
    /// `request`.
    pub id: FieldId,
    /// As shown to the assistant.
    pub label: Arc<str>,
    /// May it stay empty?
    pub required: bool,
}

/// A way a call or item ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// `booked`.
    pub id: OutcomeId,
    /// Is nothing left to do? If not, an item with an owner stays open.
    pub closes: bool,
    /// The lane whose people own what is left; absent: this lane's.
    #[serde(default)]
    pub hands_to: Option<LaneId>,
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

/// The people of a floor: one team file, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The team file's name: `riverside`.
    pub id: TeamId,
    /// Groups with their names as shown.
    pub groups: BTreeMap<GroupId, Arc<str>>,
    /// Assistants, in the file's order.
    pub agents: Vec<Member>,
    /// Who is rung when nobody of a clinical lane takes an urgent call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<OnCall>,
}

/// One assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `ana`.
    pub id: AgentId,
    /// As shown on screens and said in the whisper.
    pub name: Arc<str>,
    /// The phone that rings, in E.164; empty for who has none and is reached by browser.
    pub address: Arc<str>,
    /// The groups she works in.
    pub groups: Vec<GroupId>,
    /// The languages she speaks.
    pub languages: Vec<Language>,
    /// What she is trained for.
    #[serde(default)]
    pub skills: Vec<SkillId>,
    /// Works without a screen: she is asked to write up each call by keypad when it ends.
    #[serde(default)]
    pub by_phone: bool,
    /// Where she is rung.
    #[serde(default, skip_serializing_if = "Reach::is_phone")]
    pub reach: Reach,
    /// Groups on whose assistants' conversations she may listen in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supervises: Vec<GroupId>,
}

/// Where an assistant is rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// At her softphone while it is open, otherwise at her phone.
    #[default]
    Phone,
    /// At her softphone only.
    Browser,
}

impl Reach {
    fn is_phone(&self) -> bool {
        *self == Self::Phone
    }
}

/// That of a flow journaled before there was one.
fn hold_reminder() -> Span {
    Span::mins(5)
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

impl HeadStart {
    /// Every reason with its key under `head_starts`.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::NewPatient, "new_patient"),
        (Self::RepeatCaller, "repeat_caller"),
        (Self::BrokenPromise, "broken_promise"),
        (Self::Backline, "backline"),
    ];
}

impl Hours {
    /// Open day and night, every day.
    pub fn always() -> Self {
        let all_day = || vec![OpenSpell { from: 0, to: 24 * 60 }];
        Self { week: std::array::from_fn(|_| all_day()), special: BTreeMap::new() }
    }
}

impl Lane {
    /// Is this one of its reasons?
    pub fn has_reason(&self, id: &ReasonId) -> bool {
        self.reasons.iter().any(|reason| reason.id == *id)
    }

    /// Does this outcome exist here, and does it close?
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|o| o.id.as_str() == id)
    }
}

impl Owner {
    /// The assistant's or group's id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Group(id) => id.as_str(),
            Self::Agent(id) => id.as_str(),
        }
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
