//! Salvage: a new journal from what can still be trusted of a damaged one.
//!
//! ```text
//!   wreck: trusted entries ─► folded and written anew ─► calls with lost entries become items ─► a new floor's name
//! ```
//! Entries keep their times, facts and keys, and get new numbers. The new folder appears whole or not at all. The
//! damaged one is only read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::path::PathBuf;

use super::clock::Clock;
use super::desk::practice_in;
use super::directory::call_of;
use crate::floor::Floor;
use crate::floor::call::Call;
use crate::floor::call::Phase;
use crate::floor::effect::Outbox;
use crate::floor::event::Event;
use crate::floor::event::FlowFile;
use crate::floor::event::Salvage;
use crate::floor::fact::Fact;
use crate::journal::Entry;
use crate::journal::Journal;
use crate::journal::JournalError;
use crate::journal::Lost;
use crate::journal::Store;
use crate::journal::Wreck;
use crate::vocab::CallId;
use crate::vocab::FloorId;
use crate::vocab::ItemId;
use crate::vocab::PracticeId;
use crate::vocab::Timestamp;

/// Entries to a commit.
const BATCH: u64 = 500;
/// What in a data folder belongs to one process or one journal; everything else goes along.
const LEFT_BEHIND: [&str; 7] =
    ["journal.db", "journal.db-wal", "journal.db-shm", "journal.anchor", "lock", "api-url", "local-carrier"];

/// What to salvage, and where to.
pub struct Salvaging<'a> {
    /// The damaged data folder.
    pub from: &'a Path,
    /// The new one, not there yet.
    pub to: &'a Path,
    /// The master key's file, if it is not in the damaged folder.
    pub key_file: Option<&'a Path>,
    /// For practices whose flow is among what is lost.
    pub flows: Vec<FlowFile>,
    /// The new floor's name.
    pub floor: FloorId,
}

/// What was saved, and what became of the rest. It holds no personal text.
#[derive(Debug, Default)]
pub struct SalvageReport {
    /// Entries that could be trusted.
    pub trusted: u64,
    /// Entries that are gone, by the damaged journal's numbers.
    pub lost: Vec<Lost>,
    /// Between which trusted entries' times each of `lost` lies.
    pub when: Vec<(Option<Timestamp>, Option<Timestamp>)>,
    /// Calls that became items.
    pub calls: Vec<AffectedCall>,
    /// Entries whose personal texts are unreadable, by the key that is destroyed or damaged.
    pub forgotten: BTreeMap<String, u64>,
}

/// A call about which entries may be lost.
#[derive(Debug)]
pub struct AffectedCall {
    /// The call.
    pub call: CallId,
    /// The practice; a guess for calls of which nothing is known.
    pub practice: PracticeId,
    /// When it arrived, if that is known.
    pub arrived: Option<Timestamp>,
    /// What it was doing when the entries end.
    pub was: &'static str,
    /// The item that stands for it now.
    pub item: Option<ItemId>,
}

/// Why nothing was salvaged.
#[derive(Debug)]
pub enum SalvageError {
    /// The journal, old or new.
    Journal(JournalError),
    /// The new folder.
    Folder(PathBuf, io::Error),
    /// The new folder is there already.
    NotNew(PathBuf),
    /// The flow of this practice is lost, and none was given.
    NoFlow(PracticeId),
    /// Nothing that is left names a practice.
    NoPractice,
    /// The new floor breaks an invariant: a bug.
    Inconsistent(String),
}

impl std::error::Error for SalvageError {}

impl std::fmt::Display for SalvageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(f),
            Self::Folder(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::NotNew(path) => write!(f, "{} is there already: name a folder that is not", path.display()),
            Self::NoPractice => f.write_str("nothing that is left names a practice: restore a backup"),
            Self::Inconsistent(broken) => write!(f, "{broken}; report this message, and keep the damaged folder"),
            Self::NoFlow(practice) => write!(
                f,
                "the flow file of {practice} is among what is lost: name the folder of flow files with --flows"
            ),
        }
    }
}

