//! YAML text -> a tree in which every value knows its place.
//!
//! Scalars stay text: what `no`, `08:00` or `+1555…` means is the schema's business. Everything that would make a
//! file say something else than it seems to is refused here: tabs, duplicate keys, merge keys, tags, second
//! documents. Aliases are copied, so values are budgeted: a small file cannot grow without end.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::Event;
use granit_parser::Parser;
use granit_parser::ScalarStyle;
use granit_parser::StrInput;

use super::code::Code;
use super::diagnostic::Problems;
use super::diagnostic::quote;
use crate::vocab::limit::FLOW_BYTES_MAX;

/// Values of one file, those copied by aliases included.
const NODES_MAX: usize = 100_000;
/// Levels of nesting; a flow file needs eight.
const DEPTH_MAX: usize = 64;
/// Bytes of one text; the longest useful one has a thousand characters.
const SCALAR_BYTES_MAX: usize = 8 * 1024;
/// Lines with tabs that are reported one by one.
const TABS_SHOWN: usize = 10;

/// A value and its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Bytes of the file.
    pub(super) span: Range<usize>,
    /// What is there.
    pub(super) content: Content,
}

/// What a value is, before any schema.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Any scalar; `plain` if it stands without quotes.
    Text { text: Arc<str>, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the file's order, without duplicates.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key.
    pub(super) name: Arc<str>,
    /// The key's place.
    pub(super) at: Range<usize>,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// The text of a scalar that says something: not an empty or null value.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text { text, plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL") => None,
            Content::Text { text, .. } => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The values of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node] {
        if let Content::List(items) = &self.content { items } else { &[] }
    }

    /// The entries of a mapping; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Content::Map(entries) = &self.content { entries } else { &[] }
    }

    /// The entry with this key.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|e| *e.name == *name)
    }

    /// The value under this key.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|e| &e.value)
    }

    /// What it is, for "this is …".
    pub(super) fn describe(&self) -> String {
        match &self.content {
            Content::Text { .. } if self.text().is_none() => "nothing is written here".to_owned(),
            Content::Text { text, .. } => format!("this is `{}`", quote(text)),
            Content::List(_) => "this is a list".to_owned(),
            Content::Map(_) => "this is a mapping".to_owned(),
        }
    }
}

/// Reads the text; `None` if it cannot be read at all (the problem is noted).
pub(super) fn parse(source: &str, problems: &mut Problems<'_>) -> Option<Node> {
    if source.len() > FLOW_BYTES_MAX {
        let title = format!("the file has {} bytes; at most {FLOW_BYTES_MAX} are read", source.len());
        problems.error(Code::Size, 0..0, title, "the file begins here").hint("is this really a flow file?");
        return None;
    }
    if note_tabs(source, problems) {
        return None;
    }
    let mut loader = Loader {
        parser: Parser::new_from_str(source),
        problems,
        anchors: BTreeMap::new(),
        nodes: 0,
        end: source.len(),
    };
    loader.document().ok()
}

/// Indentation by tabs; YAML forbids it, and editors show it like spaces.
fn note_tabs(source: &str, problems: &mut Problems<'_>) -> bool {
    let mut found = 0;
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if !line.trim().is_empty() && line[..indent].contains('\t') {
            found += 1;
            if found <= TABS_SHOWN {
                let at = start + line.find('\t').unwrap_or(0);
                problems
                    .error(
                        Code::Tab,
                        at..start + indent,
                        "a tab indents this line",
                        "a tab, where YAML allows only spaces",
                    )
                    .hint("indent with two spaces; most editors can convert tabs to spaces for the whole file");
            }
        }
        start += line.len();
    }
    found > 0
}

/// The problem is noted; there is nothing to read on for.
struct GivenUp;

/// A value that aliases may copy.
struct Anchored {
    node: Node,
    /// How many values it holds.
    size: usize,
    /// The place of the key under which it stands.
    key: Option<Range<usize>>,
}

