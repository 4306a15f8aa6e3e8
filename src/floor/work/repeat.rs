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
    /// The request that this call goes on with: same number, same lane, and either a wait of a short while ago or a
    /// callback or a message left instead of waiting, until somebody has tried it.
    ///
    /// Urgent calls never fold into an earlier one: a new symptom must not inherit an old due time.
    // rule: redial-keeps-place
    pub(in crate::floor) fn redial_of(&self, call: &Call, lane: &LaneId, now: Timestamp) -> Option<&Item> {
        let same = |item: &&Item| {
            let new = &item.new;
            let lately = now <= item.opened_at + REDIAL_MAX;
            let waited = match new.kind {
                ItemKind::Abandoned | ItemKind::Missed => lately,
                ItemKind::Callback | ItemKind::Voicemail => lately || (new.promised.is_some() && item.attempts == 0),
                ItemKind::NoteOwed | ItemKind::FollowUp => false,
            };
            new.lane == *lane && !new.urgent && waited
        };
        self.requests_of(call).filter(|_| !call.urgent).find(same)
    }

    /// The caller's newest open request at the practice.
    pub(in crate::floor) fn request_of(&self, call: &Call) -> Option<&Item> {
        self.requests_of(call).next()
    }

    /// The earliest time by which this caller was promised a callback that is still open.
    pub(in crate::floor) fn promised_to(&self, call: &Call) -> Option<Timestamp> {
        self.requests_of(call).filter(|item| item.new.call != call.id).filter_map(|item| item.new.promised).min()
    }

    /// Has the caller an open request for which no call has been put forward yet?
    pub(in crate::floor) fn may_be_put_forward(&self, call: &Call) -> bool {
        self.requests_of(call).any(|item| !item.put_forward)
    }

    /// The caller's open requests, newest first. A caller without a number has none that we know of.
    fn requests_of(&self, call: &Call) -> impl Iterator<Item = &Item> {
        let key = call.caller.number.clone().map(|number| (call.practice.clone(), number));
        let open = key.and_then(|key| self.requests.get(&key));
        open.into_iter().flatten().rev().filter_map(|id| self.items.get(id))
    }
}
