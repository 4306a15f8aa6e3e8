//! The menu: from the first ring to a lane. Keys and phrases; nothing or nonsense twice leads to a person.
//!
//! It never judges: urgent words are those on the practice's list, and a clinical lane counts as urgent.

use std::sync::Arc;

use super::call::Call;
use super::call::Place;
use super::clinical::urgent_words;
use super::details::Standing;
use super::effect::Answer;
use super::effect::Oddity;
use super::event::Input;
use super::fact::Fact;
use super::fact::FlaggedBy;
use super::fact::ItemKind;
use super::fact::Left;
use super::fact::Route;
use super::standing::said;
use super::treatment::Opening;
use super::treatment::Treatment;
use super::treatment::Words;
use super::turn::Turn;
use crate::flow::Choice;
use crate::flow::Exit;
use crate::flow::Flow;
use crate::flow::HeadStart;
use crate::flow::Lane;
use crate::flow::Menu;
use crate::flow::Phrase;
use crate::flow::Phrases;
use crate::flow::Step;
use crate::flow::Target;
use crate::flow::hears;
use crate::flow::normalise;
use crate::vocab::CallId;
use crate::vocab::Caller;
use crate::vocab::CarrierCall;
use crate::vocab::LaneId;
use crate::vocab::Language;
use crate::vocab::LegId;
use crate::vocab::StepId;
use crate::vocab::limit::CALLS_MAX;

/// Inputs missed in a row that lead to a person.
pub(super) const MISSED_INPUTS_MAX: u8 = 2;

/// What a key or the words said mean.
pub(super) enum Meaning {
    /// Words of the practice's list.
    Urgent {
        /// Of self-harm?
        crisis: bool,
    },
    /// A choice of the menu.
    Choice {
        /// Where it leads.
        to: Target,
        /// The language it was said in, if that is another.
        spoken: Option<Language>,
        /// Is it the backline's?
        backline: bool,
    },
    /// Neither.
    Nothing,
}

