//! Keys heard in the audio itself, for carriers that do not tell of them.
//!
//! A key is two tones, one of four low and one of four high frequencies. Blocks of 102 samples (12.75 ms, the length at
//! which the eight frequencies are told apart) are measured with Goertzel filters. A block shows a key if two tones are
//! about equally loud, stand out among their own four, and are nearly all there is to hear: speech and music have more.
//! Two such blocks in a row are a key, so tones of 40 ms are heard and clicks are not.

use super::g711;

/// Samples of a block.
const BLOCK: usize = 102;
const BLOCK_SAMPLES: f32 = 102.0;
/// The frequencies, low then high, as `2 cos(2 pi f / 8000)`.
const LOW: [f32; 4] = [1.707_737_8, 1.645_281, 1.568_687, 1.478_204_6];
const HIGH: [f32; 4] = [1.164_104, 0.996_370_2, 0.798_618_4, 0.568_532_7];
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];
/// A high tone may be 4 dB softer than the low one, and a low tone 8 dB softer than the high one.
const LOW_LOUDER_MAX: f32 = 2.512;
const HIGH_LOUDER_MAX: f32 = 6.309;
/// A tone stands out among its four by 8 dB.
const STANDS_OUT: f32 = 6.309;
/// The part of a block's energy that is in its two tones; a phone that is 1.5 % out of tune leaves 0.8 there.
const PURE: f32 = 0.78;
/// Blocks softer than this (-40 dB below full scale) hold no key.
const ENERGY_MIN: f32 = BLOCK_SAMPLES * 320.0 * 320.0;

/// Listens to one call.
#[derive(Clone, Debug, Default)]
pub struct Detector {
    /// The block that is not full yet.
    block: Vec<u8>,
    /// What the last block showed.
    last: Option<char>,
    /// The key that is down.
    down: Option<char>,
}

/// A Goertzel filter.
#[derive(Clone, Copy, Debug, Default)]
struct Tone {
    last: f32,
    before: f32,
}

impl Tone {
    fn take(&mut self, sample: f32, turn: f32) {
        let now = sample + turn * self.last - self.before;
        self.before = self.last;
        self.last = now;
    }

    fn power(self, turn: f32) -> f32 {
        self.last * self.last + self.before * self.before - turn * self.last * self.before
    }
}

impl Detector {
    /// Listens to audio; the key that begins in it, if one does.
    pub fn hear(&mut self, mulaw: &[u8]) -> Option<char> {
        let (mut heard, mut rest) = (None, mulaw);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            if self.block.len() == BLOCK {
                heard = self.block().or(heard);
            }
            rest = later;
        }
        heard
    }

    /// A block is full: the key that begins with it.
    fn block(&mut self) -> Option<char> {
        let shows = shown(&self.block);
        self.block.clear();
        let same = shows == self.last;
        self.last = shows;
        // Two blocks that agree say whether a key is down, and which.
        if !same || shows == self.down {
            return None;
        }
        self.down = shows;
        shows
    }
}

/// The key that a block shows. Most of a call is silence, and is known by its energy: nothing is filtered then.
fn shown(block: &[u8]) -> Option<char> {
    let samples = || block.iter().map(|byte| f32::from(g711::decode(*byte)));
    let energy: f32 = samples().map(|sample| sample * sample).sum();
    if energy < ENERGY_MIN {
        return None;
    }
    let (mut low_tones, mut high_tones) = ([Tone::default(); 4], [Tone::default(); 4]);
    for sample in samples() {
        low_tones.iter_mut().zip(LOW).for_each(|(tone, turn)| tone.take(sample, turn));
        high_tones.iter_mut().zip(HIGH).for_each(|(tone, turn)| tone.take(sample, turn));
    }
    let (low, low_power) = loudest(&low_tones, LOW)?;
    let (high, high_power) = loudest(&high_tones, HIGH)?;
    let balanced = low_power < high_power * LOW_LOUDER_MAX && high_power < low_power * HIGH_LOUDER_MAX;
    // A tone's power is the square of half its samples' sum.
    let pure = 2.0 * (low_power + high_power) > PURE * BLOCK_SAMPLES * energy;
    (balanced && pure).then(|| KEYS[low][high])
}

