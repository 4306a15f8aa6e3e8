//! Record: a message after the tone, and the recordings that are kept until they are deleted over REST.
//!
//! A phone's words become sound of their length: a plain tone, because there are no voices here. Silence at the end is
//! cut, and a message without a word is none: the document goes on after Record, as at a real carrier.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::address;
use super::exchange::Exchange;
use super::leg::Fetch;
use super::leg::Input;
use super::leg::Leg;
use super::leg::Stop;
use super::protocol::ToPhone;
use super::room::rfc2822;
use super::twiml::Record;
use super::verb::speaking_seconds;
use super::webhook::Params;
use crate::vocab::Timestamp;

/// Recordings kept; a test or a demo has a handful.
const RECORDINGS_MAX: usize = 10_000;
/// 16-bit mono at the telephone's rate.
const SAMPLES_A_SECOND: u32 = 8_000;

/// One recording, as the REST API shows it.
#[derive(Clone)]
pub(super) struct Recording {
    pub(super) sid: String,
    pub(super) call: String,
    pub(super) began: Timestamp,
    /// In whole seconds, as carriers tell it.
    pub(super) seconds: u32,
}

/// Recordings by SID.
pub(super) type Recordings = BTreeMap<String, Recording>;

/// What ended a message.
enum End {
    /// A key, or nothing more was said.
    Digits(String),
    Stopped(Stop),
}

impl Leg {
    /// Takes a message; `None` means nothing was said, and the next verb follows.
    pub(super) async fn record(&mut self, record: &Record, base: &str) -> Result<Option<Fetch>, Stop> {
        if record.beep {
            self.tell(ToPhone::Beep);
        }
        let seconds = f64::from(record.longest);
        self.tell(ToPhone::Listening { dtmf: true, speech: true, seconds, at_ms: self.at_ms() });
        let began = self.exchange.now();
        let (spoken, end) = self.take_message(record, began).await;
        if spoken <= 0.0 {
            return match end {
                End::Digits(_) => Ok(None),
                End::Stopped(stop) => Err(stop),
            };
        }
        // Never negative, and bounded by the longest message.
        let seconds = (spoken.min(seconds).ceil() as u32).max(1);
        let recording = self.exchange.keep_recording(&self.call.sid, began, seconds);
        let action = address::resolve(base, &record.action);
        let mut params = self.about_recording(&recording);
        let outcome = match end {
            End::Digits(digits) => {
                params.push(("Digits", digits));
                Ok(Some(Fetch { url: action, extra: params }))
            }
            End::Stopped(stop @ Stop::HungUp) => {
                // Still told, but the call is over: the answer is not executed.
                params.push(("Digits", "hangup".to_owned()));
                let mut params = self.params(params);
                params.iter_mut().filter(|(name, _)| *name == "CallStatus").for_each(|(_, status)| {
                    "completed".clone_into(status);
                });
                self.callbacks.post(&action, params);
                Err(stop)
            }
            End::Stopped(stop) => Err(stop),
        };
        if let Some(url) = &record.told {
            let mut params = vec![("AccountSid", self.exchange.settings.account_sid.clone())];
            params.push(("CallSid", self.call.sid.clone()));
            params.extend(self.about_recording(&recording));
            params.push(("RecordingStatus", "completed".to_owned()));
            params.push(("RecordingChannels", "1".to_owned()));
            params.push(("RecordingStartTime", rfc2822(began)));
            params.push(("RecordingSource", "RecordVerb".to_owned()));
            params.push(("RecordingTrack", "inbound".to_owned()));
            self.callbacks.post(&address::resolve(base, url), params);
        }
        outcome
    }

    /// Listens until silence, a key, the longest time or a hang-up; how many seconds were spoken, pauses included.
    async fn take_message(&mut self, record: &Record, began: Timestamp) -> (f64, End) {
        let (silence, longest) = (f64::from(record.silence), f64::from(record.longest));
        let mut spoken = 0.0_f64;
        loop {
            let elapsed = self.exchange.call_millis(began, self.exchange.now()) as f64 / 1_000.0;
            let until = if silence > 0.0 { (spoken + silence).min(longest) } else { longest };
            let timer = self.timer((until - elapsed).max(0.0));
            tokio::pin!(timer);
            match self.notice(timer.as_mut()).await {
                Ok(None) => return (spoken, End::Digits(String::new())),
                Ok(Some(Input::Key(key))) if record.finish_on_keys.contains(key) => {
                    return (spoken, End::Digits(key.to_string()));
                }
                Ok(Some(Input::Speech(text))) => {
                    let elapsed = self.exchange.call_millis(began, self.exchange.now()) as f64 / 1_000.0;
                    spoken = spoken.max(elapsed) + speaking_seconds(&text);
                }
                Ok(Some(Input::Key(_) | Input::RoomOver(_) | Input::Nothing)) => {}
                Err(stop) => return (spoken, End::Stopped(stop)),
            }
        }
    }

    fn about_recording(&self, recording: &Recording) -> Params {
        let account = &self.exchange.settings.account_sid;
        let listen = self.exchange.origin();
        let url = format!("http://{listen}/2010-04-01/Accounts/{account}/Recordings/{}", recording.sid);
        vec![
            ("RecordingUrl", url),
            ("RecordingSid", recording.sid.clone()),
            ("RecordingDuration", recording.seconds.to_string()),
        ]
    }
}

impl Exchange {
    fn keep_recording(self: &Arc<Self>, call: &str, began: Timestamp, seconds: u32) -> Recording {
        let recording = Recording { sid: format!("RE{}", self.random_hex()), call: call.to_owned(), began, seconds };
        let mut state = self.state();
        if state.recordings.len() >= RECORDINGS_MAX {
            state.recordings.pop_first();
        }
        state.recordings.insert(recording.sid.clone(), recording.clone());
        recording
    }

    pub(super) fn recording(&self, sid: &str) -> Option<Recording> {
        self.state().recordings.get(sid).cloned()
    }

    pub(super) fn recordings(&self) -> Vec<Recording> {
        self.state().recordings.values().cloned().collect()
    }

    /// `false` if there was none.
    pub(super) fn delete_recording(&self, sid: &str) -> bool {
        self.state().recordings.remove(sid).is_some()
    }
}

impl Recording {
    /// The sound: a quiet tone of the right length, as WAV.
    pub(super) fn wav(&self) -> Bytes {
        let samples = self.seconds * SAMPLES_A_SECOND;
        let size = samples * 2;
        let mut bytes = Vec::with_capacity(44 + size as usize);
        bytes.extend(b"RIFF");
        bytes.extend((size + 36).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend(SAMPLES_A_SECOND.to_le_bytes());
        bytes.extend((SAMPLES_A_SECOND * 2).to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data");
        bytes.extend(size.to_le_bytes());
        for sample in 0..samples {
            // A square wave of 250 Hz.
            let level: i16 = if sample / 16 % 2 == 0 { 1_500 } else { -1_500 };
            bytes.extend(level.to_le_bytes());
        }
        bytes.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_sounds_as_long_as_it_is() {
        let recording = Recording { sid: "RE1".into(), call: "CA1".into(), began: Timestamp(0), seconds: 3 };
        let wav = recording.wav();
        assert_eq!(wav.len(), 44 + 3 * 16_000);
        assert_eq!(wav[40..44], 48_000_u32.to_le_bytes());
    }
}
