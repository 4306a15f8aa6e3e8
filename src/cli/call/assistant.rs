//! The assistant's phone: signed in, one call at a time, each closed with an outcome and a note.
//!
//! ```text
//! waiting ─ incoming ─► ringing ─ Enter ─► whisper ─ 1 ─► talking ─ ended ─► outcome and note ─► waiting
//! ```

use std::process::ExitCode;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::carrier::local::Closing;
use crate::carrier::local::FromPhone;
use crate::carrier::local::Line;
use crate::carrier::local::LineError;
use crate::carrier::local::ToPhone;
use crate::carrier::local::script::Desk;

use super::terminal;
use super::terminal::Terminal;
use super::terminal::Typed;

const HELP_EN: &str = "\
Enter answers a ringing call; 1 takes it, 2 means you are with a patient. In a call, what you type is what you say.
/ready /away      take calls, or not        /transfer LANE    move the caller to another lane
/bye              hang up                   /close            write the note (asked after each call)
/quit             sign out and leave        /help             show this";
const HELP_ES: &str = "\
Enter contesta; 1 toma la llamada, 2 significa que está con un paciente. En la llamada, lo que escribe es lo que dice.
/ready /away      recibir llamadas, o no    /transfer LANE    pasar la llamada a otra fila
/bye              colgar                    /close            escribir la nota (se pide tras cada llamada)
/quit             salir                     /help             mostrar esto";

/// Fields of every lane's note in the demo; a lane that asks for more says so when the note is refused.
const FIELDS: [&str; 3] = ["request", "action", "next_step"];
/// The demo's outcomes; a practice may have others.
const OUTCOMES: &str = "booked rescheduled message_left second_attempt_needed routed_to_clinical \
insurance_verification_needed referral_follow_up_needed no_further_action";

/// Signs in, works, and signs out: 0 unless the carrier was lost.
pub(super) async fn work(line: Line, desk: Desk, terminal: &mut Terminal) -> Result<ExitCode, String> {
    desk.api.set_state(&desk.agent, "available").await.map_err(|error| error.to_string())?;
    let name = desk.agent.clone();
    terminal.hint(
        &format!("{name} is signed in and waits for calls at {}.", line.number()),
        &format!("{name} está conectada y espera llamadas en el {}.", line.number()),
    );
    terminal.hint(HELP_EN, HELP_ES);
    let mut shift = Shift { line, desk, terminal, keyboard: terminal::keyboard(), ringing: false, joined: false };
    let outcome = shift.run().await;
    // Signed out whatever happened, so that no caller is rung to a phone that is gone.
    let signed_out = shift.desk.api.set_state(&shift.desk.agent, "logged_out").await;
    outcome?;
    signed_out.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

struct Shift<'t> {
    line: Line,
    desk: Desk,
    terminal: &'t mut Terminal,
    keyboard: mpsc::Receiver<String>,
    ringing: bool,
    /// Has this call been joined with its caller, so that a note is owed?
    joined: bool,
}

