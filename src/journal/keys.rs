//! Keys: one for each scope and month, each wrapped with the master key in a file of its own.
//!
//! Deleting a record key's file makes the personal texts of that scope and month unreadable for ever, wherever copies
//! of the journal lie; everything else in the journal stays. An id ends in random digits, so a key that was destroyed
//! in mid-month is followed by a new one and never by a namesake that fails to open what the first one sealed.
//! A running process keeps the keys it has read: what is destroyed is forgotten everywhere at its next start.
//!
//! The master key never seals anything but record keys, through a key derived for that purpose.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use ring::aead::AES_256_GCM;
use ring::aead::Aad;
use ring::aead::LessSafeKey;
use ring::aead::NONCE_LEN;
use ring::aead::Nonce;
use ring::aead::UnboundKey;
use ring::hmac;
use ring::rand::SecureRandom;
use ring::rand::SystemRandom;

use super::chain::hex;
use super::error::Fault;
use super::error::JournalError;
use super::folder::Folder;
use super::folder::create_dir;
use super::folder::sync_names;
use super::folder::write_whole;
use crate::vocab::KeyId;
use crate::vocab::Timestamp;

const KEY_LEN: usize = 32;
/// A key file: magic, check of the master key, nonce, wrapped key with its tag.
const FILE_LEN: usize = 8 + 8 + NONCE_LEN + KEY_LEN + 16;
const MAGIC: &[u8; 8] = b"clkey\0\0\x01";
/// An id's longest form; it is a file name and stands in every sealed record.
const ID_LEN_MAX: usize = 200;

const MASTER_ADVICE: &str = "put the master key back in its place, or name its file with CARELANE_DATA_KEY_FILE; if it was \
     destroyed on purpose, delete the folder `keys` too, and the personal texts stay unreadable";
const FORM_ADVICE: &str = "the file must hold 32 bytes, or the same as 64 hexadecimal digits; \
     carelane must be allowed to read it";

/// The keys of one data folder.
#[derive(Clone)]
pub(super) struct Keyring {
    folder: PathBuf,
    /// Absent only if there is nothing to open: no master key and no record keys.
    master: Option<Master>,
}

/// What is derived from the master key.
#[derive(Clone)]
struct Master {
    wrapping: LessSafeKey,
    /// Tells a wrong master key from a damaged key file.
    check: [u8; 8],
}

/// A record key that is open.
#[derive(Clone)]
pub(super) struct RecordKey {
    pub(super) id: String,
    pub(super) key: LessSafeKey,
}

impl Keyring {
    /// For reading: never makes a key.
    pub(super) fn existing(folder: &Folder, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let keyring = Self::unchecked(folder, key_file)?;
        // A wrong master key is told at the start, not at the first call of the day.
        if let Some(id) = ids(&keyring.folder)?.iter().max() {
            keyring.load(id)?;
        }
        Ok(keyring)
    }

    /// For salvage: a record key may be damaged.
    pub(super) fn unchecked(folder: &Folder, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let keys = folder.keys();
        let path = key_file.map_or_else(|| folder.master_key(), Path::to_owned);
        let master = match fs::read(&path) {
            Ok(bytes) => Some(Master::new(&parse_master(&path, &bytes)?)?),
            Err(e) if e.kind() == io::ErrorKind::NotFound && key_file.is_none() && ids(&keys)?.is_empty() => None,
            Err(e) => {
                let what = format!("cannot read the master key {}", path.display());
                return Err(JournalError::operator(what, MASTER_ADVICE).because(e));
            }
        };
        Ok(Self { folder: keys, master })
    }

    /// For writing: makes the master key if there never was one, and the folder of record keys.
    pub(super) fn writable(folder: &Folder, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let mut keyring = Self::existing(folder, key_file)?;
        if keyring.master.is_none() {
            let bytes: [u8; KEY_LEN] = random(&SystemRandom::new())?;
            write_whole(&folder.master_key(), format!("{}\n", hex(&bytes)).as_bytes())?;
            keyring.master = Some(Master::new(&bytes)?);
        }
        create_dir(&keyring.folder)?;
        // An earlier process may have failed between a key's name and the sync of it, and the key is used all the same.
        sync_names(&keyring.folder).map_err(|e| JournalError::disk("cannot sync the folder of keys", e))?;
        Ok(keyring)
    }

