//! When somebody speaks: utterances cut out of a call's audio by its energy, so that silence is sent to nobody.
//!
//! It knows loud from soft and no words. What is loud is measured against the line's own noise, which it learns; short
//! noises (a click, a cough) are no utterance, and an endless one is cut off.

use super::g711;
use super::g711::FRAME;

/// The mean of a frame's samples above which it may be speech, whatever the noise: some 42 dB below the loudest.
const LOUD_MIN: u32 = 250;
/// Speech is so many times louder than the line's noise.
const ABOVE_NOISE: u32 = 3;
/// Noise is kept in parts of a sample, because it is learned slowly.
const NOISE_PARTS: u32 = 1_024;
/// Where it rises, so small a share of the difference is learned with each frame: nobody's speech becomes noise.
const NOISE_SHARE: u32 = 4_096;
/// Frames kept from before the first loud one: words begin softly. A fifth of a second.
const BEFORE: usize = 10;
/// So many soft frames end an utterance: 0.7 s, longer than a pause between words.
const PAUSE: usize = 35;
/// Fewer loud frames are a click or a cough: 0.2 s.
const LOUD_FRAMES_MIN: usize = 10;
/// The longest utterance: 10 s.
const FRAMES_MAX: usize = 500;

/// Hears when the caller of one call speaks.
#[derive(Debug)]
pub struct Listener {
    /// What is kept: a little from before, and the utterance.
    audio: Vec<u8>,
    /// Audio that is less than a frame.
    rest: Vec<u8>,
    /// The mean of the line's noise, in parts.
    noise: u32,
    /// Loud frames of this utterance, and soft ones since the last.
    loud: usize,
    soft: usize,
}

impl Default for Listener {
    fn default() -> Self {
        Self { audio: Vec::new(), rest: Vec::new(), noise: LOUD_MIN / ABOVE_NOISE * NOISE_PARTS, loud: 0, soft: 0 }
    }
}

impl Listener {
    /// Takes what came, in mu-law; the utterance that ends with it, if one does.
    pub fn hear(&mut self, mulaw: &[u8]) -> Option<Vec<u8>> {
        self.rest.extend_from_slice(mulaw);
        let whole = self.rest.len() - self.rest.len() % FRAME;
        let mut frames = std::mem::take(&mut self.rest);
        let mut heard = None;
        for frame in frames[..whole].chunks_exact(FRAME) {
            heard = self.frame(frame).or(heard);
        }
        frames.drain(..whole);
        self.rest = frames;
        heard
    }

    /// Is somebody in the middle of saying something?
    pub fn is_speaking(&self) -> bool {
        self.loud >= LOUD_FRAMES_MIN
    }

    /// What was heard so far was no speech, or is of no interest any more.
    pub fn forget(&mut self) {
        self.audio.clear();
        (self.loud, self.soft) = (0, 0);
    }

    fn frame(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let sum: u32 = frame.iter().map(|byte| u32::from(g711::decode(*byte).unsigned_abs())).sum();
        let mean = sum / u32::try_from(FRAME).unwrap_or(1);
        let is_loud = mean > LOUD_MIN.max(self.noise * ABOVE_NOISE / NOISE_PARTS);
        let parts = mean * NOISE_PARTS;
        self.noise = match parts.checked_sub(self.noise) {
            Some(more) => self.noise + more / NOISE_SHARE,
            None => (self.noise + parts) / 2,
        };
        self.audio.extend_from_slice(frame);
        match (is_loud, self.loud) {
            (true, _) => (self.loud, self.soft) = (self.loud + 1, 0),
            (false, 0) => {
                let too_old = self.audio.len().saturating_sub(BEFORE * FRAME);
                self.audio.drain(..too_old);
                return None;
            }
            (false, _) => self.soft += 1,
        }
        if self.soft < PAUSE && self.audio.len() < FRAMES_MAX * FRAME {
            return None;
        }
        let spoke = self.loud >= LOUD_FRAMES_MIN;
        let audio = std::mem::take(&mut self.audio);
        self.forget();
        spoke.then_some(audio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many milliseconds of a voice this loud, over a line with some noise.
    fn sound(milliseconds: usize, voice: f64) -> Vec<u8> {
        let sample = |at: usize| {
            let t = at as f64 / 8_000.0;
            let noise = f64::from(u32::try_from(at.wrapping_mul(2_654_435_761) >> 8 & 0x3f).unwrap()) - 32.0;
            g711::encode((voice * (t * 180.0 * std::f64::consts::TAU).sin() + noise) as i16)
        };
        (0..milliseconds * 8).map(sample).collect()
    }

    fn heard(parts: &[Vec<u8>]) -> Vec<usize> {
        let mut listener = Listener::default();
        let line = parts.concat();
        // A carrier's frames need not be ours.
        line.chunks(130).filter_map(|piece| listener.hear(piece)).map(|audio| audio.len() / 8).collect()
    }

    #[test]
    fn what_is_said_is_cut_out_with_a_little_of_what_is_around_it() {
        let found = heard(&[sound(3_000, 0.0), sound(900, 4_000.0), sound(2_000, 0.0)]);
        assert_eq!(found.len(), 1);
        assert!((1_700..1_900).contains(&found[0]), "{} ms", found[0]);
    }

    #[test]
    fn a_pause_between_words_ends_nothing_and_a_longer_one_does() {
        let word = || sound(500, 3_000.0);
        assert_eq!(heard(&[word(), sound(400, 0.0), word(), sound(1_000, 0.0)]).len(), 1);
        assert_eq!(heard(&[word(), sound(1_000, 0.0), word(), sound(1_000, 0.0)]).len(), 2);
    }

    #[test]
    fn silence_noise_and_clicks_are_no_utterance() {
        assert_eq!(heard(&[sound(20_000, 0.0)]), [0; 0]);
        assert_eq!(heard(&[sound(2_000, 0.0), sound(100, 9_000.0), sound(2_000, 0.0)]), [0; 0]);
    }

    #[test]
    fn a_loud_room_becomes_noise_and_a_voice_above_it_is_still_heard() {
        let mut listener = Listener::default();
        for _ in 0..60 {
            listener.hear(&sound(1_000, 500.0));
        }
        assert!(!listener.is_speaking(), "the room");
        listener.hear(&sound(600, 6_000.0));
        assert!(listener.is_speaking());
        assert!(listener.hear(&sound(1_000, 500.0)).is_some());
    }

    #[test]
    fn who_never_stops_is_heard_in_pieces() {
        assert_eq!(heard(&[sound(21_000, 5_000.0)]), [10_000, 10_000]);
    }
}
