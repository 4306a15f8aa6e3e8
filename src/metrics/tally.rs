//! The tally: facts counted as they are decided.
//!
//! Counters begin at zero with the process and are a fold of the facts since, so a recount of the journal gives the
//! same numbers. Of a call it keeps what later facts do not say again: its lane, language and times.
//! After a restart `resume` takes that from the floor.

mod items;

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus::IntCounter;
use prometheus::Registry;

use super::family::Labelled;
use super::family::OTHER;
use super::series::ItemFamilies;
use super::series::ItemSeries;
use super::series::LaneFamilies;
use super::series::LaneSeries;
use super::series::PracticeFamilies;
use super::series::PracticeSeries;
use super::series::STANDINGS;
use super::series::consult_end;
use super::series::flag_source;
use super::series::hold_end;
use super::series::left;
use super::series::offer_outcome;
use super::series::standing;
use super::series::told_wait;
use crate::floor::Floor;
use crate::floor::details::Standing;
use crate::floor::details::Subject;
use crate::floor::fact::Fact;
use crate::floor::fact::ItemKind;
use crate::floor::fact::Left;
use crate::floor::fact::Route;
use crate::floor::fact::consult::ConsultStep;
use crate::floor::fact::consult::Consulted;
use crate::floor::fact::taped::Taped;
use crate::floor::view::CallView;
use crate::flow::Flow;
use crate::vocab::CallId;
use crate::vocab::ItemId;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::OfferId;
use crate::vocab::OutcomeId;
use crate::vocab::PracticeId;
use crate::vocab::Span;
use crate::vocab::Timestamp;

/// Who hangs up so soon after taking a place has hardly waited: dialled wrong, perhaps, or changed their mind.
/// It is a label for the service level; the call becomes an item like any other.
const SHORT_ABANDON: Span = Span::secs(5);

pub(super) struct Tally {
    practice_families: PracticeFamilies,
    lane_families: LaneFamilies,
    item_families: ItemFamilies,
    practices: Labelled<PracticeId, PracticeSeries>,
    lanes: Labelled<(PracticeId, LaneId, Language), LaneSeries>,
    kinds: Labelled<(PracticeId, LaneId, ItemKind), ItemSeries>,
    outcomes: Labelled<(PracticeId, LaneId, &'static str, OutcomeId), IntCounter>,
    /// What each practice greets in: a call's language until another is chosen.
    greets_in: BTreeMap<PracticeId, Language>,
    calls: BTreeMap<CallId, Known>,
    offers: BTreeMap<OfferId, Arc<LaneSeries>>,
    /// Whose line each leg of a caller is.
    lines: BTreeMap<LegId, CallId>,
    items: BTreeMap<ItemId, KnownItem>,
}

/// What is remembered of an open item.
struct KnownItem {
    practice: PracticeId,
    lane: LaneId,
    kind: ItemKind,
    opened: Timestamp,
    series: Arc<ItemSeries>,
}

/// What is remembered of a call that is alive, or whose caller is still on the line.
struct Known {
    practice: PracticeId,
    series: Arc<PracticeSeries>,
    language: Language,
    /// Has the patient been at the practice before?
    standing: Option<Standing>,
    arrived: Timestamp,
    place: Option<Place>,
    has_chosen: bool,
    was_answered: bool,
    is_talking: bool,
    /// On hold since then.
    held: Option<Timestamp>,
    /// The lane to whose people it is offered by a warm transfer.
    asked: Option<Arc<LaneSeries>>,
    is_over: bool,
    /// Is the caller's phone not down yet?
    is_up: bool,
}

/// The place it has or last had.
struct Place {
    lane: LaneId,
    series: Arc<LaneSeries>,
    since: Timestamp,
    /// Its arrival and the lane's target.
    answer_by: Timestamp,
    is_queued: bool,
    /// The end of the wait that its caller was told of, if one was.
    told_until: Option<Timestamp>,
}

impl Place {
    fn leave(&mut self, at: Timestamp, how: &str) {
        if std::mem::take(&mut self.is_queued) {
            self.series.dequeued.inc(how);
            self.series.wait.observe(seconds(at - self.since));
            if let Some(until) = self.told_until.take() {
                self.series.wait_told.inc(told_wait(how, at <= until));
            }
        }
    }
}

impl Known {
    fn leave_queue(&mut self, at: Timestamp, how: &str) {
        if let Some(place) = &mut self.place {
            place.leave(at, how);
        }
    }

