//! What an assistant is shown of a lane and of an item before and while she speaks: sheet, script, approved words.

use serde_json::Value;
use serde_json::json;

use super::aged;
use super::letter;
use crate::floor::fact::desk::ReferralStatus;
use crate::floor::work::item::Item;
use crate::floor::work::item::Promise;
use crate::floor::work::item::PromiseSource;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::LaneException;
use crate::flow::Phrase;
use crate::flow::Sheet;
use crate::flow::Texts;
use crate::flow::text;
use crate::vocab::DocumentId;
use crate::vocab::Language;
use crate::vocab::Timestamp;

/// What a lane's people are told.
pub(super) fn sheet(lane: &Lane) -> Value {
    let Some(sheet) = &lane.sheet else { return Value::Null };
    let Sheet { goal, new_patient, existing_patient, exceptions, callback_script } = sheet;
    let exceptions = LaneException::ALL.iter().map(|(case, name)| ((*name).to_owned(), json!(exceptions.get(case))));
    let script = callback_script.iter().map(|(step, texts)| json!({"step": step, "text": texts}));
    json!({
        "goal": goal, "path": { "new": new_patient, "existing": existing_patient },
        "answer_within": lane.answer_within.as_secs(), "callback_within": lane.callback_within.as_secs(),
        "exceptions": exceptions.collect::<serde_json::Map<_, _>>(),
        "callback_script": script.collect::<Vec<_>>(),
    })
}

/// How a referral stands.
pub(super) fn referral(item: &Item) -> Value {
    item.kept.referral.as_ref().map_or(
        Value::Null,
        |known| json!({"status": known.status, "missing": known.missing, "at": known.at.rfc3339(), "by": known.by}),
    )
}

/// What the patient was promised, and by whom: a prompt of ours, or a person.
pub(super) fn promise(promise: &Promise) -> Value {
    let (by, anyway) = match &promise.source {
        PromiseSource::Prompt => (None, false),
        PromiseSource::Person { by, anyway } => (by.as_ref(), *anyway),
    };
    json!({"at": promise.at.rfc3339(), "source": promise.source.name(), "by": by, "anyway": anyway})
}

/// Which stage of which chain an item is, and what comes after it.
pub(super) fn chain(item: &Item) -> Value {
    let Some(link) = &item.new.chain else { return Value::Null };
    let known = item.stage();
    let stages = known.map_or(&[][..], |(chain, _)| &chain.stages);
    let number = known.map(|(_, number)| number);
    json!({
        "chain": link.chain, "stage": link.stage, "after": link.after.map(|item| item.to_string()),
        "number": number, "of": stages.len(), "label": number.and_then(|n| stages.get(n - 1)).map(|s| &s.label),
        "next": number.and_then(|number| stages.get(number)).map(|stage| &stage.id),
    })
}

/// One item with all that is said about it: the script with its ticks, the words for its referral, and, once it is
/// late, those for that.
pub(in crate::server) fn in_full(item: &Item, now: Timestamp) -> Value {
    let mut shown = aged(item, now);
    let lane = item.flow.lane(&item.new.lane);
    let script = lane.and_then(|lane| lane.sheet.as_ref()).map(|sheet| &sheet.callback_script);
    let steps = script.into_iter().flatten().map(|(step, texts)| {
        let said = item.kept.said.get(step);
        json!({
            "step": step, "text": texts, "said_at": said.map(|(at, _)| at.rfc3339()),
            "said_by": said.and_then(|(_, by)| by.as_ref()),
        })
    });
    shown["script"] = steps.collect();
    shown["letters"] = letter::letters_in_full(item).into();
    if let Some(known) = &item.kept.referral {
        shown["referral"]["say"] = json!(referral_words(&item.flow, lane, known.status, &known.missing));
        // The machine tells no one by caller ID alone: a person does.
        shown["referral"]["say_after"] = "the patient's identity is verified".into();
    }
    shown["recovery_script"] =
        if is_late(item, now) { json!(said(&item.flow, Phrase::SayRecovery)) } else { Value::Null };
    shown
}

/// Overdue, or promised by a time at which nobody had tried.
fn is_late(item: &Item, now: Timestamp) -> bool {
    let broken = item.new.promised.is_some_and(|promised| promised < now && !item.kept.tried);
    item.closed.is_none() && (item.new.due_at < now || broken)
}

/// A sentence in every language of the practice; a flow of before there was such a sentence has the usual words.
fn said(flow: &Flow, phrase: Phrase) -> Texts {
    let words = |language: &Language| match flow.phrase(phrase, language) {
        "" => phrase.default_text(language.primary()).unwrap_or_default().into(),
        words => words.into(),
    };
    flow.languages.iter().map(|language| (language.clone(), words(language))).collect()
}

/// The approved words for how a referral stands.
fn referral_words(flow: &Flow, lane: Option<&Lane>, status: ReferralStatus, missing: &[DocumentId]) -> Texts {
    let phrase = match status {
        ReferralStatus::Missing => Phrase::SayReferralMissing,
        ReferralStatus::Received => Phrase::SayReferralReceived,
        ReferralStatus::PendingReview => Phrase::SayReferralReview,
        ReferralStatus::ReadyForScheduling => Phrase::SayReferralReady,
    };
    let documents = lane.map_or(&[][..], |lane| &lane.documents);
    let label = |id: &DocumentId, language: &Language| {
        let known = documents.iter().find(|document| document.id == *id);
        known.map_or(id.as_str().to_owned(), |document| text(&document.label, language).to_owned())
    };
    let filled = |(language, words): (Language, std::sync::Arc<str>)| {
        let missing: Vec<String> = missing.iter().map(|id| label(id, &language)).collect();
        let words = words.replace("{missing}", &missing.join(", "));
        (language, words.into())
    };
    said(flow, phrase).into_iter().map(filled).collect()
}
