//! Recovery: the whole journal read back in order, checked on the way.
//!
//! ```text
//!   one thread: read blocks, check the chain ─► two threads: unseal, decode ─► the caller's thread: entries in order
//! ```
//!
//! Hashing and decoding take longer than folding, so they are done ahead; queues are short, so memory stays small.
//! Entries reach the caller before the end of the chain is known: if the walk fails, what they built is thrown away.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread;

use rusqlite::Connection;

use super::Entry;
use super::anchor::Anchored;
use super::chain::Head;
use super::database;
use super::database::Block;
use super::error::JournalError;
use super::folder::Folder;
use super::keys;
use super::keys::Keyring;
use super::keys::Opener;
use super::record;
use crate::floor::fact::Fact;
use crate::vocab::Timestamp;

/// Decoding threads. With the reading and the folding thread they keep two to four cores busy.
const DECODERS: usize = 2;
/// Bytes handed over at once: large enough that waking a thread does not count.
const CHUNK_BYTES: usize = 128 * 1024;
/// Chunks that may wait between two threads.
const CHUNKS_AHEAD: usize = 8;

/// What was found in a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// How many entries, and so the last one's number.
    pub entries: u64,
    /// How many facts.
    pub facts: u64,
    /// How many commits.
    pub blocks: u64,
    /// The last entry's time.
    pub last_at: Option<Timestamp>,
    /// Entries whose personal texts came back empty because their key is not there, by the key's id.
    pub forgotten: BTreeMap<String, u64>,
    /// Keys that were destroyed on purpose, their time being over, by their ids.
    pub given_up: BTreeSet<String>,
}

impl Recovered {
    /// Keys that should be there and are not, each with the entries whose personal texts cannot be read without it.
    pub fn missing(&self) -> impl Iterator<Item = (&str, u64)> {
        let lost = self.forgotten.iter().filter(|(key, _)| !self.given_up.contains(*key));
        lost.map(|(key, entries)| (key.as_str(), *entries))
    }
}

/// Reads what is on disk without changing it.
pub(super) fn recover(
    folder: &Folder,
    keyring: &Keyring,
    each: &mut dyn FnMut(Entry),
) -> Result<(Head, Recovered), JournalError> {
    // The anchor first: it is never ahead of what a later look at the database finds.
    let anchored = Anchored::read(&folder.anchor())?;
    let anchor = anchored.map_or(Head::START, |anchored| anchored.head);
    let connection = match database_file(folder)? {
        Some(path) => database::open_for_reading(&path)?,
        None => None,
    };
    let Some(connection) = connection else {
        return if anchor == Head::START { Ok((Head::START, Recovered::default())) } else { Err(emptied(anchor)) };
    };
    let (head, recovered) = walk(connection, anchor, &|| Opener::new(keyring.clone()), each)?;
    if anchored.is_none() && head != Head::START {
        return Err(anchor_missing(folder));
    }
    Ok((head, recovered))
}

