//! Treatments: what a leg is to be given, as a decision without sound.
//!
//! A treatment names sentences and steps; `render` turns it into a TwiML document or a playout plan.
//! Each one on a leg has a serial number: the answer to the completion of number n is always number n + 1,
//! so a duplicated or late webhook gets the very document it got before.

mod role;

use std::sync::Arc;

pub use role::Mode;
pub use role::Role;
use serde::Deserialize;
use serde::Serialize;

use super::details::Standing;
use super::fact::Route;
use crate::flow::Phrase;
use crate::vocab::CallId;
use crate::vocab::CarrierCall;
use crate::vocab::FieldId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::OutcomeId;
use crate::vocab::Span;
use crate::vocab::StepId;
use crate::vocab::Timestamp;

/// What a leg is to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Treatment {
    /// A question; one key or phrase is awaited.
    Menu {
        /// The menu asked.
        step: StepId,
        /// The listener's language.
        language: Language,
        /// What is said before the question.
        opening: Opening,
    },
    /// Sentences, then on.
    Announce {
        /// What is said.
        words: Vec<Words>,
        /// The listener's language.
        language: Language,
    },
    /// Waiting in a lane: words and music until something happens.
    Hold {
        /// The lane waited for.
        lane: LaneId,
        /// The listener's language.
        language: Language,
        /// The first words of this wait.
        first: Vec<Words>,
        /// Urgent: no music, and words more often.
        #[serde(default)]
        urgent: bool,
    },
    /// To an assistant: what call this is; 1 accepts, 2 declines.
    Whisper {
        /// The lane of the call.
        lane: LaneId,
        /// The caller's language.
        caller_language: Language,
        /// The assistant's language.
        language: Language,
        /// How long the caller has waited.
        waited: Span,
        /// Are the practice's urgent words in play?
        urgent: bool,
        /// Does the caller have an open request?
        repeat: bool,
        /// New or existing patient, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        standing: Option<Standing>,
        /// The time by which the caller was promised a callback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promised: Option<Timestamp>,
        /// A hospital, a laboratory or a pharmacy?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        backline: bool,
        /// Does she serve more than one practice, so that she must hear which was called?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        names_practice: bool,
        /// The colleague who asks her to take the call over, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Arc<str>>,
        /// Nobody waits: which attempt to reach the patient it is, of how many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<(u8, u8)>,
    },
    /// In conversation: both legs meet in one room.
    Connected {
        /// The call whose parties meet.
        call: CallId,
        /// Which conversation of the call this is, from 1; a transfer begins another.
        round: u32,
        /// Which party this leg is.
        party: Party,
        /// The listener's language.
        language: Language,
        /// Was this party rung up by us? Then it has not waited, and hears who calls.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        called: bool,
        /// Is the conversation recorded from this leg's stream? Its caller was told.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recorded: bool,
    },
    /// Last words, then the leg is hung up.
    Goodbye {
        /// What is said.
        words: Vec<Words>,
        /// The listener's language.
        language: Language,
        /// Is a caller listened to while they are said?
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        listens: bool,
    },
    /// To leave a message after the tone.
    Record {
        /// What is said before the tone.
        words: Vec<Words>,
        /// The listener's language.
        language: Language,
        /// How long the message may be.
        longest: Span,
    },
    /// The one question after a lane was chosen: a new patient, or an existing one?
    AskStanding {
        /// The lane that wants to know; the answer leads there, whatever it is.
        lane: LaneId,
        /// How it was chosen.
        how: Route,
        /// The listener's language.
        language: Language,
    },
    /// To an assistant without a screen: a question that is answered by keys.
    Keys {
        /// What is asked: it tells what the keys mean.
        asked: Asked,
        /// What is said.
        words: Vec<Words>,
        /// The listener's language.
        language: Language,
        /// Answers in a row that were none.
        #[serde(default)]
        missed: u8,
    },
    /// On hold in mid-conversation: words and music until the assistant comes back.
    OnHold {
        /// What is said before the usual words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        first: Vec<Words>,
        /// The listener's language.
        language: Language,
        /// Urgent: no music, and words more often.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        urgent: bool,
    },
    /// To a supervisor: she takes part in a conversation.
    Supervise {
        /// The call.
        call: CallId,
        /// Which of its conversations.
        round: u32,
        /// How.
        mode: Mode,
        /// The carrier's name for the assistant's leg: a whisper is for her.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coached: Option<CarrierCall>,
        /// The listener's language.
        language: Language,
    },
    /// After a lane was chosen: its conversations are recorded. A key says that this one shall not be.
    RecordingNotice {
        /// The lane; the caller goes on there in any case.
        lane: LaneId,
        /// How it was chosen.
        how: Route,
        /// The listener's language.
        language: Language,
    },
}

impl Treatment {
    /// The listener's language.
    pub fn language(&self) -> &Language {
        match self {
            Self::Menu { language, .. }
            | Self::Announce { language, .. }
            | Self::Hold { language, .. }
            | Self::Whisper { language, .. }
            | Self::Connected { language, .. }
            | Self::Goodbye { language, .. }
            | Self::Record { language, .. }
            | Self::AskStanding { language, .. }
            | Self::Keys { language, .. }
            | Self::Supervise { language, .. }
            | Self::RecordingNotice { language, .. }
            | Self::OnHold { language, .. } => language,
        }
    }
}

