//! A phone and a softphone in one conversation: what one side sounds is what the other side hears, by its pitch.

use std::f64::consts::TAU;
use std::time::Duration;

use carelane::media::g711;
use serde_json::json;
use tokio::time::sleep;
use tokio::time::timeout;

use super::IN_LINE;
use super::chromium::Chromium;
use super::pages::MICROPHONE;
use super::pages::signs_in;
use crate::serve::process::Folder;
use crate::serve::world::API_TOKEN;
use crate::stream::carrier::Call;
use crate::stream::carrier::Carrier;
use crate::stream::carrier::said;

/// What the patient whistles, and what the assistant's room does.
const PATIENT_HZ: u32 = 1_000;
const ASSISTANT_HZ: u32 = 600;
/// A pitch is met if it is so near.
const NEAR_HZ: u32 = 60;

/// `pitch()` tells in the page what its loudspeaker plays, in hertz; 0 is silence.
const LISTENS: &str = "
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (...to) {
      if (this instanceof AudioWorkletNode) {
        const analyser = this.context.createAnalyser();
        connect.call(this, analyser);
        window.pitch = () => {
          const bins = new Float32Array(analyser.frequencyBinCount);
          analyser.getFloatFrequencyData(bins);
          const loudest = bins.indexOf(Math.max(...bins));
          return bins[loudest] > -60 ? loudest * this.context.sampleRate / analyser.fftSize : 0;
        };
      }
      return connect.apply(this, to);
    };";

/// A microphone's file: the tone in bursts, because a lasting one is taken for noise and filtered out.
fn whistle(hz: u32) -> Vec<u8> {
    const RATE: u32 = 48_000;
    let sample = |at: u32| {
        let sounds = at % RATE < RATE * 3 / 10;
        let wave = (TAU * f64::from(hz) * f64::from(at) / f64::from(RATE)).sin();
        if sounds { (wave * 12_000.0) as i16 } else { 0 }
    };
    let samples: Vec<u8> = (0..RATE * 2).flat_map(|at| sample(at).to_le_bytes()).collect();
    let size = u32::try_from(samples.len()).expect("a short file");
    let head = [&b"RIFF"[..], &(size + 36).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes()].concat();
    let format = [1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat();
    let rates = [RATE.to_le_bytes(), (RATE * 2).to_le_bytes()].concat();
    let rest = [&2_u16.to_le_bytes()[..], &16_u16.to_le_bytes(), b"data", &size.to_le_bytes()].concat();
    [head, format, rates, rest, samples].concat()
}

/// The patient whistles until the test is over.
async fn whistles(patient: &mut Call) {
    let sample = |at: u32| (TAU * f64::from(PATIENT_HZ) * f64::from(at) / 8_000.0).sin() * 8_000.0;
    // A whole number of waves: the frame repeats without a seam.
    let frame: Vec<u8> = (0..160).map(|at| g711::encode(sample(at) as i16)).collect();
    loop {
        patient.speak(&frame).await;
        sleep(Duration::from_millis(20)).await;
    }
}

/// The pitch of a loud sound, by how often it crosses zero.
fn pitch(mulaw: &[u8]) -> u32 {
    let samples: Vec<i16> = mulaw.iter().map(|byte| g711::decode(*byte)).collect();
    if samples.iter().all(|sample| sample.unsigned_abs() < 500) {
        return 0;
    }
    let crossings = samples.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
    u32::try_from(crossings * g711::RATE / (2 * samples.len())).expect("a pitch")
}

#[tokio::test]
async fn a_phone_and_a_softphone_hear_each_other_s_tones() {
    let folder = Folder::new();
    let file = folder.path().join("whistle.wav");
    std::fs::write(&file, whistle(ASSISTANT_HZ)).expect("a file can be written");
    let microphone = format!("--use-file-for-fake-audio-capture={}", file.display());
    let Some(browser) = Chromium::start(&[MICROPHONE, &microphone]).await else { return };
    let carrier = Carrier::start().await;
    let ana = browser.tab("about:blank").await;
    ana.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": LISTENS })).await;
    ana.ask("Page.navigate", json!({ "url": carrier.engine.url("/softphone") })).await;
    ana.until("document.readyState === 'complete' && !!document.getElementById('agent')").await;
    signs_in(&ana, "ana", API_TOKEN).await;

    let mut patient = carrier.call("CA90").await;
    patient.press('1').await;
    patient.until_clear().await;
    patient.hears(&said(&[IN_LINE])).await;
    let (accepted, waits) = (ana.press("accept"), patient.until_clear());
    tokio::join!(accepted, waits);
    patient.hears(&said(&["Thank you for waiting. Here is your assistant."])).await;
    patient.until_mark().await;
    patient.hush();
    ana.shows("state", "With a patient").await;

    let near = format!("Math.abs(window.pitch() - {PATIENT_HZ}) < {NEAR_HZ}");
    tokio::select! {
        () = whistles(&mut patient) => {}
        () = ana.until(&near) => {}
    }
    let heard = async { while pitch(&patient.next_speech().await).abs_diff(ASSISTANT_HZ) > NEAR_HZ {} };
    timeout(Duration::from_secs(30), heard).await.expect("the patient hears the assistant's room");
}
