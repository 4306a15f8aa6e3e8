//! The API: every route, its success and its refusals, and the shapes others rely on.

use carelane::carrier::local::Faults;
use carelane::carrier::local::FromPhone;
use carelane::carrier::local::Line;
use carelane::carrier::local::Role;
use serde_json::Value;
use serde_json::json;

use super::http;
use super::process::free_address;
use super::world::API_TOKEN;
use super::world::World;
use super::world::list;
use super::world::play;
use super::world::write_flows;

const NOTE: &str = r#"{"request":"wants a visit","action":"offered Tuesday","next_step":"none, she comes"}"#;

async fn world() -> World {
    World::start(10.0, Faults::default()).await
}

/// Asks, and expects this status.
async fn ask(world: &World, request: &str, body: &str, status: u16) -> Value {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let answer = world.ask(method, path, body).await.expect("carelane answers");
    assert_eq!(answer.status, status, "{request} {body}: {}", answer.text());
    let expected = if status < 400 { "application/json" } else { "application/problem+json" };
    assert_eq!(answer.content_type, expected, "{request} {body}");
    answer.json()
}

fn assert_has(value: &Value, keys: &str) {
    for key in keys.split(' ') {
        assert!(value.get(key).is_some(), "`{key}` is missing in {value:#}");
    }
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok())
}

/// A patient who waits for appointments.
async fn waiting_patient(world: &World, number: &str) -> Line {
    let mut line = world.phone(number, Role::Patient).await;
    play(&mut line, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"").await;
    line
}

#[tokio::test]
async fn nobody_enters_without_the_token() {
    let world = world().await;
    let url = world.engine.url("/api/v1/floor");
    let longer = format!("Bearer {API_TOKEN}x");
    let other = format!("Bearer {}", API_TOKEN.replace('t', "s"));
    for token in ["", "Bearer ", "Bearer wrong", &longer, &other, API_TOKEN, &format!("Basic {API_TOKEN}")] {
        let answer = http::send("GET", &url, &[("authorization", token)], b"").await.expect("carelane answers");
        assert_eq!((answer.status, &*answer.content_type), (401, "application/problem+json"), "{token}");
    }
    assert_eq!(http::get(&url).await.expect("carelane answers").status, 401);
    assert_eq!(http::get(&world.engine.url("/api/v1/nowhere")).await.expect("carelane answers").status, 401);
}

