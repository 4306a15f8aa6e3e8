//! One media stream: plays the leg's treatments and hears its keys, until the carrier or the floor ends it.
//!
//! What the floor decides comes back as the answer to our event, or as a push. What cannot be played here
//! (words without a sound, a conference) ends the stream, and the carrier goes on from its document.
//!
//! `wire` is its socket, `alarm` its timer, `ears` hears keys, `hearing` words, `play` is its voice, `barge` keeps it
//! from talking over a caller, `talk` joins it with another party's, `record` keeps a message, `tape` a conversation,
//! `typed` a PIN.

mod alarm;
mod barge;
mod ears;
mod hearing;
mod play;
mod record;
mod talk;
mod tape;
mod typed;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use tracing::debug;

use super::browser::BrowserLeg;
use super::pin::Pins;
use super::recogniser::Recogniser;
use super::stream::SOCKETS_MAX;
use super::upgrade::Socket;
use crate::engine::Engine;
use crate::engine::Push;
use crate::engine::Reply;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::media::Library;
use crate::media::Pace;
use crate::media::Player;
use crate::media::g711::FRAME;
use crate::media::message;
use crate::media::message::Malformed;
use crate::media::message::Told;
use crate::media::message::Writer;
use crate::metrics::Metrics;
use crate::metrics::StreamEnd;
use crate::render::Keys;
use crate::render::Then;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;
use alarm::Alarm;
use barge::Barge;
use ears::Ears;
use hearing::Hearing;
use record::Mailbox;
use talk::Talk;
use tape::Taping;
use wire::close;
use wire::next;

/// The stream must say whose it is within this time.
const START_MAX: Duration = Duration::from_secs(5);
/// Fifty frames come a second; a stream that is silent for so long is dead.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// The desk's answer.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// With more streams than this audio follows in half seconds: half of what one core carries frame by frame.
const FRAME_BY_FRAME_MAX: usize = 500;

/// What all sessions share.
pub(super) struct Line {
    pub(super) engine: Engine,
    pub(super) metrics: Arc<Metrics>,
    pub(super) library: Arc<Library>,
    pub(super) recogniser: Option<Arc<dyn Recogniser>>,
    pub(super) pins: Arc<Pins>,
    /// Places for streams that are free.
    pub(super) places: Arc<Semaphore>,
}

impl Line {
    /// Frame by frame, as long as there are not very many calls.
    fn pace(&self) -> Pace {
        match self.places.available_permits() > SOCKETS_MAX - FRAME_BY_FRAME_MAX {
            true => Pace::Frames,
            false => Pace::Pieces,
        }
    }
}

