//! Playout: a treatment as a plan of what to play and what to wait for, for carelane's own voice.
//!
//! The second rendering of treatments; it says what the TwiML document says, in the same order. `None`: the flow does
//! not know what the treatment names.
//! A plan names pieces and knows no file; whether there are sounds for all of them, `media` says.

use super::question;
use super::speech::Piece;
use super::speech::pieces;
use super::twiml;
use super::waiting::Waiting;
use super::whisper;
use super::wording;
use crate::floor::treatment::Asked;
use crate::floor::treatment::Party;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Phrase;
use crate::flow::Step;
use crate::flow::text;
use crate::vocab::Span;

/// What to play, in order, and then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is played.
    pub sounds: Vec<Sound>,
    /// The place from which it is played again, for ever.
    pub again_from: Option<usize>,
    /// What a key does meanwhile.
    pub keys: Keys,
    /// What comes after the last sound.
    pub then: Then,
}

/// One part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Words.
    Words(Piece),
    /// The waiting music, once.
    Music,
    /// Nothing for so long.
    Silence(Span),
    /// The tone after which somebody speaks.
    Beep,
}

/// What a key does while a plan is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Nothing.
    Ignored,
    /// It answers the question: nothing more is played.
    Answer,
    /// It may change something; until it does, the plan goes on.
    Heard,
    /// `#` or `*` ends the message; nothing else does anything.
    End,
    /// All of them together are the answer, up to `#` or a pause.
    Typed,
}

/// What comes after the last sound of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// A key is waited for; without one the treatment ends with no input.
    Wait(Span),
    /// The treatment ends.
    End,
    /// The leg is hung up.
    HangUp,
    /// A message is recorded.
    Record {
        /// How long it may be.
        longest: Span,
        /// So much silence ends it.
        silence: Span,
    },
    /// The leg is in conversation until the floor, or somebody of it, ends that.
    Talk,
}

impl Plan {
    /// A conversation, with these words before it.
    pub fn conversation(sounds: Vec<Sound>) -> Self {
        Self { sounds, again_from: None, keys: Keys::Ignored, then: Then::Talk }
    }
}

/// The plan of a treatment.
pub fn plan(flow: &Flow, treatment: &Treatment) -> Option<Plan> {
    let say_all = |words: &[Words], language| {
        words.iter().flat_map(|words| pieces(flow, words, language)).map(Sound::Words).collect::<Vec<_>>()
    };
    let question = |sounds, timeout| Plan { sounds, again_from: None, keys: Keys::Answer, then: Then::Wait(timeout) };
    match treatment {
        Treatment::Menu { step, language, opening } => {
            let Some(Step::Menu(menu)) = flow.steps.get(step) else { return None };
            let said = question::menu(flow, menu, language, *opening);
            let sounds = said.iter().map(|(text, language)| Sound::Words(Piece::new(text, language)));
            Some(question(sounds.collect(), menu.timeout))
        }
        Treatment::AskStanding { language, .. } => {
            let asked = Piece::new(flow.phrase(Phrase::NewOrExisting, language), language);
            Some(question(vec![Sound::Words(asked)], seconds(twiml::STANDING_SECONDS)))
        }
        // A key that means nothing must not keep anybody from hearing it to its end.
        Treatment::RecordingNotice { language, .. } => {
            let rules = flow.recording.as_ref()?;
            let said = Sound::Words(Piece::new(text(&rules.announcement, language), language));
            let time = rules.decline_key.map(|_| Sound::Silence(seconds(twiml::DECLINE_SECONDS)));
            let sounds = [said].into_iter().chain(time).collect();
            Some(Plan { sounds, again_from: None, keys: Keys::Heard, then: Then::End })
        }
        // Keys count while an answer is read out, as words do in the document.
        Treatment::Announce { words, language } => {
            Some(Plan { sounds: say_all(words, language), again_from: None, keys: Keys::Answer, then: Then::End })
        }
        Treatment::Goodbye { words, language, .. } => {
            Some(Plan { sounds: say_all(words, language), again_from: None, keys: Keys::Ignored, then: Then::HangUp })
        }
        Treatment::Hold { .. } | Treatment::OnHold { .. } => {
            let waiting = Waiting::of(flow, treatment)?;
            Some(wait(&waiting, say_all(waiting.first, waiting.language)))
        }
        Treatment::Whisper { .. } => {
            let said = whisper::sentences(flow, treatment).into_iter().flat_map(|sentence| sentence.pieces);
            Some(question(said.map(Sound::Words).collect(), flow.offers.accept))
        }
        Treatment::Connected { called: true, language, .. } => {
            let name = Piece::new(&wording::practice(flow), language);
            Some(Plan::conversation(vec![Sound::Words(name)]))
        }
        Treatment::Connected { party: Party::Caller, language, .. } => {
            Some(Plan::conversation(say_all(&[Words::Phrase(Phrase::Joining)], language)))
        }
        Treatment::Connected { party: Party::Agent | Party::Colleague, .. } => Some(Plan::conversation(Vec::new())),
        Treatment::Record { words, language, longest } => {
            let sounds = [say_all(words, language), vec![Sound::Beep]].concat();
            let then = Then::Record { longest: *longest, silence: seconds(twiml::MESSAGE_SILENCE) };
            Some(Plan { sounds, again_from: None, keys: Keys::End, then })
        }
        Treatment::Keys { asked, words, language, .. } => {
            let keys = match asked {
                Asked::Pin { .. } => Keys::Typed,
                Asked::StaffMenu | Asked::Outcome { .. } | Asked::Field { .. } | Asked::Supervise => Keys::Answer,
            };
            Some(Plan { keys, ..question(say_all(words, language), seconds(twiml::KEYS_TIMEOUT)) })
        }
        Treatment::Supervise { .. } => Some(Plan::conversation(Vec::new())),
    }
}

/// The first words, then the sentences one after the other, with music (for urgent calls silence) between them.
fn wait(waiting: &Waiting<'_>, first: Vec<Sound>) -> Plan {
    let words = |text: &str| Sound::Words(Piece::new(text, waiting.language));
    let offers: Vec<Sound> = waiting.offers.iter().map(|offer| words(offer)).collect();
    let rest = || match waiting.urgent {
        true => vec![Sound::Silence(seconds(twiml::URGENT_PAUSE))],
        false => (0..twiml::MUSIC_LOOPS).map(|_| Sound::Music).collect(),
    };
    let mut sounds = first;
    // An urgent caller is told who is being called at once; the others hear music after their first words.
    if !waiting.urgent {
        sounds.extend(offers.clone());
        sounds.extend(rest());
    }
    let again_from = sounds.len();
    for sentence in &waiting.sentences {
        sounds.push(words(sentence));
        sounds.extend(offers.clone());
        sounds.extend(rest());
    }
    Plan { sounds, again_from: Some(again_from), keys: Keys::Heard, then: Then::End }
}

fn seconds(seconds: u32) -> Span {
    Span::secs(seconds.into())
}
