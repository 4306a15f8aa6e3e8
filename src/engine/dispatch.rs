//! Dispatch: effects to the carrier, at least once for what may be repeated, and never twice for a dial.
//!
//! A create-call whose outcome is unknown is reconciled by listing the carrier's calls before it is ever sent again.
//! Outcomes come back to the floor as events through the desk's mailbox, like everything else.

mod patient;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::debug;
use tracing::error;
use tracing::warn;

use super::Engine;
use super::Unanswered;
use super::tapes::is_ours;
use crate::carrier::twilio::CallQuery;
use crate::carrier::twilio::NewCall;
use crate::carrier::twilio::Patience;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::RestError;
use crate::floor::effect::Effect;
use crate::floor::event::Event;
use crate::floor::event::Failure;
use crate::floor::event::LegStatus;
use crate::render::Link;
use crate::vocab::CarrierCall;
use crate::vocab::EffectId;
use crate::vocab::LegId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// An effect to be carried out.
#[derive(Clone, Debug)]
pub struct Order {
    pub(super) id: EffectId,
    pub(super) effect: Effect,
    /// From before a restart: perhaps it was carried out already.
    pub(super) resumed: bool,
}

/// A redirect or hang-up is tried for so long; after that the leg is beyond our reach.
const CHANGE_PATIENCE: Duration = Duration::from_secs(60);
/// Whether an urgent caller is still there: later nobody needs to know, the next page asks again.
const PAGING_PATIENCE: Duration = Duration::from_secs(10);
/// The carrier's list may lag behind a call it has just created.
const LIST_LAG: Duration = Duration::from_millis(1_500);
/// Clocks of two machines differ; a call created by us is not older than this before our decision.
const CLOCKS_APART_MAX: Span = Span::secs(30);
/// Until somebody is rung again while every dial is refused because of ourselves. Each try is an offer with its facts.
const OURS_PAUSE: Duration = Duration::from_secs(10);
/// Wrong credentials do not get better by hurrying.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// Carries one order out and reports what came of it.
pub(super) async fn carry_out(engine: Engine, rest: Arc<RestClient>, order: Order) {
    let Order { id, effect, resumed } = order;
    let wanted = {
        let engine = engine.clone();
        move || engine.directory().wants(id) && !engine.is_winding_down()
    };
    let courier = Courier { engine, rest, id, still_wanted: &wanted };
    match effect {
        Effect::Dial { leg, to, from, ring, since, .. } => {
            if let Some(agent) = Effect::softphone_of(&to) {
                return courier.ring_softphone(&agent, leg).await;
            }
            let dial = Dial { leg, to: &to, from: &from, ring, since };
            courier.dial(&dial, resumed).await;
        }
        Effect::CallPatient { leg, caller, from, ring, since } => {
            let Some(number) = caller.number else { return courier.fail(Failure::Refused).await };
            let dial = Dial { leg, to: number.reveal(), from: &from, ring, since };
            courier.call_patient(&dial, resumed).await;
        }
        Effect::Redirect { leg, serial, carrier_call } if carrier_call.is_browser() => {
            courier.move_browser(leg, serial).await;
        }
        Effect::HangUp { carrier_call, .. } if carrier_call.is_browser() => courier.hang_up_browser().await,
        Effect::Ask { leg, carrier_call, .. } if carrier_call.is_browser() => courier.ask_browser(leg).await,
        // The stream settles it, as the carrier would, by asking for the treatment.
        Effect::Redirect { leg, serial, .. } if courier.engine.streams().play(leg, serial).await => {}
        Effect::Redirect { leg, carrier_call, serial } => {
            let url = courier.engine.url(Link::Document { leg, serial });
            let result = courier.rest.redirect_call(&carrier_call, &url, &courier.patience(CHANGE_PATIENCE)).await;
            courier.report_change(result).await;
        }
        Effect::FetchRecording { of, practice, recording: Some(ours), .. } if is_ours(&ours) => {
            courier.take_tape(of, &practice, ours).await;
        }
        Effect::DropRecording { recording, .. } if is_ours(&recording) => courier.erase_tape(&recording).await,
        Effect::FetchRecording { of, practice, carrier_call, recording } => {
            courier.fetch_recording(of, &practice, &carrier_call, recording).await;
        }
        Effect::DropRecording { recording, .. } => courier.drop_recording(&recording).await,
        Effect::HangUp { carrier_call, .. } => {
            let result = courier.rest.complete_call(&carrier_call, &courier.patience(CHANGE_PATIENCE)).await;
            courier.report_change(result).await;
        }
        Effect::KeepTape { practice, recording, .. } => courier.keep_tape(&practice, &recording).await,
        Effect::Ask { leg, carrier_call, paging } => courier.ask(leg, &carrier_call, paging).await,
    }
}

