//! `carelane fallback`: the static document to host at the carrier, for when carelane's host is down.
//!
//! It is optional: nothing depends on it. It holds no personal data and asks for nothing.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::flow::check_folder;
use crate::flow::demo;
use crate::render::twiml;

const AFTER_HELP: &str = "\
Examples:
  carelane fallback                     print it
  carelane fallback > fallback.xml      then host it at the carrier as the number's fallback URL";

/// Print the document a caller hears while carelane cannot be reached.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The practice's flow file [default: the first practice of the folder `flows`, or the built-in demo]
    pub path: Option<PathBuf>,
}

/// Runs the command: 0 printed, 1 the flow file has errors, 2 it cannot be read.
pub fn run(args: &Args) -> ExitCode {
    let files = match super::serve::flow_files(args.path.as_deref()) {
        Ok(files) => files,
        Err(message) => {
            eprintln!("carelane fallback: {message}");
            return ExitCode::from(2);
        }
    };
    let files = files.unwrap_or_else(|| demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec());
    let checked = check_folder(&files);
    let Some((_, _, flow)) = checked.flows.first() else {
        eprintln!("carelane fallback: there is no sound flow file here; `carelane check` says what is wrong");
        return ExitCode::from(1);
    };
    let document = twiml::fallback(flow);
    // A closed pipe is the reader's decision.
    let _ = std::io::stdout().write_all(&document).and_then(|()| std::io::stdout().write_all(b"\n"));
    ExitCode::SUCCESS
}
