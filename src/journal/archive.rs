//! The archive: what of the data folder can be destroyed because its time is over. It destroys what it is told to, and
//! knows no retention.

use std::fs;
use std::io;

use super::audio;
use super::error::JournalError;
use super::folder::Folder;
use super::folder::sync_parent;
use super::keys;
use crate::vocab::KeyId;

/// Record keys on disk; only the process that holds the folder has one.
#[derive(Clone, Debug)]
pub struct Archive {
    folder: Folder,
}

impl Archive {
    pub(super) fn new(folder: Folder) -> Self {
        Self { folder }
    }

    /// Every record key there is, in the order of scopes and months. Files that are no keys of ours are left out.
    ///
    /// # Errors
    /// `Disk` if the folder of keys cannot be listed.
    pub fn keys(&self) -> Result<Vec<KeyId>, JournalError> {
        let mut found: Vec<KeyId> = keys::ids(&self.folder.keys())?.iter().filter_map(|id| keys::parts(id)).collect();
        found.sort();
        Ok(found)
    }

    /// Destroys a key: what it sealed can never be read again. It and the sounds it sealed are gone from the disk when
    /// this returns; a key that is gone already is no error.
    ///
    /// # Errors
    /// `Disk` if a file cannot be removed.
    pub fn destroy(&self, key: &KeyId) -> Result<(), JournalError> {
        let id = keys::id(key);
        // The sounds first: without the key nobody would look for them again.
        audio::destroy(&self.folder.recordings(), &id)?;
        let path = self.folder.keys().join(format!("{id}.key"));
        let removed = match fs::remove_file(&path) {
            Ok(()) => sync_parent(&path),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        };
        removed.map_err(|e| JournalError::disk(format!("cannot destroy the key {}", path.display()), e))
    }
}
