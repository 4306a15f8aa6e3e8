//! Media streams: the door at which a carrier connects a call's audio, and the documents that ask it to.
//!
//! ```text
//!  document ─► carrier ─► websocket ─► ticket ─► session: plays treatments, hears keys (session/)
//!                 │ it breaks off, or what comes next is the carrier's
//!                 └─► parked ─► REST: move ─► resume ─► the present treatment's document
//! ```
//! A leg that is parked hears the carrier's own "one moment" while nobody here answers. A carrier that twice does not
//! connect a stream it was asked for gets the treatment as a document, and speaks itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Incoming;
use ring::rand::SecureRandom as _;
use ring::rand::SystemRandom;
use tokio::sync::OnceCell;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tracing::debug;
use tracing::warn;

use super::Body;
use super::Door;
use super::browser;
use super::recogniser::Recogniser;
use super::reply;
use super::reply::Reply;
use super::session;
use super::session::Line;
use super::upgrade::upgrade;
use crate::carrier::twilio::Form;
use crate::carrier::twilio::Patience;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::Verifier;
use crate::carrier::twilio::decode_call;
use crate::engine::Asked;
use crate::engine::Engine;
use crate::engine::Given;
use crate::engine::Rooms;
use crate::floor::treatment::Treatment;
use crate::media::Library;
use crate::render::Link;
use crate::render::STREAM_PATH;
use crate::render::plan;
use crate::render::twiml;
use crate::render::twiml::Rendering;
use crate::vocab::CarrierCall;
use crate::vocab::LegId;

/// Sockets at once: more than the most calls a floor's practices let in together.
pub(super) const SOCKETS_MAX: usize = 8_192;
/// So often a parked leg hears nothing and asks again.
const PARKED_SILENT_MAX: u8 = 2;
/// A parked leg asks again after a few seconds; until then its move is tried.
const MOVE_PATIENCE: Duration = Duration::from_secs(4);

/// Whose audio carelane carries itself. Assistants' softphones may always come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carries {
    /// The carrier's legs, by its media streams.
    pub carrier_legs: bool,
    /// Patients who call from the page `/phone`: where nobody comes by a phone network.
    pub patients: bool,
}

/// What is needed to carry audio ourselves.
pub struct Streaming {
    sounds: Sounds,
    carries: Carries,
    rest: Arc<RestClient>,
    /// Signatures of upgrades cover the websocket's URL.
    verifier: Verifier,
    places: Arc<Semaphore>,
    random: SystemRandom,
    /// Who understands what callers say, if somebody does.
    recogniser: Option<Arc<dyn Recogniser>>,
}

/// The library: read at the start where carriers' legs are played to, otherwise when the first browser calls.
struct Sounds {
    folder: PathBuf,
    library: OnceCell<Arc<Library>>,
}

impl Sounds {
    async fn library(&self) -> Arc<Library> {
        let read = async {
            let folder = self.folder.clone();
            let library = match tokio::task::spawn_blocking(move || Library::load(&folder)).await {
                Ok(Ok(library)) => library,
                Ok(Err(error)) => {
                    warn!(%error, "browser phones show words and do not say them");
                    Library::silent()
                }
                // It broke while the process ends.
                Err(_) => Library::silent(),
            };
            Arc::new(library)
        };
        Arc::clone(self.library.get_or_init(|| read).await)
    }
}

impl Streaming {
    /// Plays from this folder, or the library that was read from it; `rest` moves calls, and `verifier` knows the
    /// address of [`STREAM_PATH`].
    pub fn new(
        folder: PathBuf,
        library: Option<Library>,
        carries: Carries,
        rest: Arc<RestClient>,
        verifier: Verifier,
    ) -> Self {
        let sounds = Sounds { folder, library: OnceCell::new_with(library.map(Arc::new)) };
        let places = Arc::new(Semaphore::new(SOCKETS_MAX));
        Self { sounds, carries, rest, verifier, places, random: SystemRandom::new(), recogniser: None }
    }

    /// Has what callers say understood by this recogniser.
    pub fn with_recogniser(self, recogniser: Arc<dyn Recogniser>) -> Self {
        Self { recogniser: Some(recogniser), ..self }
    }

    /// Do patients call from a page?
    pub(super) fn takes_patients(&self) -> bool {
        self.carries.patients
    }

    /// A place for one more socket; `None` if all are taken.
    pub(super) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// 128 random bits as text.
    pub(super) fn ticket(&self) -> Option<String> {
        let mut bytes = [0_u8; 16];
        self.random.fill(&mut bytes).ok()?;
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Is this treatment what a carrier's stream is opened for? Last words alone are not worth one: the carrier says
    /// them. A conversation with a browser is held here whoever plays the rest.
    fn plays(&self, given: &Given, rooms: &Rooms) -> bool {
        match &*given.treatment {
            Treatment::Supervise { call, round, .. } => rooms.is_here(*call, *round) && self.carries.carrier_legs,
            Treatment::Connected { call, round, .. } => {
                rooms.is_here(*call, *round) && (self.carries.carrier_legs || rooms.is_only_here(*call, *round))
            }
            Treatment::Menu { .. }
            | Treatment::Announce { .. }
            | Treatment::AskStanding { .. }
            | Treatment::RecordingNotice { .. }
            | Treatment::Hold { .. }
            | Treatment::OnHold { .. }
            | Treatment::Record { .. }
            | Treatment::Whisper { .. }
            | Treatment::Keys { .. } => {
                let said = |plan| self.sounds.library.get().is_some_and(|library| library.program(&plan).is_some());
                self.carries.carrier_legs && plan(&given.flow, &given.treatment).is_some_and(said)
            }
            Treatment::Goodbye { .. } => false,
        }
    }
}

impl Door {
    /// The document that asks the carrier for a stream, `anew` if it has lost one; `None` if the treatment is rendered
    /// as a document of its own.
    pub(super) fn stream_document(&self, given: &Given, form: &Form<'_>, anew: bool) -> Option<Vec<u8>> {
        let streaming = self.streaming.as_ref()?;
        let document = self.stream_of(streaming, given, form, anew);
        if let (None, Treatment::Connected { call, round, .. }) = (&document, &*given.treatment)
            && streaming.carries.carrier_legs
        {
            // It goes to the carrier's conference: the other party has to go there, too.
            self.engine.rooms().move_to_carrier(*call, *round);
        }
        document
    }

