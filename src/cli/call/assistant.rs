//! The assistant's phone: signed in, one call at a time, each closed with an outcome and a note.
//!
//! ```text
//! waiting ─ incoming ─► ringing ─ Enter ─► whisper ─ 1 ─► talking ─ ended ─► outcome and note ─► waiting
//! ```

mod closing;
mod giving;
mod guide;

use std::process::ExitCode;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::carrier::local::ApiError;
use crate::carrier::local::FromPhone;
use crate::carrier::local::LaneGuide;
use crate::carrier::local::Line;
use crate::carrier::local::LineError;
use crate::carrier::local::ToPhone;
use crate::carrier::local::script::Desk;

use super::terminal;
use super::terminal::Terminal;
use super::terminal::Typed;
use closing::Written;

const HELP_EN: &str = "\
Enter answers a ringing call; 1 takes it, 2 means you are with a patient. In a call, what you type is what you say.
/ready /away      take calls, or not        /transfer LANE    move the caller to another lane
/hold /resume     music for the caller, and back again
/warm LANE        ask whoever takes it there first; then /complete hands the caller over, /cancel takes them back
/bye              hang up                   /close            write the note (asked after each call)
/new /known       new or existing patient   /reason ID        why they call, from the lane's list
/urgent           to the care team at once  /help             show this
/quit             sign out and leave";
const HELP_ES: &str = "\
Enter contesta; 1 toma la llamada, 2 significa que está con un paciente. En la llamada, lo que escribe es lo que dice.
/ready /away      recibir llamadas, o no    /transfer LANE    pasar la llamada a otra fila
/hold /resume     música para quien llama, y de vuelta
/warm LANE        hablar antes con quien la tome; después /complete entrega la llamada, /cancel la recupera
/bye              colgar                    /close            escribir la nota (se pide tras cada llamada)
/new /known       paciente nuevo o conocido /reason ID        por qué llama, de la lista de la fila
/urgent           al equipo médico ya       /help             mostrar esto
/quit             salir";

/// Signs in, works, and signs out: 0 unless the carrier was lost.
pub(super) async fn work(line: Line, desk: Desk, terminal: &mut Terminal) -> Result<ExitCode, String> {
    let keyboard = terminal::keyboard();
    let mut shift = Shift { line, desk, terminal, keyboard, signed_in: false, ringing: false, joined: false };
    let outcome = match shift.begin().await {
        Ok(true) => shift.run().await,
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    // Signed out whatever happened, so that no caller is rung to a phone that is gone.
    let signed_out = shift.desk.api.set_state(&shift.desk.agent, "logged_out").await;
    outcome?;
    signed_out.map_err(|error| error.to_string())?;
    // A conversation ends with this phone's line.
    if let Ok(Some(call)) = shift.owed(&["talking", "wrap_up"]).await {
        let again = format!("carelane call --as {}", shift.desk.agent);
        shift.terminal.hint(
            &format!("The note for {call} is still owed: `{again}` asks for it."),
            &format!("La nota de {call} queda pendiente: `{again}` la pide."),
        );
    }
    Ok(ExitCode::SUCCESS)
}

struct Shift<'t> {
    line: Line,
    desk: Desk,
    terminal: &'t mut Terminal,
    keyboard: mpsc::Receiver<String>,
    /// Has carelane taken her for available? Not while she must first write up a call.
    signed_in: bool,
    ringing: bool,
    /// Has this call been joined with its caller, so that a note is owed?
    joined: bool,
}

