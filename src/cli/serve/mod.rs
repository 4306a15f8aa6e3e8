//! `carelane serve`: recovers the floor, opens the doors, and runs until it is told to stop.
//!
//! The socket is bound first: while the journal is read, webhooks wait in the backlog instead of failing.

mod demo;
mod flows;
mod on_call;
mod pins;
mod reload;
mod rest;
mod settings;
mod space;
mod stream;
mod wall;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::error;
use tracing::info;
use tracing::warn;
use tracing_subscriber::EnvFilter;

pub use settings::Args;
pub use settings::CarrierKind;
pub use settings::MediaKind;

pub(in crate::cli) use flows::FLOWS_DEFAULT;
pub(in crate::cli) use flows::flow_files;
pub(in crate::cli) use flows::given_flows;
pub(in crate::cli) use flows::is_flow_file;

use crate::carrier::twilio::Backoff;
use crate::carrier::twilio::Rate;
use crate::carrier::twilio::RestClient;
use crate::carrier::twilio::RestSettings;
use crate::carrier::twilio::Verifier;
use crate::engine::Clock;
use crate::engine::Crashes;
use crate::engine::Engine;
use crate::engine::Opened;
use crate::floor::event::Event;
use crate::journal::Fault;
use crate::journal::JournalError;
use crate::journal::Recovered;
use crate::metrics::Metrics;
use crate::server::Door;
use crate::server::Pins;
use crate::server::ReloadAsked;
use crate::vocab::FloorId;
use crate::vocab::Timestamp;
use reload::Reloader;
use settings::Account;

/// Runs the command: 0 after an orderly end, 1 when it could not start, 74 after a failed disk.
pub async fn run(args: Args) -> ExitCode {
    start_log();
    match serve(args).await {
        Ok(code) => code,
        Err(message) => {
            eprintln!("carelane: {message}");
            ExitCode::from(1)
        }
    }
}

/// Logs go to standard error: text for a person at a terminal, JSON lines otherwise. `RUST_LOG` sets the level.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that is already set up (in tests) stays.
    let _ = if std::io::stderr().is_terminal() { log.with_target(false).try_init() } else { log.json().try_init() };
}

async fn serve(args: Args) -> Result<ExitCode, String> {
    // Before anything else: a SIGHUP while the journal is read must not end the process.
    let mut signals = Signals::listen()?;
    let running = match start(args, &mut signals).await? {
        Started::Answering(running) => *running,
        Started::Rested(code) => return Ok(code),
    };
    let Running { listener, door, engine, dispatch, reloader, reloads, local } = running;
    let (stop, stopping) = watch::channel(false);
    let server = tokio::spawn(crate::server::serve(listener, door, stopping));
    signals.until_told_to_stop(&reloader, reloads).await;
    info!("stopping: requests under way finish first");
    // The receiver is in the server's hands until it ends.
    let _ = stop.send(true);
    let drained = async {
        if server.await.is_err() {
            error!("the server ended badly");
        }
        engine.wind_down();
        if dispatch.await.is_err() {
            error!("the dispatch of orders to the carrier ended badly");
        }
        engine.stop().await;
    };
    tokio::select! {
        () = drained => {}
        // As safe as a kill: what was answered is on disk.
        () = signals.until_stop() => {
            warn!("told to stop again: requests under way are cut");
            return Ok(ExitCode::from(EXIT_CUT));
        }
    }
    drop(local);
    Ok(ExitCode::SUCCESS)
}

/// The exit code after a second signal to stop: not everything was finished.
const EXIT_CUT: u8 = 1;
/// Connections that the system takes for us until we do; it may hold fewer (`net.core.somaxconn`).
const BACKLOG: u32 = 4_096;

/// What came of a start.
enum Started {
    /// It answers calls.
    Answering(Box<Running>),
    /// It rested instead, and ends.
    Rested(ExitCode),
}

/// Everything that must stay alive while carelane runs.
struct Running {
    listener: TcpListener,
    door: Arc<Door>,
    engine: Engine,
    /// Ends when every order under way has its answer.
    dispatch: JoinHandle<()>,
    reloader: Reloader,
    /// Requests of the API to read the flow files again.
    reloads: mpsc::Receiver<ReloadAsked>,
    local: Option<crate::carrier::local::LocalCarrier>,
}

