//! Conferences: legs that hear each other, from the first who enters until it ends.
//!
//! Starts when two are in and one of them starts it; ends when a leg that ends it leaves, or the last one.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::exchange::Call;
use super::exchange::Exchange;
use super::exchange::Signal;
use super::protocol::ToPhone;
use super::twiml::Conference;
use super::webhook::Callbacks;
use super::webhook::Params;
use crate::vocab::Timestamp;

/// One conference.
pub(super) struct Room {
    sid: String,
    name: String,
    started: bool,
    members: Vec<Member>,
    /// Fixed by the first participant: where events go, and which.
    report: Option<(String, BTreeSet<String>)>,
    callbacks: Callbacks,
    sequence: u64,
}

/// One leg in a conference.
pub(super) struct Member {
    pub(super) call: Call,
    /// When the leg's own time began, for the stamps of what it hears.
    pub(super) since: Timestamp,
    pub(super) phone: mpsc::Sender<ToPhone>,
    pub(super) terms: Conference,
}

/// Why a leg leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// The phone hung up, or its line was lost.
    HungUp,
    /// REST moved or ended it, or its document told it to.
    Moved,
}

impl Exchange {
    /// Seats a leg; returns the conference's SID, or `None` if it is full.
    pub(super) fn enter_room(self: &Arc<Self>, member: Member) -> Option<String> {
        let sid = format!("CF{}", self.random_hex());
        let callbacks = Callbacks::start(self, sid.clone());
        let name = member.terms.name.clone();
        let now = self.now();
        let mut state = self.state();
        let room = state.rooms.entry(name.clone()).or_insert_with(|| Room {
            sid,
            name,
            started: false,
            members: Vec::new(),
            report: member.terms.status_callback.clone().map(|url| {
                let events = member.terms.status_events.iter().cloned().collect();
                (url, events)
            }),
            callbacks,
            sequence: 0,
        });
        if room.members.len() >= member.terms.participants_max as usize {
            return None;
        }
        let beeps = member.terms.beep_on_enter;
        let entered = participant(&member);
        room.members.push(member);
        let stamp = Stamp { exchange: self, now };
        stamp.report(room, "join", "participant-join", entered);
        let starts = room.members.len() >= 2 && room.members.iter().any(|m| m.terms.starts_on_enter);
        if starts && !room.started {
            room.started = true;
            stamp.report(room, "start", "conference-start", Vec::new());
        }
        if room.started {
            room.tell_all(self, now);
        }
        if beeps {
            room.beep();
        }
        Some(room.sid.clone())
    }

    /// Takes a leg out of the conference with this SID; others go on or are told that it has ended.
    pub(super) fn leave_room(&self, name: &str, sid: &str, call: &str, leaving: Leaving) {
        let now = self.now();
        let mut state = self.state();
        let Some(room) = state.rooms.get_mut(name).filter(|room| room.sid == sid) else { return };
        let Some(at) = room.members.iter().position(|member| member.call.sid == call) else { return };
        let member = room.members.remove(at);
        let stamp = Stamp { exchange: self, now };
        let mut left = participant(&member);
        let (status, reason) = match leaving {
            Leaving::HungUp => ("completed", "participant_hung_up"),
            Leaving::Moved => ("in-progress", "participant_updated_via_api"),
        };
        left.push(("ParticipantCallStatus", status.to_owned()));
        left.push(("ReasonParticipantLeft", reason.to_owned()));
        stamp.report(room, "leave", "participant-leave", left);
        if member.terms.beep_on_exit {
            room.beep();
        }
        let ends = member.terms.ends_on_exit && room.started;
        if !ends && !room.members.is_empty() {
            if room.started {
                room.tell_all(self, now);
            }
            return;
        }
        let reason = if ends { "participant-with-end-conference-on-exit-left" } else { "last-participant-left" };
        let why = vec![
            ("CallSidEndingConference", call.to_owned()),
            ("ReasonConferenceEnded", reason.to_owned()),
            ("Reason", reason.replace('-', " ")),
        ];
        if room.started {
            stamp.report(room, "end", "conference-end", why);
        }
        for other in &room.members {
            other.call.signal(Signal::RoomOver(room.sid.clone()));
        }
        state.rooms.remove(name);
    }

    /// One party speaks; the others hear it once the conference has started.
    pub(super) fn speak_in_room(&self, name: &str, sid: &str, call: &str, text: &str) {
        let now = self.now();
        let state = self.state();
        let Some(room) = state.rooms.get(name).filter(|room| room.sid == sid && room.started) else { return };
        let Some(own) = room.members.iter().find(|member| member.call.sid == call).map(|member| &member.terms) else {
            return;
        };
        if own.muted {
            return;
        }
        let hears = |other: &&Member| own.coach.as_ref().is_none_or(|coached| *coached == other.call.sid);
        for other in room.members.iter().filter(|member| member.call.sid != call).filter(hears) {
            let at_ms = self.call_millis(other.since, now);
            let _ = other.phone.try_send(ToPhone::Other { text: text.to_owned(), at_ms });
        }
    }
}

impl Room {
    fn tell_all(&self, exchange: &Exchange, now: Timestamp) {
        let parties = self.members.len();
        for member in &self.members {
            let at_ms = exchange.call_millis(member.since, now);
            let _ = member.phone.try_send(ToPhone::Joined { parties, at_ms });
        }
    }

    fn beep(&self) {
        for member in &self.members {
            let _ = member.phone.try_send(ToPhone::Beep);
        }
    }
}

/// Events of one moment.
struct Stamp<'e> {
    exchange: &'e Exchange,
    now: Timestamp,
}

impl Stamp<'_> {
    fn report(&self, room: &mut Room, subscribed: &str, event: &str, more: Params) {
        let Some((url, events)) = &room.report else { return };
        if !events.contains(subscribed) {
            return;
        }
        room.sequence += 1;
        let mut params = vec![
            ("ConferenceSid", room.sid.clone()),
            ("FriendlyName", room.name.clone()),
            ("AccountSid", self.exchange.settings.account_sid.clone()),
            ("Timestamp", rfc2822(self.now)),
            ("SequenceNumber", room.sequence.to_string()),
            ("StatusCallbackEvent", event.to_owned()),
        ];
        params.extend(more);
        room.callbacks.post(url, params);
    }
}

fn participant(member: &Member) -> Params {
    let mut params = vec![
        ("CallSid", member.call.sid.clone()),
        ("Muted", member.terms.muted.to_string()),
        ("Hold", "false".to_owned()),
        ("Coaching", member.terms.coach.is_some().to_string()),
        ("EndConferenceOnExit", member.terms.ends_on_exit.to_string()),
        ("StartConferenceOnEnter", member.terms.starts_on_enter.to_string()),
    ];
    if let Some(label) = &member.terms.label {
        params.push(("ParticipantLabel", label.clone()));
    }
    params
}

/// A moment as carriers write it: `Sat, 21 Nov 2026 19:00:00 +0000`.
pub(super) fn rfc2822(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| String::new(), |moment| moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}
