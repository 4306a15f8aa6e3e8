//! Recorded conversations: what facts about them change.

use crate::floor::Floor;
use crate::floor::effect::Effect;
use crate::floor::fact::taped::Taped;
use crate::vocab::CallId;

impl Floor {
    pub(super) fn taped(&mut self, fact: &Taped) {
        match fact {
            Taped::Possible { possible } => self.tapes = *possible,
            Taped::Announced { call } => self.with_call(*call, |c| c.taping.announced = true),
            Taped::Began { call, recording, .. } => {
                self.with_call(*call, |c| c.taping.tape = Some(recording.clone()));
            }
            // Without the announcement nothing is recorded; and what was kept or heard stands in the journal.
            Taped::Declined { .. } | Taped::Kept { .. } | Taped::Played { .. } => {}
        }
    }

    /// A conversation is over: what was recorded of it is put together.
    pub(super) fn tape_over(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(recording) = call.taping.tape.take() else { return };
        let (round, practice) = (call.round, call.practice.clone());
        self.put(Effect::KeepTape { call: id, round, practice, recording });
    }
}
