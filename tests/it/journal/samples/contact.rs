//! What is on record about a number, with every field filled.

use carelane::floor::details::Window;
use carelane::floor::event::Event;
use carelane::floor::event::contact::ContactChange;
use carelane::floor::event::contact::ContactOf;
use carelane::floor::event::contact::ContactTold;
use carelane::floor::fact::Fact;
use carelane::floor::fact::contact::CallsDeclined;
use carelane::floor::fact::contact::ConsentSource;
use carelane::floor::fact::contact::ContactKept;
use carelane::floor::fact::contact::Preferences;
use carelane::floor::fact::contact::TextConsent;
use carelane::vocab::ContactId;
use carelane::vocab::Number;

use super::NOON;
use super::caller;
use super::english;

fn number(n: u32) -> Number {
    caller(n).number.expect("a sample has a number")
}

pub(super) fn told() -> Event {
    let change = ContactChange {
        texts: Some(true),
        how: Some(ConsentSource::Written),
        calls: Some(false),
        talking: Some(english()),
        texting: Some(english()),
        window: Window::parse("weekdays after 15:00"),
        message: Some(false),
        confidential: Some(true),
    };
    let of = ContactOf::Number(number(15));
    Event::ContactTold(Box::new(ContactTold { practice: "riverside".into(), of, change, by: Some("ana".into()) }))
}

pub(super) fn kept() -> Fact {
    let wants = Preferences {
        texts: Some(TextConsent { given: true, at: NOON, by: "ana".into(), how: ConsentSource::Spoken }),
        stopped: Some(NOON),
        no_calls: Some(CallsDeclined { at: NOON, by: "ana".into() }),
        talking: Some(english()),
        texting: Some(english()),
        window: Window::parse("before 10:00"),
        message: Some(true),
        confidential: true,
    };
    let (contact, practice, number) = (ContactId(3), "riverside".into(), number(24));
    Fact::ContactKept(Box::new(ContactKept { contact, practice, number, wants, by: Some("ana".into()) }))
}
