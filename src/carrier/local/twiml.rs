//! A TwiML document -> verbs, or the error a carrier reports.
//!
//! Strict on purpose: this is the carrier our tests meet. Unknown verbs, wrong nesting and values out of range are
//! error 12200; an unknown attribute is a warning with the same number, because real carriers ignore it.
//! What carelane does not render (Start, Number…) is refused by name. It runs nothing.

use super::stream::Connect;
use super::trouble::Trouble;
use super::xml;
use super::xml::Element;

/// A document, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// Where it came from; relative URLs in it are resolved against this.
    pub(super) url: String,
    /// What to do, in order.
    pub(super) verbs: Vec<Verb>,
    /// What a carrier notes and ignores.
    pub(super) warnings: Vec<Trouble>,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Prompt(Prompt),
    Gather(Gather),
    Redirect(String),
    HangUp,
    Reject { busy: bool },
    Enqueue(Enqueue),
    Dial(Dial),
    Record(Record),
    Connect(Connect),
    Leave,
}

/// Something to hear.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    Say { text: String, language: String, times: u32 },
    Play { url: String, times: u32 },
    Pause { seconds: u32 },
}

/// A question.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gather {
    pub(super) prompts: Vec<Prompt>,
    pub(super) dtmf: bool,
    pub(super) speech: bool,
    /// Silence after the prompts, or between keys, in seconds.
    pub(super) timeout: u32,
    pub(super) digits_max: Option<u32>,
    pub(super) finish_on_key: Option<char>,
    pub(super) action: String,
    pub(super) language: String,
    pub(super) barge_in: bool,
    pub(super) action_on_empty: bool,
}

/// A message after the tone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) action: String,
    /// Silence that ends it, in seconds; 0 is never.
    pub(super) silence: u32,
    pub(super) finish_on_keys: String,
    /// Seconds after which it ends.
    pub(super) longest: u32,
    pub(super) beep: bool,
    /// Where the recording's callback goes.
    pub(super) told: Option<String>,
}

/// Waiting in a queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Enqueue {
    pub(super) name: String,
    pub(super) action: Option<String>,
    /// `None` is the carrier's own music; an empty one is silence.
    pub(super) wait_url: Option<String>,
    pub(super) size_max: u32,
}

/// Entering a conference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dial {
    pub(super) action: Option<String>,
    /// Seconds after which the leg leaves.
    pub(super) time_limit: u32,
    pub(super) hangup_on_star: bool,
    pub(super) conference: Conference,
}

/// The conference of a Dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conference {
    pub(super) name: String,
    pub(super) starts_on_enter: bool,
    pub(super) ends_on_exit: bool,
    pub(super) beep_on_enter: bool,
    pub(super) beep_on_exit: bool,
    pub(super) muted: bool,
    /// The SID of the only one who hears this leg, if that is so.
    pub(super) coach: Option<String>,
    /// Is the carrier's music heard until it starts? An empty `waitUrl` is silence.
    pub(super) music: bool,
    pub(super) participants_max: u32,
    pub(super) label: Option<String>,
    pub(super) status_callback: Option<String>,
    pub(super) status_events: Vec<String>,
}

/// SSML that may stand inside Say.
const SSML: [&str; 11] =
    ["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w", "amazon:effect"];
/// Verbs of the real carrier that this one does not play.
const UNSUPPORTED: [&str; 7] = ["Start", "Stop", "Refer", "Sms", "Pay", "Prompt", "Queue"];
/// A spoken prompt's upper bound.
const SAY_CHARS_MAX: usize = 4_096;
/// What `loop="0"` means.
const LOOPS_MAX: u32 = 1_000;