async fn start(args: Args, signals: &mut Signals) -> Result<Started, String> {
    let account = if args.carrier == CarrierKind::Twilio { Some(args.account()?) } else { None };
    let listener = listen(args.listen)
        .map_err(|e| format!("cannot listen on {}: {e}; is another carelane running?", args.listen))?;
    let listening = listener.local_addr().map_err(|e| format!("the listening socket has no address: {e}"))?;
    let public = args.public(listening)?;

    let read = flows::read_at_start(args.flows.as_deref(), args.opening());
    let (crashes, now) = (Crashes::open(&args.data), Clock::start(Timestamp(0)).now());
    if crashes.are_a_loop(now) {
        return Ok(Started::Rested(rest::rest(listener, &read, signals).await));
    }
    let opened = Opened::open(&args.data, args.data_key_file.as_deref());
    let opened = opened.map_err(|e| cannot_open(&e, &crashes, now))?;
    let read = flows_to_serve(read, &args, &opened)?;
    let recovered = opened.recovered.clone();
    tell_missing_keys(&recovered);
    let (ghosts, gap_since) = (opened.floor().live_legs(), opened.floor().gap_since());

    let metrics = Arc::new(Metrics::new().with_data(args.data.clone()));
    metrics.resume(opened.floor());
    metrics.flow_files(read.is_sound());
    let (engine, orders) = Engine::start(opened, public.clone(), metrics.clone())
        .map_err(|e| format!("the system gives us no thread for the desk: {e}"))?;
    name_floor(&engine).await?;
    let is_demo = read.is_demo;
    if is_demo && args.carrier != CarrierKind::Local {
        let folder = args.flows_folder();
        warn!(folder = %folder.display(), "there is no such folder of flow files: callers are served as the demo's practice");
    }
    if read.is_sound() {
        read.offer(&engine).await.map_err(|()| "the desk does not take the flow files".to_owned())?;
    }
    softphones_are_closed(&engine).await?;
    stream::tell_of_taping(&args, &engine).await?;
    let (token, token_file) = args.api_token()?;
    let pins = Arc::new(Pins::default());
    let demo_pins = pins::open(&pins, &args, &engine).await?;

    let (account, local) = match account {
        Some(account) => (account, None),
        None => {
            let (account, local) = demo::start_carrier(&args, &engine, &public, ghosts.clone()).await?;
            (account, Some(local))
        }
    };
    let rest = Arc::new(rest_client(&account, &args, &engine)?);
    if local.is_none() {
        tokio::spawn(engine.clone().reconcile(ghosts, rest.clone()));
        let last_heard = gap_since.or(recovered.last_at).unwrap_or(engine.clock().now());
        tokio::spawn(engine.clone().watch_gaps(rest.clone(), last_heard, metrics.clone()));
    }
    let streaming = stream::open(&args, &public, &account, &rest).await?;
    let dispatch = tokio::spawn(engine.clone().dispatch(orders, rest));
    look_after(&engine, &metrics, &args);

    let verifier = Verifier::new(&public, &account.tokens);
    let (ask_reload, reloads) = mpsc::channel(1);
    let sounds = args.sounds.clone();
    let door = Door::new(engine.clone(), metrics.clone(), verifier, token.clone(), pins.clone(), sounds, ask_reload);
    let door = door.with_streaming(Some(streaming));
    info!(entries = recovered.entries, facts = recovered.facts, %listening, "the floor is ready");
    demo::greet(&args, listening, &public, token_file.as_deref(), is_demo, local.as_ref(), demo_pins);
    if let Some(local) = &local {
        demo::staff(&engine, local, &token, listening).await?;
    }
    write_places(&args, listening, local.as_ref())?;
    let reloader = Reloader { engine: engine.clone(), metrics, pins, args };
    let door = Arc::new(door);
    Ok(Started::Answering(Box::new(Running { listener, door, engine, dispatch, reloader, reloads, local })))
}

fn tell_missing_keys(recovered: &Recovered) {
    for (key, entries) in recovered.missing() {
        error!(
            key,
            entries,
            "a record key is missing that retention did not destroy: callers' numbers and notes cannot be read"
        );
    }
}

/// While the journal is read, webhooks wait in the backlog.
fn listen(on: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if on.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    // The last process's connections may linger; its listening socket is gone.
    socket.set_reuseaddr(true)?;
    socket.bind(on)?;
    socket.listen(BACKLOG)
}

/// What is looked at now and then, for ever.
fn look_after(engine: &Engine, metrics: &Arc<Metrics>, args: &Args) {
    tokio::spawn(space::watch(args.data.clone()));
    tokio::spawn(wall::watch(engine.clock(), metrics.clone()));
    tokio::spawn(engine.clone().keep_to_retention());
    tokio::spawn(on_call::watch(engine.clone()));
}

/// A disk that fails or is full at every start is a crash loop too.
fn cannot_open(error: &JournalError, crashes: &Crashes, now: Timestamp) -> String {
    if matches!(error.fault(), Fault::Disk | Fault::Full) {
        crashes.note(now, None);
    }
    error.to_string()
}

