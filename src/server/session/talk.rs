//! A conversation in a session: what this party says goes to the others in its room, what they say goes to it.
//!
//! Audio is passed on when it comes, as it came; who hears several gets them mixed. Who is alone in the room for too
//! long goes to the carrier's conference, and so does the other party; who is left by somebody who hung up has heard
//! the end. Who listens in is never alone.

use std::future::pending;
use std::time::Duration;

use super::End;
use super::Session;
use super::wire::write_audio;
use crate::engine::Given;
use crate::engine::Heard;
use crate::engine::Said;
use crate::engine::Seat;
use crate::floor::event::Input;
use crate::floor::treatment::Party;
use crate::floor::treatment::Role;
use crate::floor::treatment::Treatment;
use crate::media::Arrivals;
use crate::media::Backlog;
use crate::media::Mixer;
use crate::media::Passing;
use crate::media::g711;
use crate::media::g711::FRAME;
use crate::media::message;
use crate::vocab::CallId;

/// The other party comes within this time, or comes back, or both meet in the carrier's conference.
const ALONE_MAX: Duration = Duration::from_millis(2_500);
/// Louder than this (-30 dB below full scale) is speech.
const SPEECH_MIN: i16 = 1_000;
/// Softer than this (-46 dB) is silence.
const SILENCE_MAX: i16 = 160;
/// The jitter is looked at after so many pieces: once a second.
const JITTER_PIECES: u32 = 50;

/// A session's part in a conversation.
pub(super) struct Talk {
    call: CallId,
    round: u32,
    seat: Seat,
    alone: Option<Alone>,
    /// The other party is on hold, and comes back.
    on_hold: bool,
    arrivals: Arrivals,
    pieces: u32,
    backlog: Backlog,
    /// What another party said last, as bytes.
    audio: Vec<u8>,
    mixer: Mixer,
    /// The same with everybody else in it, if several are heard.
    mixed: Vec<u8>,
}

/// The seat that a treatment leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) call: CallId,
    pub(super) round: u32,
    role: Role,
}

/// Nobody else is in the room.
struct Alone {
    until: Duration,
    /// The carrier said that the other's stream is over.
    ended: bool,
}

impl Talk {
    /// When something must be done about being alone.
    pub(super) fn alone_until(&self) -> Option<Duration> {
        self.alone.as_ref().map(|alone| alone.until)
    }

    /// The carrier says that this stream is over.
    pub(super) fn ends(&mut self) {
        self.seat.ends();
    }

    /// Somebody said what is in `audio`. Does anything go on to the listener now?
    fn hear(&mut self, said: &Said) -> bool {
        if said.among_others {
            return self.mixer.add(said.by.0, &self.audio, &mut self.mixed);
        }
        self.mixer.clear();
        true
    }

    /// What goes on to the listener.
    fn heard(&self, said: &Said) -> &[u8] {
        if said.among_others { &self.mixed } else { &self.audio }
    }
}

/// What comes next from the room; nothing, without one.
pub(super) async fn next(talk: Option<&Talk>) -> Heard {
    match talk {
        Some(talk) => talk.seat.next().await,
        None => pending().await,
    }
}

/// The seat that a treatment leads to, if it leads to one.
pub(super) fn place_of(treatment: &Treatment) -> Option<Place> {
    let (call, round, role) = match treatment {
        Treatment::Connected { call, round, party: Party::Caller, .. } => (*call, *round, Role::Patient),
        Treatment::Connected { call, round, party: Party::Agent, .. } => (*call, *round, Role::Assistant),
        Treatment::Supervise { call, round, mode, .. } => (*call, *round, Role::Supervisor(*mode)),
        _ => return None,
    };
    Some(Place { call, round, role })
}

