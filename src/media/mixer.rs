//! The mixer: what one listener hears of several speakers.
//!
//! Speakers send by clocks of their own, in pieces of their own length. One of them leads: when a piece of hers comes,
//! as much goes on to the listener, with what came from the others meanwhile added to it. So nothing waits for a timer,
//! and the listener gets one stream that is no faster than its leader. A leader who stalls is replaced by whoever spoke
//! on; who is ahead of the leader waits for her a little, and what is too much is left out.

use std::collections::VecDeque;

use super::g711;

/// Somebody else spoke on for so long (40 ms) before this piece, without a piece of the leader's: that has stalled.
const STALL: usize = 320;
/// With more than this waiting (60 ms), silence is left out: nobody hears that it is shorter.
const PAUSES_KEPT: usize = 480;
/// Nobody is more than this behind (160 ms), unless one piece is longer.
const WAITING_MAX: usize = 1_280;
/// Softer than this (-46 dB) is silence.
const SILENCE_MAX: i16 = 160;
/// A room has few seats; a name more than this would be a fault of ours, and takes no memory.
const SPEAKERS_MAX: usize = 8;

/// What one listener hears.
#[derive(Debug, Default)]
pub struct Mixer {
    leader: Option<u64>,
    speakers: Vec<Speaker>,
}

#[derive(Debug)]
struct Speaker {
    name: u64,
    /// Came, and was not passed on yet.
    waiting: VecDeque<u8>,
    /// So many samples came since the leader's last piece.
    since: usize,
}

impl Mixer {
    /// A piece came from this speaker. True if `out` goes on to the listener now.
    pub fn add(&mut self, name: u64, mulaw: &[u8], out: &mut Vec<u8>) -> bool {
        out.clear();
        let leader = *self.leader.get_or_insert(name);
        let Some(speaker) = self.speaker(name) else { return false };
        if leader != name && speaker.waiting.len() > PAUSES_KEPT && is_silence(mulaw) {
            speaker.since += mulaw.len();
        } else {
            speaker.waiting.extend(mulaw);
            speaker.since += mulaw.len();
            let most = WAITING_MAX.max(2 * mulaw.len());
            let too_much = speaker.waiting.len().saturating_sub(most);
            speaker.waiting.drain(..too_much);
        }
        // How long it took to speak this piece says nothing: the leader may well have come in the meantime.
        if leader != name && speaker.since <= STALL + mulaw.len() {
            return false;
        }
        let length = speaker.waiting.len();
        self.leader = Some(name);
        self.pass(length, out);
        !out.is_empty()
    }

    /// Only one speaker is heard from now on, untouched.
    pub fn clear(&mut self) {
        self.leader = None;
        self.speakers.clear();
    }

    fn speaker(&mut self, name: u64) -> Option<&mut Speaker> {
        if let Some(place) = self.speakers.iter().position(|speaker| speaker.name == name) {
            return self.speakers.get_mut(place);
        }
        if self.speakers.len() >= SPEAKERS_MAX {
            return None;
        }
        self.speakers.push(Speaker { name, waiting: VecDeque::new(), since: 0 });
        self.speakers.last_mut()
    }

    /// So many samples of everybody, added up.
    fn pass(&mut self, length: usize, out: &mut Vec<u8>) {
        let mut sum = vec![0_i32; length];
        for speaker in &mut self.speakers {
            speaker.since = 0;
            let said = speaker.waiting.len().min(length);
            for (sample, byte) in sum.iter_mut().zip(speaker.waiting.drain(..said)) {
                *sample += i32::from(g711::decode(byte));
            }
        }
        let loud = |sample: i32| i16::try_from(sample).unwrap_or(if sample < 0 { i16::MIN } else { i16::MAX });
        out.extend(sum.into_iter().map(|sample| g711::encode(loud(sample))));
    }
}