    fn choose(&mut self, at: Timestamp) {
        if !std::mem::replace(&mut self.has_chosen, true) {
            self.series.first_choice.observe(seconds(at - self.arrived));
        }
    }
}

impl Tally {
    pub(super) fn new(registry: &Registry) -> Self {
        Self {
            practice_families: PracticeFamilies::new(registry),
            lane_families: LaneFamilies::new(registry),
            item_families: ItemFamilies::new(registry),
            practices: Labelled::new(),
            lanes: Labelled::new(),
            kinds: Labelled::new(),
            outcomes: Labelled::new(),
            greets_in: BTreeMap::new(),
            calls: BTreeMap::new(),
            offers: BTreeMap::new(),
            lines: BTreeMap::new(),
            items: BTreeMap::new(),
        }
    }

    /// Takes over the calls, offers and items that a recovered floor holds. What they did before is not counted again.
    pub(super) fn resume(&mut self, floor: &Floor) {
        let view = floor.view();
        for practice in &view.practices {
            if let Some(flow) = floor.flow(&practice.id) {
                self.expect(flow);
            }
        }
        // Nobody rang in where we call somebody.
        for call in view.calls.iter().filter(|call| call.calling.is_none()) {
            self.known_again(call, false);
        }
        for (leg, call, is_over) in floor.on_the_line() {
            if is_over {
                self.known_again(&call, true);
            }
            self.lines.insert(leg, call.call);
            if let Some(known) = self.calls.get_mut(&call.call) {
                known.is_up = true;
            }
        }
        for item in &view.items {
            let new = &item.item.new;
            self.item_known(item.item.opened_at, new);
        }
    }

    /// A call of before the restart; `is_over` if it is accounted for and its caller still on the line.
    fn known_again(&mut self, call: &CallView, is_over: bool) {
        let place = call.lane.as_ref().map(|lane| Place {
            lane: lane.clone(),
            series: self.lane(&call.practice, lane, &call.language),
            since: call.waiting_since.unwrap_or(call.arrived_at),
            answer_by: call.answer_by.unwrap_or(call.arrived_at),
            is_queued: call.waiting_since.is_some() && !is_over,
            told_until: call.told_until,
        });
        let asked = call.consult.as_ref().map(|consult| self.lane(&call.practice, &consult.lane, &call.language));
        if let Some(place) = &place {
            let series = asked.as_ref().unwrap_or(&place.series);
            self.offers.extend(call.offers.iter().map(|offer| (*offer, series.clone())));
        }
        let known = Known {
            practice: call.practice.clone(),
            series: self.practice(&call.practice),
            language: call.language.clone(),
            standing: call.details.standing,
            arrived: call.arrived_at,
            has_chosen: place.is_some(),
            was_answered: call.answered,
            is_talking: call.state == "talking" && !is_over,
            held: call.held.map(|held| held.since).filter(|_| !is_over),
            asked,
            is_over,
            is_up: false,
            place,
        };
        self.calls.insert(call.call, known);
    }