impl Session<'_> {
    /// Takes a seat in the treatment's room, if it leads to one; a seat elsewhere is given up.
    pub(super) fn sit_down(&mut self, given: &Given) -> Result<(), End> {
        self.talk = None;
        let Some(Place { call, round, role }) = place_of(&given.treatment) else { return Ok(()) };
        let seat = self.line.engine.rooms().enter(call, round, self.leg, role).ok_or(End::HandedOver)?;
        let alone = role.is_party().then(|| Alone { until: self.now() + ALONE_MAX, ended: false });
        let (arrivals, backlog, mixer) = (Arrivals::default(), Backlog::default(), Mixer::default());
        let (audio, mixed, on_hold) = (Vec::new(), Vec::new(), false);
        self.talk = Some(Talk { call, round, seat, alone, on_hold, arrivals, pieces: 0, backlog, audio, mixer, mixed });
        Ok(())
    }

    /// This party said what its ears have just heard.
    pub(super) fn say(&mut self, now: Duration, base64: &str) {
        let Some(talk) = &mut self.talk else { return };
        let metrics = &self.line.metrics;
        let samples = self.ears.audio.len();
        if talk.arrivals.came(now, length(samples)) {
            metrics.frame_late();
        }
        talk.pieces += 1;
        if talk.pieces % JITTER_PIECES == 0 {
            metrics.jittered(talk.arrivals.jitter());
        }
        metrics.not_listened_to(talk.seat.say(now, base64, samples));
    }

    /// Something came from the room.
    pub(super) async fn heard(&mut self, heard: Heard) -> Result<(), End> {
        let until = self.now() + ALONE_MAX;
        let Some(talk) = &mut self.talk else { return Ok(()) };
        match heard {
            Heard::Audio(said) => return self.pass_on(&said).await,
            Heard::Came => talk.alone = None,
            // Whoever is on hold has left the room, and perhaps its stream, but not the conversation.
            Heard::Alone { .. } if talk.on_hold => {}
            Heard::Alone { ended } => talk.alone = Some(Alone { until, ended }),
            Heard::OnHold(on_hold) => {
                talk.on_hold = on_hold;
                talk.alone = (!on_hold).then_some(Alone { until, ended: false });
            }
            Heard::Moved => return Err(End::HandedOver),
            Heard::Over => return self.ended(Input::Nothing).await,
        }
        Ok(())
    }

    /// The other party did not come, or not back.
    pub(super) async fn alone_for_too_long(&mut self) -> Result<(), End> {
        let Some(talk) = &mut self.talk else { return Ok(()) };
        match talk.alone.take() {
            // As when the carrier's conference closes.
            Some(Alone { ended: true, .. }) => self.ended(Input::Nothing).await,
            Some(_) if self.line.engine.rooms().move_to_carrier(talk.call, talk.round) => Err(End::HandedOver),
            // One of them has no carrier: wherever they meet again, it is here.
            _ => Ok(()),
        }
    }

    async fn pass_on(&mut self, said: &Said) -> Result<(), End> {
        let now = self.now();
        let Some(talk) = &mut self.talk else { return Ok(()) };
        message::audio(&said.base64, &mut talk.audio)?;
        if !talk.hear(said) {
            return Ok(());
        }
        if self.player.is_playing() {
            // Our words end where the other's begin: nothing that is said is lost.
            if loudest(talk.heard(said)) < SPEECH_MIN {
                return Ok(());
            }
            self.clear().await?;
        }
        let Some(talk) = &mut self.talk else { return Ok(()) };
        let metrics = &self.line.metrics;
        let heard = if said.among_others { &talk.mixed } else { &talk.audio };
        match talk.backlog.pass(now, length(heard.len()), || loudest(heard) < SILENCE_MAX) {
            Passing::On => {}
            Passing::AfterGap => metrics.ran_out(),
            Passing::LeftOut => {
                metrics.left_out();
                return Ok(());
            }
        }
        metrics.stream_sent(u64::try_from(heard.len().div_ceil(FRAME)).unwrap_or(0));
        metrics.passed_on(now.saturating_sub(said.came));
        if let Some(taping) = &mut self.taping {
            taping.heard(heard);
        }
        match said.among_others {
            true => write_audio(self.socket, &self.writer, &message::base64(heard)).await,
            false => write_audio(self.socket, &self.writer, &said.base64).await,
        }
    }
}

/// The loudest sample.
pub(super) fn loudest(audio: &[u8]) -> i16 {
    audio.iter().map(|byte| g711::decode(*byte).saturating_abs()).max().unwrap_or(0)
}

/// How long so many samples last.
fn length(samples: usize) -> Duration {
    Duration::from_micros(u64::try_from(samples).unwrap_or(u64::MAX).saturating_mul(125))
}
