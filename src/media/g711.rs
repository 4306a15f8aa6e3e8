//! G.711 mu-law: a byte for each sample, 8,000 samples a second, as the phone network carries speech.
//!
//! A byte holds a sign, the size's power of two and four bits after it, all inverted. Decoding is a table; encoding
//! finds the power by counting zeros.

/// Samples, and so bytes, a second.
pub const RATE: usize = 8_000;
/// A frame: 20 ms.
pub const FRAME: usize = 160;
/// No sound.
pub const SILENCE: u8 = 0xff;

/// Added to a sample's size, so that every size has a highest bit to count from.
const BIAS: u16 = 132;
/// Larger sizes would not fit after the bias is added.
const SIZE_MAX: u16 = 32_635;

const TABLE: [i16; 256] = table();

/// The sample that a byte stands for.
pub fn decode(byte: u8) -> i16 {
    TABLE[usize::from(byte)]
}

/// The byte that stands nearest to a sample.
pub fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let size = sample.unsigned_abs().min(SIZE_MAX) + BIAS;
    // Bit 7 is the lowest that the bias lets be the highest.
    let power = 8 - size.leading_zeros();
    let rest = (size >> (power + 3)) & 0x0f;
    // Eight powers, so three bits; the rest has four.
    !(sign | ((power as u8) << 4) | rest as u8)
}

const fn table() -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let plain = !(byte as u8);
        let size = ((((plain & 0x0f) as i16) << 3) + BIAS as i16) << ((plain >> 4) & 0x07);
        let size = size - BIAS as i16;
        table[byte] = if plain & 0x80 == 0 { size } else { -size };
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: &str = include_str!("../../tests/vectors/mulaw_g711.json");

    fn vectors() -> serde_json::Value {
        serde_json::from_str(VECTORS).unwrap()
    }

    #[test]
    fn every_byte_decodes_as_the_standard_says() {
        let table = vectors()["decode_table"].as_array().unwrap().clone();
        let ours: Vec<i64> = (0..=255).map(|byte| decode(byte).into()).collect();
        let theirs: Vec<i64> = table.iter().map(|sample| sample.as_i64().unwrap()).collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn every_sample_is_encoded_as_the_reference_does() {
        let all: Vec<u8> = (i16::MIN..=i16::MAX).map(encode).collect();
        let hash = ring::digest::digest(&ring::digest::SHA256, &all);
        let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, vectors()["encode_sha256_sign_magnitude"]);
    }

    #[test]
    fn what_was_decoded_is_encoded_to_the_same_byte() {
        // There are two zeros; the negative one comes back as the other.
        for byte in (0..=255).filter(|byte| *byte != 0x7f) {
            assert_eq!(encode(decode(byte)), byte);
        }
        assert_eq!(encode(decode(0x7f)), SILENCE);
    }
}
