//! Written calls from the first ring to the note, with the ledger and the carrier's call list as witnesses.

use std::time::Duration;

use carelane::carrier::local::Faults;
use serde_json::Value;

use super::world::World;
use super::world::list;

/// Short prompts pass in a moment, and a phone still rings for two seconds of the clock.
const SPEED: f64 = 10.0;
const PATIENT: &str = "+15550109001";

const NOTE: &str =
    r#"request="wants a visit for her knee" action="offered Tuesday at nine" next_step="none, she comes on Tuesday""#;

fn works(then: &str) -> String {
    format!("expect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\n{then}")
}

/// The assistant's whole part of a happy call.
fn happy_shift() -> String {
    works(&format!("expect \"hello\"\nsay \"how can I help\"\nexpect-ended\nclose booked {NOTE}"))
}

/// Every inbound call is exactly one of these; the rest of the ledger is zero.
fn assert_ledger(floor: &Value, answered: u64, items: u64, declined: u64) {
    let ledger = &floor["ledger"];
    let found =
        [&ledger["answered"], &ledger["items"], &ledger["declined"], &ledger["in_progress"], &ledger["unaccounted"]];
    assert_eq!(found, [answered, items, declined, 0, 0], "{ledger}");
    assert_eq!(ledger["inbound"], answered + items + declined, "{ledger}");
}

/// Dials to assistants, by the carrier's list.
async fn dials(world: &World) -> usize {
    world.carrier_calls().await.iter().filter(|call| call["direction"] == "outbound-api").count()
}

async fn one_happy_call(faults: Faults, patient: &str) {
    let world = World::start(SPEED, faults).await;
    world.set_state("ana", "available").await;
    let shift = happy_shift();
    tokio::join!(world.patient(PATIENT, patient), world.assistant("ana", &shift));
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 1, 0, 0);
    assert_eq!(dials(&world).await, 1, "one offer is one dial");
    let fatal: Vec<_> = world.carrier.alerts().into_iter().filter(|alert| alert.fatal).collect();
    assert!(fatal.is_empty(), "{fatal:?}");
}

const BY_KEY: &str = "dial\nexpect \"Riverside Family Medicine\"\nexpect \"dial 911\"\nexpect \"press 1\"\nkey 1\n\
    expect \"Here is your assistant\"\nexpect-joined\nsay \"hello\"\n\
    expect \"how can I help\"\nhangup\nexpect-ended";

#[tokio::test]
async fn a_patient_presses_a_key_and_talks_to_an_assistant_who_closes_the_call() {
    one_happy_call(Faults::default(), BY_KEY).await;
}

#[tokio::test]
async fn a_patient_says_what_she_wants_and_talks_to_an_assistant() {
    let said = BY_KEY.replace("key 1", "say \"I would like to make an appointment\"");
    one_happy_call(Faults::default(), &said).await;
}

#[tokio::test]
async fn a_patient_is_served_in_spanish_by_key_and_by_phrase() {
    let by_key = "dial\nexpect \"Para español\"\nkey 9\nexpect \"Para citas\"\nkey 1\n\
        expect \"Le comunico\"\nexpect-joined\nsay \"hello\"\nexpect \"how can I help\"\nhangup\nexpect-ended";
    one_happy_call(Faults::default(), by_key).await;
    let by_phrase = by_key.replace("key 1", "say \"necesito una cita\"");
    one_happy_call(Faults::default(), &by_phrase).await;
    let at_once = by_phrase.replace("key 9\nexpect \"Para citas\"\n", "");
    one_happy_call(Faults::default(), &at_once).await;
}

#[tokio::test]
async fn webhooks_that_come_twice_change_nothing() {
    one_happy_call(Faults { duplicate_webhooks: true, ..Faults::default() }, BY_KEY).await;
}

#[tokio::test]
async fn callbacks_that_come_late_change_nothing() {
    one_happy_call(Faults { delay_callbacks: Duration::from_millis(700), ..Faults::default() }, BY_KEY).await;
}

#[tokio::test]
async fn a_carrier_that_says_500_to_what_it_has_done_is_not_asked_to_dial_twice() {
    one_happy_call(Faults { fail_rest: true, ..Faults::default() }, BY_KEY).await;
}

#[tokio::test]
async fn all_of_this_trouble_at_once_still_makes_one_call_with_one_voice() {
    let faults = Faults { duplicate_webhooks: true, delay_callbacks: Duration::from_millis(700), fail_rest: true };
    one_happy_call(faults, BY_KEY).await;
}

