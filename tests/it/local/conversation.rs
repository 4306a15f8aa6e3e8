//! Conferences: two parties hear each other, and what happens when one leaves.

use carelane::carrier::local::Line;
use carelane::carrier::local::Role;

use super::Bench;
use super::OURS;
use super::play;
use super::rest::Rest;

const ANA: &str = "+15550100201";

/// A waiting caller and an assistant who has accepted, both sent into one room. Returns both lines and their SIDs.
async fn joined(bench: &Bench, caller_room: &str, agent_room: &str) -> (Line, Line, String, String) {
    bench.app.on("/voice", "<Enqueue waitUrl=\"/wait\">q</Enqueue><Say>one moment</Say>");
    bench.app.on("/wait", "<Say>you are in line</Say><Pause length=\"600\"/>");
    bench.app.on("/leg", "<Gather numDigits=\"1\" action=\"/accept\"><Say>press one</Say></Gather>");
    bench.app.on("/accept", agent_room);
    bench.app.on("/room", caller_room);
    bench.app.on_raw("/events", 204, "text/plain", b"");
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    let mut caller = bench.patient().await;
    play(&mut caller, "dial\nexpect \"in line\"").await;
    let mut ana = bench.phone(ANA, Role::Assistant).await;
    let rest = Rest::new(bench);
    let (_, call) = rest.create(bench, ANA, "20").await;
    play(&mut ana, "expect-incoming\nanswer\nexpect \"press one\"\nkey 1").await;
    bench.app.until("/accept", 1).await;
    let caller_sid = bench.app.hits("/voice")[0].get("CallSid").to_owned();
    let agent_sid = call["sid"].as_str().expect("a SID").to_owned();
    let path = format!("/Calls/{caller_sid}.json");
    assert_eq!(rest.post(&path, &[("Url", &bench.app.url("/room"))]).await.0, 200);
    play(&mut caller, "expect-joined").await;
    play(&mut ana, "expect-joined").await;
    (caller, ana, caller_sid, agent_sid)
}

fn room(attributes: &str, after: &str) -> String {
    format!("<Dial><Conference beep=\"false\" waitUrl=\"\" {attributes}>room-1</Conference></Dial>{after}")
}

#[tokio::test]
async fn two_parties_hear_each_other_and_the_caller_goes_on_after_the_assistant_has_left() {
    let bench = Bench::new().await;
    let events = "statusCallback=\"/events\" statusCallbackEvent=\"start end join leave\"";
    let (mut caller, mut ana, caller_sid, agent_sid) = joined(
        &bench,
        &room("", "<Say>goodbye caller</Say>"),
        &room(&format!("endConferenceOnExit=\"true\" {events}"), ""),
    )
    .await;
    play(&mut ana, "say \"good morning\"").await;
    play(&mut caller, "expect \"good morning\"\nsay \"a refill please\"").await;
    play(&mut ana, "expect \"refill please\"\nhangup\nexpect-ended").await;
    play(&mut caller, "expect \"goodbye caller\"\nexpect-ended").await;

    let hits = bench.app.until("/events", 5).await;
    let seen: Vec<_> = hits.iter().map(|hit| (hit.get("StatusCallbackEvent"), hit.get("CallSid"))).collect();
    let (caller_sid, agent_sid) = (caller_sid.as_str(), agent_sid.as_str());
    assert_eq!(
        seen,
        [
            ("participant-join", agent_sid),
            ("participant-join", caller_sid),
            ("conference-start", ""),
            ("participant-leave", agent_sid),
            ("conference-end", ""),
        ]
    );
    assert_eq!(hits[4].get("CallSidEndingConference"), agent_sid);
    assert_eq!(hits[4].get("ReasonConferenceEnded"), "participant-with-end-conference-on-exit-left");
    assert!(hits.iter().all(|hit| hit.get("ConferenceSid") == hits[0].get("ConferenceSid")));
    assert!(bench.app.all_signed());
    assert!(bench.alerts().is_empty());
}

#[tokio::test]
async fn a_party_alone_stays_until_it_leaves_when_nobody_ends_the_conference() {
    let bench = Bench::new().await;
    let (mut caller, mut ana, ..) = joined(&bench, &room("", "<Say>never</Say>"), &room("", "")).await;
    play(&mut ana, "hangup\nexpect-ended").await;
    let heard = play(&mut caller, "wait 5s\nhangup\nexpect-ended").await;
    assert!(heard.iter().any(|line| line.contains("other side has left")), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("never")), "{heard:?}");
}

#[tokio::test]
async fn rest_takes_one_party_out_and_both_go_their_ways() {
    let bench = Bench::new().await;
    let caller_room = "<Dial action=\"/after\"><Conference beep=\"false\" waitUrl=\"\">room-1</Conference></Dial>";
    let (mut caller, mut ana, _, agent_sid) =
        joined(&bench, caller_room, &room("endConferenceOnExit=\"true\"", "")).await;
    bench.app.on("/after", "<Say>after the conversation</Say>");
    bench.app.on("/elsewhere", "<Say>elsewhere</Say>");
    let rest = Rest::new(&bench);
    rest.post(&format!("/Calls/{agent_sid}.json"), &[("Url", &bench.app.url("/elsewhere"))]).await;
    play(&mut ana, "expect elsewhere\nexpect-ended").await;
    play(&mut caller, "expect \"after the conversation\"\nexpect-ended").await;
    assert_eq!(bench.app.hits("/after")[0].get("DialCallStatus"), "answered");
}

#[tokio::test]
async fn nobody_is_joined_before_somebody_starts_the_conference() {
    let bench = Bench::new().await;
    bench.app.on("/voice", &room("startConferenceOnEnter=\"false\"", ""));
    let mut first = bench.patient().await;
    let mut second = bench.phone("+15550101235", Role::Patient).await;
    play(&mut first, "dial").await;
    play(&mut second, "dial").await;
    bench.app.until("/voice", 2).await;
    bench.app.on("/voice", &room("", ""));
    play(&mut first, "wait 2s\nsay \"anybody?\"").await;
    let mut third = bench.phone("+15550101236", Role::Patient).await;
    play(&mut third, "dial\nexpect-joined").await;
    play(&mut first, "expect-joined").await;
    let heard = play(&mut second, "expect-joined").await;
    assert!(!heard.iter().any(|line| line.contains("anybody")), "nothing is heard before the start: {heard:?}");
}

#[tokio::test]
async fn a_lost_phone_ends_its_call() {
    let bench = Bench::new().await;
    let (mut caller, ana, _, agent_sid) =
        joined(&bench, &room("", "<Say>goodbye caller</Say>"), &room("endConferenceOnExit=\"true\"", "")).await;
    drop(ana);
    play(&mut caller, "expect \"goodbye caller\"\nexpect-ended").await;
    Rest::new(&bench).until(&agent_sid, "completed").await;
    assert_eq!(bench.app.until("/status", 1).await[0].get("To"), OURS);
}