impl Shift<'_> {
    async fn run(&mut self) -> Result<(), String> {
        loop {
            tokio::select! {
                typed = self.keyboard.recv() => match typed {
                    Some(typed) => {
                        if !self.typed(&typed).await? {
                            return Ok(());
                        }
                    }
                    None => return Ok(()),
                },
                () = interrupted() => return Ok(()),
                heard = self.line.next() => {
                    let Some(heard) = heard else { return Err(LineError::Lost.to_string()) };
                    if !self.heard(heard).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Does what was typed; `false` to leave.
    async fn typed(&mut self, typed: &str) -> Result<bool, String> {
        let message = match terminal::read(typed) {
            Typed::Nothing if self.ringing => Some(FromPhone::Answer),
            Typed::Nothing => None,
            Typed::Keys(digits) => Some(FromPhone::Key { digits }),
            Typed::Words(text) => Some(FromPhone::Say { text }),
            Typed::Command(verb, rest) => match verb.as_str() {
                "ready" => return self.state("available").await,
                "away" => return self.state("not_ready").await,
                "transfer" => return self.transfer(&rest).await,
                "close" => return self.close().await,
                "bye" | "hangup" => Some(FromPhone::Hangup),
                "quit" => return Ok(false),
                _ => {
                    self.terminal.hint(HELP_EN, HELP_ES);
                    None
                }
            },
        };
        if let Some(message) = message {
            self.line.send(message).await.map_err(|error| error.to_string())?;
        }
        Ok(true)
    }

    async fn heard(&mut self, heard: ToPhone) -> Result<bool, String> {
        self.terminal.told(&heard);
        match heard {
            ToPhone::Incoming { .. } => {
                self.ringing = true;
                self.show_call().await;
                self.terminal.hint("        Enter answers, /bye declines", "        Enter contesta, /bye rechaza");
            }
            ToPhone::Answered => self.ringing = false,
            ToPhone::Joined { parties: 2.., .. } => self.joined = true,
            ToPhone::Ended { .. } => {
                self.ringing = false;
                if std::mem::take(&mut self.joined) {
                    return self.close().await;
                }
            }
            _ => {}
        }
        Ok(true)
    }

    /// Who calls, as the floor shows it.
    async fn show_call(&mut self) {
        let Ok(Some(call)) = self.desk.api.call_of(&self.desk.agent).await else { return };
        let (lane, language) = (call["lane"].as_str().unwrap_or("?"), call["language"].as_str().unwrap_or("?"));
        let id = call["call"].as_str().unwrap_or("?");
        self.terminal.line(&format!("        {id}: lane {lane}, caller speaks {language}"));
    }

    async fn state(&mut self, state: &str) -> Result<bool, String> {
        match self.desk.api.set_state(&self.desk.agent, state).await {
            Ok(()) => self.terminal.line(&format!("        {} is {state}", self.desk.agent)),
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    async fn transfer(&mut self, lane: &str) -> Result<bool, String> {
        if lane.is_empty() {
            self.terminal.problem("name the lane: /transfer referrals");
            return Ok(true);
        }
        match self.own_call().await {
            Some((id, _)) => match self.desk.api.transfer(&id, lane).await {
                Ok(()) => self.terminal.line(&format!("        the caller goes to {lane}")),
                Err(error) => self.terminal.problem(&error.to_string()),
            },
            None => self.terminal.problem("there is no call to transfer"),
        }
        Ok(true)
    }

    async fn own_call(&mut self) -> Option<(String, Value)> {
        match self.desk.api.call_of(&self.desk.agent).await {
            Ok(call) => call.and_then(|call| Some((call["call"].as_str()?.to_owned(), call))),
            Err(error) => {
                self.terminal.problem(&error.to_string());
                None
            }
        }
    }

    /// Asks for outcome and note until the call is closed; `false` when the keyboard has ended.
    async fn close(&mut self) -> Result<bool, String> {
        let Some((id, call)) = self.own_call().await else { return Ok(true) };
        let lane = call["lane"].as_str().unwrap_or("?").to_owned();
        self.terminal
            .line(&format!("        Please close {id} ({lane}). An empty outcome leaves it for later: /close"));
        self.terminal.line(&format!("        outcomes: {OUTCOMES}"));
        let Some(mut outcome) = self.answer("outcome").await? else { return Ok(false) };
        if outcome.is_empty() {
            return Ok(true);
        }
        let mut note: Vec<(String, String)> = Vec::new();
        let mut ask: Vec<String> = FIELDS.map(str::to_owned).into();
        loop {
            for field in std::mem::take(&mut ask) {
                let Some(text) = self.answer(&field).await? else { return Ok(false) };
                note.retain(|(known, _)| *known != field);
                note.push((field, text));
            }
            match self.desk.api.close(&id, &outcome, &note).await {
                Ok(Closing::Closed) => {
                    self.terminal.line(&format!("        {id} is closed: {outcome}. Waiting for the next call."));
                    return Ok(true);
                }
                Ok(Closing::Refused { missing, reason }) => {
                    self.terminal.problem(&format!("the note was refused: {reason}"));
                    if missing.is_empty() || missing.iter().any(|field| field == "outcome") {
                        let Some(again) = self.answer("outcome").await? else { return Ok(false) };
                        if again.is_empty() {
                            return Ok(true);
                        }
                        outcome = again;
                    }
                    ask = missing.into_iter().filter(|field| field != "outcome").collect();
                }
                Err(error) => {
                    self.terminal.problem(&format!("{error}. Try again with /close"));
                    return Ok(true);
                }
            }
        }
    }

    /// Asks one thing; what the phone hears meanwhile is still shown. `None` when the keyboard has ended.
    async fn answer(&mut self, what: &str) -> Result<Option<String>, String> {
        self.terminal.ask(&format!("        {what}: "));
        loop {
            tokio::select! {
                typed = self.keyboard.recv() => return Ok(typed.map(|typed| typed.trim().to_owned())),
                () = interrupted() => return Ok(None),
                heard = self.line.next() => match heard {
                    None => return Err(LineError::Lost.to_string()),
                    Some(heard) => {
                        self.ringing = matches!(heard, ToPhone::Incoming { .. });
                        self.terminal.told(&heard);
                    }
                },
            }
        }
    }
}

/// Ctrl-C: leave in order, so that the assistant is signed out.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal there is nothing to wait for; the keyboard still works.
        std::future::pending::<()>().await;
    }
}
