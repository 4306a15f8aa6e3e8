//! Lists of items: which of them, and page by page.

use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::Value;
use serde_json::json;

use super::json;
use super::reply;
use super::reply::Reply;
use crate::floor::view::View;
use crate::floor::work::item::Item;
use crate::flow::Channel;
use crate::vocab::ItemId;
use crate::vocab::Timestamp;

/// The most items of one page; without `limit` there are no pages.
const LIMIT_MAX: usize = 1_000;
/// What a list may be narrowed by.
const NAMES: &str =
    "practice, lane, kind, channel, owner, language, urgent, overdue, unwritten, undialled, after, limit";

/// Which items are asked for.
#[derive(Default)]
struct Wanted {
    /// Each member of an item that must have this value.
    members: Vec<(&'static str, String)>,
    urgent: Option<bool>,
    overdue: Option<bool>,
    unwritten: Option<bool>,
    undialled: Option<bool>,
    after: Option<ItemId>,
    limit: Option<usize>,
}

/// The open items that are asked for, in the order in which they were opened.
pub(super) fn items(head: &Parts, view: &View, now: Timestamp) -> Result<Reply, Reply> {
    let wanted = Wanted::read(head.uri.query().unwrap_or_default())?;
    let all: Vec<&Item> = view.items.iter().map(|view| &view.item).filter(|item| wanted.fits(item, now)).collect();
    let total = all.len();
    let mut rest = all.into_iter().filter(|item| wanted.after.is_none_or(|after| item.new.item > after));
    let page: Vec<&Item> = rest.by_ref().take(wanted.limit.unwrap_or(usize::MAX)).collect();
    let next = rest.next().and(page.last()).map(|item| item.new.item.to_string());
    let shown: Vec<Value> = page.into_iter().map(|item| json::aged(item, now)).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "items": shown, "total": total, "next": next })))
}

impl Wanted {
    fn read(query: &str) -> Result<Self, Reply> {
        let bad = |detail: String| reply::problem(StatusCode::BAD_REQUEST, &detail);
        let is_true = |name: &str, value: &str| match value {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(bad(format!("`{name}` is true or false"))),
        };
        let mut wanted = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "practice" => wanted.members.push(("practice", value.into_owned())),
                "lane" => wanted.members.push(("lane", value.into_owned())),
                "kind" => wanted.members.push(("kind", value.into_owned())),
                "channel" => wanted.members.push(("channel", value.into_owned())),
                "owner" => wanted.members.push(("owner", value.into_owned())),
                "language" => wanted.members.push(("language", value.into_owned())),
                "urgent" => wanted.urgent = is_true("urgent", &value)?,
                "unwritten" => wanted.unwritten = is_true("unwritten", &value)?,
                "undialled" => wanted.undialled = is_true("undialled", &value)?,
                "overdue" => wanted.overdue = is_true("overdue", &value)?,
                "after" => {
                    let after = value.parse().map_err(|()| bad("`after` is an item's id, like item-42".to_owned()))?;
                    wanted.after = Some(after);
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                    wanted.limit = Some(limit.ok_or_else(|| bad(format!("`limit` is 1 to {LIMIT_MAX}")))?);
                }
                // What is misspelt would otherwise show everything.
                _ => return Err(bad(format!("a list of items is narrowed by {NAMES}"))),
            }
        }
        Ok(wanted)
    }

    fn fits(&self, item: &Item, now: Timestamp) -> bool {
        let has = |(name, wanted): &(&str, String)| {
            let new = &item.new;
            let value = match *name {
                "practice" => new.practice.as_str(),
                "lane" => new.lane.as_str(),
                "kind" => new.kind.name(),
                "channel" => item.channel().map_or("phone", Channel::name),
                "owner" => new.owner.as_str(),
                _ => new.language.as_str(),
            };
            value == wanted
        };
        self.members.iter().all(has)
            && self.urgent.is_none_or(|urgent| item.new.urgent == urgent)
            && self.unwritten.is_none_or(|unwritten| item.unwritten == unwritten)
            && self.undialled.is_none_or(|undialled| item.undialled.is_some() == undialled)
            && self.overdue.is_none_or(|overdue| (item.new.due_at < now) == overdue)
    }
}
