//! Rules of paths: every name refers to something, everything can be reached, and nobody goes round for ever.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::check::Case;
use super::code::Code;
use super::model::Choice;
use super::model::Exit;
use super::model::Lane;
use super::model::Step;
use super::model::Target;
use crate::vocab::LaneId;
use crate::vocab::StepId;

/// Checks references, reachability, and circles.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let dangling = references(case);
    step_loops(case);
    exit_loops(case);
    escalations(case);
    // With a broken reference everything behind it would be reported as well.
    if !dangling {
        unreachable(case);
    }
}

/// The ways out of a step, each with its path in the file.
fn targets<'f>(id: &'f StepId, step: &'f Step) -> Vec<(Vec<String>, &'f Target)> {
    let path = |parts: &[&str]| ["steps", id.as_str()].iter().chain(parts).map(|p| (*p).to_owned()).collect();
    match step {
        Step::Answer(answer) => vec![(path(&["answer", "then"]), &answer.then)],
        Step::Menu(menu) => {
            let choice =
                |(key, choice): (&char, &'f Choice)| (path(&["menu", "choices", &key.to_string(), "to"]), &choice.to);
            let mut all: Vec<_> = menu.choices.iter().map(choice).collect();
            all.push((path(&["menu", "no_input"]), &menu.no_input));
            all.push((path(&["menu", "wrong_input"]), &menu.wrong_input));
            all
        }
    }
}

/// Says whether any name refers to nothing.
fn references(case: &mut Case<'_, '_>) -> bool {
    let flow = case.flow;
    let mut broken = !step_exists(case, &["start"], &flow.start);
    broken |= !lane_exists(case, &["person"], &flow.person);
    broken |= !lane_exists(case, &["urgent", "lane"], &flow.urgent.lane);
    for (id, step) in &flow.steps {
        if let Step::Menu(menu) = step {
            // A choice under an unreadable key is lost, and with it what it leads to.
            let written = case.root.get("steps").and_then(|s| s.get(id.as_str())?.get("menu")?.get("choices"));
            broken |= written.map_or(0, |w| w.entries().len()) != menu.choices.len();
        }
        for (path, target) in targets(id, step) {
            let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
            match target {
                Target::Lane(lane) => {
                    path.push("lane");
                    broken |= !lane_exists(case, &path, lane);
                }
                Target::Step(step) => {
                    path.push("step");
                    broken |= !step_exists(case, &path, step);
                }
                Target::Language(_) | Target::Person | Target::Repeat => {}
            }
        }
    }
    for lane in &flow.lanes {
        let id = lane.id.as_str();
        for (name, exit) in exits(lane) {
            if let Exit::Lane(to) = exit {
                broken |= !lane_exists(case, &["lanes", id, "exits", name, "lane"], to);
            }
        }
        broken |= !lane_exists(case, &["lanes", id, "escalation"], &lane.escalation);
        for (outcome, to) in lane.outcomes.iter().filter_map(|o| Some((&o.id, o.hands_to.as_ref()?))) {
            broken |= !lane_exists(case, &["lanes", id, "outcomes", outcome.as_str(), "hands_to"], to);
        }
    }
    broken
}

/// A lane's ways out, by their keys.
pub(super) fn exits(lane: &Lane) -> impl Iterator<Item = (&'static str, &Exit)> {
    let exits = &lane.exits;
    let always =
        [("timeout", &exits.timeout), ("no_agent", &exits.no_agent), ("error", &exits.error), ("full", &exits.full)];
    always.into_iter().chain(exits.closed.as_ref().map(|exit| ("closed", exit)))
}

/// An empty name was reported by the shape check.
fn lane_exists(case: &mut Case<'_, '_>, path: &[&str], id: &LaneId) -> bool {
    let name = id.as_str();
    if name.is_empty() || case.flow.lanes.is_empty() {
        return false;
    }
    if case.flow.lane(id).is_some() {
        return true;
    }
    let at = case.at(path);
    let title = format!("there is no lane `{name}`");
    let known: Vec<&str> = case.flow.lanes.iter().map(|l| l.id.as_str()).filter(|l| !l.is_empty()).collect();
    case.problems.error(Code::UnknownLane, at, title, "this leads to nothing").meant(name, known);
    false
}

fn step_exists(case: &mut Case<'_, '_>, path: &[&str], id: &StepId) -> bool {
    let name = id.as_str();
    if case.flow.steps.contains_key(id) {
        return !name.is_empty();
    }
    // A step of the wrong shape, or none at all: the shape check has said so.
    let written = case.root.get("steps").is_none_or(|steps| steps.entries().is_empty() || steps.get(name).is_some());
    if name.is_empty() || written {
        return false;
    }
    let at = case.at(path);
    let title = format!("there is no step `{name}`");
    let known: Vec<&str> = case.flow.steps.keys().map(StepId::as_str).collect();
    case.problems.error(Code::UnknownStep, at, title, "this leads to nothing").meant(name, known);
    false
}

/// Steps that follow one another without anybody choosing: silence, wrong input, the end of an answer.
fn step_loops(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    let mut edges: BTreeMap<&str, Vec<(&str, Vec<String>)>> = BTreeMap::new();
    for (id, step) in &flow.steps {
        for (path, target) in targets(id, step) {
            if let Target::Step(to) = target
                && !path.iter().any(|part| part == "choices")
            {
                edges.entry(id.as_str()).or_default().push((to.as_str(), path));
            }
        }
    }
    for circle in circles(&edges) {
        let path: Vec<&str> = circle.path.iter().map(String::as_str).collect();
        let title = format!("silence leads round for ever: {}", circle.names.join(" → "));
        let label = "a caller who cannot press or speak never gets out";
        case.problems
            .error(Code::Loop, case.at(&path), title, label)
            .hint("let one of these branches lead to a lane or to `person`");
    }
}

fn exit_loops(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    let mut edges: BTreeMap<&str, Vec<(&str, Vec<String>)>> = BTreeMap::new();
    for lane in &flow.lanes {
        for (name, exit) in exits(lane) {
            if let Exit::Lane(to) = exit {
                let path = ["lanes", lane.id.as_str(), "exits", name].map(str::to_owned).to_vec();
                edges.entry(lane.id.as_str()).or_default().push((to.as_str(), path));
            }
        }
    }
    for circle in circles(&edges) {
        let path: Vec<&str> = circle.path.iter().map(String::as_str).collect();
        let title = format!("exits lead round for ever: {}", circle.names.join(" → "));
        let label = "a call would be passed on without end";
        case.problems.error(Code::Loop, case.at(&path), title, label).hint("let one of these exits be `callback`");
    }
}

/// A way that returns to where it began.
struct Circle<'f> {
    names: Vec<&'f str>,
    /// The branch that closes it.
    path: Vec<String>,
}

