//! Marks: what a seed went through, counted, so that a green run is known to have been everywhere.

use std::collections::BTreeMap;

use crate::floor::Floor;
use crate::floor::effect::Answer;
use crate::floor::effect::Oddity;
use crate::floor::effect::Outbox;
use crate::floor::effect::Refusal;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::fact::Fact;
use crate::floor::fact::FlaggedBy;
use crate::floor::fact::Left;
use crate::floor::fact::OfferOutcome;
use crate::floor::fact::agent::AgentChange;
use crate::floor::fact::consult::Consulted;
use crate::floor::treatment::Party;
use crate::floor::treatment::Treatment;
use crate::flow::Flow;
use crate::vocab::CallId;
use crate::vocab::OfferId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Situations that a run of many seeds must have met.
pub const REQUIRED: [&str; 113] = [
    "a caller leaves while being joined",
    "a late answer",
    "a late key of an assistant",
    "a redial keeps the place",
    "a repeat caller's head start",
    "a silent leg found over",
    "an hour of a clock change",
    "an offer is withdrawn because the caller left",
    "broken file refused",
    "call of the gap imported",
    "call while down",
    "callback lost while down",
    "clock set back",
    "clock set forward",
    "closed while talking",
    "crash",
    "crash before the answer",
    "crash before the commit",
    "crash while dialling",
    "crash while hanging up",
    "crash while joining",
    "dial carried out, reported failed",
    "dial found at the carrier",
    "dropped by the carrier while down",
    "effect carried out after a crash",
    "exit by the longest wait",
    "files reloaded",
    "files reloaded with calls alive",
    "flood",
    "leg found over after a crash",
    "redirect carried out, reported failed",
    "status callback lost",
    "two practices on one floor",
    "turned away: TooManyCalls",
    "turned away: TooManyHidden",
    "unknown number",
    "urgent in the menu",
    "urgent in mid-wait",
    "CallResumed",
    "ItemFlagged",
    "WaitOverrun",
    "a call by the backline",
    "a call flagged by an assistant",
    "clinical work refused to others",
    "clinical work refused to whoever flagged it",
    "clinical work stays due",
    "a page for a caller who is gone",
    "two phones ring for an urgent caller",
    "one of two phones takes the call",
    "urgent words in a note",
    "Consulted Accepted",
    "Consulted Began",
    "Consulted Completed",
    "Consulted Ended Cancelled",
    "Consulted Ended TalkEnded",
    "Consulted Ended Transferred",
    "Consulted Failed ColleagueLeft",
    "Consulted Failed Unanswered",
    "HoldBegan",
    "HoldEnded AssistantLeft",
    "HoldEnded CallerLeft",
    "HoldEnded Resumed",
    "HoldReminded",
    "CallLeft Abandoned",
    "CallLeft Callback",
    "CallLeft Declined",
    "CallLeft Missed",
    "CallLeft SelfServed",
    "CallLeft TurnedAway",
    "InputMissed",
    "ItemAttempted",
    "ItemClosed",
    "ItemJoined",
    "ItemOpened NoteOwed",
    "ItemOwned",
    "JoinFailed",
    "LanguageChosen",
    "Later",
    "MissedOffers",
    "OfferEnded Accepted",
    "PinRefused",
    "StaffKnown",
    "asked by keys: Field",
    "asked by keys: Outcome",
    "OfferEnded Declined",
    "OfferEnded NotAnswered",
    "OfferEnded Unreachable",
    "OfferEnded Withdrawn",
    "PhoneUnreachable",
    "Queued Answer",
    "Queued Key",
    "Queued NoInput",
    "Queued Overflow",
    "Queued Person",
    "Queued Phrase",
    "Queued Transfer",
    "Queued Urgent",
    "Queued WrongInput",
    "StrangerEnded",
    "TalkEnded Agent",
    "TalkEnded Caller",
    "TierOpened",
    "UrgentFlagged crisis",
    "WithAPatient",
    "CallLeft Voicemail",
    "ItemOpened Voicemail",
    "RecordingDelayed",
    "RecordingDropped",
    "RecordingEmpty",
    "RecordingNamed",
    "RecordingStored",
    "RecordingTried",
    "crash while a message is fetched",
];

/// What was met, how often.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    counts: BTreeMap<String, u64>,
    /// When each call came.
    came: BTreeMap<CallId, Timestamp>,
    /// Phones that ring, with the call each is about.
    rings: BTreeMap<OfferId, CallId>,
    /// What the event under way is about.
    about: About,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum About {
    #[default]
    Other,
    Time,
    Speech,
    Key,
    Answer,
    Menu,
}

impl Marks {
    /// Counts a situation.
    pub(super) fn count(&mut self, what: &str) {
        match self.counts.get_mut(what) {
            Some(times) => *times += 1,
            None => drop(self.counts.insert(what.to_owned(), 1)),
        }
    }

    /// Adds another seed's.
    pub fn add(&mut self, other: &Self) {
        for (what, times) in &other.counts {
            *self.counts.entry(what.clone()).or_default() += times;
        }
    }

