//! Webhooks as they are counted: by what they are for, how they were answered, and why one was not believed.

use std::time::Duration;

use prometheus::Histogram;
use prometheus::IntCounter;
use prometheus::Registry;

use super::family::WORK_BUCKETS;
use super::family::counters;
use super::family::histograms;
use crate::carrier::twilio::Rejection;

/// What a webhook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookRoute {
    /// A patient's call begins.
    Incoming,
    /// A leg's status.
    Status,
    /// A document that we pushed is fetched.
    Document,
    /// What a waiting caller hears next is fetched.
    Wait,
    /// A document is done, perhaps with input.
    Done,
    /// A wait document is done, perhaps with a key.
    Held,
    /// An assistant's phone was picked up.
    Answered,
    /// The carrier tells of a recording.
    Recorded,
    /// A leg whose media stream is over waits to be moved on.
    Parked,
    /// Its document is fetched.
    Resume,
    /// A PIN was typed.
    Pin,
    /// None of our URLs.
    Unknown,
}

/// How a webhook was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookResult {
    /// With what it asked for.
    Answered,
    /// With an excuse: we do not know the call, the number or the URL.
    Unknown,
    /// Refused: the signature is missing or wrong.
    Forged,
    /// Refused: the form lacks something.
    Malformed,
    /// With "one moment" or "send it again": the desk was too busy.
    Fallback,
}

const ROUTES: [(WebhookRoute, &str); 12] = [
    (WebhookRoute::Incoming, "incoming"),
    (WebhookRoute::Status, "status"),
    (WebhookRoute::Document, "document"),
    (WebhookRoute::Wait, "wait"),
    (WebhookRoute::Done, "done"),
    (WebhookRoute::Held, "held"),
    (WebhookRoute::Answered, "answered"),
    (WebhookRoute::Recorded, "recorded"),
    (WebhookRoute::Parked, "parked"),
    (WebhookRoute::Resume, "resume"),
    (WebhookRoute::Pin, "pin"),
    (WebhookRoute::Unknown, "unknown"),
];
const RESULTS: [(WebhookResult, &str); 5] = [
    (WebhookResult::Answered, "answered"),
    (WebhookResult::Unknown, "unknown"),
    (WebhookResult::Forged, "forged"),
    (WebhookResult::Malformed, "malformed"),
    (WebhookResult::Fallback, "fallback"),
];
const REJECTIONS: [(Rejection, &str); 5] = [
    (Rejection::Missing, "missing"),
    (Rejection::Wrong, "wrong"),
    (Rejection::UnknownAlgorithm, "unknown_algorithm"),
    (Rejection::UnknownKey, "unknown_key"),
    (Rejection::BodyChanged, "body_changed"),
];

/// The webhooks' own series, all there from the start.
pub(super) struct Webhooks {
    total: Vec<(WebhookRoute, Vec<(WebhookResult, IntCounter)>)>,
    seconds: Vec<(WebhookRoute, Histogram)>,
    refused: Vec<(Rejection, IntCounter)>,
}

impl Webhooks {
    pub(super) fn new(r: &Registry) -> Self {
        let total = counters(r, "carelane_webhooks_total", "Carrier webhooks, by result.", &["route", "result"]);
        let seconds = histograms(
            r,
            "carelane_webhook_answer_seconds",
            "Time from a webhook's arrival to its answer.",
            &["route"],
            WORK_BUCKETS,
        );
        let refused = counters(
            r,
            "carelane_signature_failures_total",
            "Webhooks refused for their signature, by reason.",
            &["reason"],
        );
        let results = |route: &str| {
            let child = |(result, name): &(_, &str)| (*result, total.with_label_values(&[route, name]));
            RESULTS.iter().map(child).collect()
        };
        Self {
            total: ROUTES.iter().map(|(route, name)| (*route, results(name))).collect(),
            seconds: ROUTES.iter().map(|(route, name)| (*route, seconds.with_label_values(&[name]))).collect(),
            refused: REJECTIONS.iter().map(|(why, name)| (*why, refused.with_label_values(&[name]))).collect(),
        }
    }

    pub(super) fn answered(&self, route: WebhookRoute, result: WebhookResult, took: Duration) {
        if let Some(counter) = of(&self.total, route).and_then(|results| of(results, result)) {
            counter.inc();
        }
        if let Some(histogram) = of(&self.seconds, route) {
            histogram.observe(took.as_secs_f64());
        }
    }

    pub(super) fn refused(&self, why: Rejection) {
        if let Some(counter) = of(&self.refused, why) {
            counter.inc();
        }
    }
}

/// A handful of names: looking through them is faster than hashing.
fn of<K: PartialEq, V>(list: &[(K, V)], wanted: K) -> Option<&V> {
    list.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value)
}
