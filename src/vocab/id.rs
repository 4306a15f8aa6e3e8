//! Ids: small numbers minted by the floor's own counters, and short names given in flow files.
//!
//! A number never travels bare: it prints as `call-42` and reads back only from that form.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use super::name::Name;

macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                let digits = text.strip_prefix(concat!($prefix, "-")).ok_or(())?;
                if digits.starts_with('+') {
                    return Err(());
                }
                digits.parse().map(Self).map_err(|_| ())
            }
        }
    )*};
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Name);

        impl $name {
            /// The name as written in the flow file or given by the carrier.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }
    )*};
}

counted! {
    /// One patient's call, from the first ring to its closing.
    CallId = "call";
    /// One party's connection: the patient's, or an assistant's.
    LegId = "leg";
    /// A call rung to one agent: a lease with a number.
    OfferId = "offer";
    /// A work item: a missed call, voicemail or promised callback that somebody owns.
    ItemId = "item";
    /// Something that must be done outside, until it is confirmed or given up.
    EffectId = "effect";
    /// What is on record about a number: it stands in URLs instead of the number.
    ContactId = "contact";
}

impl CallId {
    /// No patient's call: the leg of somebody who called the staff number. Real calls count from 1.
    pub const NONE: Self = Self(0);
}

impl LegId {
    /// No leg: that of a patient who is not dialled yet. Real legs count from 1.
    pub const NONE: Self = Self(0);
}

impl OfferId {
    /// No offer: a leg that is dialled for something else. Real offers count from 1.
    pub const NONE: Self = Self(0);
}

impl CarrierCall {
    /// How the names of browser legs begin. carelane names these itself, because they have no carrier.
    pub const BROWSER: &'static str = "browser-";

    /// Is the leg of this name a browser's, without a carrier?
    pub fn is_browser(&self) -> bool {
        self.as_str().starts_with(Self::BROWSER)
    }
}

named! {
    /// Why people call a lane: `refill`.
    ReasonId;
    /// A practice, as its flow file names it (`riverside`).
    PracticeId;
    /// A lane: a call category with its queue (`scheduling`).
    LaneId;
    /// A step of the flow that is not a lane: a menu or an approved answer.
    StepId;
    /// An assistant (`ana`); screens say "assistant", code says agent.
    AgentId;
    /// A group of assistants that serves lanes (`front-desk`).
    GroupId;
    /// Something an assistant is trained for.
    SkillId;
    /// A team file's name.
    TeamId;
    /// A required field of a note (`request`).
    FieldId;
    /// Work that follows a request, stage by stage (`new_patient`).
    ChainId;
    /// One stage of a chain (`insurance_check`).
    StageId;
    /// What a referral may lack (`referral_letter`).
    DocumentId;
    /// How a call or an item ended, from the lane's list (`booked`).
    OutcomeId;
    /// The carrier's own name for a leg (a call SID; its form is the carrier's business).
    CarrierCall;
    /// The carrier's own name for a recording (a recording SID; its form is the carrier's business).
    CarrierRecording;
    /// The random name of one data folder's floor; it keeps one life's URLs apart from another's.
    FloorId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_only_from_its_own_form() {
        assert_eq!("call-42".parse(), Ok(CallId(42)));
        assert_eq!(CallId(42).to_string(), "call-42");
        for wrong in ["42", "leg-42", "call-", "call--1", "call-+1", "call-99999999999999999999"] {
            assert_eq!(wrong.parse::<CallId>(), Err(()), "{wrong}");
        }
    }
}
