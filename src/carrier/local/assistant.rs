//! The demo's automatic assistant: a phone that answers, accepts, says two friendly sentences, and closes the call.
//!
//! It does what a person would do and nothing else: it listens on its phone and uses the public API. While a person
//! works as an assistant, on a phone of this carrier or a softphone, it is signed out. It is for a first look and never
//! runs with a real carrier.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::api::Api;
use super::api::ApiError;
use super::api::Closing;
use super::api::LaneGuide;
use super::exchange::Exchange;
use super::line::Line;
use super::protocol::FromPhone;
use super::protocol::Role;
use super::protocol::ToPhone;
use crate::vocab::Number;
use crate::vocab::Private;

/// Who the automatic assistant is.
#[derive(Clone)]
pub struct AutomaticAssistant {
    /// The team member's id.
    pub agent: String,
    /// The team member's name, for what is said on the terminal.
    pub name: String,
    /// The team member's phone.
    pub address: Number,
    /// carelane's origin: `http://127.0.0.1:8080`.
    pub api: String,
    /// The API's token.
    pub token: Private<String>,
}

/// Lines for the terminal.
type Say = Box<dyn Fn(&str) + Send + Sync>;

/// Seconds of the call before the ringing phone is taken.
const ANSWER_AFTER: f64 = 2.0;
/// Seconds between the two sentences.
const SECOND_SENTENCE_AFTER: f64 = 4.0;
/// Seconds after the first sentence until it hangs up.
const HANG_UP_AFTER: f64 = 8.0;
/// Between two tries when carelane does not answer, and between two looks at its own state.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Between two looks whether somebody has opened a softphone.
const LOOK_FOR_SOFTPHONES: Duration = Duration::from_secs(1);
/// What a field says that the demo has nothing for.
const NOTHING_TO_RECORD: &str = "Demo call with the automatic assistant: nothing to record here";
/// The outcome of most practices after which nothing is left to do.
const USUAL_OUTCOME: &str = "no_further_action";
/// How often a refused note is filled in again.
const CLOSE_TRIES: u32 = 3;

/// Works until the carrier stops.
pub(super) async fn work(exchange: Arc<Exchange>, url: String, who: AutomaticAssistant, say: Say) {
    let api = Api::new(&who.api, who.token.clone());
    let softphones = Softphones { api: api.clone(), open: watch::Sender::default() };
    let mut worker = Worker { api, who, say, exchange: Arc::clone(&exchange), softphones: softphones.clone() };
    exchange.spawn(async move {
        loop {
            softphones.look().await;
            tokio::time::sleep(LOOK_FOR_SOFTPHONES).await;
        }
    });
    loop {
        worker.until_no_people().await;
        let line = Line::connect(&url, Some(&worker.who.address), Role::Automatic).await;
        let Ok(line) = line else {
            tokio::time::sleep(LOOK_AGAIN).await;
            continue;
        };
        if !worker.sign_in().await {
            continue;
        }
        worker.shift(line).await;
    }
}

/// The assistants who work at a softphone.
#[derive(Clone)]
struct Softphones {
    api: Api,
    open: watch::Sender<BTreeSet<String>>,
}

impl Softphones {
    async fn look(&self) {
        // While carelane does not answer, nobody is known to have left.
        let Ok(floor) = self.api.floor().await else { return };
        let works = |agent: &&Value| agent["softphone"] == true && agent["state"] != "logged_out";
        let agents = floor["agents"].as_array().into_iter().flatten();
        let open = agents.filter(works).filter_map(|agent| agent["id"].as_str().map(str::to_owned)).collect();
        self.open.send_if_modified(|known| {
            let differs = *known != open;
            *known = open;
            differs
        });
    }
}

struct Worker {
    who: AutomaticAssistant,
    api: Api,
    say: Say,
    exchange: Arc<Exchange>,
    softphones: Softphones,
}

impl Worker {
    fn people_work(&self) -> bool {
        !self.exchange.people.borrow().is_empty() || !self.softphones.open.borrow().is_empty()
    }

