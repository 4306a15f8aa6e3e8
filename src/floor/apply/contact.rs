//! Contacts: a number's record as it was written last.

use crate::floor::Floor;
use crate::floor::fact::contact::ContactKept;
use crate::floor::retention::month_end;
use crate::vocab::KeyId;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn contact_kept(&mut self, at: Timestamp, kept: &ContactKept) {
        self.minted.contact = self.minted.contact.max(kept.contact.0);
        self.contacts.keep(at, kept);
        // Who may not be called, and who may again, is looked at now.
        let of = self.requests.get(&(kept.number.key(), kept.practice.clone()));
        for item in of.into_iter().flatten().copied().collect::<Vec<_>>() {
            self.arm_callback(at, item);
        }
    }

    /// What an expired key sealed is forgotten here, too. Items of that time are closed.
    pub(super) fn key_expired(&mut self, key: &KeyId) {
        if let Some(end) = month_end(key.month) {
            self.contacts.forget_before(&key.scope, end);
        }
    }
}
