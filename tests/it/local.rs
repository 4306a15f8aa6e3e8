//! Behaviour tests: the local carrier, met by a canned application, phones and REST. It must be strict.

#![expect(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod app;
mod assistants;
mod conversation;
mod documents;
mod rest;
mod scripts;
mod streams;
mod terminal;
mod waiting;

use std::sync::Arc;

use carelane::carrier::local::Line;
use carelane::carrier::local::LocalCarrier;
use carelane::carrier::local::LocalSettings;
use carelane::carrier::local::Role;
use carelane::carrier::local::script;
use carelane::carrier::local::script::Failure;
use carelane::carrier::local::script::Script;
use carelane::carrier::local::script::Transcript;
use carelane::vocab::Number;
use carelane::vocab::Private;
use carelane::vocab::Timestamp;

use app::App;

const OURS: &str = "+15550100100";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
/// A call's seconds pass this much faster than the clock's.
const SPEED: f64 = 20.0;

/// An application and the carrier in front of it.
struct Bench {
    app: App,
    carrier: LocalCarrier,
}

impl Bench {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut LocalSettings)) -> Self {
        let app = App::start().await;
        let mut settings = LocalSettings::new(
            app.url("/voice"),
            app.url("/status"),
            ACCOUNT.into(),
            Private::new(app::TOKEN.into()),
            Arc::new(now),
        );
        settings.numbers = vec![Number::parse(OURS).expect("a number")];
        settings.speed = SPEED;
        change(&mut settings);
        let carrier = LocalCarrier::start(settings).await.expect("a free port");
        app.on_raw("/status", 204, "text/plain", b"");
        Self { app, carrier }
    }

    async fn phone(&self, number: &str, role: Role) -> Line {
        let number = Number::parse(number).expect("a number");
        Line::connect(&self.carrier.phone_url(), Some(&number), role).await.expect("the carrier takes phones")
    }

    async fn patient(&self) -> Line {
        self.phone("+15550101234", Role::Patient).await
    }

    /// The codes of every alert so far.
    fn alerts(&self) -> Vec<u32> {
        self.carrier.alerts().into_iter().map(|alert| alert.trouble.code).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the carrier under test needs a time of day, as its settings")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp(i64::try_from(since.as_millis()).expect("before the year 292 million"))
}

/// Runs a script on a phone and returns what was heard.
async fn play(line: &mut Line, text: &str) -> Transcript {
    try_play(line, text).await.unwrap_or_else(|failure| panic!("{failure}"))
}

async fn try_play(line: &mut Line, text: &str) -> Result<Transcript, Failure> {
    let script = Script::parse("test", text).unwrap_or_else(|error| panic!("{error}"));
    script::run(&script, line, None, |_| {}).await
}