#[tokio::test]
async fn when_nobody_is_signed_in_the_patient_is_promised_a_callback_that_somebody_owns() {
    let world = World::start(SPEED, Faults::default()).await;
    let heard =
        world.patient(PATIENT, "dial\nexpect \"press 1\"\nkey 1\nexpect \"will call you back by\"\nexpect-ended").await;
    assert!(!heard.iter().any(|line| line.contains("in line")), "{heard:?}");
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 0, 1, 0);
    let item = &floor["items"][0];
    assert_eq!((&item["kind"], &item["owner"]), (&"missed".into(), &"front-desk".into()), "{item}");
    assert_eq!(item["caller"], PATIENT);
    assert_eq!(dials(&world).await, 0);
}

#[tokio::test]
async fn a_waiting_patient_asks_for_a_callback_by_key() {
    let world = World::start(SPEED, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    world
        .patient(
            PATIENT,
            "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"\nkey 7\nexpect \"call you back by\"\nexpect-ended",
        )
        .await;
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 0, 1, 0);
    assert_eq!(floor["items"][0]["kind"], "callback");
}

#[tokio::test]
async fn a_caller_who_hangs_up_in_the_menu_declined_and_one_who_waited_is_called_back() {
    let world = World::start(SPEED, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    world.patient(PATIENT, "dial\nexpect \"Riverside\"\nhangup\nexpect-ended").await;
    world.patient("+15550109002", "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"\nhangup\nexpect-ended").await;
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 0, 1, 1);
    assert_eq!(floor["items"][0]["kind"], "abandoned");
}

#[tokio::test]
async fn a_declined_call_goes_to_the_next_assistant() {
    let world = World::start(SPEED, Faults::default()).await;
    world.set_state("ana", "available").await;
    // She is idle for longer, so she is asked first.
    tokio::time::sleep(Duration::from_millis(5)).await;
    world.set_state("ben", "available").await;
    let (second, first) = (
        happy_shift(),
        "expect-incoming\nanswer\nexpect \"Call for\"\nkey 2\nexpect \"offered no calls\"\nexpect-ended",
    );
    tokio::join!(world.patient(PATIENT, BY_KEY), world.assistant("ana", first), world.assistant("ben", &second));
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 1, 0, 0);
    let ana = list(&floor["agents"]).iter().find(|agent| agent["id"] == "ana").expect("she is in the team");
    assert_eq!((&ana["state"], &ana["reason"]), (&"not_ready".into(), &"with a patient".into()));
    assert_eq!(dials(&world).await, 2);
}

#[tokio::test]
async fn an_assistant_who_misses_two_calls_is_not_ready_and_the_patient_keeps_waiting() {
    let world = World::start(SPEED, Faults::default()).await;
    world.set_state("ana", "available").await;
    let patient = world.patient(
        PATIENT,
        "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"\nexpect \"it helps to have\" within 30s\n\
         hangup\nexpect-ended",
    );
    let phone = world.assistant("ana", "expect-incoming\nexpect-ended\nexpect-incoming\nexpect-ended");
    tokio::join!(patient, phone);
    let floor = world.until_quiet().await;
    assert_ledger(&floor, 0, 1, 0);
    let ana = list(&floor["agents"]).iter().find(|agent| agent["id"] == "ana").expect("she is in the team");
    assert_eq!((&ana["state"], &ana["reason"]), (&"not_ready".into(), &"missed offers".into()));
    assert_eq!(dials(&world).await, 2);
}

#[tokio::test]
async fn a_transferred_patient_keeps_the_time_of_arrival() {
    let world = World::start(SPEED, Faults::default()).await;
    world.set_state("ana", "available").await;
    let patient = "dial\nexpect \"press 1\"\nkey 1\nexpect-joined\nexpect \"transferred to referrals\"\n\
        expect-music within 20s\nhangup\nexpect-ended";
    world.set_state("elena", "not_ready").await;
    let shift = works("transfer referrals\nexpect-ended");
    tokio::join!(world.patient(PATIENT, patient), world.assistant("ana", &shift));
    let told = world.ask("GET", "calls/call-1", "").await.expect("carelane answers").json();
    let queued: Vec<_> = list(&told["facts"]).iter().filter(|fact| fact["fact"] == "queued").collect();
    let [first, second] = queued[..] else { panic!("two places in line: {queued:?}") };
    assert_eq!((&first["lane"], &second["lane"]), (&"scheduling".into(), &"referrals".into()));
    assert_eq!(first["arrived"], second["arrived"]);
    assert_ledger(&world.until_quiet().await, 0, 1, 0);
}
