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

/// A caller's open requests at the practice, newest first.
pub(in crate::floor) struct Requests<'f>(Vec<&'f Item>);

impl Floor {
    /// The caller's open requests. A caller without a number has none that we know of.
    pub(in crate::floor) fn requests_of(&self, call: &Call) -> Requests<'_> {
        let number = call.caller.number.as_ref();
        let open = number.and_then(|number| self.requests.get(&(number.key(), call.practice.clone())));
        Requests(open.into_iter().flatten().rev().filter_map(|id| self.items.get(id)).collect())
    }
}

impl<'f> Requests<'f> {
    /// The request that this call goes on with: same number, same lane, and either a wait of a short while ago or a
    /// callback or a message left instead of waiting, until somebody has tried it.
    ///
    /// Urgent calls never fold into an earlier one: a new symptom must not inherit an old due time.
    // rule: redial-keeps-place
    pub(in crate::floor) fn redialled(&self, call: &Call, lane: &LaneId, now: Timestamp) -> Option<&'f Item> {
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
        self.0.iter().copied().filter(|_| !call.urgent).find(same)
    }

    /// The newest.
    pub(in crate::floor) fn newest(&self) -> Option<&'f Item> {
        self.0.first().copied()
    }

    /// The earliest time by which this caller was promised a callback that is still open.
    pub(in crate::floor) fn promised(&self, call: &Call) -> Option<Timestamp> {
        self.0.iter().filter(|item| item.new.call != call.id).filter_map(|item| item.new.promised).min()
    }

    /// Is there one for which no call has been put forward yet?
    pub(in crate::floor) fn may_be_put_forward(&self) -> bool {
        self.0.iter().any(|item| !item.put_forward)
    }
}
