//! Callers: any number of media streams from one thread, each sending a frame every 20 ms as a carrier does, and noting
//! when the server's audio comes.
//!
//! What a caller hears is what counts. The carrier plays audio in order, from the moment its first message is there,
//! and throws away what it holds when it is told `clear`. So each message is due when the one before it has been
//! played, and late by the time from then to its arrival; who sends ahead is late only when nothing is left. Nothing
//! is forgiven within a window: whoever is late once is measured by the same schedule after it. A window begins with
//! what the carrier holds then, and with nothing after a pause of a second. Beside it stands how far messages arrive
//! from their own length apart, which only a carrier that buffers nothing would hear.

use std::cell::Cell;
use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::Failure;

const FRAME_TIME: Duration = Duration::from_millis(20);
pub(crate) const FRAMES_PER_SECOND: f64 = 50.0;
/// Bytes of mu-law a second.
const RATE: u32 = 8_000;
/// The mask of every frame: a client has to have one, and nobody here is to be fooled.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// So many frames are sent before what came is looked at.
const BUDGET: usize = 64;
/// After so long without audio what comes is no continuation: a pause between two things that are played.
const PAUSE: Duration = Duration::from_secs(1);
/// How a message begins that has the carrier throw away what it holds.
const CLEAR: &[u8] = br#"{"event":"clear""#;
/// A place in a template for a number that counts.
const NUMBER: &str = "1000000";

/// What the calls of one window heard.
#[derive(Default)]
pub(crate) struct Heard {
    /// How late each message was, in microseconds, by the second of the window.
    pub(crate) late: Vec<Vec<u32>>,
    /// How far from its own length after the one before it each message came, in microseconds.
    pub(crate) apart: Vec<u32>,
    /// Seconds of audio.
    pub(crate) audio: f64,
    /// Frames sent to the server.
    pub(crate) sent: u64,
    /// Calls that the server has ended.
    pub(crate) lost: usize,
    /// When the window began.
    began: Option<Instant>,
}

/// All calls.
#[derive(Default)]
pub(crate) struct Callers {
    calls: Vec<Rc<Call>>,
    heard: Rc<RefCell<Heard>>,
    /// Messages count.
    open: Rc<Cell<bool>>,
}

struct Call {
    stream: TcpStream,
    frame: RefCell<Frame>,
    /// What could not be written at once.
    left: RefCell<Vec<u8>>,
    lost: Cell<bool>,
}

impl Callers {
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    /// One more call: it opens its stream at the server's path with this ticket, and presses a key if told to.
    pub(crate) async fn add(&mut self, server: SocketAddr, opened: &Opened<'_>) -> Result<(), Failure> {
        let mut stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        shake_hands(&mut stream, opened.path).await?;
        let (sid, call) = (format!("MZ{:032x}", self.len()), opened.call);
        let connected = r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#.to_owned();
        let start = format!(
            r#"{{"event":"start","sequenceNumber":"1","start":{{"accountSid":"AC00","streamSid":"{sid}","callSid":"{call}","tracks":["inbound"],"mediaFormat":{{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"customParameters":{{"token":"{}"}}}},"streamSid":"{sid}"}}"#,
            opened.ticket
        );
        let mut first = vec![connected, start];
        first.extend(opened.key.map(|key| {
            format!(r#"{{"event":"dtmf","streamSid":"{sid}","sequenceNumber":"2","dtmf":{{"track":"inbound_track","digit":"{key}"}}}}"#)
        }));
        for text in first {
            stream.write_all(&masked(text.as_bytes())).await?;
        }
        let frame = RefCell::new(Frame::new(&sid, self.len()));
        let call = Rc::new(Call { stream, frame, left: RefCell::default(), lost: Cell::new(false) });
        spawn_local(listen(Rc::clone(&call), Rc::clone(&self.heard), Rc::clone(&self.open)));
        self.calls.push(call);
        Ok(())
    }

    /// Every call speaks for so long; what was heard after the warm-up.
    pub(crate) async fn talk(&self, warm_up: Duration, window: Duration) -> Heard {
        let (begin, calls) = (Instant::now(), u32::try_from(self.len()).unwrap_or(u32::MAX).max(1));
        let mut turn = 0_u32;
        loop {
            let now = begin.elapsed();
            if now >= warm_up + window {
                break;
            }
            if now >= warm_up && !self.open.replace(true) {
                let seconds = usize::try_from(window.as_secs()).unwrap_or(0).max(1);
                let late = vec![Vec::new(); seconds];
                *self.heard.borrow_mut() = Heard { late, began: Some(Instant::now()), ..Heard::default() };
            }
            // Each call has its own moment in the 20 ms.
            let mut due = FRAME_TIME * (turn / calls) + FRAME_TIME / calls * (turn % calls);
            for _ in 0..BUDGET {
                if due > now {
                    break;
                }
                if let Some(call) = self.calls.get((turn % calls) as usize)
                    && call.send()
                {
                    self.heard.borrow_mut().sent += 1;
                }
                turn += 1;
                due = FRAME_TIME * (turn / calls) + FRAME_TIME / calls * (turn % calls);
            }
            if due > now { sleep(due - now).await } else { yield_now().await }
        }
        self.open.set(false);
        let lost = self.calls.iter().filter(|call| call.lost.get()).count();
        Heard { lost, ..self.heard.take() }
    }
}

/// A stream that a server expects.
pub(crate) struct Opened<'o> {
    pub(crate) path: &'o str,
    pub(crate) call: &'o str,
    pub(crate) ticket: &'o str,
    pub(crate) key: Option<char>,
}

