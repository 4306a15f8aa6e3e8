//! The gap: calls that the carrier knows and we do not, because nobody here could answer when they came.
//!
//! At the start and then every few minutes the carrier's list of calls to our numbers is read from the last moment
//! that is accounted for, with a margin. What is over and unknown here becomes an event; what still rings or speaks is
//! left alone, and the next round sees how it ended. A call is told of once however often it is listed: the floor knows
//! its name. It decides nothing about a call.

use std::time::Duration;

use tokio::time::sleep;
use tracing::info;
use tracing::warn;

use super::Engine;
use super::dispatch::ask_about;
use super::dispatch::report;
use super::observer::Observer;
use crate::carrier::twilio::CallSummary;
use crate::carrier::twilio::Patience;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::RestError;
use crate::floor::event::Event;
use crate::floor::event::LegStatus;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// From one round to the next.
const ROUND_EVERY: Duration = Duration::from_secs(300);
/// After a round that failed, and after the first one: the carrier's list may lag behind a call that has just ended.
const ROUND_SOON: Duration = Duration::from_secs(15);
/// Each round looks back so much further than the one before it: calls that were still up then may have lasted so
/// long, and clocks differ. What is listed again costs a look into the directory. It must be less than the day for
/// which the floor remembers names.
const LOOK_BACK: Span = Span::hours(1);
/// A gap longer than this is imported for its last part only: nobody waits a month for a callback.
const GAP_MAX: Span = Span::hours(31 * 24);
/// A gap longer than this is kept in the journal until the list was read: after a crash meanwhile, what an ordinary
/// round looks back would be too little.
const KEPT_FROM: Span = Span::mins(30);
/// One listing may take so long, repetitions included.
const LISTING_PATIENCE: Duration = Duration::from_secs(120);

/// Watches for ever. `from` is the last moment at which we surely heard everything.
pub(super) async fn watch(engine: &Engine, rest: &RestClient, from: Timestamp, observer: &dyn Observer) {
    let mut heard_until = from;
    let mut first = true;
    loop {
        let began = engine.clock().now();
        if began - heard_until > KEPT_FROM {
            report(engine, Event::GapFound { since: heard_until }).await;
        }
        match round(engine, rest, heard_until.max(began - GAP_MAX) - LOOK_BACK).await {
            Ok(0) => {}
            Ok(calls) => {
                info!(calls, "calls that nobody here had heard of were taken from the carrier's list");
                observer.imported(calls);
            }
            Err(error) => {
                warn!(%error, "the carrier's call list cannot be read: calls missed while carelane was down are not known yet");
                sleep(ROUND_SOON).await;
                continue;
            }
        }
        heard_until = began;
        report(engine, Event::GapRead).await;
        tokio::select! {
            () = sleep(if first { ROUND_SOON } else { ROUND_EVERY }) => {}
            () = engine.gap_ended() => ask_about_callers(engine, rest).await,
        }
        first = false;
    }
}

/// Callbacks were turned away for a while: whoever is taken to be on the line may be gone.
async fn ask_about_callers(engine: &Engine, rest: &RestClient) {
    let Ok(view) = engine.view().await else { return };
    let callers = view.calls.into_iter().filter(|call| call.state != "wrap_up").filter_map(|call| call.carrier_call);
    for carrier_call in callers {
        if let Some(leg) = engine.directory().leg(&carrier_call) {
            ask_about(engine, rest, leg, carrier_call).await;
        }
    }
}

/// One look at the list; how many calls were new.
async fn round(engine: &Engine, rest: &RestClient, since: Timestamp) -> Result<u64, RestError> {
    // Without an answer of the desk there are no numbers to ask about; the next round asks again.
    let Ok(view) = engine.view().await else { return Ok(0) };
    let mut new = 0;
    for number in view.practices.iter().flat_map(|practice| &practice.numbers) {
        let patience = Patience { within: LISTING_PATIENCE, still_wanted: &|| true };
        let listed = rest.list_inbound(number, (since, engine.clock().now()), &patience).await?;
        for call in listed.into_iter().filter(|call| is_over(call) && !engine.directory().knows(&call.carrier_call)) {
            let Some(began) = call.started else { continue };
            let carrier_call = call.carrier_call.clone();
            let (caller, dialled) = (call.from, number.clone());
            report(engine, Event::CallMissed { carrier_call: call.carrier_call, caller, dialled, began }).await;
            // A call from before the number was ours is listed, but no call of ours.
            new += u64::from(engine.directory().knows(&carrier_call));
        }
    }
    Ok(new)
}

fn is_over(call: &CallSummary) -> bool {
    matches!(call.status, Some(LegStatus::Ended(_)))
}
