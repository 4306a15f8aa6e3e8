//! A practice that is closed, end to end: the mailbox, the recording's way from the carrier to a sealed file, and who
//! listens to it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carelane::carrier::local::Faults;
use carelane::carrier::local::FromPhone;
use carelane::carrier::local::Role;
use serde_json::Value;

use super::http;
use super::http::Answer;
use super::process::free_address;
use super::process::run;
use super::world::ACCOUNT;
use super::world::API_TOKEN;
use super::world::AUTH_TOKEN;
use super::world::World;
use super::world::list;
use super::world::play;
use super::world::write_flows;

const TO_THE_MAILBOX: &str =
    "dial\nexpect \"press 1\"\nkey 1\nexpect \"After the tone, please say your name\"\nexpect-listening";

/// The demo, closed on every day of the week.
async fn closed_practice(faults: Faults) -> World {
    let mut world = World::stopped(free_address(), 20.0, faults).await;
    let spells = ["&workday [\"08:00-12:00\", \"13:00-17:00\"]", "*workday", "[\"08:00-12:00\", \"13:00-16:00\"]"];
    write_flows(&world.engine, |_, text| spells.iter().fold(text, |text, open| text.replace(open, "closed")));
    world.engine.vars.push(("CARELANE_OPEN".to_owned(), "calendar".to_owned()));
    world.engine.start_and_wait().await;
    world
}

