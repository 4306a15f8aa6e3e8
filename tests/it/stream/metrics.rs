//! Each metric of streams and conversations moves when what it counts happens, and at no other time.

use std::time::Duration;

use carelane::media::g711;
use tokio::time::sleep;

use super::bridge::joined;
use super::bridge::speaks;
use super::bridge::speech;
use super::carrier::Call;
use super::carrier::Carrier;

/// The value of a series now.
async fn value(carrier: &Carrier, series: &str) -> f64 {
    let text = carrier.metrics().await;
    let line = text.lines().find(|line| line.split(' ').next() == Some(series));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or_else(|| panic!("no {series} in {text}"))
}

/// Until a series is as large as that.
async fn until(carrier: &Carrier, series: &str, least: f64) {
    for _ in 0..500 {
        if value(carrier, series).await >= least {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{series} is {} and not {least}", value(carrier, series).await);
}

const IN: &str = "carelane_stream_frames_total{direction=\"in\"}";
const OUT: &str = "carelane_stream_frames_total{direction=\"out\"}";
const LATE: &str = "carelane_stream_late_frames_total";
const JITTER: &str = "carelane_stream_jitter_seconds_count";
const UNDERRUNS: &str = "carelane_bridge_underruns_total";
const DELAY: &str = "carelane_bridge_delay_seconds_count";
const LEFT_OUT: &str = "carelane_bridge_lost_frames_total{reason=\"late\"}";
const BARGE_IN: &str = "carelane_barge_in_seconds_count";

fn ended(how: &str) -> String {
    format!("carelane_streams_ended_total{{result=\"{how}\"}}")
}

/// Frames without a pause between them, as after trouble in the network.
async fn at_once(speaker: &mut Call, frames: &[Vec<u8>]) {
    speaker.speak(&frames.concat()).await;
}

#[tokio::test]
async fn what_happens_in_a_conversation_is_counted() {
    let carrier = Carrier::start().await;
    for series in [IN, OUT, LATE, JITTER, UNDERRUNS, DELAY, LEFT_OUT, BARGE_IN, "carelane_streams"] {
        assert_eq!(value(&carrier, series).await, 0.0, "{series} before any call");
    }
    // A key cuts the greeting short.
    let (mut patient, mut assistant) = joined(&carrier, "CA98").await;
    until(&carrier, BARGE_IN, 1.0).await;
    assert_eq!(value(&carrier, "carelane_streams").await, 2.0);

    // Speech at an even pace: counted in and out, passed on at once, its jitter told once a second.
    let (came, went, passed) = (value(&carrier, IN).await, value(&carrier, OUT).await, value(&carrier, DELAY).await);
    speaks(&mut patient, &mut assistant, &speech(51)).await;
    until(&carrier, IN, came + 100.0).await;
    until(&carrier, OUT, went + 100.0).await;
    until(&carrier, DELAY, passed + 100.0).await;
    until(&carrier, JITTER, 1.0).await;

    // A pause in the network: what comes after it is late, and the listener's sound ran out.
    let (late, ran_out) = (value(&carrier, LATE).await, value(&carrier, UNDERRUNS).await);
    sleep(Duration::from_millis(500)).await;
    at_once(&mut patient, &speech(52)[..5]).await;
    until(&carrier, LATE, late + 1.0).await;
    until(&carrier, UNDERRUNS, ran_out + 1.0).await;

    // More than what may wait at the carrier comes at once: the rest is left out.
    let left_out = value(&carrier, LEFT_OUT).await;
    at_once(&mut patient, &speech(53)).await;
    until(&carrier, LEFT_OUT, left_out + 5.0).await;
}

#[tokio::test]
async fn streams_are_counted_by_how_they_end() {
    let carrier = Carrier::start().await;
    let mut stopped = carrier.call("CA61").await;
    stopped.stop().await;
    until(&carrier, &ended("stopped"), 1.0).await;
    drop(carrier.call("CA62").await);
    until(&carrier, &ended("dropped"), 1.0).await;
    let mut refused = Call::open(&carrier.rings("CA63").await.0).await;
    refused.begin("CA63", "forged").await;
    refused.until_closed().await;
    until(&carrier, &ended("refused"), 1.0).await;
    let mut over = carrier.call("CA64").await;
    over.press('1').await;
    over.until_clear().await;
    over.press('7').await;
    over.until_closed().await;
    until(&carrier, &ended("handed_over"), 1.0).await;
    assert_eq!(value(&carrier, "carelane_streams").await, 0.0, "none is left");
    assert!(value(&carrier, IN).await * f64::from(g711::FRAME as u32) > 0.0);
}
