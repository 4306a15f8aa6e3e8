//! Starting, reloading and stopping: signals, settings, secrets, and a second carelane on the same data.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use carelane::carrier::local::Faults;
use carelane::carrier::local::FromPhone;
use carelane::carrier::local::Role;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::http;
use super::process::Folder;
use super::process::Served;
use super::process::behind_a_carrier;
use super::process::free_address;
use super::process::run;
use super::world::ACCOUNT;
use super::world::AUTH_TOKEN;
use super::world::World;
use super::world::list;
use super::world::play;
use super::world::write_flows;

/// Waits until carelane has said this.
async fn until_said(engine: &Served, words: &str) {
    for _ in 0..500 {
        if engine.log().contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("`{words}` was not said within 10 s:\n{}", engine.log());
}

#[tokio::test]
async fn flow_files_are_read_again_while_a_call_waits_and_a_broken_one_changes_nothing() {
    let world = World::start(10.0, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;

    write_flows(&world.engine, |_, text| text.replace("{ lane: scheduling }", "{ lane: schedulling }"));
    world.engine.signal("HUP");
    until_said(&world.engine, "nothing was changed").await;
    assert!(world.engine.log().contains("did you mean"), "the problem is shown with a hint");
    world.patient("+15550109002", "dial\nexpect \"Riverside Family Medicine\"\nhangup\nexpect-ended").await;

    let renamed =
        |text: String| text.replace("Family Medicine", "Family Practice").replace("appointments, es", "visits, es");
    write_flows(&world.engine, |_, text| renamed(text));
    world.engine.signal("HUP");
    until_said(&world.engine, "flow files read again").await;
    let newer = "dial\nexpect \"Riverside Family Practice\"\nexpect \"press 1\"\nkey 1\nexpect \"in line for visits\"\n\
        hangup\nexpect-ended";
    world.patient("+15550109003", newer).await;

    // The first caller is still there and is served by the version the call began with.
    let talk = "ready\nexpect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended";
    let patient = play(&mut waiting, None, "expect-joined\nhangup\nexpect-ended");
    tokio::join!(patient, world.assistant("ana", talk));
    let floor = world.until_quiet().await;
    assert_eq!(floor["ledger"]["unaccounted"], 0);
    assert_eq!(floor["practices"][0]["name"], "Riverside Family Practice");
}

#[tokio::test]
async fn the_api_reads_flow_files_again_and_names_every_problem() {
    let world = World::start(10.0, Faults::default()).await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"Riverside Family Medicine\"\nexpect \"press 1\"").await;
    let reload = || async { world.ask("POST", "flows/reload", "").await.expect("carelane answers") };
    let scraped = || async { http::get(&world.engine.url("/metrics")).await.expect("carelane answers").text() };

    write_flows(&world.engine, |_, text| text.replace("{ lane: scheduling }", "{ lane: schedulling }"));
    let refused = reload().await;
    assert_eq!((refused.status, &*refused.content_type), (422, "application/problem+json"));
    let problem = &refused.json()["problems"][0];
    assert_eq!((&problem["code"], &problem["severity"]), (&"flow::unknown-lane".into(), &"error".into()));
    assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("`scheduling`")), "{problem}");
    assert!(problem["line"].as_u64().is_some_and(|line| line > 1), "{problem}");
    assert!(scraped().await.contains("\ncarelane_flow_files_sound 0\n"));
    world.patient("+15550109002", "dial\nexpect \"Riverside Family Medicine\"\nhangup\nexpect-ended").await;

    write_flows(&world.engine, |_, text| text.replace("Family Medicine", "Family Practice"));
    let loaded = reload().await;
    assert_eq!((loaded.status, &*loaded.content_type), (200, "application/json"));
    let loaded = loaded.json();
    let flow = list(&loaded["files"]).iter().find(|file| file["kind"] == "practice").expect("the practice is loaded");
    assert_eq!((&flow["id"], &flow["changed"]), (&"riverside".into(), &true.into()), "{loaded}");
    let again = reload().await.json();
    assert!(list(&again["files"]).iter().all(|file| file["changed"] != true), "{again}");
    world.patient("+15550109003", "dial\nexpect \"Riverside Family Practice\"\nhangup\nexpect-ended").await;
    // The call of the beginning goes on by the version it began with.
    play(&mut waiting, None, "key *\nexpect \"press 1\"\nhangup\nexpect-ended").await;
    let metrics = scraped().await;
    assert!(metrics.contains("\ncarelane_flow_files_sound 1\n"));
    for (result, count) in [("loaded", 2), ("refused", 1), ("unreadable", 0)] {
        assert!(metrics.contains(&format!("\ncarelane_flow_reloads_total{{result=\"{result}\"}} {count}\n")));
    }
    let unreadable = vec![b'#'; 1024 * 1024 + 1];
    std::fs::write(world.engine.folder.path().join("flows/large.yaml"), unreadable).expect("a file can be written");
    let refused = reload().await;
    assert_eq!((refused.status, &*refused.content_type), (500, "application/problem+json"));
    assert!(refused.json()["detail"].as_str().is_some_and(|why| why.contains("large.yaml")));
}

