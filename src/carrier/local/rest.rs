//! The REST subset: calls (create, fetch, list, redirect, end) and recordings (fetch, list, delete), with a carrier's
//! JSON and error bodies.
//!
//! Carries out and answers; what happens on the call afterwards is the leg's business. Queues and conferences have no
//! REST here, because carelane asks for none.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::Method;
use hyper::header;
use hyper::http::request::Parts;
use ring::hmac;
use serde_json::Value;
use serde_json::json;

use super::exchange::Call;
use super::exchange::Direction;
use super::exchange::Exchange;
use super::exchange::Signal;
use super::exchange::Status;
use super::leg::Leg;
use super::leg::Report;
use super::record::Recording;
use super::room::rfc2822;
use crate::vocab::Number;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// An answer: HTTP status and JSON.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
    /// A recording's sound, instead of JSON.
    pub(super) sound: Option<Bytes>,
}

impl Reply {
    fn ok(status: u16, body: Value) -> Self {
        Self { status, body, sound: None }
    }

    /// A classic error body.
    pub(super) fn error(status: u16, code: u32, message: &str) -> Self {
        let more_info = format!("https://www.twilio.com/docs/errors/{code}");
        let body = json!({ "code": code, "message": message, "more_info": more_info, "status": status });
        Self::ok(status, body)
    }
}

/// A request's parameters; repeated names keep all their values.
type Form = BTreeMap<String, Vec<String>>;

/// Answers one REST request.
pub(super) fn answer(exchange: &Arc<Exchange>, head: &Parts, body: &[u8]) -> Reply {
    let path = head.uri.path();
    let Some(rest) = path.strip_prefix("/2010-04-01/Accounts/") else {
        return not_found(path);
    };
    let Some((account, resource)) = rest.split_once('/') else { return not_found(path) };
    if !is_authorised(exchange, head) {
        return Reply::error(401, 20_003, "Authentication Error - invalid username");
    }
    if account != exchange.settings.account_sid {
        return not_found(path);
    }
    let changes = head.method == Method::POST || head.method == Method::DELETE;
    let form = read_form(if changes { body } else { head.uri.query().unwrap_or_default().as_bytes() });
    let call = resource.strip_prefix("Calls/").and_then(|rest| rest.strip_suffix(".json"));
    let of_call = resource.strip_prefix("Calls/").and_then(|rest| rest.strip_suffix("/Recordings.json"));
    let recording = resource.strip_prefix("Recordings/");
    let reply = match (&head.method, resource, call) {
        (&Method::GET, _, _) if of_call.is_some() => recordings(exchange, of_call.unwrap_or_default()),
        (_, _, None) if recording.is_some() => one_recording(exchange, head, recording.unwrap_or_default()),
        (&Method::POST, "Calls.json", _) => create(exchange, &form),
        (&Method::GET, "Calls.json", _) => list(exchange, &form),
        (&Method::POST, _, Some(sid)) => update(exchange, sid, &form),
        (&Method::GET, _, Some(sid)) => match exchange.call(sid) {
            Some(call) => Reply::ok(200, shown(exchange, &call)),
            None => not_found(path),
        },
        (_, "Calls.json", _) | (_, _, Some(_)) => Reply::error(405, 20_004, "Method not allowed"),
        _ => not_found(path),
    };
    if changes && exchange.faults().fail_rest && reply.status < 400 {
        return Reply::error(500, 20_500, "Internal Server Error");
    }
    reply
}

fn not_found(path: &str) -> Reply {
    Reply::error(404, 20_404, &format!("The requested resource {path} was not found"))
}

fn is_authorised(exchange: &Exchange, head: &Parts) -> bool {
    let given = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(given) = given.strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded.trim()).ok()) else {
        return false;
    };
    let settings = &exchange.settings;
    let wanted = format!("{}:{}", settings.account_sid, settings.auth_token.reveal());
    // Compared by their authenticators, which takes the same time wherever they differ.
    let key = hmac::Key::new(hmac::HMAC_SHA256, settings.auth_token.reveal().as_bytes());
    hmac::verify(&key, &given, hmac::sign(&key, wanted.as_bytes()).as_ref()).is_ok()
}

fn read_form(bytes: &[u8]) -> Form {
    let mut form = Form::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        form.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    form
}

fn one<'f>(form: &'f Form, name: &str) -> Option<&'f str> {
    form.get(name).and_then(|values| values.first()).map(String::as_str).filter(|value| !value.is_empty())
}

