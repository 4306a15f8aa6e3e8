//! The commands: one file each. `carelane` alone is `carelane serve`.

pub mod audit;
pub mod call;
pub mod check;
pub mod fallback;
mod folded;
pub mod journal;
pub mod pilot;
pub mod pin;
pub mod report;
pub mod serve;
pub mod sim;
pub mod sounds;

use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;

const AFTER_HELP: &str = "\
Examples:
  carelane                     start the demo practice on the built-in carrier
  carelane call                call it, from a second terminal
  carelane call --as ana       be the assistant Ana
  carelane check flows         check flow files";

/// carelane answers a medical practice's phone.
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls (what plain `carelane` does).
    Serve(Box<serve::Args>),
    Check(check::Args),
    Call(call::Args),
    Journal(journal::Args),
    Sim(sim::Args),
    Fallback(fallback::Args),
    Pin(pin::Args),
    Sounds(sounds::Args),
    Audit(audit::Args),
    Report(report::Args),
    Pilot(pilot::Args),
}

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Serve(Box::new(cli.serve))) {
        Command::Serve(args) => in_runtime(serve::run(*args)),
        Command::Check(args) => check::run(&args),
        Command::Call(args) => in_runtime(call::run(args)),
        Command::Journal(args) => journal::run(&args),
        Command::Sim(args) => sim::run(&args),
        Command::Fallback(args) => fallback::run(&args),
        Command::Pin(args) => pin::run(&args),
        Command::Sounds(args) => sounds::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Pilot(args) => pilot::run(&args),
    }
}

fn in_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(command);
            // A terminal's blocked read of a line must not hold the end up.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprintln!("carelane: the system gives us no threads or no event queue: {error}");
            ExitCode::from(2)
        }
    }
}

/// Tokio's threads: one processor is left to the desk, which owns the floor and writes the journal. With as many
/// workers as processors, each batch that the desk lets go costs more switches between threads than it has answers.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn without_an_example(command: &clap::Command, name: &str, found: &mut Vec<String>) {
        if !command.get_after_help().is_some_and(|help| help.to_string().contains("Examples:")) {
            found.push(name.to_owned());
        }
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            without_an_example(sub, &format!("{name} {}", sub.get_name()), found);
        }
    }

    #[test]
    fn the_help_of_every_command_has_an_example() {
        let mut found = Vec::new();
        without_an_example(&Cli::command(), "carelane", &mut found);
        assert!(found.is_empty(), "{found:?}");
    }
}
