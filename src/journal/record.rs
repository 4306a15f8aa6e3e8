//! The stored form of an entry, versioned. Old journals must decode for ever: forms are added, never changed.
//!
//! ```text
//!   u32  length of the rest          all numbers little-endian
//!   u8   version of this form: 1
//!   u64  seq
//!   i64  at, milliseconds UTC
//!   u8   length of the key id, then the key id; 0 if nothing is sealed
//!   u32  length of the JSON, then the JSON {"event": …, "facts": […]}; personal texts stand in it as null
//!   if there is a key id, to the end: nonce (12 bytes), sealed personal texts, tag (16 bytes)
//! ```
//!
//! The sealed part is a group for the event and one for each fact, in order: u16 number of texts, then each text as
//! u32 length and UTF-8. What is sealed is bound to version, seq, at and key id, so that it cannot be moved to another
//! entry. A personal field that is added to a variant later must be visited last by its `HasPrivate`: an old group then
//! has fewer texts than there are places, and the new place stays empty.

use ring::aead::Aad;
use ring::aead::NONCE_LEN;
use ring::aead::Nonce;
use serde::Deserialize;
use serde::Serialize;

use super::Entry;
use super::error::JournalError;
use super::keys::Opener;
use super::keys::Sealer;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::vocab::HasPrivate;
use crate::vocab::Timestamp;

const VERSION: u8 = 1;
/// Length field, version, seq, at, length of the key id.
const FIXED_LEN: usize = 4 + 1 + 8 + 8 + 1;

#[derive(Serialize)]
struct Writing<'a> {
    event: &'a Event,
    #[serde(skip_serializing_if = "<[Fact]>::is_empty")]
    facts: &'a [Fact],
}

#[derive(Deserialize)]
struct Reading {
    event: Event,
    #[serde(default)]
    facts: Vec<Fact>,
}

/// Writes entries; it keeps its buffer between them.
pub(super) struct Encoder {
    sealer: Sealer,
    texts: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(sealer: Sealer) -> Self {
        Self { sealer, texts: Vec::new() }
    }

    /// Adds an entry's record to `out`.
    pub(super) fn encode(
        &mut self,
        out: &mut Vec<u8>,
        (seq, at, scope): (u64, Timestamp, &str),
        event: &Event,
        facts: &[Fact],
    ) -> Result<(), JournalError> {
        let any = collect_texts(&mut self.texts, event, facts)?;
        let nonce = self.sealer.nonce()?;
        let key = if any { Some(self.sealer.key(scope, at)?) } else { None };
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.push(VERSION);
        out.extend_from_slice(&seq.to_le_bytes());
        out.extend_from_slice(&at.0.to_le_bytes());
        let id = key.map_or("", |key| key.id.as_str());
        // Ids are kept under 255 bytes where they are made.
        out.push(u8::try_from(id.len()).map_err(|_| JournalError::ours("a key id is too long"))?);
        out.extend_from_slice(id.as_bytes());
        let bound = start + 4..out.len();
        out.extend_from_slice(&[0; 4]);
        let json_start = out.len();
        serde_json::to_writer(&mut *out, &Writing { event, facts })
            .map_err(|e| JournalError::ours(format!("cannot write entry {seq} as JSON")).because(e))?;
        let json_len = out.len() - json_start;
        put_len(&mut out[json_start - 4..json_start], json_len)?;
        if let Some(key) = key {
            let aad = Aad::from(&out[bound]);
            let sealing = key.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut self.texts);
            sealing.map_err(|_| JournalError::ours(format!("cannot seal entry {seq}")))?;
            out.extend_from_slice(&nonce);
            out.extend_from_slice(&self.texts);
        }
        let len = out.len() - start - 4;
        put_len(&mut out[start..start + 4], len)
    }
}

/// Gathers the personal texts of an entry; says whether there are any.
fn collect_texts(texts: &mut Vec<u8>, event: &Event, facts: &[Fact]) -> Result<bool, JournalError> {
    texts.clear();
    let mut any = false;
    let mut add = |part: &dyn HasPrivate| {
        let count_at = texts.len();
        texts.extend_from_slice(&[0; 2]);
        let mut count = 0_usize;
        part.privates(&mut |text| {
            count += 1;
            // A text is bounded by the webhook's body, far below 4 GiB.
            texts.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            texts.extend_from_slice(text.as_bytes());
        });
        any |= count > 0;
        let count = u16::try_from(count).map_err(|_| JournalError::ours("an entry has too many personal texts"))?;
        texts[count_at..count_at + 2].copy_from_slice(&count.to_le_bytes());
        Ok(())
    };
    add(event)?;
    facts.iter().try_for_each(|fact| add(fact))?;
    Ok(any)
}

