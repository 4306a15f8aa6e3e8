//! Calls and legs: where each patient's call is, and what each connection has been given.
//!
//! ```text
//! Menu ─► Waiting ⇄ Offered ─► Talking ─► WrapUp ─► (closed)
//!   │        │         │          │          └────► NoteOwed ─► (closed)
//!   │        ├─────────┴► item    └ transfer ► Waiting
//!   │        └► Voicemail ─► item
//!   └► declined, self-served
//! ```
//! A call that was closed or became an item leaves the floor; its legs stay a day for late duplicates.

use std::sync::Arc;

use super::acd::board::Key;
use super::consult::Consult;
use super::details::Details;
use super::event::LegEnd;
use super::fact::FlaggedBy;
use super::ladder::Climb;
use super::last_words::Parting;
use super::outbound::Calling;
use super::taping::Taping;
use super::treatment::Treatment;
use super::work::recording::MessageId;
use crate::flow::Flow;
use crate::flow::HeadStart;
use crate::flow::Lane;
use crate::flow::Phrase;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::CarrierRecording;
use crate::vocab::EffectId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::OutcomeId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// An attempt's deadline counts so much later than a caller's.
const BEHIND_CALLERS: Span = Span::days(100 * 366);

/// One patient's call that is not yet accounted for by an outcome or an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// The practice called.
    pub practice: PracticeId,
    /// The flow it keeps to its end.
    pub flow: Arc<Flow>,
    /// The patient's leg.
    pub leg: LegId,
    /// Who seems to be calling.
    pub caller: Caller,
    /// The caller's language.
    pub language: Language,
    /// When it reached us.
    pub arrived: Timestamp,
    /// The practice's urgent words, a clinical lane, or a person's flag.
    pub urgent: bool,
    /// Words of self-harm?
    pub crisis: bool,
    /// Who or what made it urgent, if its caller did not.
    pub flagged_by: Option<FlaggedBy>,
    /// Has the caller heard an approved answer?
    pub self_served: bool,
    /// Does the caller have an open request?
    pub repeat: bool,
    /// Who calls, for whom and why, as far as it is known.
    pub details: Details,
    /// Menu inputs missed in a row.
    pub missed_inputs: u8,
    /// Where it is.
    pub phase: Phase,
    /// Its place, from the first queue on.
    pub place: Option<Place>,
    /// Conversations so far.
    pub round: u32,
    /// How often the caller could not be moved to an assistant.
    pub failed_joins: u8,
    /// The outcome, if it was closed while legs are still up.
    pub closed: Option<OutcomeId>,
    /// How far up the on-call ladder it is, once that is rung.
    pub climb: Option<Climb>,
    /// Has it waited longer than its lane allows, because somebody listened to the whisper?
    pub overran: bool,
    /// Since when it keeps an assistant: the last offer's ring.
    pub served_since: Option<Timestamp>,
    /// The end of the wait that its caller was told of, if one was.
    pub told_until: Option<Timestamp>,
    /// On hold in its conversation.
    pub held: Option<Held>,
    /// Its assistant asks a colleague to take it over.
    pub consult: Option<Consult>,
    /// Nobody rang in: it is an attempt to reach somebody.
    pub calling: Option<Calling>,
    /// What is known of its being recorded.
    pub taping: Taping,
}

/// A patient on hold: the conversation goes on later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// Was the assistant reminded?
    pub reminded: bool,
}

/// Where a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Greeting, menu or approved answer.
    Menu,
    /// In its lane's queue; perhaps a rung of the on-call ladder is rung for it.
    Waiting,
    /// Rung to one of its lane's own people, still at its place.
    Offered(OfferId),
    /// Joined with an assistant.
    Talking {
        /// Who.
        agent: AgentId,
        /// Her leg.
        leg: LegId,
    },
    /// The assistant writes it up.
    WrapUp {
        /// Who.
        agent: AgentId,
        /// Her leg, perhaps still up.
        leg: LegId,
    },
    /// At the mailbox; its item opens when it hangs up.
    Voicemail {
        /// By when the caller was told to be called back.
        due_at: Timestamp,
    },
    /// The time for writing is over; an item reminds her.
    NoteOwed {
        /// Who.
        agent: AgentId,
        /// The reminder.
        item: ItemId,
    },
}

/// A request's place in the order; it survives transfers and failed offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The lane.
    pub lane: LaneId,
    /// When the request arrived.
    pub arrived: Timestamp,
    /// Earliest deadline is served first.
    pub deadline: Timestamp,
    /// The head starts in the deadline.
    pub head_starts: Vec<(HeadStart, Span)>,
    /// When it first entered a queue: tiers open by this.
    pub since: Timestamp,
    /// The last open tier, from 0.
    pub tier: u8,
}

