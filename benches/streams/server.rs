//! A server under measurement: a process of its own on a core of its own, asked for its CPU time and memory, ended with
//! the bench.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::fs::File;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use carelane::carrier::twilio::Form;
use carelane::carrier::twilio::sign;
use carelane::vocab::Private;
use form_urlencoded::Serializer;
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::Failure;
use crate::binary;
use crate::client::Callers;
use crate::client::Opened;
use crate::minimal;
use crate::rest::Double;
use crate::rest::Ring;

/// The address under which the carrier knows us. Requests go to a loopback port and are signed for this.
const PUBLIC_URL: &str = "http://voice.practice.example";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// What a call of a pair says instead of a ticket, where none is needed.
pub(crate) const PAIRED: &str = "paired";
/// Assistants at work: each has one call at a time.
const ASSISTANTS_MAX: usize = 990;
/// An assistant's phone is rung within this time.
const RING_MAX: Duration = Duration::from_secs(5);
/// Linux counts a process's CPU time in hundredths of a second, whatever its own clock does.
const TICK: Duration = Duration::from_millis(10);
/// The callers' core, and the server's.
const CORES: [&str; 2] = ["0", "1"];

/// Which server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Minimal,
    Node,
    Carelane,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Minimal, Self::Node, Self::Carelane];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Node => "node",
            Self::Carelane => "carelane",
        }
    }

    /// So many calls it carries on any machine.
    pub(crate) fn first(self) -> usize {
        match self {
            Self::Minimal => 500,
            Self::Node => 200,
            Self::Carelane => 1_000,
        }
    }
}

/// A running server.
pub(crate) struct Server {
    kind: Kind,
    address: SocketAddr,
    child: Child,
    folder: PathBuf,
    calls: usize,
    rest: Double,
}

