//! Rules of the on-call ladder: every rung is one person's at a time, and everybody on it may take a clinical call.
//!
//! A hole that only some week has is not seen here (there is no clock): the running system counts those.

use std::ops::Range;

use super::check::Case;
use super::code::Code;
use super::diagnostic::Problems;
use super::diagnostic::quote;
use super::lower;
use super::model::Lane;
use super::model::Team;
use super::on_call::Shift;
use super::on_call::ShiftTime;
use super::on_call::WEEK;
use super::scalar;
use super::schema::DAYS;
use super::syntax::Node;
use crate::vocab::AgentId;

/// Checks a team's ladder by itself.
pub(super) fn check(team: &Team, root: &Node, problems: &mut Problems<'_>) {
    let rungs = root.get("on_call").and_then(|o| o.get("rungs")).map_or(&[][..], Node::items);
    for (index, rung) in rungs.iter().enumerate() {
        let rota = rung.get("rota").map_or(&[][..], Node::items);
        let mut readable: Vec<(&Node, Shift)> = Vec::new();
        for node in rota {
            known(team, node, problems);
            match lower::shift(node) {
                Some(shift) => {
                    overlap(&readable, node, &shift, problems);
                    readable.push((node, shift));
                }
                None => times(node, problems),
            }
        }
        if readable.len() == rota.len() {
            weekly_hole(index + 1, rung, &readable, problems);
        }
    }
}

fn place(node: &Node, key: &str) -> Range<usize> {
    node.get(key).map_or_else(|| node.span.clone(), |value| value.span.clone())
}

fn known(team: &Team, shift: &Node, problems: &mut Problems<'_>) {
    let Some(name) = shift.get("agent").and_then(Node::text).filter(|name| scalar::is_id(name)) else { return };
    if !team.agents.is_empty() && !team.agents.iter().any(|a| a.id.as_str() == name) {
        let title = format!("the team has no assistant `{name}`");
        problems
            .error(Code::UnknownAgent, place(shift, "agent"), title, "nobody would be rung in this shift")
            .meant(name, team.agents.iter().map(|a| a.id.as_str()));
    }
}

/// Times that can be read one by one, but not together.
fn times(shift: &Node, problems: &mut Problems<'_>) {
    let read = |key| shift.get(key).and_then(Node::text).and_then(scalar::shift_moment);
    let (Some(from), Some(to)) = (read("from"), read("to")) else { return };
    let backwards = matches!((from, to), (scalar::ShiftMoment::Dated(_), scalar::ShiftMoment::Dated(_)));
    let (title, label, hint) = if backwards {
        ("a shift ends before it begins", "not after `from`", "write the later moment under `to`")
    } else {
        (
            "a shift mixes a weekday and a date",
            "one of both says every week, the other says once",
            "write both as weekdays, `monday 08:00`, or both as dates, `2026-12-24 08:00`",
        )
    };
    problems.error(Code::Shift, place(shift, "to"), title, label).hint(hint);
}

/// A rung is one person's at a time. A dated shift goes before a weekly one, so these two may meet.
fn overlap(before: &[(&Node, Shift)], node: &Node, shift: &Shift, problems: &mut Problems<'_>) {
    let Some((other, _)) = before.iter().find(|(_, other)| meet(other.time, shift.time)) else { return };
    problems
        .error(Code::RotaOverlap, node.span.clone(), "two shifts of one rung overlap", "who of the two would be rung?")
        .also(other.span.clone(), "the other shift")
        .hint("let one end where the other begins, or give the second person a rung of their own");
}

fn meet(a: ShiftTime, b: ShiftTime) -> bool {
    match (a, b) {
        (ShiftTime::Dated { from, to }, ShiftTime::Dated { from: other_from, to: other_to }) => {
            from < other_to && other_from < to
        }
        (ShiftTime::Weekly { from, to }, ShiftTime::Weekly { from: other_from, to: other_to }) => {
            in_week(other_from, from, to) || in_week(from, other_from, other_to)
        }
        _ => false,
    }
}

/// Does the minute lie in the weekly shift?
fn in_week(minute: u16, from: u16, to: u16) -> bool {
    if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
}

/// A rung with weekly shifts: is there a minute of the week that none of them has?
fn weekly_hole(number: usize, rung: &Node, shifts: &[(&Node, Shift)], problems: &mut Problems<'_>) {
    let mut weekly = Vec::new();
    for (_, shift) in shifts {
        // A dated shift is of one week only: what the others leave open is open in every other.
        if let ShiftTime::Weekly { from, to } = shift.time {
            weekly.push((from, to));
        }
    }
    let Some((_, free)) = weekly.iter().find(|(_, end)| !weekly.iter().any(|(from, to)| in_week(*end, *from, *to)))
    else {
        return;
    };
    let day = DAYS.get(usize::from(free % WEEK / 1_440)).copied().unwrap_or_default();
    let title =
        format!("nobody holds rung {number} of the ladder from {day} {:02}:{:02} on", free % 1_440 / 60, free % 60);
    let at = rung.entry("rota").map_or_else(|| rung.span.clone(), |entry| entry.at.clone());
    let hint = "let the shifts follow each other round the whole week";
    problems.warning(Code::RotaHole, at, title, "an urgent caller would meet nobody there").hint(hint);
}

/// Checks a practice against its team's ladder.
pub(super) fn check_use(case: &mut Case<'_, '_>, team: &Team) {
    let Some(lane) = case.flow.lane(&case.flow.urgent.lane).filter(|lane| lane.clinical) else { return };
    let serving = || team.agents.iter().filter(|a| may_take(team, &a.id, lane));
    let unserved = lane.serving.iter().any(|tier| tier.groups.is_empty()) || serving().next().is_none();
    let Some(on_call) = &team.on_call else {
        let title = format!("team `{}` has no on-call ladder", team.id);
        let label = "urgent callers meet nobody when its people are away";
        let hint = format!("add `on_call:` to `{}.team.yaml`", team.id);
        let at = case.at(&["practice", "team"]);
        case.problems.warning(Code::NoOnCall, at, title, label).hint(hint);
        return;
    };
    let all = on_call.rungs.iter().flat_map(|rung| &rung.shifts).map(|shift| &shift.agent);
    // A lane that nobody serves is reported for that.
    let mut strangers: Vec<&AgentId> = all.filter(|agent| !unserved && !may_take(team, agent, lane)).collect();
    strangers.sort();
    strangers.dedup();
    for agent in strangers {
        let title = format!("`{}` is on call but may not take calls of lane `{}`", quote(agent.as_str()), lane.id);
        let label = "an urgent caller would reach somebody who is not clinical";
        let at = case.at(&["urgent", "lane"]);
        let hint = "the person must be in one of the lane's `serving` groups and have every skill it `needs`";
        case.problems.error(Code::OnCall, at, title, label).hint(hint);
    }
}

/// An assistant the team does not have is reported in the team's own file.
fn may_take(team: &Team, agent: &AgentId, lane: &Lane) -> bool {
    let Some(member) = team.agents.iter().find(|a| a.id == *agent) else { return true };
    let serves = lane.serving.iter().flat_map(|tier| &tier.groups).any(|group| member.groups.contains(group));
    serves && lane.needs.iter().all(|skill| member.skills.contains(skill))
}