/// What an assistant is asked on her phone. All that was answered before stands in it, so a crash loses no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// The PIN. It is compared outside; the floor learns only whether it was right.
    Pin {
        /// Wrong ones so far in this call.
        wrong: u8,
    },
    /// What she wants: ready, with a patient, sign out, write up.
    StaffMenu,
    /// How a call ended that she writes up.
    Outcome {
        /// The call.
        call: CallId,
    },
    /// What a field of its note says.
    Field {
        /// The call.
        call: CallId,
        /// How it ended.
        outcome: OutcomeId,
        /// The fields answered before, with the keys pressed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chosen: Vec<(FieldId, char)>,
        /// The field asked for.
        field: FieldId,
    },
    /// Whether a supervisor is there: a mailbox is let into no conversation.
    Supervise,
}

/// What is said before a menu's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opening {
    /// The whole greeting.
    Greeting,
    /// Only the question.
    Plain,
    /// "Sorry, I did not get that."
    NotHeard,
    /// "Sorry, that is not one of the choices."
    NotAChoice,
    /// No question: this number has called too often, and only the way to the clinic is open.
    TooManyCalls,
    /// The same for callers without a number.
    TooManyHidden,
    /// The same because the practice's lines are full.
    AllBusy,
}

impl Opening {
    /// Is only the way to the clinic open?
    pub fn is_turned_away(self) -> bool {
        matches!(self, Self::TooManyCalls | Self::TooManyHidden | Self::AllBusy)
    }
}

/// Which party of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    /// The patient.
    Caller,
    /// The assistant.
    Agent,
    /// An assistant whom she asks to take the call over.
    Colleague,
}

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Words {
    /// A sentence of the closed set, without blanks.
    Phrase(Phrase),
    /// A sentence about a lane.
    AboutLane(Phrase, LaneId),
    /// A sentence with a time, usually promised to the caller.
    Promise(Phrase, Timestamp),
    /// An approved self-service answer.
    Script(StepId),
    /// A sentence with a time so far off that the day's name alone would mislead.
    Dated(Phrase, Timestamp),
    /// A sentence with a number of things.
    Count(Phrase, u32),
    /// A sentence about a call: its lane, and when it came.
    AboutCall(Phrase, LaneId, Timestamp),
    /// One choice by key, in the words of the flow file.
    Choice(char, Arc<str>),
    /// Words of the flow file as they are.
    Text(Arc<str>),
    /// A sentence with a wait: from so many minutes, and to.
    Wait(Phrase, u32, u32),
}

/// The waits that may be told, in minutes: from, and to. A closed set, so that each can be a recording.
pub const WAIT_RANGES: [(u32, u32); 7] = [(0, 2), (2, 5), (5, 10), (10, 20), (20, 30), (30, 45), (45, 60)];

impl Treatment {
    /// Does its listener wait, in a lane's line or on hold? A carrier that has no stream to us parks such a leg.
    pub fn is_wait(&self) -> bool {
        matches!(self, Self::Hold { .. } | Self::OnHold { .. })
    }

    /// The longest wait that its listener is told of, if one is.
    pub fn told_wait(&self) -> Option<Span> {
        let Self::Hold { first, .. } = self else { return None };
        first.iter().find_map(|words| match words {
            Words::Wait(_, _, to) => Some(Span::mins(i64::from(*to))),
            _ => None,
        })
    }
}

/// The longest a whisper of a lane, a language, a wait and the keys takes to be said.
const WHISPER_MAX: Span = Span::secs(12);
/// What it takes to say which practice was called, that a request is open, whether the patient is new, that it is the
/// backline, and a promised time.
const PRACTICE_MAX: Span = Span::secs(4);
const REPEAT_MAX: Span = Span::secs(2);
const STANDING_MAX: Span = Span::secs(2);
const BACKLINE_MAX: Span = Span::secs(5);
const PROMISE_MAX: Span = Span::secs(6);
/// Who asks her to take it over.
const WARM_MAX: Span = Span::secs(4);
/// What it takes longer to say of a patient to be called, and what to tell a mailbox.
const ATTEMPT_MAX: Span = Span::secs(5);

impl Treatment {
    /// The longest that a whisper takes to be said: its keys are awaited after that, so no lease may end before.
    pub fn said_within(&self) -> Span {
        let Self::Whisper { repeat, standing, promised, backline, names_practice, from, attempt, .. } = self else {
            return Span::ZERO;
        };
        let more = [
            (*names_practice, PRACTICE_MAX),
            (*repeat, REPEAT_MAX),
            (standing.is_some(), STANDING_MAX),
            (*backline, BACKLINE_MAX),
            (promised.is_some(), PROMISE_MAX),
            (from.is_some(), WARM_MAX),
            (attempt.is_some(), ATTEMPT_MAX),
        ];
        more.into_iter().filter(|(said, _)| *said).fold(WHISPER_MAX, |sum, (_, more)| sum + more)
    }
}

/// The same weekday comes again after a week; up to here its name is enough.
const WEEKDAY_SAYS_ENOUGH: Span = Span::hours(6 * 24);

impl Words {
    /// A sentence with a time promised at `now`, said with its date if it is far off.
    pub fn promise(phrase: Phrase, at: Timestamp, now: Timestamp) -> Self {
        if at - now > WEEKDAY_SAYS_ENOUGH { Self::Dated(phrase, at) } else { Self::Promise(phrase, at) }
    }
}
