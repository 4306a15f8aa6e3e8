//! `carelane call`: a phone in the terminal, for a patient, an assistant, or a written call.
//!
//! Line mode, so that it also works over pipes: a line of one key is a key, other text is speech. It talks to the
//! local carrier by websocket and, for an assistant, to the public API. It makes no sound and never reads the clock:
//! times shown are the carrier's.

mod assistant;
mod patient;
mod terminal;

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::carrier::local::Api;
use crate::carrier::local::FromPhone;
use crate::carrier::local::Line;
use crate::carrier::local::Role;
use crate::carrier::local::script;
use crate::carrier::local::script::Desk;
use crate::carrier::local::script::Script;
use crate::vocab::Number;
use crate::vocab::Private;

use terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  carelane call                       be a patient: dial the demo's number
  carelane call --as ana              be the assistant Ana: sign in and take calls
  carelane call --from +15550101234   call from a number of your choice
  carelane call --from +15550100201 --to +15550100199
                                      be Ana without a computer: the staff number, her PIN and keys
  carelane call --script refill.call  run a written call; exit code 1 if an expectation is not met

A written call has one step a line; `#` begins a comment:
  dial                                the practice's number, or `dial +15550100100`
  expect \"Riverside\"                  heard from the carrier or said by the other party
  key 1, say \"I need a refill\"        presses, speaks
  expect-listening, expect-music, expect-joined within 60s, expect-ended
  wait 2s, hangup
An assistant's (with --as) also: ready, away, expect-incoming, answer, transfer LANE,
  close OUTCOME field=\"text\" …

carelane must be running with its local carrier: `cargo run` in another terminal.";

/// A phone in the terminal.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The number to dial [default: the practice's first number]
    #[arg(long, value_name = "NUMBER", conflicts_with = "agent")]
    pub to: Option<String>,
    /// Your own number; `+266696687` is what carriers send for an anonymous caller [default: a free one]
    #[arg(long, value_name = "NUMBER", conflicts_with = "agent")]
    pub from: Option<String>,
    /// Work as this assistant (her id in the team file)
    #[arg(long = "as", value_name = "AGENT")]
    pub agent: Option<String>,
    /// The local carrier [default: the address in DATA/local-carrier, else ws://127.0.0.1:8081]
    #[arg(long, value_name = "URL")]
    pub carrier: Option<String>,
    /// carelane's origin [default: the one in DATA/api-url, else http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// The data folder of the running carelane, where its addresses and API token are found
    #[arg(long, value_name = "DIR", default_value = "data", env = "CARELANE_DATA")]
    pub data: PathBuf,
    /// Run this written call instead of a conversation
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Language of this phone's own hints
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = ["en", "es"])]
    pub lang: String,
}

/// Where a phone finds carelane.
struct Places {
    carrier: String,
    api: String,
    token: Private<String>,
}

/// Runs the command: 0 when the call (or script) went well, 1 when not, 2 when it could not begin.
pub async fn run(args: Args) -> ExitCode {
    let mut terminal = Terminal::new(&args.lang);
    match start(&args, &mut terminal).await {
        Ok(code) => code,
        Err(message) => {
            terminal.problem(&message);
            ExitCode::from(2)
        }
    }
}

async fn start(args: &Args, terminal: &mut Terminal) -> Result<ExitCode, String> {
    let places = places(args);
    let script = args.script.as_deref().map(read_script).transpose()?;
    let desk = match &args.agent {
        Some(agent) => Some(Desk { api: Api::new(&places.api, places.token.clone()), agent: agent.clone() }),
        None => None,
    };
    let number = match &desk {
        Some(desk) => Some(agent_number(desk).await?),
        None => args.from.as_deref().map(number).transpose()?,
    };
    let role = if desk.is_some() { Role::Assistant } else { Role::Patient };
    let line = Line::connect(&places.carrier, number.as_ref(), role).await.map_err(|error| error.to_string())?;
    match (script, desk) {
        (Some(script), desk) => run_script(&script, line, desk, args.to.as_deref(), terminal).await,
        (None, Some(desk)) => assistant::work(line, desk, terminal).await,
        (None, None) => patient::call(line, args.to.as_deref(), terminal).await,
    }
}

/// Runs a written call; a patient's call that does not dial by itself is dialled first, an assistant is signed in.
async fn run_script(
    script: &Script,
    mut line: Line,
    desk: Option<Desk>,
    to: Option<&str>,
    terminal: &mut Terminal,
) -> Result<ExitCode, String> {
    match &desk {
        Some(desk) => desk.api.set_state(&desk.agent, "available").await.map_err(|error| error.to_string())?,
        None if script.dials() => {}
        None => {
            let to = patient::number_to_dial(&line, to)?;
            line.send(FromPhone::Dial { to }).await.map_err(|error| error.to_string())?;
        }
    }
    let outcome = script::run(script, &mut line, desk.as_ref(), |text| terminal.line(text)).await;
    if let Some(desk) = &desk {
        // Signed out whatever happened, so that no caller is rung to a phone that is gone.
        let _ = desk.api.set_state(&desk.agent, "logged_out").await;
    }
    Ok(match outcome {
        Ok(_) => {
            terminal.line("every expectation was met");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            terminal.problem(&failure.to_string());
            ExitCode::FAILURE
        }
    })
}

fn read_script(path: &Path) -> Result<Script, String> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("the script {name} cannot be read: {error}"))?;
    let script = Script::parse(&name, &text).map_err(|error| error.to_string())?;
    if script.is_empty() {
        return Err(format!("there is no step in the script {name}; a call begins with `dial`"));
    }
    Ok(script)
}

fn places(args: &Args) -> Places {
    let carrier = args.carrier.clone().or_else(|| first_line(&args.data.join("local-carrier")));
    let carrier = carrier.unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    let carrier = if carrier.contains("://") { carrier } else { format!("ws://{carrier}") };
    let api = args.api.clone().or_else(|| first_line(&args.data.join("api-url")));
    let api = api.unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let token = std::env::var("CARELANE_API_TOKEN").ok().filter(|token| !token.is_empty());
    let token = token.or_else(|| first_line(&args.data.join("api-token"))).unwrap_or_default();
    Places { carrier, api, token: Private::new(token) }
}

fn first_line(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn number(text: &str) -> Result<Number, String> {
    Number::parse(text).map_err(|error| format!("--from and --to: {error}"))
}

/// The assistant's own phone, from the team file as carelane shows it.
async fn agent_number(desk: &Desk) -> Result<Number, String> {
    let address = desk.api.address(&desk.agent).await.map_err(|error| error.to_string())?;
    let Some(address) = address else {
        return Err(format!(
            "there is no assistant `{}` in the team file: ids are listed there under `agents`",
            desk.agent
        ));
    };
    Number::parse(&address).map_err(|_| format!("the phone of `{}` in the team file is no E.164 number", desk.agent))
}
