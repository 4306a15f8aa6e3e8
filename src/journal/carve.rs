//! Carving: blocks found in the bytes of a damaged database and its log, wherever they lie.
//!
//! SQLite stops at the first broken page or log frame; what lies behind it is mostly whole. So its structure is not
//! asked: every byte of every page is tried as the beginning of a row of ours, its parts are followed to the pages they
//! continue on, and the block's own hash decides. Nothing that is not a block can pass that.
//!
//! It does not say which blocks belong together (`wreck` does), and it changes nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::chain::Hash;
use super::database::Block;
use super::database::PAGE_LEN;
use super::folder::Folder;

/// A frame of the log: its page's number first, then what else SQLite needs, then the page.
const FRAME_HEADER_LEN: u64 = 24;
const LOG_HEADER_LEN: u64 = 32;
/// The shortest row: header, count, two hashes.
const ROW_LEN_MIN: u64 = 6 + 32 + 32;
/// No batch comes near this.
const ROW_LEN_MAX: u64 = 1 << 30;
/// SQLite's name for a blob of 32 bytes.
const HASH_TYPE: u8 = 12 + 2 * 32;

/// Where a page's content is taken from, if there are several: the last one in the log, the first one, or the database.
/// Rows never change, so whichever is whole will do.
#[derive(Clone, Copy, Debug)]
enum Prefer {
    LastFrame,
    Database,
    FirstFrame,
}

const PREFERENCES: [Prefer; 3] = [Prefer::LastFrame, Prefer::Database, Prefer::FirstFrame];

/// A sound block that was found, without its body.
#[derive(Clone, Debug)]
pub(super) struct Carved {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) prev: Hash,
    pub(super) hash: Hash,
    page: Page,
    at: usize,
    prefer: Prefer,
}

#[derive(Clone, Copy, Debug)]
enum Page {
    /// At this place of the database.
    Database(u64),
    /// At this place of the log.
    Log(u64),
}

/// The bytes of a damaged journal.
pub(super) struct Carver {
    database: Option<File>,
    log: Option<File>,
    /// Where in the log each page stands, in the order written.
    frames: BTreeMap<u32, Vec<u64>>,
}

impl Carver {
    pub(super) fn open(folder: &Folder) -> io::Result<Self> {
        let mut carver =
            Self { database: open(&folder.database())?, log: open(&folder.wal())?, frames: BTreeMap::new() };
        let mut frame = LOG_HEADER_LEN;
        while let Some(number) = carver.log.as_ref().map(|log| read::<4>(log, frame)).transpose()?.flatten() {
            carver.frames.entry(u32::from_be_bytes(number)).or_default().push(frame + FRAME_HEADER_LEN);
            frame += FRAME_HEADER_LEN + PAGE_LEN as u64;
        }
        Ok(carver)
    }

    /// Every sound block, in no order; each once.
    pub(super) fn blocks(&self) -> io::Result<Vec<Carved>> {
        let mut found = BTreeMap::new();
        let len = self.database.as_ref().map(File::metadata).transpose()?.map_or(0, |file| file.len());
        let in_database = (0..len).step_by(PAGE_LEN).map(Page::Database);
        let in_log = self.frames.values().flatten().map(|at| Page::Log(*at));
        for page in in_database.chain(in_log) {
            let Some(bytes) = self.page(page)? else { continue };
            for at in 0..PAGE_LEN {
                let Some(row) = Row::at(&bytes, at) else { continue };
                for prefer in PREFERENCES {
                    if let Some(block) = self.block(&row, prefer)? {
                        let (first, last) = (block.first, block.last());
                        let carved = Carved { first, last, prev: block.prev, hash: block.hash, page, at, prefer };
                        found.entry(block.hash).or_insert(carved);
                        break;
                    }
                }
            }
        }
        Ok(found.into_values().collect())
    }

    /// Reads a block that was found once more, with its body.
    pub(super) fn read(&self, carved: &Carved) -> io::Result<Option<Block>> {
        let Some(bytes) = self.page(carved.page)? else { return Ok(None) };
        match Row::at(&bytes, carved.at) {
            Some(row) => self.block(&row, carved.prefer),
            None => Ok(None),
        }
    }

