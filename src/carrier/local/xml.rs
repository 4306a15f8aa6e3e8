//! XML text -> a small tree of elements, or error 12100.
//!
//! Knows nothing of TwiML. Refuses what a carrier's reader refuses: broken nesting, unknown entities, duplicate
//! attributes, a second root, a document type.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use quick_xml::events::attributes::Attribute;

use super::trouble::Trouble;

/// Deeper nesting is refused; TwiML has four levels with SSML.
const DEPTH_MAX: usize = 16;

/// One element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) children: Vec<Node>,
}

/// What stands inside an element.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// Its own text, children's text included, with blanks collapsed.
    pub(super) fn text(&self) -> String {
        let mut all = String::new();
        self.collect_text(&mut all);
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn collect_text(&self, into: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => into.push_str(text),
                Node::Element(element) => {
                    into.push(' ');
                    element.collect_text(into);
                    into.push(' ');
                }
            }
        }
    }

    /// Its child elements.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Does it hold text of its own that is not blank?
    pub(super) fn has_text(&self) -> bool {
        self.children.iter().any(|child| matches!(child, Node::Text(text) if !text.trim().is_empty()))
    }
}

/// Reads a whole document and returns its root.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, Trouble> {
    let text = std::str::from_utf8(bytes).map_err(|_| broken("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text
        .chars()
        .any(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
    {
        return Err(broken("it holds a character that XML 1.0 forbids"));
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let event = reader.read_event().map_err(|error| broken(&error.to_string()))?;
        match event {
            Event::Start(start) => {
                if root.is_some() || open.len() >= DEPTH_MAX {
                    return Err(broken("it has a second root or is nested too deeply"));
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                let done = element(&start)?;
                close(done, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| broken("an element is closed that was never opened"))?;
                close(done, &mut open, &mut root)?;
            }
            Event::Text(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::CData(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(char)) => char.to_string(),
                    Ok(None) => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content())
                        .ok_or_else(|| broken("it uses an entity that XML does not know"))?
                        .to_owned(),
                    Err(error) => return Err(broken(&error.to_string())),
                };
                add_text(&resolved, &mut open)?;
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::DocType(_) => return Err(broken("a document type is not allowed")),
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(broken("it ends inside an element"));
    }
    root.ok_or_else(|| broken("it is empty"))
}

fn element(start: &BytesStart<'_>) -> Result<Element, Trouble> {
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute: Attribute<'_> = attribute.map_err(|error| broken(&error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| broken(&error.to_string()))?;
        let name: &str = attribute.key.as_ref();
        attributes.insert(name.to_owned(), value.into_owned());
    }
    let name = start.name();
    let name: &str = name.as_ref();
    Ok(Element { name: name.to_owned(), attributes, children: Vec::new() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), Trouble> {
    if let Some(parent) = open.last_mut() {
        parent.children.push(Node::Element(done));
        return Ok(());
    }
    if root.is_some() {
        return Err(broken("it has a second root"));
    }
    *root = Some(done);
    Ok(())
}

fn add_text(text: &str, open: &mut [Element]) -> Result<(), Trouble> {
    match open.last_mut() {
        Some(parent) => {
            // Text is split at entities: joined here, so that `a &amp; b` is one text.
            if let Some(Node::Text(before)) = parent.children.last_mut() {
                before.push_str(text);
            } else {
                parent.children.push(Node::Text(text.to_owned()));
            }
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(broken("text stands outside the root element")),
    }
}

fn broken(why: &str) -> Trouble {
    Trouble::new(12_100, format!("the document is not well-formed XML: {why}"))
}
