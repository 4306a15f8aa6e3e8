//! Taping: conversations that are recorded, where the flow says so and only of callers who were told.
//!
//! ```text
//!  lane chosen ─► announcement, to its end ─► Announced ─► line ─► conversation ─► Began ─► pieces ─► Kept
//!                     └── the key against it ─► Declined ─► line ─► conversation, unrecorded
//! ```
//! The announcement comes on the way into the line, so that nobody waits for it once an assistant is there. Nobody
//! urgent hears it, so nobody urgent is recorded. Recording never decides about a conversation: whatever fails, that
//! goes on.

use super::Floor;
use super::call::Call;
use super::call::Phase;
use super::clinical::urgent_said;
use super::effect::Effect;
use super::effect::Oddity;
use super::effect::Refusal;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::Route;
use super::fact::taped::Taped;
use super::ivr::MISSED_INPUTS_MAX;
use super::treatment::Treatment;
use super::turn::Turn;
use crate::flow::Lane;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::Private;
use crate::vocab::Span;

/// What is known of a call's being recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taping {
    /// The caller has heard the announcement to its end, and said nothing against it.
    pub(super) announced: bool,
    /// What the recording of the present conversation is called, once it has begun.
    pub(super) tape: Option<CarrierRecording>,
}

impl Call {
    /// May the conversation be recorded that the call is in, or comes to?
    // rule: announced-before-recorded
    pub(super) fn may_be_taped(&self) -> bool {
        self.taping.announced && self.lane().is_some_and(|lane| lane.recorded && !lane.clinical)
    }
}

impl Turn<'_> {
    /// A caller goes to a lane: the announcement first, if its conversations are recorded.
    pub(super) fn announce_or_enter(&mut self, id: CallId, lane: LaneId, how: Route) {
        let Some(call) = self.call(id) else { return };
        let (leg, language) = (call.leg, call.language.clone());
        if call.flow.lane(&lane).is_some_and(|found| self.announces(call, found)) {
            return self.treat(leg, Treatment::RecordingNotice { lane, how, language });
        }
        self.enter_lane(id, lane, how);
    }

    fn announces(&self, call: &Call, lane: &Lane) -> bool {
        let Some(leg) = self.floor.legs.get(&call.leg) else { return false };
        let told = leg.given.iter().any(|treatment| matches!(**treatment, Treatment::RecordingNotice { .. }));
        // A browser's audio always comes to us.
        let comes_here = self.floor.tapes || leg.carrier_call.as_ref().is_some_and(CarrierCall::is_browser);
        lane.recorded
            && call.flow.recording.is_some()
            && comes_here
            && !(lane.clinical || call.urgent || told)
            // Who is about to hear that nobody answers is not kept from it.
            && self.way_out(&call.flow, lane, false).is_none()
    }

    /// The announcement was heard to its end, or its caller pressed or said something meanwhile. What means nothing
    /// here leaves it going on; a second time the call goes on, unrecorded.
    pub(super) fn announcement_ended(&mut self, id: CallId, lane: LaneId, how: Route, input: &Input) {
        let Some(flow) = self.call(id).map(|call| call.flow.clone()) else { return };
        if let Some(crisis) = urgent_said(&flow, input) {
            return self.flag_urgent(id, crisis, FlaggedBy::Caller);
        }
        let decline_key = flow.recording.as_ref().and_then(|rules| rules.decline_key);
        match input {
            Input::Nothing => self.fact(Fact::Taped(Taped::Announced { call: id })),
            Input::Keys(keys) if decline_key.is_some() && keys.chars().next() == decline_key => {
                self.fact(Fact::Taped(Taped::Declined { call: id }));
            }
            _ => {
                self.fact(Fact::InputMissed { call: id });
                if self.call(id).is_some_and(|call| call.missed_inputs < MISSED_INPUTS_MAX) {
                    return;
                }
            }
        }
        self.enter_lane(id, lane, how);
    }

    /// The caller's session is about to record: it may not before this is durable.
    pub(super) fn tape_began(&mut self, id: LegId, recording: CarrierRecording) {
        let Some(leg) = self.floor.legs.get(&id) else { return self.odd(Oddity::UnknownLeg) };
        let talks = self.call(leg.call).filter(|call| call.leg == id && matches!(call.phase, Phase::Talking { .. }));
        let is_recorded = |call: &&Call| {
            let room = leg.current().filter(|_| call.may_be_taped());
            matches!(room, Some(Treatment::Connected { round, recorded: true, .. }) if *round == call.round)
        };
        match talks.filter(is_recorded).map(|call| (call.id, call.round, call.taping.tape.is_some())) {
            Some((call, round, false)) => self.fact(Fact::Taped(Taped::Began { call, round, recording })),
            Some((.., true)) => {}
            None => self.refuse(Refusal::Conflict("this conversation is over, or is not to be recorded")),
        }
    }

    /// A recording lies in one file.
    pub(super) fn tape_kept(&mut self, effect: EffectId, duration: Span) {
        if let Some(Effect::KeepTape { call, round, .. }) = self.floor.effects.get(&effect).cloned() {
            self.fact(Fact::Taped(Taped::Kept { call, round, duration }));
            self.fact(Fact::EffectSettled { effect });
        }
    }

    /// Who listens is noted before a byte of it leaves.
    pub(super) fn tape_asked(&mut self, id: CallId, round: u32, by: Private<String>) {
        if id.0 == 0 || id.0 > self.floor.minted.call {
            return self.refuse(Refusal::Unknown("call"));
        }
        if self.call(id).is_some_and(|call| call.round == round && call.taping.tape.is_some()) {
            return self.refuse(Refusal::Conflict("this conversation is not over yet"));
        }
        let is_this =
            |effect: &Effect| matches!(effect, Effect::KeepTape { call, round: of, .. } if (*call, *of) == (id, round));
        if self.floor.effects.values().any(is_this) {
            return self.refuse(Refusal::Conflict("the recording is just being put together: ask again in a moment"));
        }
        self.fact(Fact::Taped(Taped::Played { call: id, round, by }));
    }

    /// Whether conversations can be recorded here, found out at a start.
    pub(super) fn taping_found(&mut self, possible: bool) {
        if self.floor.tapes != possible {
            self.fact(Fact::Taped(Taped::Possible { possible }));
        }
    }
}

impl Floor {
    /// Is this call's conversation being recorded just now? On hold it pauses.
    pub(super) fn is_taped(call: &Call) -> bool {
        call.taping.tape.is_some() && call.held.is_none()
    }
}
