//! Connect with a Stream: a phone made of text becomes a party of sound, so that it can meet a phone in a browser.
//!
//! There are no voices here: its words are a hum of their length, and of what it hears it is told only that somebody
//! speaks. Frames go at the real time's pace, whatever the call's speed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::leg::Input;
use super::leg::Leg;
use super::leg::Stop;
use super::protocol::ToPhone;
use super::trouble::Trouble;
use super::verb::speaking_seconds;

/// One frame, in samples and in time.
const FRAME: usize = 160;
const FRAME_TIME: Duration = Duration::from_millis(20);
/// Frames in a second.
const FRAMES_A_SECOND: f64 = 50.0;
/// Mu-law: nothing, and the two levels of a quiet hum.
const SILENCE: u8 = 0xff;
const HUM: [u8; 2] = [0x9f, 0x1f];
/// A byte whose size is above this is sound; what is softer is the line's own noise.
const LOUD: u8 = 0x40;
/// After so many frames of silence, the next sound is told of anew.
const PAUSE: u32 = 75;
/// What a phone is told when it is in a stream.
const ONLY_A_HUM: &str = "(a phone with sound: it hears a hum as long as your words, not the words; keys work)";

/// A stream to be connected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Connect {
    pub(super) url: String,
    pub(super) parameters: Vec<(String, String)>,
}

/// What the phone gives the stream.
enum Given {
    Hum { frames: u32 },
    Key(char),
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Leg {
    /// Carries the stream until the other end closes it; then the next verb follows.
    pub(super) async fn connect(&mut self, connect: &Connect) -> Result<(), Stop> {
        let (account, call) = (self.exchange.settings.account_sid.clone(), self.call.sid.clone());
        let Some(socket) = self.during(open(connect, &account, &call)).await? else {
            let text = "the stream's websocket cannot be opened; the leg goes on with the next verb";
            self.exchange.alert(&self.call.sid, Trouble::new(31_920, text), false);
            return Ok(());
        };
        let (give, given) = mpsc::channel(16);
        let (tell, mut told) = mpsc::channel(16);
        self.exchange.spawn(carry(socket, given, tell));
        self.tell(ToPhone::Joined { parties: 2, at_ms: self.at_ms() });
        self.tell(ToPhone::Other { text: ONLY_A_HUM.to_owned(), at_ms: self.at_ms() });
        loop {
            let never = self.timer(f64::MAX);
            tokio::pin!(never);
            let input = tokio::select! {
                input = self.notice(never.as_mut()) => input?,
                heard = told.recv() => match heard {
                    Some(()) => {
                        self.tell(ToPhone::Other { text: "(somebody speaks)".to_owned(), at_ms: self.at_ms() });
                        None
                    }
                    None => return Ok(()),
                },
            };
            // A stream that takes nothing more is about to end.
            match input {
                Some(Input::Speech(text)) => {
                    // A few hundred words at most.
                    let frames = (speaking_seconds(&text) * FRAMES_A_SECOND) as u32;
                    let _ = give.try_send(Given::Hum { frames });
                }
                Some(Input::Key(key)) => drop(give.try_send(Given::Key(key))),
                Some(Input::RoomOver(_) | Input::Nothing) | None => {}
            }
        }
    }
}

async fn open(connect: &Connect, account: &str, call: &str) -> Option<Socket> {
    let (mut socket, _) = tokio_tungstenite::connect_async(connect.url.as_str()).await.ok()?;
    let parameters: serde_json::Map<String, Value> =
        connect.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let start = json!({
        "streamSid": stream(call), "accountSid": account, "callSid": call, "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    });
    for message in [
        json!({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
        json!({"event": "start", "sequenceNumber": "1", "streamSid": stream(call), "start": start}),
    ] {
        socket.send(Message::Text(message.to_string().into())).await.ok()?;
    }
    Some(socket)
}

/// A stream's name: the call's, as a stream's begin.
fn stream(call: &str) -> String {
    format!("MZ{}", call.trim_start_matches("CA"))
}

/// Sends a frame each 20 ms, and gives back marks at once: what is played here takes no time. Ends with either side.
async fn carry(mut socket: Socket, mut given: mpsc::Receiver<Given>, tell: mpsc::Sender<()>) {
    let mut frames = interval(FRAME_TIME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut hum, mut quiet) = (0_u32, PAUSE);
    loop {
        let message = tokio::select! {
            _ = frames.tick() => {
                quiet = quiet.saturating_add(1);
                let frame = if hum > 0 { humming() } else { [SILENCE; FRAME] };
                hum = hum.saturating_sub(1);
                json!({"event": "media", "media": {"track": "inbound", "payload": STANDARD.encode(frame)}})
            }
            given = given.recv() => match given {
                Some(Given::Hum { frames }) => {
                    hum = hum.saturating_add(frames);
                    continue;
                }
                Some(Given::Key(key)) => json!({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key.to_string()}}),
                // The phone hung up, or was moved.
                None => {
                    let stop = json!({"event": "stop"}).to_string();
                    // Whoever has gone before us needs no goodbye.
                    let _ = socket.send(Message::Text(stop.into())).await;
                    let _ = socket.close(None).await;
                    return;
                }
            },
            came = socket.next() => match came {
                Some(Ok(Message::Text(text))) => match heard(&text) {
                    Heard::Sound => {
                        if quiet >= PAUSE {
                            // A phone that does not read misses a word.
                            let _ = tell.try_send(());
                        }
                        quiet = 0;
                        continue;
                    }
                    Heard::Mark(mark) => json!({"event": "mark", "mark": mark}),
                    Heard::Nothing => continue,
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => continue,
            },
        };
        if socket.send(Message::Text(message.to_string().into())).await.is_err() {
            return;
        }
    }
}

enum Heard {
    Sound,
    Mark(Value),
    Nothing,
}

fn heard(text: &str) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    match message["event"].as_str() {
        Some("media") => {
            let payload = message["media"]["payload"].as_str().unwrap_or_default();
            let audio = STANDARD.decode(payload).unwrap_or_default();
            if audio.iter().any(|byte| !byte & 0x7f > LOUD) { Heard::Sound } else { Heard::Nothing }
        }
        Some("mark") => Heard::Mark(message["mark"].clone()),
        _ => Heard::Nothing,
    }
}

/// A frame of 250 Hz.
fn humming() -> [u8; FRAME] {
    std::array::from_fn(|sample| HUM[sample / 16 % 2])
}
