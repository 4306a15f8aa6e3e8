//! Behaviour tests: journal.
//!
//! What goes in comes back, what is damaged is refused and named, what is personal is readable only with its key.
//! Damage and crashes are in `journal/damage.rs`; here is the ordinary day.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails is a test that fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::journal::Entry;
use carelane::journal::Fault;
use carelane::journal::Journal;
use carelane::journal::JournalError;
use carelane::journal::JournalReader;
use carelane::journal::Memory;
use carelane::journal::Recovered;
use carelane::journal::Store;
use carelane::journal::verify;
use carelane::vocab::HasPrivate;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

mod command;
mod crash;
mod damage;
mod golden;
mod salvage;
pub(crate) mod samples;

/// Wednesday, 18 November 2026.
const START: Timestamp = Timestamp(1_795_000_000_000);
const SCOPE: &str = "riverside";

/// A folder of its own for one test, deleted at its end.
struct TempFolder(PathBuf);

impl TempFolder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("carelane-journal-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The data folder in it, not yet made.
    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// A copy of the data folder as it is now on disk, as a killed process leaves it.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.0.join(name);
        let _ = fs::remove_dir_all(&to);
        copy_folder(&self.data(), &to);
        to
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy_folder(&file.path(), &target);
        } else if file.file_name() != "journal.db-shm" {
            // The index of the log lives in shared memory: it is not what a crash leaves, SQLite builds it anew.
            fs::copy(file.path(), target).unwrap();
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn reopen(data: &Path) -> Result<(Journal, Recovered, Vec<Entry>), JournalError> {
    let mut entries = Vec::new();
    let (journal, recovered) = Journal::open(data, None, |entry| entries.push(entry))?;
    Ok((journal, recovered, entries))
}

fn open_error(data: &Path) -> JournalError {
    reopen(data).err().expect("an error")
}

/// Appends calls `from..=to` a second apart, `batch` to a commit.
fn append_calls(journal: &mut dyn Store, from: u32, to: u32, batch: u32) {
    for n in from..=to {
        let (event, facts) = samples::arrival(n);
        assert_eq!(journal.append(START + Span::secs(n.into()), SCOPE, &event, &facts).unwrap(), u64::from(n));
        if n % batch == 0 || n == to {
            assert_eq!(journal.commit().unwrap(), u64::from(n));
        }
    }
}

/// What `append_calls` leaves behind.
fn calls(from: u32, to: u32) -> Vec<Entry> {
    let call = |n: u32| {
        let (event, facts) = samples::arrival(n);
        Entry { seq: n.into(), at: START + Span::secs(n.into()), event, facts }
    };
    (from..=to).map(call).collect()
}

fn texts_of(entry: &Entry) -> Vec<String> {
    let mut texts = Vec::new();
    entry.event.privates(&mut |text| texts.push(text.to_owned()));
    entry.facts.iter().for_each(|fact| fact.privates(&mut |text| texts.push(text.to_owned())));
    texts
}

/// Writes every sample, each in a commit of its own, and says what was written.
fn write_samples(store: &mut dyn Store) -> Vec<Entry> {
    let mut written = Vec::new();
    for (n, (event, facts)) in samples::all().into_iter().enumerate() {
        let at = START + Span::secs(n as i64);
        let seq = store.append(at, SCOPE, &event, &facts).unwrap();
        store.commit().unwrap();
        written.push(Entry { seq, at, event, facts });
    }
    written
}

#[test]
fn the_samples_hold_every_event_and_every_fact() {
    let all = samples::all();
    let events: Vec<&str> = all.iter().map(|(event, _)| samples::event_name(event)).collect();
    let facts: Vec<&str> = all.iter().flat_map(|(_, facts)| facts.iter().map(samples::fact_name)).collect();
    samples::EVENTS.iter().for_each(|name| assert!(events.contains(name), "no sample of event {name}"));
    samples::FACTS.iter().for_each(|name| assert!(facts.contains(name), "no sample of fact {name}"));
}

#[test]
fn every_event_and_fact_comes_back_as_it_went_in_with_its_personal_texts() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    let written = write_samples(&mut journal);
    drop(journal);
    let (_, recovered, read) = reopen(&folder.data()).unwrap();
    // Equality looks into personal texts: a field that `HasPrivate` forgets comes back empty and fails here.
    for (read, written) in read.iter().zip(&written) {
        assert_eq!(texts_of(read), texts_of(written), "entry {}", written.seq);
        assert!(read == written, "entry {}: {read:?} is not {written:?}", written.seq);
    }
    assert_eq!(recovered.entries, written.len() as u64);
    assert_eq!(recovered.facts, written.iter().map(|entry| entry.facts.len() as u64).sum::<u64>());
    assert_eq!(recovered.last_at, written.last().map(|entry| entry.at));
    assert!(recovered.forgotten.is_empty());
}

