//! What the worklist says of an item beside its facts: what kind of work it is, and what has to be done next.

use carelane::floor::Floor;
use carelane::floor::details::Details;
use carelane::floor::details::Standing;
use carelane::floor::details::Subject;
use carelane::floor::effect::Outbox;
use carelane::floor::event::Event;
use carelane::floor::event::Input;
use carelane::vocab::Caller;
use carelane::vocab::ItemId;

use super::MORNING;
use super::practice::NUMBER;
use super::practice::Practice;

fn tell(floor: &mut Floor, event: Event) {
    floor.handle(MORNING, event, &mut Outbox::default());
    floor.check().unwrap();
}

/// A practice whose desk does this kind of work, and a call to the lane of a key that nobody takes.
fn missed(work: &str, key: &str) -> Floor {
    let mut practice = Practice::read();
    let documents = "\n    documents: { letter: { en-US: the letter, es-US: la carta } }";
    let documents = if work == "referral" { documents } else { "" };
    let edited = format!("work: {work}{documents}\n    answer_within: 2m");
    let flow = practice.edit("flow", "answer_within: 2m", &edited).unwrap();
    let mut floor = Floor::default();
    tell(&mut floor, Event::FloorOpened("elm-floor".into()));
    tell(&mut floor, practice.team_offered().unwrap());
    tell(&mut floor, flow);
    let caller = Caller::from_carrier("+15555550101");
    tell(&mut floor, Event::CallArrived { carrier_call: "CA-A".into(), caller, dialled: NUMBER.into() });
    let leg = floor.leg_of(&"CA-A".into()).unwrap().id;
    tell(&mut floor, Event::TreatmentEnded { leg, serial: 1, input: Input::Keys(key.into()) });
    let status = carelane::floor::event::LegStatus::Ended(carelane::floor::event::LegEnd::Completed);
    tell(&mut floor, Event::LegStatus { leg: Some(leg), carrier_call: "CA-A".into(), status });
    floor
}

fn segment(floor: &Floor) -> &'static str {
    floor.item(ItemId(1)).unwrap().segment().name()
}

#[test]
fn an_item_is_segmented_by_lane_standing_and_urgency() {
    for (work, expected) in [
        ("scheduling", "new_patient"),
        ("referral", "referral"),
        ("billing", "billing"),
        ("records", "records"),
        ("other", "other"),
    ] {
        assert_eq!(segment(&missed(work, "1")), expected);
    }
    assert_eq!(segment(&missed("scheduling", "3")), "urgent");
    let mut floor = missed("scheduling", "1");
    let details = Box::new(Details { standing: Some(Standing::Existing), ..Details::default() });
    tell(&mut floor, Event::DetailsTold { of: Subject::Item(ItemId(1)), details });
    assert_eq!(segment(&floor), "existing_scheduling");
}

#[test]
fn an_item_says_what_has_to_be_done_next() {
    let mut floor = missed("scheduling", "1");
    let next = |floor: &Floor| floor.item(ItemId(1)).unwrap().next_action();
    assert_eq!(next(&floor), "call back, attempt 1 of 3");
    for expected in ["call back, attempt 2 of 3", "call back, attempt 3 of 3", "close it: three attempts were made"] {
        let note = [("request".into(), carelane::vocab::Private::new("asked to move the visit to Friday".to_owned()))];
        let (outcome, note) = ("message_left".into(), note.into());
        tell(&mut floor, Event::AttemptMade { item: ItemId(1), outcome, note, by: None, promised: None });
        assert_eq!(next(&floor), expected);
    }
}

#[test]
fn a_mailbox_is_told_the_practice_and_its_number_in_the_patients_language() {
    let floor = missed("scheduling", "1");
    let mut item = floor.item(ItemId(1)).unwrap().clone();
    let english = "Hello, this is Elm Clinic. We are returning your call. Please call us at +15550100300. Thank you.";
    assert_eq!(item.mailbox_message(), english);
    item.new.language = carelane::vocab::Language::parse("es-US").unwrap();
    assert!(item.mailbox_message().starts_with("Hola, le llamamos de Elm Clinic."), "{}", item.mailbox_message());
}
