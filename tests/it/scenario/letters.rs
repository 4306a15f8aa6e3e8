//! Commands of scripts about what patients write, and what assistants keep about it.

use carelane::floor::event::Event;
use carelane::floor::event::NewLetter;
use carelane::floor::fact::desk::DeskChange;
use carelane::floor::fact::desk::ReferralStatus;
use carelane::flow::Channel;
use carelane::flow::ScriptStep;
use carelane::vocab::Caller;
use carelane::vocab::LaneId;
use carelane::vocab::Language;
use carelane::vocab::Private;

use super::noted::details;
use super::script::desk;
use super::script::id;
use super::script::local;

/// `letter CHANNEL …`.
pub(super) fn event(words: &[&str]) -> Result<Event, String> {
    match *words {
        ["letter", channel, ref words @ ..] => letter(channel, words),
        ["said", item, step, by] => {
            let step = ScriptStep::ALL.into_iter().find(|(_, name)| *name == step).ok_or("no such step")?.0;
            Ok(desk(id(item)?, DeskChange::Said { step }, by))
        }
        ["referral", item, status, by, ref missing @ ..] => {
            let found = ReferralStatus::ALL.into_iter().find(|(_, name)| *name == status);
            let status = found.ok_or("no such status")?.0;
            let missing = missing.iter().map(|document| (*document).into()).collect();
            Ok(desk(id(item)?, DeskChange::Referral { status, missing }, by))
        }
        _ => Err(format!("no command: {}", words.join(" "))),
    }
}

/// What a patient writes: `from=`, `sender=`, `lane=`, `text=`, `language=`, `received=`, and details.
fn letter(channel: &str, words: &[&str]) -> Result<Event, String> {
    let channel = Channel::ALL.into_iter().find(|(_, name)| *name == channel).ok_or("no such channel")?.0;
    let (about, rest): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| {
        let name = word.split('=').next().unwrap_or_default();
        ["from", "sender", "lane", "text", "language", "received"].contains(&name)
    });
    let of = |name: &str| {
        let mut found = about.iter().filter_map(|word| word.split_once('='));
        found.find(|(known, _)| *known == name).map(|(_, value)| value)
    };
    let private = |name| of(name).map(|text: &str| Private::new(text.to_owned()));
    let letter = NewLetter {
        channel,
        lane: of("lane").map(LaneId::from),
        caller: of("from").map(Caller::from_carrier).unwrap_or_default(),
        sender: private("sender"),
        text: private("text"),
        language: of("language").and_then(Language::parse),
        details: details(&rest)?,
        received: of("received").map(|at| local(&at.replace('T', " "))).transpose()?,
    };
    Ok(Event::LetterCame { practice: "elm".into(), letter: Box::new(letter) })
}