impl Call {
    /// Sends a frame, or what is left of an earlier one.
    fn send(&self) -> bool {
        if self.lost.get() {
            return false;
        }
        let (mut left, mut frame) = (self.left.borrow_mut(), self.frame.borrow_mut());
        let written = if left.is_empty() { self.stream.try_write(frame.next()) } else { self.stream.try_write(&left) };
        match written {
            Ok(written) if left.is_empty() => left.extend_from_slice(&frame.bytes[written..]),
            Ok(written) => drop(left.drain(..written)),
            Err(error) if error.kind() == ErrorKind::WouldBlock && left.is_empty() => {
                left.extend_from_slice(&frame.bytes);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.lost.set(true),
        }
        true
    }
}

/// Reads one call's messages to its end.
async fn listen(call: Rc<Call>, heard: Rc<RefCell<Heard>>, open: Rc<Cell<bool>>) {
    let (mut bytes, mut have) = (vec![0; 32 * 1024], 0);
    let mut playout = Playout::default();
    loop {
        if call.stream.readable().await.is_err() {
            break;
        }
        match call.stream.try_read(&mut bytes[have..]) {
            Ok(0) => break,
            Ok(read) => have += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(_) => break,
        }
        let (now, mut at) = (Instant::now(), 0);
        while let Some((opcode, body, end)) = message(&bytes[at..have]) {
            let text = &bytes[at..][body..end];
            at += end;
            match opcode {
                1 if text.starts_with(CLEAR) => playout = Playout::default(),
                1 => playout.take(now, length(text), open.get().then_some(&heard)),
                8 => {
                    call.lost.set(true);
                    return;
                }
                _ => {}
            }
        }
        bytes.copy_within(at..have, 0);
        have -= at;
    }
    call.lost.set(true);
}

/// What the carrier plays to one caller.
#[derive(Default)]
struct Playout {
    /// When the next message is due: everything before it was heard then.
    due: Option<Instant>,
    /// The window of the last message counted, or still counts.
    counted: bool,
    /// When the last message of the window came.
    last: Option<Instant>,
}

impl Playout {
    /// So much audio has come, within a window or between two.
    fn take(&mut self, now: Instant, length: Duration, heard: Option<&Rc<RefCell<Heard>>>) {
        if length.is_zero() {
            return;
        }
        let goes_on = self.counted && heard.is_some();
        let due = match self.due {
            Some(due) if goes_on || now.saturating_duration_since(due) < PAUSE => due,
            _ => now,
        };
        // What the carrier holds at the beginning of a window is there; what was late before it is not.
        let due = if heard.is_some() && !self.counted { due.max(now) } else { due };
        if let Some(heard) = heard {
            let mut heard = heard.borrow_mut();
            let second = heard.began.map_or(0, |began| now.saturating_duration_since(began).as_secs());
            let last_second = heard.late.len().saturating_sub(1);
            if let Some(late) = heard.late.get_mut(usize::try_from(second).unwrap_or(0).min(last_second)) {
                late.push(micros(now.saturating_duration_since(due)));
            }
            if let Some(last) = self.last.filter(|_| goes_on) {
                heard.apart.push(micros((now - last).abs_diff(length)));
            }
            heard.audio += length.as_secs_f64();
        }
        *self = Self { due: Some(due + length), counted: heard.is_some(), last: Some(now) };
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// The first whole message: its kind, and where its body begins and ends.
fn message(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (kind, short) = (*bytes.first()? & 15, *bytes.get(1)? & 127);
    let (body, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        _ => (2, usize::from(short)),
    };
    (bytes.len() >= body + length).then_some((kind, body, body + length))
}

/// How long the audio of a message is.
fn length(text: &[u8]) -> Duration {
    const BEFORE: &[u8] = br#""payload":""#;
    let Some(at) = text.windows(BEFORE.len()).position(|window| window == BEFORE) else { return Duration::ZERO };
    // Nothing of a message stands in quotes behind its audio.
    let payload = &text[at + BEFORE.len()..];
    let payload = &payload[..payload.iter().rposition(|byte| *byte == b'"').unwrap_or(0)];
    let padding = payload.iter().rev().take_while(|byte| **byte == b'=').count();
    let bytes = u32::try_from(payload.len() / 4 * 3 - padding).unwrap_or(0);
    Duration::from_secs(1) * bytes / RATE
}

async fn shake_hands(stream: &mut TcpStream, path: &str) -> Result<(), Failure> {
    let ask = format!(
        "GET {path} HTTP/1.1\r\nHost: voice.practice.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await?);
    }
    if answer.starts_with(b"HTTP/1.1 101") { Ok(()) } else { Err(String::from_utf8_lossy(&answer).into()) }
}

/// A text message as a client sends it.
fn masked(text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(text.len()) {
        Ok(short @ ..126) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(text.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// A call's own audio, message after message: the numbers in it count on.
struct Frame {
    bytes: Vec<u8>,
    /// Where the message begins, and in it the numbers.
    body: usize,
    numbers: [usize; 3],
    count: u32,
}

impl Frame {
    fn new(sid: &str, call: usize) -> Self {
        // Noise, softly: no keys are heard in it.
        let noise = |at: usize| 0xf0 | ((at.wrapping_mul(2_654_435_761).wrapping_add(call * 97) >> 13) & 0x8f) as u8;
        let payload = STANDARD.encode((0..160).map(noise).collect::<Vec<u8>>());
        let text = format!(
            r#"{{"event":"media","sequenceNumber":"{NUMBER}","media":{{"track":"inbound","chunk":"{NUMBER}","timestamp":"{NUMBER}","payload":"{payload}"}},"streamSid":"{sid}"}}"#
        );
        let bytes = masked(text.as_bytes());
        let body = bytes.len() - text.len();
        let mut found = text.match_indices(NUMBER).map(|(at, _)| at);
        let numbers = [0; 3].map(|_: usize| found.next().unwrap_or_default());
        Self { bytes, body, numbers, count: 0 }
    }

    fn next(&mut self) -> &[u8] {
        self.count += 1;
        for (at, value) in self.numbers.into_iter().zip([self.count + 2, self.count, (self.count - 1) * 20]) {
            let mut left = value;
            for digit in (at..at + NUMBER.len()).rev() {
                self.bytes[self.body + digit] = (b'0' + (left % 10) as u8) ^ MASK[digit % 4];
                left /= 10;
            }
        }
        &self.bytes
    }
}
