//! Items of work counted: opened, repeated, attempted, flagged, closed.

use std::sync::Arc;

use super::KnownItem;
use super::Tally;
use super::seconds;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::ItemChange;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::floor::fact::attempt::Attempt;
use crate::floor::fact::attempt::AttemptStep;
use crate::metrics::family::OTHER;
use crate::metrics::series::ANSWERED;
use crate::metrics::series::ItemSeries;
use crate::metrics::series::flag_source;
use crate::metrics::series::kind;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

impl Tally {
    pub(super) fn count_item(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ItemOpened(new) => self.item_opened(at, new),
            Fact::ItemJoined { item, kind, .. } => {
                self.items.get(item).iter().for_each(|known| known.series.repeats.inc());
                kind.iter().for_each(|kind| self.item_became(*item, *kind));
            }
            Fact::ItemAttempted { item, .. } => {
                if let Some(known) = self.items.get(item) {
                    known.series.attempts.inc();
                }
            }
            Fact::Attempt(Attempt { item, step, .. }) => self.attempt_dialled(*item, step),
            Fact::ItemClosed { item, .. } => {
                if let Some(known) = self.items.remove(item) {
                    known.series.closed.inc();
                    known.series.seconds.observe(seconds(at - known.opened));
                }
            }
            Fact::LetterCame(letter) => {
                if let Some(known) = self.items.get(&letter.item) {
                    known.series.letters.inc(letter.channel.name());
                    if letter.again {
                        known.series.repeats.inc();
                    }
                }
            }
            Fact::ItemChanged { item, to: ItemChange::Merged { .. }, .. } => drop(self.items.remove(item)),
            Fact::ItemChanged { item, to: ItemChange::Handed { lane, .. }, .. } => self.item_handed(*item, lane),
            Fact::ItemFlagged { item, by, lane, .. } => self.item_flagged(*item, by, lane),
            _ => {}
        }
    }

    fn attempt_dialled(&mut self, item: ItemId, step: &AttemptStep) {
        let outcome = match step {
            AttemptStep::Answered => ANSWERED,
            AttemptStep::Ended { how, .. } => how.name(),
            AttemptStep::Waits { .. } | AttemptStep::Began { .. } | AttemptStep::Dialled { .. } => return,
        };
        if let Some(known) = self.items.get(&item) {
            known.series.dialled.inc(outcome);
        }
    }

    fn item_opened(&mut self, at: Timestamp, new: &NewItem) {
        self.item_known(at, new).opened.inc();
        // An urgent call's own item was counted with the call.
        let flagged = new.flagged_by.as_ref().filter(|_| new.kind == ItemKind::FollowUp);
        if let Some(by) = flagged {
            self.practice(&new.practice).urgent_flags.inc(flag_source(by));
        }
    }

    pub(super) fn item_known(&mut self, opened: Timestamp, new: &NewItem) -> Arc<ItemSeries> {
        let series = self.kind(&new.practice, &new.lane, new.kind);
        let (practice, lane, kind) = (new.practice.clone(), new.lane.clone(), new.kind);
        self.items.insert(new.item, KnownItem { practice, lane, kind, opened, series: series.clone() });
        series
    }

    /// An abandoned wait became a callback: what is done about it counts as one from now on, as after a restart.
    fn item_became(&mut self, item: ItemId, kind: ItemKind) {
        if let Some(mut known) = self.items.remove(&item) {
            known.kind = kind;
            known.series = self.kind(&known.practice, &known.lane, kind);
            self.items.insert(item, known);
        }
    }

    /// Another lane's from now on, and counted there, as after a restart.
    fn item_handed(&mut self, item: ItemId, lane: &LaneId) {
        if let Some(mut known) = self.items.remove(&item) {
            known.lane = lane.clone();
            known.series = self.kind(&known.practice, lane, known.kind);
            self.items.insert(item, known);
        }
    }

    /// The clinical lane's from now on, and counted there, as after a restart.
    fn item_flagged(&mut self, item: ItemId, by: &FlaggedBy, lane: &LaneId) {
        if let Some(practice) = self.items.get(&item).map(|known| known.practice.clone()) {
            self.practice(&practice).urgent_flags.inc(flag_source(by));
        }
        self.item_handed(item, lane);
    }

    fn kind(&mut self, practice: &PracticeId, lane: &LaneId, of: ItemKind) -> Arc<ItemSeries> {
        let families = &self.item_families;
        self.kinds.get(&(practice.clone(), lane.clone(), of), |full| match full {
            true => families.series(OTHER, OTHER, OTHER),
            false => families.series(practice.as_str(), lane.as_str(), kind(of)),
        })
    }
}
