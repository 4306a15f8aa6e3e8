//! A real browser: Chromium without a window, driven over its own debugging websocket. Its microphone is a machine
//! that beeps.

use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::serve::process::Folder;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// No sandbox, because tests may run as root; nothing that asks the world for anything.
const SETTINGS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--remote-debugging-port=0",
    "--window-size=1280,900",
];

/// A running browser; it ends with the value.
pub(super) struct Chromium {
    child: Child,
    _folder: Folder,
    wire: Mutex<Wire>,
}

struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
    /// What pages complained of.
    complaints: Vec<String>,
}

/// The browser of this machine: the one that `CARELANE_CHROMIUM` names, or one of the usual names.
fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CARELANE_CHROMIUM") {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.exists())
}

impl Chromium {
    /// Starts it. Without a browser on this machine the test says so, whoever captures its words, and is over; where
    /// `CI` is set it fails, unless `CARELANE_NO_CHROMIUM` says that there is none.
    pub(super) async fn start(more: &[&str]) -> Option<Self> {
        let Some(program) = find() else {
            let excused = std::env::var_os("CI").is_none() || std::env::var_os("CARELANE_NO_CHROMIUM").is_some();
            assert!(excused, "there is no Chromium: install one, or set CARELANE_CHROMIUM to its path");
            // Not by `eprintln!`: a passing test's words are thrown away.
            let _ = writeln!(std::io::stderr(), "\nSKIPPED: no Chromium here; the pages were not tried in a browser\n");
            return None;
        };
        let folder = Folder::new();
        let mut child = Command::new(program)
            .args(SETTINGS)
            .args(more)
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Chromium starts");
        let lines = BufReader::new(child.stderr.take().expect("its words")).lines();
        let (found, address) = oneshot::channel();
        // What it says must be read to the end, or it would stand still.
        std::thread::spawn(move || {
            let mut found = Some(found);
            for line in lines.map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("DevTools listening on ")
                    && let Some(found) = found.take()
                {
                    let _ = found.send(address.to_owned());
                }
            }
        });
        let address =
            timeout(PATIENCE, address).await.expect("Chromium listens").expect("Chromium does not end at once");
        let (socket, _) = tokio_tungstenite::connect_async(address).await.expect("Chromium takes a debugger");
        let wire = Mutex::new(Wire { socket, last: 0, complaints: Vec::new() });
        Some(Self { child, _folder: folder, wire })
    }

    async fn ask(&self, method: &str, params: Value, session: Option<&str>) -> Value {
        let mut wire = self.wire.lock().await;
        wire.last += 1;
        let id = wire.last;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        wire.socket.send(Message::Text(message.to_string().into())).await.expect("Chromium listens");
        timeout(PATIENCE, async {
            loop {
                let Some(Ok(Message::Text(text))) = wire.socket.next().await else { continue };
                let told: Value = serde_json::from_str(&text).expect("JSON");
                if told["id"] == id {
                    assert!(told["error"].is_null(), "{method}: {told}");
                    return told["result"].clone();
                }
                wire.note(&told);
            }
        })
        .await
        .unwrap_or_else(|_| panic!("{method}: no answer"))
    }

    /// A new tab at this address.
    pub(super) async fn tab(&self, url: &str) -> Tab<'_> {
        let target = self.ask("Target.createTarget", json!({"url": "about:blank"}), None).await;
        let target = target["targetId"].as_str().expect("a target").to_owned();
        let attached = json!({"targetId": target, "flatten": true});
        let session = self.ask("Target.attachToTarget", attached, None).await["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        let tab = Tab { browser: self, session };
        for room in ["Page.enable", "Runtime.enable", "Log.enable"] {
            tab.ask(room, json!({})).await;
        }
        tab.ask("Page.navigate", json!({"url": url})).await;
        tab.until("document.readyState === 'complete'").await;
        tab
    }

    /// What pages have complained of so far: errors, and what their policy forbade.
    pub(super) async fn complaints(&self) -> Vec<String> {
        self.wire.lock().await.complaints.clone()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Wire {
    fn note(&mut self, told: &Value) {
        let complaint = match told["method"].as_str() {
            Some("Log.entryAdded") if told["params"]["entry"]["level"] == "error" => &told["params"]["entry"]["text"],
            Some("Runtime.exceptionThrown") => &told["params"]["exceptionDetails"],
            _ => return,
        };
        self.complaints.push(complaint.to_string());
    }
}

/// One page.
pub(super) struct Tab<'b> {
    browser: &'b Chromium,
    session: String,
}

impl Tab<'_> {
    pub(super) async fn ask(&self, method: &str, params: Value) -> Value {
        self.browser.ask(method, params, Some(&self.session)).await
    }

    /// What an expression is in the page, as after a press of a button.
    pub(super) async fn is(&self, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let told = self.ask("Runtime.evaluate", params).await;
        assert!(told["exceptionDetails"].is_null(), "{expression}: {}", told["exceptionDetails"]);
        told["result"]["value"].clone()
    }

    /// Waits until an expression holds.
    pub(super) async fn until(&self, expression: &str) {
        let holds = async {
            while self.is(expression).await != true {
                sleep(Duration::from_millis(50)).await;
            }
        };
        if timeout(PATIENCE, holds).await.is_err() {
            let text = "document.body ? document.body.innerText : ''";
            panic!("not in a minute: {expression}\nthe page: {}", self.is(text).await);
        }
    }

    /// Waits until the words stand in the element of this id.
    pub(super) async fn shows(&self, id: &str, words: &str) {
        let words = Value::from(words);
        self.until(&format!("document.getElementById('{id}').textContent.includes({words})")).await;
    }

    /// Presses the button of this id.
    pub(super) async fn press(&self, id: &str) {
        let button = format!("document.getElementById('{id}')");
        self.until(&format!("{button} && !{button}.disabled && {button}.offsetParent !== null")).await;
        self.is(&format!("{button}.click()")).await;
    }

    pub(super) async fn write(&self, id: &str, text: &str) {
        self.is(&format!("document.getElementById('{id}').value = {}", Value::from(text))).await;
    }

    pub(super) async fn to_the_front(&self) {
        self.ask("Page.bringToFront", json!({})).await;
    }

    /// Pictures of the page in both themes and two sizes, if `CARELANE_SCREENSHOTS` names a folder for them.
    pub(super) async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("CARELANE_SCREENSHOTS") else { return };
        for (theme, width, height) in
            [("light", 1_200, 900), ("dark", 1_200, 900), ("light", 390, 844), ("dark", 390, 844)]
        {
            let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            self.ask("Emulation.setDeviceMetricsOverride", size).await;
            let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
            self.ask("Emulation.setEmulatedMedia", scheme).await;
            let shot =
                self.ask("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true})).await;
            let png = STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64");
            let file = PathBuf::from(&folder).join(format!("{name}-{theme}-{width}.png"));
            File::create(file).and_then(|mut file| file.write_all(&png)).expect("a picture can be written");
        }
    }
}
