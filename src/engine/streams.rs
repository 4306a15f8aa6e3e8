//! Media streams: which leg may have one, which has one, and the way to it.
//!
//! A stream proves itself with a ticket that was handed out with the leg's document: random, good for one use, for half
//! a minute, and for that carrier call only. Nothing here is journaled: after a restart every stream is gone, and its
//! carrier asks anew.

use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::vocab::CarrierCall;
use crate::vocab::LegId;

/// A ticket is good for so long.
const TICKET_TIME: Duration = Duration::from_secs(30);
/// Tickets kept before those that are past their time are thrown away.
const TICKETS_MAX: usize = 4_096;
/// After so many tickets in a row that no stream came with, the carrier's own voice is used for that leg.
const UNUSED_MAX: u8 = 2;
/// A stream takes over a treatment within this time, or the carrier does.
const PUSH_TIME: Duration = Duration::from_secs(2);

/// All legs with streams.
#[derive(Debug, Default)]
pub struct Streams {
    legs: DashMap<LegId, Streamed>,
    tickets: DashMap<String, Ticket>,
}

#[derive(Debug, Default)]
struct Streamed {
    /// Tickets handed out since a stream last came.
    unused: u8,
    /// The last of them, and the treatment it was for.
    ticket: Option<(u32, String)>,
    /// How often the leg was parked since a stream last came.
    parked: u8,
    /// The treatment whose last words were heard: the leg is to be hung up.
    parted: Option<u32>,
    pushes: Option<UnboundedSender<Push>>,
}

/// What a ticket is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The leg.
    pub leg: LegId,
    /// Its treatment's serial.
    pub serial: u32,
    /// The carrier's name for the leg.
    pub carrier_call: &'a CarrierCall,
    /// The stream of an earlier ticket is gone.
    pub anew: bool,
}

#[derive(Debug)]
struct Ticket {
    leg: LegId,
    carrier_call: CarrierCall,
    until: Duration,
}

/// A treatment that a stream is to play now.
#[derive(Debug)]
pub struct Push {
    /// The treatment's serial.
    pub serial: u32,
    /// Tells whether the stream plays it; if not, the carrier is asked to.
    pub taken: oneshot::Sender<bool>,
}

impl Streams {
    /// The ticket with which a stream of this leg may come for this treatment; `None` if the carrier has let earlier
    /// ones lapse: it cannot. `asked` says whether a repeated webhook gets the ticket it got before, or a carrier that
    /// has lost its stream another one.
    pub fn ticket(&self, of: Asked<'_>, now: Duration, new: impl FnOnce() -> Option<String>) -> Option<String> {
        let ticket = {
            let mut streamed = self.legs.entry(of.leg).or_default();
            if let Some((_, same)) = streamed.ticket.as_ref().filter(|(serial, _)| *serial == of.serial && !of.anew) {
                return Some(same.clone());
            }
            if streamed.unused >= UNUSED_MAX {
                return None;
            }
            let ticket = new()?;
            streamed.unused += 1;
            streamed.ticket = Some((of.serial, ticket.clone()));
            ticket
        };
        self.expect(of.leg, of.carrier_call, &ticket, now);
        Some(ticket)
    }

    /// The ticket with which a browser comes for its leg: always a new one, because a page that is loaded again has
    /// lost the earlier.
    pub fn browser_ticket(
        &self,
        leg: LegId,
        carrier_call: &CarrierCall,
        now: Duration,
        new: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        let ticket = new()?;
        self.expect(leg, carrier_call, &ticket, now);
        Some(ticket)
    }

    fn expect(&self, leg: LegId, carrier_call: &CarrierCall, ticket: &str, now: Duration) {
        if self.tickets.len() >= TICKETS_MAX {
            self.tickets.retain(|_, ticket| ticket.until > now);
        }
        let carrier_call = carrier_call.clone();
        self.tickets.insert(ticket.to_owned(), Ticket { leg, carrier_call, until: now + TICKET_TIME });
    }

    /// A stream came with this ticket: its leg, and what it is to play. An earlier stream of the leg ends.
    pub fn open(
        &self,
        ticket: &str,
        carrier_call: &CarrierCall,
        now: Duration,
    ) -> Option<(LegId, UnboundedReceiver<Push>)> {
        let (_, ticket) = self.tickets.remove(ticket)?;
        if ticket.carrier_call != *carrier_call || ticket.until <= now {
            return None;
        }
        let (sender, receiver) = unbounded_channel();
        let mut streamed = self.legs.entry(ticket.leg).or_default();
        (streamed.unused, streamed.parked) = (0, 0);
        streamed.pushes = Some(sender);
        Some((ticket.leg, receiver))
    }

