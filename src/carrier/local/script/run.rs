//! Runs a script on a phone: does its steps in order and stops at the first expectation that is not met.

use std::fmt;
use std::time::Duration;

use super::Script;
use super::Step;
use super::What;
use crate::carrier::local::Api;
use crate::carrier::local::Closing;
use crate::carrier::local::FromPhone;
use crate::carrier::local::Line;
use crate::carrier::local::LineError;
use crate::carrier::local::ToPhone;

/// How many lines of what was heard a failure shows.
const SHOWN_MAX: usize = 12;

/// An assistant's means beside the phone.
pub struct Desk {
    /// The public API.
    pub api: Api,
    /// The assistant's id.
    pub agent: String,
}

/// What was heard and done, one line each, with the call's time.
pub type Transcript = Vec<String>;

/// A step that did not do what the script expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file's name.
    pub name: String,
    /// The step's line.
    pub line: usize,
    /// What was expected and what happened instead.
    pub message: String,
    /// What was heard since the last expectation that was met.
    pub heard: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.name, self.line, self.message)?;
        if self.heard.is_empty() {
            return f.write_str("\n  heard since the step before: nothing");
        }
        f.write_str("\n  heard since the step before:")?;
        let skipped = self.heard.len().saturating_sub(SHOWN_MAX);
        if skipped > 0 {
            write!(f, "\n    ({skipped} earlier lines)")?;
        }
        self.heard.iter().skip(skipped).try_for_each(|line| write!(f, "\n    {line}"))
    }
}

impl std::error::Error for Failure {}

/// Runs a script on a registered phone; `show` gets each line as it happens. A desk is needed for an assistant's steps.
pub async fn run(
    script: &Script,
    line: &mut Line,
    desk: Option<&Desk>,
    mut show: impl FnMut(&str),
) -> Result<Transcript, Failure> {
    let mut runner = Runner { line, desk, all: Vec::new(), fresh: Vec::new(), call: None };
    for (number, step) in &script.steps {
        let before = runner.all.len();
        let outcome = runner.step(step).await;
        runner.all[before..].iter().for_each(|line| show(line));
        if let Err(message) = outcome {
            return Err(Failure { name: script.name.clone(), line: *number, message, heard: runner.fresh });
        }
    }
    Ok(runner.all)
}

struct Runner<'r> {
    line: &'r mut Line,
    desk: Option<&'r Desk>,
    all: Transcript,
    /// Heard since the last expectation that was met.
    fresh: Vec<String>,
    /// The assistant's latest call, kept because the floor forgets it when it is closed.
    call: Option<String>,
}

