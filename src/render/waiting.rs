//! What a leg hears while it waits, in a lane's line or on hold, for both renderings of it.

use super::wording;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::Phrase;
use crate::flow::text;
use crate::vocab::Language;

/// First words, then sentences in turns; between them music, or silence for whom it is urgent.
pub(super) struct Waiting<'f> {
    pub(super) first: &'f [Words],
    /// Never empty.
    pub(super) sentences: Vec<&'f str>,
    /// What may be pressed, a sentence each.
    pub(super) offers: Vec<String>,
    pub(super) urgent: bool,
    pub(super) language: &'f Language,
}

impl<'f> Waiting<'f> {
    /// That of a treatment; none, if nobody waits in it.
    pub(super) fn of(flow: &'f Flow, treatment: &'f Treatment) -> Option<Self> {
        let phrase = |phrase, language| flow.phrase(phrase, language);
        match treatment {
            Treatment::Hold { lane, language, first, urgent } => {
                let lane = flow.lane(lane);
                let sentences = match lane.map_or(&[][..], |lane| &lane.hold) {
                    [] => vec![phrase(Phrase::OneMoment, language)],
                    hold => hold.iter().map(|sentence| text(sentence, language)).collect(),
                };
                let offers = lane.map_or_else(Vec::new, |lane| wording::offers(flow, lane, language));
                Some(Self { first, sentences, offers, urgent: *urgent, language })
            }
            Treatment::OnHold { first, language, urgent } => {
                let sentences = [Phrase::StillOnHold, Phrase::HoldGoesOn].map(|turn| phrase(turn, language));
                let (sentences, offers) = (sentences.to_vec(), Vec::new());
                Some(Self { first, sentences, offers, urgent: *urgent, language })
            }
            Treatment::Menu { .. }
            | Treatment::Announce { .. }
            | Treatment::Whisper { .. }
            | Treatment::Connected { .. }
            | Treatment::Goodbye { .. }
            | Treatment::Record { .. }
            | Treatment::AskStanding { .. }
            | Treatment::RecordingNotice { .. }
            | Treatment::Supervise { .. }
            | Treatment::Keys { .. } => None,
        }
    }

    /// The sentence of this turn.
    pub(super) fn sentence(&self, turn: u32) -> &'f str {
        let turn = usize::try_from(turn).unwrap_or(0);
        self.sentences.get(turn % self.sentences.len().max(1)).copied().unwrap_or_default()
    }
}
