//! The library: every sound of the folder, ready to be sent, and plans made into programs with them.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::clip::Clip;
use super::g711;
use super::player::Part;
use super::player::Program;
use super::sounds::Manifest;
use super::sounds::SoundError;
use super::wav;
use crate::flow::spoken_seconds;
use crate::render::Piece;
use crate::render::Plan;
use crate::render::Sound;
use crate::vocab::Span;

/// The waiting music, where the folder has none.
const MUSIC: &[u8] = include_bytes!("../../sounds/hold.wav");
/// The folder's own.
const MUSIC_FILE: &str = "hold.wav";

const BEEP_HZ: f64 = 1_000.0;
/// As loud as speech is.
const BEEP_SIZE: f64 = 6_000.0;

/// Sounds ready to be sent, shared by all calls.
#[derive(Debug)]
pub struct Library {
    clips: BTreeMap<Piece, Arc<Clip>>,
    music: Arc<Clip>,
    beep: Arc<Clip>,
}

impl Library {
    /// Reads every sound of a folder. One that cannot be played to a phone is an error: better at the start than in a
    /// call.
    pub fn load(folder: &Path) -> Result<Self, SoundError> {
        let manifest = Manifest::open(folder)?;
        let mut clips = BTreeMap::new();
        for (piece, file) in manifest.files() {
            clips.insert(piece.clone(), Arc::new(Clip::new(&manifest.read(file)?.mulaw)));
        }
        let own = folder.join(MUSIC_FILE);
        let music = if own.exists() {
            manifest.read(MUSIC_FILE)?.mulaw
        } else {
            wav::read(MUSIC).map_err(|why| SoundError::BadFile(own, why))?
        };
        Ok(Self { clips, music: Arc::new(Clip::new(&music)), beep: Arc::new(beep()) })
    }

    /// No words at all, and the music that is built in.
    pub fn silent() -> Self {
        let music = wav::read(MUSIC).unwrap_or_default();
        Self { clips: BTreeMap::new(), music: Arc::new(Clip::new(&music)), beep: Arc::new(beep()) }
    }

    /// A plan with its sounds; `None` if one is missing.
    pub fn program(&self, plan: &Plan) -> Option<Program> {
        let parts = plan.sounds.iter().map(|sound| self.part(sound)).collect::<Option<Vec<_>>>()?;
        Some(Program { parts, again_from: plan.again_from })
    }

    /// A plan for who can read: words without a sound are a silence as long as they would take.
    pub fn program_or_text(&self, plan: &Plan) -> Program {
        let silence = |sound: &Sound| match sound {
            Sound::Words(piece) => Part::Silence(Duration::from_secs_f64(spoken_seconds(&piece.text))),
            Sound::Music | Sound::Silence(_) | Sound::Beep => Part::Silence(Duration::ZERO),
        };
        let parts = plan.sounds.iter().map(|sound| self.part(sound).unwrap_or_else(|| silence(sound)));
        Program { parts: parts.collect(), again_from: plan.again_from }
    }

    fn part(&self, sound: &Sound) -> Option<Part> {
        Some(match sound {
            Sound::Words(piece) => Part::Clip(Arc::clone(self.clips.get(piece)?)),
            Sound::Music => Part::Clip(Arc::clone(&self.music)),
            Sound::Silence(length) => Part::Silence(duration(*length)),
            Sound::Beep => Part::Clip(Arc::clone(&self.beep)),
        })
    }

    /// How many sounds of words there are.
    pub fn len(&self) -> usize {
        self.clips.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.clips.is_empty()
    }
}

/// The tone before a message: 1 kHz, 0.4 s.
fn beep() -> Clip {
    let sample = |n: u32| g711::encode((BEEP_SIZE * (TAU * BEEP_HZ * f64::from(n) / 8_000.0).sin()) as i16);
    Clip::new(&(0..3_200).map(sample).collect::<Vec<u8>>())
}

/// A span as the clocks of the outer rooms count it.
pub fn duration(span: Span) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}
