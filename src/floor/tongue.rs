//! The language a number was last answered in, so that nobody has to ask for theirs on every call.
//!
//! It is derived from `LanguageChosen` like all state, bounded in number and age, and knows no caller without a number.
//! The practice's first language needs no memory: who goes back to it is forgotten.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Floor;
use crate::flow::Flow;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;
use crate::vocab::limit::LANGUAGE_KEPT;
use crate::vocab::limit::LANGUAGES_KEPT_MAX;

type Key = (PracticeId, Number);

/// Languages by practice and number; the longest unheard is forgotten first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tongues {
    of: BTreeMap<Key, (Timestamp, Language)>,
    order: BTreeSet<(Timestamp, Key)>,
}

impl Tongues {
    fn forget(&mut self, key: &Key) {
        if let Some((at, _)) = self.of.remove(key) {
            self.order.remove(&(at, key.clone()));
        }
    }

    fn note(&mut self, at: Timestamp, key: Key, language: Language) {
        self.forget(&key);
        while let Some((heard, oldest)) = self.order.first().cloned()
            && (self.of.len() >= LANGUAGES_KEPT_MAX || heard + LANGUAGE_KEPT <= at)
        {
            self.forget(&oldest);
        }
        self.order.insert((at, key.clone()));
        self.of.insert(key, (at, language));
    }

    /// Does every number stand once in the order, and no more of them than may?
    pub(super) fn is_sound(&self) -> bool {
        self.of.len() == self.order.len() && self.of.len() <= LANGUAGES_KEPT_MAX
    }
}

impl Floor {
    /// The language a person wrote down for this call's number; or the one it last chose, unless that is too long ago,
    /// or its practice speaks it no longer.
    pub(super) fn tongue_of(&self, id: CallId) -> Option<Language> {
        let call = self.calls.get(&id)?;
        // rule: language-kept
        if let Some(wanted) = self.language_wanted(&call.practice, &call.caller) {
            let differs = wanted != &call.language && call.flow.languages.contains(wanted);
            return differs.then(|| wanted.clone());
        }
        self.tongue_known(call.arrived, &call.flow, call.caller.number.as_ref()?)
    }

    /// The language in which whoever has this number is written down; the practice's first, if nobody knows another.
    pub(super) fn tongue_of_writer(&self, at: Timestamp, flow: &Flow, caller: &Caller) -> Language {
        let wanted = self.language_wanted(&flow.practice, caller).filter(|wanted| flow.languages.contains(wanted));
        let known = || self.tongue_known(at, flow, caller.number.as_ref()?);
        wanted.cloned().or_else(known).unwrap_or_else(|| flow.default_language().clone())
    }

    fn tongue_known(&self, at: Timestamp, flow: &Flow, number: &Number) -> Option<Language> {
        let (heard, language) = self.tongues.of.get(&(flow.practice.clone(), number.clone()))?;
        let lately = at < *heard + LANGUAGE_KEPT;
        (lately && flow.languages.contains(language)).then(|| language.clone())
    }

    /// The caller chose a language.
    pub(super) fn note_tongue(&mut self, at: Timestamp, id: CallId, language: &Language) {
        let Some(call) = self.calls.get(&id) else { return };
        // A number whose key was destroyed is nobody's.
        let number = call.caller.number.clone().filter(|number| *number != Number::default());
        let Some(key) = number.map(|number| (call.practice.clone(), number)) else { return };
        if language == call.flow.default_language() {
            self.tongues.forget(&key);
        } else {
            self.tongues.note(at, key, language.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unheard_is_forgotten_first_and_nobody_is_kept_for_ever() {
        let spanish = Language::parse("es-US").unwrap();
        let key = |n: usize| ("elm".into(), Number::parse(&format!("+1555{n:07}")).unwrap());
        let mut tongues = Tongues::default();
        for n in 0..=LANGUAGES_KEPT_MAX {
            tongues.note(Timestamp(n as i64), key(n), spanish.clone());
            tongues.note(Timestamp(n as i64), key(1), spanish.clone());
        }
        assert!(tongues.is_sound() && tongues.of.len() == LANGUAGES_KEPT_MAX);
        assert!(!tongues.of.contains_key(&key(0)) && tongues.of.contains_key(&key(1)));
        tongues.note(Timestamp(0) + LANGUAGE_KEPT + LANGUAGE_KEPT, key(0), spanish);
        assert_eq!((tongues.of.len(), tongues.is_sound()), (1, true));
    }
}
