//! Messages recorded from the stream: kept as they were said, sealed, whatever becomes of the line or of the process.

use std::path::Path;
use std::time::Duration;

use carelane::media::g711;
use carelane::media::wav;
use serde_json::Value;
use tokio::time::sleep;

use super::carrier::Call;
use super::carrier::Carrier;
use super::carrier::said;
use crate::serve::http;
use crate::serve::world::API_TOKEN;

const TAKEN: &str = "Thank you. We have your message. Goodbye.";

/// Nobody is there, and the lane's callers leave messages.
async fn night() -> Carrier {
    let to_the_mailbox = |_: &str, flow: String| {
        flow.replacen(
            "exits: { timeout: callback, no_agent: callback",
            "exits: { timeout: callback, no_agent: voicemail",
            1,
        )
    };
    let carrier = Carrier::start_with(to_the_mailbox).await;
    carrier.sign_in("rosa", "logged_out").await;
    carrier
}

/// A caller who has heard the tone.
async fn at_the_tone(carrier: &Carrier, name: &str) -> Call {
    let mut call = carrier.call(name).await;
    call.press('1').await;
    call.until_clear().await;
    call.until_mark().await;
    call.hush();
    call
}

/// So many seconds of somebody who speaks.
fn speech(seconds: u32, seed: u32) -> Vec<u8> {
    (0..seconds * 8_000).map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8).collect()
}

/// The message that was kept, and its item.
async fn kept(carrier: &Carrier) -> (Vec<u8>, Value) {
    carrier.until_floor(|floor| floor["items"][0]["recording"]["state"] == "stored").await;
    let item = carrier.floor().await["items"][0].clone();
    let bearer = format!("Bearer {API_TOKEN}");
    let url = carrier.engine.url(&format!("/api/v1/items/{}/recording?by=ana", item["id"].as_str().expect("an id")));
    let answer = http::send("GET", &url, &[("authorization", &bearer)], b"").await.expect("carelane answers");
    (wav::read(&answer.body).expect("a sound"), item)
}

/// Does any file below this folder hold these bytes?
pub(super) fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).any(|path| match path.is_dir() {
        true => holds(&path, bytes),
        // A file may be gone again by now.
        false => std::fs::read(&path).is_ok_and(|file| file.windows(bytes.len()).any(|window| window == bytes)),
    })
}

#[tokio::test]
async fn a_message_is_kept_as_it_was_said_until_a_key_ends_it() {
    let carrier = night().await;
    let mut call = at_the_tone(&carrier, "CA50").await;
    let message = speech(7, 1);
    call.speak(&message).await;
    call.press('#').await;
    call.hears(&said(&[TAKEN])).await;
    let (sound, item) = kept(&carrier).await;
    assert!(sound == message, "{} of {} bytes, or others", sound.len(), message.len());
    assert_eq!((item["kind"].as_str(), &item["recording"]["partial"]), (Some("voicemail"), &false.into()));
}

#[tokio::test]
async fn who_hangs_up_while_speaking_has_left_a_whole_message() {
    let carrier = night().await;
    let mut call = at_the_tone(&carrier, "CA51").await;
    let message = speech(3, 2);
    call.speak(&message).await;
    call.stop().await;
    carrier.hangs_up("CA51").await;
    let (sound, item) = kept(&carrier).await;
    assert!(sound == message, "{} of {} bytes, or others", sound.len(), message.len());
    assert_eq!(item["recording"]["partial"], false);
}

#[tokio::test]
async fn a_message_outlives_kill_nine_and_is_on_no_disk_in_clear() {
    let mut carrier = night().await;
    let mut call = at_the_tone(&carrier, "CA52").await;
    let before = speech(5, 3);
    call.speak(&before).await;
    // Every two seconds a piece is sealed.
    sleep(Duration::from_secs(1)).await;
    carrier.engine.kill();
    drop(call);
    let piece = &before[8_000..8_064];
    assert!(!holds(carrier.engine.folder.path(), piece), "what was said lies open on the disk");
    carrier.engine.start_and_wait().await;
    let mut call = carrier.comes_back("CA52").await;
    call.until_mark().await;
    call.hush();
    let after = speech(3, 4);
    call.speak(&after).await;
    call.press('*').await;
    call.hears(&said(&[TAKEN])).await;
    let (sound, _) = kept(&carrier).await;
    let first = sound.len() - after.len();
    assert!(first >= 2 * g711::RATE && sound[..first] == before[..first], "{first} bytes from before");
    assert!(sound[first..] == after, "and what was said after it");
    assert!(!holds(carrier.engine.folder.path(), piece), "not joined either");
}

#[tokio::test]
async fn who_says_nothing_after_the_tone_leaves_an_item_without_a_sound() {
    let carrier = night().await;
    let mut call = at_the_tone(&carrier, "CA53").await;
    call.speak(&[g711::SILENCE; 16_000]).await;
    call.stop().await;
    carrier.hangs_up("CA53").await;
    carrier.until_floor(|floor| floor["items"][0]["recording"]["state"] == "empty").await;
}