impl Turn<'_> {
    pub(super) fn call_arrived(&mut self, carrier_call: CarrierCall, caller: Caller, dialled: &str) {
        if let Some(leg) = self.floor.leg_of(&carrier_call) {
            let (leg, call, spoken_to) = (leg.id, leg.call, leg.serial() > 0);
            self.odd(Oddity::Repeated(call));
            self.out.answer = if spoken_to { Answer::Treat { leg, serial: 1 } } else { Answer::Over };
            return;
        }
        let Some(practice) = self.floor.numbers.get(dialled).cloned() else {
            self.odd(Oddity::UnknownNumber);
            self.out.answer = Answer::Excuse;
            return;
        };
        let Some(flow) = self.floor.practices.get(&practice).map(|p| (p.hash.clone(), p.flow.clone())) else { return };
        let (call, leg) = (self.next_call(), self.next_leg());
        let gone = self.floor.strangers.contains(&carrier_call);
        let full = self.floor.calls.len() >= CALLS_MAX;
        let number = caller.number.clone();
        let flow_hash = flow.0;
        let arrived = Fact::CallArrived {
            call,
            leg,
            practice: practice.clone(),
            flow: flow_hash,
            carrier_call,
            caller,
            began: None,
        };
        self.fact(arrived);
        if let Some(language) = self.floor.tongue_of(call) {
            self.fact(Fact::LanguageChosen { call, language });
        }
        self.note_contact(call);
        self.answering(leg);
        if full {
            self.odd(Oddity::Overload);
            self.leave_with_item(call, ItemKind::Missed, Left::Missed, Phrase::Busy);
            return;
        }
        let opening = self.floor.greets(&practice, &number, flow.1.limits);
        self.ask(call, &flow.1.start, opening);
        if gone {
            self.leg_over(leg, super::event::LegEnd::Completed);
        }
    }

    /// The menu's treatment ended.
    pub(super) fn menu_ended(&mut self, call: CallId, step: &StepId, opening: Opening, input: &Input) {
        let Some((flow, language)) = self.call(call).map(|c| (c.flow.clone(), c.language.clone())) else { return };
        let Some(Step::Menu(menu)) = flow.steps.get(step) else { return };
        let (meaning, how) = match input {
            Input::Nothing | Input::Pin(_) | Input::Message { .. } => (Meaning::Nothing, Route::NoInput),
            Input::Keys(keys) => (pressed(menu, keys), Route::Key),
            Input::Speech(words) => (meaning(&flow, menu, &language, words.reveal()), Route::Phrase),
        };
        if opening.is_turned_away() {
            return self.short_menu_ended(call, opening, meaning, how);
        }
        match meaning {
            Meaning::Urgent { crisis } => self.flag_urgent(call, crisis, FlaggedBy::Caller),
            Meaning::Choice { to, spoken, backline } => {
                self.note_backline(call, backline);
                if let Some(language) = spoken {
                    self.fact(Fact::LanguageChosen { call, language });
                }
                if let Input::Speech(words) = input {
                    self.note_standing(call, said(&normalise(words.reveal())));
                }
                self.go(call, step, &to, how);
            }
            Meaning::Nothing if how == Route::NoInput => self.input_missed(call, step, menu, Opening::NotHeard),
            Meaning::Nothing => self.input_missed(call, step, menu, Opening::NotAChoice),
        }
    }

    /// An approved answer was said to its end, or somebody pressed or said something meanwhile: the keys of a person,
    /// of the repetition and of the clinic work as in the first menu, and so do urgent words. Anything else hears it
    /// again.
    pub(super) fn answer_ended(&mut self, call: CallId, words: &[Words], input: &Input) {
        let script = words.iter().find_map(|w| if let Words::Script(step) = w { Some(step.clone()) } else { None });
        let Some((step, flow, language)) =
            script.zip(self.call(call)).map(|(s, c)| (s, c.flow.clone(), c.language.clone()))
        else {
            return;
        };
        let (Some(Step::Answer(answer)), Some(Step::Menu(menu))) = (flow.steps.get(&step), flow.steps.get(&flow.start))
        else {
            return;
        };
        let (meaning, how) = match input {
            Input::Nothing | Input::Pin(_) | Input::Message { .. } => {
                return self.go(call, &step, &answer.then, Route::Answer);
            }
            Input::Keys(keys) => (pressed(menu, keys), Route::Key),
            Input::Speech(words) => (meaning(&flow, menu, &language, words.reveal()), Route::Phrase),
        };
        match meaning {
            Meaning::Urgent { crisis } => return self.flag_urgent(call, crisis, FlaggedBy::Caller),
            Meaning::Choice { to: to @ (Target::Person | Target::Repeat), .. } => {
                return self.go(call, &step, &to, how);
            }
            Meaning::Choice { to, backline, .. } if flow.clinical_target(&to).is_some() => {
                self.note_backline(call, backline);
                return self.go(call, &step, &to, how);
            }
            Meaning::Choice { .. } | Meaning::Nothing => {}
        }
        self.fact(Fact::InputMissed { call });
        match self.call(call).is_some_and(|c| c.missed_inputs < MISSED_INPUTS_MAX) {
            true => self.ask(call, &step, Opening::Plain),
            false => self.go(call, &step, &answer.then, Route::Answer),
        }
    }

    fn input_missed(&mut self, call: CallId, step: &StepId, menu: &Menu, opening: Opening) {
        self.fact(Fact::InputMissed { call });
        if self.call(call).is_some_and(|c| c.missed_inputs < MISSED_INPUTS_MAX) {
            return self.ask(call, step, opening);
        }
        let (to, how) = match opening {
            Opening::NotHeard => (&menu.no_input, Route::NoInput),
            _ => (&menu.wrong_input, Route::WrongInput),
        };
        self.go(call, step, &to.clone(), how);
    }

    fn go(&mut self, call: CallId, step: &StepId, to: &Target, how: Route) {
        let Some((flow, language)) = self.call(call).map(|c| (c.flow.clone(), c.language.clone())) else { return };
        match to {
            Target::Lane(lane) => self.choose_lane(call, lane.clone(), how),
            Target::Person => {
                let how = if matches!(how, Route::Key | Route::Phrase) { Route::Person } else { how };
                self.choose_lane(call, flow.person.clone(), how);
            }
            Target::Step(next) => self.ask(call, next, Opening::Plain),
            Target::Repeat => self.ask(call, step, Opening::Plain),
            Target::Language(chosen) => {
                // The same key leads back: in Spanish it means the practice's first language.
                let chosen = if *chosen == language { flow.default_language() } else { chosen };
                self.fact(Fact::LanguageChosen { call, language: chosen.clone() });
                self.ask(call, step, Opening::Plain);
            }
        }
    }

    /// Gives the caller a step: a question or an approved answer.
    fn ask(&mut self, call: CallId, step: &StepId, opening: Opening) {
        let Some(call) = self.call(call) else { return };
        let (leg, language) = (call.leg, call.language.clone());
        let treatment = match call.flow.steps.get(step) {
            Some(Step::Answer(_)) => Treatment::Announce { words: vec![Words::Script(step.clone())], language },
            Some(Step::Menu(_)) | None => Treatment::Menu { step: step.clone(), language, opening },
        };
        self.treat(leg, treatment);
    }

    /// Urgent words, in the menu or while waiting: the approved sentence, then the clinical lane.
    pub(super) fn flag_urgent(&mut self, call: CallId, crisis: bool, by: FlaggedBy) {
        let Some(lane) = self.call(call).map(|c| c.flow.urgent.lane.clone()) else { return };
        self.fact(Fact::UrgentFlagged { call, crisis, by });
        self.queue_for(call, lane, Route::Urgent, true);
    }

    /// Into a lane's queue, or where the lane sends calls that nobody can take.
    pub(super) fn enter_lane(&mut self, call: CallId, lane: LaneId, how: Route) {
        let Some(c) = self.call(call) else { return };
        let clinical = |id: &LaneId| c.flow.lane(id).is_some_and(|l| l.clinical);
        if c.urgent && !clinical(&lane) {
            // patient: an urgent caller reaches nothing but a clinical lane.
            let lane = c.flow.urgent.lane.clone();
            return self.queue_for(call, lane, how, false);
        }
        if clinical(&lane) && !c.urgent {
            self.fact(Fact::UrgentFlagged { call, crisis: false, by: FlaggedBy::Caller });
            return self.queue_for(call, lane, how, true);
        }
        self.queue_for(call, lane, how, false);
    }

    /// `flagged`: the call became urgent just now, so the approved sentence comes first.
    fn queue_for(&mut self, id: CallId, lane: LaneId, how: Route, flagged: bool) {
        let Some(call) = self.call(id) else { return };
        let (flow, waits, urgent) = (call.flow.clone(), call.place.is_some(), call.urgent);
        let mut lane = lane;
        let (mut exit, mut words) = (Exit::Callback, Phrase::NobodyFree);
        // The checker refuses overflow cycles; the bound is for a damaged journal.
        for _ in 0..=flow.lanes.len() {
            let Some(found) = flow.lane(&lane) else { return };
            // patient: for an urgent caller somebody is on call, whoever is signed in and whatever the hour.
            let climbs = urgent && self.floor.has_ladder(&flow, found);
            let way_out = match self.way_out(&flow, found, waits).filter(|_| !climbs) {
                Some(way_out) => {
                    words = Phrase::NobodyFree;
                    way_out
                }
                None if self.is_full(id, found, how) => {
                    words = Phrase::Busy;
                    &found.exits.full
                }
                None => return self.take_place(id, &flow, &lane, how, flagged),
            };
            match way_out.clone() {
                Exit::Lane(next) => lane = next,
                other => {
                    exit = other;
                    break;
                }
            }
        }
        self.note_lane(id, &flow, &lane, how);
        self.leave_by(id, exit, words);
    }

    /// May this lane take no further call? Who is transferred there, or goes on with a wait, has a place already.
    fn is_full(&self, id: CallId, lane: &Lane, how: Route) -> bool {
        let (Some(max), Some(call)) = (lane.max_waiting, self.call(id)) else { return false };
        let wait = self
            .floor
            .requests_of(call)
            .redialled(call, &lane.id, self.now)
            .filter(|item| item.new.kind != ItemKind::Missed);
        let has_place = matches!(how, Route::Transfer | Route::LineLost) || wait.is_some();
        !has_place && !call.urgent && self.floor.depth(&call.practice, &lane.id) >= usize::from(max)
    }

    fn take_place(&mut self, id: CallId, flow: &Arc<Flow>, lane: &LaneId, how: Route, flagged: bool) {
        self.note_lane(id, flow, lane, how);
        self.hold(id, lane.clone(), how, flagged);
    }

    /// First words for a caller who waits.
    fn hold(&mut self, id: CallId, lane: LaneId, how: Route, flagged: bool) {
        let Some(call) = self.call(id) else { return };
        let first = match (flagged, how) {
            (true, _) => vec![Words::Phrase(call.urgent_sentence()), Words::Phrase(Phrase::ReachingCare)],
            (false, Route::NoInput | Route::WrongInput) => {
                vec![Words::Phrase(Phrase::ToAPerson), Words::AboutLane(Phrase::InLine, lane.clone())]
            }
            (false, Route::Transfer) => vec![Words::AboutLane(Phrase::Transferred, lane.clone())],
            (false, Route::LineLost) => vec![Words::Phrase(Phrase::LineGone)],
            (false, _) if !self.has_waited(call) && self.is_promise_broken(call) => {
                vec![Words::Phrase(Phrase::Apology), Words::AboutLane(Phrase::InLine, lane.clone())]
            }
            (false, _) => vec![Words::AboutLane(Phrase::InLine, lane.clone())],
        };
        self.wait_on(id, lane, first);
    }

    /// The caller waits: these words, and how long if that is sure.
    pub(super) fn wait_on(&mut self, id: CallId, lane: LaneId, mut first: Vec<Words>) {
        let Some(call) = self.call(id) else { return };
        let told = self.floor.wait_to_tell(call, self.now);
        first.extend(told.map(|(from, to)| Words::Wait(Phrase::WaitRange, from, to)));
        let hold = Treatment::Hold { lane, language: call.language.clone(), first, urgent: call.urgent };
        self.treat(call.leg, hold);
    }

    /// Was the caller promised a callback by a time that is over?
    fn is_promise_broken(&self, call: &Call) -> bool {
        self.floor.requests_of(call).is_promise_broken(call, self.now)
    }

    fn has_waited(&self, call: &Call) -> bool {
        let given = self.floor.legs.get(&call.leg).map_or(&[][..], |leg| &leg.given);
        given.iter().any(|treatment| matches!(**treatment, Treatment::Hold { .. }))
    }

    /// The call's place in a lane: by deadline, from the arrival of the request.
    pub(super) fn note_lane(&mut self, id: CallId, flow: &Arc<Flow>, lane: &LaneId, how: Route) {
        let Some(Place { arrived, deadline, head_starts, .. }) = self.place_for(id, flow, lane) else { return };
        let deadline = if how == Route::LineLost { self.before_all(lane, deadline) } else { deadline };
        self.fact(Fact::Queued { call: id, lane: lane.clone(), arrived, deadline, head_starts, how });
    }

    /// The place that it would take in this lane now.
    pub(super) fn place_for(&self, id: CallId, flow: &Flow, lane: &LaneId) -> Option<Place> {
        let (call, found) = (self.call(id)?, flow.lane(lane)?);
        let arrived = call.place.as_ref().map_or(call.arrived, |place| place.arrived);
        let requests = self.floor.requests_of(call);
        let arrived = requests.redialled(call, lane, self.now).map_or(arrived, |i| arrived.min(i.last_wait.arrived));
        let had = |reason| call.place.as_ref().is_some_and(|p| p.head_starts.iter().any(|(why, _)| *why == reason));
        let applies = |reason: HeadStart| match reason {
            // rule: head-start-once. A transfer keeps it.
            HeadStart::RepeatCaller => had(reason) || requests.may_be_put_forward(),
            HeadStart::NewPatient => match call.details.standing {
                Some(standing) => standing == Standing::New,
                None => found.asks_new_or_existing,
            },
            HeadStart::BrokenPromise => requests.is_promise_broken(call, self.now),
            HeadStart::Backline => call.details.backline,
        };
        let head_starts: Vec<_> =
            found.head_starts.iter().filter(|(reason, _)| applies(**reason)).map(|(r, span)| (*r, *span)).collect();
        let deadline = head_starts.iter().fold(arrived + found.answer_within, |at, (_, span)| at - *span);
        let since = call.place.as_ref().map_or(self.now, |place| place.since);
        Some(Place { lane: lane.clone(), arrived, deadline, head_starts, since, tier: 0 })
    }

    /// A key or words while waiting: a callback or the mailbox if the lane offers it, urgent words always; anything
    /// else waits on.
    pub(super) fn hold_ended(&mut self, id: CallId, input: &Input) {
        let Some(call) = self.call(id) else { return };
        let flow = call.flow.clone();
        match input {
            Input::Keys(keys) => {
                let lane = call.lane().filter(|_| call.is_queued());
                let (Some(key), Some(lane)) = (keys.chars().next(), lane) else { return };
                if lane.callback_key == Some(key) {
                    self.leave_with_item(id, ItemKind::Callback, Left::Callback, Phrase::CallbackBooked);
                } else if lane.voicemail_key == Some(key) {
                    self.mailbox_chosen(id);
                }
            }
            Input::Speech(words) if call.is_queued() => {
                if let Some(crisis) = urgent_words(&flow, words.reveal()) {
                    self.flag_waiting(id, crisis, FlaggedBy::Caller);
                }
            }
            Input::Speech(_) | Input::Nothing | Input::Pin(_) | Input::Message { .. } => {}
        }
    }

    /// Urgent words in mid-wait. A call that is urgent already keeps its place and its offer: somebody clinical is on
    /// her way, and only the sentence is said again.
    pub(super) fn flag_waiting(&mut self, id: CallId, crisis: bool, by: FlaggedBy) {
        let lane = self.call(id).filter(|call| call.urgent).and_then(|call| call.lane());
        if let Some(lane) = lane.filter(|lane| lane.clinical).map(|lane| lane.id.clone()) {
            self.fact(Fact::UrgentFlagged { call: id, crisis, by });
            return self.hold(id, lane, Route::Urgent, true);
        }
        self.withdraw_offers_of(id);
        self.flag_urgent(id, crisis, by);
    }

    /// The caller hung up in the menu, before or after an approved answer.
    pub(super) fn left_the_menu(&mut self, id: CallId) {
        if let Some(opening) = self.call(id).and_then(|call| self.floor.turned_away(call)) {
            return self.turn_away(id, opening);
        }
        if self.settle_lane(id) {
            return self.leave_with_item(id, ItemKind::Abandoned, Left::Abandoned, Phrase::Goodbye);
        }
        let served = self.call(id).is_some_and(|c| c.self_served);
        let how = if served { Left::SelfServed } else { Left::Declined };
        self.fact(Fact::CallLeft { call: id, how });
    }

    /// A leg asks again with an old serial: the very document it got before.
    pub(super) fn answer_with(&mut self, leg: LegId, serial: u32) {
        self.out.answer = Answer::Treat { leg, serial };
    }
}

