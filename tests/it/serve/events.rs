//! The event stream: a console that watches is told what changes, and nothing personal.

use std::net::SocketAddr;
use std::time::Duration;

use carelane::carrier::local::Faults;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::http;
use super::world::API_TOKEN;
use super::world::World;

/// As long as a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A console that watches.
struct Console {
    stream: TcpStream,
    heard: String,
}

impl Console {
    async fn watch(at: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(at).await.expect("carelane listens");
        let head = format!("GET /api/v1/events HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {API_TOKEN}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("carelane takes requests");
        let mut console = Self { stream, heard: String::new() };
        console.until("event: ready").await;
        console
    }

    /// Reads until these words have come; false at the end of the stream.
    async fn until(&mut self, words: &str) -> bool {
        let mut bytes = [0; 4_096];
        while !self.heard.contains(words) {
            let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await;
            let read = read.unwrap_or_else(|_| panic!("`{words}` did not come: {}", self.heard));
            match read.unwrap_or(0) {
                0 => return false,
                read => self.heard.push_str(&String::from_utf8_lossy(&bytes[..read])),
            }
        }
        true
    }

    /// The facts told of so far.
    fn facts(&self) -> Vec<Value> {
        let data =
            self.heard.lines().filter_map(|line| line.strip_prefix("data: {\"")).map(|rest| format!("{{\"{rest}"));
        let entries = data.map(|data| serde_json::from_str::<Value>(&data).expect("each event is JSON"));
        entries.flat_map(|entry| entry["facts"].as_array().cloned().unwrap_or_default()).collect()
    }
}

#[tokio::test]
async fn a_console_is_told_what_changes_and_nothing_personal() {
    let world = World::start(10.0, Faults::default()).await;
    let mut console = Console::watch(world.engine.address).await;
    let call = "dial\nexpect \"press 1\"\nkey 2\nexpect \"call you back\"\nexpect-ended";
    world.patient("+15550109009", call).await;
    world.set_state("ana", "available").await;
    assert!(console.until("\"agent_changed\"").await, "{}", console.heard);
    let told = console.facts();
    let has = |wanted: Value| {
        let wanted = wanted.as_object().expect("an object").clone();
        told.iter().any(|fact| wanted.iter().all(|(name, value)| fact[name] == *value))
    };
    assert!(has(serde_json::json!({ "fact": "agent_changed", "agent": "ana" })), "{told:?}");
    assert!(has(serde_json::json!({ "fact": "call_arrived", "call": "call-1", "practice": "riverside" })), "{told:?}");
    assert!(has(serde_json::json!({ "fact": "queued", "call": "call-1", "lane": "insurance" })), "{told:?}");
    assert!(has(serde_json::json!({ "fact": "item_opened", "call": "call-1", "item": "item-1" })), "{told:?}");
    assert!(!console.heard.contains("5550109009"), "a number was told: {}", console.heard);
}

#[tokio::test]
async fn the_stream_needs_the_token_has_an_end_and_lets_a_stop_through() {
    let mut world = World::start(10.0, Faults::default()).await;
    assert_eq!(http::get(&world.engine.url("/api/v1/events")).await.map(|answer| answer.status), Some(401));
    let mut console = Console::watch(world.engine.address).await;
    world.engine.signal("TERM");
    assert!(!console.until("never said").await, "the stream ends with carelane: {}", console.heard);
    assert_eq!(world.engine.end().await, Some(0));
    assert!(!world.engine.log().contains("did not finish"), "the stream held up the end:\n{}", world.engine.log());
}

#[tokio::test]
async fn at_most_sixty_four_consoles_watch_and_a_place_is_free_when_one_leaves() {
    let world = World::start(10.0, Faults::default()).await;
    let mut consoles = Vec::new();
    for _ in 0..64 {
        consoles.push(Console::watch(world.engine.address).await);
    }
    let refused = world.ask("GET", "events", "").await.map(|answer| (answer.status, answer.text()));
    assert!(matches!(&refused, Some((503, why)) if why.contains("close one")), "{refused:?}");
    drop(consoles.pop());
    let mut stream = TcpStream::connect(world.engine.address).await.expect("carelane listens");
    let head = format!("GET /api/v1/events HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {API_TOKEN}\r\n\r\n");
    for round in 0..100 {
        // Whoever has said everything may still listen: that a line is closed shows when something is sent to it.
        world.set_state("ana", if round % 2 == 0 { "available" } else { "not_ready" }).await;
        stream.write_all(head.as_bytes()).await.expect("carelane takes requests");
        let mut bytes = [0; 1_024];
        let read = timeout(PATIENCE, stream.read(&mut bytes)).await.expect("it answers").unwrap_or(0);
        if String::from_utf8_lossy(&bytes[..read]).starts_with("HTTP/1.1 200") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a place that was left is not free again");
}
