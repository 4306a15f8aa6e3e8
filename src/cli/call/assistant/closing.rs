//! Closing a call: an outcome of its lane, then the lane's fields, until carelane takes them.
//!
//! carelane is the judge: a call keeps the version of the flow it began with, so what it refuses is asked again by
//! what it says, not by the guide.

use crate::carrier::local::ApiError;
use crate::carrier::local::Closing;
use crate::carrier::local::GuideField;
use crate::carrier::local::LaneGuide;
use crate::carrier::local::LineError;
use crate::carrier::local::ToPhone;
use crate::vocab::limit::NOTE_CHARS_MAX;

use super::Shift;
use super::guide;
use super::interrupted;

/// How writing up a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The call is closed.
    Closed,
    /// There is no call to close.
    Nothing,
    /// It stays open.
    Open,
    /// She leaves.
    Leave,
}

/// What is being written.
struct Draft {
    call: String,
    /// Outcomes that may be chosen; empty if they are not known.
    outcomes: Vec<String>,
    outcome: String,
    note: Vec<(String, String)>,
}

/// Why an answer is none.
enum Unsaid {
    Later,
    Leave,
    Lost(String),
}

impl Shift<'_> {
    /// Asks for outcome and note until the call is closed.
    pub(super) async fn close(&mut self) -> Result<Written, String> {
        let Some((id, call)) = self.own_call().await else { return Ok(Written::Nothing) };
        let lane = match self.guide(&call).await {
            Ok(lane) => lane,
            Err(error) => {
                self.terminal
                    .problem(&format!("the lane's own form cannot be read ({error}); these are the usual questions"));
                guide::usual(call["lane"].as_str().unwrap_or("?"))
            }
        };
        let title = guide::title(self.terminal, &lane);
        self.terminal.hint(
            &format!("        Please close {id}: {title}. /later leaves it for later."),
            &format!("        Cierre {id}: {title}. /later lo deja para después."),
        );
        guide::show_outcomes(self.terminal, &lane);
        let outcomes = lane.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
        let mut draft = Draft { call: id, outcomes, outcome: String::new(), note: Vec::new() };
        match self.write(&mut draft, &lane).await {
            Ok(written) => Ok(written),
            Err(Unsaid::Later) => {
                self.terminal.hint("        The note is still owed: /close", "        La nota queda pendiente: /close");
                Ok(Written::Open)
            }
            Err(Unsaid::Leave) => Ok(Written::Leave),
            Err(Unsaid::Lost(why)) => Err(why),
        }
    }

    async fn write(&mut self, draft: &mut Draft, lane: &LaneGuide) -> Result<Written, Unsaid> {
        self.ask_outcome(draft).await?;
        let asked = lane.note_fields.iter().filter(|field| !field.is_for_complaints());
        let (required, optional): (Vec<_>, Vec<_>) = asked.partition(|field| field.required);
        for field in required.into_iter().chain(optional) {
            self.ask_field(draft, field).await?;
        }
        loop {
            match self.desk.api.close(&draft.call, &draft.outcome, &draft.note, &self.desk.agent).await {
                Ok(Closing::Closed { urgent_item }) => {
                    let Draft { call, outcome, .. } = draft;
                    self.terminal.hint(
                        &format!("        {call} is closed: {outcome}."),
                        &format!("        {call} está cerrada: {outcome}."),
                    );
                    self.show_urgent_item(urgent_item.as_deref());
                    return Ok(Written::Closed);
                }
                Ok(Closing::Refused { missing, what, allowed, reason }) => {
                    self.terminal.problem(&format!("the note was refused: {reason}"));
                    self.ask_again(draft, lane, &missing, what.as_deref(), allowed).await?;
                }
                Err(error @ ApiError::Unreachable { .. }) => {
                    self.terminal.problem(&format!("{error}. Then try again with /close"));
                    return Err(Unsaid::Later);
                }
                Err(error @ ApiError::Refused { .. }) => {
                    self.terminal.problem(&error.to_string());
                    return Ok(Written::Open);
                }
            }
        }
    }

    /// Where urgent words of a note went.
    pub(super) fn show_urgent_item(&mut self, item: Option<&str>) {
        if let Some(item) = item {
            self.terminal.hint(
                &format!("        Urgent: {item} tells the care team."),
                &format!("        Urgente: {item} avisa al equipo médico."),
            );
        }
    }

    /// Asks for what was refused.
    async fn ask_again(
        &mut self,
        draft: &mut Draft,
        lane: &LaneGuide,
        missing: &[String],
        what: Option<&str>,
        allowed: Vec<String>,
    ) -> Result<(), Unsaid> {
        match what {
            Some("outcome") => {
                draft.outcomes = allowed;
                self.terminal.paragraph("          ", &draft.outcomes.join(", "));
                return self.ask_outcome(draft).await;
            }
            // The call began on a version of the flow with other fields: what is missing then is named next.
            Some("note") if draft.note.iter().any(|(field, _)| !allowed.contains(field)) => {
                draft.note.retain(|(field, _)| allowed.contains(field));
                return Ok(());
            }
            _ if missing.is_empty() => return Err(Unsaid::Later),
            _ => {}
        }
        for id in missing {
            let unknown = || GuideField { id: id.clone(), label: id.clone(), required: true, when: Vec::new() };
            let known = lane.note_fields.iter().find(|field| field.id == *id).cloned();
            // What is missing is required, whatever a newer version of the flow says.
            let field = GuideField { required: true, ..known.unwrap_or_else(unknown) };
            self.ask_field(draft, &field).await?;
        }
        Ok(())
    }

    /// An empty outcome leaves the note for later.
    async fn ask_outcome(&mut self, draft: &mut Draft) -> Result<(), Unsaid> {
        loop {
            let typed = self.answer(self.terminal.either("outcome", "resultado")).await?;
            if typed.is_empty() {
                return Err(Unsaid::Later);
            }
            if draft.outcomes.is_empty() || draft.outcomes.contains(&typed) {
                draft.outcome = typed;
                return Ok(());
            }
            let near = draft.outcomes.iter().map(|known| (strsim::damerau_levenshtein(&typed, known), known)).min();
            let hint = match near {
                Some((distance, known)) if distance <= 3 => format!(": did you mean `{known}`?"),
                _ => ": the outcomes stand above".to_owned(),
            };
            self.terminal.problem(&format!("that is no outcome of this lane{hint}"));
        }
    }

    async fn ask_field(&mut self, draft: &mut Draft, field: &GuideField) -> Result<(), Unsaid> {
        let may_be_empty = self.terminal.either(" (or empty)", " (o vacío)");
        let label = format!("{}{}", field.label, if field.required { "" } else { may_be_empty });
        draft.note.retain(|(known, _)| *known != field.id);
        loop {
            let text = self.answer(&label).await?;
            if text.chars().count() > NOTE_CHARS_MAX {
                self.terminal.problem(&format!("that is longer than {NOTE_CHARS_MAX} characters: say it shorter"));
            } else if !text.is_empty() {
                draft.note.push((field.id.clone(), text));
                return Ok(());
            } else if !field.required {
                return Ok(());
            } else {
                self.terminal.hint("        This one must say something.", "        Aquí hay que escribir algo.");
            }
        }
    }

    /// Asks one thing; what the phone hears meanwhile is still shown.
    async fn answer(&mut self, what: &str) -> Result<String, Unsaid> {
        self.terminal.ask(&format!("        {what}: "));
        loop {
            tokio::select! {
                typed = self.keyboard.recv() => {
                    let Some(typed) = typed else { return Err(Unsaid::Leave) };
                    match typed.trim() {
                        "/later" => return Err(Unsaid::Later),
                        "/quit" => return Err(Unsaid::Leave),
                        text if !text.starts_with('/') => return Ok(text.to_owned()),
                        _ => {}
                    }
                    self.terminal.hint(
                        "        While writing there are only /later and /quit.",
                        "        Al escribir solo hay /later y /quit.",
                    );
                    self.terminal.ask(&format!("        {what}: "));
                }
                () = interrupted() => return Err(Unsaid::Leave),
                heard = self.line.next() => {
                    let Some(heard) = heard else { return Err(Unsaid::Lost(LineError::Lost.to_string())) };
                    self.heard_while_writing(&heard).await;
                    self.terminal.ask(&format!("        {what}: "));
                }
            }
        }
    }

    async fn heard_while_writing(&mut self, heard: &ToPhone) {
        self.terminal.line("");
        self.terminal.told(heard);
        match heard {
            ToPhone::Incoming { .. } => {
                self.ringing = true;
                self.show_ringing().await;
                self.terminal.hint(
                    "        /later leaves the note for now; then Enter answers",
                    "        /later deja la nota por ahora; después Enter contesta",
                );
            }
            // The note for this call is already being written.
            ToPhone::Ended { .. } => (self.ringing, self.joined) = (false, false),
            _ => {}
        }
    }
}
