//! What is on a disk when the power goes: what was synced for certain, and of the rest whatever chance left.
//!
//! The model is harsher than most file systems. A file's bytes are safe after its own sync, its name after a sync of
//! its folder, and nothing else makes either safe. What was not synced is there, or not, in pieces of a sector, in any
//! order. After a failed sync the operating system takes the bytes for written and never tries again: later syncs of
//! the same file succeed, and the bytes are there or not as chance has it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::recording::Step;
use carelane::sim::Chance;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// How much of what was not synced is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Left {
    Nothing,
    All,
    /// Some of it, by this seed.
    Torn(u64),
}

#[derive(Clone, Debug)]
enum Node {
    Folder,
    /// An index into `contents`.
    File(usize),
}

#[derive(Clone, Debug)]
enum Change {
    /// At most one sector.
    Piece(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Clone, Debug)]
enum NameChange {
    Put(PathBuf, Node),
    Renamed(PathBuf, PathBuf),
    Removed(PathBuf),
}

#[derive(Debug, Default)]
struct Content {
    durable: Vec<u8>,
    /// Not synced yet.
    pending: Vec<Change>,
    /// Its sync failed: no later one helps.
    doubtful: Vec<Change>,
}

/// A disk with what is certain on it and what is not.
#[derive(Debug, Default)]
pub(super) struct Platter {
    contents: Vec<Content>,
    /// Names as the running process sees them.
    seen: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    unsynced: Vec<NameChange>,
}

impl Platter {
    /// Takes one step of a recording.
    pub(super) fn take(&mut self, step: &Step) {
        match step {
            Step::Made(path) => {
                self.contents.push(Content::default());
                self.rename(NameChange::Put(path.clone(), Node::File(self.contents.len() - 1)));
            }
            Step::FolderMade(path) => self.rename(NameChange::Put(path.clone(), Node::Folder)),
            Step::Renamed(from, to) => self.rename(NameChange::Renamed(from.clone(), to.clone())),
            Step::Removed(path) => self.rename(NameChange::Removed(path.clone())),
            Step::Written(path, at, bytes) => {
                let pieces = pieces(*at, bytes);
                self.content(path, |content| content.pending.extend(pieces));
            }
            Step::Truncated(path, len) => self.content(path, |content| content.pending.push(Change::Cut(*len))),
            Step::Synced(path, true) if matches!(self.seen.get(path), Some(Node::File(_))) => {
                self.content(path, Content::sync);
            }
            Step::Synced(path, true) => self.sync_folder(path),
            Step::Synced(path, false) => self.content(path, |content| {
                let pending = std::mem::take(&mut content.pending);
                content.doubtful.extend(pending);
            }),
            Step::Acknowledged(_) => {}
        }
    }

    fn rename(&mut self, change: NameChange) {
        change.apply(&mut self.seen);
        self.unsynced.push(change);
    }

    fn content(&mut self, path: &Path, change: impl FnOnce(&mut Content)) {
        if let Some(Node::File(index)) = self.seen.get(path) {
            change(&mut self.contents[*index]);
        }
    }

    fn sync_folder(&mut self, folder: &Path) {
        let (synced, unsynced) = self.unsynced.drain(..).partition(|change: &NameChange| change.is_in(folder));
        self.unsynced = unsynced;
        let synced: Vec<NameChange> = synced;
        synced.iter().for_each(|change| change.apply(&mut self.durable));
    }

    /// Writes what the power cut leaves into `to`, a folder that stands for `root`.
    pub(super) fn leave(&self, left: Left, root: &Path, to: &Path) {
        let mut chance = Chance::of(match left {
            Left::Torn(seed) => seed,
            Left::Nothing | Left::All => 0,
        });
        let mut names = self.durable.clone();
        // A file system keeps the order of names; it ends somewhere.
        let named = match left {
            Left::Nothing => 0,
            Left::All => self.unsynced.len(),
            Left::Torn(_) => usize::try_from(chance.below(self.unsynced.len() as u64 + 1)).unwrap(),
        };
        self.unsynced[..named].iter().for_each(|change| change.apply(&mut names));
        for (path, node) in &names {
            let place = to.join(path.strip_prefix(root).unwrap());
            // What lies in a folder whose own name is lost cannot be reached.
            if !place.parent().is_some_and(Path::is_dir) {
                continue;
            }
            match node {
                Node::Folder => fs::create_dir(&place).unwrap(),
                Node::File(index) => fs::write(&place, self.contents[*index].left(left, &mut chance)).unwrap(),
            }
        }
    }
}

impl Content {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable);
            self.doubtful.retain(|doubtful| !change.overwrites(doubtful));
        }
    }

    fn left(&self, left: Left, chance: &mut Chance) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in self.doubtful.iter().chain(&self.pending) {
            let is_there = match left {
                Left::Nothing => false,
                Left::All => true,
                Left::Torn(_) => chance.percent(50),
            };
            if is_there {
                change.apply(&mut bytes);
            }
        }
        bytes
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Cut(len) => bytes.resize(*len, 0),
            Self::Piece(at, piece) => {
                let end = at + piece.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*at..end].copy_from_slice(piece);
            }
        }
    }

    /// Is `earlier` in the same sector, or cut away? Then this one is the last word.
    fn overwrites(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Piece(at, _), Self::Piece(before, _)) => at / SECTOR == before / SECTOR,
            (Self::Cut(len), Self::Piece(before, _)) => before >= len,
            (_, Self::Cut(_)) => true,
        }
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Put(path, node) => drop(names.insert(path.clone(), node.clone())),
            Self::Removed(path) => drop(names.remove(path)),
            Self::Renamed(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        let (Self::Put(path, _) | Self::Removed(path) | Self::Renamed(path, _)) = self;
        path.parent() == Some(folder)
    }
}

fn pieces(mut at: usize, mut bytes: &[u8]) -> Vec<Change> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(bytes.len().min(SECTOR - at % SECTOR));
        pieces.push(Change::Piece(at, piece.to_vec()));
        at += piece.len();
        bytes = rest;
    }
    pieces
}

#[test]
fn only_what_was_synced_is_certain() {
    let path = |name: &str| PathBuf::from("/root").join(name);
    let folder = crate::serve::process::Folder::new();
    let left = |platter: &Platter, left, name: &str| {
        let to = folder.path().join(name);
        fs::create_dir(&to).unwrap();
        platter.leave(left, Path::new("/root"), &to);
        fs::read(to.join("a")).ok()
    };
    let mut platter = Platter::default();
    platter.take(&Step::Made(path("a")));
    platter.take(&Step::Written(path("a"), 0, b"one".to_vec()));
    platter.take(&Step::Synced(path("a"), true));
    assert_eq!(left(&platter, Left::Nothing, "1"), None, "its name is not synced");
    assert_eq!(left(&platter, Left::All, "2").unwrap(), b"one");
    platter.take(&Step::Synced("/root".into(), true));
    platter.take(&Step::Written(path("a"), 0, b"two".to_vec()));
    platter.take(&Step::Synced(path("a"), false));
    platter.take(&Step::Synced(path("a"), true));
    assert_eq!(left(&platter, Left::Nothing, "3").unwrap(), b"one", "a sync after a failed one brings nothing back");
    assert_eq!(left(&platter, Left::All, "4").unwrap(), b"two");
    platter.take(&Step::Written(path("a"), 0, b"three".to_vec()));
    platter.take(&Step::Synced(path("a"), true));
    assert_eq!(left(&platter, Left::All, "5").unwrap(), b"three");
    assert_eq!(left(&platter, Left::Nothing, "6").unwrap(), b"three");
}
