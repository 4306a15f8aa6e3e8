//! From text to a checked file: reads, checks the shape, lowers, and asks every family of rules.
//!
//! A file is refused whole or taken whole. What one practice needs from another file (its team) comes in as a value.

use std::ops::Range;

use super::check_backline;
use super::check_channel;
use super::check_clinical;
use super::check_desk;
use super::check_greeting;
use super::check_honest;
use super::check_lane;
use super::check_menu;
use super::check_on_call;
use super::check_path;
use super::check_people;
use super::check_recording;
use super::check_rhythm;
use super::check_sheet;
use super::check_staff;
use super::check_words;
use super::code::Code;
use super::conform::Conform;
use super::diagnostic::Diagnostic;
use super::diagnostic::Problems;
use super::dialling;
use super::lower;
use super::model::Flow;
use super::model::Team;
use super::scalar;
use super::schema;
use super::syntax;
use super::syntax::Content;
use super::syntax::Node;

/// How a team file's name ends.
pub(super) const TEAM_SUFFIX: &str = ".team.yaml";

/// What a flow file is checked against.
pub(super) enum Teams<'t> {
    /// All there are.
    Known(&'t [Team]),
    /// All that could be read, and the names of those that could not: their own problems are enough.
    Partly(&'t [Team], &'t [String]),
}

/// A lowered flow with its tree: rules read the one and point into the other.
pub(super) struct Case<'c, 'a> {
    /// The flow, with empty names and texts where the file has none that can be read.
    pub(super) flow: &'c Flow,
    /// The file.
    pub(super) root: &'c Node,
    /// Where problems go.
    pub(super) problems: &'c mut Problems<'a>,
}

impl Case<'_, '_> {
    /// The place of the value at this path, or of the nearest value above it that exists.
    pub(super) fn at(&self, path: &[&str]) -> Range<usize> {
        self.walk(path).0
    }

    /// The place of the key at this path, or of the nearest value above it that exists.
    pub(super) fn key(&self, path: &[&str]) -> Range<usize> {
        self.walk(path).1
    }

    fn walk(&self, path: &[&str]) -> (Range<usize>, Range<usize>) {
        let (mut node, mut key) = (self.root, 0..0);
        for part in path {
            if let Some(entry) = node.entry(part) {
                (node, key) = (&entry.value, entry.at.clone());
            } else if let Some(item) = part.parse::<usize>().ok().and_then(|i| node.items().get(i)) {
                (node, key) = (item, item.span.clone());
            } else {
                // A caret under a whole lane would hide its reason.
                return (key.clone(), key);
            }
        }
        let whole = matches!(node.content, Content::Text { .. });
        (if whole || key.is_empty() { node.span.clone() } else { key.clone() }, key)
    }
}

/// Checks one flow file against the teams there are. The flow is there unless any problem is an error.
pub fn check_flow(path: &str, text: &str, teams: &[Team]) -> (Option<Flow>, Vec<Diagnostic>) {
    check_flow_among(path, text, &Teams::Known(teams))
}

pub(super) fn check_flow_among(path: &str, text: &str, teams: &Teams<'_>) -> (Option<Flow>, Vec<Diagnostic>) {
    let mut problems = Problems::of(path, text);
    let Some(root) = syntax::parse(text, &mut problems) else { return (None, problems.finish()) };
    let languages = lower::languages(&root);
    Conform { problems: &mut problems, languages }.record(&root, &schema::FLOW, "the file");
    let mut flow = lower::flow(&root);
    flow.wording = lower::wording(&root, &flow.languages);
    let mut case = Case { flow: &flow, root: &root, problems: &mut problems };
    check_greeting::check(&mut case);
    check_menu::check(&mut case);
    check_path::check(&mut case);
    check_clinical::check(&mut case);
    check_backline::check(&mut case);
    check_honest::check(&mut case);
    check_words::check(&mut case);
    check_lane::check(&mut case);
    check_rhythm::check(&mut case);
    dialling::check(&mut case);
    check_sheet::check(&mut case);
    check_desk::check(&mut case);
    check_channel::check(&mut case);
    check_staff::check(&mut case);
    check_recording::check(&mut case);
    check_people::check_use(&mut case, teams);
    let refused = problems.any_error();
    ((!refused).then_some(flow), problems.finish())
}

/// Checks one team file; its name gives the team its id. The team is there unless any problem is an error.
pub fn check_team(path: &str, text: &str) -> (Option<Team>, Vec<Diagnostic>) {
    let mut problems = Problems::of(path, text);
    let id = team_id(problems.file_name());
    if id.is_none() {
        let title = "a team file's name gives the team its id";
        problems
            .error(Code::FileName, 0..0, title, "this file is called otherwise")
            .hint("call it `<name>.team.yaml`, with small letters, digits, `-` and `_`: `riverside.team.yaml`");
    }
    let Some(root) = syntax::parse(text, &mut problems) else { return (None, problems.finish()) };
    Conform { problems: &mut problems, languages: Vec::new() }.record(&root, &schema::TEAM, "the file");
    let team = lower::team(id.unwrap_or(""), &root);
    check_people::check_members(&team, &root, &mut problems);
    check_on_call::check(&team, &root, &mut problems);
    let refused = problems.any_error();
    ((!refused).then_some(team), problems.finish())
}

/// The team's id in a file name.
pub(super) fn team_id(file_name: &str) -> Option<&str> {
    file_name.strip_suffix(TEAM_SUFFIX).filter(|id| scalar::is_id(id))
}
