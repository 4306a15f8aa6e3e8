//! Verifying a data folder: everything a start would check, on a folder in use or at rest, without changing it.
//!
//! It is the same walk as recovery, so it can neither miss what a start would refuse nor refuse what a start takes.

use std::path::Path;

use super::Entry;
use super::anchor::Anchored;
use super::audio;
use super::chain::hex;
use super::error::JournalError;
use super::folder::Folder;
use super::keys;
use super::keys::Keyring;
use super::reader::no_journal;
use super::recovery::Recovered;
use super::recovery::recover;
use crate::floor::fact::Fact;
use crate::vocab::ItemId;
use crate::vocab::Timestamp;

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
    /// Recordings that can be played.
    pub recordings: u64,
    /// Items whose recording is said to be there and cannot be played, each with the reason.
    pub unplayable: Vec<(ItemId, String)>,
}

/// Reads the whole journal and checks chain, anchor, seals, records, numbers and times, and opens every recording.
/// `each` is given every entry as it passes.
///
/// # Errors
/// `Damage` names the first entry that is not what was written, and its row. Others as `Journal::open`, except that
/// a folder in use is no error.
pub fn verify(data: &Path, key_file: Option<&Path>, mut each: impl FnMut(Entry)) -> Result<Report, JournalError> {
    let folder = Folder::new(data);
    let anchored = Anchored::read(&folder.anchor())?;
    let keyring = Keyring::existing(&folder, key_file)?;
    let mut stored = Vec::new();
    let (head, found) = recover(&folder, &keyring, &mut |entry| {
        for fact in &entry.facts {
            if let Fact::RecordingStored { of, file, .. } = fact {
                stored.push((of.item, file.clone(), entry.at));
            }
        }
        each(entry);
    })?;
    let Some(anchored) = anchored else { return Err(no_journal(&folder.database())) };
    let (mut recordings, mut unplayable) = (0, Vec::new());
    for (item, file, at) in stored {
        match audio::read(&folder.recordings(), &keyring, &file) {
            Ok(Some(_)) => recordings += 1,
            Ok(None) if is_past(&found, at) => {}
            Ok(None) => unplayable.push((item, format!("{file}.sound, or the key that opens it, is missing"))),
            Err(error) => unplayable.push((item, error.to_string())),
        }
    }
    let (head_hash, anchor_torn) = (hex(&head.hash), !anchored.whole);
    Ok(Report { found, head_hash, anchored: anchored.head.seq, anchor_torn, recordings, unplayable })
}

/// Did retention give up a key of that month? It takes the sounds with it.
fn is_past(found: &Recovered, at: Timestamp) -> bool {
    let month = keys::month(at).ok();
    found.given_up.iter().any(|key| keys::parts(key).map(|key| key.month) == month)
}
