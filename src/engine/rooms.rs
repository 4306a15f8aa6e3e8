//! Rooms: where the parties of a conversation meet whose audio carelane carries itself.
//!
//! ```text
//!  session of the patient ─► seat ─► room (call, round) ─► ear ─► session of the assistant
//! ```
//! Each seat has a role, and what is said goes as it came to the ear of every seat whose role hears it
//! (`floor/treatment/role.rs`). Whoever hears several is told so, and mixes. An ear is short and never makes a speaker
//! wait: who does not listen loses the oldest. A conversation that cannot be held here meets in the carrier's
//! conference, and that is for the whole round, so that both go to the same place. Nothing here is journaled: after a
//! restart the parties come back and take their seats again.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::Notify;

use crate::floor::treatment::Role;
use crate::vocab::CallId;
use crate::vocab::LegId;

/// An ear holds so many samples (a quarter of a second): more is too old to be heard in a conversation.
const EAR_SAMPLES_MAX: usize = 2_000;

/// All rooms, by call: a call has one conversation at a time.
#[derive(Clone, Debug, Default)]
pub struct Rooms(Arc<DashMap<CallId, Arc<Room>>>);

/// The place of one round of a call.
#[derive(Debug)]
struct Room {
    round: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    place: Place,
    /// A party has no carrier, and so no conference to go to.
    only_here: bool,
    /// A party is on hold: whoever is alone waits for it.
    held: bool,
    seats: Vec<Seated>,
}

#[derive(Debug)]
struct Seated {
    leg: LegId,
    role: Role,
    ear: Arc<Ear>,
    /// How many of the others this seat hears.
    hears: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// In this room.
    #[default]
    Here,
    /// In the carrier's conference.
    Carrier,
    /// Nowhere any more: the conversation is over.
    Over,
}

/// What comes to a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Somebody said something.
    Audio(Said),
    /// Another party has taken a seat.
    Came,
    /// No other party is here any more; `ended` if the carrier said that the party's stream is over.
    Alone {
        /// Was it said?
        ended: bool,
    },
    /// The other party is on hold, or comes back from it.
    OnHold(bool),
    /// The conversation goes on in the carrier's conference.
    Moved,
    /// The conversation is over.
    Over,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub by: LegId,
    /// In base64, as it came.
    pub base64: Arc<str>,
    /// When it came.
    pub came: Duration,
    /// Does the listener hear others beside?
    pub among_others: bool,
}

/// What came for one party and was not listened to yet.
#[derive(Debug, Default)]
struct Ear {
    waiting: Mutex<Waiting>,
    told: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    heard: VecDeque<(Heard, usize)>,
    samples: usize,
}

impl Ear {
    /// Puts something at the end; how many pieces of audio were lost for it.
    fn put(&self, heard: Heard, samples: usize) -> usize {
        let mut lost = 0;
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            while samples > 0 && waiting.samples > 0 && waiting.samples + samples > EAR_SAMPLES_MAX {
                let Some(oldest) = waiting.heard.iter().position(|(_, samples)| *samples > 0) else { break };
                let gone = waiting.heard.remove(oldest).map_or(0, |(_, samples)| samples);
                waiting.samples -= gone;
                lost += 1;
            }
            waiting.samples += samples;
            waiting.heard.push_back((heard, samples));
        }
        self.told.notify_one();
        lost
    }

    fn take(&self) -> Option<Heard> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (heard, samples) = waiting.heard.pop_front()?;
        waiting.samples -= samples;
        Some(heard)
    }
}

impl Room {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever sits here learns that the conversation is somewhere else from now on, or over.
    fn close(&self, place: Place, told: &Heard) {
        let mut state = self.state();
        if state.place == Place::Here {
            state.place = place;
            for seated in state.seats.drain(..) {
                seated.ear.put(told.clone(), 0);
            }
        }
    }
}

impl State {
    /// Somebody came or went.
    fn count(&mut self) {
        let roles: Vec<Role> = self.seats.iter().map(|seated| seated.role).collect();
        for (place, seated) in self.seats.iter_mut().enumerate() {
            let others = roles.iter().enumerate().filter(|(other, _)| *other != place);
            seated.hears = others.filter(|(_, role)| seated.role.hears(**role)).count();
        }
    }

    fn parties(&self) -> impl Iterator<Item = &Seated> {
        self.seats.iter().filter(|seated| seated.role.is_party())
    }
}

