//! The demo as a newcomer starts it: the real binary with its built-in carrier, and pages that are sockets.

use std::path::Path;
use std::time::Duration;

use carelane::flow::demo;
use serde_json::Value;
use serde_json::json;

use crate::serve::http;
use crate::serve::http::Answer;
use crate::serve::process::Served;
use crate::serve::process::free_address;
use crate::stream::carrier::Call;

pub(super) const API_TOKEN: &str = "browser-test-api-token";

/// The running demo. Usually its automatic assistant is not in the team: who takes a call is a test's business.
pub(super) struct Demo {
    pub(super) engine: Served,
}

impl Demo {
    pub(super) async fn start() -> Self {
        Self::start_with(|_, text| text).await
    }

    /// With the demo's flow files changed so.
    pub(super) async fn start_with(change: impl Fn(&str, String) -> String) -> Self {
        let demo = Self::start_as(|name, text| change(name, text.replace("\n  rosa:", "\n  rosalind:"))).await;
        // Somebody is there, and not ready: callers wait.
        demo.sets("ben", "not_ready").await;
        demo
    }

    /// As a newcomer finds it: the automatic assistant is at work.
    pub(super) async fn start_with_rosa() -> Self {
        let demo = Self::start_as(|_, text| text).await;
        demo.until_floor(|floor| floor["agents"].to_string().contains("\"available\"")).await;
        demo
    }

    async fn start_as(change: impl Fn(&str, String) -> String) -> Self {
        let sounds = Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds").display().to_string();
        let vars = [
            ("CARELANE_SOUNDS", &*sounds),
            ("CARELANE_API_TOKEN", API_TOKEN),
            ("CARELANE_LOCAL_CARRIER", "127.0.0.1:0"),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut engine = Served::new(free_address(), vars.into());
        let folder = engine.folder.path().join("flows");
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        for (path, text) in demo() {
            let name = path.rsplit('/').next().expect("a name");
            std::fs::write(folder.join(name), change(name, text.to_owned())).expect("a file can be written");
        }
        engine.start_and_wait().await;
        Self { engine }
    }

    /// A page asks for a call.
    pub(super) async fn place(&self, body: &Value) -> Answer {
        let origin = format!("http://{}", self.engine.address);
        let headers = [("content-type", "application/json"), ("origin", origin.as_str())];
        let url = self.engine.url("/phone/calls");
        http::send("POST", &url, &headers, body.to_string().as_bytes()).await.expect("carelane answers")
    }

    /// A patient's page calls and opens its line.
    pub(super) async fn patient_calls(&self, from: &str) -> Call {
        let placed = self.place(&json!({ "from": from })).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        self.opens(&placed.json()).await
    }

    /// A page opens the line that it was told of.
    pub(super) async fn opens(&self, place: &Value) -> Call {
        let word = |name: &str| place[name].as_str().expect("a text").to_owned();
        let mut call = Call::open(&format!("ws://{}/{}", self.engine.address, word("stream"))).await;
        call.begin(&word("call"), &word("ticket")).await;
        call
    }

    pub(super) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {API_TOKEN}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let url = self.engine.url(&format!("/api/v1/{path}"));
        http::send(method, &url, &headers, body.to_string().as_bytes()).await.expect("carelane answers")
    }

    pub(super) async fn sets(&self, agent: &str, state: &str) {
        let answer = self.ask("PUT", &format!("agents/{agent}/state"), &json!({ "state": state })).await;
        assert!(answer.status < 300, "{}", answer.text());
    }

    pub(super) async fn floor(&self) -> Value {
        self.ask("GET", "floor", &Value::Null).await.json()
    }

    /// The floor as soon as it is so.
    pub(super) async fn until_floor(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..2_000 {
            let floor = self.floor().await;
            if is_so(&floor) {
                return floor;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the floor is not so within 20 s: {:#}\n{}", self.floor().await, self.engine.log());
    }
}
