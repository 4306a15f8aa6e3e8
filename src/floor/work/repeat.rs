//! Repeat callers: who waits, drops and redials keeps the place in line. It belongs to the request, not to the leg.

use crate::floor::Floor;
use crate::floor::call::Call;
use crate::floor::fact::ItemKind;
use crate::floor::work::item::Item;
use crate::vocab::LaneId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A redial within this time is the same wait. Later, the callback is under way and the call is a new one.
const REDIAL_MAX: Span = Span::mins(30);

impl Floor {
    /// The abandoned wait that this call goes on with: same number, same lane, a short while ago.
    ///
    /// Urgent calls never fold into an earlier one: a new symptom must not inherit an old due time.
    // rule: redial-keeps-place
    pub(in crate::floor) fn redial_of(&self, call: &Call, lane: &LaneId, now: Timestamp) -> Option<&Item> {
        let number = call.caller.number.clone().filter(|_| !call.urgent)?;
        let open = self.requests.get(&(call.practice.clone(), number))?;
        let same = |item: &&Item| {
            let new = &item.new;
            new.kind == ItemKind::Abandoned && new.lane == *lane && !new.urgent && now <= item.opened_at + REDIAL_MAX
        };
        open.iter().rev().filter_map(|id| self.items.get(id)).find(same)
    }
}
