//! The words between a phone and the local carrier: JSON lines, one object per websocket text message.
//!
//! ```text
//! phone -> carrier                                carrier -> phone
//! {"type":"hello","number":"+1555…","role":…}     {"type":"registered","number":"+1555…","numbers":[…],"speed":1.0}
//! {"type":"dial","to":"+1555…"}                   {"type":"ringing"}              our call rings at the other end
//! {"type":"key","digits":"1"}                     {"type":"incoming","from":"…"}  somebody calls this phone
//! {"type":"say","text":"a refill"}                {"type":"answered"}
//! {"type":"answer"}                               {"type":"heard","text":…,"language":…,"at_ms":…,"for_ms":…}
//! {"type":"hangup"}                               {"type":"music","seconds":44,"at_ms":…}
//!                                                 {"type":"listening","dtmf":true,"speech":true,"seconds":6,…}
//!                                                 {"type":"joined","parties":2,"at_ms":…}
//!                                                 {"type":"other","text":…,"at_ms":…}   the other party speaks
//!                                                 {"type":"beep"}                       somebody came or left, with a tone
//!                                                 {"type":"ended","reason":…,"seconds":…}
//!                                                 {"type":"error","message":…}
//! ```
//!
//! `heard`, `music` and `other` are sent when the sound begins. `listening` is sent when the prompts of a question
//! are over and only input is awaited; keys and speech count from the question's first sound on. All times are in the
//! call's own seconds, which pass `speed` times faster than the clock's. The types carry what people say and their
//! numbers, so they have no `Debug`: nobody can log them by accident.

use serde::Deserialize;
use serde::Serialize;

/// Who holds the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A patient or caregiver.
    Patient,
    /// A person who works as an assistant; while one is there, the automatic assistant stands back.
    Assistant,
    /// The demo's automatic assistant.
    Automatic,
}

/// What a phone says to the carrier.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromPhone {
    /// The first message: who this is. Without a number the carrier gives a free one.
    Hello {
        /// The phone's own number in E.164.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// Who holds the phone.
        role: Role,
    },
    /// Calls a number.
    Dial {
        /// The number in E.164.
        to: String,
    },
    /// Presses keys, one after the other.
    Key {
        /// Any of `0-9*#`.
        digits: String,
    },
    /// Speaks: it answers a question, or is heard by the other party.
    Say {
        /// The words.
        text: String,
    },
    /// Takes an incoming call.
    Answer,
    /// Hangs up, or declines an incoming call.
    Hangup,
}

/// What the carrier says to a phone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToPhone {
    /// The answer to `hello`.
    Registered {
        /// The phone's number.
        number: String,
        /// Numbers that can be dialled.
        numbers: Vec<String>,
        /// How many seconds of a call pass in one second of the clock.
        speed: f64,
    },
    /// The dialled number rings.
    Ringing,
    /// Somebody calls this phone.
    Incoming {
        /// The number shown.
        from: String,
    },
    /// The call is answered.
    Answered,
    /// A spoken prompt begins.
    Heard {
        /// The words.
        text: String,
        /// The language they are spoken in.
        language: String,
        /// Since the call began, in its own milliseconds.
        at_ms: u64,
        /// How long the prompt is, in the call's milliseconds.
        for_ms: u64,
    },
    /// Music begins.
    Music {
        /// Its length in seconds.
        seconds: f64,
        /// Since the call began, in its own milliseconds.
        at_ms: u64,
    },
    /// The prompts are over; input is awaited.
    Listening {
        /// Do keys count?
        dtmf: bool,
        /// Do words count?
        speech: bool,
        /// How long it is awaited, in seconds.
        seconds: f64,
        /// Since the call began, in its own milliseconds.
        at_ms: u64,
    },
    /// The number of parties in the conversation has changed.
    Joined {
        /// Parties, this phone included.
        parties: usize,
        /// Since the call began, in its own milliseconds.
        at_ms: u64,
    },
    /// The other party speaks.
    Other {
        /// The words.
        text: String,
        /// Since the call began, in its own milliseconds.
        at_ms: u64,
    },
    /// A tone: somebody came into or left a conversation that announces it.
    Beep,
    /// The call is over.
    Ended {
        /// Why, in plain words.
        reason: String,
        /// How long it took from the answer on, in the call's seconds.
        seconds: u64,
    },
    /// The last message could not be done.
    Error {
        /// What is wrong and what to do.
        message: String,
    },
}
