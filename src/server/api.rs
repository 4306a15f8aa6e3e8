//! The API under `/api/v1`: the floor as one snapshot, and what people may ask of it.
//!
//! Every request carries `Authorization: Bearer …`. Problems are RFC 9457.

use hyper::StatusCode;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use ring::hmac;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Door;
use super::asking::Asking;
use super::asking::etag;
use super::json;
use super::listing;
use super::recordings::listener;
use super::recordings::nobody_named;
use super::reply;
use super::reply::Reply;
use crate::engine::Unanswered;
use crate::floor::details::Details;
use crate::floor::details::Relationship;
use crate::floor::details::Standing;
use crate::floor::details::Subject;
use crate::floor::details::WINDOW_FORM;
use crate::floor::details::Window;
use crate::floor::effect::Answer;
use crate::floor::effect::Lack;
use crate::floor::effect::Refusal;
use crate::floor::effect::Unkeepable;
use crate::floor::event::AskedState;
use crate::floor::event::ConsultRequest;
use crate::floor::event::Event;
use crate::floor::event::Note;
use crate::floor::event::PromiseAsked;
use crate::floor::treatment::Mode;
use crate::floor::work::item::Item;
use crate::flow::Date;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::FieldId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::PracticeId;
use crate::vocab::Private;
use crate::vocab::ReasonId;
use crate::vocab::Timestamp;
use crate::vocab::limit::NAME_CHARS_MAX;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateBody {
    state: AskedState,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosingBody {
    outcome: String,
    #[serde(default)]
    note: BTreeMap<String, String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    promised: Option<String>,
    #[serde(default)]
    anyway: bool,
}

/// Outcome and note, who says so, and by when something was promised.
struct Closing {
    outcome: Arc<str>,
    note: Note,
    by: Option<AgentId>,
    promised: Option<PromiseAsked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UrgentBody {
    pub(super) by: String,
}

/// What is left out stays as it is.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetailsBody {
    #[serde(default)]
    standing: Option<Standing>,
    #[serde(default)]
    patient: Option<PatientBody>,
    #[serde(default)]
    relationship: Option<Relationship>,
    #[serde(default)]
    may_discuss: Option<bool>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    preferred_window: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatientBody {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    date_of_birth: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransferBody {
    lane: String,
    #[serde(default)]
    warm: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuperviseBody {
    by: String,
    mode: SuperviseMode,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SuperviseMode {
    Listen,
    Whisper,
    Barge,
    Leave,
}

impl From<SuperviseMode> for Option<Mode> {
    fn from(mode: SuperviseMode) -> Self {
        match mode {
            SuperviseMode::Listen => Some(Mode::Listen),
            SuperviseMode::Whisper => Some(Mode::Whisper),
            SuperviseMode::Barge => Some(Mode::Barge),
            SuperviseMode::Leave => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnerBody {
    owner: String,
}

impl Door {
    pub(super) async fn api(&self, head: &Parts, body: &[u8]) -> Reply {
        if !self.may_enter(head) {
            return reply::unauthorized(
                "the request needs `Authorization: Bearer` with the API token; carelane says at its start where that is kept",
            );
        }
        let path = head.uri.path().trim_start_matches("/api/v1/");
        let parts: Vec<&str> = path.split('/').collect();
        let mut asking = match Asking::of(self, head, &parts, body) {
            Ok(asking) => asking,
            Err(reply) => return reply,
        };
        match asking.route(head, &parts, body).await {
            Ok(reply) | Err(reply) => reply,
        }
    }

    /// A digest that tells nothing to who has no token: nobody who reads the journal can try out what was written.
    pub(super) fn keyed_digest(&self, content: &[u8]) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.api_token.reveal().as_bytes()), content)
    }

    /// Compares all bytes whatever the first difference is.
    fn may_enter(&self, head: &Parts) -> bool {
        let given = head.headers.get(AUTHORIZATION).and_then(|v| v.as_bytes().split_at_checked(7));
        let given =
            given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"Bearer ")).map_or(&b""[..], |(_, token)| token);
        let token = self.api_token.reveal().as_bytes();
        let differing = given.iter().zip(token).fold(0u8, |sum, (a, b)| sum | (a ^ b));
        !token.is_empty() && given.len() == token.len() && differing == 0
    }
}

impl Asking<'_> {
    async fn route(&mut self, head: &Parts, parts: &[&str], body: &[u8]) -> Result<Reply, Reply> {
        match (head.method.as_str(), parts) {
            ("GET", ["floor"]) => self.floor().await,
            ("GET", ["events"]) => Ok(self.events()),
            ("PUT", ["agents", agent, "state"]) => self.set_state(agent, body).await,
            ("POST", ["agents", agent, "softphone"]) => self.softphone(agent).await,
            ("GET", ["calls", call]) => self.call(id(call, "call")?).await,
            ("POST", ["calls", call, "close"]) => self.close_call(id(call, "call")?, body).await,
            ("PATCH", ["calls", call, "caller"]) => {
                let of = Subject::Call(id(call, "call")?);
                self.ask(Event::DetailsTold { of, details: Box::new(details(read(body)?)?) }).await
            }
            (
                method,
                ["calls", call, what @ ("hold" | "resume" | "supervise" | "transfer")]
                | ["calls", call, "transfer", what @ ("complete" | "cancel")],
            ) => self.in_talk((method, what), id(call, "call")?, head, body).await,
            (method, ["practices", practice, "contacts", rest @ ..]) => {
                self.contacts((method, practice), rest, body).await
            }
            ("GET", ["lanes", practice, lane]) => self.lane(practice, lane).await,
            ("POST", ["flows", "reload"]) => Ok(self.reload_flows().await),
            ("GET", ["items"]) => {
                let view = self.engine.view().await.map_err(unanswered)?;
                listing::items(head, &view, self.engine.clock().now())
            }
            ("GET", ["items", item]) => self.item(id(item, "item")?).await,
            ("GET", [of, which, "recording"]) => self.recorded(of, which, head).await,
            ("POST", ["items", item, "attempts"]) => {
                let item = id(item, "item")?;
                let Closing { outcome, note, by, promised } = self.closing(Subject::Item(item), body).await?;
                self.attempt(item, Event::AttemptMade { item, outcome, note, by, promised }).await
            }
            ("POST", ["items", item, "close"]) => {
                let item = id(item, "item")?;
                let Closing { outcome, note, by, promised } = self.closing(Subject::Item(item), body).await?;
                self.attempt(item, Event::ItemCloseAsked { item, outcome, note, by, promised }).await
            }
            ("POST", ["calls", call, "urgent"]) => {
                let (of, UrgentBody { by }) = (Subject::Call(id(call, "call")?), read(body)?);
                self.ask(Event::UrgentAsked { of, by: AgentId::from(by.as_str()) }).await
            }
            ("POST", ["items", item, "urgent"]) => self.flag_item(item, body).await,
            ("PATCH", ["items", item] | ["items", item, "caller"]) => self.describe_item(item, body).await,
            ("PUT", ["items", item, "owner"]) => {
                let OwnerBody { owner } = read(body)?;
                self.ask_item(id(item, "item")?, |item| Event::OwnerAsked { item, owner: owner.into() }).await
            }
            ("POST", ["items", item, "claim"]) => self.claim(item, body).await,
            ("POST", ["items", item, "merge"]) => self.merge(item, body).await,
            ("POST", ["practices", practice, "items"]) => self.take_letter(practice, body).await,
            (_, ["floor" | "items" | "events"] | ["calls" | "items", _] | ["lanes", _, _] | [_, _, "recording"]) => {
                Err(reply::method_not_allowed("GET"))
            }
            (_, ["agents", _, "state"] | ["items", _, "owner"]) => Err(reply::method_not_allowed("PUT")),
            (_, ["calls" | "items", _, "caller"]) => Err(reply::method_not_allowed("PATCH")),
            (_, ["calls", _, "close"] | ["items", _, "attempts" | "close" | "merge"] | ["flows", "reload"])
            | (_, ["calls" | "items", _, "urgent"] | ["agents", _, "softphone"] | ["practices", _, "items"]) => {
                Err(reply::method_not_allowed("POST"))
            }
            (method, ["items", item, what @ ("script" | "referral")]) => self.keep((method, what), item, body).await,
            _ => Err(reply::problem(StatusCode::NOT_FOUND, "the API has nothing at this path")),
        }
    }

    async fn floor(&self) -> Result<Reply, Reply> {
        let view = self.engine.view().await.map_err(unanswered)?;
        Ok(reply::json(StatusCode::OK, &json::floor(&view, self.engine.clock().now())))
    }

    async fn close_call(&mut self, call: CallId, body: &[u8]) -> Result<Reply, Reply> {
        let Closing { outcome, note, by, promised } = self.closing(Subject::Call(call), body).await?;
        self.ask(Event::CallCloseAsked { call, outcome, note, by, promised }).await
    }

    async fn transfer(&mut self, call: CallId, body: &[u8]) -> Result<Reply, Reply> {
        let TransferBody { lane, warm } = read(body)?;
        let lane = LaneId::from(lane.as_str());
        self.ask(match warm {
            true => Event::ConsultAsked { call, what: ConsultRequest::Begin { lane } },
            false => Event::TransferAsked { call, lane },
        })
        .await
    }

    /// What is asked about a conversation.
    async fn in_talk(&mut self, asked: (&str, &str), call: CallId, head: &Parts, body: &[u8]) -> Result<Reply, Reply> {
        match asked {
            ("POST", "transfer") => self.transfer(call, body).await,
            ("POST", "complete") => self.ask(Event::ConsultAsked { call, what: ConsultRequest::Complete }).await,
            ("POST", "cancel") => self.ask(Event::ConsultAsked { call, what: ConsultRequest::Cancel }).await,
            ("POST", "hold") => self.ask(Event::HoldAsked { call }).await,
            ("POST", "resume") => self.ask(Event::ResumeAsked { call }).await,
            ("POST", "supervise") => {
                let SuperviseBody { by, mode } = read(body)?;
                self.ask(Event::SuperviseAsked { call, by: AgentId::from(by.as_str()), mode: mode.into() }).await
            }
            ("DELETE", "supervise") => {
                let by = AgentId::from(listener(head).ok_or_else(nobody_named)?.as_str());
                self.ask(Event::SuperviseAsked { call, by, mode: None }).await
            }
            _ => Err(reply::method_not_allowed("POST")),
        }
    }

    async fn set_state(&mut self, agent: &str, body: &[u8]) -> Result<Reply, Reply> {
        let StateBody { state } = read(body)?;
        self.ask(Event::AgentStateAsked { agent: AgentId::from(agent), state }).await
    }

    /// Outcome and note. A reason given with them is taken first, so that one of no lane's list closes nothing.
    async fn closing(&mut self, of: Subject, body: &[u8]) -> Result<Closing, Reply> {
        let ClosingBody { outcome, note, reason, by, promised, anyway } = read(body)?;
        let promised =
            promised.map(|text| moment(&text, "promised")).transpose()?.map(|at| PromiseAsked { at, anyway });
        if reason.is_some() {
            let details = Box::new(details(DetailsBody { reason, ..DetailsBody::default() })?);
            self.tell(Event::DetailsTold { of, details }).await?;
        }
        let note = note.into_iter().map(|(field, text)| (FieldId::from(field.as_str()), Private::new(text))).collect();
        Ok(Closing { outcome: outcome.into(), note, by: by.map(|by| AgentId::from(by.as_str())), promised })
    }

    /// Answered with the item as it is now, and the reason if it stays due when it was.
    async fn attempt(&mut self, id: ItemId, attempt: Event) -> Result<Reply, Reply> {
        let answer = self.answer(attempt).await?;
        let mut item = json::aged(&self.found(id).await?, self.engine.clock().now());
        match answer {
            Answer::DueKept(why) => item["due_kept"] = why.into(),
            Answer::DoneBefore => item["done_before"] = true.into(),
            Answer::Flagged(urgent) => item["urgent_item"] = urgent.to_string().into(),
            _ => {}
        }
        Ok(reply::json(StatusCode::OK, &item))
    }

    pub(super) async fn item(&self, id: ItemId) -> Result<Reply, Reply> {
        let item = self.found(id).await?;
        let mut shown = json::in_full(&item, self.engine.clock().now());
        shown["contact"] = self.contact_of(&item.new.practice, item.new.caller.number.as_ref()).await?;
        Ok(reply::json(StatusCode::OK, &shown).tagged(&etag(&json::item(&item))))
    }

    async fn found(&self, id: ItemId) -> Result<Item, Reply> {
        let item = self.engine.item(id).await.map_err(unanswered)?;
        let gone =
            || reply::problem(StatusCode::NOT_FOUND, "there is no such item, or it was closed more than a day ago");
        item.ok_or_else(gone)
    }

    async fn lane(&self, practice: &str, lane: &str) -> Result<Reply, Reply> {
        let unknown = |what| reply::problem(StatusCode::NOT_FOUND, &format!("there is no such {what}"));
        let practice = PracticeId::from(practice);
        let flow = self.engine.flow(practice.clone()).await.map_err(unanswered)?;
        let flow = flow.ok_or_else(|| unknown("practice"))?;
        let lane = flow.lane(&LaneId::from(lane)).ok_or_else(|| unknown("lane"))?;
        Ok(reply::json(StatusCode::OK, &json::lane(&practice, lane)))
    }
}

pub(super) fn unanswered(why: Unanswered) -> Reply {
    let detail = match why {
        Unanswered::Busy => "more is waiting than can be answered now; try again in a moment",
        Unanswered::DiskFull => "the disk of the data folder is full: nothing is decided until there is space on it",
        Unanswered::Stopped => "carelane is stopping; try again when it is back",
    };
    reply::problem(StatusCode::SERVICE_UNAVAILABLE, detail)
}

pub(super) fn id<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, Reply> {
    text.parse()
        .map_err(|_| reply::problem(StatusCode::NOT_FOUND, &format!("`{what}-…` is expected here, like {what}-42")))
}

/// A time as the API writes and reads them.
pub(super) fn moment(text: &str, field: &str) -> Result<Timestamp, Reply> {
    let form = "write it like 2026-12-01T15:00:00Z, or with an offset, 2026-12-01T09:00:00-06:00";
    let parsed = text.parse::<jiff::Timestamp>();
    parsed
        .map(|at| Timestamp(at.as_millisecond()))
        .map_err(|_| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, &format!("`{field}` is no time: {form}")))
}

/// What a request's body may say.
pub(super) trait Body: DeserializeOwned {
    /// The same for a person whose body was refused.
    const FORM: &'static str;
}

impl Body for StateBody {
    const FORM: &'static str = r#"{"state": "available", "not_ready" or "logged_out"}"#;
}

impl Body for ClosingBody {
    const FORM: &'static str = r#"{"outcome": text, "note": {field: text, …}, "reason": text, if any, "by": an assistant's id, where it is required, "promised": "2026-12-01T15:00:00Z", if something was, "anyway": true, if it is promised though nobody can keep it}"#;
}