/// The loudest of four tones, if it stands out among them.
fn loudest(tones: &[Tone; 4], turns: [f32; 4]) -> Option<(usize, f32)> {
    let powers: [f32; 4] = std::array::from_fn(|i| tones[i].power(turns[i]));
    let (at, power) = powers.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let stands_out = powers.iter().enumerate().all(|(other, p)| other == at || power > p * STANDS_OUT);
    stands_out.then_some((at, power))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const LOW_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const HIGH_HZ: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

    /// How a key is pressed.
    #[derive(Clone, Copy)]
    struct Press {
        milliseconds: u32,
        /// Size of the low and the high tone.
        sizes: (f64, f64),
        /// Both frequencies are off by this part.
        off: f64,
        /// Size of the noise around it.
        noise: f64,
    }

    const GOOD: Press = Press { milliseconds: 50, sizes: (5_000.0, 5_000.0), off: 0.0, noise: 0.0 };

    /// Even noise from a small generator, between -1 and 1.
    struct Noise(u32);

    impl Noise {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(self.0 >> 8) / f64::from(1 << 23) - 1.0
        }
    }

    fn audio(keys: &str, press: Press) -> Vec<u8> {
        let (mut out, mut noise) = (Vec::new(), Noise(7));
        for key in keys.chars() {
            let place = |k: &[char; 4]| k.iter().position(|c| *c == key);
            let (row, column) = KEYS.iter().enumerate().find_map(|(row, k)| Some((row, place(k)?))).unwrap();
            let (low, high) = (LOW_HZ[row] * (1.0 + press.off), HIGH_HZ[column] * (1.0 + press.off));
            for i in 0..press.milliseconds * 8 + 50 * 8 {
                let t = f64::from(i) / 8_000.0;
                let tone = press.sizes.0 * (TAU * low * t).sin() + press.sizes.1 * (TAU * high * t).sin();
                let on = if i < press.milliseconds * 8 { tone } else { 0.0 };
                out.push(g711::encode((on + press.noise * noise.next()) as i16));
            }
        }
        out
    }

    fn heard(audio: &[u8]) -> String {
        let mut detector = Detector::default();
        audio.chunks(g711::FRAME).filter_map(|frame| detector.hear(frame)).collect()
    }

    const ALL: &str = "147*2580369#ABCD1122";

    #[test]
    fn every_key_is_heard_once_each_time_it_is_pressed() {
        assert_eq!(heard(&audio(ALL, GOOD)), ALL);
        assert_eq!(heard(&audio(ALL, Press { milliseconds: 400, ..GOOD })), ALL);
    }

    #[test]
    fn a_line_may_make_one_tone_softer_than_the_other() {
        // Tones come 6 dB softer above or 3 dB softer below.
        assert_eq!(heard(&audio(ALL, Press { sizes: (3_000.0, 6_000.0), ..GOOD })), ALL);
        assert_eq!(heard(&audio(ALL, Press { sizes: (6_000.0, 4_300.0), ..GOOD })), ALL);
        assert_eq!(heard(&audio("5", Press { sizes: (9_000.0, 1_500.0), ..GOOD })), "", "that is no key any more");
    }

    #[test]
    fn keys_are_heard_through_noise_loud_and_soft() {
        // 15 dB of noise below the tones.
        assert_eq!(heard(&audio(ALL, Press { noise: 1_500.0, ..GOOD })), ALL);
        assert_eq!(heard(&audio(ALL, Press { sizes: (700.0, 700.0), ..GOOD })), ALL);
        assert_eq!(heard(&audio(ALL, Press { sizes: (15_000.0, 15_000.0), ..GOOD })), ALL);
    }

    #[test]
    fn a_phone_may_be_a_little_out_of_tune_and_a_clarinet_is_no_phone() {
        assert_eq!(heard(&audio(ALL, Press { off: 0.015, ..GOOD })), ALL);
        assert_eq!(heard(&audio(ALL, Press { off: -0.015, ..GOOD })), ALL);
        assert_eq!(heard(&audio(ALL, Press { off: 0.05, ..GOOD })), "");
    }

    #[test]
    fn clicks_and_single_tones_are_no_keys() {
        assert_eq!(heard(&audio(ALL, Press { milliseconds: 10, ..GOOD })), "");
        assert_eq!(heard(&audio(ALL, Press { sizes: (6_000.0, 0.0), ..GOOD })), "");
        assert_eq!(heard(&vec![g711::SILENCE; 8_000]), "");
        let mut noise = Noise(3);
        let loud: Vec<u8> = (0..80_000).map(|_| g711::encode((12_000.0 * noise.next()) as i16)).collect();
        assert_eq!(heard(&loud), "");
    }

    #[test]
    fn speech_and_music_are_no_keys() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds");
        let manifest = crate::media::Manifest::open(&folder).unwrap();
        let spoken = manifest.files().map(|(_, file)| file);
        for file in spoken.chain(["hold.wav"]) {
            assert_eq!(heard(&manifest.read(file).unwrap().mulaw), "", "{file}");
        }
    }
}