impl From<JournalError> for SalvageError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Writes the new data folder.
///
/// # Errors
/// See `SalvageError`. A half-written folder is left under another name and replaced by the next try.
pub fn salvage(what: Salvaging<'_>) -> Result<SalvageReport, SalvageError> {
    if what.to.exists() {
        return Err(SalvageError::NotNew(what.to.to_owned()));
    }
    let mut wreck = Wreck::open(what.from, what.key_file)?;
    let known = survey(&mut wreck)?;
    let unfinished = what.to.with_extension("unfinished");
    let folder = |e| SalvageError::Folder(unfinished.clone(), e);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(folder)?;
    }
    copy_beside(what.from, &unfinished, &wreck.damaged_keys()?).map_err(folder)?;
    let (journal, _) = Journal::open(&unfinished, what.key_file, |_| {})?;
    let mut rebuilt = Rebuilt {
        journal,
        floor: Floor::default(),
        known,
        flows: what.flows,
        trusted: 0,
        last: None,
        when: Vec::new(),
    };
    wreck.read(&mut |entry| rebuilt.take(entry))?;
    let salvage = Salvage {
        floor: what.floor,
        head: wreck.head_hash.as_str().into(),
        trusted: rebuilt.trusted,
        lost: wreck.lost.iter().map(|lost| (lost.first, lost.last)).collect(),
        heard_until: rebuilt.last.map(|(_, at)| at),
    };
    let report = rebuilt.finish(salvage, &wreck)?;
    fs::rename(&unfinished, what.to).map_err(folder)?;
    let above = what.to.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(above).and_then(|above| above.sync_all()).map_err(folder)?;
    Ok(report)
}

