//! Views and facts as the API's JSON: ids as strings, times RFC 3339 in UTC, durations in seconds.
//!
//! Callers' numbers and notes are shown here, to those with the token, and nowhere else.

mod desk;
mod letter;

pub(super) use desk::in_full;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::contacts::contact;
use crate::engine::Told;
use crate::floor::details::Details;
use crate::floor::event::Note;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::attempt::Undialled;
use crate::floor::view::PracticeView;
use crate::floor::view::View;
use crate::floor::work::item::Item;
use crate::floor::work::recording::Recording;
use crate::flow::ANSWERED_IN_WRITING;
use crate::flow::Lane;
use crate::flow::NoteField;
use crate::vocab::CallId;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::Timestamp;

/// One snapshot.
pub(super) fn floor(view: &View, now: Timestamp) -> Value {
    let l = view.ledger;
    json!({
        "practices": view.practices.iter().map(|p| practice(p, now)).collect::<Vec<_>>(),
        "lanes": lanes(view, now),
        "agents": agents(view),
        "items": items(view),
        "calls": view.calls.iter().map(|c| json!({
            "call": c.call.to_string(), "carrier_call": c.carrier_call, "state": c.state,
            "practice": c.practice, "lane": c.lane, "language": c.language, "urgent": c.urgent, "repeat": c.repeat,
            "promised": c.promise.as_ref().map(|promise| promise.at.rfc3339()),
            "promise": c.promise.as_ref().map(desk::promise), "caller_is": details(&c.details),
            "open_items": c.open_items.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "waited": c.waiting_since.map(|since| (now - since).as_secs()), "agent": c.agent,
            "calls_back": c.calling.map(|calling| json!({
                "item": calling.item.to_string(), "attempt": calling.number, "answered": calling.answered,
            })),
            "held_since": c.held.map(|held| held.since.rfc3339()),
            "hold_overdue": c.held.is_some_and(|held| held.reminded), "recorded": c.recorded,
            "transfer": c.consult.as_ref().map(|asked| json!({
                "lane": asked.lane, "state": asked.state, "agent": asked.agent, "since": asked.since.rfc3339(),
            })),
            "contact": c.contact.as_ref().map(contact),
            "supervised_by": c.supervised_by.as_ref().map(|(by, mode)| json!({"agent": by, "mode": mode})),
        })).collect::<Vec<_>>(),
        "ledger": {
            "inbound": l.inbound, "in_progress": l.in_progress, "answered": l.answered, "self_served": l.self_served,
            "items": l.items, "declined": l.declined, "unaccounted": l.unaccounted(),
        },
    })
}

/// A practice with who is on call now, and when nobody will be.
fn practice(practice: &PracticeView, now: Timestamp) -> Value {
    let rungs = practice.on_call_now(now).into_iter().zip(1u8..);
    let rungs = rungs.map(|(agent, rung)| json!({"rung": rung, "agent": agent}));
    let holes = practice.on_call_holes(now).into_iter();
    let holes = holes.map(|h| json!({"rung": h.rung, "from": h.from.rfc3339(), "to": h.to.rfc3339()}));
    json!({
        "id": practice.id, "name": practice.name, "numbers": practice.numbers,
        "on_call": rungs.collect::<Vec<_>>(), "on_call_holes": holes.collect::<Vec<_>>(),
    })
}

fn lanes(view: &View, now: Timestamp) -> Vec<Value> {
    let lane = |lane: &crate::floor::view::LaneView| {
        let oldest = lane.waiting.iter().map(|w| now - w.arrived_at).max();
        let waiting = lane.waiting.iter().zip(1u64..).map(|(w, position)| {
            json!({
                "call": w.call.to_string(), "carrier_call": w.carrier_call, "caller": number(w.caller.as_ref()),
                "language": w.language, "urgent": w.urgent, "arrived_at": w.arrived_at.rfc3339(),
                "deadline": w.deadline.rfc3339(), "position": position,
            })
        });
        json!({
            "practice": lane.practice, "lane": lane.lane, "depth": lane.waiting.len(),
            "oldest_wait": oldest.map_or(0, |wait| wait.as_secs()),
            "waiting": waiting.collect::<Vec<_>>(), "agents": lane.agents,
        })
    };
    view.lanes.iter().map(lane).collect()
}

fn agents(view: &View) -> Vec<Value> {
    let agent = |a: &crate::floor::view::AgentView| {
        json!({
            "id": a.id, "name": a.name, "state": a.state, "reason": a.reason,
            "until": a.until.map(Timestamp::rfc3339), "address": a.address, "softphone": a.softphone,
            "groups": a.groups, "languages": a.languages, "call": a.call.map(|c| c.to_string()),
            "may_supervise": a.may_supervise,
            "supervises": a.supervises.map(|part| json!({
                "call": part.call.to_string(), "mode": part.mode, "joined": part.joined,
            })),
        })
    };
    view.agents.iter().map(agent).collect()
}

