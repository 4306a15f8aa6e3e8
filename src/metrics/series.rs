//! What is counted from facts: the families, and their children for one practice, lane or kind of item.
//!
//! Children are looked up once and then held: counting an event formats no label and hashes no name.

use prometheus::Histogram;
use prometheus::HistogramVec;
use prometheus::IntCounter;
use prometheus::IntCounterVec;
use prometheus::Registry;

use super::family::CHOICE_BUCKETS;
use super::family::Choices;
use super::family::ITEM_BUCKETS;
use super::family::NAME_BUCKETS;
use super::family::WAIT_BUCKETS;
use super::family::WORK_BUCKETS;
use super::family::counters;
use super::family::histograms;
use crate::floor::details::Standing;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::ItemKind;
use crate::floor::fact::Left;
use crate::floor::fact::OfferOutcome;
use crate::floor::fact::consult::ConsultEnd;
use crate::floor::fact::hold::HoldEnd;
use crate::flow::Channel;

const LANE: [&str; 3] = ["practice", "lane", "language"];

/// How a call ended.
const ENDED: [&str; 8] =
    ["answered", "declined", "self_served", "abandoned", "missed", "callback", "voicemail", "turned_away"];
/// How a call left a lane's queue.
const DEQUEUED: [&str; 9] =
    ["answered", "moved", "declined", "self_served", "abandoned", "missed", "callback", "voicemail", "turned_away"];
/// Who or what said that something is urgent.
const FLAG_SOURCES: [&str; 3] = ["caller", "assistant", "note"];
/// What became of a wait that was told.
const TOLD: [&str; 3] = ["held", "longer", "left"];
/// What a caller said to being recorded.
const ANNOUNCED: [&str; 2] = ["heard", "declined"];
/// How an offer ended.
const OFFERS: [&str; 5] = ["accepted", "declined", "not_answered", "withdrawn", "unreachable"];
/// How a hold ended.
const WARM_TRANSFERS: [&str; 5] = ["completed", "cold", "cancelled", "talk_ended", "hold_failed"];
const HOLD_ENDS: [&str; 5] = ["resumed", "caller_left", "assistant_left", "transferred", "failed"];

/// Families of whole calls.
pub(super) struct PracticeFamilies {
    calls: IntCounterVec,
    ended: IntCounterVec,
    resumed: IntCounterVec,
    urgent_flags: IntCounterVec,
    on_call_unanswered: IntCounterVec,
    announced: IntCounterVec,
    recorded: IntCounterVec,
    first_sound: HistogramVec,
    name: HistogramVec,
    first_choice: HistogramVec,
}

/// Families of calls in lanes.
pub(super) struct LaneFamilies {
    queued: IntCounterVec,
    dequeued: IntCounterVec,
    wait_told: IntCounterVec,
    wait: HistogramVec,
    answer: HistogramVec,
    in_target: IntCounterVec,
    short_abandons: IntCounterVec,
    transfers: IntCounterVec,
    warm_transfers: IntCounterVec,
    failed_joins: IntCounterVec,
    offers: IntCounterVec,
    held: HistogramVec,
    holds: IntCounterVec,
    hold_reminders: IntCounterVec,
    written_up: IntCounterVec,
}

/// What came of attempts that are dialled: that the patient answered, or an end.
const DIALLED: [&str; 9] =
    [ANSWERED, "no_answer", "busy", "failed", "unknown", "assistant_gone", "not_dialled", "withdrawn", "unwritten"];
/// The label of an attempt whose patient answered.
pub(super) const ANSWERED: &str = "answered";

/// Families of work items.
pub(super) struct ItemFamilies {
    opened: IntCounterVec,
    closed: IntCounterVec,
    seconds: HistogramVec,
    attempts: IntCounterVec,
    repeats: IntCounterVec,
    letters: IntCounterVec,
    dialled: IntCounterVec,
}

