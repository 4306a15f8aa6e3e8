//! What patients were promised, and whether somebody tried in time: by a prompt of ours, or by a person.
//!
//! A promise made before anybody tried the last one takes its place: the patient expects one call, not two.

use super::Task;
use crate::vocab::Timestamp;

/// A time that a patient was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// By when.
    pub at: Timestamp,
    /// Did a person promise it, and not a prompt?
    pub by_person: bool,
    /// When somebody tried to keep it.
    pub tried: Option<Timestamp>,
}

impl Pledge {
    /// One that a prompt told.
    pub fn by_prompt(at: Timestamp) -> Self {
        Self { at, by_person: false, tried: None }
    }

    /// Was somebody in time?
    pub fn is_kept(&self) -> bool {
        self.tried.is_some_and(|tried| tried <= self.at)
    }
}

impl Task {
    /// The promise that nobody has tried to keep.
    fn standing(&mut self) -> Option<&mut Pledge> {
        self.pledges.last_mut().filter(|pledge| pledge.tried.is_none())
    }

    /// A call about it was told a time, or none: the earlier one stands.
    pub(super) fn told(&mut self, promised: Option<Timestamp>) {
        let Some(at) = promised else { return };
        match self.standing() {
            Some(pledge) if pledge.at <= at => {}
            Some(pledge) => *pledge = Pledge::by_prompt(at),
            None => self.pledges.push(Pledge::by_prompt(at)),
        }
    }

    /// A person's word goes before a prompt's.
    pub(super) fn promised_by_person(&mut self, at: Timestamp) {
        let promise = Pledge { at, by_person: true, tried: None };
        match self.standing() {
            Some(pledge) => *pledge = promise,
            None => self.pledges.push(promise),
        }
    }

    /// Somebody tried to reach the patient, or was done.
    pub(super) fn tried(&mut self, at: Timestamp) {
        if let Some(pledge) = self.standing() {
            pledge.tried = Some(at);
        }
    }

    /// Another item goes on with it: what nobody has tried to keep is that one's.
    pub(super) fn given_away(&mut self) -> Option<Pledge> {
        self.pledges.pop_if(|pledge| pledge.tried.is_none())
    }

    /// The earlier of two promises stands.
    pub(super) fn take_over(&mut self, pledge: Option<Pledge>) {
        match (self.standing(), pledge) {
            (_, None) => {}
            (Some(ours), Some(theirs)) if ours.at <= theirs.at => {}
            (Some(ours), Some(theirs)) => *ours = theirs,
            (None, Some(theirs)) => self.pledges.push(theirs),
        }
    }

    /// It is due at another time, and so promised, if what was promised was the due time.
    pub(super) fn put_to(&mut self, at: Timestamp) {
        let due = self.due;
        if let Some(pledge) = self.standing().filter(|pledge| pledge.at == due) {
            pledge.at = at;
        }
        self.due = at;
    }
}
