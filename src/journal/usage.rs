//! How much of the disk the journal takes, and what is left. It only looks; nothing here decides what to do about it.

use std::path::Path;

use super::folder::Folder;

/// What a data folder takes, and has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The database and its log.
    pub journal_bytes: u64,
    /// What an ordinary user may still write on that disk.
    pub free_bytes: u64,
    /// The whole disk.
    pub disk_bytes: u64,
}

/// Less than this is no space: a batch of entries, with the database's own pages, needs some hundred kilobytes.
const BATCH_BYTES: u64 = 512 * 1024;

impl Usage {
    /// Is there no space for another batch of entries?
    pub fn is_full(&self) -> bool {
        self.free_bytes < BATCH_BYTES
    }

    /// Looks at a data folder; `None` if that is not possible (there is none yet, or it was taken away).
    pub fn of(data: &Path) -> Option<Self> {
        let disk = rustix::fs::statvfs(data).ok()?;
        let folder = Folder::new(data);
        let len = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        Some(Self {
            journal_bytes: len(&folder.database()) + len(&folder.wal()),
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
            disk_bytes: disk.f_blocks.saturating_mul(disk.f_frsize),
        })
    }
}
