//! The sounds folder: which file says which words, and whether it can go to a phone.
//!
//! `manifest.json` in the folder is a list of `{"language", "text", "file"}`. A file is found by the exact words, so a
//! flow file whose sentence changes has no sound for it until one is made; it can never play the old words.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;

use super::g711;
use super::wav;
use super::wav::WavError;
use crate::render::Piece;

/// The list of files in a sounds folder.
const MANIFEST: &str = "manifest.json";
/// Larger than any prompt or music; a wrong path may lead to gigabytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Speech that never gets as loud as this is not understood on a bad line (-15 dB below full scale).
const PEAK_MIN: i16 = 5_800;
/// As loud as mu-law gets: samples there were cut off.
const CLIPPED: i16 = 32_124;
/// Silence is softer than this (-46 dB).
const SILENT: i16 = 160;
/// A pause between two sentences is not that long.
const PAUSE_SECONDS_MAX: f64 = 1.2;

/// Which file says which words.
#[derive(Debug, Default)]
pub struct Manifest {
    folder: PathBuf,
    files: BTreeMap<Piece, String>,
}

/// A sound read from its file.
#[derive(Debug)]
pub struct Recording {
    /// The sound, mu-law.
    pub mulaw: Vec<u8>,
}

/// Why a sound cannot be had.
#[derive(Debug)]
pub enum SoundError {
    /// The folder has no list.
    NoManifest(PathBuf),
    /// The list cannot be understood.
    BadManifest(PathBuf, String),
    /// A file cannot be read.
    Unreadable(PathBuf, String),
    /// A file is not of the kind a phone needs.
    BadFile(PathBuf, WavError),
}

impl fmt::Display for SoundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest(folder) => write!(
                f,
                "`{}` holds no {MANIFEST}: there are no sounds of prompts; `carelane sounds build` makes them",
                folder.display()
            ),
            Self::BadManifest(path, why) => write!(f, "`{}` is no list of sounds: {why}", path.display()),
            Self::Unreadable(path, why) => write!(f, "cannot read the sound `{}`: {why}", path.display()),
            Self::BadFile(path, why) => write!(f, "the sound `{}` cannot be played to a phone: {why}", path.display()),
        }
    }
}

impl std::error::Error for SoundError {}

/// A line of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    language: String,
    text: String,
    file: String,
}

impl Manifest {
    /// Reads the folder's list.
    pub fn open(folder: &Path) -> Result<Self, SoundError> {
        let path = folder.join(MANIFEST);
        if !path.exists() {
            return Err(SoundError::NoManifest(folder.to_owned()));
        }
        let bad = |why: String| SoundError::BadManifest(path.clone(), why);
        let lines: Vec<Line> = serde_json::from_slice(&bytes(&path)?).map_err(|error| bad(error.to_string()))?;
        let mut files = BTreeMap::new();
        for Line { language, text, file } in lines {
            let language = crate::vocab::Language::parse(&language)
                .ok_or_else(|| bad(format!("`{language}` is no language tag")))?;
            if !Path::new(&file).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(bad(format!("`{file}` leads out of the folder")));
            }
            files.insert(Piece { language, text }, file);
        }
        Ok(Self { folder: folder.to_owned(), files })
    }

    /// The file that says this, by its name in the folder.
    pub fn file(&self, piece: &Piece) -> Option<&str> {
        self.files.get(piece).map(String::as_str)
    }

    /// Everything that is listed.
    pub fn files(&self) -> impl Iterator<Item = (&Piece, &str)> {
        self.files.iter().map(|(piece, file)| (piece, file.as_str()))
    }

    /// Reads a file of the folder.
    pub fn read(&self, file: &str) -> Result<Recording, SoundError> {
        let path = self.folder.join(file);
        let mulaw = wav::read(&bytes(&path)?).map_err(|why| SoundError::BadFile(path, why))?;
        Ok(Recording { mulaw })
    }
}

impl Recording {
    /// How long it is.
    pub fn seconds(&self) -> f64 {
        seconds(self.mulaw.len())
    }

    /// What a listener would complain of; nothing, if it is fine.
    pub fn flaw(&self) -> Option<&'static str> {
        let sizes = || self.mulaw.iter().map(|byte| g711::decode(*byte).saturating_abs());
        let peak = sizes().max().unwrap_or(0);
        let pause = sizes()
            .scan(0, |run, size| {
                *run = if size < SILENT { *run + 1 } else { 0 };
                Some(*run)
            })
            .max();
        match peak {
            CLIPPED.. => Some("it is too loud: its peaks are cut off"),
            ..PEAK_MIN => Some("it is too soft to be understood on a bad line"),
            _ if seconds(pause.unwrap_or(0)) > PAUSE_SECONDS_MAX => Some("it is silent for more than 1.2 s"),
            _ => None,
        }
    }
}

fn seconds(bytes: usize) -> f64 {
    u32::try_from(bytes).map_or(f64::INFINITY, f64::from) / 8_000.0
}

fn bytes(path: &Path) -> Result<Vec<u8>, SoundError> {
    let cannot = |why: String| SoundError::Unreadable(path.to_owned(), why);
    let size = std::fs::metadata(path).map_err(|e| cannot(e.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(cannot("it is larger than 4 MiB: that is no prompt".to_owned()));
    }
    std::fs::read(path).map_err(|e| cannot(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(size: f64, samples: u32) -> Vec<u8> {
        // A sample is well within 16 bits.
        (0..samples).map(|i| g711::encode((size * (f64::from(i) * 0.3).sin()) as i16)).collect()
    }

    #[test]
    fn what_a_listener_would_complain_of_is_found() {
        let flaw = |mulaw| Recording { mulaw }.flaw();
        assert_eq!(flaw(tone(15_000.0, 8_000)), None);
        assert!(flaw(tone(2_000.0, 8_000)).unwrap().contains("soft"));
        assert!(flaw(tone(32_700.0, 8_000)).unwrap().contains("loud"));
        let pause = [tone(15_000.0, 800), vec![g711::SILENCE; 12_000], tone(15_000.0, 800)].concat();
        assert!(flaw(pause).unwrap().contains("silent"));
    }
}
