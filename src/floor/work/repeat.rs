//! Repeat callers: who waits, drops and redials keeps the place in line, and what is asked for again stays one item.
//!
//! Two rules with two windows: the place in line goes on with a wait of a short while ago; the item goes on for as long
//! as the practice says. Nobody is known by a number alone: whether two requests are the same is settled by lane, time
//! and what is known of the patient, and where that does not settle it, by a person.

use std::collections::BTreeSet;

use super::item::Item;
use super::letter::LETTERS_MAX;
use super::promise::Promise;
use super::recording::MESSAGES_MAX;
use crate::floor::Floor;
use crate::floor::call::Call;
use crate::floor::details::Details;
use crate::floor::fact::ItemKind;
use crate::floor::hours;
use crate::flow::Lane;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A redial within this time is the same wait. Later, the callback is under way and the call is a new one.
const REDIAL_MAX: Span = Span::mins(30);

/// A caller's open requests at the practice, newest first.
pub(in crate::floor) struct Requests<'f>(Vec<&'f Item>);

/// What is asked for once more, by a call or a letter.
pub(in crate::floor) struct Repeated<'c> {
    /// Urgent words in play?
    pub(in crate::floor) urgent: bool,
    /// Who asks, for whom and why.
    pub(in crate::floor) details: &'c Details,
    /// How long the practice takes two requests for one.
    pub(in crate::floor) within: Span,
}

impl<'c> Repeated<'c> {
    fn of(call: &'c Call) -> Self {
        Self { urgent: call.urgent, details: &call.details, within: call.flow.callbacks.repeat_within }
    }
}

/// What a call is to the open requests of its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::floor) enum Kin<'f> {
    /// It goes on with this one.
    Same(&'f Item),
    /// Perhaps with this one: another patient is known, there are several, or it takes no more. A person decides.
    MaybeSame(ItemId),
    /// It is clinical: a request of its own, after this one.
    After(ItemId),
    /// There is none.
    None,
}

impl Floor {
    /// The caller's open requests. A caller without a number has none that we know of.
    pub(in crate::floor) fn requests_of(&self, call: &Call) -> Requests<'_> {
        self.requests_by(call.caller.number.as_ref(), None, &call.practice)
    }

    /// The open requests of a number, and of whoever writes from there.
    pub(in crate::floor) fn requests_by(
        &self,
        number: Option<&Number>,
        sender: Option<&Private<String>>,
        practice: &PracticeId,
    ) -> Requests<'_> {
        let open = number.and_then(|number| self.requests.get(&(number.key(), practice.clone())));
        let mut ids: BTreeSet<ItemId> = open.into_iter().flatten().copied().collect();
        if let Some(sender) = sender {
            let open = self.items.values().filter(|item| item.closed.is_none() && item.new.practice == *practice);
            ids.extend(open.filter(|item| item.is_from(sender)).map(|item| item.new.item));
        }
        Requests(ids.into_iter().rev().filter_map(|id| self.items.get(&id)).collect())
    }

    /// What this call is to its caller's open requests, should it leave work for this lane.
    pub(in crate::floor) fn kin(&self, call: &Call, lane: &Lane, now: Timestamp) -> Kin<'_> {
        self.requests_of(call).kin(&Repeated::of(call), lane, now)
    }
}

