//! Tree -> model of the channels.

use std::collections::BTreeMap;

use super::Fields;
use super::owner;
use super::valid_id;
use crate::flow::channel::AnswerBy;
use crate::flow::channel::CHANNEL;
use crate::flow::channel::CHANNEL_LANE;
use crate::flow::channel::CHANNELS;
use crate::flow::channel::Channel;
use crate::flow::channel::ChannelLane;
use crate::flow::channel::ChannelRules;
use crate::flow::scalar;
use crate::flow::syntax::Entry;
use crate::flow::syntax::Node;

pub(super) fn channels(node: Option<&Node>) -> BTreeMap<Channel, ChannelRules> {
    let given = Fields::of(node, &CHANNELS);
    Channel::ALL.iter().filter_map(|(channel, name)| Some((*channel, rules(given.node(name)?)))).collect()
}

fn rules(node: &Node) -> ChannelRules {
    let channel = Fields::of(Some(node), &CHANNEL);
    ChannelRules {
        owner: owner(channel.node("owner")),
        proves_identity: channel.flag("proves_identity"),
        lanes: channel.entries("lanes").iter().map(|e| (valid_id(&e.name).into(), lane(&e.value))).collect(),
    }
}

fn lane(node: &Node) -> ChannelLane {
    let lane = Fields::of(Some(node), &CHANNEL_LANE);
    let reason = |e: &Entry| (valid_id(&e.name).into(), answer(e.value.text().unwrap_or("")));
    ChannelLane {
        answer: answer(lane.text("answer")),
        reasons: lane.entries("reasons").iter().map(reason).collect(),
        within: lane.node("within").and_then(|n| scalar::duration(n.text()?)),
        owner: lane.node("owner").map(|node| owner(Some(node))),
        words: lane.texts("words"),
    }
}

fn answer(word: &str) -> AnswerBy {
    if word == "written" { AnswerBy::Written } else { AnswerBy::Live }
}
