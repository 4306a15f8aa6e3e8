//! What a lane of a flow file may say.

use super::IDS;
use super::Kind;
use super::NAME;
use super::Record;
use super::SENTENCE;
use super::TEXTS;
use super::Variant;
use super::default;
use super::optional;
use super::required;
use super::variant;
use super::word;
use crate::flow::callbacks::LANE_WORK;
use crate::flow::desk::SITUATION;
use crate::flow::rhythm;
use crate::flow::sheet::SHEET;
use crate::vocab::Span;

/// A call category.
pub(in crate::flow) static LANE: Record = Record {
    name: "a lane",
    fields: &[
        required("name", Kind::Texts, "as said after \"you are in line for\""),
        default("clinical", Kind::Flag, "false", "may a clinical question come here?"),
        default("work", LANE_WORK, "other", "what kind of work it is, for the callback list"),
        required("answer_within", Kind::Duration(Span::secs(10), Span::hours(1)), "the answer target"),
        optional("head_starts", Kind::Record(&HEAD_STARTS), "head start in the queue, by reason"),
        required(
            "serving",
            Kind::List { of: &Kind::Record(&TIER), min: 1, max: 10 },
            "who serves the lane, in tiers that open one after the other",
        ),
        optional("needs", Kind::List { of: &IDS, min: 0, max: 20 }, "skills an assistant must have"),
        required(
            "hold",
            Kind::List { of: &TEXTS, min: 2, max: 20 },
            "sentences for those who wait, said in turn, never the same twice running",
        ),
        default("asks_new_or_existing", Kind::Flag, "false", "is a caller asked whether the patient is new?"),
        default("tells_wait", Kind::Flag, "false", "is a caller told how long the wait is, when that is sure?"),
        default(
            "recorded",
            Kind::Flag,
            "false",
            "are its conversations recorded, of callers who heard the announcement? A clinical lane's never are",
        ),
        optional(
            "reasons",
            Kind::Map { name: &IDS, of: &TEXTS, min: 1, max: 50 },
            "why people call, by id: a finer word than the lane, chosen by the assistant",
        ),
        optional("callback_key", Kind::Keypad, "the key that exchanges waiting for a callback"),
        optional(
            "voicemail_key",
            Kind::Keypad,
            "the key that exchanges waiting for a message. A clinical lane has none",
        ),
        default("max_wait", Kind::Duration(Span::mins(1), Span::hours(4)), "30m", "how long a caller waits at most"),
        optional("max_waiting", Kind::Whole(1, 1_000), "how many may wait in it; more leave by the exit `full`"),
        required("exits", Kind::Record(&EXITS), "where a call goes that cannot stay: timeout, no_agent, error"),
        required("owner", Kind::OneOf(OWNER), "who owns left-over work: `{ group: … }` or `{ agent: … }`"),
        required(
            "callback_within",
            Kind::Duration(Span::mins(5), Span::hours(48)),
            "how soon, in open hours, a callback is due",
        ),
        optional(
            "callbacks",
            Kind::Record(&rhythm::OF_LANE),
            "its own rhythm of callbacks, where it is not the practice's",
        ),
        required("script", Kind::Texts, "what the assistant says"),
        required(
            "decision_rules",
            Kind::List { of: &SENTENCE, min: 1, max: 20 },
            "when to book, document, transfer, escalate, stop",
        ),
        required(
            "note_fields",
            Kind::Map { name: &IDS, of: &Kind::Record(&NOTE_FIELD), min: 1, max: 20 },
            "the note's fields, by id",
        ),
        required(
            "outcomes",
            Kind::Map { name: &IDS, of: &Kind::OneOf(OUTCOME), min: 1, max: 50 },
            "how a call may end: `closes`, `stays_open` with this lane's owner, or `{ hands_to: lane }`",
        ),
        required("escalation", Kind::Id, "the lane to which an assistant escalates"),
        optional("keypad_notes", Kind::Record(&KEYPAD_NOTES), "how a call is written up on a phone's keys"),
        optional("sheet", Kind::Record(&SHEET), "what its people are told: goal, path, exceptions, callback script"),
        optional(
            "documents",
            Kind::Map { name: &IDS, of: &TEXTS, min: 1, max: 50 },
            "what a referral may lack, by id, as said after \"we are waiting for\"",
        ),
    ],
};

