//! Marks: what a day went through, counted, so that a green run is known to have been everywhere; and the recount of
//! the ledger from the facts alone.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use carelane::floor::effect::Outbox;
use carelane::floor::fact::AgentChange;
use carelane::floor::fact::Fact;
use carelane::floor::fact::ItemKind;
use carelane::floor::fact::Left;
use carelane::floor::ledger::Ledger;
use carelane::floor::treatment::Party;
use carelane::vocab::CallId;
use carelane::vocab::Timestamp;

/// Situations that a run of many days must have met.
pub(crate) const REQUIRED: [&str; 41] = [
    "crash",
    "effect carried out after a crash",
    "status callback lost",
    "LanguageChosen",
    "InputMissed",
    "UrgentFlagged",
    "UrgentFlagged crisis",
    "Queued Key",
    "Queued Phrase",
    "Queued Person",
    "Queued NoInput",
    "Queued WrongInput",
    "Queued Urgent",
    "Queued Answer",
    "Queued Overflow",
    "Queued Transfer",
    "head start",
    "TierOpened",
    "OfferEnded Accepted",
    "OfferEnded Declined",
    "OfferEnded NotAnswered",
    "OfferEnded Withdrawn",
    "OfferEnded Unreachable",
    "MissedOffers",
    "WithAPatient",
    "PhoneUnreachable",
    "Later",
    "TalkEnded Caller",
    "TalkEnded Agent",
    "closed while talking",
    "JoinFailed",
    "CallLeft Declined",
    "CallLeft SelfServed",
    "CallLeft Abandoned",
    "CallLeft Missed",
    "CallLeft Callback",
    "ItemOpened NoteOwed",
    "ItemAttempted",
    "ItemJoined",
    "ItemClosed",
    "StrangerEnded",
];

/// What was met, how often.
#[derive(Default)]
pub(crate) struct Marks(pub(crate) BTreeMap<String, u64>);

impl Marks {
    pub(crate) fn count(&mut self, what: &str) {
        *self.0.entry(what.to_owned()).or_default() += 1;
    }

    /// Adds another day's.
    pub(crate) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what.clone()).or_default() += times;
        }
    }

    /// Counts what an event brought about.
    pub(crate) fn note(&mut self, out: &Outbox) {
        for fact in &out.facts {
            self.note_fact(fact);
        }
        if let Some(oddity) = out.oddity {
            self.count(&format!("{oddity:?}").split('(').next().unwrap_or_default().to_lowercase());
        }
    }

    fn note_fact(&mut self, fact: &Fact) {
        let mark = match fact {
            Fact::Queued { how, head_starts, .. } => {
                if !head_starts.is_empty() {
                    self.count("head start");
                }
                format!("Queued {how:?}")
            }
            Fact::UrgentFlagged { crisis: true, .. } => "UrgentFlagged crisis".to_owned(),
            Fact::OfferEnded { outcome, .. } => format!("OfferEnded {outcome:?}"),
            Fact::AgentChanged { to: AgentChange::NotReady { reason, .. }, .. } => format!("{reason:?}"),
            Fact::AgentChanged { to: AgentChange::Later(_), .. } => "Later".to_owned(),
            Fact::TalkEnded { by, wrap_up_until, .. } => {
                if wrap_up_until.is_none() {
                    self.count("closed while talking");
                }
                format!("TalkEnded {}", if *by == Party::Caller { "Caller" } else { "Agent" })
            }
            Fact::CallLeft { how, .. } => format!("CallLeft {how:?}"),
            Fact::ItemOpened(new) => format!("ItemOpened {:?}", new.kind),
            other => format!("{other:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
        };
        self.count(&mark);
    }

    /// The ledger, counted again from the journal alone; and items where, and only where, they are needed.
    pub(crate) fn judge(&self, ledger: Ledger, journal: &[(Timestamp, Fact)]) -> Result<(), String> {
        let mut again = Ledger::default();
        let mut items: BTreeMap<CallId, Vec<ItemKind>> = BTreeMap::new();
        let mut joined: Vec<CallId> = Vec::new();
        let mut left: Vec<(CallId, Left)> = Vec::new();
        let (mut arrived, mut closed, mut owed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, fact) in journal {
            match fact {
                Fact::CallArrived { call, .. } => drop(arrived.insert(*call)),
                Fact::ItemOpened(new) => {
                    items.entry(new.call).or_default().push(new.kind);
                    if new.kind == ItemKind::NoteOwed {
                        owed.insert(new.call);
                    }
                }
                Fact::ItemJoined { call, .. } => joined.push(*call),
                Fact::CallClosed { call, .. } => {
                    owed.remove(call);
                    closed.insert(*call);
                }
                Fact::CallLeft { call, how } => left.push((*call, *how)),
                _ => {}
            }
        }
        let often = left.len();
        let left: BTreeMap<CallId, Left> = left.into_iter().collect();
        if left.len() != often {
            return Err(format!("a call left twice: {left:?}"));
        }
        again.inbound = arrived.len() as u64;
        for call in &arrived {
            let opened = items.get(call).map_or(0, Vec::len) + joined.iter().filter(|id| *id == call).count();
            match left.get(call) {
                Some(Left::Declined | Left::TurnedAway) if opened == 0 => again.declined += 1,
                Some(Left::SelfServed) if opened == 0 => again.self_served += 1,
                Some(Left::Abandoned | Left::Missed | Left::Callback | Left::Voicemail) if opened > 0 => {
                    again.items += 1
                }
                None if owed.contains(call) => again.items += 1,
                None if closed.contains(call) => again.answered += 1,
                how => return Err(format!("{call} ended as {how:?} with {opened} items")),
            }
        }
        if again == ledger { Ok(()) } else { Err(format!("the ledger is {ledger:?}, counted again {again:?}")) }
    }
}