impl Rooms {
    /// Takes a seat in a round's room; `None` if that round meets elsewhere or is over. An earlier seat of the same leg
    /// is given up, and an earlier round is over.
    pub fn enter(&self, call: CallId, round: u32, leg: LegId, role: Role) -> Option<Seat> {
        let new = || Arc::new(Room { round, state: Mutex::default() });
        // Held until the seat is taken: an empty room is removed, and nobody may sit down in one that is.
        let mut found = self.0.entry(call).or_insert_with(new);
        if found.round < round {
            found.close(Place::Over, &Heard::Over);
            *found = new();
        }
        let (room, ear) = (Arc::clone(&found), Arc::new(Ear::default()));
        let mut state = room.state();
        if room.round != round || state.place != Place::Here {
            return None;
        }
        state.seats.retain(|other| other.leg != leg);
        if role.is_party() {
            for other in state.parties() {
                other.ear.put(Heard::Came, 0);
                ear.put(Heard::Came, 0);
            }
        }
        if state.held && role.waits() {
            ear.put(Heard::OnHold(true), 0);
        }
        state.seats.push(Seated { leg, role, ear: Arc::clone(&ear), hears: 0 });
        state.count();
        drop(state);
        Some(Seat { rooms: self.clone(), call, room, ear, ended: false })
    }

    /// Does this round meet here, as far as is known?
    pub fn is_here(&self, call: CallId, round: u32) -> bool {
        self.0.get(&call).is_none_or(|room| match room.round.cmp(&round) {
            Ordering::Less => true,
            Ordering::Equal => room.state().place == Place::Here,
            Ordering::Greater => false,
        })
    }

    /// A party of this round has no carrier, so nobody may be sent to a conference.
    pub(super) fn keep_here(&self, call: CallId, round: u32) {
        let new = || Arc::new(Room { round, state: Mutex::default() });
        let mut room = self.0.entry(call).or_insert_with(new);
        if room.round < round {
            room.close(Place::Over, &Heard::Over);
            *room = new();
        }
        room.state().only_here = true;
    }

    /// A party of this round is on hold from now on, or no longer: nobody who is alone meanwhile goes elsewhere.
    pub(super) fn hold(&self, call: CallId, round: u32, held: bool) {
        let new = || Arc::new(Room { round, state: Mutex::default() });
        let mut room = self.0.entry(call).or_insert_with(new);
        if room.round < round {
            room.close(Place::Over, &Heard::Over);
            *room = new();
        }
        let mut state = room.state();
        state.held = held;
        let alone = state.parties().filter(|party| party.role.waits()).count() < 2;
        for party in state.parties().filter(|party| party.role.waits()) {
            party.ear.put(Heard::OnHold(held), 0);
            if !held && !alone {
                // The hold failed: nobody had left.
                party.ear.put(Heard::Came, 0);
            }
        }
    }

    /// Is a party of this round without a carrier?
    pub fn is_only_here(&self, call: CallId, round: u32) -> bool {
        self.0.get(&call).is_some_and(|room| room.round == round && room.state().only_here)
    }

    /// One party goes to the carrier's conference, so the others have to; false if that cannot be.
    pub fn move_to_carrier(&self, call: CallId, round: u32) -> bool {
        let new = || Arc::new(Room { round, state: Mutex::default() });
        let room = Arc::clone(&self.0.entry(call).or_insert_with(new));
        if room.round == round {
            if room.state().only_here {
                return false;
            }
            room.close(Place::Carrier, &Heard::Moved);
        }
        true
    }

    /// The call's conversation is over.
    pub(super) fn end(&self, call: CallId) {
        if let Some((_, room)) = self.0.remove(&call) {
            room.close(Place::Over, &Heard::Over);
        }
    }
}

/// A party's place in a room; given up when it is dropped.
#[derive(Debug)]
pub struct Seat {
    rooms: Rooms,
    call: CallId,
    room: Arc<Room>,
    ear: Arc<Ear>,
    ended: bool,
}