#[test]
fn no_personal_text_stands_in_clear_in_any_file() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    let written = write_samples(&mut journal);
    assert!(written.iter().flat_map(texts_of).all(|text| samples::CANARIES.iter().any(|canary| text.contains(canary))));
    let look = || {
        for path in files(&folder.data()) {
            let bytes = fs::read(&path).unwrap();
            for canary in samples::CANARIES {
                let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!found, "{canary} stands in {}", path.display());
            }
        }
    };
    look();
    journal.close().unwrap();
    look();
}

#[test]
fn every_file_is_for_its_owner_only() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 2, 1);
    for path in files(&folder.data()) {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    for path in [folder.data(), folder.data().join("keys")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn what_was_appended_together_is_one_commit() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 32, 32);
    append_calls(&mut journal, 33, 40, 1);
    assert_eq!(journal.commit().unwrap(), 40, "an empty commit is none");
    drop(journal);
    let (_, recovered, entries) = reopen(&folder.data()).unwrap();
    assert_eq!((recovered.entries, recovered.blocks), (40, 9));
    assert_eq!(entries, calls(1, 40));
}

#[test]
fn what_was_not_committed_is_not_there() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 3, 3);
    let (event, facts) = samples::arrival(4);
    journal.append(START + Span::secs(9), SCOPE, &event, &facts).unwrap();
    assert_eq!(journal.head(), 3);
    drop(journal);
    let (mut journal, _, entries) = reopen(&folder.data()).unwrap();
    assert_eq!(entries, calls(1, 3));
    append_calls(&mut journal, 4, 5, 2);
    drop(journal);
    assert_eq!(reopen(&folder.data()).unwrap().2, calls(1, 5));
}

#[test]
fn a_closed_journal_needs_no_log_and_opens_again() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 20, 7);
    journal.close().unwrap();
    assert_eq!(fs::metadata(folder.data().join("journal.db-wal")).map_or(0, |file| file.len()), 0);
    assert_eq!(reopen(&folder.data()).unwrap().2, calls(1, 20));
}

#[test]
fn a_long_journal_comes_back_in_order() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 3_000, 64);
    drop(journal);
    let (_, recovered, entries) = reopen(&folder.data()).unwrap();
    assert!(entries == calls(1, 3_000));
    assert_eq!((recovered.blocks, recovered.facts), (47, 6_000));
}

#[test]
fn a_second_instance_is_refused_and_told_what_to_do() {
    let folder = TempFolder::new();
    let (journal, _, _) = reopen(&folder.data()).unwrap();
    let error = open_error(&folder.data());
    assert_eq!(error.fault(), Fault::Operator);
    assert!(error.to_string().contains("another carelane process"), "{error}");
    drop(journal);
    reopen(&folder.data()).unwrap();
}

#[test]
fn time_never_runs_backwards_in_a_journal() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 2, 1);
    drop(journal);
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    let error = journal.append(START, SCOPE, &Event::TimePassed, &[]).unwrap_err();
    assert_eq!(error.fault(), Fault::Ours);
}

#[test]
fn a_reader_sees_what_is_durable_while_the_journal_is_written() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 10, 4);
    let mut reader = journal.reader().unwrap();
    let (event, facts) = samples::arrival(11);
    journal.append(START + Span::secs(11), SCOPE, &event, &facts).unwrap();
    let read = std::thread::spawn(move || (reader.head().unwrap(), reader.read_range(3, 99).unwrap(), reader));
    let (head, entries, mut reader) = read.join().unwrap();
    assert_eq!((head, entries), (10, calls(3, 10)));
    journal.commit().unwrap();
    assert_eq!(reader.read_range(9, 11).unwrap(), calls(9, 11));
    assert_eq!(reader.read_range(12, 20).unwrap(), []);
    assert_eq!(reader.read_range(0, 1).unwrap(), calls(1, 1));
    let mut without_texts = JournalReader::open_without_texts(&folder.data()).unwrap();
    assert_eq!(texts_of(&without_texts.read_range(1, 1).unwrap()[0]), ["", ""]);
}

#[test]
fn a_folder_in_use_can_be_verified() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 10, 4);
    let mut last = 0;
    let report = verify(&folder.data(), None, |entry| last = entry.seq).unwrap();
    assert_eq!((report.found.entries, report.found.blocks, report.anchored, last), (10, 3, 10, 10));
    assert!(!report.anchor_torn);
    append_calls(&mut journal, 11, 12, 1);
}