    fn stream_of(&self, streaming: &Streaming, given: &Given, form: &Form<'_>, anew: bool) -> Option<Vec<u8>> {
        if !streaming.plays(given, self.engine.rooms()) {
            return None;
        }
        let carrier_call = decode_call(form).ok()?;
        let asked = Asked { leg: given.leg, serial: given.serial, carrier_call: &carrier_call, anew };
        let ticket = self.engine.streams().ticket(asked, self.engine.clock().monotonic(), || streaming.ticket())?;
        Some(self.rendering(given)?.stream_document(&ticket, given.treatment.language()))
    }

    fn rendering<'g>(&'g self, given: &'g Given) -> Option<Rendering<'g>> {
        let links = self.engine.links()?;
        Some(Rendering { leg: given.leg, serial: given.serial, flow: &given.flow, links })
    }

    /// A leg whose stream is over. After its last words it is hung up; otherwise it is moved out of the carrier's
    /// queue, where it can hear but not be connected. If the move does not come, it waits on in the carrier's voice, or
    /// leaves the queue by itself.
    pub(super) async fn parked(&self, leg: LegId, form: &Form<'_>) -> Option<Vec<u8>> {
        let (streaming, carrier_call) = (self.streaming.as_ref()?, decode_call(form).ok()?);
        let given = self.engine.current(leg).await.ok()??;
        if self.engine.streams().has_parted(leg, given.serial) {
            return Some(twiml::hang_up());
        }
        tokio::spawn(move_on(self.engine.clone(), Arc::clone(&streaming.rest), leg, carrier_call));
        match (self.engine.streams().park(leg), &*given.treatment) {
            (..=PARKED_SILENT_MAX, _) => Some(twiml::parked(&self.engine.url(Link::Parked { leg }))),
            (_, treatment) if treatment.is_wait() => Some(self.rendering(&given)?.wait_document(&given.treatment, 0)),
            _ => Some(twiml::leave()),
        }
    }

    /// Makes a request at [`STREAM_PATH`] a media stream.
    pub(super) fn stream(&self, mut request: Request<Incoming>) -> Response<Body> {
        match self.accept(&mut request) {
            Ok(response) => response,
            Err(refused) => refused.into(),
        }
    }

    fn accept(&self, request: &mut Request<Incoming>) -> Result<Response<Body>, Reply> {
        let none = || reply::problem(StatusCode::NOT_FOUND, "no media streams are taken here");
        let streaming = self.streaming.clone().ok_or_else(none)?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let signature = request.headers().get("x-twilio-signature").map(|value| value.to_str().unwrap_or_default());
        // Not every carrier signs these; the ticket is what counts. A signature that is there must fit.
        if let Some(signature) = signature
            && let Err(rejection) = self.check(&streaming, path, signature)
        {
            debug!(%rejection, "a media stream was refused");
            self.metrics.forged(rejection);
            return Err(reply::problem(StatusCode::FORBIDDEN, "the signature is wrong"));
        }
        let full = || reply::problem(StatusCode::SERVICE_UNAVAILABLE, "there are too many media streams");
        let place = streaming.place().ok_or_else(full)?;
        let asks = || reply::problem(StatusCode::UPGRADE_REQUIRED, "this is where media streams connect, by websocket");
        let (response, socket) = upgrade(request).ok_or_else(asks)?;
        let (engine, metrics, pins) = (self.engine.clone(), Arc::clone(&self.metrics), Arc::clone(&self.pins));
        tokio::spawn(async move {
            if let Some(socket) = socket.await {
                let (library, recogniser) = (streaming.sounds.library().await, streaming.recogniser.clone());
                let places = Arc::clone(&streaming.places);
                let line = Line { engine: engine.clone(), metrics, library, recogniser, pins, places };
                if let Some((leg, hung_up)) = session::serve(line, socket).await {
                    browser::left(&engine, leg, hung_up).await;
                }
            }
            drop(place);
        });
        Ok(response)
    }

    /// Some deployments sign with a slash at the end, some without.
    fn check(
        &self,
        streaming: &Streaming,
        path: &str,
        signature: &str,
    ) -> Result<(), crate::carrier::twilio::Rejection> {
        let other = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
        let verify = |path| streaming.verifier.verify(path, &Form::default(), Some(signature));
        verify(path).or_else(|rejection| verify(&other).map_err(|_| rejection))
    }
}

/// Is this the path of media streams?
pub(super) fn is_stream(path: &str) -> bool {
    path.trim_end_matches('/') == STREAM_PATH
}

/// Has the carrier ask for the leg's present treatment. If that fails, the parked leg itself asks again.
async fn move_on(engine: Engine, rest: Arc<RestClient>, leg: LegId, carrier_call: CarrierCall) {
    let url = engine.url(Link::Resume { leg });
    let patience = Patience { within: MOVE_PATIENCE, still_wanted: &|| true };
    if let Err(error) = rest.redirect_call(&carrier_call, &url, &patience).await {
        debug!(%leg, %error, "a parked leg could not be moved yet");
    }
}
