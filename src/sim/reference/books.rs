//! The books: an account of every call, offer and item, kept from facts alone.
//!
//! They say how calls may move, where each ends, which items there must be, and what times follow from the flow.

mod attempts;
mod consults;
mod items;
mod letters;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::calendar;
use crate::floor::Floor;
use crate::floor::details::Subject;
use crate::floor::event::Event;
use crate::floor::event::Input;
use crate::floor::event::Note;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemKind;
use crate::floor::fact::Left;
use crate::floor::fact::NewItem;
use crate::floor::fact::OfferOutcome;
use crate::floor::fact::Route;
use crate::floor::ledger::Ledger;
use crate::floor::treatment::Treatment;
use crate::floor::treatment::Words;
use crate::flow::Flow;
use crate::flow::HeadStart;
use crate::flow::Lane;
use crate::vocab::AgentId;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::LegId;
use crate::vocab::Number;
use crate::vocab::OfferId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;
use attempts::AttemptPage;

/// Who calls again within this time goes on with the same wait.
const REDIAL_MAX: Span = Span::mins(30);
/// A softphone shows within this time that it rings.
const SHOWS_WITHIN: Span = Span::secs(2);

/// Where a call is. It only moves forward, but for a transfer or a failed join, and stays over.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// Menu, waiting, offered.
    Open,
    Talking(AgentId),
    WrapUp(AgentId),
    /// The note is owed; the call counts as an item until it comes.
    Owed,
    Over,
}

struct CallPage {
    practice: PracticeId,
    flow: Arc<Flow>,
    caller: Caller,
    urgent: bool,
    /// The head starts in its deadline.
    head_starts: Vec<HeadStart>,
    /// As of when it stands in line; never later than before.
    placed: Timestamp,
    lane: Option<LaneId>,
    phase: Phase,
    /// Was an outcome written while they talked?
    closed: bool,
    /// Did it come by the backline's key?
    backline: bool,
    /// How it was counted when it was over.
    counted: Option<fn(&mut Ledger) -> &mut u64>,
    /// When the item that the call opened or joined last is due.
    due: Option<Timestamp>,
    /// When the caller came to the mailbox, and by when the practice calls back, as was said there.
    told: Option<(Timestamp, Timestamp)>,
    /// A warm transfer.
    asked: Option<consults::Asked>,
    /// Nobody rang in: it is an attempt to reach somebody.
    attempt: Option<AttemptPage>,
}

struct OfferPage {
    call: CallId,
    agent: AgentId,
    leg: LegId,
    expires: Timestamp,
    answered: bool,
    on_call: bool,
}

struct ItemPage {
    new: NewItem,
    /// It may be asked for from each of these.
    numbers: BTreeSet<Number>,
    flow: Arc<Flow>,
    attempts: u8,
    /// As of when its caller last waited, and when that wait ended.
    last_wait: (Timestamp, Timestamp),
    /// Was it raised by a repeat call? That is for once.
    raised: bool,
    /// Messages left for it.
    messages: usize,
    /// Was a call put forward because of it? That is for once.
    put_forward: bool,
    /// Was its patient reached, and what came of it not written down?
    unwritten: bool,
    open: bool,
}

#[derive(Default)]
struct LegPage {
    call: CallId,
    serial: u32,
    over: bool,
}

/// The account of everything.
#[derive(Default)]
pub(in crate::sim) struct Books {
    flows: BTreeMap<PracticeId, Arc<Flow>>,
    calls: BTreeMap<CallId, CallPage>,
    offers: BTreeMap<OfferId, OfferPage>,
    items: BTreeMap<ItemId, ItemPage>,
    legs: BTreeMap<LegId, LegPage>,
    /// Whose softphone is rung instead of her phone.
    softphones: BTreeSet<AgentId>,
    ledger: Ledger,
}

