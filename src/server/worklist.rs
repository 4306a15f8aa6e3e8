//! What people ask of an item beside attempts and closing, as requests of the API.

use serde::Deserialize;

use super::api::Body;
use super::api::UrgentBody;
use super::api::details;
use super::api::id;
use super::api::read;
use super::asking::Asking;
use super::reply::Reply;
use crate::floor::details::Subject;
use crate::floor::event::Event;
use crate::floor::event::ItemRequest;
use crate::floor::fact::desk::DeskChange;
use crate::floor::fact::desk::ReferralStatus;
use crate::flow::ScriptStep;
use crate::vocab::AgentId;
use crate::vocab::DocumentId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeBody {
    into: String,
    #[serde(default)]
    by: Option<String>,
}

impl Body for MergeBody {
    const FORM: &'static str = r#"{"into": "item-7", "by": an assistant's id, where it is required}"#;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TickBody {
    step: ScriptStep,
    #[serde(default)]
    by: Option<String>,
}

impl Body for TickBody {
    const FORM: &'static str =
        r#"{"step": "recognition", "reason", "next_step" or "confirmation", "by": an assistant's id}"#;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferralBody {
    status: ReferralStatus,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    by: Option<String>,
}

impl Body for ReferralBody {
    const FORM: &'static str = concat!(
        r#"{"status": "missing", "received", "pending_review" or "ready_for_scheduling", "#,
        r#""missing": [ids of the lane's documents], "by": an assistant's id}"#
    );
}

impl Asking<'_> {
    /// A step of the callback script was said.
    pub(super) async fn tick(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let TickBody { step, by } = read(body)?;
        self.ask_of_item(item, ItemRequest::Desk(DeskChange::Said { step }), by).await
    }

    /// How the referral stands.
    pub(super) async fn set_referral(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let ReferralBody { status, missing, by } = read(body)?;
        let missing = missing.iter().map(|id| DocumentId::from(id.as_str())).collect();
        self.ask_of_item(item, ItemRequest::Desk(DeskChange::Referral { status, missing }), by).await
    }

    pub(super) async fn merge(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let MergeBody { into, by } = read(body)?;
        let what = ItemRequest::Merge { into: id(&into, "item")? };
        self.ask_of_item(item, what, by).await
    }

    pub(super) async fn claim(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let UrgentBody { by } = read(body)?;
        self.ask_of_item(item, ItemRequest::Claim, Some(by)).await
    }

    /// Who calls, for whom and why, and when they want to be called.
    pub(super) async fn describe_item(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let details = Box::new(details(read(body)?)?);
        self.ask_item(id(item, "item")?, |item| Event::DetailsTold { of: Subject::Item(item), details }).await
    }

    pub(super) async fn flag_item(&mut self, item: &str, body: &[u8]) -> Result<Reply, Reply> {
        let UrgentBody { by } = read(body)?;
        let by = AgentId::from(by.as_str());
        self.ask_item(id(item, "item")?, |item| Event::UrgentAsked { of: Subject::Item(item), by }).await
    }

    async fn ask_of_item(&mut self, item: &str, what: ItemRequest, by: Option<String>) -> Result<Reply, Reply> {
        let by = by.map(|by| AgentId::from(by.as_str()));
        self.ask_item(id(item, "item")?, |item| Event::ItemAsked { item, what, by }).await
    }
}