impl PracticeFamilies {
    pub(super) fn new(r: &Registry) -> Self {
        let timed = |name, help, buckets| histograms(r, name, help, &["practice"], buckets);
        Self {
            calls: counters(r, "carelane_calls_total", "Inbound calls taken.", &["practice"]),
            ended: counters(
                r,
                "carelane_calls_ended_total",
                "Calls that left the floor, by how.",
                &["practice", "outcome"],
            ),
            resumed: counters(
                r,
                "carelane_calls_resumed_total",
                "Calls that left the floor and came back: urgent words before the phone was down.",
                &["practice"],
            ),
            urgent_flags: counters(
                r,
                "carelane_urgent_flags_total",
                "Calls and items that became urgent, by who or what said so.",
                &["practice", "source"],
            ),
            on_call_unanswered: counters(
                r,
                "carelane_on_call_unanswered_total",
                "Times the whole on-call ladder was rung for an urgent caller and nobody answered.",
                &["practice"],
            ),
            announced: counters(
                r,
                "carelane_recording_announcements_total",
                "Callers who were told that they are recorded, by what they said to it.",
                &["practice", "result"],
            ),
            recorded: counters(
                r,
                "carelane_recorded_conversations_total",
                "Conversations of which a recording was begun.",
                &["practice"],
            ),
            first_sound: timed(
                "carelane_first_sound_seconds",
                "From a call's first webhook to the document that greets.",
                WORK_BUCKETS,
            ),
            name: timed(
                "carelane_practice_name_seconds",
                "From a call's first webhook until its opening is spoken, at 0.35 s a word.",
                NAME_BUCKETS,
            ),
            first_choice: timed(
                "carelane_first_choice_seconds",
                "From a call's arrival until the caller chose a language or lane.",
                CHOICE_BUCKETS,
            ),
        }
    }

    pub(super) fn series(&self, practice: &str) -> PracticeSeries {
        PracticeSeries {
            calls: self.calls.with_label_values(&[practice]),
            ended: Choices::of(&self.ended, &[practice], &ENDED),
            resumed: self.resumed.with_label_values(&[practice]),
            urgent_flags: Choices::of(&self.urgent_flags, &[practice], &FLAG_SOURCES),
            on_call_unanswered: self.on_call_unanswered.with_label_values(&[practice]),
            announced: Choices::of(&self.announced, &[practice], &ANNOUNCED),
            recorded: self.recorded.with_label_values(&[practice]),
            first_sound: self.first_sound.with_label_values(&[practice]),
            name: self.name.with_label_values(&[practice]),
            first_choice: self.first_choice.with_label_values(&[practice]),
        }
    }
}

impl LaneFamilies {
    pub(super) fn new(r: &Registry) -> Self {
        let counted = |name, help| counters(r, name, help, &LANE);
        let timed = |name, help| histograms(r, name, help, &LANE, WAIT_BUCKETS);
        Self {
            queued: counted("carelane_calls_queued_total", "Calls that took a place in a lane."),
            dequeued: counters(
                r,
                "carelane_calls_dequeued_total",
                "Calls that left their place in a lane, by how.",
                &["practice", "lane", "language", "outcome"],
            ),
            wait_told: counters(
                r,
                "carelane_wait_told_total",
                "Waits that were told to callers, by whether the told end held.",
                &["practice", "lane", "language", "result"],
            ),
            wait: timed("carelane_queue_wait_seconds", "Time in a lane's queue until answered, moved or gone."),
            answer: timed("carelane_answer_seconds", "From a call's arrival to its first conversation."),
            in_target: counted(
                "carelane_answered_in_target_total",
                "First conversations that began within the lane's target.",
            ),
            short_abandons: counted(
                "carelane_short_abandons_total",
                "Callers who hung up within 5 s of taking their place.",
            ),
            transfers: counted("carelane_transfers_total", "Calls given away by an assistant of a lane."),
            warm_transfers: counters(
                r,
                "carelane_warm_transfers_total",
                "Warm transfers from a lane that ended, by how.",
                &["practice", "lane", "language", "result"],
            ),
            failed_joins: counted(
                "carelane_failed_joins_total",
                "Accepted calls whose caller could not be moved to the assistant.",
            ),
            offers: counters(
                r,
                "carelane_offers_total",
                "Offers to assistants that ended, by how.",
                &["practice", "lane", "outcome"],
            ),
            held: timed("carelane_hold_seconds", "Time a patient was on hold in a conversation."),
            holds: counters(
                r,
                "carelane_holds_total",
                "Holds in conversations that ended, by how.",
                &["practice", "lane", "language", "result"],
            ),
            hold_reminders: counted("carelane_hold_reminders_total", "Holds of which the assistant was reminded."),
            written_up: counters(
                r,
                "carelane_calls_written_up_total",
                "Conversations closed with an outcome.",
                &["practice", "lane", "standing", "outcome"],
            ),
        }
    }

