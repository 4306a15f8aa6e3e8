//! Behaviour tests: an assistant's softphone that is a socket.

use std::time::Duration;

use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::demo::Demo;

const PATIENCE: Duration = Duration::from_secs(20);

/// A page of an assistant.
pub(super) struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Does it answer pings?
    heard: bool,
}

impl Page {
    pub(super) async fn open(demo: &Demo, agent: &str) -> Self {
        let told = demo.ask("POST", &format!("agents/{agent}/softphone"), &json!({})).await;
        assert_eq!(told.status, 201, "{}", told.text());
        let mut page = Self::connect(demo).await;
        page.say(json!({"event": "start", "ticket": told.json()["ticket"]})).await;
        assert_eq!(page.next().await["event"], "ready");
        page
    }

    async fn connect(demo: &Demo) -> Self {
        let url = format!("ws://{}/softphone/line", demo.engine.address);
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("carelane takes softphones");
        Self { socket, heard: true }
    }

    pub(super) async fn say(&mut self, words: Value) {
        // carelane may have closed it meanwhile; what it sends tells.
        let _ = self.socket.send(Message::Text(words.to_string().into())).await;
    }

    /// The next message that is no ping; null when the socket is closed.
    async fn next(&mut self) -> Value {
        loop {
            let text = match timeout(PATIENCE, self.socket.next()).await.expect("carelane says something") {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(frame))) => return json!({"closed": frame.map(|f| f.reason.to_string())}),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Value::Null,
            };
            let told: Value = serde_json::from_str(&text).expect("JSON");
            match told["event"].as_str() {
                Some("ping") if self.heard => self.say(json!({"event": "pong", "ping": told["ping"]})).await,
                Some("ping") => {}
                _ => return told,
            }
        }
    }

    /// The next message of this kind, whatever else comes before it.
    pub(super) async fn until(&mut self, event: &str) -> Value {
        loop {
            let told = self.next().await;
            assert!(told["event"].is_string(), "{told} instead of {event}");
            if told["event"] == event {
                return told;
            }
        }
    }

    /// Answers pings for so long.
    async fn idles(&mut self, time: Duration) {
        if let Ok(told) = timeout(time, self.next()).await {
            panic!("nothing was to come: {told}");
        }
    }
}

/// Whether the assistant is rung at her softphone, and what she is doing.
pub(super) fn of(floor: &Value, agent: &str) -> (bool, String) {
    let found = floor["agents"].as_array().expect("a list").iter().find(|found| found["id"] == agent).expect("her");
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    (found["softphone"] == true, format!("{} {}", text("state"), text("reason")).trim().to_owned())
}

pub(super) async fn ready(demo: &Demo, agent: &str) -> Page {
    let mut page = Page::open(demo, agent).await;
    page.idles(Duration::from_millis(1_500)).await;
    assert!(of(&demo.floor().await, agent).0, "heard after a round trip");
    demo.sets(agent, "available").await;
    page
}

#[tokio::test]
async fn a_softphone_rings_is_answered_and_hears_what_the_call_is() {
    let demo = Demo::start().await;
    let mut page = ready(&demo, "ana").await;
    let mut phone = demo.patient_calls("+15550142101").await;
    phone.press('1').await;
    let ring = page.next().await;
    assert_eq!(ring["event"], "ring");
    page.say(json!({"event": "ringing", "leg": ring["leg"]})).await;
    // Longer than an unacknowledged ring: it goes on ringing.
    page.idles(Duration::from_millis(2_500)).await;
    assert_eq!(of(&demo.floor().await, "ana").1, "offered");
    page.say(json!({"event": "answer", "leg": ring["leg"]})).await;
    let place = page.next().await;
    assert_eq!((&place["event"], &place["leg"]), (&json!("line"), &ring["leg"]));
    demo.opens(&place).await;
}

#[tokio::test]
async fn the_automatic_assistant_steps_aside_for_an_open_softphone_and_comes_back() {
    let demo = Demo::start_with_rosa().await;
    let mut page = ready(&demo, "ana").await;
    // At once: the automatic assistant has been idle for longer, and may be rung first.
    let mut phone = demo.patient_calls("+15550142103").await;
    phone.press('1').await;
    let ring = page.next().await;
    assert_eq!(ring["event"], "ring");
    page.say(json!({"event": "ringing", "leg": ring["leg"]})).await;
    page.say(json!({"event": "answer", "leg": ring["leg"]})).await;
    let place = page.next().await;
    demo.opens(&place).await;
    demo.until_floor(|floor| of(floor, "rosa").1 == "logged_out").await;
    drop(page);
    demo.until_floor(|floor| of(floor, "rosa").1 == "available").await;
}

