//! REST failures: what may have happened, what is repeated, and what never is.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use carelane::carrier::twilio::Budget;
use carelane::carrier::twilio::CallQuery;
use carelane::carrier::twilio::Doubt;
use carelane::carrier::twilio::Patience;
use carelane::carrier::twilio::Rate;
use carelane::carrier::twilio::RestClient;
use carelane::carrier::twilio::RestError;
use carelane::carrier::twilio::Unsent;
use carelane::vocab::CarrierCall;
use carelane::vocab::Timestamp;
use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::double::Act;
use super::double::Double;
use super::rest::CREATED;
use super::rest::client;
use super::rest::new_call;
use super::rest::patient;
use super::rest::settings;
use super::rest::still_clock;

const CALL: &str = r#"{"sid":"CA1","status":"in-progress"}"#;

/// A client whose requests time out fast, but not before a busy machine has delivered them.
fn hasty_client(base: &str) -> RestClient {
    let mut settings = settings(base);
    settings.request_timeout = Duration::from_secs(1);
    RestClient::new(&settings, still_clock()).expect("good settings")
}

/// Creates a call against a script; tells what came of it and how often the carrier was asked.
async fn create(acts: Vec<Act>) -> (Result<String, RestError>, usize) {
    let double = Double::start(acts).await;
    let created = hasty_client(&double.base).create_call(&new_call(), &patient()).await;
    (created.map(|call| call.carrier_call.as_str().to_owned()), double.seen().len())
}

/// Ends a call against a script.
async fn complete(acts: Vec<Act>) -> (Result<(), RestError>, usize) {
    let double = Double::start(acts).await;
    let ended = hasty_client(&double.base).complete_call(&CarrierCall::from("CA1"), &patient()).await;
    (ended, double.seen().len())
}

