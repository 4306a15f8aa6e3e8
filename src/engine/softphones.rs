//! Softphones: whose page is open, and the way to it.
//!
//! A page proves itself with a ticket that only the API hands out. There is one page an assistant: the newest. Nothing
//! here is journaled; what the floor must know of a page comes to it as events.

use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::mpsc::unbounded_channel;

use crate::vocab::AgentId;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

/// A ticket is good for so long.
const TICKET_TIME: Duration = Duration::from_secs(30);
/// Tickets kept before those that are past their time are thrown away.
const TICKETS_MAX: usize = 1_024;

/// What a page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A call is rung.
    Ring {
        /// Her leg.
        leg: LegId,
        /// Its name.
        carrier_call: CarrierCall,
    },
    /// It is no longer rung.
    Quiet {
        /// Her leg.
        leg: LegId,
    },
}

/// All softphones.
#[derive(Debug, Default)]
pub struct Softphones {
    tickets: DashMap<String, (AgentId, Duration)>,
    open: DashMap<AgentId, UnboundedSender<Signal>>,
    ringing: DashMap<LegId, AgentId>,
}

impl Softphones {
    /// The ticket with which a page of this assistant may come.
    pub fn expect(&self, agent: &AgentId, ticket: &str, now: Duration) {
        if self.tickets.len() >= TICKETS_MAX {
            self.tickets.retain(|_, (_, until)| *until > now);
        }
        self.tickets.insert(ticket.to_owned(), (agent.clone(), now + TICKET_TIME));
    }

    /// A page came with this ticket: whose it is, and what it is told. Her earlier page is told nothing any more.
    pub fn open(&self, ticket: &str, now: Duration) -> Option<(AgentId, UnboundedReceiver<Signal>)> {
        let (_, (agent, until)) = self.tickets.remove(ticket)?;
        if until <= now {
            return None;
        }
        let (sender, receiver) = unbounded_channel();
        self.open.insert(agent.clone(), sender);
        Some((agent, receiver))
    }

    /// Rings her page; false if none is open.
    pub(super) fn ring(&self, agent: &AgentId, leg: LegId, carrier_call: CarrierCall) -> bool {
        let page = self.open.get(agent).map(|page| page.clone());
        self.ringing.insert(leg, agent.clone());
        page.is_some_and(|page| page.send(Signal::Ring { leg, carrier_call }).is_ok())
    }

    /// This leg is rung no longer.
    pub(super) fn quiet(&self, leg: LegId) {
        let Some((_, agent)) = self.ringing.remove(&leg) else { return };
        if let Some(page) = self.open.get(&agent).map(|page| page.clone()) {
            // A page that is closed shows no ring.
            let _ = page.send(Signal::Quiet { leg });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[tokio::test]
    async fn a_page_comes_with_a_ticket_once_and_is_rung_until_another_of_hers_is_open() {
        let (softphones, ana) = (Softphones::default(), AgentId::from("ana"));
        assert!(!softphones.ring(&ana, LegId(1), "browser-1".into()), "no page yet");
        softphones.expect(&ana, "a", seconds(0));
        softphones.expect(&ana, "late", seconds(0));
        assert!(softphones.open("late", seconds(30)).is_none(), "too late");
        assert!(softphones.open("never", seconds(1)).is_none());
        let (agent, mut page) = softphones.open("a", seconds(1)).unwrap();
        assert_eq!(agent, ana);
        assert!(softphones.open("a", seconds(1)).is_none(), "used up");
        assert!(softphones.ring(&ana, LegId(2), "browser-2".into()));
        softphones.quiet(LegId(2));
        softphones.quiet(LegId(2));
        assert_eq!(page.recv().await, Some(Signal::Ring { leg: LegId(2), carrier_call: "browser-2".into() }));
        assert_eq!(page.recv().await, Some(Signal::Quiet { leg: LegId(2) }));
        softphones.expect(&ana, "b", seconds(2));
        let (_, mut newer) = softphones.open("b", seconds(3)).unwrap();
        assert_eq!(page.recv().await, None, "the earlier page is told to end");
        assert!(softphones.ring(&ana, LegId(3), "browser-3".into()) && newer.recv().await.is_some());
        drop(newer);
        assert!(!softphones.ring(&ana, LegId(4), "browser-4".into()), "it is closed");
    }
}
