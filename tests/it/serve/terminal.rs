//! `carelane call --as` over pipes: what an assistant sees and is asked, from the ring to the note.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;

use carelane::carrier::local::Faults;
use carelane::carrier::local::FromPhone;
use carelane::carrier::local::Line;
use carelane::carrier::local::Role;
use serde_json::Value;

use super::http;
use super::process::Folder;
use super::process::carelane;
use super::process::free_address;
use super::world::API_TOKEN;
use super::world::World;
use super::world::list;
use super::world::play;
use super::world::write_flows;

/// Looks at the screen, 10 ms apart, before a test gives up.
const LOOKS: usize = 3_000;

/// A terminal in which an assistant works.
pub(crate) struct Screen {
    child: Child,
    shown: PathBuf,
    _folder: Folder,
    /// Up to here the screen has been read.
    read: usize,
}

impl Screen {
    /// `carelane call --as`, with everything it prints in one file.
    pub(crate) fn start(agent: &str, carrier: &str, api: &str, words: &[&str]) -> Self {
        let folder = Folder::new();
        let shown = folder.path().join("screen");
        let file = File::create(&shown).expect("a file can be made");
        let vars = [("CARELANE_API_TOKEN".to_owned(), API_TOKEN.to_owned())];
        let all = [&["call", "--as", agent, "--carrier", carrier, "--api", api], words].concat();
        let mut command = carelane(&all, &vars);
        command.stdin(Stdio::piped()).stdout(file.try_clone().expect("a second handle")).stderr(file);
        Self { child: command.spawn().expect("the binary starts"), shown, _folder: folder, read: 0 }
    }

    pub(crate) fn types(&mut self, line: &str) {
        let keyboard = self.child.stdin.as_mut().expect("its input is a pipe");
        writeln!(keyboard, "{line}").expect("it reads its input");
    }

    /// Waits until this stands on the screen, after what was waited for before; what came with it, on one line.
    pub(crate) async fn until(&mut self, words: &str) -> String {
        for _ in 0..LOOKS {
            let all = self.all();
            let fresh = &all[self.read..];
            if let Some(at) = fresh.find(words) {
                let end = at + words.len();
                self.read += end;
                return fresh[..end].split_whitespace().collect::<Vec<_>>().join(" ");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("`{words}` does not come:\n{}", &self.all()[self.read..]);
    }

    /// Answers one question.
    pub(crate) async fn answers(&mut self, question: &str, answer: &str) -> String {
        let shown = self.until(&format!("{question}: ")).await;
        self.types(answer);
        shown
    }

    fn all(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.shown).unwrap_or_default()).into_owned()
    }

