//! Deadlines of the floor, each under the name of its purpose.
//!
//! A deadline is set and cleared only by applying facts, so that a recovered floor wakes at the same moments.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::Timestamp;

/// Why the floor wants to be woken. The journal keeps such names: variants are only added.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimerName {
    /// When to take an offer back.
    OfferExpires(OfferId),
    /// When to let the next tier be offered a waiting call.
    TierOpens(CallId),
    /// When a caller has waited as long as the lane allows.
    WaitTooLong(CallId),
    /// When an assistant must have written up her call.
    WrapUpLimit(CallId),
    /// When an assistant is ready again by herself.
    ReadyAgain(AgentId),
    /// When to end a leg that should have ended by itself.
    LegLingers(LegId),
    /// When a caller has had time enough for a message.
    MessageOver(CallId),
    /// When to look after an item's recording.
    RecordingDue(ItemId),
    /// When to ask the carrier about a leg that has been silent for too long.
    LegSilent(LegId),
    /// When the on-call ladder is rung for an urgent call.
    LadderBegins(CallId),
    /// When the ladder is rung from the top again.
    LadderAgain(CallId),
    /// When a softphone that does not answer is silent for too long.
    SoftphoneSilent(AgentId),
    /// When a softphone's line that broke off in a conversation is not waited for any longer.
    LineLost(LegId),
    /// When an assistant is reminded of the patient she has on hold.
    HoldReminder(CallId),
    /// When nobody has taken over a call that is to be transferred warm.
    ConsultOver(CallId),
    /// When an item is looked at whose attempts carelane dials.
    CallbackDue(ItemId),
}

/// All deadlines, by moment and by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    by_time: BTreeSet<(Timestamp, TimerName)>,
    by_name: BTreeMap<TimerName, Timestamp>,
}

impl Timers {
    /// Sets a deadline; an earlier one of the same name is replaced.
    pub(super) fn set(&mut self, name: TimerName, at: Timestamp) {
        if let Some(before) = self.by_name.insert(name.clone(), at) {
            self.by_time.remove(&(before, name.clone()));
        }
        self.by_time.insert((at, name));
    }

    /// Clears a deadline, if it is set.
    pub(super) fn clear(&mut self, name: &TimerName) {
        if let Some(at) = self.by_name.remove(name) {
            self.by_time.remove(&(at, name.clone()));
        }
    }

    /// Those whose name passes.
    pub(super) fn only(self, passes: fn(&TimerName) -> bool) -> Self {
        let mut left = Self::default();
        self.by_name.into_iter().filter(|(name, _)| passes(name)).for_each(|(name, at)| left.set(name, at));
        left
    }

    /// The next deadline.
    pub(super) fn next(&self) -> Option<(Timestamp, &TimerName)> {
        self.by_time.first().map(|(at, name)| (*at, name))
    }

    /// The names of all deadlines up to `now`.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = &TimerName> {
        self.by_time.iter().take_while(move |(at, _)| *at <= now).map(|(_, name)| name)
    }

    /// The names of all deadlines that are set.
    pub(super) fn names(&self) -> impl Iterator<Item = &TimerName> {
        self.by_name.keys()
    }

    /// When this deadline is, if it is set.
    pub(super) fn at(&self, name: &TimerName) -> Option<Timestamp> {
        self.by_name.get(name).copied()
    }

    /// Is this deadline set?
    pub(super) fn is_set(&self, name: &TimerName) -> bool {
        self.by_name.contains_key(name)
    }
}