/// Items once this holds for them.
async fn items_when(world: &World, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..750 {
        if let Some(answer) = world.ask("GET", "items", "").await {
            let items = list(&answer.json()["items"]).to_vec();
            if holds(&items) {
                return items;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("after 15 s the items are {:#}", world.floor().await["items"]);
}

fn is_kept(item: &Value) -> bool {
    item["recording"]["state"] == "stored" && item["recording"]["at_carrier"] == false
}

async fn recordings_at_the_carrier(world: &World) -> usize {
    let credentials = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{AUTH_TOKEN}")));
    let mut found = 0;
    for call in world.carrier_calls().await {
        let sid = call["sid"].as_str().expect("a call has a name");
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}/Recordings.json");
        let url = format!("{}{path}", world.carrier.api_base());
        let answer = http::send("GET", &url, &[("authorization", &credentials)], b"").await;
        found += list(&answer.expect("the carrier answers").json()["recordings"]).len();
    }
    found
}

async fn listen(world: &World, item: &str, by: &str) -> Answer {
    world.ask("GET", &format!("items/{item}/recording{by}"), "").await.expect("carelane answers")
}

#[tokio::test]
async fn a_message_is_fetched_sealed_deleted_at_the_carrier_and_played_to_who_says_their_name() {
    let mut world = closed_practice(Faults::default()).await;
    let mut patient = world.phone("+15550109101", Role::Patient).await;
    play(&mut patient, None, TO_THE_MAILBOX).await;
    assert_eq!(world.floor().await["calls"][0]["state"], "voicemail");
    play(&mut patient, None, "say \"This is Quillfeather about my appointment\"\nwait 4s\nhangup\nexpect-ended").await;

    let items = items_when(&world, |items| items.iter().any(is_kept)).await;
    let [item] = items.as_slice() else { panic!("one item: {items:#?}") };
    assert_eq!(
        (&item["kind"], &item["lane"], &item["status"]),
        (&"voicemail".into(), &"scheduling".into(), &"open".into())
    );
    assert_eq!((&item["owner"], &item["due_at"]), (&"front-desk".into(), &item["promised"]));
    assert_eq!((&item["recording"]["duration"], &item["recording"]["partial"]), (&3.into(), &false.into()));
    assert_eq!(recordings_at_the_carrier(&world).await, 0);

    let id = item["id"].as_str().expect("an item has an id");
    assert_eq!(listen(&world, id, "").await.status, 400);
    assert_eq!(listen(&world, "item-99", "?by=ana").await.status, 404);
    let sound = listen(&world, id, "?by=ana").await;
    assert_eq!((sound.status, sound.content_type.as_str()), (200, "audio/wav"));
    assert!(sound.body.starts_with(b"RIFF") && sound.body.len() == 44 + 3 * 16_000, "{} bytes", sound.body.len());
    let path = format!("/api/v1/items/{id}/recording?by=ana");
    let stranger = http::send("GET", &world.engine.url(&path), &[], b"").await.expect("an answer");
    assert_eq!(stranger.status, 401, "{API_TOKEN} opens it, and nothing else");

    let folder = world.engine.data().join("recordings");
    let files: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    let [file] = files.as_slice() else { panic!("one file: {files:?}") };
    let sealed = std::fs::read(file).expect("a file can be read");
    assert!(!sealed.windows(8).any(|bytes| bytes == b"WAVEfmt "), "the sound lies there in clear");

    // Verify opens it, and names the item whose sound is damaged or gone.
    let verified = || run(&["journal", "verify"], &world.engine.vars);
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let sound = verified();
    assert!(sound.status.success() && said(&sound).contains("recordings that can be played: 1"), "{}", said(&sound));
    let mut flipped = sealed.clone();
    *flipped.last_mut().expect("a byte") ^= 1;
    for spoilt in [Some(flipped), None] {
        match spoilt {
            Some(bytes) => std::fs::write(file, bytes).expect("it can be damaged"),
            None => std::fs::remove_file(file).expect("it can be lost"),
        }
        let found = verified();
        assert_eq!(found.status.code(), Some(1), "{}", said(&found));
        assert!(said(&found).contains(&format!("the recording of {id} cannot be played")), "{}", said(&found));
    }
    std::fs::write(file, &sealed).expect("it can be restored");

    // Without its key nobody can hear it, and that is what is said.
    let keys = world.engine.data().join("keys");
    world.engine.signal("TERM");
    assert_eq!(world.engine.end().await, Some(0));
    std::fs::remove_dir_all(&keys).expect("keys can be destroyed");
    world.engine.start_and_wait().await;
    assert_eq!(listen(&world, id, "?by=ana").await.status, 410);
    world.engine.kill();
    let printed = run(&["journal", "print"], &world.engine.vars);
    let played = String::from_utf8_lossy(&printed.stdout).matches("RecordingPlayed").count();
    assert_eq!(played, 2, "each answer stands in the journal");
}

#[tokio::test]
async fn whoever_says_nothing_is_a_missed_call_with_an_owner_and_silence_twice_leads_to_the_mailbox() {
    let world = closed_practice(Faults::default()).await;
    let silent = "dial\nexpect \"press 1\"\nexpect \"I did not get that\" within 30s\n\
        expect \"After the tone\" within 30s\nexpect \"We have noted your call\" within 30s\nexpect-ended within 30s";
    world.patient("+15550109102", silent).await;
    let items = items_when(&world, |items| items.iter().any(|item| item["recording"]["state"] == "empty")).await;
    assert_eq!((&items[0]["kind"], &items[0]["lane"]), (&"voicemail".into(), &"general".into()));
    assert_eq!(listen(&world, "item-1", "?by=ana").await.status, 409);

    // 5 and urgent words go to the clinic at any hour.
    let nurse = "dial\nexpect \"press 1\"\nkey 5\nexpect \"hang up and dial 911 now\"\nhangup\nexpect-ended";
    world.patient("+15550109103", nurse).await;
    let items = items_when(&world, |items| items.len() == 2).await;
    let urgent = items.iter().find(|item| item["lane"] == "clinical").expect("the clinical item");
    assert_eq!((&urgent["urgent"], &urgent["kind"]), (&true.into(), &"abandoned".into()));
}

/// Whenever the process is killed: each message is stored once, and the carrier keeps none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_fetching_and_deleting_loses_no_message_and_leaves_none_at_the_carrier() {
    let mut world = closed_practice(Faults { fail_rest: true, ..Faults::default() }).await;
    let pauses = [0, 3, 10, 30, 100];
    for (n, pause) in pauses.into_iter().enumerate() {
        let mut patient = world.phone(&format!("+1555010920{n}"), Role::Patient).await;
        play(&mut patient, None, TO_THE_MAILBOX).await;
        patient.send(FromPhone::Say { text: "please call me back".to_owned() }).await.expect("the carrier listens");
        patient.send(FromPhone::Hangup).await.expect("the carrier listens");
        // The item, and its recording's name, must be known before the kill: the carrier does not tell them twice.
        items_when(&world, |items| items.len() == n + 1 && !items[n]["recording"]["duration"].is_null()).await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        world.engine.kill();
        world.engine.start_and_wait().await;
    }
    let items = items_when(&world, |items| items.len() == pauses.len() && items.iter().all(is_kept)).await;
    assert_eq!(recordings_at_the_carrier(&world).await, 0);
    for item in &items {
        let sound = listen(&world, item["id"].as_str().expect("an id"), "?by=ana").await;
        assert_eq!((sound.status, sound.body.starts_with(b"RIFF")), (200, true), "{item:#}");
    }
    let files = std::fs::read_dir(world.engine.data().join("recordings")).expect("a folder").count();
    assert_eq!(files, pauses.len(), "a file is replaced, not left behind");
    let ledger = &world.floor().await["ledger"];
    assert_eq!((&ledger["items"], &ledger["unaccounted"]), (&pauses.len().into(), &0.into()));
}
