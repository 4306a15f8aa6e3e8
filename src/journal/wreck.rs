//! A damaged journal, read as far as each block can be trusted.
//!
//! A block is trusted if its hash is its content's. Which blocks belong together is told by their links, from the end
//! back to the beginning; where no link leads on, entries are lost, and the next older block goes on. It neither
//! changes the folder nor decides what becomes of the calls whose entries are gone.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use super::Entry;
use super::anchor::Anchored;
use super::carve::Carved;
use super::carve::Carver;
use super::chain::Head;
use super::chain::hex;
use super::error::JournalError;
use super::folder::Folder;
use super::keys::Keyring;
use super::keys::Opener;
use super::recovery::decode_block;
use super::verify::verify;

/// What can still be read of a damaged journal.
pub struct Wreck {
    carver: Carver,
    keyring: Keyring,
    /// Oldest first.
    trusted: Vec<Carved>,
    /// The entries that are gone.
    pub lost: Vec<Lost>,
    /// Lower-case hex: the hash of the last block that can be trusted.
    pub head_hash: String,
    /// Entries whose personal texts cannot be read, because their key is destroyed or damaged, by the key's id. Filled
    /// while entries are read.
    pub forgotten: BTreeMap<String, u64>,
    /// No other process may write while this is read.
    _lock: std::fs::File,
}

/// Entries that are gone, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The first one.
    pub first: u64,
    /// The last one.
    pub last: u64,
}

impl Wreck {
    /// Looks through a data folder that is damaged.
    ///
    /// # Errors
    /// `Operator`: another process has the folder, its master key is missing or wrong, or nothing in it is damaged.
    /// `Damage`: not one block can be trusted. `Disk`: it cannot be read.
    pub fn open(data: &Path, key_file: Option<&Path>) -> Result<Self, JournalError> {
        let folder = Folder::new(data);
        if !data.is_dir() {
            return Err(super::reader::no_journal(&folder.database()));
        }
        let lock = folder.lock()?;
        if verify(data, key_file, |_| {}).is_ok() {
            let what = format!("the journal in {} is sound: there is nothing to salvage", data.display());
            return Err(JournalError::operator(what, "start carelane on it as it is"));
        }
        let keyring = Keyring::unchecked(&folder, key_file)?;
        let reading = |e| JournalError::disk(format!("cannot read the journal in {}", data.display()), e);
        let carver = Carver::open(&folder).map_err(reading)?;
        // An anchor that cannot be read says nothing; the blocks speak for themselves.
        let anchor = Anchored::read(&folder.anchor()).ok().flatten().map_or(Head::START, |anchored| anchored.head);
        let (trusted, lost) = in_line(carver.blocks().map_err(reading)?, anchor);
        let Some(last) = trusted.last() else {
            return Err(JournalError::damage(format!("not one block of {} can be trusted", data.display())));
        };
        let head_hash = hex(&last.hash);
        Ok(Self { carver, keyring, trusted, lost, head_hash, forgotten: BTreeMap::new(), _lock: lock })
    }

    /// Gives every entry that can be trusted to `each`, oldest first, until that fails.
    ///
    /// # Errors
    /// `Disk`, or `Operator` if a newer carelane wrote an entry, or what `each` says.
    pub fn read<E: From<JournalError>>(&mut self, each: &mut dyn FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        let mut opener = Opener::lenient(self.keyring.clone());
        for carved in &self.trusted {
            let block = self.carver.read(carved);
            let block = block.map_err(|e| JournalError::disk("cannot read a block again", e))?;
            let Some(block) = block else {
                let what = format!("the block of entry {} changed while it was read", carved.first);
                return Err(JournalError::damage(what).into());
            };
            let mut entries = Vec::new();
            decode_block(&block, &mut opener, &mut entries)?;
            entries.into_iter().try_for_each(&mut *each)?;
        }
        self.forgotten = opener.forgotten;
        Ok(())
    }

    /// The files of keys that are damaged: what they sealed cannot be read any more.
    ///
    /// # Errors
    /// `Disk`, if they cannot be read.
    pub fn damaged_keys(&self) -> Result<Vec<PathBuf>, JournalError> {
        self.keyring.damaged()
    }
}

/// The blocks that belong together, oldest first, and what is missing between them and up to the anchor.
fn in_line(found: Vec<Carved>, anchor: Head) -> (Vec<Carved>, Vec<Lost>) {
    let by_hash: BTreeMap<_, _> = found.iter().map(|carved| (carved.hash, carved)).collect();
    let mut by_end: BTreeMap<u64, &Carved> = BTreeMap::new();
    for carved in &found {
        // Two can end alike if a batch failed and another took its numbers: the anchor knows which one stayed.
        let known = by_end.entry(carved.last).or_insert(carved);
        if carved.hash == anchor.hash {
            *known = carved;
        }
    }
    let (mut trusted, mut lost) = (Vec::new(), Vec::new());
    let newest = by_end.last_key_value().map(|(_, carved)| *carved);
    let end = newest.map_or(0, |carved| carved.last);
    if end < anchor.seq {
        lost.push(Lost { first: end + 1, last: anchor.seq });
    }
    let mut next = newest;
    while let Some(carved) = next {
        trusted.push(carved.clone());
        let linked = by_hash.get(&carved.prev).copied().filter(|before| before.last + 1 == carved.first);
        next = linked.or_else(|| by_end.range(..carved.first).next_back().map(|(_, before)| *before));
        let reached = next.map_or(0, |before| before.last);
        if reached + 1 < carved.first {
            lost.push(Lost { first: reached + 1, last: carved.first - 1 });
        }
    }
    trusted.reverse();
    lost.reverse();
    (trusted, lost)
}
