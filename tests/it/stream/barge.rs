//! Barge-in by voice: who speaks while something is read out is not talked over, and misses nothing.

use std::time::Duration;

use carelane::media::g711;
use tokio::time::timeout;

use super::GREETING;
use super::IN_LINE;
use super::carrier::Carrier;
use super::carrier::Sent;
use super::carrier::said;
use super::carrier::tone;

/// A fifth of a second of a voice: no key sounds like that.
fn voice() -> Vec<u8> {
    let mut sound = tone(180.0, 320.0, 200);
    sound.truncate(1_600);
    sound
}

/// Half a second without one.
const PAUSE: [u8; g711::RATE / 2] = [g711::SILENCE; g711::RATE / 2];

#[tokio::test]
async fn a_voice_cuts_the_greeting_short_and_the_sentence_is_said_again_when_it_pauses() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA60").await;
    call.hears(&said(&GREETING[..1])).await;
    call.speak(&voice()).await;
    timeout(Duration::from_secs(2), call.until_clear()).await.expect("we are silent at once");
    call.speak(&PAUSE).await;
    // By our clock its first sentence was being heard.
    call.hears(&said(&GREETING[..1])).await;
    // Who goes on speaking does not keep us from the emergency sentence.
    call.speak(&voice()).await;
    call.hears(&said(&GREETING[1..])).await;
    call.until_mark().await;
    call.press('1').await;
    carrier.until_floor(|floor| floor["calls"][0]["lane"] == "scheduling").await;
}

#[tokio::test]
async fn a_key_pressed_by_who_has_just_spoken_counts() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA61").await;
    call.hears(&said(&GREETING[..1])).await;
    call.speak(&voice()).await;
    call.until_clear().await;
    call.press('1').await;
    call.hears(&said(&[IN_LINE])).await;
}

#[tokio::test]
async fn who_waits_may_speak_in_the_room_and_hears_the_music_on() {
    let carrier = Carrier::start().await;
    let mut call = carrier.call("CA62").await;
    call.press('1').await;
    call.until_clear().await;
    call.hears(&said(&[IN_LINE])).await;
    call.speak(&voice()).await;
    for _ in 0..100 {
        match call.next().await {
            Sent::Audio(_) => {}
            other => panic!("{other:?} while somebody speaks in the room"),
        }
    }
}
