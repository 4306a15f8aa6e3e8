//! The ceiling: what any server of this kind must do, and nothing more. It checks the signature, reads the form and
//! writes the TwiML of each answer; it keeps no call, no journal and no promise.

use std::convert::Infallible;
use std::env;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::Verifier;
use carelane::vocab::Private;
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
    let verifier = Arc::new(Verifier::new(PUBLIC_URL, &[Private::new(TOKEN.to_owned())]));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let verifier = verifier.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(verifier.clone(), request));
                // A client that goes away is no fault of the server's.
                _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    })
}

async fn answer(verifier: Arc<Verifier>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (head, body) = request.into_parts();
    if head.uri.path() == "/readyz" {
        return Ok(empty(StatusCode::OK));
    }
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return Ok(empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let body = body.to_bytes();
    let Ok(form) = Form::decode(&body) else { return Ok(empty(StatusCode::BAD_REQUEST)) };
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let signature = head.headers.get("x-twilio-signature").and_then(|value| value.to_str().ok());
    if verifier.verify(target, &form, signature).is_err() {
        return Ok(empty(StatusCode::FORBIDDEN));
    }
    let document = match head.uri.path() {
        "/voice/incoming" => menu(form.get("CallSid").unwrap_or_default()),
        "/voice/menu" => promise(form.get("Digits").unwrap_or_default()),
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
