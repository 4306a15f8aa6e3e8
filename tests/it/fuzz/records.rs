//! Records of the journal: a block whose hash is right and whose content is anything at all.
//!
//! The chain keeps such blocks away from the decoder; this is what stands behind it, for a carelane that has a bug and
//! for salvage, which takes what it finds.

use carelane::journal::Journal;
use carelane::journal::JournalReader;
use carelane::journal::Store;
use carelane::vocab::Span;
use ring::digest;
use rusqlite::Connection;
use rusqlite::params;

use super::hunt::Hunt;
use crate::journal::samples;
use crate::serve::process::Folder;

const TOKENS: &[&str] = &[
    "\0\0\0\0",
    "\u{1}\0\0\0",
    "\x7f\x7f\x7f\x7f",
    "null",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"facts\":[",
    "{\"event\":\"TimePassed\"}",
    "-1",
    "18446744073709551615",
    "1e999",
    "\\ud800",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
];

/// Puts a body under the first block's number, with the hash that belongs to it.
fn put(database: &Connection, body: &[u8], count: i64) {
    let prev: Vec<u8> =
        database.query_row("SELECT prev FROM block WHERE first = 1", [], |row| row.get(0)).expect("a row");
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(b"carelane block 1");
    hash.update(&prev);
    hash.update(&1_u64.to_le_bytes());
    hash.update(&count.to_le_bytes());
    hash.update(body);
    let hash = hash.finish();
    let update = "UPDATE block SET body = ?1, hash = ?2, count = ?3 WHERE first = 1";
    database
        .prepare_cached(update)
        .and_then(|mut update| update.execute(params![body, hash.as_ref(), count]))
        .expect("a row");
}

#[test]
fn any_content_of_a_block_is_read_or_refused_and_no_personal_text_comes_out_in_the_refusal() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let (mut journal, _) = Journal::open(&data, None, |_| {}).expect("a new journal");
    for (n, (event, facts)) in samples::all().into_iter().enumerate() {
        let at = carelane::vocab::Timestamp(1_795_000_000_000) + Span::secs(n as i64);
        journal.append(at, "riverside", &event, &facts).expect("it is taken");
        journal.commit().expect("it is durable");
    }
    journal.close().expect("it closes");
    let database = Connection::open(data.join("journal.db")).expect("a database");
    database.execute_batch("PRAGMA synchronous = OFF").expect("a setting");
    let bodies: Vec<Vec<u8>> = {
        let mut select = database.prepare("SELECT body FROM block ORDER BY first").expect("a query");
        select.query_map([], |row| row.get(0)).expect("rows").map(|body| body.expect("a body")).collect()
    };
    let mut reader = std::cell::RefCell::new(JournalReader::open(&data, None).expect("a reader"));
    // The first one reads back, so that the rest is not refused for the test's own fault.
    put(&database, &bodies[0], 1);
    assert_eq!(reader.get_mut().read_range(1, 1).map_err(|e| e.to_string()).expect("a sound block").len(), 1);
    let hunt = Hunt { target: "record", rounds: 1_500, tokens: TOKENS };
    hunt.run(bodies, |body| {
        for count in [1, 2] {
            put(&database, body, count);
            match reader.borrow_mut().read_range(1, 1) {
                Ok(entries) if entries.len() == 1 => {}
                Ok(entries) => return Err(format!("{} entries came out of one", entries.len())),
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                    let said = format!("{error} {cause}");
                    if let Some(canary) = samples::CANARIES.iter().find(|canary| said.contains(*canary)) {
                        return Err(format!("the error tells a personal text ({canary}): {said}"));
                    }
                }
            }
        }
        Ok(())
    });
}
