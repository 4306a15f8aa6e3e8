//! A work item: a missed call, a promised callback or an owed note that somebody owns until it is closed.
//!
//! Who calls again about it joins it: it holds every call and message of the request, in their order.

pub use super::promise::Promise;
pub use super::promise::PromiseSource;

use super::kept::Kept;
use super::letter::Answerable;
use super::recording::MessageId;
use super::recording::Recording;
use crate::floor::details::Details;
use crate::floor::event::Note;
use crate::floor::fact::ItemKind;
use crate::floor::fact::NewItem;
use crate::floor::fact::attempt::Undialled;
use crate::floor::fact::letter::Letter;
use crate::flow::Flow;
use crate::flow::Owner;
use crate::flow::Phrase;
use crate::flow::Rhythm;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Number;
use crate::vocab::OutcomeId;
use crate::vocab::Timestamp;
use std::sync::Arc;

/// So many calls that joined are remembered by id; the count goes on.
const JOINED_MAX: usize = 50;

/// The last wait, or missed call, of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWait {
    /// As of when it stood in line.
    pub arrived: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
}

/// What somebody did about an item: an attempt, or its close.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// When.
    pub at: Timestamp,
    /// With what outcome.
    pub outcome: OutcomeId,
    /// Who, if that is known.
    pub by: Option<AgentId>,
    /// What was written about it.
    pub note: Note,
}

/// One work item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// As it began; the owner and the due time change.
    pub new: NewItem,
    /// The flow of the call it comes from: its lane's fields and outcomes.
    pub flow: Arc<Flow>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Attempts to reach the patient so far.
    pub attempts: u8,
    /// The attempt that stands in line or is under way.
    pub calling: Option<CallId>,
    /// Was the patient reached, and what came of it not written down?
    pub unwritten: bool,
    /// Why its number is not dialled.
    pub undialled: Option<Undialled>,
    /// What the last attempt brought.
    pub last_outcome: Option<OutcomeId>,
    /// Has a call about it had the head start of a repeat caller?
    pub put_forward: bool,
    /// Its outcome, once closed.
    pub closed: Option<OutcomeId>,
    /// Who closed it, if that is known.
    pub closed_by: Option<AgentId>,
    /// The item it was merged into by a person.
    pub merged_into: Option<ItemId>,
    /// Other numbers that it may be asked for from, since it was merged with theirs.
    pub other_numbers: Vec<Number>,
    /// What was done about it, in order: at most three attempts for each lane that had it, and the close.
    pub history: Vec<Work>,
    /// The calls that joined it, in their order.
    pub joined: Vec<CallId>,
    /// How often its caller called again about it.
    pub repeats: u32,
    /// Has it been raised, because its caller called again? That is for once.
    pub raised: bool,
    /// The last time its caller tried to reach somebody.
    pub last_wait: LastWait,
    /// The messages that the caller left, or could have left, in their order.
    pub messages: Vec<Recording>,
    /// What the patient wrote, in order.
    pub letters: Vec<Letter>,
    /// What was said of the callback script since the last attempt, and how the referral stands.
    pub kept: Kept,
}

impl Item {
    /// Its owner, if that is one person.
    pub fn owner(&self) -> Option<&AgentId> {
        if let Owner::Agent(agent) = &self.new.owner { Some(agent) } else { None }
    }

