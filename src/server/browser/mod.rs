//! Phones in the browser: their pages, and legs whose line is a browser.
//!
//! ```text
//!  page ─► POST /phone/calls ─► CallArrived ─► a ticket ─► websocket /media ─► session, as for a carrier's stream
//!                                                              │ it ends
//!                                                              ├─► hung up: LegStatus, as a carrier would tell
//!                                                              └─► broke off: LineLost
//! ```
//! A browser leg has no carrier: what a carrier would tell by webhook is told here, and what it would be told by REST
//! its stream does (`engine/browser.rs`). It decides nothing.

mod pages;
mod patient;
mod softphone;

use crate::engine::Engine;
use crate::floor::event::Event;
use crate::floor::event::LegEnd;
use crate::floor::event::LegStatus;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

pub(super) use pages::page;
pub(super) use patient::PATIENTS_PATH;
pub(super) use softphone::LINE_PATH;

/// A leg whose phone is a browser.
#[derive(Clone, Debug)]
pub(super) struct BrowserLeg {
    pub(super) leg: LegId,
    pub(super) carrier_call: CarrierCall,
}

/// A stream of this leg is over. If it `hung_up`, or we did, so is the leg; if it broke off, the floor knows what that
/// means. Nothing is over if another stream has taken its place.
pub(super) async fn left(engine: &Engine, browser: BrowserLeg, hung_up: bool) {
    let BrowserLeg { leg, carrier_call } = browser;
    if engine.streams().is_open(leg) {
        return;
    }
    let event = match hung_up {
        true => Event::LegStatus { leg: Some(leg), carrier_call, status: LegStatus::Ended(LegEnd::Completed) },
        false => Event::LineLost { leg },
    };
    engine.report(event).await;
}