    /// Opens a record key; `None` if its file is gone.
    pub(super) fn load(&self, id: &str) -> Result<Option<RecordKey>, JournalError> {
        if !is_id(id) {
            return Err(JournalError::damage("a record names a key that cannot be one of ours"));
        }
        let path = self.path(id);
        let mut bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(JournalError::disk(format!("cannot read the key {}", path.display()), e)),
        };
        let Some(master) = &self.master else {
            return Err(JournalError::operator("there are record keys but no master key", MASTER_ADVICE));
        };
        let damaged = || {
            let what =
                "is damaged (deleting it would make what it sealed unreadable for ever, and let the rest be read)";
            JournalError::damage(format!("the key file {} {what}", path.display()))
        };
        if bytes.len() != FILE_LEN || !bytes.starts_with(MAGIC) {
            return Err(damaged());
        }
        if bytes[8..16] != master.check {
            let what = format!("the master key in use is not the one that wrapped {}", path.display());
            return Err(JournalError::operator(what, MASTER_ADVICE));
        }
        let (head, wrapped) = bytes.split_at_mut(16 + NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&head[16..]).map_err(|_| damaged())?;
        let key = master.wrapping.open_in_place(nonce, Aad::from(id), wrapped).map_err(|_| damaged())?;
        Ok(Some(RecordKey { id: id.to_owned(), key: aead_key(key)? }))
    }

    /// The files of keys that cannot be opened because they are damaged.
    pub(super) fn damaged(&self) -> Result<Vec<PathBuf>, JournalError> {
        let mut damaged = Vec::new();
        for id in ids(&self.folder)? {
            match self.load(&id) {
                Err(e) if e.fault() == Fault::Damage => damaged.push(self.path(&id)),
                loaded => drop(loaded?),
            }
        }
        Ok(damaged)
    }

    /// The key of a scope and month that is in use, or a new one, on disk before this returns.
    fn current(&self, random_source: &SystemRandom, stem: &str) -> Result<RecordKey, JournalError> {
        let listed = ids(&self.folder)?;
        let is_of_stem = |id: &&String| id.strip_prefix(stem).is_some_and(|digits| digits.len() == 8);
        if let Some(id) = listed.iter().filter(is_of_stem).max() {
            return self.load(id)?.ok_or_else(|| JournalError::ours(format!("the key {id} vanished while in use")));
        }
        let Some(master) = &self.master else {
            return Err(JournalError::ours("a key was asked for from a keyring that only reads"));
        };
        let suffix: [u8; 4] = random(random_source)?;
        let id = format!("{stem}{}", hex(&suffix));
        let key: [u8; KEY_LEN] = random(random_source)?;
        let nonce: [u8; NONCE_LEN] = random(random_source)?;
        let mut wrapped = key.to_vec();
        let sealed = master.wrapping.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(id.as_str()),
            &mut wrapped,
        );
        sealed.map_err(|_| JournalError::ours("cannot wrap a record key"))?;
        write_whole(&self.path(&id), &[MAGIC, &master.check[..], &nonce, &wrapped].concat())?;
        Ok(RecordKey { key: aead_key(&key)?, id })
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.key"))
    }
}

impl Master {
    fn new(bytes: &[u8; KEY_LEN]) -> Result<Self, JournalError> {
        let master = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let wrapping = hmac::sign(&master, b"carelane record keys 1");
        let check = hmac::sign(&master, b"carelane key check 1");
        let mut short = [0; 8];
        short.copy_from_slice(&check.as_ref()[..8]);
        Ok(Self { wrapping: aead_key(wrapping.as_ref())?, check: short })
    }
}

/// Hands out keys and nonces for sealing.
pub(super) struct Sealer {
    keyring: Keyring,
    random: SystemRandom,
    /// By scope: the month it is for, and the key.
    current: BTreeMap<String, (u32, RecordKey)>,
    /// A nonce is this run's random prefix and a counter. It cannot be the sequence number: a crash before the commit
    /// frees that number for another text.
    prefix: [u8; 8],
    counter: u32,
}

impl Sealer {
    pub(super) fn new(keyring: Keyring) -> Result<Self, JournalError> {
        let random_source = SystemRandom::new();
        let prefix = random(&random_source)?;
        Ok(Self { keyring, random: random_source, current: BTreeMap::new(), prefix, counter: 0 })
    }

    /// The key for personal texts of `scope` at the time `at`.
    pub(super) fn key(&mut self, scope: &str, at: Timestamp) -> Result<&RecordKey, JournalError> {
        let month = month(at)?;
        let known = self.current.get(scope).is_some_and(|(of, _)| *of == month);
        if !known {
            let stem = stem(scope, month);
            if stem.len() + 8 > ID_LEN_MAX {
                return Err(JournalError::ours("the scope of a record is too long for the name of its key"));
            }
            let key = self.keyring.current(&self.random, &stem)?;
            self.current.insert(scope.to_owned(), (month, key));
        }
        match self.current.get(scope) {
            Some((_, key)) => Ok(key),
            None => Err(JournalError::ours("a key just put in its place is not there")),
        }
    }

    /// A nonce that was never used before.
    pub(super) fn nonce(&mut self) -> Result<[u8; NONCE_LEN], JournalError> {
        if self.counter == u32::MAX {
            self.prefix = random(&self.random)?;
            self.counter = 0;
        }
        self.counter += 1;
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&self.prefix);
        nonce[8..].copy_from_slice(&self.counter.to_le_bytes());
        Ok(nonce)
    }
}

/// Finds the keys of sealed texts, and counts the entries whose key is destroyed.
pub(super) struct Opener {
    /// Absent for a reader that is not to see personal texts.
    keyring: Option<Keyring>,
    known: BTreeMap<String, Option<RecordKey>>,
    /// Is a damaged key taken for a destroyed one?
    lenient: bool,
    /// Entries whose texts cannot be read any more, by key id.
    pub(super) forgotten: BTreeMap<String, u64>,
}

