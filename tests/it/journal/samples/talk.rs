//! Samples of what happens in conversations: softphones, lines and holds.

use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::floor::fact::hold::HoldEnd;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::Phrase;
use carelane::vocab::CallId;
use carelane::vocab::LegId;
use carelane::vocab::OfferId;

use super::NOON;
use super::english;

const CALL: CallId = CallId(5);
const LEG: LegId = LegId(4);

pub(super) fn events() -> Vec<Event> {
    vec![Event::HoldAsked { call: CALL }, Event::ResumeAsked { call: CALL }]
}

pub(super) fn treatments() -> Vec<Treatment> {
    vec![Treatment::OnHold { first: vec![Words::Phrase(Phrase::OnHold)], language: english(), urgent: true }]
}

pub(super) fn facts() -> Vec<Fact> {
    vec![
        Fact::SoftphoneHeard { agent: "ana".into() },
        Fact::SoftphoneUnheard { agent: "ana".into(), until: NOON },
        Fact::SoftphoneLost { agent: "ana".into() },
        Fact::OfferRung { offer: OfferId(8), expires_at: NOON },
        Fact::LineLost { leg: LEG, until: NOON },
        Fact::LineBack { leg: LEG },
        Fact::HoldBegan { call: CALL, remind_at: NOON },
        Fact::HoldReminded { call: CALL },
        Fact::HoldEnded { call: CALL, how: HoldEnd::AssistantLeft },
    ]
}