impl Runner<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Expect { what, within } => self.expect(what, *within).await,
            Step::Wait(time) => self.wait(*time).await,
            Step::Dial(number) => {
                let usual = || self.line.usual_number().map(str::to_owned);
                let to = number.clone().or_else(usual).ok_or("the carrier has no number to dial: write dial +1555…")?;
                self.send(FromPhone::Dial { to }).await
            }
            Step::Key(digits) => self.send(FromPhone::Key { digits: digits.clone() }).await,
            Step::Say(text) => self.send(FromPhone::Say { text: text.clone() }).await,
            Step::Answer => self.send(FromPhone::Answer).await,
            Step::HangUp => self.send(FromPhone::Hangup).await,
            Step::Ready => self.state("available").await,
            Step::Away => self.state("not_ready").await,
            Step::Transfer(lane) => {
                let call = self.own_call().await?;
                self.desk()?.api.transfer(&call, lane).await.map_err(|error| error.to_string())
            }
            Step::Close { outcome, note } => {
                let call = self.own_call().await?;
                let desk = self.desk()?;
                match desk.api.close(&call, outcome, note, &desk.agent).await {
                    Ok(Closing::Closed { .. }) => Ok(()),
                    Ok(Closing::Refused { missing, reason, .. }) => {
                        Err(format!("the note was refused: {reason} (missing: {})", missing.join(", ")))
                    }
                    Err(error) => Err(error.to_string()),
                }
            }
        }
    }

    async fn send(&mut self, message: FromPhone) -> Result<(), String> {
        self.line.send(message).await.map_err(|error| error.to_string())
    }

    fn desk(&self) -> Result<&Desk, String> {
        self.desk.ok_or_else(|| "this step is an assistant's: run the script with --as".to_owned())
    }

    async fn state(&mut self, state: &str) -> Result<(), String> {
        let desk = self.desk()?;
        desk.api.set_state(&desk.agent, state).await.map_err(|error| error.to_string())
    }

    async fn own_call(&mut self) -> Result<String, String> {
        let desk = self.desk()?;
        let agent = desk.agent.clone();
        let found = desk.api.call_of(&agent).await.map_err(|error| error.to_string())?;
        if let Some(id) = found.as_ref().and_then(|call| call["call"].as_str()) {
            self.call = Some(id.to_owned());
        }
        self.call.clone().ok_or_else(|| format!("{agent} has no call that could be closed or transferred"))
    }

    /// Lets time pass; what is heard meanwhile can still be expected afterwards.
    async fn wait(&mut self, time: Duration) -> Result<(), String> {
        self.line.pause(time.as_secs_f64()).await;
        Ok(())
    }

    async fn expect(&mut self, what: &What, within: Duration) -> Result<(), String> {
        let watch = tokio::time::sleep(within);
        tokio::pin!(watch);
        loop {
            let message = tokio::select! {
                message = self.line.next() => message,
                () = &mut watch => return Err(format!("expected {what} within {} s", within.as_secs_f64())),
            };
            let Some(message) = message else { return Err(format!("expected {what}, but {}", LineError::Lost)) };
            if let Some(line) = told(&message) {
                self.all.push(line.clone());
                self.fresh.push(line);
            }
            if met(what, &message) {
                self.fresh.clear();
                return Ok(());
            }
            match message {
                ToPhone::Ended { reason, .. } if *what != What::Incoming => {
                    return Err(format!("expected {what}, but the call ended: {reason}"));
                }
                ToPhone::Error { message } => return Err(format!("expected {what}, but the carrier says: {message}")),
                _ => {}
            }
        }
    }
}

fn met(what: &What, message: &ToPhone) -> bool {
    match (what, message) {
        (What::Words(wanted), ToPhone::Heard { text, .. } | ToPhone::Other { text, .. }) => {
            plain(text).contains(&plain(wanted))
        }
        (What::Music, ToPhone::Music { .. })
        | (What::Listening, ToPhone::Listening { .. })
        | (What::Joined, ToPhone::Joined { parties: 2.., .. })
        | (What::Incoming, ToPhone::Incoming { .. })
        | (What::Ended, ToPhone::Ended { .. }) => true,
        _ => false,
    }
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// One line for a transcript, with the call's time; also what the terminal phone prints.
pub(crate) fn told(message: &ToPhone) -> Option<String> {
    let at = |ms: u64| format!("{:>3}:{:02}", ms / 60_000, ms / 1_000 % 60);
    Some(match message {
        ToPhone::Registered { .. } => return None,
        ToPhone::Beep => "        ♪ a tone".to_owned(),
        ToPhone::Ringing => "        ringing".to_owned(),
        ToPhone::Incoming { from } => format!("        incoming call from {from}"),
        ToPhone::Answered => "  0:00  answered".to_owned(),
        ToPhone::Heard { text, language, at_ms, .. } => format!("{}  carelane: \"{text}\" ({language})", at(*at_ms)),
        ToPhone::Music { seconds, at_ms } => format!("{}  ♪ {} s of music", at(*at_ms), seconds.round()),
        ToPhone::Listening { dtmf, speech, seconds, at_ms } => {
            let what = match (dtmf, speech) {
                (true, true) => "press a key or type what you would say",
                (true, false) => "press a key",
                _ => "type what you would say",
            };
            format!("{}  [{what}; {seconds} s]", at(*at_ms))
        }
        ToPhone::Joined { parties: 2.., at_ms } => format!("{}  joined: you can talk to each other", at(*at_ms)),
        ToPhone::Joined { at_ms, .. } => format!("{}  the other side has left", at(*at_ms)),
        ToPhone::Other { text, at_ms } => format!("{}  other side: \"{text}\"", at(*at_ms)),
        ToPhone::Ended { reason, seconds } => {
            format!("        call ended after {}:{:02}: {reason}", seconds / 60, seconds % 60)
        }
        ToPhone::Error { message } => format!("        error: {message}"),
    })
}
