//! The text inside an id: copied and compared without following a pointer.
//!
//! A floor asks its maps by names all day. Most names are short (`front-desk`, `es-US`) and stand here whole; longer
//! ones (a carrier's name for a call) are shared, with their beginning here, which nearly always decides a comparison.
//! Names are ordered as their texts are.

use std::cmp::Ordering;
use std::fmt;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error;
use serde::de::Visitor;

/// With length and tag, as large as a long one: 24 bytes.
const SHORT_MAX: usize = 22;
/// What fits beside a shared text's pointer and length.
const HEAD: usize = 7;

/// A text that does not change.
#[derive(Clone)]
pub(super) enum Name {
    /// The bytes, filled up with zeros, and how many there are. In this order, so that they compare as texts do.
    Short([u8; SHORT_MAX], u8),
    /// How it begins, and the whole.
    Long([u8; HEAD], Arc<str>),
}

impl Name {
    pub(super) fn as_str(&self) -> &str {
        match self {
            // It was a text when it was put here.
            Self::Short(..) => str::from_utf8(self.bytes()).unwrap_or_default(),
            Self::Long(_, text) => text,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(bytes, len) => &bytes[..usize::from(*len).min(SHORT_MAX)],
            Self::Long(_, text) => text.as_bytes(),
        }
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        let bytes = text.as_bytes();
        match u8::try_from(bytes.len()) {
            Ok(len) if bytes.len() <= SHORT_MAX => Self::Short(filled(bytes), len),
            _ => Self::Long(filled(&bytes[..HEAD]), text.into()),
        }
    }
}

/// The bytes as numbers in the same order, the last of which overlap: three comparisons instead of a call.
fn words(bytes: &[u8; SHORT_MAX]) -> [u64; 3] {
    [0, 8, SHORT_MAX - 8].map(|at| {
        let word = bytes[at..].first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(word)
    })
}

/// These bytes, and zeros.
fn filled<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut filled = [0; N];
    filled[..bytes.len()].copy_from_slice(bytes);
    filled
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Short(a, a_len), Self::Short(b, b_len)) => words(a).cmp(&words(b)).then(a_len.cmp(b_len)),
            (Self::Long(a, a_text), Self::Long(b, b_text)) => a.cmp(b).then_with(|| a_text.cmp(b_text)),
            _ => self.bytes().cmp(other.bytes()),
        }
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Short(a, a_len), Self::Short(b, b_len)) => words(a) == words(b) && a_len == b_len,
            (Self::Long(a, a_text), Self::Long(b, b_text)) => a == b && a_text == b_text,
            _ => false,
        }
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around both bounds, beginnings that are equal, letters of several bytes across the head's end, zeros.
    const TEXTS: [&str; 18] = [
        "",
        "\0",
        "a",
        "a\0",
        "a\0b",
        "ana",
        "front-desk",
        "front-desk-of-the-nort",
        "front-desk-of-the-north",
        "front-desk-of-the-norti",
        "front-desk-of-the-south-side",
        "aaaaaaéaaaaaaaaaaaaaaaaa",
        "aaaaaabaaaaaaaaaaaaaaaaa",
        "aaaaaa",
        "aaaaaa\0aaaaaaaaaaaaaaaaaaa",
        "CA00000000000000000000000000000001",
        "CA00000000000000000000000000000002",
        "é",
    ];

    #[test]
    fn it_is_no_larger_than_a_shared_text_and_a_word() {
        assert_eq!(size_of::<Name>(), 24);
        assert_eq!(size_of::<Option<Name>>(), 24);
    }

    #[test]
    fn names_are_the_texts_they_were_made_from_in_the_order_of_those() {
        for a in TEXTS {
            assert_eq!(Name::from(a).as_str(), a);
            for b in TEXTS {
                assert_eq!(Name::from(a).cmp(&Name::from(b)), a.cmp(b), "{a:?} {b:?}");
                assert_eq!(Name::from(a) == Name::from(b), a == b, "{a:?} {b:?}");
            }
        }
    }
}
