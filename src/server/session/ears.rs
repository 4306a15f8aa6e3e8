//! The ears of a session: keys, told by the carrier or heard in the audio itself.

use std::time::Duration;

use crate::media::Detector;

/// The same key heard in the audio and told by the carrier within this time was pressed once.
const SAME_PRESS: Duration = Duration::from_secs(2);

/// Hears keys, told by the carrier or in the audio itself. A carrier that tells them is believed from then on.
#[derive(Default)]
pub(super) struct Ears {
    /// What came last, as bytes.
    pub(super) audio: Vec<u8>,
    detector: Detector,
    carrier_tells: bool,
    /// The last key heard in the audio, and when.
    last: Option<(char, Duration)>,
}

impl Ears {
    /// A key in what came last.
    pub(super) fn hear(&mut self, now: Duration) -> Option<char> {
        if self.carrier_tells {
            return None;
        }
        let key = self.detector.hear(&self.audio)?;
        self.last = Some((key, now));
        Some(key)
    }

    /// The carrier tells of a key: the same press may have been heard before.
    pub(super) fn told(&mut self, key: char, now: Duration) -> Option<char> {
        self.carrier_tells = true;
        let heard = self.last.take();
        let same = heard.is_some_and(|(last, at)| last == key && now.saturating_sub(at) < SAME_PRESS);
        (!same).then_some(key)
    }
}