impl Shift<'_> {
    /// Asks for notes still owed from before, then signs in; `false` to leave.
    async fn begin(&mut self) -> Result<bool, String> {
        while let Some(call) = self.owed(&["wrap_up"]).await? {
            self.terminal.hint(&format!("A note is owed for {call}."), &format!("Falta la nota de {call}."));
            match self.close().await? {
                Written::Closed => {}
                Written::Leave => return Ok(false),
                Written::Open | Written::Nothing => break,
            }
        }
        self.sign_in().await?;
        Ok(true)
    }

    /// Takes calls from now on, unless a call must be written up first.
    async fn sign_in(&mut self) -> Result<(), String> {
        match self.desk.api.set_state(&self.desk.agent, "available").await {
            Ok(()) => self.signed_in = true,
            Err(ApiError::Refused { status: 409, reason }) => {
                self.terminal.problem(&format!("not signed in yet: {reason}"));
                self.terminal.hint(
                    "/close writes it and signs you in; once the time for writing is over, /ready does too. /quit leaves.",
                    "/close la escribe y la conecta; pasado el tiempo para escribir, también /ready. /quit sale.",
                );
                return Ok(());
            }
            Err(error) => return Err(error.to_string()),
        }
        let (name, number) = (&self.desk.agent, self.line.number());
        self.terminal.hint(
            &format!("{name} is signed in and waits for calls at {number}."),
            &format!("{name} está conectada y espera llamadas en el {number}."),
        );
        self.terminal.hint(HELP_EN, HELP_ES);
        Ok(())
    }

    /// Her call, if it is in one of these states.
    async fn owed(&self, states: &[&str]) -> Result<Option<String>, String> {
        let call = self.desk.api.call_of(&self.desk.agent).await.map_err(|error| error.to_string())?;
        let call = call.filter(|call| states.iter().any(|state| call["state"] == *state));
        Ok(call.and_then(|call| Some(call["call"].as_str()?.to_owned())))
    }

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
                "hold" => return self.hold(true).await,
                "resume" => return self.hold(false).await,
                "transfer" => return self.transfer(&rest).await,
                "warm" => return self.ask_first(&rest).await,
                "complete" => return self.hand_over().await,
                "cancel" => return self.take_back().await,
                "close" => return self.close_asked().await,
                "new" => return self.note_caller("standing", "new").await,
                "known" => return self.note_caller("standing", "existing").await,
                "reason" => return self.note_caller("reason", &rest).await,
                "urgent" => return self.flag().await,
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
                self.show_ringing().await;
                self.terminal.hint("        Enter answers, /bye declines", "        Enter contesta, /bye rechaza");
            }
            ToPhone::Answered => self.ringing = false,
            ToPhone::Joined { parties: 2.., .. } if !self.joined => {
                self.joined = true;
                self.show_script().await;
            }
            ToPhone::Ended { .. } => {
                self.ringing = false;
                if std::mem::take(&mut self.joined) {
                    return Ok(self.write_up().await? != Written::Leave);
                }
            }
            _ => {}
        }
        Ok(true)
    }

    async fn close_asked(&mut self) -> Result<bool, String> {
        let written = self.write_up().await?;
        if written == Written::Nothing {
            self.terminal.hint("        There is no call to close.", "        No hay llamada que cerrar.");
        }
        Ok(written != Written::Leave)
    }

    /// Writes up her call. Whoever had to write first is signed in then.
    async fn write_up(&mut self) -> Result<Written, String> {
        let written = self.close().await?;
        if written == Written::Closed && !self.signed_in {
            self.sign_in().await?;
        }
        Ok(written)
    }

    /// Who calls, as the floor and the lane's guide say.
    async fn show_ringing(&mut self) {
        let Ok(Some(call)) = self.desk.api.call_rung(&self.desk.agent).await else { return };
        let lane = self.guide(&call).await.ok();
        guide::show_ringing(self.terminal, &call, lane.as_ref());
    }

    /// What to say and decide by.
    async fn show_script(&mut self) {
        let Some((_, call)) = self.own_call().await else { return };
        match self.guide(&call).await {
            Ok(lane) => guide::show_script(self.terminal, &lane, call["language"].as_str().unwrap_or_default()),
            Err(error) => self.terminal.problem(&format!("the lane's script cannot be read ({error})")),
        }
    }

    async fn guide(&self, call: &Value) -> Result<LaneGuide, ApiError> {
        let text = |name: &str| call[name].as_str().unwrap_or_default();
        self.desk.api.lane(text("practice"), text("lane")).await
    }

    async fn state(&mut self, state: &str) -> Result<bool, String> {
        match self.desk.api.set_state(&self.desk.agent, state).await {
            Ok(()) => {
                self.signed_in |= state == "available";
                self.terminal.line(&format!("        {} is {state}", self.desk.agent));
            }
            Err(error) => self.terminal.problem(&error.to_string()),
        }
        Ok(true)
    }

    async fn note_caller(&mut self, what: &str, value: &str) -> Result<bool, String> {
        match self.own_call().await {
            Some((id, _)) => match self.desk.api.note_caller(&id, what, value).await {
                Ok(()) => self.terminal.line(&format!("        {id}: {what} {value}")),
                Err(error) => self.terminal.problem(&error.to_string()),
            },
            None => self.terminal.problem("there is no call"),
        }
        Ok(true)
    }

    async fn hold(&mut self, begins: bool) -> Result<bool, String> {
        match self.own_call().await {
            Some((id, _)) => match self.desk.api.hold(&id, begins).await {
                Ok(()) if begins => self.terminal.hint(
                    "        the caller is on hold: /resume goes back",
                    "        la llamada está en espera: /resume vuelve",
                ),
                Ok(()) => self.terminal.hint("        the caller is back", "        la llamada volvió"),
                Err(error) => self.terminal.problem(&error.to_string()),
            },
            None => self.terminal.problem("there is no call"),
        }
        Ok(true)
    }

    /// This is urgent: the caller goes to the care team; after the call an item does.
    async fn flag(&mut self) -> Result<bool, String> {
        match self.own_call().await {
            Some((id, _)) => match self.desk.api.flag(&id, &self.desk.agent).await {
                Ok(None) => {
                    // Whoever takes the caller next writes the note.
                    self.joined = false;
                    self.terminal.hint(
                        &format!("        {id} is urgent: the caller goes to the care team"),
                        &format!("        {id} es urgente: la llamada pasa al equipo médico"),
                    );
                }
                Ok(item) => self.show_urgent_item(item.as_deref()),
                Err(error) => self.terminal.problem(&error.to_string()),
            },
            None => self.terminal.problem("there is no call"),
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
}

/// Ctrl-C: leave in order, so that the assistant is signed out.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal there is nothing to wait for; the keyboard still works.
        std::future::pending::<()>().await;
    }
}
