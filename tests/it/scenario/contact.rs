//! Scripts' commands about what is on record of a number.

use carelane::floor::details::Window;
use carelane::floor::event::Event;
use carelane::floor::event::contact::ContactChange;
use carelane::floor::event::contact::ContactOf;
use carelane::floor::event::contact::ContactTold;
use carelane::floor::fact::contact::ConsentSource;
use carelane::vocab::Language;
use carelane::vocab::Number;

/// `+15555550101 by=ana texts=yes how=spoken`, or `contact-1 window=weekdays_after_15:00`.
pub(super) fn told(of: &str, words: &[&str]) -> Result<Event, String> {
    let of = match of.parse() {
        Ok(contact) => ContactOf::Known(contact),
        Err(()) => ContactOf::Number(Number::parse(of).map_err(|error| error.to_string())?),
    };
    let (mut change, mut by) = (ContactChange::default(), None);
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(|| format!("{word} is no name=value"))?;
        let yes = Some(value == "yes");
        let language = || Language::parse(value).ok_or_else(|| format!("no language {value}"));
        match name {
            "by" => by = Some(value.into()),
            "texts" => change.texts = yes,
            "calls" => change.calls = yes,
            "message" => change.message = yes,
            "confidential" => change.confidential = yes,
            "talking" => change.talking = Some(language()?),
            "texting" => change.texting = Some(language()?),
            "window" => change.window = Some(Window::parse(value).ok_or_else(|| format!("no window {value}"))?),
            "how" => change.how = Some(source(value)?),
            _ => return Err(format!("nothing is kept as {name}")),
        }
    }
    Ok(Event::ContactTold(Box::new(ContactTold { practice: "elm".into(), of, change, by })))
}

fn source(word: &str) -> Result<ConsentSource, String> {
    Ok(match word {
        "spoken" => ConsentSource::Spoken,
        "written" => ConsentSource::Written,
        "portal" => ConsentSource::Portal,
        _ => return Err(format!("nobody consents by {word}")),
    })
}
