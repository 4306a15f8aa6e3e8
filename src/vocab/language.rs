//! Languages as BCP-47 tags (`en-US`, `es-US`).

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use super::name::Name;

/// A language tag, as written in the flow file and as the carrier's speech engines know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Name);

impl Language {
    /// A well-formed tag: a primary part of two or three letters, then parts of one to eight letters or digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let primary = parts.next()?;
        let primary_ok = (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        let rest_ok = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        (primary_ok && rest_ok).then(|| Self(text.into()))
    }

    /// The whole tag.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The language without its region: `es` of `es-US`.
    pub fn primary(&self) -> &str {
        self.as_str().split('-').next().unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
