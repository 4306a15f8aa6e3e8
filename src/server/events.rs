//! The event stream for consoles: what changed, as server-sent events, so that nobody has to poll.
//!
//! An event names facts and the ids they are about, and nothing personal: what a console shows it reads from the API.
//! Nothing is sent twice or later: after each connection, and after `missed`, the floor is read anew.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::timeout;

use super::Door;
use super::json;
use super::reply;
use super::reply::Reply;
use crate::engine::Change;
use hyper::StatusCode;

/// Consoles at once: each costs a connection of those that calls need.
const WATCHERS_MAX: usize = 64;
/// A silent stream says that it is there: proxies cut what says nothing.
const BEAT: Duration = Duration::from_secs(15);
/// A console that takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Events on their way to one console.
const UNDER_WAY: usize = 16;
/// What a fact may show here: ids and words from closed sets.
const SHOWN: [&str; 8] = ["call", "item", "agent", "offer", "lane", "practice", "kind", "outcome"];

/// Who watches, and whether it is over.
pub(super) struct Watchers {
    places: Arc<Semaphore>,
    ending: watch::Sender<bool>,
}

impl Default for Watchers {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(WATCHERS_MAX)), ending: watch::Sender::new(false) }
    }
}

impl Watchers {
    /// Ends all streams: carelane is about to end.
    pub(super) fn end(&self) {
        self.ending.send_replace(true);
    }
}

impl Door {
    /// A stream that goes on until the console closes it.
    pub(super) fn events(&self) -> Reply {
        let Ok(place) = self.watchers.places.clone().try_acquire_owned() else {
            let detail = format!("{WATCHERS_MAX} consoles watch already: close one");
            return reply::problem(StatusCode::SERVICE_UNAVAILABLE, &detail);
        };
        let (to, events) = mpsc::channel(UNDER_WAY);
        tokio::spawn(watch(self.engine.changes().watch(), to, self.watchers.ending.subscribe(), place));
        reply::events(events)
    }
}

async fn watch(
    mut changes: Receiver<Arc<Change>>,
    to: Sender<Bytes>,
    mut ending: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let mut said = named("ready");
    while let Ok(Ok(())) = timeout(PATIENCE, to.send(said)).await {
        said = tokio::select! {
            change = timeout(BEAT, changes.recv()) => match change {
                Ok(Ok(change)) => event(&change),
                Ok(Err(RecvError::Lagged(_))) => named("missed"),
                Ok(Err(RecvError::Closed)) => return,
                Err(_) => Bytes::from_static(b": nothing new\n\n"),
            },
            () = to.closed() => return,
            // An error means that the door is gone.
            () = async { drop(ending.wait_for(|ending| *ending).await) } => return,
        };
    }
}

fn named(event: &str) -> Bytes {
    format!("event: {event}\ndata: {{}}\n\n").into()
}

fn event(change: &Change) -> Bytes {
    let facts = change.facts.iter().map(|(call, fact)| {
        let (kind, mut fields) = json::fact(fact);
        if let Some(call) = call {
            fields.insert("call".to_owned(), call.to_string().into());
        }
        fields.retain(|name, value| SHOWN.contains(&name.as_str()) && value.is_string());
        let mut shown = Map::from_iter([("fact".to_owned(), Value::from(kind))]);
        shown.append(&mut fields);
        Value::Object(shown)
    });
    let data = json!({ "seq": change.seq, "at": change.at.rfc3339(), "facts": facts.collect::<Vec<_>>() });
    format!("id: {}\nevent: change\ndata: {data}\n\n", change.seq).into()
}
