//! REST requests: what is sent is what the carrier's own SDK sends, and its answers are read.

use std::sync::Arc;
use std::time::Duration;

use carelane::carrier::twilio::CallQuery;
use carelane::carrier::twilio::CallSummary;
use carelane::carrier::twilio::Monotonic;
use carelane::carrier::twilio::NewCall;
use carelane::carrier::twilio::Patience;
use carelane::carrier::twilio::Rate;
use carelane::carrier::twilio::RestClient;
use carelane::carrier::twilio::RestError;
use carelane::carrier::twilio::RestSettings;
use carelane::carrier::twilio::SettingsError;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::Private;
use carelane::vocab::Timestamp;
use serde_json::Value;

use super::cases;
use super::double::Act;
use super::double::Double;
use super::double::Seen;
use super::params;
use super::text;

const REQUESTS: &str = include_str!("../../vectors/rest_requests.json");
const SCHEMA: &str = include_str!("../../vectors/rest_schema_subset.json");
pub(super) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(super) const CREATED: &str = r#"{"sid":"CA1","status":"queued","start_time":null,"duration":null}"#;

/// Settings for a double: waits are short, and nobody waits for the rate.
pub(super) fn settings(base: &str) -> RestSettings {
    let mut settings = RestSettings::new(base, ACCOUNT, Private::new("0123456789abcdef0123456789abcdef".to_owned()));
    settings.backoff.first = Duration::from_millis(2);
    settings.backoff.longest = Duration::from_millis(20);
    settings.create_rate = Rate { per_second: 1_000.0, burst: 100 };
    settings
}

/// A clock that stands still, for tests in which the rate does not matter.
pub(super) fn still_clock() -> Monotonic {
    Arc::new(|| Duration::ZERO)
}

pub(super) fn client(base: &str) -> RestClient {
    RestClient::new(&settings(base), still_clock()).expect("good settings")
}

/// Longer than any test takes; a test that needs it all has failed.
pub(super) fn patient() -> Patience<'static> {
    Patience { within: Duration::from_secs(30), still_wanted: &|| true }
}

pub(super) fn new_call() -> NewCall<'static> {
    NewCall {
        to: "+15555550123",
        from: "+15555550100",
        url: "https://ivr.example.com/callback/twiml?task=42",
        status_callback: "https://ivr.example.com/callback/status",
        ring: Duration::from_secs(25),
    }
}

fn call(sid: &str) -> CarrierCall {
    CarrierCall::from(sid)
}

/// Compares a request with what the official SDK puts on the wire, but for parameters we do not use.
fn assert_as_the_sdk(seen: &Seen, id: &str, unused: &[&str]) {
    let all = cases(REQUESTS, "vectors");
    let case = all.iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no request {id}"));
    assert_eq!((seen.method.as_str(), seen.path.as_str()), (text(case, "method"), text(case, "path")), "{id}");
    assert_eq!(seen.authorization, text(case, "authorization"), "{id}");
    assert_eq!(seen.content_type, text(case, "content_type"), "{id}");
    let mut expected = params(case);
    expected.retain(|(name, _)| !unused.contains(&name.as_str()));
    assert_eq!(seen.params(), expected, "{id}");
}

/// Whether the carrier's published description has every parameter of a request, with a value it allows.
fn assert_in_the_schema(seen: &Seen) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a vector file is JSON");
    let path = seen.path.split('?').next().expect("a path");
    let template = match path.strip_prefix(&format!("/2010-04-01/Accounts/{ACCOUNT}/Calls")).expect("our account") {
        ".json" => "Calls.json",
        _ => "Calls/{Sid}.json",
    };
    let operation = &schema["operations"][format!("{} /2010-04-01/Accounts/{{AccountSid}}/{template}", seen.method)];
    for (allowed, sent) in [(&operation["form"], seen.params()), (&operation["query"], seen.query())] {
        for (name, value) in sent {
            let parameter = &allowed[&name];
            assert!(parameter.is_object(), "{} {template} has no parameter {name}", seen.method);
            if let Some(values) = parameter["enum"].as_array() {
                assert!(values.contains(&Value::from(value.as_str())), "{name} may not be {value}");
            }
            if parameter["type"] == "integer" {
                assert!(value.parse::<u32>().is_ok(), "{name} is a number, not {value}");
            }
        }
    }
}

