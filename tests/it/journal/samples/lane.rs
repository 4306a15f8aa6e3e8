//! A lane with every field set otherwise than by default.

use std::collections::BTreeMap;

use carelane::flow::Document;
use carelane::flow::Exit;
use carelane::flow::Exits;
use carelane::flow::HeadStart;
use carelane::flow::KeypadNotes;
use carelane::flow::KeypadOutcome;
use carelane::flow::Lane;
use carelane::flow::LaneWork;
use carelane::flow::Moment;
use carelane::flow::NoteField;
use carelane::flow::Outcome;
use carelane::flow::Owner;
use carelane::flow::Reason;
use carelane::flow::Rhythm;
use carelane::flow::Situation;
use carelane::flow::Tier;
use carelane::vocab::Span;

use super::desk::sheet;
use super::texts;

pub(super) fn lane() -> Lane {
    Lane {
        id: "scheduling".into(),
        name: texts("appointments"),
        clinical: true,
        work: LaneWork::Billing,
        answer_within: Span::secs(60),
        head_starts: BTreeMap::from([(HeadStart::RepeatCaller, Span::mins(3))]),
        serving: vec![Tier { groups: vec!["front-desk".into()], after: Span::ZERO }],
        needs: vec!["scheduling".into()],
        hold: vec![texts("Thank you for waiting.")],
        asks_new_or_existing: true,
        tells_wait: true,
        recorded: true,
        reasons: vec![Reason { id: "refill".into(), label: texts("Refill") }],
        callback_key: Some('1'),
        voicemail_key: Some('2'),
        max_wait: Span::mins(15),
        max_waiting: Some(30),
        exits: Exits {
            timeout: Exit::Callback,
            no_agent: Exit::Lane("scheduling".into()),
            error: Exit::Callback,
            full: Exit::Lane("scheduling".into()),
            closed: Some(Exit::Callback),
        },
        owner: Owner::Group("front-desk".into()),
        callback_within: Span::hours(2),
        rhythm: Rhythm {
            attempts: vec![Moment::NextBusinessDay],
            later_after: Span::mins(45),
            next_day_after: Span::hours(1),
            dials: true,
        },
        script: texts("How may I help you?"),
        decision_rules: vec!["New patients get 40 minutes.".into()],
        note_fields: vec![NoteField {
            id: "request".into(),
            label: "Request".into(),
            required: true,
            when: vec![Situation::Complaint],
        }],
        outcomes: vec![Outcome { id: "booked".into(), closes: true, hands_to: Some("scheduling".into()) }],
        escalation: "scheduling".into(),
        keypad_notes: Some(KeypadNotes {
            outcomes: BTreeMap::from([('1', KeypadOutcome { outcome: "booked".into(), say: texts("a booked visit") })]),
            fields: BTreeMap::from([("request".into(), BTreeMap::from([('2', texts("a visit"))]))]),
        }),
        sheet: Some(sheet()),
        documents: vec![Document { id: "referral_letter".into(), label: texts("the letter") }],
    }
}
