//! The simulated practices: the demo, and a small one with every kind of lane, step and exit, edited per seed.
//!
//! Files go through the checker as any other; a broken one yields nothing, and that is tried, too.

use std::sync::Arc;

use super::chance::Chance;
use super::swarm::Swarm;
use crate::floor::event::Event;
use crate::floor::event::FlowFile;
use crate::floor::event::TeamFile;
use crate::flow::Flow;
use crate::flow::Team;
use crate::flow::check_flow;
use crate::flow::check_team;
use crate::flow::demo;

const HARBOR_FLOW: &str = include_str!("practice/harbor.yaml");
const HARBOR_TEAM: &str = include_str!("practice/harbor.team.yaml");

/// What a seed may edit: what stands in a file, and what may stand there instead. A file without it stays as it is.
const EDITS: [(&str, &[&str]); 9] = [
    ("ring: 20s", &["ring: 12s", "ring: 30s"]),
    ("wrap_up: 2m", &["wrap_up: 15s", "wrap_up: 10m"]),
    ("with_a_patient: 10m", &["with_a_patient: 1m"]),
    ("max_wait: 20m", &["max_wait: 3m", "max_wait: 90s"]),
    ("max_wait: 30m", &["max_wait: 4m"]),
    ("after: 30s", &["after: 5s", "after: 75s"]),
    ("callback_within: 4h", &["callback_within: 45m", "callback_within: 8h"]),
    ("repeat_caller: 1m", &["repeat_caller: 10m"]),
    ("misses: 2", &["misses: 1", "misses: 3"]),
];
/// What a later version of a team file changes: a language more, and an assistant less.
const TEAM_EDITS: [(&str, &str); 2] = [("languages: [en-US]", "languages: [en-US, es-US]"), ("  ben:", "  benedict:")];
/// What nobody should write.
const BREAKAGES: [(&str, &str); 3] =
    [("groups:", "grups:"), ("max_wait: ", "max_wait: minus "), ("start: main", "start: nowhere")];

/// One practice with its texts.
#[derive(Clone)]
pub(super) struct Practice {
    name: String,
    flow: String,
    team: String,
    version: u32,
    /// The flow, checked.
    pub(super) checked: Arc<Flow>,
    /// The team, checked.
    pub(super) people: Arc<Team>,
}

impl Practice {
    /// The practices of a seed's day.
    pub(super) fn of(swarm: &Swarm, chance: &mut Chance) -> Result<Vec<Self>, String> {
        let mut found = Vec::new();
        if swarm.demo {
            let [(_, flow), (_, team)] = demo();
            found.push(Self::edited("riverside", flow, team, swarm, chance)?);
        }
        if swarm.harbor {
            found.push(Self::edited("harbor", HARBOR_FLOW, HARBOR_TEAM, swarm, chance)?);
        }
        Ok(found)
    }

    fn edited(name: &str, flow: &str, team: &str, swarm: &Swarm, chance: &mut Chance) -> Result<Self, String> {
        let flow = flow.replace("time_zone: America/Chicago", &format!("time_zone: {}", swarm.zone));
        let flow = edit(&flow, chance);
        Self::check(name, &flow, team, 1)
    }

    fn check(name: &str, flow: &str, team: &str, version: u32) -> Result<Self, String> {
        let refused = |problems: Vec<crate::flow::Diagnostic>, text: &str| {
            let told: String = problems.iter().map(|problem| problem.render(text, false)).collect();
            format!("the simulation's own file is refused:\n{told}")
        };
        let (people, problems) = check_team(&format!("{name}.team.yaml"), team);
        let people = people.ok_or_else(|| refused(problems, team))?;
        let (checked, problems) = check_flow(&format!("{name}.yaml"), flow, std::slice::from_ref(&people));
        let checked = Arc::new(checked.ok_or_else(|| refused(problems, flow))?);
        let (name, flow, team, people) = (name.to_owned(), flow.to_owned(), team.to_owned(), Arc::new(people));
        Ok(Self { name, flow, team, version, checked, people })
    }

    /// Both files, as the engine offers them at a start and when they are read again.
    pub(super) fn offered(&self) -> [Event; 2] {
        let hash: Arc<str> = format!("v{}", self.version).into();
        let team = TeamFile { hash: hash.clone(), text: self.team.as_str().into(), team: self.people.clone() };
        let flow = FlowFile { hash, text: self.flow.as_str().into(), flow: self.checked.clone() };
        [Event::TeamOffered(Box::new(team)), Event::FlowOffered(Box::new(flow))]
    }

    /// A later version of both files.
    pub(super) fn rewritten(&self, chance: &mut Chance) -> Result<Self, String> {
        let mut team = self.team.clone();
        for (from, to) in TEAM_EDITS {
            if chance.percent(50) {
                team = team.replacen(from, to, 1);
            }
        }
        Self::check(&self.name, &edit(&self.flow, chance), &team, self.version + 1)
    }

    /// A slip of the pen must be caught: nothing of the file may be used.
    pub(super) fn broken(&self, chance: &mut Chance) -> Result<(), String> {
        let (from, to) = *chance.pick(&BREAKAGES);
        let text = self.flow.replacen(from, to, 1);
        match check_flow(&format!("{}.yaml", self.name), &text, std::slice::from_ref(&self.people)) {
            (None, problems) if !problems.is_empty() => Ok(()),
            _ => Err(format!("flow-pinned: a file with {to:?} was accepted")),
        }
    }
}

fn edit(text: &str, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for (from, to) in EDITS {
        if chance.percent(40) {
            let to: &str = chance.pick::<&str>(to);
            text = text.replacen(from, to, 1);
        }
    }
    text
}
