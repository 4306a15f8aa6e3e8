//! One request to the API: what it may do only once, and only if nothing has changed.
//!
//! `Idempotency-Key` makes a request done once, also across a restart: its digest is journaled with what it did, for a
//! day. `If-Match` holds it back if its item was changed since it was read; that is decided where the item is changed,
//! so nothing comes between.

use std::ops::Deref;
use std::sync::Arc;

use hyper::Method;
use hyper::StatusCode;
use hyper::header::IF_MATCH;
use hyper::http::request::Parts;
use ring::digest;
use serde_json::Value;
use serde_json::json;

use super::Door;
use super::api::refused;
use super::api::unanswered;
use super::contacts::contact;
use super::json;
use super::reply;
use super::reply::Reply;
use crate::engine::Condition;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::floor::event::contact::ContactOf;
use crate::vocab::ContactId;
use crate::vocab::ItemId;
use crate::vocab::PracticeId;

/// The longest key that a client may send.
const KEY_CHARS_MAX: usize = 200;
/// Bytes of a digest that make a key or a version.
const DIGEST_BYTES: usize = 16;

/// A request that was let in.
pub(super) struct Asking<'d> {
    door: &'d Door,
    /// Its key's digest and what is asked, with a keyed digest of its content.
    once: Option<(Arc<str>, Arc<str>)>,
    /// What the first change is meant for, and which versions of it.
    only_if: Option<(Versioned, Vec<String>)>,
}

impl Deref for Asking<'_> {
    type Target = Door;

    fn deref(&self) -> &Door {
        self.door
    }
}

impl<'d> Asking<'d> {
    /// Reads the two headers.
    pub(super) fn of(door: &'d Door, head: &Parts, parts: &[&str], body: &[u8]) -> Result<Self, Reply> {
        let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap_or_default().trim());
        let bad = |detail: &str| Err(reply::problem(StatusCode::BAD_REQUEST, detail));
        let once = match header("idempotency-key").filter(|_| head.method == Method::POST) {
            None => None,
            Some(key) if key.is_empty() || key.chars().count() > KEY_CHARS_MAX => {
                return bad("`Idempotency-Key` is empty, longer than 200 characters, or not plain text");
            }
            Some(key) => {
                let content = hex(door.keyed_digest(body).as_ref());
                Some((short_digest(key.as_bytes()), format!("{} {} {content}", head.method, parts.join("/")).into()))
            }
        };
        let only_if = match (header(IF_MATCH.as_str()), parts) {
            (None, _) => None,
            (Some(_), _) if head.method == Method::GET => None,
            (Some(tags), parts) => match Versioned::named(parts) {
                Some(of) => Some((of, tags.split(',').map(|tag| tag.trim().to_owned()).collect())),
                None => return bad("`If-Match` is understood for items and contacts only"),
            },
        };
        Ok(Self { door, once, only_if })
    }

    /// What the floor answered; a refusal is the reply.
    pub(super) async fn answer(&mut self, event: Event) -> Result<Answer, Reply> {
        match self.once.clone() {
            Some((key, path)) => self.tell(Event::AskedOnce { key, path, asked: Box::new(event) }).await,
            None => self.tell(event).await,
        }
    }

    /// The same for a part of a request, which may be told twice.
    pub(super) async fn tell(&mut self, event: Event) -> Result<Answer, Reply> {
        let posted = match self.only_if.take() {
            Some((of, tags)) => self.engine.post_if(unchanged(of, tags), event).await,
            None => self.engine.post(event).await,
        };
        match posted.map_err(unanswered)?.answer {
            Answer::Refused(refusal) => Err(refused(&refusal)),
            answer => Ok(answer),
        }
    }

    pub(super) async fn ask(&mut self, event: Event) -> Result<Reply, Reply> {
        let answer = match self.answer(event).await? {
            Answer::Flagged(item) => json!({ "ok": true, "urgent_item": item.to_string() }),
            Answer::DoneBefore => json!({ "ok": true, "done_before": true }),
            _ => json!({ "ok": true }),
        };
        Ok(reply::json(StatusCode::OK, &answer))
    }

    /// The same, answered with the item as it is now.
    pub(super) async fn ask_item(&mut self, id: ItemId, event: impl FnOnce(ItemId) -> Event) -> Result<Reply, Reply> {
        self.ask(event(id)).await?;
        self.item(id).await
    }
}

/// What has versions.
enum Versioned {
    Item(ItemId),
    Contact(PracticeId, ContactId),
}

impl Versioned {
    fn named(parts: &[&str]) -> Option<Self> {
        match parts {
            ["items", item, ..] => item.parse().ok().map(Self::Item),
            ["practices", practice, "contacts", contact] => {
                Some(Self::Contact(PracticeId::from(*practice), contact.parse().ok()?))
            }
            _ => None,
        }
    }
}

/// Is it still one of these versions?
fn unchanged(of: Versioned, tags: Vec<String>) -> Condition {
    Box::new(move |floor| {
        let shown = match &of {
            Versioned::Item(item) => floor.item(*item).map(json::item),
            Versioned::Contact(practice, id) => {
                floor.contact_meant(practice, &ContactOf::Known(*id)).map(|found| contact(&found.kept))
            }
        };
        shown.is_none_or(|shown| {
            let now = etag(&shown);
            tags.iter().any(|tag| tag == "*" || *tag == now)
        })
    })
}

/// The version of what is shown.
pub(super) fn etag(shown: &Value) -> String {
    format!("\"{}\"", short_digest(shown.to_string().as_bytes()))
}

fn short_digest(bytes: &[u8]) -> Arc<str> {
    hex(digest::digest(&digest::SHA256, bytes).as_ref()).into()
}

/// So much of it as a key or a version has.
fn hex(digest: &[u8]) -> String {
    digest.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
