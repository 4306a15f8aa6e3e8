//! The player: which message of a plan goes out when. It is told the time and has no socket.
//!
//! Audio is sent ahead of real time, by [`AHEAD`]: then no delay of ours makes a gap. The first seconds of a program go
//! out at once in long pieces; after that frame follows frame as they are heard, each on the beat of the carrier's own
//! frames, so that a call is woken once for both. Where there are very many calls, long pieces follow instead
//! ([`Pace`]): it sounds the same and costs a fraction.
//!
//! Who ends a program early (a key) has the carrier throw away what it holds. A mark after the last sound tells when it
//! was really heard; a carrier that never sends it back is not waited for.

use std::sync::Arc;
use std::time::Duration;

use super::clip::Chunk;
use super::clip::Clip;
use super::clip::LONG;

/// So much audio is at the carrier when we have just sent some.
pub(super) const AHEAD: Duration = Duration::from_secs(4);
/// One frame.
const FRAME: Duration = Duration::from_millis(20);
/// On the carrier's beat a frame may be so early: our own clock then has none to send.
const EARLY_MAX: Duration = Duration::from_millis(40);
/// A mark that comes later than this after its sound does not come.
const MARK_LATE_MAX: Duration = Duration::from_secs(3);

/// One part of a program.
#[derive(Clone, Debug)]
pub enum Part {
    /// A sound.
    Clip(Arc<Clip>),
    /// Nothing for so long.
    Silence(Duration),
}

/// What to play.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// In order.
    pub parts: Vec<Part>,
    /// The place from which it is played again, for ever.
    pub again_from: Option<usize>,
}

/// What to send now.
#[derive(Debug)]
pub enum Due<'a> {
    /// This audio.
    Audio(&'a Chunk),
    /// A mark with this number.
    Mark(u64),
}

/// In which pieces audio follows when the first seconds are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// A frame every 20 ms: also right for a carrier that buffers little.
    #[default]
    Frames,
    /// Half a second at a time.
    Pieces,
}

/// Plays one program after the other on one call.
#[derive(Debug, Default)]
pub struct Player {
    program: Program,
    /// The next part, and the next frame of its sound.
    next: (usize, usize),
    /// When everything sent so far will have been heard.
    heard_at: Duration,
    /// Nothing is sent before this: a silence lasts until then.
    silent_until: Duration,
    /// Marks so far; the number of the last one.
    marks: u64,
    state: State,
    pace: Pace,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing to play.
    #[default]
    Idle,
    Playing,
    /// Everything is sent; its mark is awaited.
    Ending,
}

impl Player {
    /// Plays this from now on, after what was sent before.
    pub fn play(&mut self, now: Duration, program: Program) {
        self.heard_at = self.heard_at.max(now);
        self.silent_until = now;
        self.program = program;
        self.next = (0, 0);
        self.state = State::Playing;
    }

    /// The carrier was told to throw away what it holds: nothing is playing any more.
    pub fn cleared(&mut self, now: Duration) {
        self.heard_at = now;
        self.state = State::Idle;
        // A mark that comes back now means thrown away, not heard.
        self.marks += 1;
    }

    /// Is anything of the program still to be heard?
    pub fn is_playing(&self) -> bool {
        self.state != State::Idle
    }

    /// The part of the program that is being heard at this time; after the last of them, their number.
    pub fn part_heard(&self, now: Duration) -> usize {
        let mut unheard = self.heard_at.saturating_sub(now);
        let (mut at, frame) = self.next;
        let mut sent = frames(u64::try_from(frame).unwrap_or(0));
        while unheard > sent && at > 0 {
            unheard -= sent;
            at -= 1;
            sent = self.program.parts[at].length();
        }
        at
    }

    /// Sends in these pieces from now on.
    pub fn keep(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The next thing to send at this time; `None` until [`Player::wake`].
    pub fn poll(&mut self, now: Duration) -> Option<Due<'_>> {
        self.due(now, AHEAD)
    }

