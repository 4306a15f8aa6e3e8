//! Prompts, questions, and the order of a document's verbs.
//!
//! A verb finishes before the next one starts; the end of the document hangs up. `park` waits in queues and `confer`
//! sits in conferences.

use std::sync::Arc;

use super::address;
use super::leg::Fetch;
use super::leg::Input;
use super::leg::Leg;
use super::leg::Next;
use super::leg::Stop;
use super::protocol::ToPhone;
use super::trouble::Trouble;
use super::twiml::Document;
use super::twiml::Gather;
use super::twiml::Prompt;
use super::twiml::Verb;
use super::webhook::Params;

/// How long one spoken word takes, in seconds.
const WORD_SECONDS: f64 = 0.35;

/// What counts as an answer while a prompt plays.
#[derive(Clone, Copy)]
pub(super) struct Ears {
    dtmf: bool,
    speech: bool,
}

impl Ears {
    /// Nobody listens: input is lost.
    pub(super) const CLOSED: Self = Self { dtmf: false, speech: false };

    fn hear(self, input: Option<Input>) -> Option<Heard> {
        match input {
            Some(Input::Key(key)) if self.dtmf => Some(Heard::Key(key)),
            Some(Input::Speech(text)) if self.speech => Some(Heard::Speech(text)),
            _ => None,
        }
    }
}

/// Input that counts.
pub(super) enum Heard {
    Key(char),
    Speech(String),
}

/// What a question led to.
enum Collected {
    Digits { digits: String, finished_on: Option<char> },
    Speech(String),
    Nothing,
}

impl Leg {
    /// Runs a document from its verb number `from` on.
    pub(super) async fn perform(&mut self, document: &Document, from: usize) -> Result<Next, Stop> {
        for verb in document.verbs.iter().skip(from) {
            match verb {
                Verb::Prompt(prompt) => {
                    self.prompt(prompt, &document.url, Ears::CLOSED).await?;
                }
                Verb::Gather(gather) => {
                    if let Some(fetch) = self.gather(gather, &document.url).await? {
                        return Ok(Next::Fetch(fetch));
                    }
                }
                Verb::Redirect(url) => {
                    let url = address::resolve(&document.url, url);
                    return Ok(Next::Fetch(Fetch { url, extra: Vec::new() }));
                }
                Verb::HangUp => return Ok(Next::HangUp),
                Verb::Reject { .. } => {
                    let text = "<Reject> came after the call was answered; it does nothing";
                    self.exchange.alert(&self.call.sid, Trouble::new(12_200, text), false);
                }
                Verb::Enqueue(enqueue) => {
                    if let Some(fetch) = self.enqueue(enqueue, &document.url).await? {
                        return Ok(Next::Fetch(fetch));
                    }
                }
                Verb::Dial(dial) => {
                    if let Some(fetch) = self.confer(dial, &document.url).await? {
                        return Ok(Next::Fetch(fetch));
                    }
                }
                Verb::Record(record) => {
                    if let Some(fetch) = self.record(record, &document.url).await? {
                        return Ok(Next::Fetch(fetch));
                    }
                }
                Verb::Connect(connect) => self.connect(connect).await?,
                Verb::Leave => {
                    let text = "<Leave> may stand only in a queue's wait document";
                    return Err(Stop::Failure(Trouble::new(12_200, text)));
                }
            }
        }
        Ok(Next::HangUp)
    }