struct Loader<'s, 'p, 'a> {
    parser: Parser<'s, StrInput<'s>>,
    problems: &'p mut Problems<'a>,
    /// Finished anchored values.
    anchors: BTreeMap<usize, Anchored>,
    nodes: usize,
    end: usize,
}

impl<'s> Loader<'s, '_, '_> {
    fn refuse<T>(&mut self, code: Code, at: Range<usize>, title: &str, label: &str, hint: &str) -> Result<T, GivenUp> {
        self.problems.error(code, at, title, label).hint(hint);
        Err(GivenUp)
    }

    fn event(&mut self) -> Result<(Event<'s>, Range<usize>), GivenUp> {
        let mut next = self.parser.next_event();
        while matches!(next, Some(Ok((Event::Comment(..), _)))) {
            next = self.parser.next_event();
        }
        match next {
            Some(Ok((event, span))) => Ok((event, span.byte_range().unwrap_or(0..0))),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.end);
                let title = format!("this is no YAML: {}", quote(&error.info()));
                let hint = if error.info().contains("anchor") {
                    "an alias, `*name`, stands for what an anchor of the same name, `&name`, marks above it"
                } else {
                    "look at the indentation, the quotes and the colons of this line and the one before it"
                };
                self.refuse(Code::Syntax, at..at + 1, &title, "the reader stopped here", hint)
            }
            None => {
                self.refuse(Code::Syntax, self.end..self.end, "the file ends too early", "the end", "is it complete?")
            }
        }
    }

    fn document(&mut self) -> Result<Node, GivenUp> {
        loop {
            let (event, at) = self.event()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) => {}
                Event::StreamEnd => {
                    let hint = "a flow file starts with `version: 1`";
                    return self.refuse(Code::Empty, 0..0, "the file is empty", "nothing to read here", hint);
                }
                other => {
                    let root = self.node(other, at, 0)?;
                    self.event()?;
                    return match self.event()? {
                        (Event::StreamEnd, _) => Ok(root),
                        (_, at) => {
                            let hint = "one practice or team a file: put the second one into its own file";
                            self.refuse(
                                Code::Documents,
                                at,
                                "the file has more than one document",
                                "a second one",
                                hint,
                            )
                        }
                    };
                }
            }
        }
    }

    fn spend(&mut self, count: usize, at: &Range<usize>) -> Result<(), GivenUp> {
        self.nodes = self.nodes.saturating_add(count);
        if self.nodes > NODES_MAX {
            let title = format!("the file has more than {NODES_MAX} values once its aliases are copied in");
            let hint = "aliases of aliases grow quickly: write the values out, or use fewer of them";
            return self.refuse(Code::Size, at.clone(), &title, "the reader stopped here", hint);
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'s>, at: Range<usize>, depth: usize) -> Result<Node, GivenUp> {
        let before = self.nodes;
        self.spend(1, &at)?;
        if depth > DEPTH_MAX {
            let title = format!("values are nested more than {DEPTH_MAX} deep");
            return self.refuse(Code::Depth, at, &title, "too deep here", "a flow file needs about eight levels");
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.no_tag(tag.is_some(), &at)?;
                if text.len() > SCALAR_BYTES_MAX {
                    let title = format!("a text of {} bytes; at most {SCALAR_BYTES_MAX} are read", text.len());
                    return self.refuse(Code::Size, at, &title, "this text", "is a quotation mark missing somewhere?");
                }
                let content = Content::Text { text: (&*text).into(), plain: style == ScalarStyle::Plain };
                (Node { span: at, content }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.no_tag(tag.is_some(), &at)?;
                (self.list(at, depth)?, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.no_tag(tag.is_some(), &at)?;
                (self.map(at, depth)?, anchor)
            }
            Event::Alias(anchor) => {
                let Some(Anchored { node, size, .. }) = self.anchors.get(&anchor) else {
                    let hint = "write the value out";
                    return self.refuse(
                        Code::Alias,
                        at,
                        "an alias may not stand inside its own value",
                        "this alias",
                        hint,
                    );
                };
                let (mut node, size) = (node.clone(), *size);
                self.spend(size, &at)?;
                self.problems.used_again(&node.span, &at);
                node.span = at;
                return Ok(node);
            }
            _ => {
                return self.refuse(
                    Code::Syntax,
                    at,
                    "this is no YAML",
                    "the reader stopped here",
                    "see the line before",
                );
            }
        };
        if anchor > 0 {
            // The copy kept for aliases is paid for like any other: nested anchors would multiply it.
            let size = self.nodes - before;
            self.spend(size, &node.span)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, key: None });
        }
        Ok(node)
    }

    fn no_tag(&mut self, tagged: bool, at: &Range<usize>) -> Result<(), GivenUp> {
        if !tagged {
            return Ok(());
        }
        let hint = "leave the `!…` away: what a value is follows from its key";
        self.refuse(Code::Tag, at.clone(), "a flow file has no YAML tags", "this value has one", hint)
    }

    fn list(&mut self, at: Range<usize>, depth: usize) -> Result<Node, GivenUp> {
        let mut items = Vec::new();
        let mut end = at.end;
        loop {
            let (event, next) = self.event()?;
            if matches!(event, Event::SequenceEnd) {
                // The end of a block list is reported after the blank lines that follow it.
                let end = if items.is_empty() || next.end > next.start { next.end.max(end) } else { end };
                return Ok(Node { span: at.start..end, content: Content::List(items) });
            }
            let item = self.node(event, next, depth + 1)?;
            end = item.span.end;
            items.push(item);
        }
    }

    fn map(&mut self, at: Range<usize>, depth: usize) -> Result<Node, GivenUp> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: BTreeMap<Arc<str>, Range<usize>> = BTreeMap::new();
        let mut end = at.end;
        loop {
            let (event, next) = self.event()?;
            if matches!(event, Event::MappingEnd) {
                let end = if entries.is_empty() || next.end > next.start { next.end.max(end) } else { end };
                return Ok(Node { span: at.start..end, content: Content::Map(entries) });
            }
            let key = self.node(event, next, depth + 1)?;
            let (event, next) = self.event()?;
            let (names, is_alias) = anchor_of(&event);
            let value = self.node(event, next, depth + 1)?;
            if let Some(anchored) = self.anchors.get_mut(&names) {
                match &anchored.key {
                    Some(first) if is_alias => self.problems.key_used_again(first, &key.span),
                    _ if is_alias => {}
                    _ => anchored.key = Some(key.span.clone()),
                }
            }
            end = value.span.end;
            let Content::Text { text: name, plain } = key.content else {
                let hint = "if it has braces or brackets, put it in quotes";
                self.problems.error(Code::Type, key.span, "a key must be one word", "this is no word").hint(hint);
                continue;
            };
            if plain && *name == *"<<" {
                let hint = "alias each value by itself: `note_fields: *note_fields`";
                self.problems
                    .error(Code::Merge, key.span, "merge keys `<<` are not read", "this would hide what a lane holds")
                    .hint(hint);
                continue;
            }
            if let Some(first) = places.get(&name) {
                let (first, title) = (first.clone(), format!("`{}` stands twice in one mapping", quote(&name)));
                let hint = "keep one of them: YAML would silently forget the first";
                self.problems
                    .error(Code::DuplicateKey, key.span, title, "again here")
                    .also(first, "first here")
                    .hint(hint);
                continue;
            }
            places.insert(Arc::clone(&name), key.span.clone());
            entries.push(Entry { name, at: key.span, value });
        }
    }
}

/// The anchor that a value carries, or for which it stands as an alias.
fn anchor_of(event: &Event<'_>) -> (usize, bool) {
    match event {
        Event::Scalar(_, _, anchor, _) | Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
            (*anchor, false)
        }
        Event::Alias(anchor) => (*anchor, true),
        _ => (0, false),
    }
}
