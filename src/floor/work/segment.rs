//! Segmentation: what kind of work an item is, so that each kind can be returned in its own order.
//!
//! It is derived from what is known: urgency, the lane and the patient's standing. Nobody types it in.

use super::item::Item;
use crate::floor::details::Standing;
use crate::flow::LaneWork;

/// What kind of work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Urgent words, a clinical key, or a flag.
    Urgent,
    /// Of a clinical lane.
    Clinical,
    /// Scheduling for a new patient, or one of whom it is not known.
    NewPatient,
    /// Scheduling for a patient of the practice.
    ExistingScheduling,
    /// About a referral.
    Referral,
    /// About insurance or a bill.
    Billing,
    /// About records.
    Records,
    /// Anything else.
    Other,
}

impl Segment {
    /// As the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Clinical => "clinical",
            Self::NewPatient => "new_patient",
            Self::ExistingScheduling => "existing_scheduling",
            Self::Referral => "referral",
            Self::Billing => "billing",
            Self::Records => "records",
            Self::Other => "other",
        }
    }
}

impl Item {
    /// What kind of work it is.
    // rule: segmented
    pub fn segment(&self) -> Segment {
        let lane = self.flow.lane(&self.new.lane);
        let work = lane.map_or(LaneWork::Other, |lane| lane.work);
        match work {
            _ if self.new.urgent => Segment::Urgent,
            _ if lane.is_some_and(|lane| lane.clinical) => Segment::Clinical,
            LaneWork::Scheduling if self.new.details.standing == Some(Standing::Existing) => {
                Segment::ExistingScheduling
            }
            LaneWork::Scheduling => Segment::NewPatient,
            LaneWork::Referral => Segment::Referral,
            LaneWork::Billing => Segment::Billing,
            LaneWork::Records => Segment::Records,
            LaneWork::Other => Segment::Other,
        }
    }
}