#[tokio::test]
async fn on_sigterm_requests_under_way_finish_and_waiting_calls_are_there_after_the_next_start() {
    let mut world = World::start(6.0, Faults::default()).await;
    world.set_state("ana", "not_ready").await;
    let mut waiting = world.phone("+15550109001", Role::Patient).await;
    play(&mut waiting, None, "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line for appointments\"").await;
    let mut slow = TcpStream::connect(world.engine.address).await.expect("carelane listens");
    let head = "PUT /api/v1/agents/ben/state HTTP/1.1\r\nhost: x\r\nauthorization: Bearer serve-test-api-token\r\n\
                content-length: 21\r\n\r\n{\"state\":";
    slow.write_all(head.as_bytes()).await.expect("carelane reads");
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.engine.signal("TERM");
    tokio::time::sleep(Duration::from_millis(200)).await;
    slow.write_all(b"\"not_ready\"}").await.expect("carelane still reads");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(world.engine.end().await, Some(0));

    world.engine.start_and_wait().await;
    let floor = world.floor().await;
    let state =
        |agent: &str| list(&floor["agents"]).iter().find(|a| a["id"] == agent).expect("in the team")["state"].clone();
    assert_eq!((state("ana"), state("ben")), ("not_ready".into(), "not_ready".into()));
    let talk = "ready\nexpect-incoming\nanswer\nexpect \"Call for\"\nkey 1\nexpect-joined\nexpect-ended";
    let patient = play(&mut waiting, None, "expect-joined\nhangup\nexpect-ended");
    tokio::join!(patient, world.assistant("ana", talk));
    assert_eq!(world.until_quiet().await["ledger"]["unaccounted"], 0);
}

#[tokio::test]
async fn a_waiting_patient_hears_one_moment_while_carelane_is_down_and_keeps_the_place() {
    let mut world = World::start(6.0, Faults::default()).await;
    // A second of music, so that the next words are asked for soon.
    std::fs::write(world.engine.folder.path().join("hold.wav"), [0; 8_000]).expect("a file can be written");
    let sounds = world.engine.folder.path().display().to_string();
    world.engine.vars.push(("CARELANE_SOUNDS".to_owned(), sounds));
    world.engine.kill();
    world.engine.start_and_wait().await;
    world.set_state("ana", "not_ready").await;
    let mut line = world.phone("+15550109001", Role::Patient).await;
    play(&mut line, None, "dial\nexpect \"press 1\"\nkey 1\nexpect-music").await;
    let before = world.floor().await;
    world.engine.kill();
    play(&mut line, None, "expect \"One moment, please.\"\nexpect \"One moment, please.\"").await;
    world.engine.start_and_wait().await;
    play(&mut line, None, "expect-music").await;
    assert_eq!(world.floor().await["lanes"][0]["waiting"], before["lanes"][0]["waiting"]);
    let _ = line.send(FromPhone::Hangup).await;
    assert_eq!(world.until_quiet().await["ledger"]["items"], 1);
}

