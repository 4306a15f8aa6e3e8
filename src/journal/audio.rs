//! Sound at rest: one file a message, sealed with the same keys as the journal's personal texts.
//!
//! Destroying a scope's key of a month makes its messages unreadable together with its texts. A file's name says
//! nothing of the caller, and a file that was moved to another name does not open. It knows no call and no item.

use std::fs;
use std::io;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use ring::aead::Aad;
use ring::aead::NONCE_LEN;
use ring::aead::Nonce;

use super::error::JournalError;
use super::folder::Folder;
use super::folder::create_dir;
use super::folder::sync_names;
use super::folder::write_whole;
use super::keys::Keyring;
use super::keys::Sealer;
use crate::vocab::Timestamp;

/// Magic, length of the key's id, the id, the nonce; then the sealed sound.
const MAGIC: &[u8; 8] = b"clsound\x01";
/// The magic and the longest id there can be, with its length.
const HEAD_BYTES_MAX: u64 = 8 + 1 + 255;
const NAME_ADVICE: &str = "report this message; the recording was not written";

/// The folder of sealed sounds. Its methods block on the disk.
pub struct AudioStore {
    folder: PathBuf,
    keyring: Keyring,
    sealer: Mutex<Sealer>,
}

impl AudioStore {
    pub(super) fn new(folder: &Folder, keyring: Keyring) -> Result<Self, JournalError> {
        let sealer = Mutex::new(Sealer::new(keyring.clone())?);
        let folder = folder.recordings();
        create_dir(&folder)?;
        Ok(Self { folder, keyring, sealer })
    }

    /// Seals a sound and puts it in its place, on disk before this returns. The same name again replaces it.
    ///
    /// # Errors
    /// `Disk` if it cannot be written; `Ours` if the name is none.
    pub fn keep(&self, name: &str, scope: &str, at: Timestamp, sound: &[u8]) -> Result<(), JournalError> {
        let path = self.path(name)?;
        let mut sealer = self.sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let nonce = sealer.nonce()?;
        let key = sealer.key(scope, at)?;
        let id_len = u8::try_from(key.id.len()).map_err(|_| JournalError::ours("a key's id is too long"))?;
        let head = [&MAGIC[..], &[id_len], key.id.as_bytes()].concat();
        let mut sealed = sound.to_vec();
        let bound = [&head, name.as_bytes()].concat();
        let done = key.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut sealed);
        done.map_err(|_| JournalError::ours("cannot seal a recording"))?;
        drop(sealer);
        write_whole(&path, &[&head[..], &nonce, &sealed].concat())
    }

    /// A sound in clear; `None` if its file or its key is gone.
    ///
    /// # Errors
    /// `Damage` if the file is not what was written, `Disk` if it cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
        read(&self.folder, &self.keyring, name)
    }

    /// Is there a sound of this name?
    ///
    /// # Errors
    /// `Disk` if nobody can tell.
    pub fn has(&self, name: &str) -> Result<bool, JournalError> {
        self.path(name)?.try_exists().map_err(|e| JournalError::disk("cannot look for a recording", e))
    }

    /// Removes a sound; that there is none is fine.
    ///
    /// # Errors
    /// `Disk` if it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), JournalError> {
        match fs::remove_file(self.path(name)?) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(JournalError::disk("cannot remove a recording", e)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, JournalError> {
        path(&self.folder, name)
    }
}

/// As [`AudioStore::read`].
pub(super) fn read(folder: &Path, keyring: &Keyring, name: &str) -> Result<Option<Vec<u8>>, JournalError> {
    let bytes = match fs::read(path(folder, name)?) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(JournalError::disk("cannot read a recording", e)),
    };
    let damaged = || JournalError::damage(format!("the recording {name} is not what was written"));
    let (head, id, rest) = parts(&bytes).ok_or_else(damaged)?;
    let id = std::str::from_utf8(id).map_err(|_| damaged())?;
    let Some(key) = keyring.load(id)? else { return Ok(None) };
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
    let mut sound = sealed.to_vec();
    let bound = [head, name.as_bytes()].concat();
    let opened = key.key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut sound);
    let length = opened.map_err(|_| damaged())?.len();
    sound.truncate(length);
    Ok(Some(sound))
}

/// Names are made by the engine and come back from the journal: hexadecimal digits, never a path.
fn path(folder: &Path, name: &str) -> Result<PathBuf, JournalError> {
    let is_name = (16..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_name {
        return Err(JournalError::operator("a recording's name is none that carelane gives", NAME_ADVICE));
    }
    Ok(folder.join(format!("{name}.sound")))
}

/// Removes the sounds that a key sealed.
///
/// # Errors
/// `Disk` if the folder or one of its files cannot be read or removed.
pub(super) fn destroy(folder: &Path, key: &str) -> Result<(), JournalError> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(JournalError::disk(format!("cannot look into {}", folder.display()), e)),
    };
    let removed = files.map(|file| {
        let path = file?.path();
        let mut head = Vec::new();
        fs::File::open(&path)?.take(HEAD_BYTES_MAX).read_to_end(&mut head)?;
        match parts(&head) {
            Some((_, id, _)) if id == key.as_bytes() => fs::remove_file(&path),
            _ => Ok(()),
        }
    });
    let removed = removed.collect::<io::Result<()>>().and_then(|()| sync_names(folder));
    removed.map_err(|e| JournalError::disk("cannot destroy a recording", e))
}

/// Everything before the nonce, the key's id in it, and the rest.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let after = bytes.strip_prefix(MAGIC)?;
    let (id_len, after) = after.split_first()?;
    let (id, _) = after.split_at_checked(usize::from(*id_len))?;
    let (head, rest) = bytes.split_at_checked(MAGIC.len() + 1 + id.len())?;
    Some((head, id, rest))
}
