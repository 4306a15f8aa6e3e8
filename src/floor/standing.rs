//! New or existing: the one question after a lane was chosen, where the lane wants to know.
//!
//! It is asked at most once, never of anybody urgent, and leads on whatever is pressed: an answer unheard is unknown,
//! and unknown counts as new. Until it is answered the call has no place, but the lane is chosen: who hangs up is owed
//! a callback.

use super::Floor;
use super::call::Call;
use super::clinical::urgent_words;
use super::details::Details;
use super::details::Standing;
use super::details::Subject;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::Route;
use super::treatment::Treatment;
use super::turn::Turn;
use crate::flow::Lane;
use crate::flow::normalise;
use crate::flow::says;
use crate::vocab::CallId;
use crate::vocab::LaneId;

/// What callers say, in normal form, English and Spanish together. Of several the longest counts: "not new" is no "new".
const SAID: [(&str, Standing); 19] = [
    ("new", Standing::New),
    ("new patient", Standing::New),
    ("first time", Standing::New),
    ("never been", Standing::New),
    ("not new", Standing::Existing),
    ("not a new patient", Standing::Existing),
    ("existing", Standing::Existing),
    ("established", Standing::Existing),
    ("returning", Standing::Existing),
    ("been here", Standing::Existing),
    ("been there", Standing::Existing),
    ("nuevo", Standing::New),
    ("nueva", Standing::New),
    ("primera vez", Standing::New),
    ("no soy nuevo", Standing::Existing),
    ("no soy nueva", Standing::Existing),
    ("existente", Standing::Existing),
    ("ya he venido", Standing::Existing),
    ("ya soy paciente", Standing::Existing),
];

impl Floor {
    /// The lane about which a caller is being asked, and how it was chosen.
    pub(super) fn pending_lane(&self, call: &Call) -> Option<(LaneId, Route)> {
        match self.legs.get(&call.leg)?.current()? {
            Treatment::AskStanding { lane, how, .. } | Treatment::RecordingNotice { lane, how, .. } => {
                Some((lane.clone(), *how))
            }
            _ => None,
        }
    }
}

impl Turn<'_> {
    /// A caller chose a lane: the question first, if there is one.
    pub(super) fn choose_lane(&mut self, id: CallId, lane: LaneId, how: Route) {
        let Some(call) = self.call(id) else { return };
        let (leg, language) = (call.leg, call.language.clone());
        if call.flow.lane(&lane).is_some_and(|found| self.asks(call, found, how)) {
            return self.treat(leg, Treatment::AskStanding { lane, how, language });
        }
        self.announce_or_enter(id, lane, how);
    }

    /// Who pressed or said nothing would not answer this either.
    fn asks(&self, call: &Call, lane: &Lane, how: Route) -> bool {
        let silent = matches!(how, Route::NoInput | Route::WrongInput);
        let given = self.floor.legs.get(&call.leg).map_or(&[][..], |leg| &leg.given);
        let asked = given.iter().any(|treatment| matches!(**treatment, Treatment::AskStanding { .. }));
        lane.asks_new_or_existing
            && !(lane.clinical || call.urgent || silent || asked)
            && call.details.standing.is_none()
            // Who is about to hear that nobody answers is not kept from it.
            && self.way_out(&call.flow, lane, false).is_none()
    }

    /// The question was answered, or not.
    pub(super) fn standing_answered(&mut self, id: CallId, lane: LaneId, how: Route, input: &Input) {
        let Some(flow) = self.call(id).map(|call| call.flow.clone()) else { return };
        let standing = match input {
            Input::Keys(keys) => match keys.chars().next() {
                Some('1') => Some(Standing::New),
                Some('2') => Some(Standing::Existing),
                // Nothing new to say: the same question stands.
                Some('*') => return,
                _ => None,
            },
            Input::Speech(words) => {
                if let Some(crisis) = urgent_words(&flow, words.reveal()) {
                    return self.flag_urgent(id, crisis, FlaggedBy::Caller);
                }
                said(&normalise(words.reveal()))
            }
            Input::Nothing | Input::Pin(_) | Input::Message { .. } => None,
        };
        self.note_standing(id, standing);
        self.announce_or_enter(id, lane, how);
    }

    /// A caller's own words may tell it before anybody asks.
    pub(super) fn note_standing(&mut self, id: CallId, standing: Option<Standing>) {
        if standing.is_some() && self.call(id).is_some_and(|call| call.details.standing != standing) {
            let details = Box::new(Details { standing, ..Details::default() });
            self.fact(Fact::DetailsKnown { of: Subject::Call(id), details });
        }
    }

    /// A hospital, a laboratory or a pharmacy, by its key.
    pub(super) fn note_backline(&mut self, id: CallId, backline: bool) {
        if backline && self.call(id).is_some_and(|call| !call.details.backline) {
            let details = Box::new(Details { backline, ..Details::default() });
            self.fact(Fact::DetailsKnown { of: Subject::Call(id), details });
        }
    }

    /// Who leaves during the question has chosen a lane all the same.
    pub(super) fn settle_lane(&mut self, id: CallId) -> bool {
        let Some(call) = self.call(id) else { return false };
        let (flow, pending) = (call.flow.clone(), self.floor.pending_lane(call));
        if let Some((lane, how)) = &pending {
            self.note_lane(id, &flow, lane, *how);
        }
        pending.is_some()
    }
}

/// What these words in normal form say of it.
pub(super) fn said(words: &str) -> Option<Standing> {
    let heard = SAID.iter().filter(|(phrase, _)| says(words, phrase));
    heard.max_by_key(|(phrase, _)| phrase.len()).map(|(_, standing)| *standing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_says_whether_a_patient_is_new() {
        assert_eq!(said("i am a new patient"), Some(Standing::New));
        assert_eq!(said("no i am not new"), Some(Standing::Existing));
        assert_eq!(said("no soy nueva"), Some(Standing::Existing));
        assert_eq!(said("es mi primera vez"), Some(Standing::New));
        assert_eq!(said("i have been here before"), Some(Standing::Existing));
        assert_eq!(said("renew my prescription"), None);
    }

    #[test]
    fn phrases_stand_in_their_normal_form() {
        for (phrase, _) in SAID {
            assert_eq!(normalise(phrase), phrase);
        }
    }
}
