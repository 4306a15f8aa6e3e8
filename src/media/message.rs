//! The words between a carrier and a media stream: JSON texts, one event each.
//!
//! Carriers differ in what they add and leave out, so only what we use is read, and the rest is ignored: numbers are
//! not even looked at. What has to be there and is not makes the message malformed. Audio is the largest part by far,
//! so its base64 is borrowed and decoded by who needs it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::captions::Captions;

/// What a carrier tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<'m> {
    /// The stream begins.
    Start(Start<'m>),
    /// Audio of the caller, mu-law in base64.
    Audio(Cow<'m, str>),
    /// A key of the caller.
    Key(char),
    /// Everything before our mark of this name was played, or thrown away.
    Mark(Cow<'m, str>),
    /// The stream is over.
    Stop,
    /// Nothing that matters here.
    Other,
}

/// How a stream begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Start<'m> {
    /// The carrier's name for the stream.
    pub stream: Cow<'m, str>,
    /// The carrier's name for the leg.
    pub carrier_call: Cow<'m, str>,
    /// Our own parameter, which proves that we asked for this stream.
    pub token: Option<Cow<'m, str>>,
}

/// Why a message is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is no JSON object with an `event`.
    NotJson,
    /// Its event lacks a part.
    Lacks(&'static str),
    /// It begins a stream in another form than mu-law at 8 kHz in one channel.
    Format,
    /// Its audio is no base64.
    Audio,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson => f.write_str("a message is no JSON object with an event"),
            Self::Lacks(what) => write!(f, "a message lacks {what}"),
            Self::Format => f.write_str("the stream is not mu-law at 8000 Hz in one channel"),
            Self::Audio => f.write_str("a message's audio is no base64"),
        }
    }
}

impl std::error::Error for Malformed {}

#[derive(Deserialize)]
struct Envelope<'m> {
    #[serde(borrow)]
    event: Cow<'m, str>,
    #[serde(default, borrow, rename = "streamSid")]
    stream: Option<Text<'m>>,
    #[serde(default, borrow)]
    start: Option<RawStart<'m>>,
    #[serde(default, borrow)]
    media: Option<RawMedia<'m>>,
    #[serde(default)]
    dtmf: Option<RawKey>,
    #[serde(default)]
    mark: Option<RawMark>,
}

/// A text that is borrowed where it stands in the message as it is.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'m>(#[serde(borrow)] Cow<'m, str>);

#[derive(Deserialize)]
struct RawStart<'m> {
    #[serde(default, borrow, rename = "streamSid")]
    stream: Option<Text<'m>>,
    #[serde(default, borrow, rename = "callSid")]
    call: Option<Text<'m>>,
    #[serde(default, borrow, rename = "customParameters")]
    parameters: Option<BTreeMap<Cow<'m, str>, serde_json::Value>>,
    #[serde(default, borrow, rename = "mediaFormat")]
    format: Option<RawFormat<'m>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFormat<'m> {
    #[serde(borrow)]
    encoding: Cow<'m, str>,
    #[serde(default)]
    sample_rate: serde_json::Value,
    #[serde(default)]
    channels: serde_json::Value,
}

#[derive(Deserialize)]
struct RawMedia<'m> {
    #[serde(default, borrow)]
    track: Option<Text<'m>>,
    #[serde(borrow)]
    payload: Cow<'m, str>,
}

#[derive(Deserialize)]
struct RawKey {
    digit: serde_json::Value,
}

#[derive(Deserialize)]
struct RawMark {
    name: serde_json::Value,
}

/// The kind of a message whose rest is not as we know it.
#[derive(Deserialize)]
struct Kind<'m> {
    #[serde(borrow)]
    event: Cow<'m, str>,
}

/// Events that must be as we know them.
const KNOWN: [&str; 5] = ["start", "media", "dtmf", "mark", "stop"];

