//! What an assistant hears before she takes a call, sentence by sentence, for both renderings of it.

use super::speech::Piece;
use super::speech::cut;
use super::speech::moment;
use super::wording;
use crate::floor::details::Standing;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::flow::Phrase;

/// One sentence: as a text, and in pieces that can be recordings.
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) pieces: Vec<Piece>,
}

/// Everything said, the keys last; nothing, if the treatment is no whisper.
pub(super) fn sentences(flow: &Flow, treatment: &Treatment) -> Vec<Sentence> {
    let Treatment::Whisper {
        lane,
        caller_language,
        language,
        waited,
        urgent,
        repeat,
        standing,
        promised,
        backline,
        names_practice,
        from,
        attempt,
    } = treatment
    else {
        return Vec::new();
    };
    let whole = |text: &str| Sentence { text: text.to_owned(), pieces: vec![Piece::new(text, language)] };
    let phrase = |phrase| whole(flow.phrase(phrase, language));
    let mut said = Vec::new();
    if *urgent {
        said.push(phrase(Phrase::WhisperUrgent));
    }
    if let Some(from) = from {
        said.push(whole(&wording::warm(flow, from, language)));
    }
    if *names_practice {
        said.push(whole(&wording::practice(flow)));
    }
    if let Some(attempt) = attempt {
        said.push(whole(&wording::whisper_callback(flow, lane, caller_language, language, *attempt)));
    } else {
        let call = wording::whisper(flow, lane, caller_language, language);
        said.push(Sentence {
            text: call.replace("{wait}", &wording::span(*waited, language)),
            pieces: cut(&call, language, wording::span_pieces(*waited, language)),
        });
    }
    if *backline {
        said.push(phrase(Phrase::WhisperBackline));
    }
    match standing {
        Some(Standing::New) => said.push(phrase(Phrase::WhisperNewPatient)),
        Some(Standing::Existing) => said.push(phrase(Phrase::WhisperExisting)),
        None => {}
    }
    said.push(match promised {
        Some(at) => Sentence {
            text: wording::promise(flow, Phrase::WhisperPromised, *at, language),
            pieces: moment(flow, flow.phrase(Phrase::WhisperPromised, language), *at, false, language),
        },
        None if *repeat => phrase(Phrase::WhisperRepeat),
        None => phrase(Phrase::WhisperNew),
    });
    if attempt.is_some() {
        said.push(phrase(Phrase::WhisperCallbackKeys));
        return said;
    }
    said.push(phrase(Phrase::WhisperKeys));
    if !urgent && from.is_none() {
        said.push(phrase(Phrase::WhisperFlag));
    }
    said
}