/// The database file, if anything was ever written to it.
fn database_file(folder: &Folder) -> Result<Option<PathBuf>, JournalError> {
    let path = folder.database();
    let len = |path: &Path| match std::fs::metadata(path) {
        Ok(file) => Ok(file.len()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(e) => Err(JournalError::disk(format!("cannot look at {}", path.display()), e)),
    };
    if len(&path)? > 0 {
        return Ok(Some(path));
    }
    if len(&folder.wal())? > 0 {
        return Err(JournalError::damage(format!("{} is gone or empty, but its log is there", path.display())));
    }
    Ok(None)
}

fn emptied(anchor: Head) -> JournalError {
    let seq = anchor.seq;
    JournalError::damage(format!("the database holds no journal, but its anchor says that entry {seq} was durable"))
}

fn anchor_missing(folder: &Folder) -> JournalError {
    let path = folder.anchor();
    JournalError::damage(format!(
        "the anchor {} is missing, so nobody can tell whether the journal's end is still there",
        path.display()
    ))
}

/// Walks the journal from its first block to its end, which must not be before `anchor`; gives each entry to `each`.
fn walk(
    connection: Connection,
    anchor: Head,
    opener: &(dyn Fn() -> Opener + Sync),
    each: &mut dyn FnMut(Entry),
) -> Result<(Head, Recovered), JournalError> {
    thread::scope(|scope| {
        let mut to_decoders = Vec::new();
        let mut from_decoders = Vec::new();
        let mut decoders = Vec::new();
        for _ in 0..DECODERS {
            let (chunks, chunks_in) = sync_channel(CHUNKS_AHEAD);
            let (entries, entries_in) = sync_channel(CHUNKS_AHEAD);
            to_decoders.push(chunks);
            from_decoders.push(entries_in);
            decoders.push(scope.spawn(move || decode_chunks(&chunks_in, &entries, opener())));
        }
        let chain = scope.spawn(move || read_chain(&connection, anchor, &to_decoders));
        // The receivers end with this call, so that after a failure here the other threads find nobody and end too.
        let folded = fold(from_decoders, each);
        let chain = chain.join().unwrap_or_else(|panic| resume_unwind(panic));
        let mut forgotten = BTreeMap::new();
        for decoder in decoders {
            for (key, entries) in decoder.join().unwrap_or_else(|panic| resume_unwind(panic)) {
                *forgotten.entry(key).or_default() += entries;
            }
        }
        // A failed fold is met first: the chain is read ahead of it.
        let recovered = folded?;
        let (head, blocks) = chain?;
        Ok((head, Recovered { blocks, forgotten, ..recovered }))
    })
}

/// Reads blocks, checks each against the chain and the anchor, and deals chunks of them out in turn.
fn read_chain(
    connection: &Connection,
    anchor: Head,
    decoders: &[SyncSender<Vec<Block>>],
) -> Result<(Head, u64), JournalError> {
    let mut head = Head::START;
    let mut blocks = 0;
    let mut turns = decoders.iter().cycle();
    let mut chunk = Vec::new();
    let mut chunk_bytes = 0;
    let mut deal = |chunk| turns.next().is_some_and(|decoder| decoder.send(chunk).is_ok());
    database::for_each_block(connection, |block| {
        head = block.follow(&head)?;
        if block.first <= anchor.seq && anchor.seq <= head.seq && head != anchor {
            let seq = anchor.seq;
            return Err(JournalError::damage(format!("entry {seq} is not the one whose hash the anchor keeps")));
        }
        blocks += 1;
        chunk_bytes += block.body.len();
        chunk.push(block);
        if chunk_bytes < CHUNK_BYTES {
            return Ok(());
        }
        chunk_bytes = 0;
        if deal(std::mem::take(&mut chunk)) {
            return Ok(());
        }
        // Nobody takes it: the decoder or the caller's thread has failed, and its error is the one that is told.
        Err(JournalError::ours("the walk was ended from elsewhere"))
    })?;
    if head.seq < anchor.seq {
        return Err(JournalError::damage(format!(
            "the journal ends at entry {}, but its anchor says that entry {} was durable",
            head.seq, anchor.seq
        )));
    }
    if !chunk.is_empty() {
        deal(chunk);
    }
    Ok((head, blocks))
}

/// Decodes chunks until there are no more or nobody wants them; says what was forgotten.
fn decode_chunks(
    chunks: &Receiver<Vec<Block>>,
    entries: &SyncSender<Result<Vec<Entry>, JournalError>>,
    mut opener: Opener,
) -> BTreeMap<String, u64> {
    for chunk in chunks {
        let mut decoded = Vec::new();
        let outcome = chunk.iter().try_for_each(|block| decode_block(block, &mut opener, &mut decoded));
        if entries.send(outcome.map(|()| decoded)).is_err() {
            break;
        }
    }
    opener.forgotten
}

/// Decodes the entries of one block; an error names entry, row and offset.
pub(super) fn decode_block(block: &Block, opener: &mut Opener, out: &mut Vec<Entry>) -> Result<(), JournalError> {
    let mut rest = &*block.body;
    for seq in block.first..=block.last() {
        let offset = block.body.len() - rest.len();
        let place = || format!("entry {seq} (row {}, byte {offset} of its body)", block.first);
        let record = record::split(&mut rest).map_err(|e| e.at(place()))?;
        let entry = record::decode(record, opener).map_err(|e| e.at(place()))?;
        if entry.seq != seq {
            return Err(JournalError::damage(format!("says that it is entry {}", entry.seq)).at(place()));
        }
        out.push(entry);
    }
    if rest.is_empty() {
        return Ok(());
    }
    Err(JournalError::damage(format!("the block of entry {} holds more than its entries", block.first)))
}

/// Takes chunks in turn, as they were dealt, and gives their entries to `each`.
fn fold(
    decoders: Vec<Receiver<Result<Vec<Entry>, JournalError>>>,
    each: &mut dyn FnMut(Entry),
) -> Result<Recovered, JournalError> {
    let mut found = Recovered::default();
    for decoder in decoders.iter().cycle() {
        let Ok(chunk) = decoder.recv() else { break };
        for entry in chunk? {
            if found.last_at.is_some_and(|last| entry.at < last) {
                return Err(JournalError::damage(format!("entry {} is older than the one before it", entry.seq)));
            }
            found.entries += 1;
            found.facts += entry.facts.len() as u64;
            found.last_at = Some(entry.at);
            for fact in &entry.facts {
                if let Fact::KeyExpired(key) = fact {
                    found.given_up.insert(keys::id(key));
                }
            }
            each(entry);
        }
    }
    Ok(found)
}