    /// Signs out; whether that went well, and what was still shown.
    pub(crate) async fn quits(mut self) -> String {
        self.types("/quit");
        for _ in 0..LOOKS {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                assert!(status.success(), "{}", self.all());
                return self.all()[self.read..].to_owned();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the phone does not end:\n{}", self.all());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn world(change: impl Fn(&str, String) -> String) -> World {
    let mut world = World::stopped(free_address(), 10.0, Faults::default()).await;
    write_flows(&world.engine, change);
    world.engine.start_and_wait().await;
    world
}

fn ana(world: &World) -> Screen {
    Screen::start("ana", &world.carrier.phone_url(), &world.engine.url(""), &[])
}

/// A patient who talks with Ana about an appointment.
async fn talk(world: &World, screen: &mut Screen, patient: &str) -> Line {
    screen.until("ana is signed in").await;
    let mut line = world.phone("+15550109401", Role::Patient).await;
    play(&mut line, None, patient).await;
    screen.until("Enter answers,").await;
    screen.types("");
    screen.until("Call for scheduling").await;
    screen.types("1");
    screen.until("joined").await;
    line
}

const ENGLISH: &str = "dial\nexpect \"press 1\"\nkey 1\nexpect \"in line\"";
const SPANISH: &str = "dial\nexpect \"Para español\"\nkey 9\nexpect \"Para citas\"\nkey 1\nexpect \"en la fila para\"";

async fn note_of(world: &World, call: &str) -> Value {
    let told = world.ask("GET", &format!("calls/{call}"), "").await.expect("carelane answers").json();
    let closed = list(&told["facts"]).iter().find(|fact| fact["fact"] == "call_closed").cloned();
    closed.unwrap_or_else(|| panic!("{call} is not closed: {told:#}"))
}

/// The practice asks for a slot instead of a next step, and knows a wait list that the records desk keeps.
fn with_a_slot(_: &str, text: String) -> String {
    text.replace("next_step: { label: \"Next step, and whose it is\"", "slot: { label: Which slot")
        .replace("        next_step:\n          \"1\"", "        slot:\n          \"1\"")
        .replace("      booked: closes", "      wait_listed: { hands_to: records }\n      booked: closes")
}

#[tokio::test]
async fn an_assistant_sees_the_lanes_script_and_rules_and_is_asked_for_its_own_fields_and_outcomes() {
    let world = world(with_a_slot).await;
    let mut screen = ana(&world);
    screen.until("ana is signed in").await;
    let mut patient = world.phone("+15550109401", Role::Patient).await;
    play(&mut patient, None, SPANISH).await;
    let ring = screen.until("Enter answers,").await;
    assert!(ring.contains("call-1: appointments (scheduling), caller speaks es-US, waiting "), "{ring}");
    assert!(ring.contains(" s, new request"), "{ring}");
    screen.types("");
    screen.until("Call for scheduling, Spanish").await;
    screen.types("1");
    screen.until("joined").await;
    let guide = screen.until("to escalate: /transfer clinical").await;
    assert!(guide.contains("script Gracias por esperar. ¿Me da el nombre y la fecha de nacimiento"), "{guide}");
    assert!(guide.contains("rules - Book within the visit types"), "{guide}");
    assert!(guide.contains("transfer to clinical, do not advise."), "{guide}");

    patient.send(FromPhone::Hangup).await.expect("the carrier is there");
    let outcomes = screen.answers("outcome", "boked").await;
    assert!(outcomes.contains("close call-1: appointments (scheduling)"), "{outcomes}");
    assert!(
        outcomes.contains("done: booked, rescheduled, no_further_action work left for records: wait_listed"),
        "{outcomes}"
    );
    assert!(outcomes.contains("work left for front-desk: message_left, second_attempt_needed"), "{outcomes}");
    let again = screen.answers("outcome", "booked").await;
    assert!(again.contains("did you mean `booked`?"), "{again}");
    screen.answers("What the patient asked for", "a visit for her knee").await;
    screen.answers("What was done", "").await;
    let empty = screen.answers("What was done", "handled").await;
    assert!(empty.contains("must say something"), "{empty}");
    screen.answers("Which slot", "Tuesday at nine").await;
    screen.answers("What was verified: name, date of birth, number (or empty)", "").await;
    screen.answers("What the patient was promised, and by when (or empty)", "a reminder on Monday").await;
    let refused = screen.answers("What was done", "booked with Dr. Lee").await;
    assert!(refused.contains("the note was refused"), "{refused}");
    screen.until("call-1 is closed: booked.").await;

    let closed = note_of(&world, "call-1").await;
    let note = serde_json::json!({
        "request": "a visit for her knee", "action": "booked with Dr. Lee", "slot": "Tuesday at nine",
        "promised": "a reminder on Monday",
    });
    assert_eq!((&closed["outcome"], &closed["note"]), (&"booked".into(), &note));
    let rest = screen.quits().await;
    assert!(!rest.contains("owed"), "{rest}");
}

#[tokio::test]
async fn a_note_that_is_owed_from_before_is_asked_for_and_then_the_assistant_is_signed_in() {
    let world = world(|_, text| text).await;
    let mut screen = ana(&world);
    let _patient = talk(&world, &mut screen, ENGLISH).await;
    screen.types("/bye");
    screen.until("outcome: ").await;
    let left = screen.quits().await;
    assert!(left.contains("The note for call-1 is still owed: `carelane call --as ana` asks for it."), "{left}");

    let mut screen = ana(&world);
    let asked = screen.answers("outcome", "/later").await;
    assert!(asked.starts_with("A note is owed for call-1."), "{asked}");
    let waits = screen.until("/quit leaves.").await;
    assert!(waits.contains("not signed in yet"), "{waits}");
    screen.types("/close");
    screen.answers("outcome", "message_left").await;
    screen.answers("What the patient asked for", "a visit").await;
    screen.answers("What was done", "left word with her sister").await;
    screen.answers("Next step, and whose it is", "front desk calls her").await;
    screen.answers("(or empty)", "").await;
    screen.answers("(or empty)", "").await;
    let done = screen.until("ana is signed in").await;
    assert!(done.contains("call-1 is closed: message_left."), "{done}");
    let floor = world.floor().await;
    assert!(list(&floor["agents"]).iter().any(|agent| agent["id"] == "ana" && agent["state"] == "available"));
    assert_eq!(floor["items"][0]["owner"], "front-desk", "what is left is somebody's");
    screen.quits().await;
}

#[tokio::test]
async fn a_call_that_began_on_an_older_flow_is_closed_by_what_carelane_says_it_needs() {
    let world = world(|_, text| text).await;
    let mut screen = ana(&world);
    let _patient = talk(&world, &mut screen, ENGLISH).await;
    write_flows(&world.engine, with_a_slot);
    world.engine.signal("HUP");
    for _ in 0..LOOKS {
        let lane = world.ask("GET", "lanes/riverside/scheduling", "").await.expect("carelane answers");
        if lane.text().contains("slot") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    screen.types("/bye");
    screen.answers("outcome", "wait_listed").await;
    screen.answers("What the patient asked for", "a visit").await;
    screen.answers("What was done", "put on the list").await;
    screen.answers("Which slot", "Tuesday at nine").await;
    screen.answers("(or empty)", "").await;
    screen.answers("(or empty)", "").await;
    let refused = screen.answers("outcome", "booked").await;
    assert!(refused.contains("`outcome` is none of the allowed values"), "{refused}");
    assert!(refused.contains("booked, rescheduled, no_further_action, message_left"), "{refused}");
    screen.answers("next_step", "front desk calls her").await;
    screen.until("call-1 is closed: booked.").await;
    let closed = note_of(&world, "call-1").await;
    assert_eq!(closed["note"]["next_step"], "front desk calls her");
    screen.quits().await;
    assert_eq!(http::get(&world.engine.url("/readyz")).await.expect("carelane answers").status, 200);
}

#[tokio::test]
async fn an_assistant_asks_a_colleague_by_command_and_hands_the_caller_over() {
    let world = world(|_, text| text).await;
    let mut screen = ana(&world);
    let mut patient = talk(&world, &mut screen, ENGLISH).await;
    screen.types("/complete");
    screen.until("no warm transfer of this call is under way").await;
    screen.types("/warm");
    screen.until("name the lane: /warm referrals").await;
    screen.types("/warm general");
    screen.until("nobody else of this lane is signed in").await;
    let mut ben = Screen::start("ben", &world.carrier.phone_url(), &world.engine.url(""), &[]);
    ben.until("ben is signed in").await;

    screen.types("/warm general");
    screen.until("general is asked, the caller is on hold").await;
    ben.until("asked by ana").await;
    ben.types("");
    screen.types("/cancel");
    screen.until("the caller is back").await;
    ben.until("call ended").await;

    screen.types("/warm general");
    ben.until("Enter answers,").await;
    ben.types("");
    ben.until("Warm transfer: Ana asks you to take a call over.").await;
    ben.types("1");
    ben.until("joined").await;
    screen.types("She needs directions");
    ben.until("other side: \"She needs directions\"").await;
    screen.types("/complete");
    screen.until("your colleague has the caller").await;
    screen.until("call ended").await;
    play(&mut patient, None, "expect-joined").await;
    ben.types("Hello, this is Ben");
    play(&mut patient, None, "expect \"this is Ben\"").await;
    let floor = world.floor().await;
    assert_eq!((&floor["calls"][0]["agent"], &floor["calls"][0]["lane"]), (&"ben".into(), &"general".into()));
    // Ana has nothing to write.
    let left = screen.quits().await;
    assert!(!left.contains("owed"), "{left}");
    ben.types("/bye");
    ben.until("outcome: ").await;
}