    /// Has the leg a stream now?
    pub fn is_open(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|streamed| streamed.pushes.as_ref().is_some_and(|pushes| !pushes.is_closed()))
    }

    /// Has the leg's stream play its treatment; false if there is none, or it cannot.
    pub async fn play(&self, leg: LegId, serial: u32) -> bool {
        let Some(pushes) = self.legs.get(&leg).and_then(|streamed| streamed.pushes.clone()) else { return false };
        let (taken, answer) = oneshot::channel();
        // A stream that is over no longer listens.
        pushes.send(Push { serial, taken }).is_ok() && matches!(timeout(PUSH_TIME, answer).await, Ok(Ok(true)))
    }

    /// The leg was parked: how often now, since a stream last came.
    pub fn park(&self, leg: LegId) -> u8 {
        let mut streamed = self.legs.entry(leg).or_default();
        streamed.parked = streamed.parked.saturating_add(1);
        streamed.parked
    }

    /// The last words of this treatment were heard in the leg's stream.
    pub fn part(&self, leg: LegId, serial: u32) {
        self.legs.entry(leg).or_default().parted = Some(serial);
    }

    /// Were they?
    pub fn has_parted(&self, leg: LegId, serial: u32) -> bool {
        self.legs.get(&leg).is_some_and(|streamed| streamed.parted == Some(serial))
    }

    /// The leg is over.
    pub(super) fn forget(&self, leg: LegId) {
        self.legs.remove(&leg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEG: LegId = LegId(7);

    fn call(name: &str) -> CarrierCall {
        CarrierCall::from(name)
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// A new ticket for the leg.
    fn expect(streams: &Streams, ticket: &str, now: Duration) -> bool {
        let asked = Asked { leg: LEG, serial: 1, carrier_call: &call("CA1"), anew: true };
        streams.ticket(asked, now, || Some(ticket.to_owned())).is_some()
    }

    #[test]
    fn a_ticket_is_good_once_for_its_call_and_for_half_a_minute() {
        let streams = Streams::default();
        let expect = |ticket: &str| expect(&streams, ticket, seconds(0));
        assert!(expect("a"));
        assert!(streams.open("a", &call("CA2"), seconds(1)).is_none(), "another call");
        assert!(streams.open("a", &call("CA1"), seconds(1)).is_none(), "used up by that");
        assert!(expect("b"));
        assert!(streams.open("b", &call("CA1"), seconds(31)).is_none(), "too late");
        assert!(streams.open("never", &call("CA1"), seconds(1)).is_none());
        assert!(!expect("c"), "a carrier that lets tickets lapse gets no more of them");
        streams.forget(LEG);
        assert!(expect("d") && streams.open("d", &call("CA1"), seconds(29)).is_some());
    }

    #[test]
    fn a_repeated_webhook_gets_the_ticket_it_got_before_and_a_lost_stream_another() {
        let streams = Streams::default();
        let ticket = |serial, anew, name: &str| {
            let asked = Asked { leg: LEG, serial, carrier_call: &call("CA1"), anew };
            streams.ticket(asked, seconds(0), || Some(name.to_owned()))
        };
        assert_eq!(ticket(1, false, "a").as_deref(), Some("a"));
        assert_eq!(ticket(1, false, "b").as_deref(), Some("a"));
        assert!(streams.open("a", &call("CA1"), seconds(1)).is_some());
        assert_eq!(ticket(1, false, "c").as_deref(), Some("a"), "used up, as its document is");
        assert_eq!(ticket(1, true, "d").as_deref(), Some("d"));
        assert_eq!(ticket(2, false, "e").as_deref(), Some("e"), "another treatment");
    }

    #[tokio::test]
    async fn a_treatment_is_played_by_the_leg_s_newest_stream() {
        let streams = Streams::default();
        assert!(!streams.play(LEG, 2).await, "no stream yet");
        expect(&streams, "a", seconds(0));
        let (_, mut old) = streams.open("a", &call("CA1"), seconds(1)).unwrap();
        expect(&streams, "b", seconds(1));
        let (_, mut new) = streams.open("b", &call("CA1"), seconds(1)).unwrap();
        assert!(old.recv().await.is_none(), "the earlier stream is told to end");
        let listener = async {
            let push = new.recv().await.unwrap();
            assert_eq!(push.serial, 2);
            push.taken.send(true).unwrap();
        };
        assert!(tokio::join!(streams.play(LEG, 2), listener).0);
        drop(new);
        assert!(!streams.play(LEG, 3).await, "it is over");
    }

    #[test]
    fn last_words_are_remembered_until_the_leg_is_over() {
        let streams = Streams::default();
        streams.part(LEG, 4);
        assert!(streams.has_parted(LEG, 4) && !streams.has_parted(LEG, 5));
        streams.forget(LEG);
        assert!(!streams.has_parted(LEG, 4));
    }
}
