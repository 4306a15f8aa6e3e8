//! The onset of speech: that somebody has begun to speak, found within a tenth of a second.
//!
//! It is quick and not sure: a cough may be taken for a word. Whoever asks must be able to go on. Whether something was
//! said, `utterance` tells, later.

use super::g711;
use super::g711::FRAME;

/// The mean of a frame's samples above which it may be speech: well above an echo of our own voice that a line gives
/// back, below the softest voice that is understood.
const LOUD_MIN: u32 = 800;
/// So many loud frames one after the other: a click is shorter.
const FRAMES: u32 = 3;

/// Hears when the caller of one call begins to speak.
#[derive(Debug, Default)]
pub struct Onset {
    /// The frame that is being collected.
    sum: u32,
    samples: usize,
    /// Loud frames one after the other.
    loud: u32,
}

impl Onset {
    /// Takes what came, in mu-law: is somebody speaking?
    pub fn hear(&mut self, mulaw: &[u8]) -> bool {
        for byte in mulaw {
            self.sum += u32::from(g711::decode(*byte).unsigned_abs());
            self.samples += 1;
            if self.samples == FRAME {
                let is_loud = self.sum > LOUD_MIN * u32::try_from(FRAME).unwrap_or(1);
                self.loud = if is_loud { self.loud + 1 } else { 0 };
                (self.sum, self.samples) = (0, 0);
            }
        }
        self.loud >= FRAMES
    }

    /// Was the last frame loud?
    pub fn is_loud(&self) -> bool {
        self.loud > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(size: i16, milliseconds: usize) -> Vec<u8> {
        (0..milliseconds * 8).map(|at| g711::encode(if at % 40 < 20 { size } else { -size })).collect()
    }

    #[test]
    fn a_voice_is_found_within_a_tenth_of_a_second_however_its_audio_is_cut() {
        for cut in [80, 160, 333, 800] {
            let mut onset = Onset::default();
            assert!(!sound(20, 400).chunks(cut).any(|piece| onset.hear(piece)), "noise of the line");
            let voice = sound(3_000, 400);
            let found = voice.chunks(cut).position(|piece| onset.hear(piece)).unwrap();
            assert!(found * cut <= 800, "found {found} pieces of {cut} bytes late");
            assert!(onset.is_loud());
        }
    }

    #[test]
    fn a_click_and_a_faint_echo_are_no_voice() {
        let mut onset = Onset::default();
        assert!(!onset.hear(&sound(20_000, 30)) && !onset.hear(&sound(0, 100)) && !onset.is_loud());
        assert!(!onset.hear(&sound(500, 1_000)));
    }
}
