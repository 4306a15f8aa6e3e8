//! Flow files of a running carelane: read, checked, and offered to the floor. A broken file changes nothing.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use ring::digest;
use serde::Serialize;
use tracing::error;
use tracing::warn;

use super::settings::Opening;
use crate::engine::Engine;
use crate::floor::Floor;
use crate::floor::event::Event;
use crate::floor::event::FlowFile;
use crate::floor::event::TeamFile;
use crate::flow::Checked;
use crate::flow::Diagnostic;
use crate::flow::Flow;
use crate::flow::Hours;
use crate::flow::Severity;
use crate::flow::check_folder;
use crate::flow::demo;
use crate::server::LoadedFile;
use crate::vocab::limit::FLOW_BYTES_MAX;

/// Where flow files are unless somebody says otherwise.
pub(in crate::cli) const FLOWS_DEFAULT: &str = "flows";

/// What was read, and how it fared.
pub(super) struct Read {
    pub(super) checked: Checked,
    /// Files with their texts, for showing problems in them.
    files: Vec<(String, String)>,
    /// No folder: the embedded demo.
    pub(super) is_demo: bool,
    /// Why nothing could be read.
    pub(super) unreadable: Option<String>,
}

/// Reads and checks the folder, as at a start: what cannot be read is no reason to take the line down.
pub(super) fn read_at_start(named: Option<&Path>, opening: Opening) -> Read {
    read(named, opening).unwrap_or_else(|why| Read {
        checked: Checked::default(),
        files: Vec::new(),
        is_demo: false,
        unreadable: Some(why),
    })
}

/// Reads and checks the folder; where nobody named one and there is none, the demo. `opening` may overrule the files'
/// hours.
pub(super) fn read(named: Option<&Path>, opening: Opening) -> Result<Read, String> {
    flow_files(named).map(|found| checked(found, opening))
}

/// Is there a practice besides the demo? Nobody can own the demo's numbers, so they tell.
pub(super) fn serves_others_than_the_demo(floor: &Floor) -> bool {
    let demo = read_demo(Opening::Calendar).checked;
    let is_demo = |served: &Arc<Flow>| demo.flows.iter().any(|(_, _, demo)| demo.numbers == served.numbers);
    floor.flows().any(|served| !is_demo(served))
}

/// The embedded demo.
pub(super) fn read_demo(opening: Opening) -> Read {
    checked(None, opening)
}

fn checked(found: Option<Vec<(String, String)>>, opening: Opening) -> Read {
    let is_demo = found.is_none();
    let files = found.unwrap_or_else(|| demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec());
    let mut checked = check_folder(&files);
    if opening == Opening::Always {
        for (_, _, flow) in &mut checked.flows {
            flow.hours = Hours::always();
        }
    }
    Read { checked, files, is_demo, unreadable: None }
}