fn put_len(place: &mut [u8], len: usize) -> Result<(), JournalError> {
    let len = u32::try_from(len).map_err(|_| JournalError::ours("an entry is longer than 4 GiB"))?;
    place.copy_from_slice(&len.to_le_bytes());
    Ok(())
}

/// Takes the next record off the front of a block's body, without its length field.
pub(super) fn split<'a>(body: &mut &'a [u8]) -> Result<&'a [u8], JournalError> {
    let len = u32::from_le_bytes(take_array(body)?);
    take(body, len as usize)
}

/// Reads a record that `split` gave. Personal texts without a key stay empty; `opener` counts them.
pub(super) fn decode(record: &[u8], opener: &mut Opener) -> Result<Entry, JournalError> {
    let rest = &mut &*record;
    let [version] = take_array(rest)?;
    if version != VERSION {
        let what = format!("an entry is written in form {version}, which this carelane does not know");
        return Err(JournalError::operator(what, "use the carelane that wrote it, or a newer one"));
    }
    let seq = u64::from_le_bytes(take_array(rest)?);
    let at = Timestamp(i64::from_le_bytes(take_array(rest)?));
    let [id_len] = take_array(rest)?;
    let id = take(rest, id_len.into())?;
    let bound = &record[..FIXED_LEN - 4 + id.len()];
    let json_len = u32::from_le_bytes(take_array(rest)?);
    let json = take(rest, json_len as usize)?;
    // Read as text and not as bytes: one look at the whole is cheaper than one at each string.
    let json = std::str::from_utf8(json).map_err(|_| misshapen())?;
    let read: Reading = serde_json::from_str(json)
        .map_err(|e| JournalError::damage("an entry's JSON is none that carelane writes").because(e))?;
    let mut entry = Entry { seq, at, event: read.event, facts: read.facts };
    if id.is_empty() {
        return if rest.is_empty() { Ok(entry) } else { Err(misshapen()) };
    }
    let id = std::str::from_utf8(id).map_err(|_| misshapen())?;
    let Some(key) = opener.key(id)? else { return Ok(entry) };
    let nonce = Nonce::assume_unique_for_key(take_array::<NONCE_LEN>(rest)?);
    let mut sealed = rest.to_vec();
    let texts = key.key.open_in_place(nonce, Aad::from(bound), &mut sealed);
    let mut texts = &*texts.map_err(|_| JournalError::damage(format!("personal texts do not open with key {id}")))?;
    put_back(&mut texts, &mut entry.event)?;
    for fact in &mut entry.facts {
        put_back(&mut texts, fact)?;
    }
    if texts.is_empty() { Ok(entry) } else { Err(misshapen()) }
}

/// Puts one group of personal texts back in its places.
fn put_back(texts: &mut &[u8], part: &mut dyn HasPrivate) -> Result<(), JournalError> {
    let mut left = u16::from_le_bytes(take_array(texts)?);
    let mut outcome = Ok(());
    part.privates_mut(&mut |place| {
        if left == 0 || outcome.is_err() {
            return;
        }
        left -= 1;
        outcome = take_array(texts).and_then(|len| take(texts, u32::from_le_bytes(len) as usize)).and_then(|text| {
            let text = std::str::from_utf8(text).map_err(|_| misshapen())?;
            place.push_str(text);
            Ok(())
        });
    });
    outcome?;
    if left > 0 {
        return Err(JournalError::ours("an entry has more personal texts than its event and facts have places for"));
    }
    Ok(())
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], JournalError> {
    let (taken, rest) = bytes.split_at_checked(len).ok_or_else(misshapen)?;
    *bytes = rest;
    Ok(taken)
}

fn take_array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], JournalError> {
    let (taken, rest) = bytes.split_first_chunk::<N>().ok_or_else(misshapen)?;
    *bytes = rest;
    Ok(*taken)
}

fn misshapen() -> JournalError {
    JournalError::damage("a record does not have the shape that carelane writes")
}
