//! Rules of a team file, and of a practice with its team: everybody can be reached, every lane and language is served.
//!
//! privacy: assistants' phone numbers never enter a message.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::Case;
use super::check::Teams;
use super::check_channel;
use super::check_desk;
use super::check_lane::no_repeats;
use super::check_on_call;
use super::code::Code;
use super::diagnostic::Problems;
use super::diagnostic::quote;
use super::model::Lane;
use super::model::Member;
use super::model::Owner;
use super::model::Reach;
use super::model::Team;
use super::scalar::is_id;
use super::syntax::Entry;
use super::syntax::Node;
use crate::vocab::AgentId;
use crate::vocab::GroupId;
use crate::vocab::Language;

/// Checks a team by itself.
pub(super) fn check_members(team: &Team, root: &Node, problems: &mut Problems<'_>) {
    let agents: &[Entry] = root.get("agents").map_or(&[], Node::entries);
    let groups: &[Entry] = root.get("groups").map_or(&[], Node::entries);
    let mut addresses: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for agent in agents {
        if let Some((address, at)) = agent.value.get("address").and_then(|n| Some((n.text()?, n.span.clone()))) {
            if let Some(first) = addresses.get(address) {
                let title = format!("`{}` has the same phone as another assistant", quote(&agent.name));
                problems
                    .error(Code::Taken, at, title, "one phone cannot ring for two")
                    .also(first.clone(), "first here")
                    .hint("give each assistant a number of their own");
            } else {
                addresses.insert(address, at);
            }
        }
        has_a_phone(team, agent, problems);
        for key in ["groups", "languages", "skills", "supervises"] {
            let list = agent.value.get(key).map_or(&[][..], Node::items);
            no_repeats(problems, list, &format!("`agents.{}.{key}`", quote(&agent.name)));
        }
        let named = ["groups", "supervises"].map(|key| agent.value.get(key).map_or(&[][..], Node::items));
        for item in named.into_iter().flatten() {
            if let Some(group) = item.text().filter(|g| !groups.is_empty() && !groups.iter().any(|e| &*e.name == *g)) {
                unknown_group(problems, item.span.clone(), group, groups.iter().map(|e| &*e.name).filter(|g| is_id(g)));
            }
        }
    }
    let all_readable = !team.agents.is_empty() && team.agents.iter().all(|a| !a.groups.is_empty());
    for group in groups.iter().filter(|_| all_readable) {
        if !team.agents.iter().any(|a| a.groups.iter().any(|g| g.as_str() == &*group.name)) {
            let title = format!("nobody is in group `{}`", quote(&group.name));
            let label = "a lane served by this group would be served by nobody";
            let hint = "add it to an assistant's `groups`, or take the group out";
            problems.error(Code::EmptyGroup, group.at.clone(), title, label).hint(hint);
        }
    }
}

/// Whoever is not reached by browser, and whoever is on call: nights have no open page.
fn has_a_phone(team: &Team, agent: &Entry, problems: &mut Problems<'_>) {
    let Some(member) = team.agents.iter().find(|member| member.id.as_str() == &*agent.name) else { return };
    if agent.value.get("address").is_some() {
        return;
    }
    let (label, hint) = if member.reach == Reach::Phone {
        ("there is nothing to ring", "add `address`, or `reach: browser` for who works at the softphone only")
    } else if team.on_call.as_ref().is_some_and(|on_call| on_call.names(&member.id)) {
        ("on call a phone is rung, whether a page is open or not", "add `address`; `reach: browser` may stay")
    } else {
        return;
    };
    let title = format!("`{}` has no phone", quote(&agent.name));
    problems.error(Code::NoPhone, agent.at.clone(), title, label).hint(hint);
}

fn unknown_group<'w>(
    problems: &mut Problems<'_>,
    at: Range<usize>,
    group: &str,
    known: impl IntoIterator<Item = &'w str>,
) {
    let title = format!("the team has no group `{}`", quote(group));
    problems.error(Code::UnknownGroup, at, title, "nobody would be rung").meant(group, known);
}

