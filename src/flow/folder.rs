//! A folder of files, checked together: teams first, then practices against them, then what may stand only once.
//!
//! It reads no disk: the files come in as text.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::TEAM_SUFFIX;
use super::check::Teams;
use super::check::check_flow_among;
use super::check::check_team;
use super::check::team_id;
use super::code::Code;
use super::diagnostic::Diagnostic;
use super::diagnostic::Problems;
use super::model::Flow;
use super::model::Team;
use super::syntax;
use super::syntax::Node;

/// The demo practice and its team: `(path, text)`.
const DEMO: [(&str, &str); 2] = [
    ("flows/riverside.yaml", include_str!("../../flows/riverside.yaml")),
    ("flows/riverside.team.yaml", include_str!("../../flows/riverside.team.yaml")),
];

/// What a folder holds.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Practices that may be used: path, text, checked form.
    pub flows: Vec<(String, String, Flow)>,
    /// Teams that may be used: path, text, checked form.
    pub teams: Vec<(String, String, Team)>,
    /// Every problem, in the order of the files and of their lines.
    pub problems: Vec<Diagnostic>,
}

impl Checked {
    /// The people who serve this practice's lanes.
    pub fn team_of(&self, flow: &Flow) -> Option<&Team> {
        self.teams.iter().map(|(_, _, team)| team).find(|team| team.id == flow.team)
    }
}

/// The embedded demo: Riverside Family Medicine and its team, as `(path, text)`.
pub fn demo() -> [(&'static str, &'static str); 2] {
    DEMO
}

/// Checks files together. A file with an error is left out of `flows` and `teams`; the folder should then not be used.
pub fn check_folder(files: &[(String, String)]) -> Checked {
    let mut out = Checked::default();
    let mut found: Vec<(usize, Vec<Diagnostic>)> = Vec::new();
    let mut unreadable = Vec::new();
    for (place, (path, text)) in files.iter().enumerate().filter(|(_, (path, _))| path.ends_with(TEAM_SUFFIX)) {
        let (team, problems) = check_team(path, text);
        match team {
            Some(team) => out.teams.push((path.clone(), text.clone(), team)),
            None => unreadable.extend(team_id(file_name(path)).map(str::to_owned)),
        }
        found.push((place, problems));
    }
    let teams: Vec<Team> = out.teams.iter().map(|(_, _, team)| team.clone()).collect();
    for (place, (path, text)) in files.iter().enumerate().filter(|(_, (path, _))| !path.ends_with(TEAM_SUFFIX)) {
        if !path.ends_with(".yaml") {
            found.push((place, misnamed(path, text)));
            continue;
        }
        let (flow, problems) = check_flow_among(path, text, &Teams::Partly(&teams, &unreadable));
        out.flows.extend(flow.map(|flow| (path.clone(), text.clone(), flow)));
        found.push((place, problems));
    }
    for (place, problems) in taken(files) {
        let path = &files[place].0;
        out.flows.retain(|(p, _, _)| p != path);
        out.teams.retain(|(p, _, _)| p != path);
        found.push((place, problems));
    }
    found.sort_by_key(|(place, _)| *place);
    out.problems = found.into_iter().flat_map(|(_, problems)| problems).collect();
    out
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn misnamed(path: &str, text: &str) -> Vec<Diagnostic> {
    let mut problems = Problems::of(path, text);
    problems
        .error(Code::FileName, 0..0, "this file is no practice and no team by its name", "it is not read")
        .hint("call a practice `<practice>.yaml` and a team `<name>.team.yaml`");
    problems.finish()
}

/// What may stand only once in a folder: what it is, its value, its place.
type Claim = (&'static str, String, Range<usize>);

fn claims(path: &str, text: &str) -> Vec<Claim> {
    let Some(root) = syntax::parse(text, &mut Problems::of(path, text)) else { return Vec::new() };
    let mut out: Vec<Claim> = Vec::new();
    let mut claim = |what, node: Option<&Node>| {
        if let Some((text, at)) = node.and_then(|n| Some((n.text()?, n.span.clone()))) {
            out.push((what, text.to_owned(), at));
        }
    };
    if let Some(practice) = root.get("practice") {
        claim("practice id", practice.get("id"));
        practice.get("numbers").map_or(&[][..], Node::items).iter().for_each(|n| claim("number", Some(n)));
        claim("number", practice.get("staff_number"));
    }
    for agent in root.get("agents").map_or(&[][..], Node::entries) {
        // A practice's number that is also an assistant's phone would make the practice ring itself.
        claim("number", agent.value.get("address"));
    }
    let ids = root.get("agents").map_or(&[][..], Node::entries).iter();
    out.extend(ids.map(|agent| ("assistant", agent.name.to_string(), agent.at.clone())));
    out
}

/// Values that two files claim; reported in the later one. privacy: the value stays out of the message.
fn taken(files: &[(String, String)]) -> Vec<(usize, Vec<Diagnostic>)> {
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, (path, text)) in files.iter().enumerate() {
        let mut problems = Problems::of(path, text);
        for (what, value, at) in claims(path, text) {
            let before = *first.entry((what, value)).or_insert(place);
            // Twice in one file is that file's own problem.
            if before != place {
                let title = format!("this {what} is taken");
                let label = format!("`{}` has it already", files[before].0);
                let hint = "every practice, number and assistant stands in one file only";
                problems.error(Code::Taken, at, title, label).hint(hint);
            }
        }
        if problems.any_error() {
            found.push((place, problems.finish()));
        }
    }
    found
}
