//! Urgent by request: an assistant flags, the clinical lane is rung, and only its people close.

use std::time::Duration;

use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use serde_json::Value;
use serde_json::json;

use super::world::World;
use super::world::list;
use super::world::play;

const NOTE: &str = r#"{"request":"asks for a visit","action":"offered Tuesday","verified":"her birthday","next_step":"none, she comes"}"#;

async fn ask(world: &World, request: &str, body: &Value, status: u16) -> Value {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let answer = world.ask(method, path, &body.to_string()).await.expect("carelane answers");
    assert_eq!(answer.status, status, "{request} {body}: {}", answer.text());
    let expected = if status < 400 { "application/json" } else { "application/problem+json" };
    assert_eq!(answer.content_type, expected, "{request} {body}");
    answer.json()
}

/// Waits, hangs up, and leaves an item; its id.
async fn abandoned(world: &World, number: &str) -> String {
    let mut line = world.phone(number, Role::Patient).await;
    play(&mut line, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"\nhangup").await;
    let mut found = None;
    while found.is_none() {
        let floor = world.floor().await;
        found = list(&floor["items"]).iter().find(|item| item["caller"] == number).map(|item| item["id"].clone());
    }
    found.as_ref().and_then(Value::as_str).expect("an id").to_owned()
}

#[tokio::test]
async fn a_flagged_caller_who_waits_hears_where_help_is_and_the_nurse_is_rung() {
    let world = World::start(10.0, Faults::default()).await;
    ask(&world, "PUT agents/ana/state", &json!({"state": "not_ready"}), 200).await;
    let mut patient = world.phone("+15550109401", Role::Patient).await;
    let mut nurse = world.phone("+15550100207", Role::Patient).await;
    play(&mut patient, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"").await;
    ask(&world, "PUT agents/grace/state", &json!({"state": "available"}), 200).await;
    ask(&world, "POST calls/call-1/urgent", &json!({"by": "nobody"}), 422).await;
    ask(&world, "POST calls/call-1/urgent", &json!({}), 400).await;
    ask(&world, "GET calls/call-1/urgent", &json!({}), 405).await;
    ask(&world, "POST calls/call-9/urgent", &json!({"by": "ana"}), 404).await;
    let rung = play(&mut nurse, None, "expect-incoming\nanswer\nexpect \"Urgent.\"\nkey 1\nexpect-joined");
    let flagged = async {
        let answer = ask(&world, "POST calls/call-1/urgent", &json!({"by": "ana"}), 200).await;
        assert_eq!(answer, json!({"ok": true}));
        play(&mut patient, None, "expect \"dial 911 now\"\nexpect-joined").await;
    };
    tokio::join!(rung, flagged);
    // The request comes twice: nothing more happens.
    ask(&world, "POST calls/call-1/urgent", &json!({"by": "ana"}), 200).await;
    let told = ask(&world, "GET calls/call-1", &json!({}), 200).await;
    let flags = list(&told["facts"]).iter().filter(|fact| fact["fact"] == "urgent_flagged").count();
    assert_eq!(flags, 1, "{told:#}");
}

#[tokio::test]
async fn clinical_items_are_closed_by_the_clinical_group_and_never_by_who_flagged() {
    let world = World::start(10.0, Faults::default()).await;
    ask(&world, "PUT agents/ana/state", &json!({"state": "not_ready"}), 200).await;
    let item = abandoned(&world, "+15550109402").await;
    let flagged = ask(&world, &format!("POST items/{item}/urgent"), &json!({"by": "grace"}), 200).await;
    assert_eq!((&flagged["lane"], &flagged["urgent"]), (&"clinical".into(), &true.into()));
    assert_eq!((&flagged["owner"], &flagged["flagged_by"]), (&"nurse-line".into(), &"grace".into()));
    let close = format!("POST items/{item}/close");
    let note: Value = serde_json::from_str(NOTE).expect("JSON");
    let body = |by: &str| json!({"outcome": "no_further_action", "note": note, "by": by});
    let attempt = json!({"outcome": "second_attempt_needed", "note": note, "by": "ana"});
    let tried = ask(&world, &format!("POST items/{item}/attempts"), &attempt, 200).await;
    assert_eq!((&tried["due_at"], &tried["attempts"]), (&flagged["due_at"], &1.into()));
    assert!(tried["due_kept"].as_str().is_some_and(|why| why.contains("clinical group")), "{tried}");
    let nameless = ask(&world, &close, &json!({"outcome": "no_further_action", "note": note}), 422).await;
    assert_eq!((&nameless["what"], &nameless["allowed"]), (&"by".into(), &json!(["hugo", "ines"])));
    for (by, words) in [("ana", "clinical group only"), ("grace", "flagged this as urgent")] {
        let refused = ask(&world, &close, &body(by), 403).await;
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{refused}");
    }
    let closed = ask(&world, &close, &body("hugo"), 200).await;
    assert_eq!((&closed["status"], &closed["outcome"]), (&"closed".into(), &"no_further_action".into()));
}

