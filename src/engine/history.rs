//! One call's facts, in order, out of a stretch of the journal.

use std::collections::BTreeMap;

use super::directory::call_of;
use crate::floor::fact::Fact;
use crate::journal::Entry;
use crate::vocab::CallId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

/// One fact with its place and time.
#[derive(Clone, Debug)]
pub struct Told {
    /// The journal entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
}

/// The facts of one call in these entries, which begin with its first.
pub(super) fn of_call(entries: Vec<Entry>, call: CallId) -> Vec<Told> {
    let mut legs: BTreeMap<LegId, CallId> = BTreeMap::new();
    let mut offers: BTreeMap<OfferId, CallId> = BTreeMap::new();
    let mut told = Vec::new();
    for entry in entries {
        for fact in entry.facts {
            match &fact {
                Fact::CallArrived { call, leg, .. } => drop(legs.insert(*leg, *call)),
                Fact::OfferMade { call, leg, offer, .. } => {
                    legs.insert(*leg, *call);
                    offers.insert(*offer, *call);
                }
                _ => {}
            }
            let about = match &fact {
                Fact::OfferAnswered { offer, .. } | Fact::OfferEnded { offer, .. } => offers.get(offer).copied(),
                other => call_of(other, &|leg| legs.get(&leg).copied()),
            };
            if about == Some(call) {
                told.push(Told { seq: entry.seq, at: entry.at, fact });
            }
        }
    }
    told
}
