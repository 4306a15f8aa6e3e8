//! What patients write: posted by a channel's program, with a table of channels and without one.

use carelane::carrier::local::Faults;
use serde_json::Value;

use super::http;
use super::http::Answer;
use super::world::API_TOKEN;
use super::world::World;
use super::world::list;

async fn ask(world: &World, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
    let token = format!("Bearer {API_TOKEN}");
    let headers: Vec<(&str, &str)> = [("authorization", &*token)].into_iter().chain(headers.iter().copied()).collect();
    let url = world.engine.url(&format!("/api/v1/{path}"));
    http::send(method, &url, &headers, body.as_bytes()).await.expect("carelane answers")
}

async fn write(world: &World, body: &str) -> Answer {
    ask(world, "POST practices/riverside/items", &[], body).await
}

const FORM: &str = r#"{"channel":"portal","number":"+15550109501","lane":"records","text":"Canary: I need the school form",
    "caller_is":{"standing":"existing","reason":"form","patient":{"name":"Lia Canary","date_of_birth":"2014-05-06"}}}"#;

#[tokio::test]
async fn a_letter_is_an_item_with_owner_and_answer_and_no_call() {
    let world = World::start(10.0, Faults::default()).await;
    let taken = write(&world, FORM).await;
    assert_eq!((taken.status, taken.etag.is_empty()), (201, false), "{}", taken.text());
    let item = taken.json();
    assert_eq!((item["kind"].as_str(), item["channel"].as_str()), (Some("written"), Some("portal")));
    assert_eq!((&item["call"], list(&item["calls"]).len()), (&Value::Null, 0));
    assert_eq!((item["owner"].as_str(), item["segment"].as_str()), (Some("referrals-records"), Some("records")));
    assert_eq!(item["letters"][0]["text"], "Canary: I need the school form");
    assert_eq!((item["answer"]["by"].as_str(), item["answer"]["words"]["es-US"].is_string()), (Some("written"), true));
    let floor = ask(&world, "GET floor", &[], "").await.json();
    assert_eq!((&floor["ledger"]["inbound"], &floor["ledger"]["items"]), (&Value::from(0), &Value::from(0)));
    assert_eq!(floor["items"][0]["letters"][0]["text"], Value::Null, "the snapshot shows no letters");
    let again = write(&world, FORM).await;
    assert_eq!((again.status, &again.json()["repeats"]), (200, &Value::from(1)), "{}", again.text());
    let written = r#"{"outcome":"answered_in_writing","note":{"request":"wants the school form","action":"sent the form by the portal","next_step":"none, all done"}}"#;
    let refused = ask(&world, "POST items/item-1/close", &[], written).await;
    assert_eq!((refused.status, &refused.json()["live_call"]), (422, &Value::from("unresolved")), "{}", refused.text());
    assert_eq!(list(&refused.json()["missing"]), ["live_call"]);
    let listed = ask(&world, "GET items?channel=portal", &[], "").await.json();
    assert_eq!(
        (
            list(&listed["items"]).len(),
            list(&ask(&world, "GET items?channel=phone", &[], "").await.json()["items"]).len()
        ),
        (1, 0)
    );
    let lane = ask(&world, "GET lanes/riverside/records", &[], "").await.text();
    assert!(!lane.contains("answered_in_writing"), "no conversation is closed so");
}

#[tokio::test]
async fn urgent_words_in_a_letter_are_clinical_work_at_once() {
    let world = World::start(10.0, Faults::default()).await;
    let body = r#"{"channel":"email","sender":"lia@canary.example","lane":"general","text":"I have chest pain"}"#;
    let item = write(&world, body).await.json();
    assert_eq!((item["urgent"].as_bool(), item["lane"].as_str()), (Some(true), Some("clinical")), "{item}");
    assert_eq!((item["owner"].as_str(), item["answer"]["why"].as_str()), (Some("nurse-line"), Some("clinical")));
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_the_reason_and_without_its_content() {
    let world = World::start(10.0, Faults::default()).await;
    for (body, status, says) in [
        ("{}", 400, "channel"),
        (r#"{"channel":"pigeon","number":"+15550109501","text":"Canary"}"#, 400, "portal"),
        (r#"{"channel":"text","number":"+15550109501","text":"Canary"}"#, 422, "channel"),
        (r#"{"channel":"portal","text":"Canary"}"#, 422, "sender"),
        (r#"{"channel":"portal","number":"canary","text":"Canary"}"#, 422, "number"),
        (r#"{"channel":"portal","number":"+15550109501"}"#, 422, "lane"),
        (r#"{"channel":"portal","number":"+15550109501","lane":"canary"}"#, 422, "lane"),
        (
            r#"{"channel":"portal","number":"+15550109501","lane":"records","received_at":"tomorrow"}"#,
            422,
            "received_at",
        ),
        (
            r#"{"channel":"portal","number":"+15550109501","lane":"records","received_at":"2099-01-01T00:00:00Z"}"#,
            422,
            "received_at",
        ),
        (r#"{"channel":"portal","number":"+15550109501","lane":"records","language":"fr-FR"}"#, 422, "language"),
        (
            r#"{"channel":"portal","number":"+15550109501","lane":"records","caller_is":{"reason":"canary"}}"#,
            422,
            "reason",
        ),
    ] {
        let refused = write(&world, body).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
        assert!(
            refused.text().contains(says) && !refused.text().to_lowercase().contains("canary"),
            "{}",
            refused.text()
        );
    }
    assert_eq!(ask(&world, "POST practices/elm/items", &[], FORM).await.status, 404);
    assert_eq!(ask(&world, "GET practices/riverside/items", &[], "").await.status, 405);
}

#[tokio::test]
async fn a_letter_that_is_posted_again_with_its_key_is_taken_once_also_after_a_crash() {
    let mut world = World::start(10.0, Faults::default()).await;
    let post = async |world: &World| {
        ask(world, "POST practices/riverside/items", &[("idempotency-key", "letter-1")], FORM).await
    };
    assert_eq!(post(&world).await.status, 201);
    world.engine.kill();
    world.engine.start_and_wait().await;
    assert_eq!(post(&world).await.json()["done_before"], true);
    let item = ask(&world, "GET items/item-1", &[], "").await.json();
    assert_eq!(
        (&item["repeats"], &item["letters"][0]["text"]),
        (&Value::from(0), &Value::from("Canary: I need the school form"))
    );
}