/// Reads a document fetched from `url`.
pub(super) fn read(url: &str, bytes: &[u8]) -> Result<Document, Trouble> {
    let root = xml::parse(bytes)?;
    if root.name != "Response" {
        return Err(refused(format!("the root element is <{}>, not <Response>", root.name)));
    }
    if root.has_text() {
        return Err(refused("text stands directly inside <Response>"));
    }
    let mut reader = Lowering { warnings: Vec::new() };
    reader.known(&root, &[]);
    let verbs = root.elements().map(|element| reader.verb(element)).collect::<Result<_, _>>()?;
    Ok(Document { url: url.to_owned(), verbs, warnings: reader.warnings })
}

fn refused(why: impl Into<String>) -> Trouble {
    Trouble::new(12_200, why)
}

/// Walks the tree and collects warnings on the way.
struct Lowering {
    warnings: Vec<Trouble>,
}

impl Lowering {
    fn verb(&mut self, element: &Element) -> Result<Verb, Trouble> {
        match element.name.as_str() {
            "Say" | "Play" | "Pause" => self.prompt(element).map(Verb::Prompt),
            "Gather" => self.gather(element).map(Verb::Gather),
            "Redirect" => {
                self.known(element, &["method"]);
                posts(element, "method")?;
                Ok(Verb::Redirect(only_text(element)?))
            }
            "Hangup" => self.bare(element, Verb::HangUp),
            "Leave" => self.bare(element, Verb::Leave),
            "Reject" => {
                self.known(element, &["reason"]);
                childless(element)?;
                let busy = one_of(element, "reason", &["rejected", "busy"])? == Some("busy");
                Ok(Verb::Reject { busy })
            }
            "Enqueue" => self.enqueue(element).map(Verb::Enqueue),
            "Dial" => self.dial(element).map(Verb::Dial),
            "Record" => self.record(element).map(Verb::Record),
            "Connect" => self.connect(element).map(Verb::Connect),
            name if UNSUPPORTED.contains(&name) => {
                Err(refused(format!("<{name}> is not supported by the local carrier; use a real one for it")))
            }
            name => Err(refused(format!("<{name}> is no verb that may stand inside <Response>"))),
        }
    }

    fn bare(&mut self, element: &Element, verb: Verb) -> Result<Verb, Trouble> {
        self.known(element, &[]);
        childless(element)?;
        Ok(verb)
    }

    fn prompt(&mut self, element: &Element) -> Result<Prompt, Trouble> {
        match element.name.as_str() {
            "Say" => {
                self.known(element, &["voice", "language", "loop"]);
                speakable(element)?;
                let text = element.text();
                if text.chars().count() > SAY_CHARS_MAX {
                    return Err(Trouble::new(13_520, "a <Say> is longer than 4,096 characters"));
                }
                let language = attribute(element, "language").unwrap_or("en-US").to_owned();
                Ok(Prompt::Say { text, language, times: times(element)? })
            }
            "Play" => {
                self.known(element, &["loop", "digits"]);
                if attribute(element, "digits").is_some() {
                    return Err(refused("<Play digits> is not supported by the local carrier"));
                }
                let url = only_text(element)?;
                if url.is_empty() {
                    return Err(refused("<Play> names no sound"));
                }
                Ok(Prompt::Play { url, times: times(element)? })
            }
            _ => {
                self.known(element, &["length"]);
                childless(element)?;
                Ok(Prompt::Pause { seconds: number(element, "length", 1..=3_600)?.unwrap_or(1) })
            }
        }
    }

