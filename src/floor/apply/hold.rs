//! Holds: what facts about them change.

use crate::floor::Floor;
use crate::floor::call::Held;
use crate::floor::fact::Fact;
use crate::floor::timer::TimerName;
use crate::vocab::Timestamp;

impl Floor {
    pub(super) fn hold_fact(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::HoldBegan { call, remind_at } if self.calls.contains_key(call) => {
                self.with_call(*call, |c| c.held = Some(Held { since: at, reminded: false }));
                self.timers.set(TimerName::HoldReminder(*call), *remind_at);
            }
            Fact::HoldReminded { call } => {
                self.with_call(*call, |c| c.held.iter_mut().for_each(|held| held.reminded = true));
                self.timers.clear(&TimerName::HoldReminder(*call));
            }
            Fact::HoldEnded { call, .. } => {
                self.with_call(*call, |c| c.held = None);
                self.timers.clear(&TimerName::HoldReminder(*call));
            }
            _ => {}
        }
    }
}