    /// The carrier has sent a frame: the next thing to send with it, if there is one. Called once for each frame it
    /// keeps [`Player::wake`] out of reach.
    pub fn beat(&mut self, now: Duration) -> Option<Due<'_>> {
        match self.pace {
            Pace::Frames => self.due(now, AHEAD + EARLY_MAX),
            Pace::Pieces => None,
        }
    }

    /// Frames for which there must be room before any is sent.
    fn least(&self) -> usize {
        match self.pace {
            Pace::Frames => 1,
            Pace::Pieces => LONG,
        }
    }

    /// The next thing to send, if the carrier then holds no more audio than this.
    fn due(&mut self, now: Duration, ahead: Duration) -> Option<Due<'_>> {
        if self.state != State::Playing {
            return None;
        }
        let room = (now + ahead).saturating_sub(self.heard_at.max(now)).as_millis() / FRAME.as_millis();
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        loop {
            if now < self.silent_until {
                return None;
            }
            let (at, frame) = self.next;
            let Some(part) = self.program.parts.get(at) else {
                match self.program.again_from.filter(|from| self.program.parts[*from..].iter().any(Part::lasts)) {
                    Some(from) => {
                        self.next = (from, 0);
                        continue;
                    }
                    None => {
                        self.state = State::Ending;
                        self.marks += 1;
                        return Some(Due::Mark(self.marks));
                    }
                }
            };
            if room < self.least() {
                return None;
            }
            match part {
                Part::Silence(length) => {
                    self.heard_at = self.heard_at.max(now) + *length;
                    self.silent_until = self.heard_at;
                    self.next = (at + 1, 0);
                }
                Part::Clip(clip) if frame >= clip.frames() => self.next = (at + 1, 0),
                Part::Clip(_) => return self.send(now, at, frame, room),
            }
        }
    }

    fn send(&mut self, now: Duration, at: usize, frame: usize, room: usize) -> Option<Due<'_>> {
        let Some(Part::Clip(clip)) = self.program.parts.get(at) else { return None };
        let chunk = clip.piece(frame, room)?;
        self.next = (at, frame.saturating_add(usize::try_from(chunk.frames).unwrap_or(usize::MAX)));
        self.heard_at = self.heard_at.max(now) + frames(chunk.frames);
        Some(Due::Audio(chunk))
    }

    /// When to poll again; `None` if nothing is playing.
    pub fn wake(&self) -> Option<Duration> {
        match self.state {
            State::Idle => None,
            State::Playing => {
                let least = frames(u64::try_from(self.least()).unwrap_or(1));
                Some((self.heard_at + least).saturating_sub(AHEAD).max(self.silent_until))
            }
            State::Ending => Some(self.heard_at + MARK_LATE_MAX),
        }
    }

    /// A mark came back: true if it means that the whole program was heard.
    pub fn marked(&mut self, mark: u64) -> bool {
        let ended = self.state == State::Ending && mark == self.marks;
        if ended {
            self.state = State::Idle;
        }
        ended
    }

    /// True, once, if the whole program must have been heard although no mark says so.
    pub fn overdue(&mut self, now: Duration) -> bool {
        let ended = self.state == State::Ending && now >= self.heard_at + MARK_LATE_MAX;
        if ended {
            self.state = State::Idle;
        }
        ended
    }
}

impl Part {
    /// How long it is heard.
    pub fn length(&self) -> Duration {
        match self {
            Self::Clip(clip) => frames(u64::try_from(clip.frames()).unwrap_or(u64::MAX)),
            Self::Silence(length) => *length,
        }
    }

    /// Does it take any time?
    fn lasts(&self) -> bool {
        !self.length().is_zero()
    }
}