/// A text, where some carriers write a number.
fn plain(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Reads one message.
pub fn read(text: &str) -> Result<Told<'_>, Malformed> {
    let message: Envelope<'_> = match serde_json::from_str(text) {
        Ok(message) => message,
        Err(_) => return unknown(text),
    };
    match message.event.as_ref() {
        "start" => {
            let start = message.start.ok_or(Malformed::Lacks("its start"))?;
            begin(start, message.stream)
        }
        "media" => {
            let media = message.media.ok_or(Malformed::Lacks("its media"))?;
            // Our own audio, where a carrier sends it back: nobody listens to it.
            let outbound = media.track.is_some_and(|track| track.0 == "outbound");
            Ok(if outbound { Told::Other } else { Told::Audio(media.payload) })
        }
        "dtmf" => {
            let digit = plain(message.dtmf.ok_or(Malformed::Lacks("its dtmf"))?.digit);
            // Several at once are no press: taking the first of them would choose for the caller.
            let mut keys = digit.iter().flat_map(|digit| digit.chars());
            Ok(match (keys.next(), keys.next()) {
                (Some(key @ ('0'..='9' | '*' | '#' | 'A'..='D')), None) => Told::Key(key),
                _ => Told::Other,
            })
        }
        "mark" => {
            let name = plain(message.mark.ok_or(Malformed::Lacks("its mark"))?.name);
            Ok(name.map_or(Told::Other, |name| Told::Mark(name.into())))
        }
        "stop" => Ok(Told::Stop),
        _ => Ok(Told::Other),
    }
}

/// An event that carriers have invented since may hold anything.
fn unknown(text: &str) -> Result<Told<'_>, Malformed> {
    let kind: Kind<'_> = serde_json::from_str(text).map_err(|_| Malformed::NotJson)?;
    if KNOWN.contains(&kind.event.as_ref()) { Err(Malformed::NotJson) } else { Ok(Told::Other) }
}

fn begin<'m>(start: RawStart<'m>, stream: Option<Text<'m>>) -> Result<Told<'m>, Malformed> {
    let RawStart { stream: inner, call, parameters, format } = start;
    let format = format.ok_or(Malformed::Lacks("its media format"))?;
    let is = |value: &serde_json::Value, number: u64| {
        value.is_null() || value.as_u64() == Some(number) || value.as_str() == Some(&number.to_string())
    };
    if format.encoding != "audio/x-mulaw" || !is(&format.sample_rate, 8_000) || !is(&format.channels, 1) {
        return Err(Malformed::Format);
    }
    let token = match parameters.unwrap_or_default().remove("token") {
        Some(serde_json::Value::String(token)) => Some(token.into()),
        _ => None,
    };
    Ok(Told::Start(Start {
        stream: stream.or(inner).ok_or(Malformed::Lacks("its stream's name"))?.0,
        carrier_call: call.ok_or(Malformed::Lacks("its call's name"))?.0,
        token,
    }))
}

/// The bytes of a message's audio, into a buffer that is used again and again.
pub fn audio(base64: &str, out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.clear();
    STANDARD.decode_vec(base64, out).map_err(|_| Malformed::Audio)
}

/// Audio of our own as a message carries it.
pub fn base64(mulaw: &[u8]) -> String {
    STANDARD.encode(mulaw)
}

/// What stands behind the audio of a message of ours.
pub const AFTER_AUDIO: &str = r#""}}"#;

/// Writes messages for one stream.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The stream's name as a JSON string.
    stream: String,
    before_audio: String,
}

