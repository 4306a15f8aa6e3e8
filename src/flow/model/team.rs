//! The people of a floor, as a team file names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::flow::on_call::OnCall;
use crate::vocab::AgentId;
use crate::vocab::GroupId;
use crate::vocab::Language;
use crate::vocab::SkillId;
use crate::vocab::TeamId;

/// The people of a floor: one team file, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The team file's name: `riverside`.
    pub id: TeamId,
    /// Groups with their names as shown.
    pub groups: BTreeMap<GroupId, Arc<str>>,
    /// Assistants, in the file's order.
    pub agents: Vec<Member>,
    /// Who is rung when nobody of a clinical lane takes an urgent call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_call: Option<OnCall>,
}

/// One assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `ana`.
    pub id: AgentId,
    /// As shown on screens and said in the whisper.
    pub name: Arc<str>,
    /// The phone that rings, in E.164; empty for who has none and is reached by browser.
    pub address: Arc<str>,
    /// The groups she works in.
    pub groups: Vec<GroupId>,
    /// The languages she speaks.
    pub languages: Vec<Language>,
    /// What she is trained for.
    #[serde(default)]
    pub skills: Vec<SkillId>,
    /// Works without a screen: she is asked to write up each call by keypad when it ends.
    #[serde(default)]
    pub by_phone: bool,
    /// Where she is rung.
    #[serde(default, skip_serializing_if = "Reach::is_phone")]
    pub reach: Reach,
    /// Groups on whose assistants' conversations she may listen in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supervises: Vec<GroupId>,
}

/// Where an assistant is rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// At her softphone while it is open, otherwise at her phone.
    #[default]
    Phone,
    /// At her softphone only.
    Browser,
}

impl Reach {
    fn is_phone(&self) -> bool {
        *self == Self::Phone
    }
}
