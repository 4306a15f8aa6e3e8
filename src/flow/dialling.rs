//! Whom carelane may dial for a practice, and how often: the guard against calls that only cost money.
//!
//! It is the model and the table of `dialling`; whether a number may be dialled is decided by `floor/toll.rs`.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::check::Case;
use super::code::Code;
use super::schema::Kind;
use super::schema::Record;
use super::schema::default;
use super::schema::optional;
use super::syntax::Node;

/// What may be dialled for a practice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dialling {
    /// How numbers begin that may be dialled; empty: the practice's own country.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<Arc<str>>,
    /// Patients dialled within an hour.
    pub calls_per_hour: u16,
    /// Patients dialled within a day.
    pub calls_per_day: u16,
}

impl Default for Dialling {
    /// That of a flow which says nothing of it.
    fn default() -> Self {
        Self { prefixes: Vec::new(), calls_per_hour: 60, calls_per_day: 300 }
    }
}

impl Dialling {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

static PREFIX: Kind = Kind::Text(16);

/// `dialling`.
pub(super) static DIALLING: Record = Record {
    name: "`dialling`",
    fields: &[
        optional(
            "prefixes",
            Kind::List { of: &PREFIX, min: 1, max: 50 },
            "how numbers begin that may be dialled, `+1` or `+1312`; without it the practice's own country",
        ),
        default("calls_per_hour", Kind::Whole(1, 1_000), "60", "patients dialled within an hour"),
        default("calls_per_day", Kind::Whole(1, 10_000), "300", "patients dialled within a day"),
    ],
};

/// A prefix that is none would allow nothing, or everything.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let list = case.root.get("dialling").and_then(|dialling| dialling.get("prefixes"));
    let wrong = |node: &&Node| !node.text().is_some_and(is_prefix);
    let spans: Vec<_> = list.map_or(&[][..], Node::items).iter().filter(wrong).map(|node| node.span.clone()).collect();
    for at in spans {
        case.problems
            .error(Code::Number, at, "a prefix in `dialling.prefixes` begins no phone number", "not `+` and digits")
            .hint("write the country code, and more digits if only a part is meant: `\"+1\"`, `\"+1312\"`");
    }
}

fn is_prefix(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