/// Checks a practice against its team.
pub(super) fn check_use(case: &mut Case<'_, '_>, teams: &Teams<'_>) {
    let (known, unreadable) = match teams {
        Teams::Known(known) => (*known, &[][..]),
        Teams::Partly(known, unreadable) => (*known, *unreadable),
    };
    let Some(name) = case.root.get("practice").and_then(|p| p.get("team")?.text()) else { return };
    let Some(team) = known.iter().find(|t| t.id.as_str() == name) else {
        if is_id(name) && !unreadable.iter().any(|t| t == name) {
            let at = case.at(&["practice", "team"]);
            let title = format!("there is no team `{name}`");
            let label = format!("no file `{name}.team.yaml` beside this one");
            let problem = case.problems.error(Code::UnknownTeam, at, title, label);
            problem.hint(format!("write the assistants into `{name}.team.yaml`"));
            problem.meant(name, known.iter().map(|t| t.id.as_str()));
        }
        return;
    };
    let flow = case.flow;
    for (owner, path) in check_desk::owners(flow).into_iter().chain(check_channel::owners(flow)) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        known_owner(case, team, owner, &path);
    }
    for lane in &flow.lanes {
        known_owner(case, team, &lane.owner, &["lanes", lane.id.as_str(), "owner"]);
        if tier_groups(case, team, lane) {
            served(case, team, lane);
        }
    }
    check_on_call::check_use(case, team);
}

fn known_owner(case: &mut Case<'_, '_>, team: &Team, owner: &Owner, path: &[&str]) {
    let under = |case: &Case<'_, '_>, key| case.at(&path.iter().copied().chain([key]).collect::<Vec<_>>());
    match owner {
        Owner::Group(group) if !group.as_str().is_empty() && !team.groups.contains_key(group) => {
            let at = under(case, "group");
            unknown_group(case.problems, at, group.as_str(), team.groups.keys().map(GroupId::as_str));
        }
        Owner::Agent(agent) if !agent.as_str().is_empty() && !team.agents.iter().any(|a| a.id == *agent) => {
            let at = under(case, "agent");
            let known: Vec<&AgentId> = team.agents.iter().map(|a| &a.id).collect();
            let title = format!("the team has no assistant `{agent}`");
            case.problems
                .error(Code::UnknownAgent, at, title, "nobody would own what is left over")
                .meant(agent.as_str(), known.into_iter().map(AgentId::as_str));
        }
        Owner::Group(_) | Owner::Agent(_) => {}
    }
}

/// Says whether every group that serves the lane exists.
fn tier_groups(case: &mut Case<'_, '_>, team: &Team, lane: &Lane) -> bool {
    let mut all = !lane.serving.is_empty();
    for (tier_index, tier) in lane.serving.iter().enumerate() {
        for (index, group) in tier.groups.iter().enumerate() {
            if team.groups.contains_key(group) {
                continue;
            }
            all = false;
            if !group.as_str().is_empty() {
                let (tier_index, index) = (tier_index.to_string(), index.to_string());
                let at = case.at(&["lanes", lane.id.as_str(), "serving", &tier_index, "groups", &index]);
                unknown_group(case.problems, at, group.as_str(), team.groups.keys().map(GroupId::as_str));
            }
        }
    }
    all && lane.serving.iter().all(|tier| !tier.groups.is_empty())
}

/// In every language of the practice somebody can take the lane's calls.
fn served(case: &mut Case<'_, '_>, team: &Team, lane: &Lane) {
    let flow = case.flow;
    let in_group = |a: &&Member| lane.serving.iter().flat_map(|t| &t.groups).any(|g| a.groups.contains(g));
    let trained = |a: &&Member| lane.needs.iter().all(|skill| a.skills.contains(skill));
    let members: Vec<&Member> = team.agents.iter().filter(in_group).filter(trained).collect();
    let unserved: Vec<&str> = flow
        .languages
        .iter()
        .filter(|language| !members.iter().any(|a| a.languages.contains(language)))
        .map(Language::as_str)
        .collect();
    if unserved.is_empty() {
        return;
    }
    let at = case.key(&["lanes", lane.id.as_str(), "serving"]);
    let title = format!("nobody serves lane `{}` in {}", lane.id, unserved.join(" and "));
    let label = "callers would wait for somebody who does not exist";
    let hint = if lane.needs.is_empty() {
        "add a group with somebody who speaks it, or the language to one of its assistants"
    } else {
        "somebody in these groups must speak it and have every skill the lane `needs`"
    };
    case.problems.error(Code::NotServed, at, title, label).hint(hint);
}