/// A note without a screen.
pub(in crate::flow) static KEYPAD_NOTES: Record = Record {
    name: "`keypad_notes`",
    fields: &[
        required(
            "outcomes",
            Kind::Map { name: &Kind::Keypad, of: &Kind::Record(&KEYPAD_OUTCOME), min: 1, max: 8 },
            "how the call ended, by key",
        ),
        required(
            "fields",
            Kind::Map {
                name: &IDS,
                of: &Kind::Map { name: &Kind::Keypad, of: &Kind::Texts, min: 1, max: 8 },
                min: 1,
                max: 20,
            },
            "standard phrases for the note's fields, by key",
        ),
    ],
};

/// An outcome that is chosen by key.
pub(in crate::flow) static KEYPAD_OUTCOME: Record = Record {
    name: "a keypad outcome",
    fields: &[
        required("outcome", Kind::Id, "one of the lane's `outcomes`"),
        required("say", Kind::Texts, "as said to the assistant after \"for\""),
    ],
};

const HEAD_START: Kind = Kind::Duration(Span::ZERO, Span::hours(1));

static HEAD_STARTS: Record = Record {
    name: "`head_starts`",
    fields: &[
        optional("new_patient", HEAD_START, "for a new patient; where the lane asks, unknown counts as new"),
        optional("repeat_caller", HEAD_START, "for a caller with an open request at the practice, once a request"),
        optional("broken_promise", HEAD_START, "for a caller whom we promised a callback by a time that is over"),
        optional("backline", HEAD_START, "for a hospital, laboratory or pharmacy that pressed the backline's key"),
    ],
};

/// People who serve a lane from some waiting time on.
pub(in crate::flow) static TIER: Record = Record {
    name: "a tier",
    fields: &[
        required("groups", Kind::List { of: &IDS, min: 1, max: 20 }, "any of these groups"),
        default("after", Kind::Duration(Span::ZERO, Span::hours(1)), "0s", "opens after so long in the queue"),
    ],
};

/// The ways out of a lane.
pub(in crate::flow) static EXITS: Record = Record {
    name: "`exits`",
    fields: &[
        required("timeout", Kind::OneOf(EXIT), "the longest wait is over: `callback` or `{ lane: … }`"),
        required("no_agent", Kind::OneOf(EXIT), "nobody of any tier is signed in: `callback` or `{ lane: … }`"),
        required("error", Kind::OneOf(EXIT), "something failed: `callback` or `{ lane: … }`"),
        default("full", Kind::OneOf(EXIT), "callback", "as many wait as may: `callback` or `{ lane: … }`"),
        optional(
            "closed",
            Kind::OneOf(EXIT),
            "the practice is closed; `callback` if left away; a clinical lane has none",
        ),
    ],
};

/// One field of a note.
pub(in crate::flow) static NOTE_FIELD: Record = Record {
    name: "a note field",
    fields: &[
        required("label", NAME, "as shown to the assistant"),
        default("required", Kind::Flag, "false", "must it be filled in before a call is closed?"),
        optional(
            "when",
            Kind::List { of: &SITUATION, min: 0, max: 3 },
            "the situations in which it must be filled in besides: `callback`, `attempt`, `complaint`",
        ),
    ],
};

/// Where a call goes that cannot stay in its lane.
pub(in crate::flow) static EXIT: &[Variant] = &[word("callback"), variant("lane", &IDS), word("voicemail")];

/// Who owns left-over work.
pub(in crate::flow) static OWNER: &[Variant] = &[variant("group", &IDS), variant("agent", &IDS)];

/// What an outcome leaves: nothing, work for this lane's owner, or work for another lane's.
const OUTCOME: &[Variant] = &[
    Variant { name: "closes", of: None },
    Variant { name: "stays_open", of: None },
    Variant { name: "hands_to", of: Some(&Kind::Id) },
];