    async fn until_no_people(&self) {
        let (mut people, mut softphones) = (self.exchange.people.subscribe(), self.softphones.open.subscribe());
        while self.people_work() {
            // The senders live in the exchange and in this task.
            let _ = people.wait_for(BTreeSet::is_empty).await;
            let _ = softphones.wait_for(BTreeSet::is_empty).await;
        }
    }

    async fn until_people(&self) {
        let (mut people, mut softphones) = (self.exchange.people.subscribe(), self.softphones.open.subscribe());
        tokio::select! {
            _ = people.wait_for(|people| !people.is_empty()) => {}
            _ = softphones.wait_for(|open| !open.is_empty()) => {}
        }
    }

    /// Signs in, as often as it takes; `false` when a person came first.
    async fn sign_in(&self) -> bool {
        let mut told = false;
        loop {
            match self.api.set_state(&self.who.agent, "available").await {
                Ok(()) => {
                    (self.say)(&format!(
                        "{} is signed in: an automatic assistant, for this demo only. It takes calls until a person \
                         does (`carelane call --as {}`).",
                        self.who.name, self.who.agent
                    ));
                    return true;
                }
                Err(error) => {
                    if !told {
                        tracing::warn!(%error, "the automatic assistant cannot sign in yet; it keeps trying");
                        told = true;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(LOOK_AGAIN) => {}
                        () = self.until_people() => return false,
                    }
                }
            }
        }
    }

    /// Takes calls until a person comes or the line is gone.
    async fn shift(&mut self, mut line: Line) {
        loop {
            let message = tokio::select! {
                message = line.next() => message,
                () = self.until_people() => break,
                () = tokio::time::sleep(LOOK_AGAIN) => {
                    self.stay_available().await;
                    continue;
                }
            };
            match message {
                None => break,
                Some(ToPhone::Incoming { .. }) => {
                    // Somebody may have become ready just now: the call is hers.
                    self.softphones.look().await;
                    if !self.people_work() {
                        self.take_call(&mut line).await;
                    }
                    if self.people_work() {
                        break;
                    }
                    self.stay_available().await;
                }
                Some(_) => {}
            }
        }
        // A person on this very phone, or at a softphone of this name, has signed in: that is not ours to undo.
        let replaced = self.exchange.people.borrow().contains(&self.who.address)
            || self.softphones.open.borrow().contains(&self.who.agent);
        if self.people_work() {
            (self.say)(&format!("{} stands back: a person takes the calls.", self.who.name));
            if !replaced && let Err(error) = self.api.set_state(&self.who.agent, "logged_out").await {
                tracing::warn!(%error, "the automatic assistant could not sign out");
            }
        }
    }

    /// A restart of carelane, or a missed offer, may have signed it out.
    async fn stay_available(&self) {
        let Ok(floor) = self.api.floor().await else { return };
        let agents = floor["agents"].as_array().into_iter().flatten();
        let state = agents.filter(|agent| agent["id"] == *self.who.agent).find_map(|agent| agent["state"].as_str());
        if matches!(state, Some("logged_out" | "not_ready")) {
            let _ = self.api.set_state(&self.who.agent, "available").await;
        }
    }

    /// From the ring to the closed call.
    async fn take_call(&self, line: &mut Line) {
        line.pause(ANSWER_AFTER).await;
        if line.send(FromPhone::Answer).await.is_err() {
            return;
        }
        let mut spoke = false;
        loop {
            match line.next().await {
                // The whisper has been heard to its end.
                Some(ToPhone::Listening { dtmf: true, .. }) if !spoke => {
                    let _ = line.send(FromPhone::Key { digits: "1".into() }).await;
                }
                Some(ToPhone::Joined { parties: 2.., .. }) if !spoke => {
                    spoke = true;
                    if self.converse(line).await {
                        break;
                    }
                }
                Some(ToPhone::Ended { .. } | ToPhone::Error { .. }) | None => break,
                Some(_) => {}
            }
        }
        if spoke {
            self.close().await;
        }
    }

