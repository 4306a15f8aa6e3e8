//! Contacts: what the person behind a number agreed to, declined, and would rather have, by practice and number.
//!
//! A record is written by people, and by the number's own STOP; nothing is guessed. It is bounded: what says least goes
//! first. With the key of the month in which it was last written it is forgotten, consent and all.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Floor;
use super::details::Details;
use super::details::Subject;
use super::effect::Refusal;
use super::event::contact::ContactChange;
use super::event::contact::ContactOf;
use super::event::contact::ContactTold;
use super::fact::Fact;
use super::fact::contact::CallsDeclined;
use super::fact::contact::ConsentSource;
use super::fact::contact::ContactKept;
use super::fact::contact::Preferences;
use super::fact::contact::TextConsent;
use super::turn::Turn;
use crate::flow::Flow;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ContactId;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::NumberKey;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;
use crate::vocab::limit::CONTACTS_MAX;

/// A number's record at a practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The record.
    pub kept: ContactKept,
    /// When it was last written.
    pub changed_at: Timestamp,
}

/// Which is forgotten first: a record that bars nothing, and of those the one that was not written for longest.
type Place = (bool, Timestamp, ContactId);

/// All records of the floor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Contacts {
    of: BTreeMap<ContactId, Contact>,
    by_number: BTreeMap<(PracticeId, NumberKey), ContactId>,
    order: BTreeSet<Place>,
}

impl Contact {
    fn place(&self) -> Place {
        let wants = &self.kept.wants;
        let bars = wants.stopped.is_some() || wants.no_calls.is_some() || wants.confidential;
        (bars, self.changed_at, self.kept.contact)
    }
}

impl Contacts {
    fn get(&self, practice: &PracticeId, number: &Number) -> Option<&Contact> {
        self.of.get(self.by_number.get(&(practice.clone(), number.key()))?)
    }

    fn forget(&mut self, id: ContactId) {
        if let Some(contact) = self.of.remove(&id) {
            self.order.remove(&contact.place());
            self.by_number.remove(&(contact.kept.practice.clone(), contact.kept.number.key()));
        }
    }

    /// The record is this from now on.
    pub(super) fn keep(&mut self, at: Timestamp, kept: &ContactKept) {
        self.forget(kept.contact);
        // A number whose key was destroyed is nobody's.
        if kept.number.is_erased() {
            return;
        }
        while self.of.len() >= CONTACTS_MAX
            && let Some((_, _, least)) = self.order.first().copied()
        {
            self.forget(least);
        }
        let contact = Contact { kept: kept.clone(), changed_at: at };
        self.by_number.insert((kept.practice.clone(), kept.number.key()), kept.contact);
        self.order.insert(contact.place());
        self.of.insert(kept.contact, contact);
    }

    /// Records of this practice that were last written before `end` are gone: so is the key that opens them.
    pub(super) fn forget_before(&mut self, practice: &str, end: Timestamp) {
        let gone = |contact: &&Contact| contact.kept.practice.as_str() == practice && contact.changed_at < end;
        let gone: Vec<ContactId> = self.of.values().filter(gone).map(|contact| contact.kept.contact).collect();
        gone.into_iter().for_each(|id| self.forget(id));
    }

    /// Does every record stand once in the order and under its number, and are there no more than may be?
    pub(super) fn is_sound(&self) -> bool {
        let known = self.of.len();
        known <= CONTACTS_MAX && known == self.order.len() && known == self.by_number.len()
    }
}

impl Floor {
    /// The record of a number at a practice, if there is one.
    pub fn contact(&self, practice: &PracticeId, number: &Number) -> Option<&Contact> {
        self.contacts.get(practice, number)
    }

    /// The record that somebody means, if there is one.
    pub fn contact_meant(&self, practice: &PracticeId, of: &ContactOf) -> Option<&Contact> {
        match of {
            ContactOf::Number(number) => self.contact(practice, number),
            ContactOf::Known(id) => self.contacts.of.get(id).filter(|contact| contact.kept.practice == *practice),
        }
    }

    /// The record of whoever seems to be calling.
    pub(super) fn contact_of(&self, practice: &PracticeId, caller: &Caller) -> Option<&Contact> {
        self.contact(practice, caller.number.as_ref()?)
    }

    /// Does this number's person want no calls of ours? Then nobody dials it, and no attempt is due.
    // rule: no-calls-wanted
    pub fn declines_calls(&self, practice: &PracticeId, caller: &Caller) -> bool {
        self.contact_of(practice, caller).is_some_and(|contact| contact.kept.wants.no_calls.is_some())
    }

    /// The language to speak with a caller, as a person wrote it down.
    pub(super) fn language_wanted(&self, practice: &PracticeId, caller: &Caller) -> Option<&Language> {
        self.contact_of(practice, caller)?.kept.wants.talking.as_ref()
    }

    fn next_contact(&self) -> ContactId {
        ContactId(self.minted.contact + 1)
    }
}

