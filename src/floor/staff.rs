//! The staff number: who works without a screen signs in and out here, after giving her PIN.
//!
//! Her phone's number is a hint, never a credential. A PIN is compared outside the floor and is in no event; here it is
//! counted: three wrong ones end the call, five within a quarter of an hour lock it. Writing calls up is `write_up`.

use std::collections::VecDeque;

use super::Floor;
use super::acd::agent::Agent;
use super::acd::agent::AgentState;
use super::call::Side;
use super::effect::Answer;
use super::effect::Oddity;
use super::event::AskedState;
use super::event::Input;
use super::event::LegEnd;
use super::event::PinCheck;
use super::fact::Fact;
use super::fact::agent::AgentChange;
use super::fact::agent::NotReady;
use super::treatment::Asked;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Wrong PINs that end a call.
// rule: pin-three-tries
const WRONG_A_CALL: u8 = 3;
/// Wrong PINs within `WRONG_WITHIN` that lock it for `LOCKED_FOR`: guessing four digits would take weeks.
// rule: pin-lock
const WRONG_MAX: usize = 5;
const WRONG_WITHIN: Span = Span::mins(15);
const LOCKED_FOR: Span = Span::mins(15);
/// Questions in a row without a usable key; then nobody is there.
const MISSED_MAX: u8 = 3;

/// Wrong PINs of one assistant, as long as they count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PinTries {
    wrong: VecDeque<Timestamp>,
    locked_until: Option<Timestamp>,
}

impl PinTries {
    /// One more wrong PIN, and perhaps the lock.
    pub(super) fn refused(&mut self, at: Timestamp, locked_until: Option<Timestamp>) {
        self.wrong.retain(|tried| at < *tried + WRONG_WITHIN);
        self.wrong.push_back(at);
        if locked_until.is_some() {
            self.locked_until = locked_until;
            self.wrong.clear();
        }
    }

    fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// When the lock ends that one more wrong PIN would bring.
    fn would_lock(&self, now: Timestamp) -> Option<Timestamp> {
        let recent = self.wrong.iter().filter(|tried| now < **tried + WRONG_WITHIN).count();
        (recent + 1 >= WRONG_MAX).then_some(now + LOCKED_FOR)
    }
}

/// Somebody who works here, at a question that is answered by keys.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) leg: LegId,
    /// Absent until her PIN was right.
    pub(super) agent: Option<AgentId>,
    pub(super) language: Language,
    /// Questions in a row without a usable key.
    missed: u8,
}

