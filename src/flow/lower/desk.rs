//! Tree -> model of a lane's sheet, its documents, and the practice's complaints and chains.

use std::sync::Arc;

use super::Fields;
use super::owner;
use super::texts;
use super::valid_id;
use crate::flow::desk::CHAIN;
use crate::flow::desk::CHAIN_START;
use crate::flow::desk::COMPLAINTS;
use crate::flow::desk::Chain;
use crate::flow::desk::Desk;
use crate::flow::desk::Document;
use crate::flow::desk::Patient;
use crate::flow::desk::STAGE;
use crate::flow::desk::Stage;
use crate::flow::sheet::CALLBACK_SCRIPT;
use crate::flow::sheet::EXCEPTIONS;
use crate::flow::sheet::LaneException;
use crate::flow::sheet::PATH;
use crate::flow::sheet::SHEET;
use crate::flow::sheet::ScriptStep;
use crate::flow::sheet::Sheet;
use crate::flow::syntax::Entry;
use crate::flow::syntax::Node;

pub(super) fn sheet(node: &Node) -> Sheet {
    let sheet = Fields::of(Some(node), &SHEET);
    let path = Fields::of(sheet.node("path"), &PATH);
    let exceptions = Fields::of(sheet.node("exceptions"), &EXCEPTIONS);
    let script = Fields::of(sheet.node("callback_script"), &CALLBACK_SCRIPT);
    let exception = |(case, key): &(LaneException, &str)| Some((*case, Arc::from(exceptions.node(key)?.text()?)));
    let step = |(step, key): &(ScriptStep, &str)| Some((*step, texts(script.node(key)?)));
    Sheet {
        goal: sheet.text("goal").into(),
        new_patient: path.text("new").into(),
        existing_patient: path.text("existing").into(),
        exceptions: LaneException::ALL.iter().filter_map(exception).collect(),
        callback_script: ScriptStep::ALL.iter().filter_map(step).collect(),
    }
}

pub(super) fn document(entry: &Entry) -> Document {
    Document { id: valid_id(&entry.name).into(), label: texts(&entry.value) }
}

pub(super) fn desk(top: &Fields<'_>) -> Desk {
    let complaints = top.node("complaints").map(|node| owner(Fields::of(Some(node), &COMPLAINTS).node("owner")));
    Desk { complaints, chains: top.entries("chains").iter().map(chain).collect() }
}

fn chain(entry: &Entry) -> Chain {
    let chain = Fields::of(Some(&entry.value), &CHAIN);
    let starts = Fields::of(chain.node("starts"), &CHAIN_START);
    let patient = match starts.text("patient") {
        "new" => Patient::New,
        "existing" => Patient::Existing,
        _ => Patient::Any,
    };
    Chain {
        id: valid_id(&entry.name).into(),
        lane: starts.id("lane"),
        outcomes: starts.ids("outcomes"),
        patient,
        stages: chain.entries("stages").iter().map(stage).collect(),
    }
}

fn stage(entry: &Entry) -> Stage {
    let stage = Fields::of(Some(&entry.value), &STAGE);
    Stage {
        id: valid_id(&entry.name).into(),
        label: stage.texts("label"),
        lane: stage.id("lane"),
        owner: owner(stage.node("owner")),
        within: stage.duration("within"),
    }
}