#[tokio::test]
async fn urgent_words_in_a_note_are_somebody_elses_item_and_routine_work_needs_no_name() {
    let world = World::start(10.0, Faults::default()).await;
    ask(&world, "PUT agents/ana/state", &json!({"state": "not_ready"}), 200).await;
    let item = abandoned(&world, "+15550109403").await;
    let note =
        json!({"request": "su hija dice que no puede respirar bien", "action": "told to dial 911", "next_step": "tbd"});
    ask(&world, &format!("POST items/{item}/close"), &json!({"outcome": "booked", "note": {"request": "done"}}), 422)
        .await;
    ask(&world, &format!("POST items/{item}/close"), &json!({"outcome": "booked", "note": note}), 422).await;
    let request = "su hija dice que no puede respirar bien";
    let note = json!({
        "request": request, "action": "told to dial 911", "verified": "her birthday", "next_step": "calls us back",
    });
    let closed =
        ask(&world, &format!("POST items/{item}/close"), &json!({"outcome": "booked", "note": note}), 200).await;
    assert_eq!(closed["status"], "closed");
    let floor = world.floor().await;
    let [urgent] = list(&floor["items"]) else { panic!("one item is left: {floor:#}") };
    assert_eq!((&urgent["lane"], &urgent["urgent"]), (&"clinical".into(), &true.into()));
    assert_eq!((&urgent["kind"], &urgent["call"]), (&"follow_up".into(), &closed["call"]));
    assert_eq!(floor["ledger"]["unaccounted"], 0);
}

#[tokio::test]
async fn a_hang_up_of_which_nobody_was_told_ends_the_ladder_with_the_next_page() {
    // The carrier's word of the hang-up comes hours late.
    let faults = Faults { delay_callbacks: Duration::from_secs(7_200), ..Faults::default() };
    let world = World::start(10.0, faults).await;
    let floor = world.floor().await;
    let rungs: Vec<&Value> = list(&floor["practices"][0]["on_call"]).iter().map(|rung| &rung["agent"]).collect();
    let first = list(&floor["agents"]).iter().find(|agent| agent["id"] == *rungs[0]).expect("she is in the team");
    let mut nurse = world.phone(first["address"].as_str().expect("a phone"), Role::Patient).await;
    let mut patient = world.phone("+15550109404", Role::Patient).await;
    play(&mut patient, None, "dial\nexpect \"press 1\"\nkey 5\nexpect \"dial 911 now\"").await;
    play(&mut nurse, None, "expect-incoming\nanswer\nexpect \"Urgent.\"").await;
    play(&mut patient, None, "hangup").await;
    // She cannot, so the next rung is rung, and the carrier is asked.
    play(&mut nurse, None, "key 2").await;
    let item = loop {
        let floor = world.floor().await;
        if let [item] = list(&floor["items"]) {
            assert_eq!((list(&floor["calls"]).len(), &floor["ledger"]["unaccounted"]), (0, &json!(0)), "{floor:#}");
            break item.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((&item["kind"], &item["urgent"]), (&"abandoned".into(), &true.into()), "{item:#}");
    let told = ask(&world, "GET calls/call-1", &json!({}), 200).await;
    let ends: Vec<&Value> =
        list(&told["facts"]).iter().filter(|fact| fact["fact"] == "offer_ended").map(|fact| &fact["outcome"]).collect();
    assert!(ends.last().is_some_and(|end| **end == "withdrawn") && ends.len() <= 2, "{told:#}");
}

#[tokio::test]
async fn a_nurse_who_becomes_ready_is_rung_beside_whoever_is_on_call_and_the_first_one_wins() {
    let world = World::start(2.0, Faults::default()).await;
    let floor = world.floor().await;
    let rung = &list(&floor["practices"][0]["on_call"])[0]["agent"];
    let found = list(&floor["agents"]).iter().find(|agent| agent["id"] == *rung).expect("she is in the team");
    let mut on_call = world.phone(found["address"].as_str().expect("a phone"), Role::Patient).await;
    let mut nurse = world.phone("+15550100207", Role::Patient).await;
    let mut patient = world.phone("+15550109405", Role::Patient).await;
    play(&mut patient, None, "dial\nexpect \"press 1\"\nkey 5\nexpect \"dial 911 now\"").await;
    play(&mut on_call, None, "expect-incoming\nanswer\nexpect \"Urgent.\"").await;
    world.set_state("grace", "available").await;
    play(&mut nurse, None, "expect-incoming\nanswer\nexpect \"Urgent.\"\nkey 1\nexpect-joined").await;
    play(&mut patient, None, "expect-joined").await;
    play(&mut on_call, None, "expect \"already been taken care of\"\nexpect-ended").await;
    let floor = world.floor().await;
    let state = |id: &str| list(&floor["agents"]).iter().find(|agent| agent["id"] == id).map(|agent| &agent["state"]);
    assert_eq!(state("grace"), Some(&"talking".into()), "{floor:#}");
    assert_eq!(list(&floor["calls"])[0]["agent"], "grace", "{floor:#}");
}
