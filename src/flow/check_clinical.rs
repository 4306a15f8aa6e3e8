//! The clinical boundary: who may be ill meets a clinical lane, a person on call, or an approved sentence, and
//! nothing else.
//!
//! The lists of words here catch slips in what the system says by itself; they do not judge callers.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::check::Case;
use super::check_menu::phrase_place;
use super::check_path::exits;
use super::code::Code;
use super::model::Choice;
use super::model::Exit;
use super::model::Lane;
use super::model::Owner;
use super::model::Phrases;
use super::model::Step;
use super::model::Target;
use super::model::Texts;
use super::spoken::normalise;
use super::spoken::says;
use crate::vocab::LaneId;
use crate::vocab::StepId;

/// Words that advise or judge, in normal form, English and Spanish together.
const ADVICE: &[&str] = &[
    "mg",
    "milligram",
    "milligrams",
    "take two",
    "take one",
    "take a pill",
    "you should take",
    "you can take",
    "stop taking",
    "keep taking",
    "double the dose",
    "increase the dose",
    "lower the dose",
    "skip a dose",
    "aspirin",
    "ibuprofen",
    "tylenol",
    "acetaminophen",
    "antibiotics",
    "it is not serious",
    "nothing serious",
    "nothing to worry about",
    "you are fine",
    "probably fine",
    "you will be fine",
    "you do not need a doctor",
    "your symptoms are",
    "miligramo",
    "miligramos",
    "tome dos",
    "tome una pastilla",
    "tome su medicamento",
    "puede tomar",
    "debe tomar",
    "deje de tomar",
    "siga tomando",
    "aumente la dosis",
    "reduzca la dosis",
    "doble la dosis",
    "aspirina",
    "ibuprofeno",
    "paracetamol",
    "antibioticos",
    "no es grave",
    "no es nada serio",
    "nada grave",
    "no se preocupe",
    "usted esta bien",
    "no necesita un medico",
    "sus sintomas son",
];
/// Outcomes that say that nobody was reached.
const UNREACHED: [&str; 9] = [
    "unreachable",
    "not_reached",
    "no_answer",
    "no_contact",
    "unable_to_reach",
    "gave_up",
    "message_left",
    "second_attempt_needed",
    "voicemail_left",
];
/// Numbers that make a sentence the approved one: it tells whom to call, so it may name an emergency.
const HELP_NUMBERS: [&str; 2] = ["911", "988"];

/// Checks the boundary.
pub(super) fn check(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    if !flow.lanes.is_empty() && !flow.lanes.iter().any(|lane| lane.clinical) {
        let title = "no lane is clinical";
        let hint = "write `clinical: true` in the lane whose people may take a medical question";
        let at = case.key(&["lanes"]);
        case.problems.error(Code::Clinical, at, title, "where should a medical question go?").hint(hint);
    } else if let Some(lane) = flow.lane(&flow.urgent.lane).filter(|lane| !lane.clinical) {
        let title = format!("urgent callers would go to `{}`, which is not clinical", lane.id);
        let label = "this lane's people may not take a medical question";
        let at = case.at(&["urgent", "lane"]);
        let clinical = flow.lanes.iter().find(|l| l.clinical).map_or("", |l| l.id.as_str());
        case.problems.error(Code::Clinical, at, title, label).hint(format!("write `lane: {clinical}`")).fix(clinical);
    }
    for lane in flow.lanes.iter().filter(|lane| lane.clinical) {
        clinical_lane(case, lane);
    }
    both_lists(case);
    no_way(case);
    for (id, step) in &flow.steps {
        if let Step::Menu(menu) = step {
            for (key, choice) in &menu.choices {
                urgent_choice(case, id, *key, choice);
            }
        }
    }
    spoken_texts(case);
}