    /// How often a situation was met.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or_default()
    }

    /// Situations that were never met.
    pub fn missing(&self) -> Vec<&'static str> {
        REQUIRED.into_iter().filter(|mark| self.of(mark) == 0).collect()
    }

    /// Looks at an event before the floor sees it.
    pub(super) fn note_event(&mut self, event: &Event, floor: &Floor) {
        self.about = match event {
            Event::TimePassed => About::Time,
            Event::LegAnswered { .. } => About::Answer,
            Event::TreatmentEnded { leg, input, .. } => {
                let current = floor.leg(*leg).and_then(|leg| leg.current());
                match (current, input) {
                    (Some(Treatment::Menu { .. }), _) => About::Menu,
                    (_, Input::Speech(_)) => About::Speech,
                    _ => About::Key,
                }
            }
            _ => About::Other,
        };
    }

    /// Counts what an event brought about.
    pub(super) fn note(&mut self, now: Timestamp, out: &Outbox) {
        let (mut left, mut withdrawn, mut failed, mut urgent) = (None, false, false, false);
        for fact in &out.facts {
            self.note_fact(now, fact);
            match fact {
                Fact::CallLeft { how, .. } => left = Some(*how),
                Fact::OfferEnded { outcome, .. } => withdrawn |= *outcome == OfferOutcome::Withdrawn,
                Fact::JoinFailed { .. } => failed = true,
                Fact::UrgentFlagged { .. } => urgent = true,
                _ => {}
            }
        }
        let abandoned = left == Some(Left::Abandoned);
        let met = [
            (abandoned && withdrawn, "an offer is withdrawn because the caller left"),
            (abandoned && failed, "a caller leaves while being joined"),
            (left == Some(Left::Missed) && self.about == About::Time, "exit by the longest wait"),
            (urgent && self.about == About::Menu, "urgent in the menu"),
            (urgent && self.about == About::Speech, "urgent in mid-wait"),
        ];
        met.into_iter().filter(|(met, _)| *met).for_each(|(_, what)| self.count(what));
        match out.answer {
            Answer::Refused(Refusal::NotHers(why)) if why.contains("flagged") => {
                self.count("clinical work refused to whoever flagged it");
            }
            Answer::Refused(Refusal::NotHers(_)) => self.count("clinical work refused to others"),
            Answer::DueKept(_) => self.count("clinical work stays due"),
            _ => {}
        }
        match (out.oddity, self.about) {
            (Some(Oddity::LateAnswer), About::Answer) => self.count("a late answer"),
            (Some(Oddity::LateAnswer), _) => self.count("a late key of an assistant"),
            (Some(Oddity::UnknownNumber), _) => self.count("unknown number"),
            _ => {}
        }
    }

    fn note_fact(&mut self, now: Timestamp, fact: &Fact) {
        let mark = match fact {
            Fact::CallArrived { call, .. } => {
                self.came.insert(*call, now);
                return;
            }
            Fact::Queued { call, arrived, how, head_starts, .. } => {
                if self.came.get(call).is_some_and(|came| arrived < came) {
                    self.count("a redial keeps the place");
                }
                if !head_starts.is_empty() {
                    self.count("a repeat caller's head start");
                }
                format!("Queued {how:?}")
            }
            Fact::UrgentFlagged { by: FlaggedBy::Agent(_), .. } => "a call flagged by an assistant".to_owned(),
            Fact::DetailsKnown { details, .. } if details.backline => "a call by the backline".to_owned(),
            Fact::UrgentFlagged { crisis: true, .. } => "UrgentFlagged crisis".to_owned(),
            Fact::OfferMade { offer, call, .. } => {
                let second = self.rings.values().any(|rung| rung == call);
                self.rings.insert(*offer, *call);
                if second { "two phones ring for an urgent caller".to_owned() } else { "OfferMade".to_owned() }
            }
            Fact::OfferEnded { offer, outcome } => {
                let call = self.rings.remove(offer);
                if *outcome == OfferOutcome::Accepted && self.rings.values().any(|rung| Some(*rung) == call) {
                    self.count("one of two phones takes the call");
                }
                format!("OfferEnded {outcome:?}")
            }
            Fact::AgentChanged { to: AgentChange::NotReady { reason, .. }, .. } => format!("{reason:?}"),
            Fact::AgentChanged { to: AgentChange::Later(_), .. } => "Later".to_owned(),
            Fact::TalkEnded { by, wrap_up_until, .. } => {
                if wrap_up_until.is_none() {
                    self.count("closed while talking");
                }
                format!("TalkEnded {}", if *by == Party::Caller { "Caller" } else { "Agent" })
            }
            Fact::Consulted(Consulted { step, .. }) => {
                let step = format!("{step:?}").replace(['(', ')'], " ");
                format!("Consulted {}", step.split(" {").next().unwrap_or_default().trim_end())
            }
            Fact::HoldEnded { how, .. } => format!("HoldEnded {how:?}"),
            Fact::CallLeft { how, .. } => format!("CallLeft {how:?}"),
            Fact::ItemOpened(new) if matches!(new.flagged_by, Some(FlaggedBy::Note { .. })) => {
                "urgent words in a note".to_owned()
            }
            Fact::ItemOpened(new) => format!("ItemOpened {:?}", new.kind),
            Fact::LegTreated { treatment: Treatment::Menu { opening, .. }, .. } if opening.is_turned_away() => {
                format!("turned away: {opening:?}")
            }
            Fact::LegTreated { treatment: Treatment::Keys { asked, .. }, .. } => {
                format!("asked by keys: {asked:?}").split(" {").next().unwrap_or_default().to_owned()
            }
            Fact::LegTreated { .. } | Fact::FlowLoaded(_) | Fact::TeamLoaded(_) => return,
            other => format!("{other:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
        };
        self.count(&mark);
    }

    /// Is this an hour in which the practice's clocks change?
    pub(super) fn note_hour(&mut self, now: Timestamp, flow: &Flow) {
        let Ok(zone) = jiff::tz::TimeZone::get(&flow.time_zone) else { return };
        let offset = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).ok().map(|at| zone.to_offset(at));
        if offset(now - Span::hours(1)) != offset(now) {
            self.count("an hour of a clock change");
        }
    }
}