/// Why a session ends.
#[derive(Debug)]
enum End {
    /// The carrier says that the stream is over.
    Stopped,
    /// It closes the socket without a word.
    Closed,
    /// The carrier goes on with a document.
    HandedOver,
    /// The socket broke off, or was silent.
    Dropped,
    /// What came is not what a carrier with a ticket sends.
    Refused(&'static str),
}

impl From<Malformed> for End {
    fn from(why: Malformed) -> Self {
        debug!(%why, "a media stream sent what it may not");
        Self::Refused("malformed message")
    }
}

/// Serves a socket to its end. Tells which leg it was, if that is a browser's, and whether it hung up or we did: nobody
/// else tells of its end.
pub(super) async fn serve(line: Line, mut socket: Socket) -> Option<(BrowserLeg, bool)> {
    let opened = timeout(START_MAX, open(&line, &mut socket)).await;
    let mut served = None;
    let end = match opened.unwrap_or(Err(End::Refused("no start in time"))) {
        Err(end) => end,
        Ok(Opened { leg, carrier_call, writer, pushes }) => {
            let browser = carrier_call.is_browser();
            served = browser.then_some(BrowserLeg { leg, carrier_call });
            let _open = line.metrics.stream_opened();
            let now = line.engine.clock().monotonic();
            let (player, ears) = (Player::default(), Ears::default());
            let mut session = Session {
                line: &line,
                socket: &mut socket,
                writer,
                leg,
                browser,
                player,
                ears,
                barge: Barge::default(),
                hearing: Hearing::new(line.recogniser.clone()),
                talk: None,
                mailbox: None,
                taping: None,
                serial: 0,
                keys: Keys::Ignored,
                digits: String::new(),
                then: Then::End,
                waits_until: None,
                heard_at: now,
                alarm: Alarm::new(now),
            };
            let end = session.run(pushes).await;
            session.end_tape();
            session.leave_mailbox(&end).await;
            end
        }
    };
    line.metrics.stream_ended(match end {
        End::Stopped | End::Closed => StreamEnd::Stopped,
        End::HandedOver => StreamEnd::HandedOver,
        End::Dropped => StreamEnd::Dropped,
        End::Refused(_) => StreamEnd::Refused,
    });
    close(&mut socket, &end).await;
    served.map(|leg| (leg, matches!(end, End::Stopped | End::HandedOver)))
}

/// A stream that came with a ticket of ours.
struct Opened {
    leg: LegId,
    carrier_call: CarrierCall,
    writer: Writer,
    pushes: UnboundedReceiver<Push>,
}

/// Waits for the start with a ticket of ours.
async fn open(line: &Line, socket: &mut Socket) -> Result<Opened, End> {
    loop {
        let text = next(socket).await?;
        match message::read(&text)? {
            Told::Start(start) => {
                let writer = Writer::new(&start.stream);
                let carrier_call = CarrierCall::from(start.carrier_call.as_ref());
                let (ticket, now) = (start.token.as_deref().unwrap_or_default(), line.engine.clock().monotonic());
                let opened = line.engine.streams().open(ticket, &carrier_call, now);
                let (leg, pushes) = opened.ok_or(End::Refused("no ticket"))?;
                return Ok(Opened { leg, carrier_call, writer, pushes });
            }
            Told::Stop => return Err(End::Stopped),
            Told::Other => {}
            Told::Audio(_) | Told::Key(_) | Told::Mark(_) => return Err(End::Refused("audio before the start")),
        }
    }
}

struct Session<'l> {
    line: &'l Line,
    socket: &'l mut Socket,
    writer: Writer,
    leg: LegId,
    /// The line is a browser's, without a carrier: it shows what is said, and words without a sound are shown only.
    browser: bool,
    player: Player,
    ears: Ears,
    barge: Barge,
    hearing: Hearing,
    talk: Option<Talk>,
    mailbox: Option<Mailbox>,
    taping: Option<Taping>,
    /// The treatment that is played.
    serial: u32,
    keys: Keys,
    /// What was typed of a PIN.
    digits: String,
    then: Then,
    /// A key is awaited until then; everything was heard.
    waits_until: Option<Duration>,
    /// When the carrier last sent anything.
    heard_at: Duration,
    alarm: Alarm,
}

