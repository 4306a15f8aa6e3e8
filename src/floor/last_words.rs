//! Last words, and who speaks into them: urgent words are heard until the caller's phone is down.
//!
//! A call may be accounted for by then. It comes back as it was, with its arrival, and goes to the clinical lane; the
//! item that it left stays. Anything else that is said changes nothing.

use super::Floor;
use super::call::Call;
use super::call::Phase;
use super::call::Side;
use super::clinical::Request;
use super::clinical::urgent_words;
use super::effect::Answer;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::ledger::Account;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::Language;
use crate::vocab::LegId;

/// A call that is accounted for while its caller is still on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    /// As it was.
    pub(super) call: Call,
    /// Where the ledger has it.
    pub(super) account: Account,
}

impl Floor {
    /// Is this caller's call still here, or kept until the phone is down? One that owes a note is written up.
    fn can_resume(&self, id: CallId, leg: LegId) -> bool {
        match self.calls.get(&id) {
            Some(call) => matches!(call.phase, Phase::WrapUp { .. }),
            None => self.legs.get(&leg).is_some_and(|leg| leg.parting.is_some()),
        }
    }
}

impl Turn<'_> {
    /// A caller's last words: said to a caller they are listened into.
    pub(super) fn say_goodbye(&mut self, leg: LegId, words: Vec<Words>, language: Language) {
        let listens = self.floor.legs.get(&leg).is_some_and(|leg| leg.side == Side::Caller);
        self.treat(leg, Treatment::Goodbye { words, language, listens });
    }

    /// Somebody spoke, or pressed a key, into the last words.
    pub(super) fn goodbye_ended(&mut self, leg: LegId, id: CallId, input: &Input) {
        let Some(found) = self.floor.legs.get(&leg).filter(|leg| leg.side == Side::Caller) else {
            self.out.answer = Answer::Over;
            return;
        };
        let said = if let Input::Speech(words) = input { urgent_words(&found.flow, words.reveal()) } else { None };
        match said {
            Some(crisis) if self.floor.can_resume(id, leg) => {
                self.fact(Fact::CallResumed { call: id, leg });
                self.flag_urgent(id, crisis, FlaggedBy::Caller);
            }
            Some(crisis) => self.urgent_after_all(leg, id, crisis),
            None => self.goodbye_again(leg, input),
        }
    }

    /// The time to write the call up is over, so that it cannot come back: the clinical group calls.
    fn urgent_after_all(&mut self, leg: LegId, id: CallId, crisis: bool) {
        let Some(call) = self.call(id) else {
            self.out.answer = Answer::Over;
            return;
        };
        let (language, sentence) = (call.language.clone(), if crisis { Phrase::Crisis } else { Phrase::Urgent });
        self.open_urgent_item(Request::of_call(call), FlaggedBy::Caller);
        let due_at = match self.out.answer {
            Answer::Flagged(item) => self.floor.items.get(&item).map(|item| item.new.due_at),
            _ => None,
        };
        let mut words = vec![Words::Phrase(sentence)];
        words.extend(due_at.map(|due_at| Words::promise(Phrase::CallbackNoted, due_at, self.now)));
        self.say_goodbye(leg, words, language);
    }

    /// A time that was promised is said once more, in case it was talked over; then it is enough.
    fn goodbye_again(&mut self, leg: LegId, input: &Input) {
        let Some(found) = self.floor.legs.get(&leg) else { return };
        let is_goodbye = |treatment: &Treatment| matches!(treatment, Treatment::Goodbye { .. });
        let twice = found.given.iter().rev().take(2).all(|treatment| is_goodbye(treatment)) && found.given.len() > 1;
        match found.current() {
            Some(Treatment::Goodbye { words, language, .. })
                if !twice
                    && *input != Input::Nothing
                    && words.iter().any(|word| matches!(word, Words::Promise(..) | Words::Dated(..))) =>
            {
                let (words, language) = (words.clone(), language.clone());
                self.say_goodbye(leg, words, language);
            }
            _ => self.out.answer = Answer::Over,
        }
    }
}
