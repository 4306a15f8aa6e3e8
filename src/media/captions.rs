//! Captions: what is said when, as text. For browser phones, whose people may read along or hear nothing at all.
//!
//! They are made from the same plan and program as the sound, so they cannot differ from it.

use std::time::Duration;

use super::player::Program;
use crate::render::Plan;
use crate::render::Sound;
use crate::render::Then;
use crate::vocab::Language;

/// Words with the moment at which they begin, counted from the first sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// When.
    pub at: Duration,
    /// The words; none for music.
    pub text: Option<String>,
    /// Their language.
    pub language: Option<Language>,
}

/// The captions of a plan that is played as this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    /// In order.
    pub said: Vec<Caption>,
    /// The place in them from which they begin again, for ever.
    pub again_from: Option<usize>,
    /// How long everything takes, once.
    pub length: Duration,
    /// Does a conversation follow, in which nothing may come late?
    pub live: bool,
}

impl Captions {
    /// Each sound of the plan that is no silence.
    pub fn new(plan: &Plan, program: &Program) -> Self {
        let (mut said, mut at, mut again_from) = (Vec::new(), Duration::ZERO, None);
        for (place, (sound, part)) in plan.sounds.iter().zip(&program.parts).enumerate() {
            if plan.again_from == Some(place) {
                again_from = Some(said.len());
            }
            match sound {
                Sound::Words(piece) => {
                    let (text, language) = (Some(piece.text.clone()), Some(piece.language.clone()));
                    said.push(Caption { at, text, language });
                }
                Sound::Music => said.push(Caption { at, text: None, language: None }),
                Sound::Silence(_) | Sound::Beep => {}
            }
            at += part.length();
        }
        Self { said, again_from, length: at, live: plan.then == Then::Talk }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Library;
    use crate::render::Keys;
    use crate::render::Piece;
    use crate::vocab::Span;

    #[test]
    fn captions_stand_where_their_sounds_do_and_words_without_a_sound_take_their_time() {
        let english = Language::parse("en-US").unwrap();
        let words = |text: &str| Sound::Words(Piece::new(text, &english));
        let sounds = vec![words("One two three four."), Sound::Silence(Span::secs(2)), words("Five."), Sound::Music];
        let plan = Plan { sounds, again_from: Some(2), keys: Keys::Heard, then: Then::End };
        let program = Library::silent().program_or_text(&plan);
        let captions = Captions::new(&plan, &program);
        let told: Vec<_> = captions.said.iter().map(|c| (c.at.as_millis(), c.text.as_deref())).collect();
        assert_eq!(told, [(0, Some("One two three four.")), (3_400, Some("Five.")), (3_750, None)]);
        assert_eq!(captions.again_from, Some(1));
        assert!(captions.length > Duration::from_secs(20), "the music has its length: {:?}", captions.length);
    }
}
