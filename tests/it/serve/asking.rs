//! The API for programs: lists page by page, changes that are held back, and requests that are sent twice.

use carelane::carrier::local::Faults;
use serde_json::Value;
use serde_json::json;

use super::http;
use super::http::Answer;
use super::world::API_TOKEN;
use super::world::World;
use super::world::list;

const ATTEMPT: &str = r#"{"outcome":"message_left","note":{"request":"wants a visit","action":"left a message asking to call back about the visit","next_step":"front desk tries again tomorrow"}}"#;

/// So many patients who chose a lane and gave up; nobody is there.
async fn world_with_items(lanes: &[u8]) -> World {
    let world = World::start(10.0, Faults::default()).await;
    for (n, lane) in lanes.iter().enumerate() {
        let script = format!("dial\nexpect \"press 1\"\nkey {lane}\nexpect \"call you back\"\nexpect-ended");
        world.patient(&format!("+1555010940{n}"), &script).await;
    }
    world.until_quiet().await;
    world
}

pub(super) async fn ask(world: &World, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
    let token = format!("Bearer {API_TOKEN}");
    let headers: Vec<(&str, &str)> = [("authorization", &*token)].into_iter().chain(headers.iter().copied()).collect();
    let url = world.engine.url(&format!("/api/v1/{path}"));
    http::send(method, &url, &headers, body.as_bytes()).await.expect("carelane answers")
}

fn ids(listed: &Value) -> Vec<&str> {
    list(&listed["items"]).iter().filter_map(|item| item["id"].as_str()).collect()
}

#[tokio::test]
async fn a_list_is_narrowed_and_read_page_by_page() {
    let world = world_with_items(&[1, 3, 1]).await;
    let get = async |query: &str| ask(&world, &format!("GET items?{query}"), &[], "").await;
    assert_eq!(ids(&get("").await.json()), ["item-1", "item-2", "item-3"]);
    assert_eq!(ids(&get("lane=scheduling&urgent=false&overdue=false&practice=riverside").await.json()).len(), 2);
    assert_eq!(ids(&get("owner=front-desk&kind=voicemail").await.json()), [""; 0]);
    let (listed, floor) = (get("").await.json(), ask(&world, "GET floor", &[], "").await.json());
    assert!(listed["items"][0]["age"].is_u64() && listed["items"][0]["overdue"] == false, "{listed}");
    assert_eq!(floor["items"][0]["age"], Value::Null, "a snapshot does not change by the hour alone");
    let first = get("limit=2").await.json();
    assert_eq!((ids(&first), &first["next"], &first["total"]), (vec!["item-1", "item-2"], &json!("item-2"), &json!(3)));
    let second = get("limit=2&after=item-2").await.json();
    assert_eq!((ids(&second), &second["next"]), (vec!["item-3"], &Value::Null));
    for query in ["lanes=scheduling", "limit=0", "limit=many", "after=call-1", "urgent=yes"] {
        assert_eq!(get(query).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn a_change_meant_for_an_earlier_version_is_held_back() {
    let world = world_with_items(&[1]).await;
    let read = ask(&world, "GET items/item-1", &[], "").await.etag;
    assert!(read.len() > 10 && read.starts_with('"'), "{read}");
    let own = async |tag: &str, owner: &str| {
        let body = format!(r#"{{"owner":"{owner}"}}"#);
        ask(&world, "PUT items/item-1/owner", &[("if-match", tag)], &body).await
    };
    let changed = own(&read, "ana").await;
    assert_eq!((changed.status, changed.etag == read), (200, false));
    let late = own(&read, "ben").await;
    assert_eq!((late.status, &*late.content_type), (412, "application/problem+json"), "{}", late.text());
    assert_eq!(ask(&world, "GET items/item-1", &[], "").await.json()["owner"], "ana", "nothing came of it");
    assert_eq!(own(&format!("\"other\", {}", changed.etag), "ben").await.status, 200);
    assert_eq!(own("*", "ana").await.status, 200);
    assert_eq!(ask(&world, "POST calls/call-1/close", &[("if-match", "*")], ATTEMPT).await.status, 400);
}

#[tokio::test]
async fn a_request_sent_again_with_its_key_is_done_once_also_after_a_crash() {
    let mut world = world_with_items(&[1]).await;
    let post = async |world: &World, path: &str, key: &str| {
        ask(world, &format!("POST {path}"), &[("idempotency-key", key)], ATTEMPT).await
    };
    let done = post(&world, "items/item-1/attempts", "first").await;
    assert_eq!(done.json()["attempts"], 1, "{}", done.text());
    assert_eq!(post(&world, "items/item-1/attempts", "first").await.json()["attempts"], 1);
    world.engine.kill();
    world.engine.start_and_wait().await;
    assert_eq!(post(&world, "items/item-1/attempts", "first").await.json()["attempts"], 1);
    assert_eq!(post(&world, "items/item-1/attempts", "second").await.json()["attempts"], 2);
    let other = post(&world, "items/item-1/close", "first").await;
    assert_eq!(other.status, 409, "{}", other.text());
    assert_eq!(post(&world, "items/item-1/attempts", "first").await.json()["done_before"], true);
    let rewritten = ATTEMPT.replace("message_left", "second_attempt_needed");
    assert_ne!(rewritten, ATTEMPT);
    let other = ask(&world, "POST items/item-1/attempts", &[("idempotency-key", "first")], &rewritten).await;
    assert_eq!(other.status, 409, "another content is another request: {}", other.text());
    assert_eq!(post(&world, "items/item-1/attempts", "").await.status, 400);
    // What was refused is not remembered.
    let refused =
        ask(&world, "POST items/item-1/attempts", &[("idempotency-key", "third")], "{\"outcome\":\"x\"}").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(post(&world, "items/item-1/attempts", "third").await.json()["attempts"], 3);
    // Whoever makes the next attempt reads what the earlier ones said.
    let history = ask(&world, "GET items/item-1", &[], "").await.json()["history"].clone();
    assert_eq!(history.as_array().map(Vec::len), Some(3), "{history}");
    assert!(history[0]["note"].as_object().is_some_and(|note| !note.is_empty()), "{history}");
    assert!(history[0]["outcome"].is_string() && history[0]["at"].is_string(), "{history}");
}
