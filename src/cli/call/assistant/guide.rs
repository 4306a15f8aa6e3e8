//! A lane's guide on the screen: who calls, what the assistant says and decides by, and how the call may end.
//!
//! It only shows. What a lane asks for is the practice's own, read from carelane.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::carrier::local::GuideField;
use crate::carrier::local::LaneGuide;
use crate::cli::call::terminal::Terminal;

/// Waits are shown in seconds up to here, then in minutes, as the whisper says them.
const SECONDS_MAX: i64 = 90;

/// What most lanes ask for, for when the lane's own guide cannot be read. A refusal names the outcomes, and what else
/// is needed.
pub(super) fn usual(lane: &str) -> LaneGuide {
    let field = |(id, label): (&str, &str)| GuideField {
        id: id.to_owned(),
        label: label.to_owned(),
        required: true,
        when: Vec::new(),
    };
    let fields = [("request", "request"), ("action", "action"), ("next_step", "next step")];
    LaneGuide {
        lane: lane.to_owned(),
        name: [].into(),
        script: [].into(),
        decision_rules: Vec::new(),
        reasons: Vec::new(),
        note_fields: fields.map(field).into(),
        outcomes: Vec::new(),
        escalation: lane.to_owned(),
        owner: String::new(),
    }
}

/// One line about a ringing call.
pub(super) fn show_ringing(terminal: &mut Terminal, call: &Value, guide: Option<&LaneGuide>) {
    let text = |name: &str| call[name].as_str().unwrap_or("?");
    let lane = guide.map_or_else(|| text("lane").to_owned(), |guide| title(terminal, guide));
    let mut about = vec![
        format!("{}: {lane}", text("call")),
        format!("{} {}", terminal.either("caller speaks", "se habla"), text("language")),
    ];
    if let Some(seconds) = call["waited"].as_i64() {
        let (n, unit) = if seconds < SECONDS_MAX { (seconds, "s") } else { ((seconds + 30) / 60, "min") };
        about.push(format!("{} {n} {unit}", terminal.either("waiting", "espera")));
    }
    match call["repeat"].as_bool() {
        Some(true) => about.push(terminal.either("repeat caller with an open request", "ya tiene un caso").to_owned()),
        Some(false) => about.push(terminal.either("new request", "caso nuevo").to_owned()),
        None => {}
    }
    if call["transfer"].is_object() {
        let from = call["agent"].as_str().unwrap_or("?");
        about.push(format!("{} {from}", terminal.either("asked by", "la pide")));
    }
    match call["caller_is"]["standing"].as_str() {
        Some("new") => about.push(terminal.either("new patient", "paciente nuevo").to_owned()),
        Some("existing") => about.push(terminal.either("existing patient", "paciente existente").to_owned()),
        _ => {}
    }
    if let Some(at) = call["promised"].as_str() {
        about.push(format!(
            "{} {at}",
            terminal.either("promised a callback by", "se le prometió una llamada a más tardar")
        ));
    }
    let urgent = if call["urgent"] == true { terminal.either("URGENT ", "URGENTE ") } else { "" };
    terminal.paragraph("        ", &format!("{urgent}{}", about.join(", ")));
}

/// What she says, in the caller's language, and what she decides by.
pub(super) fn show_script(terminal: &mut Terminal, guide: &LaneGuide, language: &str) {
    if let Some(script) = in_language(&guide.script, language) {
        terminal.paragraph(terminal.either("        script  ", "        guion   "), script);
    }
    for (index, rule) in guide.decision_rules.iter().enumerate() {
        let first = terminal.either("        rules   - ", "        reglas  - ");
        terminal.paragraph(if index == 0 { first } else { "                - " }, rule);
    }
    if !guide.reasons.is_empty() {
        let ids: Vec<&str> = guide.reasons.iter().map(|reason| reason.id.as_str()).collect();
        terminal.paragraph(terminal.either("        /reason ", "        /reason "), &ids.join(", "));
    }
    if guide.escalation != guide.lane {
        let way = format!("/transfer {}", guide.escalation);
        terminal.hint(&format!("        to escalate: {way}"), &format!("        para escalar: {way}"));
    }
}

/// The outcomes: first those after which nothing is left to do, then the others by who gets the work.
pub(super) fn show_outcomes(terminal: &mut Terminal, guide: &LaneGuide) {
    let mut groups: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
    for outcome in &guide.outcomes {
        let left_to = outcome.hands_to.as_deref().unwrap_or(&guide.owner);
        let left_to = (!outcome.closes).then_some(left_to);
        match groups.iter_mut().find(|(known, _)| *known == left_to) {
            Some((_, ids)) => ids.push(&outcome.id),
            None => groups.push((left_to, vec![&outcome.id])),
        }
    }
    groups.sort_by_key(|(left_to, _)| left_to.is_some());
    for (left_to, ids) in groups {
        let lead = match left_to {
            None => terminal.either("done:", "terminado:").to_owned(),
            Some(whose) => format!("{} {whose}:", terminal.either("work left for", "queda trabajo para")),
        };
        terminal.paragraph(&format!("          {lead} "), &ids.join(", "));
    }
}

/// The lane's name with its id: people know either.
pub(super) fn title(terminal: &Terminal, guide: &LaneGuide) -> String {
    match in_language(&guide.name, terminal.either("en", "es")) {
        Some(name) => format!("{name} ({})", guide.lane),
        None => guide.lane.clone(),
    }
}

/// The text in this language, else in one with the same primary part, else in any.
fn in_language<'t>(texts: &'t BTreeMap<String, String>, language: &str) -> Option<&'t str> {
    fn primary(tag: &str) -> &str {
        tag.split('-').next().unwrap_or(tag)
    }
    let near = || texts.iter().find(|(tag, _)| primary(tag) == primary(language)).map(|(_, text)| text);
    texts.get(language).or_else(near).or_else(|| texts.values().next()).map(String::as_str)
}
