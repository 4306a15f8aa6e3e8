//! Verifying a data folder: everything a start would check, on a folder in use or at rest, without changing it.
//!
//! It is the same walk as recovery, so it can neither miss what a start would refuse nor refuse what a start takes.

use std::path::Path;

use super::Entry;
use super::anchor::Anchored;
use super::chain::hex;
use super::error::JournalError;
use super::folder::Folder;
use super::keys::Keyring;
use super::reader::no_journal;
use super::recovery::Recovered;
use super::recovery::recover;

/// What a sound journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was read.
    pub found: Recovered,
    /// The last block's hash, lower-case hex: note it elsewhere, and it proves later what stood here today.
    pub head_hash: String,
    /// The entry at which the anchor stands; the journal may be ahead of it.
    pub anchored: u64,
    /// Only one of the anchor's two slots can be read. Harmless by itself: the next commit writes it again.
    pub anchor_torn: bool,
}

/// Reads the whole journal and checks chain, anchor, seals, records, numbers and times. `each` is
/// given every entry as it passes.
///
/// # Errors
/// `Damage` names the first entry that is not what was written, and its row. Others as `Journal::open`, except that
/// a folder in use is no error.
pub fn verify(data: &Path, key_file: Option<&Path>, mut each: impl FnMut(Entry)) -> Result<Report, JournalError> {
    let folder = Folder::new(data);
    let anchored = Anchored::read(&folder.anchor())?;
    let keyring = Keyring::existing(&folder, key_file)?;
    let (head, found) = recover(&folder, &keyring, &mut each)?;
    let Some(anchored) = anchored else { return Err(no_journal(&folder.database())) };
    Ok(Report { found, head_hash: hex(&head.hash), anchored: anchored.head.seq, anchor_torn: !anchored.whole })
}
