//! A server under measurement: started as a process of its own, asked for its CPU time, ended with the bench.

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

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::ACCOUNT;
use crate::Failure;
use crate::PUBLIC_URL;
use crate::TOKEN;
use crate::binary;
use crate::ceiling;
use crate::report::Round;

/// Linux counts a process's CPU time in hundredths of a second, whatever its own clock does.
const TICK: Duration = Duration::from_millis(10);
/// How often a starting server is asked whether it is ready, 50 ms apart.
const READY_ATTEMPTS: usize = 200;

pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) rounds: Vec<Round>,
    address: SocketAddr,
    child: Child,
    folder: PathBuf,
}

impl Peer {
    /// The ceiling: this program, started anew.
    pub(crate) async fn ceiling() -> Result<Self, Failure> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(ceiling::ARGUMENT);
        Self::start("ceiling", command).await
    }

    /// The real server, with the demo's flow and nobody signed in; the flow lets more callers in than a practice has.
    pub(crate) async fn carelane(rest_base: &str) -> Result<Self, Failure> {
        let mut command = Command::new(binary::carelane()?);
        command.arg("serve");
        let flows = Path::new(env!("CARGO_TARGET_TMPDIR")).join("webhook-flows");
        fs::create_dir_all(&flows)?;
        for (path, text) in carelane::flow::demo() {
            let file = Path::new(path).file_name().ok_or("a flow file has a name")?;
            let text = text.replace("calls: 1000 #", "calls: 50000 #").replace("max_waiting: 100", "# unbounded");
            fs::write(flows.join(file), text)?;
        }
        let flows = flows.display().to_string();
        for (name, value) in [
            ("CARELANE_DATA", "data"),
            ("CARELANE_FLOWS", flows.as_str()),
            ("CARELANE_DIAL_RATE", "500"),
            ("CARELANE_PUBLIC_URL", PUBLIC_URL),
            ("CARELANE_CARRIER", "twilio"),
            ("CARELANE_OPEN", "always"),
            ("CARELANE_API_TOKEN", "bench"),
            ("TWILIO_ACCOUNT_SID", ACCOUNT),
            ("TWILIO_AUTH_TOKEN", TOKEN),
            ("TWILIO_API_BASE", rest_base),
        ] {
            command.env(name, value);
        }
        Self::start("carelane", command).await
    }

    async fn start(name: &'static str, mut command: Command) -> Result<Self, Failure> {
        // The build folder is on a real disk, as a practice's data are; /tmp may be memory.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("webhook-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let log = File::create(folder.join("log"))?;
        let address = free_address()?;
        command.env("CARELANE_LISTEN", address.to_string()).current_dir(&folder).stdin(Stdio::null());
        let child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut peer = Self { name, rounds: Vec::new(), address, child, folder };
        for _ in 0..READY_ATTEMPTS {
            if let Some(status) = peer.child.try_wait()? {
                return Err(format!("{name} ended while starting ({status}). Its log:\n{}", peer.log()).into());
            }
            if is_ready(address).await {
                return Ok(peer);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{name} did not become ready. Its log:\n{}", peer.log()).into())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// CPU time of the process and its descendants so far, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let mut processes = BTreeMap::new();
        for entry in fs::read_dir("/proc")? {
            let path = entry?.path();
            let pid = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
            // A process may end between the listing and the reading.
            if let (Some(pid), Ok(stat)) = (pid, fs::read_to_string(path.join("stat"))) {
                processes.insert(pid, read_stat(&stat).ok_or_else(|| format!("{} is strange", path.display()))?);
            }
        }
        let root = self.child.id();
        let of_ours = processes.iter().filter(|(pid, _)| descends(**pid, root, &processes));
        let ticks: u64 = of_ours.map(|(_, (_, ticks))| ticks).sum();
        Ok(TICK * u32::try_from(ticks)?)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself, and what is left in the build folder harms nobody.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// Parent and CPU ticks (own and of children that ended) of one `/proc/PID/stat`.
fn read_stat(stat: &str) -> Option<(u32, u64)> {
    // The program's name may hold anything, also blanks; it ends at the last parenthesis.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: Option<u64> = (11..15).map(|at| fields.get(at)?.parse::<u64>().ok()).sum();
    Some((fields.get(1)?.parse().ok()?, ticks?))
}

fn descends(mut pid: u32, root: u32, processes: &BTreeMap<u32, (u32, u64)>) -> bool {
    while pid != root {
        match processes.get(&pid) {
            Some((parent, _)) => pid = *parent,
            None => return false,
        }
    }
    true
}

/// A port that was free a moment ago.
fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(())
    };
    ask.await.is_some()
}
