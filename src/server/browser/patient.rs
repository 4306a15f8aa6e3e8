//! A patient who calls from the page `/phone`: a call that arrives like any other, without a carrier.
//!
//! For trying carelane out, with the built-in carrier only: there is no telling whose number a page gives.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header;
use hyper::http::request::Parts;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;

use super::BrowserLeg;
use crate::engine::Engine;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::render::STREAM_PATH;
use crate::server::Door;
use crate::server::browser;
use crate::server::reply;
use crate::server::reply::Reply;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::Number;

/// Where a page asks for its call.
pub(in crate::server) const PATIENTS_PATH: &str = "/phone/calls";
/// A page that does not come for its call by then will not.
const COMES_WITHIN: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallBody {
    /// The number that seems to call.
    from: String,
    /// The number dialled; the first practice's if there is none.
    #[serde(default)]
    to: Option<String>,
}

impl Door {
    /// Begins a call; the page opens its stream with the ticket.
    pub(in crate::server) async fn patient_calls(&self, head: &Parts, body: &[u8]) -> Reply {
        match self.begin_call(head, body).await {
            Ok(reply) | Err(reply) => reply,
        }
    }

    async fn begin_call(&self, head: &Parts, body: &[u8]) -> Result<Reply, Reply> {
        let none = "patients call from the browser where the carrier is the built-in one: CARELANE_CARRIER=local";
        let streaming = self.streaming.as_ref().filter(|streaming| streaming.takes_patients());
        let streaming = streaming.ok_or_else(|| reply::problem(StatusCode::NOT_FOUND, none))?;
        if !is_from_our_page(head) {
            return Err(reply::problem(StatusCode::FORBIDDEN, "only carelane's own page may call from a browser"));
        }
        let form = r#"expected is {"from": a number like +15550101234, "to": the practice's number, if not the first}"#;
        let CallBody { from, to } =
            serde_json::from_slice(body).map_err(|_| reply::problem(StatusCode::BAD_REQUEST, form))?;
        let from = Number::parse(&from).map_err(|_| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, form))?;
        let busy = || reply::problem(StatusCode::SERVICE_UNAVAILABLE, "carelane cannot take a call now; try again");
        let view = self.engine.view().await.map_err(|_| busy())?;
        let mut numbers = view.practices.iter().flat_map(|practice| practice.numbers.iter());
        let dialled = match &to {
            Some(to) => numbers.find(|number| ***number == **to),
            None => numbers.next(),
        };
        let dialled = dialled.ok_or_else(|| reply::problem(StatusCode::NOT_FOUND, "no practice has this number"))?;
        let carrier_call = streaming.ticket().map(|random| format!("{}{random}", CarrierCall::BROWSER));
        let carrier_call = CarrierCall::from(carrier_call.ok_or_else(busy)?.as_str());
        let event = Event::CallArrived {
            carrier_call: carrier_call.clone(),
            caller: Caller { number: Some(from) },
            dialled: Arc::clone(dialled),
        };
        let Answer::Treat { leg, .. } = self.engine.post(event).await.map_err(|_| busy())?.answer else {
            return Err(busy());
        };
        let now = self.engine.clock().monotonic();
        let ticket = self.engine.streams().browser_ticket(leg, &carrier_call, now, || streaming.ticket());
        let (ticket, call) = (ticket.ok_or_else(busy)?, carrier_call.as_str().to_owned());
        tokio::spawn(end_unless_it_comes(self.engine.clone(), BrowserLeg { leg, carrier_call }));
        let stream = STREAM_PATH.trim_start_matches('/');
        Ok(reply::json(StatusCode::CREATED, &json!({ "call": call, "ticket": ticket, "stream": stream })))
    }
}

/// Another site's page must not call from a visitor's browser: that sends where a request comes from, and asks before
/// it sends JSON to another site.
fn is_from_our_page(head: &Parts) -> bool {
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let is_json = header(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
    let own = |origin: &str| {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        header(header::HOST).is_some_and(|ours| ours.eq_ignore_ascii_case(host))
    };
    is_json && header(header::ORIGIN).is_none_or(own)
}

async fn end_unless_it_comes(engine: Engine, browser: BrowserLeg) {
    sleep(COMES_WITHIN).await;
    browser::left(&engine, browser, false).await;
}
