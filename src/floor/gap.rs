//! The gap: calls that came while nobody here could answer, as the carrier's list tells of them afterwards.
//!
//! Each is accounted for like any other call: it arrived, it is over, and somebody owns the callback. Which calls the
//! carrier knows and we do not is found out elsewhere (`engine/gap.rs`).

use super::effect::Oddity;
use super::event::LegEnd;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::Left;
use super::turn::Turn;
use crate::flow::Phrase;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::Span;
use crate::vocab::Timestamp;

impl Turn<'_> {
    /// Kept until the carrier's list was read: a crash before that must not shorten the gap.
    pub(super) fn gap_found(&mut self, since: Timestamp) {
        if self.floor.gap_since.is_none_or(|known| since < known) {
            self.fact(Fact::GapFound { since });
        }
    }

    /// A call that began and ended unheard becomes a missed call, once, however often it is told of.
    pub(super) fn call_missed(&mut self, carrier_call: CarrierCall, caller: Caller, dialled: &str, began: Timestamp) {
        if let Some(leg) = self.floor.leg_of(&carrier_call) {
            return self.odd(Oddity::Repeated(leg.call));
        }
        let Some(practice) = self.floor.numbers.get(dialled).cloned() else {
            return self.odd(Oddity::UnknownNumber);
        };
        // Before the number was ours, somebody else answered it. Carriers' times are whole seconds.
        let ours = self.floor.served_since.get(dialled).is_some_and(|since| *since < began + Span::secs(1));
        let Some(flow) = self.floor.flow_hash(&practice).cloned().filter(|_| ours) else { return };
        let (call, leg) = (self.next_call(), self.next_leg());
        // The carrier's clock may run ahead of ours.
        let began = Some(began.min(self.now));
        self.fact(Fact::CallArrived { call, leg, practice, flow, carrier_call, caller, began });
        self.note_contact(call);
        self.fact(Fact::LegEnded { leg, end: LegEnd::Completed });
        self.leave_with_item(call, ItemKind::Missed, Left::Missed, Phrase::NobodyFree);
    }
}
