//! Reading flow files again while calls are live: on SIGHUP, and on `POST /api/v1/flows/reload`.
//!
//! All or nothing: a folder with one error changes nothing, and every problem is told. Calls under way keep the version
//! they began with; that is the floor's doing, not this file's.

use std::path::PathBuf;
use std::sync::Arc;

use tracing::error;
use tracing::info;

use super::flows;
use super::pins;
use super::settings::Args;
use crate::engine::Engine;
use crate::metrics::Metrics;
use crate::metrics::ReloadResult;
use crate::server::Pins;
use crate::server::Reloaded;

/// What is needed to read the files again.
pub(super) struct Reloader {
    pub(super) engine: Engine,
    pub(super) metrics: Arc<Metrics>,
    pub(super) pins: Arc<Pins>,
    pub(super) args: Args,
}

impl Reloader {
    /// Reads, checks and offers them; says what came of it in the log and by the metrics. PINs stand by themselves.
    pub(super) async fn reload(&self) -> Reloaded {
        pins::read_again(&self.pins, &self.args);
        let reloaded = self.read_and_offer().await;
        self.metrics.reloaded(match &reloaded {
            Reloaded::Loaded(_) => {
                info!("flow files read again: new calls use them, calls under way keep theirs");
                ReloadResult::Loaded
            }
            Reloaded::Refused(_) => {
                error!("the flow files have errors: nothing was changed");
                ReloadResult::Refused
            }
            Reloaded::Unreadable(why) => {
                error!(why, "flow files cannot be read: nothing was changed");
                ReloadResult::Unreadable
            }
            Reloaded::NotTaken => {
                error!("the desk did not take the flow files");
                ReloadResult::NotTaken
            }
        });
        reloaded
    }

    async fn read_and_offer(&self) -> Reloaded {
        let (named, opening): (Option<PathBuf>, _) = (self.args.flows.clone(), self.args.opening());
        let read = match tokio::task::spawn_blocking(move || flows::read(named.as_deref(), opening)).await {
            Ok(Ok(read)) => read,
            Ok(Err(why)) => return Reloaded::Unreadable(why),
            Err(_) => return Reloaded::Unreadable("the checker failed; report it with the files".to_owned()),
        };
        read.tell_problems();
        if !read.is_sound() {
            return Reloaded::Refused(read.checked.problems);
        }
        match read.offer(&self.engine).await {
            Ok(files) => Reloaded::Loaded(files),
            Err(()) => Reloaded::NotTaken,
        }
    }
}
