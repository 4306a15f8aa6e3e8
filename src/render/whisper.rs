//! What an assistant hears before she takes a call, sentence by sentence, for both renderings of it.

use super::wording;
use crate::floor::details::Standing;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::flow::Phrase;

/// Everything said, the keys last; nothing, if the treatment is no whisper.
pub(super) fn sentences(flow: &Flow, treatment: &Treatment) -> Vec<String> {
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
    } = treatment
    else {
        return Vec::new();
    };
    let phrase = |phrase| flow.phrase(phrase, language).to_owned();
    let mut said = Vec::new();
    if *urgent {
        said.push(phrase(Phrase::WhisperUrgent));
    }
    if *names_practice {
        said.push(wording::practice(flow));
    }
    said.push(wording::whisper(flow, lane, caller_language, *waited, language));
    if *backline {
        said.push(phrase(Phrase::WhisperBackline));
    }
    match standing {
        Some(Standing::New) => said.push(phrase(Phrase::WhisperNewPatient)),
        Some(Standing::Existing) => said.push(phrase(Phrase::WhisperExisting)),
        None => {}
    }
    said.push(match promised {
        Some(at) => wording::promise(flow, Phrase::WhisperPromised, *at, language),
        None if *repeat => phrase(Phrase::WhisperRepeat),
        None => phrase(Phrase::WhisperNew),
    });
    said.push(phrase(Phrase::WhisperKeys));
    if !urgent {
        said.push(phrase(Phrase::WhisperFlag));
    }
    said
}