fn create(exchange: &Arc<Exchange>, form: &Form) -> Reply {
    let to = match one(form, "To").map(Number::parse) {
        None => return Reply::error(400, 21_201, "No 'To' number specified"),
        Some(Err(_)) => return Reply::error(400, 21_211, "Invalid 'To' Phone Number: it is not E.164"),
        Some(Ok(to)) => to,
    };
    let from = match one(form, "From").map(Number::parse) {
        None => return Reply::error(400, 21_213, "'From' phone number is required"),
        Some(Err(_)) => return Reply::error(400, 21_212, "Invalid 'From' Phone Number: it is not E.164"),
        Some(Ok(from)) => from,
    };
    if !exchange.settings.numbers.contains(&from) {
        return Reply::error(400, 21_210, "'From' phone number is not one of this account's numbers");
    }
    let url = match url(form) {
        Ok(Some(url)) => url,
        Ok(None) => {
            return Reply::error(400, 21_205, "Url is required; Twiml and ApplicationSid are not supported here");
        }
        Err(reply) => return reply,
    };
    let ring_seconds = match one(form, "Timeout").map(str::parse::<u32>) {
        None => 60,
        Some(Ok(seconds @ 1..=600)) => seconds,
        Some(_) => return Reply::error(400, 20_001, "Timeout must be a whole number from 1 to 600"),
    };
    let report = match report(form) {
        Ok(report) => report,
        Err(reply) => return reply,
    };
    let (call, signals) = exchange.open_call(Direction::Outbound, from, to);
    let reply = Reply::ok(201, shown(exchange, &call));
    let leg = Leg::new(Arc::clone(exchange), call, signals, report);
    exchange.spawn(leg.outbound(url, ring_seconds));
    reply
}

fn url(form: &Form) -> Result<Option<String>, Reply> {
    let Some(url) = one(form, "Url") else { return Ok(None) };
    if !url.starts_with("http://") || url.parse::<hyper::Uri>().is_err() {
        return Err(Reply::error(400, 21_205, "Url is not a valid absolute http URL (the local carrier has no TLS)"));
    }
    if one(form, "Method").is_some_and(|method| method != "POST") {
        return Err(Reply::error(400, 21_206, "Method must be POST on the local carrier"));
    }
    Ok(Some(url.to_owned()))
}

fn report(form: &Form) -> Result<Option<Report>, Reply> {
    let Some(url) = one(form, "StatusCallback") else { return Ok(None) };
    let mut events: Vec<&str> = form.get("StatusCallbackEvent").into_iter().flatten().map(String::as_str).collect();
    if events.is_empty() {
        events.push("completed");
    }
    if !events.iter().all(|event| ["initiated", "ringing", "answered", "completed"].contains(event)) {
        return Err(Reply::error(400, 21_626, "StatusCallbackEvent knows initiated, ringing, answered and completed"));
    }
    Ok(Some(Report { url: url.to_owned(), events: events.into_iter().map(str::to_owned).collect() }))
}

fn update(exchange: &Arc<Exchange>, sid: &str, form: &Form) -> Reply {
    let Some(call) = exchange.call(sid) else { return not_found(&format!("/Calls/{sid}.json")) };
    let invalid = || Reply::error(400, 21_220, "Invalid call state: the call is not in a state for this update");
    let signal = match (one(form, "Status"), url(form)) {
        (_, Err(reply)) => return reply,
        (Some(_), Ok(Some(_))) => return Reply::error(400, 20_001, "Url and Status exclude each other"),
        (Some("completed"), _) if !call.status.is_over() => Signal::Complete,
        (Some("canceled"), _) if matches!(call.status, Status::Queued | Status::Ringing) => Signal::Cancel,
        (Some("completed" | "canceled"), _) => return invalid(),
        (Some(_), _) => return Reply::error(400, 20_001, "Status must be completed or canceled"),
        (None, Ok(Some(url))) if call.status == Status::InProgress => Signal::Redirect(url),
        (None, Ok(Some(_))) => return invalid(),
        (None, Ok(None)) => return Reply::error(400, 20_001, "Nothing to update: give Url or Status"),
    };
    if !call.signal(signal) {
        return invalid();
    }
    Reply::ok(200, shown(exchange, &call))
}

