//! One phone's connection: JSON messages in, what it hears out. Which call it is on, the exchange knows.

use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt;
use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::exchange::Direction;
use super::exchange::Exchange;
use super::exchange::Ring;
use super::exchange::Signal;
use super::leg::Leg;
use super::leg::Report;
use super::protocol::FromPhone;
use super::protocol::ToPhone;
use crate::vocab::Number;

/// What may wait to be sent to one phone; a phone that does not read loses words.
const WORDS_MAX: usize = 1_024;
/// A phone says who it is within this time.
const HELLO_WAIT_MAX: Duration = Duration::from_secs(10);
/// One message reaches the phone's socket within this time, or the phone is given up.
const SEND_WAIT_MAX: Duration = Duration::from_secs(10);
/// Phones at once.
const PHONES_MAX: usize = 8_000;
/// What is said at once is cut here.
const SPEECH_CHARS_MAX: usize = 2_000;
/// Keys in one message.
const KEYS_MAX: usize = 64;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Serves one phone until it disconnects.
pub(super) async fn serve(exchange: Arc<Exchange>, mut socket: Socket) {
    let first = tokio::time::timeout(HELLO_WAIT_MAX, read(&mut socket)).await;
    let (number, role) = match first {
        Ok(Some(Ok(FromPhone::Hello { number, role }))) => (number, role),
        Ok(Some(_)) => return refuse(socket, "the first message must be hello with a role").await,
        Ok(None) | Err(_) => return,
    };
    let number = match number.map(|text| Number::parse(&text)).transpose() {
        Ok(number) => number,
        Err(error) => return refuse(socket, &error.to_string()).await,
    };
    if exchange.phones() >= PHONES_MAX {
        return refuse(socket, "too many phones are connected: close some").await;
    }
    let (outgoing, mut words) = mpsc::channel(WORDS_MAX);
    let (number, id) = match exchange.register(number, role, outgoing.clone()) {
        Ok(registered) => registered,
        Err(why) => return refuse(socket, why).await,
    };
    let registered = ToPhone::Registered {
        number: number.reveal().to_owned(),
        numbers: exchange.settings.numbers.iter().map(|number| number.reveal().to_owned()).collect(),
        speed: exchange.settings.speed,
    };
    let _ = outgoing.try_send(registered);
    loop {
        tokio::select! {
            message = read(&mut socket) => match message {
                None => break,
                Some(Ok(message)) => {
                    if let Err(why) = obey(&exchange, &number, id, message, &outgoing) {
                        let _ = outgoing.try_send(ToPhone::Error { message: why.to_owned() });
                    }
                }
                Some(Err(why)) => {
                    let _ = outgoing.try_send(ToPhone::Error { message: why });
                }
            },
            word = words.recv() => {
                let Some(word) = word else { break };
                if !write(&mut socket, &word).await {
                    break;
                }
            }
        }
    }
    exchange.unregister(&number, id);
}

/// Does what a phone asks for; the error is shown on the phone.
fn obey(
    exchange: &Arc<Exchange>,
    number: &Number,
    id: u64,
    message: FromPhone,
    outgoing: &mpsc::Sender<ToPhone>,
) -> Result<(), &'static str> {
    const NO_CALL: &str = "there is no call on this phone";
    let tell = |signal| if exchange.heard_from_phone(number, id, signal) { Ok(()) } else { Err(NO_CALL) };
    match message {
        FromPhone::Hello { .. } => Err("this phone is already connected"),
        FromPhone::Dial { to } => dial(exchange, number, &to, outgoing),
        FromPhone::Key { digits } => {
            if digits.is_empty() || digits.len() > KEYS_MAX || !digits.chars().all(is_key) {
                return Err("keys are 0-9, * and #, at most 64 at once");
            }
            digits.chars().try_for_each(|key| tell(Signal::Key(key)))
        }
        FromPhone::Say { text } => tell(Signal::Speech(text.chars().take(SPEECH_CHARS_MAX).collect())),
        FromPhone::Answer => tell(Signal::Answer),
        FromPhone::Hangup => tell(Signal::HangUp),
    }
}

fn dial(
    exchange: &Arc<Exchange>,
    from: &Number,
    to: &str,
    outgoing: &mpsc::Sender<ToPhone>,
) -> Result<(), &'static str> {
    let to = Number::parse(to).map_err(|_| "a phone number is written as + and 7 to 15 digits, like +15550100100")?;
    if !exchange.settings.numbers.contains(&to) {
        return Err("nobody has this number here: dial one of the practice's numbers");
    }
    let (call, signals) = exchange.open_call(Direction::Inbound, from.clone(), to);
    let Ring::Phone(_) = exchange.ring(from, &call) else {
        call.signal(Signal::HangUp);
        exchange.set_status(&call.sid, super::exchange::Status::Canceled);
        return Err("this phone is already in a call: hang up first");
    };
    let report =
        Report { url: exchange.settings.status_url.clone(), events: std::iter::once("completed".to_owned()).collect() };
    let leg = Leg::new(Arc::clone(exchange), call, signals, Some(report));
    exchange.spawn(leg.inbound(outgoing.clone()));
    Ok(())
}

/// Is it on the keypad?
pub(super) fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#')
}

/// The next message; `None` when the phone is gone.
async fn read(socket: &mut Socket) -> Option<Result<FromPhone, String>> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => {
                let message = serde_json::from_str(text.as_str());
                // The reason is not passed on: it may quote what was said.
                return Some(message.map_err(|_| "this is no message of a phone; see the protocol".to_owned()));
            }
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

async fn write(socket: &mut Socket, word: &ToPhone) -> bool {
    let Ok(text) = serde_json::to_string(word) else { return true };
    matches!(tokio::time::timeout(SEND_WAIT_MAX, socket.send(Message::text(text))).await, Ok(Ok(())))
}

async fn refuse(mut socket: Socket, why: &str) {
    if write(&mut socket, &ToPhone::Error { message: why.to_owned() }).await {
        let _ = tokio::time::timeout(SEND_WAIT_MAX, socket.close(None)).await;
    }
}