impl Seat {
    /// Gives audio to everybody who hears this seat, as it came; how many older pieces were lost because somebody did
    /// not listen.
    pub fn say(&self, now: Duration, base64: &str, samples: usize) -> usize {
        let state = self.room.state();
        let Some(own) = state.seats.iter().find(|seated| Arc::ptr_eq(&seated.ear, &self.ear)) else { return 0 };
        let hearers = state.seats.iter().filter(|other| other.leg != own.leg && other.role.hears(own.role));
        let mut shared = None;
        hearers
            .map(|hearer| {
                let base64 = Arc::clone(shared.get_or_insert_with(|| Arc::<str>::from(base64)));
                let said = Said { by: own.leg, base64, came: now, among_others: hearer.hears > 1 };
                hearer.ear.put(Heard::Audio(said), samples)
            })
            .sum()
    }

    /// What comes next. Nothing is lost if this is dropped while it waits.
    pub async fn next(&self) -> Heard {
        loop {
            if let Some(heard) = self.ear.take() {
                return heard;
            }
            self.ear.told.notified().await;
        }
    }

    /// The carrier says that this party's stream is over: most likely it has hung up.
    pub fn ends(&mut self) {
        self.ended = true;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        {
            let mut state = self.room.state();
            let gone = state.seats.iter().position(|seated| Arc::ptr_eq(&seated.ear, &self.ear));
            if let Some(gone) = gone.map(|place| state.seats.remove(place)) {
                state.count();
                let mut parties = state.parties();
                if let (true, Some(last), None) = (gone.role.is_party(), parties.next(), parties.next()) {
                    // A colleague's hang-up ends no conversation but hers.
                    last.ear.put(Heard::Alone { ended: self.ended && gone.role.waits() }, 0);
                }
            }
        }
        // What must be remembered of an empty room is that it is not to be used, or not to be left.
        self.rooms.0.remove_if(&self.call, |_, room| {
            let state = room.state();
            state.seats.is_empty() && state.place == Place::Here && !state.only_here && !state.held
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::floor::treatment::Mode;

    const CALL: CallId = CallId(3);
    const PATIENT: LegId = LegId(1);
    const ASSISTANT: LegId = LegId(2);
    const NOW: Duration = Duration::from_secs(9);

    fn heard(seat: &Seat) -> Vec<Heard> {
        std::iter::from_fn(|| seat.ear.take()).collect()
    }

    fn audio(by: LegId, text: &str) -> Heard {
        Heard::Audio(Said { by, base64: text.into(), came: NOW, among_others: false })
    }

    fn among(by: LegId, text: &str) -> Heard {
        Heard::Audio(Said { by, base64: text.into(), came: NOW, among_others: true })
    }

    #[test]
    fn each_hears_the_other_as_it_was_said_and_never_itself() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        assert_eq!(patient.say(NOW, "nobody", 160), 0);
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        patient.say(NOW, "a", 160);
        assistant.say(NOW, "b", 160);
        patient.say(NOW, "c", 160);
        assert_eq!(heard(&assistant), [Heard::Came, audio(PATIENT, "a"), audio(PATIENT, "c")]);
        assert_eq!(heard(&patient), [Heard::Came, audio(ASSISTANT, "b")]);
    }

    #[test]
    fn who_does_not_listen_loses_the_oldest_and_makes_nobody_wait() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        let lost: usize = (0..20).map(|n| patient.say(NOW, &n.to_string(), 160)).sum();
        assert_eq!(lost, 8);
        let left = heard(&assistant);
        assert_eq!((left.len(), &left[0], &left[1]), (13, &Heard::Came, &audio(PATIENT, "8")));
        // A piece that is larger than an ear is still heard, alone.
        assert_eq!(patient.say(NOW, "long", 8_000) + patient.say(NOW, "last", 160), 1);
        assert_eq!(heard(&assistant), [audio(PATIENT, "last")]);
    }

    #[test]
    fn who_is_left_alone_learns_how_the_other_went() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let mut assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        assistant.ends();
        drop(assistant);
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        drop(assistant);
        let alone = |ended| Heard::Alone { ended };
        assert_eq!(heard(&patient), [Heard::Came, alone(true), Heard::Came, alone(false)]);
    }

