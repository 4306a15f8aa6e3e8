//! carelane's public API, as an assistant uses it: sign in and out, see the floor and a lane's guide, close and
//! transfer a call.
//!
//! The local carrier itself needs none of it; its automatic assistant and the terminal phone of a person do.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Method;
use hyper::Request;
use hyper::header::AUTHORIZATION;
use hyper::header::CONTENT_TYPE;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::http;
use super::http::HttpClient;
use crate::vocab::Private;

/// One request takes at most so long.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// A floor with thousands of calls fits.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A client of `/api/v1`.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: Private<String>,
    client: HttpClient,
}

/// How closing a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It is closed.
    Closed {
        /// The item that tells the clinical group of urgent words in the note.
        urgent_item: Option<String>,
    },
    /// The note is refused: these fields are missing or say nothing, for this reason.
    Refused {
        /// Field ids.
        missing: Vec<String>,
        /// `outcome` or `note`, if the outcome, or a field of the note, is none of the lane's.
        what: Option<String>,
        /// Those that are.
        allowed: Vec<String>,
        /// The reason as given.
        reason: String,
    },
}

/// What an assistant is given for calls of one lane.
#[derive(Clone, Debug, Deserialize)]
pub struct LaneGuide {
    /// Its id.
    pub lane: String,
    /// Its name in each language.
    pub name: BTreeMap<String, String>,
    /// What she says, in each language.
    pub script: BTreeMap<String, String>,
    /// What she decides by.
    pub decision_rules: Vec<String>,
    /// Why people call.
    #[serde(default)]
    pub reasons: Vec<GuideReason>,
    /// What the note asks for.
    pub note_fields: Vec<GuideField>,
    /// How a call may end.
    pub outcomes: Vec<GuideOutcome>,
    /// The lane to which she escalates.
    pub escalation: String,
    /// Who owns work that is left.
    pub owner: String,
}

/// One reason of a lane.
#[derive(Clone, Debug, Deserialize)]
pub struct GuideReason {
    /// Its id.
    pub id: String,
}

/// One field of a lane's note.
#[derive(Clone, Debug, Deserialize)]
pub struct GuideField {
    /// Its id.
    pub id: String,
    /// As shown to the assistant.
    pub label: String,
    /// Must it be filled in?
    pub required: bool,
    /// Where it must be, although not everywhere: `callback`, `attempt`, `complaint`.
    #[serde(default)]
    pub when: Vec<String>,
}

impl GuideField {
    /// Is it for complaints only? carelane asks for it where there is one.
    pub fn is_for_complaints(&self) -> bool {
        self.when == ["complaint"]
    }
}

/// One outcome of a lane.
#[derive(Clone, Debug, Deserialize)]
pub struct GuideOutcome {
    /// Its id.
    pub id: String,
    /// Is nothing left to do?
    pub closes: bool,
    /// The lane whose people own what is left; absent: this lane's owner.
    pub hands_to: Option<String>,
}

/// Why the API could not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// Nobody answers at this address.
    Unreachable {
        /// The origin that was tried.
        base: String,
    },
    /// carelane refused, with its HTTP status and reason.
    Refused {
        /// HTTP status.
        status: u16,
        /// The reason as given.
        reason: String,
    },
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { base } => {
                write!(f, "carelane does not answer at {base}: start it with `cargo run` in another terminal")
            }
            Self::Refused { status: 401, .. } => f.write_str(
                "carelane refused the API token: set CARELANE_API_TOKEN, or point --data at the data folder in use",
            ),
            Self::Refused { status, reason } => write!(f, "carelane refused ({status}): {reason}"),
        }
    }
}

impl std::error::Error for ApiError {}

