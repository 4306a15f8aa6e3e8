//! Rules of the rhythm of callbacks: attempts are spaced, so that nobody is chased.

use super::check::Case;
use super::code::Code;
use super::rhythm::Moment;
use super::rhythm::Rhythm;

/// Checks the practice's rhythm and every lane's own.
pub(super) fn check(case: &mut Case<'_, '_>) {
    spaced(case, &["callbacks", "attempts"]);
    let lanes: Vec<String> = case.flow.lanes.iter().map(|lane| lane.id.to_string()).collect();
    for lane in &lanes {
        spaced(case, &["lanes", lane, "callbacks", "attempts"]);
    }
}

/// Only the first attempt is made at once.
fn spaced(case: &mut Case<'_, '_>, path: &[&str]) {
    let list = path.iter().try_fold(case.root, |node, key| node.get(key));
    let Some(list) = list else { return };
    let at_once = list.items().iter().enumerate().skip(1).filter(|(_, item)| item.text() == Some("now"));
    for place in at_once.map(|(place, _)| place).collect::<Vec<_>>() {
        let at = case.at(&[path, &[&place.to_string()]].concat());
        let title = "an attempt follows the one before at once".to_owned();
        let label = "a patient who did not answer is called again in the same minute";
        case.problems
            .error(Code::Rhythm, at, title, label)
            .hint("only the first attempt is `now`; write `later_same_day` or `next_business_day`");
    }
}

impl Rhythm {
    /// The moments by their names; those that cannot be read are reported elsewhere.
    pub(super) fn moments<'t>(names: impl Iterator<Item = &'t str>) -> Vec<Moment> {
        names.filter_map(|name| Moment::ALL.iter().find(|(known, _)| *known == name).map(|(_, m)| *m)).collect()
    }
}