/// Asks how a leg fares and tells the floor if it is over. "Not found" tells nothing: the carrier's reads lag.
pub(super) async fn ask_about(engine: &Engine, rest: &RestClient, leg: LegId, carrier_call: CarrierCall) {
    if carrier_call.is_browser() {
        // Its line ended with the process that was its carrier; whoever was in a conversation may come back.
        return report(engine, Event::LineLost { leg }).await;
    }
    let patience = Patience { within: CHANGE_PATIENCE, still_wanted: &|| true };
    match rest.fetch_call(&carrier_call, &patience).await {
        Ok(summary) => {
            if let Some(LegStatus::Ended(_)) = summary.status {
                report(engine, Event::LegFoundOver { leg }).await;
            }
        }
        Err(error) => debug!(%leg, %error, "the carrier does not tell how this leg fares"),
    }
}

/// The mailbox may be full for a moment, and the disk for longer: an outcome is not dropped.
pub(super) async fn report(engine: &Engine, event: Event) {
    while engine.post(event.clone()).await.is_err_and(|why| why != Unanswered::Stopped) {
        sleep(Duration::from_millis(50)).await;
    }
}

struct Dial<'a> {
    leg: LegId,
    to: &'a str,
    from: &'a str,
    ring: Span,
    since: Timestamp,
}

/// Carries out one effect.
pub(super) struct Courier<'a> {
    pub(super) engine: Engine,
    pub(super) rest: Arc<RestClient>,
    pub(super) id: EffectId,
    pub(super) still_wanted: &'a (dyn Fn() -> bool + Send + Sync),
}

