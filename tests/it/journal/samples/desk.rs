//! One of everything that a flow says of the desk: a lane's sheet, complaints and chains.

use std::collections::BTreeMap;

use carelane::flow::Chain;
use carelane::flow::Desk;
use carelane::flow::LaneException;
use carelane::flow::Owner;
use carelane::flow::Patient;
use carelane::flow::ScriptStep;
use carelane::flow::Sheet;
use carelane::flow::Stage;
use carelane::vocab::Span;

use super::texts;

pub(super) fn sheet() -> Sheet {
    Sheet {
        goal: "A visit.".into(),
        new_patient: "Take the name.".into(),
        existing_patient: "Check the name.".into(),
        exceptions: BTreeMap::from([(LaneException::Unreachable, "Leave a message.".into())]),
        callback_script: BTreeMap::from([(ScriptStep::NextStep, texts("Let us find a time."))]),
    }
}

pub(super) fn desk() -> Desk {
    let stage = Stage {
        id: "intake".into(),
        label: texts("Intake forms"),
        lane: "scheduling".into(),
        owner: Owner::Agent("ana".into()),
        within: Span::hours(4),
    };
    let chain = Chain {
        id: "new_patient".into(),
        lane: "scheduling".into(),
        outcomes: vec!["booked".into()],
        patient: Patient::New,
        stages: vec![stage],
    };
    Desk { complaints: Some(Owner::Group("front-desk".into())), chains: vec![chain] }
}