impl<'f> Requests<'f> {
    /// The request whose wait this call goes on with: same number, same lane, and either a wait of a short while ago or
    /// a callback or a message left instead of waiting, until somebody has tried it.
    ///
    /// Urgent calls never go on with an earlier one: a new symptom must not inherit an old due time.
    // rule: redial-keeps-place
    pub(in crate::floor) fn redialled(&self, call: &Call, lane: &LaneId, now: Timestamp) -> Option<&'f Item> {
        let same = |item: &&Item| {
            let new = &item.new;
            let lately = now <= item.last_wait.ended + REDIAL_MAX;
            let waited = match new.kind {
                ItemKind::Abandoned | ItemKind::Missed => lately,
                ItemKind::Callback | ItemKind::Voicemail => lately || (new.promised.is_some() && item.attempts == 0),
                ItemKind::NoteOwed | ItemKind::FollowUp | ItemKind::Stage | ItemKind::Written => false,
            };
            new.lane == *lane && !new.urgent && waited
        };
        self.0.iter().copied().filter(|_| !call.urgent).find(same)
    }

    /// What is left of this call is part of an open request of the same number and lane, within the practice's window.
    // rule: repeat-folds
    pub(in crate::floor) fn kin(&self, asked: &Repeated<'_>, lane: &Lane, now: Timestamp) -> Kin<'f> {
        let lately = |item: &&Item| now <= item.last_wait.ended + asked.within;
        let mut of_lane = self.0.iter().copied().filter(|item| item.new.lane == lane.id).filter(lately);
        if asked.urgent || lane.clinical {
            // patient: a new symptom never inherits an old due time.
            // rule: clinical-never-folds
            return of_lane.next().map_or(Kin::None, |item| Kin::After(item.new.item));
        }
        let asks = of_lane.filter(|item| item.new.kind != ItemKind::NoteOwed && !item.new.urgent);
        let (open, full): (Vec<&Item>, Vec<&Item>) = asks.partition(|item| item.has_room());
        let (others, same): (Vec<&Item>, Vec<&Item>) =
            open.into_iter().partition(|item| item.new.details.is_another(asked.details));
        let exactly = same.iter().find(|item| item.new.details.is_exactly(asked.details));
        match (&same[..], others.first()) {
            ([only], None) => Kin::Same(only),
            // rule: family-phone-asks
            (several, other) => match exactly {
                Some(item) => Kin::Same(item),
                None => {
                    several.first().or(other).or(full.first()).map_or(Kin::None, |item| Kin::MaybeSame(item.new.item))
                }
            },
        }
    }

    /// The newest.
    pub(in crate::floor) fn newest(&self) -> Option<&'f Item> {
        self.0.first().copied()
    }

    /// All of them.
    pub(in crate::floor) fn ids(&self) -> Vec<ItemId> {
        self.0.iter().map(|item| item.new.item).collect()
    }

    /// The earliest time by which this caller was promised a callback that is still open.
    pub(in crate::floor) fn promised(&self, call: &Call) -> Option<Timestamp> {
        self.promise(call).map(|promise| promise.at)
    }

    /// The same, with who or what promised it.
    pub(in crate::floor) fn promise(&self, call: &Call) -> Option<Promise> {
        let others = self.0.iter().filter(|item| item.new.call != call.id);
        others.filter_map(|item| item.promise()).min_by_key(|promise| promise.at)
    }

    /// Was this caller promised a callback by a time that is over, and nobody has tried?
    pub(in crate::floor) fn is_promise_broken(&self, call: &Call, now: Timestamp) -> bool {
        let others = self.0.iter().filter(|item| item.new.call != call.id);
        others.filter_map(|item| item.outstanding()).any(|promised| promised < now)
    }

    /// Is there one for which no call has been put forward yet?
    pub(in crate::floor) fn may_be_put_forward(&self) -> bool {
        self.0.iter().any(|item| !item.put_forward)
    }
}

impl Item {
    /// May another call or message be added? Not when nobody tries any more.
    fn has_room(&self) -> bool {
        !self.is_tried_out() && self.messages.len() < MESSAGES_MAX && self.letters.len() < LETTERS_MAX
    }

    /// When it is due once its caller has called again: earlier than before, in open time, and once.
    // rule: repeat-raises-once
    pub(in crate::floor) fn raised_due(&self, now: Timestamp) -> Timestamp {
        if self.raised || self.new.due_at <= now {
            return self.new.due_at;
        }
        let due = hours::before(&self.flow, self.new.due_at, self.flow.callbacks.repeat_raises, now);
        match &self.new.details.preferred_window {
            Some(window) => hours::first_in_window(&self.flow, window, due).min(self.new.due_at),
            None => due,
        }
    }
}