#[tokio::test]
async fn a_second_carelane_on_the_same_data_is_refused_and_the_first_goes_on() {
    let world = World::start(10.0, Faults::default()).await;
    let mut vars = world.engine.vars.clone();
    vars.push(("CARELANE_LISTEN".to_owned(), free_address().to_string()));
    let second = run(&["serve"], &vars);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another") && said.contains("data"), "it does not say why: {said}");
    let same_port = run(&["serve"], &world.engine.vars);
    let said = String::from_utf8_lossy(&same_port.stderr);
    assert_eq!(same_port.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot listen on"), "{said}");
    world.patient("+15550109001", "dial\nexpect \"Riverside\"\nhangup\nexpect-ended").await;
}

#[tokio::test]
async fn secrets_may_be_files_and_a_generated_one_is_for_its_owner_only() {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    let at = |name: &str| world.engine.folder.path().join(name).display().to_string();
    let (auth_token, own_token) = (at("auth-token"), at("own-token"));
    std::fs::write(&auth_token, format!("{AUTH_TOKEN}\n")).expect("a file can be written");
    std::fs::write(&own_token, "from-a-file\n").expect("a file can be written");
    world.engine.vars.retain(|(name, _)| name != "TWILIO_AUTH_TOKEN" && name != "CARELANE_API_TOKEN");
    world.engine.vars.push(("TWILIO_AUTH_TOKEN_FILE".to_owned(), auth_token));
    world.engine.start_and_wait().await;
    let file = world.engine.data().join("api-token");
    let token = std::fs::read_to_string(&file).expect("a token was generated");
    assert!(token.len() >= 32, "it is short");
    let mode = std::fs::metadata(&file).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others may read it");
    assert!(world.engine.log().contains(&file.display().to_string()), "its place is not said");
    assert!(!world.engine.log().contains(&token), "it is printed");
    assert_eq!(floor_status(&world, &token).await, 200);
    world.patient("+15550109001", "dial\nexpect \"Riverside\"\nhangup\nexpect-ended").await;

    world.engine.kill();
    world.engine.vars.push(("CARELANE_API_TOKEN_FILE".to_owned(), own_token));
    world.engine.start_and_wait().await;
    assert_eq!(floor_status(&world, "from-a-file").await, 200);
    assert_eq!(floor_status(&world, &token).await, 401);
}

async fn floor_status(world: &World, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let answer = http::send("GET", &world.engine.url("/api/v1/floor"), &[("authorization", &bearer)], b"").await;
    answer.expect("carelane answers").status
}

#[tokio::test]
async fn a_setting_that_is_missing_or_wrong_is_named_before_anything_starts() {
    let served = Served::new(free_address(), vec![("CARELANE_CARRIER".to_owned(), "twilio".to_owned())]);
    let with = |more: &[(&str, &str)]| {
        let mut vars = served.vars.clone();
        vars.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let output = run(&["serve"], &vars);
        assert!(!output.status.success(), "it started with {more:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(with(&[]).contains("TWILIO_ACCOUNT_SID"));
    let account = ("TWILIO_ACCOUNT_SID", ACCOUNT);
    for token in [None, Some(("TWILIO_AUTH_TOKEN", "")), Some(("TWILIO_AUTH_TOKEN", " , "))] {
        let vars: Vec<_> = [account].into_iter().chain(token).collect();
        let said = with(&vars);
        assert!(said.contains("TWILIO_AUTH_TOKEN") && said.contains("TWILIO_AUTH_TOKEN_FILE"), "{said}");
    }
    let said = with(&[account, ("TWILIO_AUTH_TOKEN_FILE", "/nowhere/at/all")]);
    assert!(said.contains("/nowhere/at/all"), "{said}");
    assert!(with(&[account, ("TWILIO_AUTH_TOKEN", "x"), ("CARELANE_LISTEN", "nowhere")]).contains("nowhere"));
    for public in [
        "voice.example.org",
        "https://",
        "https:///x",
        "https://v.example/?a=1",
        "https://a b",
        "https://v.example/\"x",
    ] {
        let said = with(&[account, ("TWILIO_AUTH_TOKEN", "x"), ("CARELANE_PUBLIC_URL", public)]);
        assert!(said.contains("CARELANE_PUBLIC_URL"), "{public}: {said}");
    }
    assert!(!served.data().exists(), "a data folder was made");
}

#[tokio::test]
async fn without_the_named_folder_of_flow_files_a_practice_goes_on_and_a_new_floor_is_the_demo() {
    let folder = Folder::new();
    let named = folder.path().join("practice");
    let flows = named.display().to_string();
    let start = async |served: &mut Served| {
        served.start_and_wait().await;
        served.signal("TERM");
        assert_eq!(served.end().await, Some(0));
        served.log()
    };
    let new = || Served::new(free_address(), behind_a_carrier("http://127.0.0.1:9", &[("CARELANE_FLOWS", &flows)]));
    let told = start(&mut new()).await;
    assert!(told.contains("callers are served as the demo's practice") && told.contains(&flows), "{told}");

    fs::create_dir(&named).unwrap();
    for (path, text) in carelane::flow::demo() {
        let text = text.replace("+15550100100", "+15550100300");
        fs::write(named.join(Path::new(path).file_name().unwrap()), text).unwrap();
    }
    let mut practice = new();
    start(&mut practice).await;
    // A disk that is not mounted yet ends no line, and brings nobody to the demo.
    fs::remove_dir_all(&named).unwrap();
    let told = start(&mut practice).await;
    assert!(told.contains("goes on with the versions it used before") && !told.contains("demo's practice"), "{told}");
}
