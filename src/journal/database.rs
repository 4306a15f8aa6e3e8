//! The SQLite file: one table of blocks, one row a commit. All SQL of the journal is here.
//!
//! WAL with synchronous=FULL: a commit is one fsync. SQLite answers for atomic commits and nothing else: that what it
//! gives back is what was written is the chain's and the anchor's business.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::Row;
use rusqlite::config::DbConfig;
use rusqlite::params;

use super::chain::Hash;
use super::chain::Head;
use super::chain::block_hash;
use super::error::JournalError;
use super::folder::sync_parent;

const SCHEMA_VERSION: i64 = 1;
/// `first` is the row's key, so that two writers can never both add a block after the same head.
const SCHEMA: &str = "
    BEGIN IMMEDIATE;
    CREATE TABLE block (
        first INTEGER PRIMARY KEY,  -- sequence number of the first entry
        count INTEGER NOT NULL,     -- number of entries
        prev  BLOB NOT NULL,        -- hash of the block before
        hash  BLOB NOT NULL,        -- SHA-256 of prev, first, count and body
        body  BLOB NOT NULL         -- the entries' records
    ) STRICT;
    PRAGMA user_version = 1;
    COMMIT;";
/// The *fullfsync pragmas matter on macOS, where a plain fsync leaves data in the drive.
const DURABLE: &str = "
    PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;";
/// As set below: salvage reads pages without SQLite.
pub(super) const PAGE_LEN: usize = 4096;
/// Who may write: the one that opened the journal last, by the number it was given then. A lock keeps a second writer
/// out; this holds where a lock does not reach: its file deleted, a network disk, a process that stood still.
const TAKE_OVER: &str = "
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS writer (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL) STRICT;
    INSERT INTO writer VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET epoch = epoch + 1;
    COMMIT;";
/// How long a commit waits for a lock. Only a foreign program can hold it: we are the only writer.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// The entries of one commit.
#[derive(Debug)]
pub(super) struct Block {
    /// Number of the first entry.
    pub(super) first: u64,
    /// How many entries.
    pub(super) count: u64,
    pub(super) prev: Hash,
    pub(super) hash: Hash,
    /// Their records.
    pub(super) body: Vec<u8>,
}

impl Block {
    /// Number of the last entry.
    pub(super) fn last(&self) -> u64 {
        self.first.saturating_add(self.count).saturating_sub(1)
    }

    /// Is its content what its hash says?
    pub(super) fn is_sound(&self) -> bool {
        self.hash == block_hash(&self.prev, self.first, self.count, &self.body)
    }

    /// The head after this block, if it is the next one after `head`; else what is wrong with it.
    pub(super) fn follow(&self, head: &Head) -> Result<Head, JournalError> {
        let wrong = if self.first != head.seq + 1 {
            format!("entry {} is missing: the next block begins with entry {}", head.seq + 1, self.first)
        } else if self.prev != head.hash {
            format!("the block of entry {} does not follow the block before it", self.first)
        } else if self.count == 0 || !self.is_sound() {
            format!("the block of entry {} (row {}) is not what was written", self.first, self.first)
        } else {
            return Ok(Head { seq: self.last(), hash: self.hash });
        };
        Err(JournalError::damage(wrong))
    }
}

/// Opens the database for adding blocks, and makes it if it is new.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, JournalError> {
    let what = || format!("cannot open {} for writing", path.display());
    if !fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        create(path)?;
    }
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
        settle(&connection)?;
        connection.execute_batch(DURABLE)?;
        Ok(connection)
    };
    let connection = open().map_err(|e| JournalError::writing(what(), e))?;
    // SQLite syncs its log's name with the log, but takes no notice if that fails.
    sync_parent(path).map_err(|e| JournalError::disk(what(), e))?;
    Ok(connection)
}

/// Puts an empty database in place, whole or not at all. Made where it stays, it would need a rollback journal for a
/// moment, and whoever was killed then could not open it for reading.
fn create(path: &Path) -> Result<(), JournalError> {
    let what = || format!("cannot make {}", path.display());
    let fresh = path.with_extension("new");
    let remove = |ending: &str| {
        let mut name = fresh.clone().into_os_string();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    };
    // What a killed process left.
    let cleared = ["-journal", "-wal", "-shm", ""].into_iter().try_for_each(remove);
    // SQLite would give a new file the umask's mode; its log files take after this one.
    let made = cleared.and_then(|()| OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh));
    made.map_err(|e| JournalError::disk(what(), e))?;
    let fill = || -> rusqlite::Result<()> {
        let connection = Connection::open_with_flags(&fresh, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
        connection.execute_batch(DURABLE)?;
        connection.execute_batch(SCHEMA)?;
        checkpoint(&connection)?;
        connection.close().map_err(|(_, e)| e)
    };
    fill().map_err(|e| JournalError::writing(what(), e))?;
    let settle = File::open(&fresh).and_then(|file| file.sync_all()).and_then(|()| fs::rename(&fresh, path));
    settle.and_then(|()| sync_parent(path)).map_err(|e| JournalError::disk(what(), e))
}

