//! A sound made ready to be sent: cut and written in base64 once, and shared by every call that plays it.
//!
//! A carrier takes audio of any length and plays it in order. So a piece of it is half a second, not a frame of 20 ms:
//! a waiting call sends two messages a second and copies them, nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::g711::FRAME;
use super::g711::RATE;
use super::g711::SILENCE;

/// Bytes of one message's audio: half a second.
const CHUNK: usize = RATE / 2;

/// A sound ready to be sent.
#[derive(Debug)]
pub struct Clip {
    chunks: Box<[Chunk]>,
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
        let chunk = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes.resize(bytes.len().next_multiple_of(FRAME), SILENCE);
            let frames = u64::try_from(bytes.len() / FRAME).unwrap_or(0);
            Chunk { base64: STANDARD.encode(&bytes).into(), frames }
        };
        Self { chunks: mulaw.chunks(CHUNK).map(chunk).collect() }
    }

    /// Its pieces, in order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// How many frames of 20 ms it is.
    pub fn frames(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.frames).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_sound_is_lost_and_its_last_frame_is_whole() {
        let sound: Vec<u8> = (0..20_000_u32).map(|i| (i % 251) as u8).collect();
        let clip = Clip::new(&sound);
        let sent: Vec<u8> = clip.chunks().iter().flat_map(|c| STANDARD.decode(&*c.base64).unwrap()).collect();
        assert_eq!(sent[..20_000], sound);
        assert_eq!(sent[20_000..], vec![SILENCE; 20_000_usize.next_multiple_of(FRAME) - 20_000]);
        assert_eq!((clip.frames(), clip.chunks().len()), (125, 5));
    }
}
