//! Enqueue: a leg waits in a queue, with a document around and around, until it is moved, leaves or hangs up.
//!
//! A wait document that cannot be had or is wrong ends the waiting with `QueueResult=error`: the call falls through
//! to the verb after Enqueue, or to the action.

use super::address;
use super::leg::Fetch;
use super::leg::Leg;
use super::leg::Stop;
use super::protocol::ToPhone;
use super::trouble::Trouble;
use super::twiml::Document;
use super::twiml::Enqueue;
use super::twiml::Verb;
use super::verb::Ears;
use super::webhook::Params;

/// What a wait document led to.
enum Round {
    /// It ran out: it is fetched again from the start.
    Again,
    /// Another document takes its place.
    Fetch(Fetch),
    /// The leg leaves the queue.
    Leave,
}

impl Leg {
    /// Waits in a queue; a document to be fetched follows when there is an action, else the next verb.
    pub(super) async fn enqueue(&mut self, enqueue: &Enqueue, base: &str) -> Result<Option<Fetch>, Stop> {
        let action = enqueue.action.as_ref().map(|action| address::resolve(base, action));
        let Some(queue) = self.exchange.enter_queue(&enqueue.name, enqueue.size_max, &self.call.sid) else {
            let extra = vec![("QueueResult", "queue-full".to_owned())];
            return Ok(action.map(|url| Fetch { url, extra }));
        };
        let outcome = self.wait_in_queue(enqueue, base).await;
        let waited = self.exchange.leave_queue(&enqueue.name, &self.call.sid);
        let (result, stop) = match outcome {
            Ok(()) => ("leave", None),
            Err(Stop::Failure(trouble)) => {
                self.exchange.alert(&self.call.sid, trouble, false);
                ("error", None)
            }
            Err(stop @ Stop::Redirect(_)) => ("redirected", Some(stop)),
            Err(stop) => ("hangup", Some(stop)),
        };
        let extra: Params =
            vec![("QueueResult", result.to_owned()), ("QueueSid", queue), ("QueueTime", waited.to_string())];
        match (action, stop) {
            (None, None) => Ok(None),
            (Some(url), None) => Ok(Some(Fetch { url, extra })),
            (None, Some(stop)) => Err(stop),
            (Some(url), Some(stop)) => {
                // The action is told, but the call goes another way: the answer is not executed.
                self.callbacks.post(&url, self.params(extra));
                Err(stop)
            }
        }
    }

    async fn wait_in_queue(&mut self, enqueue: &Enqueue, base: &str) -> Result<(), Stop> {
        let wait_url = match enqueue.wait_url.as_deref() {
            Some("") => return self.until_stopped().await,
            None => {
                self.tell(ToPhone::Music { seconds: 600.0, at_ms: self.at_ms() });
                return self.until_stopped().await;
            }
            Some(url) => address::resolve(base, url),
        };
        let mut fetch = Fetch { url: wait_url.clone(), extra: Vec::new() };
        loop {
            let mut params = self.exchange.queue_params(&enqueue.name, enqueue.size_max, &self.call.sid);
            params.append(&mut fetch.extra);
            let document = self.fetch(&fetch.url, params).await?;
            fetch = match self.wait_round(&document).await? {
                Round::Again => Fetch { url: wait_url.clone(), extra: Vec::new() },
                Round::Fetch(next) => next,
                Round::Leave => return Ok(()),
            };
        }
    }

    async fn wait_round(&mut self, document: &Document) -> Result<Round, Stop> {
        let foreign = |verb: &&Verb| {
            matches!(verb, Verb::Enqueue(_) | Verb::Dial(_) | Verb::Record(_) | Verb::Connect(_) | Verb::Reject { .. })
        };
        if document.verbs.iter().find(foreign).is_some() {
            let text = "a queue's wait document may hold only Play, Say, Pause, Hangup, Redirect, Leave and Gather";
            return Err(Stop::Failure(Trouble::new(12_200, text)));
        }
        for verb in &document.verbs {
            match verb {
                Verb::Prompt(prompt) => {
                    self.prompt(prompt, &document.url, Ears::CLOSED).await?;
                }
                Verb::Gather(gather) => {
                    if let Some(fetch) = self.gather(gather, &document.url).await? {
                        return Ok(Round::Fetch(fetch));
                    }
                }
                Verb::Redirect(url) => {
                    let url = address::resolve(&document.url, url);
                    return Ok(Round::Fetch(Fetch { url, extra: Vec::new() }));
                }
                Verb::HangUp => return Err(Stop::Finished),
                Verb::Leave => return Ok(Round::Leave),
                Verb::Enqueue(_) | Verb::Dial(_) | Verb::Record(_) | Verb::Connect(_) | Verb::Reject { .. } => {}
            }
        }
        Ok(Round::Again)
    }

    async fn until_stopped(&mut self) -> Result<(), Stop> {
        self.during(std::future::pending()).await
    }
}
