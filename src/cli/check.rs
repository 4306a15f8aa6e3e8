//! `carelane check`: reads flow and team files and tells everything that is wrong with them, at once.
//!
//! It only reads and prints; the rules are in `flow`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::io::IsTerminal;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use super::serve::FLOWS_DEFAULT;
use super::serve::is_flow_file;
use super::sounds::missing;
use crate::flow::Checked;
use crate::flow::Diagnostic;
use crate::flow::Flow;
use crate::flow::Severity;
use crate::flow::Step;
use crate::flow::Target;
use crate::flow::Team;
use crate::flow::check_folder;
use crate::flow::demo;
use crate::flow::text;
use crate::vocab::limit::FLOW_BYTES_MAX;

/// Files of one run; a folder with more is not a folder of flows.
const FILES_MAX: usize = 1_000;

const AFTER_HELP: &str = "\
Examples:
  carelane check                           the folder `flows`, or the built-in demo if there is none
  carelane check flows/riverside.yaml      one practice, with the team file that lies beside it
  carelane check --json | jq '.problems[]' for editors and scripts

Exit code: 0 no error (warnings may be printed), 1 at least one error, 2 a file cannot be read.";

/// Checks flow and team files and prints every problem with its place, its reason and what to do.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Folders or files [default: the folder `flows`, or the built-in demo if it does not exist]
    pub path: Vec<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long)]
    pub json: bool,
    /// The folder of sounds: prompts that have none there are noted
    #[arg(long, env = "CARELANE_SOUNDS", value_name = "DIR", default_value = "sounds")]
    pub sounds: PathBuf,
}

/// Runs the command: 0 without errors, 1 with errors, 2 if something cannot be read.
pub fn run(args: &Args) -> ExitCode {
    let mut stdout = io::stdout().lock();
    let colour = stdout.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    match check(args, Path::new(FLOWS_DEFAULT), colour, &mut stdout) {
        Ok(code) => ExitCode::from(code),
        // Nobody reads any more (`carelane check | head`): not worth a message.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(stop) => {
            let message = match stop {
                Stop::Output(error) => format!("cannot print: {error}"),
                Stop::Input(message) => message,
            };
            // Standard error is the last place to say it; if that fails too, the exit code remains.
            _ = writeln!(io::stderr(), "carelane check: {message}");
            ExitCode::from(2)
        }
    }
}

