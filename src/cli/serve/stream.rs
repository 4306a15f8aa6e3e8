//! Audio of our own, where it is asked for: the sounds are read before the first call comes.

use std::sync::Arc;

use tracing::info;

use super::settings::Account;
use super::settings::Args;
use super::settings::CarrierKind;
use super::settings::MediaKind;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::Verifier;
use crate::media::Library;
use crate::render::STREAM_PATH;
use crate::render::stream_url;
use crate::server::Streaming;

/// What media streams need; `None` if the carrier plays and hears.
pub(super) async fn open(
    args: &Args,
    public: &str,
    account: &Account,
    rest: &Arc<RestClient>,
) -> Result<Option<Streaming>, String> {
    if args.media == MediaKind::Carrier {
        return Ok(None);
    }
    if args.carrier == CarrierKind::Local {
        return Err(
            "CARELANE_MEDIA=stream needs a carrier with media streams; phones of the built-in one are made of \
                    text: set CARELANE_CARRIER=twilio, or leave CARELANE_MEDIA away"
                .to_owned(),
        );
    }
    let folder = args.sounds.clone();
    let library = tokio::task::spawn_blocking(move || Library::load(&folder)).await;
    let library = library.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    info!(sounds = library.len(), "callers hear carelane's own voice, by media streams");
    // The signature covers the websocket's URL, whose path the request line brings.
    let address = stream_url(public);
    let base = address.strip_suffix(STREAM_PATH).unwrap_or(&address);
    Ok(Some(Streaming::new(library, Arc::clone(rest), Verifier::new(base, &account.tokens))))
}
