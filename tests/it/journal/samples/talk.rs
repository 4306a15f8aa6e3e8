//! Samples of what happens in conversations: softphones, lines, holds and recordings.

use carelane::floor::event::ConsultRequest;
use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::floor::fact::consult::ConsultEnd;
use carelane::floor::fact::consult::ConsultFailure;
use carelane::floor::fact::consult::ConsultStep;
use carelane::floor::fact::consult::Consulted;
use carelane::floor::fact::hold::HoldEnd;
use carelane::floor::fact::taped::Taped;
use carelane::floor::treatment::Treatment;
use carelane::floor::treatment::Words;
use carelane::flow::HeadStart;
use carelane::flow::Phrase;
use carelane::vocab::CallId;
use carelane::vocab::EffectId;
use carelane::vocab::LegId;
use carelane::vocab::OfferId;
use carelane::vocab::Private;
use carelane::vocab::Span;

use super::NOON;
use super::english;

const CALL: CallId = CallId(5);
const LEG: LegId = LegId(4);

fn listener() -> Private<String> {
    Private::new("Maria Canary, supervisor".into())
}

pub(super) fn events() -> Vec<Event> {
    let consult = |what| Event::ConsultAsked { call: CALL, what };
    vec![
        Event::HoldAsked { call: CALL },
        Event::ResumeAsked { call: CALL },
        consult(ConsultRequest::Begin { lane: "clinical".into() }),
        consult(ConsultRequest::Complete),
        consult(ConsultRequest::Cancel),
        Event::TapingFound { possible: true },
        Event::TapeBegan { leg: LEG, recording: "carelane-2".into() },
        Event::TapeKept { effect: EffectId(7), duration: Span::secs(90) },
        Event::TapeAsked { call: CALL, practice: "riverside".into(), round: 2, by: listener() },
    ]
}

pub(super) fn treatments() -> Vec<Treatment> {
    vec![Treatment::OnHold { first: vec![Words::Phrase(Phrase::OnHold)], language: english(), urgent: true }]
}

pub(super) fn facts() -> Vec<Fact> {
    let step = |step| Fact::Consulted(Consulted { call: CALL, step });
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
        step(ConsultStep::Began {
            lane: "clinical".into(),
            arrived: NOON,
            deadline: NOON,
            head_starts: vec![(HeadStart::RepeatCaller, Span::mins(2))],
            until: NOON,
        }),
        step(ConsultStep::Prolonged { until: NOON }),
        step(ConsultStep::Accepted { agent: "luis".into(), leg: LEG, round: 2 }),
        step(ConsultStep::Failed(ConsultFailure::ColleagueLeft)),
        step(ConsultStep::Ended(ConsultEnd::Cancelled)),
        step(ConsultStep::Completed { from: "ana".into(), to: "luis".into(), leg: LEG, lane: "clinical".into() }),
        Fact::Taped(Taped::Possible { possible: true }),
        Fact::Taped(Taped::Announced { call: CALL }),
        Fact::Taped(Taped::Declined { call: CALL }),
        Fact::Taped(Taped::Began { call: CALL, round: 2, recording: "carelane-2".into() }),
        Fact::Taped(Taped::Kept { call: CALL, round: 2, duration: Span::secs(90) }),
        Fact::Taped(Taped::Played { call: CALL, round: 2, by: listener() }),
    ]
}
