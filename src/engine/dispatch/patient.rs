//! Dialling a patient for an attempt: at most once, whatever the carrier answers and whenever we die.
//!
//! An assistant's phone may be dialled again when the carrier surely has no such call. A patient's is not: a call that
//! the carrier's list does not show yet would ring her twice. Without an answer the attempt counts, and is over.

use std::time::Duration;

use tracing::debug;
use tracing::error;
use tracing::warn;

use super::Courier;
use super::Dial;
use super::OURS_PAUSE;
use crate::carrier::twilio::RestError;
use crate::floor::event::Failure;
use tokio::time::sleep;

/// So often the carrier's list is looked at twice.
const LOOKS: u8 = 3;

impl Courier<'_> {
    pub(super) async fn call_patient(&self, dial: &Dial<'_>, resumed: bool) {
        if resumed {
            return self.look_for_patient(dial).await;
        }
        match self.create(dial).await {
            Ok(created) => self.report_leg(dial.leg, created).await,
            Err(RestError::NoLongerWanted) => {}
            Err(error) if error.outcome_unknown() => {
                warn!(effect = %self.id, %error, "dialling a patient: looking whether it was carried out");
                self.look_for_patient(dial).await;
            }
            Err(error) if error.is_about_us() => {
                error!(effect = %self.id, %error, "the carrier dials no patient for us: a practice's number, the public URL or the account is wrong");
                sleep(OURS_PAUSE).await;
                self.fail(Failure::Refused).await;
            }
            Err(error) => {
                warn!(effect = %self.id, %error, "the carrier does not dial a patient's number; its item says so");
                self.fail(Failure::Refused).await;
            }
        }
    }

    /// Perhaps the call exists. It is never created again.
    async fn look_for_patient(&self, dial: &Dial<'_>) {
        for _ in 0..LOOKS {
            match self.find(dial).await {
                Ok(Some(found)) => return self.report_leg(dial.leg, found).await,
                Ok(None) => {}
                Err(RestError::NoLongerWanted) => return,
                Err(error) => {
                    debug!(effect = %self.id, %error, "cannot list the carrier's calls yet");
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
        self.fail(Failure::Unreachable).await;
    }
}