fn frames(count: u64) -> Duration {
    FRAME.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(seconds: usize) -> Part {
        Part::Clip(Arc::new(Clip::new(&vec![0x55; seconds * 8_000])))
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// What is sent at once, in seconds of audio, and the mark if one is.
    fn sent(player: &mut Player, now: Duration) -> (u64, Option<u64>) {
        let (mut frames, mut mark) = (0, None);
        while let Some(due) = player.poll(now) {
            match due {
                Due::Audio(chunk) => frames += chunk.frames,
                Due::Mark(number) => mark = Some(number),
            }
        }
        (frames / 50, mark)
    }

    #[test]
    fn a_short_sound_goes_out_at_once_with_its_mark() {
        let mut player = Player::default();
        player.play(seconds(100), Program { parts: vec![clip(1), clip(2)], again_from: None });
        assert_eq!(sent(&mut player, seconds(100)), (3, Some(1)));
        assert!(!player.marked(7), "another mark");
        assert!(player.marked(1));
        assert!(!player.marked(1), "only once");
        assert_eq!(player.wake(), None);
    }

    /// The frames of the next thing to send, if it is audio.
    fn audio(due: Option<Due<'_>>) -> u64 {
        if let Some(Due::Audio(chunk)) = due { chunk.frames } else { 0 }
    }

    #[test]
    fn music_is_sent_ahead_frame_by_frame_and_never_stops() {
        let mut player = Player::default();
        player.play(seconds(0), Program { parts: vec![clip(1), clip(22)], again_from: Some(1) });
        assert_eq!(sent(&mut player, seconds(0)), (4, None), "the first seconds at once");
        let (mut total, mut now) = (200, seconds(0));
        while now < seconds(100) {
            // Frame by frame, whole seconds ahead.
            let next = player.wake().unwrap();
            assert_eq!(next - now, FRAME, "at {now:?}");
            now = next;
            total += audio(player.poll(now));
            assert!(player.poll(now).is_none());
            assert_eq!(frames(total) - now, AHEAD);
        }
        // Whoever was kept waiting makes up for it with long pieces.
        now += seconds(3);
        let mut messages = 0;
        while let more @ 1.. = audio(player.poll(now)) {
            (total, messages) = (total + more, messages + 1);
        }
        assert_eq!(frames(total) - now, AHEAD);
        assert!(messages < 60, "{messages} messages");
    }

    #[test]
    fn where_many_call_half_seconds_follow_and_nothing_is_sent_on_a_beat() {
        let mut player = Player::default();
        player.play(seconds(0), Program { parts: vec![clip(1), clip(22)], again_from: Some(1) });
        assert_eq!(sent(&mut player, seconds(0)), (4, None));
        // In the middle of a piece it becomes crowded, and later it is not any more.
        let mut now = player.wake().unwrap();
        let mut total = 200 + audio(player.poll(now));
        player.keep(Pace::Pieces);
        let (mut messages, from) = (0, now);
        while now < seconds(60) {
            assert!(player.beat(now).is_none());
            now = player.wake().unwrap();
            while let more @ 1.. = audio(player.poll(now)) {
                (total, messages) = (total + more, messages + 1);
            }
            let left = frames(total) - now;
            assert!(left <= AHEAD && left + Duration::from_millis(500) > AHEAD, "{left:?} at {now:?}");
        }
        let spread = (now - from).as_millis() / 500;
        assert!(messages < spread + 60, "{messages} messages in {spread} half seconds");
        player.keep(Pace::Frames);
        assert!(audio(player.beat(now + FRAME)) == 1 && player.wake().unwrap() > now);
    }

    #[test]
    fn on_the_carrier_s_beat_a_frame_goes_out_with_each_that_comes_and_no_timer_is_needed() {
        for phase in [0, 1, 7, 13, 19] {
            let mut player = Player::default();
            player.play(seconds(0), Program { parts: vec![clip(22)], again_from: Some(0) });
            sent(&mut player, seconds(0));
            let (mut now, mut last, mut timers) = (Duration::from_millis(phase), seconds(0), 0);
            let mut random = 7_u64;
            for _ in 0..3_000 {
                // The carrier's frames come up to four milliseconds late.
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let comes = now + Duration::from_millis((random >> 33) % 5);
                let mut sent = |at: Duration, frames: u64| {
                    assert!(at - last <= Duration::from_millis(40), "a gap of {:?} at {at:?}", at - last);
                    last = if frames > 0 { at } else { last };
                };
                while let Some(wake) = player.wake().filter(|wake| *wake < comes) {
                    timers += 1;
                    sent(wake, audio(player.poll(wake)));
                }
                sent(comes, audio(player.beat(comes)));
                assert!(player.heard_at - comes <= AHEAD + EARLY_MAX, "never more than that at the carrier");
                now += FRAME;
            }
            assert!(timers < 10, "{timers} timers with the carrier's beat {phase} ms after ours");
        }
    }

    #[test]
    fn silence_is_time_and_no_audio() {
        let mut player = Player::default();
        let parts = vec![clip(1), Part::Silence(seconds(40))];
        player.play(seconds(0), Program { parts, again_from: Some(0) });
        assert_eq!(sent(&mut player, seconds(0)), (1, None));
        // What is sent before a silence is over would end it.
        assert_eq!(player.wake(), Some(seconds(41)));
        assert_eq!(sent(&mut player, seconds(40)), (0, None));
        assert_eq!(sent(&mut player, seconds(41)), (1, None));
    }

    #[test]
    fn after_a_clear_nothing_is_sent_and_flushed_marks_mean_nothing() {
        let mut player = Player::default();
        player.play(seconds(0), Program { parts: vec![clip(2)], again_from: None });
        assert_eq!(sent(&mut player, seconds(0)), (2, Some(1)));
        player.cleared(seconds(1));
        assert!(!player.marked(1));
        player.play(seconds(1), Program { parts: vec![clip(2)], again_from: None });
        let (audio, mark) = sent(&mut player, seconds(1));
        assert_eq!(audio, 2);
        assert!(!player.marked(1), "flushed");
        assert!(player.marked(mark.unwrap()));
    }

    #[test]
    fn the_part_that_is_being_heard_is_known_however_far_ahead_it_was_sent() {
        let mut player = Player::default();
        player.play(seconds(10), Program { parts: vec![clip(1), clip(2), clip(6)], again_from: None });
        sent(&mut player, seconds(10));
        let heard = [10_000, 10_999, 12_000, 13_001].map(|ms| player.part_heard(Duration::from_millis(ms)));
        assert_eq!(heard, [0, 0, 1, 2]);
        sent(&mut player, seconds(13));
        sent(&mut player, seconds(16));
        assert_eq!(player.part_heard(seconds(16)), 2, "everything is sent, and the last is being heard");
        assert_eq!(player.part_heard(seconds(20)), 3, "everything was heard");
    }

    #[test]
    fn a_carrier_without_marks_is_not_waited_for() {
        let mut player = Player::default();
        player.play(seconds(0), Program { parts: vec![clip(2)], again_from: None });
        sent(&mut player, seconds(0));
        let due = player.wake().unwrap();
        assert!(!player.overdue(due - seconds(1)));
        assert!(player.overdue(due) && !player.overdue(due));
    }

    #[test]
    fn a_program_of_nothing_ends_at_once_and_never_spins() {
        let mut player = Player::default();
        player.play(seconds(0), Program { parts: vec![clip(0)], again_from: Some(0) });
        assert_eq!(sent(&mut player, seconds(0)), (0, Some(1)));
    }
}