/// What was read, or the demo; an error if there is nothing to serve.
fn flows_to_serve(read: flows::Read, args: &Args, opened: &Opened) -> Result<flows::Read, String> {
    let missing = args.flows.as_deref().is_some_and(|named| !named.exists());
    let read = match missing && !flows::serves_others_than_the_demo(opened.floor()) {
        // There are no callers who could meet the demo by mistake; that it is the demo is said aloud.
        true => flows::read_demo(args.opening()),
        false => read,
    };
    check_flows(&read, args.flows.as_deref(), opened)?;
    Ok(read)
}

/// Why an empty folder serves nobody.
const NO_PRACTICE: &str = "the folder of flow files holds no practice: one is a file `<practice>.yaml`, with its team in \
                           `<name>.team.yaml`";

/// Broken files never take the line down: with an earlier version in the journal carelane goes on with that.
fn check_flows(read: &flows::Read, named: Option<&Path>, opened: &Opened) -> Result<(), String> {
    if let Some(why) = read.unreadable.as_ref().filter(|_| !opened.floor().has_practices()) {
        return Err(why.clone());
    }
    read.tell_problems();
    if read.is_sound() {
        return Ok(());
    }
    if read.is_empty() && !opened.floor().has_practices() {
        return Err(NO_PRACTICE.to_owned());
    }
    if opened.floor().has_practices() {
        if read.is_empty() {
            error!(why = NO_PRACTICE, "the flow files cannot be read");
        }
        warn!("the flow files have errors: carelane goes on with the versions it used before");
        return Ok(());
    }
    let folder = named.map(|folder| format!(" {}", folder.display())).unwrap_or_default();
    Err(format!(
        "the flow files have errors (above), and there is no earlier version to go on with; `carelane check{folder}` \
         shows them again"
    ))
}

async fn name_floor(engine: &Engine) -> Result<(), String> {
    if engine.floor_id().is_some() {
        return Ok(());
    }
    let id = new_floor()?;
    engine.post(Event::FloorOpened(id.clone())).await.map_err(|_| "the desk does not answer".to_owned())?;
    engine.name_floor(id);
    Ok(())
}

/// Their sockets ended with the last process; whoever is still there comes back within seconds.
async fn softphones_are_closed(engine: &Engine) -> Result<(), String> {
    let stopped = |_| "the desk does not answer".to_owned();
    for agent in engine.view().await.map_err(stopped)?.agents.into_iter().filter(|agent| agent.softphone) {
        engine.post(Event::SoftphoneUnheard { agent: agent.id }).await.map_err(stopped)?;
    }
    Ok(())
}

/// A name that no floor had before.
pub(in crate::cli) fn new_floor() -> Result<FloorId, String> {
    Ok(FloorId::from(settings::random_hex(8)?.as_str()))
}

fn rest_client(account: &Account, args: &Args, engine: &Engine) -> Result<RestClient, String> {
    let token = account.tokens.first().cloned().unwrap_or_default();
    let mut settings = RestSettings::new(&account.api_base, &account.sid, token);
    // A redirect that was carried out in spite of an error shows itself by the fetch of its document: time for that.
    settings.backoff = Backoff { first: std::time::Duration::from_millis(1_500), ..settings.backoff };
    settings.create_rate = match args.carrier {
        CarrierKind::Twilio => Rate { per_second: args.dial_rate, burst: 5 },
        CarrierKind::Local => settings.other_rate,
    };
    let clock = engine.clock();
    RestClient::new(&settings, Arc::new(move || clock.monotonic())).map_err(|e| e.to_string())
}

/// Where `carelane call` finds us.
fn write_places(
    args: &Args,
    listening: SocketAddr,
    local: Option<&crate::carrier::local::LocalCarrier>,
) -> Result<(), String> {
    settings::write_secret(&args.data.join("api-url"), &format!("http://{listening}\n"))?;
    match local {
        Some(local) => settings::write_secret(&args.data.join("local-carrier"), &format!("{}\n", local.addr())),
        None => Ok(()),
    }
}

/// The signals carelane listens to: SIGHUP reads the flow files and the PINs again; SIGTERM and Ctrl-C end.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|e| format!("cannot listen for signals: {e}"));
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// SIGTERM or Ctrl-C.
    async fn until_stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    async fn until_told_to_stop(&mut self, reloader: &Reloader, mut reloads: mpsc::Receiver<ReloadAsked>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => drop(reloader.reload().await),
                Some(asked) = reloads.recv() => asked.answer(reloader.reload().await),
            }
        }
    }
}
