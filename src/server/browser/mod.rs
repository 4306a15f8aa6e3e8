//! Phones in the browser: their pages, and legs whose line is a browser.
//!
//! ```text
//!  page ─► POST /phone/calls ─► CallArrived ─► a ticket ─► websocket /media ─► session, as for a carrier's stream
//!                                                              │ it ends
//!                                                              └─► LegStatus: ended, as a carrier would tell
//! ```
//! A browser leg has no carrier: what a carrier would tell by webhook is told here, and what it would be told by REST
//! its stream does (`engine/browser.rs`). It decides nothing.

mod pages;
mod patient;

use crate::engine::Engine;
use crate::floor::event::Event;
use crate::floor::event::LegEnd;
use crate::floor::event::LegStatus;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

pub(super) use pages::page;
pub(super) use patient::PATIENTS_PATH;

/// A leg whose phone is a browser.
#[derive(Clone, Debug)]
pub(super) struct BrowserLeg {
    pub(super) leg: LegId,
    pub(super) carrier_call: CarrierCall,
}

/// A stream of this leg is over: unless another has taken its place, so is the leg.
pub(super) async fn left(engine: &Engine, browser: BrowserLeg) {
    let BrowserLeg { leg, carrier_call } = browser;
    if !engine.streams().is_open(leg) {
        engine
            .report(Event::LegStatus { leg: Some(leg), carrier_call, status: LegStatus::Ended(LegEnd::Completed) })
            .await;
    }
}