/// What an assistant is given for a call of this lane.
pub(super) fn lane(practice: &PracticeId, lane: &Lane) -> Value {
    let field = |f: &NoteField| json!({"id": f.id, "label": f.label, "required": f.required, "when": f.when});
    let fields = lane.note_fields.iter().map(field);
    // A letter's own outcome stands in the item that may have it.
    let spoken = lane.outcomes.iter().filter(|o| o.id.as_str() != ANSWERED_IN_WRITING);
    let outcomes = spoken.map(|o| json!({"id": o.id, "closes": o.closes, "hands_to": o.hands_to}));
    json!({
        "practice": practice, "lane": lane.id, "name": lane.name, "clinical": lane.clinical,
        "asks_new_or_existing": lane.asks_new_or_existing,
        "reasons": lane.reasons.iter().map(|r| json!({"id": r.id, "label": r.label})).collect::<Vec<_>>(),
        "script": lane.script, "decision_rules": lane.decision_rules,
        "note_fields": fields.collect::<Vec<_>>(), "outcomes": outcomes.collect::<Vec<_>>(),
        "escalation": lane.escalation, "owner": lane.owner.as_str(), "sheet": desk::sheet(lane),
        "documents": lane.documents.iter().map(|d| json!({"id": d.id, "label": d.label})).collect::<Vec<_>>(),
    })
}

/// Open items. The snapshot shows nothing that changes by the hour alone: two of one floor are the same.
fn items(view: &View) -> Vec<Value> {
    view.items.iter().map(|i| item(&i.item)).collect()
}

/// One item.
pub(super) fn item(item: &Item) -> Value {
    let new = &item.new;
    json!({
        "id": new.item.to_string(), "practice": new.practice, "lane": new.lane, "kind": new.kind,
        "caller": number(new.caller.number.as_ref()), "language": new.language, "urgent": new.urgent,
        "other_numbers": item.other_numbers.iter().map(|other| number(Some(other))).collect::<Vec<_>>(),
        "status": item.status(), "owner": new.owner.as_str(), "due_at": new.due_at.rfc3339(),
        "promised": new.promised.map(Timestamp::rfc3339), "call": call(new.call),
        "opened_at": item.opened_at.rfc3339(), "attempts": item.attempts,
        "attempts_max": item.rhythm().attempts_max(), "calling": item.calling.map(|call| call.to_string()),
        "unwritten": item.unwritten, "undialled": item.undialled.map(Undialled::name),
        "mailbox_message": item.mailbox_message(),
        "last_outcome": item.last_outcome, "outcome": item.closed,
        "stopped": item.stopped().map(|stop| stop.name()), "caller_is": details(&new.details),
        "flagged_by": new.flagged_by.as_ref().and_then(FlaggedBy::agent),
        "segment": item.segment().name(), "next_action": item.next_action(),
        "repeats": item.repeats, "calls": calls(item), "maybe_same": new.maybe_same.map(|id| id.to_string()),
        "earlier": new.earlier.map(|id| id.to_string()), "merged_into": item.merged_into.map(|id| id.to_string()),
        "channel": item.channel(), "letters": letter::letters(item), "answer": letter::answer(item),
        "promise": item.promise().as_ref().map(desk::promise),
        "chain": desk::chain(item), "unsaid": item.unsaid(), "referral": desk::referral(item),
        "recording": item.recording().map(recording),
        "messages": item.messages.iter().zip(1u16..).map(|(known, number)| {
            let mut message = recording(known);
            message["message"] = number.into();
            message["call"] = known.call.to_string().into();
            message["left_at"] = known.left_at.rfc3339().into();
            message
        }).collect::<Vec<_>>(),
    })
}

/// The same with what changes by the hour alone: no version of an item depends on it.
pub(super) fn aged(known: &Item, now: Timestamp) -> Value {
    let mut shown = item(known);
    shown["age"] = (now - known.opened_at).as_secs().into();
    shown["overdue"] = (known.closed.is_none() && known.new.due_at < now).into();
    shown
}

/// Every call that the item goes on with, in order.
fn calls(item: &Item) -> Vec<String> {
    let calls = std::iter::once(&item.new.call).chain(&item.joined);
    calls.filter(|call| **call != CallId::NONE).map(ToString::to_string).collect()
}

/// The call an item comes from, if it comes from one.
fn call(call: CallId) -> Value {
    if call == CallId::NONE { Value::Null } else { call.to_string().into() }
}

fn recording(known: &Recording) -> Value {
    json!({
        "state": known.state.name(), "duration": known.duration.map(|length| length.as_secs()),
        "partial": known.partial, "at_carrier": known.at_carrier,
    })
}

