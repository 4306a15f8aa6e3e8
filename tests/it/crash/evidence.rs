//! What the carrier saw, held against what the journal says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use carelane::carrier::local::Alert;
use serde_json::Value;

use super::load::Told;
use crate::serve::process::run;
use crate::serve::world::Seen;
use crate::serve::world::list;

/// A journal, as `carelane journal print` shows it.
pub(super) struct Journal {
    events: Vec<(String, Value)>,
    facts: Vec<(String, Value)>,
}

/// How many promises were checked.
pub(super) struct Tally {
    arrivals: usize,
    steps: usize,
    ends: usize,
    closings: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { arrivals, steps, ends, closings } = self;
        write!(f, "acknowledged and kept: {arrivals} arrivals, {steps} inputs, {ends} ends, {closings} closings")
    }
}

impl Journal {
    pub(super) fn print(vars: &[(String, String)]) -> Self {
        let printed = run(&["journal", "print"], vars);
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        let (mut events, mut facts) = (Vec::new(), Vec::new());
        for line in String::from_utf8_lossy(&printed.stdout).lines() {
            let entry: Value = serde_json::from_str(line).expect("each line is JSON");
            events.push(named(&entry["event"]));
            facts.extend(list(&entry["facts"]).iter().map(named));
        }
        Self { events, facts }
    }

    fn facts<'j>(&'j self, name: &'j str) -> impl Iterator<Item = &'j Value> {
        self.facts.iter().filter(move |(n, _)| n == name).map(|(_, fact)| fact)
    }

    /// How many offers ended how.
    pub(super) fn offers(&self) -> BTreeMap<&str, usize> {
        let mut found = BTreeMap::new();
        for offer in self.facts("OfferEnded") {
            *found.entry(offer["outcome"].as_str().unwrap_or_default()).or_default() += 1;
        }
        found
    }

    /// Each webhook and API request that got a 2xx is in the journal.
    pub(super) fn assert_holds_all_acknowledged(&self, seen: &[Seen], told: &Told, seed: u64) -> Tally {
        let texts = |name, field: &str| -> BTreeSet<String> {
            self.facts(name).filter_map(|fact| Some(fact[field].as_str()?.to_owned())).collect()
        };
        let numbers =
            |name, field: &str| -> BTreeSet<u64> { self.facts(name).filter_map(|fact| fact[field].as_u64()).collect() };
        let arrived = texts("CallArrived", "carrier_call");
        let mut legs: BTreeMap<String, u64> = BTreeMap::new();
        for fact in self.facts("CallArrived").chain(self.facts("LegNamed")) {
            if let (Some(name), Some(leg)) = (fact["carrier_call"].as_str(), fact["leg"].as_u64()) {
                legs.insert(name.to_owned(), leg);
            }
        }
        let (ended, strangers) = (numbers("LegEnded", "leg"), texts("StrangerEnded", "carrier_call"));
        let done: BTreeSet<(u64, u64)> = self
            .events
            .iter()
            .filter(|(name, _)| name == "TreatmentEnded")
            .filter_map(|(_, event)| Some((event["leg"].as_u64()?, event["serial"].as_u64()?)))
            .collect();
        let treated: BTreeSet<(u64, u64)> = self
            .facts("LegTreated")
            .filter_map(|fact| Some((fact["leg"].as_u64()?, fact["serial"].as_u64()?)))
            .collect();
        let mut tally = Tally { arrivals: 0, steps: 0, ends: 0, closings: 0 };
        for request in seen {
            let Some((200..300, body)) = &request.answer else { continue };
            let what =
                || format!("seed {seed}: {} for {} was acknowledged and is lost", request.url, request.carrier_call);
            let parts: Vec<&str> = request.url.split('/').skip(3).collect();
            match parts[..] {
                ["voice", "incoming"] => {
                    assert!(arrived.contains(&request.carrier_call), "{}", what());
                    tally.arrivals += 1;
                }
                ["voice", _, leg, serial, "done"] => {
                    let key = (number(leg), number(serial));
                    // A leg that is over is told so, and nothing happens: then the answer is only to hang up.
                    let over = body.contains("<Response><Hangup/></Response>") && ended.contains(&key.0);
                    let pushed_away = treated.contains(&(key.0, key.1 + 1));
                    assert!(done.contains(&key) || over || pushed_away, "{}", what());
                    tally.steps += 1;
                }
                ["voice", _, leg, "answered"] => {
                    let named = legs.get(&request.carrier_call) == Some(&number(leg));
                    assert!(named || body.contains("<Response><Hangup/></Response>"), "{}", what());
                    tally.steps += 1;
                }
                ["voice", "status"] if is_end(&request.call_status) => {
                    let leg = legs.get(&request.carrier_call);
                    let kept = leg.is_some_and(|leg| ended.contains(leg)) || strangers.contains(&request.carrier_call);
                    assert!(kept, "{}", what());
                    tally.ends += 1;
                }
                ["voice", _, leg, "status"] if is_end(&request.call_status) => {
                    assert!(ended.contains(&number(leg)), "{}", what());
                    tally.ends += 1;
                }
                _ => {}
            }
        }
        let closed: BTreeSet<String> =
            self.facts("CallClosed").filter_map(|fact| Some(format!("call-{}", fact["call"].as_u64()?))).collect();
        for call in &told.closed {
            assert!(closed.contains(call), "seed {seed}: {call} was closed, and that is lost");
            tally.closings += 1;
        }
        let states = self.events.iter().filter(|(name, _)| name == "AgentStateAsked").count();
        assert!(states >= told.states, "seed {seed}: {} states were set and only {states} are kept", told.states);
        tally
    }
}