impl Body for DetailsBody {
    const FORM: &'static str = concat!(
        r#"{"standing": "new" or "existing", "patient": {"name": text, "date_of_birth": "1990-12-31"}, "#,
        r#""relationship": "self", "parent", …, "may_discuss": true or false, "reason": text, "preferred_window": "after 15:00"}, as far as it is known"#
    );
}

impl Body for UrgentBody {
    const FORM: &'static str = r#"{"by": an assistant's id}"#;
}

impl Body for TransferBody {
    const FORM: &'static str = r#"{"lane": text}"#;
}

impl Body for SuperviseBody {
    const FORM: &'static str =
        r#"{"by": the id of whoever listens in, "mode": "listen", "whisper", "barge" or "leave"}"#;
}

impl Body for OwnerBody {
    const FORM: &'static str = r#"{"owner": text}"#;
}

/// The error names the place and the form, never the content.
pub(super) fn read<T: Body>(body: &[u8]) -> Result<T, Reply> {
    serde_json::from_slice(body).map_err(|error| {
        let at = format!("(line {}, column {})", error.line(), error.column());
        let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
        let detail = match is_json {
            true => format!("a field is missing, unknown or of the wrong kind {at}; expected is {}", T::FORM),
            false => format!("the body is no JSON {at}; expected is {}", T::FORM),
        };
        reply::problem(StatusCode::BAD_REQUEST, &detail)
    })
}