impl Server {
    pub(crate) async fn start(kind: Kind) -> Result<Self, Failure> {
        // The build folder is on a real disk, as a practice's data are; /tmp may be memory.
        let name = format!("streams-{}-{}", kind.name(), std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder)?;
        let log = File::create(folder.join("log"))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let rest = Double::start().await?;
        let mut command = match kind {
            Kind::Minimal => pinned(&env::current_exe()?, &[minimal::ARGUMENT]),
            Kind::Node => pinned(Path::new("node"), &[&node_server()?.display().to_string()]),
            Kind::Carelane => carelane(&folder, rest.base())?,
        };
        command.env("CARELANE_LISTEN", address.to_string()).current_dir(&folder).stdin(Stdio::null());
        let child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut server = Self { kind, address, child, folder, calls: 0, rest };
        server.is_ready().await?;
        if kind == Kind::Carelane {
            // Somebody is there, and not ready: callers wait.
            server.ask("PUT", "/api/v1/agents/ana/state", r#"{"state":"not_ready"}"#.to_owned(), &[]).await?;
        }
        Ok(server)
    }

    /// One more call on this server, which hears music.
    pub(crate) async fn add(&mut self, callers: &mut Callers) -> Result<(), Failure> {
        match self.kind {
            Kind::Carelane => self.add_patient(callers).await,
            Kind::Minimal | Kind::Node => self.add_plain(callers, "").await,
        }
    }

    /// Two more calls, which hear each other.
    pub(crate) async fn add_pair(&mut self, callers: &mut Callers) -> Result<(), Failure> {
        if self.kind != Kind::Carelane {
            self.add_plain(callers, PAIRED).await?;
            return self.add_plain(callers, PAIRED).await;
        }
        self.add_patient(callers).await?;
        let path = format!("/api/v1/agents/{}/state", assistant(self.calls));
        self.ask("PUT", &path, r#"{"state":"available"}"#.to_owned(), &[]).await?;
        let Ok(Some(Ring { call, url, .. })) = timeout(RING_MAX, self.rest.rings.recv()).await else {
            return Err("a free assistant was not rung within 5 s".into());
        };
        let whisper = self.webhook(target(&url)?, &[("CallSid", &*call), ("CallStatus", "in-progress")]).await?;
        // She hears who is calling in a stream, presses 1 there, and is joined in it.
        self.open(callers, &whisper, &call, Some('1')).await
    }

    /// A patient's call, which presses 1 and waits.
    async fn add_patient(&mut self, callers: &mut Callers) -> Result<(), Failure> {
        let call = self.next_call();
        let caller = format!("+1555{:07}", self.calls);
        let fields = [("CallSid", &*call), ("CallStatus", "ringing"), ("From", &*caller), ("To", "+15550100100")];
        let document = self.webhook("/voice/incoming", &fields).await?;
        self.open(callers, &document, &call, Some('1')).await
    }

    async fn add_plain(&mut self, callers: &mut Callers, ticket: &str) -> Result<(), Failure> {
        let call = self.next_call();
        callers.add(self.address, &Opened { path: "/media", call: &call, ticket, key: None }).await
    }

    fn next_call(&mut self) -> String {
        let call = format!("CA{:032x}", self.calls);
        self.calls += 1;
        call
    }

    /// Opens the stream that this document asks for.
    async fn open(&self, callers: &mut Callers, document: &str, call: &str, key: Option<char>) -> Result<(), Failure> {
        let (url, ticket) = (attribute(document, "url")?, attribute(document, "value")?);
        let path = url.strip_prefix("ws://voice.practice.example").ok_or("a stream elsewhere")?;
        callers.add(self.address, &Opened { path, call, ticket, key }).await
    }

    /// A signed webhook, and the document that answers it.
    async fn webhook(&self, target: &str, fields: &[(&str, &str)]) -> Result<String, Failure> {
        let body = Serializer::new(String::new()).append_pair("AccountSid", ACCOUNT).extend_pairs(fields).finish();
        let signed = Form::decode(body.as_bytes())?;
        let signature = sign(&Private::new(TOKEN.to_owned()), &format!("{PUBLIC_URL}{target}"), &signed);
        self.ask("POST", target, body, &[("X-Twilio-Signature", signature)]).await
    }

    async fn ask(&self, method: &str, path: &str, body: String, more: &[(&str, String)]) -> Result<String, Failure> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(self.address).await?)).await?;
        spawn_local(connection);
        let kind = if method == "PUT" { "application/json" } else { "application/x-www-form-urlencoded" };
        let mut request = Request::builder().method(method).uri(path).header("Host", "voice.practice.example");
        for (name, value) in [("Authorization", "Bearer bench"), ("Content-Type", kind)] {
            request = request.header(name, value);
        }
        for (name, value) in more {
            request = request.header(*name, value);
        }
        let answer = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
        let status = answer.status();
        let text = String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?;
        if status.is_success() { Ok(text) } else { Err(format!("{path} was answered by {status}: {text}").into()) }
    }

    async fn is_ready(&mut self) -> Result<(), Failure> {
        for _ in 0..200 {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{} ended while starting ({status}):\n{}", self.kind.name(), self.log()).into());
            }
            let answers = match self.kind {
                Kind::Carelane => self.ask("GET", "/readyz", String::new(), &[]).await.is_ok(),
                Kind::Minimal | Kind::Node => TcpStream::connect(self.address).await.is_ok(),
            };
            if answers {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{} did not become ready:\n{}", self.kind.name(), self.log()).into())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// CPU time so far, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let ticks = self.sum("stat", |stat| {
            // The program's name may hold anything, also blanks; it ends at the last parenthesis.
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            (11..13).map(|at| fields.get(at)?.parse::<u64>().ok()).sum()
        })?;
        Ok(TICK * u32::try_from(ticks)?)
    }

    /// Memory in use, in bytes.
    pub(crate) fn memory(&self) -> Result<u64, Failure> {
        let kibibytes = self.sum("status", |status| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.split_whitespace().next()?.parse().ok()
        })?;
        Ok(kibibytes * 1_024)
    }

    /// A number of the process and its children, added up.
    fn sum(&self, file: &str, read: impl Fn(&str) -> Option<u64>) -> Result<u64, Failure> {
        let mut parents = BTreeMap::new();
        for entry in fs::read_dir("/proc")? {
            let path = entry?.path();
            let pid = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
            // A process may end between the listing and the reading.
            let Ok(stat) = fs::read_to_string(path.join("stat")) else { continue };
            let parent =
                stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
            if let (Some(pid), Some(parent)) = (pid, parent) {
                parents.insert(pid, parent);
            }
        }
        let ours = |mut pid: u32| loop {
            match parents.get(&pid) {
                _ if pid == self.child.id() => return true,
                Some(parent) => pid = *parent,
                None => return false,
            }
        };
        let texts =
            parents.keys().filter(|pid| ours(**pid)).map(|pid| fs::read_to_string(format!("/proc/{pid}/{file}")));
        Ok(texts.filter_map(|text| read(&text.ok()?)).sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and what is left in the build folder harms nobody.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// The path of a URL of ours.
fn target(url: &str) -> Result<&str, Failure> {
    url.strip_prefix(PUBLIC_URL).ok_or_else(|| format!("a URL elsewhere: {url}").into())
}

/// The assistant who joins the call that was placed last.
fn assistant(calls: usize) -> String {
    format!("assistant-{calls}")
}

/// The real server, with the demo's flow and many more assistants; it lets more callers in than a practice has.
fn carelane(folder: &Path, rest_base: &str) -> Result<Command, Failure> {
    let flows = folder.join("flows");
    fs::create_dir_all(&flows)?;
    for (path, text) in carelane::flow::demo() {
        let file = Path::new(path).file_name().ok_or("a flow file has a name")?;
        let text = text.replace("calls: 1000 #", "calls: 50000 #").replace("max_waiting: 100", "# unbounded");
        let text = text.replace("\nagents:\n", &format!("\nagents:\n{}", assistants()));
        fs::write(flows.join(file), text)?;
    }
    let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds").display().to_string();
    let mut command = pinned(&binary::carelane()?, &["serve"]);
    for (name, value) in [
        ("CARELANE_DATA", "data"),
        ("CARELANE_FLOWS", "flows"),
        ("CARELANE_SOUNDS", &sounds),
        ("CARELANE_PUBLIC_URL", PUBLIC_URL),
        ("CARELANE_CARRIER", "twilio"),
        ("CARELANE_MEDIA", "stream"),
        ("CARELANE_OPEN", "always"),
        ("CARELANE_API_TOKEN", "bench"),
        ("CARELANE_DIAL_RATE", "500"),
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_AUTH_TOKEN", TOKEN),
        ("TWILIO_API_BASE", rest_base),
    ] {
        command.env(name, value);
    }
    Ok(command)
}

/// Assistants of the front desk, as a team file has them.
fn assistants() -> String {
    let one = |number| {
        let (id, address) = (assistant(number), format!("+15557{number:06}"));
        format!(
            "  {id}:\n    name: Assistant {number}\n    address: \"{address}\"\n    groups: [front-desk]\n    \
             languages: [en-US]\n"
        )
    };
    (1..=ASSISTANTS_MAX).map(one).collect()
}

/// This program runs on the callers' core from now on. Without `taskset` nobody is pinned, and the lines say less.
pub(crate) fn pin_self() {
    let own = std::process::id().to_string();
    let done = Command::new("taskset").args(["-cp", CORES[0], &own]).stdout(Stdio::null()).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("taskset is missing or refuses: callers and server share the cores");
    }
}

fn pinned(program: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", CORES[1]]).arg(program).args(words);
    command
}

/// Are Node and its package manager here?
pub(crate) fn has_node() -> bool {
    let answers = |program: &str| {
        let asked = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    answers("node") && answers("npm")
}

/// `peers/ws.js` beside its packages, which are fetched into the build folder once.
fn node_server() -> Result<PathBuf, Failure> {
    let (from, to) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers"), env!("CARGO_TARGET_TMPDIR"));
    let to = Path::new(to).join("peers");
    fs::create_dir_all(&to)?;
    for file in ["package.json", "ws.js"] {
        fs::copy(from.join(file), to.join(file))?;
    }
    if !to.join("node_modules/ws").exists() {
        let npm =
            Command::new("npm").args(["install", "--no-audit", "--no-fund", "--silent"]).current_dir(&to).status()?;
        if !npm.success() {
            return Err(format!("npm could not fetch the packages of {}", to.display()).into());
        }
    }
    Ok(to.join("ws.js"))
}

fn attribute<'d>(document: &'d str, name: &str) -> Result<&'d str, Failure> {
    let begin = format!(" {name}=\"");
    let found = document.split_once(&begin).and_then(|(_, rest)| rest.split('"').next());
    found.ok_or_else(|| format!("no {name} in {document}").into())
}