    /// Every number that it may be asked for from; the first is called back.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        self.new.caller.number.iter().chain(&self.other_numbers)
    }

    /// It is asked for from this number too.
    pub(in crate::floor) fn know_number(&mut self, number: Number) {
        if self.new.caller.number.is_none() {
            self.new.caller.number = Some(number);
        } else if !self.numbers().any(|known| *known == number) {
            self.other_numbers.push(number);
        }
    }

    /// It is this lane's from now on, and whoever has it there tells everything anew.
    pub(in crate::floor) fn belong_to(&mut self, lane: &LaneId, owner: &Owner) {
        self.new.lane = lane.clone();
        self.new.owner = owner.clone();
        let rules = self.flow.lane(lane);
        self.new.details.reason.take_if(|reason| !rules.is_some_and(|lane| lane.has_reason(reason)));
    }

    /// What it does not know yet, another item that goes on in it may know; a reason counts where its lane has it.
    pub(in crate::floor) fn learn_more(&mut self, known: &Details) {
        let lane = self.flow.lane(&self.new.lane);
        let reason = known.reason.clone().filter(|reason| lane.is_some_and(|lane| lane.has_reason(reason)));
        self.new.details.fill(&Details { reason, ..known.clone() });
    }

    /// When its attempts are made: by the lane it is in.
    pub fn rhythm(&self) -> Rhythm {
        self.flow.lane(&self.new.lane).map(|lane| lane.rhythm.clone()).unwrap_or_default()
    }

    /// Was the last attempt made that there may be?
    pub fn is_tried_out(&self) -> bool {
        self.attempts >= self.rhythm().attempts_max()
    }

    /// What is said to the patient's mailbox, and nothing more: who called, and how to call back.
    // rule: mailbox-wording
    pub fn mailbox_message(&self) -> String {
        let number = self.flow.numbers.first().map_or("", AsRef::as_ref);
        let words = self.flow.phrase(Phrase::SayMailbox, &self.new.language);
        words.replace("{practice}", &self.flow.name).replace("{number}", number)
    }

    /// The newest message.
    pub fn recording(&self) -> Option<&Recording> {
        self.messages.last()
    }

    /// A message by its number, counted from 0.
    pub fn message(&self, of: MessageId) -> Option<&Recording> {
        self.messages.get(usize::from(of.message))
    }

    pub(in crate::floor) fn message_mut(&mut self, of: MessageId) -> Option<&mut Recording> {
        self.messages.get_mut(usize::from(of.message))
    }

    /// The number of the next message.
    pub(in crate::floor) fn next_message(&self) -> MessageId {
        MessageId { item: self.new.item, message: u16::try_from(self.messages.len()).unwrap_or(u16::MAX) }
    }

    /// What has to be done next, for who works on it.
    pub fn next_action(&self) -> String {
        let (attempt, attempts_max) = (self.attempts.saturating_add(1), self.rhythm().attempts_max());
        match (self.new.kind, self.new.maybe_same) {
            _ if self.closed.is_some() => "nothing".to_owned(),
            (ItemKind::NoteOwed, _) => "write up the call".to_owned(),
            (ItemKind::Stage, _) => self.new.chain.as_ref().map_or_else(String::new, |link| link.stage.to_string()),
            _ if self.undialled == Some(Undialled::OptedOut) => "close it: the patient wants no calls".to_owned(),
            _ if self.unwritten => "write down what came of the last attempt".to_owned(),
            _ if attempt > attempts_max => match attempts_max {
                ..=1 => "close it: one attempt was made".to_owned(),
                2 => "close it: two attempts were made".to_owned(),
                3.. => "close it: three attempts were made".to_owned(),
            },
            (_, Some(other)) => format!("find out whether it is the same as {other}, then call back"),
            (ItemKind::Voicemail, _) if self.attempts == 0 => "listen to the message, then call back".to_owned(),
            (ItemKind::Written, _) if self.attempts == 0 => match self.answerable() {
                Answerable::InWriting(_) => "read what was written, then answer".to_owned(),
                Answerable::Live(_) => "read what was written, then call".to_owned(),
            },
            (ItemKind::FollowUp, _) => "ask the patient what was meant".to_owned(),
            _ => format!("call back, attempt {attempt} of {attempts_max}"),
        }
    }

    /// Does it go on with this call?
    pub fn is_of(&self, call: CallId) -> bool {
        self.new.call == call || self.joined.contains(&call)
    }

    /// Does a call belong to it?
    pub fn is_called(&self) -> bool {
        self.new.call != CallId::NONE || !self.joined.is_empty()
    }

    pub(in crate::floor) fn join(&mut self, calls: impl IntoIterator<Item = CallId>) {
        for call in calls {
            self.joined.push(call);
            self.repeats = self.repeats.saturating_add(1);
        }
        let forgotten = self.joined.len().saturating_sub(JOINED_MAX);
        self.joined.drain(..forgotten);
    }

    /// As the API names it.
    pub fn status(&self) -> &'static str {
        match (&self.merged_into, &self.closed) {
            (Some(_), _) => "merged",
            (None, Some(_)) => "closed",
            (None, None) => "open",
        }
    }
}

/// Why an attempt after the last is refused.
// rule: callback-three-attempts
pub(in crate::floor) fn no_further_attempt(attempts_max: u8) -> &'static str {
    match attempts_max {
        ..=1 => "one attempt was made: close the item, there is no second",
        2 => "two attempts were made: close the item, there is no third",
        3.. => "three attempts were made: close the item, there is no fourth",
    }
}