    fn gather(&mut self, element: &Element) -> Result<Gather, Trouble> {
        self.known(element, &GATHER_ATTRIBUTES);
        posts(element, "method")?;
        if element.has_text() {
            return Err(refused("text stands directly inside <Gather>; put it into <Say>"));
        }
        let mut prompts = Vec::new();
        for child in element.elements() {
            if !matches!(child.name.as_str(), "Say" | "Play" | "Pause") {
                return Err(refused(format!("<{}> may not stand inside <Gather>: only Say, Play, Pause", child.name)));
            }
            prompts.push(self.prompt(child)?);
        }
        let input = attribute(element, "input").unwrap_or("dtmf");
        let (mut dtmf, mut speech) = (false, false);
        for word in input.split_whitespace() {
            match word {
                "dtmf" => dtmf = true,
                "speech" => speech = true,
                _ => return Err(refused("<Gather input> is made of dtmf and speech")),
            }
        }
        if !dtmf && !speech {
            return Err(refused("<Gather input> is empty"));
        }
        if attribute(element, "speechTimeout").is_some_and(|value| value != "auto") {
            number(element, "speechTimeout", 1..=600)?;
        }
        let hints = attribute(element, "hints").unwrap_or_default();
        if hints.split(',').count() > 500 || hints.split(',').any(|hint| hint.chars().count() > 100) {
            return Err(refused("<Gather hints> has more than 500 phrases, or one of more than 100 characters"));
        }
        Ok(Gather {
            prompts,
            dtmf,
            speech,
            timeout: number(element, "timeout", 1..=600)?.unwrap_or(5),
            digits_max: number(element, "numDigits", 1..=1_024)?,
            finish_on_key: finish_on_key(element)?,
            action: attribute(element, "action").unwrap_or_default().to_owned(),
            language: attribute(element, "language").unwrap_or("en-US").to_owned(),
            barge_in: flag(element, "bargeIn", true)?,
            action_on_empty: flag(element, "actionOnEmptyResult", false)?,
        })
    }

    fn enqueue(&mut self, element: &Element) -> Result<Enqueue, Trouble> {
        self.known(element, &["action", "method", "waitUrl", "waitUrlMethod", "maxQueueSize"]);
        if attribute(element, "workflowSid").is_some() {
            return Err(refused("<Enqueue workflowSid> is not supported by the local carrier"));
        }
        posts(element, "method")?;
        posts(element, "waitUrlMethod")?;
        let name = only_text(element)?;
        if name.is_empty() || name.chars().count() > 64 {
            return Err(refused("<Enqueue> needs a queue name of 1 to 64 characters"));
        }
        Ok(Enqueue {
            name,
            action: given(element, "action"),
            wait_url: attribute(element, "waitUrl").map(str::to_owned),
            size_max: number(element, "maxQueueSize", 1..=5_000)?.unwrap_or(1_000),
        })
    }

    fn connect(&mut self, element: &Element) -> Result<Connect, Trouble> {
        self.known(element, &[]);
        let mut children = element.elements();
        let stream = children.next().filter(|child| child.name == "Stream");
        let (Some(stream), None) = (stream, children.next()) else {
            return Err(refused("<Connect> holds one <Stream> here, and nothing else"));
        };
        self.known(stream, &["url"]);
        let url = given(stream, "url").filter(|url| url.starts_with("ws://") || url.starts_with("wss://"));
        let url = url.ok_or_else(|| refused("<Stream> needs the url of a websocket"))?;
        let mut parameters = Vec::new();
        for parameter in stream.elements() {
            self.known(parameter, &["name", "value"]);
            match (parameter.name.as_str(), attribute(parameter, "name"), attribute(parameter, "value")) {
                ("Parameter", Some(name), Some(value)) => parameters.push((name.to_owned(), value.to_owned())),
                _ => return Err(refused("<Stream> holds <Parameter name value> only")),
            }
        }
        Ok(Connect { url, parameters })
    }

