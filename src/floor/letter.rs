//! Requests that come by another way than a call: they become work by the same rules as what a call leaves.
//!
//! No call stands behind them, so they are no part of the ledger. Urgent words in them are heard as everywhere.

use super::Floor;
use super::clinical::urgent_words;
use super::complaint;
use super::details::Details;
use super::details::Subject;
use super::effect::Answer;
use super::effect::Refusal;
use super::event::NewLetter;
use super::fact::Fact;
use super::fact::ItemKind;
use super::fact::NewItem;
use super::fact::letter::Letter;
use super::intake::due_of;
use super::ivr::lane_of_words;
use super::turn::Turn;
use super::work::repeat::Kin;
use super::work::repeat::Repeated;
use crate::flow::Flow;
use crate::flow::Lane;
use crate::flow::Owner;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::Language;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use crate::vocab::limit::LETTER_CHARS_MAX;
use crate::vocab::limit::SENDER_CHARS_MAX;

/// A channel may be that late in telling of a letter.
const TOLD_WITHIN: Span = Span::days(30);
/// Its clock may be that far ahead.
const CLOCK_AHEAD_MAX: Span = Span::mins(5);
const NO_CHANNELS: Refusal = Refusal::Conflict(
    "this practice takes requests by phone only: its flow file has no `channels`; add them to take others",
);

/// What a letter is about, once it is read.
struct Read {
    lane: Lane,
    urgent: bool,
    language: Language,
    received: Timestamp,
}

impl Turn<'_> {
    /// A patient wrote: an item is opened, or an open one goes on.
    // rule: letters-are-work
    pub(super) fn letter_came(&mut self, practice: &PracticeId, letter: NewLetter) {
        let Some(flow) = self.floor.flow(practice).cloned() else { return self.refuse(Refusal::Unknown("practice")) };
        let read = match self.floor.read(self.now, &flow, &letter) {
            Ok(read) => read,
            Err(refusal) => return self.refuse(refusal),
        };
        let asked = Repeated { urgent: read.urgent, details: &letter.details, within: flow.callbacks.repeat_within };
        let requests = self.floor.requests_by(letter.caller.number.as_ref(), letter.sender.as_ref(), practice);
        let kin = requests.kin(&asked, &read.lane, self.now);
        let (item, again, due_at) = match kin {
            Kin::Same(item) => {
                let (id, due) = (item.new.item, item.raised_due(self.now));
                let changed = (due != item.new.due_at).then_some(due);
                self.learn_of_item(id, &letter.details);
                (id, true, changed)
            }
            Kin::MaybeSame(_) | Kin::After(_) | Kin::None => {
                let maybe_same = if let Kin::MaybeSame(item) = kin { Some(item) } else { None };
                let earlier = if let Kin::After(item) = kin { Some(item) } else { None };
                let id = ItemId(self.floor.minted.item + 1);
                let mut new = new_item(&flow, &letter, &read, id);
                (new.maybe_same, new.earlier) = (maybe_same, earlier);
                self.fact(Fact::ItemOpened(Box::new(new)));
                (id, false, None)
            }
        };
        let NewLetter { channel, text, sender, .. } = letter;
        let came = Letter { item, channel, text, sender, received: read.received, again, due_at };
        self.fact(Fact::LetterCame(Box::new(came)));
        self.hand_to_management(item);
        self.out.answer = Answer::Taken { item, again };
    }

    /// What a further letter tells of its writer, where nothing was known.
    fn learn_of_item(&mut self, id: ItemId, told: &Details) {
        let Some(item) = self.floor.items.get(&id) else { return };
        let mut filled = item.new.details.clone();
        filled.fill(told);
        if filled != item.new.details {
            self.fact(Fact::DetailsKnown { of: Subject::Item(id), details: Box::new(filled) });
        }
    }
}

