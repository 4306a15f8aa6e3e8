//! The shape check: does every value have the kind that the schema table gives its key?
//!
//! It reports every misfit and changes nothing; whether names refer to something and sentences are allowed is
//! the business of the `check_*` files.

use std::ops::Range;

use super::code::Code;
use super::diagnostic::Problems;
use super::diagnostic::nearest;
use super::diagnostic::quote;
use super::scalar;
use super::schema::Kind;
use super::schema::Need;
use super::schema::Record;
use super::schema::Variant;
use super::spoken::normalise;
use super::syntax::Content;
use super::syntax::Entry;
use super::syntax::Node;
use super::wording::Phrase;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::Span;
use crate::vocab::limit::PROMPT_CHARS_MAX;

/// Spoken phrases of one choice in one language.
const PHRASES_MAX: usize = 200;
/// Characters of one spoken phrase.
const PHRASE_CHARS_MAX: usize = 100;

/// Checks values against the table.
pub(super) struct Conform<'p, 'a> {
    /// Where misfits go.
    pub(super) problems: &'p mut Problems<'a>,
    /// The practice's languages, if the file gives them readably.
    pub(super) languages: Vec<Language>,
}

impl Conform<'_, '_> {
    /// A mapping with known keys. `what` is the value's path in the file, in backticks: `lanes.records`.
    pub(super) fn record(&mut self, node: &Node, record: &'static Record, what: &str) {
        if !self.is_map(node, what) {
            return;
        }
        for entry in node.entries() {
            match record.field(&entry.name) {
                Some(field) => self.value(&entry.value, &field.kind, &inside(what, field.name)),
                None => self.unknown_key(entry, record, what),
            }
        }
        for field in record.fields {
            if matches!(field.need, Need::Required) && node.entry(field.name).is_none() {
                let title = format!("{what} needs `{}`", field.name);
                let label = format!("`{}` is missing here", field.name);
                self.problems
                    .error(Code::MissingKey, first_line(node), title, label)
                    .hint(format!("add `{}:` ({})", field.name, field.doc));
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, record: &Record, what: &str) {
        let title = format!("{what} has no key `{}`", quote(&entry.name));
        let label = format!("{} does not know it", record.name);
        self.problems
            .error(Code::UnknownKey, entry.at.clone(), title, label)
            .meant(&entry.name, record.fields.iter().map(|f| f.name));
    }

    fn value(&mut self, node: &Node, kind: &'static Kind, what: &str) {
        match kind {
            Kind::Record(record) => self.record(node, record, what),
            Kind::OneOf(variants) => self.one_of(node, variants, what),
            Kind::List { of, min, max } => self.list(node, of, (*min, *max), what),
            Kind::Map { name, of, min, max } => self.map(node, (name, of), (*min, *max), what),
            Kind::Texts => self.texts(node, what, true, false),
            Kind::SomeTexts => self.texts(node, what, false, false),
            Kind::Wording => self.texts(node, what, false, true),
            Kind::Phrases => self.phrases(node, what),
            Kind::Spells => self.spells(node, what),
            scalar => {
                if let Some(text) = self.scalar_text(node, what) {
                    self.scalar(text, &node.span, scalar, what);
                }
            }
        }
    }

    fn is_map(&mut self, node: &Node, what: &str) -> bool {
        let is_map = matches!(node.content, Content::Map(_));
        if !is_map {
            let title = format!("{what} must be a mapping");
            let hint = "write its keys on the following lines, each indented by two more spaces";
            self.problems.error(Code::Type, node.span.clone(), title, node.describe()).hint(hint);
        }
        is_map
    }

    fn scalar_text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        if node.text().is_none() {
            let title = format!("{what} must be a single value");
            let problem = self.problems.error(Code::Type, node.span.clone(), title, node.describe());
            if matches!(node.content, Content::Text { .. }) {
                problem.hint("write a value after the colon, or leave the key away");
            }
        }
        node.text()
    }

    /// A value without parts.
    fn scalar(&mut self, text: &str, at: &Range<usize>, kind: &Kind, what: &str) {
        let found = format!("this is `{}`", quote(text));
        let mut misfit = |code, title: String, hint: &str| {
            self.problems.error(code, at.clone(), title, found.as_str()).hint(hint);
        };
        match kind {
            Kind::Text(max) => self.sentence(text, at, *max, what, false),
            Kind::Id if !scalar::is_id(text) => {
                let title = format!("{what} must be a name");
                misfit(Code::Id, title, "names have 1 to 64 small letters, digits, `-` and `_`: `front-desk`");
            }
            Kind::Language if Language::parse(text).is_none() => {
                misfit(Code::Language, format!("{what} must be a language"), "write it like `en-US` or `es-US`");
            }
            Kind::Zone if scalar::zone(text).is_none() => {
                let hint =
                    "zones are written like `America/Chicago`; abbreviations such as `CST` have no daylight saving";
                misfit(Code::TimeZone, format!("{what} is no known time zone"), hint);
            }
            // privacy: the number stays out of the message; who may read the file sees it under the caret.
            Kind::Number if Number::parse(text).is_err() => {
                let title = format!("{what} is no phone number");
                let hint = "write + and 7 to 15 digits, in quotes, without spaces: `\"+15550100100\"`";
                self.problems.error(Code::Number, at.clone(), title, "not in the form of E.164").hint(hint);
            }
            Kind::Keypad if scalar::keypad(text).is_none() => {
                let title = format!("{what} is no key of a telephone");
                misfit(Code::Key, title, "keys are 0 to 9, * and #, each in quotes: `\"1\"`");
            }
            Kind::Flag if scalar::flag(text).is_none() => {
                misfit(Code::Type, format!("{what} must be true or false"), "write `true` or `false`");
            }
            Kind::Duration(min, max) => self.duration(text, at, (*min, *max), what),
            Kind::Whole(min, max) if !text.parse::<u16>().is_ok_and(|n| (*min..=*max).contains(&n)) => {
                let title = format!("{what} must be a whole number from {min} to {max}");
                misfit(Code::Range, title, &format!("choose from {min} to {max}"));
            }
            Kind::Date if scalar::date(text).is_none() => {
                misfit(Code::Date, format!("{what} is no day of the calendar"), "write year-month-day: `2026-12-25`");
            }
            Kind::ShiftMoment if scalar::shift_moment(text).is_none() => {
                let hint = "write `monday 08:00` for every week, or `2026-12-24 08:00` for once";
                misfit(Code::Shift, format!("{what} is no moment of a rota"), hint);
            }
            Kind::Phrase if !Phrase::ALL.iter().any(|p| p.key() == text) => {
                let title = format!("the system has no sentence `{}`", quote(text));
                let label = "`wording` cannot reword it";
                let keys = Phrase::ALL.iter().map(|p| p.key());
                self.problems.error(Code::UnknownKey, at.clone(), title, label).meant(text, keys);
            }
            Kind::Word(words) if !words.contains(&text) => {
                let title = format!("{what} must be {}", one_of_words(words.iter().copied()));
                self.problems.error(Code::Type, at.clone(), title, found).meant(text, words.iter().copied());
            }
            _ => {}
        }
    }

    fn duration(&mut self, text: &str, at: &Range<usize>, (min, max): (Span, Span), what: &str) {
        let found = format!("this is `{}`", quote(text));
        match scalar::duration(text) {
            None => {
                let title = format!("{what} must be a length of time");
                let hint = match max > Span::hours(48) {
                    true => "write a whole number and h, d or y: `48h`, `30d`, `6y`",
                    false => "write a whole number and s, m or h: `30s`, `2m`, `1h`",
                };
                self.problems.error(Code::Duration, at.clone(), title, found).hint(hint);
            }
            Some(span) if span < min || span > max => {
                let title = format!("{what} must be from {min} to {max}");
                let label = if span < min { "this is too short" } else { "this is too long" };
                self.problems.error(Code::Range, at.clone(), title, label).hint(format!("choose from {min} to {max}"));
            }
            Some(_) => {}
        }
    }

    /// Words that a voice or a screen can give.
    fn sentence(&mut self, text: &str, at: &Range<usize>, max: usize, what: &str, has_blanks: bool) {
        let length = text.chars().count();
        let wrong = if text.trim().is_empty() {
            Some(("is empty".to_owned(), "nothing could be said here", "write the words, or leave the key away"))
        } else if length > max {
            let title = format!("has {length} characters; at most {max} are allowed");
            Some((title, "too long", "say it in fewer words; people remember little"))
        } else if text.chars().any(char::is_control) {
            let title = "has a line break or another control character".to_owned();
            Some((title, "voices cannot say these", "write it on one line, or with `>-` over several"))
        } else {
            None
        };
        if let Some((title, label, hint)) = wrong {
            self.problems.error(Code::Text, at.clone(), format!("{what} {title}"), label).hint(hint);
        } else if !has_blanks && text.contains(['{', '}']) {
            let hint = "blanks are filled in only in sentences under `wording:`; write the words out";
            let title = format!("{what} has a brace");
            self.problems.error(Code::Blank, at.clone(), title, "a caller would hear the brace").hint(hint);
        }
    }

    fn list(&mut self, node: &Node, of: &'static Kind, (min, max): (usize, usize), what: &str) {
        let Content::List(items) = &node.content else {
            let hint = "write `[a, b]`, or one entry a line, each after `- `";
            let title = format!("{what} must be a list");
            self.problems.error(Code::Type, node.span.clone(), title, node.describe()).hint(hint);
            return;
        };
        if self.count(items.len(), (min, max), node, what) {
            for (index, item) in items.iter().enumerate() {
                self.value(item, of, &inside(what, &(index + 1).to_string()));
            }
        }
    }

    fn map(&mut self, node: &Node, (name, of): (&Kind, &'static Kind), bounds: (usize, usize), what: &str) {
        if !self.is_map(node, what) || !self.count(node.entries().len(), bounds, node, what) {
            return;
        }
        for entry in node.entries() {
            let what = inside(what, &quote(&entry.name));
            self.scalar(&entry.name, &entry.at, name, &what);
            self.value(&entry.value, of, &what);
        }
    }

    /// Says whether the entries are worth reading one by one.
    fn count(&mut self, count: usize, (min, max): (usize, usize), node: &Node, what: &str) -> bool {
        if (min..=max).contains(&count) {
            return true;
        }
        let entries = if count == 1 { "entry" } else { "entries" };
        let title = format!("{what} has {count} {entries}");
        let hint = if count < min { format!("it needs at least {min}") } else { format!("at most {max} are read") };
        let label = if count < min { "too few" } else { "too many" };
        self.problems.error(Code::Count, first_line(node), title, label).hint(hint);
        count < min
    }

    fn one_of(&mut self, node: &Node, variants: &'static [Variant], what: &str) {
        let forms = || {
            let form = |v: &Variant| match v.of {
                None => format!("`{}`", v.name),
                Some(_) => format!("`{}: …`", v.name),
            };
            variants.iter().map(form).collect::<Vec<_>>().join(", ")
        };
        let words = || variants.iter().filter(|v| v.of.is_none()).map(|v| v.name);
        let keys = || variants.iter().filter(|v| v.of.is_some()).map(|v| v.name);
        if let Some(text) = node.text() {
            if !words().any(|w| w == text) {
                let title = format!("{what} must be one of {}", forms());
                let problem = self.problems.error(Code::Type, node.span.clone(), title, node.describe());
                let named = variants.iter().filter(|v| matches!(v.of, Some(Kind::Id)));
                let named: Vec<String> = named.map(|v| format!("`{{ {}: {} }}`", v.name, quote(text))).collect();
                let words: Vec<&str> = words().collect();
                if keys().any(|k| k == text) {
                    problem.hint(format!("write which one: `{{ {text}: … }}`"));
                } else if nearest(text, &words).is_some() || named.is_empty() {
                    problem.meant(text, words);
                } else {
                    problem.hint(format!("say what it is: {}", named.join(" or ")));
                }
            }
            return;
        }
        let [entry] = node.entries() else {
            let title = format!("{what} must be exactly one of {}", forms());
            let hint = match (words().next(), keys().next()) {
                (_, Some(key)) => format!("write one of them and nothing else, as in `{{ {key}: … }}`"),
                (word, None) => format!("write one word and nothing else, as in `{}`", word.unwrap_or_default()),
            };
            self.problems.error(Code::Type, first_line(node), title, node.describe()).hint(hint);
            return;
        };
        match variants.iter().find(|v| v.name == &*entry.name).map(|v| v.of) {
            Some(Some(kind)) => self.value(&entry.value, kind, &inside(what, &entry.name)),
            Some(None) => {
                let title = format!("`{}` stands alone", entry.name);
                let hint = format!("write `{}` without a colon", entry.name);
                self.problems.error(Code::Type, entry.at.clone(), title, "nothing may follow it").hint(hint);
            }
            None => {
                let title = format!("{what} cannot be `{}`", quote(&entry.name));
                let label = format!("it must be one of {}", forms());
                self.problems.error(Code::UnknownKey, entry.at.clone(), title, label).meant(&entry.name, keys());
            }
        }
    }

    /// Entries by language: all of the practice's if `every`, and no other.
    fn by_language(&mut self, node: &Node, what: &str, every: bool) -> bool {
        if !matches!(node.content, Content::Map(_)) {
            let title = format!("{what} must be given by language");
            let tags: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
            let hint = format!("write one entry a language: {}", tags.join(", "));
            self.problems.error(Code::Type, node.span.clone(), title, node.describe()).hint(hint);
            return false;
        }
        if self.languages.is_empty() {
            return true;
        }
        for entry in node.entries() {
            if !self.languages.iter().any(|l| l.as_str() == &*entry.name) {
                let title = format!("{what} is given in `{}`, which the practice does not offer", quote(&entry.name));
                let label = "not one of `practice.languages`";
                let known = self.languages.iter().map(Language::as_str);
                self.problems.error(Code::Language, entry.at.clone(), title, label).meant(&entry.name, known);
            }
        }
        let missing: Vec<&Language> = self.languages.iter().filter(|l| node.get(l.as_str()).is_none()).collect();
        if every {
            for language in missing {
                let title = format!("{what} is missing in {language}");
                let hint =
                    format!("add `{language}:` with an approved text, or take {language} out of `practice.languages`");
                let label = "callers in that language would hear nothing here";
                self.problems.error(Code::MissingText, first_line(node), title, label).hint(hint);
            }
        }
        true
    }

    fn texts(&mut self, node: &Node, what: &str, every: bool, has_blanks: bool) {
        if !self.by_language(node, what, every) {
            return;
        }
        for entry in node.entries() {
            let what = inside(what, &quote(&entry.name));
            if let Some(text) = self.scalar_text(&entry.value, &what) {
                self.sentence(text, &entry.value.span, PROMPT_CHARS_MAX, &what, has_blanks);
            }
        }
    }

    fn phrases(&mut self, node: &Node, what: &str) {
        if !self.by_language(node, what, true) {
            return;
        }
        for entry in node.entries() {
            let what = inside(what, &quote(&entry.name));
            let Content::List(items) = &entry.value.content else {
                let title = format!("{what} must be a list of phrases");
                let hint = "write `[appointment, new visit]`";
                self.problems.error(Code::Type, entry.value.span.clone(), title, entry.value.describe()).hint(hint);
                continue;
            };
            if !self.count(items.len(), (1, PHRASES_MAX), &entry.value, &what) {
                continue;
            }
            for item in items {
                let Some(text) = self.scalar_text(item, "a spoken phrase") else { continue };
                if normalise(text).is_empty() {
                    let label = "no letter or digit is left to hear";
                    self.problems
                        .error(Code::Text, item.span.clone(), "a spoken phrase has no word", label)
                        .hint("write the words a caller says");
                } else {
                    self.sentence(text, &item.span, PHRASE_CHARS_MAX, "a spoken phrase", false);
                }
            }
        }
    }

    fn spells(&mut self, node: &Node, what: &str) {
        if node.text() == Some("closed") {
            return;
        }
        let single = std::slice::from_ref(node);
        let items = if matches!(node.content, Content::List(_)) { node.items() } else { single };
        if !self.count(items.len(), (0, 12), node, what) {
            return;
        }
        let mut last: Option<(u16, &Node)> = None;
        for item in items {
            let Some(text) = self.scalar_text(item, what) else { continue };
            match scalar::spell(text) {
                Err(reason) => {
                    let title = format!("{what} has no readable hours");
                    let hint = "write `08:00-12:00`, several as a list, or `closed`";
                    self.problems.error(Code::Hours, item.span.clone(), title, reason).hint(hint);
                }
                Ok(spell) => {
                    if let Some((_, before)) = last.filter(|(to, _)| spell.from <= *to) {
                        let title = format!("{what} has hours that overlap, touch or run backwards");
                        let label = "begins before the spell above it has ended";
                        self.problems
                            .error(Code::Hours, item.span.clone(), title, label)
                            .also(before.span.clone(), "the spell before")
                            .hint("write the spells of a day in order, with a gap between them");
                    }
                    last = Some((spell.to, item));
                }
            }
        }
    }
}

/// The path of a part: `lanes` and `records` give `lanes.records`; parts of the file itself have no prefix.
fn inside(what: &str, part: &str) -> String {
    what.strip_suffix('`').map_or_else(|| format!("`{part}`"), |head| format!("{head}.{part}`"))
}

/// The first line's worth of a value: a caret under a whole lane would hide its reason.
fn first_line(node: &Node) -> Range<usize> {
    match &node.content {
        Content::Map(entries) => entries.first().map_or_else(|| node.span.clone(), |e| e.at.clone()),
        Content::List(items) => items.first().map_or_else(|| node.span.clone(), first_line),
        Content::Text { .. } => node.span.clone(),
    }
}

fn one_of_words<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" or ")
}
