//! The process whose disk fails: this test binary, started again behind the shim with a data folder to write in.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;

use carelane::floor::event::Event;
use carelane::floor::fact::Fact;
use carelane::journal::Entry;
use carelane::journal::Journal;
use carelane::journal::JournalError;
use carelane::journal::Store;
use carelane::vocab::CallId;
use carelane::vocab::Private;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::recording;
use crate::journal::samples;
use crate::serve::process::Folder;

const START: Timestamp = Timestamp(1_795_000_000_000);
/// Names the data folder to the child.
const DATA: &str = "CARELANE_TEST_DISK";
/// Says how much it writes.
const LENGTH: &str = "CARELANE_TEST_LENGTH";
/// What carelane says after a failed commit.
pub(super) const FAILED: i32 = 74;

/// How much is written before the child ends by itself.
#[derive(Clone, Copy)]
pub(super) enum Length {
    /// A few commits and two restarts.
    Short,
    /// So much that the log is moved into the database by itself.
    Long,
}

/// A life of the journal: up to this entry, and whether it is then closed in order; the next one opens it again.
const SHORT: &[(u32, bool)] = &[(4, false), (9, true), (14, false)];
/// Entries of a short life that nothing ended.
pub(super) const WHOLE: u32 = 14;
const LONG: &[(u32, bool)] = &[(12, false), (30, true), (120, false), (132, true), (140, false)];
/// From here every third entry of a long life is a big one.
const BIG_FROM: u32 = 31;
const BIG_BYTES: usize = 160 * 1024;

/// Entry `n`, the same in every process.
pub(super) fn entry(n: u32) -> Entry {
    let (event, facts) = match n {
        BIG_FROM.. if n.is_multiple_of(3) => closing(n),
        _ => samples::arrival(n),
    };
    Entry { seq: n.into(), at: START + Span::secs(n.into()), event, facts }
}

fn closing(n: u32) -> (Event, Vec<Fact>) {
    let text = format!("{n:08}").repeat(BIG_BYTES / 8);
    let note = [("request".into(), Private::new(text))].into_iter().collect();
    let event =
        Event::CallCloseAsked { call: CallId(n.into()), outcome: "booked".into(), note, by: None, promised: None };
    (event, vec![Fact::InputMissed { call: CallId(n.into()) }])
}

/// With a data folder in the environment it is the process whose disk fails; otherwise it writes on a sound one.
#[test]
fn a_journal_written_in_several_lives_is_read_back_whole() {
    let Ok(data) = std::env::var(DATA) else {
        let place = Place::new();
        let data = place.root.join("disk/data");
        fs::create_dir(place.root.join("disk")).unwrap();
        live(&data, SHORT).unwrap();
        let mut entries = Vec::new();
        Journal::open(&data, None, |entry| entries.push(entry)).unwrap();
        assert!(entries == (1..=WHOLE).map(entry).collect::<Vec<_>>());
        return;
    };
    let lives = if std::env::var(LENGTH).unwrap() == "long" { LONG } else { SHORT };
    if let Err(error) = live(Path::new(&data), lives) {
        eprintln!("{error}");
        std::process::exit(FAILED);
    }
}

fn live(data: &Path, lives: &[(u32, bool)]) -> Result<(), JournalError> {
    // Beside the folders that are made for the data: `root/acknowledged`.
    let said = data.ancestors().nth(3).unwrap().join("acknowledged");
    let mut said = fs::File::options().append(true).create(true).open(said).unwrap();
    for (until, closes) in lives {
        let (mut journal, recovered) = Journal::open(data, None, |_| {})?;
        for n in u32::try_from(recovered.entries).unwrap() + 1..=*until {
            let Entry { at, event, facts, .. } = entry(n);
            journal.append(at, "riverside", &event, &facts)?;
            // Batches of one, two and three.
            if n == *until || n % 6 != 1 && n % 6 != 3 && n % 6 != 4 {
                let durable = journal.commit()?;
                said.write_all(format!("{durable}\n").as_bytes()).unwrap();
            }
        }
        if *closes {
            journal.close()?;
        }
    }
    Ok(())
}

/// A place where children write, one after the other, with what the shim wrote down of it.
pub(super) struct Place {
    folder: Folder,
    pub(super) root: PathBuf,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = Folder::new();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        Self { folder, root }
    }

    /// The data folder, two folders below the root that are not made yet.
    pub(super) fn data(&self) -> PathBuf {
        data_in(&self.root)
    }

    /// A folder for images.
    pub(super) fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    pub(super) fn steps(&self) -> Vec<recording::Step> {
        recording::read(&self.folder.path().join("recording"))
    }

    /// Runs a child to its end, with one of the shim's faults.
    pub(super) fn run(&self, length: Length, fault: Option<&str>) -> (ExitStatus, String) {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "disk::writer::a_journal_written_in_several_lives_is_read_back_whole", "--nocapture"])
            .env(DATA, self.data())
            .env(LENGTH, if matches!(length, Length::Long) { "long" } else { "short" })
            .env("SHIM_ROOT", &self.root)
            .env("SHIM_LOG", self.folder.path().join("recording"))
            .env("LD_PRELOAD", recording::shim());
        if let Some(fault) = fault {
            child.env("SHIM_FAULT", fault);
        }
        let output = child.output().unwrap();
        (output.status, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The last entry that was acknowledged.
    pub(super) fn acknowledged(&self) -> u32 {
        let said = fs::read_to_string(self.root.join("acknowledged")).unwrap_or_default();
        said.lines().next_back().map_or(0, |line| line.parse().unwrap())
    }
}

/// The data folder under a root or its image.
pub(super) fn data_in(root: &Path) -> PathBuf {
    root.join("var/lib/carelane")
}

/// Opens what a crash left; how many entries are there, all as they were written. Else why not.
pub(super) fn recovers(data: &Path, acknowledged: u32) -> Result<u32, String> {
    let mut entries = Vec::new();
    let opened = Journal::open(data, None, |entry| entries.push(entry));
    let found = u32::try_from(entries.len()).unwrap();
    if let Err(error) = opened {
        return Err(format!("refused: {error} {:?}", std::error::Error::source(&error).map(ToString::to_string)));
    }
    if found < acknowledged {
        return Err(format!("lost: {acknowledged} entries were acknowledged, {found} are there"));
    }
    match entries.iter().zip(1..).find(|(read, n)| **read != entry(*n)) {
        Some((_, n)) => Err(format!("altered: entry {n} is not what was written")),
        None => Ok(found),
    }
}
