//! Rules of the backline: a key for hospitals, laboratories and pharmacies, who call about somebody else's patient.
//!
//! They are told of it by the practice. It leads to clinical people, and the question keeps silent about it.

use super::check::Case;
use super::check_menu::names_key;
use super::code::Code;
use super::model::Menu;
use super::model::Step;
use super::model::Target;
use super::spoken::normalise;
use crate::vocab::StepId;

/// Checks every menu's backline.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for (id, step) in &flow.steps {
        let Step::Menu(menu) = step else { continue };
        for (key, choice) in menu.choices.iter().filter(|(_, choice)| choice.backline) {
            target(case, id, *key, &choice.to);
            kept_quiet(case, id, *key, menu);
        }
    }
}

/// What they call about is clinical, at any hour.
fn target(case: &mut Case<'_, '_>, id: &StepId, key: char, to: &Target) {
    let flow = case.flow;
    // A lane that does not exist was reported as such.
    let unknown = matches!(to, Target::Lane(lane) if flow.lane(lane).is_none());
    if unknown || flow.clinical_target(to).is_some() {
        return;
    }
    let title = format!("the backline, key {key} of menu `{id}`, does not lead to a clinical lane");
    let at = case.at(&["steps", id.as_str(), "menu", "choices", &key.to_string(), "to"]);
    let label = "a laboratory with a result that cannot wait would meet people who may not take it";
    let lane = flow.lanes.iter().find(|lane| lane.clinical).map_or("nurse", |lane| lane.id.as_str());
    case.problems.error(Code::Backline, at, title, label).hint(format!("write `to: {{ lane: {lane} }}`"));
}

/// Who hears of it will press it.
fn kept_quiet(case: &mut Case<'_, '_>, id: &StepId, key: char, menu: &Menu) {
    for (language, question) in &menu.question {
        if !names_key(&normalise(question), key, language) {
            continue;
        }
        let title = format!("the question of menu `{id}` in {language} names key {key}, which is the backline");
        let at = case.at(&["steps", id.as_str(), "menu", "question", language.as_str()]);
        let hint = "leave the key out of the question, or `backline` out of its choice";
        case.problems.error(Code::Backline, at, title, "every caller is told of it").hint(hint);
    }
}
