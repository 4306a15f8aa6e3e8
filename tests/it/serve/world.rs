//! A practice on the phone network: the real binary, and a carrier in this process that outlives it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carelane::carrier::local::Api;
use carelane::carrier::local::Clock;
use carelane::carrier::local::Delivery;
use carelane::carrier::local::Faults;
use carelane::carrier::local::Line;
use carelane::carrier::local::LocalCarrier;
use carelane::carrier::local::LocalSettings;
use carelane::carrier::local::Role;
use carelane::carrier::local::script;
use carelane::carrier::local::script::Desk;
use carelane::carrier::local::script::Script;
use carelane::carrier::local::script::Transcript;
use carelane::flow::demo;
use carelane::vocab::Number;
use carelane::vocab::Private;
use carelane::vocab::Timestamp;
use serde_json::Value;

use super::http;
use super::http::Answer;
use super::process::Served;
use super::process::behind_a_carrier;
use super::process::free_address;

pub(crate) const OURS: &str = "+15550100100";
pub(crate) const STAFF: &str = "+15550100199";
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub(crate) const AUTH_TOKEN: &str = "serve-test-auth-token";
pub(crate) const API_TOKEN: &str = "serve-test-api-token";

/// One request of the carrier to the engine, kept.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) url: String,
    pub(crate) carrier_call: String,
    pub(crate) call_status: String,
    pub(crate) answer: Option<(u16, String)>,
}

/// The carrier, the engine, and what went between them.
pub(crate) struct World {
    pub(crate) carrier: LocalCarrier,
    pub(crate) engine: Served,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl World {
    /// Starts both. A call's seconds pass `speed` times faster than the clock's; the engine's own timers do not.
    pub(crate) async fn start(speed: f64, faults: Faults) -> Self {
        let mut world = Self::stopped(free_address(), speed, faults).await;
        world.engine.start_and_wait().await;
        world
    }

    /// A carrier in front of an engine that is not started yet.
    pub(crate) async fn stopped(address: SocketAddr, speed: f64, faults: Faults) -> Self {
        Self::stopped_at(address, speed, faults, Arc::new(now)).await
    }

    /// The same with the carrier's own clock.
    pub(crate) async fn stopped_at(address: SocketAddr, speed: f64, faults: Faults, clock: Clock) -> Self {
        let url = |path: &str| format!("http://{address}{path}");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let token = Private::new(AUTH_TOKEN.to_owned());
        let (voice, status) = (url("/voice/incoming"), url("/voice/status"));
        let mut settings = LocalSettings::new(voice, status, ACCOUNT.to_owned(), token, clock);
        settings.numbers = [OURS, STAFF].map(|number| Number::parse(number).expect("a number")).to_vec();
        settings.speed = speed;
        settings.faults = faults;
        let kept = Arc::clone(&seen);
        settings.watch = Some(Arc::new(move |delivery| kept.lock().expect("no test panics here").push(keep(delivery))));
        let carrier = LocalCarrier::start(settings).await.expect("a free port");
        let vars = behind_a_carrier(&carrier.api_base(), &[("CARELANE_DIAL_RATE", "50")]);
        let engine = Served::new(address, vars);
        write_flows(&engine, |_, text| text);
        Self { carrier, engine, seen }
    }

    /// Every request of the carrier so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics here").clone()
    }