/// Why the command ended before its end.
#[derive(Debug)]
enum Stop {
    Input(String),
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn check(args: &Args, default: &Path, colour: bool, out: &mut impl Write) -> Result<u8, Stop> {
    let (files, asked) = files(args, default)?;
    let builtin = asked.is_none();
    let mut checked = check_folder(&files);
    if let Some(asked) = asked {
        // A team beside a single practice was only read to check it with.
        checked.flows.retain(|(path, _, _)| asked.contains(path));
    }
    let errors = checked.problems.iter().filter(|p| p.severity == Severity::Error).count();
    if args.json {
        let silent = checked.flows.iter().filter_map(|(_, _, f)| missing(f, checked.team_of(f), &args.sounds));
        let report = serde_json::json!({
            "demo": builtin,
            "files": files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            "errors": errors,
            "warnings": checked.problems.len() - errors,
            "problems": checked.problems,
            "prompts_without_sound": silent.sum::<usize>(),
        });
        writeln!(out, "{report:#}")?;
    } else {
        if builtin {
            writeln!(out, "There is no folder `{}`: this is the built-in demo practice.\n", default.display())?;
        }
        print(&files, &checked, errors, colour, out)?;
        note_sounds(&checked, &args.sounds, out)?;
    }
    out.flush()?;
    Ok(u8::from(errors > 0))
}

fn print(
    files: &[(String, String)],
    checked: &Checked,
    errors: usize,
    colour: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    for problem in &checked.problems {
        let source = files.iter().find(|(path, _)| *path == problem.path).map_or("", |(_, text)| text);
        writeln!(out, "{}\n", problem.render(source, colour))?;
    }
    if errors > 0 {
        let mut refused: BTreeSet<&str> = BTreeSet::new();
        let is_error = |p: &&Diagnostic| p.severity == Severity::Error;
        refused.extend(checked.problems.iter().filter(is_error).map(|p| p.path.as_str()));
        let refused: Vec<&str> = refused.into_iter().collect();
        return writeln!(out, "{}; nothing was loaded from {}", counted(errors, "error"), refused.join(", "));
    }
    for (path, _, flow) in &checked.flows {
        write!(out, "{}", summary(path, flow, &checked.teams))?;
    }
    match checked.problems.len() {
        0 => writeln!(out, "No problems."),
        warnings => writeln!(out, "No errors; {}.", counted(warnings, "warning")),
    }
}

/// Where carelane plays the audio itself, a prompt without a sound is spoken by the carrier: worth a note, no error.
fn note_sounds(checked: &Checked, sounds: &Path, out: &mut impl Write) -> io::Result<()> {
    for (path, _, flow) in &checked.flows {
        if let Some(missing @ 1..) = missing(flow, checked.team_of(flow), sounds) {
            let what = if missing == 1 { "prompt has" } else { "prompts have" };
            writeln!(
                out,
                "Note: {missing} {what} no sound in `{}`; that matters with CARELANE_MEDIA=stream only.",
                sounds.display()
            )?;
            writeln!(out, "      `carelane sounds list --missing` names them ({path}).")?;
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One practice in a few lines: what a caller can press, and how many people are behind it.
fn summary(path: &str, flow: &Flow, teams: &[(String, String, Team)]) -> String {
    let languages = flow.languages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut lines = format!("{path}: {} ({languages})\n", flow.name);
    let language = flow.default_language();
    if let Some(Step::Menu(menu)) = flow.steps.get(&flow.start) {
        let keys: Vec<String> =
            menu.choices.iter().map(|(key, choice)| format!("{key} {}", led_to(&choice.to))).collect();
        // Writing to a String cannot fail.
        _ = writeln!(lines, "  keys    {}", keys.join(", "));
    }
    let groups: BTreeSet<_> = flow.lanes.iter().flat_map(|l| &l.serving).flat_map(|t| &t.groups).collect();
    for lane in &flow.lanes {
        let within = lane.answer_within;
        let mark = if lane.clinical { ", clinical" } else { "" };
        let name = text(&lane.name, language);
        _ = writeln!(lines, "  lane    {} ({name}{mark}): answered within {within}", lane.id);
    }
    let members = |team: &Team| team.agents.iter().filter(|a| a.groups.iter().any(|g| groups.contains(g))).count();
    if let Some((team_path, _, team)) = teams.iter().find(|(_, _, team)| team.id == flow.team) {
        _ = writeln!(lines, "  team    {}, from {team_path}", counted(members(team), "assistant"));
    }
    lines.push('\n');
    lines
}

fn led_to(target: &Target) -> String {
    match target {
        Target::Lane(lane) => lane.to_string(),
        Target::Step(step) => step.to_string(),
        Target::Language(language) => language.to_string(),
        Target::Person => "a person".to_owned(),
        Target::Repeat => "repeat".to_owned(),
    }
}

/// Path and text of every file, in order.
type Files = Vec<(String, String)>;

/// The files to check, and the paths that were asked for; none if it is the embedded demo.
fn files(args: &Args, default: &Path) -> Result<(Files, Option<BTreeSet<String>>), Stop> {
    if args.path.is_empty() && !default.exists() {
        return Ok((demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec(), None));
    }
    let given: Vec<&Path> =
        if args.path.is_empty() { vec![default] } else { args.path.iter().map(PathBuf::as_path).collect() };
    let mut paths = BTreeSet::new();
    let mut beside = BTreeSet::new();
    for path in given {
        if path.is_dir() {
            let in_folder = flow_files(path)?;
            if in_folder.is_empty() {
                let what = format!("`{}` holds no flow file: a practice is `<practice>.yaml`", path.display());
                return Err(Stop::Input(what));
            }
            paths.extend(in_folder);
        } else {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // A practice is checked with its team, which the folder check finds by name.
            let teams = if folder.is_dir() { flow_files(folder)? } else { BTreeSet::new() };
            let is_team =
                |p: &PathBuf| p.to_string_lossy().ends_with(".team.yaml") && p.file_name() != path.file_name();
            beside.extend(teams.into_iter().filter(is_team));
            paths.insert(path.to_path_buf());
        }
    }
    let asked: BTreeSet<String> = paths.iter().map(|p| p.display().to_string()).collect();
    let mut files = Vec::new();
    for path in paths.iter().chain(beside.difference(&paths)) {
        files.push((path.display().to_string(), read(path)?));
    }
    Ok((files, Some(asked)))
}

/// The YAML files of a folder, by name.
fn flow_files(folder: &Path) -> Result<BTreeSet<PathBuf>, Stop> {
    let cannot = |error: io::Error| Stop::Input(format!("cannot read the folder `{}`: {error}", folder.display()));
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if !is_hidden && is_flow_file(&path) {
            found.insert(path);
        }
        if found.len() > FILES_MAX {
            return Err(Stop::Input(format!("`{}` holds more than {FILES_MAX} files", folder.display())));
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String, Stop> {
    let cannot = |what: String| Stop::Input(format!("cannot read `{}`: {what}", path.display()));
    let mut bytes = Vec::new();
    // One byte more than is allowed shows that there is more; a wrong path may lead to gigabytes.
    let limit = u64::try_from(FLOW_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let file = std::fs::File::open(path).map_err(|e| cannot(e.to_string()))?;
    file.take(limit).read_to_end(&mut bytes).map_err(|e| cannot(e.to_string()))?;
    if bytes.len() > FLOW_BYTES_MAX {
        return Err(cannot(format!("it is larger than {FLOW_BYTES_MAX} bytes; is it a flow file?")));
    }
    String::from_utf8(bytes).map_err(|_| cannot("it is no UTF-8 text; save it as UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exit code, and what is printed.
    fn checked(path: &[&str], json: bool) -> (Result<u8, String>, String) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let args = Args { path: path.iter().map(|p| root.join(p)).collect(), json, sounds: root.join("sounds") };
        let mut out = Vec::new();
        let code = check(&args, Path::new("/no/such/folder"), false, &mut out).map_err(|stop| format!("{stop:?}"));
        (code, String::from_utf8_lossy(&out).into_owned())
    }

    #[test]
    fn without_a_folder_the_demo_is_checked_and_that_is_said() {
        let (code, printed) = checked(&[], false);
        assert_eq!(code, Ok(0));
        for words in ["built-in demo", "Riverside Family Medicine", "5 clinical", "10 assistants", "No problems."] {
            assert!(printed.contains(words), "{words}: {printed}");
        }
    }

    #[test]
    fn a_single_practice_is_checked_with_the_team_beside_it() {
        let (code, printed) = checked(&["tests/flows/clinic.yaml"], false);
        assert_eq!(code, Ok(0), "{printed}");
        assert!(printed.contains("Elm Clinic") && printed.contains("3 assistants"), "{printed}");
    }

    #[test]
    fn errors_are_printed_or_given_as_json_with_exit_code_one() {
        let (code, printed) = checked(&["tests/flows/broken/alias-bomb.yaml"], false);
        assert_eq!(code, Ok(1));
        assert!(printed.contains("error[yaml::size]") && printed.contains("1 error; nothing was loaded"), "{printed}");
        let (code, printed) = checked(&["tests/flows/broken/alias-bomb.yaml"], true);
        assert_eq!(code, Ok(1));
        let report: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!((&report["errors"], &report["problems"][0]["line"]), (&1.into(), &7.into()));
    }

    #[test]
    fn the_arguments_are_sound() {
        <Args as clap::Args>::augment_args(clap::Command::new("check")).debug_assert();
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let (code, _) = checked(&["tests/flows/no-such.yaml"], false);
        assert!(code.is_err_and(|e| e.contains("no-such.yaml")));
        assert!(checked(&["tests/it"], false).0.is_err_and(|e| e.contains("holds no flow file")));
    }
}