impl Turn<'_> {
    /// Somebody told of a number.
    pub(super) fn contact_told(&mut self, told: ContactTold) {
        let ContactTold { practice, of, change, by } = told;
        let Some(flow) = self.floor.flow(&practice).cloned() else { return self.refuse(Refusal::Unknown("practice")) };
        let known = self.floor.contact_meant(&practice, &of).map(|contact| contact.kept.clone());
        let before = match (&known, of) {
            (Some(known), _) => known.clone(),
            (None, ContactOf::Known(_)) => return self.refuse(Refusal::Unknown("contact")),
            (None, ContactOf::Number(number)) => {
                let contact = self.floor.next_contact();
                ContactKept { contact, practice, number, wants: Preferences::default(), by: None }
            }
        };
        let wants = self.floor.is_somebody(by.as_ref()).and_then(|()| {
            let allowed = Allowed { flow: &flow, by: by.as_ref(), at: self.now };
            allowed.changed(&before.wants, change).map_err(|what| match what {
                "by" => Refusal::NotAllowed { what, allowed: self.floor.assistants() },
                "how" => Refusal::NotAllowed { what, allowed: ConsentSource::NAMES.map(Into::into).into() },
                _ => {
                    let allowed = flow.languages.iter().map(|language| language.as_str().into()).collect();
                    Refusal::NotAllowed { what, allowed }
                }
            })
        });
        match wants {
            Ok(wants) if known.is_none() || wants != before.wants => {
                self.fact(Fact::ContactKept(Box::new(ContactKept { wants, by, ..before })));
            }
            Ok(_) => {}
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// A caller whose number has a preferred window is called back in it, unless the call says another.
    // rule: contact-window
    pub(super) fn note_contact(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        let window = self.floor.contact_of(&call.practice, &call.caller).and_then(|contact| contact.kept.wants.window);
        if let Some(window) = window {
            let details = Box::new(Details { preferred_window: Some(window), ..Details::default() });
            self.fact(Fact::DetailsKnown { of: Subject::Call(id), details });
        }
    }
}

/// What may be written down, by whom and when.
struct Allowed<'a> {
    flow: &'a Flow,
    by: Option<&'a AgentId>,
    at: Timestamp,
}

impl Allowed<'_> {
    /// The record with the change; the error names the field that is missing or wrong.
    fn changed(&self, before: &Preferences, change: ContactChange) -> Result<Preferences, &'static str> {
        let mut wants = before.clone();
        // What somebody agreed to is on record with who wrote it down, and how it was said.
        // rule: consent-on-record
        if let Some(given) = change.texts
            && before.texts.as_ref().map(|known| known.given) != Some(given)
        {
            let by = self.by.cloned().ok_or("by")?;
            let how = change.how.ok_or("how")?;
            wants.texts = Some(TextConsent { given, at: self.at, by, how });
        }
        if let Some(wanted) = change.calls
            && before.no_calls.is_none() != wanted
        {
            let by = self.by.cloned().ok_or("by")?;
            wants.no_calls = (!wanted).then_some(CallsDeclined { at: self.at, by });
        }
        wants.talking = self.language(change.talking, "talking")?.or(wants.talking);
        wants.texting = self.language(change.texting, "texting")?.or(wants.texting);
        wants.window = change.window.or(wants.window);
        wants.message = change.message.or(wants.message);
        wants.confidential = change.confidential.unwrap_or(wants.confidential);
        Ok(wants)
    }

    fn language(&self, asked: Option<Language>, what: &'static str) -> Result<Option<Language>, &'static str> {
        match asked {
            Some(language) if !self.flow.languages.contains(&language) => Err(what),
            asked => Ok(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(n: usize, stopped: bool) -> ContactKept {
        let wants = Preferences { stopped: stopped.then_some(Timestamp(1)), ..Preferences::default() };
        let number = Number::parse(&format!("+1555{n:07}")).unwrap();
        ContactKept { contact: ContactId(n as u64), practice: "elm".into(), number, wants, by: None }
    }

    #[test]
    fn what_bars_nothing_is_forgotten_first() {
        let mut contacts = Contacts::default();
        contacts.keep(Timestamp(0), &kept(0, true));
        for n in 1..=CONTACTS_MAX {
            contacts.keep(Timestamp(n as i64), &kept(n, false));
        }
        assert!(contacts.is_sound() && contacts.of.len() == CONTACTS_MAX);
        let known = |contacts: &Contacts, n| contacts.get(&"elm".into(), &kept(n, false).number).is_some();
        assert!(known(&contacts, 0) && !known(&contacts, 1) && known(&contacts, 2));
        assert!(contacts.get(&"oak".into(), &kept(2, false).number).is_none(), "another practice's record");
    }

    #[test]
    fn a_record_is_gone_with_the_month_in_which_it_was_last_written() {
        let mut contacts = Contacts::default();
        contacts.keep(Timestamp(5), &kept(1, true));
        contacts.keep(Timestamp(5), &kept(2, true));
        contacts.keep(Timestamp(15), &kept(2, false));
        contacts.forget_before("oak", Timestamp(10));
        assert_eq!(contacts.of.len(), 2);
        contacts.forget_before("elm", Timestamp(10));
        assert!(contacts.is_sound() && contacts.of.keys().eq([&ContactId(2)]));
        contacts.keep(Timestamp(20), &ContactKept { number: Number::default(), ..kept(2, false) });
        assert!(contacts.is_sound() && contacts.of.is_empty(), "a number without its key is nobody's");
    }
}