    /// Of conversations with new, existing or unknown patients, those with one outcome.
    pub(super) fn written_up(&self, practice: &str, lane: &str, standing: &str, outcome: &str) -> IntCounter {
        self.written_up.with_label_values(&[practice, lane, standing, outcome])
    }

    pub(super) fn series(&self, practice: &str, lane: &str, language: &str) -> LaneSeries {
        let labels = &[practice, lane, language];
        LaneSeries {
            queued: self.queued.with_label_values(labels),
            dequeued: Choices::of(&self.dequeued, labels, &DEQUEUED),
            wait_told: Choices::of(&self.wait_told, labels, &TOLD),
            wait: self.wait.with_label_values(labels),
            answer: self.answer.with_label_values(labels),
            in_target: self.in_target.with_label_values(labels),
            short_abandons: self.short_abandons.with_label_values(labels),
            transfers: self.transfers.with_label_values(labels),
            warm_transfers: Choices::of(&self.warm_transfers, labels, &WARM_TRANSFERS),
            failed_joins: self.failed_joins.with_label_values(labels),
            offers: Choices::of(&self.offers, &labels[..2], &OFFERS),
            held: self.held.with_label_values(labels),
            holds: Choices::of(&self.holds, labels, &HOLD_ENDS),
            hold_reminders: self.hold_reminders.with_label_values(labels),
        }
    }
}

impl ItemFamilies {
    pub(super) fn new(r: &Registry) -> Self {
        let counted = |name, help| counters(r, name, help, &["practice", "lane", "kind"]);
        Self {
            opened: counted("carelane_items_opened_total", "Work items opened."),
            closed: counted("carelane_items_closed_total", "Work items closed."),
            seconds: histograms(
                r,
                "carelane_item_close_seconds",
                "From a work item's opening to its closing.",
                &["practice", "lane"],
                ITEM_BUCKETS,
            ),
            attempts: counted("carelane_item_attempts_total", "Recorded attempts to reach a patient."),
            dialled: counters(
                r,
                "carelane_attempts_dialled_total",
                "Attempts that were to be dialled for an assistant, by what came of them.",
                &["practice", "lane", "outcome"],
            ),
            repeats: counted("carelane_item_repeats_total", "Calls that went into an item that was open already."),
            letters: counters(
                r,
                "carelane_letters_total",
                "What patients wrote, by channel: no calls, and no part of the ledger.",
                &["practice", "lane", "channel"],
            ),
        }
    }

    pub(super) fn series(&self, practice: &str, lane: &str, kind: &str) -> ItemSeries {
        let labels = &[practice, lane, kind];
        ItemSeries {
            opened: self.opened.with_label_values(labels),
            closed: self.closed.with_label_values(labels),
            seconds: self.seconds.with_label_values(&labels[..2]),
            attempts: self.attempts.with_label_values(labels),
            dialled: Choices::of(&self.dialled, &labels[..2], &DIALLED),
            repeats: self.repeats.with_label_values(labels),
            letters: Choices::of(&self.letters, &labels[..2], &Channel::ALL.map(|(_, name)| name)),
        }
    }
}

