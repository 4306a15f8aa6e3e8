//! A journal folded for the commands that count: reports and pilots.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::flow::Flow;
use crate::journal::JournalReader;
use crate::report::History;

/// Entries read at once.
const AT_ONCE: u64 = 2_000;

/// Whose journal is read.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// The practice, where the journal has several
    #[arg(long, value_name = "ID")]
    practice: Option<String>,
    /// The data folder
    #[arg(long, env = "CARELANE_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// The master key's file, if it is not the data folder's own
    #[arg(long, env = "CARELANE_DATA_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Source {
    /// Everything in the journal, and the practice that is asked about.
    ///
    /// # Errors
    /// What cannot be read, or which practices there are.
    pub(super) fn read(&self) -> Result<(History, Arc<Flow>), String> {
        let history = read(&self.data, self.key_file.as_deref())?;
        let flow = self.practice_of(&history)?;
        Ok((history, flow))
    }

    fn practice_of(&self, history: &History) -> Result<Arc<Flow>, String> {
        let ids: Vec<&str> = history.flows().map(|flow| flow.practice.as_str()).collect();
        let is_asked = |flow: &&Arc<Flow>| self.practice.as_ref().is_none_or(|asked| flow.practice.as_str() == asked);
        let mut found = history.flows().filter(is_asked);
        match (found.next(), found.next(), &self.practice) {
            (Some(flow), None, _) => Ok(flow.clone()),
            (None, _, Some(asked)) => Err(format!("the journal has no practice `{asked}`; it has: {}", ids.join(", "))),
            (None, _, None) => Err("the journal has no practice yet; `carelane serve` loads one".to_owned()),
            (Some(_), Some(_), _) => Err(format!("say which practice with --practice: {}", ids.join(", "))),
        }
    }
}

fn read(data: &Path, key_file: Option<&Path>) -> Result<History, String> {
    let mut journal = JournalReader::open(data, key_file).map_err(|error| error.to_string())?;
    let head = journal.head().map_err(|error| error.to_string())?;
    let mut history = History::default();
    let mut first = 1;
    while first <= head {
        let last = head.min(first + AT_ONCE - 1);
        for entry in journal.read_range(first, last).map_err(|error| error.to_string())? {
            history.take(entry.at, &entry.facts);
        }
        first = last + 1;
    }
    Ok(history)
}
