//! `carelane pin`: a line of the PINs file for one assistant.
//!
//! The PIN is asked for without being shown, and kept nowhere.

use std::io::BufRead as _;
use std::io::IsTerminal as _;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;

use crate::server::pin_line;
use crate::vocab::Private;

const AFTER_HELP: &str = "\
Examples:
  carelane pin ana                          asks for Ana's PIN and prints her line
  carelane pin ana >> /etc/carelane/pins    adds it to the file that CARELANE_PINS_FILE names
  echo 90417 | carelane pin ana             reads the PIN from a pipe

A PIN has 4 to 10 digits; take 6 or more. `kill -HUP` makes a running carelane read the file again.";

/// Make an assistant's line of the PINs file.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The assistant's id in the team file
    pub agent: String,
}

/// Runs the command: 0 printed, 1 no PIN to be used, 2 nothing could be read.
pub fn run(args: &Args) -> ExitCode {
    let fail = |code: u8, why: String| {
        eprintln!("carelane pin: {why}");
        ExitCode::from(code)
    };
    let pin = match typed() {
        Ok(pin) => pin,
        Err(why) => return fail(2, why),
    };
    match pin {
        Some(pin) => match pin_line(&args.agent, &pin) {
            Ok(line) => {
                println!("{line}");
                ExitCode::SUCCESS
            }
            Err(why) => fail(1, why),
        },
        None => fail(1, "the two PINs differ; nothing was made".to_owned()),
    }
}

/// The PIN; at a terminal typed twice, and `None` if the two differ.
fn typed() -> Result<Option<Private<String>>, String> {
    if !std::io::stdin().is_terminal() {
        return line().map(Some);
    }
    let _silent = Silence::begin()?;
    eprint!("PIN (not shown): ");
    let first = line();
    eprint!("\nOnce more: ");
    let second = line();
    eprintln!();
    let (first, second) = (first?, second?);
    Ok((first == second).then_some(first))
}

fn line() -> Result<Private<String>, String> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).map_err(|e| format!("the PIN cannot be read: {e}"))?;
    Ok(Private::new(text.trim().to_owned()))
}

/// The terminal shows nothing of what is typed, until this ends.
struct Silence;

impl Silence {
    fn begin() -> Result<Self, String> {
        let silent = stty("-echo");
        if silent { Ok(Self) } else { Err("the terminal cannot be kept silent; pipe the PIN in instead".to_owned()) }
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that does not obey; `stty echo` by hand restores it.
        stty("echo");
    }
}

fn stty(how: &str) -> bool {
    let done = Command::new("stty").arg(how).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}