/// An event or fact with its name: `{"Name": {…}}`, or the name alone.
fn named(value: &Value) -> (String, Value) {
    match value {
        Value::Object(one) => {
            one.iter().next().map(|(name, fields)| (name.clone(), fields.clone())).unwrap_or_default()
        }
        other => (other.as_str().unwrap_or_default().to_owned(), Value::Null),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("our URLs hold numbers")
}

fn is_end(status: &str) -> bool {
    matches!(status, "completed" | "busy" | "no-answer" | "failed" | "canceled")
}

/// Each leg we asked for exists once at the carrier: its callbacks name the leg and the carrier's call.
pub(super) fn assert_one_dial_per_offer(seen: &[Seen], seed: u64) {
    let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for request in seen {
        let parts: Vec<&str> = request.url.split('/').skip(3).collect();
        if let ["voice", _, leg, "status" | "answered"] = parts[..] {
            calls.entry(leg).or_default().insert(&request.carrier_call);
        }
    }
    let twice: Vec<_> = calls.iter().filter(|(_, calls)| calls.len() > 1).collect();
    assert!(twice.is_empty(), "seed {seed}: an assistant was dialled twice for one offer: {twice:?}");
}

/// Whom the carrier dropped because a document could not be had, by what the document was.
#[derive(Default)]
pub(super) struct Dropped {
    arriving: usize,
    choosing: usize,
    moving: usize,
    assistants: usize,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { arriving, choosing, moving, assistants } = self;
        write!(
            f,
            "dropped by the carrier in a gap: {arriving} at the first webhook, {choosing} at a menu's or a room's end, \
             {moving} while being moved, {assistants} assistants' legs"
        )
    }
}

/// Checks that only a leg's own document can drop it: a wait document that cannot be had never does.
pub(super) fn dropped(alerts: &[Alert], seen: &[Seen], seed: u64) -> Dropped {
    let outbound: BTreeSet<&str> = seen
        .iter()
        .filter(|request| {
            request.url.ends_with("/answered")
                || (request.url.ends_with("/status") && !request.url.ends_with("/voice/status"))
        })
        .map(|request| request.carrier_call.as_str())
        .collect();
    let mut dropped = Dropped::default();
    for alert in alerts.iter().filter(|alert| alert.fatal) {
        let message = &alert.trouble.message;
        assert!(
            !message.contains("/wait/") && !message.contains("/held/"),
            "seed {seed}: a waiting call was dropped: {message}"
        );
        assert!((11_200..=11_205).contains(&alert.trouble.code), "seed {seed}: {alert:?}");
        let count = if outbound.contains(alert.call.as_str()) {
            &mut dropped.assistants
        } else if message.contains("/voice/incoming") {
            &mut dropped.arriving
        } else if message.contains("/done") {
            &mut dropped.choosing
        } else {
            &mut dropped.moving
        };
        *count += 1;
    }
    dropped
}

/// What became of callers whose wait document could not be had.
pub(super) struct FellThrough {
    failed: usize,
    came_back: usize,
}

impl fmt::Display for FellThrough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failed, came_back } = self;
        write!(f, "{failed} wait documents were asked for in vain; after {came_back} of them a later one was had")
    }
}

/// Follows each failed wait document to the next one of the same call that succeeded, if there was any.
pub(super) fn fell_through(seen: &[Seen]) -> FellThrough {
    let is_wait = |request: &Seen| request.url.contains("/wait/");
    let mut found = FellThrough { failed: 0, came_back: 0 };
    for (at, request) in seen.iter().enumerate().filter(|(_, request)| is_wait(request) && request.answer.is_none()) {
        found.failed += 1;
        let mut later = seen[at..].iter().filter(|other| other.carrier_call == request.carrier_call);
        found.came_back += usize::from(later.any(|other| is_wait(other) && other.answer.is_some()));
    }
    found
}
