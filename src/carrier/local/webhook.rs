//! Requests to the application: form-encoded, signed, tried again once when nobody could be reached.
//!
//! Does not decide what a failure means for the call: it only names it with the carrier's error number.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::ACCEPT;
use hyper::header::CONTENT_TYPE;
use hyper::header::USER_AGENT;
use ring::hmac;
use tokio::sync::mpsc;

use super::address;
use super::exchange::Exchange;
use super::http;
use super::http::Answer;
use super::http::NoAnswer;
use super::trouble::Trouble;
use super::twiml;
use super::twiml::Document;

/// Names and values of a form, in the order they are sent.
pub(super) type Params = Vec<(&'static str, String)>;

/// One request to the application and what came of it; a second try is a request of its own.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The full URL.
    pub url: &'a str,
    /// Its parameters. They are personal data.
    pub params: &'a [(&'static str, String)],
    /// HTTP status and body; `None` when no whole answer came back.
    pub answer: Option<(u16, &'a [u8])>,
}

/// A document may be this large; more is error 11750.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

impl Exchange {
    /// Asks the application what to do and reads its document.
    pub(super) async fn fetch_document(&self, url: &str, params: &Params) -> Result<Document, Trouble> {
        let answer = self.post(url, params).await?;
        let shown = address::shown(url);
        if !(200..300).contains(&answer.status) {
            return Err(Trouble::new(11_200, format!("{shown} answered {} instead of a document", answer.status)));
        }
        if !matches!(answer.content_type.as_str(), "text/xml" | "application/xml" | "text/html") {
            let found = if answer.content_type.is_empty() { "no content type" } else { &answer.content_type };
            return Err(Trouble::new(12_300, format!("{shown} answered with {found}; it must be text/xml")));
        }
        twiml::read(url, &answer.body)
            .map_err(|trouble| Trouble::new(trouble.code, format!("{shown}: {}", trouble.message)))
    }

    /// Sends one webhook: a second try only when the connection failed, and never more than the total time.
    pub(super) async fn post(&self, url: &str, params: &Params) -> Result<Answer, Trouble> {
        let shown = address::shown(url);
        let token = self.random_hex();
        let times = if self.faults().duplicate_webhooks { 2 } else { 1 };
        let attempts = async {
            let mut last = Err(NoAnswer::Unreachable);
            for _ in 0..times {
                last = self.post_once(url, params, &token).await?;
                if matches!(last, Err(NoAnswer::Unreachable)) {
                    last = self.post_once(url, params, &token).await?;
                }
            }
            Ok(last)
        };
        let outcome = tokio::time::timeout(self.settings.webhook_timeout, attempts).await;
        match outcome {
            Err(_elapsed) => Err(Trouble::new(11_205, format!("{shown} did not answer in time"))),
            Ok(Err(trouble)) => Err(trouble),
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(NoAnswer::Unreachable))) => Err(Trouble::new(11_205, format!("{shown} could not be reached"))),
            Ok(Ok(Err(NoAnswer::Broken))) => Err(Trouble::new(11_200, format!("{shown} broke off its answer"))),
            Ok(Ok(Err(NoAnswer::TooLarge))) => Err(Trouble::new(11_750, format!("{shown} answered more than 64 KB"))),
        }
    }

    async fn post_once(&self, url: &str, params: &Params, token: &str) -> Result<Result<Answer, NoAnswer>, Trouble> {
        let url = address::without_fragment(url);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let signature = sign(self.settings.auth_token.reveal(), url, params);
        let request = Request::post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header(ACCEPT, "*/*")
            .header(USER_AGENT, "TwilioProxy/1.1")
            .header("X-Twilio-Signature", signature)
            .header("I-Twilio-Idempotency-Token", token)
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| Trouble::new(11_100, format!("{} is no URL", address::shown(url))))?;
        let answer = http::send(&self.client, request, DOCUMENT_BYTES_MAX).await;
        if let Some(watch) = &self.settings.watch {
            let answer = answer.as_ref().ok().map(|answer| (answer.status, &*answer.body));
            watch(&Delivery { url, params, answer });
        }
        Ok(answer)
    }

    /// How long a sound is, in seconds; fetched once, as carriers cache sounds.
    pub(super) async fn sound_seconds(&self, url: &str) -> Result<f64, Trouble> {
        if let Some(seconds) = self.known_sound(url) {
            return Ok(seconds);
        }
        let shown = address::shown(url);
        let request = Request::get(address::without_fragment(url))
            .header(USER_AGENT, "TwilioProxy/1.1")
            .body(Full::new(Bytes::new()))
            .map_err(|_| Trouble::new(11_100, format!("{shown} is no URL")))?;
        let answer =
            tokio::time::timeout(self.settings.webhook_timeout, http::send(&self.client, request, SOUND_BYTES_MAX));
        match answer.await {
            Ok(Ok(answer)) if answer.status == 200 => {
                let seconds = sound_length(&answer.body);
                self.remember_sound(url, seconds);
                Ok(seconds)
            }
            Ok(Ok(answer)) => Err(Trouble::new(11_200, format!("the sound {shown} answered {}", answer.status))),
            _ => Err(Trouble::new(11_200, format!("the sound {shown} could not be fetched"))),
        }
    }
}

