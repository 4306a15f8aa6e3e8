//! Requests that come by another way than a call, as a channel's program posts them.

use hyper::StatusCode;
use serde::Deserialize;

use super::api::Body;
use super::api::DetailsBody;
use super::api::details;
use super::api::moment;
use super::api::read;
use super::asking::Asking;
use super::reply;
use super::reply::Reply;
use crate::floor::effect::Answer;
use crate::floor::event::Event;
use crate::floor::event::NewLetter;
use crate::flow::Channel;
use crate::vocab::Caller;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::PracticeId;
use crate::vocab::Private;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LetterBody {
    channel: Channel,
    #[serde(default)]
    lane: Option<String>,
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    sender: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    caller_is: Option<DetailsBody>,
    #[serde(default)]
    received_at: Option<String>,
}

impl Body for LetterBody {
    const FORM: &'static str = concat!(
        r#"{"channel": "portal", "text", "email", "reminder" or "telehealth", "number": "+15555550123" or "sender": text, "#,
        r#""lane": text or "text": text, "language": "en-US", "caller_is": {"standing": "existing", …}, "#,
        r#""received_at": "2026-12-01T15:00:00Z"}; what is not known is left out"#
    );
}

impl Asking<'_> {
    /// A patient wrote. Answered with the item that the letter opened, or belongs to.
    pub(super) async fn take_letter(&mut self, practice: &str, body: &[u8]) -> Result<Reply, Reply> {
        let letter = Box::new(letter(read(body)?)?);
        let practice = PracticeId::from(practice);
        match self.answer(Event::LetterCame { practice, letter }).await? {
            Answer::Taken { item, again } => {
                let status = if again { StatusCode::OK } else { StatusCode::CREATED };
                Ok(self.item(item).await?.with(status))
            }
            _ => Ok(reply::json(StatusCode::OK, &serde_json::json!({ "ok": true, "done_before": true }))),
        }
    }
}

/// Read as far as its form goes; what the practice takes, the floor says. Messages name fields, never their content.
fn letter(body: LetterBody) -> Result<NewLetter, Reply> {
    let refused = |detail: &str| reply::problem(StatusCode::UNPROCESSABLE_ENTITY, detail);
    let text = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let number = |number: String| Number::parse(number.trim()).map_err(|error| refused(&format!("`number`: {error}")));
    let number = text(body.number).map(number).transpose()?;
    let (sender, words, lane) = (text(body.sender), text(body.text), text(body.lane));
    if number.is_none() && sender.is_none() {
        return Err(refused("nobody could be answered: give the writer's `number`, or a `sender`"));
    }
    if lane.is_none() && words.is_none() {
        return Err(refused("nobody could tell what it is about: give a `lane`, or the `text`"));
    }
    let language = |tag: String| Language::parse(&tag).ok_or_else(|| refused("`language` is written like en-US"));
    Ok(NewLetter {
        channel: body.channel,
        lane: lane.map(|lane| LaneId::from(&*lane)),
        caller: Caller { number },
        // The same address is the same however it is written.
        sender: sender.map(|sender| Private::new(sender.trim().to_lowercase())),
        text: words.map(Private::new),
        language: body.language.map(language).transpose()?,
        details: details(body.caller_is.unwrap_or_default())?,
        received: body.received_at.map(|at| moment(&at, "received_at")).transpose()?,
    })
}
