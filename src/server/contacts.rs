//! Contacts as requests of the API: what is on record about a number, found by the number in a body, never in a URL.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::api::Body;
use super::api::id;
use super::api::read;
use super::api::unanswered;
use super::api::window;
use super::asking::Asking;
use super::asking::etag;
use super::json;
use super::reply;
use super::reply::Reply;
use crate::floor::event::Event;
use crate::floor::event::contact::ContactChange;
use crate::floor::event::contact::ContactOf;
use crate::floor::event::contact::ContactTold;
use crate::floor::fact::contact::ConsentSource;
use crate::floor::fact::contact::ContactKept;
use crate::vocab::AgentId;
use crate::vocab::ContactId;
use crate::vocab::Language;
use crate::vocab::Number;
use crate::vocab::PracticeId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindBody {
    number: String,
}

impl Body for FindBody {
    const FORM: &'static str = r#"{"number": "+15555550123"}"#;
}

/// What is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactBody {
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    texts: Option<bool>,
    #[serde(default)]
    how: Option<ConsentSource>,
    #[serde(default)]
    calls: Option<bool>,
    #[serde(default)]
    talking: Option<String>,
    #[serde(default)]
    texting: Option<String>,
    #[serde(default)]
    preferred_window: Option<String>,
    #[serde(default)]
    message: Option<bool>,
    #[serde(default)]
    confidential: Option<bool>,
    #[serde(default)]
    by: Option<String>,
}

impl Body for ContactBody {
    const FORM: &'static str = concat!(
        r#"{"number": "+15555550123" (for a new contact only), "texts": true or false with "how": "spoken", "written" "#,
        r#"or "portal", "calls": true or false, "talking" and "texting": languages, "preferred_window": text, "#,
        r#""message": true or false, "confidential": true or false, "by": an assistant's id}"#
    );
}

/// What is on record, for those with the token. What changes by the hour alone is not in it.
pub(super) fn contact(kept: &ContactKept) -> Value {
    let wants = &kept.wants;
    let consent = wants
        .texts
        .as_ref()
        .map(|said| json!({"given": said.given, "at": said.at.rfc3339(), "by": said.by, "how": said.how}));
    json!({
        "id": kept.contact.to_string(), "practice": kept.practice, "number": json::number(Some(&kept.number)),
        "text_consent": consent, "texts_stopped_at": wants.stopped.map(crate::vocab::Timestamp::rfc3339),
        "may_text": wants.text_consent().is_some(),
        "may_call": wants.no_calls.is_none(),
        "calls_declined": wants.no_calls.as_ref().map(|said| json!({"at": said.at.rfc3339(), "by": said.by})),
        "may_leave_message": wants.may_leave_message(), "confidential": wants.confidential,
        "talking": wants.talking, "texting": wants.texting, "preferred_window": wants.window,
    })
}

impl Asking<'_> {
    /// Everything under `practices/{practice}/contacts`.
    pub(super) async fn contacts(
        &mut self,
        (method, practice): (&str, &str),
        rest: &[&str],
        body: &[u8],
    ) -> Result<Reply, Reply> {
        let practice = PracticeId::from(practice);
        match (method, rest) {
            ("POST", ["find"]) => {
                let FindBody { number: text } = read(body)?;
                self.shown(practice, ContactOf::Number(number(&text)?)).await
            }
            ("POST", []) => self.tell_of_number(practice, body).await,
            ("GET", [contact]) => self.shown(practice, ContactOf::Known(id(contact, "contact")?)).await,
            ("PATCH", [contact]) => self.tell_of_contact(practice, id(contact, "contact")?, body).await,
            (_, [] | ["find"]) => Err(reply::method_not_allowed("POST")),
            (_, [_]) => Err(reply::method_not_allowed("GET, PATCH")),
            _ => Err(reply::problem(StatusCode::NOT_FOUND, "the API has nothing at this path")),
        }
    }

    async fn tell_of_number(&mut self, practice: PracticeId, body: &[u8]) -> Result<Reply, Reply> {
        let mut body: ContactBody = read(body)?;
        let text = body.number.take().ok_or_else(|| refused("`number` is missing: whose record is it?"))?;
        self.tell_of(practice, ContactOf::Number(number(&text)?), body).await
    }

    async fn tell_of_contact(&mut self, practice: PracticeId, of: ContactId, body: &[u8]) -> Result<Reply, Reply> {
        let body: ContactBody = read(body)?;
        if body.number.is_some() {
            return Err(refused("a contact keeps its number: another number is another contact"));
        }
        self.tell_of(practice, ContactOf::Known(of), body).await
    }

    async fn tell_of(&mut self, practice: PracticeId, of: ContactOf, body: ContactBody) -> Result<Reply, Reply> {
        let by = body.by.as_deref().map(AgentId::from);
        let told = ContactTold { practice: practice.clone(), of: of.clone(), change: change(body)?, by };
        self.answer(Event::ContactTold(Box::new(told))).await?;
        self.shown(practice, of).await
    }

    async fn shown(&self, practice: PracticeId, of: ContactOf) -> Result<Reply, Reply> {
        let found = self.engine.contact(practice, of).await.map_err(unanswered)?;
        let kept = found.ok_or_else(|| reply::problem(StatusCode::NOT_FOUND, "nothing is on record there"))?;
        let shown = contact(&kept);
        Ok(reply::json(StatusCode::OK, &shown).tagged(&etag(&shown)))
    }

    /// What is on record about an item's number.
    pub(super) async fn contact_of(&self, practice: &PracticeId, number: Option<&Number>) -> Result<Value, Reply> {
        let Some(number) = number else { return Ok(Value::Null) };
        let of = ContactOf::Number(number.clone());
        let found = self.engine.contact(practice.clone(), of).await.map_err(unanswered)?;
        Ok(found.as_ref().map_or(Value::Null, contact))
    }
}

fn change(body: ContactBody) -> Result<ContactChange, Reply> {
    let language = |text: Option<String>, what: &str| {
        text.map(|text| Language::parse(&text).ok_or_else(|| refused(&format!("`{what}` is no language: write en-US"))))
            .transpose()
    };
    Ok(ContactChange {
        texts: body.texts,
        how: body.how,
        calls: body.calls,
        talking: language(body.talking, "talking")?,
        texting: language(body.texting, "texting")?,
        window: body.preferred_window.map(window).transpose()?,
        message: body.message,
        confidential: body.confidential,
    })
}

fn number(text: &str) -> Result<Number, Reply> {
    Number::parse(text.trim()).map_err(|error| refused(&format!("`number`: {error}")))
}

fn refused(detail: &str) -> Reply {
    reply::problem(StatusCode::UNPROCESSABLE_ENTITY, detail)
}
