//! The data folder: where each file lies, who holds it, and how a file comes to be there for good.
//!
//! Everything in it is readable by its owner only. What the files contain is other rooms' business.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

use super::error::JournalError;

/// One data folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The database with the blocks.
    pub(super) fn database(&self) -> PathBuf {
        self.root.join("journal.db")
    }

    /// SQLite's write-ahead log beside it.
    pub(super) fn wal(&self) -> PathBuf {
        self.root.join("journal.db-wal")
    }

    /// The head, written outside the database.
    pub(super) fn anchor(&self) -> PathBuf {
        self.root.join("journal.anchor")
    }

    /// The generated master key.
    pub(super) fn master_key(&self) -> PathBuf {
        self.root.join("data.key")
    }

    /// The folder of record keys.
    pub(super) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The folder of sealed sounds.
    pub(super) fn recordings(&self) -> PathBuf {
        self.root.join("recordings")
    }

    /// Makes the folder if it is not there.
    pub(super) fn create(&self) -> Result<(), JournalError> {
        create_dir(&self.root)
    }

    /// Takes the folder for this process until the returned file is dropped, however the process ends.
    pub(super) fn lock(&self) -> Result<File, JournalError> {
        let path = self.root.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| JournalError::disk(format!("cannot open the lock {}", path.display()), e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(JournalError::operator(
                format!("another carelane process is working on the data folder {}", self.root.display()),
                "stop that process, or give this one a data folder of its own with --data or CARELANE_DATA",
            )),
            Err(TryLockError::Error(e)) => {
                Err(JournalError::disk(format!("cannot take the lock {}", path.display()), e))
            }
        }
    }
}

/// Makes a folder that only its owner may enter, with the folders above it; nothing happens if it is there.
///
/// Each name is durable before the next is made: a folder whose own name is lost takes everything in it along.
pub(super) fn create_dir(path: &Path) -> Result<(), JournalError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        create_dir(above)?;
    }
    if path.exists() {
        return Err(JournalError::operator(
            format!("{} is a file, and a folder is needed there", path.display()),
            "name another data folder with --data or CARELANE_DATA",
        ));
    }
    let made = fs::DirBuilder::new().mode(0o700).create(path);
    made.and_then(|()| sync_parent(path))
        .map_err(|e| JournalError::disk(format!("cannot make the folder {}", path.display()), e))
}

/// Puts a file in place whole or not at all, readable by its owner only, and on disk before this returns.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    let fresh = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        sync_parent(path)
    };
    write().map_err(|e| JournalError::file(format!("cannot write {}", path.display()), e))
}

/// Makes the names in the folder above `path` durable.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    sync_names(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Makes the names in a folder durable.
pub(super) fn sync_names(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
