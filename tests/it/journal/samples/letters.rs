//! What patients write: the event, the fact, and what a flow says of channels.

use std::collections::BTreeMap;

use carelane::floor::event::Event;
use carelane::floor::event::NewLetter;
use carelane::floor::fact::Fact;
use carelane::floor::fact::letter::Letter;
use carelane::flow::AnswerBy;
use carelane::flow::Channel;
use carelane::flow::ChannelLane;
use carelane::flow::ChannelRules;
use carelane::flow::Owner;
use carelane::vocab::ItemId;
use carelane::vocab::Private;
use carelane::vocab::Span;

use super::NOON;
use super::caller;
use super::details;
use super::english;
use super::texts;

pub(super) fn letter_event() -> Event {
    let letter = NewLetter {
        channel: Channel::Email,
        lane: Some("records".into()),
        caller: caller(41),
        sender: Some(Private::new("Maria Canary 42 at an address".into())),
        text: Some(Private::new("Maria Canary 43 needs a form".into())),
        language: Some(english()),
        details: details(44),
        received: Some(NOON),
    };
    Event::LetterCame { practice: "riverside".into(), letter: Box::new(letter) }
}

pub(super) fn letter_fact(item: ItemId) -> Fact {
    Fact::LetterCame(Box::new(Letter {
        item,
        channel: Channel::Portal,
        text: Some(Private::new("Maria Canary 45 asks again".into())),
        sender: Some(Private::new("Maria Canary 46".into())),
        received: NOON,
        again: true,
        due_at: Some(NOON),
    }))
}

pub(super) fn channels() -> BTreeMap<Channel, ChannelRules> {
    let lane = ChannelLane {
        answer: AnswerBy::Written,
        reasons: BTreeMap::from([("release".into(), AnswerBy::Live)]),
        within: Some(Span::hours(5)),
        owner: Some(Owner::Agent("ana".into())),
        words: texts("We have your request."),
    };
    let rules = ChannelRules {
        owner: Owner::Group("front-desk".into()),
        proves_identity: true,
        lanes: BTreeMap::from([("records".into(), lane)]),
    };
    BTreeMap::from([(Channel::Portal, rules)])
}
