//! An assistant's line in a browser breaks off in mid-call: she comes back within ten seconds, or her patient is first
//! in line, before who has waited for longer.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::time::timeout;

use super::demo::Demo;
use super::softphone::Page;
use super::softphone::ready;
use crate::stream::carrier::Call;
use crate::stream::carrier::Sent;

const LOST: &str = "I am sorry, the line to your assistant was lost. Please stay on the line.";
const JOINING: &str = "Thank you for waiting. Here is your assistant.";
const FIRST: &str = "I am sorry for the interruption. The next assistant takes your call.";

/// Skips what is said until this sentence is.
async fn until_said(call: &mut Call, words: &str) {
    let heard = async {
        loop {
            match call.next().await {
                Sent::Said(shown) if shown.to_string().contains(words) => return,
                Sent::Closed(code) => panic!("closed with {code:?} before {words}"),
                _ => {}
            }
        }
    };
    timeout(Duration::from_secs(40), heard).await.unwrap_or_else(|_| panic!("`{words}` is never said"));
}

/// Answers what rings at this page; its line.
async fn takes(demo: &Demo, page: &mut Page) -> Call {
    let ring = page.until("ring").await;
    page.say(json!({"event": "ringing", "leg": ring["leg"]})).await;
    page.say(json!({"event": "answer", "leg": ring["leg"]})).await;
    let mut line = demo.opens(&page.until("line").await).await;
    line.press('1').await;
    line
}

fn waiting(floor: &Value) -> Vec<&Value> {
    floor["lanes"][0]["waiting"].as_array().expect("a list").iter().map(|call| &call["call"]).collect()
}

/// Ben's patient talks with him, and somebody whose language he does not speak has waited for longer.
async fn talking_beside_a_line(demo: &Demo, ben: &mut Page) -> (Call, Call, Call) {
    let mut earlier = demo.patient_calls("+15550142201").await;
    earlier.press('9').await;
    until_said(&mut earlier, "Para citas").await;
    earlier.press('1').await;
    demo.until_floor(|floor| waiting(floor) == [&json!("call-1")]).await;
    let mut patient = demo.patient_calls("+15550142202").await;
    patient.press('1').await;
    let line = takes(demo, ben).await;
    until_said(&mut patient, JOINING).await;
    demo.until_floor(|floor| floor["calls"][1]["state"] == "talking").await;
    (earlier, patient, line)
}

#[tokio::test]
async fn who_comes_back_within_ten_seconds_has_her_patient_again() {
    let demo = Demo::start().await;
    let mut ben = ready(&demo, "ben").await;
    let (_earlier, mut patient, line) = talking_beside_a_line(&demo, &mut ben).await;
    // The page is loaded again: both of its sockets are new.
    drop((line, ben));
    until_said(&mut patient, LOST).await;
    let mut ben = Page::open(&demo, "ben").await;
    let _line = demo.opens(&ben.until("line").await).await;
    until_said(&mut patient, JOINING).await;
    let floor = demo.floor().await;
    assert_eq!((&floor["calls"][1]["state"], &floor["calls"][1]["agent"]), (&json!("talking"), &json!("ben")));
    assert_eq!(waiting(&floor), [&json!("call-1")], "nobody else has moved");
}

#[tokio::test]
async fn who_does_not_leaves_a_patient_who_is_first_in_line_and_served_next() {
    let demo = Demo::start().await;
    let mut ben = ready(&demo, "ben").await;
    let (mut earlier, mut patient, line) = talking_beside_a_line(&demo, &mut ben).await;
    drop((line, ben));
    until_said(&mut patient, LOST).await;
    until_said(&mut patient, FIRST).await;
    let floor = demo.floor().await;
    assert_eq!(waiting(&floor), [&json!("call-2"), &json!("call-1")], "before who has waited for longer");
    // Ana speaks both languages, and is rung for whoever is first.
    let mut ana = ready(&demo, "ana").await;
    let _line = takes(&demo, &mut ana).await;
    until_said(&mut patient, JOINING).await;
    let floor = demo.floor().await;
    assert_eq!((&floor["calls"][1]["state"], &floor["calls"][1]["agent"]), (&json!("talking"), &json!("ana")));
    assert_eq!(waiting(&floor), [&json!("call-1")]);
    assert!(earlier.audio_within(Duration::from_secs(2)).await > 0, "the other hears her music on");
}
