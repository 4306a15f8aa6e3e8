//! Crashes: when the process ended by its own fault, noted in the data folder, so that the next start can tell a bad
//! minute from a loop.
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
/// Notes kept, one a line of this length.
const NOTES_MAX: usize = 8;
const NOTE_LEN: usize = 16;

/// The notes of one data folder.
pub struct Crashes {
    file: Option<File>,
    times: Vec<Timestamp>,
}

impl Crashes {
    /// Reads the notes; without a folder, or with a file that cannot be read, there are none.
    pub fn open(data: &Path) -> Self {
        let path = data.join("crashes");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let times = text.lines().filter_map(|line| line.trim().parse().ok().map(Timestamp)).collect();
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).ok();
        let crashes = Self { file, times };
        if text.len() != NOTES_MAX * NOTE_LEN {
            crashes.write(&crashes.times);
        }
        crashes
    }

    /// Has it crashed again and again just now?
    pub fn are_a_loop(&self, now: Timestamp) -> bool {
        let recent = |at: &&Timestamp| **at <= now && now <= **at + LOOP_SPAN;
        self.times.iter().filter(recent).count() >= LOOP_CRASHES
    }

    /// Notes a crash at this moment; the process is about to end.
    pub fn note(&self, now: Timestamp) {
        let times: Vec<Timestamp> = self.times.iter().copied().chain([now]).collect();
        self.write(&times[times.len().saturating_sub(NOTES_MAX)..]);
    }

    fn write(&self, times: &[Timestamp]) {
        let mut text: String = times.iter().map(|at| format!("{:>width$}\n", at.0, width = NOTE_LEN - 1)).collect();
        while text.len() < NOTES_MAX * NOTE_LEN {
            text.push_str(&format!("{:>width$}\n", "", width = NOTE_LEN - 1));
        }
        if let Some(file) = &self.file {
            // A folder that takes no note has other troubles, which are told of where they are met.
            let _ = file.write_all_at(text.as_bytes(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_crashes_within_a_minute_are_a_loop_and_older_ones_are_forgotten() {
        let folder = std::env::temp_dir().join(format!("carelane-crashes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let at = |second: i64| Timestamp(1_795_000_000_000 + second * 1_000);
        for second in 0..20 {
            let crashes = Crashes::open(&folder);
            assert_eq!(crashes.are_a_loop(at(second)), second >= 5, "at {second}");
            crashes.note(at(second));
        }
        assert!(!Crashes::open(&folder).are_a_loop(at(80)), "the last one is a minute old");
        assert!(!Crashes::open(&folder).are_a_loop(at(-3_600)), "a clock put back");
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(!Crashes::open(&folder).are_a_loop(at(0)));
    }
}
