//! How far up the on-call ladder each call is, and when it goes on.

use crate::floor::Floor;
use crate::floor::ladder::Climb;
use crate::floor::timer::TimerName;
use crate::vocab::CallId;
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
        self.with_call(id, |call| call.climb = Some(Climb { next: 0, rests: false }));
        self.stirred.calls.push(id);
    }

    /// The call is being offered: to this rung, or to one of the lane's own people after all.
    pub(super) fn climb_on(&mut self, id: CallId, rung: Option<u8>) {
        self.timers.clear(&TimerName::LadderAgain(id));
        self.with_call(id, |call| {
            let next = rung.map(|rung| rung.saturating_add(1)).or(call.climb.map(|climb| climb.next));
            call.climb = next.map(|next| Climb { next, rests: false });
        });
    }

    pub(super) fn ladder_ended(&mut self, id: CallId, again_at: Timestamp) {
        self.with_call(id, |call| call.climb = Some(Climb { next: 0, rests: true }));
        self.timers.set(TimerName::LadderAgain(id), again_at);
    }
}