#[tokio::test]
async fn the_floor_is_one_snapshot_with_the_promised_shape() {
    let world = world().await;
    ask(&world, "PUT agents/ana/state", r#"{"state":"not_ready"}"#, 200).await;
    let _first = waiting_patient(&world, "+15550109301").await;
    let _second = waiting_patient(&world, "+15550109302").await;
    let floor = ask(&world, "GET floor", "", 200).await;
    assert_has(&floor, "practices lanes agents items calls ledger");
    let practice = &floor["practices"][0];
    assert_eq!((&practice["id"], &practice["name"]), (&"riverside".into(), &"Riverside Family Medicine".into()));
    assert_eq!(practice["numbers"], json!(["+15550100100"]));
    let on_call: Vec<_> = list(&practice["on_call"]).iter().map(|rung| rung["agent"].as_str()).collect();
    assert!(on_call.len() == 2 && on_call.iter().all(Option::is_some), "somebody holds every rung: {on_call:?}");
    assert_eq!(practice["on_call_holes"], json!([]));
    assert_eq!(list(&floor["lanes"]).len(), 6);
    let lane = list(&floor["lanes"]).iter().find(|lane| lane["lane"] == "scheduling").expect("the lane");
    assert_has(lane, "practice lane depth oldest_wait waiting");
    assert_eq!(lane["depth"], 2);
    let waiting = list(&lane["waiting"]);
    for (caller, position) in [("+15550109301", 1), ("+15550109302", 2)] {
        let found = &waiting[position - 1];
        assert_has(found, "call carrier_call caller language urgent arrived_at deadline position");
        assert_eq!((&found["caller"], &found["position"]), (&caller.into(), &position.into()));
        assert_eq!((&found["language"], &found["urgent"]), (&"en-US".into(), &false.into()));
        assert!(is_time(&found["arrived_at"]) && is_time(&found["deadline"]), "{found}");
        assert!(found["carrier_call"].as_str().is_some_and(|name| name.starts_with("CA")));
    }
    let ana = list(&floor["agents"]).iter().find(|agent| agent["id"] == "ana").expect("she is in the team");
    assert_has(ana, "id name state reason address groups languages call");
    assert_eq!((&ana["state"], &ana["reason"], &ana["call"]), (&"not_ready".into(), &"asked".into(), &Value::Null));
    let call = &floor["calls"][0];
    assert_has(call, "call carrier_call state practice lane language urgent repeat promised caller_is waited agent");
    assert_eq!((&call["state"], &call["practice"]), (&"waiting".into(), &"riverside".into()));
    assert_eq!(call["caller_is"]["standing"], "unknown", "{call}");
    assert_eq!((&call["urgent"], &call["repeat"]), (&false.into(), &false.into()));
    assert!(call["waited"].as_u64().is_some_and(|seconds| seconds < 60), "{call}");
    assert_has(&floor["ledger"], "inbound in_progress answered self_served items declined unaccounted");
    assert_eq!(floor["ledger"]["in_progress"], 2);
}

#[tokio::test]
async fn a_lane_is_shown_with_what_its_assistant_says_decides_by_and_fills_in() {
    let world = world().await;
    let lane = ask(&world, "GET lanes/riverside/scheduling", "", 200).await;
    let keys = "practice lane name clinical asks_new_or_existing reasons script decision_rules note_fields outcomes escalation owner sheet documents";
    assert_has(&lane, keys);
    assert_eq!(lane.as_object().map(serde_json::Map::len), Some(keys.split(' ').count()), "{lane:#}");
    assert_eq!((&lane["practice"], &lane["lane"]), (&"riverside".into(), &"scheduling".into()));
    assert_eq!(lane["name"], json!({"en-US": "appointments", "es-US": "citas"}));
    assert_eq!((&lane["clinical"], &lane["escalation"]), (&false.into(), &"clinical".into()));
    assert_eq!(lane["owner"], "front-desk");
    for (language, words) in [("en-US", "name and date of birth"), ("es-US", "fecha de nacimiento")] {
        assert!(lane["script"][language].as_str().is_some_and(|script| script.contains(words)), "{lane:#}");
    }
    assert!(list(&lane["decision_rules"])[2].as_str().is_some_and(|rule| rule.contains("do not advise")), "{lane:#}");
    let fields = list(&lane["note_fields"]);
    assert_eq!(
        fields[0],
        json!({"id": "request", "label": "What the patient asked for", "required": true, "when": []})
    );
    assert_eq!((fields.len(), &fields[1]["required"], &fields[5]["when"][0]), (8, &false.into(), &"complaint".into()));
    let sheet = &lane["sheet"];
    assert_has(sheet, "goal path answer_within callback_within exceptions callback_script");
    assert_has(&sheet["exceptions"], "unreachable incomplete_referral medical_advice language");
    let steps: Vec<&str> = list(&sheet["callback_script"]).iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!(steps, ["recognition", "reason", "next_step", "confirmation"]);
    assert_eq!((&sheet["answer_within"], &sheet["callback_within"]), (&120.into(), &7_200.into()));
    let outcomes = list(&lane["outcomes"]);
    for expected in [
        json!({"id": "booked", "closes": true, "hands_to": null}),
        json!({"id": "message_left", "closes": false, "hands_to": null}),
        json!({"id": "routed_to_clinical", "closes": false, "hands_to": "clinical"}),
    ] {
        assert!(outcomes.contains(&expected), "{expected} is not in {outcomes:#?}");
    }
    for path in ["lanes/riverside/nowhere", "lanes/nowhere/scheduling", "lanes/riverside", "lanes/riverside/"] {
        ask(&world, &format!("GET {path}"), "", 404).await;
    }
    ask(&world, "PUT lanes/riverside/scheduling", "{}", 405).await;
}

#[tokio::test]
async fn an_assistants_state_is_set_or_refused_with_the_reason() {
    let world = world().await;
    for state in ["available", "not_ready", "logged_out", "logged_out"] {
        ask(&world, "PUT agents/ana/state", &json!({"state": state}).to_string(), 200).await;
        let floor = world.floor().await;
        assert!(list(&floor["agents"]).iter().any(|agent| agent["id"] == "ana" && agent["state"] == state));
    }
    ask(&world, "PUT agents/nobody/state", r#"{"state":"available"}"#, 404).await;
    for body in ["", "{", "[]", "{}", r#"{"state":"asleep"}"#, r#"{"state":1}"#, r#"{"state":"available","more":1}"#] {
        let problem = ask(&world, "PUT agents/ana/state", body, 400).await;
        assert!(!problem["detail"].as_str().unwrap_or_default().contains("asleep"), "the content is echoed: {problem}");
    }
    ask(&world, "POST agents/ana/state", r#"{"state":"available"}"#, 405).await;
    ask(&world, "GET agents/ana", "", 404).await;
}

#[tokio::test]
async fn a_call_is_shown_transferred_and_closed_or_refused_with_the_reason() {
    let world = world().await;
    world.set_state("ana", "not_ready").await;
    let mut patient = waiting_patient(&world, "+15550109301").await;
    let booked = format!(r#"{{"outcome":"booked","note":{NOTE}}}"#);
    ask(&world, "POST calls/call-1/close", &booked, 409).await;
    ask(&world, "POST calls/call-1/transfer", r#"{"lane":"referrals"}"#, 409).await;
    for call in ["call-99", "call-0"] {
        ask(&world, &format!("GET calls/{call}"), "", 404).await;
        ask(&world, &format!("POST calls/{call}/close"), &booked, 404).await;
        ask(&world, &format!("POST calls/{call}/transfer"), r#"{"lane":"referrals"}"#, 404).await;
    }
    for call in ["42", "call-", "call-x", "call-+1", "item-1", "call-99999999999999999999999"] {
        ask(&world, &format!("GET calls/{call}"), "", 404).await;
    }
    ask(&world, "DELETE calls/call-1", "", 405).await;
    ask(&world, "GET calls/call-1/close", "", 405).await;

    let talk = "ready\nexpect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined";
    let mut ana = world.phone("+15550100201", Role::Assistant).await;
    let desk = carelane::carrier::local::script::Desk { api: world.api(), agent: "ana".to_owned() };
    play(&mut ana, Some(&desk), talk).await;
    play(&mut patient, None, "expect-joined").await;
    ask(&world, "POST calls/call-1/transfer", r#"{"lane":"nowhere"}"#, 422).await;
    ask(&world, "POST calls/call-1/transfer", "{}", 400).await;
    let missing = ask(&world, "POST calls/call-1/close", r#"{"outcome":"booked"}"#, 422).await;
    let mut fields: Vec<&str> = list(&missing["missing"]).iter().filter_map(Value::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["action", "next_step", "request"]);
    let vague = booked.replace("offered Tuesday", "Called patient.");
    assert_eq!(ask(&world, "POST calls/call-1/close", &vague, 422).await["missing"], json!(["action"]));
    let strange = booked.replace("booked", "danced");
    assert!(list(&ask(&world, "POST calls/call-1/close", &strange, 422).await["allowed"]).contains(&json!("booked")));
    ask(&world, "POST calls/call-1/close", &booked.replace("request", "shoe_size"), 422).await;
    ask(&world, "POST calls/call-1/close", &booked.replace("wants", &"w".repeat(2_001)), 422).await;
    ask(&world, "POST calls/call-1/close", &booked, 200).await;
    ask(&world, "POST calls/call-1/close", &booked, 409).await;
    let _ = patient.send(FromPhone::Hangup).await;
    world.until_quiet().await;
    ask(&world, "POST calls/call-1/close", &booked, 409).await;
    assert_eq!(world.floor().await["ledger"]["answered"], 1);

    let told = ask(&world, "GET calls/call-1", "", 200).await;
    let facts = list(&told["facts"]);
    let offer = facts.iter().find(|fact| fact["fact"] == "offer_made").expect("an offer");
    assert_has(&offer["why"], "urgent arrived_at deadline head_starts tier idle_since passed_calls passed_agents");
    assert!(facts.iter().all(|fact| fact["seq"].is_u64() && is_time(&fact["at"])));
    let closed = facts.iter().find(|fact| fact["fact"] == "call_closed").expect("the note");
    assert_eq!(closed["note"]["request"], "wants a visit");
    assert_eq!(facts[0]["fact"], "call_arrived");
    assert_eq!(facts[0]["caller"], "+15550109301");
}

#[tokio::test]
async fn an_item_is_worked_on_with_three_attempts_and_closed_or_refused_with_the_reason() {
    let world = world().await;
    world.patient("+15550109301", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    world.until_quiet().await;
    let items = ask(&world, "GET items", "", 200).await;
    let item = &items["items"][0];
    assert_has(item, "id practice lane kind caller language urgent status owner due_at call");
    assert_eq!(
        (&item["id"], &item["status"], &item["owner"]),
        (&"item-1".into(), &"open".into(), &"front-desk".into())
    );
    assert!(is_time(&item["due_at"]));
    for (request, body) in
        [("GET items/item-9", ""), ("PUT items/item-9/owner", r#"{"owner":"ana"}"#), ("GET items/call-1", "")]
    {
        ask(&world, request, body, 404).await;
    }
    let owned = ask(&world, "PUT items/item-1/owner", r#"{"owner":"ana"}"#, 200).await;
    assert_eq!(owned["owner"], "ana");
    assert!(
        list(&ask(&world, "PUT items/item-1/owner", r#"{"owner":"zoe"}"#, 422).await["allowed"])
            .contains(&json!("ana"))
    );
    ask(&world, "PUT items/item-1/owner", "{}", 400).await;

    let with = |outcome: &str| format!(r#"{{"outcome":"{outcome}","note":{NOTE}}}"#);
    let missing = ask(&world, "POST items/item-1/attempts", r#"{"outcome":"message_left","note":{}}"#, 422).await;
    assert_eq!(list(&missing["missing"]).len(), 3);
    for attempt in 1..=3 {
        let item = ask(&world, "POST items/item-1/attempts", &with("message_left"), 200).await;
        assert_eq!((&item["attempts"], &item["status"]), (&attempt.into(), &"open".into()));
    }
    ask(&world, "POST items/item-1/attempts", &with("message_left"), 409).await;
    ask(&world, "POST items/item-1/close", &with("message_left"), 422).await;
    ask(&world, "POST items/item-9/close", &with("booked"), 404).await;
    assert_eq!(ask(&world, "POST items/item-1/close", &with("booked"), 200).await["status"], "closed");
    ask(&world, "POST items/item-1/close", &with("booked"), 409).await;
    ask(&world, "PUT items/item-1/owner", r#"{"owner":"ana"}"#, 409).await;
    assert_eq!(ask(&world, "GET items/item-1", "", 200).await["outcome"], "booked");
    assert_eq!(ask(&world, "GET items", "", 200).await["items"], json!([]));
    ask(&world, "POST items", "", 405).await;
}

#[tokio::test]
async fn a_field_may_be_required_where_a_callback_is_closed_and_nowhere_else() {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    write_flows(&world.engine, |_, text| text.replace("date of birth, number\" }", "and number\", when: [callback] }"));
    world.engine.start_and_wait().await;
    world.patient("+15550109301", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    world.until_quiet().await;
    let with = |outcome: &str| format!(r#"{{"outcome":"{outcome}","note":{NOTE}}}"#);
    ask(&world, "POST items/item-1/attempts", &with("message_left"), 200).await;
    let unverified = ask(&world, "POST items/item-1/close", &with("booked"), 422).await;
    assert_eq!(unverified["missing"], json!(["verified"]), "a callback that is done confirms who was spoken with");
    let verified = with("booked").replace(r#""action""#, r#""verified":"name and birthday","action""#);
    assert_eq!(ask(&world, "POST items/item-1/close", &verified, 200).await["status"], "closed");
}

#[tokio::test]
async fn who_calls_for_whom_and_why_is_noted_on_the_call_and_carried_to_its_item() {
    let world = world().await;
    ask(&world, "PUT agents/ana/state", r#"{"state":"not_ready"}"#, 200).await;
    let mut line = waiting_patient(&world, "+15550109311").await;
    let path = "PATCH calls/call-1/caller";
    let told = r#"{"standing":"existing","patient":{"name":"Lia Lopez","date_of_birth":"2019-03-01"},
        "relationship":"parent","may_discuss":true}"#;
    ask(&world, path, told, 200).await;
    ask(&world, path, r#"{"reason":"reschedule"}"#, 200).await;
    let expected = json!({
        "standing": "existing", "patient": {"name": "Lia Lopez", "date_of_birth": "2019-03-01"},
        "relationship": "parent", "may_discuss": true, "reason": "reschedule", "backline": false,
        "preferred_window": null,
    });
    assert_eq!(ask(&world, "GET floor", "", 200).await["calls"][0]["caller_is"], expected);
    let refused = ask(&world, path, r#"{"reason":"refill"}"#, 422).await;
    assert_eq!((&refused["what"], &refused["allowed"][0]), (&"reason".into(), &"new_appointment".into()));
    ask(&world, path, r#"{"patient":{"date_of_birth":"1 March"}}"#, 422).await;
    ask(&world, path, r#"{"patient":{"name":" "}}"#, 422).await;
    ask(&world, path, r#"{"standing":"regular"}"#, 400).await;
    ask(&world, "PATCH calls/call-9/caller", "{}", 404).await;
    ask(&world, "POST calls/call-1/caller", "{}", 405).await;
    play(&mut line, None, "key 7\nexpect-ended").await;
    let item = ask(&world, "PATCH items/item-1/caller", r#"{"may_discuss":false}"#, 200).await;
    assert_eq!(
        (&item["caller_is"]["may_discuss"], &item["caller_is"]["reason"]),
        (&false.into(), &"reschedule".into())
    );
    let facts = ask(&world, "GET calls/call-1", "", 200).await;
    let known: Vec<_> = list(&facts["facts"]).iter().filter(|fact| fact["fact"] == "details_known").collect();
    assert_eq!(known[0]["details"]["patient"]["name"], "Lia Lopez", "{facts:#}");
}

#[tokio::test]
async fn an_item_is_claimed_and_due_when_its_patient_wants_to_be_called() {
    let world = world().await;
    world.patient("+15550109312", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    world.until_quiet().await;
    let item = ask(&world, "PATCH items/item-1", r#"{"preferred_window":"Weekdays after 15:00"}"#, 200).await;
    assert_eq!(item["caller_is"]["preferred_window"], "weekdays after 15:00");
    assert_eq!((&item["segment"], &item["overdue"]), (&"new_patient".into(), &false.into()));
    assert_eq!((&item["calls"], &item["messages"]), (&json!(["call-1"]), &json!([])));
    assert_eq!(item["next_action"], "call back, attempt 1 of 3");
    let refused = ask(&world, "PATCH items/item-1", r#"{"preferred_window":"soon"}"#, 422).await;
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("after 15:00")), "{refused}");
    assert_eq!(ask(&world, "POST items/item-1/claim", r#"{"by":"ana"}"#, 200).await["owner"], "ana");
    ask(&world, "POST items/item-1/claim", r#"{"by":"nobody"}"#, 422).await;
    ask(&world, "POST items/item-1/claim", "{}", 400).await;
    ask(&world, "POST items/item-1/merge", r#"{"into":"item-1"}"#, 409).await;
    ask(&world, "POST items/item-1/merge", r#"{"into":"item-9"}"#, 404).await;
    ask(&world, "GET items/item-1/merge", "", 405).await;
}

#[tokio::test]
async fn a_note_that_tells_too_little_is_refused_with_what_is_missing_and_a_promised_time_is_kept() {
    let world = world().await;
    world.patient("+15550109301", "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
    world.until_quiet().await;
    let item = ask(&world, "GET items/item-1", "", 200).await;
    let attempt = |action: &str, promised: &str| {
        format!(
            r#"{{"outcome":"message_left","note":{{"request":"wants a visit","action":"{action}","next_step":"none"}}{promised}}}"#
        )
    };
    let told = "told her son that a nurse will call tomorrow";
    let vague = ask(&world, "POST items/item-1/attempts", &attempt("left message", ""), 422).await;
    assert_eq!(vague["missing"], json!(["action"]));
    let why = vague["why"]["action"].as_str().expect("a sentence");
    assert!(why.contains("what was done is missing") && why.contains("for example"), "{why}");
    for (promised, words) in [("tomorrow", "no time"), ("2020-01-01T10:00:00Z", "none of the allowed")] {
        let body = attempt(told, &format!(r#","promised":"{promised}""#));
        let refused = ask(&world, "POST items/item-1/attempts", &body, 422).await;
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{refused}");
    }
    assert_eq!((&item["promise"]["source"], &item["promise"]["at"]), (&json!("prompt"), &item["due_at"]));
    let due: jiff::Timestamp = item["due_at"].as_str().expect("a time").parse().expect("a time");
    let later = due + jiff::SignedDuration::from_hours(30);
    let promised = format!(r#","promised":"{later}""#);
    let done = ask(&world, "POST items/item-1/attempts", &attempt(told, &promised), 200).await;
    let now_due: jiff::Timestamp = done["due_at"].as_str().expect("a time").parse().expect("a time");
    assert_eq!(now_due.as_millisecond(), later.as_millisecond());
    assert_eq!(done["promise"], json!({"at": done["due_at"], "source": "person", "by": null, "anyway": false}));
    let closing = attempt("told her son all of it", &promised).replace("message_left", "no_further_action");
    ask(&world, "POST items/item-1/close", &closing, 409).await;
}

#[tokio::test]
async fn a_promise_that_nobody_can_keep_is_refused_with_the_nearest_time_and_kept_if_somebody_insists() {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    write_flows(&world.engine, |_, text| {
        text.replace("\ngreeting:\n", "\ncallbacks: { promises_each: 1 }\n\ngreeting:\n")
    });
    world.engine.start_and_wait().await;
    for (number, item) in [("+15550109311", "item-1"), ("+15550109312", "item-2")] {
        world.patient(number, "dial\nexpect \"press 1\"\nkey 1\nexpect \"call you back\"\nexpect-ended").await;
        world.until_quiet().await;
        ask(&world, &format!("PUT items/{item}/owner"), r#"{"owner":"ana"}"#, 200).await;
    }
    let attempt = |promised: &str| format!(r#"{{"outcome":"message_left","note":{NOTE},"promised":{promised}}}"#);
    let item = ask(&world, "GET items/item-1", "", 200).await;
    let due: jiff::Timestamp = item["due_at"].as_str().expect("a time").parse().expect("a time");
    let later = format!(r#""{}""#, due + jiff::SignedDuration::from_hours(30));
    ask(&world, "POST items/item-1/attempts", &attempt(&later), 200).await;
    let refused = ask(&world, "POST items/item-2/attempts", &attempt(&later), 409).await;
    assert_eq!(refused["reason"], "full", "{refused}");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("anyway")), "{refused}");
    let nearest = refused["nearest"].as_str().expect("a time");
    let done = ask(&world, "POST items/item-2/attempts", &attempt(&format!(r#""{nearest}""#)), 200).await;
    assert_eq!((done["due_at"].as_str(), &done["promise"]["source"]), (Some(nearest), &json!("person")));
    let unnamed = attempt(&format!(r#"{later},"anyway":true"#));
    ask(&world, "POST items/item-2/attempts", &unnamed, 422).await;
    let named = attempt(&format!(r#"{later},"anyway":true,"by":"ben""#));
    let done = ask(&world, "POST items/item-2/attempts", &named, 200).await;
    assert_eq!((&done["promise"]["by"], &done["promise"]["anyway"]), (&json!("ben"), &json!(true)));
}
