//! Rules of one lane by itself, and of lists that must not repeat themselves.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::Case;
use super::code::Code;
use super::diagnostic::Problems;
use super::model::Lane;
use super::schema::DAYS;
use super::syntax::Node;
use crate::vocab::Span;

/// Checks every lane, and the practice's own lists.
pub(super) fn check(case: &mut Case<'_, '_>) {
    for key in ["numbers", "languages"] {
        if let Some(list) = case.root.get("practice").and_then(|p| p.get(key)) {
            no_repeats(case.problems, list.items(), &format!("`practice.{key}`"));
        }
    }
    never_open(case);
    let flow = case.flow;
    for lane in &flow.lanes {
        tiers(case, lane);
        hold(case, lane);
        closing(case, lane);
        waiting_keys(case, lane);
    }
}

/// A practice that never opens could promise nobody a time. Hours that cannot be read are reported as that.
fn never_open(case: &mut Case<'_, '_>) {
    let Some(hours) = case.root.get("hours") else { return };
    let is_shut = |node: Option<&Node>| node.is_some_and(|node| node.text() == Some("closed"));
    let special = hours.get("special").map_or(&[][..], Node::entries);
    if DAYS.iter().all(|day| is_shut(hours.get(day))) && special.iter().all(|day| is_shut(Some(&day.value))) {
        let title = "the practice is never open";
        let hint = "write the hours of a day, `08:00-17:00`; callbacks are due in open hours";
        case.problems.error(Code::Hours, case.key(&["hours"]), title, "no callback could ever be due").hint(hint);
    }
}

/// The keys said to who waits: each its own, and none that callers know otherwise.
fn waiting_keys(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    for (name, key) in [("callback", lane.callback_key), ("voicemail", lane.voicemail_key)] {
        if let Some(key @ ('0' | '*')) = key {
            let title = format!("the {name} key of lane `{id}` is {key}");
            let label = "callers know this key as a person, or as repeat";
            let at = case.at(&["lanes", id, &format!("{name}_key")]);
            case.problems.error(Code::Key, at, title, label).hint("choose another: 1 to 9, or #");
        }
    }
    if let (Some(callback), Some(voicemail)) = (lane.callback_key, lane.voicemail_key)
        && callback == voicemail
    {
        let title = format!("lane `{id}` has key {callback} for a callback and for a message");
        let at = case.at(&["lanes", id, "voicemail_key"]);
        let label = "what would this key do?";
        case.problems.error(Code::Key, at, title, label).hint("choose another: 1 to 9, or #");
    }
}

/// Reports each value of a list that stands in it before. privacy: the value itself stays out of the message.
pub(super) fn no_repeats(problems: &mut Problems<'_>, items: &[Node], what: &str) {
    let mut first: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for item in items {
        let Some(text) = item.text() else { continue };
        if let Some(before) = first.get(text) {
            problems
                .error(Code::Twice, item.span.clone(), format!("{what} has one value twice"), "again here")
                .also(before.clone(), "first here")
                .hint("keep one of them");
        } else {
            first.insert(text, item.span.clone());
        }
    }
}

/// The first tier opens at once, each later one later, all before the caller must leave; no group stands in two.
fn tiers(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    let mut groups: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    let mut before: Option<Span> = None;
    for (index, tier) in lane.serving.iter().enumerate() {
        let index = index.to_string();
        let at = case.at(&["lanes", id, "serving", &index, "after"]);
        let (title, label, hint) = match before {
            None if tier.after > Span::ZERO => (
                format!("the first tier of lane `{id}` opens only after {}", tier.after),
                "until then nobody serves the lane".to_owned(),
                "leave `after` away in the first tier",
            ),
            Some(earlier) if tier.after <= earlier => (
                format!("the tiers of lane `{id}` are not in the order in which they open"),
                format!("{} is not later than the tier before, {earlier}", tier.after),
                "write later tiers later, each with a longer `after`",
            ),
            Some(_) if lane.max_wait > Span::ZERO && tier.after >= lane.max_wait => (
                format!("a tier of lane `{id}` never opens"),
                format!("callers wait {} at most", lane.max_wait),
                "open it earlier, or let callers wait longer (`max_wait`)",
            ),
            _ => (String::new(), String::new(), ""),
        };
        if !title.is_empty() {
            case.problems.error(Code::Tier, at, title, label).hint(hint);
        }
        before = Some(tier.after);
        for (place, group) in tier.groups.iter().enumerate().filter(|(_, g)| !g.as_str().is_empty()) {
            let at = case.at(&["lanes", id, "serving", &index, "groups", &place.to_string()]);
            if let Some(first) = groups.get(group.as_str()) {
                let title = format!("group `{group}` serves lane `{id}` twice");
                case.problems
                    .error(Code::Twice, at, title, "this changes nothing: it serves already")
                    .also(first.clone(), "first here")
                    .hint("keep the earlier one");
            } else {
                groups.insert(group.as_str(), at);
            }
        }
    }
}

/// Said in turn, so neighbours differ, and the last differs from the first.
fn hold(case: &mut Case<'_, '_>, lane: &Lane) {
    let count = lane.hold.len();
    for (index, texts) in lane.hold.iter().enumerate() {
        let next = (index + 1) % count;
        for (language, text) in texts {
            // Of two sentences each is the other's neighbour on both sides: one report is enough.
            let is_neighbour = next > index || count > 2;
            if is_neighbour && lane.hold[next].get(language) == Some(text) {
                let at = case.at(&["lanes", lane.id.as_str(), "hold", &next.to_string(), language.as_str()]);
                let title = format!("lane `{}` says the same sentence twice running", lane.id);
                let label = "those who wait hear this again at once";
                case.problems.error(Code::Twice, at, title, label).hint("say something else in between");
            }
        }
    }
}

/// A call must be able to end, and its note must say something.
fn closing(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    if !lane.outcomes.is_empty() && !lane.outcomes.iter().any(|o| o.closes) {
        let at = case.key(&["lanes", id, "outcomes"]);
        let title = format!("no outcome of lane `{id}` closes a call");
        let hint = "write `closes` behind those after which no work is left: `booked: closes`";
        case.problems.error(Code::NoClosing, at, title, "its work would stay open for ever").hint(hint);
    }
    if !lane.note_fields.is_empty() && !lane.note_fields.iter().any(|f| f.required) {
        let at = case.key(&["lanes", id, "note_fields"]);
        let title = format!("lane `{id}` requires no note");
        let hint = "write `required: true` in at least one field";
        case.problems.error(Code::NoRequired, at, title, "a call could be closed with an empty note").hint(hint);
    }
}
