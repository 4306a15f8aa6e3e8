//! What patients wrote, and how an item may be answered.

use serde_json::Value;
use serde_json::json;

use crate::floor::view::Answerable;
use crate::floor::work::item::Item;
use crate::flow::ANSWERED_IN_WRITING;

/// Letters without their words, in order.
pub(super) fn letters(item: &Item) -> Vec<Value> {
    let letters = item.letters.iter();
    letters.map(|known| json!({"channel": known.channel, "received_at": known.received.rfc3339()})).collect()
}

/// The same with what was written.
pub(super) fn letters_in_full(item: &Item) -> Vec<Value> {
    let mut shown = letters(item);
    for (shown, known) in shown.iter_mut().zip(&item.letters) {
        shown["text"] = known.text.as_ref().map_or(Value::Null, |text| text.reveal().as_str().into());
        shown["sender"] = known.sender.as_ref().map_or(Value::Null, |text| text.reveal().as_str().into());
    }
    shown
}

/// How it may be answered, and why.
pub(super) fn answer(item: &Item) -> Value {
    match item.answerable() {
        Answerable::InWriting(row) => json!({"by": "written", "outcome": ANSWERED_IN_WRITING, "words": row.words}),
        Answerable::Live(why) => json!({"by": "live_call", "why": why.name(), "because": why.why()}),
    }
}
