//! The listener: REST for carelane, a websocket for phones. Every connection and body has a limit.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use http_body_util::Limited;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::exchange::Exchange;
use super::phone;
use super::rest;
use super::rest::Reply;

/// Connections at once; a simulated day with thousands of phones fits.
const CONNECTIONS_MAX: usize = 8_192;
/// Reading a request's head, and idling between requests.
const HEAD_MAX: Duration = Duration::from_secs(75);
/// Reading a request's body.
const BODY_WAIT_MAX: Duration = Duration::from_secs(10);
/// A REST request's form.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// One message of a phone.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// After a failed accept (no more descriptors) the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections for ever.
pub(super) async fn serve(exchange: Arc<Exchange>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let of_connection = Arc::clone(&exchange);
                exchange.spawn(async move {
                    connection(of_connection, stream).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "local carrier: a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(exchange: Arc<Exchange>, stream: TcpStream) {
    // Small messages both ways: waiting to fill packets would only add delay.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(Arc::clone(&exchange), request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "local carrier: a connection ended early");
    }
}

async fn answer(exchange: Arc<Exchange>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/phone" {
        return Ok(upgrade(exchange, request));
    }
    let (head, body) = request.into_parts();
    let reading = Limited::new(body, BODY_BYTES_MAX).collect();
    let reply = match tokio::time::timeout(BODY_WAIT_MAX, reading).await {
        Ok(Ok(body)) => rest::answer(&exchange, &head, &body.to_bytes()),
        Ok(Err(_)) => Reply::error(413, 20_001, "The body is larger than 64 KB or broke off"),
        Err(_) => Reply::error(408, 20_001, "The body did not arrive in time"),
    };
    let (kind, body) = match reply.sound {
        Some(sound) => ("audio/x-wav", sound),
        None if reply.status == 204 => ("application/json", Bytes::new()),
        None => ("application/json", Bytes::from(reply.body.to_string())),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    if reply.status == 401 {
        let realm = header::HeaderValue::from_static("Basic realm=\"Twilio API\"");
        headers.insert(header::WWW_AUTHENTICATE, realm);
    }
    Ok(response)
}

/// Turns a request into a phone's websocket.
fn upgrade(exchange: Arc<Exchange>, mut request: Request<Incoming>) -> Response<Full<Bytes>> {
    let plain = |status: StatusCode, text: &'static str| {
        let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
        *response.status_mut() = status;
        response
    };
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        // A web page somewhere must not be able to make calls through a developer's browser.
        return plain(StatusCode::FORBIDDEN, "phones in browsers are not served here\n");
    }
    let asks = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let (Some(key), true) = (key, asks.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))) else {
        return plain(StatusCode::UPGRADE_REQUIRED, "this is where phones connect, by websocket\n");
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let of_phone = Arc::clone(&exchange);
    exchange.spawn(async move {
        if let Ok(upgraded) = upgraded.await {
            let config = WebSocketConfig::default()
                .max_message_size(Some(MESSAGE_BYTES_MAX))
                .max_frame_size(Some(MESSAGE_BYTES_MAX));
            let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
            phone::serve(of_phone, socket).await;
        }
    });
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("Upgrade"));
    if let Ok(key) = header::HeaderValue::from_str(&key) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    }
    response
}
