//! Orders about browser legs: they have no carrier, so their stream carries them out, or nobody does.

use std::time::Duration;

use tokio::time::sleep;

use super::dispatch::Courier;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::vocab::AgentId;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

/// A browser whose stream broke off may come back: until then it is asked again and again.
const AGAIN: Duration = Duration::from_millis(200);

impl Courier<'_> {
    /// Rings an assistant's page, until the floor takes the order away or the page has shown that it rings.
    pub(super) async fn ring_softphone(&self, agent: &AgentId, leg: LegId) {
        let floor = self.engine.floor_id().map_or("", |floor| floor.as_str());
        let carrier_call = CarrierCall::from(format!("{}{floor}-{leg}", CarrierCall::BROWSER).as_str());
        let softphones = self.engine.softphones();
        if !softphones.ring(agent, leg, carrier_call.clone()) {
            return self.fail(Failure::Unreachable).await;
        }
        while (self.still_wanted)() {
            sleep(AGAIN).await;
        }
        if !self.engine.directory().knows(&carrier_call) {
            softphones.quiet(leg);
        }
    }

    /// The stream plays the treatment now, or when it is back. The floor takes the order away if it never is.
    pub(super) async fn move_browser(&self, leg: LegId, serial: u32) {
        while (self.still_wanted)() {
            if !self.engine.streams().is_open(leg) {
                sleep(AGAIN).await;
            } else if self.engine.streams().play(leg, serial).await {
                return;
            } else if self.engine.streams().is_open(leg) {
                return self.fail(Failure::Refused).await;
            }
        }
    }

    /// The leg is over as soon as the floor knows it: then its stream ends.
    pub(super) async fn hang_up_browser(&self) {
        self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await;
    }

    pub(super) async fn ask_browser(&self, leg: LegId) {
        if self.engine.streams().is_open(leg) {
            self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await;
        } else {
            self.fail(Failure::LegGone).await;
        }
    }
}