/// Who calls, for whom and why. Unknown counts as new.
fn details(known: &Details) -> Value {
    let text = |text: &Option<Private<String>>| text.as_ref().map(|text| text.reveal().clone());
    let patient = known.patient_name.is_some() || known.patient_born.is_some();
    json!({
        "standing": known.standing.map_or(json!("unknown"), |standing| json!(standing)),
        "patient": patient.then(|| json!({
            "name": text(&known.patient_name), "date_of_birth": text(&known.patient_born),
        })),
        "preferred_window": known.preferred_window, "relationship": known.relationship, "may_discuss": known.may_discuss, "reason": known.reason,
        "backline": known.backline,
    })
}

/// A call's facts in order.
pub(super) fn history(call: CallId, told: &[Told]) -> Value {
    let facts = told.iter().map(|t| {
        let (kind, mut fact) = fact(&t.fact);
        reveal(&mut fact, &t.fact);
        fact.insert("fact".to_owned(), kind.into());
        fact.insert("seq".to_owned(), t.seq.into());
        fact.insert("at".to_owned(), t.at.rfc3339().into());
        Value::Object(fact)
    });
    json!({ "call": call.to_string(), "facts": facts.collect::<Vec<_>>() })
}

/// A fact's kind and its fields, ids and times as the rest of the API writes them.
pub(super) fn fact(fact: &Fact) -> (String, Map<String, Value>) {
    // A fact serialises as {"Kind": {fields}}, or as its kind alone.
    let (kind, fields) = match serde_json::to_value(fact) {
        Ok(Value::Object(object)) => object.into_iter().next().unwrap_or_default(),
        Ok(Value::String(kind)) => (kind, Value::Null),
        Ok(other) => ("Unknown".to_owned(), other),
        Err(_) => ("Unknown".to_owned(), Value::Null),
    };
    let mut fields = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for (name, prefix) in [
        ("call", "call"),
        ("leg", "leg"),
        ("offer", "offer"),
        ("item", "item"),
        ("effect", "effect"),
        ("contact", "contact"),
    ] {
        if let Some(id) = fields.get(name).and_then(Value::as_u64) {
            fields.insert(name.to_owned(), format!("{prefix}-{id}").into());
        }
    }
    for name in ["arrived", "deadline", "expires_at", "wrap_up_until", "due_at", "promised", "until", "remind_at"] {
        if let Some(at) = fields.get(name).and_then(Value::as_i64) {
            fields.insert(name.to_owned(), Timestamp(at).rfc3339().into());
        }
    }
    (snake(&kind), fields)
}

/// The personal texts inside facts.
fn reveal(fields: &mut Map<String, Value>, fact: &Fact) {
    match fact {
        Fact::CallArrived { caller, .. } => {
            fields.insert("caller".to_owned(), number(caller.number.as_ref()));
        }
        Fact::CallClosed { note, .. } => {
            fields.insert("note".to_owned(), self::note(note));
        }
        Fact::ItemOpened(new) => {
            fields.insert("caller".to_owned(), number(new.caller.number.as_ref()));
            fields.insert("details".to_owned(), details(&new.details));
        }
        Fact::DetailsKnown { details: known, .. } => {
            fields.remove("of");
            fields.insert("details".to_owned(), details(known));
        }
        Fact::OfferMade { why, .. } => {
            fields.insert("why".to_owned(), reasons(why));
        }
        _ => {}
    }
}

/// Why this call and this assistant, and who was passed over.
fn reasons(why: &crate::floor::fact::why::Why) -> Value {
    json!({
        "urgent": why.urgent, "arrived_at": why.arrived.rfc3339(), "deadline": why.deadline.rfc3339(),
        "head_starts": why.head_starts.iter().map(|(reason, span)| json!({"reason": reason, "seconds": span.as_secs()})).collect::<Vec<_>>(),
        "tier": why.tier, "idle_since": why.idle_since.rfc3339(),
        "passed_calls": why.passed_calls.iter().map(|(call, reason)| json!({"call": call.to_string(), "reason": reason})).collect::<Vec<_>>(),
        "passed_agents": why.passed_agents.iter().map(|(agent, reason)| json!({"agent": agent, "reason": reason})).collect::<Vec<_>>(),
    })
}

pub(super) fn note(note: &Note) -> Value {
    note.iter().map(|(field, text)| (field.as_str().to_owned(), Value::from(text.reveal().as_str()))).collect()
}

pub(super) fn number(number: Option<&Number>) -> Value {
    number.map_or(Value::Null, |n| n.reveal().into())
}

fn snake(kind: &str) -> String {
    let mut name = String::with_capacity(kind.len() + 4);
    for letter in kind.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
