//! Rules of complaints, referrals and chains: a complaint reaches management, a referral can say what is missing, a
//! chain begins with something done and every stage is somebody's.

use std::collections::BTreeMap;

use super::callbacks::LaneWork;
use super::check::Case;
use super::code::Code;
use super::desk::COMPLAINT;
use super::desk::COMPLAINTS_EXAMPLE;
use super::desk::Chain;
use super::desk::DOCUMENTS_EXAMPLE;
use super::desk::Patient;
use super::desk::RECOVERY_EXAMPLE;
use super::desk::RECOVERY_FIELDS;
use super::desk::Situation;
use super::model::Flow;
use super::model::Lane;
use super::model::Owner;
use crate::vocab::LaneId;

/// Checks complaints, referrals and chains.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for lane in &flow.lanes {
        complaint(case, lane);
        documents(case, lane);
    }
    let mut begins: BTreeMap<(&LaneId, &str), &Chain> = BTreeMap::new();
    for chain in &flow.desk.chains {
        start(case, chain);
        for stage in &chain.stages {
            let path = ["chains", chain.id.as_str(), "stages", stage.id.as_str(), "lane"];
            known_lane(case, &stage.lane, &path);
        }
        for outcome in &chain.outcomes {
            let twin = begins.insert((&chain.lane, outcome.as_str()), chain);
            if let Some(twin) = twin.filter(|twin| overlap(twin.patient, chain.patient)) {
                let at = case.key(&["chains", chain.id.as_str(), "starts"]);
                let title = format!("chains `{}` and `{}` begin alike", twin.id, chain.id);
                let label = format!("both after `{outcome}` in lane `{}`", chain.lane);
                let hint = "begin them with other outcomes, or for other patients (`patient: new`)";
                case.problems.error(Code::Chain, at, title, label).hint(hint);
            }
        }
    }
}

/// Every owner that these sections name, with the place.
pub(super) fn owners(flow: &Flow) -> Vec<(&Owner, Vec<String>)> {
    let words = |path: &[&str]| path.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let complaints = flow.desk.complaints.iter().map(|owner| (owner, words(&["complaints", "owner"])));
    let stages = flow.desk.chains.iter().flat_map(|chain| chain.stages.iter().map(move |stage| (chain, stage)));
    let stages = stages.map(|(chain, stage)| {
        (&stage.owner, words(&["chains", chain.id.as_str(), "stages", stage.id.as_str(), "owner"]))
    });
    complaints.chain(stages).collect()
}

/// The only route of a complaint is management, and its note tells how the patient's trust is to be won back.
// rule: complaint-to-management
fn complaint(case: &mut Case<'_, '_>, lane: &Lane) {
    if !lane.reasons.iter().any(|reason| reason.id.as_str() == COMPLAINT) {
        return;
    }
    let id = lane.id.as_str();
    let at = case.key(&["lanes", id, "reasons", COMPLAINT]);
    if lane.clinical {
        let title = format!("clinical lane `{id}` has the reason `{COMPLAINT}`");
        let hint = "take the reason out here; in another lane it leads to management";
        let label = "a medical question would wait for management";
        case.problems.error(Code::Complaint, at, title, label).hint(hint);
        return;
    }
    if case.flow.desk.complaints.is_none() && case.root.get("complaints").is_none() {
        let title = format!("nobody gets the complaints of lane `{id}`");
        let hint = format!("name management, at the end of the file: `{COMPLAINTS_EXAMPLE}`");
        case.problems.error(Code::Complaint, at.clone(), title, "a complaint goes to management only").hint(hint);
    }
    let tells = |field: &&str| {
        let known = lane.note_fields.iter().find(|known| known.id.as_str() == *field);
        known.is_some_and(|known| known.required || known.when.contains(&Situation::Complaint))
    };
    let missing: Vec<&str> = RECOVERY_FIELDS.iter().copied().filter(|field| !tells(field)).collect();
    if !missing.is_empty() {
        let title = format!("the note of a complaint in lane `{id}` lacks {}", missing.join(", "));
        let hint = format!("add to its `note_fields`:\n{RECOVERY_EXAMPLE}");
        case.problems.error(Code::Complaint, at, title, "what is to be put right, and by whom?").hint(hint);
    }
}

/// Who asks how a referral stands is told what is missing, by name.
fn documents(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    let (referral, lists) = (lane.work == LaneWork::Referral, !lane.documents.is_empty());
    if referral && !lists && case.root.get("lanes").and_then(|l| l.get(id)?.get("documents")).is_none() {
        let at = case.key(&["lanes", id, "work"]);
        let title = format!("lane `{id}` cannot say what a referral lacks");
        let hint = format!("list what may be missing: `{DOCUMENTS_EXAMPLE}`");
        case.problems.error(Code::Referral, at, title, "no `documents`").hint(hint);
    } else if lists && !referral {
        let at = case.key(&["lanes", id, "documents"]);
        let title = format!("lane `{id}` lists documents, and its work is not `referral`");
        let hint = "write `work: referral`, or take `documents` out";
        case.problems.error(Code::Referral, at, title, "nobody would ask for these").hint(hint);
    }
}

/// A chain begins when a request of a lane is done.
fn start(case: &mut Case<'_, '_>, chain: &Chain) {
    let id = chain.id.as_str();
    if !known_lane(case, &chain.lane, &["chains", id, "starts", "lane"]) {
        return;
    }
    let Some(lane) = case.flow.lane(&chain.lane) else { return };
    for (index, outcome) in chain.outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.as_str().is_empty()) {
        let at = case.at(&["chains", id, "starts", "outcomes", &index.to_string()]);
        match lane.outcome(outcome.as_str()) {
            Some(found) if found.closes => {}
            Some(_) => {
                let title = format!("chain `{id}` begins after `{outcome}`, which does not close");
                let hint = "begin it with an outcome that closes: what is left before that is the request's own item";
                case.problems.error(Code::Chain, at, title, "the request is not done yet").hint(hint);
            }
            None => {
                let title = format!("lane `{}` has no outcome `{outcome}`", lane.id);
                let known = lane.outcomes.iter().filter(|known| known.closes).map(|known| known.id.as_str());
                let label = "this chain would never begin";
                case.problems.error(Code::Chain, at, title, label).meant(outcome.as_str(), known);
            }
        }
    }
}

/// Says whether the lane exists.
fn known_lane(case: &mut Case<'_, '_>, lane: &LaneId, path: &[&str]) -> bool {
    if case.flow.lane(lane).is_some() {
        return true;
    }
    if !lane.as_str().is_empty() {
        let known: Vec<&str> = case.flow.lanes.iter().map(|lane| lane.id.as_str()).collect();
        let (at, title) = (case.at(path), format!("there is no lane `{lane}`"));
        let label = "its work would have no fields and no outcomes";
        case.problems.error(Code::UnknownLane, at, title, label).meant(lane.as_str(), known);
    }
    false
}

fn overlap(one: Patient, other: Patient) -> bool {
    one == Patient::Any || other == Patient::Any || one == other
}
