//! How far up the on-call ladder each call is, and when it goes on.

use crate::floor::Floor;
use crate::floor::ladder::Climb;
use crate::floor::timer::TimerName;
use crate::vocab::CallId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

impl Floor {
    /// From now on the lane's own people have so long; a call at the ladder's end goes on at once.
    pub(super) fn set_ladder_timer(&mut self, at: Timestamp, id: CallId) {
        let Some(call) = self.calls.get(&id).filter(|call| call.is_queued()) else { return };
        let after = self.ladder_of(call).map(|on_call| on_call.after);
        match (after, call.climb) {
            (Some(after), None) => self.timers.set(TimerName::LadderBegins(id), at + after),
            (Some(_), Some(_)) => {
                self.with_call(id, |call| call.climb.iter_mut().for_each(|climb| climb.rests = false));
                self.timers.clear(&TimerName::LadderAgain(id));
                self.stirred.calls.push(id);
            }
            (None, _) => {
                self.timers.clear(&TimerName::LadderBegins(id));
                self.timers.clear(&TimerName::LadderAgain(id));
            }
        }
    }

    pub(super) fn ladder_began(&mut self, id: CallId) {
        self.timers.clear(&TimerName::LadderBegins(id));
        self.with_call(id, |call| call.climb = Some(Climb { next: 0, rests: false, page: None }));
        self.stirred.calls.push(id);
    }

    /// Whoever holds this rung is rung. The call stays in line: the lane's own people may be rung, too.
    pub(super) fn page_began(&mut self, id: CallId, offer: OfferId, rung: u8) {
        self.timers.clear(&TimerName::LadderAgain(id));
        self.with_call(id, |call| {
            call.climb = Some(Climb { next: rung.saturating_add(1), rests: false, page: Some(offer) });
        });
    }

    /// That offer is over, if it was one to a rung: the next may be rung.
    pub(super) fn page_ended(&mut self, id: CallId, offer: OfferId) {
        let climb = self.calls.get_mut(&id).and_then(|call| call.climb.as_mut());
        if let Some(climb) = climb.filter(|climb| climb.page == Some(offer)) {
            climb.page = None;
            self.stirred.calls.push(id);
        }
    }

    pub(super) fn ladder_ended(&mut self, id: CallId, again_at: Timestamp) {
        self.with_call(id, |call| call.climb = Some(Climb { next: 0, rests: true, page: None }));
        self.timers.set(TimerName::LadderAgain(id), again_at);
    }
}
