//! A phone's end of the line: connects to the carrier, sends and receives messages. It shows and decides nothing.

use std::fmt;
use std::time::Duration;

use futures_util::SinkExt;
use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::protocol::FromPhone;
use super::protocol::Role;
use super::protocol::ToPhone;
use crate::vocab::Number;
use crate::vocab::Private;

/// Connecting and registering take at most so long.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// A registered phone.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    number: Private<String>,
    numbers: Vec<Private<String>>,
    speed: f64,
}

/// Why a phone could not connect or was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineError {
    /// No carrier answers there.
    NoCarrier {
        /// The URL that was tried.
        url: String,
    },
    /// The carrier does not take this phone, and says why.
    Refused(String),
    /// The connection is gone.
    Lost,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCarrier { url } => write!(
                f,
                "no local carrier answers at {url}: start carelane with `cargo run` in another terminal, \
                 or name its address with --carrier"
            ),
            Self::Refused(why) => write!(f, "the local carrier refused this phone: {why}"),
            Self::Lost => {
                f.write_str("the connection to the local carrier is gone: carelane has stopped or was restarted")
            }
        }
    }
}

impl std::error::Error for LineError {}

impl Line {
    /// Connects to a carrier (`ws://127.0.0.1:8081`, with or without `/phone`); without a number it gets a free one.
    pub async fn connect(url: &str, number: Option<&Number>, role: Role) -> Result<Self, LineError> {
        let base = url.trim_end_matches('/');
        let url = if base.ends_with("/phone") { base.to_owned() } else { format!("{base}/phone") };
        let nobody = || LineError::NoCarrier { url: url.clone() };
        let connecting = tokio_tungstenite::connect_async(url.as_str());
        let Ok(Ok((socket, _))) = tokio::time::timeout(CONNECT_MAX, connecting).await else { return Err(nobody()) };
        let mut line = Self { socket, number: Private::default(), numbers: Vec::new(), speed: 1.0 };
        let number = number.map(|number| number.reveal().to_owned());
        line.send(FromPhone::Hello { number, role }).await?;
        match tokio::time::timeout(CONNECT_MAX, line.next()).await {
            Ok(Some(ToPhone::Registered { number, numbers, speed })) => {
                line.number = Private::new(number);
                line.numbers = numbers.into_iter().map(Private::new).collect();
                line.speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
                Ok(line)
            }
            Ok(Some(ToPhone::Error { message })) => Err(LineError::Refused(message)),
            _ => Err(nobody()),
        }
    }

    /// Sends one message.
    pub async fn send(&mut self, message: FromPhone) -> Result<(), LineError> {
        let text = serde_json::to_string(&message).map_err(|_| LineError::Lost)?;
        self.socket.send(Message::text(text)).await.map_err(|_| LineError::Lost)
    }

    /// The next message; `None` when the carrier is gone. Giving up the wait loses nothing.
    pub async fn next(&mut self) -> Option<ToPhone> {
        loop {
            match self.socket.next().await? {
                Ok(Message::Text(text)) => {
                    // A newer carrier may say more than this phone understands.
                    if let Ok(message) = serde_json::from_str(text.as_str()) {
                        return Some(message);
                    }
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// This phone's own number.
    pub fn number(&self) -> &str {
        self.number.reveal()
    }

    /// The number to dial when none is named: the carrier's first.
    pub fn usual_number(&self) -> Option<&str> {
        self.numbers.first().map(|number| number.reveal().as_str())
    }

    /// How many of a call's seconds pass in one second of the clock.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Lets so many of the call's seconds pass.
    pub async fn pause(&self, seconds: f64) {
        let length = Duration::try_from_secs_f64(seconds / self.speed).unwrap_or(Duration::MAX);
        tokio::time::sleep(length).await;
    }
}