#[test]
fn each_practice_and_month_has_a_key_of_its_own() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    let (event, facts) = samples::arrival(1);
    let scopes = ["riverside", "lakeside", "../Sun & Co"];
    for (at, scope) in [(START, scopes[0]), (START, scopes[1]), (START, scopes[2]), (START, scopes[0])] {
        journal.append(at, scope, &event, &facts).unwrap();
    }
    journal.append(START + Span::hours(24 * 20), "riverside", &event, &facts).unwrap();
    // Without a personal text no key is needed.
    journal.append(START + Span::hours(24 * 60), "riverside", &Event::TimePassed, &[]).unwrap();
    journal.commit().unwrap();
    let keys = files(&folder.data().join("keys"));
    let mut names: Vec<String> =
        keys.iter().map(|path| path.file_name().unwrap().to_str().unwrap()[..].to_owned()).collect();
    names.sort();
    let stems: Vec<&str> = names.iter().map(|name| name.rsplit_once('-').unwrap().0).collect();
    let expected = ["%2e%2e%2f%53un%20%26%20%43o-202611", "lakeside-202611", "riverside-202611", "riverside-202612"];
    assert_eq!(stems, expected);
    drop(journal);
    let (_, _, entries) = reopen(&folder.data()).unwrap();
    assert!(entries[..5].iter().all(|entry| entry.event == event && entry.facts == facts));
}

#[test]
fn a_destroyed_key_takes_its_sounds_and_no_others() {
    let folder = TempFolder::new();
    let (journal, _, _) = reopen(&folder.data()).unwrap();
    let (audio, archive) = (journal.audio().unwrap(), journal.archive());
    let (long_ago, lately) = (Timestamp(1_600_000_000_000), Timestamp(1_795_000_000_000));
    audio.keep("0123456789abcdef", "elm", long_ago, b"an old message").unwrap();
    audio.keep("fedcba9876543210", "elm", lately, b"a new message").unwrap();
    let old = archive.keys().unwrap().into_iter().find(|key| key.month == 202_009).unwrap();
    archive.destroy(&old).unwrap();
    assert_eq!(files(&folder.data().join("recordings")).len(), 1);
    assert_eq!(audio.read("0123456789abcdef").unwrap(), None);
    assert_eq!(audio.read("fedcba9876543210").unwrap().as_deref(), Some(&b"a new message"[..]));
}

#[test]
fn a_destroyed_key_takes_its_texts_and_nothing_else() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 6, 2);
    drop(journal);
    let destroyed = files(&folder.data().join("keys")).remove(0);
    let destroyed_id = destroyed.file_stem().unwrap().to_str().unwrap().to_owned();
    fs::remove_file(destroyed).unwrap();
    let (mut journal, recovered, entries) = reopen(&folder.data()).unwrap();
    assert_eq!(recovered.forgotten.clone().into_iter().collect::<Vec<_>>(), [(destroyed_id.clone(), 6)]);
    assert!(recovered.missing().eq([(destroyed_id.as_str(), 6)]), "retention did not destroy it");
    assert!(entries.iter().flat_map(texts_of).all(|text| text.is_empty()));
    assert!(matches!(&entries[2].facts[0], Fact::CallArrived { call, caller, .. }
        if call.0 == 3 && caller.number.is_some()));
    // The month goes on with another key; what the first one sealed stays forgotten.
    append_calls(&mut journal, 7, 8, 2);
    drop(journal);
    let (_, recovered, entries) = reopen(&folder.data()).unwrap();
    assert_eq!(recovered.forgotten.into_iter().collect::<Vec<_>>(), [(destroyed_id, 6)]);
    assert_eq!(entries[6..], calls(7, 8));
}

#[test]
fn a_missing_or_wrong_master_key_is_told_at_the_start() {
    let folder = TempFolder::new();
    let (mut journal, _, _) = reopen(&folder.data()).unwrap();
    append_calls(&mut journal, 1, 2, 1);
    drop(journal);
    let master = folder.data().join("data.key");
    let bytes = fs::read(&master).unwrap();
    fs::remove_file(&master).unwrap();
    assert_eq!(open_error(&folder.data()).fault(), Fault::Operator);
    assert!(!master.exists(), "a new key was made though the old one is missed");
    let elsewhere = folder.0.join("key");
    for (content, works) in [(&bytes[..], true), (&[7; 32], false), (b"secret", false), (&bytes[..40], false)] {
        fs::write(&elsewhere, content).unwrap();
        match Journal::open(&folder.data(), Some(&elsewhere), |_| {}) {
            Ok(_) => assert!(works),
            Err(error) => assert!(!works && error.fault() == Fault::Operator, "{error}"),
        }
    }
    fs::remove_file(&elsewhere).unwrap();
    let error = verify(&folder.data(), Some(&elsewhere), |_| {}).unwrap_err();
    assert_eq!(error.fault(), Fault::Operator);
}

#[test]
fn the_store_in_memory_keeps_what_was_committed() {
    let memory = Memory::default();
    let mut store = memory.clone();
    append_calls(&mut store, 1, 5, 2);
    let (event, facts) = samples::arrival(6);
    store.append(START + Span::hours(1), SCOPE, &event, &facts).unwrap();
    assert_eq!((store.head(), memory.commits()), (5, 3));
    memory.fail_next_commit();
    assert_eq!(store.commit().unwrap_err().fault(), Fault::Disk);
    assert!(store.append(START + Span::hours(2), SCOPE, &event, &facts).is_err());
    memory.crash();
    append_calls(&mut store, 6, 6, 1);
    assert_eq!(memory.entries(), calls(1, 6));
}
