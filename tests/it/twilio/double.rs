//! A double of the carrier's REST API: it reads requests, keeps them, and answers by a script, byte by byte, so that
//! it can also misbehave.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What the double does with one request, after having read (and, as a carrier would, carried out) it.
#[derive(Clone)]
pub(super) enum Act {
    /// A whole answer: status, extra header lines, body.
    Answer(u16, &'static str, String),
    /// Never answers.
    Hang,
    /// Closes without an answer.
    Close,
    /// Promises a longer body than it sends, then closes.
    CutOff(u16, &'static str),
    /// Sends the head and then one byte of the body now and then, for ever.
    Trickle(u16),
}

impl Act {
    pub(super) fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, "", body.to_owned())
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) content_type: String,
    pub(super) body: String,
    /// The number of the connection it came on.
    pub(super) connection: usize,
}

impl Seen {
    /// Parameters of the body, sorted.
    pub(super) fn params(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = form_urlencoded::parse(self.body.as_bytes()).into_owned().collect();
        pairs.sort();
        pairs
    }

    /// Parameters of the query, sorted.
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        pairs.sort();
        pairs
    }
}

/// The running double. It ends with the test's runtime.
pub(super) struct Double {
    pub(super) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Double {
    /// Starts on a free port; request n gets act n, later ones the last act.
    pub(super) async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(serve(stream, connection, acts.clone(), kept.clone()));
            }
        });
        Self { base, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic inside").clone()
    }
}

async fn serve(mut stream: TcpStream, connection: usize, acts: Vec<Act>, kept: Arc<Mutex<Vec<Seen>>>) {
    let mut buffer = Vec::new();
    while let Some(mut seen) = read_request(&mut stream, &mut buffer).await {
        seen.connection = connection;
        let number = {
            let mut kept = kept.lock().expect("no panic inside");
            kept.push(seen);
            kept.len() - 1
        };
        let act = acts.get(number).or(acts.last()).expect("a script has at least one act").clone();
        let (status, headers, promised, body, end) = match act {
            Act::Answer(status, headers, body) => (status, headers, body.len(), body, None),
            Act::CutOff(status, body) => (status, "", body.len() + 100, body.to_owned(), Some(Duration::ZERO)),
            Act::Trickle(status) => (status, "", 1_000_000, String::new(), Some(Duration::from_millis(20))),
            Act::Hang => std::future::pending().await,
            Act::Close => return,
        };
        let head = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {promised}\r\n{headers}\r\n{body}");
        if stream.write_all(head.as_bytes()).await.is_err() || end == Some(Duration::ZERO) {
            return;
        }
        while let Some(pause) = end {
            sleep(pause).await;
            if stream.write_all(b" ").await.is_err() {
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_len = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer[..head_len].to_vec()).expect("a text head");
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(given, _)| given.eq_ignore_ascii_case(name)).map_or(String::new(), |(_, value)| value.to_owned())
    };
    let body_len = header("content-length").parse().unwrap_or(0);
    while buffer.len() < head_len + body_len {
        read_more(stream, buffer).await?;
    }
    let rest = buffer.split_off(head_len + body_len);
    let body = std::mem::replace(buffer, rest).split_off(head_len);
    let mut line = head.split(' ');
    Some(Seen {
        method: line.next()?.to_owned(),
        path: line.next()?.to_owned(),
        authorization: header("authorization"),
        content_type: header("content-type"),
        body: String::from_utf8(body).expect("a text body"),
        connection: 0,
    })
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let len = stream.read_buf(buffer).await.ok()?;
    (len > 0).then_some(())
}
