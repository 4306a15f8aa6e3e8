//! The carrier's door: signed webhooks in, documents out.
//!
//! A forged request gets 403 and changes nothing. Whatever else happens, the caller hears something sensible: if the
//! desk cannot answer in time, the document says "one moment" and makes the carrier ask again.

use std::time::Duration;

use hyper::StatusCode;
use hyper::http::request::Parts;
use tokio::time::timeout;
use tracing::debug;

use super::Door;
use super::reply;
use super::reply::Reply;
use crate::carrier::twilio::Form;
use crate::carrier::twilio::decode_call;
use crate::carrier::twilio::decode_incoming;
use crate::carrier::twilio::decode_input;
use crate::carrier::twilio::decode_pin;
use crate::carrier::twilio::decode_recording;
use crate::carrier::twilio::decode_status;
use crate::engine;
use crate::engine::Unanswered;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::floor::treatment::Treatment;
use crate::metrics::WebhookResult;
use crate::metrics::WebhookRoute;
use crate::render::Link;
use crate::render::twiml;
use crate::render::twiml::Rendering;
use crate::vocab::LegId;

/// Some carriers give up after 5 s; ours is well within.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(3);

/// In which context the carrier runs the document we return.
#[derive(Clone, Copy)]
enum Context {
    /// A call's first document; the time when it was asked for.
    Greeting { asked: Duration },
    /// A call's own document.
    Call,
    /// The same after its media stream was lost.
    Resumed,
    /// Inside its queue, with this round of words next; `held` is the treatment of which a key or words came.
    Queue { round: u32, held: Option<u32> },
}

impl Door {
    pub(super) async fn voice(&self, head: &Parts, path_and_query: &str, body: &[u8]) -> Reply {
        let began = self.engine.clock().monotonic();
        let path = head.uri.path();
        let link = self.engine.floor_id().and_then(|floor| Link::read(path, floor));
        let (reply, result) = self.webhook(head, path_and_query, body, link).await;
        let took = self.engine.clock().monotonic().saturating_sub(began);
        self.metrics.webhook(route(path, link.as_ref()), result, took);
        reply
    }

    async fn webhook(
        &self,
        head: &Parts,
        path_and_query: &str,
        body: &[u8],
        link: Option<Link>,
    ) -> (Reply, WebhookResult) {
        let Ok(form) = Form::decode(body) else {
            return malformed("the form has too many parameters");
        };
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let (signature, settings) = (header("x-twilio-signature"), header("x-twilio-webhooks-signature-settings"));
        if let Err(rejection) = self.verifier.verify_with_settings(path_and_query, &form, signature, settings) {
            debug!(%rejection, "a webhook was refused");
            self.metrics.forged(rejection);
            return (reply::problem(StatusCode::FORBIDDEN, "the signature is missing or wrong"), WebhookResult::Forged);
        }
        let path = head.uri.path();
        match path {
            "/voice/incoming" => match decode_incoming(&form) {
                Ok(call) => {
                    let event = Event::CallArrived {
                        carrier_call: call.carrier_call,
                        caller: call.caller,
                        dialled: call.dialled,
                    };
                    self.treat(event, Context::Greeting { asked: self.engine.clock().monotonic() }, &form, path).await
                }
                Err(missing) => malformed(&missing.to_string()),
            },
            "/voice/status" => self.status(None, &form).await,
            _ => match link {
                Some(link) => self.linked(link, &form, path).await,
                // A document of an earlier data folder, perhaps: its caller gets an excuse and not an error.
                None => (reply::document(twiml::excuse()), WebhookResult::Unknown),
            },
        }
    }

    async fn linked(&self, link: Link, form: &Form<'_>, path: &str) -> (Reply, WebhookResult) {
        match link {
            Link::Document { leg, serial } => {
                self.treat(Event::TreatmentFetched { leg, serial }, Context::Call, form, path).await
            }
            Link::Wait { leg, serial, round } => {
                self.treat(Event::TreatmentFetched { leg, serial }, Context::Queue { round, held: None }, form, path)
                    .await
            }
            Link::Done { leg, serial } => {
                let event = Event::TreatmentEnded { leg, serial, input: decode_input(form) };
                self.treat(event, Context::Call, form, path).await
            }
            Link::Pin { leg, serial } => {
                let agent = self.engine.directory().staff(leg);
                match self.pins.compare(agent, decode_pin(form)).await {
                    Some(input) => {
                        self.treat(Event::TreatmentEnded { leg, serial, input }, Context::Call, form, path).await
                    }
                    None => self.one_moment(path),
                }
            }
            Link::Held { leg, serial, round } => {
                let event = Event::TreatmentEnded { leg, serial, input: decode_input(form) };
                self.treat(event, Context::Queue { round: round.saturating_add(1), held: Some(serial) }, form, path)
                    .await
            }
            Link::Answered { leg } => match decode_call(form) {
                Ok(carrier_call) => {
                    self.treat(Event::LegAnswered { leg, carrier_call }, Context::Call, form, path).await
                }
                Err(missing) => malformed(&missing.to_string()),
            },
            Link::Status { leg } => self.status(Some(leg), form).await,
            Link::Parked { leg } => match self.parked(leg, form).await {
                Some(document) => (reply::document(document), WebhookResult::Answered),
                None => self.one_moment(path),
            },
            Link::Resume { leg } => match self.engine.current(leg).await {
                Ok(Some(given)) => {
                    let event = Event::TreatmentFetched { leg, serial: given.serial };
                    self.treat(event, Context::Resumed, form, path).await
                }
                Ok(None) => (reply::document(twiml::excuse()), WebhookResult::Unknown),
                Err(_) => self.one_moment(path),
            },
            Link::Recorded { leg, .. } => match decode_recording(form) {
                Some(told) => {
                    let (recording, duration) = (told.recording, told.duration);
                    self.note(Event::RecordingReported { leg, recording, duration }).await
                }
                None => (reply::noted(), WebhookResult::Answered),
            },
        }
    }