impl Api {
    /// A client for the origin (`http://127.0.0.1:8080`) with its token.
    pub fn new(base: &str, token: Private<String>) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), token, client: http::client() }
    }

    /// One snapshot of everything.
    pub async fn floor(&self) -> Result<Value, ApiError> {
        self.ask(Method::GET, "floor", None).await
    }

    /// Signs an assistant in (`available`), away (`not_ready`) or out (`logged_out`).
    pub async fn set_state(&self, agent: &str, state: &str) -> Result<(), ApiError> {
        let path = format!("agents/{}/state", encoded(agent));
        self.ask(Method::PUT, &path, Some(json!({ "state": state }))).await.map(drop)
    }

    /// The number of the assistant's phone; `None` if there is no such assistant.
    pub async fn address(&self, agent: &str) -> Result<Option<String>, ApiError> {
        let floor = self.floor().await?;
        let agents = floor["agents"].as_array().into_iter().flatten();
        let found = agents.filter(|other| other["id"] == agent).find_map(|other| other["address"].as_str());
        Ok(found.map(str::to_owned))
    }

    /// The call that is the assistant's now, as the floor shows it: the one she is with or being offered, else the
    /// last one whose note she owes.
    pub async fn call_of(&self, agent: &str) -> Result<Option<Value>, ApiError> {
        let floor = self.floor().await?;
        let her = floor["agents"].as_array().into_iter().flatten().find(|other| other["id"] == agent);
        let with = her.map_or(&Value::Null, |her| &her["call"]);
        let mut calls = floor["calls"].as_array().into_iter().flatten().filter(|call| call["agent"] == agent);
        Ok(calls.clone().find(|call| call["call"] == *with).or_else(|| calls.next_back()).cloned())
    }

    /// The call she is rung for, which may still be a colleague's: she is asked to take it over.
    pub async fn call_rung(&self, agent: &str) -> Result<Option<Value>, ApiError> {
        let floor = self.floor().await?;
        let her = floor["agents"].as_array().into_iter().flatten().find(|other| other["id"] == agent);
        let rung = her.map_or(&Value::Null, |her| &her["call"]);
        Ok(floor["calls"].as_array().into_iter().flatten().find(|call| call["call"] == *rung).cloned())
    }

    /// What an assistant is given for calls of this lane.
    pub async fn lane(&self, practice: &str, lane: &str) -> Result<LaneGuide, ApiError> {
        let path = format!("lanes/{}/{}", encoded(practice), encoded(lane));
        let answer = self.ask(Method::GET, &path, None).await?;
        let unreadable = |_| ApiError::Refused { status: 200, reason: "its answer is none for a lane".to_owned() };
        serde_json::from_value(answer).map_err(unreadable)
    }

    /// Closes a call with an outcome and a note of field ids and texts.
    pub async fn close(
        &self,
        call: &str,
        outcome: &str,
        note: &[(String, String)],
        by: &str,
    ) -> Result<Closing, ApiError> {
        let path = format!("calls/{}/close", encoded(call));
        let note: Value = note.iter().map(|(field, text)| (field.clone(), Value::from(text.as_str()))).collect();
        let body = json!({ "outcome": outcome, "note": note, "by": by });
        let (status, answer) = self.send(Method::POST, &path, Some(body)).await?;
        match status {
            200..300 => Ok(Closing::Closed { urgent_item: answer["urgent_item"].as_str().map(str::to_owned) }),
            422 => {
                let list = |name: &str| answer[name].as_array().into_iter().flatten();
                let texts = |name: &str| list(name).filter_map(Value::as_str).map(str::to_owned).collect();
                Ok(Closing::Refused {
                    missing: texts("missing"),
                    what: answer["what"].as_str().map(str::to_owned),
                    allowed: texts("allowed"),
                    reason: reason(&answer),
                })
            }
            _ => Err(ApiError::Refused { status, reason: reason(&answer) }),
        }
    }

    /// Notes one thing about who calls or why: `standing` or `reason`.
    pub async fn note_caller(&self, call: &str, what: &str, value: &str) -> Result<(), ApiError> {
        let path = format!("calls/{}/caller", encoded(call));
        self.ask(Method::PATCH, &path, Some(json!({ what: value }))).await.map(drop)
    }

    /// Says that a call is urgent: it goes to the clinical lane, or an item of it does, which is named.
    pub async fn flag(&self, call: &str, by: &str) -> Result<Option<String>, ApiError> {
        let path = format!("calls/{}/urgent", encoded(call));
        let answer = self.ask(Method::POST, &path, Some(json!({ "by": by }))).await?;
        Ok(answer["urgent_item"].as_str().map(str::to_owned))
    }

    /// Puts the caller on hold, or takes the caller back.
    pub async fn hold(&self, call: &str, begins: bool) -> Result<(), ApiError> {
        let path = format!("calls/{}/{}", encoded(call), if begins { "hold" } else { "resume" });
        self.ask(Method::POST, &path, None).await.map(drop)
    }

    /// Moves a call to another lane.
    pub async fn transfer(&self, call: &str, lane: &str) -> Result<(), ApiError> {
        let path = format!("calls/{}/transfer", encoded(call));
        self.ask(Method::POST, &path, Some(json!({ "lane": lane }))).await.map(drop)
    }

    /// Asks whoever takes it in another lane first: a warm transfer.
    pub async fn ask_first(&self, call: &str, lane: &str) -> Result<(), ApiError> {
        let path = format!("calls/{}/transfer", encoded(call));
        self.ask(Method::POST, &path, Some(json!({ "lane": lane, "warm": true }))).await.map(drop)
    }

    /// Hands the caller of a warm transfer over to the colleague who was asked.
    pub async fn hand_over(&self, call: &str) -> Result<(), ApiError> {
        self.ask(Method::POST, &format!("calls/{}/transfer/complete", encoded(call)), None).await.map(drop)
    }

    /// Ends a warm transfer: the caller is back.
    pub async fn take_back(&self, call: &str) -> Result<(), ApiError> {
        self.ask(Method::POST, &format!("calls/{}/transfer/cancel", encoded(call)), None).await.map(drop)
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, ApiError> {
        let (status, answer) = self.send(method, path, body).await?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        Err(ApiError::Refused { status, reason: reason(&answer) })
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<(u16, Value), ApiError> {
        let unreachable = || ApiError::Unreachable { base: self.base.clone() };
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}/api/v1/{path}", self.base))
            .header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|_| unreachable())?;
        let answer = http::send(&self.client, request, BODY_BYTES_MAX);
        let Ok(Ok(answer)) = tokio::time::timeout(ANSWER_MAX, answer).await else { return Err(unreachable()) };
        Ok((answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null)))
    }
}

/// The reason in a problem document.
fn reason(answer: &Value) -> String {
    let text = answer["detail"].as_str().or_else(|| answer["title"].as_str());
    text.unwrap_or("no reason was given").to_owned()
}

fn encoded(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect()
}
