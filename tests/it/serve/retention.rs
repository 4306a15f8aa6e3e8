//! Retention on the real binary: a journal of years ago, and what a start leaves of its personal texts.

use std::path::Path;
use std::sync::Arc;

use carelane::floor::Floor;
use carelane::floor::effect::Outbox;
use carelane::floor::event::Event;
use carelane::floor::event::FlowFile;
use carelane::floor::event::LegEnd;
use carelane::floor::event::LegStatus;
use carelane::floor::event::TeamFile;
use carelane::flow::check_folder;
use carelane::flow::demo;
use carelane::journal::Journal;
use carelane::journal::JournalReader;
use carelane::journal::Store;
use carelane::vocab::Caller;
use carelane::vocab::CarrierCall;
use carelane::vocab::Span;
use carelane::vocab::Timestamp;

use super::process::Served;
use super::process::free_address;
use super::process::run;
use super::world::OURS;
use super::world::now;

/// A call is journaled so long ago.
const LONG_AGO: Span = Span::days(7 * 366);
const RECENTLY: Span = Span::days(100);

/// A journal in which one patient called then, and one not long ago; both hung up in the menu.
fn two_calls(data: &Path) {
    let (mut journal, _) = Journal::open(data, None, |_| {}).expect("a new folder can be opened");
    let mut floor = Floor::default();
    let mut tell = |at: Timestamp, event: Event| {
        let mut out = Outbox::default();
        let scope = floor.practice_of(&event).map_or("floor".to_owned(), ToString::to_string);
        floor.handle(at, event.clone(), &mut out);
        journal.append(at, &scope, &event, &out.facts).expect("the journal takes it");
    };
    let then = now() - LONG_AGO;
    tell(then, Event::FloorOpened("f00d".into()));
    let checked = check_folder(&demo().map(|(path, text)| (path.to_owned(), text.to_owned())));
    for (_, text, team) in checked.teams {
        let file = TeamFile { hash: "t1".into(), text: text.into(), team: Arc::new(team) };
        tell(then, Event::TeamOffered(Box::new(file)));
    }
    for (_, text, flow) in checked.flows {
        let file = FlowFile { hash: "f1".into(), text: text.into(), flow: Arc::new(flow) };
        tell(then, Event::FlowOffered(Box::new(file)));
    }
    for (leg, at) in [(1, then), (2, now() - RECENTLY)] {
        let caller = Caller::from_carrier(&format!("+1555010900{leg}"));
        let carrier_call = CarrierCall::from(format!("CA{leg}").as_str());
        tell(at, Event::CallArrived { carrier_call: carrier_call.clone(), caller, dialled: OURS.into() });
        let status = LegStatus::Ended(LegEnd::Completed);
        tell(at + Span::secs(5), Event::LegStatus { leg: None, carrier_call, status });
    }
    journal.commit().expect("the journal commits");
    journal.close().expect("the journal closes");
}

/// Which callers' numbers can be read in this journal.
fn callers(data: &Path) -> Vec<String> {
    let mut reader = JournalReader::open(data, None).expect("the journal can be read");
    let head = reader.head().expect("it has a head");
    let entries = reader.read_range(1, head).expect("every block is sound");
    let number = |event: &Event| match event {
        Event::CallArrived { caller, .. } => caller.number.as_ref().map(|number| number.reveal().to_owned()),
        _ => None,
    };
    entries.iter().filter_map(|entry| number(&entry.event)).filter(|number| !number.is_empty()).collect()
}

fn keys(data: &Path) -> usize {
    std::fs::read_dir(data.join("keys")).expect("the keys' folder").count()
}

#[tokio::test]
async fn texts_past_their_retention_are_destroyed_with_a_proof_and_the_journal_stays_sound() {
    let mut served = Served::new(free_address(), vec![("CARELANE_LOCAL_CARRIER".into(), "127.0.0.1:0".into())]);
    let data = served.data();
    two_calls(&data);
    assert_eq!(callers(&data), ["+15550109001", "+15550109002"]);
    assert_eq!(keys(&data), 2);

    served.start_and_wait().await;
    for _ in 0..500 {
        if served.log().contains("personal texts past their retention were destroyed") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(keys(&data), 1, "{}", served.log());
    served.signal("TERM");
    assert_eq!(served.end().await, Some(0));

    assert_eq!(callers(&data), ["+15550109002"]);
    let verified = run(&["journal", "verify"], &served.vars);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{said}");
    assert!(
        said.contains("is sound")
            && said.contains("retention destroyed the key riverside-")
            && !said.contains("WARNING"),
        "{said}"
    );
    let printed = run(&["journal", "print"], &served.vars);
    let proofs =
        String::from_utf8_lossy(&printed.stdout).matches("\"facts\":[{\"KeyExpired\":{\"scope\":\"riverside\"").count();
    assert_eq!(proofs, 1, "the proof stands in the journal");

    // A second start has nothing left to destroy, and answers.
    served.start_and_wait().await;
    assert_eq!(keys(&data), 1);
    assert!(!served.log().contains("a record key is missing"), "{}", served.log());
}

#[tokio::test]
async fn a_key_that_is_lost_is_told_at_the_start_and_by_verify() {
    let mut served = Served::new(free_address(), vec![("CARELANE_LOCAL_CARRIER".into(), "127.0.0.1:0".into())]);
    let data = served.data();
    two_calls(&data);
    for key in std::fs::read_dir(data.join("keys")).expect("the keys' folder") {
        std::fs::remove_file(key.expect("a key").path()).expect("it can be lost");
    }
    served.start_and_wait().await;
    assert!(served.log().contains("a record key is missing that retention did not destroy"), "{}", served.log());
    served.signal("TERM");
    assert_eq!(served.end().await, Some(0));
    let verified = run(&["journal", "verify"], &served.vars);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("WARNING") && said.contains("from a backup"), "{said}");
}