pub(super) fn details(body: DetailsBody) -> Result<Details, Reply> {
    let refused = |detail: &str| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let PatientBody { name, date_of_birth } = body.patient.unwrap_or_default();
    if name.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX) {
        return Err(refused(&format!("`patient.name` is empty, or longer than {NAME_CHARS_MAX} characters")));
    }
    if date_of_birth.as_ref().is_some_and(|date| Date::try_from(date.clone()).is_err()) {
        return Err(refused("`patient.date_of_birth` is no day of the calendar: write year-month-day"));
    }
    let preferred_window = body.preferred_window.map(window).transpose()?;
    Ok(Details {
        standing: body.standing,
        patient_name: name.map(Private::new),
        patient_born: date_of_birth.map(Private::new),
        relationship: body.relationship,
        may_discuss: body.may_discuss,
        reason: body.reason.map(|reason| ReasonId::from(reason.as_str())),
        preferred_window,
        // Only its key says so.
        backline: false,
    })
}

/// A promise that cannot be kept: why, another time, and how to insist.
fn cannot_keep(why: Unkeepable, nearest: Option<Timestamp>) -> Reply {
    let (reason, why) = match why {
        Unkeepable::Closed => ("closed", "the practice is closed then".to_owned()),
        Unkeepable::Nobody => ("nobody", "nobody on the team does this work".to_owned()),
        Unkeepable::Full { promised } => {
            let full = format!("{promised} callbacks are promised for that half hour, as many as can be made");
            ("full", full)
        }
    };
    let nearest = nearest.map(Timestamp::rfc3339);
    let other = match &nearest {
        Some(at) => format!("The nearest time that can be kept is {at}"),
        None => "No time within a week of it can be kept".to_owned(),
    };
    let detail = format!(
        "nobody can keep this promise: {why}. {other}. To promise it in spite of that, send `\"anyway\": true` with `by`"
    );
    reply::problem_with(StatusCode::CONFLICT, &detail, json!({ "reason": reason, "nearest": nearest }))
}