    fn record(&mut self, element: &Element) -> Result<Record, Trouble> {
        self.known(element, &RECORD_ATTRIBUTES);
        posts(element, "method")?;
        posts(element, "recordingStatusCallbackMethod")?;
        childless(element)?;
        let Some(action) = given(element, "action") else {
            return Err(refused("<Record> needs an action: without one the carrier would ask for the same document"));
        };
        if flag(element, "transcribe", false)? {
            return Err(refused("<Record transcribe> is not supported by the local carrier"));
        }
        one_of(element, "trim", &["trim-silence", "do-not-trim"])?;
        let events = attribute(element, "recordingStatusCallbackEvent").unwrap_or("completed");
        if let Some(unknown) = events.split_whitespace().find(|e| !["in-progress", "completed", "absent"].contains(e)) {
            return Err(refused(format!("<Record recordingStatusCallbackEvent> knows no event `{unknown}`")));
        }
        let finish_on_keys = attribute(element, "finishOnKey").unwrap_or("1234567890*#").to_owned();
        if !finish_on_keys.chars().all(|key| matches!(key, '0'..='9' | '*' | '#')) {
            return Err(Trouble::new(13_310, "<Record finishOnKey> is made of 0-9 # *"));
        }
        Ok(Record {
            action,
            silence: number(element, "timeout", 0..=600)?.unwrap_or(5),
            finish_on_keys,
            longest: number(element, "maxLength", 2..=14_400)?.unwrap_or(3_600),
            beep: flag(element, "playBeep", true)?,
            told: given(element, "recordingStatusCallback").filter(|_| events.contains("completed")),
        })
    }

    fn dial(&mut self, element: &Element) -> Result<Dial, Trouble> {
        self.known(
            element,
            &["action", "method", "timeout", "timeLimit", "hangupOnStar", "answerOnBridge", "callerId"],
        );
        posts(element, "method")?;
        number(element, "timeout", 5..=600)?;
        let mut nouns = element.elements();
        let noun = match (nouns.next(), nouns.next()) {
            (Some(noun), None) if noun.name == "Conference" && !element.has_text() => noun,
            _ => return Err(refused("the local carrier supports <Dial> with exactly one <Conference> in it")),
        };
        Ok(Dial {
            action: given(element, "action"),
            time_limit: number(element, "timeLimit", 1..=86_400)?.unwrap_or(14_400),
            hangup_on_star: flag(element, "hangupOnStar", false)?,
            conference: self.conference(noun)?,
        })
    }

    fn conference(&mut self, noun: &Element) -> Result<Conference, Trouble> {
        self.known(noun, &CONFERENCE_ATTRIBUTES);
        posts(noun, "statusCallbackMethod")?;
        let name = only_text(noun)?;
        if name.is_empty() {
            return Err(refused("<Conference> needs a name"));
        }
        if attribute(noun, "waitUrl").is_some_and(|url| !url.is_empty()) {
            return Err(refused("<Conference waitUrl> must be empty (silence) or absent (music) on the local carrier"));
        }
        let beep = one_of(noun, "beep", &["true", "false", "onEnter", "onExit"])?.unwrap_or("true");
        let events = attribute(noun, "statusCallbackEvent").unwrap_or_default();
        let known = ["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"];
        if let Some(unknown) = events.split_whitespace().find(|event| !known.contains(event)) {
            return Err(refused(format!("<Conference statusCallbackEvent> knows no event `{unknown}`")));
        }
        Ok(Conference {
            name,
            starts_on_enter: flag(noun, "startConferenceOnEnter", true)?,
            ends_on_exit: flag(noun, "endConferenceOnExit", false)?,
            beep_on_enter: matches!(beep, "true" | "onEnter"),
            beep_on_exit: matches!(beep, "true" | "onExit"),
            muted: flag(noun, "muted", false)?,
            coach: given(noun, "coach"),
            music: attribute(noun, "waitUrl").is_none(),
            participants_max: number(noun, "maxParticipants", 2..=250)?.unwrap_or(250),
            label: given(noun, "participantLabel"),
            status_callback: given(noun, "statusCallback"),
            status_events: events.split_whitespace().map(str::to_owned).collect(),
        })
    }

    /// Warns of attributes that the carrier does not know.
    fn known(&mut self, element: &Element, names: &[&str]) {
        for name in element.attributes.keys().filter(|name| !names.contains(&name.as_str())) {
            let text = format!("<{}> has no attribute `{name}`; it is ignored", element.name);
            self.warnings.push(refused(text));
        }
    }
}