#[tokio::test]
async fn a_create_call_is_repeated_after_429_because_that_was_not_carried_out() {
    let busy = Act::json(429, r#"{"code":20429,"message":"Too Many Requests","status":429}"#);
    assert_eq!(create(vec![busy.clone(), busy, Act::json(201, CREATED)]).await, (Ok("CA1".to_owned()), 3));
}

#[tokio::test]
async fn a_create_call_with_an_unknown_outcome_is_never_repeated() {
    let carried_out = Act::json(201, CREATED);
    for (act, doubt) in [
        (Act::json(500, ""), Doubt::ServerError(500)),
        (Act::json(503, "<html>"), Doubt::ServerError(503)),
        (Act::json(408, ""), Doubt::ServerError(408)),
        (Act::Close, Doubt::ConnectionLost),
        (Act::Hang, Doubt::TimedOut),
        (Act::CutOff(201, r#"{"sid":"#), Doubt::Unreadable),
        (Act::Trickle(201), Doubt::Unreadable),
        (Act::json(201, ""), Doubt::Unreadable),
        (Act::json(201, "<html>yes</html>"), Doubt::Unreadable),
        (Act::json(200, r#"{"status":"queued"}"#), Doubt::Unreadable),
        (Act::json(200, r#"{"sid":"","status":"queued"}"#), Doubt::Unreadable),
        (Act::json(200, r#"{"sid":17}"#), Doubt::Unreadable),
        (Act::json(201, &" ".repeat(300 * 1024)), Doubt::Unreadable),
    ] {
        let (created, asked) = create(vec![act, carried_out.clone()]).await;
        assert_eq!((created, asked), (Err(RestError::Unknown(doubt)), 1), "{doubt:?}");
        assert!(RestError::Unknown(doubt).outcome_unknown());
    }
}

#[tokio::test]
async fn a_refusal_is_final_and_tells_the_carriers_own_error_number() {
    let body = r#"{"code":21211,"message":"The 'To' number +15555550123 is not valid","status":400}"#;
    let (created, asked) = create(vec![Act::json(400, body)]).await;
    let error = created.expect_err("refused");
    assert_eq!((error, asked), (RestError::Refused { status: 400, code: Some(21_211) }, 1));
    assert!(error.to_string().contains("/errors/21211") && !error.to_string().contains("+1"), "{error}");

    assert!(!error.is_about_us(), "her number is wrong");

    let body = r#"{"code":21212,"message":"The 'From' number +15550100100 is not valid","status":400}"#;
    let error = create(vec![Act::json(400, body)]).await.0.expect_err("refused");
    assert!(error.is_about_us() && !error.to_string().contains("+1"), "{error}");

    let problem = r#"{"type":"https://a","title":"Unauthorized","status":401,"code":20003}"#;
    let error = create(vec![Act::json(401, problem)]).await.0.expect_err("refused");
    assert!(error.to_string().contains("TWILIO_AUTH_TOKEN"), "{error}");

    // What stands there is no error number.
    for act in [Act::json(404, "no"), Act::Trickle(400), Act::json(307, r#"{"code":-1}"#)] {
        let (created, asked) = create(vec![act]).await;
        assert!(matches!(created, Err(RestError::Refused { code: None, .. })), "{created:?}");
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn ending_a_call_is_repeated_until_it_is_certain() {
    let acts =
        vec![Act::json(500, ""), Act::Close, Act::json(429, ""), Act::Hang, Act::json(409, ""), Act::json(200, CALL)];
    assert_eq!(complete(acts).await, (Ok(()), 6));
}

#[tokio::test]
async fn a_yes_is_enough_for_a_change_whatever_stands_in_it() {
    for act in [Act::json(200, "<html>"), Act::CutOff(200, "{"), Act::Trickle(200)] {
        assert_eq!(complete(vec![act]).await, (Ok(()), 1));
    }
}

#[tokio::test]
async fn a_call_that_is_over_is_told_apart_from_a_refusal() {
    let over = r#"{"code":21220,"message":"Call is not in-progress. Cannot redirect.","status":400}"#;
    for act in [Act::json(400, over), Act::json(404, r#"{"code":20404}"#), Act::json(404, "")] {
        let double = Double::start(vec![act]).await;
        let (client, call) = (client(&double.base), CarrierCall::from("CA1"));
        assert_eq!(client.redirect_call(&call, "https://a.example/", &patient()).await, Err(RestError::Gone));
        assert_eq!(client.complete_call(&call, &patient()).await, Err(RestError::Gone));
        assert_eq!(client.fetch_call(&call, &patient()).await.err(), Some(RestError::Gone));
        assert_eq!(double.seen().len(), 3);
    }
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    // A port that is taken and never listened on refuses every connection.
    let taken = TcpSocket::new_v4().expect("a socket");
    taken.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let mut settings = settings(&format!("http://{}", taken.local_addr().expect("an address")));
    settings.backoff.first = Duration::from_secs(60);
    settings.backoff.longest = Duration::from_secs(60);
    let client = RestClient::new(&settings, still_clock()).expect("good settings");
    let patience = Patience { within: Duration::from_secs(2), still_wanted: &|| true };
    let error = client.create_call(&new_call(), &patience).await.expect_err("nobody there");
    assert_eq!(error, RestError::NotSent(Unsent::NoConnection));
    assert!(error.may_retry() && !error.outcome_unknown());
}

#[tokio::test]
async fn patience_ends_even_if_the_carrier_never_answers() {
    let double = Double::start(vec![Act::Hang]).await;
    let patience = Patience { within: Duration::from_millis(100), still_wanted: &|| true };
    let client = client(&double.base);
    let hung = RestError::Unknown(Doubt::TimedOut);
    assert_eq!(client.create_call(&new_call(), &patience).await.err(), Some(hung));
    assert_eq!(client.complete_call(&CarrierCall::from("CA1"), &patience).await, Err(hung));
    let query = CallQuery { to: None, from: None, started_after: Timestamp(0) };
    assert_eq!(client.list_calls(&query, &patience).await.err(), Some(hung));
}

#[tokio::test]
async fn patience_that_ends_in_a_pause_tells_the_last_error() {
    let double = Double::start(vec![Act::Answer(429, "Retry-After: 3600\r\n", String::new())]).await;
    let patience = Patience { within: Duration::from_secs(2), still_wanted: &|| true };
    let error = client(&double.base).create_call(&new_call(), &patience).await.expect_err("busy for an hour");
    assert_eq!(error, RestError::RateLimited { retry_after: Some(Duration::from_secs(60)) });
    assert_eq!(double.seen().len(), 1, "the carrier is not asked again before the time it named");
}

#[tokio::test]
async fn a_request_that_nobody_wants_any_more_is_not_sent() {
    let double = Double::start(vec![Act::json(429, "")]).await;
    let asked = AtomicU32::new(0);
    let still_wanted = || asked.fetch_add(1, Ordering::Relaxed) < 2;
    let patience = Patience { within: Duration::from_secs(30), still_wanted: &still_wanted };
    let created = client(&double.base).create_call(&new_call(), &patience).await;
    assert_eq!((created.err(), double.seen().len()), (Some(RestError::NoLongerWanted), 2));
}

#[tokio::test]
async fn a_request_without_a_turn_in_the_rate_is_not_sent() {
    let double = Double::start(vec![Act::json(201, CREATED)]).await;
    let mut settings = settings(&double.base);
    settings.create_rate = Rate { per_second: 1.0, burst: 1 };
    let client = RestClient::new(&settings, still_clock()).expect("good settings");
    assert!(client.create_call(&new_call(), &patient()).await.is_ok());
    let patience = Patience { within: Duration::from_millis(200), still_wanted: &|| true };
    let second = client.create_call(&new_call(), &patience).await;
    assert_eq!(second.err(), Some(RestError::NotSent(Unsent::NoTurn)));
    assert_eq!(double.seen().len(), 1);
}

#[tokio::test]
async fn who_gives_up_waiting_for_the_rate_takes_nothing_from_it() {
    let clock = Arc::new(AtomicU32::new(0));
    let read = clock.clone();
    let now = Arc::new(move || Duration::from_millis(read.load(Ordering::Relaxed).into()));
    let budget = Budget::new(Rate { per_second: 100.0, burst: 1 }, now);
    budget.acquire().await;
    for _ in 0..50 {
        assert!(timeout(Duration::from_millis(1), budget.acquire()).await.is_err());
    }
    clock.store(10, Ordering::Relaxed);
    timeout(Duration::from_secs(30), budget.acquire()).await.expect("one token is there");
}

#[test]
fn only_what_surely_was_not_carried_out_may_be_sent_afresh() {
    let afresh = [
        RestError::NotSent(Unsent::NoConnection),
        RestError::NotSent(Unsent::NoTurn),
        RestError::RateLimited { retry_after: None },
    ];
    let unknown =
        [Doubt::TimedOut, Doubt::ConnectionLost, Doubt::ServerError(500), Doubt::Unreadable].map(RestError::Unknown);
    let last = [
        RestError::NotSent(Unsent::Unwritable),
        RestError::Refused { status: 400, code: None },
        RestError::Gone,
        RestError::NoLongerWanted,
    ];
    assert!(afresh.iter().all(|error| error.may_retry() && error.may_send_afresh() && !error.outcome_unknown()));
    assert!(unknown.iter().all(|error| error.may_retry() && !error.may_send_afresh() && error.outcome_unknown()));
    assert!(last.iter().all(|error| !error.may_retry() && !error.may_send_afresh() && !error.outcome_unknown()));
}