/// Copies what is no part of the journal: keys, recordings, the token.
fn copy_beside(from: &Path, to: &Path, but: &[PathBuf]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        let (path, target) = (file.path(), to.join(file.file_name()));
        let stays = file.file_name().to_str().is_some_and(|name| LEFT_BEHIND.contains(&name)) || but.contains(&path);
        if file.file_type()?.is_dir() {
            copy_beside(&path, &target, but)?;
        } else if !stays {
            fs::copy(&path, &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    fs::File::open(to)?.sync_all()
}

/// What must be known before the first entry is written.
#[derive(Default)]
struct Known {
    /// The first flow of each practice that is not lost.
    flows: BTreeMap<PracticeId, Box<FlowFile>>,
    arrived: BTreeSet<CallId>,
    /// Named by any fact.
    named: BTreeSet<CallId>,
    /// An outcome or an item stands for them.
    settled: BTreeSet<CallId>,
    practice: BTreeMap<CallId, PracticeId>,
}

fn survey(wreck: &mut Wreck) -> Result<Known, SalvageError> {
    let mut known = Known::default();
    wreck.read::<SalvageError>(&mut |entry| {
        entry.facts.iter().for_each(|fact| known.note(fact));
        Ok(())
    })?;
    Ok(known)
}

impl Known {
    fn note(&mut self, fact: &Fact) {
        self.named.extend(call_of(fact, &|_| None));
        match fact {
            Fact::FlowLoaded(file) => {
                self.flows.entry(file.flow.practice.clone()).or_insert_with(|| file.clone());
            }
            Fact::CallArrived { call, practice, .. } => {
                self.arrived.insert(*call);
                self.practice.insert(*call, practice.clone());
            }
            Fact::CallLeft { call, .. } | Fact::CallClosed { call, .. } | Fact::ItemJoined { call, .. } => {
                self.settled.insert(*call);
            }
            Fact::CallResumed { call, .. } => drop(self.settled.remove(call)),
            Fact::ItemOpened(new) if new.call != CallId::NONE => {
                self.settled.insert(new.call);
                self.practice.insert(new.call, new.practice.clone());
            }
            _ => {}
        }
    }

    /// Calls of which neither the arrival nor an end is left. Their numbers are missing, or only their middle is there.
    fn lost(&self) -> Vec<CallId> {
        let newest = self.named.last().map_or(0, |call| call.0);
        let calls = (1..=newest).map(CallId);
        calls.filter(|call| !self.arrived.contains(call) && !self.settled.contains(call)).collect()
    }

    /// The practice of a call, or of its nearest neighbour.
    fn practice_of(&self, call: CallId) -> Option<&PracticeId> {
        let before = self.practice.range(..=call).next_back();
        let near = before.or_else(|| self.practice.range(call..).next());
        near.map(|(_, practice)| practice).or_else(|| self.flows.keys().next())
    }
}

/// The new journal with the floor that it folds to.
struct Rebuilt {
    journal: Journal,
    floor: Floor,
    known: Known,
    flows: Vec<FlowFile>,
    trusted: u64,
    /// The last trusted entry's old number and time.
    last: Option<(u64, Timestamp)>,
    /// Between which times each run of lost entries lies.
    when: Vec<(Option<Timestamp>, Option<Timestamp>)>,
}

impl Rebuilt {
    /// Writes one trusted entry again.
    fn take(&mut self, entry: Entry) -> Result<(), SalvageError> {
        let (before, at) = (self.last, self.last.map(|(_, at)| at));
        if entry.seq != before.map_or(0, |(seq, _)| seq) + 1 {
            self.when.push((at, Some(entry.at)));
        }
        self.last = Some((entry.seq, entry.at));
        for fact in &entry.facts {
            self.provide_flow(fact, entry.at)?;
        }
        self.write(entry.at, entry.event, entry.facts)?;
        self.trusted += 1;
        if self.trusted.is_multiple_of(BATCH) {
            self.journal.commit()?;
        }
        Ok(())
    }

    /// A call can only be folded with its practice's flow: if that is lost, another takes its place.
    fn provide_flow(&mut self, fact: &Fact, at: Timestamp) -> Result<(), SalvageError> {
        let practice = match fact {
            Fact::CallArrived { practice, .. } => practice,
            Fact::ItemOpened(new) => &new.practice,
            _ => return Ok(()),
        };
        if self.floor.flow(practice).is_some() {
            return Ok(());
        }
        let given = || self.flows.iter().find(|file| file.flow.practice == *practice).cloned().map(Box::new);
        let Some(file) = self.known.flows.get(practice).cloned().or_else(given) else {
            return Err(SalvageError::NoFlow(practice.clone()));
        };
        self.write(at, Event::FlowOffered(file.clone()), vec![Fact::FlowLoaded(file)])
    }

    fn write(&mut self, at: Timestamp, event: Event, facts: Vec<Fact>) -> Result<(), SalvageError> {
        let practice = self.floor.practice_of(&event).or_else(|| practice_in(&facts));
        let scope = practice.map_or("floor", |practice| practice.as_str()).to_owned();
        for fact in &facts {
            self.floor.apply(at, fact);
        }
        self.floor.recovered();
        self.journal.append(at, &scope, &event, &facts)?;
        Ok(())
    }

    /// Lets the floor decide about an event, and writes that.
    fn decide(&mut self, now: Timestamp, event: Event) -> Result<Vec<Fact>, SalvageError> {
        let scope = self.floor.practice_of(&event).map_or("floor", |practice| practice.as_str()).to_owned();
        let mut out = Outbox::default();
        self.floor.handle(now, event.clone(), &mut out);
        self.journal.append(now, &scope, &event, &out.facts)?;
        Ok(out.facts)
    }

    fn finish(mut self, salvage: Salvage, wreck: &Wreck) -> Result<SalvageReport, SalvageError> {
        let last = self.last.map(|(_, at)| at);
        if self.when.len() < wreck.lost.len() {
            self.when.push((last, None));
        }
        let now = Clock::start(last.unwrap_or(Timestamp(0))).now();
        let mut calls: Vec<AffectedCall> = self.floor.under_way().map(AffectedCall::of).collect();
        for call in self.known.lost() {
            let practice = self.known.practice_of(call).ok_or(SalvageError::NoPractice)?.clone();
            calls.push(AffectedCall { call, practice, arrived: None, was: "lost", item: None });
        }
        for affected in &mut calls {
            let event = Event::CallDamaged { call: affected.call, practice: affected.practice.clone() };
            let facts = self.decide(now, event)?;
            affected.item = facts.iter().find_map(|fact| match fact {
                Fact::ItemOpened(new) => Some(new.item),
                Fact::ItemJoined { item, .. } => Some(*item),
                _ => None,
            });
        }
        self.decide(now, Event::JournalSalvaged(Box::new(salvage)))?;
        self.floor.check().map_err(|broken| SalvageError::Inconsistent(broken.to_string()))?;
        self.journal.close()?;
        let (trusted, lost) = (self.trusted, wreck.lost.clone());
        Ok(SalvageReport { trusted, lost, when: self.when, calls, forgotten: wreck.forgotten.clone() })
    }
}

impl AffectedCall {
    fn of(call: &Call) -> Self {
        let was = match call.phase {
            Phase::Menu => "in the menu",
            Phase::Waiting | Phase::Offered(_) if call.offers().next().is_some() => "offered",
            Phase::Waiting | Phase::Offered(_) => "waiting",
            Phase::Talking { .. } => "talking",
            Phase::Voicemail { .. } => "at the mailbox",
            Phase::WrapUp { .. } | Phase::NoteOwed { .. } => "being written up",
        };
        Self { call: call.id, practice: call.practice.clone(), arrived: Some(call.arrived), was, item: None }
    }
}