    /// Plays one prompt; input that counts stops it and is returned.
    pub(super) async fn prompt(&mut self, prompt: &Prompt, base: &str, ears: Ears) -> Result<Option<Heard>, Stop> {
        let (times, seconds) = match prompt {
            Prompt::Say { text, times, .. } => (*times, speaking_seconds(text)),
            Prompt::Pause { seconds } => (1, f64::from(*seconds)),
            Prompt::Play { url, times } => {
                let url = address::resolve(base, url);
                let exchange = Arc::clone(&self.exchange);
                let seconds = self.during(exchange.sound_seconds(&url)).await?.map_err(Stop::Failure)?;
                (*times, seconds)
            }
        };
        for _ in 0..times {
            let at_ms = self.at_ms();
            match prompt {
                Prompt::Say { text, language, .. } => self.tell(ToPhone::Heard {
                    text: text.clone(),
                    language: language.clone(),
                    at_ms,
                    for_ms: millis(seconds),
                }),
                Prompt::Play { .. } => self.tell(ToPhone::Music { seconds, at_ms }),
                Prompt::Pause { .. } => {}
            }
            let timer = self.timer(seconds);
            tokio::pin!(timer);
            loop {
                let input = self.notice(timer.as_mut()).await?;
                let over = input.is_none();
                if let Some(heard) = ears.hear(input) {
                    return Ok(Some(heard));
                }
                if over {
                    break;
                }
            }
        }
        Ok(None)
    }

    /// Asks a question; `None` means no input, and the next verb follows.
    pub(super) async fn gather(&mut self, gather: &Gather, base: &str) -> Result<Option<Fetch>, Stop> {
        let ears = Ears { dtmf: gather.dtmf, speech: gather.speech };
        let during_prompts = if gather.barge_in { ears } else { Ears::CLOSED };
        let mut first = None;
        for prompt in &gather.prompts {
            first = self.prompt(prompt, base, during_prompts).await?;
            if first.is_some() {
                break;
            }
        }
        let extra: Params = match self.collect(gather, ears, first).await? {
            Collected::Digits { digits, finished_on } => digits_params(digits, finished_on),
            Collected::Speech(text) => vec![
                ("SpeechResult", text),
                ("Confidence", "0.9128386".to_owned()),
                ("Language", gather.language.clone()),
            ],
            Collected::Nothing if gather.action_on_empty => digits_params(String::new(), None),
            Collected::Nothing => return Ok(None),
        };
        Ok(Some(Fetch { url: address::resolve(base, &gather.action), extra }))
    }

    async fn collect(&mut self, gather: &Gather, ears: Ears, first: Option<Heard>) -> Result<Collected, Stop> {
        let seconds = f64::from(gather.timeout);
        if first.is_none() {
            let at_ms = self.at_ms();
            self.tell(ToPhone::Listening { dtmf: gather.dtmf, speech: gather.speech, seconds, at_ms });
        }
        let mut digits = String::new();
        let mut next = first;
        let timer = self.timer(seconds);
        tokio::pin!(timer);
        loop {
            match next.take() {
                Some(Heard::Speech(text)) if digits.is_empty() => return Ok(Collected::Speech(text)),
                Some(Heard::Speech(_)) => {}
                Some(Heard::Key(key)) if gather.finish_on_key == Some(key) => {
                    return Ok(if digits.is_empty() {
                        Collected::Nothing
                    } else {
                        Collected::Digits { digits, finished_on: Some(key) }
                    });
                }
                Some(Heard::Key(key)) => {
                    digits.push(key);
                    if gather.digits_max.is_some_and(|max| digits.len() >= max as usize) {
                        return Ok(Collected::Digits { digits, finished_on: None });
                    }
                    let again = self.timer(seconds);
                    timer.set(again);
                }
                None => {}
            }
            let input = self.notice(timer.as_mut()).await?;
            if input.is_none() {
                return Ok(if digits.is_empty() {
                    Collected::Nothing
                } else {
                    Collected::Digits { digits, finished_on: None }
                });
            }
            next = ears.hear(input);
        }
    }
}

fn digits_params(digits: String, finished_on: Option<char>) -> Params {
    let finished_on = finished_on.map(String::from).unwrap_or_default();
    vec![("Digits", digits), ("FinishedOnKey", finished_on), ("msg", "Gather End".to_owned())]
}

/// An estimate: `0.35 s` a word, and never less than one word.
pub(super) fn speaking_seconds(text: &str) -> f64 {
    let words = u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
    f64::from(words.max(1)) * WORD_SECONDS
}

fn millis(seconds: f64) -> u64 {
    // A prompt is short and never negative.
    (seconds * 1_000.0) as u64
}
