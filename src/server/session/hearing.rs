//! What a session hears its caller say, if a recogniser is set: one utterance at a time is asked about.
//!
//! It listens while a caller is asked something or waits, and never to a conversation or an assistant. What is said
//! counts for the treatment that is played only. A voice alone is no answer: it may be a cough (`barge` gives way to
//! it). Without an answer of the recogniser the treatment goes on as if nothing had been said.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use super::End;
use super::Session;
use crate::floor::event::Input;
use crate::floor::treatment::Treatment;
use crate::media::Listener;
use crate::render::Keys;
use crate::server::recogniser;
use crate::server::recogniser::Heard;
use crate::server::recogniser::Recogniser;
use crate::vocab::Language;

/// A question that is over waits so much longer for who is speaking: the longest utterance, and its words.
const SPEAKING_MAX: Duration = Duration::from_secs(15);
/// So often it is looked whether somebody still speaks.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Hears what the caller says.
#[derive(Default)]
pub(super) struct Hearing {
    recogniser: Option<Arc<dyn Recogniser>>,
    /// The language that is spoken now, while anybody is listened to.
    language: Option<Language>,
    listener: Listener,
    asked: Option<recogniser::Hearing>,
}

impl Hearing {
    pub(super) fn new(recogniser: Option<Arc<dyn Recogniser>>) -> Self {
        Self { recogniser, ..Self::default() }
    }

    /// This is played from now on.
    pub(super) fn listen_during(&mut self, treatment: &Treatment) {
        self.forget();
        self.language = match treatment {
            Treatment::Menu { language, .. }
            | Treatment::AskStanding { language, .. }
            | Treatment::RecordingNotice { language, .. }
            | Treatment::Announce { language, .. }
            | Treatment::Hold { language, .. }
            | Treatment::OnHold { language, .. } => Some(language.clone()),
            // privacy: conversations, messages and assistants are heard by nobody else.
            _ => None,
        };
    }

    /// Takes what came.
    pub(super) fn hear(&mut self, mulaw: &[u8]) {
        let (Some(recogniser), Some(language)) = (&self.recogniser, &self.language) else { return };
        if let Some(utterance) = self.listener.hear(mulaw)
            && self.asked.is_none()
        {
            self.asked = Some(recogniser.recognise(utterance, language));
        }
    }

    /// What was said so far is no answer to what is played.
    pub(super) fn forget(&mut self) {
        self.asked = None;
        self.listener.forget();
    }

    /// Until when a question waits for its answer: who is speaking is heard out.
    pub(super) fn until(&self, until: Duration, now: Duration) -> Duration {
        let speaks = self.asked.is_some() || self.listener.is_speaking();
        if speaks { (now + LOOK_AGAIN).min(until + SPEAKING_MAX).max(until) } else { until }
    }

    /// What was heard; for ever, while nothing is asked.
    pub(super) async fn heard(&mut self) -> Heard {
        match &mut self.asked {
            Some(asked) => {
                let heard = asked.await;
                self.asked = None;
                heard
            }
            None => pending().await,
        }
    }
}

impl Session<'_> {
    /// The recogniser has answered: words are an answer like a key.
    pub(super) async fn spoken(&mut self, heard: Heard) -> Result<(), End> {
        let (words, result) = match heard {
            Heard::Words(words) => (Some(words), "words"),
            Heard::Nothing => (None, "nothing"),
            Heard::Failed => (None, "failed"),
        };
        self.line.metrics.stream_recognised(result);
        let Some(words) = words else { return Ok(()) };
        if self.keys == Keys::Answer {
            self.clear().await?;
        }
        self.ended(Input::Speech(words)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::floor::treatment::Party;
    use crate::media::g711;
    use crate::vocab::CallId;

    /// Counts how often it is asked.
    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Recogniser for Counted {
        fn recognise(&self, _: Vec<u8>, _: &Language) -> recogniser::Hearing {
            self.0.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Heard::Nothing })
        }
    }

    fn said() -> Vec<u8> {
        let loud = (0..g711::RATE).map(|at| g711::encode(if at % 40 < 20 { 4_000 } else { -4_000 }));
        loud.chain([g711::SILENCE; g711::RATE]).collect()
    }

    #[test]
    fn who_waits_is_listened_to_and_a_conversation_never() {
        let counted = Arc::new(Counted::default());
        let mut hearing = Hearing::new(Some(Arc::<Counted>::clone(&counted)));
        let language = Language::parse("en-US").unwrap();
        let (call, round, party) = (CallId(1), 1, Party::Caller);
        hearing.listen_during(&Treatment::Connected {
            call,
            round,
            party,
            language: language.clone(),
            recorded: false,
            called: false,
        });
        hearing.hear(&said());
        assert_eq!(counted.0.load(Ordering::Relaxed), 0);
        let first = Vec::new();
        hearing.listen_during(&Treatment::Hold { lane: "scheduling".into(), language, first, urgent: false });
        hearing.hear(&said());
        hearing.hear(&said());
        assert_eq!(counted.0.load(Ordering::Relaxed), 1, "one at a time");
    }

    #[test]
    fn a_question_waits_for_who_is_speaking_and_not_for_ever() {
        let mut hearing = Hearing::new(Some(Arc::new(Counted::default())));
        let language = Language::parse("en-US").unwrap();
        hearing.listen_during(&Treatment::Announce { words: Vec::new(), language });
        let (until, second) = (Duration::from_secs(100), Duration::from_secs(1));
        assert_eq!(hearing.until(until, until), until);
        hearing.hear(&said()[..g711::RATE]);
        assert!(hearing.until(until, until + second) > until + second);
        assert!(hearing.until(until, until + 16 * second) < until + 16 * second);
    }
}
