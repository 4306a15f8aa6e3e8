//! Reading durable entries while the journal is being written: for one call's history, and for the command line.
//!
//! A reader sees what was committed when it looks. It checks each block's own hash, not the chain.

use std::path::Path;

use rusqlite::Connection;

use super::Entry;
use super::database;
use super::error::JournalError;
use super::folder::Folder;
use super::keys::Keyring;
use super::keys::Opener;
use super::recovery::decode_block;

/// A handle for reading; it may be sent to another thread.
pub struct JournalReader {
    connection: Connection,
    opener: Opener,
}

impl JournalReader {
    /// Opens the journal of a data folder for reading, whether or not a process is writing it.
    ///
    /// # Errors
    /// `Operator` if there is no journal or the master key does not fit, `Disk` if it cannot be opened.
    pub fn open(data: &Path, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let folder = Folder::new(data);
        Self::with(&folder, Opener::new(Keyring::existing(&folder, key_file)?))
    }

    /// The same without any key: every personal text reads as empty.
    ///
    /// # Errors
    /// `Operator` if there is no journal, `Disk` if it cannot be opened.
    pub fn open_without_texts(data: &Path) -> Result<Self, JournalError> {
        Self::with(&Folder::new(data), Opener::blind())
    }

    pub(super) fn with(folder: &Folder, opener: Opener) -> Result<Self, JournalError> {
        let path = folder.database();
        let connection = if path.exists() { database::open_for_reading(&path)? } else { None };
        let connection = connection.ok_or_else(|| no_journal(&path))?;
        Ok(Self { connection, opener })
    }

    /// The entries from `first` to `last`, both included, as far as they are durable. All of them are held in memory.
    ///
    /// # Errors
    /// `Damage` if a block is not what was written, `Disk` if it cannot be read.
    pub fn read_range(&mut self, first: u64, last: u64) -> Result<Vec<Entry>, JournalError> {
        let blocks = database::blocks_of(&self.connection, first, last)
            .map_err(|e| JournalError::reading(format!("cannot read entries {first} to {last}"), e))?;
        let mut entries = Vec::new();
        for block in blocks {
            if !block.is_sound() {
                let seq = block.first;
                return Err(JournalError::damage(format!("the block of entry {seq} is not what was written")));
            }
            decode_block(&block, &mut self.opener, &mut entries)?;
        }
        entries.retain(|entry| (first..=last).contains(&entry.seq));
        Ok(entries)
    }

    /// Forgets the keys it has read: those destroyed in the meantime open nothing any more.
    pub fn forget_keys(&mut self) {
        self.opener.forget();
    }

    /// The number of the last durable entry; 0 for none.
    ///
    /// # Errors
    /// `Disk` or `Damage` if it cannot be read.
    pub fn head(&self) -> Result<u64, JournalError> {
        let head = database::head(&self.connection);
        head.map(|head| head.seq).map_err(|e| JournalError::reading("cannot read the last block", e))
    }
}

pub(super) fn no_journal(path: &Path) -> JournalError {
    JournalError::operator(
        format!("there is no journal at {}", path.display()),
        "name the data folder with --data or CARELANE_DATA; `carelane serve` makes it at its first start",
    )
}
