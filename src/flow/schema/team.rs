//! What a team file may say.

use super::IDS;
use super::Kind;
use super::NAME;
use super::Record;
use super::VERSION;
use super::default;
use super::optional;
use super::required;
use crate::vocab::Span;

/// `flows/<name>.team.yaml`.
pub(in crate::flow) static TEAM: Record = Record {
    name: "a team file",
    fields: &[
        required("version", VERSION, "the version of the format, 1"),
        required("groups", Kind::Map { name: &IDS, of: &NAME, min: 1, max: 100 }, "groups: id and name as shown"),
        required(
            "agents",
            Kind::Map { name: &IDS, of: &Kind::Record(&AGENT), min: 1, max: 1_000 },
            "assistants, by id",
        ),
        optional("on_call", Kind::Record(&ON_CALL), "who is rung when nobody of a clinical lane takes an urgent call"),
    ],
};

/// The on-call ladder.
pub(in crate::flow) static ON_CALL: Record = Record {
    name: "`on_call`",
    fields: &[
        required("time_zone", Kind::Zone, "the time zone of the shifts: `America/Chicago`"),
        default(
            "after",
            Kind::Duration(Span::secs(10), Span::mins(2)),
            "60s",
            "how long the lane's own people have before the first rung is rung",
        ),
        default("ring", Kind::Duration(Span::secs(10), Span::secs(60)), "30s", "how long each rung's phone rings"),
        required(
            "rungs",
            Kind::List { of: &Kind::Record(&RUNG), min: 1, max: 10 },
            "who is rung, one rung after the other",
        ),
        required(
            "last_resort",
            Kind::Word(&["start_over", "callback"]),
            "when the last rung did not answer: `start_over` from the top, or promise a `callback`",
        ),
    ],
};

/// One place of the ladder.
pub(in crate::flow) static RUNG: Record = Record {
    name: "a rung",
    fields: &[required(
        "rota",
        Kind::List { of: &Kind::Record(&SHIFT), min: 1, max: 200 },
        "whose rung it is, shift by shift; dated shifts go before weekly ones",
    )],
};

/// One person's time on a rung.
pub(in crate::flow) static SHIFT: Record = Record {
    name: "a shift",
    fields: &[
        required("agent", Kind::Id, "who is on call"),
        required("from", Kind::ShiftMoment, "when it begins: `monday 08:00` every week, `2026-12-24 08:00` once"),
        required("to", Kind::ShiftMoment, "when it ends, written like `from`"),
    ],
};

/// One assistant.
pub(in crate::flow) static AGENT: Record = Record {
    name: "an assistant",
    fields: &[
        required("name", NAME, "as shown on screens and said in the whisper"),
        optional("address", Kind::Number, "the phone that rings"),
        required("groups", Kind::List { of: &IDS, min: 1, max: 20 }, "the groups the assistant works in"),
        required("languages", Kind::List { of: &Kind::Language, min: 1, max: 8 }, "the languages the assistant speaks"),
        optional("skills", Kind::List { of: &IDS, min: 0, max: 20 }, "what the assistant is trained for"),
        default("by_phone", Kind::Flag, "false", "works without a screen: writes up each call by keypad when it ends"),
        default(
            "reach",
            Kind::Word(&["phone", "browser"]),
            "phone",
            "`phone`: rung at the softphone while it is open, otherwise at `address`; `browser`: at the softphone only",
        ),
        optional(
            "supervises",
            Kind::List { of: &IDS, min: 0, max: 20 },
            "groups on whose assistants' conversations she may listen in",
        ),
    ],
};