/// A sound may be this large: half an hour of telephone audio.
const SOUND_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads the length from a WAV header; anything else is taken as 8 kHz µ-law.
fn sound_length(bytes: &[u8]) -> f64 {
    let word = |at: usize| -> Option<u32> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(four))
    };
    let raw = f64::from(u32::try_from(bytes.len()).unwrap_or(u32::MAX)) / 8_000.0;
    if !bytes.starts_with(b"RIFF") {
        return raw;
    }
    let (mut at, mut per_second) = (12, None);
    while let (Some(name), Some(size)) = (bytes.get(at..at + 4), word(at + 4)) {
        match name {
            b"fmt " => per_second = word(at + 16).filter(|rate| *rate > 0),
            b"data" => return per_second.map_or(raw, |rate| f64::from(size) / f64::from(rate)),
            _ => {}
        }
        let step = 8_usize.saturating_add(size as usize).saturating_add(size as usize % 2);
        at = at.saturating_add(step);
    }
    raw
}

/// The carrier's signature: HMAC-SHA1 over the URL and the sorted parameters, in base64.
fn sign(auth_token: &str, url: &str, params: &Params) -> String {
    let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in params {
        sorted.entry(name).or_default().insert(value);
    }
    let mut text = url.to_owned();
    for (name, values) in sorted {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}

/// Status callbacks of one call or conference: sent one after the other, their answers ignored.
#[derive(Clone)]
pub(super) struct Callbacks {
    queue: mpsc::UnboundedSender<(String, Params)>,
}

impl Callbacks {
    /// Starts a sender; it ends when the last clone is gone and everything has been sent.
    pub(super) fn start(exchange: &Arc<Exchange>, call: String) -> Self {
        // Unbounded: a call or conference sends a handful in its life, never in a loop.
        let (queue, mut waiting) = mpsc::unbounded_channel::<(String, Params)>();
        let sender = Arc::clone(exchange);
        exchange.spawn(async move {
            while let Some((url, params)) = waiting.recv().await {
                let delay = sender.faults().delay_callbacks;
                if delay > Duration::ZERO {
                    tokio::time::sleep(delay).await;
                }
                match sender.post(&url, &params).await {
                    Ok(answer) if (200..300).contains(&answer.status) => {}
                    Ok(answer) => {
                        let text = format!("the callback {} answered {}", address::shown(&url), answer.status);
                        sender.alert(&call, Trouble::new(11_200, text), false);
                    }
                    Err(trouble) => sender.alert(&call, trouble, false),
                }
            }
        });
        Self { queue }
    }

    /// Sends one, after those before it.
    pub(super) fn post(&self, url: &str, params: Params) {
        // The receiver ends only with the whole carrier; then nobody is left to tell.
        let _ = self.queue.send((url.to_owned(), params));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_carriers_documentation() {
        let params = [
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(sign("12345", url, &params.into()), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }
}
