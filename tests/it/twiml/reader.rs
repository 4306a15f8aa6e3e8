//! A strict reader of TwiML, independent of the renderer: text to a tree, and the rules that every document keeps.

use carelane::vocab::limit::DOCUMENT_BYTES_MAX;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// An element of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Names only: what no text may change.
    pub(super) fn shape(&self) -> String {
        let attributes: String = self.attributes.iter().map(|(name, _)| format!(" {name}")).collect();
        let children: String = self.children.iter().map(Self::shape).collect();
        format!("<{}{attributes}>{children}</>", self.name)
    }

    /// This element and all below it.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        found.extend(self.children.iter().flat_map(Self::all));
        found
    }
}

/// Reads a whole document; anything but one well-formed element with legal characters is refused.
pub(super) fn read(document: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(document).map_err(|e| e.to_string())?;
    if let Some(c) = text.chars().find(|c| !is_legal(*c)) {
        return Err(format!("{c:?} may not stand in XML 1.0"));
    }
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(tag) => open.push(element(&tag)?),
            Event::Empty(tag) => {
                let element = element(&tag)?;
                open.last_mut().ok_or("nothing is open")?.children.push(element);
            }
            Event::End(_) => {
                let closed = open.pop().ok_or("nothing is open")?;
                open.last_mut().ok_or("nothing is open")?.children.push(closed);
            }
            Event::Text(text) => {
                open.last_mut().ok_or("nothing is open")?.text.push_str(&text);
            }
            Event::GeneralRef(name) => {
                open.last_mut().ok_or("nothing is open")?.text.push_str(&resolved(&name)?);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => return Err(format!("{other:?} has no place in a document")),
        }
    }
    let mut whole = open.pop().filter(|_| open.is_empty()).ok_or("an element is not closed")?;
    match (whole.children.len(), whole.text.trim()) {
        (1, "") => Ok(whole.children.remove(0)),
        (n, text) => Err(format!("{n} elements and {text:?} at the top")),
    }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, String> {
    let name = tag.name().as_ref().to_owned();
    let attributes = tag.attributes().map(|attribute| {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let key = attribute.key.as_ref().to_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        Ok((key, value.into_owned()))
    });
    Ok(Element { name, attributes: attributes.collect::<Result<_, String>>()?, ..Element::default() })
}

fn resolved(name: &str) -> Result<String, String> {
    let code = match name {
        "lt" => return Ok("<".to_owned()),
        "gt" => return Ok(">".to_owned()),
        "amp" => return Ok("&".to_owned()),
        "quot" => return Ok("\"".to_owned()),
        "apos" => return Ok("'".to_owned()),
        _ => name.strip_prefix('#').ok_or_else(|| format!("&{name}; is unknown"))?,
    };
    let number = match code.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    let c = number.ok().and_then(char::from_u32).filter(|c| is_legal(*c));
    c.map(String::from).ok_or_else(|| format!("&{name}; is no legal character"))
}

/// The characters of XML 1.0.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The rules of our documents; `public` is where our URLs begin.
pub(super) fn judge(document: &[u8], public: &str) -> Result<Element, String> {
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(format!("{} bytes are more than the carrier takes", document.len()));
    }
    judge_tree(document, public)
}

/// The rules but for the size.
pub(super) fn judge_tree(document: &[u8], public: &str) -> Result<Element, String> {
    let tree = read(document)?;
    if tree.name != "Response" || !tree.attributes.is_empty() {
        return Err(format!("the document is a {}", tree.name));
    }
    judge_verbs(&tree, &["Say", "Play", "Pause", "Gather", "Enqueue", "Dial", "Record", "Redirect", "Hangup"], public)?;
    let Some((last, before)) = tree.children.split_last() else { return Err("nothing to do".to_owned()) };
    if !["Redirect", "Hangup"].contains(&last.name.as_str()) {
        return Err(format!("after {} the carrier would hang up by itself", last.name));
    }
    match before.iter().find(|verb| ["Redirect", "Hangup"].contains(&verb.name.as_str())) {
        Some(verb) => Err(format!("what follows {} is never reached", verb.name)),
        None => Ok(tree),
    }
}

fn judge_verbs(parent: &Element, allowed: &[&str], public: &str) -> Result<(), String> {
    if !parent.text.is_empty() {
        return Err(format!("{} has both verbs and text", parent.name));
    }
    for verb in &parent.children {
        let name = verb.name.as_str();
        if !allowed.contains(&name) {
            return Err(format!("{name} may not stand in {}", parent.name));
        }
        match name {
            "Gather" => judge_verbs(verb, &["Say", "Play", "Pause"], public)?,
            "Dial" => judge_verbs(verb, &["Conference"], public)?,
            _ if !verb.children.is_empty() => return Err(format!("{name} holds verbs")),
            "Say" if verb.text.is_empty() || verb.attribute("language").is_none() => {
                return Err("a Say without words or language".to_owned());
            }
            "Record" if verb.attribute("action").is_none() || verb.attribute("maxLength").is_none() => {
                return Err("a Record without an end or without an action".to_owned());
            }
            "Pause" | "Hangup" | "Record" if !verb.text.is_empty() => return Err(format!("{name} has text")),
            "Redirect" | "Play" => judge_url(&verb.text, public)?,
            _ => {}
        }
        let urls = ["action", "waitUrl", "recordingStatusCallback"];
        for url in urls.iter().filter_map(|key| verb.attribute(key)).filter(|url| !url.is_empty()) {
            judge_url(url, public)?;
        }
    }
    Ok(())
}

/// privacy: our own URLs, of ids and fixed words only.
fn judge_url(url: &str, public: &str) -> Result<(), String> {
    let path = url.strip_prefix(public).ok_or_else(|| format!("{url} is not ours"))?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/-.".contains(c);
    if path.chars().all(plain) { Ok(()) } else { Err(format!("{url} carries more than ids")) }
}