/// Opens the database for reading; `None` if it holds no table yet.
pub(super) fn open_for_reading(path: &Path) -> Result<Option<Connection>, JournalError> {
    let what = || format!("cannot open {} for reading", path.display());
    let open = || -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_ONLY))?;
        settle(&connection)?;
        let version = schema_version(&connection)?;
        Ok((connection, version))
    };
    let (connection, version) = open().map_err(|e| JournalError::reading(what(), e))?;
    match version {
        0 => Ok(None),
        SCHEMA_VERSION => Ok(Some(connection)),
        other => Err(JournalError::operator(
            format!("{} has schema version {other}, and this carelane knows {SCHEMA_VERSION}", path.display()),
            "use the carelane that wrote it, or a newer one; if none did, the file is damaged",
        )),
    }
}

fn flags(access: OpenFlags) -> OpenFlags {
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_WAIT)?;
    // Closing must not move the log into the database: after a failed fsync that would destroy the good copy,
    // and after a refusal the evidence.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.execute_batch("PRAGMA cell_size_check = ON;")
}

fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A writer's number: no commit of a lower one is taken from the moment at which it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epoch(i64);

/// Makes whoever has this connection the only writer: durable when this returns.
pub(super) fn take_over(connection: &Connection) -> rusqlite::Result<Epoch> {
    if let Err(error) = connection.execute_batch(TAKE_OVER) {
        // Without a transaction there is nothing to roll back, and what failed is already known.
        let _ = connection.execute_batch("ROLLBACK");
        return Err(error);
    }
    connection.query_row("SELECT epoch FROM writer", [], |row| row.get(0)).map(Epoch)
}

/// Adds a block in one transaction: durable when this returns. False: another writer has taken over, and nothing was
/// written.
pub(super) fn add(
    connection: &Connection,
    epoch: Epoch,
    before: &Head,
    after: &Head,
    body: &[u8],
) -> rusqlite::Result<bool> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO block (first, count, prev, hash, body) SELECT ?1, ?2, ?3, ?4, ?5
         WHERE (SELECT epoch FROM writer) = ?6",
    )?;
    let first = integer(before.seq + 1);
    let count = integer(after.seq - before.seq);
    let added = insert.execute(params![first, count, before.hash, after.hash, body, epoch.0])?;
    Ok(added == 1)
}

/// Moves the log into the database and empties it: a closed folder is then one file and its anchor.
pub(super) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Gives every block in order, of one moment, to `each` until that fails.
pub(super) fn for_each_block(
    connection: &Connection,
    mut each: impl FnMut(Block) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let mut after = 0;
    let reading = |e, after| JournalError::reading(format!("cannot read the block after entry {after}"), e);
    let mut select = connection
        .prepare("SELECT first, count, prev, hash, body FROM block ORDER BY first")
        .map_err(|e| reading(e, after))?;
    let mut rows = select.query([]).map_err(|e| reading(e, after))?;
    while let Some(row) = rows.next().map_err(|e| reading(e, after))? {
        let block = block(row).map_err(|e| reading(e, after))?;
        after = block.last();
        each(block)?;
    }
    Ok(())
}

/// The blocks that hold the entries from `first` to `last`.
pub(super) fn blocks_of(connection: &Connection, first: u64, last: u64) -> rusqlite::Result<Vec<Block>> {
    let mut select = connection.prepare_cached(
        "SELECT first, count, prev, hash, body FROM block
         WHERE first >= coalesce((SELECT max(first) FROM block WHERE first <= ?1), 0) AND first <= ?2 ORDER BY first",
    )?;
    let blocks = select.query_map(params![integer(first), integer(last)], block)?;
    blocks.collect()
}

/// The head as the last row says it.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut select =
        connection.prepare_cached("SELECT first, count, prev, hash, x'' FROM block ORDER BY first DESC LIMIT 1")?;
    let mut rows = select.query([])?;
    match rows.next()? {
        Some(row) => block(row).map(|block| Head { seq: block.last(), hash: block.hash }),
        None => Ok(Head::START),
    }
}

fn block(row: &Row<'_>) -> rusqlite::Result<Block> {
    let natural = |column| {
        let number: i64 = row.get(column)?;
        u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
    };
    Ok(Block { first: natural(0)?, count: natural(1)?, prev: row.get(2)?, hash: row.get(3)?, body: row.get(4)? })
}

/// SQLite's integers are signed; no journal comes near the end of their range.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