    /// Follows a row over its pages; `None` if what comes out is no block.
    fn block(&self, row: &Row<'_>, prefer: Prefer) -> io::Result<Option<Block>> {
        let mut content = row.here.to_vec();
        let mut next = row.next;
        while (content.len() as u64) < row.len {
            let Some(bytes) = self.numbered(next, prefer)? else { return Ok(None) };
            let Some((number, bytes)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
            next = u32::from_be_bytes(*number);
            let left = usize::try_from(row.len - content.len() as u64).unwrap_or(usize::MAX);
            content.extend_from_slice(&bytes[..bytes.len().min(left)]);
        }
        Ok(row.block(&content))
    }

    fn numbered(&self, number: u32, prefer: Prefer) -> io::Result<Option<Vec<u8>>> {
        let Some(before) = number.checked_sub(1) else { return Ok(None) };
        let frames = self.frames.get(&number);
        let frame = match prefer {
            Prefer::LastFrame => frames.and_then(|frames| frames.last()),
            Prefer::FirstFrame => frames.and_then(|frames| frames.first()),
            Prefer::Database => None,
        };
        match frame {
            Some(at) => self.page(Page::Log(*at)),
            None => self.page(Page::Database(u64::from(before) * PAGE_LEN as u64)),
        }
    }

    /// A page's bytes; at the end of a file that was cut short, with zeros for what is missing.
    fn page(&self, page: Page) -> io::Result<Option<Vec<u8>>> {
        let (file, at) = match page {
            Page::Database(at) => (&self.database, at),
            Page::Log(at) => (&self.log, at),
        };
        let Some(file) = file else { return Ok(None) };
        let mut bytes = vec![0; PAGE_LEN];
        let mut filled = 0;
        while filled < PAGE_LEN {
            match file.read_at(&mut bytes[filled..], at + filled as u64)? {
                0 => break,
                len => filled += len,
            }
        }
        Ok((filled > 0).then_some(bytes))
    }
}

/// What looks like a row of the table of blocks.
struct Row<'a> {
    first: u64,
    /// Of the whole row.
    len: u64,
    /// As much of it as stands on its page.
    here: &'a [u8],
    /// The page it goes on.
    next: u32,
    header_len: usize,
    count_type: u8,
}

impl<'a> Row<'a> {
    /// Reads a leaf's cell: length, key, content; by SQLite's rule for how much of it stands here.
    fn at(page: &'a [u8], at: usize) -> Option<Self> {
        let rest = &mut page.get(at..)?;
        let len = varint(rest)?;
        let first = varint(rest)?;
        if !(ROW_LEN_MIN..=ROW_LEN_MAX).contains(&len) {
            return None;
        }
        // The key is not stored twice: its column is null (0).
        let &[header_len, 0, count_type @ (1..=6 | 9), HASH_TYPE, HASH_TYPE, ..] = *rest else { return None };
        let usable = PAGE_LEN as u64;
        let most = usable - 35;
        let least = (usable - 12) * 32 / 255 - 23;
        let fitting = least + (len.saturating_sub(least)) % (usable - 4);
        let local = if len <= most {
            len
        } else if fitting <= most {
            fitting
        } else {
            least
        };
        let (here, after) = rest.split_at_checked(usize::try_from(local).ok()?)?;
        let next = if local == len { 0 } else { u32::from_be_bytes(*after.first_chunk()?) };
        Some(Self { first, len, here, next, header_len: header_len.into(), count_type })
    }

    /// The block that the row's whole content holds, if its hash says so.
    fn block(&self, content: &[u8]) -> Option<Block> {
        let (header, rest) = &mut content.split_at_checked(self.header_len)?;
        let count_len = match self.count_type {
            9 => 0,
            5 => 6,
            6 => 8,
            bytes => usize::from(bytes),
        };
        let (count, columns) = rest.split_at_checked(count_len)?;
        let count = if self.count_type == 9 { 1 } else { count.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)) };
        let (prev, columns) = columns.split_first_chunk()?;
        let (hash, body) = columns.split_first_chunk()?;
        // The body's type is the last word of the header.
        let mut body_type = header.get(5..)?;
        let says = varint(&mut body_type)?;
        let fits = body_type.is_empty() && says == 12 + 2 * body.len() as u64;
        let block = Block { first: self.first, count, prev: *prev, hash: *hash, body: body.to_vec() };
        (fits && count > 0 && block.is_sound()).then_some(block)
    }
}

/// SQLite's numbers: seven bits a byte, the ninth byte whole.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for at in 0..9 {
        let byte = *bytes.get(at)?;
        if at == 8 {
            number = number << 8 | u64::from(byte);
        } else {
            number = number << 7 | u64::from(byte & 0x7f);
        }
        if at == 8 || byte < 0x80 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    None
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// So many bytes at a place; `None` behind the end.
fn read<const N: usize>(file: &File, at: u64) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact_at(&mut bytes, at) {
        Ok(()) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e),
    }
}