impl Floor {
    /// Lane, urgency, language and time of a letter, or why it is not taken. What may be urgent is always taken.
    fn read(&self, now: Timestamp, flow: &Flow, letter: &NewLetter) -> Result<Read, Refusal> {
        let text = letter.text.as_ref().map_or("", |text| text.reveal());
        if flow.channels.is_empty() {
            return Err(NO_CHANNELS);
        }
        if !flow.channels.contains_key(&letter.channel) {
            let allowed = flow.channels.keys().map(|channel| channel.name().into()).collect();
            return Err(Refusal::NotAllowed { what: "channel", allowed });
        }
        if text.chars().count() > LETTER_CHARS_MAX {
            return Err(Refusal::TooLong { what: "text", chars_max: LETTER_CHARS_MAX });
        }
        if letter.sender.as_ref().is_some_and(|sender| sender.reveal().chars().count() > SENDER_CHARS_MAX) {
            return Err(Refusal::TooLong { what: "sender", chars_max: SENDER_CHARS_MAX });
        }
        let received = letter.received.unwrap_or(now);
        if received > now + CLOCK_AHEAD_MAX || received + TOLD_WITHIN < now {
            let allowed = vec!["a time of the last 30 days, and not to come".into()];
            return Err(Refusal::NotAllowed { what: "received_at", allowed });
        }
        let language = match &letter.language {
            Some(language) if flow.languages.contains(language) => language.clone(),
            Some(_) => {
                let allowed = flow.languages.iter().map(|language| language.as_str().into()).collect();
                return Err(Refusal::NotAllowed { what: "language", allowed });
            }
            None => self.tongue_of_writer(now, flow, &letter.caller),
        };
        let urgent = urgent_words(flow, text).is_some();
        let lane = if urgent { flow.lane(&flow.urgent.lane) } else { named_lane(flow, letter, &language, text)? };
        let Some(lane) = lane.cloned() else { return Err(Refusal::Unknown("lane")) };
        if letter.details.reason.as_ref().is_some_and(|reason| !urgent && !lane.has_reason(reason)) {
            let allowed = lane.reasons.iter().map(|known| known.id.as_str().into()).collect();
            return Err(Refusal::NotAllowed { what: "reason", allowed });
        }
        Ok(Read { lane, urgent, language, received: received.min(now) })
    }
}

/// The lane that was named, or that the words lead to: as in the first menu, and to a person if to nothing there.
fn named_lane<'f>(
    flow: &'f Flow,
    letter: &NewLetter,
    language: &Language,
    text: &str,
) -> Result<Option<&'f Lane>, Refusal> {
    let Some(named) = &letter.lane else { return Ok(flow.lane(&lane_of_words(flow, language, text))) };
    match flow.lane(named) {
        Some(lane) => Ok(Some(lane)),
        None => {
            let allowed = flow.lanes.iter().map(|lane| lane.id.as_str().into()).collect();
            Err(Refusal::NotAllowed { what: "lane", allowed })
        }
    }
}

fn new_item(flow: &Flow, letter: &NewLetter, read: &Read, item: ItemId) -> NewItem {
    let Read { lane, urgent, language, received } = read;
    let row = flow.channel_lane(letter.channel, &lane.id);
    let within = row.and_then(|row| row.within).filter(|_| !urgent).unwrap_or(lane.callback_within);
    let reason = letter.details.reason.clone().filter(|reason| lane.has_reason(reason));
    let details = Details { reason, ..letter.details.clone() };
    let window = details.preferred_window.as_ref().filter(|_| !lane.clinical);
    NewItem {
        item,
        call: CallId::NONE,
        practice: flow.practice.clone(),
        lane: lane.id.clone(),
        kind: ItemKind::Written,
        caller: letter.caller.clone(),
        language: language.clone(),
        urgent: *urgent,
        owner: owner(flow, letter, lane, &details),
        due_at: due_of(flow, lane, within, *urgent, window, *received),
        arrived: *received,
        promised: None,
        details,
        flagged_by: None,
        maybe_same: None,
        earlier: None,
        chain: None,
    }
}

/// A complaint is management's, clinical work the clinical lane's, and the rest whose the channel says.
fn owner(flow: &Flow, letter: &NewLetter, lane: &Lane, details: &Details) -> Owner {
    let rules = flow.channels.get(&letter.channel).filter(|_| !lane.clinical);
    let of_lane = rules.and_then(|rules| rules.lanes.get(&lane.id)?.owner.as_ref());
    let owner = complaint::route(flow, details).or(of_lane).or(rules.map(|rules| &rules.owner));
    owner.unwrap_or(&lane.owner).clone()
}
