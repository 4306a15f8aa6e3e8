//! The library: every sound of the folder, ready to be sent, and plans made into programs with them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::clip::Clip;
use super::player::Part;
use super::player::Program;
use super::sounds::Manifest;
use super::sounds::SoundError;
use super::wav;
use crate::render::Piece;
use crate::render::Plan;
use crate::render::Sound;
use crate::vocab::Span;

/// The waiting music, where the folder has none.
const MUSIC: &[u8] = include_bytes!("../../sounds/hold.wav");
/// The folder's own.
const MUSIC_FILE: &str = "hold.wav";

/// Sounds ready to be sent, shared by all calls.
#[derive(Debug)]
pub struct Library {
    clips: BTreeMap<Piece, Arc<Clip>>,
    music: Arc<Clip>,
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
        Ok(Self { clips, music: Arc::new(Clip::new(&music)) })
    }

    /// A plan with its sounds; `None` if one is missing.
    pub fn program(&self, plan: &Plan) -> Option<Program> {
        let part = |sound: &Sound| {
            Some(match sound {
                Sound::Words(piece) => Part::Clip(Arc::clone(self.clips.get(piece)?)),
                Sound::Music => Part::Clip(Arc::clone(&self.music)),
                Sound::Silence(length) => Part::Silence(duration(*length)),
            })
        };
        let parts = plan.sounds.iter().map(part).collect::<Option<Vec<_>>>()?;
        Some(Program { parts, again_from: plan.again_from })
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

/// A span as the clocks of the outer rooms count it.
pub fn duration(span: Span) -> Duration {
    Duration::from_millis(u64::try_from(span.0).unwrap_or(0))
}