/// When somebody wants to be called.
pub(super) fn window(text: String) -> Result<Window, Reply> {
    let detail = format!("`preferred_window` is written like {WINDOW_FORM}");
    Window::parse(&text).ok_or_else(|| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, &detail))
}

pub(super) fn refused(refusal: &Refusal) -> Reply {
    match refusal {
        Refusal::Unknown(what) => reply::problem(StatusCode::NOT_FOUND, &format!("there is no such {what}")),
        Refusal::Conflict(why) => reply::problem(StatusCode::CONFLICT, why),
        Refusal::Changed => {
            let detail = "it was changed since you read it: read it again, and decide again";
            reply::problem(StatusCode::PRECONDITION_FAILED, detail)
        }
        Refusal::LiveCall(why) => {
            let missing = why.missing();
            let detail = format!("this cannot be answered in writing: {}", why.why());
            let members = json!({ "missing": missing, "live_call": why.name() });
            reply::problem_with(StatusCode::UNPROCESSABLE_ENTITY, &detail, members)
        }
        Refusal::CannotKeep { why, nearest } => cannot_keep(*why, *nearest),
        Refusal::NotHers(why) => reply::problem(StatusCode::FORBIDDEN, why),
        Refusal::Quarantined => {
            let detail = "carelane crashed twice at this request and has set it aside: a bug; see OPERATIONS.md";
            reply::problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
        }
        Refusal::Missing(lacks) => {
            let missing: Vec<Value> = lacks.iter().map(|lack| lack.field.as_str().into()).collect();
            let why = |lack: &Lack| lack.parts.iter().map(|part| part.why()).collect::<Vec<_>>().join("; ");
            let why: BTreeMap<&str, String> = lacks.iter().map(|lack| (lack.field.as_str(), why(lack))).collect();
            let told: Vec<String> = why.iter().map(|(field, why)| format!("`{field}`: {why}")).collect();
            let detail = format!("the note does not tell what the next person needs. {}", told.join(". "));
            reply::problem_with(StatusCode::UNPROCESSABLE_ENTITY, &detail, json!({ "missing": missing, "why": why }))
        }
        Refusal::TooLong { what, chars_max } => {
            let detail = format!("a text of `{what}` is longer than {chars_max} characters");
            reply::problem(StatusCode::UNPROCESSABLE_ENTITY, &detail)
        }
        Refusal::NotAllowed { what, allowed } => {
            let detail = format!("`{what}` is none of the allowed values");
            reply::problem_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &detail,
                json!({ "what": what, "allowed": allowed, "missing": [] }),
            )
        }
    }
}