/// No outcome closes clinical work because nobody was reached.
fn never_unheard(case: &mut Case<'_, '_>, lane: &Lane) {
    let id = lane.id.as_str();
    // rule: clinical-never-unreachable
    for outcome in lane.outcomes.iter().filter(|outcome| outcome.closes && UNREACHED.contains(&outcome.id.as_str())) {
        let title = format!("clinical lane `{id}` is closed by `{}`", outcome.id);
        let at = case.at(&["lanes", id, "outcomes", outcome.id.as_str()]);
        let hint = "write `stays_open`: it stays the clinical group's until somebody has spoken with the patient";
        case.problems.error(Code::Clinical, at, title, "a medical question would end unheard").hint(hint);
    }
}

/// Who is in a clinical lane stays among clinical people.
fn clinical_lane(case: &mut Case<'_, '_>, lane: &Lane) {
    let flow = case.flow;
    let id = lane.id.as_str();
    let is_other = |to: &LaneId| flow.lane(to).is_some_and(|lane| !lane.clinical);
    if lane.exits.closed.is_some() {
        let title = format!("clinical lane `{id}` would close");
        let at = case.key(&["lanes", id, "exits", "closed"]);
        let hint = "take `closed` out: at any hour its people, then the on-call people, are rung";
        case.problems.error(Code::Clinical, at, title, "a medical question would meet a closed door").hint(hint);
    }
    never_unheard(case, lane);
    if lane.voicemail_key.is_some() {
        let title = format!("clinical lane `{id}` offers a mailbox");
        let at = case.at(&["lanes", id, "voicemail_key"]);
        let hint = "leave `voicemail_key` away; a `callback_key` keeps the caller with a person";
        case.problems.error(Code::Clinical, at, title, "nobody may hear this message in time").hint(hint);
    }
    for (name, exit) in exits(lane) {
        if *exit == Exit::Voicemail {
            let title = format!("the {name} exit of clinical lane `{id}` is a mailbox");
            let at = case.at(&["lanes", id, "exits", name]);
            let hint = "promise a `callback`, or lead to another clinical lane";
            case.problems.error(Code::Clinical, at, title, "nobody may hear this message in time").hint(hint);
        }
        if let Exit::Lane(to) = exit
            && is_other(to)
        {
            let title = format!("the {name} exit of clinical lane `{id}` leads to `{to}`, which is not clinical");
            let at = case.at(&["lanes", id, "exits", name, "lane"]);
            let hint = "lead to another clinical lane, or promise a `callback`";
            case.problems.error(Code::Clinical, at, title, "a medical question would leave the clinic here").hint(hint);
        }
    }
    if lane.max_waiting.is_some() {
        let title = format!("clinical lane `{id}` limits how many may wait");
        let at = case.at(&["lanes", id, "max_waiting"]);
        let hint = "take `max_waiting` out: the line for the clinic is never too long for one more";
        case.problems.error(Code::Clinical, at, title, "a medical question would be turned away here").hint(hint);
    }
    if lane.asks_new_or_existing {
        let title = format!("clinical lane `{id}` asks whether the patient is new");
        let at = case.at(&["lanes", id, "asks_new_or_existing"]);
        let hint = "take it out: whoever may be ill is put through without another question";
        case.problems.error(Code::Clinical, at, title, "this question would delay a medical one").hint(hint);
    }
    if lane.tells_wait {
        let title = format!("clinical lane `{id}` tells how long the wait is");
        let at = case.at(&["lanes", id, "tells_wait"]);
        let hint = "take it out: its callers are urgent, and hear who is being reached";
        case.problems.error(Code::Clinical, at, title, "nobody who may be ill is told to wait").hint(hint);
    }
    if is_other(&lane.escalation) {
        let title = format!("clinical lane `{id}` escalates to `{}`, which is not clinical", lane.escalation);
        let at = case.at(&["lanes", id, "escalation"]);
        let hint = format!("escalate to a clinical lane; `{id}` itself if there is no other");
        case.problems.error(Code::Clinical, at, title, "up must mean more clinical, not less").hint(hint);
    }
    if let Owner::Agent(agent) = &lane.owner
        && !agent.as_str().is_empty()
    {
        let title = format!("clinical lane `{id}` is owned by one person");
        let at = case.at(&["lanes", id, "owner"]);
        let hint = "name a group, `{ group: … }`: its work must not wait for one person's return";
        case.problems.error(Code::Clinical, at, title, "when this person is away, nobody owns it").hint(hint);
    }
}