    /// Counts one fact, decided at `at`.
    pub(super) fn count(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::FlowLoaded(file) => self.expect(&file.flow),
            Fact::CallArrived { call, leg, practice, .. } => self.arrived(at, *call, *leg, practice),
            Fact::LegEnded { leg, .. } => self.hung_up(*leg),
            Fact::CallResumed { call, .. } => self.resumed(*call),
            Fact::UrgentFlagged { call, by, .. } => {
                if let Some(known) = self.calls.get(call) {
                    known.series.urgent_flags.inc(flag_source(by));
                }
            }
            Fact::LanguageChosen { call, language } => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.language = language.clone();
                    known.choose(at);
                }
            }
            Fact::Queued { call, .. } => self.queued(at, *call, fact),
            Fact::LegTreated { leg, treatment, .. } => {
                if let Some(wait) = treatment.told_wait() {
                    self.wait_told(*leg, at + wait);
                }
            }
            Fact::OfferMade { offer, call, .. } => {
                let own = |known: &Known| known.place.as_ref().map(|place| place.series.clone());
                let series = self.calls.get(call).and_then(|known| known.asked.clone().or_else(|| own(known)));
                series.map(|series| self.offers.insert(*offer, series));
            }
            Fact::OfferEnded { offer, outcome } => {
                if let Some(series) = self.offers.remove(offer) {
                    series.offers.inc(offer_outcome(*outcome));
                }
            }
            Fact::TalkBegan { call, .. } => self.talk_began(at, *call),
            Fact::JoinFailed { call } => self.join_failed(at, *call),
            Fact::Transferred { call, .. } => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.is_talking = false;
                    known.place.iter().for_each(|place| place.series.transfers.inc());
                }
            }
            Fact::TalkEnded { call, wrap_up_until, .. } => match wrap_up_until {
                None => self.ended(at, *call, "answered"),
                Some(_) => {
                    if let Some(known) = self.calls.get_mut(call) {
                        known.is_talking = false;
                    }
                }
            },
            Fact::CallClosed { call, outcome, .. } => self.written_up(at, *call, outcome),
            Fact::DetailsKnown { of: Subject::Call(call), details } => self.details_known(*call, details.standing),
            Fact::VoicemailBegan { call, .. } => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.leave_queue(at, "voicemail");
                }
            }
            Fact::CallLeft { call, how } => self.left(at, *call, *how),
            Fact::HoldBegan { .. } | Fact::HoldReminded { .. } | Fact::HoldEnded { .. } => self.held(at, fact),
            Fact::Consulted(Consulted { call, step }) => self.consulted(*call, step),
            Fact::Taped(taped) => self.taped(taped),
            Fact::LadderEnded { call, .. } => self.ladder_ended(*call),
            _ => self.count_item(at, fact),
        }
    }

    fn consulted(&mut self, call: CallId, step: &ConsultStep) {
        let asked = match (step, self.calls.get(&call)) {
            (ConsultStep::Began { lane, .. }, Some(known)) => {
                let (practice, language) = (known.practice.clone(), known.language.clone());
                Some(self.lane(&practice, lane, &language))
            }
            _ => None,
        };
        let Some(known) = self.calls.get_mut(&call) else { return };
        match step {
            ConsultStep::Began { .. } => known.asked = asked,
            ConsultStep::Prolonged { .. } | ConsultStep::Accepted { .. } | ConsultStep::Failed(_) => {}
            ConsultStep::Ended(how) => {
                known.asked = None;
                known.place.iter().for_each(|place| place.series.warm_transfers.inc(consult_end(*how)));
            }
            ConsultStep::Completed { .. } => {
                let Some((place, asked)) = known.place.as_mut().zip(known.asked.take()) else { return };
                place.series.warm_transfers.inc("completed");
                place.series.transfers.inc();
                place.series = asked;
            }
        }
    }

    fn held(&mut self, at: Timestamp, fact: &Fact) {
        let (Fact::HoldBegan { call, .. } | Fact::HoldReminded { call } | Fact::HoldEnded { call, .. }) = fact else {
            return;
        };
        let Some(known) = self.calls.get_mut(call) else { return };
        let Some(place) = &known.place else { return };
        match fact {
            Fact::HoldBegan { .. } => known.held = Some(at),
            Fact::HoldEnded { how, .. } => {
                if let Some(since) = known.held.take() {
                    place.series.held.observe(seconds(at - since));
                    place.series.holds.inc(hold_end(*how));
                }
            }
            _ => place.series.hold_reminders.inc(),
        }
    }

    fn ladder_ended(&mut self, call: CallId) {
        if let Some(known) = self.calls.get(&call) {
            known.series.on_call_unanswered.inc();
        }
    }

    fn taped(&mut self, taped: &Taped) {
        let Some(known) = taped.call().and_then(|call| self.calls.get(&call)) else { return };
        match taped {
            Taped::Announced { .. } => known.series.announced.inc("heard"),
            Taped::Declined { .. } => known.series.announced.inc("declined"),
            Taped::Began { .. } => known.series.recorded.inc(),
            Taped::Possible { .. } | Taped::Kept { .. } | Taped::Played { .. } => {}
        }
    }

    /// Makes the series of a practice before anything happens in it: a rate needs a first zero.
    fn expect(&mut self, flow: &Flow) {
        self.practice(&flow.practice);
        self.greets_in.insert(flow.practice.clone(), flow.default_language().clone());
        for lane in &flow.lanes {
            for language in &flow.languages {
                self.lane(&flow.practice, &lane.id, language);
            }
            for outcome in &lane.outcomes {
                for standing in STANDINGS {
                    self.outcome(&flow.practice, &lane.id, standing, &outcome.id);
                }
            }
        }
    }

    fn arrived(&mut self, at: Timestamp, call: CallId, leg: LegId, practice: &PracticeId) {
        // The floor ignores a call of a practice without a flow, too.
        let Some(language) = self.greets_in.get(practice).cloned() else { return };
        let series = self.practice(practice);
        series.calls.inc();
        let known = Known {
            practice: practice.clone(),
            series,
            language,
            standing: None,
            arrived: at,
            place: None,
            has_chosen: false,
            was_answered: false,
            is_talking: false,
            held: None,
            asked: None,
            is_over: false,
            is_up: true,
        };
        self.calls.insert(call, known);
        self.lines.insert(leg, call);
    }

    fn resumed(&mut self, call: CallId) {
        if let Some(known) = self.calls.get_mut(&call)
            && std::mem::take(&mut known.is_over)
        {
            known.series.resumed.inc();
        }
    }

    fn details_known(&mut self, call: CallId, standing: Option<Standing>) {
        if let Some(known) = self.calls.get_mut(&call) {
            known.standing = standing.or(known.standing);
        }
    }

    fn queued(&mut self, at: Timestamp, call: CallId, fact: &Fact) {
        let Fact::Queued { lane, deadline, head_starts, how, .. } = fact else { return };
        let Some((practice, language)) = self.calls.get(&call).map(|k| (k.practice.clone(), k.language.clone())) else {
            return;
        };
        let series = self.lane(&practice, lane, &language);
        let Some(known) = self.calls.get_mut(&call) else { return };
        known.leave_queue(at, "moved");
        if matches!(how, Route::Key | Route::Phrase | Route::Person | Route::Urgent) {
            known.choose(at);
        }
        series.queued.inc();
        let answer_by = head_starts.iter().fold(*deadline, |by, (_, span)| by + *span);
        known.place =
            Some(Place { lane: lane.clone(), series, since: at, answer_by, is_queued: true, told_until: None });
    }

    /// The caller was told that the wait ends by then.
    fn wait_told(&mut self, leg: LegId, until: Timestamp) {
        let known = self.lines.get(&leg).and_then(|call| self.calls.get_mut(call));
        if let Some(place) = known.and_then(|known| known.place.as_mut()) {
            place.told_until = Some(until);
        }
    }

    fn talk_began(&mut self, at: Timestamp, call: CallId) {
        let Some(known) = self.calls.get_mut(&call) else { return };
        known.is_talking = true;
        known.leave_queue(at, "answered");
        let Some(place) = &known.place else { return };
        if !std::mem::replace(&mut known.was_answered, true) {
            place.series.answer.observe(seconds(at - known.arrived));
            if at <= place.answer_by {
                place.series.in_target.inc();
            }
        }
    }

    fn join_failed(&mut self, at: Timestamp, call: CallId) {
        let Some(known) = self.calls.get_mut(&call) else { return };
        known.is_talking = false;
        let Some(place) = &mut known.place else { return };
        place.series.failed_joins.inc();
        place.series.queued.inc();
        place.is_queued = true;
        place.since = at;
    }

    fn written_up(&mut self, at: Timestamp, call: CallId, outcome: &OutcomeId) {
        let Some(known) = self.calls.get(&call) else { return };
        let is_talking = known.is_talking;
        if let Some(lane) = known.place.as_ref().map(|place| place.lane.clone()) {
            let (practice, standing) = (known.practice.clone(), known.standing);
            self.outcome(&practice, &lane, standing, outcome).inc();
        }
        // While the legs are up the call is still alive: it ends with the conversation.
        if !is_talking {
            self.ended(at, call, "answered");
        }
    }

    fn left(&mut self, at: Timestamp, call: CallId, how: Left) {
        let place = self.calls.get(&call).and_then(|known| known.place.as_ref());
        if let Some(place) = place
            && how == Left::Abandoned
            && place.is_queued
            && at - place.since < SHORT_ABANDON
        {
            place.series.short_abandons.inc();
        }
        self.ended(at, call, left(how));
    }

    fn ended(&mut self, at: Timestamp, call: CallId, how: &str) {
        let Some(known) = self.calls.get_mut(&call).filter(|known| !known.is_over) else { return };
        known.leave_queue(at, how);
        known.series.ended.inc(how);
        (known.is_over, known.is_talking) = (true, false);
        if !known.is_up {
            self.calls.remove(&call);
        }
    }

    /// A caller's phone is down: what is over does not come back.
    fn hung_up(&mut self, leg: LegId) {
        let Some(call) = self.lines.remove(&leg) else { return };
        let Some(known) = self.calls.get_mut(&call) else { return };
        known.is_up = false;
        if known.is_over {
            self.calls.remove(&call);
        }
    }

    pub(super) fn practice(&mut self, practice: &PracticeId) -> Arc<PracticeSeries> {
        let families = &self.practice_families;
        self.practices.get(practice, |full| families.series(if full { OTHER } else { practice.as_str() }))
    }

    fn lane(&mut self, practice: &PracticeId, lane: &LaneId, language: &Language) -> Arc<LaneSeries> {
        let key = (practice.clone(), lane.clone(), language.clone());
        let families = &self.lane_families;
        self.lanes.get(&key, |full| match full {
            true => families.series(OTHER, OTHER, OTHER),
            false => families.series(practice.as_str(), lane.as_str(), language.as_str()),
        })
    }

    fn outcome(
        &mut self,
        practice: &PracticeId,
        lane: &LaneId,
        of: Option<Standing>,
        outcome: &OutcomeId,
    ) -> Arc<IntCounter> {
        let (families, of) = (&self.lane_families, standing(of));
        self.outcomes.get(&(practice.clone(), lane.clone(), of, outcome.clone()), |full| match full {
            true => families.written_up(OTHER, OTHER, OTHER, OTHER),
            false => families.written_up(practice.as_str(), lane.as_str(), of, outcome.as_str()),
        })
    }
}

/// Seconds, as metrics give times.
#[expect(clippy::cast_precision_loss, reason = "waits are far below 2^52 ms")]
pub(super) fn seconds(span: Span) -> f64 {
    span.0 as f64 / 1_000.0
}
