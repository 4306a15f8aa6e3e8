//! Rules of a lane's sheet: every lane has one, and a callback begins with who calls.
//!
//! The other steps are the practice's own words; they are searched like other scripts, by the clinical and the honest
//! rules.

use super::check::Case;
use super::check_greeting::OPENING_SECONDS_MAX;
use super::code::Code;
use super::diagnostic::quote;
use super::model::Lane;
use super::sheet::EXAMPLE;
use super::sheet::ScriptStep;
use super::spoken::normalise;
use super::spoken::says;
use super::spoken::seconds;
use crate::vocab::Language;

/// A longer first step is an explanation, not a recognition.
const RECOGNITION_SECONDS_MAX: f64 = 12.0;
/// Questions by which somebody who calls asks what the call is about, in normal form.
const EMPTY_QUESTIONS: [&str; 12] = [
    "what do you need",
    "what did you need",
    "what can i do for you",
    "how can i help you",
    "how may i help you",
    "what is this about",
    "que necesita",
    "que necesitaba",
    "en que le puedo ayudar",
    "en que puedo ayudarle",
    "en que le ayudo",
    "de que se trata",
];

/// Checks every lane's sheet.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for lane in &flow.lanes {
        if case.root.get("lanes").and_then(|lanes| lanes.get(lane.id.as_str())?.get("sheet")).is_none() {
            lacks(case, lane);
            continue;
        }
        for language in &flow.languages {
            recognition(case, lane, language);
        }
    }
}

fn lacks(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    if id.is_empty() {
        // A name that cannot be read is reported as that.
        return;
    }
    let at = case.key(&["lanes", id]);
    let title = format!("lane `{id}` has no sheet");
    let label = "its people are not told its goal, its path, its exceptions and what to say in a callback";
    let hint = format!(
        "write one, every spoken text in every language; lanes may share it by an anchor. For example:\n{EXAMPLE}"
    );
    case.problems.error(Code::LaneSheet, at, title, label).hint(hint);
}

// rule: callback-three-seconds
fn recognition(case: &mut Case<'_, '_>, lane: &Lane, language: &Language) {
    let script = lane.sheet.as_ref().and_then(|sheet| sheet.callback_script.get(&ScriptStep::Recognition));
    let Some(text) = script.and_then(|texts| texts.get(language)).filter(|text| !text.trim().is_empty()) else {
        return;
    };
    let path = ["lanes", lane.id.as_str(), "sheet", "callback_script", "recognition", language.as_str()];
    let at = case.at(&path);
    let mut wrong = |title: String, label: &str, hint: String| {
        case.problems.error(Code::CallbackOpening, at.clone(), title, label).hint(hint);
    };
    let lane = &lane.id;
    if let Some(question) = EMPTY_QUESTIONS.iter().find(|question| says(&normalise(text), question)) {
        let title = format!("a callback of lane `{lane}` asks \"{question}\" in {language}");
        let hint = "say who calls and ask for the right person; why we call is the next step".to_owned();
        return wrong(title, "the patient told us already", hint);
    }
    let name = normalise(&case.flow.name);
    let is_named = !name.is_empty() && says(&first_seconds(text), &name);
    if !is_named && !name.is_empty() {
        let title = format!("a callback of lane `{lane}` does not say within three seconds who calls, in {language}");
        let hint = format!("let the first eight words name the practice: \"{}\"", quote(&case.flow.name));
        return wrong(title, "the patient does not know who this is", hint);
    }
    if seconds(text) > RECOGNITION_SECONDS_MAX {
        let title = format!("a callback of lane `{lane}` begins with {:.0} s of words in {language}", seconds(text));
        let hint = "at most 34 words: who calls, and the question for the right person".to_owned();
        wrong(title, "an explanation before anybody was recognised", hint);
    }
}

/// As many words as are said in the first three seconds, in normal form.
fn first_seconds(text: &str) -> String {
    let heard = normalise(text);
    let mut said = String::new();
    for word in heard.split(' ') {
        let more = if said.is_empty() { word.to_owned() } else { format!("{said} {word}") };
        if seconds(&more) > OPENING_SECONDS_MAX {
            break;
        }
        said = more;
    }
    said
}
