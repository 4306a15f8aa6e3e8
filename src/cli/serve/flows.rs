//! Flow files of a running carelane: read, checked, and offered to the floor. A broken file changes nothing.

use std::path::Path;
use std::sync::Arc;

use ring::digest;
use serde::Serialize;

use super::settings::Opening;
use crate::engine::Engine;
use crate::floor::event::Event;
use crate::floor::event::FlowFile;
use crate::floor::event::TeamFile;
use crate::flow::Checked;
use crate::flow::Hours;
use crate::flow::Severity;
use crate::flow::check_folder;
use crate::flow::demo;
use crate::vocab::limit::FLOW_BYTES_MAX;

/// What was read, and how it fared.
pub(super) struct Read {
    pub(super) checked: Checked,
    /// Files with their texts, for showing problems in them.
    files: Vec<(String, String)>,
    /// No folder: the embedded demo.
    pub(super) is_demo: bool,
}

/// Reads and checks the folder; without one, the demo. `opening` may overrule the files' hours.
pub(super) fn read(folder: &Path, opening: Opening) -> Result<Read, String> {
    let found = flow_files(folder)?;
    let is_demo = found.is_none();
    let files = found.unwrap_or_else(|| demo().map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec());
    let mut checked = check_folder(&files);
    if opening == Opening::Always {
        for (_, _, flow) in &mut checked.flows {
            flow.hours = Hours::always();
        }
    }
    Ok(Read { checked, files, is_demo })
}

/// The folder's YAML files with their texts, in order; `None` if there is no such folder.
pub(in crate::cli) fn flow_files(folder: &Path) -> Result<Option<Vec<(String, String)>>, String> {
    if !folder.exists() {
        return Ok(None);
    }
    let cannot = |what: &Path, error: &std::io::Error| format!("cannot read {}: {error}", what.display());
    let mut paths = if folder.is_file() { vec![folder.to_owned()] } else { Vec::new() };
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(|e| cannot(folder, &e))? {
            let path = entry.map_err(|e| cannot(folder, &e))?.path();
            if path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml") {
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

impl Read {
    /// May it be used? Warnings do not count.
    pub(super) fn is_sound(&self) -> bool {
        !self.checked.flows.is_empty() && self.checked.problems.iter().all(|p| p.severity != Severity::Error)
    }

    /// Every problem as text with its place.
    pub(super) fn problems(&self, colour: bool) -> String {
        let source = |path: &str| self.files.iter().find(|(p, _)| p == path).map_or("", |(_, text)| text.as_str());
        let shown: Vec<String> = self.checked.problems.iter().map(|p| p.render(source(&p.path), colour)).collect();
        shown.join("\n\n")
    }

    /// Offers every team and flow to the floor; it ignores what it has already.
    pub(super) async fn offer(self, engine: &Engine) -> Result<(), String> {
        let stopped = |_| "the desk does not take the flow files".to_owned();
        for (_, text, team) in self.checked.teams {
            let file = TeamFile { hash: version(&text, &team)?, text: text.into(), team: Arc::new(team) };
            engine.post(Event::TeamOffered(Box::new(file))).await.map_err(stopped)?;
        }
        for (_, text, flow) in self.checked.flows {
            let file = FlowFile { hash: version(&text, &flow)?, text: text.into(), flow: Arc::new(flow) };
            engine.post(Event::FlowOffered(Box::new(file))).await.map_err(stopped)?;
        }
        Ok(())
    }
}

/// A version's name, by the text and by what was read out of it: another checker, or other hours, make a new version
/// of the same text.
fn version(text: &str, checked: &impl Serialize) -> Result<Arc<str>, String> {
    let checked = serde_json::to_vec(checked).map_err(|e| format!("a checked file cannot be written down: {e}"))?;
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(text.as_bytes());
    hash.update(&[0]);
    hash.update(&checked);
    Ok(hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}