impl Session<'_> {
    async fn run(&mut self, mut pushes: UnboundedReceiver<Push>) -> End {
        let mut done = self.begin().await;
        while done.is_ok() {
            done = self.step(&mut pushes).await;
        }
        done.err().unwrap_or(End::Stopped)
    }

    fn now(&self) -> Duration {
        self.line.engine.clock().monotonic()
    }

    /// Plays what the leg was last given.
    async fn begin(&mut self) -> Result<(), End> {
        let given = self.line.engine.current(self.leg).await.map_err(|_| End::HandedOver)?.ok_or(End::HandedOver)?;
        self.fetch(given.serial).await
    }

    /// Tells the floor that a treatment has reached its leg, and plays it.
    async fn fetch(&mut self, serial: u32) -> Result<(), End> {
        let reply = post(&self.line.engine, Event::TreatmentFetched { leg: self.leg, serial }).await?;
        self.follow(reply).await
    }

    /// One thing: audio that is due, a time that has come, or what comes in.
    async fn step(&mut self, pushes: &mut UnboundedReceiver<Push>) -> Result<(), End> {
        let now = self.now();
        self.player.keep(self.line.pace());
        self.send_due(now).await?;
        if self.player.overdue(now) {
            return self.played().await;
        }
        let waits_until = self.waits_until.map(|until| self.hearing.until(until, now));
        if waits_until.is_some_and(|until| until <= now) {
            return match self.keys {
                Keys::Typed => self.all_typed().await,
                _ => self.ended(Input::Nothing).await,
            };
        }
        let goes_on = self.barge.until().map(|until| self.hearing.until(until, now));
        if goes_on.is_some_and(|until| until <= now) {
            return self.go_on().await;
        }
        let idle_at = self.heard_at + IDLE_MAX;
        if idle_at <= now {
            return Err(End::Dropped);
        }
        let alone_until = self.talk.as_ref().and_then(Talk::alone_until);
        if alone_until.is_some_and(|until| until <= now) {
            return self.alone_for_too_long().await;
        }
        let message_until = self.mailbox.as_ref().and_then(Mailbox::until);
        if message_until.is_some_and(|until| until <= now) {
            return self.message_over().await;
        }
        let times = [self.player.wake(), waits_until, goes_on, alone_until, message_until, Some(idle_at)];
        let wake = times.into_iter().flatten().min().unwrap_or(idle_at);
        tokio::select! {
            text = next(self.socket) => {
                let text = text?;
                self.heard_at = self.now();
                self.take(&text).await
            }
            heard = talk::next(self.talk.as_ref()) => self.heard(heard).await,
            push = pushes.recv() => match push {
                Some(push) => self.pushed(push).await,
                // Another stream of this leg has come, or the leg is over.
                None => Err(End::Stopped),
            },
            heard = self.hearing.heard() => self.spoken(heard).await,
            () = self.alarm.rings(wake) => Ok(()),
        }
    }

    async fn take(&mut self, text: &str) -> Result<(), End> {
        let now = self.now();
        let key = match message::read(text)? {
            Told::Audio(base64) => {
                message::audio(&base64, &mut self.ears.audio)?;
                self.line.metrics.stream_heard(u64::try_from(self.ears.audio.len().div_ceil(FRAME)).unwrap_or(0));
                self.say(now, &base64);
                self.keep(now);
                self.tape_said();
                // In a conversation no key means anything: nobody listens for one.
                let key = if self.keys == Keys::Ignored { None } else { self.ears.hear(now) };
                self.hearing.hear(&self.ears.audio);
                self.give_way(now).await?;
                self.keep_pace(now).await?;
                key
            }
            Told::Key(key) => self.ears.told(key, now),
            Told::Mark(name) => {
                let heard = name.parse().is_ok_and(|mark| self.player.marked(mark));
                return if heard { self.played().await } else { Ok(()) };
            }
            Told::Stop => {
                if let Some(talk) = &mut self.talk {
                    talk.ends();
                }
                return Err(End::Stopped);
            }
            Told::Start(_) => return Err(End::Refused("a second start")),
            Told::Other => None,
        };
        if key.is_some() {
            self.hearing.forget();
        }
        match (key, self.keys) {
            (Some('#' | '*'), Keys::End) if self.mailbox.as_ref().is_some_and(Mailbox::is_recording) => {
                self.message_over().await
            }
            (None, _) | (_, Keys::Ignored | Keys::End) => Ok(()),
            (Some(key), Keys::Answer) => {
                self.clear().await?;
                self.line.metrics.cut_short(self.now().saturating_sub(now));
                self.ended(Input::Keys(key.to_string().into())).await
            }
            (Some(key), Keys::Typed) => self.typed(key).await,
            (Some(key), Keys::Heard) => self.ended(Input::Keys(key.to_string().into())).await,
        }
    }

    /// The treatment is over, perhaps with a key: the floor says what comes next.
    async fn ended(&mut self, input: Input) -> Result<(), End> {
        self.waits_until = None;
        let reply =
            post(&self.line.engine, Event::TreatmentEnded { leg: self.leg, serial: self.serial, input }).await?;
        self.follow(reply).await
    }

    /// The floor gave the leg something else, in mid-play.
    async fn pushed(&mut self, push: Push) -> Result<(), End> {
        let given = self.line.engine.current(self.leg).await.ok().flatten();
        let plays = given.as_ref().is_some_and(|given| self.can_play(given));
        // Whoever asked may have given up waiting; then it asks the carrier, which ends this stream.
        let asked = push.taken.send(plays).is_ok();
        if plays && asked { self.fetch(push.serial).await } else { Ok(()) }
    }

    async fn follow(&mut self, reply: Reply) -> Result<(), End> {
        match (reply.answer, reply.given) {
            (Answer::Treat { serial, .. }, Some(_)) if serial == self.serial => Ok(()),
            (Answer::Treat { .. }, Some(given)) => self.play(&given).await,
            (Answer::Over, _) => {
                self.line.engine.streams().part(self.leg, self.serial);
                Err(End::HandedOver)
            }
            _ => Err(End::HandedOver),
        }
    }
}

async fn post(engine: &Engine, event: Event) -> Result<Reply, End> {
    // If nobody can decide in time, the carrier's own verbs hold the caller until somebody can.
    match timeout(ANSWER_MAX, engine.post(event)).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(_)) | Err(_) => Err(End::HandedOver),
    }
}