fn is_silence(mulaw: &[u8]) -> bool {
    mulaw.iter().all(|byte| g711::decode(*byte).saturating_abs() < SILENCE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: usize = 160;

    fn level(sample: i16, samples: usize) -> Vec<u8> {
        vec![g711::encode(sample); samples]
    }

    /// What goes on to the listener, decoded.
    fn add(mixer: &mut Mixer, name: u64, mulaw: &[u8]) -> Vec<i16> {
        let mut out = Vec::new();
        let passed = mixer.add(name, mulaw, &mut out);
        assert_eq!(passed, !out.is_empty());
        out.into_iter().map(g711::decode).collect()
    }

    #[test]
    fn voices_are_added_and_too_loud_is_as_loud_as_can_be() {
        let mut mixer = Mixer::default();
        assert_eq!(add(&mut mixer, 1, &level(4_000, FRAME)).len(), FRAME, "who comes first leads");
        assert!(add(&mut mixer, 2, &level(4_000, FRAME)).is_empty(), "the other waits for the leader's next piece");
        let both = add(&mut mixer, 1, &level(4_000, FRAME));
        let wanted = 2 * g711::decode(g711::encode(4_000));
        assert!(both.iter().all(|sample| (sample - wanted).abs() <= 256), "{:?}", both.first());
        add(&mut mixer, 2, &level(-30_000, FRAME));
        let loud = add(&mut mixer, 1, &level(-30_000, FRAME));
        assert!(loud.iter().all(|sample| *sample == g711::decode(g711::encode(i16::MIN))));
    }

    #[test]
    fn with_one_speaker_every_byte_goes_on_as_it_came() {
        let mut mixer = Mixer::default();
        let bytes: Vec<u8> = (0..=255).filter(|byte| *byte != 0x7f).collect();
        let mut out = Vec::new();
        assert!(mixer.add(1, &bytes, &mut out));
        assert_eq!(out, bytes);
    }

    #[test]
    fn silence_beside_a_voice_leaves_it_as_it_is() {
        let mut mixer = Mixer::default();
        add(&mut mixer, 1, &level(700, FRAME));
        add(&mut mixer, 2, &level(0, FRAME));
        assert_eq!(add(&mut mixer, 1, &level(700, FRAME)), vec![g711::decode(g711::encode(700)); FRAME]);
    }

    #[test]
    fn pieces_of_any_length_lose_nothing() {
        // One speaks in pieces of 20 ms, the other in pieces of 100.
        let mut mixer = Mixer::default();
        let (mut passed, mut heard) = (0, 0);
        for n in 0..500 {
            let out = add(&mut mixer, 1, &level(0, FRAME));
            passed += out.len();
            heard += out.iter().filter(|sample| **sample > 500).count();
            if n % 5 == 4 {
                let out = add(&mut mixer, 2, &level(1_000, 5 * FRAME));
                passed += out.len();
                heard += out.iter().filter(|sample| **sample > 500).count();
            }
        }
        assert!(passed.abs_diff(500 * FRAME) <= 10 * FRAME, "{passed} samples of time");
        assert!(heard.abs_diff(500 * FRAME) <= 10 * FRAME, "{heard} samples of voice");
    }

    #[test]
    fn who_stalls_delays_the_other_once_and_by_no_more_than_eighty_milliseconds() {
        let mut mixer = Mixer::default();
        for _ in 0..10 {
            add(&mut mixer, 1, &level(0, FRAME));
            add(&mut mixer, 2, &level(1_000, FRAME));
        }
        // The leader is silent from now on. What was said in the meantime comes at once, then piece by piece.
        let came: Vec<usize> = (0..6).map(|_| add(&mut mixer, 2, &level(1_000, FRAME)).len()).collect();
        assert_eq!(came, [0, 0, 4 * FRAME, FRAME, FRAME, FRAME]);
        // It is back: it is heard with the new leader's pieces.
        assert!(add(&mut mixer, 1, &level(4_000, FRAME)).is_empty());
        assert!(add(&mut mixer, 2, &level(1_000, FRAME)).iter().all(|sample| *sample > 4_500));
    }

    #[test]
    fn a_clock_that_runs_fast_is_made_good_in_pauses_and_never_grows() {
        let mut mixer = Mixer::default();
        let mut waiting = 0;
        for n in 0..20_000 {
            add(&mut mixer, 1, &level(0, FRAME));
            // One in a hundred too many; a second of speech, then a second of silence.
            let voice = if n / 50 % 2 == 0 { 1_000 } else { 0 };
            add(&mut mixer, 2, &level(voice, FRAME));
            if n % 100 == 0 {
                add(&mut mixer, 2, &level(voice, FRAME));
            }
            waiting = waiting.max(mixer.speakers[1].waiting.len());
        }
        assert!(waiting <= PAUSES_KEPT + 2 * FRAME, "{waiting} samples late");
        // Without any pause the limit holds.
        for _ in 0..200 {
            add(&mut mixer, 1, &level(0, FRAME));
            add(&mut mixer, 2, &level(1_000, 2 * FRAME));
        }
        assert!(mixer.speakers[1].waiting.len() <= WAITING_MAX);
    }

    #[test]
    fn a_piece_longer_than_the_limit_is_heard_and_names_without_end_take_no_memory() {
        let mut mixer = Mixer::default();
        add(&mut mixer, 1, &level(0, FRAME));
        assert!(add(&mut mixer, 2, &level(1_000, 8_000)).is_empty());
        let long = add(&mut mixer, 2, &level(1_000, 8_000));
        assert_eq!(long.len(), 16_000, "the leader said nothing for a second");
        for name in 10..1_000 {
            add(&mut mixer, name, &level(0, FRAME));
        }
        assert!(mixer.speakers.len() <= SPEAKERS_MAX);
        mixer.clear();
        assert_eq!(add(&mut mixer, 7, &level(5, FRAME)).len(), FRAME);
    }
}
