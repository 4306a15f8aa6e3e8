//! The patient's phone: one call, from dialling to its end.

use std::process::ExitCode;

use crate::carrier::local::FromPhone;
use crate::carrier::local::Line;
use crate::carrier::local::LineError;
use crate::carrier::local::ToPhone;
use crate::vocab::Number;

use super::terminal;
use super::terminal::Terminal;
use super::terminal::Typed;

const HELP_EN: &str = "\
Keys: type one of 0-9 * # and Enter, also while a prompt is being spoken. Anything else is what you say.
Several keys at once end with #, like a PIN: 4711#
/hangup ends the call, /help shows this.";
const HELP_ES: &str = "\
Teclas: escriba 0-9, * o # y Enter, también durante un mensaje. Lo demás es lo que usted dice.
Varias teclas a la vez terminan con #, como una clave: 4711#
/hangup termina la llamada, /help muestra esto.";

/// Dials and stays on the line until the call ends: 0 if it was answered.
pub(super) async fn call(mut line: Line, to: Option<&str>, terminal: &mut Terminal) -> Result<ExitCode, String> {
    let to = number_to_dial(&line, to)?;
    let own = line.number().to_owned();
    terminal.hint(&format!("Calling {to} from {own}."), &format!("Llamando al {to} desde el {own}."));
    terminal.hint(HELP_EN, HELP_ES);
    line.send(FromPhone::Dial { to }).await.map_err(|error| error.to_string())?;
    let mut keyboard = terminal::keyboard();
    let mut answered = false;
    let mut typing = true;
    loop {
        tokio::select! {
            typed = keyboard.recv(), if typing => match typed {
                Some(typed) => {
                    if let Some(message) = message(&typed, terminal) {
                        line.send(message).await.map_err(|error| error.to_string())?;
                    }
                }
                // The pipe has ended; the call goes on until somebody hangs up.
                None => typing = false,
            },
            heard = line.next() => {
                let Some(heard) = heard else { return Err(LineError::Lost.to_string()) };
                terminal.told(&heard);
                match heard {
                    ToPhone::Answered => answered = true,
                    ToPhone::Ended { .. } => {
                        return Ok(if answered { ExitCode::SUCCESS } else { ExitCode::FAILURE });
                    }
                    ToPhone::Error { .. } if !answered => return Ok(ExitCode::FAILURE),
                    _ => {}
                }
            }
        }
    }
}

/// The number asked for, or the carrier's first.
pub(super) fn number_to_dial(line: &Line, to: Option<&str>) -> Result<String, String> {
    match to {
        Some(to) => {
            Number::parse(to).map(|number| number.reveal().to_owned()).map_err(|error| format!("--to: {error}"))
        }
        None => line
            .usual_number()
            .map(str::to_owned)
            .ok_or_else(|| "the local carrier knows no number to dial: name one with --to".to_owned()),
    }
}

fn message(typed: &str, terminal: &mut Terminal) -> Option<FromPhone> {
    match terminal::read(typed) {
        Typed::Keys(digits) => Some(FromPhone::Key { digits }),
        Typed::Words(text) => Some(FromPhone::Say { text }),
        Typed::Command(verb, _) if matches!(verb.as_str(), "hangup" | "bye" | "quit") => Some(FromPhone::Hangup),
        Typed::Command(..) => {
            terminal.hint(HELP_EN, HELP_ES);
            None
        }
        Typed::Nothing => None,
    }
}
