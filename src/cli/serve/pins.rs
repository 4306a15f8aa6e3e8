//! The PINs of a running carelane: read at the start and on SIGHUP. A broken file changes nothing.

use std::path::Path;

use tracing::error;
use tracing::info;
use tracing::warn;

use super::CarrierKind;
use super::settings::Args;
use crate::engine::Engine;
use crate::server::Pins;

/// The PIN 4711 of the demo's Ana, Hugo and Inés, for the built-in carrier only: it has no phone network.
const DEMO: &str = include_str!("demo-pins");
/// Whose presence shows that the team is the demo's, with the phone she has there.
const DEMO_AGENT: (&str, &str) = ("ana", "+15550100201");

/// Reads the file, if one is set; the demo on the built-in carrier has PINs of its own. Says whether those hold.
pub(super) async fn open(pins: &Pins, args: &Args, engine: &Engine) -> Result<bool, String> {
    if let Some(file) = &args.pins_file {
        return read(pins, file).map(|_| false);
    }
    let view = engine.view().await.map_err(|_| "the desk does not answer".to_owned())?;
    let is_demo_team = view.agents.iter().any(|a| (a.id.as_str(), &*a.address) == DEMO_AGENT);
    if args.carrier == CarrierKind::Local && is_demo_team {
        return pins.load(DEMO).map(|_| true);
    }
    if view.practices.iter().any(|p| p.staff_number.is_some()) {
        warn!("there is a staff number and no CARELANE_PINS_FILE: nobody can sign in by phone");
    }
    Ok(false)
}

/// Reads the file again; with a problem everybody keeps the PIN they had.
pub(super) fn read_again(pins: &Pins, args: &Args) {
    match args.pins_file.as_deref().map(|file| read(pins, file)) {
        Some(Ok(count)) => info!(count, "PINs read again"),
        Some(Err(why)) => error!(why, "PINs cannot be read: everybody keeps theirs"),
        None => {}
    }
}

fn read(pins: &Pins, file: &Path) -> Result<usize, String> {
    let cannot =
        |why: String| format!("cannot read the PINs in {}: {why}; `carelane pin` makes their lines", file.display());
    let text = std::fs::read_to_string(file).map_err(|e| cannot(e.to_string()))?;
    pins.load(&text).map_err(cannot)
}
