//! Webhooks in our words: who calls whom, what the caller gave, how a leg fares.
//!
//! Everything is cut to its limit and nothing is trusted to be there but the name of the call. Names of calls are
//! the carrier's business: SIDs at Twilio, UUIDs at SignalWire, `v3:…` at Telnyx; we want them short and printable.
//! `AnsweredBy` is ignored on purpose: a person is who presses a key.

use std::fmt;
use std::sync::Arc;

use super::form::Form;
use crate::floor::event::Input;
use crate::floor::event::LegEnd;
use crate::floor::event::LegStatus;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::Private;
use crate::vocab::Span;
use crate::vocab::limit::INPUT_CHARS_MAX;

/// Longest name of a call we take. Twilio's has 34 characters, Telnyx' about 60.
const CARRIER_CALL_CHARS_MAX: usize = 128;
/// Longest dialled address we take: a number has at most 16 characters, a SIP address may have many more.
const ADDRESS_CHARS_MAX: usize = 256;

/// A call that reached one of our numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingCall {
    /// The carrier's name for the leg.
    pub carrier_call: CarrierCall,
    /// Who seems to be calling.
    pub caller: Caller,
    /// What was dialled (`To`): a number of ours, or text that is none; empty for some softphone calls.
    pub dialled: Arc<str>,
}

/// What a status callback says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// The carrier's name for the leg.
    pub carrier_call: CarrierCall,
    /// How the leg fares; `None` if the carrier uses a word we do not know, which must not end a call.
    pub status: Option<LegStatus>,
    /// The callback's number within its call, from 0, if the carrier counts: with the call's name it tells a
    /// repeated callback.
    pub sequence: Option<u32>,
}

/// A webhook without a usable name of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingCall;

impl fmt::Display for MissingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the webhook names no call: CallSid is missing, longer than {CARRIER_CALL_CHARS_MAX} characters or not \
             printable; the carrier must send it with every request about a call"
        )
    }
}

impl std::error::Error for MissingCall {}

/// Reads the name of the call that a webhook is about.
pub fn decode_call(form: &Form<'_>) -> Result<CarrierCall, MissingCall> {
    form.get("CallSid").and_then(carrier_call).ok_or(MissingCall)
}

/// Reads the first webhook of an inbound call.
pub fn decode_incoming(form: &Form<'_>) -> Result<IncomingCall, MissingCall> {
    let dialled: String = clean(form.get("To").unwrap_or_default(), ADDRESS_CHARS_MAX);
    Ok(IncomingCall {
        carrier_call: decode_call(form)?,
        caller: Caller::from_carrier(form.get("From").unwrap_or_default()),
        dialled: dialled.into(),
    })
}

/// Reads a status callback.
pub fn decode_status(form: &Form<'_>) -> Result<StatusReport, MissingCall> {
    Ok(StatusReport {
        carrier_call: decode_call(form)?,
        status: form.get("CallStatus").and_then(leg_status),
        sequence: form.get("SequenceNumber").and_then(|text| text.parse().ok()),
    })
}

/// Reads what a caller gave to a Gather or a Record. Keys win over words: a carrier sends only one of them.
pub fn decode_input(form: &Form<'_>) -> Input {
    if let Some(recording) = named_recording(form) {
        return Input::Message { recording, duration: seconds(form, "RecordingDuration") };
    }
    let digits = form.get("Digits").unwrap_or_default();
    // A Record that ended because the caller hung up says so in the place of a key.
    if digits != "hangup" {
        let keys = keys(digits);
        if !keys.is_empty() {
            return Input::Keys(keys.into());
        }
    }
    let words = clean(form.get("SpeechResult").unwrap_or_default(), INPUT_CHARS_MAX);
    if words.is_empty() { Input::Nothing } else { Input::Speech(Private::new(words)) }
}

/// What a recording's callback says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingReport {
    /// The carrier's name for it.
    pub recording: CarrierRecording,
    /// How long it is, zero if the carrier did not say; nothing if there is no recording after all.
    pub duration: Option<Span>,
}

/// Reads a recording's callback; nothing if it names none, or says nothing final.
pub fn decode_recording(form: &Form<'_>) -> Option<RecordingReport> {
    let recording = named_recording(form)?;
    match form.get("RecordingStatus") {
        Some("completed") | None => {
            let duration = Some(seconds(form, "RecordingDuration").unwrap_or(Span::ZERO));
            Some(RecordingReport { recording, duration })
        }
        Some("absent" | "failed") => Some(RecordingReport { recording, duration: None }),
        Some(_) => None,
    }
}

/// The name of a recording, or what the carrier's URL of it ends in. The URL is never followed.
fn named_recording(form: &Form<'_>) -> Option<CarrierRecording> {
    let named = form.get("RecordingSid").and_then(carrier_recording);
    named.or_else(|| {
        let last = form.get("RecordingUrl")?.split(['?', '#']).next()?.rsplit('/').next()?;
        carrier_recording(last.split('.').next()?)
    })
}

fn seconds(form: &Form<'_>, name: &str) -> Option<Span> {
    let whole: u32 = form.get(name)?.trim().parse().ok()?;
    Some(Span::secs(whole.into()))
}

/// Reads a PIN. It is a secret: it never becomes an `Input`.
pub fn decode_pin(form: &Form<'_>) -> Private<String> {
    Private::new(keys(form.get("Digits").unwrap_or_default()))
}

fn keys(digits: &str) -> String {
    let is_key = |key: &char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
    digits.chars().filter(is_key).take(INPUT_CHARS_MAX).collect()
}

/// Where a leg stands after hearing `heard`, if that is news: callbacks come late, twice and in any order.
///
/// States only move forward and an end is final, so the order of states alone is enough: a callback that was
/// overtaken never says more than the one that overtook it.
pub fn advance(held: Option<LegStatus>, heard: LegStatus) -> Option<LegStatus> {
    match held {
        Some(LegStatus::Ended(_)) => None,
        Some(held) if heard <= held => None,
        _ => Some(heard),
    }
}

/// The carrier's word for a leg's state. `queued` is a call that REST created and the carrier has not dialled yet.
pub(super) fn leg_status(word: &str) -> Option<LegStatus> {
    Some(match word {
        "queued" | "initiated" => LegStatus::Initiated,
        "ringing" => LegStatus::Ringing,
        "in-progress" => LegStatus::InProgress,
        "completed" => LegStatus::Ended(LegEnd::Completed),
        "busy" => LegStatus::Ended(LegEnd::Busy),
        "no-answer" => LegStatus::Ended(LegEnd::NoAnswer),
        "failed" => LegStatus::Ended(LegEnd::Failed),
        "canceled" => LegStatus::Ended(LegEnd::Canceled),
        _ => return None,
    })
}

/// A name of a recording, if it is short and printable.
pub(super) fn carrier_recording(text: &str) -> Option<CarrierRecording> {
    let usable = (1..=CARRIER_CALL_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then(|| CarrierRecording::from(text))
}

/// A name of a call, if it is short and printable.
pub(super) fn carrier_call(text: &str) -> Option<CarrierCall> {
    let usable = (1..=CARRIER_CALL_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then(|| CarrierCall::from(text))
}

/// Text without control characters (a blank stands for each) and without blanks at its ends, cut to its limit.
fn clean(text: &str, chars_max: usize) -> String {
    let kept: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(chars_max).collect();
    kept.trim().to_owned()
}
