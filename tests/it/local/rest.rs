//! REST: authentication, creating, fetching, listing, redirecting and ending calls.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use carelane::carrier::local::Faults;
use carelane::carrier::local::Role;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::ACCOUNT;
use super::Bench;
use super::OURS;
use super::app;
use super::play;

const ANA: &str = "+15550100201";

/// A REST client with the account's credentials.
pub(crate) struct Rest {
    base: String,
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Rest {
    pub(crate) fn new(bench: &Bench) -> Self {
        let base = format!("{}/2010-04-01/Accounts/{ACCOUNT}", bench.carrier.api_base());
        Self { base, user: ACCOUNT.into(), password: app::TOKEN.into() }
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send("POST", path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, String::new()).await
    }

    async fn send(&self, method: &str, path: &str, body: String) -> (u16, Value) {
        let login = STANDARD.encode(format!("{}:{}", self.user, self.password));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Basic {login}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.expect("the carrier answers");
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    pub(crate) async fn create(&self, bench: &Bench, to: &str, timeout: &str) -> (u16, Value) {
        let (url, callback) = (bench.app.url("/leg"), bench.app.url("/progress"));
        let mut form = vec![("To", to), ("From", OURS), ("Url", url.as_str()), ("Timeout", timeout)];
        form.push(("StatusCallback", callback.as_str()));
        form.extend(["initiated", "ringing", "answered", "completed"].map(|event| ("StatusCallbackEvent", event)));
        self.post("/Calls.json", &form).await
    }

    /// Fetches a call until it has this status.
    pub(crate) async fn until(&self, sid: &str, status: &str) -> Value {
        for _ in 0..1_000 {
            let (_, call) = self.get(&format!("/Calls/{sid}.json")).await;
            if call["status"] == status {
                return call;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the call never became {status}");
    }
}

fn sid(call: &Value) -> String {
    call["sid"].as_str().expect("a call has a SID").to_owned()
}

#[tokio::test]
async fn a_created_call_rings_its_phone_and_reports_its_progress_in_order() {
    let bench = Bench::new().await;
    bench.app.on("/leg", "<Say>call for you</Say>");
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    let mut ana = bench.phone(ANA, Role::Assistant).await;
    let rest = Rest::new(&bench);
    let (status, call) = rest.create(&bench, ANA, "20").await;
    assert_eq!((status, &call["status"]), (201, &Value::from("queued")));
    play(&mut ana, "expect-incoming\nanswer\nexpect \"call for you\"\nexpect-ended").await;
    let hits = bench.app.until("/progress", 4).await;
    let seen: Vec<_> = hits.iter().map(|hit| (hit.get("SequenceNumber"), hit.get("CallStatus"))).collect();
    assert_eq!(seen, [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]);
    assert!(hits.iter().all(|hit| hit.get("Direction") == "outbound-api" && hit.get("To") == ANA));
    let last = &hits[3];
    assert_eq!((last.get("Duration"), last.get("SipResponseCode")), ("1", "200"));
    let first = &bench.app.hits("/leg")[0];
    assert_eq!((first.get("CallStatus"), first.get("From")), ("in-progress", OURS));
    let (_, done) = rest.get(&format!("/Calls/{}.json", sid(&call))).await;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["duration"].as_str(), Some(last.get("CallDuration")), "durations are texts");
    assert!(bench.app.all_signed());
}

#[tokio::test]
async fn nobody_there_is_no_answer_and_a_declined_or_used_phone_is_busy() {
    let bench = Bench::new().await;
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    bench.app.on("/leg", "<Pause length=\"600\"/>");
    let rest = Rest::new(&bench);
    let (_, call) = rest.create(&bench, "+15550100299", "4").await;
    rest.until(&sid(&call), "no-answer").await;
    let hits = bench.app.until("/progress", 3).await;
    let seen: Vec<_> = hits.iter().map(|hit| hit.get("CallStatus")).collect();
    assert_eq!(seen, ["initiated", "ringing", "no-answer"]);

    let mut ana = bench.phone(ANA, Role::Assistant).await;
    let (_, declined) = rest.create(&bench, ANA, "20").await;
    play(&mut ana, "expect-incoming\nhangup\nexpect-ended").await;
    rest.until(&sid(&declined), "busy").await;
    let (_, taken) = rest.create(&bench, ANA, "20").await;
    play(&mut ana, "expect-incoming\nanswer").await;
    rest.until(&sid(&taken), "in-progress").await;
    let (_, second) = rest.create(&bench, ANA, "20").await;
    rest.until(&sid(&second), "busy").await;
    assert!(bench.app.hits("/leg").iter().all(|hit| hit.get("CallSid") == sid(&taken)));
}

#[tokio::test]
async fn a_call_is_cancelled_while_it_rings_and_completed_while_it_is_up() {
    let bench = Bench::new().await;
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    bench.app.on("/leg", "<Say>hello</Say><Pause length=\"600\"/>");
    let rest = Rest::new(&bench);
    let mut ana = bench.phone(ANA, Role::Assistant).await;
    let (_, ringing) = rest.create(&bench, ANA, "60").await;
    play(&mut ana, "expect-incoming").await;
    let path = format!("/Calls/{}.json", sid(&ringing));
    let (status, refused) = rest.post(&path, &[("Url", &bench.app.url("/leg"))]).await;
    assert_eq!((status, &refused["code"]), (400, &Value::from(21_220)), "a ringing call cannot be redirected");
    assert_eq!(rest.post(&path, &[("Status", "canceled")]).await.0, 200);
    rest.until(&sid(&ringing), "canceled").await;
    play(&mut ana, "expect-ended").await;

    let (_, up) = rest.create(&bench, ANA, "60").await;
    play(&mut ana, "expect-incoming\nanswer\nexpect hello").await;
    let path = format!("/Calls/{}.json", sid(&up));
    assert_eq!(rest.post(&path, &[("Status", "canceled")]).await.1["code"], 21_220);
    assert_eq!(rest.post(&path, &[("Status", "completed")]).await.0, 200);
    play(&mut ana, "expect-ended").await;
    rest.until(&sid(&up), "completed").await;
    assert_eq!(rest.post(&path, &[("Status", "completed")]).await.1["code"], 21_220);
}

#[tokio::test]
async fn wrong_requests_get_the_carriers_errors() {
    let bench = Bench::new().await;
    let rest = Rest::new(&bench);
    let url = bench.app.url("/leg");
    for (code, form) in [
        (21_201, vec![("From", OURS), ("Url", url.as_str())]),
        (21_211, vec![("To", "911"), ("From", OURS), ("Url", &url)]),
        (21_213, vec![("To", ANA), ("Url", &url)]),
        (21_210, vec![("To", ANA), ("From", ANA), ("Url", &url)]),
        (21_205, vec![("To", ANA), ("From", OURS)]),
        (21_205, vec![("To", ANA), ("From", OURS), ("Url", "leg")]),
        (20_001, vec![("To", ANA), ("From", OURS), ("Url", &url), ("Timeout", "601")]),
        (
            21_626,
            vec![("To", ANA), ("From", OURS), ("Url", &url), ("StatusCallback", &url), ("StatusCallbackEvent", "x")],
        ),
    ] {
        let (status, body) = rest.post("/Calls.json", &form).await;
        assert_eq!((status, &body["code"], &body["status"]), (400, &Value::from(code), &Value::from(400)), "{form:?}");
        assert!(body["more_info"].as_str().is_some_and(|link| link.ends_with(&code.to_string())));
    }
    let (status, body) = rest.get("/Calls/CA00000000000000000000000000000000.json").await;
    assert_eq!((status, &body["code"]), (404, &Value::from(20_404)));
    assert_eq!(rest.get("/Queues.json").await.0, 404);
    for (user, password) in [(ACCOUNT, "wrong"), ("AC1", app::TOKEN)] {
        let stranger = Rest { user: user.into(), password: password.into(), ..Rest::new(&bench) };
        let (status, body) = stranger.get("/Calls.json").await;
        assert_eq!((status, &body["code"]), (401, &Value::from(20_003)));
    }
}

#[tokio::test]
async fn the_list_is_newest_first_and_narrowed_by_its_filters() {
    let bench = Bench::new().await;
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    let rest = Rest::new(&bench);
    let mut made = Vec::new();
    for to in ["+15550100291", "+15550100292", "+15550100291"] {
        made.push(sid(&rest.create(&bench, to, "1").await.1));
    }
    for call in &made {
        rest.until(call, "no-answer").await;
    }
    let list = async |query: &str| -> Vec<String> {
        let (status, body) = rest.get(&format!("/Calls.json?{query}")).await;
        assert_eq!(status, 200, "{body}");
        body["calls"].as_array().expect("calls").iter().map(sid).collect()
    };
    let newest_first: Vec<String> = made.iter().rev().cloned().collect();
    assert_eq!(list("").await, newest_first);
    assert_eq!(list("To=%2B15550100292&From=%2B15550100100").await, [made[1].clone()]);
    assert_eq!(list("Status=no-answer&To=%2B15550100291").await.len(), 2);
    assert!(list("Status=completed").await.is_empty());
    assert_eq!(list("StartTime%3E=2020-01-01").await.len(), 3);
    assert_eq!(list("StartTime%3E=2020-01-01T00:00:00Z").await.len(), 3);
    assert!(list("StartTime%3E%3D=2120-01-01T00:00:00Z").await.is_empty());
    assert!(list("StartTime%3C=2020-01-01").await.is_empty());
    assert_eq!(list("PageSize=1&Page=1").await, [made[1].clone()]);
    let (_, page) = rest.get("/Calls.json?PageSize=2").await;
    assert!(page["next_page_uri"].as_str().is_some_and(|uri| uri.contains("Page=1")), "{page}");
}

#[tokio::test]
async fn a_failing_rest_answer_may_still_have_been_carried_out() {
    let bench = Bench::with(|s| s.faults = Faults { fail_rest: true, ..Faults::default() }).await;
    bench.app.on_raw("/progress", 204, "text/plain", b"");
    let rest = Rest::new(&bench);
    assert_eq!(rest.create(&bench, "+15550100291", "600").await.0, 500);
    let (_, list) = rest.get("/Calls.json?To=%2B15550100291").await;
    assert_eq!(list["calls"].as_array().map(Vec::len), Some(1), "the call is found when it is looked for");
}

#[tokio::test]
async fn delayed_callbacks_come_after_the_call_went_on() {
    let delay = std::time::Duration::from_millis(200);
    let bench = Bench::with(|s| s.faults = Faults { delay_callbacks: delay, ..Faults::default() }).await;
    bench.app.on("/voice", "<Say>hello</Say>");
    let mut phone = bench.patient().await;
    play(&mut phone, "dial\nexpect hello\nexpect-ended").await;
    assert!(bench.app.hits("/status").is_empty());
    bench.app.until("/status", 1).await;
}