    /// A status callback: 204 is a promise that it is kept; otherwise the carrier may try again.
    async fn status(&self, leg: Option<LegId>, form: &Form<'_>) -> (Reply, WebhookResult) {
        let report = match decode_status(form) {
            Ok(report) => report,
            Err(missing) => return malformed(&missing.to_string()),
        };
        let Some(status) = report.status else { return (reply::noted(), WebhookResult::Answered) };
        self.note(Event::LegStatus { leg, carrier_call: report.carrier_call, status }).await
    }

    /// What needs no document: kept, or to be sent again.
    async fn note(&self, event: Event) -> (Reply, WebhookResult) {
        match timeout(ANSWER_TIME_MAX, self.engine.post(event)).await {
            Ok(Ok(_)) => (reply::noted(), WebhookResult::Answered),
            Ok(Err(_)) | Err(_) => {
                let again = reply::problem(StatusCode::SERVICE_UNAVAILABLE, "not noted: please send it again");
                (again, WebhookResult::Fallback)
            }
        }
    }

    /// Posts an event and renders what the floor says.
    async fn treat(&self, event: Event, context: Context, form: &Form<'_>, path: &str) -> (Reply, WebhookResult) {
        let waits = matches!(context, Context::Queue { .. }) || matches!(event, Event::TreatmentFetched { .. });
        let answer = match timeout(ANSWER_TIME_MAX, self.engine.post(event)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(Unanswered::DiskFull)) if !waits => {
                return (reply::document(self.fallback(form)), WebhookResult::Fallback);
            }
            Ok(Err(_)) | Err(_) => return self.one_moment(path),
        };
        if let (Context::Greeting { asked }, Some(given)) = (context, &answer.given)
            && given.serial == 1
            // A repetition is no second greeting.
            && answer.decided
            && matches!(*given.treatment, Treatment::Menu { .. })
        {
            self.metrics.greeted(&given.flow, self.engine.clock().monotonic().saturating_sub(asked));
        }
        let document = match (&answer.answer, &answer.given) {
            (Answer::Treat { .. }, Some(given)) => self.render(given, context, form),
            (Answer::Over, _) if matches!(context, Context::Queue { held: None, .. }) => Some(twiml::lost()),
            (Answer::Over, _) => Some(twiml::hang_up()),
            _ => None,
        };
        match document {
            Some(document) => (reply::document(document), WebhookResult::Answered),
            None => (reply::document(twiml::excuse()), WebhookResult::Unknown),
        }
    }

    /// While nothing can be kept, nothing is begun: the practice's fallback document. Who waits already waits on.
    fn fallback(&self, form: &Form<'_>) -> Vec<u8> {
        let ours = ["To", "From"].into_iter().filter_map(|party| form.get(party));
        let flow = ours.filter_map(|number| self.engine.directory().flow_of(number)).next();
        flow.map_or_else(twiml::excuse, |flow| twiml::fallback(&flow))
    }

    /// Nobody could decide in time: the carrier asks again in a moment.
    fn one_moment(&self, path: &str) -> (Reply, WebhookResult) {
        let again = format!("{}{path}", self.engine.public());
        (reply::document(twiml::one_moment(&again)), WebhookResult::Fallback)
    }

    fn render(&self, given: &engine::Given, context: Context, form: &Form<'_>) -> Option<Vec<u8>> {
        let links = self.engine.links()?;
        let anew = matches!(context, Context::Resumed);
        if !matches!(context, Context::Queue { .. })
            && let Some(document) = self.stream_document(given, form, anew)
        {
            return Some(document);
        }
        let rendering = Rendering { leg: given.leg, serial: given.serial, flow: &given.flow, links };
        Some(match context {
            Context::Greeting { .. } | Context::Call | Context::Resumed => {
                self.menus.document(given, links).unwrap_or_else(|| rendering.document(&given.treatment))
            }
            Context::Queue { held: Some(held), .. } if held != given.serial => {
                rendering.moved_document(&given.treatment)
            }
            Context::Queue { round, .. } => rendering.wait_document(&given.treatment, round),
        })
    }
}

/// What a webhook is for, as it is counted.
fn route(path: &str, link: Option<&Link>) -> WebhookRoute {
    match (path, link) {
        ("/voice/incoming", _) => WebhookRoute::Incoming,
        ("/voice/status", _) | (_, Some(Link::Status { .. })) => WebhookRoute::Status,
        (_, Some(Link::Document { .. })) => WebhookRoute::Document,
        (_, Some(Link::Wait { .. })) => WebhookRoute::Wait,
        (_, Some(Link::Done { .. })) => WebhookRoute::Done,
        (_, Some(Link::Held { .. })) => WebhookRoute::Held,
        (_, Some(Link::Answered { .. })) => WebhookRoute::Answered,
        (_, Some(Link::Parked { .. })) => WebhookRoute::Parked,
        (_, Some(Link::Resume { .. })) => WebhookRoute::Resume,
        (_, Some(Link::Recorded { .. })) => WebhookRoute::Recorded,
        (_, Some(Link::Pin { .. })) => WebhookRoute::Pin,
        (_, None) => WebhookRoute::Unknown,
    }
}

fn malformed(detail: &str) -> (Reply, WebhookResult) {
    (reply::problem(StatusCode::BAD_REQUEST, detail), WebhookResult::Malformed)
}