/// The call list, newest first, narrowed by To, From, Status and `StartTime`.
fn list(exchange: &Exchange, form: &Form) -> Reply {
    let mut bounds = Vec::new();
    let names = [
        ("StartTime", Bound::On),
        ("StartTime>", Bound::From),
        ("StartTime>=", Bound::From),
        ("StartTime<", Bound::Until),
        ("StartTime<=", Bound::Until),
    ];
    for (name, order) in names {
        if let Some(text) = one(form, name) {
            let Some(moment) = moment(text) else {
                return Reply::error(400, 20_001, "StartTime must be YYYY-MM-DD or an RFC 3339 time in UTC");
            };
            bounds.push((order, moment));
        }
    }
    let (size, page) = match (whole(form, "PageSize", 50), whole(form, "Page", 0)) {
        (Some(size @ 1..=1_000), Some(page)) => (size, page),
        _ => return Reply::error(400, 20_001, "PageSize must be 1 to 1000, Page a whole number"),
    };
    let fits = |call: &Call| {
        one(form, "To").is_none_or(|to| to == call.to.reveal())
            && one(form, "From").is_none_or(|from| from == call.from.reveal())
            && one(form, "Status").is_none_or(|status| status == call.status.as_str())
            && bounds.iter().all(|(order, moment)| order.admits(call.created, *moment))
    };
    let found: Vec<Call> = exchange.calls().into_iter().filter(fits).collect();
    let start = page.saturating_mul(size);
    let calls: Vec<Value> = found.iter().skip(start).take(size).map(|call| shown(exchange, call)).collect();
    let path = format!("/2010-04-01/Accounts/{}/Calls.json", exchange.settings.account_sid);
    let next = (start.saturating_add(size) < found.len()).then(|| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, values) in form.iter().filter(|(name, _)| *name != "Page") {
            values.iter().for_each(|value| {
                query.append_pair(name, value);
            });
        }
        format!("{path}?{}", query.append_pair("Page", &(page + 1).to_string()).finish())
    });
    let end = start + calls.len().saturating_sub(1);
    Reply::ok(
        200,
        json!({
            "calls": calls, "page": page, "page_size": size, "start": start, "end": end,
            "uri": path, "next_page_uri": next,
        }),
    )
}

/// One recording: its sound, what is known of it, or its end.
fn one_recording(exchange: &Exchange, head: &Parts, name: &str) -> Reply {
    let (sid, kind) = name.split_once('.').unwrap_or((name, "wav"));
    let Some(found) = exchange.recording(sid) else { return not_found(head.uri.path()) };
    match (&head.method, kind) {
        (&Method::GET, "wav") => Reply { sound: Some(found.wav()), ..Reply::ok(200, Value::Null) },
        (&Method::GET, "json") => Reply::ok(200, shown_recording(exchange, &found)),
        (&Method::DELETE, "json" | "wav") => {
            exchange.delete_recording(sid);
            Reply::ok(204, Value::Null)
        }
        _ => Reply::error(405, 20_004, "Method not allowed"),
    }
}

fn recordings(exchange: &Exchange, call: &str) -> Reply {
    let of_call = |recording: &Recording| recording.call == call;
    let found: Vec<Value> =
        exchange.recordings().iter().filter(|r| of_call(r)).map(|r| shown_recording(exchange, r)).collect();
    Reply::ok(200, json!({ "recordings": found, "page": 0, "page_size": 50, "next_page_uri": null }))
}

fn shown_recording(exchange: &Exchange, recording: &Recording) -> Value {
    let account = &exchange.settings.account_sid;
    json!({
        "sid": recording.sid,
        "account_sid": account,
        "call_sid": recording.call,
        "status": "completed",
        "source": "RecordVerb",
        "channels": 1,
        "duration": recording.seconds.to_string(),
        "start_time": rfc2822(recording.began),
        "api_version": "2010-04-01",
        "uri": format!("/2010-04-01/Accounts/{account}/Recordings/{}.json", recording.sid),
    })
}

fn whole(form: &Form, name: &str, default: usize) -> Option<usize> {
    one(form, name).map_or(Some(default), |text| text.parse().ok())
}

#[derive(Clone, Copy)]
enum Bound {
    On,
    From,
    Until,
}

impl Bound {
    /// Second precision, as carriers keep it: a call of the same second counts on both sides.
    fn admits(self, created: Timestamp, moment: Timestamp) -> bool {
        let (created, second) = (created.0.div_euclid(1_000), moment.0.div_euclid(1_000));
        match self {
            Self::On => created.div_euclid(86_400) == second.div_euclid(86_400),
            Self::From => created >= second,
            Self::Until => created <= second,
        }
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(moment.as_millisecond()));
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp(midnight.timestamp().as_millisecond()))
}

/// A call as the carrier shows it.
fn shown(exchange: &Exchange, call: &Call) -> Value {
    let account = &exchange.settings.account_sid;
    let (from, to) = (call.from.reveal(), call.to.reveal());
    let updated = call.ended.or(call.answered).unwrap_or(call.created);
    let duration = call.ended.map(|_| exchange.call_seconds(call).to_string());
    json!({
        "sid": call.sid,
        "account_sid": account,
        "parent_call_sid": null,
        "phone_number_sid": null,
        "to": to,
        "to_formatted": to,
        "from": from,
        "from_formatted": from,
        "status": call.status.as_str(),
        "direction": call.direction.as_str(),
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(updated),
        "start_time": rfc2822(call.created),
        "end_time": call.ended.map(rfc2822),
        "duration": duration,
        "price": null,
        "price_unit": "USD",
        "answered_by": null,
        "api_version": "2010-04-01",
        "forwarded_from": null,
        "caller_name": null,
        "group_sid": null,
        "trunk_sid": null,
        "queue_time": Span::ZERO.0.to_string(),
        "uri": format!("/2010-04-01/Accounts/{account}/Calls/{}.json", call.sid),
        "subresource_uris": {},
    })
}
