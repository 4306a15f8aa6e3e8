//! One problem of a flow file: what, where, why, and what to do; and the list that collects them.
//!
//! Rendering looks like rustc's. Nothing here knows a rule. Spans are cut to character boundaries before they
//! reach the renderer, which panics on a split character.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::ops::Range;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Patch;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use serde::Serialize;

use super::code::Code;

/// How many problems of one file are shown; a broken indentation can cause thousands.
const PROBLEMS_MAX: usize = 200;
/// Longest piece of a file quoted inside a message.
const QUOTE_CHARS_MAX: usize = 60;

/// May the file be used?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No: the file is refused.
    Error,
    /// Yes, but somebody should look.
    Warning,
}

/// A replacement that probably repairs the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Bytes to replace.
    pub span: Range<usize>,
    /// What to put there.
    pub with: String,
}

/// Another place that belongs to the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Also {
    /// Bytes of the same file.
    pub span: Range<usize>,
    /// What is there.
    pub label: String,
}

/// One problem of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: Code,
    /// May the file be used?
    pub severity: Severity,
    /// The file, as it was named to the checker.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Bytes of the file, on character boundaries.
    pub span: Range<usize>,
    /// What happened.
    pub title: String,
    /// Why it is a problem, beside the caret.
    pub label: String,
    /// Other places that belong to it.
    pub also: Vec<Also>,
    /// How many places of the file are wrong by it: more than one if the value is repeated by alias.
    pub uses: usize,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A replacement that probably repairs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Adds what to do.
    pub(super) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place of the same file.
    pub(super) fn also(&mut self, span: Range<usize>, label: impl Into<String>) -> &mut Self {
        self.also.push(Also { span, label: label.into() });
        self
    }

    /// Offers to put `with` in the problem's place.
    pub(super) fn fix(&mut self, with: impl Into<String>) -> &mut Self {
        self.fix = Some(Fix { span: self.span.clone(), with: with.into() });
        self
    }

    /// Offers the nearest of the known words, or lists them if none is near and they are few.
    pub(super) fn meant<'w>(&mut self, word: &str, known: impl IntoIterator<Item = &'w str>) -> &mut Self {
        let known: Vec<&str> = known.into_iter().collect();
        if let Some(near) = nearest(word, &known) {
            self.hint(format!("did you mean `{near}`?")).fix(near)
        } else if known.is_empty() || known.len() > 24 {
            self
        } else {
            self.hint(format!("known here: {}", known.join(", ")))
        }
    }

    /// The problem as a terminal shows it: place, caret, reason, hint. `source` is the text of the file.
    pub fn render(&self, source: &str, colour: bool) -> String {
        let window = self.window(source);
        let text = source.get(window.clone()).unwrap_or("");
        let within = |span: &Range<usize>| {
            let span = clamp(source, span);
            clamp(text, &(span.start.saturating_sub(window.start)..span.end.saturating_sub(window.start)))
        };
        let first_line = line_and_column(source, window.start).0;
        let place = || Snippet::source(text).path(&self.path).line_start(first_line);
        let mut snippet =
            place().annotation(AnnotationKind::Primary.span(within(&self.span)).label(self.label.as_str()));
        for also in &self.also {
            snippet = snippet.annotation(AnnotationKind::Context.span(within(&also.span)).label(also.label.as_str()));
        }
        let level = if self.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
        let mut report =
            vec![Group::with_title(level.primary_title(&self.title).id(self.code.as_str())).element(snippet)];
        match (&self.hint, &self.fix) {
            (Some(hint), Some(fix)) => {
                let patch = Snippet::source(text).path(&self.path).line_start(first_line);
                let patch = patch.patch(Patch::new(within(&fix.span), fix.with.as_str()));
                report.push(Group::with_title(Level::HELP.secondary_title(hint)).element(patch));
            }
            (Some(hint), None) => report.push(Group::with_title(Level::HELP.secondary_title(hint))),
            (None, _) => {}
        }
        if self.uses > 1 {
            let told = format!("the same in {} places, by aliases of this value: repair it once", self.uses);
            report.push(Group::with_title(Level::NOTE.secondary_title(told)));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&report)
    }

    /// The whole lines that hold every span: the renderer's work grows with what it is given.
    fn window(&self, source: &str) -> Range<usize> {
        let spans = [&self.span].into_iter().chain(self.also.iter().map(|a| &a.span));
        let spans: Vec<Range<usize>> =
            spans.chain(self.fix.iter().map(|f| &f.span)).map(|s| clamp(source, s)).collect();
        let from = spans.iter().map(|s| s.start).min().unwrap_or(0);
        let to = spans.iter().map(|s| s.end).max().unwrap_or(0);
        let from = source[..from].rfind('\n').map_or(0, |at| at + 1);
        let to = source[to..].find('\n').map_or(source.len(), |at| to + at);
        from..to
    }
}

