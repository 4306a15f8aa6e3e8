//! Items of work and their recordings as lines: opened, attempted, owned, changed, closed, and messages on their way.

use super::clock;
use super::fields;
use super::plain;
use super::time;
use crate::floor::details::Details;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::ItemChange;
use crate::floor::fact::NewItem;
use crate::floor::fact::desk::DeskChange;
use crate::vocab::CallId;

pub(super) fn work(told: &Fact) -> String {
    match told {
        Fact::ItemOpened(new) => item(new),
        Fact::ItemAttempted { item, outcome, note, due_at, .. } => {
            format!("{item} attempted: {outcome} ({}), next due {}", fields(note), time(*due_at))
        }
        Fact::ItemClosed { item, outcome, note, .. } => format!("{item} closed: {outcome} ({})", fields(note)),
        Fact::ItemJoined { item, call, kind, promised, due_at } => format!(
            "{call} belongs to {item}{}{}{}",
            kind.map_or_else(String::new, |kind| format!(", {} now", plain(kind))),
            promised.map_or_else(String::new, |at| format!(", promised {}", time(at))),
            due_at.map_or_else(String::new, |at| format!(", due {} now", time(at))),
        ),
        Fact::ItemChanged { item, to, .. } => match to {
            ItemChange::Merged { into } => format!("{item} is merged into {into}"),
            ItemChange::Due { at } => format!("{item} is due {}", time(*at)),
            ItemChange::Desk(change) => format!("{item}: {}", kept(change)),
        },
        Fact::LetterCame(letter) => format!(
            "{} came by {}{}{}",
            letter.item,
            letter.channel.name(),
            if letter.again { ", again" } else { "" },
            letter.due_at.map_or_else(String::new, |at| format!(", due {} now", time(at))),
        ),
        Fact::ItemOwned { item, owner } => format!("{item} owned by {}", owner.as_str()),
        other => recording(other),
    }
}

pub(super) fn kept(change: &DeskChange) -> String {
    match change {
        DeskChange::Said { step } => format!("{} was said", step.name()),
        DeskChange::Promised { at, anyway: false } => format!("promised by {}", time(*at)),
        DeskChange::Promised { at, anyway: true } => format!("promised by {}, anyway", time(*at)),
        DeskChange::Referral { status, missing } if missing.is_empty() => format!("the referral is {}", status.name()),
        DeskChange::Referral { status, missing } => {
            let missing: Vec<&str> = missing.iter().map(|document| document.as_str()).collect();
            format!("the referral is {}, without {}", status.name(), missing.join(", "))
        }
    }
}

fn recording(told: &Fact) -> String {
    match told {
        Fact::VoicemailBegan { call, due_at } => format!("{call} is at the mailbox, called back by {}", time(*due_at)),
        Fact::RecordingAwaited { of, leg, carrier_call, until } => {
            format!("{of} awaits the recording of {leg}, {carrier_call}, until {}", clock(*until))
        }
        Fact::RecordingNamed { of, recording, duration, partial } => format!(
            "{of} has the recording {recording}{}{}",
            duration.map_or_else(String::new, |length| format!(", {length}")),
            if *partial { ", partial" } else { "" },
        ),
        Fact::RecordingEmpty { of } => format!("{of} has no message"),
        Fact::RecordingDelayed { of, again_at } => format!(
            "{of} has trouble with its recording, {}",
            again_at.map_or_else(|| "given up".to_owned(), |at| format!("again at {}", clock(at)))
        ),
        Fact::RecordingTried { of } => format!("{of} has its recording looked after again"),
        Fact::RecordingStored { of, recording, file, duration } => {
            format!("{of} has {recording} stored as {file}, {duration}")
        }
        Fact::RecordingDropped { of } => format!("{of} has its recording here only"),
        Fact::RecordingPlayed { of, by } => format!("{of} was played to {}", by.reveal()),
        other => format!("{other:?}"),
    }
}

fn item(new: &NewItem) -> String {
    format!(
        "{} {}{} for {}: {} {}, owner {}, due {}{}",
        new.item,
        plain(new.kind),
        if new.call == CallId::NONE { String::new() } else { format!(" of {}", new.call) },
        new.lane,
        new.language,
        if new.urgent { "urgent" } else { "routine" },
        new.owner.as_str(),
        time(new.due_at),
        if new.promised.is_some() { ", promised" } else { "" },
    ) + &new.flagged_by.as_ref().map(flagged).unwrap_or_default()
        + &new.maybe_same.map_or_else(String::new, |same| format!(", maybe the same as {same}"))
        + &new.earlier.map_or_else(String::new, |earlier| format!(", after {earlier}"))
        + &new.chain.as_ref().map_or_else(String::new, |link| {
            let after = link.after.map_or_else(String::new, |item| format!(", after {item}"));
            format!(", {} of {}{after}", link.stage, link.chain)
        })
        + &match known(&new.details) {
            known if known.is_empty() => known,
            known => format!("; {known}"),
        }
}

pub(super) fn flagged(by: &FlaggedBy) -> String {
    match by {
        FlaggedBy::Caller => String::new(),
        FlaggedBy::Agent(agent) => format!(", {agent} says"),
        FlaggedBy::Note { by, field } => {
            let by = by.as_ref().map_or_else(String::new, |by| format!(" of {by}"));
            format!(", the note says{by} in {field}")
        }
    }
}

pub(super) fn known(details: &Details) -> String {
    let Details { standing, patient_name, patient_born, relationship, may_discuss, .. } = details;
    let Details { reason, backline, preferred_window, .. } = details;
    let mut known = Vec::new();
    known.extend(backline.then(|| "the backline".to_owned()));
    known.extend(standing.map(|standing| format!("{} patient", plain(standing))));
    known.extend(patient_name.as_ref().map(|name| format!("name {:?}", name.reveal())));
    known.extend(patient_born.as_ref().map(|born| format!("born {}", born.reveal())));
    known.extend(relationship.map(|relationship| format!("caller is {}", plain(relationship))));
    known.extend(may_discuss.map(|may| format!("may {}discuss", if may { "" } else { "not " })));
    known.extend(reason.as_ref().map(|reason| format!("reason {reason}")));
    known.extend(preferred_window.map(|window| format!("wants to be called {window}")));
    known.join(", ")
}