impl Opener {
    /// Forgets every key: each is read from its file again, if it is still there.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// One that opens whatever has its key.
    pub(super) fn new(keyring: Keyring) -> Self {
        Self { keyring: Some(keyring), known: BTreeMap::new(), lenient: false, forgotten: BTreeMap::new() }
    }

    /// One to which a damaged key is a destroyed one.
    pub(super) fn lenient(keyring: Keyring) -> Self {
        Self { lenient: true, ..Self::new(keyring) }
    }

    /// One that leaves every personal text empty.
    pub(super) fn blind() -> Self {
        Self { keyring: None, known: BTreeMap::new(), lenient: false, forgotten: BTreeMap::new() }
    }

    /// The key of a sealed text; `None` if it is not to be opened or its key is destroyed.
    pub(super) fn key(&mut self, id: &str) -> Result<Option<&RecordKey>, JournalError> {
        let Some(keyring) = &self.keyring else { return Ok(None) };
        if !self.known.contains_key(id) {
            let key = match keyring.load(id) {
                Err(e) if self.lenient && e.fault() == Fault::Damage => None,
                loaded => loaded?,
            };
            self.known.insert(id.to_owned(), key);
        }
        let key = self.known.get(id).and_then(Option::as_ref);
        if key.is_none() {
            *self.forgotten.entry(id.to_owned()).or_default() += 1;
        }
        Ok(key)
    }
}

/// Year and month in UTC as one number: 202611.
pub(super) fn month(at: Timestamp) -> Result<u32, JournalError> {
    let wrong = || JournalError::ours("an entry's time lies outside the years 1 to 9999");
    let time = jiff::Timestamp::from_millisecond(at.0).map_err(|_| wrong())?;
    let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let year = u32::try_from(date.year()).map_err(|_| wrong())?;
    Ok(year * 100 + u32::from(date.month().unsigned_abs()))
}

/// A scope as part of a file name: everything but lower-case letters, digits and hyphens as `%` and hex.
fn file_name(scope: &str) -> String {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    scope.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02x}") }).collect()
}

fn stem(scope: &str, month: u32) -> String {
    format!("{}-{month:06}-", file_name(scope))
}

/// The id that a key's file is named by.
pub(super) fn id(key: &KeyId) -> String {
    format!("{}{}", stem(&key.scope, key.month), key.digits)
}

/// An id read back; nothing if it is none of ours.
pub(super) fn parts(id: &str) -> Option<KeyId> {
    let (rest, digits) = id.rsplit_once('-')?;
    let (scope, month) = rest.rsplit_once('-')?;
    let mut bytes = Vec::new();
    let mut left = scope.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        left = rest;
        bytes.push(match first {
            b'%' => {
                let (hex, rest) = left.split_at_checked(2)?;
                left = rest;
                u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?
            }
            plain => *plain,
        });
    }
    let scope = String::from_utf8(bytes).ok()?;
    let key = KeyId { scope: scope.into(), month: month.parse().ok()?, digits: digits.into() };
    (self::id(&key) == id).then_some(key)
}

/// Can this be the id of a record key? It is checked before it becomes part of a path.
fn is_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'%';
    !id.is_empty() && id.len() <= ID_LEN_MAX && id.bytes().all(plain)
}

/// The ids of the key files in the folder.
pub(super) fn ids(folder: &Path) -> Result<Vec<String>, JournalError> {
    let list = || -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        for file in fs::read_dir(folder)? {
            let name = file?.file_name();
            found.extend(name.to_str().and_then(|name| name.strip_suffix(".key")).map(str::to_owned));
        }
        Ok(found)
    };
    match list() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(|e| JournalError::disk(format!("cannot list the keys in {}", folder.display()), e)),
    }
}

/// A master key as 32 bytes, or as 64 hexadecimal digits with white space around them.
fn parse_master(path: &Path, bytes: &[u8]) -> Result<[u8; KEY_LEN], JournalError> {
    if let Ok(key) = bytes.try_into() {
        return Ok(key);
    }
    let text = bytes.trim_ascii();
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = |pair: &[u8]| Some(u8::try_from(digit(pair[0])? * 16 + digit(*pair.get(1)?)?).unwrap_or(0));
    let key: Option<Vec<u8>> = text.chunks(2).map(byte).collect();
    key.and_then(|key| key.try_into().ok())
        .ok_or_else(|| JournalError::operator(format!("{} is no master key", path.display()), FORM_ADVICE))
}

fn aead_key(bytes: &[u8]) -> Result<LessSafeKey, JournalError> {
    let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| JournalError::ours("a key has the wrong length"))?;
    Ok(LessSafeKey::new(key))
}

fn random<const N: usize>(source: &SystemRandom) -> Result<[u8; N], JournalError> {
    let mut bytes = [0; N];
    let filled = source.fill(&mut bytes);
    filled.map_err(|_| JournalError::ours("the operating system gives no random bytes"))?;
    Ok(bytes)
}