impl Writer {
    /// For the stream with this name.
    pub fn new(stream: &str) -> Self {
        let stream = serde_json::Value::from(stream).to_string();
        let before_audio = format!(r#"{{"event":"media","streamSid":{stream},"media":{{"payload":""#);
        Self { stream, before_audio }
    }

    /// What stands before the base64 of audio that is to be played after what was sent before; behind it stands
    /// [`AFTER_AUDIO`].
    pub fn before_audio(&self) -> &str {
        &self.before_audio
    }

    /// To be sent back when everything before it was played.
    pub fn mark(&self, number: u64) -> String {
        format!(r#"{{"event":"mark","streamSid":{},"mark":{{"name":"{number}"}}}}"#, self.stream)
    }

    /// What is said when: for browser phones, which show it. Carriers are never sent this.
    pub fn captions(&self, captions: &Captions) -> String {
        let said = captions
            .said
            .iter()
            .map(|caption| json!({ "at": millis(caption.at), "text": caption.text, "language": caption.language }));
        let said = json!({
            "captions": said.collect::<Vec<_>>(), "again_from": captions.again_from, "length": millis(captions.length), "live": captions.live,
        });
        format!(r#"{{"event":"said","streamSid":{},"said":{said}}}"#, self.stream)
    }

    /// Throw away what is not played yet.
    pub fn clear(&self) -> String {
        format!(r#"{{"event":"clear","streamSid":{}}}"#, self.stream)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn vectors() -> Value {
        serde_json::from_str(include_str!("../../tests/vectors/media_stream_messages.json")).unwrap()
    }

    fn told(message: &Value) -> String {
        format!("{:?}", read(&message.to_string()))
    }

    #[test]
    fn every_message_of_the_carrier_is_understood() {
        let from = &vectors()["from_carrier"];
        assert_eq!(told(&from["connected"]), "Ok(Other)");
        let start = told(&from["start"]);
        assert!(start.contains(r#"stream: "MZfff"#) && start.contains(r#"carrier_call: "CAaaa"#), "{start}");
        assert!(start.contains(r#"token: Some("tok")"#), "{start}");
        assert!(told(&from["start_no_custom"]).contains("token: None"));
        assert!(told(&from["media_inbound"]).starts_with(r#"Ok(Audio("/////"#));
        assert_eq!(told(&from["media_outbound"]), "Ok(Other)");
        assert_eq!(told(&from["dtmf"]), "Ok(Key('1'))");
        assert_eq!(told(&from["dtmf_star"]), "Ok(Key('*'))");
        assert_eq!(told(&from["mark"]), r#"Ok(Mark("greeting-end"))"#);
        assert_eq!(told(&from["stop"]), "Ok(Stop)");
    }

    #[test]
    fn the_other_carrier_of_its_kind_is_understood_and_its_other_audio_refused() {
        let from = &vectors()["signalwire_from_carrier"];
        assert_eq!(told(&from["connected"]), "Ok(Other)");
        assert_eq!(told(&from["start"]), "Err(Format)");
        assert_eq!(told(&from["dtmf"]), "Ok(Key('5'))");
        assert_eq!(told(&from["stop"]), "Ok(Stop)");
    }

    #[test]
    fn what_must_be_tolerated_is() {
        for case in vectors()["must_tolerate"].as_array().unwrap() {
            let text = case["message"].to_string();
            assert!(read(&text).is_ok(), "{}: {text}", case["id"]);
        }
    }

    #[test]
    fn a_number_for_a_text_null_for_nothing_and_events_of_tomorrow_are_tolerated() {
        assert_eq!(read(r#"{"event":"dtmf","dtmf":{"digit":7,"duration":250}}"#), Ok(Told::Key('7')));
        assert_eq!(read(r#"{"event":"dtmf","dtmf":{"digit":"12"}}"#), Ok(Told::Other), "no single key");
        assert_eq!(read(r#"{"event":"mark","mark":{"name":7}}"#), Ok(Told::Mark("7".into())));
        let format = r#"{"encoding":"audio/x-mulaw","sampleRate":"8000","channels":"1"}"#;
        let start = format!(
            r#"{{"event":"start","streamSid":"MZ1","start":{{"callSid":"CA1","customParameters":null,"mediaFormat":{format}}}}}"#
        );
        assert!(matches!(read(&start), Ok(Told::Start(Start { token: None, .. }))));
        assert_eq!(read(r#"{"event":"video","media":[1],"dtmf":"?","mark":3}"#), Ok(Told::Other));
        assert!(read(r#"{"event":"media","media":[1]}"#).is_err());
    }

    #[test]
    fn audio_of_any_length_decodes_and_other_text_does_not() {
        let mut bytes = vec![1, 2, 3];
        assert_eq!(audio("//8=", &mut bytes), Ok(()));
        assert_eq!(bytes, [255, 255]);
        assert_eq!(audio("no base64", &mut bytes), Err(Malformed::Audio));
        // Some writers of JSON put a backslash before each slash.
        let escaped = r#"{"event":"media","media":{"payload":"\/\/8="}}"#;
        assert_eq!(read(escaped), Ok(Told::Audio("//8=".into())));
    }

    #[test]
    fn junk_is_malformed_and_never_worse() {
        for junk in ["", "{", "[]", "7", r#"{"event":7}"#, r#"{"event":"start"}"#, r#"{"event":"media","media":{}}"#] {
            assert!(read(junk).is_err(), "{junk}");
        }
    }

    #[test]
    fn what_we_write_is_what_the_carrier_reads() {
        let to = &vectors()["to_carrier"];
        let writer = Writer::new(to["clear"]["streamSid"].as_str().unwrap());
        let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        assert_eq!(json(writer.clear()), to["clear"]);
        let base64 = to["media"]["media"]["payload"].as_str().unwrap();
        assert_eq!(json([writer.before_audio(), base64, AFTER_AUDIO].concat()), to["media"]);
        let mut mark = to["mark"].clone();
        mark["mark"]["name"] = "7".into();
        assert_eq!(json(writer.mark(7)), mark);
        let odd = Writer::new("a\"b\\");
        assert_eq!(json(odd.clear())["streamSid"], "a\"b\\");
    }
}
