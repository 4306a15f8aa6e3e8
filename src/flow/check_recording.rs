//! Rules of recorded conversations: nobody is recorded who was not told, and who is told of a key can press it.

use super::check::Case;
use super::check_menu::names_key;
use super::code::Code;
use super::recording::RecordingRules;
use super::spoken::normalise;

/// Words by which an announcement says that it is about recording, by language. Others are not known to us.
const SAYS_RECORDED: [(&str, &str); 2] = [("en", "record"), ("es", "graba")];

/// Checks `recording`, and which lanes are recorded.
// rule: announced-before-recorded
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    if let Some(rules) = &flow.recording {
        announcement(case, rules);
        decline_key(case, rules);
    }
    for lane in flow.lanes.iter().filter(|lane| lane.recorded && !lane.clinical && flow.recording.is_none()) {
        let at = case.at(&["lanes", lane.id.as_str(), "recorded"]);
        let title = format!("lane `{}` is recorded, and nobody is told", lane.id);
        let hint = "say so before: `recording:` with an `announcement:` in every language of the practice";
        case.problems.error(Code::Unannounced, at, title, "no caller would know of it").hint(hint);
    }
}

fn announcement(case: &mut Case<'_, '_>, rules: &RecordingRules) {
    for (language, text) in &rules.announcement {
        let Some((_, word)) = SAYS_RECORDED.iter().find(|(tag, _)| *tag == language.primary()) else { continue };
        if !normalise(text).contains(word) {
            let at = case.at(&["recording", "announcement", language.as_str()]);
            let title = format!("the announcement in {language} does not say that the call is recorded");
            let hint = "say it in so many words: `This call may be recorded.`, `Esta llamada puede ser grabada.`";
            case.problems.error(Code::Unannounced, at, title, "what is the caller told?").hint(hint);
        }
    }
}

fn decline_key(case: &mut Case<'_, '_>, rules: &RecordingRules) {
    let Some(key) = rules.decline_key else { return };
    if let '0' | '*' = key {
        let title = format!("the key against recording is {key}");
        let label = "callers know this key as a person, or as repeat";
        let at = case.at(&["recording", "decline_key"]);
        case.problems.error(Code::Key, at, title, label).hint("choose another: 1 to 9, or #");
    }
    for (language, text) in &rules.announcement {
        if !names_key(&normalise(text), key, language) {
            let at = case.at(&["recording", "announcement", language.as_str()]);
            let title = format!("the announcement in {language} does not name key {key}");
            let hint = "say the key by which a caller goes on unrecorded, or take `decline_key` out";
            case.problems.error(Code::Unannounced, at, title, "callers cannot know of it").hint(hint);
        }
    }
}
