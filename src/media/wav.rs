//! WAV files: mu-law as we keep it, and 16-bit samples as other programs write them; 8 kHz and one channel, no other.
//!
//! Only the chunks `fmt` and `data` count; what other chunks say is skipped.

use std::fmt;

use super::g711;

/// Format codes.
const PCM: u16 = 1;
const MULAW: u16 = 7;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WavError {
    /// It does not begin as WAV files do, or breaks off.
    NotWav,
    /// It holds no sound.
    Empty,
    /// It is WAV, but not of a kind that goes to a phone unchanged.
    Kind {
        /// Its format code: 1 is plain samples, 7 is mu-law.
        format: u16,
        /// Its channels.
        channels: u16,
        /// Samples a second.
        rate: u32,
        /// Bits a sample.
        bits: u16,
    },
}

impl fmt::Display for WavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWav => f.write_str("it is no WAV file, or breaks off"),
            Self::Empty => f.write_str("it holds no sound"),
            Self::Kind { format, channels, rate, bits } => write!(
                f,
                "it has format {format}, {channels} channel(s), {rate} Hz and {bits} bits; a phone needs one channel of \
                 8000 Hz, as mu-law (format 7) or 16-bit samples (format 1): `sox IN -r 8000 -c 1 -e mu-law OUT`"
            ),
        }
    }
}

impl std::error::Error for WavError {}

/// The sound of a file as mu-law.
pub fn read(file: &[u8]) -> Result<Vec<u8>, WavError> {
    let body = file.strip_prefix(b"RIFF").and_then(|rest| rest.get(4..)).ok_or(WavError::NotWav)?;
    let mut rest = body.strip_prefix(b"WAVE").ok_or(WavError::NotWav)?;
    let mut kind = None;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let size = usize::try_from(u32::from_le_bytes([head[4], head[5], head[6], head[7]])).unwrap_or(usize::MAX);
        // A recorder that was cut off has written a size that it did not reach.
        let chunk = &after[..size.min(after.len())];
        match (&head[..4], kind) {
            (b"fmt ", _) => kind = Some(kind_of(chunk)?),
            (b"data", Some(MULAW)) => return sound(chunk.to_vec()),
            (b"data", Some(_)) => {
                let samples = chunk.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]]));
                return sound(samples.map(g711::encode).collect());
            }
            _ => {}
        }
        // Chunks begin at even places.
        rest = after.get(size.saturating_add(size % 2)..).unwrap_or_default();
    }
    Err(WavError::NotWav)
}

fn kind_of(chunk: &[u8]) -> Result<u16, WavError> {
    let field = |at: usize| chunk.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let fields = (field(0), field(2), field(4), field(6), field(14));
    let (Some(format), Some(channels), Some(low), Some(high), Some(bits)) = fields else {
        return Err(WavError::NotWav);
    };
    let rate = (u32::from(high) << 16) | u32::from(low);
    match (format, bits, channels, rate) {
        (MULAW, 8, 1, 8_000) | (PCM, 16, 1, 8_000) => Ok(format),
        _ => Err(WavError::Kind { format, channels, rate, bits }),
    }
}

fn sound(mulaw: Vec<u8>) -> Result<Vec<u8>, WavError> {
    if mulaw.is_empty() { Err(WavError::Empty) } else { Ok(mulaw) }
}

/// A file with this sound, which is mu-law.
pub fn write(mulaw: &[u8]) -> Vec<u8> {
    let size = u32::try_from(mulaw.len()).unwrap_or(u32::MAX).to_le_bytes();
    let rate = u32::try_from(g711::RATE).unwrap_or(u32::MAX).to_le_bytes();
    let mut chunks = Vec::with_capacity(mulaw.len() + 58);
    chunks.extend(b"WAVEfmt ");
    chunks.extend(18_u32.to_le_bytes());
    chunks.extend([MULAW.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    // Bytes a second are as many as samples: each has one.
    chunks.extend([rate, rate].concat());
    chunks.extend([1_u16, 8, 0].map(u16::to_le_bytes).concat());
    chunks.extend(b"fact");
    chunks.extend([4_u32.to_le_bytes(), size].concat());
    chunks.extend(b"data");
    chunks.extend(size);
    chunks.extend(mulaw);
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(chunks.len()).unwrap_or(u32::MAX).to_le_bytes());
    file.extend(chunks);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let sound: Vec<u8> = (0..=255).collect();
        assert_eq!(read(&write(&sound)), Ok(sound));
    }

    #[test]
    fn samples_of_sixteen_bits_become_mulaw() {
        let mut file =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0LIST\x03\0\0\0abc\0"
                .to_vec();
        file.extend(b"data\x04\0\0\0\0\0\xe8\x03");
        assert_eq!(read(&file), Ok(vec![g711::SILENCE, g711::encode(1_000)]));
    }

    #[test]
    fn a_recording_that_was_cut_off_is_read_as_far_as_it_goes() {
        let file = write(&[1, 2, 3, 4]);
        assert_eq!(read(&file[..file.len() - 2]), Ok(vec![1, 2]));
    }

    #[test]
    fn other_rates_and_channels_are_refused_with_what_to_do() {
        let mut file = write(&[1; 100]);
        file[24..26].copy_from_slice(&16_000_u16.to_le_bytes());
        let refused = read(&file).unwrap_err();
        assert_eq!(refused, WavError::Kind { format: 7, channels: 1, rate: 16_000, bits: 8 });
        assert!(refused.to_string().contains("sox IN"), "{refused}");
    }

    #[test]
    fn what_is_no_wav_is_refused_whatever_it_is() {
        let whole = write(&[9; 40]);
        for end in 0..58 {
            assert!(read(&whole[..end]).is_err(), "{end} bytes");
        }
        for junk in [&b"RIFFxxxxWAVEdata\xff\xff\xff\xff"[..], b"RIFFxxxxWAVEfmt \x02\0\0\0\x07\0", b"ID3"] {
            assert!(read(junk).is_err());
        }
        assert_eq!(read(&write(&[])), Err(WavError::Empty));
    }
}
