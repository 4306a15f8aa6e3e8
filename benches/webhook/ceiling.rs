//! The ceiling: what any server of this kind must do, and nothing more. It checks the signature, reads the form and
//! writes the TwiML of each answer; it keeps no call, no journal and no promise.
//!
//! It is written with the usual crates and none of carelane's code, so that it stays where it is when carelane gets
//! faster or slower.

use std::borrow::Cow;
use std::convert::Infallible;
use std::env;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use http_body_util::Limited;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use quick_xml::Writer;
use quick_xml::events::BytesText;
use sha1::Sha1;
use tokio::net::TcpListener;

use crate::Failure;
use crate::PUBLIC_URL;
use crate::TOKEN;

/// With this argument the bench is the ceiling server, on the address in `CARELANE_LISTEN`.
pub(crate) const ARGUMENT: &str = "serve-ceiling";

const BODY_BYTES_MAX: usize = 64 * 1024;
const PRACTICE: &str = "Riverside Family Medicine, this is the phone assistant.";
const EMERGENCY: &str = "If this is an emergency, hang up and dial 911.";
const SPANISH: &str = "Para español, oprima el 9.";
const QUESTION: &str = "For appointments, press 1. Insurance or bills, 2. Referrals, 3. Records, 4. \
                        A nurse or medical question, 5. Hours, directions or anything else, 6. For a person at any time, 0.";
const PROMISE: &str = "Nobody is free at the moment. We will call you back today. Thank you for calling.";

type Answer = Response<Full<Bytes>>;

/// Serves until it is killed.
pub(crate) fn serve() -> Result<(), Failure> {
    let address: SocketAddr = env::var("CARELANE_LISTEN")?.parse()?;
    let key = Arc::new(Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let key = key.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(key.clone(), request));
                // A client that goes away is no fault of the server's.
                _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

async fn answer(key: Arc<Hmac<Sha1>>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (head, body) = request.into_parts();
    if head.uri.path() == "/readyz" {
        return Ok(empty(StatusCode::OK));
    }
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return Ok(empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let body = body.to_bytes();
    let mut form: Vec<_> = form_urlencoded::parse(&body).collect();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let signature = head.headers.get("x-twilio-signature").map_or(&b""[..], |value| value.as_bytes());
    if !is_signed(&key, target, &mut form, signature) {
        return Ok(empty(StatusCode::FORBIDDEN));
    }
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
    let document = match head.uri.path() {
        "/voice/incoming" => menu(value("CallSid")),
        "/voice/menu" => promise(value("Digits")),
        "/voice/status" => return Ok(empty(StatusCode::NO_CONTENT)),
        _ => return Ok(empty(StatusCode::NOT_FOUND)),
    };
    Ok(match document {
        Ok(document) => {
            let mut answer = Response::new(Full::from(document));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
            answer
        }
        Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
    })
}

fn is_signed(key: &Hmac<Sha1>, target: &str, form: &mut [(Cow<'_, str>, Cow<'_, str>)], signature: &[u8]) -> bool {
    let mut given = [0; 32];
    let Ok(len) = STANDARD.decode_slice(signature, &mut given) else { return false };
    form.sort_by(|a, b| a.0.cmp(&b.0));
    let mut code = key.clone();
    code.update(PUBLIC_URL.as_bytes());
    code.update(target.as_bytes());
    for (name, value) in form.iter() {
        code.update(name.as_bytes());
        code.update(value.as_bytes());
    }
    code.verify_slice(&given[..len]).is_ok()
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn menu(call: &str) -> std::io::Result<Vec<u8>> {
    let action = format!("{PUBLIC_URL}/voice/menu?call={call}&step=main");
    let mut writer = Writer::new(Vec::with_capacity(2_048));
    writer.create_element("Response").write_inner_content(|writer| {
        let gather = writer.create_element("Gather").with_attributes([
            ("input", "dtmf speech"),
            ("numDigits", "1"),
            ("timeout", "5"),
            ("action", action.as_str()),
            ("method", "POST"),
        ]);
        gather.write_inner_content(|writer| {
            say(writer, "en-US", PRACTICE)?;
            say(writer, "en-US", EMERGENCY)?;
            say(writer, "es-US", SPANISH)?;
            say(writer, "en-US", QUESTION)
        })?;
        writer
            .create_element("Redirect")
            .with_attribute(("method", "POST"))
            .write_text_content(BytesText::new(&action))?;
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn promise(digits: &str) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::with_capacity(1_024));
    writer.create_element("Response").write_inner_content(|writer| {
        say(writer, "en-US", if digits == "1" { PROMISE } else { QUESTION })?;
        writer.create_element("Hangup").write_empty()?;
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn say(writer: &mut Writer<Vec<u8>>, language: &str, words: &str) -> std::io::Result<()> {
    writer.create_element("Say").with_attribute(("language", language)).write_text_content(BytesText::new(words))?;
    Ok(())
}
