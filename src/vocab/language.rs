//! Languages as BCP-47 tags (`en-US`, `es-US`).

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

/// A language tag, as written in the flow file and as the carrier's speech engines know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Arc<str>);

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
        &self.0
    }

    /// The language without its region: `es` of `es-US`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
