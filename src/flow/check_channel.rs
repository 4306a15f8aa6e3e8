//! Rules of channels: no clinical answer is written, what may be written has approved words and an outcome that says
//! so, and nothing is decided about lanes and reasons that there are not.

use super::channel::ANSWERED_IN_WRITING;
use super::channel::AnswerBy;
use super::channel::Channel;
use super::channel::ChannelLane;
use super::channel::WORDS_EXAMPLE;
use super::check::Case;
use super::check_clinical;
use super::check_honest;
use super::code::Code;
use super::desk::is_complaint;
use super::model::Flow;
use super::model::Lane;
use super::model::Owner;

/// Checks channels, and the outcome of written answers.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for (channel, rules) in &flow.channels {
        for (id, row) in &rules.lanes {
            let path = ["channels", channel.name(), "lanes", id.as_str()];
            match flow.lane(id) {
                Some(lane) => lane_of(case, *channel, lane, row, &path),
                None if id.as_str().is_empty() => {}
                None => {
                    let (at, title) = (case.key(&path), format!("there is no lane `{id}`"));
                    let label = "nothing could come here";
                    let known: Vec<&str> = flow.lanes.iter().map(|lane| lane.id.as_str()).collect();
                    case.problems.error(Code::UnknownLane, at, title, label).meant(id.as_str(), known);
                }
            }
        }
    }
    for lane in flow.lanes.iter().filter(|lane| lane.clinical && lane.outcome(ANSWERED_IN_WRITING).is_some()) {
        let id = lane.id.as_str();
        let at = case.key(&["lanes", id, "outcomes", ANSWERED_IN_WRITING]);
        let title = format!("clinical lane `{id}` could be answered in writing");
        clinical(case, at, title, "take this outcome out here");
    }
}

/// Every owner that channels name, with the place.
pub(super) fn owners(flow: &Flow) -> Vec<(&Owner, Vec<String>)> {
    let words = |path: &[&str]| path.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let mut owners = Vec::new();
    for (channel, rules) in &flow.channels {
        owners.push((&rules.owner, words(&["channels", channel.name(), "owner"])));
        let rows = rules.lanes.iter().filter_map(|(lane, row)| Some((lane, row.owner.as_ref()?)));
        owners.extend(
            rows.map(|(lane, owner)| (owner, words(&["channels", channel.name(), "lanes", lane.as_str(), "owner"]))),
        );
    }
    owners
}

fn clinical(case: &mut Case<'_, '_>, at: std::ops::Range<usize>, title: String, hint: &str) {
    case.problems.error(Code::Clinical, at, title, "a medical question is answered by a person").hint(hint);
}

fn lane_of(case: &mut Case<'_, '_>, channel: Channel, lane: &Lane, row: &ChannelLane, path: &[&str]) {
    let under = |case: &Case<'_, '_>, key: &str| case.key(&path.iter().copied().chain([key]).collect::<Vec<_>>());
    let (id, by) = (lane.id.as_str(), channel.name());
    // rule: clinical-never-in-writing
    if lane.clinical && row.writes() {
        let at = under(case, if row.answer == AnswerBy::Written { "answer" } else { "reasons" });
        let title = format!("a medical question by {by} would be answered in writing");
        return clinical(case, at, title, "write `answer: live`");
    }
    if lane.clinical && row.owner.is_some() {
        let at = under(case, "owner");
        let title = format!("clinical lane `{id}` has another owner for {by}");
        return clinical(case, at, title, "take `owner` out: clinical work is the clinical lane's owner's");
    }
    reasons(case, lane, row, path);
    if !row.writes() {
        if !row.words.is_empty() {
            let at = under(case, "words");
            let title = format!("words for an answer by {by} that is never written");
            let hint = "write `answer: written`, or take the words out";
            case.problems.error(Code::Channel, at, title, "nobody would send these").hint(hint);
        }
        return;
    }
    if row.words.is_empty()
        && case.root.get("channels").and_then(|c| c.get(by)?.get("lanes")?.get(id)?.get("words")).is_none()
    {
        let at = under(case, "answer");
        let title = format!("an answer by {by} in lane `{id}` has no approved words");
        let hint =
            format!("say what was received, what is checked, and what comes next, in every language:\n{WORDS_EXAMPLE}");
        case.problems.error(Code::Channel, at, title, "everybody would write their own").hint(hint);
    }
    if lane.outcome(ANSWERED_IN_WRITING).is_none_or(|outcome| !outcome.closes) {
        let at = under(case, "answer");
        let title = format!("lane `{id}` cannot say that a request was answered in writing");
        let hint = format!("add to its `outcomes`: `{ANSWERED_IN_WRITING}: closes`");
        case.problems.error(Code::Channel, at, title, "no outcome would close it so").hint(hint);
    }
    let words: Vec<&str> = path.iter().copied().chain(["words"]).collect();
    check_clinical::texts(case, &words, &row.words);
    check_honest::texts(case, &words, &row.words, true);
}

fn reasons(case: &mut Case<'_, '_>, lane: &Lane, row: &ChannelLane, path: &[&str]) {
    for (reason, answer) in row.reasons.iter().filter(|(reason, _)| !reason.as_str().is_empty()) {
        let at = case.key(&path.iter().copied().chain(["reasons", reason.as_str()]).collect::<Vec<_>>());
        if !lane.has_reason(reason) {
            let title = format!("lane `{}` has no reason `{reason}`", lane.id);
            let known: Vec<&str> = lane.reasons.iter().map(|known| known.id.as_str()).collect();
            let label = "nothing would be answered so";
            case.problems.error(Code::Channel, at, title, label).meant(reason.as_str(), known);
        } else if is_complaint(reason) && *answer == AnswerBy::Written {
            let title = "a complaint would be answered in writing";
            let hint = "write `live`: whoever is upset is called";
            case.problems.error(Code::Channel, at, title, "nobody would hear the patient").hint(hint);
        }
    }
}