fn all_phrases(lists: &Phrases) -> impl Iterator<Item = &Arc<str>> {
    lists.values().flatten()
}

fn both_lists(case: &mut Case<'_, '_>) {
    let urgent: BTreeSet<&str> = all_phrases(&case.flow.urgent.phrases).map(|p| &**p).collect();
    let flow = case.flow;
    for (language, list) in &flow.urgent.crisis {
        for phrase in list.iter().filter(|p| urgent.contains(&***p)) {
            let at = case.at(&["urgent", "crisis", language.as_str()]);
            let items = case.root.get("urgent").and_then(|u| u.get("crisis")?.get(language.as_str()));
            let item =
                items.and_then(|l| l.items().iter().find(|n| n.text().is_some_and(|t| normalise(t) == **phrase)));
            let at = item.map_or(at, |n| n.span.clone());
            let title = format!("\"{phrase}\" is both an urgent and a crisis phrase");
            let hint = "keep it under `crisis` if the caller should hear of 988, else under `phrases`";
            case.problems.error(Code::Ambiguous, at, title, "which sentence should be said?").hint(hint);
        }
    }
}

/// An urgent phrase among a choice's phrases leads straight to a clinical lane.
fn urgent_choice(case: &mut Case<'_, '_>, id: &StepId, key: char, choice: &Choice) {
    let flow = case.flow;
    let is_clinical = |lane: &LaneId| flow.lane(lane).is_none_or(|lane| lane.clinical);
    let safe = match &choice.to {
        Target::Lane(lane) => is_clinical(lane),
        Target::Person => is_clinical(&flow.person),
        Target::Step(_) | Target::Language(_) | Target::Repeat => false,
    };
    if safe {
        return;
    }
    for (language, list) in &choice.say {
        for phrase in list {
            let mut urgent = all_phrases(&flow.urgent.phrases).chain(all_phrases(&flow.urgent.crisis));
            let Some(urgent) = urgent.find(|u| says(phrase, u)) else { continue };
            let at = phrase_place(case, id, key, language, phrase);
            let (title, label) = match &choice.to {
                Target::Step(step) if leads_to_answer(case, step) => (
                    format!("urgent words \"{urgent}\" could be answered by a machine"),
                    "from this choice a caller can reach a self-service answer",
                ),
                _ => (format!("urgent words \"{urgent}\" lead to what is not clinical"), "this choice is not clinical"),
            };
            let hint = "take the phrase out here: words under `urgent` go to the clinical lane by themselves";
            case.problems.error(Code::Clinical, at, title, label).hint(hint);
        }
    }
}

/// Who presses a key for a medical question, instead of saying what is the matter, finds one.
fn no_way(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    if !flow.lanes.iter().any(|lane| lane.clinical) {
        return;
    }
    // What leads to an unknown lane, or stands under no key, is reported as that.
    let may_be_clinical = |lane: &LaneId| flow.lane(lane).is_none_or(|lane| lane.clinical);
    let written = |id: &StepId| case.root.get("steps")?.get(id.as_str())?.get("menu")?.get("choices");
    let mut asks = false;
    for id in steps_from(case, &flow.start) {
        let Some(Step::Menu(menu)) = flow.steps.get(id) else { continue };
        asks |= menu.choices.values().any(|choice| matches!(choice.to, Target::Lane(_)));
        let all_read = written(id).is_some_and(|choices| choices.entries().len() == menu.choices.len());
        let leads = |choice: &Choice| match &choice.to {
            Target::Lane(lane) => may_be_clinical(lane),
            Target::Person => may_be_clinical(&flow.person),
            Target::Step(step) => !flow.steps.contains_key(step),
            Target::Language(_) | Target::Repeat => false,
        };
        if !all_read || menu.choices.values().filter(|choice| !choice.backline).any(leads) {
            return;
        }
    }
    // A menu that routes nobody at all is reported as that.
    if asks {
        let title = "no choice of a menu leads to a clinical lane";
        let hint = "let a choice of the first menu say `to: { lane: … }` with a clinical lane";
        let at = case.at(&["start"]);
        case.problems.error(Code::Clinical, at, title, "which key is for a medical question?").hint(hint);
    }
}

