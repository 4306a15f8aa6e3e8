//! A sound made ready to be sent: cut and written in base64 once, and shared by every call that plays it.
//!
//! A carrier takes audio of any length and plays it in order. So there are pieces of two lengths: half a second, to
//! send much with few messages, and a frame of 20 ms, to keep pace with what is heard.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::g711::FRAME;
use super::g711::SILENCE;

/// Frames of a long piece: half a second.
pub(super) const LONG: usize = 25;

/// A sound ready to be sent.
#[derive(Debug)]
pub struct Clip {
    /// The whole sound in frames, the last one filled up with silence.
    short: Box<[Chunk]>,
    /// The whole sound in long pieces; what is left at its end makes a shorter one.
    long: Box<[Chunk]>,
}

/// What one message carries.
#[derive(Debug)]
pub struct Chunk {
    /// Mu-law in base64.
    pub base64: Box<str>,
    /// How many frames of 20 ms it is.
    pub frames: u64,
}

impl Clip {
    /// Makes a sound ready. Its last frame is filled up with silence.
    pub fn new(mulaw: &[u8]) -> Self {
        let mut mulaw = mulaw.to_vec();
        mulaw.resize(mulaw.len().next_multiple_of(FRAME), SILENCE);
        let chunk = |bytes: &[u8]| {
            let frames = u64::try_from(bytes.len() / FRAME).unwrap_or(0);
            Chunk { base64: STANDARD.encode(bytes).into(), frames }
        };
        Self { short: mulaw.chunks(FRAME).map(chunk).collect(), long: mulaw.chunks(LONG * FRAME).map(chunk).collect() }
    }

    /// The piece that begins at this frame and has no more than so many of them; `None` at the end of the sound.
    pub fn piece(&self, frame: usize, most: usize) -> Option<&Chunk> {
        let long = if frame.is_multiple_of(LONG) && most >= LONG { self.long.get(frame / LONG) } else { None };
        long.or_else(|| self.short.get(frame))
    }

    /// How many frames of 20 ms it is.
    pub fn frames(&self) -> usize {
        self.short.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_sound_is_lost_and_its_last_frame_is_whole() {
        let sound: Vec<u8> = (0..20_000_u32).map(|i| (i % 251) as u8).collect();
        let clip = Clip::new(&sound);
        assert_eq!(clip.frames(), 125);
        // In frames, in half seconds as far as they go, and from the middle of one.
        for (most, pieces) in [(1, 125), (LONG, 5), (10 * LONG, 5), (LONG - 1, 125)] {
            let (mut sent, mut at, mut count) = (Vec::new(), 0, 0);
            while let Some(piece) = clip.piece(at, most) {
                sent.extend(STANDARD.decode(&*piece.base64).unwrap());
                at += usize::try_from(piece.frames).unwrap();
                count += 1;
            }
            assert_eq!(count, pieces, "{most}");
            assert_eq!(sent[..20_000], sound);
            assert_eq!(sent[20_000..], vec![SILENCE; 20_000_usize.next_multiple_of(FRAME) - 20_000]);
        }
        assert_eq!(clip.piece(26, LONG).unwrap().frames, 1, "a long piece begins at every half second");
    }
}
