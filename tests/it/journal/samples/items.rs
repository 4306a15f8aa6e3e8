//! One of every fact about items and their messages.

use carelane::floor::fact::ChainLink;
use carelane::floor::fact::Fact;
use carelane::floor::fact::FlaggedBy;
use carelane::floor::fact::ItemChange;
use carelane::floor::fact::ItemKind;
use carelane::floor::fact::Left;
use carelane::floor::fact::NewItem;
use carelane::floor::fact::desk::DeskChange;
use carelane::floor::fact::desk::ReferralStatus;
use carelane::floor::work::recording::MessageId;
use carelane::flow::Owner;
use carelane::flow::ScriptStep;
use carelane::vocab::CallId;
use carelane::vocab::ItemId;
use carelane::vocab::LegId;
use carelane::vocab::Private;
use carelane::vocab::Span;

use super::NOON;
use super::caller;
use super::details;
use super::english;
use super::note;

pub(super) fn item_facts(item: ItemId) -> [Fact; 9] {
    [
        Fact::ItemOpened(Box::new(new_item())),
        Fact::ItemAttempted {
            item,
            outcome: "message_left".into(),
            note: note(21),
            due_at: NOON,
            by: Some("ana".into()),
        },
        Fact::ItemClosed { item, outcome: "booked".into(), note: note(22), by: Some("ana".into()) },
        Fact::ItemOwned { item, owner: Owner::Agent("ana".into()) },
        Fact::ItemFlagged {
            item,
            crisis: false,
            by: FlaggedBy::Note { by: Some("ana".into()), field: "request".into() },
            lane: "clinical".into(),
            owner: Owner::Group("nurse-line".into()),
            due_at: NOON,
        },
        Fact::ItemChanged { item, to: ItemChange::Merged { into: ItemId(9) }, by: Some("ana".into()) },
        Fact::ItemChanged {
            item,
            to: ItemChange::Desk(DeskChange::Said { step: ScriptStep::NextStep }),
            by: Some("ana".into()),
        },
        Fact::ItemChanged { item, to: ItemChange::Desk(DeskChange::Promised { at: NOON, anyway: true }), by: None },
        Fact::ItemChanged {
            item,
            to: ItemChange::Desk(DeskChange::Referral {
                status: ReferralStatus::Missing,
                missing: vec!["referral_letter".into()],
            }),
            by: None,
        },
    ]
}

pub(super) fn mailbox_facts(call: CallId, leg: LegId, item: ItemId) -> [Fact; 10] {
    let of = MessageId { item, message: 2 };
    [
        Fact::VoicemailBegan { call, due_at: NOON },
        Fact::RecordingAwaited { of, leg, carrier_call: "CA5".into(), until: NOON },
        Fact::RecordingNamed { of, recording: "RE1".into(), duration: Some(Span::secs(9)), partial: true },
        Fact::RecordingEmpty { of },
        Fact::RecordingDelayed { of, again_at: Some(NOON) },
        Fact::RecordingTried { of },
        Fact::RecordingStored { of, recording: "RE1".into(), file: "0a1b".into(), duration: Span(9_120) },
        Fact::RecordingDropped { of },
        Fact::RecordingPlayed { of, by: Private::new("Maria Canary, supervisor".into()) },
        Fact::CallLeft { call, how: Left::Voicemail },
    ]
}

fn new_item() -> NewItem {
    NewItem {
        item: ItemId(6),
        call: CallId(5),
        practice: "riverside".into(),
        lane: "scheduling".into(),
        kind: ItemKind::Callback,
        caller: caller(30),
        language: english(),
        urgent: true,
        owner: Owner::Group("front-desk".into()),
        due_at: NOON,
        arrived: NOON,
        promised: Some(NOON),
        details: details(31),
        flagged_by: Some(FlaggedBy::Note { by: None, field: "request".into() }),
        maybe_same: Some(ItemId(4)),
        earlier: Some(ItemId(3)),
        chain: Some(ChainLink { chain: "new_patient".into(), stage: "intake".into(), after: Some(ItemId(2)) }),
    }
}
