//! The letters of an item, and how it may be answered: in writing, or in a live call only, and why.
//!
//! Nobody judges what a letter is about: the flow's table of channels decides, and above it a few rules of the house.

use super::item::Item;
use super::segment::Segment;
use crate::floor::complaint;
use crate::floor::fact::letter::Letter;
use crate::flow::AnswerBy;
use crate::flow::Channel;
use crate::flow::ChannelLane;
use crate::vocab::Private;

/// Letters that one item may have; the next begins another.
pub(in crate::floor) const LETTERS_MAX: usize = 20;

/// How an item may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answerable<'i> {
    /// In writing, with these approved words, or in a live call.
    InWriting(&'i ChannelLane),
    /// In a live call only.
    Live(WhyLive),
}

/// Why an answer takes a live call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyLive {
    /// It began with a call, or a call belongs to it.
    Called,
    /// It is clinical or urgent.
    Clinical,
    /// Somebody complains.
    Complaint,
    /// The flow's table says so, for the lane or for the reason.
    Table,
    /// A new patient, or one of whom it is not known, wants a visit.
    NewPatient,
    /// Whoever wrote asked again.
    Unresolved,
    /// It is not known who wrote, or about whom.
    Identity,
}

impl WhyLive {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Called,
        Self::Clinical,
        Self::Complaint,
        Self::Table,
        Self::NewPatient,
        Self::Unresolved,
        Self::Identity,
    ];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Clinical => "clinical",
            Self::Complaint => "complaint",
            Self::Table => "table",
            Self::NewPatient => "new_patient",
            Self::Unresolved => "unresolved",
            Self::Identity => "identity",
        }
    }

    /// The same for people.
    pub fn why(self) -> &'static str {
        match self {
            Self::Called => "the patient called: who calls is called back",
            Self::Clinical => "clinical and urgent work is answered by a person, in a live call",
            Self::Complaint => "whoever complains is heard in a live call",
            Self::Table => "the practice's table of channels asks for a live call here",
            Self::NewPatient => {
                "a new patient's visit is booked in a live call; whose standing is not known counts as new"
            }
            Self::Unresolved => "the patient asked again: what is not resolved takes a live call",
            Self::Identity => "it is not sure who wrote: the patient's name and date of birth are not known",
        }
    }

    /// What has to be known or done before it may be closed as answered in writing.
    pub fn missing(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &["patient.name", "patient.date_of_birth"],
            Self::NewPatient => &["standing"],
            Self::Called | Self::Clinical | Self::Complaint | Self::Table | Self::Unresolved => &["live_call"],
        }
    }
}

impl Item {
    /// The channel by which it came, if it came by one.
    pub fn channel(&self) -> Option<Channel> {
        self.letters.first().map(|letter| letter.channel)
    }

    /// Did a letter of it come from there?
    pub(in crate::floor) fn is_from(&self, sender: &Private<String>) -> bool {
        self.letters.iter().any(|letter| letter.sender.as_ref() == Some(sender))
    }

    /// How it may be answered.
    // rule: live-call-where-needed
    pub fn answerable(&self) -> Answerable<'_> {
        let Some(Letter { channel, .. }) = self.letters.last() else { return Answerable::Live(WhyLive::Called) };
        let (new, flow) = (&self.new, &self.flow);
        let row = flow.channel_lane(*channel, &new.lane);
        let row = row.filter(|row| row.answer_to(new.details.reason.as_ref()) == AnswerBy::Written);
        let clinical = new.urgent || flow.lane(&new.lane).is_none_or(|lane| lane.clinical);
        let known = new.details.patient_name.is_some() && new.details.patient_born.is_some();
        let proven = known || flow.channels.get(channel).is_some_and(|rules| rules.proves_identity);
        let new_patient = self.segment() == Segment::NewPatient && !channel.follows_a_visit();
        let called = self.is_called();
        match row {
            _ if clinical => Answerable::Live(WhyLive::Clinical),
            _ if called => Answerable::Live(WhyLive::Called),
            _ if complaint::route(flow, &new.details).is_some() => Answerable::Live(WhyLive::Complaint),
            None => Answerable::Live(WhyLive::Table),
            Some(_) if new_patient => Answerable::Live(WhyLive::NewPatient),
            Some(_) if self.repeats > 0 => Answerable::Live(WhyLive::Unresolved),
            Some(_) if !proven => Answerable::Live(WhyLive::Identity),
            Some(row) => Answerable::InWriting(row),
        }
    }
}
