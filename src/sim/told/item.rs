//! An open item in words.

use std::fmt::Write;

use super::plain;
use super::time;
use crate::floor::work::item::Item;
use crate::floor::work::item::PromiseSource;

/// How it stands, with its messages. What a prompt promised is as usual and not said.
pub(super) fn standing(item: &Item) -> String {
    let new = &item.new;
    let mut text = format!(
        "{} {} for {}, owner {}, due {}, attempts {}",
        new.item,
        plain(new.kind),
        new.lane,
        new.owner.as_str(),
        time(new.due_at),
        item.attempts,
    );
    if let Some(promise) = item.promise()
        && let PromiseSource::Person { by, anyway } = &promise.source
    {
        let by = by.as_ref().map_or("somebody", |by| by.as_str());
        let anyway = if *anyway { " anyway" } else { "" };
        let _ = write!(text, ", promised {} by {by}{anyway}", time(promise.at));
    }
    text.push('\n');
    for recording in &item.messages {
        let carrier = if recording.at_carrier { ", at the carrier" } else { "" };
        let partial = if recording.partial { ", partial" } else { "" };
        let _ = writeln!(text, "  recording {}{partial}{carrier}", recording.state.name());
    }
    text
}
