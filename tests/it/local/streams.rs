//! A phone made of text in a media stream: it hums, is told that somebody speaks, and goes on when the stream ends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::Bench;
use super::play;

/// The other end of a stream.
struct Peer(WebSocketStream<TcpStream>);

impl Peer {
    async fn next(&mut self) -> Value {
        let message = self.0.next().await.expect("a message").expect("a sound socket");
        serde_json::from_str(message.to_text().expect("text")).expect("JSON")
    }

    /// The next message of this kind.
    async fn until(&mut self, event: &str) -> Value {
        loop {
            let message = self.next().await;
            if message["event"] == event {
                return message;
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).await.expect("the phone listens");
    }
}

#[tokio::test]
async fn a_phone_made_of_text_hums_hears_that_somebody_speaks_and_goes_on_when_the_stream_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let bench = Bench::new().await;
    let parameter = "<Parameter name=\"token\" value=\"tok\"/>";
    let stream = format!("<Connect><Stream url=\"ws://{address}/media\">{parameter}</Stream></Connect>");
    bench.app.on("/voice", &format!("{stream}<Say>the stream is over</Say>"));
    let mut caller = bench.patient().await;
    let dialled = play(&mut caller, "dial\nexpect-joined");
    let accepted = async {
        let (socket, _) = listener.accept().await.expect("a connection");
        Peer(tokio_tungstenite::accept_async(socket).await.expect("a websocket"))
    };
    let (_, mut peer) = tokio::join!(dialled, accepted);
    assert_eq!(peer.next().await["event"], "connected");
    let start = peer.next().await;
    assert_eq!(start["start"]["customParameters"]["token"], "tok");
    assert_eq!(start["start"]["mediaFormat"]["encoding"], "audio/x-mulaw");
    assert_eq!(start["start"]["callSid"], bench.app.hits("/voice")[0].get("CallSid"));

    peer.send(json!({"event": "mark", "mark": {"name": "7"}})).await;
    assert_eq!(peer.until("mark").await["mark"]["name"], "7");
    let silence = peer.until("media").await["media"]["payload"].clone();
    peer.send(json!({"event": "media", "media": {"payload": STANDARD.encode([0x80_u8; 160])}})).await;
    play(&mut caller, "expect \"somebody speaks\"\nsay \"four words are these\"").await;
    while peer.until("media").await["media"]["payload"] == silence {}
    play(&mut caller, "key 5").await;
    assert_eq!(peer.until("dtmf").await["dtmf"]["digit"], "5");

    peer.0.close(None).await.expect("it can be closed");
    play(&mut caller, "expect \"the stream is over\"\nexpect-ended").await;
    assert_eq!(bench.alerts(), Vec::<u32>::new());
}

#[tokio::test]
async fn a_stream_that_cannot_be_opened_is_noted_and_the_leg_goes_on() {
    let bench = Bench::new().await;
    let stream = "<Connect><Stream url=\"ws://127.0.0.1:1/media\"/></Connect>";
    bench.app.on("/voice", &format!("{stream}<Say>nobody there</Say>"));
    let mut caller = bench.patient().await;
    play(&mut caller, "dial\nexpect \"nobody there\"\nexpect-ended").await;
    assert_eq!(bench.alerts(), [31_920]);
}
