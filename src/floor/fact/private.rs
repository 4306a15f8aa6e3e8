//! Which texts of a fact are personal: the journal takes them out in this order, seals them, and puts them back.

use super::Fact;
use super::taped::Taped;
use crate::vocab::HasPrivate;

impl HasPrivate for Fact {
    fn privates(&self, each: &mut dyn FnMut(&str)) {
        match self {
            Self::CallArrived { caller, .. } => caller.privates(each),
            Self::RecordingPlayed { by, .. } | Self::Taped(Taped::Played { by, .. }) => by.privates(each),
            Self::ItemOpened(new) => {
                new.caller.privates(each);
                new.details.privates(each);
            }
            Self::DetailsKnown { details, .. } => details.privates(each),
            Self::LetterCame(letter) => letter.privates(each),
            Self::ContactKept(kept) => kept.privates(each),
            Self::CallClosed { note, .. } | Self::ItemAttempted { note, .. } | Self::ItemClosed { note, .. } => {
                note.values().for_each(|text| text.privates(each));
            }
            _ => {}
        }
    }

    fn privates_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        match self {
            Self::CallArrived { caller, .. } => caller.privates_mut(each),
            Self::RecordingPlayed { by, .. } | Self::Taped(Taped::Played { by, .. }) => by.privates_mut(each),
            Self::ItemOpened(new) => {
                new.caller.privates_mut(each);
                new.details.privates_mut(each);
            }
            Self::DetailsKnown { details, .. } => details.privates_mut(each),
            Self::LetterCame(letter) => letter.privates_mut(each),
            Self::ContactKept(kept) => kept.privates_mut(each),
            Self::CallClosed { note, .. } | Self::ItemAttempted { note, .. } | Self::ItemClosed { note, .. } => {
                note.values_mut().for_each(|text| text.privates_mut(each));
            }
            _ => {}
        }
    }
}