#[tokio::test]
async fn a_ring_that_the_page_does_not_show_goes_to_the_next_and_the_patient_keeps_the_place() {
    let demo = Demo::start().await;
    let mut ana = ready(&demo, "ana").await;
    let mut ben = ready(&demo, "ben").await;
    let mut phone = demo.patient_calls("+15550142102").await;
    phone.press('1').await;
    let ring = ana.next().await;
    assert_eq!(ring["event"], "ring");
    let arrived = demo.floor().await["lanes"][0]["waiting"][0]["arrived_at"].clone();
    // The frozen page still has its socket open; only its sound and its script stand still.
    ana.heard = false;
    let next = timeout(Duration::from_secs(40), async {
        loop {
            let told = ben.next().await;
            if told["event"] == "ring" {
                return told;
            }
        }
    });
    let (next, quiet) = tokio::join!(next, ana.next());
    assert_eq!(quiet["event"], "quiet");
    ben.say(json!({"event": "ringing", "leg": next.expect("the next is rung")["leg"]})).await;
    let floor = demo.until_floor(|floor| of(floor, "ben").1 == "offered").await;
    assert_eq!(of(&floor, "ana").1, "not_ready softphone silent");
    assert_eq!(floor["lanes"][0]["waiting"][0]["arrived_at"], arrived);
}

#[tokio::test]
async fn a_page_silent_for_six_seconds_is_not_ready_and_ready_again_when_it_answers() {
    let demo = Demo::start().await;
    let mut page = ready(&demo, "ana").await;
    page.heard = false;
    let silent = async {
        // The socket goes on, so it is the sound that counts.
        drop(timeout(Duration::from_millis(4_500), page.next()).await);
        assert_eq!(of(&demo.floor().await, "ana").1, "available", "not yet");
        drop(timeout(Duration::from_secs(4), page.next()).await);
    };
    silent.await;
    demo.until_floor(|floor| of(floor, "ana") == (false, "not_ready softphone silent".to_owned())).await;
    page.heard = true;
    page.idles(Duration::from_secs(2)).await;
    demo.until_floor(|floor| of(floor, "ana") == (true, "available".to_owned())).await;
}

#[tokio::test]
async fn a_closed_page_is_found_silent_and_one_that_is_loaded_again_is_not() {
    let demo = Demo::start().await;
    drop(ready(&demo, "ana").await);
    let mut page = Page::open(&demo, "ana").await;
    page.idles(Duration::from_secs(7)).await;
    assert_eq!(of(&demo.floor().await, "ana").1, "available", "loaded again in time");
    drop(page);
    demo.until_floor(|floor| of(floor, "ana") == (false, "not_ready softphone silent".to_owned())).await;
}

#[tokio::test]
async fn a_second_page_takes_the_place_of_the_first() {
    let demo = Demo::start().await;
    let mut first = ready(&demo, "ana").await;
    let mut second = Page::open(&demo, "ana").await;
    assert_eq!(first.next().await["closed"], "replaced");
    second.idles(Duration::from_secs(7)).await;
    assert_eq!(of(&demo.floor().await, "ana"), (true, "available".to_owned()));
}

#[tokio::test]
async fn a_page_needs_a_ticket_and_a_ticket_needs_the_token() {
    let demo = Demo::start().await;
    let mut stranger = Page::connect(&demo).await;
    stranger.say(json!({"event": "start", "ticket": "forged"})).await;
    assert_eq!(stranger.next().await["closed"], "no ticket");
    assert_eq!(demo.ask("POST", "agents/nobody/softphone", &json!({})).await.status, 404);
    let url = demo.engine.url("/api/v1/agents/ana/softphone");
    let unsigned = crate::serve::http::send("POST", &url, &[], b"").await.expect("an answer");
    assert_eq!(unsigned.status, 401);
}

#[tokio::test]
async fn who_is_reached_by_browser_only_needs_no_phone_and_an_open_page() {
    let demo = Demo::start_with(|_, text| {
        text.replacen("    name: Ana\n    address: \"+15550100201\"\n", "    name: Ana\n    reach: browser\n", 1)
    })
    .await;
    let refused = demo.ask("PUT", "agents/ana/state", &json!({"state": "available"})).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let _page = ready(&demo, "ana").await;
    assert_eq!(of(&demo.floor().await, "ana").1, "available");
}
