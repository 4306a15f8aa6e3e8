//! A request that becomes a websocket, with limits on what comes in.

use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::body::Incoming;
use hyper::header;
use hyper::header::HeaderValue;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::Body;

/// One message; a second of audio has 11 KiB.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Read at once; a frame of 20 ms has 400 bytes, and a thousand calls have a thousand of these.
const READ_BYTES: usize = 1_024;

/// A websocket of somebody who connected to us.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// The answer that makes the request a websocket, and the socket as soon as the answer is out; `None` if it does not
/// ask for one.
pub(super) fn upgrade(
    request: &mut Request<Incoming>,
) -> Option<(Response<Body>, impl Future<Output = Option<Socket>> + use<>)> {
    let headers = request.headers();
    let asks = headers.get(header::UPGRADE)?.to_str().ok()?.eq_ignore_ascii_case("websocket");
    let is_known = headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| asks && is_known)?;
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()?;
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    let upgraded = hyper::upgrade::on(request);
    let socket = async move {
        let upgraded = TokioIo::new(upgraded.await.ok()?);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        Some(WebSocketStream::from_raw_socket(upgraded, Role::Server, Some(config)).await)
    };
    Some((response, socket))
}
