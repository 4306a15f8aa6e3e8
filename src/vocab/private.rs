//! Personal data: what may never reach a log, a metric, an error or a URL.
//!
//! `Private` prints as `‹private›` and **serialises to nothing**. Two doors only let the content out:
//! `reveal`, whose places a tidy test lists, and `HasPrivate`, through which the journal takes the content
//! out of a record and seals it. A field that somebody forgets there is lost in the round-trip test, never leaked.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// A value about a person.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Marks a value as personal.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The content, for the few places that must show it to the right person.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹private›")
    }
}

impl<T> Serialize for Private<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T: Default> Deserialize<'de> for Private<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <() as Deserialize>::deserialize(deserializer)?;
        Ok(Self(T::default()))
    }
}

/// For an optional personal field: one that stands in a record is there, though its content is written as null.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A record that carries personal text: the journal reads it out in a fixed order, seals it, and puts it back.
pub trait HasPrivate {
    /// Calls `each` with every personal text, always in the same order.
    fn privates(&self, each: &mut dyn FnMut(&str));
    /// Calls `each` with the place of every personal text, in the same order.
    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String));
}

impl HasPrivate for Private<String> {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        each(&self.0);
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        each(&mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_prints_its_content() {
        let name = Private::new("Maria Lopez".to_owned());
        assert_eq!(format!("{name} {name:?} {:?}", Some(&name)), "‹private› ‹private› Some(‹private›)");
        assert_eq!(name.reveal(), "Maria Lopez");
    }
}