/// By its name; one that is misspelt is reported rather than passed over in silence.
pub(in crate::cli) fn is_flow_file(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

/// The folder's YAML files with their texts, in order; `None` if nobody named one and the usual one does not exist.
/// A folder that somebody named must be there: callers of a real practice must not meet the demo for a slip in a path.
pub(in crate::cli) fn flow_files(named: Option<&Path>) -> Result<Option<Vec<(String, String)>>, String> {
    let folder = named.unwrap_or(Path::new(FLOWS_DEFAULT));
    if !folder.exists() {
        return named.map_or(Ok(None), |named| {
            Err(format!(
                "there is no file or folder `{}` with flow files; correct the path, or name none: then it is the \
                 folder `{FLOWS_DEFAULT}`, or the built-in demo",
                named.display()
            ))
        });
    }
    let cannot = |what: &Path, error: &std::io::Error| format!("cannot read {}: {error}", what.display());
    let mut paths = if folder.is_file() { vec![folder.to_owned()] } else { Vec::new() };
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(|e| cannot(folder, &e))? {
            let path = entry.map_err(|e| cannot(folder, &e))?.path();
            if is_flow_file(&path) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let size = std::fs::metadata(&path).map_err(|e| cannot(&path, &e))?.len();
        if usize::try_from(size).unwrap_or(usize::MAX) > FLOW_BYTES_MAX {
            return Err(format!("{} is larger than 1 MiB: that is no flow file", path.display()));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| cannot(&path, &e))?;
        files.push((path.display().to_string(), text));
    }
    Ok(Some(files))
}

/// The flows of a folder that are free of errors, with their files' hours; of the demo, if there is no folder.
pub(in crate::cli) fn given_flows(named: Option<&Path>) -> Result<Vec<FlowFile>, String> {
    let mut flows = Vec::new();
    for (_, text, flow) in read(named, Opening::Calendar)?.checked.flows {
        let hash = version(&text, &flow).map_err(|()| "a checked flow cannot be written down".to_owned())?;
        flows.push(FlowFile { hash, text: text.into(), flow: Arc::new(flow) });
    }
    Ok(flows)
}

impl Read {
    /// May it be used? Warnings do not count.
    pub(super) fn is_sound(&self) -> bool {
        !self.checked.flows.is_empty() && self.checked.problems.iter().all(|p| p.severity != Severity::Error)
    }

    /// Is there neither a practice nor anything to say why?
    pub(super) fn is_empty(&self) -> bool {
        self.unreadable.is_none() && self.checked.flows.is_empty() && self.checked.problems.is_empty()
    }

    /// Tells every problem with its place: as a picture to a person at a terminal, otherwise a log line each.
    pub(super) fn tell_problems(&self) {
        if let Some(why) = &self.unreadable {
            error!(why, "the flow files cannot be read");
        }
        let source = |path: &str| self.files.iter().find(|(p, _)| p == path).map_or("", |(_, text)| text.as_str());
        let is_terminal = std::io::stderr().is_terminal();
        for problem in &self.checked.problems {
            if is_terminal {
                eprintln!("{}\n", problem.render(source(&problem.path), true));
                continue;
            }
            let Diagnostic { path, line, column, title, label, hint, code, .. } = problem;
            let (code, hint) = (code.as_str(), hint.as_deref().unwrap_or_default());
            match problem.severity {
                Severity::Error => error!(path, line, column, code, title, label, hint, "a flow file has an error"),
                Severity::Warning => warn!(path, line, column, code, title, label, hint, "a flow file has a flaw"),
            }
        }
    }

    /// Offers every team and flow to the floor; it ignores what it has already. Says what is loaded now.
    pub(super) async fn offer(self, engine: &Engine) -> Result<Vec<LoadedFile>, ()> {
        let mut loaded = Vec::new();
        for (_, text, team) in self.checked.teams {
            let (id, hash) = (team.id.to_string(), version(&text, &team)?);
            loaded.push(LoadedFile { kind: "team", id, version: hash.to_string(), changed: None });
            let file = TeamFile { hash, text: text.into(), team: Arc::new(team) };
            engine.post(Event::TeamOffered(Box::new(file))).await.map_err(|_| ())?;
        }
        for (_, text, flow) in self.checked.flows {
            let (id, hash) = (flow.practice.to_string(), version(&text, &flow)?);
            let before = engine.flow(flow.practice.clone()).await.map_err(|_| ())?;
            let changed = before.is_none_or(|before| *before != flow);
            loaded.push(LoadedFile { kind: "practice", id, version: hash.to_string(), changed: Some(changed) });
            let file = FlowFile { hash, text: text.into(), flow: Arc::new(flow) };
            engine.post(Event::FlowOffered(Box::new(file))).await.map_err(|_| ())?;
        }
        Ok(loaded)
    }
}

/// A version's name, by the text and by what was read out of it: another checker, or other hours, make a new version
/// of the same text.
fn version(text: &str, checked: &impl Serialize) -> Result<Arc<str>, ()> {
    let checked =
        serde_json::to_vec(checked).map_err(|error| error!(%error, "a checked file cannot be written down"))?;
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(text.as_bytes());
    hash.update(&[0]);
    hash.update(&checked);
    Ok(hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}