    #[test]
    fn a_leg_that_comes_back_takes_the_place_of_its_lost_stream() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let lost = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        let back = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        drop(lost);
        patient.say(NOW, "a", 160);
        assert_eq!(heard(&patient), [Heard::Came, Heard::Came], "nobody was ever alone");
        assert_eq!(heard(&back), [Heard::Came, audio(PATIENT, "a")]);
    }

    #[test]
    fn a_supervisor_is_heard_as_her_role_says_and_makes_nobody_feel_less_alone() {
        const SUPERVISOR: LegId = LegId(3);
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        let as_mode = |mode| rooms.enter(CALL, 1, SUPERVISOR, Role::Supervisor(mode)).unwrap();
        let listens = as_mode(Mode::Listen);
        patient.say(NOW, "p", 160);
        assistant.say(NOW, "a", 160);
        listens.say(NOW, "s", 160);
        assert_eq!(heard(&patient), [Heard::Came, audio(ASSISTANT, "a")], "untouched: they hear one only");
        assert_eq!(heard(&assistant), [Heard::Came, audio(PATIENT, "p")]);
        assert_eq!(heard(&listens), [among(PATIENT, "p"), among(ASSISTANT, "a")]);
        let whispers = as_mode(Mode::Whisper);
        drop(listens);
        patient.say(NOW, "p", 160);
        whispers.say(NOW, "s", 160);
        assistant.say(NOW, "a", 160);
        assert_eq!(heard(&patient), [audio(ASSISTANT, "a")]);
        assert_eq!(heard(&assistant), [among(PATIENT, "p"), among(SUPERVISOR, "s")]);
        let barges = as_mode(Mode::Barge);
        barges.say(NOW, "s", 160);
        assert_eq!(heard(&patient), [among(SUPERVISOR, "s")]);
        drop(barges);
        patient.say(NOW, "p", 160);
        assert_eq!(heard(&assistant)[1..], [audio(PATIENT, "p")], "and untouched again");
        let _listens = as_mode(Mode::Listen);
        drop(patient);
        assert_eq!(heard(&assistant), [Heard::Alone { ended: false }]);
    }

    #[test]
    fn a_round_that_meets_at_the_carrier_meets_nowhere_else() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        assert!(rooms.is_here(CALL, 1) && rooms.move_to_carrier(CALL, 1));
        assert_eq!(heard(&patient), [Heard::Moved]);
        assert!(!rooms.is_here(CALL, 1) && rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).is_none());
        assert!(rooms.is_here(CALL, 2), "the next conversation is tried here again");
        assert!(rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).is_none(), "an earlier one is not");
    }

    #[test]
    fn whoever_waits_for_a_party_on_hold_is_told_and_so_is_who_comes_back_meanwhile() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        rooms.hold(CALL, 1, true);
        drop(patient);
        let alone = Heard::Alone { ended: false };
        assert_eq!(heard(&assistant), [Heard::Came, Heard::OnHold(true), alone]);
        drop(assistant);
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        rooms.hold(CALL, 1, false);
        drop(rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap());
        let back = heard(&assistant);
        assert_eq!(back[..3], [Heard::OnHold(true), Heard::OnHold(false), Heard::Came]);
        rooms.end(CALL);
        assert!(rooms.0.is_empty(), "a hold leaves no room behind");
    }

    #[test]
    fn a_hold_that_failed_leaves_nobody_alone() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        rooms.hold(CALL, 1, true);
        rooms.hold(CALL, 1, false);
        for seat in [&patient, &assistant] {
            assert_eq!(heard(seat).last(), Some(&Heard::Came));
        }
    }

    #[test]
    fn who_has_no_carrier_keeps_the_others_here() {
        let rooms = Rooms::default();
        assert!(!rooms.is_only_here(CALL, 1));
        rooms.keep_here(CALL, 1);
        assert!(!rooms.move_to_carrier(CALL, 1) && rooms.is_here(CALL, 1));
        drop(rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap());
        assert!(!rooms.move_to_carrier(CALL, 1) && rooms.is_only_here(CALL, 1), "it may come back");
        assert!(!rooms.is_only_here(CALL, 2));
    }

    #[test]
    fn when_the_conversation_is_over_everybody_learns_it_once() {
        let rooms = Rooms::default();
        let patient = rooms.enter(CALL, 1, PATIENT, Role::Patient).unwrap();
        let assistant = rooms.enter(CALL, 1, ASSISTANT, Role::Assistant).unwrap();
        rooms.end(CALL);
        drop(assistant);
        assert_eq!(heard(&patient), [Heard::Came, Heard::Over]);
        assert!(rooms.0.is_empty());
        drop(rooms.enter(CALL, 1, PATIENT, Role::Patient));
        assert!(rooms.0.is_empty(), "who comes too late leaves no room behind");
    }
}
