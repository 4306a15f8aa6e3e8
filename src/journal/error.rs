//! What can go wrong with the journal: what was attempted, whose fault it is, what to do.
//!
//! No message carries personal text: values of records never enter an error.

use std::error::Error;
use std::fmt;

use rusqlite::ErrorCode;

/// Whose fault it is; it decides what a person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk or file system refused or failed. Worth another start once the disk is well.
    Disk,
    /// There is no space left. What was being committed is kept and may be committed again.
    Full,
    /// What is stored is not what was written, or part of it is gone. Never start on it.
    Damage,
    /// A bug of carelane.
    Ours,
    /// The way carelane was set up or started: a second instance, a missing key, wrong permissions.
    Operator,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disk => "disk",
            Self::Full => "disk full",
            Self::Damage => "damage",
            Self::Ours => "bug in carelane",
            Self::Operator => "setup",
        })
    }
}

/// A failure of the journal. `Display` says what, whose fault and what to do; `source` is the cause below it.
#[derive(Debug)]
pub struct JournalError {
    fault: Fault,
    what: String,
    advice: &'static str,
    source: Option<Box<dyn Error + Send + Sync>>,
}

const DISK_ADVICE: &str =
    "check the disk's space, health and permissions and start again: work goes on from the last durable entry";
const FULL_ADVICE: &str = "make space in the data folder's file system; nothing that was acknowledged is lost";
const DAMAGE_ADVICE: &str = "do not start carelane on this folder: keep a copy of it as it is, \
     see with `carelane journal verify` where it is damaged, then restore it from a backup, or make a new one from \
     what can be trusted with `carelane journal salvage --to NEW_FOLDER`";
const OURS_ADVICE: &str = "report this message; the journal on disk is intact up to its last durable entry";
const FOREIGN_ADVICE: &str = "close whatever else has journal.db open for writing, then start carelane again";

impl JournalError {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// What a person should do.
    pub fn advice(&self) -> &'static str {
        self.advice
    }

    pub(super) fn disk(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { fault: Fault::Disk, what: what.into(), advice: DISK_ADVICE, source: Some(source.into()) }
    }

    /// What the operating system says about writing a file.
    pub(super) fn file(what: impl Into<String>, source: std::io::Error) -> Self {
        let full = source.kind() == std::io::ErrorKind::StorageFull;
        let (fault, advice) = if full { (Fault::Full, FULL_ADVICE) } else { (Fault::Disk, DISK_ADVICE) };
        Self { fault, what: what.into(), advice, source: Some(source.into()) }
    }

    pub(super) fn damage(what: impl Into<String>) -> Self {
        Self { fault: Fault::Damage, what: what.into(), advice: DAMAGE_ADVICE, source: None }
    }

    /// A bug of carelane.
    pub fn ours(what: impl Into<String>) -> Self {
        Self { fault: Fault::Ours, what: what.into(), advice: OURS_ADVICE, source: None }
    }

    pub(super) fn operator(what: impl Into<String>, advice: &'static str) -> Self {
        Self { fault: Fault::Operator, what: what.into(), advice, source: None }
    }

    /// A newer process writes this journal.
    pub(super) fn taken_over(what: impl Into<String>) -> Self {
        let what = format!("{}: another carelane process has taken this data folder over", what.into());
        Self::operator(what, "let that process go on; never delete the data folder's `lock`")
    }

    /// Everything that follows a first failure.
    pub(super) fn stopped(first: Fault) -> Self {
        let what = "the journal takes nothing more after an earlier failure whose outcome on disk is unknown".into();
        let advice = "end the process and start it again: it reads back what is really on disk";
        Self { fault: first, what, advice, source: None }
    }

    /// What SQLite says about reading: whatever is not the disk's or the operator's is damage.
    pub(super) fn reading(what: impl Into<String>, source: rusqlite::Error) -> Self {
        Self::from_sqlite(what, source, Fault::Damage)
    }

    /// What SQLite says about writing.
    pub(super) fn writing(what: impl Into<String>, source: rusqlite::Error) -> Self {
        Self::from_sqlite(what, source, Fault::Ours)
    }

    fn from_sqlite(what: impl Into<String>, source: rusqlite::Error, otherwise: Fault) -> Self {
        let (fault, advice) = match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (Fault::Damage, DAMAGE_ADVICE),
            // SQLite says so when writing failed for want of space, before anything was made to count.
            Some(ErrorCode::DiskFull) => (Fault::Full, FULL_ADVICE),
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory,
            ) => (Fault::Disk, DISK_ADVICE),
            // Only a foreign writer can hold the lock, or have taken the next number before us.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::ConstraintViolation) => {
                (Fault::Operator, FOREIGN_ADVICE)
            }
            _ if otherwise == Fault::Damage => (Fault::Damage, DAMAGE_ADVICE),
            _ => (Fault::Ours, OURS_ADVICE),
        };
        Self { fault, what: what.into(), advice, source: Some(source.into()) }
    }

    /// The same error with the place where it was met in front.
    pub(super) fn at(mut self, place: impl fmt::Display) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }

    /// The same error with its cause below it.
    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        write!(f, " [{}]; {}", self.fault, self.advice)
    }
}

impl Error for JournalError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
