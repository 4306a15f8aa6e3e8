//! Writing up a call by keys: an outcome, then a standard phrase for each field, all from the lane's `keypad_notes`.
//!
//! It is for assistants without a screen: right after the call on the phone that took it, or later on the staff number.
//! It closes a call as a request from a screen does, by the same rules; what it cannot close stays owed.

use super::acd::agent::AgentState;
use super::call::Call;
use super::call::Phase;
use super::call::Side;
use super::effect::Answer;
use super::event::Note;
use super::fact::ItemKind;
use super::fact::agent::AgentChange;
use super::staff::Line;
use super::treatment::Asked;
use super::treatment::Words;
use super::turn::Turn;
use super::wrapup::Written;
use crate::flow::KeypadNotes;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::flow::Phrase;
use crate::flow::text;
use crate::vocab::CallId;
use crate::vocab::FieldId;
use crate::vocab::LegId;
use crate::vocab::OutcomeId;
use crate::vocab::Private;

/// The key that leaves a note for later.
const LATER: char = '0';

impl Turn<'_> {
    /// After a talk: the first question, if this assistant has no screen and the lane has keys. Says whether it asked.
    pub(super) fn write_up_after_talk(&mut self, id: LegId) -> bool {
        let Some(line) = self.line_after_talk(id) else { return false };
        let leaves = |a: &super::acd::agent::Agent| a.member.by_phone || a.later == Some(AgentChange::LoggedOut);
        let by_phone = line.agent.as_ref().and_then(|id| self.floor.agents.get(id)).is_some_and(leaves);
        let call = self.owed_by(&line).into_iter().find(|call| self.keypad(*call).is_some());
        let Some(call) = call.filter(|_| by_phone) else { return false };
        self.ask_keys(&line, Asked::Outcome { call }, vec![Words::Phrase(Phrase::WriteUpNow)]);
        true
    }

    /// The next call after this one that is hers to write up; then back to where she came from.
    pub(super) fn write_up_next(&mut self, line: &Line, after: CallId, mut first: Vec<Words>) {
        let owed = self.owed_by(line);
        if owed.is_empty() && after == CallId::NONE {
            first.push(Words::Phrase(Phrase::StaffOwesNothing));
        }
        for call in owed.into_iter().filter(|call| *call > after) {
            if self.keypad(call).is_some() {
                return self.ask_keys(line, Asked::Outcome { call }, first);
            }
            if !first.contains(&Words::Phrase(Phrase::NotByKeys)) {
                first.push(Words::Phrase(Phrase::NotByKeys));
            }
        }
        let on_the_staff_number =
            self.floor.legs.get(&line.leg).is_some_and(|leg| matches!(leg.side, Side::Staff { .. }));
        if on_the_staff_number {
            self.ask_keys(line, Asked::StaffMenu, first);
        } else {
            first.push(Words::Phrase(Phrase::StaffGoodbye));
            self.leave(line, first);
        }
    }

    /// Calls whose note is hers, in their order: on the staff number all of this practice, on a call's phone that one.
    ///
    /// Another practice's texts are sealed with another key, so its notes are written on its own staff number.
    pub(super) fn owed_by(&self, line: &Line) -> Vec<CallId> {
        let (Some(leg), Some(agent)) = (self.floor.legs.get(&line.leg), &line.agent) else { return Vec::new() };
        let owner = Owner::Agent(agent.clone());
        let items =
            self.floor.items.values().filter(|item| item.new.kind == ItemKind::NoteOwed && item.closed.is_none());
        let owed = items.filter(|item| item.new.owner == owner && item.new.practice == leg.flow.practice);
        let mut owed: Vec<CallId> = owed.map(|item| item.new.call).collect();
        if let Some(AgentState::WrapUp(call)) = self.floor.agents.get(agent).map(|a| &a.state) {
            owed.extend(self.call(*call).filter(|call| call.practice == leg.flow.practice).map(|call| call.id));
        }
        owed.retain(|call| leg.call == CallId::NONE || leg.call == *call);
        owed.sort_unstable();
        owed
    }

    fn keypad(&self, call: CallId) -> Option<(&Call, &Lane, &KeypadNotes)> {
        let call = self.call(call).filter(|c| matches!(c.phase, Phase::WrapUp { .. } | Phase::NoteOwed { .. }))?;
        let lane = call.lane()?;
        Some((call, lane, lane.keypad_notes.as_ref()?))
    }

    pub(super) fn outcome_key(&mut self, line: &Line, call: CallId, key: char) {
        let Some((_, lane, notes)) = self.still_owed(line, call) else { return self.gone(line, call) };
        if key == LATER {
            return self.write_up_next(line, call, vec![Words::Phrase(Phrase::LeftForLater)]);
        }
        let outcome = notes.outcomes.get(&key).map(|choice| choice.outcome.clone());
        let field = next_field(lane, notes, &[]);
        match (outcome, field) {
            (Some(outcome), Some(field)) => {
                self.ask_keys(line, Asked::Field { call, outcome, chosen: Vec::new(), field }, Vec::new());
            }
            (Some(outcome), None) => self.close_by_keys(line, call, &outcome, &[]),
            (None, _) => self.keys_missed(line, &Asked::Outcome { call }, Phrase::NotAChoice),
        }
    }

    pub(super) fn field_key(
        &mut self,
        line: &Line,
        call: CallId,
        outcome: &OutcomeId,
        chosen: &[(FieldId, char)],
        field: &FieldId,
        key: char,
    ) {
        let Some((_, lane, notes)) = self.still_owed(line, call) else { return self.gone(line, call) };
        if key == LATER {
            return self.write_up_next(line, call, vec![Words::Phrase(Phrase::LeftForLater)]);
        }
        let (outcome, mut chosen) = (outcome.clone(), chosen.to_vec());
        if !notes.fields.get(field).is_some_and(|phrases| phrases.contains_key(&key)) {
            let asked = Asked::Field { call, outcome, chosen, field: field.clone() };
            return self.keys_missed(line, &asked, Phrase::NotAChoice);
        }
        chosen.push((field.clone(), key));
        match next_field(lane, notes, &chosen) {
            Some(field) => self.ask_keys(line, Asked::Field { call, outcome, chosen, field }, Vec::new()),
            None => self.close_by_keys(line, call, &outcome, &chosen),
        }
    }

    fn still_owed(&self, line: &Line, call: CallId) -> Option<(&Call, &Lane, &KeypadNotes)> {
        self.keypad(call).filter(|_| self.owed_by(line).contains(&call))
    }

    /// Somebody has closed it on a screen, or it is another's now.
    fn gone(&mut self, line: &Line, call: CallId) {
        self.write_up_next(line, call, vec![Words::Phrase(Phrase::OfferGone)]);
    }

    fn close_by_keys(&mut self, line: &Line, id: CallId, outcome: &OutcomeId, chosen: &[(FieldId, char)]) {
        let Some((call, _, notes)) = self.keypad(id) else { return self.gone(line, id) };
        // Colleagues read it in the staff's language, whatever she heard.
        let language = call.flow.default_language();
        let phrase = |(field, key): &(FieldId, char)| {
            let texts = notes.fields.get(field)?.get(key)?;
            Some((field.clone(), Private::new(text(texts, language).to_owned())))
        };
        let note: Note = chosen.iter().filter_map(phrase).collect();
        // The practice's own phrases: nothing in them is searched for urgent words.
        self.close_call(id, outcome.as_str(), note, line.agent.clone(), Written::ByKeys, None);
        let refused = matches!(self.out.answer, Answer::Refused(_));
        self.out.answer = Answer::Noted;
        let told = if refused { Phrase::NotByKeys } else { Phrase::WrittenUp };
        self.write_up_next(line, id, vec![Words::Phrase(told)]);
    }

    // ---- what is said ----

    pub(super) fn outcome_words(&self, line: &Line, call: CallId, words: &mut Vec<Words>) {
        let Some((call, lane, notes)) = self.keypad(call) else { return };
        words.push(Words::AboutCall(Phrase::WriteUp, lane.id.clone(), call.arrived));
        words.push(Words::Phrase(Phrase::WriteUpOutcome));
        words.extend(notes.outcomes.iter().map(|(key, c)| Words::Choice(*key, text(&c.say, &line.language).into())));
        words.push(Words::Phrase(Phrase::WriteUpLater));
    }

    pub(super) fn field_words(&self, line: &Line, call: CallId, field: &FieldId, words: &mut Vec<Words>) {
        let Some((_, lane, notes)) = self.keypad(call) else { return };
        words.extend(lane.note_fields.iter().find(|f| f.id == *field).map(|f| Words::Text(f.label.clone())));
        let phrases = notes.fields.get(field).into_iter().flatten();
        words.extend(phrases.map(|(key, texts)| Words::Choice(*key, text(texts, &line.language).into())));
        words.push(Words::Phrase(Phrase::WriteUpLater));
    }
}

/// The first field with keys that has no answer yet, in the note's order.
fn next_field(lane: &Lane, notes: &KeypadNotes, chosen: &[(FieldId, char)]) -> Option<FieldId> {
    let open = |id: &&FieldId| notes.fields.contains_key(*id) && !chosen.iter().any(|(field, _)| field == *id);
    lane.note_fields.iter().map(|field| &field.id).find(open).cloned()
}
