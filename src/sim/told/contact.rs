//! What is on record about a number, told to a person.

use crate::floor::event::contact::ContactChange;
use crate::floor::event::contact::ContactOf;
use crate::floor::event::contact::ContactTold;
use crate::floor::fact::contact::ContactKept;
use crate::floor::fact::contact::Preferences;

pub(super) fn told(ContactTold { practice, of, change, .. }: &ContactTold) -> String {
    let of = match of {
        ContactOf::Number(_) => "a number".to_owned(),
        ContactOf::Known(contact) => contact.to_string(),
    };
    let nothing = *change == ContactChange::default();
    format!("somebody {} of {of} at {practice}", if nothing { "begins the record" } else { "tells more" })
}

pub(super) fn kept(ContactKept { contact, practice, wants, .. }: &ContactKept) -> String {
    let Preferences { texts, stopped, no_calls, talking, texting, window, message, confidential } = wants;
    let consent = texts.as_ref().map(|consent| if consent.given { "texts" } else { "no texts" }.to_owned());
    let all = [
        consent,
        stopped.map(|_| "stopped".to_owned()),
        no_calls.as_ref().map(|_| "no calls".to_owned()),
        talking.as_ref().map(|language| format!("speaks {language}")),
        texting.as_ref().map(|language| format!("reads {language}")),
        window.map(String::from),
        message.map(|may| if may { "messages" } else { "no messages" }.to_owned()),
        confidential.then(|| "confidential".to_owned()),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    format!("{contact} of {practice}: {}", if all.is_empty() { "nothing yet".to_owned() } else { all.join(", ") })
}
