//! The journal of one machine, open for writing: entries in, one fsync a batch.
//!
//! A data folder has one writer, held by an operating-system lock that ends with the process. Should the lock fail,
//! the older of two is refused at its next commit, by its epoch. The writer never reads
//! back; `JournalReader` does. It may be dropped at any moment, like a killed process: what was committed stays.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rusqlite::Connection;

use super::Entry;
use super::Store;
use super::anchor::Anchor;
use super::anchor::Anchored;
use super::archive::Archive;
use super::audio::AudioStore;
use super::chain::Head;
use super::database;
use super::database::Epoch;
use super::error::Fault;
use super::error::JournalError;
use super::folder::Folder;
use super::keys::Keyring;
use super::keys::Opener;
use super::keys::Sealer;
use super::reader::JournalReader;
use super::record::Encoder;
use super::recovery::Recovered;
use super::recovery::recover;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::vocab::Timestamp;

/// The journal on disk, open for writing.
pub struct Journal {
    folder: Folder,
    connection: Connection,
    /// Our turn as the writer; none yet if the disk was full when it was asked for.
    epoch: Option<Epoch>,
    anchor: Anchor,
    encoder: Encoder,
    keyring: Keyring,
    /// Durable.
    head: Head,
    /// Records appended since the last commit, and how many entries, those without their key included.
    body: Vec<u8>,
    pending: u64,
    /// Entries whose texts cannot be sealed yet: there was no space for a new key.
    unsealed: Vec<Unsealed>,
    last_at: Timestamp,
    /// The entry that the anchor notes.
    anchored: u64,
    /// The first failure's fault; nothing more is taken after it.
    stopped: Option<Fault>,
    _lock: File,
}

/// An entry whose key is still to be made.
struct Unsealed {
    seq: u64,
    at: Timestamp,
    scope: String,
    event: Event,
    facts: Vec<Fact>,
}

impl Journal {
    /// Opens the data folder, which is made if it is not there, and gives every entry in order to `each`.
    ///
    /// `key_file` holds the master key; without it one is kept in the folder. What `each` built counts only if this
    /// returns `Ok`: the end of the chain is checked last.
    ///
    /// # Errors
    /// `Operator`: another process has the folder; the master key is missing, wrong or unreadable; a newer carelane
    /// wrote it. `Damage`: an entry is not what was written, or entries that the anchor knows are gone; the
    /// journal's files were left as they are. `Disk`: it cannot be read or written.
    pub fn open(
        data: &Path,
        key_file: Option<&Path>,
        mut each: impl FnMut(Entry),
    ) -> Result<(Self, Recovered), JournalError> {
        let folder = Folder::new(data);
        folder.create()?;
        let lock = folder.lock()?;
        let keyring = Keyring::writable(&folder, key_file)?;
        let (head, recovered) = recover(&folder, &keyring, &mut each)?;
        let connection = database::open_for_writing(&folder.database())?;
        let epoch = match database::take_over(&connection).map_err(|e| JournalError::writing(TAKING_OVER, e)) {
            Ok(epoch) => Some(epoch),
            // Callers get the fallback document until there is space.
            Err(error) if error.fault() == Fault::Full => None,
            Err(error) => return Err(error),
        };
        let found = database::head(&connection).map_err(|e| JournalError::reading("cannot read the last block", e))?;
        if found != head {
            return Err(JournalError::damage("the journal opened for writing does not end where it did for reading"));
        }
        write_log_again(&folder)?;
        if Anchored::read(&folder.anchor())?.is_none() {
            Anchor::create(&folder.anchor())?;
        }
        let anchored = Anchored::read(&folder.anchor())?
            .ok_or_else(|| JournalError::damage("the anchor vanished while the journal was opened"))?;
        let anchor = Anchor::open(&folder.anchor(), &anchored, &head)?;
        let encoder = Encoder::new(Sealer::new(keyring.clone())?);
        let journal = Self {
            folder,
            connection,
            epoch,
            anchor,
            encoder,
            keyring,
            anchored: head.seq,
            head,
            body: Vec::new(),
            pending: 0,
            unsealed: Vec::new(),
            last_at: recovered.last_at.unwrap_or(Timestamp(i64::MIN)),
            stopped: None,
            _lock: lock,
        };
        Ok((journal, recovered))
    }

    /// A handle for reading durable entries, for any thread.
    ///
    /// # Errors
    /// `Disk`, if the file cannot be opened once more.
    pub fn reader(&self) -> Result<JournalReader, JournalError> {
        JournalReader::with(&self.folder, Opener::new(self.keyring.clone()))
    }

    /// Where recorded messages are kept, sealed with this journal's keys; for any thread.
    ///
    /// # Errors
    /// `Disk`, if its folder cannot be made.
    pub fn audio(&self) -> Result<AudioStore, JournalError> {
        AudioStore::new(&self.folder, self.keyring.clone())
    }

    /// What of the folder can be destroyed when its time is over.
    pub fn archive(&self) -> Archive {
        Archive::new(self.folder.clone())
    }

