//! The anchor: the journal's head, written outside the database file.
//!
//! A chain alone cannot tell that its end is missing: SQLite drops everything after one flipped bit in its write-ahead
//! log and calls the rest sound. So the head is also kept here, and a journal that does not contain it is refused.
//!
//! The guarantee, exactly:
//! - The anchor is written after the commit's fsync has returned, so it is never ahead of the durable head.
//! - It is written on every commit and synced on a slower rhythm. After `kill -9` nothing written is lost, so the
//!   anchor is at the head or one commit behind. After a power cut it may be behind by `SYNC_EVERY` of
//!   journal time, or by the spell after which the kernel writes pages back when no commit follows: damage that cuts
//!   off only that newest part is then not noticed. Being behind is never a reason to refuse.
//! - Two slots on pages of their own are written in turn, each with a checksum: a torn write costs one commit's worth.
//!
//! It says nothing about who wrote the journal: it is no signature.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use ring::digest;

use super::chain::Head;
use super::chain::sha256;
use super::error::JournalError;
use super::folder::write_whole;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// A slot a page, so that a torn write of one leaves the other alone.
const SLOT_STRIDE: usize = 4096;
/// Magic, sequence number, hash, checksum.
const SLOT_LEN: usize = 8 + 8 + 32 + 16;
const MAGIC: &[u8; 8] = b"clanchr1";
/// How much journal time a power cut may take from the anchor: one more fsync in five seconds is not felt.
const SYNC_EVERY: Span = Span::secs(5);

/// The anchor of an open journal.
#[derive(Debug)]
pub(super) struct Anchor {
    file: File,
    slot: usize,
    synced_at: Timestamp,
}

/// What an anchor file says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchored {
    pub(super) head: Head,
    /// The slot that says it.
    slot: usize,
    /// Both slots can be read.
    pub(super) whole: bool,
}

impl Anchored {
    /// Reads an anchor file; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, JournalError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(JournalError::disk(format!("cannot read the anchor {}", path.display()), e)),
        };
        let slots = [0, 1].map(|slot| read_slot(&bytes, slot));
        let newest = slots.into_iter().enumerate().filter_map(|(slot, head)| Some((slot, head?)));
        let Some((slot, head)) = newest.max_by_key(|(_, head)| head.seq) else {
            return Err(JournalError::damage(format!("neither slot of the anchor {} can be read", path.display())));
        };
        Ok(Some(Self { head, slot, whole: slots.iter().all(Option::is_some) }))
    }
}

impl Anchor {
    /// Puts the anchor of an empty journal in place.
    pub(super) fn create(path: &Path) -> Result<(), JournalError> {
        let mut bytes = vec![0; SLOT_STRIDE + SLOT_LEN];
        bytes[..SLOT_LEN].copy_from_slice(&slot_bytes(&Head::START));
        bytes[SLOT_STRIDE..].copy_from_slice(&slot_bytes(&Head::START));
        write_whole(path, &bytes)
    }

    /// Opens an anchor file for writing, and takes it to the head that was found on disk.
    pub(super) fn open(path: &Path, found: &Anchored, head: &Head) -> Result<Self, JournalError> {
        let open = || -> io::Result<Self> {
            let file = OpenOptions::new().write(true).open(path)?;
            let mut anchor = Self { file, slot: found.slot, synced_at: Timestamp(i64::MIN) };
            if *head != found.head || !found.whole {
                anchor.put(head)?;
            }
            Ok(anchor)
        };
        open().map_err(|e| JournalError::disk(format!("cannot write the anchor {}", path.display()), e))
    }

    /// Notes the durable head of the time `at`, the last entry's.
    pub(super) fn advance(&mut self, head: &Head, at: Timestamp) -> Result<(), JournalError> {
        let put = self.put(head).and_then(|()| {
            if at < self.synced_at + SYNC_EVERY {
                return Ok(());
            }
            self.synced_at = at;
            self.file.sync_data()
        });
        put.map_err(|e| JournalError::file("cannot write the journal's anchor", e))
    }

    /// Makes what was written durable.
    pub(super) fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|e| JournalError::disk("cannot sync the journal's anchor", e))
    }

    fn put(&mut self, head: &Head) -> io::Result<()> {
        // A slot that could not be written whole is written again, never the only good one.
        let slot = 1 - self.slot;
        self.file.write_all_at(&slot_bytes(head), (slot * SLOT_STRIDE) as u64)?;
        self.slot = slot;
        Ok(())
    }
}

fn slot_bytes(head: &Head) -> [u8; SLOT_LEN] {
    let mut bytes = [0; SLOT_LEN];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&head.seq.to_le_bytes());
    bytes[16..48].copy_from_slice(&head.hash);
    let sum = checksum(&bytes[..48]);
    bytes[48..].copy_from_slice(&sum);
    bytes
}

fn read_slot(bytes: &[u8], slot: usize) -> Option<Head> {
    let bytes = bytes.get(slot * SLOT_STRIDE..)?.get(..SLOT_LEN)?;
    let sound = bytes.starts_with(MAGIC) && bytes[48..] == checksum(&bytes[..48]);
    let seq = u64::from_le_bytes(bytes[8..16].try_into().ok()?);
    let hash = bytes[16..48].try_into().ok()?;
    sound.then_some(Head { seq, hash })
}

fn checksum(bytes: &[u8]) -> [u8; 16] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(bytes);
    let mut sum = [0; 16];
    sum.copy_from_slice(&sha256(context)[..16]);
    sum
}