/// What a key means in a menu.
fn pressed(menu: &Menu, keys: &str) -> Meaning {
    let choice = keys.chars().next().and_then(|key| menu.choices.get(&key));
    choice.map_or(Meaning::Nothing, |choice| Meaning::Choice {
        to: choice.to.clone(),
        spoken: None,
        backline: choice.backline,
    })
}

/// What words mean in a menu. Urgent words come first, in every language; then the longest phrase, the caller's own
/// language before others. A phrase of another language also tells the language.
fn meaning(flow: &Flow, menu: &Menu, language: &Language, words: &str) -> Meaning {
    if let Some(crisis) = urgent_words(flow, words) {
        return Meaning::Urgent { crisis };
    }
    let words = normalise(words);
    let mut best: Option<((usize, bool), &Choice, &Language)> = None;
    for choice in menu.choices.values() {
        // A language's key leads there and back, so only the current language's phrases for it count.
        let switches = matches!(choice.to, Target::Language(_));
        for (spoken, phrases) in choice.say.iter().filter(|(spoken, _)| !switches || *spoken == language) {
            for phrase in phrases.iter().filter(|phrase| hears(&words, phrase)) {
                let rank = (phrase.len(), spoken == language);
                if best.as_ref().is_none_or(|(known, ..)| rank > *known) {
                    best = Some((rank, choice, spoken));
                }
            }
        }
    }
    match best {
        None => Meaning::Nothing,
        Some((_, choice, spoken)) => {
            let other = spoken != language && !matches!(choice.to, Target::Language(_));
            let spoken = other.then(|| spoken.clone());
            Meaning::Choice { to: choice.to.clone(), spoken, backline: choice.backline }
        }
    }
}

/// The lane to which a letter's words lead: as in the first menu, and to a person's if to none there.
pub(super) fn lane_of_words(flow: &Flow, language: &Language, words: &str) -> LaneId {
    let menu = flow.steps.get(&flow.start).and_then(|step| if let Step::Menu(menu) = step { Some(menu) } else { None });
    match menu.map(|menu| meaning(flow, menu, language, words)) {
        Some(Meaning::Choice { to: Target::Lane(lane), .. }) => lane,
        Some(Meaning::Urgent { .. }) => flow.urgent.lane.clone(),
        _ => flow.person.clone(),
    }
}

pub(super) fn says_any(phrases: &Phrases, words: &str) -> bool {
    phrases.values().flatten().any(|phrase| hears(words, phrase))
}