    /// Speaks, listens a little, and hangs up unless the caller was first. Is the line's end already known?
    async fn converse(&self, line: &mut Line) -> bool {
        let language = match self.api.call_of(&self.who.agent).await {
            Ok(Some(call)) => call["language"].as_str().unwrap_or("en-US").to_owned(),
            _ => "en-US".to_owned(),
        };
        let [first, second] = sentences(&language, &self.who.name);
        if line.send(FromPhone::Say { text: first }).await.is_err() {
            return true;
        }
        for (wait, word) in [
            (SECOND_SENTENCE_AFTER, FromPhone::Say { text: second.to_owned() }),
            (HANG_UP_AFTER - SECOND_SENTENCE_AFTER, FromPhone::Hangup),
        ] {
            let pause = tokio::time::sleep(Duration::from_secs_f64(wait / line.speed()));
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    message = line.next() => match message {
                        // The caller has left: hang up after the goodbye words.
                        Some(ToPhone::Joined { parties: 1, .. }) => {
                            let _ = line.send(FromPhone::Hangup).await;
                            return false;
                        }
                        Some(ToPhone::Ended { .. }) | None => return true,
                        Some(_) => {}
                    },
                }
            }
            let _ = line.send(word).await;
        }
        false
    }

    /// Closes the call that is ours, filling in whatever the lane asks for.
    async fn close(&self) {
        let call = match self.api.call_of(&self.who.agent).await {
            Ok(Some(call)) => call,
            Ok(None) => return,
            Err(error) => return self.cannot_close(&error),
        };
        let Some(id) = call["call"].as_str() else { return };
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        let lane = self.api.lane(text("practice"), text("lane")).await.ok();
        let outcome = outcome(lane.as_ref());
        let mut note = note(text("lane"), lane.as_ref());
        for _ in 0..CLOSE_TRIES {
            match self.api.close(id, outcome, &note, &self.who.agent).await {
                Ok(Closing::Closed { .. }) => return,
                Ok(Closing::Refused { missing, .. }) => {
                    for field in missing {
                        note.retain(|(known, _)| *known != field);
                        note.push((field, NOTHING_TO_RECORD.to_owned()));
                    }
                }
                Err(error) => return self.cannot_close(&error),
            }
        }
        tracing::warn!(
            call = id,
            "the automatic assistant's note was refused {CLOSE_TRIES} times; its call stays open"
        );
    }

    fn cannot_close(&self, error: &ApiError) {
        tracing::warn!(%error, "the automatic assistant could not close its call; it stays open for a person");
    }
}

fn sentences(language: &str, name: &str) -> [String; 2] {
    if language.starts_with("es") {
        return [
            format!("Hola, soy {name}, asistente automático de esta demostración. ¿En qué le puedo ayudar?"),
            "Gracias, lo he anotado. En un consultorio real, aquí le atendería una persona. ¡Hasta luego!".to_owned(),
        ];
    }
    [
        format!("Hello, this is {name}, the automatic assistant of this demo. How can I help you?"),
        "Thank you, I have noted that. In a real practice a person would help you from here. Goodbye!".to_owned(),
    ]
}

/// An outcome of the lane after which nothing is left to do.
fn outcome(lane: Option<&LaneGuide>) -> &str {
    let Some(lane) = lane else { return USUAL_OUTCOME };
    let mut closing = lane.outcomes.iter().filter(|outcome| outcome.closes).map(|outcome| outcome.id.as_str());
    closing.clone().find(|id| *id == USUAL_OUTCOME).or_else(|| closing.next()).unwrap_or(USUAL_OUTCOME)
}

/// The lane's required fields filled in; the usual ones if the lane cannot be read.
fn note(id: &str, lane: Option<&LaneGuide>) -> Vec<(String, String)> {
    let known = [
        ("request", format!("Demo call in the {id} lane; the caller tried out the phone system")),
        ("action", "Greeted the caller and explained that this is a demonstration".to_owned()),
        ("next_step", "None: demonstration call, nobody waits for an answer".to_owned()),
    ]
    .map(|(field, text)| (field.to_owned(), text));
    let Some(lane) = lane else { return known.into() };
    let text = |field: &str| known.iter().find(|(known, _)| known == field).map(|(_, text)| text.clone());
    let required = lane.note_fields.iter().filter(|field| field.required).map(|field| &field.id);
    required.map(|field| (field.clone(), text(field).unwrap_or_else(|| NOTHING_TO_RECORD.to_owned()))).collect()
}
