//! Recordings as the API shows and plays them: messages of items, and conversations of calls.
//!
//! Who listens is in the journal before a byte leaves. It keeps and deletes nothing.

use std::fmt::Display;

use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::Value;
use serde_json::json;
use tracing::error;

use super::api::id;
use super::api::unanswered;
use super::asking::Asking;
use super::json;
use super::reply;
use super::reply::Reply;
use crate::engine::Told;
use crate::engine::Unanswered;
use crate::floor::event::Event;
use crate::floor::fact::Fact;
use crate::floor::fact::taped::Taped;
use crate::floor::work::recording::MessageId;
use crate::floor::work::recording::RecordingState;
use crate::vocab::CallId;
use crate::vocab::CarrierRecording;
use crate::vocab::ItemId;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::Span;

/// One recorded conversation of a call.
struct Talk {
    round: u32,
    recording: CarrierRecording,
    /// Its length, once it is kept.
    kept: Option<Span>,
}

impl Asking<'_> {
    /// The recording of an item or a call.
    pub(super) async fn recorded(&mut self, of: &str, which: &str, head: &Parts) -> Result<Reply, Reply> {
        match of {
            "items" => self.message(id(which, "item")?, head).await,
            "calls" => self.conversation(id(which, "call")?, head).await,
            _ => Err(reply::problem(StatusCode::NOT_FOUND, "the API has nothing at this path")),
        }
    }

    /// A recorded message.
    async fn message(&mut self, item: ItemId, head: &Parts) -> Result<Reply, Reply> {
        let by = listener(head).ok_or_else(nobody_named)?;
        let number = number(head, "message", "`message` is the number of one of the item's messages, counted from 1")?;
        let message = number.map(|number| u16::try_from(number - 1).unwrap_or(u16::MAX));
        self.ask(Event::PlaybackAsked { item, message, by: Private::new(by) }).await?;
        let found = self.engine.item(item).await.map_err(unanswered)?;
        let file = found.and_then(|found| {
            let newest = found.recording();
            message.map_or(newest, |message| found.message(MessageId { item, message }))?.file.clone()
        });
        let file = file.ok_or_else(no_recording)?;
        let engine = self.engine.clone();
        played(move || engine.sound(&file)).await
    }

    /// A recorded conversation, the last one if the request does not say which.
    async fn conversation(&mut self, call: CallId, head: &Parts) -> Result<Reply, Reply> {
        let by = Private::new(listener(head).ok_or_else(nobody_named)?);
        let round = number(head, "round", "`round` is the number of one of the call's conversations, counted from 1")?;
        let told = self.told(call).await?;
        let mut talks = talks(&told);
        talks.retain(|talk| round.is_none_or(|round| talk.round == round));
        let practice = practice_of(&told);
        let (Some(Talk { round, recording, kept }), Some(practice)) = (talks.pop(), practice) else {
            return Err(no_recording());
        };
        if kept == Some(Span::ZERO) {
            return Err(reply::problem(
                StatusCode::CONFLICT,
                "nothing was said in this conversation, or nothing could be kept",
            ));
        }
        self.ask(Event::TapeAsked { call, practice, round, by }).await?;
        let engine = self.engine.clone();
        played(move || engine.conversation(&recording)).await
    }

    /// A call's facts, and its recorded conversations.
    pub(super) async fn call(&self, id: CallId) -> Result<Reply, Reply> {
        let told = self.told(id).await?;
        let mut shown = json::history(id, &told);
        shown["recordings"] = talks(&told).iter().map(shown_talk).collect();
        Ok(reply::json(StatusCode::OK, &shown))
    }

    async fn told(&self, id: CallId) -> Result<Vec<Told>, Reply> {
        let engine = self.engine.clone();
        match tokio::task::spawn_blocking(move || engine.history(id)).await {
            Ok(Ok(Some(told))) => Ok(told),
            Ok(Ok(None)) => Err(reply::problem(StatusCode::NOT_FOUND, "there is no such call")),
            Ok(Err(why)) => {
                error!(%why, "a call's history cannot be read");
                Err(reply::problem(StatusCode::INTERNAL_SERVER_ERROR, "the journal cannot be read; see the log"))
            }
            Err(_) => Err(unanswered(Unanswered::Stopped)),
        }
    }
}

/// A call's recorded conversations, in order.
fn talks(told: &[Told]) -> Vec<Talk> {
    let mut talks: Vec<Talk> = Vec::new();
    for told in told {
        match &told.fact {
            Fact::Taped(Taped::Began { round, recording, .. }) => {
                talks.push(Talk { round: *round, recording: recording.clone(), kept: None });
            }
            Fact::Taped(Taped::Kept { round, duration, .. }) => {
                talks.iter_mut().filter(|talk| talk.round == *round).for_each(|talk| talk.kept = Some(*duration));
            }
            _ => {}
        }
    }
    talks
}

fn shown_talk(talk: &Talk) -> Value {
    let state = match talk.kept {
        None => RecordingState::Pending,
        Some(Span::ZERO) => RecordingState::Empty,
        Some(_) => RecordingState::Stored,
    };
    json!({ "round": talk.round, "state": state.name(), "duration": talk.kept.map(Span::as_secs) })
}

fn practice_of(told: &[Told]) -> Option<PracticeId> {
    told.iter().find_map(|told| match &told.fact {
        Fact::CallArrived { practice, .. } => Some(practice.clone()),
        _ => None,
    })
}

/// A sound, read where that holds up nobody.
async fn played<E: Display + Send + 'static>(
    read: impl FnOnce() -> Result<Option<Vec<u8>>, E> + Send + 'static,
) -> Result<Reply, Reply> {
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(Some(sound))) => Ok(reply::typed(StatusCode::OK, "audio/wav", sound.into())),
        Ok(Ok(None)) => Err(reply::problem(StatusCode::GONE, "the recording, or the key that opens it, was destroyed")),
        Ok(Err(why)) => {
            error!(%why, "a recording cannot be read");
            Err(reply::problem(StatusCode::INTERNAL_SERVER_ERROR, "the recording cannot be read; see the log"))
        }
        Err(_) => Err(unanswered(Unanswered::Stopped)),
    }
}

fn no_recording() -> Reply {
    reply::problem(StatusCode::NOT_FOUND, "there is no such recording")
}

pub(super) fn nobody_named() -> Reply {
    let detail =
        "say who listens, for the journal: `?by=` with a name or an assistant's id, or the header `X-Carelane-By`";
    reply::problem(StatusCode::BAD_REQUEST, detail)
}

/// A number counted from 1, if the request names one.
fn number(head: &Parts, name: &str, expected: &str) -> Result<Option<u32>, Reply> {
    let query = head.uri.query().unwrap_or_default().as_bytes();
    let Some((_, text)) = form_urlencoded::parse(query).find(|(found, _)| found == name) else { return Ok(None) };
    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, expected))
}

/// Who listens to a recording, in at most so many printable characters.
pub(super) fn listener(head: &Parts) -> Option<String> {
    const CHARS_MAX: usize = 100;
    let query = head.uri.query().unwrap_or_default().as_bytes();
    let named = form_urlencoded::parse(query).find(|(name, _)| name == "by").map(|(_, who)| who.into_owned());
    let header = || head.headers.get("x-carelane-by")?.to_str().ok().map(str::to_owned);
    let who = named.or_else(header)?.trim().to_owned();
    let fits = !who.is_empty() && who.chars().count() <= CHARS_MAX && !who.chars().any(char::is_control);
    fits.then_some(who)
}
