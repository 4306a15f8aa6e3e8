//! The real binary as a child process: started, signalled, killed, started again on the same data and address.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use super::http;
use super::world::ACCOUNT;
use super::world::API_TOKEN;
use super::world::AUTH_TOKEN;

/// Longer than any start or end takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder of its own, gone with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("carelane-serve-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of a failed test is in the system's folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An address nobody uses now. A child needs it before it starts, because the carrier is told first; and again after
/// each restart, so it is none of those that the system hands out meanwhile (32,768 and above).
pub(crate) fn free_address() -> SocketAddr {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let n = std::process::id().wrapping_mul(97).wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + n % 20_000).expect("a port");
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().expect("a bound socket has an address");
        }
    }
}

/// The binary with nothing of this process's environment.
pub(crate) fn carelane(words: &[&str], vars: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carelane"));
    command.args(words).env_clear().stdin(Stdio::null());
    command.envs(vars.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    command
}

/// Runs the binary to its end.
pub(crate) fn run(words: &[&str], vars: &[(String, String)]) -> Output {
    carelane(words, vars).output().expect("the binary runs")
}

/// Can this machine give a process a small disk of its own? Some containers forbid it.
pub(crate) fn has_small_disks() -> bool {
    let mounts = ["-Urm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"];
    Command::new("unshare").args(mounts).output().is_ok_and(|output| output.status.success())
}

/// The settings of an engine behind a carrier whose REST API is there, open day and night; and more of them.
pub(crate) fn behind_a_carrier(api_base: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let vars = [
        ("CARELANE_CARRIER", "twilio"),
        ("CARELANE_API_TOKEN", API_TOKEN),
        ("CARELANE_OPEN", "always"),
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
        ("TWILIO_API_BASE", api_base),
    ];
    vars.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// `carelane serve`, in a folder of its own: its flow files are in `flows` there, if a test writes some.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) folder: Folder,
    pub(crate) vars: Vec<(String, String)>,
    /// The data folder is a file system of its own, of this size (`16m`), gone with the process.
    pub(crate) small_disk: Option<&'static str>,
    /// The small disk is full before the process starts.
    pub(crate) starts_full: bool,
    child: Option<Child>,
}

impl Served {
    /// Settings without a process; `start` makes one.
    pub(crate) fn new(address: SocketAddr, vars: Vec<(String, String)>) -> Self {
        let folder = Folder::new();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut all = vec![
            ("CARELANE_LISTEN".to_owned(), address.to_string()),
            ("CARELANE_DATA".to_owned(), at("data")),
            ("RUST_LOG".to_owned(), "debug,hyper=info,hyper_util=info".to_owned()),
        ];
        all.extend(vars);
        Self { address, folder, vars: all, small_disk: None, starts_full: false, child: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn start(&mut self) {
        let log = |name: &str| -> Stdio {
            let file = File::options().append(true).create(true).open(self.folder.path().join(name));
            file.expect("a log can be written").into()
        };
        let mut command = match self.small_disk {
            None => carelane(&["serve"], &self.vars),
            Some(size) => self.on_a_small_disk(size),
        };
        command.current_dir(self.folder.path());
        let child = command.stdout(log("stdout")).stderr(log("stderr")).spawn();
        self.child = Some(child.expect("the binary starts"));
    }

    fn on_a_small_disk(&self, size: &str) -> Command {
        std::fs::create_dir_all(self.data()).expect("a folder can be made");
        let fill = if self.starts_full { "cat /dev/zero 2>/dev/null >\"$0/filler\";" } else { "" };
        // What an earlier process wrote is on the small disk, too.
        let mount = format!(
            "cp -a \"$0\" \"$0.kept\" && mount -t tmpfs -o size={size} tmpfs \"$0\" && cp -a \"$0.kept/.\" \"$0\" \
             && {{ {fill} exec \"$@\"; }}"
        );
        let mut command = Command::new("unshare");
        command.args(["-Urm", "sh", "-c", &mount]).arg(self.data()).args([env!("CARGO_BIN_EXE_carelane"), "serve"]);
        command.env_clear().stdin(Stdio::null()).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(self.vars.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command
    }

    /// A file of the small disk, seen from outside.
    fn filler(&self) -> PathBuf {
        let child = self.child.as_ref().expect("carelane runs");
        let root = PathBuf::from(format!("/proc/{}/root", child.id()));
        root.join(self.data().strip_prefix("/").expect("an absolute path")).join("filler")
    }

    /// Writes to the small disk until it is full.
    pub(crate) fn fill_disk(&self) {
        let mut file = File::create(self.filler()).expect("a file can be made");
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives the space back.
    pub(crate) fn free_disk(&self) {
        std::fs::remove_file(self.filler()).expect("the file can be removed");
    }

    /// Starts and waits until calls can be taken; how long that took.
    #[expect(clippy::disallowed_methods, reason = "a test of a real process waits in real time")]
    pub(crate) async fn start_and_wait(&mut self) -> Duration {
        let began = Instant::now();
        self.start();
        loop {
            if http::get(&self.url("/readyz")).await.is_some_and(|answer| answer.status == 200) {
                return began.elapsed();
            }
            let ended = self.child.as_mut().and_then(|child| child.try_wait().expect("the child can be asked"));
            if let Some(status) = ended {
                panic!("carelane ended with {status} instead of getting ready:\n{}", self.log());
            }
            assert!(began.elapsed() < PATIENCE, "carelane is not ready after {PATIENCE:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the child can be killed");
            child.wait().expect("the child can be waited for");
        }
    }

    /// Sends `HUP`, `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let child = self.child.as_ref().expect("carelane runs");
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status();
        assert!(sent.expect("a shell").success(), "the signal {name} was not sent");
    }

    /// Waits until calls can be taken, or the process has ended; says which.
    pub(crate) async fn comes_up(&mut self) -> bool {
        loop {
            if http::get(&self.url("/readyz")).await.is_some_and(|answer| answer.status == 200) {
                return true;
            }
            if self.ended().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// If it has ended by itself, how: the exit code, or `None` in it for a signal.
    pub(crate) fn ended(&mut self) -> Option<Option<i32>> {
        let child = self.child.as_mut().expect("carelane runs");
        child.try_wait().expect("the child can be asked").map(|status| status.code())
    }

    /// Waits for the end; the exit code, or `None` if a signal ended it.
    #[expect(clippy::disallowed_methods, reason = "a test of a real process waits in real time")]
    pub(crate) async fn end(&mut self) -> Option<i32> {
        let began = Instant::now();
        let mut child = self.child.take().expect("carelane runs");
        loop {
            if let Some(status) = child.try_wait().expect("the child can be asked") {
                return status.code();
            }
            if began.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("carelane does not end within {PATIENCE:?}:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Everything it has printed so far.
    pub(crate) fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        format!("{}{}", read("stdout"), read("stderr"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
