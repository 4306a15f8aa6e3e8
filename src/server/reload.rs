//! Asking for the flow files to be read again. Who reads them is not this room's business: a request goes out, and what
//! came of it comes back.

use hyper::StatusCode;
use serde_json::Value;
use serde_json::json;
use tokio::sync::oneshot;

use super::Door;
use super::reply;
use super::reply::Reply;
use crate::flow::Diagnostic;
use crate::flow::Severity;

/// A request to read the flow files again.
pub struct ReloadAsked {
    answer: oneshot::Sender<Reloaded>,
}

/// What came of reading the flow files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// New calls use them.
    Loaded(Vec<LoadedFile>),
    /// They have errors: nothing was changed. Every problem, warnings included.
    Refused(Vec<Diagnostic>),
    /// They cannot be read, and why: nothing was changed.
    Unreadable(String),
    /// The desk did not take them all.
    NotTaken,
}

/// A practice's flow, or a team, in its present version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// `practice` or `team`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The version's name, as calls and the journal name it.
    pub version: String,
    /// Is anything in it other than before? Unknown of teams.
    pub changed: Option<bool>,
}

impl ReloadAsked {
    /// Tells whoever asked what came of it.
    pub fn answer(self, reloaded: Reloaded) {
        // Whoever asked may have hung up; the files are read all the same.
        let _ = self.answer.send(reloaded);
    }
}

impl Door {
    pub(super) async fn reload_flows(&self) -> Reply {
        let (answer, reloaded) = oneshot::channel();
        // One at a time: more than one waiting would read the same files once more.
        let asked = self.reloads.try_send(ReloadAsked { answer });
        let reloaded = match asked {
            Ok(()) => reloaded.await.unwrap_or(Reloaded::NotTaken),
            Err(_) => return reply::problem(StatusCode::CONFLICT, "the flow files are being read already"),
        };
        match reloaded {
            Reloaded::Loaded(files) => reply::json(StatusCode::OK, &json!({ "files": loaded(&files) })),
            Reloaded::Refused(problems) => {
                let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
                let detail = format!("the flow files have errors ({errors}): nothing was changed");
                reply::problem_with(StatusCode::UNPROCESSABLE_ENTITY, &detail, json!({ "problems": problems }))
            }
            Reloaded::Unreadable(why) => {
                let detail = format!("nothing was changed: {why}");
                reply::problem(StatusCode::INTERNAL_SERVER_ERROR, &detail)
            }
            Reloaded::NotTaken => {
                reply::problem(StatusCode::SERVICE_UNAVAILABLE, "the desk did not take the flow files; try again")
            }
        }
    }
}

fn loaded(files: &[LoadedFile]) -> Vec<Value> {
    let file = |f: &LoadedFile| json!({ "kind": f.kind, "id": f.id, "version": f.version, "changed": f.changed });
    files.iter().map(file).collect()
}
