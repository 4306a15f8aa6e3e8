//! Crashes: when the process ended by its own fault, noted in the data folder, so that the next start can tell a bad
//! minute from a loop, and at which event the core panicked.
//!
//! A kill, a power cut and an orderly end leave no note: after them a start at once is right. The file has its full
//! size from the first start on, so that it can be written when the disk is full.

use std::fs::File;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::vocab::Span;
use crate::vocab::Timestamp;

/// So many crashes within `LOOP_SPAN` are a loop: another start would end like the last ones.
const LOOP_CRASHES: usize = 5;
const LOOP_SPAN: Span = Span::secs(60);
/// Notes kept, one a line: the time and the mark of an event, each this wide.
const NOTES_MAX: usize = 8;
const COLUMN: usize = 16;
const NOTE_LEN: usize = 2 * COLUMN + 2;

/// One crash.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    at: Timestamp,
    /// What the core was deciding about; empty if it was not that.
    mark: String,
}

/// The notes of one data folder.
pub struct Crashes {
    file: Option<File>,
    notes: Vec<Note>,
}

impl Crashes {
    /// Reads the notes; without a folder, or with a file that cannot be read, there are none.
    pub fn open(data: &Path) -> Self {
        let path = data.join("crashes");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).ok();
        let crashes = Self { file, notes: text.lines().filter_map(read).collect() };
        if text.len() != NOTES_MAX * NOTE_LEN {
            crashes.write(&crashes.notes);
        }
        crashes
    }

    /// Has it crashed again and again just now?
    pub fn are_a_loop(&self, now: Timestamp) -> bool {
        let recent = |note: &&Note| note.at <= now && now <= note.at + LOOP_SPAN;
        self.notes.iter().filter(recent).count() >= LOOP_CRASHES
    }

    /// Did the core panic at any event of late?
    pub fn have_marks(&self) -> bool {
        self.notes.iter().any(|note| !note.mark.is_empty())
    }

    /// Did the core panic at an event with this mark?
    pub fn have_mark(&self, mark: &str) -> bool {
        !mark.is_empty() && self.notes.iter().any(|note| note.mark == mark)
    }

    /// Notes a crash at this moment, and the mark of the event, if it was at one; the process is about to end.
    pub fn note(&self, now: Timestamp, mark: Option<&str>) {
        let new = Note { at: now, mark: mark.unwrap_or_default().to_owned() };
        let notes: Vec<Note> = self.notes.iter().cloned().chain([new]).collect();
        self.write(&notes[notes.len().saturating_sub(NOTES_MAX)..]);
    }

    fn write(&self, notes: &[Note]) {
        let line = |note: Option<&Note>| {
            let (at, mark) = note.map_or_else(Default::default, |note| (note.at.0.to_string(), note.mark.clone()));
            format!("{at:>COLUMN$} {mark:>COLUMN$}\n")
        };
        let text: String = (0..NOTES_MAX).map(|n| line(notes.get(n))).collect();
        if let Some(file) = &self.file {
            // A folder that takes no note has other troubles, which are told of where they are met.
            let _ = file.write_all_at(text.as_bytes(), 0);
        }
    }
}

fn read(line: &str) -> Option<Note> {
    let mut words = line.split_whitespace();
    let at = Timestamp(words.next()?.parse().ok()?);
    Some(Note { at, mark: words.next().unwrap_or_default().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("carelane-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn at(second: i64) -> Timestamp {
        Timestamp(1_795_000_000_000 + second * 1_000)
    }

    #[test]
    fn five_crashes_within_a_minute_are_a_loop_and_older_ones_are_forgotten() {
        let folder = folder("crashes");
        for second in 0..20 {
            let crashes = Crashes::open(&folder);
            assert_eq!(crashes.are_a_loop(at(second)), second >= 5, "at {second}");
            crashes.note(at(second), None);
        }
        assert!(!Crashes::open(&folder).are_a_loop(at(80)), "the last one is a minute old");
        assert!(!Crashes::open(&folder).are_a_loop(at(-3_600)), "a clock put back");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(!Crashes::open(&folder).are_a_loop(at(0)));
    }

    #[test]
    fn the_mark_of_an_event_is_found_again_until_eight_more_crashes() {
        let folder = folder("marks");
        assert!(!Crashes::open(&folder).have_marks());
        Crashes::open(&folder).note(at(0), Some("0123456789abcdef"));
        for second in 1..=8 {
            let crashes = Crashes::open(&folder);
            assert!(crashes.have_marks() && crashes.have_mark("0123456789abcdef"), "after {second}");
            assert!(!crashes.have_mark("0123456789abcdee") && !crashes.have_mark(""));
            crashes.note(at(second), None);
        }
        assert!(!Crashes::open(&folder).have_marks());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