const GATHER_ATTRIBUTES: [&str; 17] = [
    "action",
    "method",
    "input",
    "timeout",
    "numDigits",
    "finishOnKey",
    "speechTimeout",
    "maxSpeechTime",
    "hints",
    "language",
    "speechModel",
    "enhanced",
    "profanityFilter",
    "actionOnEmptyResult",
    "partialResultCallback",
    "partialResultCallbackMethod",
    "bargeIn",
];
const RECORD_ATTRIBUTES: [&str; 12] = [
    "action",
    "method",
    "timeout",
    "finishOnKey",
    "maxLength",
    "playBeep",
    "trim",
    "recordingStatusCallback",
    "recordingStatusCallbackMethod",
    "recordingStatusCallbackEvent",
    "transcribe",
    "recordingConfigurationId",
];
const CONFERENCE_ATTRIBUTES: [&str; 14] = [
    "coach",
    "muted",
    "beep",
    "startConferenceOnEnter",
    "endConferenceOnExit",
    "waitUrl",
    "waitMethod",
    "maxParticipants",
    "participantLabel",
    "jitterBufferSize",
    "region",
    "statusCallback",
    "statusCallbackMethod",
    "statusCallbackEvent",
];

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    element.attributes.get(name).map(String::as_str)
}

/// An attribute that counts only when it is not empty.
fn given(element: &Element, name: &str) -> Option<String> {
    attribute(element, name).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn number(element: &Element, name: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, Trouble> {
    let Some(value) = attribute(element, name) else { return Ok(None) };
    match value.parse().ok().filter(|number| range.contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            let (from, to) = range.into_inner();
            Err(refused(format!("<{} {name}=\"{value}\"> must be a whole number from {from} to {to}", element.name)))
        }
    }
}

fn flag(element: &Element, name: &str, default: bool) -> Result<bool, Trouble> {
    Ok(one_of(element, name, &["true", "false"])?.map_or(default, |value| value == "true"))
}

fn one_of<'e>(element: &'e Element, name: &str, values: &[&str]) -> Result<Option<&'e str>, Trouble> {
    match attribute(element, name) {
        Some(value) if !values.contains(&value) => {
            Err(refused(format!("<{} {name}=\"{value}\"> must be one of: {}", element.name, values.join(", "))))
        }
        value => Ok(value),
    }
}

/// GET puts callers' data into URLs, so nothing we render asks for it.
fn posts(element: &Element, name: &str) -> Result<(), Trouble> {
    match attribute(element, name) {
        None | Some("POST") => Ok(()),
        Some(_) => Err(refused(format!("<{} {name}> must be POST on the local carrier", element.name))),
    }
}

fn times(element: &Element) -> Result<u32, Trouble> {
    Ok(match number(element, "loop", 0..=LOOPS_MAX)? {
        None => 1,
        Some(0) => LOOPS_MAX,
        Some(times) => times,
    })
}

fn finish_on_key(element: &Element) -> Result<Option<char>, Trouble> {
    let Some(value) = attribute(element, "finishOnKey") else { return Ok(Some('#')) };
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Ok(None),
        (Some(key @ ('0'..='9' | '*' | '#')), None) => Ok(Some(key)),
        _ => Err(Trouble::new(13_310, "<Gather finishOnKey> must be one of 0-9 # *, or empty")),
    }
}

fn childless(element: &Element) -> Result<(), Trouble> {
    if element.children.is_empty() || (!element.has_text() && element.elements().next().is_none()) {
        return Ok(());
    }
    Err(refused(format!("<{}> must be empty", element.name)))
}

fn only_text(element: &Element) -> Result<String, Trouble> {
    match element.elements().next() {
        Some(child) => Err(refused(format!("<{}> may not stand inside <{}>", child.name, element.name))),
        None => Ok(element.text()),
    }
}

fn speakable(element: &Element) -> Result<(), Trouble> {
    for child in element.elements() {
        if !SSML.contains(&child.name.as_str()) {
            return Err(refused(format!("<{}> may not stand inside <Say>", child.name)));
        }
        speakable(child)?;
    }
    Ok(())
}
