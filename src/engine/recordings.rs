//! Recordings on their way: fetched from the carrier, verified, stored encrypted, then deleted at the carrier.
//!
//! Each step may be done twice without harm: a file's name follows from its item, so a second fetch replaces the
//! first, and a recording that is gone already counts as deleted.

use std::time::Duration;

use ring::digest;
use tokio::time::sleep;
use tracing::debug;
use tracing::warn;

use super::dispatch::Courier;
use crate::carrier::twilio::RestError;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::floor::work::recording::MessageId;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::PracticeId;
use crate::vocab::Span;

/// One request, its repetitions included.
const PATIENCE: Duration = Duration::from_secs(120);
/// A recording may exist before its sound does: the carrier says 404 until it is processed.
const PROCESSED_WITHIN: Duration = Duration::from_secs(15 * 60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Courier<'_> {
    pub(super) async fn fetch_recording(
        &self,
        of: MessageId,
        practice: &PracticeId,
        carrier_call: &CarrierCall,
        recording: Option<CarrierRecording>,
    ) {
        let found = match recording {
            Some(name) => Ok(name),
            None => self.find_recording(carrier_call).await,
        };
        let fetched = match found {
            Ok(name) => self.fetch(&name).await.map(|sound| (name, sound)),
            Err(error) => Err(error),
        };
        match fetched {
            Ok((name, sound)) => self.keep(of, practice, name, sound.to_vec()).await,
            Err(RestError::NoLongerWanted) => {}
            Err(error) => {
                warn!(effect = %self.id, %error, "a recording could not be fetched; it is tried again later");
                self.fail(if error == RestError::Gone { Failure::LegGone } else { Failure::Unreachable }).await;
            }
        }
    }

    /// The carrier never named a recording: it is asked what it has of the leg.
    async fn find_recording(&self, carrier_call: &CarrierCall) -> Result<CarrierRecording, RestError> {
        let found = self.rest.list_recordings(carrier_call, &self.patience(PATIENCE)).await?;
        found.into_iter().next().ok_or(RestError::Gone)
    }

    async fn fetch(&self, name: &CarrierRecording) -> Result<hyper::body::Bytes, RestError> {
        let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
        loop {
            match self.rest.fetch_recording(name, &self.patience(PATIENCE)).await {
                Err(RestError::Gone) if waited < PROCESSED_WITHIN => {
                    debug!(effect = %self.id, "the carrier has no sound for this recording yet");
                    sleep(pause).await;
                    waited += pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                done => return done,
            }
        }
    }

    async fn keep(&self, of: MessageId, practice: &PracticeId, recording: CarrierRecording, sound: Vec<u8>) {
        let Some(duration) = length(&sound) else {
            warn!(effect = %self.id, "the carrier sent something that is no whole WAV sound; it was not kept");
            return self.fail(Failure::Refused).await;
        };
        let (store, name, scope) = (self.engine.audio().clone(), self.file_name(of), practice.clone());
        let (file, at) = (name.clone(), self.engine.clock().now());
        let kept = tokio::task::spawn_blocking(move || store.keep(&file, scope.as_str(), at, &sound)).await;
        match kept {
            Ok(Ok(())) => {
                let (effect, file) = (self.id, name.into());
                self.report(Event::RecordingFetched { effect, recording, file, duration }).await;
            }
            Ok(Err(error)) => {
                warn!(effect = %self.id, %error, "a recording could not be stored; it is tried again later");
                self.fail(Failure::Refused).await;
            }
            Err(_) => self.fail(Failure::Refused).await,
        }
    }

    pub(super) async fn drop_recording(&self, recording: &CarrierRecording) {
        match self.rest.delete_recording(recording, &self.patience(PATIENCE)).await {
            Ok(()) | Err(RestError::Gone) => {
                self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await;
            }
            Err(RestError::NoLongerWanted) => {}
            Err(error) => {
                warn!(effect = %self.id, %error, "a recording could not be deleted at the carrier; it is tried again later");
                self.fail(Failure::Unreachable).await;
            }
        }
    }

    /// Always the same for a message, and nothing that anybody could guess: the floor's name is random.
    pub(super) fn file_name(&self, of: MessageId) -> String {
        let floor = self.engine.floor_id().map_or("", |floor| floor.as_str());
        let hash = digest::digest(&digest::SHA256, format!("recording of {of} on {floor}").as_bytes());
        hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A writer that streams does not know the length in advance, and writes none or a huge one.
const STREAMED: u32 = 0x7fff_0000;

/// How long a WAV sound is; nothing if it is none, or breaks off before the end that it announces.
///
// patient: the carrier's copy is deleted after this, so half a message must not pass for a whole one.
fn length(sound: &[u8]) -> Option<Span> {
    let mut chunks = sound.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut bytes_a_second = None;
    while let Some((head, rest)) = chunks.split_first_chunk::<8>() {
        let announced = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let size = announced as usize;
        match &head[..4] {
            b"fmt " => bytes_a_second = rest.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            b"data" => {
                let rate = bytes_a_second.filter(|rate| *rate > 0)?;
                let bytes = match announced {
                    1..STREAMED => Some(size).filter(|size| *size <= rest.len())?,
                    _ => rest.len(),
                };
                return Some(Span(i64::try_from(bytes).ok()? * 1_000 / i64::from(rate)));
            }
            _ => {}
        }
        chunks = rest.get(size + size % 2..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(samples: usize, said: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(8_000u32.to_le_bytes());
        bytes.extend(16_000u32.to_le_bytes());
        bytes.extend(b"\x02\0\x10\0LIST\x03\0\0\0abc\0data");
        bytes.extend(said.to_le_bytes());
        bytes.resize(bytes.len() + samples * 2, 0);
        bytes
    }

    #[test]
    fn a_sound_is_as_long_as_its_samples_whatever_its_header_says() {
        assert_eq!(length(&wav(12_000, 24_000)), Some(Span(1_500)));
        assert_eq!(length(&wav(12_000, u32::MAX)), Some(Span(1_500)));
        assert_eq!(length(&wav(12_000, 0)), Some(Span(1_500)));
        assert_eq!(length(&wav(0, 0)), Some(Span::ZERO));
    }

    #[test]
    fn a_sound_that_breaks_off_is_not_taken_for_a_whole_one() {
        assert_eq!(length(&wav(12_000, 48_000)), None);
    }

    #[test]
    fn what_is_no_wav_has_no_length() {
        for bytes in
            [&b""[..], b"RIFF", b"<html>not found</html>", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\0\0\0\0"]
        {
            assert_eq!(length(bytes), None, "{bytes:?}");
        }
    }
}
