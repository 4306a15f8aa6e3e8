//! Details: what is known of a request beyond its number: who calls, for whom, and why.
//!
//! Caller and patient are two: a mother calls for her child, a pharmacy for a patient. Nothing here is a credential.

pub use super::window::FORM as WINDOW_FORM;
pub use super::window::Window;

use serde::Deserialize;
use serde::Serialize;

use crate::flow::normalise;
use crate::vocab::CallId;
use crate::vocab::HasPrivate;
use crate::vocab::ItemId;
use crate::vocab::Private;
use crate::vocab::ReasonId;
use crate::vocab::present;

/// Has the patient been at the practice before? Unknown counts as new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Never.
    New,
    /// Yes.
    Existing,
}

/// What the caller is to the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    /// The patient calls.
    #[serde(rename = "self")]
    Patient,
    /// Mother or father.
    Parent,
    /// Who decides for the patient.
    Guardian,
    /// Husband, wife or partner.
    Spouse,
    /// Any other relative.
    Family,
    /// Who looks after the patient.
    Caregiver,
    /// Another doctor's office or a hospital.
    ProviderOffice,
    /// A pharmacy.
    Pharmacy,
    /// An insurer.
    Insurer,
    /// Somebody else.
    Other,
}

/// What is known of a request. Each may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// New or existing patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// The patient's name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub patient_name: Option<Private<String>>,
    /// The patient's date of birth, `1980-02-29`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub patient_born: Option<Private<String>>,
    /// What the caller is to the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Relationship>,
    /// May the practice speak with the caller about the patient?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_discuss: Option<bool>,
    /// Why they call, from the lane's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonId>,
    /// Did they come by the backline: a hospital, a laboratory, a pharmacy?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backline: bool,
    /// When the patient wants to be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_window: Option<Window>,
}

/// What details are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// A call.
    Call(CallId),
    /// A work item.
    Item(ItemId),
}

impl Details {
    /// Is nothing known?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Is this of another patient, or of another person about a patient, as far as both are known?
    pub(super) fn is_another(&self, other: &Self) -> bool {
        let differ = |a: &Option<Private<String>>, b: &Option<Private<String>>| {
            a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| normalise(a.reveal()) != normalise(b.reveal()))
        };
        differ(&self.patient_name, &other.patient_name)
            || differ(&self.patient_born, &other.patient_born)
            || self.relationship.zip(other.relationship).is_some_and(|(a, b)| a != b)
    }

    /// Is it of the same patient and caller, and as much of both known?
    pub(super) fn is_exactly(&self, other: &Self) -> bool {
        let known = |details: &Self| {
            (details.patient_name.is_some(), details.patient_born.is_some(), details.relationship.is_some())
        };
        known(self) == known(other) && !self.is_another(other)
    }

    /// Takes over what was not known yet.
    pub(super) fn fill(&mut self, more: &Self) {
        let known = std::mem::replace(self, more.clone());
        self.learn(&known);
    }

    /// Takes over what is known now.
    pub(super) fn learn(&mut self, more: &Self) {
        fn newer<T: Clone>(known: &mut Option<T>, said: &Option<T>) {
            if said.is_some() {
                known.clone_from(said);
            }
        }
        newer(&mut self.standing, &more.standing);
        newer(&mut self.patient_name, &more.patient_name);
        newer(&mut self.patient_born, &more.patient_born);
        newer(&mut self.relationship, &more.relationship);
        newer(&mut self.may_discuss, &more.may_discuss);
        newer(&mut self.reason, &more.reason);
        newer(&mut self.preferred_window, &more.preferred_window);
        self.backline |= more.backline;
    }
}

impl HasPrivate for Details {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        for text in [&self.patient_name, &self.patient_born].into_iter().flatten() {
            text.privates(each);
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        for text in [&mut self.patient_name, &mut self.patient_born].into_iter().flatten() {
            text.privates_mut(each);
        }
    }
}