/// One circle for each branch that closes one: a depth-first search, no deeper than there are steps or lanes.
fn circles<'f>(edges: &BTreeMap<&'f str, Vec<(&'f str, Vec<String>)>>) -> Vec<Circle<'f>> {
    fn visit<'f>(
        at: &'f str,
        edges: &BTreeMap<&'f str, Vec<(&'f str, Vec<String>)>>,
        way: &mut Vec<&'f str>,
        done: &mut BTreeSet<&'f str>,
        found: &mut Vec<Circle<'f>>,
    ) {
        way.push(at);
        for (to, path) in edges.get(at).into_iter().flatten() {
            if let Some(begin) = way.iter().position(|w| w == to) {
                let mut names = way[begin..].to_vec();
                names.push(to);
                found.push(Circle { names, path: path.clone() });
            } else if !done.contains(to) {
                visit(to, edges, way, done, found);
            }
        }
        way.pop();
        done.insert(at);
    }
    let (mut done, mut found) = (BTreeSet::new(), Vec::new());
    for start in edges.keys() {
        if !done.contains(start) {
            visit(start, edges, &mut Vec::new(), &mut done, &mut found);
        }
    }
    found
}

/// An assistant who may not decide finds somebody who may.
fn escalations(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    // Without any clinical lane there is nowhere to escalate to; that is reported once, by the clinical rules.
    let any_clinical = flow.lanes.iter().any(|lane| lane.clinical);
    for lane in flow.lanes.iter().filter(|lane| any_clinical && !lane.clinical) {
        let mut seen = BTreeSet::from([&lane.id]);
        let mut next = &lane.escalation;
        let is_up = |id: &LaneId| flow.lane(id).is_some_and(|l| l.clinical) || (*id == flow.person && *id != lane.id);
        while !is_up(next) && flow.lane(next).is_some() && seen.insert(next) {
            if let Some(lane) = flow.lane(next) {
                next = &lane.escalation;
            }
        }
        // An unknown lane on the way was reported as such.
        if flow.lane(next).is_some() && !is_up(next) {
            let at = case.at(&["lanes", lane.id.as_str(), "escalation"]);
            let title = format!("lane `{}` escalates to nobody", lane.id);
            let label = "this way never comes to a clinical lane or the person lane";
            case.problems.error(Code::Escalation, at, title, label).hint("escalate to a clinical lane");
        }
    }
}

fn unreachable(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    let (mut steps, mut lanes) = (BTreeSet::new(), BTreeSet::from([&flow.person, &flow.urgent.lane]));
    let mut open = vec![&flow.start];
    while let Some(id) = open.pop() {
        let Some(step) = flow.steps.get(id).filter(|_| steps.insert(id)) else { continue };
        for (_, target) in targets(id, step) {
            match target {
                Target::Lane(lane) => _ = lanes.insert(lane),
                Target::Step(step) => open.push(step),
                Target::Language(_) | Target::Person | Target::Repeat => {}
            }
        }
    }
    let mut open: Vec<&LaneId> = lanes.iter().copied().collect();
    while let Some(lane) = open.pop().and_then(|id| flow.lane(id)) {
        for to in exits(lane).filter_map(|(_, e)| if let Exit::Lane(to) = e { Some(to) } else { None }) {
            if lanes.insert(to) {
                open.push(to);
            }
        }
        if lanes.insert(&lane.escalation) {
            open.push(&lane.escalation);
        }
    }
    for id in flow.steps.keys().filter(|id| !id.as_str().is_empty() && !steps.contains(id)) {
        let at = case.key(&["steps", id.as_str()]);
        let title = format!("no caller can come to step `{id}`");
        let hint = "let a choice lead here, or take the step out";
        case.problems.error(Code::Unreachable, at, title, "nothing leads here").hint(hint);
    }
    for lane in flow.lanes.iter().filter(|lane| !lane.id.as_str().is_empty() && !lanes.contains(&lane.id)) {
        let at = case.key(&["lanes", lane.id.as_str()]);
        let title = format!("no caller can come to lane `{}`", lane.id);
        let hint = "let a choice, an exit or an escalation lead here, or take the lane out";
        case.problems.error(Code::Unreachable, at, title, "nothing leads here").hint(hint);
    }
}
