//! Enqueue: waiting documents around and around, outages, and ways out of the queue.

use std::time::Duration;

use carelane::carrier::local::Line;

use super::Bench;
use super::play;
use super::rest::Rest;

const PARK: &str = "<Enqueue waitUrl=\"/wait\">lane-1</Enqueue><Say>one moment</Say><Redirect>/voice</Redirect>";

async fn parked(bench: &Bench) -> (Line, String) {
    bench.app.on("/voice", PARK);
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect \"you are in line\"").await;
    let sid = bench.app.hits("/voice")[0].get("CallSid").to_owned();
    (phone, sid)
}

#[tokio::test]
async fn the_wait_document_is_fetched_again_each_time_it_runs_out() {
    let bench = Bench::new().await;
    bench.app.in_turn(
        "/wait",
        &["<Say>you are in line</Say><Pause length=\"3\"/>", "<Say>still in line</Say><Pause length=\"3\"/>"],
    );
    let (mut phone, sid) = parked(&bench).await;
    play(&mut phone, "expect \"still in line\"\nexpect \"still in line\"").await;
    let hits = bench.app.hits("/wait");
    assert!(hits.len() >= 3);
    for hit in &hits {
        assert_eq!((hit.get("CallSid"), hit.get("CallStatus")), (sid.as_str(), "in-progress"));
        assert_eq!((hit.get("QueuePosition"), hit.get("CurrentQueueSize")), ("1", "1"));
        assert!(hit.get("QueueSid").starts_with("QU"));
        assert_eq!(hit.get("MaxQueueSize"), "1000");
    }
    let waited = |hit: &super::app::Hit| hit.get("QueueTime").parse::<u32>().expect("seconds");
    assert!(waited(hits.last().expect("hits")) > waited(&hits[0]));
    assert_eq!(bench.carrier.queue_len("lane-1"), 1);
    play(&mut phone, "hangup\nexpect-ended").await;
    assert_eq!(bench.carrier.queue_len("lane-1"), 0);
}

#[tokio::test]
async fn while_the_application_is_down_the_caller_hears_what_the_carrier_holds_and_then_waits_on() {
    let mut bench = Bench::new().await;
    bench.app.on("/wait", "<Say>you are in line</Say><Pause length=\"4\"/>");
    bench.app.on(
        "/voice",
        &format!(
            "{}{}",
            "<Enqueue waitUrl=\"/wait\">lane-1</Enqueue><Say>one moment</Say>".repeat(200),
            "<Redirect>/voice</Redirect>"
        ),
    );
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect \"you are in line\"").await;
    bench.app.down().await;
    play(&mut phone, "expect \"one moment\"\nexpect \"one moment\"").await;
    bench.app.up().await;
    play(&mut phone, "expect \"you are in line\"\nhangup\nexpect-ended").await;
    assert!(bench.carrier.alerts().iter().all(|alert| !alert.fatal), "a wait URL that is down ends no call");
    assert_eq!(bench.app.hits("/voice").len(), 1, "the carrier went on with the document it held");
}

#[tokio::test]
async fn a_failed_wait_document_is_an_error_result_for_the_action() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Enqueue waitUrl=\"/wait\" action=\"/left\">q</Enqueue>");
    bench.app.on("/wait", "<Say>hm</Say><Dial><Conference>no</Conference></Dial>");
    bench.app.on("/left", "<Say>goodbye</Say>");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect goodbye\nexpect-ended").await;
    assert_eq!(bench.app.hits("/left")[0].get("QueueResult"), "error");
}

#[tokio::test]
async fn a_key_while_waiting_goes_to_its_action_and_leave_goes_on_after_the_queue() {
    let bench = Bench::new().await;
    bench.app.on(
        "/wait",
        "<Gather numDigits=\"1\" action=\"/pressed\"><Say>you are in line</Say><Pause length=\"60\"/></Gather>",
    );
    bench.app.in_turn("/pressed", &["<Say>you pressed</Say>", "<Leave/>"]);
    let (mut phone, _) = parked(&bench).await;
    play(&mut phone, "key 1\nexpect \"you pressed\"\nexpect \"in line\"\nkey 2\nexpect \"one moment\"\nhangup").await;
    let hits = bench.app.hits("/pressed");
    assert_eq!((hits[0].get("Digits"), hits[1].get("Digits")), ("1", "2"));
    assert!(hits[0].get("QueueSid").starts_with("QU"), "requests from a queue carry its parameters");
}

#[tokio::test]
async fn a_full_queue_falls_through() {
    let bench = Bench::new().await;
    bench.app.on("/voice", "<Enqueue maxQueueSize=\"1\" waitUrl=\"/wait\" action=\"/left\">q</Enqueue>");
    bench.app.on("/wait", "<Say>you are in line</Say><Pause length=\"600\"/>");
    bench.app.on("/left", "<Say>full</Say>");
    let mut first = bench.patient().await;
    play(&mut first, "dial\nexpect \"in line\"").await;
    let mut second = bench.phone("+15550101235", carelane::carrier::local::Role::Patient).await;
    play(&mut second, "dial\nexpect full\nexpect-ended").await;
    assert_eq!(bench.app.hits("/left")[0].get("QueueResult"), "queue-full");
    play(&mut first, "hangup\nexpect-ended").await;
    let told = bench.app.until("/left", 2).await;
    assert_eq!(told[1].get("QueueResult"), "hangup", "the action is told, its document is not run");
}

#[tokio::test]
async fn rest_moves_a_waiting_call_out_of_the_queue_at_once() {
    let bench = Bench::new().await;
    bench.app.on("/wait", "<Say>you are in line</Say><Pause length=\"600\"/>");
    let (mut phone, sid) = parked(&bench).await;
    bench.app.on("/moved", "<Say>moved</Say>");
    let rest = Rest::new(&bench);
    let (status, _) = rest.post(&format!("/Calls/{sid}.json"), &[("Url", &bench.app.url("/moved"))]).await;
    assert_eq!(status, 200);
    play(&mut phone, "expect moved\nexpect-ended").await;
    assert_eq!(bench.carrier.queue_len("lane-1"), 0);
    assert_eq!(bench.app.hits("/moved")[0].get("CallSid"), sid);
}

#[tokio::test]
async fn documents_that_lead_to_each_other_without_a_sound_are_stopped() {
    let bench = Bench::new().await;
    bench.app.on("/wait", "");
    bench.app.on("/voice", "<Enqueue waitUrl=\"/wait\">q</Enqueue><Say>fell through</Say>");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect \"fell through\"\nexpect-ended").await;
    assert_eq!(bench.alerts(), [12_200]);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(bench.app.hits("/wait").len() <= 100);
}