/// What is counted of one practice.
pub(super) struct PracticeSeries {
    pub(super) calls: IntCounter,
    pub(super) ended: Choices,
    pub(super) resumed: IntCounter,
    pub(super) urgent_flags: Choices,
    pub(super) on_call_unanswered: IntCounter,
    pub(super) announced: Choices,
    pub(super) recorded: IntCounter,
    pub(super) first_sound: Histogram,
    pub(super) name: Histogram,
    pub(super) first_choice: Histogram,
}

/// What is counted of one lane and language.
pub(super) struct LaneSeries {
    pub(super) queued: IntCounter,
    pub(super) dequeued: Choices,
    pub(super) wait_told: Choices,
    pub(super) wait: Histogram,
    pub(super) answer: Histogram,
    pub(super) in_target: IntCounter,
    pub(super) short_abandons: IntCounter,
    pub(super) transfers: IntCounter,
    pub(super) warm_transfers: Choices,
    pub(super) failed_joins: IntCounter,
    pub(super) offers: Choices,
    pub(super) held: Histogram,
    pub(super) holds: Choices,
    pub(super) hold_reminders: IntCounter,
}

/// What is counted of one kind of item in one lane.
pub(super) struct ItemSeries {
    pub(super) opened: IntCounter,
    pub(super) closed: IntCounter,
    pub(super) seconds: Histogram,
    pub(super) attempts: IntCounter,
    pub(super) dialled: Choices,
    pub(super) repeats: IntCounter,
    pub(super) letters: Choices,
}

/// The labels of whether a patient has been at the practice before.
pub(super) const STANDINGS: [Option<Standing>; 3] = [Some(Standing::New), Some(Standing::Existing), None];

/// One of them.
pub(super) fn standing(of: Option<Standing>) -> &'static str {
    match of {
        Some(Standing::New) => "new",
        Some(Standing::Existing) => "existing",
        None => "unknown",
    }
}

/// The label of a way a call left without an assistant.
pub(super) fn left(how: Left) -> &'static str {
    match how {
        Left::Declined => "declined",
        Left::SelfServed => "self_served",
        Left::Abandoned => "abandoned",
        Left::Missed => "missed",
        Left::Callback => "callback",
        Left::Voicemail => "voicemail",
        Left::TurnedAway => "turned_away",
    }
}

/// The label of what became of a told wait: who left before its end cannot say whether it would have held.
pub(super) fn told_wait(how: &str, in_time: bool) -> &'static str {
    match (how, in_time) {
        ("answered", true) => "held",
        (_, true) => "left",
        (_, false) => "longer",
    }
}

/// The label of who or what said that something is urgent.
pub(super) fn flag_source(by: &FlaggedBy) -> &'static str {
    match by {
        FlaggedBy::Caller => "caller",
        FlaggedBy::Agent(_) => "assistant",
        FlaggedBy::Note { .. } => "note",
    }
}

/// The label of a hold's end.
pub(super) fn hold_end(how: HoldEnd) -> &'static str {
    match how {
        HoldEnd::Resumed => "resumed",
        HoldEnd::CallerLeft => "caller_left",
        HoldEnd::AssistantLeft => "assistant_left",
        HoldEnd::Transferred => "transferred",
        HoldEnd::Failed => "failed",
    }
}

/// The label of a warm transfer's end.
pub(super) fn consult_end(how: ConsultEnd) -> &'static str {
    match how {
        ConsultEnd::Cancelled => "cancelled",
        ConsultEnd::TalkEnded => "talk_ended",
        ConsultEnd::Transferred => "cold",
        ConsultEnd::HoldFailed => "hold_failed",
    }
}

/// The label of an offer's end.
pub(super) fn offer_outcome(outcome: OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Accepted => "accepted",
        OfferOutcome::Declined => "declined",
        OfferOutcome::NotAnswered => "not_answered",
        OfferOutcome::Withdrawn => "withdrawn",
        OfferOutcome::Unreachable => "unreachable",
    }
}

/// The label of an item's kind.
pub(super) fn kind(kind: ItemKind) -> &'static str {
    kind.name()
}