impl Turn<'_> {
    pub(super) fn staff_arrived(&mut self, carrier_call: CarrierCall, caller: &Caller, practice: PracticeId) {
        if let Some(leg) = self.floor.leg_of(&carrier_call).map(|leg| leg.id) {
            self.odd(Oddity::Duplicate);
            return self.answer_with(leg, 1);
        }
        let Some(found) = self.floor.practices.get(&practice) else { return };
        let (flow, team, language) =
            (found.hash.clone(), found.flow.team.clone(), found.flow.default_language().clone());
        let hers = |number: &Number| {
            let mut team = self.floor.agents.values().filter(|a| a.team == team && !a.leaving);
            team.find(|a| Number::parse(&a.member.address).is_ok_and(|address| address == *number))
        };
        let found = caller.number.as_ref().and_then(hers);
        let language = found.and_then(|a| self.floor.spoken_by(a, &practice)).unwrap_or(language);
        let agent = found.map(|a| a.member.id.clone());
        let (leg, gone) = (self.next_leg(), self.floor.strangers.contains(&carrier_call));
        self.fact(Fact::StaffArrived { leg, practice, flow, carrier_call, agent: agent.clone() });
        self.answering(leg);
        let line = Line { leg, agent: None, language, missed: 0 };
        match agent.map(|agent| self.floor.pins.get(&agent).and_then(|tries| tries.locked_until(self.now))) {
            // patient: who has dialled the wrong number may need help at once.
            None => self.leave(&line, vec![Words::Phrase(Phrase::Urgent), Words::Phrase(Phrase::StaffStranger)]),
            Some(Some(until)) => self.leave(&line, vec![Words::Promise(Phrase::StaffPinLocked, until)]),
            Some(None) => self.ask_keys(&line, Asked::Pin { wrong: 0 }, Vec::new()),
        }
        if gone {
            self.leg_over(leg, LegEnd::Completed);
        }
    }

    /// Keys to a question, or none.
    pub(super) fn keys_ended(&mut self, leg: LegId, asked: &Asked, input: &Input) {
        let Some(line) = self.line(leg) else { return };
        match (asked, input) {
            (Asked::Pin { wrong }, Input::Pin(check)) => self.pin_given(&line, *wrong, *check),
            (Asked::Pin { .. }, _) => self.keys_missed(&line, asked, Phrase::NotHeard),
            (_, Input::Keys(keys)) => match keys.chars().next() {
                Some('*') => self.ask_keys(&line, asked.clone(), Vec::new()),
                Some('9') => self.in_the_next_language(line, asked),
                Some(key) => self.key_pressed(&line, asked, key),
                None => self.keys_missed(&line, asked, Phrase::NotHeard),
            },
            (_, Input::Nothing | Input::Speech(_) | Input::Pin(_) | Input::Message { .. }) => {
                self.keys_missed(&line, asked, Phrase::NotHeard)
            }
        }
    }

    /// Who is at this leg's question. On a leg that we dialled, the phone that took the call is hers.
    pub(super) fn line(&self, id: LegId) -> Option<Line> {
        let leg = self.floor.legs.get(&id)?;
        let agent = match &leg.side {
            Side::Staff { agent, known: true } => agent.clone(),
            Side::Agent { agent, .. } | Side::Supervisor { agent } => Some(agent.clone()),
            Side::Staff { known: false, .. } | Side::Caller | Side::Called => None,
        };
        let (language, missed) = match leg.current() {
            Some(Treatment::Keys { language, missed, .. }) => (language.clone(), *missed),
            _ => (leg.flow.default_language().clone(), 0),
        };
        Some(Line { leg: id, agent, language, missed })
    }

    /// The same, as a conversation on this leg has just ended.
    pub(super) fn line_after_talk(&self, id: LegId) -> Option<Line> {
        let line = self.line(id)?;
        let (leg, agent) = (self.floor.legs.get(&id)?, self.floor.agents.get(line.agent.as_ref()?)?);
        let language = self.floor.spoken_by(agent, &leg.flow.practice)?;
        Some(Line { language, ..line })
    }

    fn pin_given(&mut self, line: &Line, wrong: u8, check: PinCheck) {
        let Some(Side::Staff { agent: Some(agent), .. }) = self.floor.legs.get(&line.leg).map(|l| l.side.clone())
        else {
            return;
        };
        let tries = self.floor.pins.get(&agent).cloned().unwrap_or_default();
        if let Some(until) = tries.locked_until(self.now) {
            // Locked by another call meanwhile: not even the right one is taken, or guessing would go on.
            return self.leave(line, vec![Words::Promise(Phrase::StaffPinLocked, until)]);
        }
        match check {
            PinCheck::Unset => self.leave(line, vec![Words::Phrase(Phrase::StaffPinUnset)]),
            PinCheck::Right if self.floor.agents.contains_key(&agent) => {
                self.fact(Fact::StaffKnown { leg: line.leg, agent: agent.clone() });
                let line = Line { agent: Some(agent), ..line.clone() };
                self.ask_keys(&line, Asked::StaffMenu, Vec::new());
            }
            PinCheck::Right | PinCheck::Wrong => {
                let locked_until = tries.would_lock(self.now);
                self.fact(Fact::PinRefused { leg: line.leg, agent, locked_until });
                match locked_until {
                    Some(until) => self.leave(line, vec![Words::Promise(Phrase::StaffPinLocked, until)]),
                    None if wrong + 1 >= WRONG_A_CALL => self.leave(line, vec![Words::Phrase(Phrase::StaffPinTooMany)]),
                    None => {
                        let again = Asked::Pin { wrong: wrong + 1 };
                        self.ask_keys(line, again, vec![Words::Phrase(Phrase::StaffPinWrong)]);
                    }
                }
            }
        }
    }

    fn key_pressed(&mut self, line: &Line, asked: &Asked, key: char) {
        match (asked, &line.agent) {
            (Asked::StaffMenu, Some(agent)) => self.staff_menu_key(line, &agent.clone(), key),
            (Asked::Outcome { call }, Some(_)) => self.outcome_key(line, *call, key),
            (Asked::Field { call, outcome, chosen, field }, Some(_)) => {
                self.field_key(line, *call, outcome, chosen, field, key);
            }
            (Asked::Supervise, Some(_)) => self.supervise_key(line, key),
            (Asked::Pin { .. }, _) | (_, None) => self.keys_missed(line, asked, Phrase::NotAChoice),
        }
    }

    fn staff_menu_key(&mut self, line: &Line, agent: &AgentId, key: char) {
        let rest = self.floor.legs.get(&line.leg).map(|leg| leg.flow.offers.with_a_patient).unwrap_or_default();
        // A call whose phone only rings is given back at once.
        let in_hand = |a: &Agent| a.state.is_busy() && !matches!(a.state, AgentState::Offered(_));
        let later = self.floor.agents.get(agent).is_some_and(in_hand);
        let told = match key {
            '1' => {
                self.agent_state_asked(agent, AskedState::Available);
                Words::Phrase(Phrase::StaffReady)
            }
            '2' => {
                let until = self.now + rest;
                self.state_asked(agent, AgentChange::NotReady { reason: NotReady::WithAPatient, until: Some(until) });
                Words::Promise(Phrase::StaffAway, until)
            }
            '3' => {
                self.agent_state_asked(agent, AskedState::LoggedOut);
                Words::Phrase(Phrase::StaffSignedOut)
            }
            '4' => return self.write_up_next(line, CallId::NONE, Vec::new()),
            _ => return self.keys_missed(line, &Asked::StaffMenu, Phrase::NotAChoice),
        };
        let refused = matches!(self.out.answer, Answer::Refused(_));
        self.out.answer = Answer::Noted;
        let told = match (refused, later) {
            (true, _) => Words::Phrase(Phrase::StaffBusy),
            (false, true) => Words::Phrase(Phrase::StaffLater),
            (false, false) => told,
        };
        self.ask_keys(line, Asked::StaffMenu, vec![told]);
    }

    /// Nothing, or a key that means nothing here: asked again, and in the end let go.
    pub(super) fn keys_missed(&mut self, line: &Line, asked: &Asked, why: Phrase) {
        if line.missed + 1 >= MISSED_MAX {
            let writes = matches!(asked, Asked::Outcome { .. } | Asked::Field { .. });
            let first = writes.then_some(Words::Phrase(Phrase::LeftForLater));
            return self.leave(line, first.into_iter().chain([Words::Phrase(Phrase::StaffGoodbye)]).collect());
        }
        let missed = line.missed + 1;
        self.put_question(line, asked.clone(), vec![Words::Phrase(why)], missed);
    }

    fn in_the_next_language(&mut self, line: Line, asked: &Asked) {
        let languages = self.floor.legs.get(&line.leg).map_or(&[][..], |leg| &leg.flow.languages);
        let here = languages.iter().position(|language| *language == line.language).unwrap_or(0);
        let next = languages.get((here + 1) % languages.len().max(1)).cloned();
        let line = Line { language: next.unwrap_or_else(|| line.language.clone()), ..line };
        self.ask_keys(&line, asked.clone(), Vec::new());
    }

    /// Asks, with `first` said before the question.
    pub(super) fn ask_keys(&mut self, line: &Line, asked: Asked, first: Vec<Words>) {
        self.put_question(line, asked, first, 0);
    }

    fn put_question(&mut self, line: &Line, asked: Asked, first: Vec<Words>, missed: u8) {
        let languages = self.floor.legs.get(&line.leg).map_or(0, |leg| leg.flow.languages.len());
        let mut words = first;
        match &asked {
            Asked::Pin { .. } => words.push(Words::Phrase(Phrase::StaffPin)),
            Asked::StaffMenu => {
                words.push(Words::Phrase(Phrase::StaffMenu));
                let owed = u32::try_from(self.owed_by(line).len()).unwrap_or(u32::MAX);
                words.extend((owed > 0).then_some(Words::Count(Phrase::StaffOwes, owed)));
            }
            Asked::Supervise => words.push(Words::Phrase(Phrase::StaffSupervise)),
            Asked::Outcome { call } => self.outcome_words(line, *call, &mut words),
            Asked::Field { call, field, .. } => self.field_words(line, *call, field, &mut words),
        }
        if !matches!(asked, Asked::Pin { .. }) {
            words.push(Words::Phrase(Phrase::KeysRepeat));
            words.extend((languages > 1).then_some(Words::Phrase(Phrase::KeysLanguage)));
        }
        self.treat(line.leg, Treatment::Keys { asked, words, language: line.language.clone(), missed });
    }

    /// Last words, then the phone is let go.
    pub(super) fn leave(&mut self, line: &Line, words: Vec<Words>) {
        self.say_goodbye(line.leg, words, line.language.clone());
    }
}

impl Floor {
    /// The language in which an assistant is spoken to: the first of hers that the practice has words in.
    fn spoken_by(&self, agent: &Agent, practice: &PracticeId) -> Option<Language> {
        let flow = &self.practices.get(practice)?.flow;
        let offered = agent.member.languages.iter().find(|language| flow.languages.contains(language));
        Some(offered.unwrap_or_else(|| flow.default_language()).clone())
    }
}
