//! Replies: documents, JSON, and problems as RFC 9457.

use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::ALLOW;
use hyper::header::CACHE_CONTROL;
use hyper::header::CONTENT_TYPE;
use hyper::header::ETAG;
use hyper::header::HeaderName;
use hyper::header::HeaderValue;
use hyper::header::WWW_AUTHENTICATE;
use serde_json::Value;
use serde_json::json;
use tokio::sync::mpsc::Receiver;

use super::body::Body;

/// An answer before it is put on the wire.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    content_type: &'static str,
    body: Body,
    cached: bool,
    /// A header that this status must have.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Reply {
    /// May be kept by the carrier for a day.
    pub(super) fn cached(self) -> Self {
        Self { cached: true, ..self }
    }

    /// The same with another status.
    pub(super) fn with(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With the version of what it shows, in quotes.
    pub(super) fn tagged(self, etag: &str) -> Self {
        Self { header: HeaderValue::from_str(etag).ok().map(|value| Box::new((ETAG, value))), ..self }
    }
}

impl From<Reply> for Response<Body> {
    fn from(reply: Reply) -> Self {
        let mut response = Self::new(reply.body);
        *response.status_mut() = reply.status;
        if !reply.content_type.is_empty() {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        }
        let cache = if reply.cached { "public, max-age=86400" } else { "no-store" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        if let Some((name, value)) = reply.header.map(|header| *header) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

pub(super) fn typed(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    Reply { status, content_type, body: body.into(), cached: false, header: None }
}

/// A TwiML document.
pub(super) fn document(xml: Vec<u8>) -> Reply {
    typed(StatusCode::OK, "text/xml; charset=utf-8", xml.into())
}

/// Server-sent events, as long as somebody sends some.
pub(super) fn events(events: Receiver<Bytes>) -> Reply {
    Reply { body: Body::Pieces(events), ..typed(StatusCode::OK, "text/event-stream", Bytes::new()) }
}

/// A status callback's answer: its body is ignored.
pub(super) fn noted() -> Reply {
    typed(StatusCode::NO_CONTENT, "", Bytes::new())
}

pub(super) fn text(status: StatusCode, words: &'static str) -> Reply {
    typed(status, "text/plain; charset=utf-8", Bytes::from_static(words.as_bytes()))
}

pub(super) fn json(status: StatusCode, value: &Value) -> Reply {
    typed(status, "application/json", value.to_string().into())
}

/// What is wrong with a request, as RFC 9457.
pub(super) fn problem(status: StatusCode, detail: &str) -> Reply {
    problem_with(status, detail, json!({}))
}

/// The same with further members.
pub(super) fn problem_with(status: StatusCode, detail: &str, mut more: Value) -> Reply {
    more["type"] = "about:blank".into();
    more["title"] = status.canonical_reason().unwrap_or("Error").into();
    more["status"] = status.as_u16().into();
    more["detail"] = detail.into();
    typed(status, "application/problem+json", more.to_string().into())
}

/// 405 with the method that the path takes.
pub(super) fn method_not_allowed(allowed: &'static str) -> Reply {
    let detail = format!("this path takes {allowed}");
    Reply {
        header: Some(Box::new((ALLOW, HeaderValue::from_static(allowed)))),
        ..problem(StatusCode::METHOD_NOT_ALLOWED, &detail)
    }
}

/// 401 with what would open the door.
pub(super) fn unauthorized(detail: &str) -> Reply {
    Reply {
        header: Some(Box::new((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))),
        ..problem(StatusCode::UNAUTHORIZED, detail)
    }
}