#[tokio::test]
async fn requests_are_those_of_the_official_sdk() {
    let double = Double::start(vec![
        Act::json(201, CREATED),
        Act::json(200, r#"{"sid":"CA1","status":"in-progress"}"#),
        Act::json(200, r#"{"sid":"CA1","status":"completed"}"#),
        Act::json(200, r#"{"sid":"CA1","status":"completed","start_time":"Sat, 21 Nov 2026 19:00:00 +0000"}"#),
        Act::json(200, r#"{"calls":[],"next_page_uri":null}"#),
    ])
    .await;
    let client = client(&double.base);
    let sid = call("CAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

    let created = client.create_call(&new_call(), &patient()).await.expect("created");
    assert_eq!((created.carrier_call, created.status), (call("CA1"), Some(LegStatus::Initiated)));
    client.redirect_call(&sid, "https://ivr.example.com/next", &patient()).await.expect("redirected");
    client.complete_call(&sid, &patient()).await.expect("ended");
    let fetched = client.fetch_call(&sid, &patient()).await.expect("fetched");
    assert_eq!(fetched.status, Some(LegStatus::Ended(LegEnd::Completed)));
    assert_eq!(fetched.started.map(|time| time.rfc3339()), Some("2026-11-21T19:00:00.000Z".to_owned()));
    let query = CallQuery { to: Some("+1"), from: Some("+2"), started_after: Timestamp(1_795_287_600_999) };
    assert_eq!(client.list_calls(&query, &patient()).await, Ok(vec![]));

    let seen = double.seen();
    assert_as_the_sdk(&seen[0], "call-create-url", &["MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback"]);
    assert_as_the_sdk(&seen[1], "call-update-redirect", &[]);
    assert_as_the_sdk(&seen[2], "call-complete", &[]);
    assert_as_the_sdk(&seen[3], "call-fetch", &[]);
    let pairs =
        |query: &[(&str, &str)]| query.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    assert_eq!(seen[4].query(), pairs(&[("From", "+2"), ("PageSize", "100"), ("Status", "queued"), ("To", "+1")]));
    let started = [("From", "+2"), ("PageSize", "100"), ("StartTime>", "2026-11-21T19:00:00Z"), ("To", "+1")];
    assert_eq!(seen[5].query(), pairs(&started));
    seen.iter().for_each(assert_in_the_schema);
    assert!(seen.iter().all(|request| request.connection == 0), "one connection is enough");
}

#[tokio::test]
async fn a_strange_name_of_a_call_stays_one_segment_of_the_path() {
    let double = Double::start(vec![Act::json(200, r#"{"sid":"CA1"}"#)]).await;
    let client = client(&double.base);
    client.complete_call(&call("../x?y#z/%2f"), &patient()).await.expect("ended");
    assert_eq!(double.seen()[0].path, format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/..%2Fx%3Fy%23z%2F%252f.json"));
}

#[tokio::test]
async fn a_listing_finds_queued_and_started_calls_over_all_pages() {
    let page = |calls: &str, next: &str| Act::json(200, &format!(r#"{{"calls":[{calls}],"next_page_uri":{next}}}"#));
    let started = |sid: &str, second: u32| {
        format!(r#"{{"sid":"{sid}","status":"ringing","start_time":"Sat, 21 Nov 2026 19:00:{second:02} +0000"}}"#)
    };
    let double = Double::start(vec![
        page(r#"{"sid":"CA-queued","status":"queued","start_time":null}"#, "null"),
        page(&started("CA-3", 3), &format!(r#""/2010-04-01/Accounts/{ACCOUNT}/Calls.json?PageToken=2""#)),
        // The last one started before: some carriers filter by day.
        page(&format!("{},{}", started("CA-2", 2), started("CA-1", 0)), "null"),
    ])
    .await;
    let query = CallQuery { to: None, from: None, started_after: Timestamp(1_795_287_601_000) };
    let calls = client(&double.base).list_calls(&query, &patient()).await.expect("a list");
    let names: Vec<&str> = calls.iter().map(|call| call.carrier_call.as_str()).collect();
    assert_eq!(names, ["CA-2", "CA-3", "CA-queued"]);
    let queued = CallSummary {
        carrier_call: call("CA-queued"),
        status: Some(LegStatus::Initiated),
        started: None,
        inbound: false,
        from: Caller::default(),
    };
    assert_eq!(calls[2], queued);
    assert!(double.seen()[2].path.ends_with("/Calls.json?PageToken=2"));
}

#[tokio::test]
async fn a_stretch_with_more_calls_than_a_listing_holds_is_halved_until_all_are_found() {
    let next = format!(r#""/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1""#);
    let page = |sid: &str, direction: &str, next: &str| {
        let call = format!(
            r#"{{"sid":"{sid}","status":"completed","direction":"{direction}","from":"+15550109001",
                "start_time":"Sat, 21 Nov 2026 19:00:01 +0000"}}"#
        );
        Act::json(200, &format!(r#"{{"calls":[{call}],"next_page_uri":{next}}}"#))
    };
    // Ten pages and still more; then both halves, the later one first.
    let mut acts = vec![page("CA-1", "inbound", &next); 10];
    acts.extend([page("CA-2", "inbound", "null"), page("CA-3", "outbound-api", "null")]);
    let double = Double::start(acts).await;
    let between = (Timestamp(1_795_287_600_000), Timestamp(1_795_287_603_000));
    let calls = client(&double.base).list_inbound("+1", between, &patient()).await.expect("a list");
    let names: Vec<&str> = calls.iter().map(|call| call.carrier_call.as_str()).collect();
    assert_eq!(names, ["CA-1", "CA-2"], "our own calls are not listed");
    assert_eq!(calls[0].from, Caller::from_carrier("+15550109001"));
    let (later, earlier) = (double.seen()[10].query(), double.seen()[11].query());
    let value = |query: &[(String, String)], name: &str| query.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(value(&double.seen()[0].query(), "StartTime<"), None);
    assert_eq!(value(&later, "StartTime>").as_deref(), Some("2026-11-21T19:00:02Z"));
    assert_eq!(value(&later, "StartTime<").as_deref(), Some("2026-11-21T19:00:03Z"));
    assert_eq!(value(&earlier, "StartTime>").as_deref(), Some("2026-11-21T19:00:00Z"));
    assert_eq!(value(&earlier, "StartTime<").as_deref(), Some("2026-11-21T19:00:01Z"));
    assert_eq!(double.seen().len(), 12);
}

#[tokio::test]
async fn a_listing_ends_and_its_credentials_go_nowhere_else() {
    let again = format!(r#"{{"calls":[],"next_page_uri":"/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1"}}"#);
    let double = Double::start(vec![Act::json(200, &again)]).await;
    let query = CallQuery { to: None, from: None, started_after: Timestamp(0) };
    assert_eq!(client(&double.base).list_calls(&query, &patient()).await, Ok(vec![]));
    assert_eq!(double.seen().len(), 20);
    for elsewhere in ["https://evil.example/", "//evil.example/", "@evil.example/", "/other"] {
        let page = format!(r#"{{"calls":[],"next_page_uri":"{elsewhere}"}}"#);
        let double = Double::start(vec![Act::json(200, &page)]).await;
        let listed = client(&double.base).list_calls(&query, &patient()).await;
        assert!(listed.is_err_and(|error| error.outcome_unknown()), "{elsewhere}");
        assert_eq!(double.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_request_may_be_made_from_any_task() {
    let double = Double::start(vec![Act::json(201, CREATED)]).await;
    let client = Arc::new(client(&double.base));
    let task = tokio::spawn(async move {
        let query = CallQuery { to: None, from: None, started_after: Timestamp(0) };
        let still_wanted = || true;
        let patience = Patience { within: Duration::from_secs(30), still_wanted: &still_wanted };
        client.create_call(&new_call(), &patience).await?;
        client.redirect_call(&call("CA1"), "https://a.example/", &patience).await?;
        client.list_calls(&query, &Patience { within: Duration::ZERO, ..patience }).await
    });
    assert!(task.await.expect("no panic").is_err_and(|error: RestError| error.may_retry()));
}

#[test]
fn settings_that_cannot_work_are_refused_with_what_to_do() {
    let new = |base: &str, account: &str, token: &str| {
        let settings = RestSettings::new(base, account, Private::new(token.to_owned()));
        RestClient::new(&settings, still_clock()).err()
    };
    for base in
        ["https://api.twilio.com", "https://api.twilio.com/", "http://127.0.0.1:1", "HTTPS://Api.Twilio.com:443"]
    {
        assert_eq!(new(base, ACCOUNT, "t"), None, "{base}");
    }
    for base in ["", "api.twilio.com", "ftp://a", "https://", "https://a/2010", "https://a?b", "https://u:p@a", "a b"] {
        assert_eq!(new(base, ACCOUNT, "t"), Some(SettingsError::ApiBase), "{base}");
    }
    for (account, token) in [("", "t"), (ACCOUNT, ""), ("AC:1", "t"), (ACCOUNT, "t\n"), ("ñ", "t")] {
        assert_eq!(new("https://a", account, token), Some(SettingsError::Credentials));
    }
    assert!(SettingsError::ApiBase.to_string().contains("TWILIO_API_BASE"));
}

#[test]
fn settings_print_no_secret() {
    let printed = format!("{:?}", RestSettings::new("https://a", ACCOUNT, Private::new("s3cret".to_owned())));
    assert!(!printed.contains("s3cret"), "{printed}");
}