/// One party's connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// The call it belongs to; [`CallId::NONE`] for a leg on the staff number.
    pub call: CallId,
    /// The call's flow: documents are rendered with it again and again.
    pub flow: Arc<Flow>,
    /// The patient's, an assistant's, or that of somebody on the staff number.
    pub side: Side,
    /// The carrier's name, once known.
    pub carrier_call: Option<CarrierCall>,
    /// Every treatment given, in order: number n is `given[n - 1]`.
    pub given: Vec<Arc<Treatment>>,
    /// How it ended.
    pub ended: Option<LegEnd>,
    /// Must it be hung up as soon as its name is known?
    pub unwanted: bool,
    /// The dial that creates it, until confirmed.
    pub dial: Option<EffectId>,
    /// The push of its current treatment, until confirmed.
    pub push: Option<EffectId>,
    /// The request to end it, until confirmed.
    pub hang_up: Option<EffectId>,
    /// What its recorded message became.
    pub message: Option<MessageId>,
    /// The recording of its message, if that is made here.
    pub recording: Option<CarrierRecording>,
    /// The question to the carrier how it fares, until answered.
    pub ask: Option<EffectId>,
    /// The question whether its caller is still there, before somebody on call is rung; until answered.
    pub sought: Option<EffectId>,
    /// How often in a row the carrier was asked and did not tell.
    pub unanswered: u8,
    /// Its call, if that is accounted for while the caller is still on the line.
    pub parting: Option<Box<Parting>>,
}

/// Whose leg it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The patient's.
    Caller,
    /// An assistant's, dialled for an offer.
    Agent {
        /// Who.
        agent: AgentId,
        /// For this offer.
        offer: OfferId,
    },
    /// Of somebody who called the staff number.
    Staff {
        /// Whose phone it seems to be.
        agent: Option<AgentId>,
        /// Was the PIN right?
        known: bool,
    },
    /// The patient's, dialled for an attempt.
    Called,
    /// A supervisor's, dialled so that she can listen in.
    Supervisor {
        /// Who.
        agent: AgentId,
    },
}

impl Call {
    /// One that is nowhere yet.
    pub(super) fn new(
        id: CallId,
        practice: PracticeId,
        flow: Arc<Flow>,
        leg: LegId,
        caller: Caller,
        arrived: Timestamp,
    ) -> Self {
        Self {
            id,
            practice,
            language: flow.default_language().clone(),
            flow,
            leg,
            caller,
            arrived,
            urgent: false,
            crisis: false,
            flagged_by: None,
            self_served: false,
            repeat: false,
            details: Details::default(),
            missed_inputs: 0,
            phase: Phase::Menu,
            place: None,
            round: 0,
            failed_joins: 0,
            closed: None,
            climb: None,
            overran: false,
            served_since: None,
            told_until: None,
            held: None,
            consult: None,
            calling: None,
            taping: Taping::default(),
        }
    }

    /// The lane it is in, from the first queue on.
    pub fn lane(&self) -> Option<&Lane> {
        self.flow.lane(&self.place.as_ref()?.lane)
    }

    /// Where it stands in the order, from the first queue on.
    pub fn key(&self) -> Option<Key> {
        if let Some(consult) = &self.consult {
            return Some(consult.key);
        }
        let deadline = self.place.as_ref()?.deadline;
        // Live calls first: an attempt stands behind every caller.
        let deadline = if self.is_calling() { deadline + BEHIND_CALLERS } else { deadline };
        Some(Key::new(self.urgent, deadline, self.id))
    }

    /// The assistant it is with.
    pub fn agent(&self) -> Option<&AgentId> {
        match &self.phase {
            Phase::Talking { agent, .. } | Phase::WrapUp { agent, .. } | Phase::NoteOwed { agent, .. } => Some(agent),
            Phase::Menu | Phase::Waiting | Phase::Offered(_) | Phase::Voicemail { .. } => None,
        }
    }

    /// The approved sentence that an urgent caller hears before anything else.
    pub fn urgent_sentence(&self) -> Phrase {
        if self.crisis { Phrase::Crisis } else { Phrase::Urgent }
    }

    /// The offers by which it is rung now: one to the lane's own people, or to a colleague who is to take it over, and
    /// for an urgent call one to a rung of the on-call ladder.
    pub fn offers(&self) -> impl Iterator<Item = OfferId> + use<> {
        let of_the_lane = if let Phase::Offered(offer) = self.phase { Some(offer) } else { None };
        let warm = self.consult.as_ref().and_then(Consult::offer);
        of_the_lane.into_iter().chain(warm).chain(self.climb.and_then(|climb| climb.page))
    }

    /// In a queue, offered or not?
    pub fn is_queued(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::Offered(_))
    }
}

impl Leg {
    /// The current treatment's number; 0 before the first.
    pub fn serial(&self) -> u32 {
        u32::try_from(self.given.len()).unwrap_or(u32::MAX)
    }

    /// The treatment with this number.
    pub fn treatment(&self, serial: u32) -> Option<&Arc<Treatment>> {
        self.given.get(usize::try_from(serial.checked_sub(1)?).ok()?)
    }

    /// Is it on its way into a conversation that it has not been in yet?
    pub fn is_being_joined(&self) -> bool {
        let Some(Treatment::Connected { round, .. }) = self.current().filter(|_| self.push.is_some()) else {
            return false;
        };
        let in_it = |given: &&Arc<Treatment>| matches!(***given, Treatment::Connected { round: r, .. } if r == *round);
        self.given.iter().filter(in_it).count() == 1
    }

    /// Is the party still there, as far as we know?
    pub fn is_up(&self) -> bool {
        self.ended.is_none()
    }

    /// What it is given now.
    pub fn current(&self) -> Option<&Treatment> {
        self.given.last().map(AsRef::as_ref)
    }
}
