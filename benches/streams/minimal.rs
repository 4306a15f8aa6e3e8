//! The least that a media-stream server on tungstenite does: one task a call, which reads what comes, and every 20 ms
//! encodes and sends a frame of music; or, for calls in pairs, writes what comes from one to the other. It knows no
//! question and no key.
//!
//! It is written as its crates' own examples are, and with none of carelane's code, so that it stays where it is when
//! carelane gets faster or slower.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::env;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;
use tokio::time::interval_at;
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::Failure;
use crate::server::PAIRED;

/// With this argument the bench is this server, on the address in `CARELANE_LISTEN`.
pub(crate) const ARGUMENT: &str = "serve-minimal";

const FRAME: usize = 160;
const FRAME_TIME: Duration = Duration::from_millis(20);
/// No call lasts so long: until its start nothing is sent.
const NEVER: Duration = Duration::from_secs(86_400);

#[derive(Deserialize)]
struct Told<'m> {
    #[serde(borrow)]
    event: Cow<'m, str>,
    #[serde(borrow)]
    media: Option<Heard<'m>>,
    #[serde(borrow)]
    start: Option<Start<'m>>,
}

#[derive(Deserialize)]
struct Heard<'m> {
    #[serde(borrow)]
    payload: Cow<'m, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start<'m> {
    #[serde(borrow)]
    stream_sid: Cow<'m, str>,
    #[serde(borrow)]
    call_sid: Cow<'m, str>,
    #[serde(borrow)]
    custom_parameters: Parameters<'m>,
}

#[derive(Deserialize)]
struct Parameters<'m> {
    #[serde(borrow)]
    token: Cow<'m, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said<'m> {
    event: &'m str,
    stream_sid: &'m str,
    media: Payload<'m>,
}

#[derive(Serialize)]
struct Payload<'m> {
    payload: &'m str,
}

/// The calls of pairs, by their numbers: a pair has an even one and the next.
type Lines = Arc<Mutex<BTreeMap<u64, UnboundedSender<String>>>>;

/// Serves until it is killed.
pub(crate) fn serve() -> Result<(), Failure> {
    let address: SocketAddr = env::var("CARELANE_LISTEN")?.parse()?;
    let music: Vec<u8> = (0..FRAME * 500).map(|at| (at.wrapping_mul(2_654_435_761) >> 24 & 0xff) as u8).collect();
    let music: &'static [u8] = music.leak();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (listener, lines) = (TcpListener::bind(address).await?, Lines::default());
        loop {
            let (stream, _) = listener.accept().await?;
            let lines = Arc::clone(&lines);
            // A client that goes away is no fault of the server's.
            tokio::spawn(async move { call(stream, music, lines).await.ok() });
        }
    })
}

async fn call(stream: TcpStream, music: &'static [u8], lines: Lines) -> Result<u32, Failure> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4_096).write_buffer_size(0);
    let mut socket = accept_async_with_config(stream, Some(config)).await?;
    let (mut sid, mut frames, mut energy) = (String::new(), music.chunks_exact(FRAME).cycle(), 0);
    let mut tick = interval_at(Instant::now() + NEVER, FRAME_TIME);
    let (line, mut from_partner) = unbounded_channel::<String>();
    let (mut partner_number, mut partner): (Option<u64>, Option<UnboundedSender<String>>) = (None, None);
    loop {
        tokio::select! {
            Some(payload) = from_partner.recv() => {
                let said = Said { event: "media", stream_sid: &sid, media: Payload { payload: &payload } };
                socket.send(Message::text(serde_json::to_string(&said)?)).await?;
            }
            _ = tick.tick() => {
                let payload = STANDARD.encode(frames.next().unwrap_or_default());
                let said = Said { event: "media", stream_sid: &sid, media: Payload { payload: &payload } };
                socket.send(Message::text(serde_json::to_string(&said)?)).await?;
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let told: Told<'_> = serde_json::from_str(&text)?;
                    match (&*told.event, told.media, told.start) {
                        ("media", Some(heard), _) if partner_number.is_some() => {
                            if partner.is_none() {
                                let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                                partner = partner_number.and_then(|number| lines.get(&number).cloned());
                            }
                            if let Some(partner) = &partner {
                                partner.send(heard.payload.into_owned())?;
                            }
                        }
                        ("media", Some(heard), _) => {
                            let audio = STANDARD.decode(heard.payload.as_bytes())?;
                            energy = audio.iter().map(|byte| u32::from(byte & 0x7f)).sum();
                        }
                        ("start", _, Some(start)) => {
                            sid = start.stream_sid.into_owned();
                            if start.custom_parameters.token == PAIRED {
                                let number = u64::from_str_radix(start.call_sid.trim_start_matches("CA"), 16)?;
                                lines.lock().unwrap_or_else(PoisonError::into_inner).insert(number, line.clone());
                                partner_number = Some(number ^ 1);
                                continue;
                            }
                            tick = interval_at(Instant::now(), FRAME_TIME);
                            tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
                        }
                        _ => {}
                    }
                }
                Some(Ok(_)) => {}
                _ => return Ok(energy),
            },
        }
    }
}