fn leads_to_answer(case: &Case<'_, '_>, start: &StepId) -> bool {
    steps_from(case, start).into_iter().any(|id| matches!(case.flow.steps.get(id), Some(Step::Answer(_))))
}

/// The steps that a caller may come to from one of them, it included, without a lane in between.
fn steps_from<'f>(case: &Case<'f, '_>, start: &'f StepId) -> BTreeSet<&'f StepId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        if let Some(Step::Menu(menu)) = case.flow.steps.get(id).filter(|_| seen.insert(id)) {
            let targets = menu.choices.values().map(|c| &c.to).chain([&menu.no_input, &menu.wrong_input]);
            open.extend(targets.filter_map(|t| if let Target::Step(to) = t { Some(to) } else { None }));
        }
    }
    seen
}

/// What the system says by itself neither advises nor names urgent symptoms as routine.
fn spoken_texts(case: &mut Case<'_, '_>) {
    let flow = case.flow;
    for (id, step) in &flow.steps {
        match step {
            Step::Answer(answer) => texts(case, &["steps", id.as_str(), "answer", "script"], &answer.script),
            Step::Menu(menu) => texts(case, &["steps", id.as_str(), "menu", "question"], &menu.question),
        }
    }
    for lane in &flow.lanes {
        texts(case, &["lanes", lane.id.as_str(), "script"], &lane.script);
        for (step, sentence) in lane.sheet.iter().flat_map(|sheet| &sheet.callback_script) {
            texts(case, &["lanes", lane.id.as_str(), "sheet", "callback_script", step.name()], sentence);
        }
        for (index, sentence) in lane.hold.iter().enumerate() {
            texts(case, &["lanes", lane.id.as_str(), "hold", &index.to_string()], sentence);
        }
    }
    for (phrase, sentences) in &flow.wording {
        if case.root.get("wording").is_some_and(|w| w.get(phrase.key()).is_some()) {
            texts(case, &["wording", phrase.key()], sentences);
        }
    }
}

pub(super) fn texts(case: &mut Case<'_, '_>, path: &[&str], texts: &Texts) {
    for (language, text) in texts {
        let path: Vec<&str> = path.iter().copied().chain([language.as_str()]).collect();
        for sentence in text.split(['.', '!', '?', ';']).map(normalise) {
            sentence_is_safe(case, case.at(&path), &sentence);
        }
    }
}

fn sentence_is_safe(case: &mut Case<'_, '_>, at: Range<usize>, sentence: &str) {
    if let Some(words) = ADVICE.iter().find(|words| says(sentence, words)) {
        let title = format!("\"{words}\" is medical advice");
        let hint = "say that a nurse or the care team will answer, and let the call go to a clinical lane";
        case.problems.error(Code::Advice, at, title, "the system never judges or advises").hint(hint);
        return;
    }
    if HELP_NUMBERS.iter().any(|number| says(sentence, number)) {
        return;
    }
    let flow = case.flow;
    let mut urgent = all_phrases(&flow.urgent.phrases).chain(all_phrases(&flow.urgent.crisis));
    if let Some(words) = urgent.find(|words| says(sentence, words)) {
        let title = format!("the urgent words \"{words}\" are said as routine");
        let label = "callers could take this for an answer to them";
        let hint = "leave them out, or say in the same sentence to dial 911; `decision_rules` may name them";
        case.problems.error(Code::Advice, at, title, label).hint(hint);
    }
}
