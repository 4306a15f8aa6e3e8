//! Stories: what went before a failure, in words a person reads.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::told;
use super::watch::Watch;
use crate::floor::effect::Outbox;
use crate::floor::fact::Fact;
use crate::journal::Entry;

/// Events told before the end.
const EVENTS_TOLD: usize = 24;

/// The last events that concern what the failure names; without a name, the last events.
pub(super) fn tell(watch: &Watch, broken: &str) -> String {
    let ids = concerned(&watch.journal, broken);
    let concerns = |entry: &&Entry| ids.is_empty() || names_any(&told(entry), &ids);
    let mut last: Vec<&Entry> = watch.journal.iter().rev().filter(concerns).take(EVENTS_TOLD).collect();
    last.reverse();
    let mut story = String::new();
    for entry in last {
        let _ = writeln!(story, "{}  {}", told::time(entry.at), told::event(&entry.event));
        for line in told(entry).lines() {
            let _ = writeln!(story, "    {line}");
        }
    }
    story
}

fn told(entry: &Entry) -> String {
    told::outbox(&Outbox { facts: entry.facts.clone(), ..Outbox::default() })
}

/// The calls that the failure names, by themselves, their legs, offers or items; each with all of these.
fn concerned(journal: &[Entry], broken: &str) -> BTreeSet<String> {
    let named = ids_in(broken);
    let mut ids = BTreeSet::new();
    for fact in journal.iter().flat_map(|entry| &entry.facts) {
        let family: Vec<String> = match fact {
            Fact::CallArrived { call, leg, .. } => vec![call.to_string(), leg.to_string()],
            Fact::OfferMade { offer, call, leg, .. } => vec![call.to_string(), leg.to_string(), offer.to_string()],
            Fact::ItemOpened(new) => vec![new.call.to_string(), new.item.to_string()],
            _ => continue,
        };
        if family.iter().any(|id| named.contains(id) || ids.contains(id)) {
            ids.extend(family);
        }
    }
    ids
}

/// `call-3`, `leg-4` and the like.
fn ids_in(text: &str) -> BTreeSet<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let is_id = |word: &&str| {
        word.split_once('-').is_some_and(|(kind, number)| {
            ["call", "leg", "offer", "item"].contains(&kind) && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    // Facts and floors in a message are written by `Debug`: `CallId(3)`.
    let plain = ["Call", "Leg", "Offer", "Item"]
        .iter()
        .fold(text.to_owned(), |text, kind| text.replace(&format!("{kind}Id("), &format!("{}-", kind.to_lowercase())));
    plain.split(word).filter(is_id).map(str::to_owned).collect()
}

fn names_any(text: &str, ids: &BTreeSet<String>) -> bool {
    ids_in(text).iter().any(|id| ids.contains(id))
}
