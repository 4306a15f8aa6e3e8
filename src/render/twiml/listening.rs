//! What is said while somebody listens: approved answers and last words, with a `Gather` around them.
//!
//! What was heard is told to the floor; nothing is decided here.

use std::io;

use super::Rendering;
use super::Xml;
use super::empty;
use crate::floor::treatment::Words;
use crate::render::link::Link;
use crate::vocab::Language;

impl Rendering<'_> {
    /// Last words. A caller is listened to while they are said and a moment longer, then the leg is hung up.
    pub(super) fn goodbye(
        &self,
        xml: &mut Xml,
        words: &[Words],
        language: &Language,
        heard: Option<Link>,
    ) -> io::Result<()> {
        match heard {
            Some(heard) => self.said_listening(xml, words, language, "speech", heard)?,
            None => self.say_all(xml, words, language)?,
        }
        empty(xml, "Hangup")
    }

    /// patient: whoever speaks of an emergency while something is said is heard.
    pub(super) fn said_listening(
        &self,
        xml: &mut Xml,
        words: &[Words],
        language: &Language,
        input: &str,
        heard: Link,
    ) -> io::Result<()> {
        self.listening(xml, language, input, heard, |xml| self.say_all(xml, words, language))
    }

    /// One key, or urgent words in every language of the practice, are heard during `inner` and for a second after.
    pub(super) fn listening(
        &self,
        xml: &mut Xml,
        language: &Language,
        input: &str,
        heard: Link,
        inner: impl FnOnce(&mut Xml) -> io::Result<()>,
    ) -> io::Result<()> {
        let (hints, action) = (self.urgent_hints(), self.links.url(heard));
        let gather = xml.create_element("Gather").with_attributes([
            ("input", input),
            ("numDigits", "1"),
            ("finishOnKey", ""),
            ("timeout", "1"),
            ("speechTimeout", "auto"),
            ("language", language.as_str()),
            ("hints", &hints),
            ("method", "POST"),
            ("action", &action),
        ]);
        gather.write_inner_content(inner).map(drop)
    }
}