/// Collects the problems of one file.
pub(super) struct Problems<'a> {
    path: &'a str,
    source: &'a str,
    list: Vec<Diagnostic>,
    /// Values that aliases repeat, and their keys: start and end.
    repeated: BTreeMap<usize, usize>,
    /// Where an alias stands, and where what it repeats begins.
    aliases: BTreeMap<usize, usize>,
    /// The same for keys whose values are an alias and what it repeats.
    keys: BTreeMap<usize, usize>,
}

impl<'a> Problems<'a> {
    /// No problem yet.
    pub(super) fn of(path: &'a str, source: &'a str) -> Self {
        Self {
            path,
            source,
            list: Vec::new(),
            repeated: BTreeMap::new(),
            aliases: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// What stands at `first` is meant `again` there, by an alias: one cause, and one repair.
    pub(super) fn used_again(&mut self, first: &Range<usize>, again: &Range<usize>) {
        self.aliases.insert(again.start, first.start);
        self.repeat(first);
    }

    /// The same of two keys: what is said of the value may stand at its key.
    pub(super) fn key_used_again(&mut self, first: &Range<usize>, again: &Range<usize>) {
        self.keys.insert(again.start, first.start);
        self.repeat(first);
    }

    fn repeat(&mut self, first: &Range<usize>) {
        let end = self.repeated.entry(first.start).or_default();
        *end = first.end.max(*end);
    }

    /// Does a place stand in a value that aliases repeat?
    fn repeated(&self) -> impl Fn(usize) -> bool + use<> {
        let mut whole: Vec<Range<usize>> = Vec::new();
        for (start, end) in &self.repeated {
            match whole.last_mut().filter(|last| last.end >= *start) {
                Some(last) => last.end = last.end.max(*end),
                None => whole.push(*start..*end),
            }
        }
        move |at| {
            let before = whole.partition_point(|value| value.start <= at);
            before > 0 && whole[before - 1].contains(&at)
        }
    }

    /// Leaves the first of those problems that one repair mends, with their number. They differ by the first name
    /// in their titles: it is the place of the use, or the lane.
    fn merge_uses(&mut self) {
        let is_repeated = self.repeated();
        let mut first: BTreeMap<(usize, Code, String), usize> = BTreeMap::new();
        let mut merged: Vec<Diagnostic> = Vec::new();
        for problem in std::mem::take(&mut self.list) {
            let start = problem.span.start;
            // A key that is wrong itself is another slip at each place.
            let is_of_the_key = matches!(problem.code, Code::UnknownKey | Code::Id | Code::Key | Code::DuplicateKey);
            let key = self.keys.get(&start).filter(|_| !is_of_the_key);
            let cause = self.aliases.get(&start).or(key).copied().unwrap_or(start);
            if !is_repeated(cause) {
                merged.push(problem);
                continue;
            }
            match first.entry((cause, problem.code, without_first_name(&problem.title))) {
                Entry::Occupied(at) => merged[*at.get()].uses += 1,
                Entry::Vacant(at) => {
                    at.insert(merged.len());
                    merged.push(problem);
                }
            }
        }
        self.list = merged;
    }

    /// The file's name without its folder.
    pub(super) fn file_name(&self) -> &'a str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(self.path)
    }

    /// Notes a problem for which the file is refused.
    pub(super) fn error(
        &mut self,
        code: Code,
        span: Range<usize>,
        title: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.note(Severity::Error, code, span, title.into(), label.into())
    }

    /// Notes something that somebody should look at.
    pub(super) fn warning(
        &mut self,
        code: Code,
        span: Range<usize>,
        title: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.note(Severity::Warning, code, span, title.into(), label.into())
    }

    fn note(
        &mut self,
        severity: Severity,
        code: Code,
        span: Range<usize>,
        title: String,
        label: String,
    ) -> &mut Diagnostic {
        let problem = Diagnostic {
            code,
            severity,
            path: self.path.to_owned(),
            line: 0,
            column: 0,
            span: clamp(self.source, &span),
            title,
            label,
            also: Vec::new(),
            uses: 1,
            hint: None,
            fix: None,
        };
        self.list.push(problem);
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Is there any for which the file is refused?
    pub(super) fn any_error(&self) -> bool {
        self.list.iter().any(|p| p.severity == Severity::Error)
    }

    /// All of them, in the file's order, each once, at most 200: a value that is repeated by alias
    /// meets a rule as often as it is used, and is reported once with the number of its uses.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|p| (p.span.start, p.span.end, p.severity, p.code));
        let mut seen = BTreeSet::new();
        self.list.retain(|p| seen.insert((p.span.start, p.code, p.title.clone())));
        self.merge_uses();
        let left_out = self.list.len().saturating_sub(PROBLEMS_MAX);
        if left_out > 0 {
            // An error must not be lost behind two hundred warnings, or a refused file would look usable.
            self.list.sort_by_key(|p| p.severity);
            self.list.truncate(PROBLEMS_MAX);
            self.list.sort_by_key(|p| (p.span.start, p.span.end, p.severity, p.code));
            if let Some(last) = self.list.last_mut() {
                last.hint = Some(format!("{left_out} more problems are not shown: repair these first"));
                last.fix = None;
            }
        }
        for problem in &mut self.list {
            (problem.line, problem.column) = line_and_column(self.source, problem.span.start);
            for also in &mut problem.also {
                also.span = clamp(self.source, &also.span);
            }
        }
        self.list
    }
}

/// A title without what stands in its first backticks.
fn without_first_name(title: &str) -> String {
    let mut parts = title.splitn(3, '`');
    let (before, _, after) = (parts.next(), parts.next(), parts.next());
    format!("{}`{}", before.unwrap_or_default(), after.unwrap_or_default())
}

/// The span, inside the text and on character boundaries.
pub(super) fn clamp(source: &str, span: &Range<usize>) -> Range<usize> {
    let start = source.floor_char_boundary(span.start.min(source.len()));
    let end = source.ceil_char_boundary(span.end.clamp(start, source.len()));
    start..end
}

/// A piece of the file for a message: short, and without characters that move a terminal's cursor.
pub(super) fn quote(text: &str) -> String {
    let mut out: String = text.chars().take(QUOTE_CHARS_MAX).flat_map(char::escape_debug).collect();
    out = out.replace("\\'", "'").replace("\\\"", "\"");
    if text.chars().nth(QUOTE_CHARS_MAX).is_some() {
        out.push('…');
    }
    out
}

fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..source.floor_char_boundary(at.min(source.len()))];
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    (before.bytes().filter(|b| *b == b'\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The known word nearest to this one, if it is near enough to be a slip of the hand.
pub(super) fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    if word.len() > 100 {
        return None;
    }
    let near = |of: &str| 1 + of.chars().count() / 4;
    let distances = known.iter().map(|k| (strsim::damerau_levenshtein(word, k), *k));
    distances.filter(|(d, k)| *d > 0 && *d <= near(k) && *d < k.chars().count()).min().map(|(_, k)| k)
}
