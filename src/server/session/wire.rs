//! The socket of a session: the next text that comes in, texts that go out, and its goodbye.
//!
//! It knows no call and no treatment. Whoever does not take what we send is gone.

use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use hyper::body::Buf as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::frame::coding::Data;
use tokio_tungstenite::tungstenite::protocol::frame::coding::OpCode;

use super::End;
use crate::media::message::AFTER_AUDIO;
use crate::media::message::Writer;
use crate::server::upgrade::Socket;

/// A carrier that does not take our audio for so long is gone.
const WRITE_MAX: Duration = Duration::from_secs(5);
/// The head of a frame of ours.
const HEAD_BYTES_MAX: usize = 10;
/// Time for a goodbye of the socket.
const CLOSE_MAX: Duration = Duration::from_secs(1);

/// The next text; what a websocket does for itself is left to it.
pub(super) async fn next(socket: &mut Socket) -> Result<Utf8Bytes, End> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(End::Refused("a message that is no text")),
            Some(Ok(Message::Close(_))) => return Err(End::Closed),
            Some(Err(_)) | None => return Err(End::Dropped),
        }
    }
}

/// Sends a text.
pub(super) async fn write(socket: &mut Socket, text: String) -> Result<(), End> {
    match timeout(WRITE_MAX, socket.send(Message::Text(text.into()))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Dropped),
    }
}

/// Sends audio, from where it lies: all calls share a sound. Through the websocket's own buffer it would be copied for
/// each of them, and each would keep a buffer as large as its longest message.
pub(super) async fn write_audio(socket: &mut Socket, writer: &Writer, base64: &str) -> Result<(), End> {
    let message = [writer.before_audio(), base64, AFTER_AUDIO];
    let send = async {
        let length = u64::try_from(message.iter().map(|part| part.len()).sum::<usize>()).unwrap_or(u64::MAX);
        let mut head = Vec::with_capacity(HEAD_BYTES_MAX);
        FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() }.format(length, &mut head)?;
        // What the websocket itself has to say, a pong perhaps, is out before.
        socket.flush().await?;
        let [before, audio, after] = message.map(str::as_bytes);
        socket.get_mut().write_all_buf(&mut head.as_slice().chain(before).chain(audio).chain(after)).await?;
        Ok::<_, Error>(())
    };
    match timeout(WRITE_MAX, send).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Dropped),
    }
}

/// Says goodbye, with the reason if there is one.
pub(super) async fn close(socket: &mut Socket, end: &End) {
    let (code, reason) = match end {
        End::Refused(why) => (CloseCode::Policy, *why),
        End::Stopped | End::Closed | End::HandedOver => (CloseCode::Normal, ""),
        End::Dropped => return,
    };
    let frame = CloseFrame { code, reason: reason.into() };
    let goodbye = async {
        // Whoever does not listen any more has closed it already.
        drop(socket.close(Some(frame)).await);
        // What is still on its way to us is read: otherwise it would take our reason with it.
        while let Some(Ok(_)) = socket.next().await {}
    };
    drop(timeout(CLOSE_MAX, goodbye).await);
}