    /// Commits what is open, then leaves the folder as one database file and its anchor, both synced.
    ///
    /// # Errors
    /// As `commit`. The entries that were committed before are safe in any case.
    pub fn close(mut self) -> Result<(), JournalError> {
        self.commit()?;
        self.anchor.sync()?;
        database::checkpoint(&self.connection)
            .map_err(|e| JournalError::writing("cannot move the log into the database", e))
    }

    fn try_append(&mut self, at: Timestamp, scope: &str, event: &Event, facts: &[Fact]) -> Result<u64, JournalError> {
        if at < self.last_at {
            return Err(JournalError::ours("an entry was given a time before that of the entry before it"));
        }
        let seq = self.head.seq + self.pending + 1;
        let sealed = match self.unsealed.is_empty() {
            true => self.encoder.encode(&mut self.body, (seq, at, scope), event, facts),
            false => Err(JournalError::file("an entry before it waits", io::ErrorKind::StorageFull.into())),
        };
        match sealed {
            Ok(()) => {}
            // The floor has moved on already; the commit tries again, and tells of the full disk.
            Err(error) if error.fault() == Fault::Full => {
                let (scope, event, facts) = (scope.to_owned(), event.clone(), facts.to_vec());
                self.unsealed.push(Unsealed { seq, at, scope, event, facts });
            }
            Err(error) => return Err(error),
        }
        self.pending += 1;
        self.last_at = at;
        Ok(seq)
    }

    /// What of it failed for want of space is done by the next call: the batch, or only the anchor's note of it.
    fn try_commit(&mut self) -> Result<u64, JournalError> {
        while let Some(Unsealed { seq, at, scope, event, facts }) = self.unsealed.first() {
            self.encoder.encode(&mut self.body, (*seq, *at, scope), event, facts)?;
            self.unsealed.remove(0);
        }
        if self.pending > 0 {
            self.add_block()?;
        }
        if self.anchored != self.head.seq {
            self.anchor.advance(&self.head, self.last_at)?;
            self.anchored = self.head.seq;
        }
        Ok(self.head.seq)
    }

    fn add_block(&mut self) -> Result<(), JournalError> {
        let epoch = match self.epoch {
            Some(epoch) => epoch,
            None => database::take_over(&self.connection).map_err(|e| JournalError::writing(TAKING_OVER, e))?,
        };
        self.epoch = Some(epoch);
        let after = self.head.after(self.pending, &self.body);
        let what = || format!("cannot commit entries {} to {}", self.head.seq + 1, after.seq);
        let added = database::add(&self.connection, epoch, &self.head, &after, &self.body);
        if !added.map_err(|e| JournalError::writing(what(), e))? {
            return Err(JournalError::taken_over(what()));
        }
        self.head = after;
        self.pending = 0;
        self.body.clear();
        // After a flow file of a megabyte the buffer need not stay that large.
        self.body.shrink_to(BUFFER_KEPT);
        Ok(())
    }

    fn may_go_on(&self) -> Result<(), JournalError> {
        self.stopped.map_or(Ok(()), |first| Err(JournalError::stopped(first)))
    }
}

const TAKING_OVER: &str = "cannot take the journal over from its last writer";
/// Capacity kept between batches: several times a full batch of ordinary entries.
const BUFFER_KEPT: usize = 1024 * 1024;
/// How much of the log is written again at once.
const LOG_COPIED: usize = 1024 * 1024;

impl Store for Journal {
    fn append(&mut self, at: Timestamp, scope: &str, event: &Event, facts: &[Fact]) -> Result<u64, JournalError> {
        self.may_go_on()?;
        self.try_append(at, scope, event, facts).inspect_err(|e| self.stopped = Some(e.fault()))
    }

    fn commit(&mut self) -> Result<u64, JournalError> {
        self.may_go_on()?;
        let committed = self.try_commit();
        // Want of space alone leaves no doubt about what is on disk.
        self.stopped = committed.as_ref().err().map(JournalError::fault).filter(|fault| *fault != Fault::Full);
        committed
    }

    fn head(&self) -> u64 {
        self.head.seq
    }
}

/// Makes durable what an earlier process had only handed to the operating system: the floor is about to act on it.
///
/// A sync alone would not do. If one has failed before, the operating system takes its pages for written: it shows
/// them to everybody, and says yes to every later sync, but they are not on the disk. Written again, they are.
fn write_log_again(folder: &Folder) -> Result<(), JournalError> {
    let log = match OpenOptions::new().read(true).write(true).open(folder.wal()) {
        Ok(log) => log,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(JournalError::disk("cannot open the database's log", e)),
    };
    let again = || -> io::Result<()> {
        let mut bytes = vec![0; LOG_COPIED];
        let mut at = 0;
        loop {
            let len = log.read_at(&mut bytes, at)?;
            if len == 0 {
                return log.sync_all();
            }
            log.write_all_at(&bytes[..len], at)?;
            at += len as u64;
        }
    };
    again().map_err(|e| JournalError::disk("cannot write the database's log again", e))
}
