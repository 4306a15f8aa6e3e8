//! Audio of our own: for browser phones always, for the carrier's legs where it is asked for.

use std::sync::Arc;

use tracing::info;
use tracing::warn;

use super::settings::Account;
use super::settings::Args;
use super::settings::CarrierKind;
use super::settings::MediaKind;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::Verifier;
use crate::engine::Engine;
use crate::floor::event::Event;
use crate::media::Library;
use crate::render::STREAM_PATH;
use crate::render::stream_url;
use crate::server::Carries;
use crate::server::HttpRecogniser;
use crate::server::Streaming;

/// Conversations are recorded from our own streams: where the carrier's audio stays there, nobody is told of it.
pub(super) async fn tell_of_taping(args: &Args, engine: &Engine) -> Result<(), String> {
    let (possible, stopped) = (args.media == MediaKind::Stream, |_| "the desk does not answer".to_owned());
    engine.post(Event::TapingFound { possible }).await.map_err(stopped)?;
    if possible {
        return Ok(());
    }
    for practice in engine.view().await.map_err(stopped)?.practices {
        let flow = engine.flow(practice.id.clone()).await.map_err(stopped)?;
        if flow.is_some_and(|flow| flow.lanes.iter().any(|lane| lane.recorded)) {
            warn!(practice = %practice.id, "the flow file has recorded lanes: only CARELANE_MEDIA=stream records callers at a phone");
        }
    }
    Ok(())
}

/// What media streams need: those of the carrier, if carelane plays and hears, and of phones in the browser.
pub(super) async fn open(
    args: &Args,
    public: &str,
    account: &Account,
    rest: &Arc<RestClient>,
) -> Result<Streaming, String> {
    let (is_local, carrier_legs) = (args.carrier == CarrierKind::Local, args.media == MediaKind::Stream);
    if is_local && carrier_legs {
        return Err(
            "CARELANE_MEDIA=stream needs a carrier with media streams; phones of the built-in one are made of \
                    text: set CARELANE_CARRIER=twilio, or leave CARELANE_MEDIA away; the phone in the browser has \
                    its sound with either"
                .to_owned(),
        );
    }
    let mut library = None;
    if carrier_legs {
        let folder = args.sounds.clone();
        let read = tokio::task::spawn_blocking(move || Library::load(&folder)).await;
        let read = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        info!(sounds = read.len(), "callers hear carelane's own voice, by media streams");
        library = Some(read);
    }
    // The signature covers the websocket's URL, whose path the request line brings.
    let address = stream_url(public);
    let base = address.strip_suffix(STREAM_PATH).unwrap_or(&address);
    let verifier = Verifier::new(base, &account.tokens);
    let carries = Carries { carrier_legs, patients: is_local };
    let streaming = Streaming::new(args.sounds.clone(), library, carries, Arc::clone(rest), verifier);
    let Some(url) = args.recogniser_url.as_ref().filter(|url| !url.is_empty()) else { return Ok(streaming) };
    let recogniser = HttpRecogniser::new(url, args.recogniser_token()?.as_ref())?;
    info!("what callers say in media streams goes to the recogniser of CARELANE_RECOGNISER_URL");
    Ok(streaming.with_recogniser(Arc::new(recogniser)))
}
