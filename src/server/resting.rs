//! The door of a carelane that rests after a crash loop: the practice's fallback document for every call, and no
//! promise. It knows no floor and keeps nothing, so no signature is asked for: there is nothing to forge.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper::Method;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Incoming;

use super::Answers;
use super::Body;
use super::body_of;
use super::reply;
use crate::carrier::twilio::Form;
use crate::flow::Flow;
use crate::render::twiml;

/// Fallback documents by the numbers they answer.
pub struct RestingDoor(BTreeMap<Arc<str>, Vec<u8>>);

impl RestingDoor {
    /// A door that speaks for these practices.
    pub fn new<'f>(flows: impl Iterator<Item = &'f Flow>) -> Self {
        let by_number = |flow: &Flow| {
            let document = twiml::fallback(flow);
            flow.numbers.iter().map(|number| (number.clone(), document.clone())).collect::<Vec<_>>()
        };
        Self(flows.flat_map(by_number).collect())
    }

    /// The document for whichever of the two parties is a number of ours.
    fn document(&self, body: &[u8]) -> Vec<u8> {
        let form = Form::decode(body).unwrap_or_default();
        let known = ["To", "From"].into_iter().filter_map(|party| self.0.get(form.get(party)?)).next();
        known.cloned().unwrap_or_else(twiml::excuse)
    }
}

impl Answers for RestingDoor {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        const RESTING: &str = "carelane crashed again and again and rests for some minutes; see the log";
        let (head, body) = match body_of(request).await {
            Ok(whole) => whole,
            Err(refused) => return refused.into(),
        };
        let path = head.uri.path();
        let reply = match (&head.method, path) {
            (&Method::POST, _) if path.starts_with("/voice/") && !path.ends_with("/status") => {
                reply::document(self.document(&body))
            }
            (&Method::GET | &Method::HEAD, "/healthz") => reply::text(StatusCode::OK, "alive\n"),
            (&Method::GET | &Method::HEAD, "/readyz") => {
                reply::text(StatusCode::SERVICE_UNAVAILABLE, "resting after a crash loop\n")
            }
            _ => reply::problem(StatusCode::SERVICE_UNAVAILABLE, RESTING),
        };
        reply.into()
    }
}
