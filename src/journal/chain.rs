//! The hash chain: each hash covers the one before it, so nothing before the head can change or vanish unnoticed.
//!
//! It covers ciphertext, so destroying a key breaks no link. It holds no key itself: it finds damage and careless
//! edits, not somebody who rewrites the whole data folder, anchor included.

use ring::digest;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// The end of a journal: its last entry's number and its last block's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// 0 before the first entry.
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

impl Head {
    /// Before the first block.
    pub(super) const START: Self = Self { seq: 0, hash: [0; 32] };

    /// The head after a block of `count` entries is added to this one.
    pub(super) fn after(&self, count: u64, body: &[u8]) -> Self {
        let first = self.seq + 1;
        Self { seq: self.seq + count, hash: block_hash(&self.hash, first, count, body) }
    }
}

/// The hash of a block.
pub(super) fn block_hash(prev: &Hash, first: u64, count: u64, body: &[u8]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"carelane block 1");
    context.update(prev);
    context.update(&first.to_le_bytes());
    context.update(&count.to_le_bytes());
    context.update(body);
    sha256(context)
}

/// Finishes a SHA-256.
pub(super) fn sha256(context: digest::Context) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