fn must(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

impl Books {
    /// Enters the facts of one event; the error names the rule that they break. Open time is recounted if `thorough`.
    pub(in crate::sim) fn follow(
        &mut self,
        now: Timestamp,
        event: &Event,
        facts: &[Fact],
        thorough: bool,
    ) -> Result<(), String> {
        facts.iter().try_for_each(|fact| self.enter(now, event, fact, thorough))
    }

    /// The floor's ledger must be ours.
    pub(in crate::sim) fn agree(&self, floor: &Floor) -> Result<(), String> {
        let theirs = floor.ledger();
        must(theirs == self.ledger, || {
            format!("metrics-conserve: the ledger is {theirs:?}, recounted {:?}", self.ledger)
        })
    }

    fn enter(&mut self, now: Timestamp, event: &Event, fact: &Fact, thorough: bool) -> Result<(), String> {
        match fact {
            Fact::FlowLoaded(file) => drop(self.flows.insert(file.flow.practice.clone(), file.flow.clone())),
            Fact::CallArrived { call, leg, practice, caller, began, .. } => {
                self.arrived(began.unwrap_or(now), *call, *leg, practice, caller)?
            }
            Fact::RecordingAwaited { of, .. } => {
                if let Some(page) = self.items.get_mut(&of.item) {
                    page.messages += 1;
                }
            }
            Fact::UrgentFlagged { call, .. } => self.alive(*call)?.urgent = true,
            Fact::DetailsKnown { of: Subject::Call(call), details } => self.alive(*call)?.backline |= details.backline,
            Fact::CallResumed { call, .. } => self.resumed(*call)?,
            Fact::ItemFlagged { item, .. } => self.flagged(now, *item, fact)?,
            Fact::LegTreated { leg, serial, treatment, .. } => self.treated(now, *leg, *serial, treatment)?,
            Fact::LegEnded { leg, .. } => {
                let page = self.legs.entry(*leg).or_default();
                must(!page.over, || format!("monotone-call: {leg} ended twice"))?;
                page.over = true;
            }
            Fact::Queued { call, lane, arrived, deadline, head_starts, how } => {
                self.queued(now, *call, lane, (*arrived, *deadline), head_starts, *how)?;
            }
            Fact::SoftphoneHeard { agent } => drop(self.softphones.insert(agent.clone())),
            Fact::SoftphoneLost { agent } => drop(self.softphones.remove(agent)),
            Fact::OfferMade { .. } | Fact::OfferRung { .. } | Fact::OfferAnswered { .. } | Fact::OfferEnded { .. } => {
                self.offered(now, event, fact)?;
            }
            Fact::TalkBegan { .. }
            | Fact::TalkEnded { .. }
            | Fact::Transferred { .. }
            | Fact::JoinFailed { .. }
            | Fact::CallClosed { .. }
            | Fact::VoicemailBegan { .. }
            | Fact::CallLeft { .. } => self.moved(now, fact)?,
            Fact::Consulted(consulted) => self.consulted(now, consulted)?,
            Fact::ItemOpened(new) => self.opened(now, new, thorough)?,
            Fact::ItemJoined { .. } => self.joined(now, fact)?,
            Fact::LetterCame(letter) => self.letter_came(now, letter)?,
            Fact::ItemChanged { item, to, .. } => self.changed(*item, to)?,
            Fact::ItemAttempted { .. } | Fact::ItemClosed { .. } => self.worked_on(now, fact)?,
            Fact::ItemOwned { item, owner } => {
                self.items.get_mut(item).into_iter().for_each(|page| page.new.owner = owner.clone());
            }
            Fact::Attempt(attempt) => self.tried(now, attempt)?,
            _ => {}
        }
        Ok(())
    }

    fn alive(&mut self, call: CallId) -> Result<&mut CallPage, String> {
        let page = self.calls.get_mut(&call).ok_or_else(|| format!("no-phantom: {call} never arrived"))?;
        must(page.phase != Phase::Over, || format!("monotone-call: {call} is over, and goes on"))?;
        Ok(page)
    }

    fn arrived(
        &mut self,
        now: Timestamp,
        call: CallId,
        leg: LegId,
        practice: &PracticeId,
        caller: &Caller,
    ) -> Result<(), String> {
        let Some(flow) = self.flows.get(practice).cloned() else { return Err(format!("{call} without a flow")) };
        let page = CallPage {
            practice: practice.clone(),
            flow,
            head_starts: Vec::new(),
            caller: caller.clone(),
            urgent: false,
            placed: now,
            lane: None,
            phase: Phase::Open,
            closed: false,
            backline: false,
            counted: None,
            due: None,
            told: None,
            asked: None,
            attempt: None,
        };
        self.ledger.inbound += 1;
        self.ledger.in_progress += 1;
        self.legs.insert(leg, LegPage { call, ..LegPage::default() });
        must(self.calls.insert(call, page).is_none(), || format!("no-phantom: {call} arrived twice"))
    }

    /// Open requests of a caller at a practice, the latest first. A note that is owed is no request.
    fn requests(&self, practice: &PracticeId, caller: &Caller) -> impl Iterator<Item = &ItemPage> {
        let of = (practice.clone(), caller.number.clone());
        let asks = move |item: &&ItemPage| {
            let known = of.1.as_ref().is_some_and(|number| item.numbers.contains(number)) && item.new.practice == of.0;
            known && item.open && !matches!(item.new.kind, ItemKind::NoteOwed | ItemKind::Stage)
        };
        self.items.values().rev().filter(asks)
    }

    /// The wait that this call goes on with.
    fn redial_of(&self, now: Timestamp, call: &CallPage, lane: &LaneId) -> Option<&ItemPage> {
        let same = |item: &&ItemPage| {
            let new = &item.new;
            let lately = now <= item.last_wait.1 + REDIAL_MAX;
            let waits = match new.kind {
                ItemKind::Abandoned | ItemKind::Missed => lately,
                ItemKind::Callback | ItemKind::Voicemail => lately || (new.promised.is_some() && item.attempts == 0),
                ItemKind::NoteOwed | ItemKind::FollowUp | ItemKind::Stage | ItemKind::Written => false,
            };
            new.lane == *lane && !new.urgent && waits
        };
        self.requests(&call.practice, &call.caller).filter(|_| !call.urgent).find(same)
    }

    // ---- the place in line ----

    fn queued(
        &mut self,
        now: Timestamp,
        call: CallId,
        lane: &LaneId,
        (arrived, deadline): (Timestamp, Timestamp),
        head_starts: &[(HeadStart, Span)],
        how: Route,
    ) -> Result<(), String> {
        let page = self.alive(call)?;
        must(page.phase == Phase::Open, || format!("monotone-call: {call} is queued while {:?}", page.phase))?;
        page.lane = Some(lane.clone());
        page.told = None;
        let Some(page) = self.calls.get(&call) else { return Ok(()) };
        let redialled = self.redial_of(now, page, lane).map_or(page.placed, |item| page.placed.min(item.last_wait.0));
        must(arrived == redialled, || {
            format!("arrival-kept: {call} stands in {lane} as of {arrived}, and should as of {redialled}")
        })?;
        let Some(rules) = page.flow.lane(lane) else {
            return Err(format!("{call} is queued in {lane}, which is no lane"));
        };
        let named = |reason| head_starts.iter().any(|(named, _)| *named == reason);
        let asked_before = || self.requests(&page.practice, &page.caller).any(|item| !item.put_forward);
        let due = |reason: &HeadStart| match reason {
            HeadStart::RepeatCaller => page.head_starts.contains(reason) || asked_before(),
            // What persons said and were promised is taken as it is told.
            HeadStart::NewPatient | HeadStart::BrokenPromise => named(*reason),
            HeadStart::Backline => page.backline,
        };
        let expected: Vec<_> = rules.head_starts.iter().filter(|(reason, _)| due(reason)).collect();
        let same = expected.iter().map(|(reason, span)| (**reason, **span)).eq(head_starts.iter().copied());
        must(same, || format!("order: {call} in {lane} has the head starts {head_starts:?}, due are {expected:?}"))?;
        let earliest = head_starts.iter().fold(arrived + rules.answer_within, |at, (_, span)| at - *span);
        // Whose assistant's line was lost goes before everybody.
        let fits = if how == Route::LineLost { deadline <= earliest } else { deadline == earliest };
        must(fits, || format!("order: {call} in {lane} is due by {deadline}, by the flow {earliest}"))?;
        let (practice, caller) = (page.practice.clone(), page.caller.clone());
        if named(HeadStart::RepeatCaller) {
            let is_known = |item: &ItemPage| caller.number.iter().any(|number| item.numbers.contains(number));
            let asks = |item: &&mut ItemPage| item.new.practice == practice && is_known(item);
            let open = self.items.values_mut().filter(asks).filter(|item| item.open);
            open.for_each(|item| item.put_forward = true);
        }
        let page = self.alive(call)?;
        page.head_starts = head_starts.iter().map(|(reason, _)| *reason).collect();
        page.placed = arrived;
        Ok(())
    }

    // ---- offers ----

    fn offered(&mut self, now: Timestamp, event: &Event, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::OfferMade { offer, call, agent, leg, expires_at, why } => {
                self.offered_for(*call, why.consult.as_ref())?;
                // Who is on call has the ladder's ring time.
                let on_softphone = self.softphones.contains(agent);
                let ring = if on_softphone { SHOWS_WITHIN } else { self.alive(*call)?.flow.offers.ring };
                must((why.rung.is_some() && !on_softphone) || *expires_at == now + ring, || {
                    format!("time-sane: {offer} rings until {expires_at}")
                })?;
                // One phone of the lane's own people and one of those on call may ring for an urgent caller.
                let on_call = why.rung.is_some();
                let same_way = |o: &OfferPage| o.call == *call && o.on_call == on_call;
                let other = self.offers.iter().find(|(_, o)| o.agent == *agent || same_way(o));
                must(other.is_none(), || {
                    format!("agent-single: {offer} of {call} to {agent}, beside {:?}", other.map(|(id, _)| id))
                })?;
                let page = OfferPage {
                    call: *call,
                    agent: agent.clone(),
                    leg: *leg,
                    expires: *expires_at,
                    answered: false,
                    on_call,
                };
                self.offers.insert(*offer, page);
                self.legs.insert(*leg, LegPage { call: *call, ..LegPage::default() });
            }
            Fact::OfferRung { offer, expires_at } => {
                let rung = self.offers.get_mut(offer).filter(|page| self.softphones.contains(&page.agent));
                let Some(page) = rung else {
                    return Err(format!("call-single: {offer} is over, or rung at no softphone"));
                };
                page.expires = *expires_at;
                let (call, on_call) = (page.call, page.on_call);
                let ring = self.alive(call)?.flow.offers.ring;
                must(on_call || *expires_at == now + ring, || format!("time-sane: {offer} rings until {expires_at}"))?;
            }
            Fact::OfferAnswered { offer, expires_at } => {
                let Some(page) = self.offers.get_mut(offer) else {
                    return Err(format!("call-single: {offer} is over"));
                };
                (page.answered, page.expires) = (true, *expires_at);
            }
            Fact::OfferEnded { offer, outcome } => {
                let page = self.offers.remove(offer).ok_or_else(|| format!("call-single: {offer} ended twice"))?;
                let pressed = matches!(event, Event::TreatmentEnded { leg, input: Input::Keys(keys), .. }
                    if *leg == page.leg && keys.starts_with('1'));
                let in_time = page.answered && now <= page.expires && pressed;
                must(*outcome != OfferOutcome::Accepted || in_time, || {
                    format!("call-single: {offer} of {} was accepted without 1 in time on {}", page.call, page.leg)
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    // ---- where calls go ----

    fn moved(&mut self, now: Timestamp, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::TalkBegan { call, agent, .. } => self.step(*call, &[Phase::Open], Phase::Talking(agent.clone())),
            Fact::VoicemailBegan { call, due_at } => {
                self.alive(*call)?.told = Some((now, *due_at));
                must(*due_at > now, || format!("time-sane: {call} is told that it is called back by {due_at}"))
            }
            Fact::Transferred { call, .. } => {
                self.alive(*call)?.closed = false;
                self.leave_talk(*call, Phase::Open).map(drop)
            }
            Fact::JoinFailed { call } => {
                self.alive(*call)?.closed = false;
                self.leave_talk(*call, Phase::Open).map(drop)
            }
            Fact::TalkEnded { call, wrap_up_until, .. } => {
                let closed = self.alive(*call)?.closed;
                let agent = self.leave_talk(*call, Phase::Open)?;
                match wrap_up_until {
                    Some(until) => {
                        must(!closed && *until >= now, || format!("time-sane: {call} is to be written up by {until}"))?;
                        self.alive(*call)?.phase = Phase::WrapUp(agent);
                        Ok(())
                    }
                    None => {
                        must(closed, || format!("one-outcome: {call} ended without an outcome or time to write one"))?;
                        self.over(*call, |ledger| &mut ledger.answered)
                    }
                }
            }
            Fact::CallClosed { call, outcome, note } => self.closed(*call, outcome.as_str(), note),
            Fact::CallLeft { call, how } => self.left(*call, *how),
            _ => Ok(()),
        }
    }

    fn step(&mut self, call: CallId, from: &[Phase], to: Phase) -> Result<(), String> {
        let page = self.alive(call)?;
        must(from.contains(&page.phase), || format!("monotone-call: {call} goes from {:?} to {to:?}", page.phase))?;
        page.phase = to;
        Ok(())
    }

    fn leave_talk(&mut self, call: CallId, to: Phase) -> Result<AgentId, String> {
        let page = self.alive(call)?;
        must(page.asked.is_none(), || format!("warm-transfer: it outlives the conversation of {call}"))?;
        match std::mem::replace(&mut page.phase, to) {
            Phase::Talking(agent) => Ok(agent),
            other => Err(format!("monotone-call: {call} leaves a conversation while {other:?}")),
        }
    }

    fn over(&mut self, call: CallId, place: fn(&mut Ledger) -> &mut u64) -> Result<(), String> {
        let page = self.alive(call)?;
        if page.attempt.is_some() {
            page.phase = Phase::Over;
            return Ok(());
        }
        (page.phase, page.counted) = (Phase::Over, Some(place));
        self.ledger.in_progress -= 1;
        *place(&mut self.ledger) += 1;
        Ok(())
    }

    /// Urgent words while the phone is not down yet: counted no more, and in the menu again.
    fn resumed(&mut self, call: CallId) -> Result<(), String> {
        let page = self.calls.get_mut(&call).ok_or_else(|| format!("no-phantom: {call} never arrived"))?;
        let back = matches!(page.phase, Phase::Over | Phase::WrapUp(_));
        must(back, || format!("monotone-call: {call} is back from {:?}", page.phase))?;
        (page.phase, page.closed, page.due) = (Phase::Open, false, None);
        if let Some(counted) = page.counted.take() {
            *counted(&mut self.ledger) -= 1;
            self.ledger.in_progress += 1;
        }
        Ok(())
    }

    fn closed(&mut self, call: CallId, outcome: &str, note: &Note) -> Result<(), String> {
        let page = self.alive(call)?;
        let lane = page.lane.as_ref().and_then(|lane| page.flow.lane(lane));
        let closes = complete(lane, outcome, note).map_err(|what| format!("item-complete: {call} closed {what}"))?;
        must(closes || page.due.is_some() || page.attempt.is_some(), || {
            format!("item-iff-needed: {call} closed as {outcome}, without an item")
        })?;
        match page.phase {
            Phase::Talking(_) if page.is_asked() => Err(format!("one-outcome: {call} closed, and offered to somebody")),
            Phase::Talking(_) => {
                page.closed = true;
                Ok(())
            }
            Phase::WrapUp(_) => self.over(call, |ledger| &mut ledger.answered),
            Phase::Owed => {
                self.ledger.items -= 1;
                self.ledger.in_progress += 1;
                self.over(call, |ledger| &mut ledger.answered)
            }
            Phase::Open | Phase::Over => Err(format!("one-outcome: {call} closed, but nobody answered it")),
        }
    }

    fn left(&mut self, call: CallId, how: Left) -> Result<(), String> {
        self.step(call, &[Phase::Open], Phase::Open)?;
        let needs = !matches!(how, Left::Declined | Left::SelfServed | Left::TurnedAway);
        let has = self.alive(call)?.due.is_some();
        must(needs == has, || format!("item-iff-needed: {call} left as {how:?}, with an item: {has}"))?;
        match how {
            Left::Declined | Left::TurnedAway => self.over(call, |ledger| &mut ledger.declined),
            Left::SelfServed => self.over(call, |ledger| &mut ledger.self_served),
            Left::Abandoned | Left::Missed | Left::Callback | Left::Voicemail => {
                self.over(call, |ledger| &mut ledger.items)
            }
        }
    }

    // ---- legs ----

    fn treated(&mut self, now: Timestamp, leg: LegId, serial: u32, treatment: &Treatment) -> Result<(), String> {
        let page = self.legs.entry(leg).or_default();
        must(serial == page.serial + 1, || format!("monotone-call: {leg} gets #{serial} after #{}", page.serial))?;
        page.serial = serial;
        let Treatment::Goodbye { words, .. } = treatment else { return Ok(()) };
        if page.call == CallId::NONE {
            // On the staff number a time is no promise: until then a PIN is locked, say.
            return Ok(());
        }
        // The last time told is ours; one before it may say when the practice opens.
        let told = words.iter().rev().find_map(|words| match words {
            Words::Promise(_, at) | Words::Dated(_, at) => Some(*at),
            _ => None,
        });
        let due = self.calls.get(&page.call).and_then(|call| call.due);
        must(told.is_none_or(|at| Some(at) == due && at > now), || {
            format!("promise: the caller of {} is told {told:?}, the item is due {due:?}", page.call)
        })
    }
}

/// Does the outcome close, if outcome and note are as the lane wants them?
fn complete(lane: Option<&Lane>, outcome: &str, note: &Note) -> Result<bool, String> {
    let lane = lane.ok_or("in no lane")?;
    let found = lane.outcomes.iter().find(|known| known.id.as_str() == outcome);
    let everywhere = ["declined", "unreachable", "opted_out"].contains(&outcome);
    let closes = match found {
        Some(found) => found.closes,
        None if everywhere => true,
        None => return Err(format!("as {outcome}, which the lane does not know")),
    };
    let missing = lane.note_fields.iter().find(|field| field.required && !note.contains_key(&field.id));
    missing.map_or(Ok(closes), |field| Err(format!("without {}", field.id)))
}