    /// A client of the public API.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.engine.url(""), Private::new(API_TOKEN.to_owned()))
    }

    /// One API request with the token; `None` while nobody answers.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        ask(&self.engine.url(""), method, path, body).await
    }

    pub(crate) async fn floor(&self) -> Value {
        self.ask("GET", "floor", "").await.expect("carelane answers").json()
    }

    pub(crate) async fn phone(&self, number: &str, role: Role) -> Line {
        let number = Number::parse(number).expect("a number");
        Line::connect(&self.carrier.phone_url(), Some(&number), role).await.expect("the carrier takes phones")
    }

    /// A written call of a patient with this number.
    pub(crate) async fn patient(&self, number: &str, text: &str) -> Transcript {
        let mut line = self.phone(number, Role::Patient).await;
        play(&mut line, None, text).await
    }

    /// A written shift of an assistant of the demo's team.
    pub(crate) async fn assistant(&self, agent: &str, text: &str) -> Transcript {
        let floor = self.floor().await;
        let found = list(&floor["agents"]).iter().find(|a| a["id"] == agent).expect("she is in the team");
        let mut line = self.phone(found["address"].as_str().expect("a phone"), Role::Assistant).await;
        let desk = Desk { api: self.api(), agent: agent.to_owned() };
        play(&mut line, Some(&desk), text).await
    }

    /// Signs an assistant in or out.
    pub(crate) async fn set_state(&self, agent: &str, state: &str) {
        self.api().set_state(agent, state).await.expect("the state is taken");
    }

    /// The carrier's own list of calls, by its REST API.
    pub(crate) async fn carrier_calls(&self) -> Vec<Value> {
        let credentials = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{AUTH_TOKEN}")));
        let mut found = Vec::new();
        for page in 0.. {
            let query = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json?PageSize=1000&Page={page}");
            let url = format!("{}{query}", self.carrier.api_base());
            let answer = http::send("GET", &url, &[("authorization", &credentials)], b"").await;
            let answer = answer.expect("the carrier answers").json();
            found.extend_from_slice(list(&answer["calls"]));
            if answer["next_page_uri"].is_null() {
                break;
            }
        }
        found
    }

    /// Waits until no call is up at the carrier and none is alive on the floor; the floor then.
    pub(crate) async fn until_quiet(&self) -> Value {
        for _ in 0..1_500 {
            let up = self.carrier_calls().await.iter().filter(|call| is_up(call)).count();
            if up == 0 {
                let floor = self.floor().await;
                let alive = list(&floor["calls"]).iter().filter(|call| call["state"] != "wrap_up").count();
                if alive == 0 {
                    return floor;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("calls are up after 30 s: {:#?} on the floor: {:#}", self.carrier_calls().await, self.floor().await);
    }
}

pub(crate) async fn ask(origin: &str, method: &str, path: &str, body: &str) -> Option<Answer> {
    let bearer = format!("Bearer {API_TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    http::send(method, &format!("{origin}/api/v1/{path}"), &headers, body.as_bytes()).await
}

/// The demo's flow files in the engine's folder, each changed as the test needs it.
pub(crate) fn write_flows(engine: &Served, change: impl Fn(&str, String) -> String) {
    let folder = engine.folder.path().join("flows");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    for (path, text) in demo() {
        let name = path.rsplit('/').next().expect("a name");
        std::fs::write(folder.join(name), change(name, text.to_owned())).expect("a file can be written");
    }
}

fn keep(delivery: &Delivery<'_>) -> Seen {
    let params: BTreeMap<&str, &str> = delivery.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let param = |name: &str| params.get(name).copied().unwrap_or_default().to_owned();
    Seen {
        url: delivery.url.to_owned(),
        carrier_call: param("CallSid"),
        call_status: param("CallStatus"),
        answer: delivery.answer.map(|(status, body)| (status, String::from_utf8_lossy(body).into_owned())),
    }
}

/// Runs a script on a phone; a failure shows what was heard.
pub(crate) async fn play(line: &mut Line, desk: Option<&Desk>, text: &str) -> Transcript {
    let script = Script::parse("call", text).unwrap_or_else(|error| panic!("{error}"));
    script::run(&script, line, desk, |_| {}).await.unwrap_or_else(|failure| panic!("{failure}"))
}

/// A JSON list; empty if it is none.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Is this call of the carrier's list still up?
pub(crate) fn is_up(call: &Value) -> bool {
    ["queued", "ringing", "in-progress"].iter().any(|status| call["status"] == *status)
}

#[expect(clippy::disallowed_methods, reason = "the carrier under test needs a time of day, as its settings")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("before the year 292 million"))
}