impl Courier<'_> {
    pub(super) fn patience(&self, within: Duration) -> Patience<'_> {
        Patience { within, still_wanted: self.still_wanted }
    }

    async fn dial(&self, dial: &Dial<'_>, resumed: bool) {
        let mut must_look = resumed;
        // Ends when the floor takes the offer back: its effect is then no longer wanted.
        while (self.still_wanted)() {
            if must_look {
                match self.find(dial).await {
                    Ok(Some(found)) => return self.report_leg(dial.leg, found).await,
                    Ok(None) => must_look = false,
                    Err(error) => {
                        debug!(effect = %self.id, %error, "cannot list the carrier's calls yet");
                        sleep(LIST_LAG).await;
                    }
                }
                continue;
            }
            match self.create(dial).await {
                Ok(created) => return self.report_leg(dial.leg, created).await,
                Err(RestError::NoLongerWanted) => return,
                Err(error) if error.outcome_unknown() => {
                    warn!(effect = %self.id, %error, "dialling an assistant: looking whether it was carried out");
                    must_look = true;
                }
                // Not her fault: she stays ready, and nobody is rung for a while.
                Err(error) if error.is_about_us() => {
                    error!(effect = %self.id, %error, "the carrier dials nobody for us: a practice's number, the public URL or the account is wrong");
                    sleep(OURS_PAUSE).await;
                    return self.fail(Failure::Unreachable).await;
                }
                Err(RestError::Gone | RestError::Refused { status: 400..=400 | 404..=499, .. }) => {
                    warn!(effect = %self.id, "the carrier will not dial this assistant's phone; check her address in the team file");
                    return self.fail(Failure::Refused).await;
                }
                Err(error) => {
                    warn!(effect = %self.id, %error, "dialling an assistant");
                    sleep(REFUSED_PAUSE).await;
                }
            }
        }
    }

    async fn create(&self, dial: &Dial<'_>) -> Result<CarrierCall, RestError> {
        let (url, status) =
            (self.engine.url(Link::Answered { leg: dial.leg }), self.engine.url(Link::Status { leg: dial.leg }));
        let ring = Duration::from_secs(u64::try_from(dial.ring.as_secs()).unwrap_or(20));
        let call = NewCall { to: dial.to, from: dial.from, url: &url, status_callback: &status, ring };
        self.rest.create_call(&call, &self.patience(ring)).await.map(|created| created.carrier_call)
    }

    /// A call to this phone, created since our decision, that is none of our known legs: it must be this one. It is
    /// looked for twice, because the carrier's list may lag.
    async fn find(&self, dial: &Dial<'_>) -> Result<Option<CarrierCall>, RestError> {
        for _ in 0..2 {
            sleep(LIST_LAG).await;
            if !(self.still_wanted)() {
                return Err(RestError::NoLongerWanted);
            }
            let query =
                CallQuery { to: Some(dial.to), from: Some(dial.from), started_after: dial.since - CLOCKS_APART_MAX };
            let calls = self.rest.list_calls(&query, &self.patience(CHANGE_PATIENCE)).await?;
            let directory = self.engine.directory();
            let ours = calls.into_iter().map(|call| call.carrier_call).find(|name| !directory.knows(name));
            if ours.is_some() {
                return Ok(ours);
            }
        }
        Ok(None)
    }

    /// How a leg fares. After a long silence "not found" is an answer: the carrier's reads do not lag for minutes. Of a
    /// caller who came a moment ago it tells nothing.
    async fn ask(&self, leg: LegId, carrier_call: &CarrierCall, paging: bool) {
        let within = if paging { PAGING_PATIENCE } else { CHANGE_PATIENCE };
        match self.rest.fetch_call(carrier_call, &self.patience(within)).await {
            Ok(summary) if matches!(summary.status, Some(LegStatus::Ended(_))) => {
                self.report(Event::LegFoundOver { leg }).await;
            }
            Ok(_) => self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await,
            Err(RestError::NoLongerWanted) => {}
            Err(RestError::Gone) if !paging => self.fail(Failure::LegGone).await,
            Err(error) => {
                debug!(%leg, %error, "the carrier does not tell how this leg fares");
                self.fail(Failure::Unreachable).await;
            }
        }
    }

    async fn report_leg(&self, leg: LegId, carrier_call: CarrierCall) {
        self.report(Event::LegStatus { leg: Some(leg), carrier_call, status: LegStatus::Initiated }).await;
    }

    async fn report_change(&self, result: Result<(), RestError>) {
        match result {
            Ok(()) => self.report(Event::EffectConfirmed { effect: self.id, carrier_call: None }).await,
            Err(RestError::NoLongerWanted) => {}
            Err(RestError::Gone) => self.fail(Failure::LegGone).await,
            Err(error) => {
                warn!(effect = %self.id, %error, "changing a call at the carrier was given up");
                let refused = matches!(error, RestError::Refused { .. });
                self.fail(if refused { Failure::Refused } else { Failure::Unreachable }).await;
            }
        }
    }

    pub(super) async fn fail(&self, why: Failure) {
        self.report(Event::EffectFailed { effect: self.id, why }).await;
    }

    pub(super) async fn report(&self, event: Event) {
        report(&self.engine, event).await;
    }
}
