//! The one table of what a flow file and a team file may say: keys, kinds, ranges, defaults and what they mean.
//!
//! The shape check and the lowering both read it, so a key cannot be accepted and then forgotten. It says nothing
//! about how values fit together; that is the business of the `check_*` files.

mod lane;
mod team;

pub(super) use lane::EXITS;
pub(super) use lane::KEYPAD_NOTES;
pub(super) use lane::KEYPAD_OUTCOME;
pub(super) use lane::LANE;
pub(super) use lane::NOTE_FIELD;
pub(super) use lane::OWNER;
pub(super) use lane::TIER;
pub(super) use team::AGENT;
pub(super) use team::ON_CALL;
pub(super) use team::RUNG;
pub(super) use team::SHIFT;
pub(super) use team::TEAM;

use super::callbacks::CALLBACKS;
use super::channel::CHANNELS;
use super::desk::CHAIN;
use super::desk::COMPLAINTS;
use super::dialling::DIALLING;
use super::recording::RECORDING;
use crate::vocab::Span;
use crate::vocab::limit::PROMPT_CHARS_MAX;

/// What a value may be.
#[derive(Debug)]
pub(super) enum Kind {
    /// One line or sentence of at most so many characters.
    Text(usize),
    /// A sentence in every language of the practice.
    Texts,
    /// A sentence in some languages of the practice.
    SomeTexts,
    /// A sentence with blanks, in some languages of the practice.
    Wording,
    /// Spoken phrases in every language of the practice.
    Phrases,
    /// A name the file gives or refers to: `[a-z0-9_-]{1,64}`.
    Id,
    /// A language tag.
    Language,
    /// A time zone of the IANA database.
    Zone,
    /// A phone number in E.164.
    Number,
    /// One key of a telephone.
    Keypad,
    /// `true` or `false`.
    Flag,
    /// A length of time, both ends included.
    Duration(Span, Span),
    /// A whole number, both ends included.
    Whole(u16, u16),
    /// `closed`, one spell, or a list of spells: `08:00-12:00`.
    Spells,
    /// A day: `2026-12-25`.
    Date,
    /// When a shift begins or ends: `monday 08:00`, `2026-12-24 08:00`.
    ShiftMoment,
    /// The name of one of the system's own sentences.
    Phrase,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A mapping with these keys.
    Record(&'static Record),
    /// Exactly one of these: a bare word, or a mapping with that one key.
    OneOf(&'static [Variant]),
    /// A list of so many values.
    List { of: &'static Kind, min: usize, max: usize },
    /// A mapping of so many freely named entries.
    Map { name: &'static Kind, of: &'static Kind, min: usize, max: usize },
}

/// One way of writing a value that may be one of several things.
#[derive(Debug)]
pub(super) struct Variant {
    /// The word.
    pub(super) name: &'static str,
    /// What stands behind it; nothing if the word stands alone.
    pub(super) of: Option<&'static Kind>,
}

/// A mapping with known keys.
#[derive(Debug)]
pub(super) struct Record {
    /// What it is, for messages: `a lane`.
    pub(super) name: &'static str,
    /// Its keys.
    pub(super) fields: &'static [Field],
}

/// One key of a record.
#[derive(Debug)]
pub(super) struct Field {
    /// The key.
    pub(super) name: &'static str,
    /// What its value may be.
    pub(super) kind: Kind,
    /// Must it be there?
    pub(super) need: Need,
    /// What it means, in one line; shown when it is missing.
    pub(super) doc: &'static str,
}

/// Must a key be there?
#[derive(Debug)]
pub(super) enum Need {
    /// Yes.
    Required,
    /// No; without it there is none.
    Optional,
    /// No; without it this is meant.
    Default(&'static str),
}

impl Record {
    /// The field with this key.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

pub(super) const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Required, doc }
}

pub(super) const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Optional, doc }
}

pub(super) const fn default(name: &'static str, kind: Kind, value: &'static str, doc: &'static str) -> Field {
    Field { name, kind, need: Need::Default(value), doc }
}

const fn variant(name: &'static str, of: &'static Kind) -> Variant {
    Variant { name, of: Some(of) }
}

const fn word(name: &'static str) -> Variant {
    Variant { name, of: None }
}

const VERSION: Kind = Kind::Word(&["1"]);
/// Names shown on screens and said in the whisper.
const NAME: Kind = Kind::Text(100);
pub(super) static IDS: Kind = Kind::Id;
static SENTENCE: Kind = Kind::Text(PROMPT_CHARS_MAX);
static TEXTS: Kind = Kind::Texts;

/// `flows/<practice>.yaml`.
pub(super) static FLOW: Record = Record {
    name: "a flow file",
    fields: &[
        required("version", VERSION, "the version of the format, 1"),
        required("practice", Kind::Record(&PRACTICE), "who answers: id, name, numbers, languages, time zone, team"),
        required("hours", Kind::Record(&HOURS), "when the practice is open"),
        required("greeting", Kind::Record(&GREETING), "what is said before the first question"),
        required("start", Kind::Id, "the menu that follows the greeting"),
        required("person", Kind::Id, "the lane that means a person: key 0, and no or wrong input twice"),
        required(
            "steps",
            Kind::Map { name: &IDS, of: &Kind::OneOf(STEP), min: 1, max: 100 },
            "menus and approved answers, by id",
        ),
        required("lanes", Kind::Map { name: &IDS, of: &Kind::Record(&LANE), min: 1, max: 50 }, "lanes, by id"),
        required("urgent", Kind::Record(&URGENT), "words that are never queued as routine"),
        optional("offers", Kind::Record(&OFFERS), "how calls are rung to assistants"),
        optional("limits", Kind::Record(&LIMITS), "how many calls are let in"),
        optional("retention", Kind::Record(&RETENTION), "how long personal data is kept"),
        optional("callbacks", Kind::Record(&CALLBACKS), "how callbacks are owed and made"),
        optional("dialling", Kind::Record(&DIALLING), "whom carelane may dial for callbacks, and how often"),
        optional("recording", Kind::Record(&RECORDING), "what callers are told before a conversation is recorded"),
        optional("complaints", Kind::Record(&COMPLAINTS), "who gets complaints"),
        optional(
            "chains",
            Kind::Map { name: &IDS, of: &Kind::Record(&CHAIN), min: 1, max: 20 },
            "what follows a request, stage by stage",
        ),
        optional("channels", Kind::Record(&CHANNELS), "requests that come by another way than a call"),
        optional(
            "wording",
            Kind::Map { name: &Kind::Phrase, of: &Kind::Wording, min: 1, max: 100 },
            "other words for the system's own sentences",
        ),
    ],
};

/// How long personal data is kept; then it is destroyed.
pub(super) static RETENTION: Record = Record {
    name: "`retention`",
    fields: &[default(
        "texts",
        Kind::Duration(Span::days(30), Span::days(30 * 366)),
        "6y",
        "callers' numbers, words and notes, after the end of their month",
    )],
};

/// Who answers.
pub(super) static PRACTICE: Record = Record {
    name: "`practice`",
    fields: &[
        required("id", Kind::Id, "a short name for files and screens: `riverside`"),
        required(
            "name",
            NAME,
            "the practice's name as people say it; the whisper names it to assistants who serve more than one practice",
        ),
        required("numbers", Kind::List { of: &Kind::Number, min: 1, max: 100 }, "the numbers patients dial"),
        required(
            "languages",
            Kind::List { of: &Kind::Language, min: 1, max: 8 },
            "languages offered; the first is the greeting's and the staff's",
        ),
        required("time_zone", Kind::Zone, "the practice's time zone: `America/Chicago`"),
        required("team", Kind::Id, "the team file's name: `riverside` for `riverside.team.yaml`"),
        optional(
            "staff_number",
            Kind::Number,
            "the number assistants call, with a PIN, to sign in and out and write up",
        ),
    ],
};

/// When the practice is open.
pub(super) static HOURS: Record = Record {
    name: "`hours`",
    fields: &[
        required("monday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("tuesday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("wednesday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("thursday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("friday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("saturday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        required("sunday", Kind::Spells, "open spells, like `08:00-12:00`, or `closed`"),
        optional(
            "special",
            Kind::Map { name: &Kind::Date, of: &Kind::Spells, min: 0, max: 1_000 },
            "holidays and other days that differ, by date",
        ),
    ],
};

/// The days as [`HOURS`] names them, Monday first.
pub(super) const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What is said first.
pub(super) static GREETING: Record = Record {
    name: "`greeting`",
    fields: &[
        required("opening", Kind::Texts, "practice name and who is speaking, under three seconds"),
        required("emergency", Kind::Texts, "the emergency sentence; it names 911"),
        optional("offers", Kind::SomeTexts, "each other language's offer, in that language, with its key"),
        optional("speaker", Kind::SomeTexts, "the word by which an opening says who is speaking, if we do not know it"),
    ],
};

/// A step is a menu or an approved answer.
pub(super) static STEP: &[Variant] =
    &[variant("menu", &Kind::Record(&MENU)), variant("answer", &Kind::Record(&ANSWER))];

/// Where a branch leads.
pub(super) static TARGET: &[Variant] = &[
    variant("lane", &IDS),
    variant("step", &IDS),
    variant("language", &Kind::Language),
    word("person"),
    word("repeat"),
];

/// One routing question.
pub(super) static MENU: Record = Record {
    name: "a menu",
    fields: &[
        required("question", Kind::Texts, "the question with its choices"),
        required(
            "choices",
            Kind::Map { name: &Kind::Keypad, of: &Kind::Record(&CHOICE), min: 1, max: 12 },
            "what each key, or phrase, leads to",
        ),
        default("timeout", Kind::Duration(Span::secs(2), Span::secs(30)), "5s", "silence before it counts as no input"),
        required("no_input", Kind::OneOf(TARGET), "where silence twice leads"),
        required("wrong_input", Kind::OneOf(TARGET), "where wrong input twice leads"),
    ],
};

/// What one key or phrase does.
pub(super) static CHOICE: Record = Record {
    name: "a choice",
    fields: &[
        required("to", Kind::OneOf(TARGET), "where it leads: `{ lane: … }`, `{ step: … }`, `person` …"),
        required("say", Kind::Phrases, "spoken phrases that mean the same as the key"),
        default(
            "backline",
            Kind::Flag,
            "false",
            "for hospitals, laboratories and pharmacies; the question does not name it",
        ),
    ],
};

/// An approved answer.
pub(super) static ANSWER: Record = Record {
    name: "an answer",
    fields: &[
        required("script", Kind::Texts, "the approved answer"),
        required("then", Kind::OneOf(TARGET), "where a caller who stays on the line is led"),
    ],
};

/// Words that are never queued as routine.
pub(super) static URGENT: Record = Record {
    name: "`urgent`",
    fields: &[
        required("lane", Kind::Id, "the clinical lane that is paged"),
        required("phrases", Kind::Phrases, "words that lead to the emergency sentence and that lane"),
        required("crisis", Kind::Phrases, "words that lead to the crisis sentence (988) and that lane"),
    ],
};

/// How calls are rung.
pub(super) static OFFERS: Record = Record {
    name: "`offers`",
    fields: &[
        default("ring", Kind::Duration(Span::secs(5), Span::secs(60)), "20s", "how long an assistant's phone rings"),
        default("accept", Kind::Duration(Span::secs(3), Span::secs(30)), "8s", "how long 1 may be pressed"),
        default("misses", Kind::Whole(1, 5), "2", "misses in a row that make an assistant not ready"),
        default("wrap_up", Kind::Duration(Span::secs(10), Span::mins(15)), "2m", "time to write after a call"),
        default(
            "with_a_patient",
            Kind::Duration(Span::mins(1), Span::hours(1)),
            "10m",
            "how long \"with a patient\" keeps calls away",
        ),
        default(
            "hold_reminder",
            Kind::Duration(Span::secs(30), Span::hours(1)),
            "5m",
            "how long a patient is on hold before the assistant is reminded",
        ),
        default(
            "warm_transfer",
            Kind::Duration(Span::secs(10), Span::mins(10)),
            "60s",
            "how long a colleague is looked for who takes over a warm transfer",
        ),
    ],
};

/// How many calls are let in. Nothing here keeps a caller from the clinical lanes.
pub(super) static LIMITS: Record = Record {
    name: "`limits`",
    fields: &[
        default("calls_per_number", Kind::Whole(1, 1_000), "5", "calls of one number within that time"),
        default("anonymous_calls", Kind::Whole(1, 10_000), "20", "calls without a number, together, within that time"),
        default("within", Kind::Duration(Span::mins(1), Span::hours(1)), "10m", "the time both are counted over"),
        default("calls", Kind::Whole(1, 50_000), "1000", "callers on the line at once"),
    ],
};
